/** Calendar arithmetic in a named time zone. Days may have 23 or 25 hours; every function here knows that. */

export interface ZonedParts {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatters.set(zone, found);
  }
  return found;
}

/** Whether this browser knows the zone. */
export function isZone(zone: string): boolean {
  if (zone === "" || zone.length > 64) return false;
  try {
    formatter(zone);
    return true;
  } catch {
    return false;
  }
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** All zones that this browser can name; UTC is among them. */
export function allZones(): string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
}

export function zonedParts(at: number, zone: string): ZonedParts {
  const found: Record<string, number> = {};
  for (const { type, value } of formatter(zone).formatToParts(at)) {
    if (type !== "literal" && type !== "era") found[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  return { year, month, day, hour, minute, second };
}

/** How far the zone is ahead of UTC at a moment, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  const { year, month, day, hour, minute, second } = zonedParts(at, zone);
  const whole = Math.floor(at / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/**
 * The moment at which clocks in the zone show these parts. A time that comes twice means the first one; a time that is
 * skipped means the moment of the jump.
 */
export function fromZoned(parts: Partial<ZonedParts> & Pick<ZonedParts, "year">, zone: string): number {
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wanted = Date.UTC(year, month - 1, day, hour, minute, second);
  // The offsets around the moment; a zone changes at most once within two days.
  const before = wanted - offsetAt(wanted - DAY, zone);
  const after = wanted - offsetAt(wanted + DAY, zone);
  const fits = [before, after].filter((at) => at + offsetAt(at, zone) === wanted);
  if (fits.length > 0) return Math.min(...fits);
  // Skipped: the jump lies between the two readings.
  let [low, high] = [Math.min(before, after), Math.max(before, after)];
  const offset = offsetAt(low, zone);
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (middle === low) break;
    if (offsetAt(middle, zone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

export type CalendarUnit = "hour" | "day" | "week" | "month";

/** The begin of the calendar unit that a moment lies in. Weeks begin on Monday. */
export function startOf(unit: CalendarUnit, at: number, zone: string): number {
  const { year, month, day, minute, second } = zonedParts(at, zone);
  if (unit === "hour") return Math.floor(at / 1000) * 1000 - (minute * 60 + second) * 1000;
  if (unit === "month") return fromZoned({ year, month }, zone);
  if (unit === "day") return fromZoned({ year, month, day }, zone);
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  return fromZoned({ year, month, day: day - weekday }, zone);
}

/** Moves by calendar units, keeping the time of day where that exists. */
export function addUnits(unit: CalendarUnit, at: number, by: number, zone: string): number {
  if (unit === "hour") return at + by * 60 * MINUTE;
  const parts = zonedParts(at, zone);
  const millis = at % 1000;
  if (unit === "month") {
    const last = new Date(Date.UTC(parts.year, parts.month - 1 + by + 1, 0)).getUTCDate();
    return fromZoned({ ...parts, month: parts.month + by, day: Math.min(parts.day, last) }, zone) + millis;
  }
  return fromZoned({ ...parts, day: parts.day + by * (unit === "week" ? 7 : 1) }, zone) + millis;
}

/** 0 = Monday … 6 = Sunday. */
export function weekdayOf(at: number, zone: string): number {
  const { year, month, day } = zonedParts(at, zone);
  return (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
}

/** `2026-11-23T17:19` in the zone, as a date field wants it. */
export function toInput(at: number, zone: string): string {
  const { year, month, day, hour, minute } = zonedParts(at, zone);
  const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}`;
}

/** Reads what a date field says as a time in the zone. */
export function fromInput(text: string, zone: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text);
  if (!match) return undefined;
  const [year = 0, month, day, hour, minute] = match.slice(1).map(Number);
  return fromZoned({ year, month: month ?? 1, day: day ?? 1, hour: hour ?? 0, minute: minute ?? 0 }, zone);
}
