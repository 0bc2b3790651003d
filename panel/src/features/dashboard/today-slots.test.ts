import { expect, it } from "vitest";
import type { HealthPoint } from "../../api/analytics-types";
import { fromZoned } from "../../lib/zone";
import { slotsOf } from "./today-slots";

const BERLIN = "Europe/Berlin";
const SLOT_MS = 600_000;

function day(month: number, day: number) {
  const start = fromZoned({ year: 2026, month, day }, BERLIN);
  const points = Array.from({ length: 144 }, (_, index) => ({ bucket_ms: start + index * SLOT_MS }) as HealthPoint);
  const slots = slotsOf(points, start, BERLIN);
  const hours = (row: number) => slots[row]?.map((cell) => cell.length);
  const at = (row: number, hour: number) => slots[row]?.[hour]?.map(({ bucket_ms }) => (bucket_ms - start) / 60_000);
  return { hours, at };
}

it("puts each slot where the clock has it", () => {
  const { hours, at } = day(5, 4);
  for (const row of [0, 5]) expect(hours(row)).toEqual(new Array(24).fill(1));
  expect(at(3, 14)).toEqual([14 * 60 + 30]);
});

it("has no slot in the hour that is left out, and none of the next day", () => {
  const { hours, at } = day(3, 29);
  expect(hours(0)).toEqual([1, 1, 0, ...new Array(21).fill(1)]);
  expect(at(0, 3)).toEqual([120]);
  expect(at(5, 23)).toEqual([22 * 60 + 50]);
});

it("has the hour that comes twice in one place, and the later ones in theirs", () => {
  const { hours, at } = day(10, 25);
  expect(hours(0)?.slice(0, 5)).toEqual([1, 1, 2, 1, 1]);
  expect(at(2, 2)).toEqual([140, 200]);
  expect(at(0, 12)).toEqual([13 * 60]);
});
