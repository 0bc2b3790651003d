//! The request of `POST /api/v1/query`.

use std::collections::BTreeMap;

use columns::{Percentile, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fields::Field;

/// Most dimensions of a query.
pub const MAX_DIMENSIONS: usize = 3;
/// Most measures of a query.
pub const MAX_MEASURES: usize = 40;
/// Most rows of an answer.
pub const MAX_ROWS: usize = 10_000;
/// Groups that a query may find on the way to its rows, those of its distinct counts and of the earlier span included: each
/// takes about a kilobyte until the rows are chosen.
pub const MAX_GROUPS: usize = 300_000;
/// Rows unless asked otherwise.
pub const DEFAULT_ROWS: usize = 100;
/// Most time buckets of a dimension.
pub const MAX_BUCKETS: usize = 20_000;
/// Most values of one filter.
pub const MAX_VALUES: usize = 1000;
/// Longest text that is looked for, bytes.
pub const MAX_TEXT_BYTES: usize = 512;

/// One question about events: what to measure, by what, of which events.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QueryRequest {
    /// From this time on, Unix milliseconds; required.
    pub from_ms: i64,
    /// Before this time, Unix milliseconds; required.
    pub to_ms: i64,
    /// IANA zone of every part of time; empty = UTC.
    pub time_zone: String,
    /// What to measure; `calls` when empty.
    pub measures: Vec<Measure>,
    /// How many different values of these fields there are; parts of time cannot be counted.
    pub distinct: Vec<Field>,
    /// What to group by, at most three; none = totals only.
    pub dimensions: Vec<Field>,
    /// Which events.
    pub filters: QueryFilters,
    /// A span to compare with. Buckets of time are compared by their position in the span.
    pub compare: Option<QueryComparison>,
    /// Order of the rows: by time when the first dimension is a part of time, else by the first measure, largest first.
    pub order: Option<QueryOrder>,
    /// Most rows, 1 to 10,000; 100 when absent.
    pub limit: Option<usize>,
    /// Whether to sum up the rows beyond the limit in one more row.
    pub others: bool,
}

/// Which events. Values of one field are alternatives; fields narrow.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QueryFilters {
    /// Only events with one of these values. Keys are fields; values of `hour`, `day`, `week`, `month` are their starts in
    /// Unix milliseconds. An empty list does not narrow.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub include: BTreeMap<Field, Vec<String>>,
    /// No events with one of these values.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub exclude: BTreeMap<Field, Vec<String>>,
    /// Bounds of numbers.
    pub ranges: Vec<QueryRange>,
    /// Text that must occur, in any case of letters, in one of the searched fields; or the first 8 or more digits of an event
    /// hash.
    pub text: String,
    /// One of these request ids.
    pub request_ids: Vec<String>,
    /// One of these trace ids.
    pub trace_ids: Vec<String>,
    /// `hit` (any cache counter above zero), `miss`, `read` or `creation`.
    pub cache: Option<CacheUse>,
    /// `true` = only events with a price, `false` = only those without.
    pub priced: Option<bool>,
}

/// Use of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CacheUse {
    /// Some cache counter is above zero.
    Hit,
    /// No cache counter is above zero.
    Miss,
    /// Tokens were read.
    Read,
    /// Tokens were written.
    Creation,
}

/// Bounds of a number, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryRange {
    /// Of what. Events without the number do not match.
    pub of: NumberField,
    /// At least; absent = any.
    #[serde(default)]
    pub min: Option<i64>,
    /// At most; absent = any.
    #[serde(default)]
    pub max: Option<i64>,
}

/// Numbers of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberField {
    /// Input, cache tokens included.
    InputTokens,
    /// Output.
    OutputTokens,
    /// Cached tokens that read and creation do not cover.
    CachedTokens,
    /// Read from a cache.
    CacheReadTokens,
    /// Written to a cache.
    CacheCreationTokens,
    /// Reasoning.
    ReasoningTokens,
    /// Total as recorded.
    TotalTokens,
    /// Milliseconds to the end of the body.
    LatencyMs,
    /// Milliseconds to the first byte.
    TtftMs,
}

