import { asApiError, errorOf } from "./errors";
import type {
  ConnectionTestAnswer,
  DeadLetter,
  EventAnswer,
  EventFacets,
  EventPage,
  Gap,
  ManagerConfig,
  ServiceInfo,
  Session,
  SetupAnswer,
  SetupRequest,
  Status,
} from "./types";

const TIMEOUT_MS = 30_000;
/** A connection test waits for the gateway's own time-outs. */
const SLOW_TIMEOUT_MS = 90_000;

/** Told when the manager no longer knows this session. */
let onSignedOut: () => void = () => {};

export function setSignedOutHandler(handler: () => void): void {
  onSignedOut = handler;
}

type Query = Record<string, string | number | readonly (string | number)[] | undefined>;

interface Options {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  query?: Query;
  body?: unknown;
  timeout?: number;
  signal?: AbortSignal | undefined;
  /** A 401 here says something about the typed key, not about the session. */
  anonymous?: boolean;
}

/** Marks a request as the panel's own, which another site's form cannot do. */
export const PANEL_HEADER = { "X-CPAMP-Request": "panel" };

async function request<T>(path: string, options: Options = {}): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== "") query.append(name, String(item));
    }
  }
  const text = query.toString();
  const timeout = AbortSignal.timeout(options.timeout ?? TIMEOUT_MS);
  try {
    const response = await fetch(`${path}${text ? `?${text}` : ""}`, {
      method: options.method ?? "GET",
      credentials: "same-origin",
      cache: "no-store",
      headers: {
        Accept: "application/json",
        ...PANEL_HEADER,
        ...(options.body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
    const raw = await response.text();
    const parsed: unknown = raw === "" ? undefined : parse(raw);
    if (!response.ok) {
      if (response.status === 401 && !options.anonymous) onSignedOut();
      throw errorOf(response.status, parsed, response.headers);
    }
    return parsed as T;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw asApiError(error);
  }
}

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** The filters that `GET /api/v1/events` knows. */
export interface EventQuery {
  from_ms?: number | undefined;
  to_ms?: number | undefined;
  model?: string[] | undefined;
  provider?: string[] | undefined;
  account?: string[] | undefined;
  auth_index?: string[] | undefined;
  api_key_hash?: string[] | undefined;
  status?: "ok" | "failed" | undefined;
  status_code?: string[] | undefined;
  endpoint?: string[] | undefined;
  request_id?: string[] | undefined;
  search?: string | undefined;
}

export const api = {
  info: () => request<ServiceInfo>("/usage-service/info", { anonymous: true, timeout: 5_000 }),
  session: () => request<Session>("/api/v1/session", { anonymous: true }),
  login: (admin_key: string) =>
    request<Session>("/api/v1/session", { method: "POST", body: { admin_key }, anonymous: true }),
  logout: () => request<void>("/api/v1/session", { method: "DELETE", anonymous: true }),
  setup: (body: SetupRequest) => request<SetupAnswer>("/setup", { method: "POST", body, timeout: SLOW_TIMEOUT_MS }),
  testConnection: (body: { cpa_base_url?: string; cpa_management_key?: string }) =>
    request<ConnectionTestAnswer>("/api/v1/connection/test", { method: "POST", body, timeout: SLOW_TIMEOUT_MS }),
  config: () => request<ManagerConfig>("/usage-service/config", { timeout: SLOW_TIMEOUT_MS }),
  status: () => request<Status>("/status"),
  retryCollector: () => request<void>("/api/v1/collector/retry", { method: "POST" }),
  gaps: (limit: number) => request<{ items: Gap[] }>("/api/v1/gaps", { query: { limit } }),
  deadLetters: (limit: number, before_id?: number) =>
    request<{ items: DeadLetter[]; total: number }>("/api/v1/dead-letters", { query: { limit, before_id } }),
  events: (query: EventQuery, page: { limit: number; before?: string | undefined }, signal?: AbortSignal) =>
    request<EventPage>("/api/v1/events", { query: { ...query, ...page }, signal }),
  event: (id: number, signal?: AbortSignal) => request<EventAnswer>(`/api/v1/events/${id}`, { signal }),
  facets: () => request<EventFacets>("/api/v1/events/facets"),
};
