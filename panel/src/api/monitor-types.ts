/** Shapes of the monitoring routes. */
import type { components } from "./schema";
import type { EventRow } from "./types";

type Schemas = components["schemas"];

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

export type CostLine = Schemas["CostLine"];
/** The price that an event was billed by. */
export type CostPrice = Schemas["CostPrice"];
/** One event's cost with its reasons. Without `usd` no price is known, which is not the same as free. */
export type EventCost = Schemas["EventCost"];
/** The newest answer of a credential's provider, by its headers. */
export type HeaderSnapshot = Omit<Schemas["HeaderSnapshot"], "id" | "event_hash">;
