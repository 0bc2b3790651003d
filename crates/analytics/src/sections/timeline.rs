//! Figures over time, and buckets that stand out.

use columns::{GroupRow, Sums};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Tokens, average_latency, cache_hit_rate, descending, rate, successes};
use crate::buckets::{Axis, Granularity, Zone};

/// Figures of a bucket of time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelinePoint {
    /// Start of the local hour or day, Unix milliseconds.
    pub bucket_ms: i64,
    /// `HH:MM` or `MM/DD`, local.
    pub label: String,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub tokens: i64,
    /// Successful events.
    pub success: i64,
    /// Failed events.
    pub failure: i64,
    /// Tokens.
    #[serde(flatten)]
    pub sums: Tokens,
    /// Share of the input that came from a cache, 0 to 1.
    pub cache_hit_rate: f64,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// 95th percentile of latency, milliseconds.
    #[schema(required)]
    pub p95_latency_ms: Option<i64>,
    /// 95th percentile of the time to the first token, milliseconds.
    #[schema(required)]
    pub p95_ttft_ms: Option<i64>,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
}

/// Buckets that have events, ascending.
pub(crate) fn points(axis: &Axis, zone: &Zone, width: Granularity, rows: &[GroupRow]) -> Vec<TimelinePoint> {
    let point = |row: &GroupRow| {
        let bucket_ms = *axis.starts.get(*row.key.first()? as usize)?;
        let sums = &row.sums;
        let percentile = |place: usize| row.percentiles.get(place).copied().flatten();
        Some(TimelinePoint {
            bucket_ms,
            label: zone.label(bucket_ms, width),
            calls: sums.calls,
            tokens: sums.total,
            success: successes(sums),
            failure: sums.failures,
            sums: sums.into(),
            cache_hit_rate: cache_hit_rate(sums),
            cost: sums.cost_usd,
            unpriced_calls: sums.unpriced_calls,
            average_latency_ms: average_latency(sums),
            p95_latency_ms: percentile(0),
            p95_ttft_ms: percentile(1),
            success_rate: rate(successes(sums), sums.calls),
            failure_rate: rate(sums.failures, sums.calls),
        })
    };
    rows.iter().filter_map(point).collect()
}

/// An hour of the day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HourShare {
    /// 0 to 23, local.
    pub hour: u32,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub tokens: i64,
}

pub(crate) fn hours(rows: &[GroupRow]) -> Vec<HourShare> {
    let hour = |row: &GroupRow| {
        Some(HourShare { hour: *row.key.first()?, calls: row.sums.calls, tokens: row.sums.total })
    };
    rows.iter().filter_map(hour).collect()
}

/// A bucket that stands out from the one before.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnomalyPoint {
    /// Start, Unix milliseconds.
    pub bucket_ms: i64,
    /// Start and one hour or 24 hours.
    pub bucket_end_ms: i64,
    /// `HH:MM` or `MM/DD`, local.
    pub label: String,
    /// `low` (one reason), `medium` (two) or `high`.
    pub severity: String,
    /// `request_spike`, `cost_spike`, `tokens_per_request_spike`, `cache_hit_drop`, `failure_rate_spike`, `latency_spike`.
    pub metric_keys: Vec<String>,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub total_tokens: i64,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
    /// Relative change of calls.
    pub request_change: f64,
    /// Relative change of cost.
    pub cost_change: f64,
    /// Relative change of tokens per call.
    pub tokens_per_request_change: f64,
    /// Difference of cache hit rates.
    pub cache_hit_rate_change: f64,
    /// Difference of failure rates.
    pub failure_rate_change: f64,
    /// Relative change of the 95th percentile of latency.
    pub latency_p95_change: f64,
}

/// Most anomaly points of an answer.
const MAX_ANOMALIES: usize = 50;

/// What an anomaly compares.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    pub calls: f64,
    pub cost: f64,
    pub tokens: f64,
    pub hit_rate: f64,
    pub failure_rate: f64,
    pub p95: f64,
}

impl Measured {
    fn of(point: &TimelinePoint) -> Self {
        Self {
            calls: point.calls as f64,
            cost: point.cost,
            tokens: point.tokens as f64,
            hit_rate: point.cache_hit_rate,
            failure_rate: point.failure_rate,
            p95: point.p95_latency_ms.unwrap_or(0) as f64,
        }
    }

    fn tokens_per_call(&self) -> f64 {
        if self.calls > 0.0 { self.tokens / self.calls } else { 0.0 }
    }
}

/// Relative change; a rise from nothing counts as 1.
fn change(now: f64, before: f64) -> f64 {
    if before > 0.0 {
        (now - before) / before
    } else if now > 0.0 {
        1.0
    } else {
        0.0
    }
}

/// What changed between two buckets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Compared {
    /// Calls, cost, tokens per call, cache hit rate, failure rate, latency.
    pub changes: [f64; 6],
    pub keys: Vec<&'static str>,
    pub score: f64,
}

