import { type Key, useI18n } from "../i18n";
import type { BucketSize } from "../lib/buckets";

const NAMES: Record<BucketSize, Key> = {
  "1m": "bucket.1m",
  "5m": "bucket.5m",
  "10m": "bucket.10m",
  "30m": "bucket.30m",
  hour: "bucket.hour",
  "3h": "bucket.3h",
  day: "bucket.day",
  week: "bucket.week",
  month: "bucket.month",
};

/** "30 min", "day": the width of a bar in words. */
export function useBucketName(): (size: BucketSize) => string {
  const { t } = useI18n();
  return (size) => t(NAMES[size]);
}
