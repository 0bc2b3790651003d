import type { QueryMeasure } from "../api/analytics-types";
import type { Answer, AnswerRow } from "../api/query";
import { type Bucket, bucketIndex } from "../lib/buckets";

/** Measures that are 0 where there was no request. The others are not known there. */
const COUNTED: ReadonlySet<QueryMeasure> = new Set<QueryMeasure>([
  "calls",
  "successes",
  "failures",
  "cost",
  "unpriced_calls",
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "cached_tokens",
  "cache_read_tokens",
  "cached_input_tokens",
  "cache_creation_tokens",
  "reasoning_tokens",
]);

/** Groups are told apart by their keys; `null` stands for the others. */
export function keyOf(keys: readonly (string | null)[]): string {
  return JSON.stringify(keys);
}

/** One value per bucket. A bucket without a row had no request. */
export function valuesOf(
  answer: Pick<Answer, "rows">,
  measure: QueryMeasure,
  buckets: readonly Bucket[],
  group?: string,
): (number | null)[] {
  const out: (number | null)[] = new Array(buckets.length).fill(COUNTED.has(measure) ? 0 : null);
  for (const row of answer.rows) {
    if (group !== undefined && keyOf(row.keys) !== group) continue;
    const index = row.bucket_ms === undefined ? -1 : bucketIndex(buckets, row.bucket_ms);
    const value = measureOf(row, measure);
    if (index < 0 || value === null) continue;
    // Two passes of one clock hour may share a bucket of ours.
    out[index] = COUNTED.has(measure) ? (out[index] ?? 0) + value : value;
  }
  return out;
}

/** A measure of a row; `null` when it is not known. */
export function measureOf(row: Pick<AnswerRow, "values">, measure: QueryMeasure): number | null {
  return row.values[measure] ?? null;
}

/** A measure of the whole range. */
export function wholeOf(answer: Pick<Answer, "totals"> | undefined, measure: QueryMeasure): number | null {
  return answer?.totals[measure] ?? null;
}
