/** Shapes of the monitoring routes. */
import type { components } from "./schema";
import type { EventRow } from "./types";

type Schemas = components["schemas"];

/** A stored attempt with what it cost. */
export type CostedRow = EventRow;

export type FailureGroup = Schemas["FailureGroup"];
export type Failures = Schemas["Fresh_FailuresAnswer"];

export type CostLine = Schemas["CostLine"];
/** The price that an event was billed by. */
export type CostPrice = Schemas["CostPrice"];
/** One event's cost with its reasons. Without `usd` no price is known, which is not the same as free. */
export type EventCost = Schemas["EventCost"];
/** The newest answer of a credential's provider, by its headers. */
export type HeaderSnapshot = Omit<Schemas["HeaderSnapshot"], "id" | "event_hash">;
