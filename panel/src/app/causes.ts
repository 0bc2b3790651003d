import type { Key } from "../i18n";
import type { State } from "../ui/status";

export interface Cause {
  /** What happened, in two or three words. */
  words: Key;
  /** The same as a sentence. */
  sentence: Key;
  state: State;
}

const QUOTA = /quota|usage[ _-]?limit|insufficient|exhaust|billing|credit|limit has been reached/i;
/** Words of a rate limit, which passes by itself; Google says of one that a resource is exhausted and to "check quota". */
const RATE = /rate[ _-]?limit\w*( has been reached)?|resource[ _](has been )?exhausted( \(e\.g\. check quota\))?/gi;
const RATE_SAID = /rate[ _-]?limit/i;
const SHORT = /per[ _-]?(minute|second)/i;

function isQuota(said: string): boolean {
  return !SHORT.test(said) && QUOTA.test(said.replace(RATE, " "));
}

const cause = (words: Key, sentence: Key, state: State): Cause => ({ words, sentence, state });

/**
 * What a failure means, by its status, the provider's own code and, where it is at hand, what the provider said.
 * 499 is the client's doing; 408 and 5xx pass by themselves.
 */
export function causeOf(status: number, error: string, said?: string): Cause {
  if (status === 499) return cause("failure.clientGone", "because.cancelled", "unknown");
  if (status === 429) {
    // Without the provider's words it may be either.
    if (said === undefined && !isQuota(error) && !RATE_SAID.test(error)) {
      return cause("failure.limit", "because.limit", "bad");
    }
    return isQuota(`${error} ${said ?? ""}`)
      ? cause("failure.quota", "because.quota", "bad")
      : cause("failure.rateLimit", "because.rateLimit", "bad");
  }
  if (status === 402) {
    return /deactivat/i.test(`${error} ${said ?? ""}`)
      ? cause("failure.refused", "because.credential", "bad")
      : cause("failure.payment", "because.payment", "bad");
  }
  if (status === 401 || status === 403) return cause("failure.refused", "because.credential", "bad");
  if (status === 408) return cause("failure.cut", "because.cut", "warn");
  if (status === 404) return cause("failure.noModel", "because.notFound", "bad");
  if (status === 400 || status === 413 || status === 422) return cause("failure.request", "because.badRequest", "bad");
  if (status === 503 || status === 529) return cause("failure.overloaded", "because.overloaded", "warn");
  if (status >= 500) return cause("failure.upstream", "because.upstream", "warn");
  return cause("failure.other", "because.unknown", "bad");
}
