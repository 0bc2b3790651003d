//! Changes of the stored prices: edits, versions, locks, and what a synchronisation may write.

use model::{ModelPrice, PriceTable, PriceVersion};

use crate::BundledModel;
use crate::catalogue::Source;

/// The `source` of a price that a person typed.
pub const MANUAL: &str = "manual";

/// Whether a price came from a person: everything that no synchronisation wrote.
pub fn is_manual(price: &ModelPrice) -> bool {
    price.source != "sync" && price.source != "bundled" && Source::from_name(&price.source).is_none()
}

/// Sets a model's price at a moment (Unix milliseconds).
///
/// Without versions it holds for all of time. With versions it holds from `now_ms` on, unless nothing that costs
/// changed; a model that had no stored price keeps its bundled one, if it is given, for the time before.
pub fn put(
    table: &mut PriceTable,
    model: &str,
    price: ModelPrice,
    now_ms: i64,
    bundled: Option<&BundledModel>,
) {
    let always = |price| vec![PriceVersion { valid_from_ms: 0, price }];
    let price = ModelPrice { updated_at_ms: now_ms, ..price };
    if !table.versioned {
        table.prices.insert(model.to_owned(), always(price));
        return;
    }
    let versions = table.prices.entry(model.to_owned()).or_insert_with(|| {
        let known = bundled.map(|bundled| bundled.versions.clone()).unwrap_or_default();
        known.into_iter().filter(|version| version.valid_from_ms < now_ms).collect()
    });
    // One dated ahead was stored under a clock that was wrong: what is set now holds from now on.
    versions.retain(|version| version.valid_from_ms <= now_ms);
    match versions.last_mut() {
        None => *versions = always(price),
        Some(last) if costs_the_same(&last.price, &price) || last.valid_from_ms == now_ms => {
            last.price = price;
        }
        Some(_) => versions.push(PriceVersion { valid_from_ms: now_ms, price }),
    }
}

/// Replaces the whole table: what is not in `prices` goes, with its versions and its lock.
pub fn replace_all(
    table: &mut PriceTable,
    prices: impl IntoIterator<Item = (String, ModelPrice)>,
    now_ms: i64,
    bundled: impl Fn(&str) -> Option<&'static BundledModel>,
) {
    let mut before = std::mem::take(&mut table.prices);
    for (model, price) in prices {
        if let Some(versions) = before.remove(&model) {
            table.prices.insert(model.clone(), versions);
        }
        let listed = bundled(&model);
        put(table, &model, price, now_ms, listed);
    }
    table.locked.retain(|model| table.prices.contains_key(model));
}

/// Deletes a model's price with its versions and its lock; `false` if there is none.
pub fn delete(table: &mut PriceTable, model: &str) -> bool {
    table.locked.remove(model);
    table.prices.remove(model).is_some()
}

/// What became of the wish to remove a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// There is no version that begins then.
    Missing,
    /// Another version begins then by now, or it was changed: nothing was removed.
    Changed,
}

/// Removes one version of a model's price, by when it begins (0 = the first one) and when it was changed last, both Unix
/// milliseconds.
///
/// The version before it holds until the next one then; without one before, the next one holds from the beginning of time,
/// and counts as changed: a wish that is repeated does not meet it. With its only version the price goes, and its lock.
pub fn delete_version(
    table: &mut PriceTable,
    model: &str,
    valid_from_ms: i64,
    updated_at_ms: i64,
    now_ms: i64,
) -> Removal {
    let Some(versions) = table.prices.get_mut(model) else { return Removal::Missing };
    let at = match valid_from_ms {
        0 => Some(0),
        from => versions.iter().position(|version| version.valid_from_ms == from),
    };
    let Some((at, wanted)) = at.and_then(|at| Some((at, versions.get(at)?))) else { return Removal::Missing };
    if wanted.price.updated_at_ms != updated_at_ms {
        return Removal::Changed;
    }
    versions.remove(at);
    match versions.first_mut() {
        Some(first) if at == 0 => {
            first.valid_from_ms = 0;
            first.price.updated_at_ms = now_ms.max(updated_at_ms.saturating_add(1));
        }
        Some(first) => first.valid_from_ms = 0,
        None => {
            delete(table, model);
        }
    }
    Removal::Removed
}

/// Protects a model's price from synchronisations, or no longer; `false` if there is no such price.
pub fn lock(table: &mut PriceTable, model: &str, locked: bool) -> bool {
    if !table.prices.contains_key(model) {
        return false;
    }
    if locked {
        table.locked.insert(model.to_owned())
    } else {
        table.locked.remove(model)
    };
    true
}

/// Makes a model's newest price hold for all of time; `false` if there is no such price.
pub fn apply_to_all_history(table: &mut PriceTable, model: &str) -> bool {
    let Some(versions) = table.prices.get_mut(model) else { return false };
    if let Some(last) = versions.pop() {
        *versions = vec![PriceVersion { valid_from_ms: 0, ..last }];
    }
    true
}

/// Whether two prices give every request the same cost.
fn costs_the_same(a: &ModelPrice, b: &ModelPrice) -> bool {
    a.rates == b.rates && a.context_tiers == b.context_tiers && a.service_tiers == b.service_tiers
}

#[cfg(test)]
mod tests {
    use model::Rates;

    use super::*;

    fn price(prompt: f64, source: &str) -> ModelPrice {
        ModelPrice {
            rates: Rates { prompt, prompt_configured: true, ..Rates::default() },
            source: source.to_owned(),
            ..ModelPrice::default()
        }
    }

