//! Figures by account, credential and channel.

use serde::Serialize;
use utoipa::ToSchema;

use super::models::{ModelStat, nested};
use super::{Calls, Folded, Snapshots, Tokens, average_latency, descending, fold, successes};
use crate::dictionary::{Member, account_id, credential_id, or_dash};

/// Figures of an `auth_index`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelShare {
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
    /// Of them successful.
    pub success: i64,
    /// Of them failed.
    pub failure: i64,
    /// Total tokens.
    pub tokens: i64,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
}

/// Channels, most calls first, then by handle.
pub(crate) fn channels<'a>(members: &[Member<'a>]) -> Vec<(&'a str, Folded<'a>)> {
    let mut all: Vec<_> = fold(members, |p| or_dash(&p.credential.auth_index)).into_iter().collect();
    all.sort_by(|(_, a), (_, b)| descending(a.sums.calls, b.sums.calls));
    all
}

pub(crate) fn channel_share(members: &[Member<'_>]) -> Vec<ChannelShare> {
    let share = |(index, folded): (&str, Folded<'_>)| ChannelShare {
        auth_index: index.to_owned(),
        source: folded.newest(|p| &p.credential.source),
        snapshots: folded.snapshots(),
        calls: folded.sums.calls,
        success: successes(&folded.sums),
        failure: folded.sums.failures,
        tokens: folded.sums.total,
        cost: folded.sums.cost_usd,
        unpriced_calls: folded.sums.unpriced_calls,
        average_latency_ms: average_latency(&folded.sums),
    };
    channels(members).into_iter().map(share).collect()
}

/// A credential that fails.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FailureSource {
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
    pub failure: i64,
    /// Newest event, Unix milliseconds.
    pub last_seen_ms: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
}

/// A pair of source hash and handle with failures.
pub(crate) struct Failing<'a> {
    pub source_hash: &'a str,
    pub auth_index: &'a str,
    pub folded: Folded<'a>,
}

/// Most failures first, then newest event (of any kind, as in the reference), then by key.
pub(crate) fn failing<'a>(members: &[Member<'a>]) -> Vec<Failing<'a>> {
    let folded = fold(members, |p| (p.credential.source_hash.as_str(), p.credential.auth_index.as_str()));
    let mut all: Vec<Failing<'a>> = folded
        .into_iter()
        .filter(|(_, folded)| folded.sums.failures > 0)
        .map(|((source_hash, auth_index), folded)| Failing { source_hash, auth_index, folded })
        .collect();
    all.sort_by(|a, b| {
        descending(a.folded.sums.failures, b.folded.sums.failures)
            .then_with(|| descending(a.folded.sums.last_ms, b.folded.sums.last_ms))
    });
    all
}

pub(crate) fn failure_sources(members: &[Member<'_>]) -> Vec<FailureSource> {
    let source = |failing: Failing<'_>| FailureSource {
        source: failing.folded.newest(|p| &p.credential.source),
        source_hash: failing.source_hash.to_owned(),
        auth_index: failing.auth_index.to_owned(),
        snapshots: failing.folded.snapshots(),
        calls: failing.folded.sums.calls,
        failure: failing.folded.sums.failures,
        last_seen_ms: failing.folded.sums.last_ms,
        average_latency_ms: average_latency(&failing.folded.sums),
    };
    failing(members).into_iter().map(source).collect()
}

/// What accounts, credentials and client keys have in common.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// Calls.
    #[serde(flatten)]
    pub calls: Calls,
    /// Tokens.
    #[serde(flatten)]
    pub tokens: Tokens,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// Newest event, Unix milliseconds.
    pub last_seen_ms: i64,
    /// By model: cost, then calls, then newest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelStat>,
}

impl Figures {
    /// Of the events of `folded`; `by_model` are the same events, or some of them, by model too.
    pub(crate) fn new(folded: &Folded<'_>, by_model: &Folded<'_>) -> Self {
        let sums = &folded.sums;
        Self {
            calls: sums.into(),
            tokens: sums.into(),
            cost: sums.cost_usd,
            unpriced_calls: sums.unpriced_calls,
            average_latency_ms: average_latency(sums),
            last_seen_ms: sums.last_ms,
            models: nested(by_model),
        }
    }

    /// Of an entry that only names an identity.
    pub(crate) fn none() -> Self {
        Self {
            calls: Calls { success_rate: 1.0, ..Calls::default() },
            tokens: Tokens::default(),
            cost: 0.0,
            unpriced_calls: 0,
            average_latency_ms: None,
            last_seen_ms: 0,
            models: Vec::new(),
        }
    }
}

