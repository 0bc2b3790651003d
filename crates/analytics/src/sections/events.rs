//! Single events: pages, previews, failures.

use std::collections::HashMap;

use columns::RowKey;
use model::{ResponseMetadata, UsageEvent};
use serde::Serialize;
use utoipa::ToSchema;

use crate::metadata::ResponseMetadataView;

/// Stored events by row id: what the layer above read for a request.
pub type Events = HashMap<i64, UsageEvent>;

/// Facts of the answer's headers that lists show.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct HeaderFields {
    /// When the most used quota window recovers, Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_quota_recover_at_ms: Option<i64>,
    /// Use of the most used quota window, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_quota_used_percent: Option<f64>,
    /// Plan.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_quota_plan_type: String,
    /// `auth`, `identity` or `rate_limit`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_error_kind: String,
    /// The provider's code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_error_code: String,
    /// First trace id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_trace_id: String,
}

impl HeaderFields {
    pub(crate) fn new(event: &UsageEvent) -> Self {
        let header = &event.header;
        Self {
            header_quota_recover_at_ms: header.quota_recover_at_ms,
            header_quota_used_percent: header.quota_used_percent,
            header_quota_plan_type: header.quota_plan_type.clone(),
            header_error_kind: header.error_kind.clone(),
            header_error_code: header.error_code.clone(),
            header_trace_id: header.trace_id.clone(),
        }
    }
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MonitoringEvent)]
pub struct EventItem {
    /// Row id.
    pub id: i64,
    /// The gateway's request id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// Identity.
    pub event_hash: String,
    /// Start, Unix milliseconds.
    pub timestamp_ms: i64,
    /// Display model.
    pub model: String,
    /// Analytics model.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub analytics_model: String,
    /// What the client asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub requested_model: String,
    /// What the provider was asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resolved_model: String,
    /// Method and route pattern.
    pub endpoint: String,
    /// HTTP method.
    pub method: String,
    /// Route pattern.
    pub path: String,
    /// Client address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_ip: String,
    /// The client's `X-Forwarded-For`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub x_forwarded_for: String,
    /// The client's user agent.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user_agent: String,
    /// The gateway's handle of the credential.
    pub auth_index: String,
    /// `apikey`, `oauth` or `unknown`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_type: String,
    /// Provider of the event.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub provider: String,
    /// Masked account or key.
    pub source: String,
    /// SHA-256 (hex) of the source.
    pub source_hash: String,
    /// SHA-256 (hex) of the client key.
    pub api_key_hash: String,
    /// Account when collected.
    pub account_snapshot: String,
    /// Label when collected.
    pub auth_label_snapshot: String,
    /// Provider of the credential, else of the event.
    pub auth_provider_snapshot: String,
    /// Auth file when collected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_file_snapshot: String,
    /// Project when collected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_project_id_snapshot: String,
    /// Reasoning effort.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reasoning_effort: String,
    /// Effective service tier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub service_tier: String,
    /// Executor.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub executor_type: String,
    /// Input, cache tokens included.
    pub input_tokens: i64,
    /// Output.
    pub output_tokens: i64,
    /// Cached tokens that read and creation do not cover.
    pub cached_tokens: i64,
    /// Read from a cache.
    pub cache_read_tokens: i64,
    /// Written to a cache.
    pub cache_creation_tokens: i64,
    /// Reasoning.
    pub reasoning_tokens: i64,
    /// Total as recorded.
    pub total_tokens: i64,
    /// Milliseconds to the end of the body.
    #[schema(required)]
    pub latency_ms: Option<i64>,
    /// Milliseconds to the first byte.
    #[schema(required)]
    pub ttft_ms: Option<i64>,
    /// Whether it failed.
    pub failed: bool,
    /// Upstream status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_status_code: Option<i64>,
    /// Redacted failure text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fail_summary: String,
    /// Facts of the answer's headers.
    #[serde(skip_serializing_if = "ResponseMetadata::is_empty")]
    #[schema(value_type = Option<ResponseMetadataView>)]
    pub response_metadata: ResponseMetadata,
    /// The header facts that lists show.
    #[serde(flatten)]
    pub header: HeaderFields,
}

