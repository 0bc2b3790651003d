import type { Key } from "../i18n";

/** Sums of the query route; the input holds what was cached. */
export interface TokenSums {
  input: number;
  /** Input from a cache, whichever way it was reported: `cached_tokens` is what `cache_read_tokens` does not hold. */
  cached: number;
  written: number;
  output: number;
  /** A part of the output with most providers; beside it with the Gemini family. */
  reasoning: number;
  /** As reported, which is what every page calls the tokens. */
  total: number;
}

export type TokenPart = "uncached" | "cached" | "written" | "output" | "reasoning" | "rest";

export const TOKEN_PARTS: Readonly<Record<TokenPart, Key>> = {
  uncached: "mix.input",
  cached: "mix.read",
  written: "mix.written",
  output: "mix.output",
  reasoning: "mix.reasoning",
  rest: "mix.rest",
};

export interface TokenMix {
  /** With what no kind accounts for, they add up to the total, and more only by `overlap`. */
  parts: { id: TokenPart; tokens: number; share: number }[];
  /** Tokens that are in two kinds: what was reported contradicts its own total. */
  overlap: number;
}

/** What tokens were, each counted once. */
export function tokenMix({ input, cached, written, output, reasoning, total }: TokenSums): TokenMix {
  // Only what the total holds beyond input and output can be reasoning that the output does not contain.
  const beside = Math.min(reasoning, Math.max(0, total - input - output));
  const known: [TokenPart, number][] = [
    ["uncached", Math.max(0, input - cached - written)],
    ["cached", cached],
    ["written", written],
    ["output", Math.max(0, output - (reasoning - beside))],
    ["reasoning", reasoning],
  ];
  const difference = total - known.reduce((sum, [, tokens]) => sum + tokens, 0);
  const parts: [TokenPart, number][] = [...known, ["rest", Math.max(0, difference)]];
  return {
    parts: parts.map(([id, tokens]) => ({ id, tokens, share: total > 0 ? tokens / total : 0 })),
    overlap: Math.max(0, -difference),
  };
}
