//! The answer of `POST /api/v1/query`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use columns::{GroupRow, Sums};
use serde::Serialize;
use utoipa::ToSchema;

use super::fields::Field;
use super::request::Measure;
use crate::sections::{average_latency, cache_hit_rate, rate, successes};

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QueryAnswer {
    /// When it was computed, Unix milliseconds.
    pub generated_at_ms: i64,
    /// Start of the span.
    pub from_ms: i64,
    /// End of the span.
    pub to_ms: i64,
    /// The span that it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<QuerySpan>,
    /// The dimensions, in the order of each row's keys.
    pub dimensions: Vec<Field>,
    /// Starts of all buckets of each dimension that is a span of time, those without events included. Of a span with more
    /// than 20,000 of them only those around its events.
    #[schema(value_type = BTreeMap<String, Vec<i64>>)]
    pub buckets: BTreeMap<String, Vec<i64>>,
    /// Groups that have events; of a comparison also those that only the earlier span has, with figures of no events.
    pub rows: Vec<QueryRow>,
    /// Groups in all, those beyond the limit included.
    pub total_rows: usize,
    /// The rows beyond the limit as one; percentiles and distinct values of several rows are not known and are null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub others: Option<QueryRow>,
    /// All events of the span.
    pub totals: QueryRow,
    /// Models of calls without a price, sorted; when `cost` or `average_cost` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unpriced_models: Option<Vec<String>>,
}

/// A span, Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QuerySpan {
    /// Start.
    pub from_ms: i64,
    /// End.
    pub to_ms: i64,
}

/// A group's figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct QueryRow {
    /// Its value in each dimension; empty in totals and others.
    pub keys: Vec<Key>,
    /// Figures by measure. With `cost` and `average_cost` there is always `unpriced_calls`.
    #[schema(value_type = BTreeMap<String, Option<f64>>)]
    pub values: BTreeMap<Measure, Option<Figure>>,
    /// Distinct values by field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Option<u64>>)]
    pub distinct: BTreeMap<Field, Option<usize>>,
    /// The same figures of the span that it is compared with; those of no events if it has no such group. Absent without a
    /// comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Option<f64>>>)]
    pub previous: Option<BTreeMap<Measure, Option<Figure>>>,
}

/// A value of a dimension: a number for parts of time, else a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Key {
    /// Start of a bucket in Unix milliseconds, weekday (0 = Sunday), or hour of the day.
    Number(i64),
    /// Anything else.
    Text(String),
}

/// A figure: whole numbers stay whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// Counts, tokens, milliseconds.
    Whole(i64),
    /// Rates, money, means.
    Real(f64),
}

impl Figure {
    fn real(self) -> f64 {
        match self {
            Self::Whole(value) => value as f64,
            Self::Real(value) => value,
        }
    }
}

/// Orders figures; those that are not known come last, whatever the direction.
pub(crate) fn order(a: Option<Figure>, b: Option<Figure>, ascending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => {
            let order = a.real().partial_cmp(&b.real()).unwrap_or(Ordering::Equal);
            if ascending { order } else { order.reverse() }
        }
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// The figures of a row. `percentiles` are the plan's, in the order of the measures that are percentiles.
pub(crate) fn figures(
    measures: &[Measure],
    sums: &Sums,
    percentiles: &[Option<i64>],
) -> BTreeMap<Measure, Option<Figure>> {
    let mut percentiles = percentiles.iter();
    measures
        .iter()
        .map(|measure| {
            let figure = match measure.percentile() {
                Some(_) => percentiles.next().copied().flatten().map(Figure::Whole),
                None => figure(*measure, sums),
            };
            (*measure, figure)
        })
        .collect()
}

fn figure(measure: Measure, sums: &Sums) -> Option<Figure> {
    use Figure::{Real, Whole};
    let some = sums.calls > 0;
    let priced = sums.calls - sums.unpriced_calls;
    Some(match measure {
        Measure::Calls => Whole(sums.calls),
        Measure::Successes => Whole(successes(sums)),
        Measure::Failures => Whole(sums.failures),
        Measure::SuccessRate => return some.then(|| Real(rate(successes(sums), sums.calls))),
        Measure::FailureRate => return some.then(|| Real(rate(sums.failures, sums.calls))),
        Measure::InputTokens => Whole(sums.input),
        Measure::OutputTokens => Whole(sums.output),
        Measure::CachedTokens => Whole(sums.cached),
        Measure::CacheReadTokens => Whole(sums.cache_read),
        Measure::CachedInputTokens => Whole(sums.cached.saturating_add(sums.cache_read)),
        Measure::CacheCreationTokens => Whole(sums.cache_creation),
        Measure::ReasoningTokens => Whole(sums.reasoning),
        Measure::TotalTokens => Whole(sums.total),
        Measure::CacheHitRate => return (sums.input > 0).then(|| Real(cache_hit_rate(sums))),
        Measure::Cost => Real(sums.cost_usd),
        Measure::AverageCost => return (priced > 0).then(|| Real(sums.cost_usd / priced as f64)),
        Measure::UnpricedCalls => Whole(sums.unpriced_calls),
        Measure::ZeroTokenCalls => Whole(sums.zero_token_calls),
        Measure::AverageLatencyMs => return average_latency(sums).map(Real),
        Measure::MaxLatencyMs => return sums.latency_max_ms.map(Whole),
        Measure::TokensPerSecond => {
            return (sums.latency_sum_ms > 0 && sums.output > 0)
                .then(|| Real(sums.output as f64 / (sums.latency_sum_ms as f64 / 1000.0)));
        }
        Measure::FirstSeenMs => return some.then_some(Whole(sums.first_ms)),
        Measure::LastSeenMs => return some.then_some(Whole(sums.last_ms)),
        // Percentiles are not sums.
        _ => return None,
    })
}

/// Distinct values by the beginning of the key: how many rows share it.
pub(crate) fn distinct(rows: &[GroupRow], dimensions: usize) -> BTreeMap<Vec<u32>, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        let prefix = row.key.get(..dimensions).unwrap_or_default().to_vec();
        *counts.entry(prefix).or_default() += 1;
    }
    counts
}