impl EventItem {
    /// The view of a stored event.
    pub fn new(id: i64, event: &UsageEvent) -> Self {
        let e = event;
        Self {
            id,
            request_id: e.request_id.clone(),
            event_hash: e.event_hash.to_string(),
            timestamp_ms: e.time.ms,
            model: e.model.clone(),
            analytics_model: e.analytics_model().to_owned(),
            requested_model: e.requested_model.clone(),
            resolved_model: e.resolved_model.clone(),
            endpoint: e.endpoint.clone(),
            method: e.method.clone(),
            path: e.path.clone(),
            client_ip: e.client_ip.clone(),
            x_forwarded_for: e.x_forwarded_for.clone(),
            user_agent: e.user_agent.clone(),
            auth_index: e.auth_index.clone(),
            auth_type: e.auth_type.clone(),
            provider: e.provider.clone(),
            source: e.source.clone(),
            source_hash: e.source_hash.clone(),
            api_key_hash: e.api_key_hash.clone(),
            account_snapshot: e.account_snapshot.clone(),
            auth_label_snapshot: e.auth_label_snapshot.clone(),
            auth_provider_snapshot: provider(e).to_owned(),
            auth_file_snapshot: e.auth_file_snapshot.clone(),
            auth_project_id_snapshot: e.auth_project_id_snapshot.clone(),
            reasoning_effort: e.reasoning_effort.clone(),
            service_tier: e.service_tier.clone(),
            executor_type: e.executor_type.clone(),
            input_tokens: e.tokens.normalised(e.cache_input_mode).total,
            output_tokens: e.tokens.output,
            cached_tokens: e.tokens.cached_remainder(),
            cache_read_tokens: e.tokens.cache_read,
            cache_creation_tokens: e.tokens.cache_creation,
            reasoning_tokens: e.tokens.reasoning,
            total_tokens: e.tokens.total,
            latency_ms: e.latency_ms,
            ttft_ms: e.ttft_ms,
            failed: e.failed,
            fail_status_code: e.fail_status_code.filter(|code| *code != 0),
            fail_summary: e.fail_summary().into_owned(),
            response_metadata: e.response_metadata.clone(),
            header: HeaderFields::new(e),
        }
    }
}

pub(crate) fn provider(event: &UsageEvent) -> &str {
    if event.auth_provider_snapshot.is_empty() { &event.provider } else { &event.auth_provider_snapshot }
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MonitoringEvents)]
pub struct EventsPage {
    /// The events.
    pub items: Vec<EventItem>,
    /// Cursor of the next page; 0 at the end.
    pub next_before_ms: i64,
    /// Cursor of the next page; 0 at the end.
    pub next_before_id: i64,
    /// Whether there are more.
    pub has_more: bool,
    /// Events that match, whatever the cursor; in previews the events of the answer.
    pub total_count: i64,
}

impl EventsPage {
    /// `keys` are one more than `limit` when there are more.
    pub(crate) fn new(keys: &[RowKey], limit: usize, total: Option<i64>, events: &Events) -> Self {
        let has_more = keys.len() > limit;
        let shown = &keys[..keys.len().min(limit)];
        // An event that was deleted between the two steps is left out.
        let items: Vec<EventItem> =
            shown.iter().filter_map(|key| Some(EventItem::new(key.id, events.get(&key.id)?))).collect();
        let next = shown.last().filter(|_| has_more);
        Self {
            next_before_ms: next.map_or(0, |key| key.timestamp_ms),
            next_before_id: next.map_or(0, |key| key.id),
            has_more,
            total_count: total.unwrap_or(items.len() as i64),
            items,
        }
    }
}

/// A failure.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecentFailure {
    /// Row id.
    pub id: i64,
    /// Start, Unix milliseconds.
    pub timestamp_ms: i64,
    /// Display model.
    pub model: String,
    /// SHA-256 (hex) of the client key.
    pub api_key_hash: String,
    /// Masked account or key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// SHA-256 (hex) of the source.
    pub source_hash: String,
    /// The gateway's handle.
    pub auth_index: String,
    /// Account when collected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account_snapshot: String,
    /// Label when collected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_label_snapshot: String,
    /// Provider of the credential.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_provider_snapshot: String,
    /// Project when collected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_project_id_snapshot: String,
    /// Method and route pattern.
    pub endpoint: String,
    /// Milliseconds to the end of the body.
    #[schema(required)]
    pub duration_ms: Option<i64>,
    /// Upstream status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_status_code: Option<i64>,
    /// Redacted failure text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fail_summary: String,
    /// Facts of the answer's headers.
    #[serde(skip_serializing_if = "ResponseMetadata::is_empty")]
    #[schema(value_type = Option<ResponseMetadataView>)]
    pub response_metadata: ResponseMetadata,
    /// The header facts that lists show.
    #[serde(flatten)]
    pub header: HeaderFields,
}

/// Failures in the order of their keys. `own_provider` shows the credential's provider alone, never the event's.
pub(crate) fn failures(keys: &[RowKey], events: &Events, own_provider: bool) -> Vec<RecentFailure> {
    let failure = |key: &RowKey| {
        let e = events.get(&key.id)?;
        Some(RecentFailure {
            id: key.id,
            timestamp_ms: e.time.ms,
            model: e.model.clone(),
            api_key_hash: e.api_key_hash.clone(),
            source: e.source.clone(),
            source_hash: e.source_hash.clone(),
            auth_index: e.auth_index.clone(),
            account_snapshot: e.account_snapshot.clone(),
            auth_label_snapshot: e.auth_label_snapshot.clone(),
            auth_provider_snapshot: if own_provider {
                e.auth_provider_snapshot.clone()
            } else {
                provider(e).to_owned()
            },
            auth_project_id_snapshot: e.auth_project_id_snapshot.clone(),
            endpoint: e.endpoint.clone(),
            duration_ms: e.latency_ms,
            fail_status_code: e.fail_status_code.filter(|code| *code != 0),
            fail_summary: e.fail_summary().into_owned(),
            response_metadata: e.response_metadata.clone(),
            header: HeaderFields::new(e),
        })
    };
    keys.iter().filter_map(failure).collect()
}
