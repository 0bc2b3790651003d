/** Shapes of the monitoring routes, those written by hand until the pages read the OpenAPI document's. */
import type { components } from "./schema";
import type { EventRow } from "./types";

type Schemas = components["schemas"];

/** A stored attempt with what it cost. */
export type CostedRow = EventRow;

export type FailureGroup = Schemas["FailureGroup"];
export type Failures = Schemas["Fresh_FailuresAnswer"];

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
