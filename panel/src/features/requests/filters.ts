import type { EventQuery } from "../../api/types";
import { list, milliseconds, oneOf, text } from "../../lib/search";

export const RANGES = ["15m", "1h", "24h", "7d", "30d", "all"] as const;
export type Range = (typeof RANGES)[number];
export const DEFAULT_RANGE: Range = "24h";

const RANGE_MS: Record<Exclude<Range, "all">, number> = {
  "15m": 15 * 60_000,
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 7 * 86_400_000,
  "30d": 30 * 86_400_000,
};

/** Filters with many values, and the parameter of the API behind each. */
const LISTS = {
  model: "model",
  provider: "provider",
  account: "account",
  key: "api_key_hash",
  auth: "auth_index",
  endpoint: "endpoint",
} as const satisfies Record<string, keyof EventQuery>;

export type ListName = keyof typeof LISTS | "code" | "request";
/** In the order of the chips. */
export const LIST_NAMES: readonly ListName[] = [
  "model",
  "provider",
  "account",
  "key",
  "code",
  "auth",
  "endpoint",
  "request",
];

/** The state of the request list, as it stands in the address. */
export interface RequestSearch extends Partial<Record<ListName, string[]>> {
  range?: Range;
  /** Both or one of them: a span chosen by hand; Unix milliseconds. */
  from?: number;
  to?: number;
  status?: "ok" | "failed";
  q?: string;
}

/** Takes what an address says; what cannot be understood is left out. */
export function validateRequestSearch(search: Record<string, unknown>): RequestSearch {
  const found: RequestSearch = {};
  const from = milliseconds(search.from);
  const to = milliseconds(search.to);
  if (from !== undefined || to !== undefined) {
    if (from !== undefined) found.from = from;
    if (to !== undefined && (from === undefined || to > from)) found.to = to;
  } else {
    const range = oneOf(search.range, RANGES);
    if (range && range !== DEFAULT_RANGE) found.range = range;
  }
  const status = oneOf(search.status, ["ok", "failed"] as const);
  if (status) found.status = status;
  for (const name of LIST_NAMES) {
    let values = list(search[name]);
    if (name === "code") values = values?.filter((value) => /^\d{3}$/.test(value));
    // The API takes one request id.
    if (name === "request") values = values?.slice(0, 1);
    if (values && values.length > 0) found[name] = values;
  }
  const q = text(search.q);
  if (q) found.q = q;
  return found;
}

/** Begin and end of the range at a moment; `undefined` = open. */
export function spanOf(search: RequestSearch, now: number): { from_ms: number | undefined; to_ms: number | undefined } {
  if (search.from !== undefined || search.to !== undefined) return { from_ms: search.from, to_ms: search.to };
  const range = search.range ?? DEFAULT_RANGE;
  return { from_ms: range === "all" ? undefined : now - RANGE_MS[range], to_ms: undefined };
}

export function toQuery(search: RequestSearch, now: number): EventQuery {
  const query: EventQuery = { ...spanOf(search, now), status: search.status, search: search.q };
  for (const name of LIST_NAMES) {
    const values = search[name];
    if (!values) continue;
    if (name === "request") query.request_id = values[0];
    else if (name === "code") query.status_code = values.map(Number);
    else query[LISTS[name]] = values;
  }
  return query;
}

/** Whether anything but the range narrows the list. */
export function isFiltered(search: RequestSearch): boolean {
  return search.status !== undefined || search.q !== undefined || LIST_NAMES.some((name) => search[name] !== undefined);
}

/** Whether the range is open at its end, so that new requests belong to it. */
export function isOpenEnded(search: RequestSearch): boolean {
  return search.to === undefined;
}

/** The same range without any filter. */
export function withoutFilters(search: RequestSearch): RequestSearch {
  const rest: RequestSearch = {};
  if (search.range) rest.range = search.range;
  if (search.from !== undefined) rest.from = search.from;
  if (search.to !== undefined) rest.to = search.to;
  return rest;
}

export function countFilters(search: RequestSearch): number {
  return LIST_NAMES.filter((name) => search[name]).length + (search.status ? 1 : 0) + (search.q ? 1 : 0);
}
