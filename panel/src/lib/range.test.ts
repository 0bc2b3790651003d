import { describe, expect, it } from "vitest";
import {
  type BucketSize,
  barBefore,
  bucketChoices,
  bucketFor,
  bucketIndex,
  bucketsOf,
  scaleOf,
  ticksOf,
} from "./buckets";
import { boundedSpan, comparedSpan, isOpenEnded, isRange, PRESETS, spanOf } from "./range";
import { addUnits, fromZoned, zonedParts } from "./zone";

const SHANGHAI = "Asia/Shanghai";
const BERLIN = "Europe/Berlin";
const HOUR = 3_600_000;
/** Monday, 23 November 2026, 17:19:42 in Shanghai. */
const NOW = Date.UTC(2026, 10, 23, 9, 19, 42);
const local = (at: number | undefined, zone = SHANGHAI) => {
  if (at === undefined) return undefined;
  const { month, day, hour, minute } = zonedParts(at, zone);
  return `${month}/${day} ${hour}:${String(minute).padStart(2, "0")}`;
};

describe("ranges", () => {
  it("takes names and amounts, nothing else", () => {
    for (const range of [...PRESETS, "90m", "36h", "14d", "6w"]) expect(isRange(range), range).toBe(true);
    for (const range of ["", "0h", "-1h", "1y", "99999h", "24h ", "__proto__", "1e3h"])
      expect(isRange(range), range).toBe(false);
  });

  it("ends today's ranges at now and closed ones at midnight", () => {
    const span = (range: string) => {
      const { from, to } = spanOf({ range }, NOW, SHANGHAI);
      return [local(from), local(to)];
    };
    expect(span("24h")).toEqual(["11/22 17:19", undefined]);
    expect(span("today")).toEqual(["11/23 0:00", undefined]);
    expect(span("yesterday")).toEqual(["11/22 0:00", "11/23 0:00"]);
    expect(span("7d")).toEqual(["11/17 0:00", undefined]);
    expect(span("30d")).toEqual(["10/25 0:00", undefined]);
    expect(span("this-week")).toEqual(["11/23 0:00", undefined]);
    expect(span("this-month")).toEqual(["11/1 0:00", undefined]);
    expect(span("last-month")).toEqual(["10/1 0:00", "11/1 0:00"]);
    expect(span("2w")).toEqual(["11/10 0:00", undefined]);
    expect(span("all")).toEqual([undefined, undefined]);
    expect(["24h", "today", "yesterday", "last-month"].map((range) => isOpenEnded({ range }, NOW))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isOpenEnded({ from: 1, to: 2 }, NOW)).toBe(false);
    expect(isOpenEnded({ from: 1, to: NOW + 1 }, NOW)).toBe(true);
  });

  it("makes yesterday as long as it was", () => {
    const noon = fromZoned({ year: 2026, month: 10, day: 26, hour: 12 }, BERLIN);
    const long = boundedSpan({ range: "yesterday" }, noon, BERLIN);
    expect(long.to - long.from).toBe(25 * HOUR);
    const spring = boundedSpan(
      { range: "yesterday" },
      fromZoned({ year: 2026, month: 3, day: 30, hour: 1 }, BERLIN),
      BERLIN,
    );
    expect(spring.to - spring.from).toBe(23 * HOUR);
    expect(local(spring.from, BERLIN)).toBe("3/29 0:00");
  });

  it("compares with the span before, by the calendar where the range is one", () => {
    const compared = (search: Parameters<typeof comparedSpan>[0]) => {
      const span = comparedSpan(search, NOW, SHANGHAI);
      return span && [local(span.from), local(span.to)];
    };
    expect(compared({ range: "24h" })).toEqual(["11/21 17:19", "11/22 17:19"]);
    expect(compared({ range: "today" })).toEqual(["11/22 0:00", "11/22 17:19"]);
    expect(compared({ range: "yesterday" })).toEqual(["11/21 0:00", "11/22 0:00"]);
    expect(compared({ range: "this-month" })).toEqual(["10/1 0:00", "10/23 17:19"]);
    expect(compared({ range: "last-month" })).toEqual(["9/1 0:00", "10/1 0:00"]);
    expect(compared({ range: "7d" })).toEqual(["11/10 0:00", "11/16 17:19"]);
    expect(compared({ range: "24h", compare: "week" })).toEqual(["11/15 17:19", "11/16 17:19"]);
    expect(compared({ range: "24h", compare: "four-weeks" })).toEqual(["10/25 17:19", "10/26 17:19"]);
    expect(compared({ range: "6w", compare: "four-weeks" })).toEqual(["8/18 0:00", "9/28 17:19"]);
    expect(compared({ range: "24h", compare: NOW - 50 * HOUR })).toEqual(["11/21 15:19", "11/22 15:19"]);
    // A span that begins with the range, or later, is none to compare with.
    expect(compared({ range: "24h", compare: NOW - 24 * HOUR })).toBeUndefined();
    expect(compared({ range: "24h", compare: "off" })).toBeUndefined();
    expect(compared({ range: "all" })).toBeUndefined();
    expect(compared({ from: NOW - HOUR, to: NOW })).toEqual(["11/23 15:19", "11/23 16:19"]);
  });
});

