//! Figures by client key.

use std::collections::{BTreeMap, HashMap};

use columns::{Credential, Part, Sums};
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::{Figures, Members, newest_first};
use super::{Folded, Snapshots, average_latency, descending, fold, rate, successes};
use crate::dictionary::{Member, api_key_id, or_dash, provider};

/// Figures of a client key.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ApiKeyStat {
    /// The hash, else an id made of what is known.
    pub id: String,
    /// SHA-256 (hex); empty if unknown.
    pub api_key_hash: String,
    /// Names of the newest credential.
    #[serde(flatten)]
    pub snapshots: Snapshots,
    /// The credentials that served it.
    #[serde(flatten)]
    pub members: Members,
    /// Figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// By credential: cost, then calls, then newest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<KeyContext>,
}

/// A client key on one credential.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KeyContext {
    /// Provider, account, label, handle, source hash and source, joined by colons.
    pub id: String,
    /// Names.
    #[serde(flatten)]
    pub snapshots: Snapshots,
    /// The gateway's handle.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_index: String,
    /// Masked account or key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// SHA-256 (hex) of the source.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_hash: String,
    /// Events.
    pub calls: i64,
    /// Of them successful.
    pub success_calls: i64,
    /// Of them failed.
    pub failure_calls: i64,
    /// Successful part, 0 to 1.
    pub success_rate: f64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
    /// Total tokens.
    pub total_tokens: i64,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Mean latency, milliseconds.
    #[schema(required)]
    pub average_latency_ms: Option<f64>,
    /// Newest event, Unix milliseconds.
    pub last_seen_ms: i64,
}

/// What [`stats`] is made of: the same events by key and credential, and by key and model.
pub(crate) struct ByKey<'a> {
    /// Grouped by [`CONTEXTS`].
    pub contexts: Vec<Member<'a>>,
    /// Grouped by [`MODELS`]; where the key is unknown by [`UNKNOWN`], because then the credential names the row.
    pub models: Vec<Member<'a>>,
}

pub(crate) const CONTEXTS: [Part; 2] = [Part::ApiKey, Part::Credential];
pub(crate) const MODELS: [Part; 2] = [Part::ApiKey, Part::Model];
pub(crate) const UNKNOWN: [Part; 2] = [Part::Credential, Part::Model];

/// Newest first, then calls, then cost, then id.
pub(crate) fn stats(by_key: &ByKey<'_>) -> Vec<ApiKeyStat> {
    let models = fold(&by_key.models, |p| api_key_id(p.key, p.credential));
    let contexts = fold(&by_key.contexts, |p| api_key_id(p.key, p.credential));
    let (names, places) = contexts_by_credential(&by_key.contexts);
    let mut all: Vec<_> = contexts.into_iter().collect();
    all.sort_by(|(_, a), (_, b)| newest_first(a, b));
    all.iter()
        .map(|(id, folded)| ApiKeyStat {
            id: id.as_ref().to_owned(),
            api_key_hash: folded.newest(|p| &p.key.api_key_hash).to_ascii_lowercase(),
            snapshots: folded.snapshots(),
            members: Members::new(folded),
            figures: Figures::new(folded, models.get(id).unwrap_or(folded)),
            contexts: contexts_of(folded, &names, &places),
        })
        .collect()
}

/// What a context is known by.
type Names<'a> = [&'a str; 6];

fn names(c: &Credential) -> Names<'_> {
    [provider(c), &c.account_snapshot, &c.auth_label_snapshot, &c.auth_index, &c.source_hash, &c.source]
}

/// The distinct names of all credentials, ascending, and the place of each credential's. Texts are compared once here and
/// never for each of a key's credentials.
fn contexts_by_credential<'a>(members: &[Member<'a>]) -> (Vec<Names<'a>>, HashMap<*const Credential, usize>) {
    let credentials: HashMap<*const Credential, &'a Credential> =
        members.iter().map(|(p, _)| (std::ptr::from_ref(p.credential), p.credential)).collect();
    let mut all: Vec<Names<'a>> = credentials.values().map(|c| names(c)).collect();
    all.sort_unstable();
    all.dedup();
    let place = |c: &Credential| all.binary_search(&names(c)).unwrap_or_default();
    let places = credentials.into_iter().map(|(at, c)| (at, place(c))).collect();
    (all, places)
}

fn contexts_of(
    folded: &Folded<'_>,
    contexts: &[Names<'_>],
    places: &HashMap<*const Credential, usize>,
) -> Vec<KeyContext> {
    let mut by_place: BTreeMap<usize, Sums> = BTreeMap::new();
    for (profile, sums) in &folded.members {
        if let Some(place) = places.get(&std::ptr::from_ref(profile.credential)) {
            by_place.entry(*place).or_default().merge(sums);
        }
    }
    let mut all: Vec<_> = by_place.into_iter().map(|(place, sums)| (contexts[place], sums)).collect();
    all.sort_by(|(_, a), (_, b)| {
        descending(a.cost_usd, b.cost_usd)
            .then_with(|| descending(a.calls, b.calls))
            .then_with(|| descending(a.last_ms, b.last_ms))
    });
    all.into_iter()
        .map(|(key, sums)| {
            let [provider, account, label, index, hash, source] = key.map(str::to_owned);
            KeyContext {
                id: key.map(or_dash).join(":"),
                snapshots: Snapshots {
                    account_snapshot: account,
                    auth_label_snapshot: label,
                    auth_provider_snapshot: provider,
                },
                auth_index: index,
                source,
                source_hash: hash,
                calls: sums.calls,
                success_calls: successes(&sums),
                failure_calls: sums.failures,
                success_rate: rate(successes(&sums), sums.calls),
                failure_rate: rate(sums.failures, sums.calls),
                total_tokens: sums.total,
                cost: sums.cost_usd,
                unpriced_calls: sums.unpriced_calls,
                average_latency_ms: average_latency(&sums),
                last_seen_ms: sums.last_ms,
            }
        })
        .collect()
}
