//! What a change of prices means, for the audit trail.

use std::collections::BTreeSet;

use model::{ModelPrice, PriceTable, PriceVersion};
use serde::Serialize;
use store::AuditChange;

/// The difference of two tables: of one model by the names of its fields, of several with counts before and
/// `model/field` for each. `None` when they are the same; when prices were written is no difference.
pub(crate) fn changes(
    before: &PriceTable,
    after: &PriceTable,
    only: Option<&str>,
) -> Option<Vec<AuditChange>> {
    if before == after {
        return None;
    }
    let mut changes = Vec::new();
    note(&mut changes, "", "versioned", Some(before.versioned), Some(after.versioned));
    let models: BTreeSet<&String> = before
        .prices
        .keys()
        .chain(after.prices.keys())
        .chain(before.locked.symmetric_difference(&after.locked))
        .collect();
    let (mut counts, mut fields) = ([0_usize; 3], Vec::new());
    for model in models {
        let (old, new) = (before.prices.get(model), after.prices.get(model));
        let was_locked = before.locked.contains(model);
        let is_locked = after.locked.contains(model);
        if old == new && was_locked == is_locked {
            continue;
        }
        let known = fields.len();
        let prefix = if only.is_some() { String::new() } else { format!("{model}/") };
        versions(&mut fields, &prefix, old, new);
        note(&mut fields, &prefix, "locked", Some(was_locked), Some(is_locked));
        let place = match (old, new) {
            (None, Some(_)) => 0,
            (Some(_), None) => 2,
            _ if fields.len() > known => 1,
            // Written again as it was: only the times are others.
            _ => continue,
        };
        counts[place] += 1;
    }
    if changes.is_empty() && counts == [0; 3] {
        return None;
    }
    if only.is_none() && counts != [0; 3] {
        note(&mut changes, "", "models", Some(before.prices.len()), Some(after.prices.len()));
        for (name, count) in ["added", "changed", "removed"].into_iter().zip(counts) {
            changes.push(AuditChange::fact(name, count));
        }
    }
    changes.extend(fields);
    Some(changes)
}

/// Adds a field that is different.
fn note<T: ToString + PartialEq>(
    changes: &mut Vec<AuditChange>,
    prefix: &str,
    field: &str,
    before: Option<T>,
    after: Option<T>,
) {
    if before != after {
        let text = |value: Option<T>| value.map(|value| value.to_string());
        changes.push(AuditChange::new(format!("{prefix}{field}"), text(before), text(after)));
    }
}

