import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { createFormatter, type Formatter, type Language } from "../lib/format";
import { languageFor } from "../lib/languages";
import { readSetting, writeSetting } from "../lib/storage";
import { browserZone, isZone } from "../lib/zone";
import { LANGUAGES, packOf } from "./packs";
import type { Key, Text } from "./texts";

export { LANGUAGES } from "./packs";
export type { Key } from "./texts";

export type Params = Record<string, string | number>;

/** A text with its values put in. Numbers are written as counts; `n` chooses the form. */
export function translate(language: Language, key: Key, params: Params | undefined, format: Formatter): string {
  return fill(pick(language, key, params), (name) => {
    const value = params?.[name];
    return typeof value === "number" ? format.count(value) : (value ?? `{${name}}`);
  }).join("");
}

/** Making one costs far more than asking it. */
const plurals = new Map<Language, Intl.PluralRules>();

function rulesOf(language: Language): Intl.PluralRules {
  let found = plurals.get(language);
  if (!found) {
    found = new Intl.PluralRules(language);
    plurals.set(language, found);
  }
  return found;
}

function pick(language: Language, key: Key, params: Record<string, unknown> | undefined): string {
  const entry: Text = packOf(language).texts[key];
  if (typeof entry === "string") return entry;
  return entry[rulesOf(language).select(Number(params?.n ?? 0))] ?? entry.other ?? entry.many ?? "";
}

function fill<T>(template: string, value: (name: string) => T): (T | string)[] {
  return template
    .split(/\{(\w+)\}/)
    .map((part, index) => (index % 2 === 1 ? value(part) : part))
    .filter((part) => part !== "");
}

export interface I18n {
  language: Language;
  setLanguage(language: Language): void;
  /** Sets the zone of all times; an empty name means the browser's. */
  setTimeZone(zone: string): void;
  /** Whether the zone was chosen, or is the browser's. */
  zoneChosen: boolean;
  t(key: Key, params?: Params): string;
  /** The same text with elements in place of some values. */
  rich(key: Key, params: Record<string, ReactNode>): ReactNode;
  format: Formatter;
}

const I18nContext = createContext<I18n | null>(null);

export function useI18n(): I18n {
  const found = use(I18nContext);
  if (!found) throw new Error("useI18n outside of I18nProvider");
  return found;
}

/** The stored choice, else the browser's language, else English. */
export function initialLanguage(): Language {
  const stored = readSetting("language");
  const known = LANGUAGES.find(({ id }) => id === stored);
  if (known) return known.id;
  return languageFor(navigator.languages);
}

/** The stored zone, where this browser knows it; empty = the browser's. */
function initialZone(): string {
  const stored = readSetting("zone") ?? "";
  return isZone(stored) ? stored : "";
}

/** The zone of all times: the stored one, else the browser's. */
export function operatorZone(): string {
  return initialZone() || browserZone();
}

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(initialLanguage);
  const [zone, setZone] = useState(initialZone);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo<I18n>(() => {
    const format = createFormatter(language, zone === "" ? browserZone() : zone);
    return {
      language,
      setLanguage(next) {
        writeSetting("language", next);
        setLanguage(next);
      },
      setTimeZone(next) {
        const known = isZone(next) ? next : "";
        writeSetting("zone", known);
        setZone(known);
      },
      zoneChosen: zone !== "",
      t: (key, params) => translate(language, key, params, format),
      rich: (key, params) =>
        fill<ReactNode>(pick(language, key, params), (name) => {
          const found = params[name];
          return typeof found === "number" ? format.count(found) : found;
        }).map((part, index) => <span key={index}>{part}</span>),
      format,
    };
  }, [language, zone]);
  return <I18nContext value={value}>{children}</I18nContext>;
}
