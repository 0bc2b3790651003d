import type { Finding } from "../api/analytics-types";
import { findingOf, SINCE } from "../features/dashboard/findings";
import { type Key, useI18n } from "../i18n";
import type { State } from "../ui/status";
import { healthOf } from "./health";

/** An account that was used in the range, but not for this long, and not for many times its usual pause. */
const QUIET_MS = 6 * 3_600_000;
const QUIET_PAUSES = 10;
const WORDS: Readonly<Record<string, Key | undefined>> = {
  quota_used_up: "accounts.outOfQuota",
  credential_failing: "accounts.failing",
  credential_without_success: "accounts.failing",
  quota_nearly_used: "accounts.nearlyUsed",
};
export const WORST_FIRST: readonly State[] = ["bad", "warn", "stale", "unknown", "ok"];

/** How an account is, wherever it is named. */
export interface AccountState {
  state: State;
  /** What the server found of it; it says more than a share of failures. */
  finding: Finding | undefined;
}

/**
 * What the findings of now say of an account, else how its requests of the range went, else that it has not been heard of for
 * long. A range that is over, such as yesterday, has its requests only: what is found now says nothing of it.
 */
export function accountState(
  account: { id: string; calls: number; success: number | null; seen: number | null },
  findings: readonly Finding[],
  now: number,
  /** Length of the range in ms, where it reaches until now; else neither findings nor silence are told. */
  lasting: number | null,
): AccountState {
  const finding = lasting === null ? undefined : findingOf(account.id, findings);
  const health = healthOf(account);
  const told: State = finding ? (finding.severity === "critical" ? "bad" : "warn") : health;
  const state = WORST_FIRST.indexOf(health) < WORST_FIRST.indexOf(told) ? health : told;
  const silent = account.seen === null ? 0 : now - account.seen;
  const quiet = lasting !== null && silent > QUIET_MS && silent > (QUIET_PAUSES * lasting) / Math.max(1, account.calls);
  return { state: quiet && state === "ok" ? "stale" : state, finding };
}

/** The state in words, and since when or until when. */
export function useAccountWords(): {
  words(found: AccountState, seen: number | null, now: number): string;
  detail(found: AccountState, seen: number | null, now: number): string;
} {
  const { t, format } = useI18n();
  return {
    words({ state, finding }, seen, now) {
      const key = WORDS[finding?.code ?? ""];
      if (key) return t(key, { used: format.percent(finding?.numbers.used_percent ?? null) });
      if (finding) return finding.code.replaceAll("_", " ");
      if (state === "bad") return t("monitor.manyFail");
      if (state === "warn") return t("monitor.someFail");
      if (state === "unknown") return t("monitor.noCalls");
      return state === "stale"
        ? t("accounts.quiet", { time: format.span(seen === null ? null : now - seen) })
        : t("monitor.healthy");
    },
    detail({ state, finding }, seen, now) {
      const resets = finding?.numbers.recover_at_ms;
      if (resets) return t("accounts.resets", { time: format.moment(resets, now, { short: true }) });
      if (finding?.since_ms && SINCE.has(finding.code)) {
        return t("accounts.since", { time: format.dateTime(finding.since_ms, now, { short: true }) });
      }
      if (seen === null) return "";
      return state === "stale"
        ? t("accounts.last", { time: format.dateTime(seen, now, { short: true }) })
        : t("accounts.last", { time: format.ago(seen, now) });
    },
  };
}
