//! Prices, names of client keys, saved views, and what costs are computed from.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{self, Fixture};
use cpamp_store::{
    AliasOutcome, ApiKeyAlias, AuditActor, EventKey, PriceSource, SAVED_VIEWS_MAX, Store, StoredModelNames,
    wait,
};
use model::{ContextTier, ModelPrice, PriceTable, PriceVersion, Rates, ServiceTier};

pub(crate) fn table(generation: i64) -> PriceTable {
    let rates = Rates {
        prompt: 2.5,
        completion: 1e-7,
        cache_read: 0.0,
        prompt_configured: true,
        cache_read_configured: true,
        ..Rates::default()
    };
    let price = ModelPrice {
        rates,
        context_tiers: vec![ContextTier { threshold_tokens: 200_000, rates }],
        service_tiers: vec![ServiceTier { mode: "fast".into(), service_tier: "priority".into(), rates }],
        source: "models.dev".into(),
        source_model_id: "acme/m".into(),
        raw_json: r#"{"名":1}"#.into(),
        updated_at_ms: 5,
        synced_at_ms: 6,
    };
    let versions = vec![
        PriceVersion { valid_from_ms: 0, price: ModelPrice { rates, ..ModelPrice::default() } },
        PriceVersion { valid_from_ms: 1_790_000_000_000, price },
    ];
    PriceTable {
        generation,
        versioned: true,
        prices: BTreeMap::from([("m".to_owned(), versions)]),
        locked: BTreeSet::from(["m".to_owned()]),
    }
}

fn stored(store: &Store) -> PriceTable {
    store.read_blocking(|reader| reader.price_table()).expect("reads")
}

#[test]
fn prices_are_replaced_as_a_whole_and_only_by_who_has_seen_them() {
    let fixture = Fixture::new();
    assert_eq!(stored(&fixture.store), PriceTable::default());
    assert_eq!(wait(fixture.store.replace_prices(table(0), None)), Ok(Some(1)));
    assert_eq!(
        wait(fixture.store.replace_prices(PriceTable::default(), None)),
        Ok(None),
        "somebody was faster"
    );
    let fixture = fixture.reopen();
    assert_eq!(stored(&fixture.store), table(1));
    assert_eq!(stored(&fixture.store).current().count(), 1);
    let empty = PriceTable { generation: 1, ..PriceTable::default() };
    assert_eq!(wait(fixture.store.replace_prices(empty, None)), Ok(Some(2)));
    assert_eq!(stored(&fixture.store), PriceTable { generation: 2, ..PriceTable::default() });
}

#[test]
fn a_failing_catalogue_keeps_the_time_of_its_last_good_answer() {
    let fixture = Fixture::new();
    let good = PriceSource {
        source: "litellm".into(),
        asked_at_ms: 1,
        error: None,
        good_at_ms: Some(1),
        good_models: Some(7),
    };
    let bad = PriceSource {
        asked_at_ms: 2,
        error: Some("time-out".into()),
        good_at_ms: None,
        good_models: None,
        ..good.clone()
    };
    wait(fixture.store.record_price_source(good.clone())).expect("writes");
    wait(fixture.store.record_price_source(bad.clone())).expect("writes");
    let sources = fixture.store.read_blocking(|reader| reader.price_sources()).expect("reads");
    assert_eq!(sources, [PriceSource { good_at_ms: Some(1), good_models: Some(7), ..bad }]);
}

fn alias(digit: char, alias: &str) -> ApiKeyAlias {
    ApiKeyAlias { api_key_hash: digit.to_string().repeat(64), alias: alias.into(), updated_at_ms: 9 }
}

