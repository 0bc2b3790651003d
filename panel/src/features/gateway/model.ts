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

const slotAt = (time: number) => Math.floor(time / SLOT_MS);

export function isSameSlot(one: number, other: number): boolean {
  return slotAt(one) === slotAt(other);
}

/** Counters that were read at another moment, so that their newest slot is the one of `to`. */
export function alignedTo<Part extends { recent: readonly Slot[] }>(parts: readonly Part[], from: number, to: number) {
  const later = slotAt(to) - slotAt(from);
  return parts.map((part) => ({
    ...part,
    recent:
      later < 0
        ? part.recent.slice(0, later)
        : [...part.recent, ...Array.from({ length: later }, () => ({ success: 0, failed: 0 }))],
  }));
}

/** When the ten minutes were: the newest one had not ended when they were read. */
export function bucketsOfSlots(count: number, readAt: number): Bucket[] {
  const last = slotAt(readAt) * SLOT_MS;
  return Array.from({ length: count }, (_, index) => {
    const from = last - (count - 1 - index) * SLOT_MS;
    const covered = Math.min(1, (readAt - from) / SLOT_MS);
    return { from, to: from + SLOT_MS, partial: index === count - 1, covered };
  });
}

/** Requests per minute over the last three whole slots; `null` where there are none. */
export function ratePerMinute(slots: readonly Slot[]): number | null {
  const whole = slots.slice(0, -1).slice(-RATE_SLOTS);
  if (whole.length === 0) return null;
  return whole.reduce((sum, { success, failed }) => sum + success + failed, 0) / (whole.length * (SLOT_MS / 60_000));
}

export interface Usability {
  /** Credentials that are not switched off. */
  enabled: number;
  usable: number;
  broken: number;
  /** Enabled, but the gateway's word for them says nothing of it. */
  unclear: number;
}

/** How many credentials can be used. */
export function usabilityOf(credentials: readonly GatewayCredential[]): Usability {
  const enabled = credentials.filter(({ disabled, status }) => !disabled && status !== "disabled").map(stateOf);
  const of = (...states: State[]) => enabled.filter((state) => states.includes(state)).length;
  return { enabled: enabled.length, usable: of("ok", "warn"), broken: of("bad"), unclear: of("unknown") };
}

export interface Condition extends Usability {
  state: State;
  requests: number;
  failed: number;
  /** Of the requests in the slots; `null` without any. */
  failedShare: number | null;
  /** Many of them fail. */
  failing: boolean;
}

/** What CPA alone can tell: which credentials work, and how much fails. */
export function conditionOf(credentials: readonly GatewayCredential[], keys: readonly GatewayKeyUse[]): Condition {
  const usability = usabilityOf(credentials);
  const { enabled, usable, broken } = usability;
  const slots = sumOf([...credentials, ...keys]);
  const failed = slots.reduce((sum, slot) => sum + slot.failed, 0);
  const requests = slots.reduce((sum, slot) => sum + slot.success + slot.failed, 0);
  const failedShare = requests > 0 ? failed / requests : null;
  const failing = requests >= LEAST_REQUESTS && (failedShare ?? 0) >= FAILED_SHARE;
  const quiet = usable > 0 || (enabled === 0 && keys.length > 0) ? "ok" : "unknown";
  return {
    ...usability,
    state: enabled > 0 && broken === enabled ? "bad" : broken > 0 || failing ? "warn" : quiet,
    requests,
    failed,
    failedShare,
    failing,
  };
}
