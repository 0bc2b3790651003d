//! Storing and reading events.

use std::collections::HashMap;

use crate::common::{Fixture, START_MS, any_event, dead_letter, event, events};
use cpamp_store::{DEAD_LETTERS_KEPT, EventKey, StoredEvent, wait};
use proptest::prelude::*;

#[test]
fn appended_events_are_read_back_whole_and_survive_closing() {
    let fixture = Fixture::new();
    let outcome = fixture.store.append_blocking(events(0..300), vec![dead_letter(1)]).expect("appends");
    assert_eq!(outcome.inserted.len(), 300);
    assert_eq!(outcome.inserted[4], (5, 4));
    assert_eq!((outcome.duplicates, outcome.generation), (0, 1));
    let fixture = fixture.reopen();
    let counts = fixture.store.counts();
    assert_eq!(
        (counts.events, counts.dead_letters, counts.last_event_id, counts.generation),
        (300, 1, 300, 1)
    );
    assert_eq!((counts.first_ms, counts.last_ms), (Some(START_MS), Some(START_MS + 299 * 500)));
    fixture
        .store
        .read_blocking(|reader| {
            for stored in reader.events_after_id(0, 1000)? {
                assert_eq!(stored.event, event(stored.id as u64 - 1));
            }
            assert_eq!(reader.latest_events(2)?.iter().map(|e| e.id).collect::<Vec<_>>(), [300, 299]);
            assert_eq!(reader.event(301)?, None);
            let seventh = reader.event(7)?.expect("stored");
            assert_eq!(
                reader.event_by_identity(1, seventh.event.time.ms, &seventh.event.event_hash)?,
                Some(seventh)
            );
            let letters = reader.dead_letters(None, 10)?;
            assert_eq!(letters.into_iter().map(|stored| stored.letter).collect::<Vec<_>>(), [dead_letter(1)]);
            Ok(())
        })
        .expect("reads");
}

#[test]
fn an_event_seen_again_changes_nothing() {
    let fixture = Fixture::new();
    let mut batch = events(0..10);
    batch.push(event(3));
    let outcome = fixture.store.append_blocking(batch, Vec::new()).expect("appends");
    assert_eq!((outcome.inserted.len(), outcome.duplicates), (10, 1), "also within one batch");
    let mut other = event(3);
    other.model = "changed".to_owned();
    let outcome = fixture.store.append_blocking(vec![other], Vec::new()).expect("appends");
    assert_eq!((outcome.inserted.len(), outcome.duplicates, outcome.generation), (0, 1, 1));
    assert_eq!(
        fixture.store.read_blocking(|reader| reader.event(4)).expect("reads").expect("there").event,
        event(3)
    );

    let mut elsewhere = event(3);
    elsewhere.gateway_id = 2;
    let outcome = fixture.store.append_blocking(vec![elsewhere], Vec::new()).expect("appends");
    assert_eq!(outcome.inserted, [(11, 0)], "another gateway's event is another event");
    assert_eq!(fixture.store.counts().events, 11);
}

#[test]
fn hashes_that_share_their_first_bytes_are_told_apart() {
    let fixture = Fixture::new();
    let mut twin = event(2);
    (twin.event_hash, twin.time) = (event(1).event_hash, event(1).time);
    twin.event_hash.0[31] ^= 1;
    let outcome = fixture.store.append_blocking(vec![event(1), twin.clone()], Vec::new()).expect("appends");
    assert_eq!(outcome.inserted.len(), 2);
    let found = fixture
        .store
        .read_blocking(|reader| reader.event_by_identity(1, twin.time.ms, &twin.event_hash))
        .expect("reads");
    assert_eq!(found.map(|stored| stored.event), Some(twin));
}

#[test]
fn appends_that_wait_together_get_their_own_outcomes() {
    let fixture = Fixture::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("runtime");
    let outcomes = runtime.block_on(async {
        let tasks: Vec<_> = (0..40_u64)
            .map(|n| {
                let store = fixture.store.clone();
                tokio::spawn(async move { store.append(events(n * 5..n * 5 + 10), Vec::new()).await })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.expect("joins").expect("appends"));
        }
        outcomes
    });
    let inserted: usize = outcomes.iter().map(|outcome| outcome.inserted.len()).sum();
    let duplicates: usize = outcomes.iter().map(|outcome| outcome.duplicates).sum();
    assert_eq!((inserted, inserted + duplicates), (205, 400));
    fixture
        .store
        .read_blocking(|reader| {
            for (n, outcome) in outcomes.iter().enumerate() {
                for (id, index) in &outcome.inserted {
                    assert_eq!(reader.event(*id)?.expect("stored").event, event((n * 5 + index) as u64));
                }
            }
            Ok(())
        })
        .expect("reads");
}