impl NumberField {
    /// The column.
    pub fn quantity(self) -> Quantity {
        match self {
            Self::InputTokens => Quantity::Input,
            Self::OutputTokens => Quantity::Output,
            Self::CachedTokens => Quantity::Cached,
            Self::CacheReadTokens => Quantity::CacheRead,
            Self::CacheCreationTokens => Quantity::CacheCreation,
            Self::ReasoningTokens => Quantity::Reasoning,
            Self::TotalTokens => Quantity::Total,
            Self::LatencyMs => Quantity::Latency,
            Self::TtftMs => Quantity::Ttft,
        }
    }
}

/// What a query is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryComparison {
    /// Start, Unix milliseconds; absent = the span of equal length before.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// End; absent = the span of equal length from `from_ms` on.
    #[serde(default)]
    pub to_ms: Option<i64>,
}

/// Order of the rows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryOrder {
    /// A measure or a dimension of the query.
    pub by: String,
    /// Smallest first.
    #[serde(default)]
    pub ascending: bool,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Events.
    Calls,
    /// Successful events.
    Successes,
    /// Failed events.
    Failures,
    /// Successful part, 0 to 1; null without events.
    SuccessRate,
    /// Failed part, 0 to 1; null without events.
    FailureRate,
    /// Input, cache tokens included.
    InputTokens,
    /// Output.
    OutputTokens,
    /// Cached tokens that read and creation do not cover.
    CachedTokens,
    /// Read from a cache.
    CacheReadTokens,
    /// Input from a cache, whichever way it was reported: `cached_tokens` and `cache_read_tokens` together.
    CachedInputTokens,
    /// Written to a cache.
    CacheCreationTokens,
    /// Reasoning.
    ReasoningTokens,
    /// Totals as recorded.
    TotalTokens,
    /// Share of the input that came from a cache, 0 to 1; null without input.
    CacheHitRate,
    /// US dollars of the events that have a price.
    Cost,
    /// US dollars per event that has a price; null without one.
    AverageCost,
    /// Events without a price.
    UnpricedCalls,
    /// Successful events without tokens.
    ZeroTokenCalls,
    /// Mean of the latencies that are known and not 0, milliseconds.
    AverageLatencyMs,
    /// Largest latency, milliseconds.
    MaxLatencyMs,
    /// Median of latencies above zero, milliseconds; nearest rank, as all percentiles.
    LatencyP50Ms,
    /// 90th percentile of latency.
    LatencyP90Ms,
    /// 95th percentile of latency.
    LatencyP95Ms,
    /// 99th percentile of latency.
    LatencyP99Ms,
    /// Median of the time to the first token, milliseconds.
    TtftP50Ms,
    /// 90th percentile of the time to the first token.
    TtftP90Ms,
    /// 95th percentile of the time to the first token.
    TtftP95Ms,
    /// 99th percentile of the time to the first token.
    TtftP99Ms,
    /// Output tokens per second of latency, all events together; null without tokens or latency.
    TokensPerSecond,
    /// First event, Unix milliseconds; null without events.
    FirstSeenMs,
    /// Newest event, Unix milliseconds; null without events.
    LastSeenMs,
}

impl Measure {
    /// The percentile that it is.
    pub(crate) fn percentile(self) -> Option<Percentile> {
        let (quantity, percent) = match self {
            Self::LatencyP50Ms => (Quantity::Latency, 50),
            Self::LatencyP90Ms => (Quantity::Latency, 90),
            Self::LatencyP95Ms => (Quantity::Latency, 95),
            Self::LatencyP99Ms => (Quantity::Latency, 99),
            Self::TtftP50Ms => (Quantity::Ttft, 50),
            Self::TtftP90Ms => (Quantity::Ttft, 90),
            Self::TtftP95Ms => (Quantity::Ttft, 95),
            Self::TtftP99Ms => (Quantity::Ttft, 99),
            _ => return None,
        };
        Some(Percentile { quantity, percent })
    }

    /// Whether a light group has it.
    pub(crate) fn is_light(self) -> bool {
        matches!(
            self,
            Self::Calls
                | Self::Successes
                | Self::Failures
                | Self::SuccessRate
                | Self::FailureRate
                | Self::TotalTokens
                | Self::Cost
                | Self::AverageCost
                | Self::UnpricedCalls
        ) || self.percentile().is_some()
    }
}