impl Compared {
    pub fn new(before: &Measured, now: &Measured) -> Self {
        let changes = [
            change(now.calls, before.calls),
            change(now.cost, before.cost),
            change(now.tokens_per_call(), before.tokens_per_call()),
            now.hit_rate - before.hit_rate,
            now.failure_rate - before.failure_rate,
            change(now.p95, before.p95),
        ];
        let rules = [
            ("request_spike", changes[0] > 1.0),
            ("cost_spike", changes[1] > 1.0),
            ("tokens_per_request_spike", changes[2] > 0.5),
            ("cache_hit_drop", changes[3] < -0.2),
            ("failure_rate_spike", changes[4] > 0.2),
            ("latency_spike", changes[5] > 0.5),
        ];
        let keys: Vec<&str> = rules.iter().filter(|(_, met)| *met).map(|(key, _)| *key).collect();
        let risen = changes.iter().enumerate().map(|(i, change)| if i == 3 { -change } else { *change });
        let score = 10.0 * keys.len() as f64 + risen.map(|change| change.max(0.0)).sum::<f64>();
        Self { changes, keys, score }
    }

    pub fn severity(&self) -> &'static str {
        match self.keys.len() {
            0 | 1 => "low",
            2 => "medium",
            _ => "high",
        }
    }
}

/// Strongest first, then latest.
pub(crate) fn anomalies(points: &[TimelinePoint], width: Granularity) -> Vec<AnomalyPoint> {
    let mut found: Vec<(f64, AnomalyPoint)> = Vec::new();
    for pair in points.windows(2) {
        let [before, now] = pair else { continue };
        let compared = Compared::new(&Measured::of(before), &Measured::of(now));
        if compared.keys.is_empty() {
            continue;
        }
        let [request, cost, tokens, hits, failures, latency] = compared.changes;
        let point = AnomalyPoint {
            bucket_ms: now.bucket_ms,
            bucket_end_ms: now.bucket_ms.saturating_add(width.width_ms()),
            label: now.label.clone(),
            severity: compared.severity().to_owned(),
            metric_keys: compared.keys.iter().map(|key| (*key).to_owned()).collect(),
            calls: now.calls,
            total_tokens: now.tokens,
            cost: now.cost,
            unpriced_calls: now.unpriced_calls,
            failure_rate: now.failure_rate,
            request_change: request,
            cost_change: cost,
            tokens_per_request_change: tokens,
            cache_hit_rate_change: hits,
            failure_rate_change: failures,
            latency_p95_change: latency,
        };
        found.push((compared.score, point));
    }
    found.sort_by(|(a, p), (b, q)| descending(a, b).then_with(|| descending(p.bucket_ms, q.bucket_ms)));
    found.truncate(MAX_ANOMALIES);
    found.into_iter().map(|(_, point)| point).collect()
}

/// Figures of one of several things in a bucket of time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SplitFigures {
    /// Start of the local hour or day, Unix milliseconds.
    pub bucket_ms: i64,
    /// `HH:MM` or `MM/DD`, local.
    pub bucket_label: String,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub tokens: i64,
    /// Successful events.
    pub success: i64,
    /// Failed events.
    pub failure: i64,
    /// Tokens.
    #[serde(flatten)]
    pub sums: Tokens,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
}

impl SplitFigures {
    pub(crate) fn new(bucket_ms: i64, bucket_label: String, sums: &Sums) -> Self {
        Self {
            bucket_ms,
            bucket_label,
            calls: sums.calls,
            tokens: sums.total,
            success: successes(sums),
            failure: sums.failures,
            sums: sums.into(),
            cost: sums.cost_usd,
            unpriced_calls: sums.unpriced_calls,
            average_latency_ms: average_latency(sums),
            success_rate: rate(successes(sums), sums.calls),
            failure_rate: rate(sums.failures, sums.calls),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(calls: f64, cost: f64, tokens: f64, hit: f64, fail: f64, p95: f64) -> Measured {
        Measured { calls, cost, tokens, hit_rate: hit, failure_rate: fail, p95 }
    }

    /// Golden example M12.
    #[test]
    fn a_bucket_that_stands_out_in_four_ways() {
        let found = Compared::new(
            &measured(10.0, 1.0, 1000.0, 0.5, 0.0, 1000.0),
            &measured(25.0, 2.0, 5000.0, 0.25, 0.24, 1400.0),
        );
        assert_eq!(
            found.keys,
            ["request_spike", "tokens_per_request_spike", "cache_hit_drop", "failure_rate_spike"]
        );
        assert_eq!(found.severity(), "high");
        assert!((found.score - 44.39).abs() < 1e-9, "{}", found.score);
    }

    /// Golden example M13: a rise from nothing counts as one, which is no spike of requests or cost.
    #[test]
    fn a_bucket_after_nothing() {
        let found = Compared::new(
            &measured(4.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            &measured(4.0, 9.0, 400.0, 0.0, 0.0, 50.0),
        );
        assert_eq!(found.keys, ["tokens_per_request_spike", "latency_spike"]);
        assert_eq!((found.severity(), found.score), ("medium", 23.0));
    }
}
