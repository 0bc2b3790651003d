import { boundedSpan, type RangeSearch, spanOf } from "../lib/range";
import { stringifySearch } from "../lib/search";
import { DIMENSIONS, type Dimension, excludedName, type FilterSearch, type ViewSearch } from "../lib/view";
import type { AnalyticsFilters } from "./analytics-types";
import { FIELDS } from "./query";
import type { EventQuery } from "./types";

/** How the address' names are called by the analytics routes. They know no other names of a model, no status code, no endpoint and no request id. */
const FILTERS: Partial<Record<Dimension, keyof AnalyticsFilters>> = {
  model: "models",
  provider: "providers",
  account: "accounts",
  key: "api_key_hashes",
  error: "header_error_codes",
  auth: "auth_indices",
  credential: "credential_ids",
  file: "auth_files",
  project: "project_ids",
  executor: "request_types",
  trace: "header_trace_ids",
};

/** The filters of an address as the analytics routes want them; ask only where `isExpressible`. */
export function toFilters(search: FilterSearch): AnalyticsFilters {
  const found: Record<string, unknown> = {};
  for (const name of DIMENSIONS) {
    const [wanted, filter] = [search[name], FILTERS[name]];
    if (wanted && filter) found[filter] = wanted;
  }
  if (search.status === "failed") found.failed_only = true;
  if (search.status === "ok") found.include_failed = false;
  if (search.cache) found.cache_status = search.cache;
  if (search.slow !== undefined) found.min_latency_ms = search.slow;
  return found as AnalyticsFilters;
}

export interface Scope {
  from_ms: number;
  to_ms: number;
  time_zone: string;
  search_query?: string;
  filters?: AnalyticsFilters;
}

/** Range and filters of a view at a moment, for the analytics routes. */
export function toScope(search: ViewSearch, now: number, zone: string): Scope {
  const { from, to } = boundedSpan(search, now, zone);
  const filters = toFilters(search);
  return {
    from_ms: from,
    to_ms: to,
    time_zone: zone,
    ...(search.q ? { search_query: search.q } : {}),
    ...(Object.keys(filters).length > 0 ? { filters } : {}),
  };
}

/**
 * Names that `GET /api/v1/events` takes as parameters of their own; other fields go through `include`. Its `model` is any name
 * of a model, so that the name of the sums is a field; its `status_code` takes numbers only, and a request may have none.
 */
const PARAMETERS: Partial<Record<Dimension, string>> = {
  any_model: "model",
  provider: "provider",
  account: "account",
  key: "api_key_hash",
  auth: "auth_index",
  endpoint: "endpoint",
  trace: "trace_id",
};

/** A view as parameters of `GET /api/v1/events` and its exports. */
export function toEventQuery(search: RangeSearch & FilterSearch, now: number, zone: string): EventQuery {
  const { from, to } = spanOf(search, now, zone);
  const include: string[] = [];
  const exclude: string[] = [];
  const found: Record<string, unknown> = {
    from_ms: from,
    to_ms: to,
    status: search.status,
    search: search.q,
    cache: search.cache,
    range: search.slow === undefined ? undefined : [`latency_ms:${search.slow}..`],
    // The route takes one request id.
    request_id: search.request?.[0],
  };
  for (const name of DIMENSIONS) {
    const [wanted, unwanted] = [search[name], search[excludedName(name)]];
    const parameter = PARAMETERS[name];
    if (wanted && parameter) found[parameter] = wanted;
    if (name === "request" || name === "trace") continue;
    const field = FIELDS[name];
    if (wanted && !parameter) include.push(...wanted.map((value) => `${field}:${value}`));
    if (unwanted) exclude.push(...unwanted.map((value) => `${field}:${value}`));
  }
  if (include.length > 0) found.include = include;
  if (exclude.length > 0) found.exclude = exclude;
  for (const name of Object.keys(found)) if (found[name] === undefined) delete found[name];
  return found as EventQuery;
}

/** Where the view can be downloaded. The browser follows the link with its own session. */
export function exportHref(
  format: "csv" | "jsonl",
  search: RangeSearch & FilterSearch,
  now: number,
  zone: string,
): string {
  return `/api/v1/events.${format}${stringifySearch(toEventQuery(search, now, zone))}`;
}

/** Filters that the contract's analytics route cannot express: it would leave them out without a word. */
export function isExpressible(search: FilterSearch): boolean {
  return DIMENSIONS.every(
    (name) => (search[name] === undefined || FILTERS[name] !== undefined) && search[excludedName(name)] === undefined,
  );
}
