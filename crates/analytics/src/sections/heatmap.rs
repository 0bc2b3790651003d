//! Figures by weekday and hour, with what contributed most.

use std::collections::BTreeMap;

use columns::{GroupRow, Sums};
use serde::Serialize;
use utoipa::ToSchema;

use super::{descending, rate, successes};

/// Contributors of each kind in a cell.
const CONTRIBUTORS: usize = 5;

/// A weekday's hour.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HeatmapCell {
    /// 0 = Sunday to 6, local.
    pub weekday: u32,
    /// 0 to 23, local.
    pub hour: u32,
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
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
    /// The five models with most calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub model_contributors: Vec<Contributor>,
    /// The five client keys with most calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub api_key_contributors: Vec<Contributor>,
    /// The five providers with most calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provider_contributors: Vec<Contributor>,
}

/// Part of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Contributor {
    /// Model, SHA-256 of the client key, or provider.
    pub key: String,
    /// A name for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
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
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
    /// Part of the cell's calls, 0 to 1.
    pub share: f64,
}

/// Rows by cell and one more dimension, and the names of its values.
pub(crate) type Parts<'a> = (&'a [GroupRow], &'a [String]);

/// `models` must hold every event: the cells are their sums.
pub(crate) fn cells(models: Parts<'_>, keys: Parts<'_>, providers: Parts<'_>) -> Vec<HeatmapCell> {
    let mut cells: BTreeMap<u32, Sums> = BTreeMap::new();
    for row in models.0 {
        if let Some(cell) = row.key.first() {
            cells.entry(*cell).or_default().merge(&row.sums);
        }
    }
    let [mut models, mut keys, mut providers] = [models, keys, providers].map(|parts| by_cell(parts, &cells));
    let take =
        |parts: &mut BTreeMap<u32, Vec<Contributor>>, cell: u32| parts.remove(&cell).unwrap_or_default();
    cells
        .iter()
        .map(|(cell, sums)| HeatmapCell {
            weekday: cell / 24,
            hour: cell % 24,
            calls: sums.calls,
            success: successes(sums),
            failure: sums.failures,
            tokens: sums.total,
            cost: sums.cost_usd,
            unpriced_calls: sums.unpriced_calls,
            failure_rate: rate(sums.failures, sums.calls),
            model_contributors: take(&mut models, *cell),
            api_key_contributors: take(&mut keys, *cell),
            provider_contributors: take(&mut providers, *cell),
        })
        .collect()
}

fn by_cell((rows, names): Parts<'_>, cells: &BTreeMap<u32, Sums>) -> BTreeMap<u32, Vec<Contributor>> {
    let mut parts: BTreeMap<u32, Vec<(&String, &Sums)>> = BTreeMap::new();
    for row in rows {
        if let (Some(cell), Some(name)) =
            (row.key.first(), row.key.get(1).and_then(|value| names.get(*value as usize)))
        {
            parts.entry(*cell).or_default().push((name, &row.sums));
        }
    }
    let largest = |mut list: Vec<(&String, &Sums)>, whole: i64| {
        list.sort_by(|(p, a), (q, b)| {
            descending(a.calls, b.calls)
                .then_with(|| descending(a.cost_usd, b.cost_usd))
                .then_with(|| p.cmp(q))
        });
        let shown = list.into_iter().take(CONTRIBUTORS);
        shown.map(|(name, sums)| Contributor::new(name, sums, whole)).collect()
    };
    parts
        .into_iter()
        .map(|(cell, list)| (cell, largest(list, cells.get(&cell).map_or(0, |sums| sums.calls))))
        .collect()
}

impl Contributor {
    fn new(name: &str, sums: &Sums, whole: i64) -> Self {
        Self {
            key: name.to_owned(),
            label: name.to_owned(),
            calls: sums.calls,
            success: successes(sums),
            failure: sums.failures,
            tokens: sums.total,
            cost: sums.cost_usd,
            unpriced_calls: sums.unpriced_calls,
            failure_rate: rate(sums.failures, sums.calls),
            share: rate(sums.calls, whole),
        }
    }
}
