//! The narrow reads agree with the whole events.

use std::collections::HashMap;

use crate::common::{Fixture, any_event, event};
use cpamp_store::{EventKey, IndexRow, NameTable, Store, StoredEvent};
use model::{TimeQuality, UsageEvent};
use proptest::prelude::*;

fn narrow(store: &Store, first: i64, last: i64) -> Vec<IndexRow> {
    let (mut rows, mut next) = (Vec::new(), Some(first));
    while let Some(first) = next {
        next = store
            .read_blocking(|reader| reader.index_rows(first, last, |row| rows.push(row.clone())))
            .expect("reads");
    }
    rows
}

fn names(store: &Store, table: NameTable) -> HashMap<i64, Vec<String>> {
    let (mut names, mut after) = (HashMap::new(), 0);
    loop {
        // Small pages on purpose.
        let count = store
            .read_blocking(|reader| {
                reader.names_after(table, after, 3, |id, fields| {
                    assert!(id > after, "ascending");
                    names.insert(id, fields);
                })
            })
            .expect("reads");
        after = names.keys().copied().max().unwrap_or_default();
        if count < 3 {
            return names;
        }
    }
}

fn assert_agrees(store: &Store, row: &IndexRow, stored: &StoredEvent) {
    let event: &UsageEvent = &stored.event;
    assert_eq!((row.id, row.gateway_id, row.timestamp_ms), (stored.id, event.gateway_id, event.time.ms));
    assert_eq!(row.implausible_time, event.time_quality == TimeQuality::Implausible);
    assert_eq!((row.failed, row.status_code), (event.failed, event.fail_status_code));
    assert_eq!((row.cache_input_mode, row.generate), (event.cache_input_mode, event.generate));
    assert_eq!((row.tokens, row.breakdown), (event.tokens, event.breakdown));
    assert_eq!((row.latency_ms, row.ttft_ms), (event.latency_ms, event.ttft_ms));
    assert_eq!(row.has_metadata, !event.response_metadata.is_empty());
    let header = &event.header;
    assert_eq!(row.facts.quota_plan, header.quota_plan_type);
    assert_eq!(row.facts.error_kind, header.error_kind);
    assert_eq!(row.facts.error_code, header.error_code);
    assert_eq!((&row.trace_id, &row.request_id), (&header.trace_id, &event.request_id));
    let fields = [
        (
            NameTable::Credentials,
            row.credential,
            vec![
                &event.auth_index,
                &event.auth_type,
                &event.provider,
                &event.executor_type,
                &event.source,
                &event.source_hash,
                &event.account_snapshot,
                &event.auth_label_snapshot,
                &event.auth_file_snapshot,
                &event.auth_provider_snapshot,
                &event.auth_project_id_snapshot,
            ],
        ),
        (NameTable::Models, row.model, vec![&event.model, &event.requested_model, &event.resolved_model]),
        (NameTable::ApiKeys, row.api_key, vec![&event.api_key_hash]),
        (
            NameTable::Tiers,
            row.tier,
            vec![
                &event.reasoning_effort,
                &event.service_tier,
                &event.request_service_tier,
                &event.response_service_tier,
            ],
        ),
        (NameTable::Routes, row.route, vec![&event.endpoint, &event.method, &event.path]),
        (NameTable::Clients, row.client, vec![&event.client_ip, &event.x_forwarded_for, &event.user_agent]),
    ];
    for (table, id, expected) in fields {
        let known = names(store, table);
        assert_eq!(known[&id].iter().collect::<Vec<_>>(), expected, "{table:?}");
    }
}

#[test]
fn believable_events_are_read_narrowly() {
    let fixture = Fixture::new();
    let events = (0..40).map(event).collect();
    fixture.store.append_blocking(events, Vec::new()).expect("appends");
    let whole = fixture.store.read_blocking(|reader| reader.events_after_id(0, 100)).expect("reads");
    let rows = narrow(&fixture.store, 1, i64::MAX);
    assert_eq!(rows.len(), 40);
    for (row, stored) in rows.iter().zip(&whole) {
        assert_agrees(&fixture.store, row, stored);
    }
    assert!(rows.iter().any(|row| !row.trace_id.is_empty() && row.facts.quota_plan == "plus"));
    let some: Vec<i64> = narrow(&fixture.store, 7, 9).iter().map(|row| row.id).collect();
    assert_eq!(some, [7, 8, 9]);
    let last = fixture.store.read_blocking(|reader| reader.last_event_id()).expect("reads");
    assert_eq!(last, 40);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn arbitrary_events_are_read_narrowly(events in prop::collection::vec(any_event(), 1..12)) {
        let fixture = Fixture::new();
        fixture.store.append_blocking(events, Vec::new()).expect("appends");
        let whole = fixture.store.read_blocking(|reader| reader.events_after_id(0, 100)).expect("reads");
        let rows = narrow(&fixture.store, 1, i64::MAX);
        prop_assert_eq!(rows.len(), whole.len());
        for (row, stored) in rows.iter().zip(&whole) {
            assert_agrees(&fixture.store, row, stored);
        }
    }
}

#[test]
fn a_period_shows_the_figures_of_its_events_in_the_order_of_time() {
    let fixture = Fixture::new();
    let times = [5_000, 1_000, 3_000, 3_000, 9_000, 2_999];
    let events: Vec<UsageEvent> = times
        .iter()
        .enumerate()
        .map(|(n, at)| UsageEvent { time: model::EventTime { ms: *at, sub_ms_ns: 0 }, ..event(n as u64) })
        .collect();
    fixture.store.append_blocking(events, Vec::new()).expect("stored");
    let all = |from_ms: i64, to_ms: i64| {
        let (mut rows, mut after) = (Vec::new(), Some(EventKey { timestamp_ms: from_ms, id: i64::MIN }));
        while let Some(place) = after {
            let read = |reader: &cpamp_store::Reader<'_>| {
                reader.usage_rows(place, to_ms, |row| rows.push(row.clone()))
            };
            after = fixture.store.read_blocking(read).expect("reads");
        }
        rows
    };
    let rows = all(1_000, 9_000);
    let found: Vec<_> = rows.iter().map(|row| row.key.timestamp_ms).collect();
    assert_eq!(found, [1_000, 2_999, 3_000, 3_000, 5_000], "the end is not part of the period");
    assert!(rows[2].key.id < rows[3].key.id);
    for row in rows {
        let stored = fixture.store.read_blocking(|reader| reader.event(row.key.id));
        let whole = stored.expect("reads").expect("there").event;
        assert_eq!((row.failed, row.latency_ms), (whole.failed, whole.latency_ms));
        assert_eq!((row.tokens, row.breakdown), (whole.tokens, whole.breakdown));
        assert_eq!(row.cache_input_mode, whole.cache_input_mode);
    }
    assert_eq!(all(0, 1_000), []);
}
