import { describe, expect, it } from "vitest";
import type { QueryAnswer } from "../api/analytics-types";
import { keyOf, measureOf, valuesOf, wholeOf } from "./answers";

const buckets = [0, 10, 20].map((from) => ({ from, to: from + 10, partial: false }));
const answer: QueryAnswer = {
  generated_at_ms: 0,
  measures: ["calls", "p95_ttft_ms"],
  dimensions: ["model"],
  rows: [
    { bucket_ms: 0, keys: ["a"], values: [3, 700] },
    { bucket_ms: 20, keys: ["a"], values: [5, null] },
    { bucket_ms: 10, keys: [null], values: [9, 100] },
    { bucket_ms: 99, keys: ["a"], values: [1, 1] },
  ],
  total_groups: 3,
  other_groups: 2,
  groups: [{ keys: ["a"], values: [8, 700] }],
};

describe("answers of the query route", () => {
  it("are 0 where nothing was counted, and unknown where nothing was measured", () => {
    expect(valuesOf(answer, "calls", buckets, keyOf(["a"]))).toEqual([3, 0, 5]);
    expect(valuesOf(answer, "p95_ttft_ms", buckets, keyOf(["a"]))).toEqual([700, null, null]);
    expect(valuesOf(answer, "calls", buckets, keyOf([null]))).toEqual([0, 9, 0]);
    expect(valuesOf(answer, "calls", buckets)).toEqual([3, 9, 5]);
  });

  it("give one figure for the whole", () => {
    expect(wholeOf(answer, "calls")).toBe(8);
    expect(wholeOf(undefined, "calls")).toBeNull();
    const empty = { ...answer, rows: [], groups: [] };
    expect([wholeOf(empty, "calls"), wholeOf(empty, "p95_ttft_ms")]).toEqual([0, null]);
    expect(measureOf(answer, { values: [1, 2] }, "p95_ttft_ms")).toBe(2);
  });

  it("tell a group called null from the others", () => {
    expect(keyOf(["null"])).not.toBe(keyOf([null]));
  });
});
