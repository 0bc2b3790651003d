//! Schema of `response_metadata` (`ingestion-and-storage.md` §2.7). The stored object is answered as it is; these types document it.

use serde::Serialize;
use utoipa::ToSchema;

/// Facts of an upstream answer's headers. Every member is optional.
#[derive(Serialize, ToSchema)]
#[schema(as = ResponseMetadata)]
pub struct ResponseMetadataView {
    /// Quota windows.
    pub quota: Option<QuotaView>,
    /// Errors that the headers name.
    pub errors: Option<ErrorsView>,
    /// Trace ids.
    pub trace: Option<TraceView>,
    /// Which servers answered.
    pub routing: Option<RoutingView>,
    /// Shape of the answer.
    pub response: Option<ResponseView>,
    /// Provider-specific copies of trace and routing facts.
    pub providers: Option<ProvidersView>,
    /// Rate limits.
    pub rate_limit: Option<RateLimitView>,
    /// Data retention that the provider promises.
    pub data_policy: Option<DataPolicyView>,
    /// Exhausted included usage (xAI).
    pub provider_usage: Option<ProviderUsageView>,
}

/// Quota windows.
#[derive(Serialize, ToSchema)]
pub struct QuotaView {
    /// Plan name.
    pub plan_type: Option<String>,
    /// Limit in force.
    pub active_limit: Option<String>,
    /// Which limit was reached.
    pub rate_limit_reached_type: Option<String>,
    /// Credits left, as text.
    pub credits_balance: Option<String>,
    /// Whether there are credits.
    pub credits_has_credits: Option<bool>,
    /// Whether credits are unlimited.
    pub credits_unlimited: Option<bool>,
    /// Use of the primary over the secondary limit, percent.
    pub primary_over_secondary_limit_percent: Option<f64>,
    /// First window.
    pub primary: Option<QuotaWindowView>,
    /// Second window.
    pub secondary: Option<QuotaWindowView>,
    /// Use of the most used window, percent.
    pub used_percent: Option<f64>,
    /// When it recovers, Unix milliseconds.
    pub recover_at_ms: Option<i64>,
    /// `five_hour`, `weekly`, `monthly` or `unknown`.
    pub summary_window_kind: Option<String>,
    /// `primary`, `secondary`, `aggregate`, `retry_after` or `unknown`.
    pub summary_window_source: Option<String>,
    /// Kind of the window that is full.
    pub reached_window_kind: Option<String>,
    /// Source of the window that is full.
    pub reached_window_source: Option<String>,
}

/// One quota window.
#[derive(Serialize, ToSchema)]
pub struct QuotaWindowView {
    /// Use, percent.
    pub used_percent: Option<f64>,
    /// Seconds to the reset, as of the event.
    pub reset_after_seconds: Option<f64>,
    /// Reset, Unix milliseconds.
    pub reset_at_ms: Option<i64>,
    /// Length, minutes.
    pub window_minutes: Option<f64>,
}

/// Errors that the headers name.
#[derive(Serialize, ToSchema)]
pub struct ErrorsView {
    /// `auth`, `identity` or `rate_limit`.
    pub kind: Option<String>,
    /// The provider's code.
    pub code: Option<String>,
    /// Authorization error.
    pub authorization_error: Option<String>,
    /// IDE error code.
    pub ide_error_code: Option<String>,
    /// Root IDE error code.
    pub ide_root_error_code: Option<String>,
    /// Rate-limit bypass.
    pub rate_limit_bypass: Option<String>,
    /// Whether the provider asks for a retry.
    pub should_retry: Option<bool>,
    /// Seconds of `Retry-After`.
    pub retry_after_seconds: Option<f64>,
    /// End of `Retry-After`, Unix milliseconds.
    pub retry_after_recover_at_ms: Option<i64>,
}

