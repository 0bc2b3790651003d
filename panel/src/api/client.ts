import createClient from "openapi-fetch";
import { limited } from "../lib/limit";
import { early } from "./early";
import { asApiError, bodyOf, errorOf, isRelayed } from "./errors";
import type { paths } from "./schema";
import type { EventQuery, SetupRequest } from "./types";

const TIMEOUT_MS = 30_000;
/** Discovery: the page must not wait long for it. */
const QUICK_TIMEOUT_MS = 5_000;
/** A connection test waits for the gateway's own time-outs. */
const SLOW_TIMEOUT_MS = 90_000;

/** Marks a request as the panel's own, which another site's form cannot do. */
export const PANEL_HEADER = { "X-CPAMP-Request": "panel" };

/** Told when the manager no longer knows this session. */
let onSignedOut: () => void = () => {};

export function setSignedOutHandler(handler: () => void): void {
  onSignedOut = handler;
}

const client = createClient<paths>({
  baseUrl: location.origin,
  credentials: "same-origin",
  cache: "no-store",
  headers: { Accept: "application/json", ...PANEL_HEADER },
  // Looked up at each call, so that a test can put its own in place.
  fetch: (request) => early(request) ?? globalThis.fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

interface Limits {
  timeout?: number;
  signal?: AbortSignal | undefined;
  /** A 401 here says something about the typed key, not about the session. */
  anonymous?: boolean;
}

/** Runs a call with a time-out and turns everything but success into an `ApiError`. */
async function ask<T>(call: (signal: AbortSignal) => Promise<Answer<T>>, limits: Limits = {}): Promise<T> {
  const timeout = AbortSignal.timeout(limits.timeout ?? TIMEOUT_MS);
  try {
    const { data, error, response } = await call(limits.signal ? AbortSignal.any([limits.signal, timeout]) : timeout);
    if (!response.ok) {
      // A 401 of the gateway says something about the manager's key for it, not about the session.
      if (response.status === 401 && !limits.anonymous && !isRelayed(response.headers)) onSignedOut();
      throw errorOf(response.status, error, response.headers);
    }
    return data as T;
  } catch (error) {
    if (limits.signal?.aborted) throw error;
    throw asApiError(error);
  }
}

/**
 * Calls that wait for the gateway. It may take its time over each, and a browser has six connections for this page, one of
 * them for the stream: the manager's own answers must not wait behind them.
 */
export const throughGateway = limited(3);

/** A call to a route that the contract does not describe yet. */
export function send<T>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  { body, bytes, ...limits }: Limits & { body?: unknown; bytes?: Blob } = {},
): Promise<T> {
  return ask<T>(async (signal) => {
    const asked = method === "GET" ? early(new Request(path, { signal })) : undefined;
    const response = await (asked ??
      fetch(path, {
        method,
        credentials: "same-origin",
        cache: "no-store",
        headers: {
          Accept: "application/json",
          ...PANEL_HEADER,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(bytes === undefined ? {} : { "Content-Type": "application/octet-stream" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(bytes === undefined ? {} : { body: bytes }),
        signal,
      }));
    const found = await bodyOf(response);
    return response.ok ? { data: found as T, response } : { error: found, response };
  }, limits);
}

type Known<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

/** Leaves out what is undefined. */
function known<T extends object>(values: T): Known<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Known<T>;
}

export const api = {
  info: () =>
    ask((signal) => client.GET("/usage-service/info", { signal }), { anonymous: true, timeout: QUICK_TIMEOUT_MS }),
  session: () => ask((signal) => client.GET("/api/v1/session", { signal }), { anonymous: true }),
  login: (admin_key: string) =>
    ask((signal) => client.POST("/api/v1/session", { body: { admin_key }, signal }), { anonymous: true }),
  logout: () => ask((signal) => client.DELETE("/api/v1/session", { signal }), { anonymous: true }),
  setup: (body: SetupRequest) => ask((signal) => client.POST("/setup", { body, signal }), { timeout: SLOW_TIMEOUT_MS }),
  testConnection: (body: { cpa_base_url?: string; cpa_management_key?: string }) =>
    ask((signal) => client.POST("/api/v1/connection/test", { body, signal }), { timeout: SLOW_TIMEOUT_MS }),
  config: () => ask((signal) => client.GET("/usage-service/config", { signal }), { timeout: SLOW_TIMEOUT_MS }),
  status: () => ask((signal) => client.GET("/status", { signal })),
  retryCollector: () => ask((signal) => client.POST("/api/v1/collector/retry", { signal })),
  gaps: (limit: number) => ask((signal) => client.GET("/api/v1/gaps", { params: { query: { limit } }, signal })),
  deadLetters: (limit: number, before_id?: number) =>
    ask((signal) => client.GET("/api/v1/dead-letters", { params: { query: known({ limit, before_id }) }, signal })),
  events: (query: EventQuery, page: { limit: number; before?: string | undefined }, outer?: AbortSignal) =>
    ask((signal) => client.GET("/api/v1/events", { params: { query: known({ ...query, ...page }) }, signal }), {
      signal: outer,
    }),
  event: (id: number, outer?: AbortSignal) =>
    ask((signal) => client.GET("/api/v1/events/{id}", { params: { path: { id } }, signal }), { signal: outer }),
  facets: () => ask((signal) => client.GET("/api/v1/events/facets", { signal })),
};
