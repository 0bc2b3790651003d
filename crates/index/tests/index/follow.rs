//! Following the change feed.

use std::time::{Duration, Instant};

use cpamp_index::{Settings, State};
use model::CredentialFacts;
use proptest::prelude::*;
use store::{SnapshotPatch, wait};

use crate::events::{self, START_MS};
use crate::support::{Fixture, any_event, complete, eventually, small};

fn patch(auth_index: u64, after_id: i64) -> SnapshotPatch {
    SnapshotPatch {
        gateway_id: 1,
        auth_index: format!("{auth_index:016x}"),
        facts: CredentialFacts {
            account: "late@example.org".to_owned(),
            label: "Late".to_owned(),
            file: "late.json".to_owned(),
            provider: String::new(),
            project_id: "project".to_owned(),
        },
        read_at_ms: START_MS + 77,
        after_id,
    }
}

/// Events of one credential lack what a patch fills.
fn nameless(range: std::ops::Range<u64>) -> Vec<model::UsageEvent> {
    let mut events = events::events(range);
    events.iter_mut().for_each(|event| event.auth_project_id_snapshot.clear());
    events
}

#[test]
fn an_empty_database_is_complete_at_once() {
    let fixture = Fixture::new();
    let index = fixture.start(Settings::default());
    fixture.assert_agrees(&index);
    eventually("ready", || index.status().state == State::Ready);
    assert_eq!(index.status().events, 0);
}

#[test]
fn what_was_stored_before_and_after_the_start_is_in_the_answers() {
    let fixture = Fixture::new();
    fixture.append(0..300);
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    for begin in (300..700).step_by(50) {
        fixture.append(begin..begin + 50);
        fixture.assert_agrees(&index);
    }
    // Late events: long before everything else.
    let mut late = events::events(2000..2100);
    late.iter_mut().for_each(|event| event.time.ms -= 90 * 86_400_000);
    fixture.add(late);
    fixture.assert_agrees(&index);
    eventually("the tail is sealed", || index.status().segments >= 10);
    fixture.assert_agrees(&index);
    assert_eq!(index.status().missing_segments, 0);
}

#[test]
fn patches_and_deletions_change_answers_and_not_the_world() {
    let fixture = Fixture::new();
    fixture.add(nameless(0..640));
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    eventually("sealed", || index.status().segments >= 10);
    let read = index.status().rows_read;
    wait(fixture.store.patch_snapshots(patch(3, 600))).expect("patches");
    fixture.assert_agrees(&index);
    let again = index.status().rows_read - read;
    assert!((1..=10).contains(&again), "a few events are read again: {again}");
    // So many that segments are written anew.
    wait(fixture.store.patch_snapshots(patch(5, 0))).expect("patches");
    fixture.assert_agrees(&index);
    let revision = wait(fixture.store.delete_events(START_MS, START_MS + 70 * 500)).expect("deletes");
    assert_eq!(revision.events, 70);
    fixture.assert_agrees(&index);
    wait(fixture.store.delete_events(START_MS + 200 * 500, START_MS + 230 * 500)).expect("deletes");
    fixture.append(640..660);
    fixture.assert_agrees(&index);
    wait(fixture.store.delete_events(i64::MIN, i64::MAX)).expect("deletes");
    fixture.assert_agrees(&index);
    assert_eq!(index.status().events, 0);
    fixture.append(1000..1100);
    fixture.assert_agrees(&index);
}

#[test]
fn a_restart_reads_no_event_again() {
    let fixture = Fixture::new();
    fixture.append(0..300);
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    index.stop();
    assert_eq!(index.status().state, State::Stopped);
    drop(index);
    for _ in 0..6 {
        let index = fixture.start(small());
        fixture.assert_agrees(&index);
        assert_eq!(index.status().rows_read, 0, "{:?}", index.status());
        assert_eq!(index.status().rebuild_reason, "");
    }
    // What came while it was away is all that it reads.
    fixture.append(300..310);
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    assert_eq!(index.status().rows_read, 10);
}

