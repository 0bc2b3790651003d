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
  /**
   * The requests that each value is of, where a few can make it as great as can be: shares, percentiles and means. Counts and
   * sums of a part of a bucket are at most those of the whole, and need none.
   */
  calls?: readonly (number | null)[];
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

/** A bucket of which less than this is over has barely begun. */
const BARELY = 0.15;
/** Fewer requests than this say little of a bucket. */
const FEW_CALLS = 20;

/** Whether a value is that of a few requests of a bucket that has barely begun. One of many requests always counts. */
function isChance(calls: ChartSeries["calls"], index: number, bucket: Covered | undefined): boolean {
  return calls !== undefined && (calls[index] ?? 0) < FEW_CALLS && (bucket?.covered ?? 1) < BARELY;
}

type Covered = Pick<Bucket, "covered">;

/** How high a chart is in each bucket. */
function heightsOf({ kind, series }: Pick<ChartRow, "kind" | "series">, count: number): number[] {
  if (kind === "bars") return stackOf(series, count).at(-1) ?? [];
  return Array.from({ length: count }, (_, index) => Math.max(0, ...series.map(({ values }) => values[index] ?? 0)));
}

/**
 * The greatest value that the axis must hold. What a few requests of a barely begun hour come to does not stretch it: where
 * that goes beyond the axis it is cut (`cutsOf`).
 */
export function maxOf(row: Pick<ChartRow, "kind" | "series">, buckets: readonly Covered[]): number {
  const sound = row.series.map((series) => ({
    ...series,
    values: series.values.map((value, index) => (isChance(series.calls, index, buckets[index]) ? null : value)),
  }));
  const most = Math.max(0, ...heightsOf({ kind: row.kind, series: sound }, buckets.length));
  return most > 0 ? most : Math.max(0, ...heightsOf(row, buckets.length));
}

/** The lines of the axis of a chart. */
export function splitsOf(row: ChartRow, buckets: readonly Covered[]): number[] {
  const kind = row.axis === "duration" ? "time" : row.axis === "count" || row.axis === "tokens" ? "count" : "plain";
  return scaleOf(maxOf(row, buckets), kind);
}

/** Where a chart goes beyond its axis, and how far. */
export function cutsOf(row: ChartRow, buckets: readonly Covered[]): { index: number; value: number }[] {
  const end = splitsOf(row, buckets).at(-1) ?? 0;
  return heightsOf(row, buckets.length).flatMap((value, index) => (value > end ? [{ index, value }] : []));
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
