//! Changes after storing, and the feed that tells of them.

use std::collections::BTreeMap;

use crate::common::{Fixture, START_MS, any_event, event, events};
use cpamp_store::{
    CHUNK_EVENTS, ChangeKind, FeedPosition, FeedStep, IdRanges, SnapshotPatch, Store, StoredEvent, wait,
};
use model::{CredentialFacts, UsageEvent};
use proptest::prelude::*;

fn position(store: &Store) -> FeedPosition {
    store.read_blocking(|reader| reader.feed_position()).expect("reads")
}

fn everything(store: &Store) -> Vec<StoredEvent> {
    store.read_blocking(|reader| reader.events_after_id(0, 1_000_000)).expect("reads")
}

/// What a column index does: follows the feed and asks for nothing else.
struct Follower {
    position: FeedPosition,
    events: BTreeMap<i64, UsageEvent>,
}

impl Follower {
    fn new(store: &Store) -> Self {
        Self { position: position(store), events: BTreeMap::new() }
    }

    fn catch_up(&mut self, store: &Store, limit: usize) {
        loop {
            let (position, limit_now) = (self.position, limit);
            let (step, loaded) = store
                .read_blocking(|reader| {
                    let step = reader.changes_after(&position, limit_now)?;
                    let mut loaded = BTreeMap::new();
                    if let FeedStep::Changes { changes, .. } = &step {
                        for change in changes.iter().filter(|change| change.kind != ChangeKind::Deleted) {
                            let events = reader.events_by_id(change.ids.iter())?;
                            loaded.extend(events.into_iter().map(|stored| (stored.id, stored.event)));
                        }
                    }
                    Ok((step, loaded))
                })
                .expect("reads");
            let FeedStep::Changes { changes, position, more } = step else { panic!("the feed is whole") };
            for change in changes {
                assert_eq!(change.generation, self.position.generation + 1, "without holes");
                self.position.generation = change.generation;
                for id in change.ids.iter() {
                    match (change.kind, loaded.get(&id)) {
                        (ChangeKind::Deleted, _) | (_, None) => self.events.remove(&id),
                        (_, Some(event)) => self.events.insert(id, event.clone()),
                    };
                }
            }
            self.position = position;
            if !more {
                return;
            }
        }
    }
}

fn patch(auth_index: &str, after_id: i64) -> SnapshotPatch {
    SnapshotPatch {
        gateway_id: 1,
        auth_index: auth_index.to_owned(),
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

/// An event whose credential was not known when it came.
fn unknown(n: u64) -> UsageEvent {
    UsageEvent {
        account_snapshot: String::new(),
        auth_label_snapshot: String::new(),
        auth_file_snapshot: String::new(),
        auth_provider_snapshot: String::new(),
        auth_snapshot_at_ms: None,
        ..event(n)
    }
}

#[test]
fn late_account_names_fill_empty_fields_of_newer_events_only() {
    let fixture = Fixture::new();
    let mut batch: Vec<UsageEvent> = (0..36).map(unknown).collect();
    batch[24].auth_file_snapshot = "known.json".to_owned();
    batch[13].gateway_id = 2;
    fixture.store.append_blocking(batch.clone(), Vec::new()).expect("appends");
    let auth_index = batch[0].auth_index.clone();
    let revision = wait(fixture.store.patch_snapshots(patch(&auth_index, 1))).expect("patches");
    assert_eq!((revision.events, revision.generation), (2, 2));
    for stored in everything(&fixture.store) {
        let n = stored.id - 1;
        let mut expected = batch[n as usize].clone();
        if n == 12 || n == 24 {
            expected.account_snapshot = "late@example.org".to_owned();
            expected.auth_label_snapshot = "Late".to_owned();
            if n == 12 {
                expected.auth_file_snapshot = "late.json".to_owned();
            }
            expected.auth_project_id_snapshot = "project".to_owned();
            expected.auth_snapshot_at_ms = Some(START_MS + 77);
        }
        assert_eq!(stored.event, expected, "event {n}");
    }
    let again = wait(fixture.store.patch_snapshots(patch(&auth_index, 1))).expect("patches");
    assert_eq!((again.events, again.generation), (0, 2), "nothing is left to fill");
}

#[test]
fn a_patch_of_many_events_goes_in_pieces() {
    let fixture = Fixture::new();
    let count = CHUNK_EVENTS as u64 * 2 + 50;
    fixture.store.append_blocking((0..count).map(unknown).collect(), Vec::new()).expect("appends");
    let revision = wait(fixture.store.patch_snapshots(patch(&event(0).auth_index, 0))).expect("patches");
    assert_eq!((revision.events, revision.generation), (count.div_ceil(12), 4));
}

#[test]
fn deleted_events_leave_with_their_texts_and_their_ids_are_not_used_again() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..100), Vec::new()).expect("appends");
    let revision = wait(fixture.store.delete_events(i64::MIN, START_MS + 40 * 500)).expect("deletes");
    assert_eq!((revision.events, revision.more), (40, false));
    let counts = fixture.store.counts();
    assert_eq!((counts.events, counts.first_ms), (60, Some(START_MS + 40 * 500)));
    let revision = wait(fixture.store.delete_events(i64::MIN, i64::MAX)).expect("deletes");
    assert_eq!(revision.events, 60);
    let counts = fixture.store.counts();
    assert_eq!((counts.events, counts.first_ms, counts.last_ms), (0, None, None));
    wait(fixture.store.release_space(10_000)).expect("releases");
    let conn = rusqlite::Connection::open(fixture.path()).expect("opens");
    let left: (i64, i64) = conn
        .query_row(
            "SELECT (SELECT count(*) FROM failures), freelist_count FROM pragma_freelist_count",
            (),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("reads");
    assert_eq!(left, (0, 0));
    let fixture = fixture.reopen();
    let outcome = fixture.store.append_blocking(events(7..9), Vec::new()).expect("appends");
    assert_eq!(outcome.inserted, [(101, 0), (102, 1)]);
    assert_eq!(everything(&fixture.store)[0].event, event(7), "its failure text is stored anew");
}

