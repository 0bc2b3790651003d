import type { HealthPoint } from "../../api/analytics-types";
import { startOf, zonedParts } from "../../lib/zone";

export const HOURS = 24;
export const PER_HOUR = 6;
const MINUTES = 60 / PER_HOUR;

/**
 * The slots of a day by row (ten minutes) and column (hour), as a clock of the zone shows them. Where the clock is set
 * forward an hour has none, and where it is set back an hour comes twice. What lies on the next day is left out.
 */
export function slotsOf(points: readonly HealthPoint[], start: number, zone: string): HealthPoint[][][] {
  const slots = Array.from({ length: PER_HOUR }, () => Array.from({ length: HOURS }, (): HealthPoint[] => []));
  for (const point of points) {
    const at = zonedParts(point.bucket_ms, zone);
    if (startOf("day", point.bucket_ms, zone) === start) slots[Math.floor(at.minute / MINUTES)]?.[at.hour]?.push(point);
  }
  return slots;
}
