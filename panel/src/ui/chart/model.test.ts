import { describe, expect, it } from "vitest";
import {
  type ChartRow,
  type ChartSeries,
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
}));
const series = (id: string, values: (number | null)[]): ChartSeries => ({ id, label: id, color: "c1", values });
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

  it("has axes that a rate of the barely begun bucket does not stretch, though its counts do", () => {
    const values = [2, 3, 1, 100];
    for (const kind of ["bars", "lines"] as const) {
      expect(maxOf(row(kind, [series("a", values)], "share"), buckets)).toBe(3);
      expect(maxOf(row(kind, [series("a", values)], "duration"), buckets)).toBe(3);
      expect(maxOf(row(kind, [series("a", values)], "count"), buckets)).toBe(100);
      // With nothing else to go by, it is all that there is.
      expect(maxOf(row(kind, [series("a", [null, 0, null, 7])], "share"), buckets)).toBe(7);
    }
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
