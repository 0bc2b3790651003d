//! The sections of answers, each from the groups that its plan asked for.

pub mod accounts;
pub mod events;
pub mod heatmap;
pub mod keys;
pub mod models;
pub mod options;
pub mod splits;
pub mod summary;
pub mod tasks;
pub mod timeline;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use columns::{GroupRow, Sums};
use serde::Serialize;
use utoipa::ToSchema;

use crate::dictionary::{Member, Profile, provider};

/// A part of a whole; 0 of nothing.
pub(crate) fn rate(part: i64, whole: i64) -> f64 {
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}

/// Mean of the latencies that are known and not 0.
pub(crate) fn average_latency(sums: &Sums) -> Option<f64> {
    (sums.latency_samples > 0).then(|| sums.latency_sum_ms as f64 / sums.latency_samples as f64)
}

/// Share of the input that came from a cache; a creation is not a hit.
pub(crate) fn cache_hit_rate(sums: &Sums) -> f64 {
    rate(sums.cached.saturating_add(sums.cache_read), sums.input).clamp(0.0, 1.0)
}

pub(crate) fn successes(sums: &Sums) -> i64 {
    sums.calls - sums.failures
}

/// Larger first.
pub(crate) fn descending<T: PartialOrd>(a: T, b: T) -> Ordering {
    b.partial_cmp(&a).unwrap_or(Ordering::Equal)
}

pub(crate) fn total(rows: &[GroupRow]) -> Sums {
    merged(rows.iter().map(|row| &row.sums))
}

pub(crate) fn total_of_members(members: &[Member<'_>]) -> Sums {
    merged(members.iter().map(|(_, sums)| *sums))
}

pub(crate) fn total_of(sums: &[Sums]) -> Sums {
    merged(sums.iter())
}

fn merged<'a>(parts: impl Iterator<Item = &'a Sums>) -> Sums {
    parts.fold(Sums::default(), |mut sums, part| {
        sums.merge(part);
        sums
    })
}

/// Token sums.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Tokens {
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
}

impl From<&Sums> for Tokens {
    fn from(sums: &Sums) -> Self {
        Self {
            input_tokens: sums.input,
            output_tokens: sums.output,
            cached_tokens: sums.cached,
            cache_read_tokens: sums.cache_read,
            cache_creation_tokens: sums.cache_creation,
            reasoning_tokens: sums.reasoning,
            total_tokens: sums.total,
        }
    }
}

/// Calls of a row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Calls {
    /// Events.
    pub calls: i64,
    /// Of them successful.
    pub success_calls: i64,
    /// Of them failed.
    pub failure_calls: i64,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
}

impl From<&Sums> for Calls {
    fn from(sums: &Sums) -> Self {
        Self {
            calls: sums.calls,
            success_calls: successes(sums),
            failure_calls: sums.failures,
            success_rate: rate(successes(sums), sums.calls),
        }
    }
}

/// Names of a credential or account when its events were collected: of each, the newest that is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Snapshots {
    /// Account.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account_snapshot: String,
    /// Label.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_label_snapshot: String,
    /// Provider of the credential, else of the event.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_provider_snapshot: String,
}

/// What came together under one key.
pub(crate) struct Folded<'a> {
    pub sums: Sums,
    /// What came together, with its sums.
    pub members: Vec<Member<'a>>,
}

impl<'a> Folded<'a> {
    /// A text of the newest member that has one.
    pub fn newest(&self, text: impl Fn(&Profile<'a>) -> &'a str) -> String {
        let with_text = self.members.iter().filter(|(profile, _)| !text(profile).is_empty());
        // Of members that were seen last at the same moment, the one with the smallest text.
        let newest = with_text
            .min_by(|(p, a), (q, b)| descending(a.last_ms, b.last_ms).then_with(|| text(p).cmp(text(q))));
        newest.map(|(profile, _)| text(profile).to_owned()).unwrap_or_default()
    }

    /// The distinct texts of all members, sorted, without blanks.
    pub fn distinct(&self, text: impl Fn(&Profile<'a>) -> &'a str) -> Vec<String> {
        let mut all: Vec<&str> =
            self.members.iter().map(|(profile, _)| text(profile)).filter(|text| !text.is_empty()).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(str::to_owned).collect()
    }

    pub fn snapshots(&self) -> Snapshots {
        Snapshots {
            account_snapshot: self.newest(|p| &p.credential.account_snapshot),
            auth_label_snapshot: self.newest(|p| &p.credential.auth_label_snapshot),
            auth_provider_snapshot: self.newest(|p| provider(p.credential)),
        }
    }
}

/// Brings members together by a key.
pub(crate) fn fold<'a, K: Ord>(
    members: &[Member<'a>],
    key: impl Fn(&Profile<'a>) -> K,
) -> BTreeMap<K, Folded<'a>> {
    let mut folded: BTreeMap<K, Folded<'a>> = BTreeMap::new();
    let mut rest = members;
    while let Some((first, _)) = rest.first() {
        // Neighbours often share the key: one comparison each, and one search for all of them.
        let key_of_first = key(first);
        let same = rest.iter().take_while(|(profile, _)| key(profile) == key_of_first).count().max(1);
        let (these, others) = rest.split_at(same);
        rest = others;
        let entry = folded
            .entry(key_of_first)
            .or_insert_with(|| Folded { sums: Sums::default(), members: Vec::new() });
        these.iter().for_each(|(_, sums)| entry.sums.merge(sums));
        entry.members.extend_from_slice(these);
    }
    folded
}