#[test]
fn aliases_are_unique_whatever_the_case_and_can_be_swapped() {
    let fixture = Fixture::new();
    let put = |items: Vec<ApiKeyAlias>, active: Option<BTreeSet<String>>| {
        wait(fixture.store.put_api_key_aliases(items, active, AuditActor::MANAGER)).expect("writes")
    };
    let names = || {
        let all = fixture.store.read_blocking(|reader| reader.api_key_aliases()).expect("reads");
        all.iter().map(|item| format!("{}{}", &item.api_key_hash[..1], item.alias)).collect::<Vec<_>>()
    };
    assert_eq!(put(vec![alias('b', "bob"), alias('a', "Alice")], None), AliasOutcome::Stored);
    assert_eq!(names(), ["aAlice", "bbob"]);
    assert_eq!(put(vec![alias('c', "carol"), alias('d', "ALICE")], None), AliasOutcome::Duplicate);
    assert_eq!(put(vec![alias('c', "x"), alias('d', "X")], None), AliasOutcome::Duplicate);
    assert_eq!(names(), ["aAlice", "bbob"], "nothing was changed");
    assert_eq!(put(vec![alias('a', "bob"), alias('b', "alice")], None), AliasOutcome::Stored);
    assert_eq!(names(), ["balice", "abob"]);
    let active = BTreeSet::from(["b".repeat(64)]);
    assert_eq!(put(vec![alias('c', "Alice")], Some(active.clone())), AliasOutcome::Duplicate);
    assert_eq!(put(vec![alias('c', "BOB")], Some(active)), AliasOutcome::Stored);
    assert_eq!(names(), ["balice", "cBOB"]);
    wait(fixture.store.delete_api_key_alias("c".repeat(64), AuditActor::MANAGER)).expect("writes");
    wait(fixture.store.delete_api_key_alias("c".repeat(64), AuditActor::MANAGER)).expect("nothing to do");
    let unset = ApiKeyAlias { updated_at_ms: 0, ..alias('b', "alice") };
    assert_eq!(put(vec![unset], None), AliasOutcome::Stored);
    let all = fixture.store.read_blocking(|reader| reader.api_key_aliases()).expect("reads");
    assert!(all.len() == 1 && all[0].updated_at_ms > 1_700_000_000_000);
}

#[test]
fn views_have_names_on_their_page() {
    let fixture = Fixture::new();
    let save = |page: &str, name: &str, state: &str| {
        wait(fixture.store.save_view(page.into(), name.into(), state.into(), AuditActor::MANAGER))
            .expect("writes")
    };
    let first = save("requests", "Failures", "{}").expect("room");
    assert_eq!(save("requests", "Failures", r#"{"a":1}"#), Some(first));
    let other = save("usage", "Failures", "{}").expect("room");
    let listed = |page: Option<&'static str>| {
        let views = fixture.store.read_blocking(move |reader| reader.saved_views(page)).expect("reads");
        views.into_iter().map(|view| (view.id, view.state)).collect::<Vec<_>>()
    };
    assert_eq!(listed(Some("requests")), [(first, r#"{"a":1}"#.to_owned())]);
    assert_eq!(listed(None).len(), 2);
    assert_eq!(wait(fixture.store.delete_view(other, AuditActor::MANAGER)), Ok(true));
    assert_eq!(wait(fixture.store.delete_view(other, AuditActor::MANAGER)), Ok(false));
    for number in 1..SAVED_VIEWS_MAX {
        assert!(save("many", &number.to_string(), "{}").is_some());
    }
    assert_eq!(save("many", "one too many", "{}"), None);
}

#[test]
fn billing_facts_are_those_of_the_events() {
    let fixture = Fixture::new();
    let events = common::events(0..50);
    fixture.store.append_blocking(events.clone(), Vec::new()).expect("appends");
    fixture
        .store
        .read_blocking(|reader| {
            let mut rows = Vec::new();
            assert_eq!(reader.usage_rows(EventKey::FIRST, i64::MAX, |row| rows.push(row.clone()))?, None);
            let mut rest = 0;
            reader.usage_rows(rows[19].key, i64::MAX, |_| rest += 1)?;
            assert_eq!((rows.len(), rest), (50, 30));
            for row in &rows {
                let event = reader.event(row.key.id)?.expect("stored").event;
                assert_eq!((row.tokens, row.breakdown), (event.tokens, event.breakdown));
                assert_eq!(row.cache_input_mode, event.cache_input_mode);
                assert_eq!(row.key.timestamp_ms, event.time.ms);
                let names = StoredModelNames {
                    model: event.model,
                    requested: event.requested_model,
                    resolved: event.resolved_model,
                };
                assert_eq!(reader.model_names(row.model)?, names);
                assert_eq!(reader.service_tier(row.tier)?, event.service_tier);
            }
            let until = rows[25].key.timestamp_ms;
            let mut before = 0;
            reader.usage_rows(EventKey::FIRST, until, |row| {
                assert!(row.key.timestamp_ms < until);
                before += 1;
            })?;
            assert_eq!(before, 25, "half a second lies between two events");
            assert!(reader.model_names(999).is_err());
            let (uses, sampled) = reader.model_uses(30)?;
            assert_eq!(sampled, 30);
            assert_eq!(uses.iter().map(|used| used.calls).sum::<i64>(), 30);
            Ok(())
        })
        .expect("reads");
}
