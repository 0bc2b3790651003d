//! What a synchronisation takes from the catalogues: decided here, fetched elsewhere.

use std::collections::BTreeMap;

use model::{ModelPrice, PriceTable};

use crate::BundledModel;
use crate::catalogue::{Catalogue, Source};
use crate::matching::Found;
use crate::table::{is_manual, put};

/// What became of asking one source; `Err` holds why it failed.
pub type Asked = (Source, Result<Catalogue, String>);

/// Why a matched price was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A person typed it.
    Manual,
    /// It is locked.
    Locked,
}

/// A candidate that nobody has confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The id in the catalogue.
    pub source_model_id: String,
    /// 0 to 1, two decimals.
    pub score: f64,
    /// Why it is proposed.
    pub reason: &'static str,
    /// Its price.
    pub price: ModelPrice,
}

/// What a synchronisation does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncPlan {
    /// The prices to write, by model.
    pub matched: BTreeMap<String, ModelPrice>,
    /// Proposals for models without a certain match, one item for each model and source.
    pub candidates: Vec<(String, Vec<Proposal>)>,
    /// Models that no source knows.
    pub unmatched: Vec<String>,
    /// Models left alone because the source of their price failed.
    pub preserved: Vec<String>,
    /// Models left alone because their price is locked or typed.
    pub kept: Vec<(String, Kept)>,
}

/// Whether further sources can be left unasked: every requested name has a certain match.
pub fn is_complete(requested: &[String], asked: &[Asked]) -> bool {
    !requested.is_empty() && requested.iter().all(|name| certain(name, asked).is_some())
}

fn certain<'a>(name: &str, asked: &'a [Asked]) -> Option<(Source, &'a ModelPrice)> {
    asked.iter().find_map(|(source, catalogue)| match catalogue.as_ref().ok()?.find(name) {
        Found::One(entry, _) => Some((*source, &entry.price)),
        Found::Ambiguous(_) | Found::Nothing => None,
    })
}

/// Names without a certain match that are compared with every entry, to propose what may be meant: seconds of work. Those
/// beyond count as unmatched.
const PROPOSED_NAMES: usize = 500;

/// Decides what to write. Without requested names, everything that is unambiguous is taken.
///
/// A typed or locked price is never replaced; typed ones are if `overwrite_manual` says so.
pub fn plan(requested: &[String], asked: &[Asked], table: &PriceTable, overwrite_manual: bool) -> SyncPlan {
    let mut plan = SyncPlan::default();
    if requested.is_empty() {
        for (source, catalogue) in asked {
            for (name, entry) in catalogue.iter().flat_map(Catalogue::unambiguous) {
                if !plan.matched.contains_key(name) {
                    plan.take(name, *source, &entry.price, asked, table, overwrite_manual);
                }
            }
        }
        // Nobody asked for these by name.
        plan.preserved.clear();
        return plan;
    }
    let mut compared = 0;
    for name in requested {
        if let Some((source, price)) = certain(name, asked) {
            plan.take(name, source, price, asked, table, overwrite_manual);
            continue;
        }
        if source_failed(name, Source::OpenRouter, asked, table) {
            plan.preserved.push(name.clone());
            continue;
        }
        let mut proposed = false;
        compared += 1;
        let asked = if compared > PROPOSED_NAMES { &[] } else { asked };
        for (_, catalogue) in asked {
            let candidates = catalogue.iter().flat_map(|catalogue| catalogue.candidates(name));
            let proposals: Vec<Proposal> = candidates
                .map(|candidate| Proposal {
                    source_model_id: candidate.entry.id.clone(),
                    score: candidate.score,
                    reason: candidate.reason,
                    price: candidate.entry.price.clone(),
                })
                .collect();
            if !proposals.is_empty() {
                proposed = true;
                plan.candidates.push((name.clone(), proposals));
            }
        }
        if !proposed {
            plan.unmatched.push(name.clone());
        }
    }
    plan
}

/// Why a synchronisation must not touch the stored price of a model; `None` if it may.
pub fn kept(table: &PriceTable, name: &str, overwrite_manual: bool) -> Option<Kept> {
    if table.locked.contains(name) {
        return Some(Kept::Locked);
    }
    let stored = table.prices.get(name)?.last()?;
    (is_manual(&stored.price) && !overwrite_manual).then_some(Kept::Manual)
}

/// Whether a stored price comes from a source that failed now and that is preferred to, or is, `source`.
fn source_failed(name: &str, source: Source, asked: &[Asked], table: &PriceTable) -> bool {
    let stored = table.prices.get(name).and_then(|versions| versions.last());
    stored.and_then(|version| Source::from_name(&version.price.source)).is_some_and(|own| {
        own <= source && asked.iter().any(|(asked, outcome)| *asked == own && outcome.is_err())
    })
}

