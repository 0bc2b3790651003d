/** Shapes of the monitoring routes, written by hand until the OpenAPI document has them. */
import type { EventRow } from "./types";

/** A stored attempt with what it cost, where the manager says so. */
export type CostedRow = EventRow & {
  /** USD; absent or null = not known. */
  cost?: number | null;
  /** Whether a price fits its model. */
  priced?: boolean;
};

export interface FailureGroup {
  provider: string;
  account?: string | null;
  auth_index?: string | null;
  model: string;
  status_code?: number | null;
  error_code?: string | null;
  error_kind?: string | null;
  /** Attempts. */
  failed: number;
  /** Requests that they belong to, and how many of those another attempt answered. */
  requests: number;
  answered: number;
  /** How many client keys it hits. */
  keys: number;
  /** Of all attempts of this provider, account and model in range. */
  share: number;
  /** Of this cause ever, not only in range. */
  first_seen_ms?: number | null;
  first_in_range_ms: number;
  last_seen_ms: number;
  ongoing: boolean;
  /** The last two hours, oldest first. */
  bars: number[];
  /** The newest event of the group. */
  example_id: number;
}

export interface Failures {
  requests: number;
  failed: number;
  generated_at_ms: number;
  bars: { from_ms: number; width_ms: number; count: number };
  items: FailureGroup[];
  /** Groups left out. */
  more: number;
}

export type CostPart = "uncached_input" | "cached_input" | "cache_read" | "cache_creation" | "output";

export interface CostLine {
  part: CostPart;
  tokens: number;
  usd_per_million: number;
  rate_from: string;
  multiplier: number;
  usd: number;
}

/** The price that an event was billed by. */
export interface CostPrice {
  model: string;
  behaviour_model: string;
  origin: string;
  source: string;
  source_model_id: string;
  valid_from_ms?: number;
  valid_to_ms?: number;
  /** `base`, `context_tier` or `long_context`. */
  band: string;
  above_tokens?: number;
  tier_rule?: string;
}

/** One event's cost with its reasons. */
export interface EventCost {
  id: number;
  cost_basis: string;
  /** `breakdown` or `counters`: what the tokens of this event were taken from. */
  tokens_from: string;
  input_tokens: number;
  service_tier: string;
  /** Absent = no price is known, which is not the same as free. */
  usd?: number;
  price?: CostPrice;
  lines: CostLine[];
  /** The names under which a price was looked for. */
  looked_for: string[];
}

/** The newest answer of a credential's provider, by its headers. */
export interface HeaderSnapshot {
  timestamp_ms: number;
  auth_file_snapshot?: string;
  auth_index?: string;
  account_snapshot?: string;
  header_quota_recover_at_ms?: number;
  header_quota_used_percent?: number;
  header_quota_plan_type?: string;
  header_error_kind?: string;
  header_error_code?: string;
  header_trace_id?: string;
}
