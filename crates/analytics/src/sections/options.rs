//! What filters can choose from: over the range and the search, whatever the other filters say.

use std::collections::BTreeSet;

use columns::{Dictionaries, GroupRow, Outcome, RowKey};
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::{AccountStat, ChannelShare, account_names, account_stats, channel_share};
use super::events::Events;
use super::keys::{self, ApiKeyStat, ByKey};
use super::models::{self, ModelStat};
use crate::dictionary::{Member, Profile, provider};

/// Newest events with header facts whose trace ids are offered.
pub(crate) const TRACE_EVENTS: usize = 500;

/// What filters can choose from. The full form has figures, the selector form names; each has only its own members.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct FilterOptions {
    /// Accounts; without figures in the selector form.
    pub account_stats: Vec<AccountStat>,
    /// Client keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_stats: Option<Vec<ApiKeyStat>>,
    /// Channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_share: Option<Vec<ChannelShare>>,
    /// Models with figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_stats: Option<Vec<ModelStat>>,
    /// Providers, sorted.
    pub providers: Vec<String>,
    /// Auth files, sorted.
    pub auth_files: Vec<String>,
    /// Projects, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_ids: Option<Vec<String>>,
    /// Executors, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_types: Option<Vec<String>>,
    /// Error kinds among the answers' headers, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_error_kinds: Option<Vec<String>>,
    /// Error codes among the answers' headers, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_error_codes: Option<Vec<String>>,
    /// Plans among the answers' headers, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_quota_plans: Option<Vec<String>>,
    /// Trace ids of the newest 500 events that have header facts, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_trace_ids: Option<Vec<String>>,
    /// Models, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<String>>,
    /// SHA-256 (hex) of client keys, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_hashes: Option<Vec<String>>,
    /// Account names, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<String>>,
    /// Accounts, those without a name included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_count: Option<usize>,
    /// Client keys that are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_count: Option<usize>,
}

fn distinct<'a>(members: &[Member<'a>], text: impl Fn(&Profile<'a>) -> &'a str) -> Vec<String> {
    let texts = members.iter().map(|(profile, _)| text(profile));
    let texts: BTreeSet<&str> = texts.filter(|text| !text.is_empty()).collect();
    texts.into_iter().map(str::to_owned).collect()
}

/// Names only. `keys` are the same events as `members` by key.
pub(crate) fn selectors(members: &[Member<'_>], keys: &[Member<'_>]) -> FilterOptions {
    let account_stats = account_names(members);
    let keys = distinct(keys, |p| &p.key.api_key_hash);
    FilterOptions {
        providers: distinct(members, |p| provider(p.credential)),
        auth_files: distinct(members, |p| &p.credential.auth_file_snapshot),
        models: Some(distinct(members, |p| &p.model.analytics_model)),
        accounts: Some(distinct(members, |p| &p.credential.account_snapshot)),
        account_count: Some(account_stats.len()),
        api_key_count: Some(keys.len()),
        api_key_hashes: Some(keys),
        account_stats,
        ..FilterOptions::default()
    }
}

/// With figures. `members` are by credential and model; `outcomes` are the rows by outcome; `traced` the newest events with
/// header facts.
pub(crate) fn full(
    members: &[Member<'_>],
    by_key: &ByKey<'_>,
    dictionaries: &Dictionaries,
    outcomes: &[GroupRow],
    traced: &[RowKey],
    events: &Events,
) -> FilterOptions {
    let of_outcomes = |text: fn(&Outcome) -> &str| {
        let seen = outcomes.iter().filter_map(|row| dictionaries.outcomes.get(*row.key.first()? as usize));
        let texts: BTreeSet<&str> = seen.map(text).filter(|text| !text.is_empty()).collect();
        Some(texts.into_iter().map(str::to_owned).collect())
    };
    let traces: BTreeSet<String> = traced
        .iter()
        .filter_map(|key| events.get(&key.id))
        .map(|event| event.header.trace_id.clone())
        .filter(|trace| !trace.is_empty())
        .collect();
    FilterOptions {
        account_stats: account_stats(members),
        api_key_stats: Some(keys::stats(by_key)),
        channel_share: Some(channel_share(members)),
        model_stats: Some(models::stats(members)),
        providers: distinct(members, |p| provider(p.credential)),
        auth_files: distinct(members, |p| &p.credential.auth_file_snapshot),
        project_ids: Some(distinct(members, |p| &p.credential.auth_project_id_snapshot)),
        request_types: Some(distinct(members, |p| &p.credential.executor_type)),
        header_error_kinds: of_outcomes(|outcome| &outcome.error_kind),
        header_error_codes: of_outcomes(|outcome| &outcome.error_code),
        header_quota_plans: of_outcomes(|outcome| &outcome.quota_plan),
        header_trace_ids: Some(traces.into_iter().collect()),
        ..FilterOptions::default()
    }
}
