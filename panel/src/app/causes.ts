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
  if (status === 499) return { words: "failure.clientGone", state: "unknown" };
  if (status === 429)
    return QUOTA.test(error) ? { words: "failure.quota", state: "bad" } : { words: "failure.rateLimit", state: "bad" };
  if (status === 402) return { words: "failure.quota", state: "bad" };
  if (status === 401 || status === 403) return { words: "failure.refused", state: "bad" };
  if (status === 408) return { words: "failure.cut", state: "warn" };
  if (status === 404) return { words: "failure.noModel", state: "bad" };
  if (status === 400 || status === 413 || status === 422) return { words: "failure.request", state: "bad" };
  if (status === 503 || status === 529) return { words: "failure.overloaded", state: "warn" };
  if (status >= 500) return { words: "failure.upstream", state: "warn" };
  return { words: "failure.other", state: "bad" };
}
