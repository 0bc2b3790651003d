import type { QueryMeta } from "@tanstack/react-query";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Answers that no new request belongs to: a range that has ended, a span to compare with. */
export const ENDED_MS = 60_000;

/** How often figures of an open range are read while requests arrive, by its length: the longer, the less one changes it. */
export function paceOf(lengthMs: number): number {
  if (lengthMs <= HOUR_MS) return 0;
  if (lengthMs <= DAY_MS) return 5_000;
  return lengthMs <= 7 * DAY_MS ? 10_000 : 30_000;
}

/** For a query that follows the stream at this pace, in milliseconds. */
export function atPace(ms: number): QueryMeta {
  return { pace: ms };
}

export interface Follower {
  /** When its answer came. */
  readAt: number;
  pace: number;
}

/** An answer may have been on its way while the change came. */
const ON_ITS_WAY_MS = 2_000;

/** Whether a query is to be read now, and if only later, when; `null` = it knows of the last change already. */
export function dueOf({ readAt, pace }: Follower, changedAt: number, now: number): number | null {
  if (readAt > changedAt + ON_ITS_WAY_MS) return null;
  return Math.max(now, readAt + pace);
}
