import type { Key } from "../i18n";
import type { State } from "../ui/status";

export interface Cause {
  /** What happened, in words. */
  words: Key;
  state: State;
}

const QUOTA = /quota|usage_limit|insufficient|exhaust|billing|credit/i;

/** What a failure means, by its status and the provider's own code. 499 is the client's doing; 408 and 5xx pass by themselves. */
export function causeOf(status: number, error: string): Cause {
  if (status === 499) return { words: "cause.clientGone", state: "unknown" };
  if (status === 429)
    return QUOTA.test(error) ? { words: "cause.quota", state: "bad" } : { words: "cause.rateLimit", state: "bad" };
  if (status === 402) return { words: "cause.quota", state: "bad" };
  if (status === 401 || status === 403) return { words: "cause.refused", state: "bad" };
  if (status === 408) return { words: "cause.cut", state: "warn" };
  if (status === 404) return { words: "cause.noModel", state: "bad" };
  if (status === 400 || status === 413 || status === 422) return { words: "cause.request", state: "bad" };
  if (status === 503 || status === 529) return { words: "cause.overloaded", state: "warn" };
  if (status >= 500) return { words: "cause.upstream", state: "warn" };
  return { words: "cause.other", state: "bad" };
}
