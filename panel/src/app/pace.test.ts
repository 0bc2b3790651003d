import { expect, it } from "vitest";
import { dueOf, paceOf } from "./pace";

const DAY = 86_400_000;

it("reads long ranges less often", () => {
  expect([DAY / 24, DAY, 7 * DAY, 30 * DAY].map(paceOf)).toEqual([0, 5_000, 10_000, 30_000]);
});

it("reads what has changed when its time has come, and not again without a change", () => {
  const now = 1_000_000;
  // Read long ago: now. Read a moment ago: when its pace has passed.
  expect(dueOf({ readAt: now - 60_000, pace: 30_000 }, now, now)).toBe(now);
  expect(dueOf({ readAt: now - 10_000, pace: 30_000 }, now, now)).toBe(now + 20_000);
  // An answer that came just after the change may not hold it.
  expect(dueOf({ readAt: now, pace: 0 }, now - 1_000, now)).toBe(now);
  expect(dueOf({ readAt: now, pace: 0 }, now - 5_000, now)).toBeNull();
});
