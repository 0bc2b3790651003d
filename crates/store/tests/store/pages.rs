//! Pages with filters, held against the plain rule.

use crate::common::{Fixture, START_MS, any_event, event, events};
use cpamp_store::{EventFilter, EventKey, Order, StoredEvent};
use proptest::prelude::*;

/// A number of hits that only the plain rule knows.
const UNCOUNTED: usize = usize::MAX;

/// Every page after the other.
fn all_pages(fixture: &Fixture, filter: &EventFilter, limit: usize, order: Order) -> Vec<StoredEvent> {
    let (mut events, mut after) = (Vec::new(), None);
    loop {
        let page = fixture
            .store
            .read_blocking(|reader| reader.events_page(filter, after, limit, order))
            .expect("reads");
        assert!(page.events.len() <= limit);
        assert!(page.interrupted || page.next.is_none() || page.events.len() == limit);
        events.extend(page.events);
        match page.next {
            Some(next) => after = Some(next),
            None => return events,
        }
    }
}

fn expected(fixture: &Fixture, filter: &EventFilter, order: Order) -> Vec<StoredEvent> {
    let mut events = fixture.store.read_blocking(|reader| reader.events_after_id(0, 100_000)).expect("reads");
    events.retain(|stored| filter.matches(&stored.event));
    events.sort_by_key(StoredEvent::key);
    if order == Order::NewestFirst {
        events.reverse();
    }
    events
}

#[test]
fn each_filter_finds_what_it_says() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..600), Vec::new()).expect("appends");
    let one = event(37);
    let text = |text: &str| vec![text.to_owned()];
    let search = |needle: &str| EventFilter { search: Some(needle.to_owned()), ..EventFilter::default() };
    let filters = [
        (EventFilter::default(), 600),
        (EventFilter { gateway_id: Some(2), ..EventFilter::default() }, 0),
        (
            EventFilter {
                from_ms: Some(START_MS + 5000),
                to_ms: Some(START_MS + 10_000),
                ..EventFilter::default()
            },
            10,
        ),
        (EventFilter { models: text("kimi-k2"), ..EventFilter::default() }, 150),
        (
            EventFilter { models: vec!["kimi-k2".into(), "gpt-5.3-codex".into()], ..EventFilter::default() },
            300,
        ),
        (EventFilter { providers: text("claude"), ..EventFilter::default() }, 150),
        (EventFilter { accounts: text("user1@example.org"), ..EventFilter::default() }, 50),
        (EventFilter { auth_indexes: text("0000000000000005"), ..EventFilter::default() }, 50),
        (EventFilter { api_key_hashes: text(&one.api_key_hash), ..EventFilter::default() }, 120),
        (EventFilter { endpoints: text("/v1/messages"), ..EventFilter::default() }, 600),
        (EventFilter { endpoints: text("/v1/other"), ..EventFilter::default() }, 0),
        (EventFilter { failed: Some(true), ..EventFilter::default() }, 20),
        (EventFilter { status_codes: vec![429, 500], ..EventFilter::default() }, 20),
        (EventFilter { request_id: Some(one.request_id.clone()), ..EventFilter::default() }, 1),
        (
            EventFilter {
                accounts: text("user1@example.org"),
                models: text("gemini-2.5-pro"),
                ..EventFilter::default()
            },
            0,
        ),
        (search("  SONNET "), 150),
        (search(&one.request_id.to_uppercase()), 1),
        // Some request ids contain these digits too.
        (search("429"), UNCOUNTED),
        (search("%"), 0),
        (search("user_"), 0),
        (search("CLAUDE-CLI/2.1"), 600),
        (EventFilter { search_api_key_hashes: text(&one.api_key_hash), ..search("no such text") }, 120),
        (EventFilter { failed: Some(false), ..search("kimi") }, 150 - 10),
    ];
    for (filter, count) in filters {
        for order in [Order::NewestFirst, Order::OldestFirst] {
            let found = all_pages(&fixture, &filter, 70, order);
            assert!(found.len() == count || (count == UNCOUNTED && found.len() >= 20), "{filter:?}");
            assert_eq!(found, expected(&fixture, &filter, order), "{filter:?}");
        }
    }
}

#[test]
fn a_page_that_runs_out_of_time_says_where_to_go_on() {
    let fixture = Fixture::new();
    for n in 0..20 {
        fixture.store.append_blocking(events(n * 1000..(n + 1) * 1000), Vec::new()).expect("appends");
    }
    let filter = EventFilter { request_id: Some(event(3).request_id), ..EventFilter::default() };
    let slow = fixture
        .store
        .read_blocking(|reader| {
            // The time is up before the search begins.
            std::thread::sleep(cpamp_store::PAGE_TIME);
            reader.events_page(&filter, None, 10, Order::NewestFirst)
        })
        .expect("reads");
    assert!(slow.interrupted && slow.events.is_empty());
    assert!(slow.scanned > 0 && slow.scanned < 20_000);
    assert!(slow.next.is_some_and(|next| next < EventKey::LAST));
    assert_eq!(all_pages(&fixture, &filter, 10, Order::NewestFirst).len(), 1);
}

#[test]
fn facets_count_the_newest_events() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..100), Vec::new()).expect("appends");
    let facets = fixture.store.read_blocking(|reader| reader.facets(60)).expect("reads");
    assert_eq!(facets.events, 60);
    let count = |text: fn(&model::UsageEvent) -> String, value: &str| {
        (40..100).filter(|n| text(&event(*n)) == value).count() as i64
    };
    assert_eq!((facets.models.len(), facets.providers.len(), facets.accounts.len()), (4, 4, 12));
    for facet in &facets.models {
        assert_eq!(facet.count, count(|event| event.model.clone(), &facet.value));
    }
    for facet in &facets.api_keys {
        assert_eq!(facet.count, count(|event| event.api_key_hash.clone(), &facet.value));
    }
    assert_eq!(facets.api_keys.len(), 5);
    let codes: Vec<(&str, i64)> =
        facets.status_codes.iter().map(|facet| (facet.value.as_str(), facet.count)).collect();
    assert_eq!(codes, [("200", 58), ("429", 2)]);
}

fn any_filter() -> impl Strategy<Value = EventFilter> {
    let few = || prop::collection::vec(prop_oneof![Just(String::new()), "[0-9a-f]{1,2}"], 0..3);
    (
        (prop::option::of(1_i64..3), prop::option::of(any::<i64>()), prop::option::of(any::<i64>())),
        (few(), few(), few()),
        prop::option::of(any::<bool>()),
        prop::option::of(prop_oneof!["[0-9a-f]{1,2}", "[ -~]{1,2}", any::<String>()]),
    )
        .prop_map(|((gateway_id, from_ms, to_ms), (models, providers, accounts), failed, search)| {
            EventFilter {
                gateway_id,
                from_ms,
                to_ms,
                models,
                providers,
                accounts,
                failed,
                search,
                ..EventFilter::default()
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn pages_agree_with_the_plain_rule(batch in prop::collection::vec(any_event(), 1..30),
        filters in prop::collection::vec(any_filter(), 12), limit in 1_usize..8) {
        let fixture = Fixture::new();
        fixture.store.append_blocking(batch, Vec::new()).expect("appends");
        for filter in filters {
            for order in [Order::NewestFirst, Order::OldestFirst] {
                prop_assert_eq!(all_pages(&fixture, &filter, limit, order), expected(&fixture, &filter, order), "{:?}", filter);
            }
        }
    }
}
