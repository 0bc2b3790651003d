//! The compatible usage document (`manager-http-api.md` §7.1).

use std::collections::BTreeMap;

use model::UsageEvent;
use serde::Serialize;
use utoipa::ToSchema;

use super::metadata::ResponseMetadataView;

/// Answer of `GET /v0/management/usage`: the newest events by endpoint and model.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UsageDocument {
    /// Events in this document.
    pub total_requests: u64,
    /// Those that succeeded.
    pub success_count: u64,
    /// Those that failed.
    pub failure_count: u64,
    /// Sum of their tokens.
    pub total_tokens: i64,
    /// By endpoint.
    pub apis: BTreeMap<String, UsageModels>,
}

/// The events of one endpoint.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UsageModels {
    /// By analytics model.
    pub models: BTreeMap<String, UsageDetails>,
}

/// The events of one model.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct UsageDetails {
    /// Newest first.
    pub details: Vec<UsageDetail>,
}

/// One event of the compatible document.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageDetail {
    /// RFC 3339, UTC.
    pub timestamp: String,
    /// Masked upstream account or key.
    pub source: String,
    /// Handle of the credential.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_index: String,
    /// SHA-256 of the client's API key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub api_key_hash: String,
    /// Account.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account_snapshot: String,
    /// Label.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_label_snapshot: String,
    /// Auth file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_file_snapshot: String,
    /// Provider of the credential.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_provider_snapshot: String,
    /// Project.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_project_id_snapshot: String,
    /// When the snapshot was taken, Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_snapshot_at_ms: Option<i64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<i64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttft_ms: Option<i64>,
    /// What the client asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub requested_model: String,
    /// What the provider was asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resolved_model: String,
    /// Reasoning effort.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reasoning_effort: String,
    /// Effective tier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub service_tier: String,
    /// Requested tier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request_service_tier: String,
    /// Reported tier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub response_service_tier: String,
    /// `included_in_input` or `separate_from_input`.
    pub cache_input_mode: String,
    /// The gateway's executor.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub executor_type: String,
    /// Token counters.
    pub tokens: UsageTokens,
    /// Whether it failed.
    pub failed: bool,
    /// Upstream status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_status_code: Option<i64>,
    /// Redacted failure text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fail_summary: String,
    /// Facts of the answer's headers.
    #[serde(skip_serializing_if = "model::ResponseMetadata::is_empty")]
    #[schema(value_type = Option<ResponseMetadataView>)]
    pub response_metadata: model::ResponseMetadata,
}

/// Token counters of the compatible document.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct UsageTokens {
    /// As sent.
    pub input_tokens: i64,
    /// As sent.
    pub output_tokens: i64,
    /// As sent.
    pub reasoning_tokens: i64,
    /// Cached tokens that the read and creation counters do not cover.
    pub cached_tokens: i64,
    /// Same as `cached_tokens`.
    pub cache_tokens: i64,
    /// As sent.
    pub cache_read_tokens: i64,
    /// As sent.
    pub cache_creation_tokens: i64,
    /// As sent, or derived.
    pub total_tokens: i64,
}

impl UsageDetail {
    /// The view of a stored event.
    pub fn new(event: UsageEvent) -> Self {
        let cached = event.tokens.cached_remainder();
        let fail_summary = event.fail_summary().into_owned();
        let requested = if event.requested_model.is_empty() { event.model } else { event.requested_model };
        Self {
            timestamp: event.time.to_rfc3339(),
            source: event.source,
            auth_index: event.auth_index,
            api_key_hash: event.api_key_hash,
            account_snapshot: event.account_snapshot,
            auth_label_snapshot: event.auth_label_snapshot,
            auth_file_snapshot: event.auth_file_snapshot,
            auth_provider_snapshot: event.auth_provider_snapshot,
            auth_project_id_snapshot: event.auth_project_id_snapshot,
            auth_snapshot_at_ms: event.auth_snapshot_at_ms,
            latency_ms: event.latency_ms,
            ttft_ms: event.ttft_ms,
            requested_model: requested,
            resolved_model: event.resolved_model,
            reasoning_effort: event.reasoning_effort,
            service_tier: event.service_tier,
            request_service_tier: event.request_service_tier,
            response_service_tier: event.response_service_tier,
            cache_input_mode: event.cache_input_mode.as_str().to_owned(),
            executor_type: event.executor_type,
            tokens: UsageTokens {
                input_tokens: event.tokens.input,
                output_tokens: event.tokens.output,
                reasoning_tokens: event.tokens.reasoning,
                cached_tokens: cached,
                cache_tokens: cached,
                cache_read_tokens: event.tokens.cache_read,
                cache_creation_tokens: event.tokens.cache_creation,
                total_tokens: event.tokens.total,
            },
            failed: event.failed,
            fail_status_code: event.fail_status_code,
            fail_summary,
            response_metadata: event.response_metadata,
        }
    }
}
