//! The request of `POST /v0/management/monitoring/analytics`. Unknown members are ignored, `null` counts as absent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::RequestError;
use crate::lenient::or_default;

/// Largest page of events.
pub const MAX_EVENTS: usize = 50_000;
/// Most entries of one filter list.
pub const MAX_FILTER_VALUES: usize = 10_000;
/// Longest search phrase, bytes.
pub const MAX_SEARCH_BYTES: usize = 4096;
/// Most failures that `recent_failures` lists.
pub const MAX_RECENT_FAILURES: usize = 10_000;

/// What to find out about the events of a span.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = MonitoringRequest)]
pub struct AnalyticsRequest {
    /// From this time on, Unix milliseconds; required.
    #[serde(deserialize_with = "or_default")]
    pub from_ms: i64,
    /// Before this time, Unix milliseconds; required.
    #[serde(deserialize_with = "or_default")]
    pub to_ms: i64,
    /// End of the 30-minute window of the rates; the server's time when absent or not positive.
    #[serde(deserialize_with = "or_default")]
    pub now_ms: i64,
    /// IANA zone of buckets and days; empty = UTC.
    #[serde(deserialize_with = "or_default")]
    pub time_zone: String,
    /// A phrase that must occur, in any case of letters, in one of the searched fields. `%` and `_` stand for themselves.
    #[serde(deserialize_with = "or_default")]
    pub search_query: String,
    /// SHA-256 (hex) of a client key; with `search_query` one of the two suffices.
    #[serde(deserialize_with = "or_default")]
    pub search_api_key_hash: String,
    /// Which events.
    #[serde(deserialize_with = "or_default")]
    pub filters: Filters,
    /// Which sections to answer.
    #[serde(deserialize_with = "or_default")]
    pub include: Include,
}

/// Which events: values of one list are alternatives, lists narrow. Blanks and duplicates are ignored.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = MonitoringFilters)]
pub struct Filters {
    /// Analytics model, exact; a reasoning suffix of the value is ignored.
    #[serde(deserialize_with = "or_default")]
    pub models: Vec<String>,
    /// Provider or provider of the credential, in any case of letters.
    #[serde(deserialize_with = "or_default")]
    pub providers: Vec<String>,
    /// Account, label, masked source or `auth_index`, in any case of letters.
    #[serde(deserialize_with = "or_default")]
    pub accounts: Vec<String>,
    /// First of auth file, `auth_index`, source hash, source that is known; `-` if none is.
    #[serde(deserialize_with = "or_default")]
    pub credential_ids: Vec<String>,
    /// Auth file.
    #[serde(deserialize_with = "or_default")]
    pub auth_files: Vec<String>,
    /// The gateway's handles of credentials.
    #[serde(deserialize_with = "or_default")]
    pub auth_indices: Vec<String>,
    /// SHA-256 (hex) of client keys.
    #[serde(deserialize_with = "or_default")]
    pub api_key_hashes: Vec<String>,
    /// SHA-256 (hex) of upstream sources.
    #[serde(deserialize_with = "or_default")]
    pub source_hashes: Vec<String>,
    /// Projects of credentials.
    #[serde(deserialize_with = "or_default")]
    pub project_ids: Vec<String>,
    /// Executors.
    #[serde(deserialize_with = "or_default")]
    pub request_types: Vec<String>,
    /// Error kinds among the answers' headers.
    #[serde(deserialize_with = "or_default")]
    pub header_error_kinds: Vec<String>,
    /// Error codes among the answers' headers.
    #[serde(deserialize_with = "or_default")]
    pub header_error_codes: Vec<String>,
    /// Plans among the answers' headers.
    #[serde(deserialize_with = "or_default")]
    pub header_quota_plans: Vec<String>,
    /// Trace ids among the answers' headers.
    #[serde(deserialize_with = "or_default")]
    pub header_trace_ids: Vec<String>,
    /// `false` = only successes.
    pub include_failed: Option<bool>,
    /// `true` = only failures.
    #[serde(deserialize_with = "or_default")]
    pub failed_only: bool,
    /// Latency of at least this many milliseconds; 0 = any.
    #[serde(deserialize_with = "or_default")]
    pub min_latency_ms: i64,
    /// `hit` (any cache counter above zero), `miss`, `read` or `creation`; anything else is ignored.
    #[serde(deserialize_with = "or_default")]
    pub cache_status: String,
}