    fn starts(table: &PriceTable, model: &str) -> Vec<(i64, f64)> {
        let versions = table.prices.get(model).map(Vec::as_slice).unwrap_or_default();
        versions.iter().map(|version| (version.valid_from_ms, version.price.rates.prompt)).collect()
    }

    #[test]
    fn without_versions_an_edit_rewrites_history_and_with_them_it_does_not() {
        let mut table = PriceTable::default();
        put(&mut table, "m", price(1.0, MANUAL), 100, None);
        put(&mut table, "m", price(2.0, MANUAL), 200, None);
        assert_eq!(starts(&table, "m"), [(0, 2.0)]);
        table.versioned = true;
        put(&mut table, "m", price(3.0, MANUAL), 300, None);
        put(&mut table, "m", price(3.0, "litellm"), 400, None);
        assert_eq!(starts(&table, "m"), [(0, 2.0), (300, 3.0)], "the same rates begin no version");
        assert_eq!(table.prices["m"][1].price.source, "litellm");
        put(&mut table, "m", price(4.0, MANUAL), 300, None);
        assert_eq!(starts(&table, "m"), [(0, 2.0), (300, 4.0)], "one version a moment");
        assert!(apply_to_all_history(&mut table, "m"));
        assert_eq!(starts(&table, "m"), [(0, 4.0)]);
        assert!(!apply_to_all_history(&mut table, "other"));
    }

    #[test]
    fn an_edit_after_a_clock_was_set_back_holds_at_once() {
        let mut table = PriceTable { versioned: true, ..PriceTable::default() };
        for (prompt, at) in [(1.0, 0), (2.0, 100), (3.0, 9_000)] {
            put(&mut table, "m", price(prompt, MANUAL), at, None);
        }
        // Even at the rates of the one that was dated ahead.
        put(&mut table, "m", price(3.0, MANUAL), 500, None);
        assert_eq!(starts(&table, "m"), [(0, 1.0), (100, 2.0), (500, 3.0)]);
    }

    #[test]
    fn a_version_that_goes_leaves_its_time_to_its_neighbour() {
        let mut table = PriceTable { versioned: true, ..PriceTable::default() };
        for (prompt, from) in [(1.0, 0), (2.0, 100), (3.0, 200)] {
            put(&mut table, "m", price(prompt, MANUAL), from, None);
        }
        assert!(lock(&mut table, "m", true));
        let updated = |table: &PriceTable| table.prices["m"][0].price.updated_at_ms;
        for (model, from) in [("m", 150), ("other", 0)] {
            assert_eq!(delete_version(&mut table, model, from, 100, 500), Removal::Missing);
        }
        assert_eq!(delete_version(&mut table, "m", 100, 99, 500), Removal::Changed);
        assert_eq!(starts(&table, "m").len(), 3, "nothing was removed");
        assert_eq!(delete_version(&mut table, "m", 100, 100, 500), Removal::Removed);
        assert_eq!(starts(&table, "m"), [(0, 1.0), (200, 3.0)], "the one before holds until the next");
        assert_eq!(updated(&table), 0, "it is as it was");
        // The first and the next one were written at the same time, by a clock that stands.
        table.prices.get_mut("m").expect("there").iter_mut().for_each(|v| v.price.updated_at_ms = 700);
        assert_eq!(delete_version(&mut table, "m", 0, 700, 700), Removal::Removed);
        assert_eq!(starts(&table, "m"), [(0, 3.0)], "the first one holds from the beginning of time");
        assert_eq!(delete_version(&mut table, "m", 0, 700, 700), Removal::Changed, "the same wish once more");
        assert_eq!(starts(&table, "m"), [(0, 3.0)]);
        let stamp = updated(&table);
        assert_eq!(delete_version(&mut table, "m", 0, stamp, 900), Removal::Removed);
        assert!(table.prices.is_empty() && table.locked.is_empty(), "without a version there is no price");
    }

    #[test]
    fn a_first_price_leaves_the_bundled_one_to_the_past() {
        let bundled = crate::BundledPrices::get().find("claude-opus-4-6").expect("bundled");
        let mut table = PriceTable { versioned: true, ..PriceTable::default() };
        put(&mut table, "claude-opus-4-6", price(1.0, MANUAL), 1_790_000_000_000, Some(bundled));
        let versions = starts(&table, "claude-opus-4-6");
        assert_eq!(versions.len(), 3);
        assert_eq!(versions[2], (1_790_000_000_000, 1.0));
    }

    #[test]
    fn replacing_the_table_keeps_the_versions_of_what_stays() {
        let mut table = PriceTable { versioned: true, ..PriceTable::default() };
        for model in ["stays", "changes", "goes"] {
            put(&mut table, model, price(1.0, ""), 100, None);
            assert!(lock(&mut table, model, true));
        }
        let new = [("stays", 1.0), ("changes", 2.0), ("new", 5.0)];
        let new = new.map(|(model, prompt)| (model.to_owned(), price(prompt, "")));
        replace_all(&mut table, new, 200, |_| None);
        assert_eq!(starts(&table, "stays"), [(0, 1.0)]);
        assert_eq!(table.prices["stays"][0].price.updated_at_ms, 200);
        assert_eq!(starts(&table, "changes"), [(0, 1.0), (200, 2.0)]);
        assert_eq!(starts(&table, "new"), [(0, 5.0)]);
        assert_eq!(table.locked.iter().collect::<Vec<_>>(), ["changes", "stays"]);
        assert!(delete(&mut table, "stays") && !delete(&mut table, "stays"));
        assert!(!lock(&mut table, "stays", true));
    }
}
