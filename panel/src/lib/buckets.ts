import type { Bounded } from "./range";
import { addUnits, startOf, zonedParts } from "./zone";

/** Widths of a bar, by the names that the query API uses. Not every manager knows the fine ones. */
export const BUCKETS = ["minute", "five_minutes", "quarter_hour", "half_hour", "hour", "day", "week", "month"] as const;
export type BucketSize = (typeof BUCKETS)[number];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Widths that do not depend on the calendar. */
const FIXED: Partial<Record<BucketSize, number>> = {
  minute: MINUTE,
  five_minutes: 5 * MINUTE,
  quarter_hour: 15 * MINUTE,
  half_hour: 30 * MINUTE,
  hour: HOUR,
};
const APPROXIMATE: Record<BucketSize, number> = {
  minute: MINUTE,
  five_minutes: 5 * MINUTE,
  quarter_hour: 15 * MINUTE,
  half_hour: 30 * MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
};
/** More bars than this say nothing more. */
const MOST = 72;
/** Up to this length a range is a few hours, of which parts of an hour tell more. */
const FEW_HOURS = 12 * HOUR;
const LIMIT = 5_000;

export interface Bucket {
  from: number;
  to: number;
  /** It has begun before the range, or has not ended yet: its figures are not those of a whole bucket. */
  partial: boolean;
  /** How much of it lies in the range and is over, 0 to 1. */
  covered: number;
}

/**
 * The finest width that gives at most `most` bars. Parts of an hour are for ranges of a few hours, and for at most 72
 * bars: narrower ones would be hairs.
 */
export function bucketFor({ from, to }: Bounded, most = MOST, sizes: readonly BucketSize[] = BUCKETS): BucketSize {
  return (
    sizes.find((size) => {
      const bars = (to - from) / APPROXIMATE[size];
      return APPROXIMATE[size] < HOUR ? to - from <= FEW_HOURS && bars <= Math.min(most, MOST) : bars <= most;
    }) ?? "month"
  );
}

const MOST_CHOSEN = 750;

/** More bars than anybody can tell apart, and than one answer holds. */
export function tooFine(size: BucketSize, { from, to }: Bounded): boolean {
  return (to - from) / APPROXIMATE[size] > MOST_CHOSEN;
}

/** Widths that a person may choose for a range: 2 to 750 bars. */
export function bucketChoices({ from, to }: Bounded, sizes: readonly BucketSize[] = BUCKETS): BucketSize[] {
  return sizes.filter((size) => {
    const bars = (to - from) / APPROXIMATE[size];
    return bars >= 2 && bars <= MOST_CHOSEN;
  });
}

/** Where the bucket of a moment begins, in the zone. */
export function bucketStart(size: BucketSize, at: number, zone: string): number {
  if (size === "hour" || size === "day" || size === "week" || size === "month") return startOf(size, at, zone);
  const width = FIXED[size] ?? HOUR;
  const hour = startOf("hour", at, zone);
  return hour + Math.floor((at - hour) / width) * width;
}

function bucketEnd(size: BucketSize, from: number, zone: string): number {
  if (size === "day" || size === "week" || size === "month") {
    // From the middle of the next one, so that a moved clock cannot end a bucket early.
    return startOf(size, addUnits(size, from, 1, zone) + HOUR, zone);
  }
  return from + (FIXED[size] ?? HOUR);
}

/** Every bucket of the span, empty or not, in order. */
export function bucketsOf(span: Bounded, size: BucketSize, zone: string, now: number): Bucket[] {
  const out: Bucket[] = [];
  let from = bucketStart(size, span.from, zone);
  while (from < span.to && out.length < LIMIT) {
    const to = bucketEnd(size, from, zone);
    const over = Math.min(to, span.to, now) - Math.max(from, span.from);
    const covered = Math.min(1, Math.max(0, over / (to - from)));
    out.push({ from, to, partial: covered < 1, covered });
    from = to;
  }
  return out;
}

/**
 * What a bar is compared with: the whole bar before it, as long as that one was. Of a bar that is not over, the same part of
 * the one before.
 */
export function barBefore({ from, to }: Bounded, zone: string, now: number): Bounded {
  const size = BUCKETS.find((each) => bucketStart(each, from, zone) === from && bucketEnd(each, from, zone) === to);
  const begin = size ? bucketStart(size, from - 1, zone) : from - (to - from);
  return { from: begin, to: to > now ? Math.min(from, Math.max(begin + 1, begin + (now - from))) : from };
}

/** The bucket that holds a moment; -1 outside. */
export function bucketIndex(buckets: readonly Bucket[], at: number): number {
  let [low, high] = [0, buckets.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const bucket = buckets[middle];
    if (!bucket) return -1;
    if (at < bucket.from) high = middle - 1;
    else if (at >= bucket.to) low = middle + 1;
    else return middle;
  }
  return -1;
}

export interface Tick {
  at: number;
  /** What the label names. */
  kind: "time" | "day" | "month";
}

const TIME_STEPS = [
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/** Round times for the axis: at most `most`, on the clock of the zone. */
export function ticksOf({ from, to }: Bounded, zone: string, most: number): Tick[] {
  const room = Math.max(2, most);
  const step = TIME_STEPS.find((each) => (to - from) / each <= room);
  const out: Tick[] = [];
  if (step) {
    let at = startOf("hour", from, zone);
    const every = step >= HOUR ? step / HOUR : 0;
    for (let guard = 0; at <= to && guard < 2_000; guard += 1) {
      const { hour } = zonedParts(at, zone);
      if (at >= from && (every === 0 || hour % every === 0))
        out.push({ at, kind: hour === 0 && at === startOf("day", at, zone) ? "day" : "time" });
      at += every === 0 ? step : HOUR;
    }
    return out;
  }
  const days = Math.ceil((to - from) / DAY);
  if (days <= 200) {
    const each = [1, 2, 5, 7, 14, 28].find((count) => days / count <= room) ?? 28;
    // Counted from the end, so that the newest day has a label.
    let at = startOf("day", to - 1, zone);
    for (let guard = 0; at >= from && guard < 400; guard += 1) {
      out.unshift({ at, kind: "day" });
      at = addUnits("day", at, -each, zone);
    }
    return out;
  }
  const months = Math.ceil(days / 30);
  const each = [1, 2, 3, 6, 12, 24, 60].find((count) => months / count <= room) ?? 60;
  let at = startOf("month", to - 1, zone);
  for (let guard = 0; at >= from && guard < 400; guard += 1) {
    out.unshift({ at, kind: "month" });
    at = addUnits("month", at, -each, zone);
  }
  return out;
}

/** Round numbers for a scale that begins at 0: at most three lines above it. */
export function scaleOf(max: number, kind: "count" | "plain" | "time" = "plain"): number[] {
  if (!(max > 0)) return [0, 1];
  if (kind === "time") {
    const steps = [
      1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 3000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
      600_000, 1_800_000, 3_600_000,
    ];
    const step = steps.find((each) => each * 2 >= max) ?? Math.ceil(max / 2 / HOUR) * HOUR;
    return [0, step, step * 2];
  }
  const power = 10 ** Math.floor(Math.log10(max / 2));
  let step =
    [1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10]
      .map((factor) => Number((factor * power).toPrecision(6)))
      .find((each) => each * 2 >= max) ?? 10 * power;
  if (kind === "count") step = Math.max(1, Math.ceil(step));
  return [0, step, step * 2];
}
