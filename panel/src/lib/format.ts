/** How numbers, times and sizes are written, per language. See docs: panel-look §5. Nothing here falls back to 0. */

export type Language = "en" | "zh-CN";

/** Stands for a value that is not known. Never 0, never an empty string. */
export const UNKNOWN = "—";

const NBSP = "\u00a0";
const MINUS = "\u2212";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const WEEKDAYS_ZH = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

type Maybe = number | null | undefined;

function known(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** By their number of digits. Making one costs a hundred times as much as using it, and a page writes hundreds of numbers. */
const writers: Intl.NumberFormat[] = [];

function writer(digits: number): Intl.NumberFormat {
  writers[digits] ??= new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return writers[digits];
}

function fixed(value: number, digits: number): string {
  const text = writer(digits).format(Math.abs(value));
  const zero = !/[1-9]/.test(text);
  return value < 0 && !zero ? MINUS + text : text;
}

/** Three digits of a number between 1 and 9999. */
function threeDigits(value: number): string {
  const size = Math.abs(value);
  return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/** A duration cut to whole units, for ages and spans. */
function wholeUnits(ms: number, language: Language): string {
  const zh = language === "zh-CN";
  const unit = (value: number, en: string, cn: string) => `${value}${NBSP}${zh ? cn : en}`;
  if (ms < MINUTE) return unit(Math.floor(ms / SECOND), "s", "秒");
  if (ms < HOUR) return unit(Math.floor(ms / MINUTE), "min", "分钟");
  if (ms < DAY) return unit(Math.floor(ms / HOUR), "h", "小时");
  return unit(Math.floor(ms / DAY), "d", "天");
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
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

/** As few digits as a round number needs. */
function short(value: number): string {
  return fixed(value, 2).replace(/\.?0+$/, "");
}

function shortCount(value: number, zh: boolean): string {
  const size = Math.abs(value);
  if (zh) {
    if (size >= 1e8) return `${short(value / 1e8)}亿`;
    return size >= 1e5 ? `${short(value / 1e4)}万` : short(value);
  }
  if (size >= 1e9) return `${short(value / 1e9)}B`;
  if (size >= 1e6) return `${short(value / 1e6)}M`;
  return size >= 1e3 ? `${short(value / 1e3)}k` : short(value);
}

function shortDuration(ms: number, zh: boolean): string {
  if (ms === 0) return `0${NBSP}s`;
  if (ms < SECOND) return `${short(ms)}${NBSP}ms`;
  if (ms < MINUTE) return `${short(ms / SECOND)}${NBSP}s`;
  if (ms < HOUR) return `${short(ms / MINUTE)}${NBSP}${zh ? "分" : "min"}`;
  return `${short(ms / HOUR)}${NBSP}${zh ? "小时" : "h"}`;
}

function signed(text: string, positive: boolean): string {
  return positive ? `+${text}` : text;
}

export function createFormatter(language: Language, timeZone: string): Formatter {
  const zh = language === "zh-CN";
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
      month: String(Number(found.month ?? "")),
      day: String(Number(found.day ?? "")),
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
    if (zh) {
      const pad = (text: string) => text.padStart(2, "0");
      return sameYear ? `${then.month}月${then.day}日` : `${then.year}-${pad(then.month)}-${pad(then.day)}`;
    }
    const text = `${Number(then.day)} ${MONTHS[Number(then.month) - 1] ?? ""}`;
    return sameYear ? text : `${text} ${then.year}`;
  };

  const tick = (at: number, kind: "time" | "day" | "month", now: number): string => {
    if (kind === "time") return clock(at, { short: true });
    if (kind === "day") return date(at, now);
    const { year, month } = parts(at);
    return zh ? `${year}年${month}月` : `${MONTHS[Number(month) - 1] ?? ""} ${year}`;
  };

  return {
    language,
    timeZone,
    tick,
    weekday: (monday0) => (zh ? WEEKDAYS_ZH : WEEKDAYS)[monday0] ?? UNKNOWN,
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
      return signed(`${fixed(by, 2)}${NBSP}${zh ? "个百分点" : "pp"}`, by > 0);
    },
    axis: {
      count: (value) => shortCount(value, zh),
      tokens: (value) => shortCount(value, zh),
      money: (value) =>
        `$${value !== 0 && Math.abs(value) < 0.01 ? String(Number(value.toPrecision(2))) : shortCount(value, false)}`,
      share: (value) => `${short(value * 100)}%`,
      duration: (value) => shortDuration(value, zh),
    },
    count: (value) => (known(value) ? fixed(value, 0) : UNKNOWN),
    tokens(value) {
      if (!known(value)) return UNKNOWN;
      const size = Math.abs(value);
      if (size < 10_000) return fixed(value, 0);
      if (zh) return size >= 99_995_000 ? `${threeDigits(value / 1e8)}亿` : `${threeDigits(value / 1e4)}万`;
      if (size >= 999_500_000) return `${threeDigits(value / 1e9)}B`;
      return size >= 999_500 ? `${threeDigits(value / 1e6)}M` : `${threeDigits(value / 1e3)}k`;
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
      return `${value === 0 ? "0" : fixed(value * 100, digits)}%`;
    },
    percent: (value) => (known(value) ? `${fixed(value, 2).replace(/\.?0+$/, "")}%` : UNKNOWN),
    duration(ms) {
      if (!known(ms)) return UNKNOWN;
      if (ms < 999.5) return `${fixed(ms, 0)}${NBSP}ms`;
      if (ms < 9_995) return `${fixed(ms / SECOND, 2)}${NBSP}s`;
      if (ms < 59_950) return `${fixed(ms / SECOND, 1)}${NBSP}s`;
      const seconds = Math.round(ms / SECOND);
      const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
      if (minutes < 60) {
        if (rest === 0) return `${minutes}${NBSP}${zh ? "分钟" : "min"}`;
        return zh ? `${minutes}${NBSP}分${NBSP}${rest}${NBSP}秒` : `${minutes}${NBSP}m${NBSP}${rest}${NBSP}s`;
      }
      const [hours, left] = [Math.floor(minutes / 60), minutes % 60];
      return zh ? `${hours}${NBSP}小时${NBSP}${left}${NBSP}分` : `${hours}${NBSP}h${NBSP}${left}${NBSP}m`;
    },
    clock,
    date,
    dateTime: (at, now, options) => (known(at) ? `${date(at, now)} ${clock(at, options)}` : UNKNOWN),
    ago(at, now) {
      if (!known(at)) return UNKNOWN;
      const text = wholeUnits(Math.max(0, now - at), language);
      return zh ? `${text}前` : `${text} ago`;
    },
    span: (ms) => (known(ms) ? wholeUnits(Math.max(0, ms), language) : UNKNOWN),
    bytes(value) {
      if (!known(value)) return UNKNOWN;
      const units = ["B", "kB", "MB", "GB", "TB"];
      let [size, unit] = [value, 0];
      while (Math.abs(size) >= 999.5 && unit < units.length - 1) {
        size /= 1000;
        unit += 1;
      }
      return `${unit === 0 ? fixed(size, 0) : threeDigits(size)}${NBSP}${units[unit]}`;
    },
  };
}
