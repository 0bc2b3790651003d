import type { Bucket } from "../../lib/buckets";
import { scaleOf } from "../../lib/buckets";
import type { AxisKind } from "../../lib/format";

/** A colour role of the tokens; `others` is hollow. */
export type ChartColor =
  | "base-mark"
  | "bad-mark"
  | "ink-2"
  | "q4"
  | "c1"
  | "c2"
  | "c3"
  | "c4"
  | "c5"
  | "c6"
  | "c7"
  | "c8"
  | "others";

/** Colours of parts, in their order. */
export const CATEGORIES: readonly ChartColor[] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"];

export interface ChartSeries {
  id: string;
  label: string;
  color: ChartColor;
  /** One per bucket; `null` = not known, or nothing to measure. */
  values: readonly (number | null)[];
}

/** One chart of a stack: one unit, one axis. */
export interface ChartRow {
  id: string;
  title: string;
  /** What the chart answers, in words, of the series that are shown. */
  answer?: string | ((series: readonly ChartSeries[]) => string | undefined) | undefined;
  /** Of the plot, in px. */
  height: number;
  /** Bars stand on each other in the order of the series. */
  kind: "bars" | "lines";
  series: readonly ChartSeries[];
  axis: AxisKind;
  /** A value in full. */
  format(value: number | null): string;
  /** Written last in the tooltip of a stack. */
  total?: string;
}

/** Time without records, at its true place. */
export interface ChartGap {
  from: number;
  to: number;
  label: string;
}

/** Something that happened. */
export interface ChartMark {
  at: number;
  label: string;
}

export interface ChartSpec {
  buckets: readonly Bucket[];
  rows: readonly ChartRow[];
  gaps?: readonly ChartGap[];
  marks?: readonly ChartMark[];
  /** The figures are of this moment, not of now. */
  readAt?: number;
}

/** The ends of the bars of a stack, bottom up: `tops[series][bucket]`. What is not known stands for nothing. */
export function stackOf(series: readonly ChartSeries[], count: number): number[][] {
  const heights = new Array<number>(count).fill(0);
  return series.map(({ values }) =>
    heights.map((height, index) => {
      const top = height + Math.max(0, values[index] ?? 0);
      heights[index] = top;
      return top;
    }),
  );
}

/** Values that a few requests can make as great as can be. Counts and sums of a part are at most those of the whole. */
const RATES: ReadonlySet<AxisKind> = new Set<AxisKind>(["share", "duration"]);

/**
 * The greatest value that the axis must hold. A rate of a bucket that is not whole, such as an hour that has just begun, does
 * not stretch it: what goes beyond the axis is drawn open at the top, and its figure stands in tooltip and table.
 */
export function maxOf(row: ChartRow, buckets: readonly Pick<Bucket, "partial">[]): number {
  const heights =
    row.kind === "bars"
      ? (stackOf(row.series, buckets.length).at(-1) ?? [])
      : buckets.map((_, index) => Math.max(0, ...row.series.map(({ values }) => values[index] ?? 0)));
  const whole = RATES.has(row.axis) ? heights.filter((_, index) => !buckets[index]?.partial) : heights;
  const most = Math.max(0, ...whole);
  return most > 0 ? most : Math.max(0, ...heights);
}

/** The lines of the axis of a chart. */
export function splitsOf(row: ChartRow, buckets: readonly Pick<Bucket, "partial">[]): number[] {
  const kind = row.axis === "duration" ? "time" : row.axis === "count" || row.axis === "tokens" ? "count" : "plain";
  return scaleOf(maxOf(row, buckets), kind);
}

/** The greatest bucket that is whole. A bucket in progress is no peak. */
export function peakOf(buckets: readonly Bucket[], values: readonly (number | null)[]) {
  let best: { index: number; value: number } | undefined;
  for (const [index, value] of values.entries()) {
    if (value === null || buckets[index]?.partial) continue;
    if (!best || value > best.value) best = { index, value };
  }
  return best && best.value > 0 ? best : undefined;
}

/** The mean of whole buckets. */
export function meanOf(buckets: readonly Bucket[], values: readonly (number | null)[]) {
  const whole = values.filter((value, index): value is number => value !== null && buckets[index]?.partial === false);
  return whole.length > 0
    ? { mean: whole.reduce((sum, value) => sum + value, 0) / whole.length, count: whole.length }
    : undefined;
}

/** How much of a bucket lies in gaps, in milliseconds. */
export function missingOf(bucket: Bucket, gaps: readonly ChartGap[]): number {
  let missing = 0;
  for (const gap of gaps) missing += Math.max(0, Math.min(bucket.to, gap.to) - Math.max(bucket.from, gap.from));
  return Math.min(missing, bucket.to - bucket.from);
}

/** Lines break where nothing can be known: a bucket that lies wholly in a gap. */
export function withBreaks(spec: ChartSpec, values: readonly (number | null)[]): (number | null)[] {
  const gaps = spec.gaps ?? [];
  return spec.buckets.map((bucket, index) =>
    missingOf(bucket, gaps) >= bucket.to - bucket.from ? null : (values[index] ?? null),
  );
}
