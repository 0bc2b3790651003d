/**
 * Shapes of the analytics routes, written by hand from the contract sheet until the OpenAPI document has them. Times are
 * Unix milliseconds, shares are 0 to 1, money is USD, `null` means "not known". Members that the contract calls optional
 * are optional here.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export interface AnalyticsFilters {
  models?: string[];
  providers?: string[];
  accounts?: string[];
  credential_ids?: string[];
  auth_files?: string[];
  auth_indices?: string[];
  api_key_hashes?: string[];
  source_hashes?: string[];
  project_ids?: string[];
  request_types?: string[];
  endpoints?: string[];
  request_ids?: string[];
  status_codes?: number[];
  header_error_codes?: string[];
  header_trace_ids?: string[];
  include_failed?: boolean;
  failed_only?: boolean;
  min_latency_ms?: number;
  cache_status?: "hit" | "miss" | "read" | "creation";
  /** What must not be, by the same names; an addition to the contract. */
  exclude?: Omit<AnalyticsFilters, "include_failed" | "failed_only" | "min_latency_ms" | "cache_status" | "exclude">;
}

export interface AnalyticsInclude {
  summary?: boolean;
  summary_profile?: "compact";
  summary_percentiles?: boolean;
  summary_comparison?: boolean;
  timeline?: boolean;
  heatmap?: boolean;
  anomaly_points?: boolean;
  model_stats?: boolean;
  channel_share?: boolean;
  account_stats?: boolean;
  credential_stats?: boolean;
  credential_timeline?: boolean;
  api_key_stats?: boolean;
  api_key_timeline?: boolean;
  filter_options?: boolean;
  filter_selectors?: boolean;
  recent_failures?: number;
  drilldown_preview?: { from_ms: number; to_ms: number; limit: number };
  granularity?: "hour" | "day";
}

export interface AnalyticsRequest {
  from_ms: number;
  to_ms: number;
  now_ms: number;
  time_zone: string;
  search_query?: string;
  filters?: AnalyticsFilters;
  include: AnalyticsInclude;
}

export interface TokenSums {
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  cache_read_tokens: number;
  cache_creation_tokens: number;
  total_tokens: number;
}

export interface Summary extends TokenSums {
  total_calls: number;
  success_calls: number;
  failure_calls: number;
  success_rate: number;
  cache_hit_rate: number;
  reasoning_tokens: number;
  total_cost: number;
  /** Calls whose model has no price; an addition to the contract. Without it the cost is of unknown completeness. */
  unpriced_calls?: number;
  average_cost_per_call: number;
  average_latency_ms: number | null;
  p95_latency_ms: number | null;
  p95_ttft_ms: number | null;
  zero_token_calls: number;
  rpm_30m: number;
  tpm_30m: number;
}

export interface SummaryComparison {
  from_ms: number;
  to_ms: number;
  total_calls: number;
  success_calls: number;
  failure_calls: number;
  success_rate: number;
  total_tokens: number;
  total_cost: number;
}

export interface TimelinePoint extends TokenSums {
  bucket_ms: number;
  label: string;
  calls: number;
  tokens: number;
  success: number;
  failure: number;
  cache_hit_rate: number;
  reasoning_tokens: number;
  cost: number;
  average_latency_ms: number | null;
  p95_latency_ms: number | null;
  p95_ttft_ms: number | null;
  success_rate: number;
  failure_rate: number;
}

export interface ModelStat extends TokenSums {
  model: string;
  calls: number;
  success_calls: number;
  failure_calls: number;
  success_rate: number;
  cache_hit_rate: number;
  cost: number;
  unpriced_calls?: number;
}

interface AccountNumbers extends TokenSums {
  calls: number;
  success_calls: number;
  failure_calls: number;
  success_rate: number;
  cost: number;
  unpriced_calls?: number;
  average_latency_ms: number | null;
  last_seen_ms: number;
  models?: ModelStat[];
}

interface AccountNames {
  account_snapshot?: string;
  auth_label_snapshot?: string;
  auth_provider_snapshot?: string;
}

export interface AccountStat extends AccountNumbers, AccountNames {
  id: string;
  auth_indices?: string[];
  sources?: string[];
}

export interface CredentialStat extends AccountNumbers, AccountNames {
  id: string;
  auth_file_snapshot?: string;
  auth_index?: string;
  source?: string;
  source_hash?: string;
  auth_project_id_snapshot?: string;
}

export interface ApiKeyStat extends AccountNumbers, AccountNames {
  id: string;
  api_key_hash: string;
  contexts?: (AccountNames & {
    id: string;
    auth_index?: string;
    source?: string;
    calls: number;
    failure_rate: number;
    total_tokens: number;
    cost: number;
    last_seen_ms: number;
  })[];
}

export interface ChannelShare extends AccountNames {
  auth_index: string;
  source?: string;
  calls: number;
  success: number;
  failure: number;
  tokens: number;
  cost: number;
  average_latency_ms: number | null;
}

export interface Contributor {
  key: string;
  label?: string;
  calls: number;
  success: number;
  failure: number;
  tokens: number;
  cost: number;
  failure_rate: number;
  share: number;
}

