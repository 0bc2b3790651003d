import type { EventDetail, QuotaWindow } from "../api/types";

/** What an answer's headers say of quota: a request's, or the newest of a credential. */
export interface QuotaFacts {
  response_metadata?: EventDetail["response_metadata"] | null | undefined;
  header_quota_used_percent?: number | null | undefined;
  header_quota_recover_at_ms?: number | null | undefined;
}

/** The windows of one provider, in whose group the manager stores them. */
interface Windows {
  primary?: QuotaWindow | null;
  secondary?: QuotaWindow | null;
}

/** The quota windows that an answer told of, the shorter one first; Claude's stand in a group of their own. */
export function quotaWindows(facts: QuotaFacts): QuotaWindow[] {
  const quota = facts.response_metadata?.quota as (Windows & { anthropic?: Windows | null }) | null | undefined;
  const told = [quota, quota?.anthropic]
    .flatMap((windows) => [windows?.primary, windows?.secondary])
    .filter((window): window is QuotaWindow => Boolean(window));
  if (told.length > 0) return told;
  const used = facts.header_quota_used_percent ?? null;
  if (used === null) return [];
  return [{ used_percent: used, reset_at_ms: facts.header_quota_recover_at_ms ?? null }];
}

/** Use of the fullest window, percent; `null` where no window tells it. */
export function quotaUsed(facts: QuotaFacts | undefined): number | null {
  const used = facts
    ? [facts.header_quota_used_percent, ...quotaWindows(facts).map((window) => window.used_percent)]
    : [];
  const known = used.filter((value): value is number => typeof value === "number");
  return known.length > 0 ? Math.max(...known) : null;
}
