import { stringifySearch } from "../lib/search";
import { send } from "./client";
import type { ImportSession } from "./manage-types";
import type { EventCost, Failures, HeaderSnapshot } from "./monitor-types";
import type { EventPage, EventQuery } from "./types";

const SCAN_TIMEOUT_MS = 60_000;
const SESSIONS = "/v0/management/usage/import-sessions";

export const monitor = {
  /** `cause`: accounts and models are counted, not told apart. At most 500 groups. */
  failures: (query: EventQuery, limit: number, group: "account" | "cause", signal?: AbortSignal) =>
    send<Failures>("GET", `/api/v1/failures${stringifySearch({ ...query, limit, group })}`, {
      signal,
      timeout: SCAN_TIMEOUT_MS,
    }),
  /** The nearest events before and after a place, of one account or key. */
  near: (filter: EventQuery, cursor: { before?: string; after?: string }, limit: number, signal?: AbortSignal) =>
    send<EventPage>("GET", `/api/v1/events${stringifySearch({ ...filter, ...cursor, limit })}`, { signal }),
  cost: (id: number, signal?: AbortSignal) => send<EventCost>("GET", `/api/v1/events/${id}/cost`, { signal }),
  headerSnapshots: (signal?: AbortSignal) =>
    send<{ items: HeaderSnapshot[] }>("GET", "/v0/management/monitoring/header-snapshots?days=30&limit=1000", {
      signal,
    }),
};

/** Imports in chunks, as `manager-http-api.md` §7.4 has them. */
export const imports = {
  create: (body: { filename: string; size_bytes: number; resume_key: string }) =>
    send<ImportSession>("POST", SESSIONS, { body }),
  read: (id: string) => send<ImportSession>("GET", `${SESSIONS}/${id}`),
  complete: (id: string) => send<ImportSession>("POST", `${SESSIONS}/${id}/complete`),
  cancel: (id: string) => send<ImportSession>("DELETE", `${SESSIONS}/${id}`),
  chunk: (id: string, offset: number, bytes: Blob, signal: AbortSignal) =>
    send<ImportSession>("PUT", `${SESSIONS}/${id}/chunk?offset=${offset}`, {
      bytes,
      signal,
      timeout: 5 * SCAN_TIMEOUT_MS,
    }),
};
