import { describe, expect, it } from "vitest";
import { type TokenSums, tokenMix } from "./token-parts";

const none: TokenSums = { input: 0, cached: 0, written: 0, output: 0, reasoning: 0, total: 0 };
const of = (sums: Partial<TokenSums>) => {
  const { parts, overlap } = tokenMix({ ...none, ...sums });
  return { ...Object.fromEntries(parts.map(({ id, tokens }) => [id, tokens])), overlap };
};

describe("tokens by kind", () => {
  it("add up to the total where the output contains the reasoning", () => {
    expect(of({ input: 100, cached: 30, written: 20, output: 50, reasoning: 15, total: 150 })).toEqual({
      uncached: 50,
      cached: 30,
      written: 20,
      output: 35,
      reasoning: 15,
      rest: 0,
      overlap: 0,
    });
  });

  it("add up where reasoning stands beside the output, as with the Gemini family", () => {
    expect(of({ input: 100, output: 50, reasoning: 40, total: 190 })).toMatchObject({
      output: 50,
      reasoning: 40,
      rest: 0,
      overlap: 0,
    });
    // Both kinds of provider in one sum: 40 of 55 stand beside.
    expect(of({ input: 200, output: 100, reasoning: 55, total: 340 })).toMatchObject({ output: 85, reasoning: 55 });
  });

  it("say what no kind accounts for, and what is counted twice", () => {
    expect(of({ input: 100, output: 50, total: 180 })).toMatchObject({ rest: 30, overlap: 0 });
    expect(of({ input: 10, cached: 40, output: 5, total: 15 })).toMatchObject({ uncached: 0, rest: 0, overlap: 30 });
  });

  it("are shares of the total", () => {
    const { parts } = tokenMix({ ...none, input: 60, output: 40, total: 100 });
    expect(parts.find(({ id }) => id === "uncached")?.share).toBeCloseTo(0.6);
    expect(tokenMix(none).parts.every(({ share }) => share === 0)).toBe(true);
  });
});
