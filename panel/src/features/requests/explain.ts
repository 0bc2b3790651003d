import type { EventRow } from "../../api/types";
import { causeOf } from "../../app/causes";
import type { Key } from "../../i18n";

/** Why an attempt failed, as far as its record says. */
export function reasonOf(row: EventRow): Key {
  return causeOf(row.fail_status_code ?? 0, row.header_error_code ?? "", row.fail_summary ?? "").sentence;
}

/** The attempts of one request id, in the order of their beginning. */
export function inOrder(event: EventRow, others: readonly EventRow[]): EventRow[] {
  return [...others.filter((row) => row.id !== event.id), event].sort(
    (a, b) => a.timestamp_ms - b.timestamp_ms || a.id - b.id,
  );
}

export type Outcome =
  | { kind: "alone" }
  | { kind: "answered"; attempt: number; row: EventRow; laterMs: number }
  | { kind: "none"; count: number }
  | { kind: "after"; failures: number };

/** What the client got in the end, judging by all attempts that were recorded. */
export function outcomeOf(event: EventRow, others: readonly EventRow[]): Outcome {
  const all = inOrder(event, others);
  if (!event.failed) {
    const failures = all.slice(0, all.indexOf(event)).filter((row) => row.failed).length;
    return failures > 0 ? { kind: "after", failures } : { kind: "alone" };
  }
  if (all.length === 1) return { kind: "alone" };
  const winner = all.findIndex((row) => !row.failed);
  const row = all[winner];
  if (!row) return { kind: "none", count: all.length };
  return { kind: "answered", attempt: winner + 1, row, laterMs: Math.max(0, endOf(row) - endOf(event)) };
}

function endOf(row: EventRow): number {
  return row.timestamp_ms + (row.latency_ms ?? 0);
}

export interface TimelineBar {
  attempt: number;
  kind: "refused" | "first" | "generation" | "whole";
  /** Share of the whole, 0 to 1. */
  from: number;
  width: number;
  ms: number;
}

/** Bars of all attempts on one time axis; empty when no duration is known. */
export function timelineOf(event: EventRow, others: readonly EventRow[]): { bars: TimelineBar[]; wholeMs: number } {
  const all = inOrder(event, others).filter((row) => (row.latency_ms ?? null) !== null);
  if (all.length === 0) return { bars: [], wholeMs: 0 };
  const begin = Math.min(...all.map((row) => row.timestamp_ms));
  const wholeMs = Math.max(1, ...all.map((row) => endOf(row) - begin));
  const order = inOrder(event, others);
  const bars = all.flatMap((row): TimelineBar[] => {
    const attempt = order.indexOf(row) + 1;
    const at = row.timestamp_ms - begin;
    const latency = row.latency_ms ?? 0;
    const bar = (kind: TimelineBar["kind"], start: number, ms: number): TimelineBar => ({
      attempt,
      kind,
      from: start / wholeMs,
      width: ms / wholeMs,
      ms,
    });
    if (row.failed) return [bar("refused", at, latency)];
    const first = row.ttft_ms ?? 0;
    if (first <= 0 || first > latency) return [bar("whole", at, latency)];
    return [bar("first", at, first), bar("generation", at + first, latency - first)];
  });
  return { bars, wholeMs };
}