/// Which sections to answer.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = MonitoringInclude)]
pub struct Include {
    /// Totals.
    #[serde(deserialize_with = "or_default")]
    pub summary: bool,
    /// `compact` leaves out the expensive members of the totals.
    #[serde(deserialize_with = "or_default")]
    pub summary_profile: String,
    /// Percentiles also in the compact totals.
    #[serde(deserialize_with = "or_default")]
    pub summary_percentiles: bool,
    /// The same span before; only together with `summary`.
    #[serde(deserialize_with = "or_default")]
    pub summary_comparison: bool,
    /// Figures by hour or day.
    #[serde(deserialize_with = "or_default")]
    pub timeline: bool,
    /// Figures by hour of the day.
    #[serde(deserialize_with = "or_default")]
    pub hourly_distribution: bool,
    /// Figures by weekday and hour.
    #[serde(deserialize_with = "or_default")]
    pub heatmap: bool,
    /// Buckets that stand out from the one before.
    #[serde(deserialize_with = "or_default")]
    pub anomaly_points: bool,
    /// Short figures by model.
    #[serde(deserialize_with = "or_default")]
    pub model_share: bool,
    /// Figures by model.
    #[serde(deserialize_with = "or_default")]
    pub model_stats: bool,
    /// Figures by `auth_index`.
    #[serde(deserialize_with = "or_default")]
    pub channel_share: bool,
    /// Failing credentials.
    #[serde(deserialize_with = "or_default")]
    pub failure_sources: bool,
    /// Figures by account.
    #[serde(deserialize_with = "or_default")]
    pub account_stats: bool,
    /// Figures by credential.
    #[serde(deserialize_with = "or_default")]
    pub credential_stats: bool,
    /// Figures by credential and bucket.
    #[serde(deserialize_with = "or_default")]
    pub credential_timeline: bool,
    /// Figures by client key and bucket.
    #[serde(deserialize_with = "or_default")]
    pub api_key_timeline: bool,
    /// Figures by client key.
    #[serde(deserialize_with = "or_default")]
    pub api_key_stats: bool,
    /// Events that share time, source and credential.
    #[serde(deserialize_with = "or_default")]
    pub task_buckets: bool,
    /// What filters can choose from, with figures.
    #[serde(deserialize_with = "or_default")]
    pub filter_options: bool,
    /// What filters can choose from, as names.
    #[serde(deserialize_with = "or_default")]
    pub filter_selectors: bool,
    /// How many of the newest failures.
    #[serde(deserialize_with = "or_default")]
    pub recent_failures: i64,
    /// A page of events.
    pub events_page: Option<EventsPageRequest>,
    /// The newest events of another span.
    pub drilldown_preview: Option<DrilldownRequest>,
    /// `hour` or `day`; otherwise hours up to 24 hours of range, then days.
    #[serde(deserialize_with = "or_default")]
    pub granularity: String,
}

/// A page of events.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct EventsPageRequest {
    /// How many; 100 when absent or not positive, at most 50,000.
    #[serde(deserialize_with = "or_default")]
    pub limit: i64,
    /// With `before_id`: strictly older than this place. Alone: before this time.
    pub before_ms: Option<i64>,
    /// Row id of the last event of the page before.
    pub before_id: Option<i64>,
}

/// The newest events of another span.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct DrilldownRequest {
    /// From this time on, Unix milliseconds.
    #[serde(deserialize_with = "or_default")]
    pub from_ms: i64,
    /// Before this time.
    #[serde(deserialize_with = "or_default")]
    pub to_ms: i64,
    /// How many; 20 when absent or not positive, at most 100.
    #[serde(deserialize_with = "or_default")]
    pub limit: i64,
}

impl AnalyticsRequest {
    /// Checks bounds and limits.
    ///
    /// # Errors
    /// The first problem.
    pub fn check(&self) -> Result<(), RequestError> {
        if self.from_ms <= 0 || self.to_ms <= 0 || self.from_ms >= self.to_ms {
            return Err(RequestError::Range);
        }
        let page = self.include.events_page.as_ref().map_or(0, |page| page.limit);
        for (name, value, most) in [
            ("events_page.limit", page, MAX_EVENTS),
            ("recent_failures", self.include.recent_failures, MAX_RECENT_FAILURES),
        ] {
            if usize::try_from(value).is_ok_and(|value| value > most) {
                return Err(RequestError::TooLarge { name, most });
            }
        }
        if self.search_query.len() > MAX_SEARCH_BYTES {
            return Err(RequestError::TooLarge { name: "length of search_query", most: MAX_SEARCH_BYTES });
        }
        for (name, values) in self.filters.lists() {
            if values.len() > MAX_FILTER_VALUES {
                let name = format!("filters.{name}");
                return Err(RequestError::TooMany { name, most: MAX_FILTER_VALUES });
            }
        }
        Ok(())
    }

    /// The search phrase as it is looked for: trimmed, lower case (ASCII); empty = none.
    pub fn phrase(&self) -> String {
        self.search_query.trim().to_ascii_lowercase()
    }
}

impl Filters {
    pub(crate) fn lists(&self) -> [(&'static str, &Vec<String>); 14] {
        [
            ("models", &self.models),
            ("providers", &self.providers),
            ("accounts", &self.accounts),
            ("credential_ids", &self.credential_ids),
            ("auth_files", &self.auth_files),
            ("auth_indices", &self.auth_indices),
            ("api_key_hashes", &self.api_key_hashes),
            ("source_hashes", &self.source_hashes),
            ("project_ids", &self.project_ids),
            ("request_types", &self.request_types),
            ("header_error_kinds", &self.header_error_kinds),
            ("header_error_codes", &self.header_error_codes),
            ("header_quota_plans", &self.header_quota_plans),
            ("header_trace_ids", &self.header_trace_ids),
        ]
    }
}
