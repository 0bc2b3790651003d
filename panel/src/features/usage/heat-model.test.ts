import { describe, expect, it } from "vitest";
import { addUnits, fromZoned, zonedParts } from "../../lib/zone";
import { calendarOf, heatValue, hoursOf, isWhole, occurrences, partOf, weekOf } from "./heat-model";

const BERLIN = "Europe/Berlin";
const day = (month: number, date: number) => fromZoned({ year: 2026, month, day: date }, BERLIN);

describe("weekday and hour", () => {
  it("counts how often an hour comes, also on days of 23 and 25 hours", () => {
    const hours = hoursOf({ from: day(10, 19), to: day(11, 2) }, BERLIN);
    expect(hours[0]?.[9]).toBe(2);
    // 25 October has two hours called 02.
    expect(hours[6]?.[2]).toBe(3);
    const spring = hoursOf({ from: day(3, 29), to: day(3, 30) }, BERLIN);
    expect(spring[6]?.[2]).toBe(0);
    expect(spring[6]?.reduce((sum, each) => sum + each, 0)).toBe(23);
  });

  it("tells a mean per hour, true zero from no such hour, and Sunday from Monday", () => {
    const span = { from: day(11, 2), to: addUnits("day", day(11, 2), 14, BERLIN) };
    const groups = [
      { keys: ["1", "9"], values: { calls: 30, failures: 3, cost: 4, total_tokens: 100 } },
      { keys: ["0", "23"], values: { calls: 8, failures: 0, cost: 0, total_tokens: 0 } },
    ];
    const week = weekOf({ groups }, span, BERLIN);
    expect(heatValue(week[0]?.[9], "calls")).toBe(15);
    expect(heatValue(week[0]?.[9], "failure_rate")).toBe(0.1);
    expect(heatValue(week[6]?.[23], "calls")).toBe(4);
    expect(heatValue(week[3]?.[3], "calls")).toBe(0);
    const short = weekOf({ groups: [] }, { from: day(11, 2), to: day(11, 3) }, BERLIN);
    expect(heatValue(short[1]?.[0], "calls")).toBeNull();
  });
});

it("knows an hour that is not over, whose figure is no mean", () => {
  const half = { from: day(11, 2), to: day(11, 2) + 30 * 60_000 };
  const [cell] = weekOf({ groups: [{ keys: ["1", "0"], values: { calls: 617 } }] }, half, BERLIN)[0] ?? [];
  expect(heatValue(cell, "calls")).toBe(617);
  expect(isWhole(cell)).toBe(false);
  const [full] = weekOf({ groups: [] }, { from: day(11, 2), to: day(11, 3) }, BERLIN)[0] ?? [];
  expect(isWhole(full)).toBe(true);
  expect(isWhole(undefined)).toBe(false);
});

describe("one hour of a weekday", () => {
  it("is found newest first, and not where the clock skips it", () => {
    const span = { from: day(3, 16), to: day(4, 6) };
    const sundays = occurrences(span, BERLIN, 6, 2);
    expect(
      sundays.map(({ from }) => zonedParts(from, BERLIN)).map(({ month, day: date, hour }) => [month, date, hour]),
    ).toEqual([
      [4, 5, 2],
      [3, 22, 2],
    ]);
    expect(occurrences(span, BERLIN, 0, 9, 1)).toHaveLength(1);
  });
});

describe("the calendar", () => {
  it("puts weeks side by side, Monday first", () => {
    const days = calendarOf({ from: day(10, 24), to: day(11, 3) }, BERLIN);
    expect(days.map(({ row, column }) => [row, column])).toEqual([
      [5, 0],
      [6, 0],
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
      [5, 1],
      [6, 1],
      [0, 2],
    ]);
    expect((days[1]?.to ?? 0) - (days[1]?.from ?? 0)).toBe(25 * 3_600_000);
  });
});

it("takes of a day or a bar what the range has of it", () => {
  const asked = { from: 150, to: 350 };
  expect(partOf({ from: 100, to: 200 }, asked, false)).toEqual({ from: 150, to: 200 });
  expect(partOf({ from: 200, to: 300 }, asked, false)).toEqual({ from: 200, to: 300 });
  expect(partOf({ from: 300, to: 400 }, asked, false)).toEqual({ from: 300, to: 350 });
  // Up to now, which moves: the day is not over.
  expect(partOf({ from: 300, to: 400 }, asked, true)).toEqual({ from: 300, to: 400 });
  // A bar of an address, which the range has left behind.
  expect(partOf({ from: 0, to: 100 }, asked, true)).toEqual({ from: 0, to: 100 });
  expect(partOf({ from: 400, to: 500 }, asked, false)).toEqual({ from: 400, to: 500 });
});
