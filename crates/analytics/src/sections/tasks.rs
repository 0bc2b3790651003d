//! Groups of events that share the exact time, the source and the credential.
//!
//! Columns know milliseconds; only events that share one can share a nanosecond, so only those are read from the database
//! when nothing but the count is wanted.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use columns::RowKey;
use model::UsageEvent;
use serde::Serialize;
use utoipa::ToSchema;

use super::events::Events;

/// Most task buckets, as in the reference.
pub(crate) const MAX_TASKS: usize = 500;
/// Newest events that are looked at to find them.
pub(crate) const TASK_EVENTS: usize = 4096;

/// Events that share time, source and credential.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TaskBucket {
    /// Time, source hash and handle, joined by `|`.
    pub bucket_key: String,
    /// Events.
    pub total: i64,
    /// Of them successful.
    pub success: i64,
    /// Of them failed.
    pub failure: i64,
    /// First event, Unix milliseconds.
    pub first_ms: i64,
    /// Last event.
    pub last_ms: i64,
    /// Masked account or key.
    pub source: String,
    /// SHA-256 (hex) of the source.
    pub source_hash: String,
    /// The gateway's handle.
    pub auth_index: String,
    /// Analytics models, sorted.
    pub models: Vec<String>,
    /// Endpoints, sorted.
    pub endpoints: Vec<String>,
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
    /// Totals as recorded.
    pub total_tokens: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// Largest latency, milliseconds.
    #[schema(required)]
    pub max_latency_ms: Option<i64>,
}

/// Keys (newest first) in runs of equal time, as many as can hold the newest 500 buckets.
fn runs(newest: &[RowKey]) -> impl Iterator<Item = &[RowKey]> {
    newest.chunk_by(|a, b| a.timestamp_ms == b.timestamp_ms).take(MAX_TASKS)
}

/// Ids of the events that must be read: all of them, or those that share a millisecond.
pub(crate) fn wanted(newest: &[RowKey], all: bool) -> Vec<i64> {
    runs(newest).filter(|run| all || run.len() > 1).flatten().map(|key| key.id).collect()
}

fn identity(event: &UsageEvent) -> (u32, &str, &str) {
    (event.time.sub_ms_ns, &event.source_hash, &event.auth_index)
}

/// How many buckets there are among the newest 500, and how many of them have a failure.
pub(crate) fn count(newest: &[RowKey], failed: &[RowKey], events: &Events) -> (usize, usize) {
    let failed: HashSet<i64> = failed.iter().map(|key| key.id).collect();
    let (mut tasks, mut failures) = (0, 0);
    for run in runs(newest) {
        let mut buckets: BTreeMap<_, bool> = BTreeMap::new();
        for key in run {
            let has_failed = failed.contains(&key.id);
            let identity = if run.len() > 1 { events.get(&key.id).map(identity) } else { None };
            *buckets.entry(identity).or_default() |= has_failed;
        }
        // Latest nanosecond first, so that the limit cuts where it cuts the list.
        for has_failed in buckets.into_values().rev().take(MAX_TASKS - tasks) {
            tasks += 1;
            failures += usize::from(has_failed);
        }
    }
    (tasks, failures)
}

/// The newest 500 buckets, newest first.
pub(crate) fn buckets(newest: &[RowKey], events: &Events) -> Vec<TaskBucket> {
    let mut all = Vec::new();
    for run in runs(newest) {
        let mut buckets: BTreeMap<_, Vec<&UsageEvent>> = BTreeMap::new();
        for event in run.iter().filter_map(|key| events.get(&key.id)) {
            buckets.entry(identity(event)).or_default().push(event);
        }
        all.extend(buckets.into_values().rev().map(|events| bucket(&events)));
        if all.len() >= MAX_TASKS {
            break;
        }
    }
    all.truncate(MAX_TASKS);
    all
}

fn bucket(events: &[&UsageEvent]) -> TaskBucket {
    let first = events[0];
    let sum = |of: &dyn Fn(&UsageEvent) -> i64| {
        events.iter().map(|event| of(event)).fold(0_i64, i64::saturating_add)
    };
    let distinct = |of: &dyn Fn(&UsageEvent) -> String| {
        let texts: BTreeSet<String> = events.iter().map(|event| of(event)).collect();
        texts.into_iter().collect()
    };
    let failure = events.iter().filter(|event| event.failed).count() as i64;
    let latencies: Vec<i64> = events.iter().filter_map(|event| event.latency_ms).collect();
    let samples: Vec<i64> = latencies.iter().copied().filter(|latency| *latency != 0).collect();
    let time = first.time.to_rfc3339();
    TaskBucket {
        bucket_key: format!("{time}|{}|{}", first.source_hash, first.auth_index),
        total: events.len() as i64,
        success: events.len() as i64 - failure,
        failure,
        first_ms: first.time.ms,
        last_ms: first.time.ms,
        source: first.source.clone(),
        source_hash: first.source_hash.clone(),
        auth_index: first.auth_index.clone(),
        models: distinct(&|event| event.analytics_model().to_owned()),
        endpoints: distinct(&|event| event.endpoint.clone()),
        input_tokens: sum(&|event| event.tokens.normalised(event.cache_input_mode).total),
        output_tokens: sum(&|event| event.tokens.output),
        cached_tokens: sum(&|event| event.tokens.cached_remainder()),
        cache_read_tokens: sum(&|event| event.tokens.cache_read),
        cache_creation_tokens: sum(&|event| event.tokens.cache_creation),
        total_tokens: sum(&|event| event.tokens.total),
        average_latency_ms: (!samples.is_empty())
            .then(|| samples.iter().sum::<i64>() as f64 / samples.len() as f64),
        max_latency_ms: latencies.iter().copied().max(),
    }
}
