import type { EventRow } from "../../api/types";
import type { State } from "../../ui/status";

/** What a row says, worked out once for table, card and drawer. */

/** A request slower than this stands out. */
export const SLOW_MS = 30_000;
const KEY_CHARS = 8;

/** 408 and 5xx pass by themselves; 499 is the client's own doing; the rest needs somebody. */
export function stateOf(row: EventRow): State {
  if (!row.failed) return "ok";
  const code = row.fail_status_code ?? 0;
  if (code === 499) return "unknown";
  return code === 408 || code >= 500 ? "warn" : "bad";
}

/** The upstream's status, if the record carries one. */
export function codeOf(row: EventRow): number | null {
  const code = row.fail_status_code ?? 0;
  return code > 0 ? code : null;
}

/** The name of the account: as it was when collected, else the masked source. */
export function accountOf(row: EventRow): string | null {
  return row.account_snapshot || row.auth_label_snapshot || row.source || row.auth_index || null;
}

/** The model that the provider got, when it is another one than the shown name without its suffix. */
export function resolvedOf(row: EventRow): string | null {
  const resolved = row.resolved_model;
  return resolved && resolved !== row.model ? resolved : null;
}

export function shortHash(hash: string | null | undefined): string | null {
  return hash ? hash.slice(0, KEY_CHARS) : null;
}

/** CPA writes 0 when it saw no first byte. */
export function firstTokenOf(row: EventRow): number | null {
  return row.ttft_ms ? row.ttft_ms : null;
}

/** Share of the input that came from the provider's cache, 0 to 1. */
export function cachedShareOf(row: EventRow): number | null {
  const { total_input_tokens, cache_read_tokens } = row.normalised;
  return total_input_tokens > 0 ? Math.min(1, cache_read_tokens / total_input_tokens) : null;
}

/** Output tokens per second after the first token; unknown for failures and where CPA saw no first byte. */
export function rateOf(row: EventRow): number | null {
  const generation = (row.latency_ms ?? 0) - (row.ttft_ms ?? 0);
  if (row.failed || !row.ttft_ms || generation <= 0 || row.output_tokens <= 0) return null;
  return Math.round(row.output_tokens / (generation / 1000));
}