#[test]
fn dead_letters_are_capped_but_all_are_counted() {
    let fixture = Fixture::new();
    for chunk in 0..6 {
        let letters = (chunk * 2000..(chunk + 1) * 2000).map(dead_letter).collect();
        fixture.store.append_blocking(Vec::new(), letters).expect("appends");
    }
    assert_eq!(fixture.store.counts().dead_letters, 12_000);
    let listed = fixture.store.read_blocking(|reader| reader.dead_letters(None, 20_000)).expect("reads");
    assert_eq!(listed.len() as i64, DEAD_LETTERS_KEPT);
    assert_eq!(listed[0].letter, dead_letter(11_999));
    let next =
        fixture.store.read_blocking(|reader| reader.dead_letters(Some(listed[9].id), 1)).expect("reads");
    assert_eq!(next, listed[10..11]);
}

#[test]
fn exports_are_in_order_complete_and_closed_to_newcomers() {
    let fixture = Fixture::new();
    let mut all = events(0..1000);
    all.reverse();
    for event in &mut all {
        event.time.ms -= event.time.ms % 5000;
    }
    fixture.store.append_blocking(all, Vec::new()).expect("appends");
    for (count, expected) in [(None, 1000), (Some(0), 0), (Some(1), 1), (Some(333), 333), (Some(5000), 1000)]
    {
        let mut plan = fixture.store.plan_export_blocking(count).expect("plans");
        if count == Some(333) {
            fixture.store.append_blocking(events(5000..5050), Vec::new()).expect("appends");
        }
        let mut exported: Vec<StoredEvent> = Vec::new();
        loop {
            let batch = fixture.store.read_blocking(|reader| reader.export_batch(&plan, 64)).expect("reads");
            let Some(last) = batch.last() else { break };
            plan.after = last.key();
            exported.extend(batch);
        }
        assert!(exported.is_sorted_by_key(StoredEvent::key));
        let expected = if count == Some(5000) { expected + 50 } else { expected };
        assert_eq!(exported.len(), expected, "{count:?}");
        if count == Some(333) {
            let everything =
                fixture.store.read_blocking(|reader| reader.events_after_id(0, 1000)).expect("reads");
            let mut keys: Vec<EventKey> = everything.iter().map(StoredEvent::key).collect();
            keys.sort_unstable();
            assert_eq!(exported.iter().map(StoredEvent::key).collect::<Vec<_>>(), keys[667..]);
        }
    }
}

#[test]
fn implausible_times_are_kept_and_do_not_stretch_the_extent() {
    let fixture = Fixture::new();
    let mut stray = event(1);
    stray.time.ms = 7_300_000_000_000;
    stray.time_quality = model::TimeQuality::Implausible;
    fixture.store.append_blocking(vec![event(0), stray.clone()], Vec::new()).expect("appends");
    let counts = fixture.store.counts();
    assert_eq!((counts.first_ms, counts.last_ms), (Some(START_MS), Some(START_MS)));
    let latest = fixture.store.read_blocking(|reader| reader.latest_events(1)).expect("reads");
    assert_eq!(latest[0].event, stray);
}

#[test]
fn a_commit_wakes_watchers() {
    let fixture = Fixture::new();
    let mut watch = fixture.store.watch();
    watch.mark_unchanged();
    fixture.store.append_blocking(events(0..1), Vec::new()).expect("appends");
    assert!(watch.has_changed().expect("open"));
    wait(watch.changed()).expect("open");
    assert_eq!(watch.borrow().last_event_id, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_event_survives_storing(batches in prop::collection::vec(prop::collection::vec(any_event(), 0..12), 1..5)) {
        let fixture = Fixture::new();
        let mut expected = HashMap::new();
        for batch in batches {
            let known = expected.len();
            for event in &batch {
                expected.entry((event.gateway_id, event.event_hash)).or_insert_with(|| event.clone());
            }
            let outcome = fixture.store.append_blocking(batch.clone(), Vec::new()).expect("appends");
            prop_assert_eq!(outcome.inserted.len(), expected.len() - known);
            prop_assert_eq!(outcome.inserted.len() + outcome.duplicates, batch.len());
        }
        let stored = fixture.store.read_blocking(|reader| reader.events_after_id(0, 10_000)).expect("reads");
        prop_assert_eq!(stored.len(), expected.len());
        for stored in stored {
            let event = &stored.event;
            prop_assert_eq!(Some(event), expected.get(&(event.gateway_id, event.event_hash)));
        }
    }
}