#[test]
fn a_follower_of_another_past_must_rebuild() {
    let fixture = Fixture::new();
    let steps = |store: &Store, position: FeedPosition| {
        store.read_blocking(|reader| reader.changes_after(&position, 10)).expect("reads")
    };
    let beginning = position(&fixture.store);
    fixture.store.append_blocking(events(0..10), Vec::new()).expect("appends");
    let shared = position(&fixture.store);
    let copy = fixture.directory.path().join("copy.sqlite");
    wait(fixture.store.backup_to(&copy)).expect("backs up");
    fixture.store.append_blocking(events(10..20), Vec::new()).expect("appends");
    fixture.store.append_blocking(events(20..30), Vec::new()).expect("appends");
    let lost = position(&fixture.store);
    assert!(
        matches!(steps(&fixture.store, lost), FeedStep::Changes { changes, more: false, .. } if changes.is_empty())
    );

    // The older copy is put back, and grows beyond the point that the follower had reached.
    let path = fixture.path();
    fixture.store.close();
    std::fs::remove_file(&path).expect("removes");
    std::fs::rename(&copy, &path).expect("restores");
    let fixture = fixture.reopen();
    assert_eq!(steps(&fixture.store, lost), FeedStep::Rebuild, "from the future");
    for n in 5..9 {
        fixture.store.append_blocking(events(n * 10..n * 10 + 10), Vec::new()).expect("appends");
    }
    assert!(position(&fixture.store).generation > lost.generation);
    assert_eq!(steps(&fixture.store, lost), FeedStep::Rebuild, "from a past that never was");
    assert!(matches!(steps(&fixture.store, shared), FeedStep::Changes { changes, .. } if changes.len() == 4));
    assert!(
        matches!(steps(&fixture.store, beginning), FeedStep::Changes { changes, .. } if changes.len() == 5)
    );
    let other = Fixture::new();
    assert_eq!(steps(&other.store, beginning), FeedStep::Rebuild, "from another database");
}

#[derive(Debug, Clone)]
enum Action {
    Append(Vec<UsageEvent>),
    Delete(i64, i64),
    Patch(String, i64),
    Follow(usize),
    Reopen,
}

fn any_action() -> impl Strategy<Value = Action> {
    let near = START_MS - 1100..START_MS + 1100;
    prop_oneof![
        4 => prop::collection::vec(any_event(), 0..10).prop_map(Action::Append),
        1 => (near.clone(), near).prop_map(|(a, b)| Action::Delete(a.min(b), a.max(b))),
        2 => (prop_oneof![Just(String::new()), "[0-9a-f]"], 0_i64..40).prop_map(|(index, after)| Action::Patch(index, after)),
        2 => (1_usize..4).prop_map(Action::Follow),
        1 => Just(Action::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn replaying_the_feed_gives_the_table(actions in prop::collection::vec(any_action(), 1..25)) {
        let mut fixture = Fixture::new();
        let mut follower = Follower::new(&fixture.store);
        for action in actions {
            match action {
                Action::Append(batch) => drop(fixture.store.append_blocking(batch, Vec::new()).expect("appends")),
                Action::Delete(from, to) => drop(wait(fixture.store.delete_events(from, to)).expect("deletes")),
                Action::Patch(index, after) => drop(wait(fixture.store.patch_snapshots(patch(&index, after))).expect("patches")),
                Action::Follow(limit) => follower.catch_up(&fixture.store, limit),
                Action::Reopen => fixture = fixture.reopen(),
            }
        }
        follower.catch_up(&fixture.store, 100);
        let table: BTreeMap<i64, UsageEvent> =
            everything(&fixture.store).into_iter().map(|stored| (stored.id, stored.event)).collect();
        prop_assert_eq!(fixture.store.counts().events, table.len() as i64);
        let plausible: Vec<i64> = table.values()
            .filter(|event| event.time_quality != model::TimeQuality::Implausible).map(|event| event.time.ms).collect();
        let counts = fixture.store.counts();
        prop_assert_eq!((counts.first_ms, counts.last_ms), (plausible.iter().min().copied(), plausible.iter().max().copied()));
        prop_assert_eq!(follower.events, table);
    }
}

#[test]
fn ranges_of_ids_are_what_they_say() {
    let ranges = IdRanges::from_ids(vec![5, 1, 2, 3, 9, 3]);
    assert_eq!(ranges.ranges(), [(1, 3), (5, 5), (9, 9)]);
    assert!(IdRanges::range(4, 3).is_empty());
}
