import { stringifySearch } from "../lib/search";
import { send } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type AuditEntry = Schemas["AuditEntryView"];
export type AuditChange = Schemas["AuditChangeView"];
export type AuditAction = Schemas["AuditActionCode"];
export type AuditActor = Schemas["AuditActorKind"];
export type AuditTrail = Schemas["AuditTrail"];

/** What `GET /api/v1/audit` can be narrowed by; actions are codes, or groups of them such as `price`. */
export interface AuditQuery {
  action?: readonly string[] | undefined;
  q?: string | undefined;
  from_ms?: number | undefined;
  to_ms?: number | undefined;
}

export const audit = {
  /** Newest first; `before` is the `next_before` of the page above. */
  page: (query: AuditQuery, page: { limit: number; before?: number | undefined }, signal?: AbortSignal) =>
    send<AuditTrail>("GET", `/api/v1/audit${stringifySearch({ ...query, ...page })}`, { signal }),
};
