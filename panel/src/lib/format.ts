/** How numbers, times and sizes are written, per language. See docs: panel-look §5. Nothing here falls back to 0. */

import { type Language, RULES, type Steps } from "./languages";

export type { Language };

/** Stands for a value that is not known. Never 0, never an empty string. */
export const UNKNOWN = "—";

const NBSP = "\u00a0";
const MINUS = "\u2212";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
type Maybe = number | null | undefined;

function known(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** By language of digits and number of them. Making one costs a hundred times as much as using it. */
const writers = new Map<string, Intl.NumberFormat>();

function writer(locale: string, digits: number): Intl.NumberFormat {
  const name = locale + digits;
  let found = writers.get(name);
  if (!found) {
    found = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    writers.set(name, found);
  }
  return found;
}

export interface ClockOptions {
  /** Write milliseconds. */
  ms?: boolean;
  /** Leave the seconds out. */
  short?: boolean;
}

export interface Formatter {
  language: Language;
  /** IANA name of the operator's zone. */
  timeZone: string;
  count(value: Maybe): string;
  tokens(value: Maybe): string;
  money(value: Maybe): string;
  /** A share from 0 to 1. */
  share(value: Maybe, digits?: number): string;
  /** A percentage from 0 to 100, as many digits as needed, at most two. */
  percent(value: Maybe): string;
  duration(ms: Maybe): string;
  clock(at: Maybe, options?: ClockOptions): string;
  /** The clock of a moment, with the date in front unless it is of the same day as `now`. */
  moment(at: Maybe, now: number, options?: ClockOptions): string;
  date(at: Maybe, now: number): string;
  dateTime(at: Maybe, now: number, options?: ClockOptions): string;
  /** "17 min ago"; only for ages. */
  ago(at: Maybe, now: number): string;
  /** "17 min"; a span without a direction. */
  span(ms: Maybe): string;
  bytes(value: Maybe): string;
  /** Things per second or minute: three digits at most. */
  rate(value: Maybe): string;
  /** "+11.9%", from ten times on "×12.3": from a base to a value. Unknown without a base above zero. */
  change(value: Maybe, base: Maybe): string;
  /** "+2.75 pp": between two shares from 0 to 1. */
  points(value: Maybe, base: Maybe): string;
  /** Short forms for axes. */
  axis: Record<AxisKind, (value: number) => string>;
  /** The label of a tick or of a bucket's begin. */
  tick(at: number, kind: "time" | "day" | "month", now: number): string;
  weekday(monday0: number): string;
}

export type AxisKind = "count" | "tokens" | "money" | "share" | "duration";

interface Parts {
  year: string;
  month: number;
  day: number;
  hour: string;
  minute: string;
  second: string;
}

/** Zeros after the sign of decimals, and the sign if nothing is left. */
const IDLE_ZEROS = /[.,]?0+$/;

function signed(text: string, positive: boolean): string {
  return positive ? `+${text}` : text;
}

export function createFormatter(language: Language, timeZone: string): Formatter {
  const rules = RULES[language];
  const { units } = rules;
  const fixed = (value: number, digits: number): string => {
    const text = writer(rules.digits, digits).format(Math.abs(value));
    return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
  };
  /** Three digits of a number between 1 and 9999. */
  const threeDigits = (value: number): string => {
    const size = Math.abs(value);
    return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
  };
  /** As few digits as a round number needs. */
  const short = (value: number): string => fixed(value, 2).replace(IDLE_ZEROS, "");
  const shortCount = (value: number, steps: Steps): string => {
    const step = steps.findLast(([from]) => Math.abs(value) >= from);
    return step ? short(value / step[1]) + step[2] : short(value);
  };
  const shortDuration = (ms: number): string => {
    if (ms === 0) return `0${NBSP}${units.sec}`;
    if (ms < SECOND) return `${short(ms)}${NBSP}${units.ms}`;
    if (ms < MINUTE) return `${short(ms / SECOND)}${NBSP}${units.sec}`;
    if (ms < HOUR) return `${short(ms / MINUTE)}${NBSP}${units.axisMinute}`;
    return `${short(ms / HOUR)}${NBSP}${units.h}`;
  };
  /** A duration cut to whole units, for ages and spans. */
  const wholeUnits = (ms: number): string => {
    if (ms < MINUTE) return `${Math.floor(ms / SECOND)}${NBSP}${units.s}`;
    if (ms < HOUR) return `${Math.floor(ms / MINUTE)}${NBSP}${units.min}`;
    if (ms < DAY) return `${Math.floor(ms / HOUR)}${NBSP}${units.h}`;
    return `${Math.floor(ms / DAY)}${NBSP}${units.d}`;
  };
  const zoned = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  const parts = (at: number): Parts => {
    const found: Record<string, string> = {};
    for (const part of zoned.formatToParts(at)) found[part.type] = part.value;
    const pad = (text: string | undefined) => (text ?? "").padStart(2, "0");
    return {
      year: found.year ?? "",
      month: Number(found.month),
      day: Number(found.day),
      hour: pad(found.hour),
      minute: pad(found.minute),
      second: pad(found.second),
    };
  };

  const clock = (at: Maybe, options: ClockOptions = {}): string => {
    if (!known(at)) return UNKNOWN;
    const { hour, minute, second } = parts(at);
    if (options.short) return `${hour}:${minute}`;
    const text = `${hour}:${minute}:${second}`;
    const millis = ((Math.floor(at) % SECOND) + SECOND) % SECOND;
    return options.ms ? `${text}.${String(millis).padStart(3, "0")}` : text;
  };

  const date = (at: Maybe, now: number): string => {
    if (!known(at)) return UNKNOWN;
    const then = parts(at);
    const sameYear = then.year === parts(now).year;
    return rules.date(then.year, then.month, then.day, sameYear);
  };

  const dateTime = (at: Maybe, now: number, options?: ClockOptions): string =>
    known(at) ? `${date(at, now)} ${clock(at, options)}` : UNKNOWN;

  const sameDay = (one: number, other: number): boolean => {
    const [a, b] = [parts(one), parts(other)];
    return a.year === b.year && a.month === b.month && a.day === b.day;
  };

  const tick = (at: number, kind: "time" | "day" | "month", now: number): string => {
    if (kind === "time") return clock(at, { short: true });
    if (kind === "day") return date(at, now);
    const { year, month } = parts(at);
    return rules.month(year, month);
  };

  return {
    language,
    timeZone,
    tick,
    weekday: (monday0) => rules.weekdays[monday0] ?? UNKNOWN,
    rate: (value) => (known(value) ? (value >= 99.95 ? fixed(value, 0) : fixed(value, 1)) : UNKNOWN),
    change(value, base) {
      if (!known(value) || !known(base) || base <= 0) return UNKNOWN;
      const by = (value - base) / base;
      // "+918,185%" is nothing that anybody can picture: from ten times on, how many times.
      if (by >= 9) return `×${fixed(value / base, value / base >= 100 ? 0 : 1)}`;
      return signed(`${fixed(by * 100, 1)}%`, by > 0);
    },
    points(value, base) {
      if (!known(value) || !known(base)) return UNKNOWN;
      const by = (value - base) * 100;
      return signed(`${fixed(by, 2)}${NBSP}${rules.points}`, by > 0);
    },
    axis: {
      count: (value) => shortCount(value, rules.axisSteps),
      tokens: (value) => shortCount(value, rules.axisSteps),
      money: (value) =>
        `$${value !== 0 && Math.abs(value) < 0.01 ? String(Number(value.toPrecision(2))) : shortCount(value, rules.moneySteps)}`,
      share: (value) => `${short(value * 100)}%`,
      duration: (value) => shortDuration(value),
    },
    count: (value) => (known(value) ? fixed(value, 0) : UNKNOWN),
    tokens(value) {
      if (!known(value)) return UNKNOWN;
      const size = Math.abs(value);
      if (size < 10_000) return fixed(value, 0);
      // What would be rounded to a thousand of a step is one of the next.
      const [first, ...larger] = rules.steps;
      const step = larger.findLast(([, unit], index) => {
        const before = rules.steps[index]?.[1] ?? 1;
        return size >= unit - before / 2;
      });
      const [, unit, name] = step ?? first ?? [0, 1, ""];
      return threeDigits(value / unit) + name;
    },
    money(value) {
      if (!known(value)) return UNKNOWN;
      if (value === 0) return "$0";
      const size = Math.abs(value);
      const sign = value < 0 ? MINUS : "";
      if (size < 0.0001) return `${sign}<$0.0001`;
      return `${sign}$${fixed(size, size >= 10_000 ? 0 : size >= 1 ? 2 : 4)}`;
    },
    share(value, digits = 2) {
      if (!known(value)) return UNKNOWN;
      const least = 10 ** -digits;
      // Little is not nothing.
      if (value > 0 && value * 100 < least / 2) return `<${fixed(least, digits)}%`;
      // And most is not all.
      if (value < 1 && value * 100 >= 100 - least / 2) return `>${fixed(100 - least, digits)}%`;
      return `${value === 0 ? "0" : fixed(value * 100, digits)}%`;
    },
    percent(value) {
      if (!known(value)) return UNKNOWN;
      if (value > 0 && value < 0.005) return `<${fixed(0.01, 2)}%`;
      if (value < 100 && value >= 99.995) return `>${fixed(99.99, 2)}%`;
      return `${fixed(value, 2).replace(IDLE_ZEROS, "")}%`;
    },
    duration(ms) {
      if (!known(ms)) return UNKNOWN;
      if (ms < 999.5) return `${fixed(ms, 0)}${NBSP}${units.ms}`;
      if (ms < 9_995) return `${fixed(ms / SECOND, 2)}${NBSP}${units.sec}`;
      if (ms < 59_950) return `${fixed(ms / SECOND, 1)}${NBSP}${units.sec}`;
      const seconds = Math.round(ms / SECOND);
      const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
      if (minutes < 60) {
        if (rest === 0) return `${minutes}${NBSP}${units.min}`;
        return `${minutes}${NBSP}${units.m}${NBSP}${rest}${NBSP}${units.s}`;
      }
      const [hours, left] = [Math.floor(minutes / 60), minutes % 60];
      return `${hours}${NBSP}${units.h}${NBSP}${left}${NBSP}${units.m}`;
    },
    clock,
    date,
    dateTime,
    moment: (at, now, options) => (known(at) && sameDay(at, now) ? clock(at, options) : dateTime(at, now, options)),
    ago(at, now) {
      if (!known(at)) return UNKNOWN;
      return rules.ago(wholeUnits(Math.max(0, now - at)));
    },
    span: (ms) => (known(ms) ? wholeUnits(Math.max(0, ms)) : UNKNOWN),
    bytes(value) {
      if (!known(value)) return UNKNOWN;
      const names = rules.bytes;
      let [size, unit] = [value, 0];
      while (Math.abs(size) >= 999.5 && unit < names.length - 1) {
        size /= 1000;
        unit += 1;
      }
      return `${unit === 0 ? fixed(size, 0) : threeDigits(size)}${NBSP}${names[unit]}`;
    },
  };
}
