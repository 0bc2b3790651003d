//! What the monitoring analytics answer.

use serde::Serialize;
use utoipa::ToSchema;

use crate::json::{Members, Pieces};
use crate::sections::accounts::{AccountStat, ChannelShare, CredentialStat, FailureSource};
use crate::sections::events::{EventsPage, RecentFailure};
use crate::sections::heatmap::HeatmapCell;
use crate::sections::keys::ApiKeyStat;
use crate::sections::models::{ModelShare, ModelStat};
use crate::sections::options::FilterOptions;
use crate::sections::splits::{ApiKeyPoint, CredentialPoint};
use crate::sections::summary::{Comparison, Summary};
use crate::sections::tasks::TaskBucket;
use crate::sections::timeline::{AnomalyPoint, HourShare, TimelinePoint};

/// The answer. A section is present when it was asked for, also when it is empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = MonitoringAnswer)]
pub struct AnalyticsAnswer {
    /// When it was computed, Unix milliseconds.
    pub generated_at_ms: i64,
    /// `hour` or `day`: width of the timelines' buckets.
    pub granularity: String,
    /// Totals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// The span before; absent if it would begin before 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary_comparison: Option<Comparison>,
    /// By bucket, ascending; only buckets with events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Vec<TimelinePoint>>,
    /// By hour of the day, ascending; only hours with events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hourly_distribution: Option<Vec<HourShare>>,
    /// By weekday and hour, ascending; only cells with events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heatmap: Option<Vec<HeatmapCell>>,
    /// Buckets that stand out, strongest first; at most 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anomaly_points: Option<Vec<AnomalyPoint>>,
    /// By model, most calls first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_share: Option<Vec<ModelShare>>,
    /// By model, most calls first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_stats: Option<Vec<ModelStat>>,
    /// By handle, most calls first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_share: Option<Vec<ChannelShare>>,
    /// Failing credentials, most failures first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_sources: Option<Vec<FailureSource>>,
    /// By account, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_stats: Option<Vec<AccountStat>>,
    /// By credential, most expensive first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_stats: Option<Vec<CredentialStat>>,
    /// By bucket and credential, ascending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_timeline: Option<Vec<CredentialPoint>>,
    /// By bucket and client key, ascending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_timeline: Option<Vec<ApiKeyPoint>>,
    /// By client key, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_stats: Option<Vec<ApiKeyStat>>,
    /// What filters can choose from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_options: Option<FilterOptions>,
    /// Groups of events, newest first; at most 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_buckets: Option<Vec<TaskBucket>>,
    /// Failures, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recent_failures: Option<Vec<RecentFailure>>,
    /// A page of events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<EventsPage>,
    /// The newest events of another span.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drilldown_preview: Option<EventsPage>,
}

/// The sections of an [`AnalyticsAnswer`] with two dimensions, which are made apart from the others.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CrossTables {
    /// By weekday and hour, ascending; only cells with events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heatmap: Option<Vec<HeatmapCell>>,
    /// By bucket and credential, ascending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_timeline: Option<Vec<CredentialPoint>>,
    /// By bucket and client key, ascending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_timeline: Option<Vec<ApiKeyPoint>>,
    /// By client key, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_stats: Option<Vec<ApiKeyStat>>,
}

impl Members for AnalyticsAnswer {
    fn write_members(&self, out: &mut Pieces<'_>) -> serde_json::Result<()> {
        out.members(self)
    }
}

impl Members for CrossTables {
    fn write_members(&self, out: &mut Pieces<'_>) -> serde_json::Result<()> {
        out.members(self)
    }
}
