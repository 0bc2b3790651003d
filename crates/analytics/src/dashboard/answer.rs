//! The shape of the dashboard's answer.

use serde::Serialize;
use utoipa::ToSchema;

use crate::sections::Snapshots;
use crate::sections::events::RecentFailure;

/// The answer. Lists are always present.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DashboardAnswer {
    /// When it was computed, Unix milliseconds.
    pub generated_at_ms: i64,
    /// The spans.
    pub window: DashboardWindow,
    /// Totals since the start of the day.
    pub today: DashboardToday,
    /// The 30 minutes before now.
    pub rolling_30m: Rolling,
    /// Models with most calls.
    pub top_models_today: Vec<TopModel>,
    /// Models with most cost.
    pub model_cost_rank: Vec<CostRank>,
    /// 24 hours from the start of the day.
    pub traffic_timeline: Vec<TrafficSlot>,
    /// The same hours as intensities.
    pub hourly_activity: Vec<HourActivity>,
    /// 144 slots of ten minutes.
    pub today_request_health_timeline: HealthTimeline,
    /// Four kinds of tokens.
    pub token_mix: Vec<TokenShare>,
    /// Channels, worst first; at most five.
    pub channel_health: Vec<ChannelHealth>,
    /// Failing credentials; at most five.
    pub failure_sources: Vec<FailingSource>,
    /// Failures, newest first.
    pub recent_failures: Vec<RecentFailure>,
}

/// The spans of a dashboard, Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DashboardWindow {
    /// Start of the day.
    pub today_start_ms: i64,
    /// Now; the end of both spans.
    pub now_ms: i64,
    /// Start of the 30 minutes.
    pub rolling_30m_start_ms: i64,
}

/// Totals of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DashboardToday {
    /// Events.
    pub total_calls: i64,
    /// Of them successful.
    pub success_calls: i64,
    /// Of them failed.
    pub failure_calls: i64,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
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
    /// Totals as recorded.
    pub total_tokens: i64,
    /// US dollars.
    pub total_cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Models of those calls, sorted.
    pub unpriced_models: Vec<String>,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// Successful calls without tokens.
    pub zero_token_calls: i64,
}

/// Rates of the last 30 minutes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Rolling {
    /// Calls per minute.
    pub rpm: f64,
    /// Tokens per minute.
    pub tpm: f64,
    /// Calls.
    pub total_calls: i64,
    /// Tokens.
    pub total_tokens: i64,
}

/// A model by calls.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TopModel {
    /// Analytics model.
    pub model: String,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub tokens: i64,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
}

/// A model by cost.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostRank {
    /// Figures.
    #[serde(flatten)]
    pub model: TopModel,
    /// Cost as a part of the most expensive model's cost, 0 to 1.
    pub cost_share: f64,
}

/// An hour of the day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TrafficSlot {
    /// Start, Unix milliseconds.
    pub bucket_ms: i64,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub tokens: i64,
    /// Successful events.
    pub success: i64,
    /// Failed events.
    pub failure: i64,
    /// Calls as a part of the busiest hour's, 0 to 1.
    pub calls_share: f64,
    /// Tokens as a part of the busiest hour's, 0 to 1.
    pub tokens_share: f64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
}

/// An hour of the day as an intensity.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HourActivity {
    /// 0 to 23.
    pub hour_index: usize,
    /// Start, Unix milliseconds.
    pub bucket_ms: i64,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub tokens: i64,
    /// The larger of both shares, 0 to 1.
    pub intensity: f64,
}

/// Health in slots of ten minutes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HealthTimeline {
    /// Start of the day, Unix milliseconds.
    pub from_ms: i64,
    /// 24 hours later.
    pub to_ms: i64,
    /// Width of a slot, milliseconds.
    pub bucket_ms: i64,
    /// Successful events.
    pub success_calls: i64,
    /// Failed events.
    pub failure_calls: i64,
    /// Events.
    pub total_calls: i64,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
    /// The slots.
    pub points: Vec<HealthPoint>,
}

/// Ten minutes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HealthPoint {
    /// Start, Unix milliseconds.
    pub bucket_ms: i64,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub tokens: i64,
    /// Successful events.
    pub success: i64,
    /// Failed events.
    pub failure: i64,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
    /// `future`, `empty`, `bad` (a tenth or more fails), `warn` or `good`.
    pub tone: &'static str,
    /// Calls as a part of the busiest slot's, 0 to 1.
    pub intensity: f64,
    /// Whether it begins after now.
    pub future: bool,
}

/// A kind of tokens.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TokenShare {
    /// `input`, `cached`, `output` or `reasoning`.
    pub key: &'static str,
    /// Tokens.
    pub tokens: i64,
    /// Part of the four, 0 to 1.
    pub share: f64,
}

/// How a channel does.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelHealth {
    /// The gateway's handle; `-` if unknown.
    pub auth_index: String,
    /// Masked account or key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Names.
    #[serde(flatten)]
    pub snapshots: Snapshots,
    /// Events.
    pub calls: i64,
    /// Of them failed.
    pub failures: i64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
    /// Total tokens.
    pub tokens: i64,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// `bad`, `warn` or `good`.
    pub tone: &'static str,
}

/// A failing credential.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FailingSource {
    /// Masked account or key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// SHA-256 (hex) of the source.
    pub source_hash: String,
    /// The gateway's handle.
    pub auth_index: String,
    /// Names.
    #[serde(flatten)]
    pub snapshots: Snapshots,
    /// Events.
    pub calls: i64,
    /// Of them failed.
    pub failures: i64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
    /// Newest event, Unix milliseconds.
    pub last_seen_ms: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// `bad` or `warn`.
    pub tone: &'static str,
}