impl SyncPlan {
    /// Stores what was matched, at a moment (Unix milliseconds). The table may be newer than the one that the plan was made
    /// with: what was typed or locked meanwhile stays, and is told as kept.
    pub fn write<'b>(
        &mut self,
        table: &mut PriceTable,
        now_ms: i64,
        overwrite_manual: bool,
        bundled: impl Fn(&str) -> Option<&'b BundledModel>,
    ) {
        let meanwhile: Vec<(String, Kept)> = self
            .matched
            .keys()
            .filter_map(|name| Some((name.clone(), kept(table, name, overwrite_manual)?)))
            .collect();
        self.matched.retain(|name, _| meanwhile.iter().all(|(kept, _)| kept != name));
        self.kept.extend(meanwhile);
        for (name, price) in &self.matched {
            let price = ModelPrice { synced_at_ms: now_ms, ..price.clone() };
            put(table, name, price, now_ms, bundled(name));
        }
    }

    fn take(
        &mut self,
        name: &str,
        source: Source,
        price: &ModelPrice,
        asked: &[Asked],
        table: &PriceTable,
        overwrite_manual: bool,
    ) {
        if let Some(why) = kept(table, name, overwrite_manual) {
            // Another source may have it too.
            if self.kept.iter().all(|(kept, _)| kept != name) {
                self.kept.push((name.to_owned(), why));
            }
        } else if source_failed(name, source, asked, table) {
            self.preserved.push(name.to_owned());
        } else {
            self.matched.insert(name.to_owned(), price.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::lock;

    fn litellm(models: &[(&str, f64)]) -> Asked {
        let map: serde_json::Map<String, serde_json::Value> = models
            .iter()
            .map(|(id, rate)| ((*id).to_owned(), serde_json::json!({"input_cost_per_token": rate / 1e6})))
            .collect();
        let text = serde_json::Value::Object(map).to_string();
        (Source::LiteLlm, Ok(Catalogue::parse(Source::LiteLlm, text.as_bytes()).expect("usable")))
    }

    fn stored(models: &[(&str, &str)]) -> PriceTable {
        let mut table = PriceTable::default();
        for (model, source) in models {
            let price = ModelPrice { source: (*source).to_owned(), ..ModelPrice::default() };
            put(&mut table, model, price, 1, None);
        }
        table
    }

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn typed_and_locked_prices_stay() {
        let asked = [litellm(&[("typed", 1.0), ("locked", 1.0), ("synced", 1.0), ("unsaid", 1.0)])];
        let mut table =
            stored(&[("typed", "manual"), ("locked", "litellm"), ("synced", "litellm"), ("unsaid", "")]);
        lock(&mut table, "locked", true);
        let requested = names(&["typed", "locked", "synced", "unsaid"]);
        let plan = super::plan(&requested, &asked, &table, false);
        assert_eq!(plan.matched.keys().collect::<Vec<_>>(), ["synced"]);
        let kept: Vec<_> = plan.kept.iter().map(|(name, why)| (name.as_str(), *why)).collect();
        assert_eq!(kept, [("typed", Kept::Manual), ("locked", Kept::Locked), ("unsaid", Kept::Manual)]);
        let told = super::plan(&requested, &asked, &table, true);
        assert_eq!(told.matched.keys().collect::<Vec<_>>(), ["synced", "typed", "unsaid"]);
        let all = super::plan(&[], &asked, &table, false);
        assert_eq!(all.matched.keys().collect::<Vec<_>>(), ["synced"]);
    }

    #[test]
    fn what_was_typed_or_locked_while_catalogues_were_asked_stays() {
        let asked = [litellm(&[("typed", 1.0), ("locked", 1.0), ("synced", 1.0)])];
        let mut table = stored(&[("locked", "litellm"), ("synced", "litellm")]);
        let requested = names(&["typed", "locked", "synced"]);
        let plan = super::plan(&requested, &asked, &table, false);
        assert_eq!(plan.matched.len(), 3);
        // A person types a price and locks another one before the plan is written.
        let typed = ModelPrice { source: "manual".to_owned(), ..ModelPrice::default() };
        put(&mut table, "typed", typed, 2, None);
        lock(&mut table, "locked", true);
        let before = table.clone();
        let mut written = plan.clone();
        written.write(&mut table, 3, false, |_| None);
        assert_eq!(written.matched.keys().collect::<Vec<_>>(), ["synced"]);
        let kept: Vec<_> = written.kept.iter().map(|(name, why)| (name.as_str(), *why)).collect();
        assert_eq!(kept, [("locked", Kept::Locked), ("typed", Kept::Manual)]);
        for name in ["typed", "locked"] {
            assert_eq!(table.prices[name], before.prices[name], "{name}");
        }
        assert_eq!(table.prices["synced"][0].price.synced_at_ms, 3);
        // Told so, it overwrites what was typed.
        let mut told = plan;
        told.write(&mut table, 4, true, |_| None);
        assert_eq!(table.prices["typed"][0].price.source, "litellm");
    }

    #[test]
    fn a_failed_source_keeps_its_prices_and_a_silent_one_does_not() {
        let failed = (Source::ModelsDev, Err("time-out".to_owned()));
        let table = stored(&[("a", "models.dev"), ("b", "litellm"), ("gone", "models.dev")]);
        let asked = [failed, litellm(&[("a", 1.0), ("b", 2.0)])];
        let plan = super::plan(&names(&["a", "b", "gone"]), &asked, &table, false);
        assert_eq!(plan.preserved, ["a", "gone"]);
        assert_eq!(plan.matched.keys().collect::<Vec<_>>(), ["b"]);
        // The source answered but does not have it.
        let answered = [litellm(&[("a", 1.0)])];
        let plan = super::plan(&names(&["a", "zzz"]), &answered, &table, false);
        assert_eq!(plan.matched.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(plan.unmatched, ["zzz"]);
    }

    #[test]
    fn asking_stops_when_everything_is_matched() {
        let asked = [litellm(&[("a", 1.0)])];
        assert!(is_complete(&names(&["a"]), &asked));
        assert!(!is_complete(&names(&["a", "b"]), &asked));
        assert!(!is_complete(&[], &asked), "without names every source is asked");
    }
}
