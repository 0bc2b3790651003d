//! Totals of a span, and of the span before.

use std::ops::Range;

use columns::{GroupRow, Sums};
use serde::Serialize;
use utoipa::ToSchema;

use super::{average_latency, cache_hit_rate, models, rate, successes, total, total_of_members};
use crate::dictionary::Member;

/// Length of the window of the short-term rates, minutes.
pub(crate) const ROLLING_MINUTES: i64 = 30;

/// Totals of a span. The members from `rpm_30m` to `approx_task_success_rate` are 0 in the compact profile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Summary {
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
    /// Share of the input that came from a cache, 0 to 1.
    pub cache_hit_rate: f64,
    /// Reasoning.
    pub reasoning_tokens: i64,
    /// Totals as recorded.
    pub total_tokens: i64,
    /// US dollars.
    pub total_cost: f64,
    /// Calls without a price: their cost is not part of `total_cost`.
    pub unpriced_calls: i64,
    /// Models of those calls, sorted.
    pub unpriced_models: Vec<String>,
    /// US dollars per call.
    pub average_cost_per_call: f64,
    /// Mean of the latencies that are known and not 0, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// 95th percentile of latency, milliseconds.
    #[schema(required)]
    pub p95_latency_ms: Option<i64>,
    /// 95th percentile of the time to the first token, milliseconds.
    #[schema(required)]
    pub p95_ttft_ms: Option<i64>,
    /// Successful calls without tokens.
    pub zero_token_calls: i64,
    /// Calls per minute in the 30 minutes before `now_ms`.
    pub rpm_30m: f64,
    /// Tokens per minute in the 30 minutes before `now_ms`.
    pub tpm_30m: f64,
    /// Calls per day that has any.
    pub avg_daily_requests: f64,
    /// Tokens per day that has any call.
    pub avg_daily_tokens: f64,
    /// Groups of events that share time, source and credential; at most 500.
    pub approx_tasks: i64,
    /// Of them with a failure.
    pub approx_task_failures: i64,
    /// Part without failure, 0 to 1.
    pub approx_task_success_rate: f64,
    /// Models with successful calls without tokens, sorted; null in the compact profile.
    #[schema(required)]
    pub zero_token_models: Option<Vec<String>>,
}

/// What only the full profile has.
pub(crate) struct Full<'a> {
    pub rolling: &'a Sums,
    pub active_days: usize,
    pub tasks: usize,
    pub task_failures: usize,
}

impl Summary {
    pub(crate) fn new(
        members: &[Member<'_>],
        percentiles: Option<&[Option<i64>]>,
        full: Option<&Full<'_>>,
    ) -> Self {
        let sums = total_of_members(members);
        let percentile = |place: usize| percentiles.and_then(|values| *values.get(place)?);
        let mut summary = Self {
            total_calls: sums.calls,
            success_calls: successes(&sums),
            failure_calls: sums.failures,
            success_rate: rate(successes(&sums), sums.calls),
            input_tokens: sums.input,
            output_tokens: sums.output,
            cached_tokens: sums.cached,
            cache_read_tokens: sums.cache_read,
            cache_creation_tokens: sums.cache_creation,
            cache_hit_rate: cache_hit_rate(&sums),
            reasoning_tokens: sums.reasoning,
            total_tokens: sums.total,
            total_cost: sums.cost_usd,
            unpriced_calls: sums.unpriced_calls,
            unpriced_models: models::unpriced(members),
            average_cost_per_call: if sums.calls > 0 { sums.cost_usd / sums.calls as f64 } else { 0.0 },
            average_latency_ms: average_latency(&sums),
            p95_latency_ms: percentile(0),
            p95_ttft_ms: percentile(1),
            zero_token_calls: sums.zero_token_calls,
            ..Self::default()
        };
        if let Some(full) = full {
            let days = full.active_days.max(1) as f64;
            let (tasks, failures) = (full.tasks as i64, full.task_failures as i64);
            summary.rpm_30m = full.rolling.calls as f64 / ROLLING_MINUTES as f64;
            summary.tpm_30m = full.rolling.total as f64 / ROLLING_MINUTES as f64;
            summary.avg_daily_requests = sums.calls as f64 / days;
            summary.avg_daily_tokens = sums.total as f64 / days;
            summary.approx_tasks = tasks;
            summary.approx_task_failures = failures;
            summary.approx_task_success_rate = rate(tasks - failures, tasks);
            summary.zero_token_models = Some(models::without_tokens(members));
        }
        summary
    }
}

/// Totals of the span of equal length before.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// Its start, Unix milliseconds.
    pub from_ms: i64,
    /// Its end.
    pub to_ms: i64,
    /// Events.
    pub total_calls: i64,
    /// Of them successful.
    pub success_calls: i64,
    /// Of them failed.
    pub failure_calls: i64,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
    /// Total tokens.
    pub total_tokens: i64,
    /// US dollars.
    pub total_cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
}

/// The span of equal length before; `None` if it would begin at or before 1970.
pub(crate) fn span_before(range: &Range<i64>) -> Option<Range<i64>> {
    let start = range.start.checked_sub(range.end.checked_sub(range.start)?)?;
    (start > 0).then_some(start..range.start)
}

impl Comparison {
    pub(crate) fn new(range: &Range<i64>, rows: &[GroupRow]) -> Self {
        let sums = total(rows);
        Self {
            from_ms: range.start,
            to_ms: range.end,
            total_calls: sums.calls,
            success_calls: successes(&sums),
            failure_calls: sums.failures,
            success_rate: rate(successes(&sums), sums.calls),
            total_tokens: sums.total,
            total_cost: sums.cost_usd,
            unpriced_calls: sums.unpriced_calls,
        }
    }
}
