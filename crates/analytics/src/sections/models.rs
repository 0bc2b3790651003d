//! Figures by model.

use std::collections::BTreeMap;

use columns::Sums;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Calls, Folded, Tokens, cache_hit_rate, descending, fold};
use crate::dictionary::{Member, Profile};

/// Short figures of a model.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ModelShare {
    /// Analytics model.
    pub model: String,
    /// Events.
    pub calls: i64,
    /// Total tokens.
    pub tokens: i64,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
}

/// Figures of a model.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ModelStat {
    /// Analytics model.
    pub model: String,
    /// Calls.
    #[serde(flatten)]
    pub calls: Calls,
    /// Tokens.
    #[serde(flatten)]
    pub tokens: Tokens,
    /// Input tokens from a cache.
    pub cache_hit_tokens: i64,
    /// Input tokens.
    pub cache_hit_input_tokens: i64,
    /// Share of the input that came from a cache, 0 to 1.
    pub cache_hit_rate: f64,
    /// US dollars.
    pub cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Newest event, Unix milliseconds; in nested lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_ms: Option<i64>,
}

impl ModelStat {
    fn new(model: &str, sums: &Sums, nested: bool) -> Self {
        Self {
            model: model.to_owned(),
            calls: sums.into(),
            tokens: sums.into(),
            cache_hit_tokens: sums.cached.saturating_add(sums.cache_read),
            cache_hit_input_tokens: sums.input,
            cache_hit_rate: cache_hit_rate(sums),
            cost: sums.cost_usd,
            unpriced_calls: sums.unpriced_calls,
            last_seen_ms: nested.then_some(sums.last_ms),
        }
    }
}

fn name<'a>(profile: &Profile<'a>) -> &'a str {
    &profile.model.analytics_model
}

/// Sums by model, most calls first, then by name.
pub(crate) fn by_calls<'a>(members: &[Member<'a>]) -> Vec<(&'a str, Folded<'a>)> {
    let mut models: Vec<_> = fold(members, |p| name(p)).into_iter().collect();
    models.sort_by(|(_, a), (_, b)| descending(a.sums.calls, b.sums.calls));
    models
}

pub(crate) fn share(members: &[Member<'_>]) -> Vec<ModelShare> {
    let share = |(model, folded): (&str, Folded<'_>)| ModelShare {
        model: model.to_owned(),
        calls: folded.sums.calls,
        tokens: folded.sums.total,
        cost: folded.sums.cost_usd,
        unpriced_calls: folded.sums.unpriced_calls,
    };
    by_calls(members).into_iter().map(share).collect()
}

pub(crate) fn stats(members: &[Member<'_>]) -> Vec<ModelStat> {
    by_calls(members).iter().map(|(model, folded)| ModelStat::new(model, &folded.sums, false)).collect()
}

/// The models of one row of another section: cost, then calls, then newest.
pub(crate) fn nested(folded: &Folded<'_>) -> Vec<ModelStat> {
    let mut models: BTreeMap<&str, Sums> = BTreeMap::new();
    for (profile, sums) in &folded.members {
        models.entry(name(profile)).or_default().merge(sums);
    }
    let mut models: Vec<_> = models.into_iter().collect();
    models.sort_by(|(_, a), (_, b)| {
        descending(a.cost_usd, b.cost_usd)
            .then_with(|| descending(a.calls, b.calls))
            .then_with(|| descending(a.last_ms, b.last_ms))
    });
    models.iter().map(|(model, sums)| ModelStat::new(model, sums, true)).collect()
}

/// Models that have calls without a price, sorted.
pub(crate) fn unpriced(members: &[Member<'_>]) -> Vec<String> {
    names_where(members, |sums| sums.unpriced_calls > 0)
}

/// Models with successful calls without tokens, sorted.
pub(crate) fn without_tokens(members: &[Member<'_>]) -> Vec<String> {
    names_where(members, |sums| sums.zero_token_calls > 0)
}

fn names_where(members: &[Member<'_>], test: impl Fn(&Sums) -> bool) -> Vec<String> {
    let folded = fold(members, |p| name(p));
    folded.into_iter().filter(|(_, f)| test(&f.sums)).map(|(model, _)| model.to_owned()).collect()
}