/// The credentials behind a row.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Members {
    /// Handles, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub auth_indices: Vec<String>,
    /// Masked accounts or keys, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// SHA-256 (hex) of the sources, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_hashes: Vec<String>,
}

impl Members {
    pub(crate) fn new(folded: &Folded<'_>) -> Self {
        Self {
            auth_indices: folded.distinct(|p| &p.credential.auth_index),
            sources: folded.distinct(|p| &p.credential.source),
            source_hashes: folded.distinct(|p| &p.credential.source_hash),
        }
    }
}

/// Figures of an account.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountStat {
    /// First of account, label, source, handle that is known; `-` if none is.
    pub id: String,
    /// Names.
    #[serde(flatten)]
    pub snapshots: Snapshots,
    /// Its credentials.
    #[serde(flatten)]
    pub members: Members,
    /// Figures.
    #[serde(flatten)]
    pub figures: Figures,
}

fn accounts<'a>(members: &[Member<'a>]) -> Vec<(&'a str, Folded<'a>)> {
    fold(members, |p| account_id(p.credential)).into_iter().collect()
}

/// Newest first, then calls, then cost, then id.
pub(crate) fn account_stats(members: &[Member<'_>]) -> Vec<AccountStat> {
    let mut all = accounts(members);
    all.sort_by(|(_, a), (_, b)| newest_first(a, b));
    all.iter()
        .map(|(id, folded)| AccountStat {
            id: (*id).to_owned(),
            snapshots: folded.snapshots(),
            members: Members::new(folded),
            figures: Figures::new(folded, folded),
        })
        .collect()
}

/// Accounts without figures, by id.
pub(crate) fn account_names(members: &[Member<'_>]) -> Vec<AccountStat> {
    accounts(members)
        .iter()
        .map(|(id, folded)| AccountStat {
            id: (*id).to_owned(),
            snapshots: folded.snapshots(),
            members: Members::new(folded),
            figures: Figures::none(),
        })
        .collect()
}

pub(crate) fn newest_first(a: &Folded<'_>, b: &Folded<'_>) -> std::cmp::Ordering {
    descending(a.sums.last_ms, b.sums.last_ms)
        .then_with(|| descending(a.sums.calls, b.sums.calls))
        .then_with(|| descending(a.sums.cost_usd, b.sums.cost_usd))
}

/// Names of a credential.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CredentialNames {
    /// First of auth file, handle, source hash, source that is known; `-` if none is.
    pub id: String,
    /// Auth file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_file_snapshot: String,
    /// The gateway's handle.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_index: String,
    /// Masked account or key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// SHA-256 (hex) of the source.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_hash: String,
    /// Project.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_project_id_snapshot: String,
    /// Names.
    #[serde(flatten)]
    pub snapshots: Snapshots,
}

impl CredentialNames {
    pub(crate) fn new(id: &str, folded: &Folded<'_>) -> Self {
        Self {
            id: id.to_owned(),
            auth_file_snapshot: folded.newest(|p| &p.credential.auth_file_snapshot),
            auth_index: folded.newest(|p| &p.credential.auth_index),
            source: folded.newest(|p| &p.credential.source),
            source_hash: folded.newest(|p| &p.credential.source_hash),
            auth_project_id_snapshot: folded.newest(|p| &p.credential.auth_project_id_snapshot),
            snapshots: folded.snapshots(),
        }
    }
}

/// Figures of a credential.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CredentialStat {
    /// Names.
    #[serde(flatten)]
    pub names: CredentialNames,
    /// Figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Cost, then calls, then newest, then id.
pub(crate) fn credential_stats(members: &[Member<'_>]) -> Vec<CredentialStat> {
    let mut all: Vec<_> = fold(members, |p| credential_id(p.credential)).into_iter().collect();
    all.sort_by(|(_, a), (_, b)| {
        descending(a.sums.cost_usd, b.sums.cost_usd)
            .then_with(|| descending(a.sums.calls, b.sums.calls))
            .then_with(|| descending(a.sums.last_ms, b.sums.last_ms))
    });
    all.iter()
        .map(|(id, folded)| CredentialStat {
            names: CredentialNames::new(id, folded),
            figures: Figures::new(folded, folded),
        })
        .collect()
}
