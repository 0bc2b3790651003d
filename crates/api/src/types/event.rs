//! Events as lists, the drawer and the live stream show them. Member names are those of the JSONL export.

use model::{TimeQuality, TokenBreakdown, UsageEvent};
use serde::Serialize;
use utoipa::ToSchema;

use super::metadata::ResponseMetadataView;
use crate::prices::Prices;

fn none_if_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// One event as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventRow {
    /// Row id; grows in the order of storing.
    pub id: i64,
    /// The gateway's request id, shared by the attempts of one request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Identity, 64 hexadecimal digits.
    pub event_hash: String,
    /// Start of the attempt, Unix milliseconds.
    pub timestamp_ms: i64,
    /// Start of the attempt, RFC 3339 UTC with the gateway's nanoseconds.
    pub timestamp: String,
    /// `reported`, `assumed` (no time in the record) or `implausible`.
    pub time_quality: String,
    /// Provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The gateway's executor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor_type: Option<String>,
    /// Display model.
    pub model: String,
    /// Model that analytics group by.
    pub analytics_model: String,
    /// What the client asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_model: Option<String>,
    /// What the provider was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_model: Option<String>,
    /// Method and route pattern.
    pub endpoint: String,
    /// HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Route pattern.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `apikey`, `oauth` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<String>,
    /// The gateway's handle of the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_index: Option<String>,
    /// Masked upstream account or key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// SHA-256 of the unmasked source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_hash: Option<String>,
    /// SHA-256 of the client's API key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_hash: Option<String>,
    /// Account when the event was collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_snapshot: Option<String>,
    /// Credential label when the event was collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_label_snapshot: Option<String>,
    /// Auth file when the event was collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_file_snapshot: Option<String>,
    /// Credential provider when the event was collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_provider_snapshot: Option<String>,
    /// Project when the event was collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_project_id_snapshot: Option<String>,
    /// When the snapshot was taken, Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_snapshot_at_ms: Option<i64>,
    /// Reasoning effort.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// Effective service tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
    /// Requested service tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_service_tier: Option<String>,
    /// Service tier that the provider reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_service_tier: Option<String>,
    /// `included_in_input` or `separate_from_input`.
    pub cache_input_mode: String,
    /// Input tokens as sent.
    pub input_tokens: i64,
    /// Output tokens as sent.
    pub output_tokens: i64,
    /// Reasoning tokens as sent.
    pub reasoning_tokens: i64,
    /// The gateway's `cached_tokens`. Sums, order, ranges and the CSV file count of it only what `cache_read_tokens` does not
    /// hold: many gateways report the same tokens in both.
    pub cached_tokens: i64,
    /// The older `cache_tokens`.
    pub cache_tokens: i64,
    /// Tokens read from the provider's cache.
    pub cache_read_tokens: i64,
    /// Tokens written to the provider's cache.
    pub cache_creation_tokens: i64,
    /// Total as sent, or derived.
    pub total_tokens: i64,
    /// The input side in buckets that do not overlap.
    pub normalised: NormalisedTokens,
    /// False for warm-ups that generate nothing.
    pub generate: bool,
    /// Attempt start to end of body, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<i64>,
    /// Time to the first byte, milliseconds; 0 = unknown to the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttft_ms: Option<i64>,
    /// Whether the attempt failed.
    pub failed: bool,
    /// Upstream status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_status_code: Option<i64>,
    /// Redacted failure text, cut at 4096 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_summary: Option<String>,
    /// When the most used quota window recovers, Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_quota_recover_at_ms: Option<i64>,
    /// Use of the most used quota window, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_quota_used_percent: Option<f64>,
    /// Plan name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_quota_plan_type: Option<String>,
    /// `auth`, `identity` or `rate_limit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_error_kind: Option<String>,
    /// The provider's error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_error_code: Option<String>,
    /// First trace id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_trace_id: Option<String>,
    /// When it was stored first, Unix milliseconds.
    pub created_at_ms: i64,
    /// US dollars by the prices in force; null = no price is known, which is not the same as free.
    #[schema(required)]
    pub cost: Option<f64>,
    /// Whether a price is known.
    pub priced: bool,
}

