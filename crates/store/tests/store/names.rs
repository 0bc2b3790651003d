//! Names that come after the events: what they change, and which events wait for them.

use cpamp_store::{SnapshotPatch, Store, Unnamed, wait};
use model::{CredentialFacts, CredentialMap, DEFAULT_GATEWAY, UsageEvent};

use crate::common::{Fixture, events};
use crate::recorded;

fn rows(store: &Store) -> Vec<UsageEvent> {
    let rows = store.read_blocking(|reader| reader.events_after_id(0, 100_000)).expect("reads");
    rows.into_iter().map(|stored| stored.event).collect()
}

fn unnamed(store: &Store) -> Vec<Unnamed> {
    store.read_blocking(|reader| reader.unnamed(DEFAULT_GATEWAY)).expect("reads")
}

fn listed(auth_index: &str, after_id: i64) -> Unnamed {
    Unnamed { gateway_id: DEFAULT_GATEWAY, auth_index: auth_index.to_owned(), after_id }
}

fn key(auth_index: &str) -> (i64, String) {
    (DEFAULT_GATEWAY, auth_index.to_owned())
}

fn patch(map: &CredentialMap, auth_index: &str, after_id: i64) -> SnapshotPatch {
    SnapshotPatch {
        gateway_id: DEFAULT_GATEWAY,
        auth_index: auth_index.to_owned(),
        facts: map.by_auth_index[auth_index].clone(),
        read_at_ms: map.read_at_ms,
        after_id,
    }
}

/// Records of a credential that alone says what the gateway's own members do not: that this is Codex.
fn records_of_a_silent_credential(map: &CredentialMap) -> Vec<UsageEvent> {
    let tiers = [("priority", "default"), ("", "flex"), ("priority", ""), ("", "")];
    let record = |(n, (asked, given)): (usize, (&str, &str))| {
        let text = format!(
            r#"{{"timestamp":"2026-11-23T09:03:42.{n:03}Z","model":"gpt-5","auth_index":"feed","request_id":"{n}","service_tier":"{asked}","response_service_tier":"{given}"}}"#
        );
        recorded::normalised(text.as_bytes(), map)
    };
    tiers.into_iter().enumerate().map(record).collect()
}

#[test]
fn late_names_give_the_rows_that_early_names_give() {
    let mut map = recorded::credentials();
    let facts = CredentialFacts { account: "a@example.org".to_owned(), ..CredentialFacts::default() };
    map.by_auth_index.insert("feed".to_owned(), CredentialFacts { provider: "codex".to_owned(), ..facts });
    let of = |map: &CredentialMap| {
        let mut all = recorded::events_with(map);
        all.extend(records_of_a_silent_credential(map));
        all
    };
    let (early, late) = (of(&map), of(&CredentialMap::default()));
    let billed = |all: &[UsageEvent]| -> Vec<String> {
        all[all.len() - 4..].iter().map(|event| event.service_tier.clone()).collect()
    };
    assert_eq!(billed(&early), ["priority", "flex", "priority", ""]);
    assert_eq!(billed(&late), ["default", "flex", "priority", ""], "the names decide");

    let fixture = Fixture::new();
    fixture.store.append_blocking(late, Vec::new()).expect("appends");
    for auth_index in map.by_auth_index.keys() {
        wait(fixture.store.patch_snapshots(patch(&map, auth_index, 0))).expect("patches");
    }
    let found = rows(&fixture.store);
    assert_eq!(found.len(), early.len());
    for (found, expected) in found.iter().zip(&early) {
        assert_eq!(found, expected);
    }
}

#[test]
fn what_lacks_names_is_listed_until_a_patch_has_seen_all_of_it() {
    let map = recorded::credentials();
    let auth_index = map.by_auth_index.keys().min().expect("one").as_str();
    let nameless = |n: u64| UsageEvent {
        auth_index: auth_index.to_owned(),
        account_snapshot: String::new(),
        ..events(n..n + 1).remove(0)
    };
    let mut fixture = Fixture::new();
    fixture.store.append_blocking(events(0..3), Vec::new()).expect("appends");
    for n in 3..5 {
        let both = vec![key(auth_index), key("of no list")];
        wait(fixture.store.append_unnamed(vec![nameless(n)], Vec::new(), both)).expect("appends");
    }
    // A kill is no worse than an orderly end: nothing is in memory.
    fixture = fixture.reopen();
    let waits = unnamed(&fixture.store);
    assert_eq!(waits.len(), 2);
    assert!(waits.contains(&listed(auth_index, 3)) && waits.contains(&listed("of no list", 3)), "{waits:?}");

    wait(fixture.store.patch_snapshots(patch(&map, auth_index, 4))).expect("patches");
    assert_eq!(unnamed(&fixture.store).len(), 2, "the first of its events was not looked at");
    let revision = wait(fixture.store.patch_snapshots(patch(&map, auth_index, 3))).expect("patches");
    assert_eq!(revision.events, 1);
    assert_eq!(unnamed(&fixture.store), [listed("of no list", 3)]);
    assert!(rows(&fixture.store)[3..].iter().all(|event| !event.account_snapshot.is_empty()));

    // Normalised with an older map, committed after the patch.
    wait(fixture.store.append_unnamed(vec![nameless(5)], Vec::new(), vec![key(auth_index)]))
        .expect("appends");
    assert!(unnamed(&fixture.store).contains(&listed(auth_index, 5)));
    wait(fixture.store.patch_snapshots(patch(&map, auth_index, 5))).expect("patches");
    assert_eq!(unnamed(&fixture.store), [listed("of no list", 3)]);
    assert_eq!(rows(&fixture.store)[5].account_snapshot, map.by_auth_index[auth_index].account);
}