/// Trace ids.
#[derive(Serialize, ToSchema)]
pub struct TraceView {
    /// The first that was found.
    pub primary_trace_id: Option<String>,
    /// OpenAI request id.
    pub openai_request_id: Option<String>,
    /// `x-request-id`.
    pub request_id: Option<String>,
    /// OneAPI request id.
    pub oneapi_request_id: Option<String>,
    /// Google trace id.
    pub cloud_ai_companion_trace_id: Option<String>,
    /// Cloudflare ray.
    pub cf_ray: Option<String>,
    /// Alibaba Eagle id.
    pub eagle_id: Option<String>,
    /// Client request id.
    pub client_request_id: Option<String>,
    /// Zeabur request id.
    pub zeabur_request_id: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
}

/// Which servers answered.
#[derive(Serialize, ToSchema)]
pub struct RoutingView {
    /// `server`.
    pub server: Option<String>,
    /// `via`.
    pub via: Option<String>,
    /// `x-served-by`.
    pub served_by: Option<String>,
    /// Cloudflare cache status.
    pub cf_cache_status: Option<String>,
    /// Site cache status.
    pub site_cache_status: Option<String>,
    /// OpenAI proxy.
    pub openai_proxy_wasm: Option<String>,
    /// ETag of the model list.
    pub models_etag: Option<String>,
    /// New-API version.
    pub new_api_version: Option<String>,
    /// MiFE upstream status.
    pub mife_upstream_status: Option<String>,
}

/// Shape of the answer.
#[derive(Serialize, ToSchema)]
pub struct ResponseView {
    /// `content-type`.
    pub content_type: Option<String>,
    /// `content-length`, bytes.
    pub content_length: Option<i64>,
    /// `content-disposition`.
    pub content_disposition: Option<String>,
    /// `server-timing`.
    pub server_timing: Option<String>,
}

/// Provider-specific copies.
#[derive(Serialize, ToSchema)]
pub struct ProvidersView {
    /// Antigravity trace id.
    pub antigravity_trace_id: Option<String>,
    /// Antigravity server timing.
    pub antigravity_server_timing: Option<String>,
    /// MiFE upstream status.
    pub mife_upstream_status: Option<String>,
    /// OneAPI request id.
    pub oneapi_request_id: Option<String>,
    /// Cloudflare ray.
    pub cloudflare_ray: Option<String>,
    /// Cloudflare cache status.
    pub cloudflare_cache_status: Option<String>,
}

/// Rate limits.
#[derive(Serialize, ToSchema)]
pub struct RateLimitView {
    /// Requests.
    pub requests: Option<LimitView>,
    /// Tokens.
    pub tokens: Option<LimitView>,
}

/// One rate limit.
#[derive(Serialize, ToSchema)]
pub struct LimitView {
    /// Allowed in the window.
    pub limit: Option<i64>,
    /// Left in the window.
    pub remaining: Option<i64>,
}

/// Data retention that the provider promises.
#[derive(Serialize, ToSchema)]
pub struct DataPolicyView {
    /// Retention mode.
    pub retention_mode: Option<String>,
    /// Zero retention.
    pub zero_retention: Option<bool>,
}

/// Exhausted included usage (xAI).
#[derive(Serialize, ToSchema)]
pub struct ProviderUsageView {
    /// Always `xai`.
    pub provider: Option<String>,
    /// `included_free_usage`.
    pub kind: Option<String>,
    /// `exhausted`.
    pub state: Option<String>,
    /// The provider's code.
    pub code: Option<String>,
    /// `tokens`.
    pub unit: Option<String>,
    /// `rolling_24h`.
    pub window_kind: Option<String>,
    /// `response_body`.
    pub source: Option<String>,
    /// Time of the event, Unix milliseconds.
    pub observed_at_ms: Option<i64>,
    /// Model concerned.
    pub model: Option<String>,
    /// Tokens used.
    pub actual: Option<i64>,
    /// Tokens allowed.
    pub limit: Option<i64>,
    /// Tokens left.
    pub remaining: Option<i64>,
    /// Tokens beyond the limit.
    pub overage: Option<i64>,
    /// When it recovers, Unix milliseconds.
    pub recover_at_ms: Option<i64>,
    /// The recovery time is an estimate.
    pub recover_at_estimated: Option<bool>,
}
