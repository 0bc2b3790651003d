import type { Answer } from "../../api/query";
import { measureOf } from "../../app/answers";
import type { Bounded } from "../../lib/range";
import { addUnits, fromZoned, startOf, weekdayOf, zonedParts } from "../../lib/zone";

export const HEAT_MEASURES = ["calls", "failures", "cost", "total_tokens"] as const;
export type HeatMeasure = (typeof HEAT_MEASURES)[number] | "failure_rate";

export interface HeatValue {
  calls: number;
  failures: number;
  cost: number;
  total_tokens: number;
  /** How many such hours the range has. */
  hours: number;
}

/** How often each hour of each weekday lies in the span; hours that only touch it count as their part. */
export function hoursOf(span: Bounded, zone: string, limit = 24 * 800): number[][] {
  const out = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  let at = startOf("hour", span.from, zone);
  for (let guard = 0; at < span.to && guard < limit; guard += 1) {
    const row = out[weekdayOf(at, zone)];
    const { hour } = zonedParts(at, zone);
    const part = (Math.min(at + 3_600_000, span.to) - Math.max(at, span.from)) / 3_600_000;
    if (row) row[hour] = (row[hour] ?? 0) + Math.max(0, part);
    at += 3_600_000;
  }
  return out;
}

/** By weekday from Monday, then hour. `undefined` = the range has no such hour. */
export function weekOf(answer: Pick<Answer, "groups">, span: Bounded, zone: string): (HeatValue | undefined)[][] {
  const hours = hoursOf(span, zone);
  const out = hours.map((row) =>
    row.map((count): HeatValue | undefined =>
      count > 0 ? { calls: 0, failures: 0, cost: 0, total_tokens: 0, hours: count } : undefined,
    ),
  );
  for (const group of answer.groups) {
    const [weekday, hour] = group.keys.map(Number);
    if (weekday === undefined || hour === undefined) continue;
    // The manager counts from Sunday.
    const cell = out[(weekday + 6) % 7]?.[hour];
    if (!cell) continue;
    for (const measure of HEAT_MEASURES) cell[measure] += measureOf(group, measure) ?? 0;
  }
  return out;
}

/** Whether the range has the hour at least once as a whole. Of one that is not over, the figure is no mean. */
export function isWhole(cell: HeatValue | undefined): boolean {
  return (cell?.hours ?? 0) >= 1;
}

/** What a cell says: a mean per hour, or a share. */
export function heatValue(cell: HeatValue | undefined, measure: HeatMeasure): number | null {
  if (!cell) return null;
  if (measure === "failure_rate") return cell.calls > 0 ? cell.failures / cell.calls : 0;
  return cell[measure] / Math.max(cell.hours, 1);
}

/** The newest times that an hour of a weekday lies in the span. */
export function occurrences(span: Bounded, zone: string, row: number, hour: number, most = 8): Bounded[] {
  const out: Bounded[] = [];
  let day = startOf("day", span.to - 1, zone);
  for (let guard = 0; day + 86_400_000 > span.from && guard < 800 && out.length < most; guard += 1) {
    if (weekdayOf(day, zone) === row) {
      const { year, month, day: date } = zonedParts(day, zone);
      const from = fromZoned({ year, month, day: date, hour }, zone);
      // Where the clock skips the hour, there is none on that day.
      if (zonedParts(from, zone).hour === hour && from < span.to && from + 3_600_000 > span.from) {
        out.push({ from, to: from + 3_600_000 });
      }
    }
    day = addUnits("day", day, -1, zone);
  }
  return out;
}

/**
 * What of a day or a bar lies in the span that was asked for: its figure counts no more than that. Where the span goes on, its
 * end is only the moment of asking. What lies outside stays as it is.
 */
export function partOf(part: Bounded, asked: Bounded, goesOn: boolean): Bounded {
  const [from, to] = [Math.max(part.from, asked.from), goesOn ? part.to : Math.min(part.to, asked.to)];
  return from < to ? { from, to } : { from: part.from, to: part.to };
}

export interface CalendarDay {
  from: number;
  to: number;
  /** 0 = Monday. */
  row: number;
  column: number;
}

/** The days of a span, as weeks side by side. */
export function calendarOf(span: Bounded, zone: string, limit = 400): CalendarDay[] {
  const out: CalendarDay[] = [];
  let from = startOf("day", Math.max(span.from, span.to - limit * 86_400_000), zone);
  let column = 0;
  while (from < span.to && out.length < limit) {
    const row = weekdayOf(from, zone);
    if (row === 0 && out.length > 0) column += 1;
    const to = addUnits("day", from, 1, zone);
    out.push({ from, to, row, column });
    from = to;
  }
  return out;
}