/// The input side in buckets that do not overlap, tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct NormalisedTokens {
    /// Not from the cache.
    pub uncached_input_tokens: i64,
    /// All input tokens.
    pub total_input_tokens: i64,
    /// Read from the cache.
    pub cache_read_tokens: i64,
    /// Written to the cache.
    pub cache_creation_tokens: i64,
}

/// The gateway's own split of the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenBreakdownView {
    /// `complete`, `inconsistent` or `unclassified`.
    pub quality: &'static str,
    /// All tokens.
    pub total_tokens: i64,
    /// All input tokens.
    pub input_total_tokens: i64,
    /// Input tokens not from a cache.
    pub input_uncached_tokens: i64,
    /// Input tokens read from a cache.
    pub input_cache_read_tokens: i64,
    /// Input tokens written to a cache.
    pub input_cache_write_tokens: i64,
    /// All output tokens.
    pub output_total_tokens: i64,
    /// Output tokens other than reasoning.
    pub output_non_reasoning_tokens: i64,
    /// Reasoning tokens.
    pub output_reasoning_tokens: i64,
    /// Tokens that fit no bucket.
    pub unclassified_tokens: i64,
}

/// One event with every stored field.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventDetail {
    /// The fields of the list.
    #[serde(flatten)]
    pub row: EventRow,
    /// Address of the client as the gateway saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
    /// The client's `X-Forwarded-For`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_forwarded_for: Option<String>,
    /// The client's user agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The whole redacted failure text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_body: Option<String>,
    /// The gateway's own split of the tokens.
    pub token_breakdown: Option<TokenBreakdownView>,
    /// Facts of the answer's headers.
    #[schema(value_type = ResponseMetadataView)]
    pub response_metadata: model::ResponseMetadata,
}

/// Answer of `GET /api/v1/events/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventAnswer {
    /// The event.
    pub event: EventDetail,
    /// Other attempts of the same request id within an hour before and after, oldest first, at most 50.
    pub attempts: Vec<EventRow>,
    /// Set when there may be more attempts: there are more than 50, or the search took too long. Absent when these are all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub attempts_cut: bool,
}

/// Answer of `GET /api/v1/events`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventPage {
    /// Newest first.
    pub items: Vec<EventRow>,
    /// Pass as `before` for older events; null at the end.
    pub next_cursor: Option<String>,
    /// Pass as `after` for newer events; null when the page is empty.
    pub prev_cursor: Option<String>,
    /// The newest row id when the page was read; the live stream goes on from here.
    pub latest_id: i64,
    /// Events that match, those of other pages included; absent while the index is being built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Entry of the change feed up to which the page goes; absent while the index is being built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// Set while events are missing: the index is being built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<crate::figures::Partial>,
    /// Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
    /// found more than 100,000 events, so that `items` and `total` may lack some that match. Absent when it was complete.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub search_cut: bool,
}

/// Data of an `events` message of the live stream.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LiveEvents {
    /// New events, oldest first.
    pub items: Vec<EventRow>,
    /// Events that were left out because the client could not keep up.
    pub skipped: i64,
}

