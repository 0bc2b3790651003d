//! The product's own prices: each event costs in the index what the price book says of the whole event.

use std::sync::Arc;

use columns::{Dimension, Filter, Group, Plan, Scan};
use cpamp_index::{Index, PriceList};
use model::{BreakdownQuality, PriceTable, PriceVersion, TokenBreakdown, UsageEvent};
use pricing::CostBasis;

use crate::events;
use crate::support::{Fixture, complete, small};

fn table() -> PriceTable {
    let price = |prompt: f64, read: f64| {
        let mut price = model::ModelPrice::default();
        (price.rates.prompt, price.rates.prompt_configured) = (prompt, true);
        (price.rates.completion, price.rates.completion_configured) = (prompt * 5.0, true);
        (price.rates.cache_read, price.rates.cache_read_configured) = (read, true);
        price
    };
    let tiered = {
        let mut tiered = price(1.25, 0.125);
        let rates = price(2.5, 0.25).rates;
        tiered.context_tiers.push(model::ContextTier { threshold_tokens: 50_000, rates });
        tiered
    };
    let version = |valid_from_ms, price| PriceVersion { valid_from_ms, price };
    let prices = [
        ("gpt-5.3-codex".to_owned(), vec![version(0, tiered)]),
        (
            "claude-sonnet-4-6".to_owned(),
            vec![version(0, price(3.0, 0.3)), version(events::START_MS + 100_000, price(4.0, 0.4))],
        ),
    ];
    PriceTable { prices: prices.into_iter().collect(), ..PriceTable::default() }
}

fn all_events() -> Vec<UsageEvent> {
    let mut all = events::events(0..600);
    for (n, event) in all.iter_mut().enumerate() {
        // Thinking tokens beside the output, as Gemini counts them; some splits are not to be trusted.
        let tokens = event.tokens;
        let quality = if n % 7 == 0 { BreakdownQuality::Unclassified } else { BreakdownQuality::Complete };
        event.breakdown = (n % 5 != 0).then_some(TokenBreakdown {
            accounting_version: 2,
            schema_version: 2,
            quality,
            total: tokens.total,
            input_total: tokens.input,
            input_uncached: tokens.input - tokens.cache_read,
            input_cache_read: tokens.cache_read,
            input_cache_write: 0,
            output_total: tokens.output + tokens.reasoning,
            output_non_reasoning: tokens.output,
            output_reasoning: tokens.reasoning,
            unclassified: 0,
        });
    }
    all
}

fn assert_costs(fixture: &Fixture, index: &Index, list: &PriceList, basis: CostBasis) {
    complete(index, &fixture.store);
    let snapshot = index.fresh_blocking(std::time::Duration::from_secs(5));
    let values: Vec<u32> = snapshot.dictionaries.profiles.iter().map(|profile| profile.model).collect();
    let len = values.iter().max().map_or(0, |most| most + 1);
    let by = vec![Dimension::Profile { values: Arc::new(values), len }];
    let group = Group { by, percentiles: Vec::new(), light: false };
    let filter = Filter::default();
    let scan = Scan { range: i64::MIN..i64::MAX, filter, groups: vec![group], rows: Vec::new() };
    let result = store::wait(index.query_at(Arc::clone(&snapshot), Arc::new(Plan::new(vec![scan])), None));
    let answer = result.expect("answers").answer;
    let events = fixture.store.read_blocking(|reader| reader.events_after_id(0, 10_000)).expect("reads");
    let rows = &answer.scans[0].groups[0].rows;
    assert!(rows.len() >= 4);
    for row in rows {
        let model = &snapshot.dictionaries.models.get(row.key[0]).expect("known").model;
        let of_model = || events.iter().filter(|stored| stored.event.model == *model);
        let costs: Vec<Option<f64>> =
            of_model().map(|stored| list.book().cost_of(&stored.event, basis).map(|cost| cost.usd)).collect();
        let expected: f64 = costs.iter().flatten().sum();
        let unpriced = costs.iter().filter(|cost| cost.is_none()).count() as i64;
        let found = row.sums.cost_usd;
        assert!((found - expected).abs() <= 1e-9 * expected.max(1.0), "{model}: {found} and {expected}");
        assert_eq!(row.sums.unpriced_calls, unpriced, "{model}");
    }
    let total: f64 = rows.iter().map(|row| row.sums.cost_usd).sum();
    assert!(total > 0.0);
}

