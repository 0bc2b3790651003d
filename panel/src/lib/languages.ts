/** What the languages of the panel differ in besides their texts: how numbers, durations and dates are written. */

export type Language = "en" | "zh-CN" | "zh-TW" | "ru";

/** From which number on what is counted in thousands, millions, … or in ten thousands and hundred millions; smallest first. */
export type Steps = readonly (readonly [from: number, unit: number, name: string])[];

export interface LanguageRules {
  /** Its own name. */
  name: string;
  /** Two or three signs for narrow places. */
  short: string;
  /** Locale of digits: which sign stands before decimals and between thousands. */
  digits: string;
  /** Large numbers. */
  steps: Steps;
  /** The same on axes. */
  axisSteps: Steps;
  /** Amounts of money on axes. */
  moneySteps: Steps;
  /** What is measured with decimals (`ms`, `sec`), counted (`s`, `min`, `h`, `d`), stands beside hours or seconds (`m`). */
  units: Record<"ms" | "sec" | "s" | "min" | "m" | "h" | "d" | "axisMinute", string>;
  bytes: readonly [string, string, string, string, string];
  /** Percentage points. */
  points: string;
  ago(span: string): string;
  /** From Monday on. */
  weekdays: readonly string[];
  /** A day of this year, or of another one. */
  date(year: string, month: number, day: number, sameYear: boolean): string;
  month(year: string, month: number): string;
  /** Between the parts of a list, and before what explains them. */
  comma: string;
  colon: string;
}

const EN_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const RU_MONTHS = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];
const NBSP = "\u00a0";
const two = (value: number) => String(value).padStart(2, "0");

function thousands(...names: readonly string[]): Steps {
  return names.map((name, index) => [1000 ** (index + 1), 1000 ** (index + 1), name]);
}

const EN_STEPS = thousands("k", "M", "B");
const RU_STEPS = thousands(`${NBSP}тыс.`, `${NBSP}млн`, `${NBSP}млрд`);

function chinese(words: {
  name: string;
  short: string;
  tenThousand: string;
  hundredMillion: string;
  minutes: string;
  hours: string;
  points: string;
  week: string;
}): LanguageRules {
  const hundredMillion = [1e8, 1e8, words.hundredMillion] as const;
  return {
    name: words.name,
    short: words.short,
    digits: "en-US",
    steps: [[1e4, 1e4, words.tenThousand], hundredMillion],
    // Five digits are short enough there.
    axisSteps: [[1e5, 1e4, words.tenThousand], hundredMillion],
    moneySteps: EN_STEPS,
    units: { ms: "ms", sec: "s", s: "秒", min: words.minutes, m: "分", h: words.hours, d: "天", axisMinute: "分" },
    bytes: ["B", "kB", "MB", "GB", "TB"],
    points: words.points,
    ago: (span) => `${span}前`,
    weekdays: ["一", "二", "三", "四", "五", "六", "日"].map((day) => words.week + day),
    date: (year, month, day, sameYear) => (sameYear ? `${month}月${day}日` : `${year}-${two(month)}-${two(day)}`),
    month: (year, month) => `${year}年${month}月`,
    comma: "，",
    colon: "：",
  };
}

export const RULES: Record<Language, LanguageRules> = {
  en: {
    name: "English",
    short: "EN",
    digits: "en-US",
    steps: EN_STEPS,
    axisSteps: EN_STEPS,
    moneySteps: EN_STEPS,
    units: { ms: "ms", sec: "s", s: "s", min: "min", m: "m", h: "h", d: "d", axisMinute: "min" },
    bytes: ["B", "kB", "MB", "GB", "TB"],
    points: "pp",
    ago: (span) => `${span} ago`,
    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    date: (year, month, day, sameYear) => `${day} ${EN_MONTHS[month - 1] ?? ""}${sameYear ? "" : ` ${year}`}`,
    month: (year, month) => `${EN_MONTHS[month - 1] ?? ""} ${year}`,
    comma: ", ",
    colon: ": ",
  },
  "zh-CN": chinese({
    name: "简体中文",
    short: "中",
    tenThousand: "万",
    hundredMillion: "亿",
    minutes: "分钟",
    hours: "小时",
    points: "个百分点",
    week: "周",
  }),
  "zh-TW": chinese({
    name: "繁體中文",
    short: "繁",
    tenThousand: "萬",
    hundredMillion: "億",
    minutes: "分鐘",
    hours: "小時",
    points: "個百分點",
    week: "週",
  }),
  ru: {
    name: "Русский",
    short: "RU",
    digits: "ru-RU",
    steps: RU_STEPS,
    axisSteps: RU_STEPS,
    moneySteps: RU_STEPS,
    units: { ms: "мс", sec: "с", s: "с", min: "мин", m: "мин", h: "ч", d: "д", axisMinute: "мин" },
    bytes: ["Б", "кБ", "МБ", "ГБ", "ТБ"],
    points: "п. п.",
    ago: (span) => `${span} назад`,
    weekdays: ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"],
    date: (year, month, day, sameYear) => `${day} ${RU_MONTHS[month - 1] ?? ""}${sameYear ? "" : ` ${year}`}`,
    // On its own, May is not "of May".
    month: (year, month) => `${month === 5 ? "май" : (RU_MONTHS[month - 1] ?? "")} ${year}`,
    comma: ", ",
    colon: ": ",
  },
};

/** The language of the panel for what a browser wants, the first that fits. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const name = tag.toLowerCase();
    if (/^zh\b/.test(name)) return /hant|-(tw|hk|mo)\b/.test(name) && !name.includes("hans") ? "zh-TW" : "zh-CN";
    if (/^ru\b/.test(name)) return "ru";
    if (/^en\b/.test(name)) return "en";
  }
  return "en";
}
