import { describe, expect, it } from "vitest";
import { addUnits, fromInput, fromZoned, isZone, offsetAt, startOf, toInput, weekdayOf, zonedParts } from "./zone";

const BERLIN = "Europe/Berlin";
const HOUR = 3_600_000;

describe("a zone", () => {
  it("is known or not", () => {
    expect([isZone("Asia/Shanghai"), isZone("UTC"), isZone("Mars/Base"), isZone(""), isZone("x".repeat(99))]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("reads parts and offsets, before 1970 as well", () => {
    const at = Date.UTC(2026, 10, 23, 9, 19, 42);
    expect(zonedParts(at, "Asia/Shanghai")).toEqual({
      year: 2026,
      month: 11,
      day: 23,
      hour: 17,
      minute: 19,
      second: 42,
    });
    expect(offsetAt(at, "Asia/Kolkata")).toBe(5.5 * HOUR);
    expect(offsetAt(-1, "UTC")).toBe(0);
  });
});

describe("days of 23 and 25 hours", () => {
  it("has a short day in spring and a long one in autumn", () => {
    const spring = startOf("day", Date.UTC(2026, 2, 29, 12), BERLIN);
    expect(addUnits("day", spring, 1, BERLIN) - spring).toBe(23 * HOUR);
    const autumn = startOf("day", Date.UTC(2026, 9, 25, 12), BERLIN);
    expect(addUnits("day", autumn, 1, BERLIN) - autumn).toBe(25 * HOUR);
    expect(addUnits("day", autumn, -1, BERLIN)).toBe(startOf("day", autumn - 1, BERLIN));
  });

  it("takes the first of two and the jump for a skipped time", () => {
    // 02:30 comes twice on 25 October, and not at all on 29 March.
    expect(fromZoned({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 }, BERLIN)).toBe(
      Date.UTC(2026, 9, 25, 0, 30),
    );
    expect(fromZoned({ year: 2026, month: 3, day: 29, hour: 2, minute: 30 }, BERLIN)).toBe(Date.UTC(2026, 2, 29, 1, 0));
  });

  it("begins the day after midnight where midnight is skipped", () => {
    // Beirut moves its clocks at midnight.
    const at = startOf("day", Date.UTC(2026, 2, 29, 12), "Asia/Beirut");
    expect(zonedParts(at, "Asia/Beirut")).toMatchObject({ day: 29, hour: 1, minute: 0 });
  });

  it("begins hours in zones of half hours", () => {
    const at = Date.UTC(2026, 5, 1, 10, 47, 12, 345);
    expect(startOf("hour", at, "Asia/Kolkata")).toBe(Date.UTC(2026, 5, 1, 10, 30));
  });

  it("moves by months without leaving them, and finds Mondays", () => {
    const last = fromZoned({ year: 2026, month: 3, day: 31, hour: 9 }, BERLIN);
    expect(zonedParts(addUnits("month", last, -1, BERLIN), BERLIN)).toMatchObject({ month: 2, day: 28, hour: 9 });
    expect(zonedParts(startOf("week", last, BERLIN), BERLIN)).toMatchObject({ month: 3, day: 30, hour: 0 });
    expect(weekdayOf(last, BERLIN)).toBe(1);
    expect(zonedParts(startOf("month", last, BERLIN), BERLIN)).toMatchObject({ month: 3, day: 1, hour: 0 });
  });
});

describe("date fields", () => {
  it("speak the operator's zone", () => {
    const at = Date.UTC(2026, 10, 23, 9, 19);
    expect(toInput(at, "Asia/Shanghai")).toBe("2026-11-23T17:19");
    expect(fromInput("2026-11-23T17:19", "Asia/Shanghai")).toBe(at);
    expect(fromInput("", "UTC")).toBeUndefined();
    expect(fromInput("yesterday", "UTC")).toBeUndefined();
  });
});
