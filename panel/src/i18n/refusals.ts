import type { Language } from "../lib/format";
import { packOf } from "./packs";

/** What the manager says about a refusal: a stable code, what happened, what to do. */
export interface Refusal {
  code?: string | null | undefined;
  text: string;
  hint?: string | null | undefined;
}

/** The manager writes English; other languages are looked up by code and fall back to its words. */
export function refusalWords(language: Language, refusal: Refusal): { text: string; hint: string | undefined } {
  const found = refusal.code ? packOf(language).refusals[refusal.code] : undefined;
  const text = found?.[0] ?? sentence(refusal.text);
  return { text, hint: found?.[1] ?? (refusal.hint ? sentence(refusal.hint) : undefined) };
}

/** The manager's messages begin small and end without a stop, as a log wants them. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return trimmed;
  const begun = /^[a-z]+[ ,]/.test(trimmed) ? (trimmed[0] ?? "").toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?。！？:…`]$/.test(begun) ? begun : `${begun}.`;
}

/** Texts after each other. No blank stands after a full-width stop, which has its own. */
export function sentences(...texts: readonly (string | null | undefined)[]): string {
  return texts
    .filter((text): text is string => Boolean(text))
    .reduce(
      (before, text) => (before === "" || /[。！？：；，]$/.test(before) ? before + text : `${before} ${text}`),
      "",
    );
}
