import { describe, expect, it } from "vitest";
import { createFormatter, UNKNOWN } from "./format";

const en = createFormatter("en", "Asia/Shanghai");
const zh = createFormatter("zh-CN", "Asia/Shanghai");
const plain = (text: string) => text.replaceAll("\u00a0", " ");
const NOW = Date.UTC(2026, 10, 23, 9, 19, 42);

describe("panel-look §5", () => {
  it("writes counts in full", () => {
    expect(en.count(41278)).toBe("41,278");
    expect(zh.count(0)).toBe("0");
    expect(en.count(-3)).toBe("−3");
  });

  it("writes tokens exactly below 10,000, then with three digits", () => {
    expect([9214, 9999, 10000, 37_400_000, 1_040_000_000].map(en.tokens)).toEqual([
      "9,214",
      "9,999",
      "10.0k",
      "37.4M",
      "1.04B",
    ]);
    expect([9214, 37_400_000, 1_040_000_000].map(zh.tokens)).toEqual(["9,214", "3,740万", "10.4亿"]);
    expect(en.tokens(999_600)).toBe("1.00M");
    expect(en.tokens(99_960)).toBe("100k");
  });

  it("writes money with the digits of its size", () => {
    expect([265.38, 0.1172, 12345, 0, 0.00004, -2.5].map(en.money)).toEqual([
      "$265.38",
      "$0.1172",
      "$12,345",
      "$0",
      "<$0.0001",
      "−$2.50",
    ]);
  });

  it("writes shares and percentages without a space", () => {
    expect(en.share(0.03773)).toBe("3.77%");
    expect(en.share(0.9, 0)).toBe("90%");
    expect(en.percent(42)).toBe("42%");
    expect(en.percent(99.5)).toBe("99.5%");
    expect(en.percent(100)).toBe("100%");
    expect([en.percent(99.9999), en.percent(0.0001)]).toEqual([">99.99%", "<0.01%"]);
  });

  it("writes durations", () => {
    expect([214, 1690, 43_500, 134_000, 999.7, 59_960, 3_720_000].map((ms) => plain(en.duration(ms)))).toEqual([
      "214 ms",
      "1.69 s",
      "43.5 s",
      "2 m 14 s",
      "1.00 s",
      "1 min",
      "1 h 2 m",
    ]);
    expect(plain(zh.duration(134_000))).toBe("2 分 14 秒");
  });

  it("writes clocks for 24 hours in the operator's zone", () => {
    expect(en.clock(NOW)).toBe("17:19:42");
    expect(en.clock(NOW + 586, { ms: true })).toBe("17:19:42.586");
    expect(en.clock(Date.UTC(2026, 10, 23, 16, 5), { short: true })).toBe("00:05");
  });

  it("calls nothing all that is not, nor little nothing", () => {
    expect([en.share(1), en.share(1, 1), en.share(1, 0)]).toEqual(["100.00%", "100.0%", "100%"]);
    expect([en.share(0.99999), en.share(0.99996, 1), en.share(0.996, 0)]).toEqual([">99.99%", ">99.9%", ">99%"]);
    expect([en.share(0.9999), en.share(0.9994, 1), en.share(0.994, 0)]).toEqual(["99.99%", "99.9%", "99%"]);
    expect(en.share(0.00001)).toBe("<0.01%");
  });

  it("writes the date of a moment that is not of today", () => {
    expect(en.moment(NOW - 60_000, NOW)).toBe("17:18:42");
    expect(en.moment(NOW - 18 * 3_600_000, NOW)).toBe("22 Nov 23:19:42");
    expect(en.moment(NOW + 7 * 3_600_000, NOW, { short: true })).toBe("24 Nov 00:19");
    expect(en.moment(Date.UTC(2025, 10, 23, 9, 19, 42), NOW)).toBe("23 Nov 2025 17:19:42");
    expect(en.moment(null, NOW)).toBe(en.clock(null));
  });

  it("writes the year only when it is another one", () => {
    expect(en.date(NOW, NOW)).toBe("23 Nov");
    expect(en.date(Date.UTC(2026, 10, 3), NOW)).toBe("3 Nov");
    expect(en.date(Date.UTC(2025, 10, 23), NOW)).toBe("23 Nov 2025");
    expect(zh.date(NOW, NOW)).toBe("11月23日");
    expect(en.date(Date.UTC(2026, 10, 3), NOW)).toBe("3 Nov");
    expect(zh.date(Date.UTC(2026, 0, 3), NOW)).toBe("1月3日");
    expect(zh.date(Date.UTC(2025, 0, 3), NOW)).toBe("2025-01-03");
    expect(en.dateTime(NOW, NOW, { short: true })).toBe("23 Nov 17:19");
  });

  it("writes ages", () => {
    expect(plain(en.ago(NOW - 17 * 60_000, NOW))).toBe("17 min ago");
    expect(plain(zh.ago(NOW - 17 * 60_000, NOW))).toBe("17 分钟前");
    expect(plain(en.ago(NOW + 5000, NOW))).toBe("0 s ago");
    expect(plain(en.span(26 * 3_600_000))).toBe("1 d");
  });

  it("writes bytes with base 1000", () => {
    expect([0, 999, 1000, 412_000_000, 64 * 1024 * 1024].map((n) => plain(en.bytes(n)))).toEqual([
      "0 B",
      "999 B",
      "1.00 kB",
      "412 MB",
      "67.1 MB",
    ]);
  });

  it("writes changes with their sign, and none without a base", () => {
    expect(en.change(41278, 36903)).toBe("+11.9%");
    expect(en.change(3, 4)).toBe("−25.0%");
    expect([en.change(900, 100), en.change(5_000, 100), en.change(2.02e9, 220_000)]).toEqual([
      "+800.0%",
      "×50.0",
      "×9,182",
    ]);
    expect([en.change(5, 0), en.change(5, undefined), en.change(undefined, 5)]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
    expect(plain(en.points(0.0377, 0.0102))).toBe("+2.75 pp");
    expect(plain(zh.points(0.0102, 0.0377))).toBe("−2.75 个百分点");
    expect(plain(en.points(0.1, 0.1))).toBe("0.00 pp");
  });

  it("writes axes short", () => {
    expect([0, 750, 1500, 2_000_000].map(en.axis.count)).toEqual(["0", "750", "1.5k", "2M"]);
    expect([1500, 50_000_000].map(zh.axis.tokens)).toEqual(["1,500", "5,000万"]);
    expect([0, 7.5, 15, 0.003, 1500].map(en.axis.money)).toEqual(["$0", "$7.5", "$15", "$0.003", "$1.5k"]);
    expect([0, 0.3, 0.025].map(en.axis.share)).toEqual(["0%", "30%", "2.5%"]);
    expect([0, 500, 3000, 120_000].map((ms) => plain(en.axis.duration(ms)))).toEqual(["0 s", "500 ms", "3 s", "2 min"]);
    expect([en.tick(NOW, "time", NOW), en.tick(NOW, "day", NOW), en.tick(NOW, "month", NOW)]).toEqual([
      "17:19",
      "23 Nov",
      "Nov 2026",
    ]);
    expect([en.weekday(0), zh.weekday(6), en.weekday(9)]).toEqual(["Mon", "周日", UNKNOWN]);
  });

  it("writes unknown as a dash, never as 0", () => {
    for (const write of [
      en.count,
      en.tokens,
      en.money,
      en.share,
      en.percent,
      en.duration,
      en.clock,
      en.bytes,
      en.span,
      (value: undefined) => en.date(value, NOW),
      (value: undefined) => en.ago(value, NOW),
      (value: undefined) => en.dateTime(value, NOW),
    ]) {
      expect(write(undefined)).toBe(UNKNOWN);
    }
    expect(en.count(Number.NaN)).toBe(UNKNOWN);
    expect(en.count(null)).toBe(UNKNOWN);
  });

  it("writes each language with its own units, digits and dates", () => {
    const ru = createFormatter("ru", "Europe/Moscow");
    const tw = createFormatter("zh-TW", "Asia/Taipei");
    const may = Date.UTC(2026, 4, 3, 12);
    expect([plain(ru.count(12_345)), plain(ru.tokens(37_400_000)), plain(ru.money(1234.5))]).toEqual([
      "12 345",
      "37,4 млн",
      "$1 234,50",
    ]);
    expect([ru.axis.count(1200), ru.axis.share(0.25), ru.percent(12.5)].map(plain)).toEqual([
      "1,2 тыс.",
      "25%",
      "12,5%",
    ]);
    expect([plain(ru.duration(1500)), plain(ru.duration(134_000)), plain(ru.bytes(2_500_000))]).toEqual([
      "1,50 с",
      "2 мин 14 с",
      "2,50 МБ",
    ]);
    expect([ru.date(may, NOW), ru.tick(may, "month", NOW), ru.weekday(0)]).toEqual(["3 мая", "май 2026", "Пн"]);
    expect(plain(ru.ago(NOW - 17 * 60_000, NOW))).toBe("17 мин назад");
    expect([tw.tokens(37_400_000), tw.weekday(6), tw.date(may, NOW)]).toEqual(["3,740萬", "週日", "5月3日"]);
    expect(plain(tw.ago(NOW - 17 * 60_000, NOW))).toBe("17 分鐘前");
  });
});
