import { describe, expect, it } from "vitest";
import type { Answer } from "../../api/query";
import { linesOf, sortLines } from "./lines";

const answer = (rows: [string | null, number | null, number][], cost: number | null = 10): Answer => ({
  generated_at_ms: 0,
  dimensions: ["model"],
  rows: [],
  groups: rows.map(([key, value, calls]) => ({
    keys: [key],
    values: { cost: value, calls, total_tokens: calls * 10 },
  })),
  totals: { cost, total_tokens: 100 },
  total_groups: rows.length,
  other_groups: 0,
  unpriced_models: [],
});
const name = (key: string) => key;

describe("rankings", () => {
  it("share the cost, or the tokens where nothing has a price", () => {
    const found = linesOf(
      answer([
        ["a", 7.5, 1],
        ["b", 2.5, 9],
        [null, 1, 1],
      ]),
      undefined,
    );
    expect(found.map(({ key, share, before }) => [key, share, before])).toEqual([
      ["a", 0.75, null],
      ["b", 0.25, null],
    ]);
    expect(linesOf(answer([["a", 0, 4]], 0), undefined)[0]?.share).toBe(0.4);
  });

  it("know that what was not there before cost nothing then", () => {
    const found = linesOf(
      answer([
        ["a", 7.5, 1],
        ["new", 2.5, 9],
      ]),
      answer([["a", 5, 1]]),
    );
    expect(found.map(({ before }) => before)).toEqual([5, 0]);
  });

  it("sort what is not known to the end, in both directions", () => {
    const found = linesOf(
      answer([
        ["a", null, 1],
        ["b", 2, 9],
        ["c", 5, 3],
      ]),
      undefined,
    );
    const keys = (by: string, descending: boolean) => sortLines(found, { by, descending }, name).map(({ key }) => key);
    expect(keys("cost", true)).toEqual(["c", "b", "a"]);
    expect(keys("cost", false)).toEqual(["b", "c", "a"]);
    expect(keys("requests", true)).toEqual(["b", "c", "a"]);
    expect(keys("name", false)).toEqual(["a", "b", "c"]);
  });
});