#[test]
fn small_segments_of_many_restarts_become_few() {
    let fixture = Fixture::new();
    let settings = || Settings { range_ids: 1000, ..small() };
    for run in 0..12 {
        fixture.append(run * 20..run * 20 + 20);
        let index = fixture.start(settings());
        fixture.assert_agrees(&index);
    }
    let index = fixture.start(settings());
    fixture.assert_agrees(&index);
    eventually("merged", || index.status().segments <= 4);
    fixture.assert_agrees(&index);
    assert_eq!(index.status().rows_read, 0);
}

#[test]
fn queries_see_what_was_stored_before_them() {
    let fixture = Fixture::new();
    fixture.append(0..100);
    let index = fixture.start(Settings::default());
    complete(&index, &fixture.store);
    let mut slowest = Duration::ZERO;
    for n in 100..200 {
        fixture.append(n..n + 1);
        let began = Instant::now();
        let result = index.query_blocking(columns::Plan::default()).expect("answers");
        slowest = slowest.max(began.elapsed());
        assert_eq!(result.generation, fixture.store.counts().generation, "after {slowest:?}");
        assert_eq!(result.partial, None);
    }
}

#[test]
fn queries_that_nobody_waits_for_end() {
    let fixture = Fixture::new();
    fixture.append(0..100);
    let index = fixture.start(Settings::default());
    complete(&index, &fixture.store);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        let past = Instant::now();
        let late = index.query(everything(), Some(past)).await;
        assert_eq!(late.err(), Some(cpamp_index::QueryError::Cancelled));
        drop(index.query(everything(), None));
        assert!(index.query(everything(), None).await.is_ok());
    });
    index.stop();
    let stopped = runtime.block_on(index.query(everything(), None));
    assert_eq!(stopped.err(), Some(cpamp_index::QueryError::Stopped));
}

fn everything() -> columns::Plan {
    let group = columns::Group::default();
    let scan = columns::Scan {
        range: i64::MIN..i64::MAX,
        filter: columns::Filter::default(),
        groups: vec![group],
        rows: Vec::new(),
    };
    columns::Plan::new(vec![scan])
}

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<model::UsageEvent>),
    Patch(usize),
    Delete(i64, i64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(any_event(), 1..40).prop_map(Step::Append),
        2 => (0_usize..40).prop_map(Step::Patch),
        1 => (START_MS - 1000..START_MS + 1000, 0_i64..800).prop_map(|(at, span)| Step::Delete(at, at + span)),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Whatever happens to the database, the index answers as SQL does.
    #[test]
    fn any_history_gives_the_answers_of_sql(steps in prop::collection::vec(step(), 1..12)) {
        let fixture = Fixture::new();
        let settings = || Settings { range_ids: 32, chunk_rows: 8, hidden_max: 4, ..Settings::default() };
        let mut index = fixture.start(settings());
        for step in steps {
            match step {
                Step::Append(events) => fixture.add(events),
                Step::Patch(nth) => {
                    let some = fixture.store.read_blocking(|reader| reader.latest_events(40)).expect("reads");
                    let Some(event) = some.get(nth) else { continue };
                    let facts = patch(0, 0).facts;
                    let auth_index = event.event.auth_index.clone();
                    let gateway_id = event.event.gateway_id;
                    let patch = SnapshotPatch { gateway_id, auth_index, facts, read_at_ms: 5, after_id: 0 };
                    wait(fixture.store.patch_snapshots(patch)).expect("patches");
                }
                Step::Delete(from, before) => {
                    wait(fixture.store.delete_events(from, before)).expect("deletes");
                }
                Step::Restart => {
                    drop(index);
                    index = fixture.start(settings());
                }
            }
            fixture.assert_agrees(&index);
        }
    }
}
