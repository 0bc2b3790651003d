import { useCallback } from "react";
import { type Key, useI18n } from "../i18n";
import type { BucketSize } from "../lib/buckets";

const NAMES: Record<BucketSize, Key> = {
  minute: "bucket.1m",
  five_minutes: "bucket.5m",
  quarter_hour: "bucket.15m",
  half_hour: "bucket.30m",
  hour: "bucket.hour",
  day: "bucket.day",
  week: "bucket.week",
  month: "bucket.month",
};

/** "30 min", "day": the width of a bar in words. */
export function useBucketName(): (size: BucketSize) => string {
  const { t } = useI18n();
  return useCallback((size: BucketSize) => t(NAMES[size]), [t]);
}

const FULL: Partial<Record<BucketSize, Key>> = {
  hour: "bucket.fullHours",
  day: "bucket.fullDays",
  week: "bucket.fullWeeks",
  month: "bucket.fullMonths",
};

/** "29 full days": how many whole bars a mean is of. */
export function useFullBuckets(): (size: BucketSize, count: number) => string {
  const { t } = useI18n();
  return useCallback((size: BucketSize, n: number) => t(FULL[size] ?? "bucket.fullBars", { n }), [t]);
}
