/** The documents of the manager's API, as the panel uses them. */

export interface NormalisedTokens {
  uncached_input_tokens: number;
  total_input_tokens: number;
  cache_read_tokens: number;
  cache_creation_tokens: number;
}

export interface EventRow {
  id: number;
  request_id?: string | null;
  event_hash: string;
  timestamp_ms: number;
  timestamp: string;
  time_quality: string;
  provider?: string | null;
  executor_type?: string | null;
  model: string;
  analytics_model: string;
  requested_model?: string | null;
  resolved_model?: string | null;
  endpoint: string;
  method?: string | null;
  path?: string | null;
  auth_type?: string | null;
  auth_index?: string | null;
  source?: string | null;
  source_hash?: string | null;
  api_key_hash?: string | null;
  account_snapshot?: string | null;
  auth_label_snapshot?: string | null;
  auth_file_snapshot?: string | null;
  auth_provider_snapshot?: string | null;
  auth_project_id_snapshot?: string | null;
  auth_snapshot_at_ms?: number | null;
  reasoning_effort?: string | null;
  service_tier?: string | null;
  request_service_tier?: string | null;
  response_service_tier?: string | null;
  cache_input_mode: string;
  input_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cached_tokens: number;
  cache_tokens: number;
  cache_read_tokens: number;
  cache_creation_tokens: number;
  total_tokens: number;
  normalised: NormalisedTokens;
  generate: boolean;
  latency_ms?: number | null;
  ttft_ms?: number | null;
  failed: boolean;
  fail_status_code?: number | null;
  fail_summary?: string | null;
  header_quota_recover_at_ms?: number | null;
  header_quota_used_percent?: number | null;
  header_quota_plan_type?: string | null;
  header_error_kind?: string | null;
  header_error_code?: string | null;
  header_trace_id?: string | null;
  created_at_ms: number;
}

export interface TokenBreakdown {
  quality: string;
  total_tokens: number;
  input_total_tokens: number;
  input_uncached_tokens: number;
  input_cache_read_tokens: number;
  input_cache_write_tokens: number;
  output_total_tokens: number;
  output_non_reasoning_tokens: number;
  output_reasoning_tokens: number;
  unclassified_tokens: number;
}

export interface QuotaWindow {
  used_percent?: number | null;
  reset_after_seconds?: number | null;
  reset_at_ms?: number | null;
  window_minutes?: number | null;
}

export interface ResponseMetadata {
  quota?: {
    plan_type?: string | null;
    primary?: QuotaWindow | null;
    secondary?: QuotaWindow | null;
    [member: string]: unknown;
  } | null;
  [part: string]: unknown;
}

export interface EventDetail extends EventRow {
  client_ip?: string | null;
  x_forwarded_for?: string | null;
  user_agent?: string | null;
  fail_body?: string | null;
  token_breakdown?: TokenBreakdown | null;
  response_metadata: ResponseMetadata;
}

export interface EventAnswer {
  event: EventDetail;
  attempts: EventRow[];
}

export interface EventPage {
  items: EventRow[];
  next_cursor?: string | null;
  prev_cursor?: string | null;
  latest_id: number;
}

export interface LiveEvents {
  items: EventRow[];
  skipped: number;
}

export interface Facet {
  value: string;
  count: number;
}

export interface EventFacets {
  models: Facet[];
  providers: Facet[];
  accounts: Facet[];
  api_keys: Facet[];
  status_codes: Facet[];
  sampled?: boolean;
}

export interface Warning {
  code: string;
  text: string;
  hint: string;
}

export interface Gateway {
  version?: string | null;
  retentionSeconds?: number | null;
  usageStatisticsEnabled?: boolean | null;
  checkedAt: number;
  warnings: Warning[];
}

export interface CollectorError {
  stage: string;
  code: string;
  text: string;
  hint: string;
  atMs: number;
}

export interface Collector {
  collector: string;
  state: string;
  upstream: string;
  mode: string;
  transport: string;
  queue: string;
  lastConsumedAt: number;
  lastInsertedAt: number;
  totalInserted: number;
  totalSkipped: number;
  deadLetters: number;
  lastError: string;
  lastErrorDetail?: CollectorError | null;
  connectedSince?: number | null;
  lastRecordReceivedAt?: number | null;
  lastCommitAt?: number | null;
  completeUntil?: number | null;
  queueDepths: {
    intakeItems: number;
    intakeBytes: number;
    intakeLimitBytes: number;
    intakeHighWaterBytes: number;
    writerEvents: number;
  };
  counters: {
    received: number;
    stored: number;
    duplicate: number;
    dead: number;
    lostEstimate: number;
    reconnects: number;
  };
  gateway?: Gateway | null;
  rivalSuspected?: { sinceMs: number; text: string; hint: string } | null;
}

export interface Gap {
  id: number;
  kind: string;
  fromMs: number;
  toMs?: number | null;
  retentionSeconds?: number | null;
  detail: string;
  lostEstimate?: number | null;
  lossy: boolean;
}

export interface Database {
  state: string;
  stateText: string;
  remedy: string;
  databaseBytes: number;
  walBytes: number;
  totalBytes: number;
}

export interface LiveStatus {
  eventCount: number;
  collector: Collector;
  gaps: Gap[];
  database: Database;
}

export interface Status extends LiveStatus {
  version: string;
  startedAt: number;
  configured: boolean;
}

export interface ServiceInfo {
  service: string;
  mode: string;
  version: string;
  startedAt: number;
  configured: boolean;
  adminReady: boolean;
  projectInitialized: boolean;
  setupRequired: boolean;
  migrationStatus?: string | null;
  dataKeyReady: boolean;
  hasHistoricalData: boolean;
  connectionState: "ok" | "not_configured" | "reentry_required";
}

export interface Session {
  created_at_ms: number;
  expires_at_ms: number;
}

export interface DeadLetter {
  id: number;
  created_at_ms: number;
  error: string;
  payload: string;
  payload_bytes: number;
}

export interface SetupRequest {
  cpaBaseUrl: string;
  cpaManagementKey: string;
  collectorMode: string;
  pollIntervalMs: number;
  requestMonitoringEnabled: boolean;
  ensureUsageStatisticsEnabled: boolean;
}

export interface SetupAnswer {
  ok: boolean;
  upstream: string;
  warnings: Warning[];
}

export interface ConnectionCheck {
  name: string;
  state: string;
  code?: string | null;
  text: string;
  hint?: string | null;
}

export interface ConnectionTestAnswer {
  ok: boolean;
  checks: ConnectionCheck[];
  gateway?: Gateway | null;
}

export interface ManagerConfig {
  config: {
    cpaConnection?: { cpaBaseUrl?: string | null; managementKey?: string | null } | null;
    collector?: {
      enabled?: boolean | null;
      collectorMode?: string | null;
      pollIntervalMs?: number | null;
    } | null;
  };
  source: string;
  locked: string[];
}
