import { describe, expect, it } from "vitest";
import { keyOf, measureOf, valuesOf, wholeOf } from "./answers";

const buckets = [0, 10, 20].map((from) => ({ from, to: from + 10, partial: false, covered: 1 }));
const answer = {
  rows: [
    { bucket_ms: 0, keys: ["a"], values: { calls: 3, ttft_p95_ms: 700 } },
    { bucket_ms: 20, keys: ["a"], values: { calls: 5, ttft_p95_ms: null } },
    { bucket_ms: 10, keys: [null], values: { calls: 9, ttft_p95_ms: 100 } },
    { bucket_ms: 99, keys: ["a"], values: { calls: 1, ttft_p95_ms: 1 } },
  ],
  totals: { calls: 18, ttft_p95_ms: null },
};

describe("answers of the query route", () => {
  it("are 0 where nothing was counted, and unknown where nothing was measured", () => {
    expect(valuesOf(answer, "calls", buckets, keyOf(["a"]))).toEqual([3, 0, 5]);
    expect(valuesOf(answer, "ttft_p95_ms", buckets, keyOf(["a"]))).toEqual([700, null, null]);
    expect(valuesOf(answer, "calls", buckets, keyOf([null]))).toEqual([0, 9, 0]);
    expect(valuesOf(answer, "calls", buckets)).toEqual([3, 9, 5]);
  });

  it("give one figure for the whole, and none for what was not asked", () => {
    expect(wholeOf(answer, "calls")).toBe(18);
    expect([wholeOf(undefined, "calls"), wholeOf(answer, "cost"), wholeOf(answer, "ttft_p95_ms")]).toEqual([
      null,
      null,
      null,
    ]);
    expect(measureOf({ values: { calls: 1 } }, "cost")).toBeNull();
  });

  it("tell a group called null from the others", () => {
    expect(keyOf(["null"])).not.toBe(keyOf([null]));
  });
});