impl EventRow {
    /// The view of a stored event, with what it costs by these prices.
    pub fn new(id: i64, event: &UsageEvent, prices: &Prices) -> Self {
        let cost = prices.cost_of(event);
        let normalised = event.tokens.normalised(event.cache_input_mode);
        Self {
            id,
            request_id: none_if_empty(&event.request_id),
            event_hash: event.event_hash.to_string(),
            timestamp_ms: event.time.ms,
            timestamp: event.time.to_rfc3339(),
            time_quality: match event.time_quality {
                TimeQuality::Reported => "reported",
                TimeQuality::Assumed => "assumed",
                TimeQuality::Implausible => "implausible",
            }
            .to_owned(),
            provider: none_if_empty(&event.provider),
            executor_type: none_if_empty(&event.executor_type),
            model: event.model.clone(),
            analytics_model: event.analytics_model().to_owned(),
            requested_model: none_if_empty(&event.requested_model),
            resolved_model: none_if_empty(&event.resolved_model),
            endpoint: event.endpoint.clone(),
            method: none_if_empty(&event.method),
            path: none_if_empty(&event.path),
            auth_type: none_if_empty(&event.auth_type),
            auth_index: none_if_empty(&event.auth_index),
            source: none_if_empty(&event.source),
            source_hash: none_if_empty(&event.source_hash),
            api_key_hash: none_if_empty(&event.api_key_hash),
            account_snapshot: none_if_empty(&event.account_snapshot),
            auth_label_snapshot: none_if_empty(&event.auth_label_snapshot),
            auth_file_snapshot: none_if_empty(&event.auth_file_snapshot),
            auth_provider_snapshot: none_if_empty(&event.auth_provider_snapshot),
            auth_project_id_snapshot: none_if_empty(&event.auth_project_id_snapshot),
            auth_snapshot_at_ms: event.auth_snapshot_at_ms,
            reasoning_effort: none_if_empty(&event.reasoning_effort),
            service_tier: none_if_empty(&event.service_tier),
            request_service_tier: none_if_empty(&event.request_service_tier),
            response_service_tier: none_if_empty(&event.response_service_tier),
            cache_input_mode: event.cache_input_mode.as_str().to_owned(),
            input_tokens: event.tokens.input,
            output_tokens: event.tokens.output,
            reasoning_tokens: event.tokens.reasoning,
            cached_tokens: event.tokens.cached,
            cache_tokens: event.tokens.cache,
            cache_read_tokens: event.tokens.cache_read,
            cache_creation_tokens: event.tokens.cache_creation,
            total_tokens: event.tokens.total,
            normalised: NormalisedTokens {
                uncached_input_tokens: normalised.uncached,
                total_input_tokens: normalised.total,
                cache_read_tokens: normalised.cache_read,
                cache_creation_tokens: normalised.cache_creation,
            },
            generate: event.generate,
            latency_ms: event.latency_ms,
            ttft_ms: event.ttft_ms,
            failed: event.failed,
            fail_status_code: event.fail_status_code,
            fail_summary: none_if_empty(&event.fail_summary()),
            header_quota_recover_at_ms: event.header.quota_recover_at_ms,
            header_quota_used_percent: event.header.quota_used_percent,
            header_quota_plan_type: none_if_empty(&event.header.quota_plan_type),
            header_error_kind: none_if_empty(&event.header.error_kind),
            header_error_code: none_if_empty(&event.header.error_code),
            header_trace_id: none_if_empty(&event.header.trace_id),
            created_at_ms: event.created_at_ms,
            cost,
            priced: cost.is_some(),
        }
    }
}

impl EventDetail {
    /// The view of a stored event with every field.
    pub fn new(id: i64, event: UsageEvent, prices: &Prices) -> Self {
        Self {
            row: EventRow::new(id, &event, prices),
            client_ip: none_if_empty(&event.client_ip),
            x_forwarded_for: none_if_empty(&event.x_forwarded_for),
            user_agent: none_if_empty(&event.user_agent),
            fail_body: none_if_empty(&event.fail_body),
            token_breakdown: event.breakdown.map(TokenBreakdownView::from),
            response_metadata: event.response_metadata,
        }
    }
}

impl From<TokenBreakdown> for TokenBreakdownView {
    fn from(breakdown: TokenBreakdown) -> Self {
        Self {
            quality: match breakdown.quality {
                model::BreakdownQuality::Complete => "complete",
                model::BreakdownQuality::Inconsistent => "inconsistent",
                model::BreakdownQuality::Unclassified => "unclassified",
            },
            total_tokens: breakdown.total,
            input_total_tokens: breakdown.input_total,
            input_uncached_tokens: breakdown.input_uncached,
            input_cache_read_tokens: breakdown.input_cache_read,
            input_cache_write_tokens: breakdown.input_cache_write,
            output_total_tokens: breakdown.output_total,
            output_non_reasoning_tokens: breakdown.output_non_reasoning,
            output_reasoning_tokens: breakdown.output_reasoning,
            unclassified_tokens: breakdown.unclassified,
        }
    }
}
