import { milliseconds, oneOf } from "./search";
import { addUnits, type CalendarUnit, startOf } from "./zone";

/** Ranges by name. `7d` and `30d` are calendar days and today is one of them; hours and minutes roll. */
export const PRESETS = [
  "15m",
  "1h",
  "24h",
  "today",
  "yesterday",
  "7d",
  "30d",
  "this-week",
  "this-month",
  "last-month",
  "all",
] as const;
export type Preset = (typeof PRESETS)[number];
export const DEFAULT_RANGE = "24h";

/** What a range is compared with. */
export const COMPARISONS = ["previous", "week", "four-weeks", "off"] as const;
/** A name, or the moment at which a span of the same length begins, Unix milliseconds. */
export type Comparison = (typeof COMPARISONS)[number] | number;

/** What an address says of the comparison; the usual one is not written. */
export function comparisonOf(value: unknown): Comparison | undefined {
  const name = oneOf(value, COMPARISONS);
  return name === undefined ? milliseconds(value) : name === "previous" ? undefined : name;
}

export interface RangeSearch {
  /** A preset, or any `90m`, `36h`, `14d`, `6w`; absent = the default. */
  range?: string;
  /** One or both: a span chosen by hand, Unix milliseconds. They win over `range`. */
  from?: number;
  to?: number;
  compare?: Comparison;
}

/** Half-open; `undefined` = without a bound on that side. */
export interface Span {
  from: number | undefined;
  to: number | undefined;
}

export interface Bounded {
  from: number;
  to: number;
}

const RELATIVE = /^([1-9]\d{0,3})(m|h|d|w)$/;
const ROLLING_MS = { m: 60_000, h: 3_600_000 } as const;
/** Requests do not come from before this; "all time" begins here where a begin is needed. */
const BEGIN_MS = 1;

export function isPreset(range: string): range is Preset {
  return (PRESETS as readonly string[]).includes(range);
}

export function isRange(range: string): boolean {
  return isPreset(range) || RELATIVE.test(range);
}

/** The amount and unit of a relative range. */
export function relativeOf(range: string): { amount: number; unit: "m" | "h" | "d" | "w" } | undefined {
  const match = RELATIVE.exec(range);
  return match ? { amount: Number(match[1]), unit: match[2] as "m" | "h" | "d" | "w" } : undefined;
}

export function isByHand(search: RangeSearch): boolean {
  return search.from !== undefined || search.to !== undefined;
}

/** Whether new requests belong to the range: its end is open, or still to come. */
export function isOpenEnded(search: RangeSearch, now: number): boolean {
  if (isByHand(search)) return search.to === undefined || search.to > now;
  const range = search.range ?? DEFAULT_RANGE;
  return range !== "yesterday" && range !== "last-month";
}

/** Begin and end at a moment. An open end is `undefined`. */
export function spanOf(search: RangeSearch, now: number, zone: string): Span {
  if (isByHand(search)) return { from: search.from, to: search.to };
  const range = search.range ?? DEFAULT_RANGE;
  const today = () => startOf("day", now, zone);
  switch (range) {
    case "all":
      return { from: undefined, to: undefined };
    case "today":
      return { from: today(), to: undefined };
    case "yesterday":
      return { from: addUnits("day", today(), -1, zone), to: today() };
    case "this-week":
      return { from: startOf("week", now, zone), to: undefined };
    case "this-month":
      return { from: startOf("month", now, zone), to: undefined };
    case "last-month": {
      const to = startOf("month", now, zone);
      return { from: addUnits("month", to, -1, zone), to };
    }
    default: {
      const { amount, unit } = relativeOf(range) ?? { amount: 24, unit: "h" as const };
      if (unit === "m" || unit === "h") return { from: now - amount * ROLLING_MS[unit], to: undefined };
      const days = unit === "w" ? amount * 7 : amount;
      return { from: addUnits("day", today(), 1 - days, zone), to: undefined };
    }
  }
}

/** The span with both ends, as aggregates need it. */
export function boundedSpan(search: RangeSearch, now: number, zone: string): Bounded {
  const { from, to } = spanOf(search, now, zone);
  const end = to ?? now;
  return { from: Math.min(from ?? BEGIN_MS, end - 1), to: end };
}

const CALENDAR_STEP: Partial<Record<string, CalendarUnit>> = {
  today: "day",
  yesterday: "day",
  "this-week": "week",
  "this-month": "month",
  "last-month": "month",
};

/** How far back the same weekdays and hours are compared: at least one whole range, in whole weeks or in fours of them. */
export function weeksBack(compare: "week" | "four-weeks", { from, to }: Bounded): number {
  const step = compare === "week" ? 1 : 4;
  const weeks = Math.max(1, Math.ceil((to - from) / (7 * 86_400_000 + 3_600_000)));
  return Math.ceil(weeks / step) * step;
}

/**
 * The span that the range is compared with; none for all time, and for a range that has not begun. Calendar ranges move by
 * their own unit. Of a range whose end is still to come, what is over is compared with the same part of the span before.
 */
export function comparedSpan(search: RangeSearch, now: number, zone: string): Bounded | undefined {
  const compare = search.compare ?? "previous";
  const range = isByHand(search) ? "" : (search.range ?? DEFAULT_RANGE);
  if (compare === "off" || range === "all" || spanOf(search, now, zone).from === undefined) return undefined;
  const whole = boundedSpan(search, now, zone);
  const { from } = whole;
  const to = Math.min(whole.to, now);
  if (to <= from) return undefined;
  const move = (unit: CalendarUnit, by: number) => ({
    from: addUnits(unit, from, by, zone),
    to: addUnits(unit, to, by, zone),
  });
  // A begin of one's own. The span may overlap the range, but one that had not begun before it would be no comparison.
  if (typeof compare === "number") return compare < from ? { from: compare, to: compare + (to - from) } : undefined;
  if (compare === "week" || compare === "four-weeks") return move("week", -weeksBack(compare, whole));
  const unit = CALENDAR_STEP[range];
  if (unit) {
    const moved = move(unit, -1);
    // The whole of last month is compared with the whole month before it.
    return { from: moved.from, to: range === "last-month" ? from : Math.min(moved.to, from) };
  }
  const relative = relativeOf(range);
  if (relative && (relative.unit === "d" || relative.unit === "w")) {
    return move("day", -(relative.unit === "w" ? relative.amount * 7 : relative.amount));
  }
  const begin = from - (whole.to - from);
  return { from: begin, to: begin + (to - from) };
}
