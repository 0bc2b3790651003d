/** How the requests of an account or key went. */
export type Health = "ok" | "warn" | "bad" | "unknown";

/** With fewer requests or failures, they are watched, but nothing is concluded from them. */
const LEAST_CALLS = 5;
const LEAST_FAILURES = 3;
/** One failure among successes is chance. */
const FEW_FAILURES = 2;

/** A success rate below 95% is watched, below 85% somebody is needed. */
export function healthOf({ calls, success }: { calls: number; success: number | null }): Health {
  if (success === null || calls === 0) return "unknown";
  const failures = Math.round(calls * (1 - success));
  if (success >= 0.95 || (failures < FEW_FAILURES && success > 0)) return "ok";
  return success < 0.85 && calls >= LEAST_CALLS && failures >= LEAST_FAILURES ? "bad" : "warn";
}
