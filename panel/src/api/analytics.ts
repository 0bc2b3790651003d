import { stringifySearch } from "../lib/search";
import type {
  AnalyticsAnswer,
  AnalyticsRequest,
  DashboardAnswer,
  Findings,
  KeyAlias,
  QueryAnswer,
  QueryRequest,
  SavedView,
  UpdateNotice,
} from "./analytics-types";
import { send } from "./client";
import { ApiError } from "./errors";

/** Routes that need a scan over everything may take longer than others. */
const SCAN_TIMEOUT_MS = 60_000;

interface Call {
  signal?: AbortSignal | undefined;
}

export const analytics = {
  monitoring: (body: AnalyticsRequest, call: Call = {}) =>
    send<AnalyticsAnswer>("POST", "/v0/management/monitoring/analytics", { body, timeout: SCAN_TIMEOUT_MS, ...call }),
  query: (body: QueryRequest, call: Call = {}) =>
    send<QueryAnswer>("POST", "/api/v1/query", { body, timeout: SCAN_TIMEOUT_MS, ...call }),
  today: (query: { today_start_ms: number; now_ms: number }, call: Call = {}) =>
    send<DashboardAnswer>("GET", `/v0/management/dashboard/summary${stringifySearch(query)}`, call),
  findings: (call: Call = {}) => send<Findings>("GET", "/api/v1/findings", call),
  aliases: (call: Call = {}) => send<{ items: KeyAlias[] }>("GET", "/v0/management/api-key-aliases", call),
  views: (call: Call = {}) => send<{ items: SavedView[] }>("GET", "/api/v1/views", call),
  saveView: (view: Pick<SavedView, "name" | "page" | "search">) =>
    send<SavedView>("POST", "/api/v1/views", { body: view }),
  removeView: (id: string) => send<undefined>("DELETE", `/api/v1/views/${encodeURIComponent(id)}`),
  update: (call: Call = {}) => send<UpdateNotice>("GET", "/api/v1/update", call),
};

/** `undefined` where this manager does not have the route: an older one, or one that was built without it. */
export async function ifServed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 405)) return undefined;
    throw error;
  }
}
