import type { QueryAnswer, QueryMeasure } from "../api/analytics-types";
import { type Bucket, bucketIndex } from "../lib/buckets";

/** Measures that are 0 where there was no request. The others are not known there. */
const COUNTED: ReadonlySet<QueryMeasure> = new Set<QueryMeasure>([
  "calls",
  "success",
  "failures",
  "cost",
  "unpriced_calls",
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "cached_tokens",
  "cache_creation_tokens",
  "reasoning_tokens",
]);

/** Groups are told apart by their keys; `null` stands for the others. */
export function keyOf(keys: readonly (string | null)[]): string {
  return JSON.stringify(keys);
}

/** One value per bucket. A bucket without a row had no request. */
export function valuesOf(
  answer: Pick<QueryAnswer, "measures" | "rows">,
  measure: QueryMeasure,
  buckets: readonly Bucket[],
  group?: string,
): (number | null)[] {
  const at = answer.measures.indexOf(measure);
  const out: (number | null)[] = new Array(buckets.length).fill(COUNTED.has(measure) ? 0 : null);
  for (const row of answer.rows) {
    if (group !== undefined && keyOf(row.keys) !== group) continue;
    const index = row.bucket_ms === undefined ? -1 : bucketIndex(buckets, row.bucket_ms);
    const value = row.values[at] ?? null;
    if (index < 0 || value === null) continue;
    // Two passes of one clock hour may share a bucket of ours.
    const before = out[index] ?? null;
    out[index] = COUNTED.has(measure) ? (before ?? 0) + value : value;
  }
  return out;
}

/** A measure of a row, by its name. */
export function measureOf(
  answer: Pick<QueryAnswer, "measures">,
  row: { values: readonly (number | null)[] },
  measure: QueryMeasure,
): number | null {
  return row.values[answer.measures.indexOf(measure)] ?? null;
}

/** A measure of the whole range, when the question had no dimension. */
export function wholeOf(answer: QueryAnswer | undefined, measure: QueryMeasure): number | null {
  if (!answer) return null;
  const row = answer.groups[0] ?? answer.rows[0];
  if (row) return measureOf(answer, row, measure);
  return COUNTED.has(measure) ? 0 : null;
}