/// A part of a price: its name, and where it is.
type Part<T> = (&'static str, fn(&ModelPrice) -> Option<T>);

/// The difference of the newest versions, and of their number.
fn versions(
    changes: &mut Vec<AuditChange>,
    prefix: &str,
    old: Option<&Vec<PriceVersion>>,
    new: Option<&Vec<PriceVersion>>,
) {
    let newest = |versions: Option<&Vec<PriceVersion>>| versions.and_then(|list| list.last().cloned());
    let (old_version, new_version) = (newest(old), newest(new));
    let rates: [Part<f64>; 5] = [
        ("input_per_million", |price| price.rates.prompt()),
        ("output_per_million", |price| price.rates.completion()),
        ("cache_per_million", |price| price.rates.cache()),
        ("cache_read_per_million", |price| price.rates.cache_read()),
        ("cache_creation_per_million", |price| price.rates.cache_creation()),
    ];
    let (a, b) = (old_version.as_ref(), new_version.as_ref());
    for (name, rate) in rates {
        let of = |version: Option<&PriceVersion>| version.and_then(|version| rate(&version.price));
        note(changes, prefix, name, of(a), of(b));
    }
    let texts: [Part<String>; 4] = [
        ("context_tiers", |price| list(&price.context_tiers)),
        ("service_tiers", |price| list(&price.service_tiers)),
        ("source", |price| Some(price.source.clone()).filter(|source| !source.is_empty())),
        ("source_model_id", |price| Some(price.source_model_id.clone()).filter(|id| !id.is_empty())),
    ];
    for (name, text) in texts {
        let of = |version: Option<&PriceVersion>| version.and_then(|version| text(&version.price));
        note(changes, prefix, name, of(a), of(b));
    }
    let begin = |version: Option<&PriceVersion>| {
        version.map(|version| version.valid_from_ms).filter(|from| *from > 0)
    };
    note(changes, prefix, "valid_from_ms", begin(a), begin(b));
    let count = |versions: Option<&Vec<PriceVersion>>| versions.map(Vec::len);
    if count(old).unwrap_or(1) != count(new).unwrap_or(1) {
        note(changes, prefix, "versions", count(old), count(new));
    }
}

/// Tiers as they are stored.
fn list<T: Serialize>(tiers: &[T]) -> Option<String> {
    (!tiers.is_empty()).then(|| serde_json::to_string(tiers).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use model::Rates;

    use super::*;

    fn table(prices: &[(&str, &[(i64, f64)])]) -> PriceTable {
        let version = |(from, prompt): &(i64, f64)| PriceVersion {
            valid_from_ms: *from,
            price: ModelPrice {
                rates: Rates { prompt: *prompt, ..Rates::default() },
                source: "manual".to_owned(),
                ..ModelPrice::default()
            },
        };
        PriceTable {
            prices: prices
                .iter()
                .map(|(model, versions)| ((*model).to_owned(), versions.iter().map(version).collect()))
                .collect(),
            ..PriceTable::default()
        }
    }

    fn told(before: &PriceTable, after: &PriceTable, only: Option<&str>) -> Vec<String> {
        let shown = |change: AuditChange| {
            let value = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            format!("{}: {} -> {}", change.field, value(change.before), value(change.after))
        };
        changes(before, after, only).unwrap_or_default().into_iter().map(shown).collect()
    }

    #[test]
    fn a_model_is_told_by_its_fields() {
        let (before, mut after) = (table(&[("a", &[(0, 1.25)])]), table(&[("a", &[(0, 1.25), (9, 1.5)])]));
        after.locked.insert("a".to_owned());
        assert_eq!(
            told(&before, &after, Some("a")),
            [
                "input_per_million: 1.25 -> 1.5",
                "valid_from_ms: - -> 9",
                "versions: 1 -> 2",
                "locked: false -> true"
            ]
        );
        assert_eq!(
            told(&table(&[]), &before, Some("a")),
            ["input_per_million: - -> 1.25", "source: - -> manual"]
        );
        assert!(changes(&before, &before, Some("a")).is_none());
    }

    #[test]
    fn several_models_are_counted_and_told_by_name() {
        let before = table(&[("a", &[(0, 1.0)]), ("b", &[(0, 2.0)])]);
        let after = table(&[("b", &[(0, 3.0)]), ("vendor/c", &[(0, 4.0)]), ("d", &[(0, 5.0)])]);
        assert_eq!(
            told(&before, &after, None),
            [
                "models: 2 -> 3",
                "added: - -> 2",
                "changed: - -> 1",
                "removed: - -> 1",
                "a/input_per_million: 1 -> -",
                "a/source: manual -> -",
                "b/input_per_million: 2 -> 3",
                "d/input_per_million: - -> 5",
                "d/source: - -> manual",
                "vendor/c/input_per_million: - -> 4",
                "vendor/c/source: - -> manual"
            ]
        );
        // A model that was written again as it was is not counted.
        let mut again = before.clone();
        for version in again.prices.values_mut().flatten() {
            (version.price.updated_at_ms, version.price.synced_at_ms) = (9, 9);
        }
        assert!(again != before && changes(&before, &again, None).is_none());
        assert!(changes(&before, &again, Some("a")).is_none());
        for price in again.prices.get_mut("b").into_iter().flatten() {
            price.price.rates.prompt = 5.0;
        }
        assert_eq!(
            told(&before, &again, None),
            ["added: - -> 0", "changed: - -> 1", "removed: - -> 0", "b/input_per_million: 2 -> 5"]
        );
        let versioned = PriceTable { versioned: true, ..before.clone() };
        assert_eq!(told(&before, &versioned, None), ["versioned: false -> true"]);
    }
}