#[test]
fn every_event_costs_what_the_price_book_says() {
    for basis in [CostBasis::Breakdown, CostBasis::Counters] {
        for bundled in [false, true] {
            let fixture = Fixture::new();
            fixture.add(all_events());
            let list = Arc::new(PriceList::new(&table(), basis, bundled));
            let empty = Arc::new(PriceList::new(&PriceTable::default(), basis, bundled));
            let files = || Arc::new(cpamp_index::Directory::new(fixture.cache()));
            let start = |costs: &Arc<PriceList>| {
                Index::start(fixture.store.clone(), files(), small(), Arc::clone(costs) as _).expect("starts")
            };
            let index = start(&list);
            assert_costs(&fixture, &index, &list, basis);
            // From the columns alone, when prices change.
            let read = index.status().rows_read;
            index.set_prices(Arc::clone(&empty) as _);
            crate::support::eventually("others", || {
                !index.status().repricing && index.snapshot().prices != 0
            });
            index.set_prices(Arc::clone(&list) as _);
            crate::support::eventually("back", || {
                index.snapshot().prices == cpamp_index::Costs::version(list.as_ref())
                    && !index.status().repricing
            });
            assert_costs(&fixture, &index, &list, basis);
            assert_eq!(index.status().rows_read, read);
            drop(index);
            // Another basis is another cache.
            let other = match basis {
                CostBasis::Breakdown => CostBasis::Counters,
                CostBasis::Counters => CostBasis::Breakdown,
            };
            let list = Arc::new(PriceList::new(&table(), other, bundled));
            let index = start(&list);
            assert_costs(&fixture, &index, &list, other);
            assert!(index.status().rebuild_reason.contains("other figures"), "{:?}", index.status());
        }
    }
}

#[test]
fn a_credential_that_turns_out_to_be_codex_moves_what_its_events_cost() {
    let mut table = table();
    let mut fast = model::ModelPrice::default();
    (fast.rates.prompt, fast.rates.prompt_configured) = (1000.0, true);
    let tier =
        model::ServiceTier { mode: "priority".to_owned(), service_tier: String::new(), rates: fast.rates };
    for version in table.prices.values_mut().flatten() {
        version.price.service_tiers.push(tier.clone());
    }
    let basis = CostBasis::Counters;
    let list = Arc::new(PriceList::new(&table, basis, false));
    let fixture = Fixture::new();
    let mut all = all_events();
    for event in &mut all {
        for name in [&mut event.provider, &mut event.executor_type, &mut event.auth_type] {
            *name = "other".to_owned();
        }
        (event.auth_provider_snapshot, event.auth_project_id_snapshot) = Default::default();
        (event.service_tier, event.response_service_tier) = ("default".to_owned(), "default".to_owned());
        event.request_service_tier = "priority".to_owned();
    }
    let auth_index = all[0].auth_index.clone();
    fixture.add(all);
    let files = Arc::new(cpamp_index::Directory::new(fixture.cache()));
    let index = Index::start(fixture.store.clone(), files, small(), Arc::clone(&list) as _).expect("starts");
    assert_costs(&fixture, &index, &list, basis);
    let usd = || -> f64 {
        let events = fixture.store.read_blocking(|reader| reader.events_after_id(0, 10_000)).expect("reads");
        events
            .iter()
            .filter_map(|stored| list.book().cost_of(&stored.event, basis))
            .map(|cost| cost.usd)
            .sum()
    };
    let before = usd();
    let facts = model::CredentialFacts { provider: "codex".to_owned(), ..model::CredentialFacts::default() };
    let patch = store::SnapshotPatch { gateway_id: 1, auth_index, facts, read_at_ms: 1, after_id: 0 };
    assert_eq!(store::wait(fixture.store.patch_snapshots(patch)).expect("patches").events, 50);
    assert!(usd() > before * 2.0, "{before} and {}", usd());
    assert_costs(&fixture, &index, &list, basis);
}