describe("a range whose end is still to come", () => {
  const range = { from: NOW - 6 * HOUR, to: NOW + 18 * HOUR };

  it("is compared with as much of the span before as is over", () => {
    const since = (from: number) => ({ from, to: from + 6 * HOUR });
    expect(comparedSpan(range, NOW, SHANGHAI)).toEqual(since(NOW - 30 * HOUR));
    expect(comparedSpan({ ...range, compare: "week" }, NOW, SHANGHAI)).toEqual(since(NOW - 174 * HOUR));
    expect(comparedSpan({ ...range, compare: NOW - 50 * HOUR }, NOW, SHANGHAI)).toEqual(since(NOW - 50 * HOUR));
  });

  it("is compared with nothing before it has begun", () => {
    expect(comparedSpan({ from: NOW + HOUR, to: NOW + 2 * HOUR }, NOW, SHANGHAI)).toBeUndefined();
  });
});

describe("the bar before", () => {
  const at = (month: number, day: number, hour = 0) => fromZoned({ year: 2026, month, day, hour }, BERLIN);

  it("is as long as it was, also where the calendar or the clock moved", () => {
    const later = at(12, 31);
    expect(barBefore({ from: at(3, 1), to: at(4, 1) }, BERLIN, later)).toEqual({ from: at(2, 1), to: at(3, 1) });
    expect(barBefore({ from: at(10, 26), to: at(10, 27) }, BERLIN, later)).toEqual({
      from: at(10, 25),
      to: at(10, 26),
    });
    expect(at(10, 26) - at(10, 25)).toBe(25 * HOUR);
    expect(barBefore({ from: at(3, 29), to: at(3, 30) }, BERLIN, later)).toEqual({ from: at(3, 28), to: at(3, 29) });
    expect(barBefore({ from: at(5, 1, 7), to: at(5, 1, 8) }, BERLIN, later).from).toBe(at(5, 1, 6));
    // No bar of a chart.
    expect(barBefore({ from: 1_000, to: 1_500 }, BERLIN, later)).toEqual({ from: 500, to: 1_000 });
  });

  it("is only the same part of it while the bar is not over, and never reaches into the bar", () => {
    const march = { from: at(3, 1), to: at(4, 1) };
    expect(barBefore(march, BERLIN, at(3, 11))).toEqual({ from: at(2, 1), to: at(2, 11) });
    expect(barBefore(march, BERLIN, at(3, 30))).toEqual({ from: at(2, 1), to: at(3, 1) });
  });
});

