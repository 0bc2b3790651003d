import { describe, expect, it } from "vitest";
import {
  type ChartRow,
  type ChartSeries,
  cutsOf,
  maxOf,
  meanOf,
  missingOf,
  peakOf,
  splitsOf,
  stackOf,
  withBreaks,
} from "./model";

const HOUR = 3_600_000;
const buckets = Array.from({ length: 4 }, (_, index) => ({
  from: index * HOUR,
  to: (index + 1) * HOUR,
  partial: index === 3,
  covered: index === 3 ? 0.1 : 1,
}));
const series = (id: string, values: (number | null)[], calls?: (number | null)[]): ChartSeries => ({
  id,
  label: id,
  color: "c1",
  values,
  ...(calls ? { calls } : {}),
});
const row = (kind: ChartRow["kind"], list: ChartSeries[], axis: ChartRow["axis"] = "count"): ChartRow => ({
  id: "r",
  title: "r",
  height: 60,
  kind,
  series: list,
  axis,
  format: String,
});

describe("charts", () => {
  it("stacks parts, and takes an unknown part as nothing", () => {
    const parts = [series("a", [1, 2, null, 4]), series("b", [10, null, 30, 40])];
    expect(stackOf(parts, 4)).toEqual([
      [1, 2, 0, 4],
      [11, 2, 30, 44],
    ]);
    expect(maxOf(row("bars", parts), buckets)).toBe(44);
    expect(maxOf(row("lines", parts), buckets)).toBe(40);
    expect(maxOf(row("bars", []), buckets)).toBe(0);
    expect(splitsOf(row("bars", parts), buckets)).toEqual([0, 25, 50]);
    expect(splitsOf(row("lines", [series("ms", [4_560])], "duration"), buckets)).toEqual([0, 3_000, 6_000]);
  });

  it("has axes that a few requests of a barely begun bucket do not stretch, and says where it is cut", () => {
    const [values, calls] = [
      [2, 3, 1, 100],
      [900, 900, 900, 4],
    ];
    for (const kind of ["bars", "lines"] as const) {
      // Also money: a mean cost is a rate, too.
      for (const axis of ["share", "duration", "money"] as const) {
        const rate = row(kind, [series("a", values, calls)], axis);
        expect(maxOf(rate, buckets)).toBe(3);
        expect(cutsOf(rate, buckets)).toEqual([{ index: 3, value: 100 }]);
      }
      expect(maxOf(row(kind, [series("a", values)]), buckets)).toBe(100);
      // With nothing else to go by, it is all that there is.
      const only = row(kind, [series("a", [null, 0, null, 7], calls)], "share");
      expect(maxOf(only, buckets)).toBe(7);
      expect(cutsOf(only, buckets)).toEqual([]);
    }
  });

  it("never cuts what is going on: a bucket in progress counts when it is well begun, or of many requests", () => {
    const share = [0.01, 0.02, 0.01, 0.85];
    const today = (covered: number, calls: number) => {
      const list = [...buckets.slice(0, 3), { from: 3 * HOUR, to: 4 * HOUR, partial: true, covered }];
      const rate = row("bars", [series("share", share, [900, 900, 900, calls])], "share");
      return [maxOf(rate, list), cutsOf(rate, list).length];
    };
    expect(today(0.98, 40_000)).toEqual([0.85, 0]);
    expect(today(0.98, 4)).toEqual([0.85, 0]);
    expect(today(0.05, 40_000)).toEqual([0.85, 0]);
    expect(today(0.05, 4)).toEqual([0.02, 1]);
  });

  it("weighs each line by its own requests", () => {
    const lines = [series("many", [2, 3, 1, 9], [90, 90, 90, 90]), series("few", [1, 1, 1, 500], [90, 90, 90, 1])];
    expect(maxOf(row("lines", lines, "duration"), buckets)).toBe(9);
  });

  it("leaves the bucket in progress out of peak and mean", () => {
    expect(peakOf(buckets, [1, 5, 3, 99])).toEqual({ index: 1, value: 5 });
    expect(peakOf(buckets, [0, 0, null, 99])).toBeUndefined();
    expect(meanOf(buckets, [1, 5, 3, 99])).toEqual({ mean: 3, count: 3 });
    expect(meanOf(buckets, [null, null, null, 99])).toBeUndefined();
  });

  it("breaks a line over a gap, and only there", () => {
    const gaps = [{ from: 0.5 * HOUR, to: 2 * HOUR, label: "" }];
    expect(buckets.map((bucket) => missingOf(bucket, gaps))).toEqual([0.5 * HOUR, HOUR, 0, 0]);
    expect(withBreaks({ buckets, rows: [], gaps }, [1, 2, 3, 4])).toEqual([1, null, 3, 4]);
  });
});
