import type { GatewayCredential, GatewayKeyUse, Slot } from "../../api/gateway";
import type { Bucket } from "../../lib/buckets";
import type { State } from "../../ui/status";

const SLOT_MS = 600_000;
const RATE_SLOTS = 3;
/** Fewer requests than this say nothing of a share. */
const LEAST_REQUESTS = 20;
const FAILED_SHARE = 0.1;

/** What CPA's own words for a credential come to. */
export function stateOf(credential: Pick<GatewayCredential, "status" | "disabled" | "unavailable">): State {
  if (credential.disabled || credential.status === "disabled") return "unknown";
  if (credential.status === "error" || credential.unavailable) return "bad";
  if (credential.status === "pending" || credential.status === "refreshing") return "warn";
  return credential.status === "active" ? "ok" : "unknown";
}

const ORDER: readonly State[] = ["bad", "warn", "ok", "stale", "unknown"];

/** Worst first, then the busiest; disabled ones last. */
export function worstFirst(credentials: readonly GatewayCredential[]): GatewayCredential[] {
  const total = ({ success, failed }: Slot) => success + failed;
  return [...credentials].sort(
    (a, b) =>
      ORDER.indexOf(stateOf(a)) - ORDER.indexOf(stateOf(b)) || total(b) - total(a) || a.name.localeCompare(b.name),
  );
}

/** The ten minutes of every credential and key together, oldest first; the newest end together. */
export function sumOf(parts: readonly { recent: readonly Slot[] }[]): Slot[] {
  const length = Math.max(0, ...parts.map(({ recent }) => recent.length));
  return Array.from({ length }, (_, index) =>
    parts.reduce<Slot>(
      (sum, { recent }) => {
        const slot = recent[recent.length - length + index];
        return { success: sum.success + (slot?.success ?? 0), failed: sum.failed + (slot?.failed ?? 0) };
      },
      { success: 0, failed: 0 },
    ),
  );
}

/** When the ten minutes were: the newest one has not ended. */
export function bucketsOfSlots(count: number, now: number): Bucket[] {
  const last = Math.floor(now / SLOT_MS) * SLOT_MS;
  return Array.from({ length: count }, (_, index) => {
    const from = last - (count - 1 - index) * SLOT_MS;
    return { from, to: from + SLOT_MS, partial: index === count - 1 };
  });
}

/** Requests per minute over the last three whole slots; `null` where there are none. */
export function ratePerMinute(slots: readonly Slot[]): number | null {
  const whole = slots.slice(0, -1).slice(-RATE_SLOTS);
  if (whole.length === 0) return null;
  return whole.reduce((sum, { success, failed }) => sum + success + failed, 0) / (whole.length * (SLOT_MS / 60_000));
}

export interface Condition {
  state: State;
  usable: number;
  broken: number;
  enabled: number;
  requests: number;
  failed: number;
  /** Of the requests in the slots; `null` without any. */
  failedShare: number | null;
  /** Many of them fail. */
  failing: boolean;
}

/** What CPA alone can tell: which credentials work, and how much fails. */
export function conditionOf(credentials: readonly GatewayCredential[], keys: readonly GatewayKeyUse[]): Condition {
  const enabled = credentials.filter(({ disabled, status }) => !disabled && status !== "disabled");
  const broken = enabled.filter((one) => stateOf(one) === "bad").length;
  const slots = sumOf([...credentials, ...keys]);
  const failed = slots.reduce((sum, slot) => sum + slot.failed, 0);
  const requests = slots.reduce((sum, slot) => sum + slot.success + slot.failed, 0);
  const failedShare = requests > 0 ? failed / requests : null;
  const failing = requests >= LEAST_REQUESTS && (failedShare ?? 0) >= FAILED_SHARE;
  const none = enabled.length > 0 && broken === enabled.length;
  return {
    state: none ? "bad" : broken > 0 || failing ? "warn" : enabled.length === 0 && keys.length === 0 ? "unknown" : "ok",
    usable: enabled.length - broken,
    broken,
    enabled: enabled.length,
    requests,
    failed,
    failedShare,
    failing,
  };
}
