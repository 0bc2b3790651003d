import { expect, it } from "vitest";
import type { AnomalyPoint } from "../../api/analytics-types";
import { shownLeaps } from "./anomalies";

const HOUR = 3_600_000;
const at = (hour: number) => 1_700_000_000_000 + hour * HOUR;
const point = (hour: number, calls = 130) =>
  ({ bucket_ms: at(hour), bucket_end_ms: at(hour + 1), calls }) as AnomalyPoint;
const hours = (calls: number) => (moment: number) => ({ from: moment - HOUR, calls, cost: 0.13 });

it("shows leaps between whole buckets only: not from one that the range cuts, not to one that is not over", () => {
  const span = { from: at(0) - HOUR / 2, to: at(3) + HOUR / 2 };
  const found = shownLeaps([point(3), point(2), point(1), point(0)], span, hours(40));
  // Hour 0 leaps from one that begins before the range; hour 3 is not over.
  expect(found.map(({ point: { bucket_ms } }) => bucket_ms)).toEqual([at(2), at(1)]);
});

it("calls nothing a leap from a handful of requests, and tells what it was", () => {
  const span = { from: at(0), to: at(9) };
  expect(shownLeaps([point(5)], span, hours(11))).toEqual([]);
  expect(shownLeaps([point(5, 9)], span, hours(40))).toEqual([]);
  expect(shownLeaps([point(5)], span, hours(20))[0]?.before).toMatchObject({ calls: 20, cost: 0.13 });
});