describe("buckets", () => {
  it("covers a range without holes, also over a moved clock", () => {
    for (const [range, zone, now] of [
      ["24h", SHANGHAI, NOW],
      ["yesterday", BERLIN, fromZoned({ year: 2026, month: 10, day: 26, hour: 12 }, BERLIN)],
      ["30d", BERLIN, fromZoned({ year: 2026, month: 4, day: 5, hour: 12 }, BERLIN)],
    ] as const) {
      const span = boundedSpan({ range }, now, zone);
      for (const size of bucketChoices(span)) {
        const buckets = bucketsOf(span, size, zone, now);
        expect(buckets[0]?.from).toBeLessThanOrEqual(span.from);
        expect(buckets.at(-1)?.to).toBeGreaterThanOrEqual(span.to);
        for (const [index, bucket] of buckets.entries()) {
          expect(bucket.to).toBeGreaterThan(bucket.from);
          if (index > 0) expect(bucket.from, `${range} ${size}`).toBe(buckets[index - 1]?.to);
        }
      }
    }
  });

  it("has a day of 25 hours, and 25 bars in it", () => {
    const now = fromZoned({ year: 2026, month: 10, day: 26, hour: 12 }, BERLIN);
    const span = boundedSpan({ range: "yesterday" }, now, BERLIN);
    expect(bucketsOf(span, "hour", BERLIN, now)).toHaveLength(25);
    const days = bucketsOf(span, "day", BERLIN, now);
    expect(days).toEqual([{ from: span.from, to: span.to, partial: false, covered: 1 }]);
  });

  it("marks the first and the last bucket as partial where they are", () => {
    const span = boundedSpan({ range: "24h" }, NOW, SHANGHAI);
    const buckets = bucketsOf(span, "half_hour", SHANGHAI, NOW);
    expect(buckets).toHaveLength(49);
    expect(buckets.filter((bucket) => bucket.partial)).toEqual([buckets[0], buckets.at(-1)]);
    const [first, last] = [buckets[0], buckets.at(-1)];
    expect(first?.covered).toBeCloseTo(((first?.to ?? 0) - span.from) / 1_800_000);
    expect(last?.covered).toBeCloseTo((NOW - (last?.from ?? 0)) / 1_800_000);
    expect(buckets.slice(1, -1).every(({ covered }) => covered === 1)).toBe(true);
    expect(buckets.every(({ from, to }) => to - from === 1_800_000)).toBe(true);
    expect(bucketIndex(buckets, span.from)).toBe(0);
    expect(bucketIndex(buckets, (buckets[7]?.to ?? 0) - 1)).toBe(7);
    expect(bucketIndex(buckets, 0)).toBe(-1);
  });
});

describe("the width of a bar", () => {
  const of = (range: string, sizes?: readonly BucketSize[]) =>
    bucketFor(boundedSpan({ range }, NOW, SHANGHAI), 170, sizes);

  it("is a part of an hour for a few hours, and never a hair", () => {
    expect(["15m", "1h", "3h", "6h", "12h"].map((range) => of(range))).toEqual([
      "minute",
      "minute",
      "five_minutes",
      "five_minutes",
      "quarter_hour",
    ]);
    expect(["24h", "7d", "30d", "90d"].map((range) => of(range))).toEqual(["hour", "hour", "day", "day"]);
  });

  it("is only what the manager knows", () => {
    const old = ["hour", "day", "week", "month"] as const;
    expect(of("1h", old)).toBe("hour");
    expect(of("1h", ["half_hour", ...old])).toBe("half_hour");
    expect(bucketChoices(boundedSpan({ range: "30d" }, NOW, SHANGHAI))).not.toContain("five_minutes");
    expect(bucketChoices(boundedSpan({ range: "6h" }, NOW, SHANGHAI), old)).toEqual(["hour"]);
  });
});

describe("axes", () => {
  it("puts ticks on round times of the zone", () => {
    const span = boundedSpan({ range: "24h" }, NOW, SHANGHAI);
    expect(ticksOf(span, SHANGHAI, 8).map(({ at }) => local(at))).toEqual([
      "11/22 18:00",
      "11/22 21:00",
      "11/23 0:00",
      "11/23 3:00",
      "11/23 6:00",
      "11/23 9:00",
      "11/23 12:00",
      "11/23 15:00",
    ]);
    const month = boundedSpan({ range: "30d" }, NOW, SHANGHAI);
    const days = ticksOf(month, SHANGHAI, 7);
    expect(days.map(({ at }) => local(at))).toEqual([
      "10/29 0:00",
      "11/3 0:00",
      "11/8 0:00",
      "11/13 0:00",
      "11/18 0:00",
      "11/23 0:00",
    ]);
    expect(
      ticksOf({ from: addUnits("day", NOW, -900, SHANGHAI), to: NOW }, SHANGHAI, 8).every(
        ({ kind }) => kind === "month",
      ),
    ).toBe(true);
  });

  it("has round scales that hold the greatest value", () => {
    expect(scaleOf(1713, "count")).toEqual([0, 1000, 2000]);
    expect(scaleOf(0.6)).toEqual([0, 0.3, 0.6]);
    expect(scaleOf(12.05)).toEqual([0, 7.5, 15]);
    expect(scaleOf(1, "count")).toEqual([0, 1, 2]);
    expect(scaleOf(4560, "time")).toEqual([0, 3000, 6000]);
    expect(scaleOf(0)).toEqual([0, 1]);
    for (const max of [0.003, 7, 99, 1_001, 5e9]) expect(scaleOf(max).at(-1)).toBeGreaterThanOrEqual(max);
  });
});