export interface HeatmapCell {
  /** 0 = Sunday. */
  weekday: number;
  hour: number;
  calls: number;
  success: number;
  failure: number;
  tokens: number;
  cost: number;
  failure_rate: number;
  model_contributors?: Contributor[];
  api_key_contributors?: Contributor[];
  provider_contributors?: Contributor[];
}

export interface AnomalyPoint {
  bucket_ms: number;
  bucket_end_ms: number;
  label: string;
  severity: "low" | "medium" | "high";
  metric_keys: string[];
  calls: number;
  total_tokens: number;
  cost: number;
  failure_rate: number;
  request_change: number;
  cost_change: number;
  tokens_per_request_change: number;
  cache_hit_rate_change: number;
  failure_rate_change: number;
  latency_p95_change: number;
}

export interface AnalyticsEvent {
  id?: number;
  event_hash: string;
  request_id?: string;
  timestamp_ms: number;
  model: string;
  analytics_model?: string;
  api_key_hash: string;
  account_snapshot: string;
  auth_provider_snapshot: string;
  source: string;
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  latency_ms: number | null;
  ttft_ms: number | null;
  failed: boolean;
  fail_status_code?: number;
  fail_summary?: string;
}

/** Every list is absent when it was not asked for. */
export interface AnalyticsAnswer {
  generated_at_ms: number;
  granularity: "hour" | "day";
  summary?: Summary;
  summary_comparison?: SummaryComparison;
  timeline?: TimelinePoint[];
  heatmap?: HeatmapCell[];
  anomaly_points?: AnomalyPoint[];
  model_stats?: ModelStat[];
  channel_share?: ChannelShare[];
  account_stats?: AccountStat[];
  credential_stats?: CredentialStat[];
  api_key_stats?: ApiKeyStat[];
  drilldown_preview?: { items: AnalyticsEvent[]; has_more: boolean; total_count: number };
}

/** Measures of `POST /api/v1/query`. */
export type QueryMeasure =
  | "calls"
  | "successes"
  | "failures"
  | "success_rate"
  | "failure_rate"
  | "input_tokens"
  | "output_tokens"
  | "cached_tokens"
  | "cache_read_tokens"
  | "cache_creation_tokens"
  | "reasoning_tokens"
  | "total_tokens"
  | "cache_hit_rate"
  | "cost"
  | "average_cost"
  | "unpriced_calls"
  | "zero_token_calls"
  | "average_latency_ms"
  | "latency_p50_ms"
  | "latency_p95_ms"
  | "ttft_p50_ms"
  | "ttft_p95_ms"
  | "tokens_per_second"
  | "first_seen_ms"
  | "last_seen_ms";

/** What the query route can group and filter by. A value that is not known is `-`. */
export type QueryField =
  | "model"
  | "requested_model"
  | "resolved_model"
  | "provider"
  | "account"
  | "credential"
  | "auth_file"
  | "auth_index"
  | "auth_type"
  | "project"
  | "api_key"
  | "source_hash"
  | "executor"
  | "tier"
  | "effort"
  | "endpoint"
  | "client_ip"
  | "user_agent"
  | "status"
  | "status_code"
  | "error_kind"
  | "error_code"
  | "plan"
  | "hour"
  | "day"
  | "week"
  | "month"
  | "weekday"
  | "hour_of_day";

export interface QueryFilters {
  include?: Partial<Record<QueryField, string[]>>;
  exclude?: Partial<Record<QueryField, string[]>>;
  ranges?: { of: "latency_ms" | "ttft_ms" | "total_tokens"; min?: number; max?: number }[];
  text?: string;
  request_ids?: string[];
  trace_ids?: string[];
  cache?: "hit" | "miss" | "read" | "creation";
  priced?: boolean;
}

export interface QueryRequest {
  from_ms: number;
  to_ms: number;
  time_zone: string;
  measures: QueryMeasure[];
  dimensions?: QueryField[];
  filters?: QueryFilters;
  order?: { by: QueryMeasure | QueryField; ascending?: boolean };
  limit?: number;
  others?: boolean;
}

export type QueryValues = Partial<Record<QueryMeasure, number | null>>;

export interface QueryRow {
  /** A number for parts of time, else a text. Empty in totals and others. */
  keys: (number | string)[];
  values: QueryValues;
}

export interface QueryAnswer {
  generated_at_ms: number;
  from_ms: number;
  to_ms: number;
  dimensions: QueryField[];
  buckets: Partial<Record<QueryField, number[]>>;
  rows: QueryRow[];
  total_rows: number;
  others?: QueryRow;
  totals: QueryRow;
  unpriced_models?: string[];
}

export type Finding = Schemas["Finding"];
export type Findings = Schemas["FindingsAnswer"];

/** Its page is a path, its search the address behind that, without `?`. */
export type SavedView = Schemas["ViewItem"];

export interface PriceRow {
  prompt: number;
  completion: number;
  cache: number;
  cacheRead?: number;
  cacheCreation?: number;
  source?: string;
  updatedAtMs?: number;
}

export interface ModelPrices {
  prices: Record<string, PriceRow>;
}

/** What the server knows about newer versions; it asks, never the browser. */
export interface UpdateNotice {
  state: "off" | "current" | "available" | "unknown";
  current: string;
  latest?: string;
  href?: string;
}

export type KeyAlias = Schemas["KeyAlias"];
