//! The sealed database of schema 1: every later schema must open it, with every number unchanged.
//!
//! `CPAMP_SEAL=all cargo test -p cpamp-store seal` writes it anew, which is only right while schema 1 is not released.
//! `CPAMP_SEAL=dump` writes the dump beside it anew, for when the form of an export line has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cpamp_store::{
    CheckState, FeedStep, Gap, OpenOptions, PRODUCT, Reader, SettingChange, SnapshotPatch, Store, StoreError,
    wait,
};
use model::CredentialFacts;
use serde_json::{Value, json};

use crate::{common, recorded};

const UPSTREAM: &str = "http://cpa:8317";

fn sealed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/db").join(name)
}

/// Everything that the database knows, as JSON.
fn dump(reader: &Reader<'_>) -> Result<Value, StoreError> {
    let mut events = Vec::new();
    for stored in reader.events_after_id(0, 10_000)? {
        let mut line = normaliser::export::to_json(&stored.event);
        line["id"] = stored.id.into();
        events.push(line);
    }
    let mut settings = Vec::new();
    for gateway in [PRODUCT, 1] {
        for setting in reader.settings(gateway)? {
            settings.push(json!({"gateway_id": gateway, "key": setting.key, "value": setting.value}));
        }
    }
    let gaps: Vec<String> = reader.gaps(None, 100)?.iter().map(|gap| format!("{gap:?}")).collect();
    let attempts = reader.attempts_since(UPSTREAM, 0)?;
    let letters: Vec<String> =
        reader.dead_letters(None, 100)?.iter().map(|letter| format!("{letter:?}")).collect();
    Ok(json!({
        "events": events,
        "settings": settings,
        "gaps": gaps,
        "attempts": attempts,
        "dead_letters": letters,
        "generation": reader.feed_position()?.generation,
    }))
}

fn fill(store: &Store) {
    let mut events = recorded::events();
    for (event, delay) in events.iter_mut().zip(0..) {
        // One tenth came before the list of credentials was known.
        if delay % 10 == 3 {
            event.account_snapshot.clear();
            event.auth_label_snapshot.clear();
            event.auth_file_snapshot.clear();
            event.auth_provider_snapshot.clear();
            event.auth_project_id_snapshot.clear();
            event.auth_snapshot_at_ms = None;
        }
    }
    let unknown = events[3].auth_index.clone();
    let second = events.split_off(200);
    store.append_blocking(events, vec![common::dead_letter(1), common::dead_letter(2)]).expect("appends");
    store.append_blocking(second, Vec::new()).expect("appends");
    let facts = CredentialFacts { account: "late@example.org".to_owned(), ..CredentialFacts::default() };
    let patch = SnapshotPatch {
        gateway_id: 1,
        auth_index: unknown,
        facts,
        read_at_ms: common::START_MS,
        after_id: 0,
    };
    assert!(wait(store.patch_snapshots(patch)).expect("patches").events > 0);
    let later = common::event(1000).time.ms;
    store.append_blocking(common::events(1000..1003), Vec::new()).expect("appends");
    assert_eq!(wait(store.delete_events(later, later + 1)).expect("deletes").events, 1);
    let changes = vec![
        SettingChange::put(PRODUCT, "bootstrap_state_v1", r#"{"version":1,"status":"ready"}"#),
        SettingChange::put(
            1,
            "manager_config_v1",
            r#"{"cpaConnection":{"cpaBaseUrl":"http://cpa:8317"},"名":"值"}"#,
        ),
    ];
    wait(store.change_settings(changes)).expect("writes");
    let gap = Gap {
        gateway_id: 1,
        kind: "disconnected".to_owned(),
        from_ms: common::START_MS,
        to_ms: Some(common::START_MS + 5000),
        retention_s: Some(60),
        covered: false,
        detail: "the gateway was restarted".to_owned(),
        lost_estimate: Some(12),
    };
    wait(store.add_gap(gap)).expect("adds");
    wait(store.record_attempt(UPSTREAM.to_owned(), common::START_MS)).expect("records");
}

/// One event a line, then the rest.
fn text(mut dump: Value) -> String {
    let events = dump["events"].take();
    let lines = events.as_array().into_iter().flatten().chain([&dump]);
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_sealed_database_opens_with_every_number_unchanged() {
    let expected = fs::read_to_string(sealed("v1.jsonl")).expect("the dump beside it");
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("usage.sqlite");
    fs::copy(sealed("v1.sqlite"), &path).expect("copies");
    let store = Store::open(&path, &OpenOptions::default()).expect("opens and migrates");
    assert_eq!(store.health().check, CheckState::NotNeeded);
    let begin = Instant::now();
    while store.health().migrating.is_some() {
        assert!(begin.elapsed() < Duration::from_secs(20), "background steps end");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(text(store.read_blocking(dump).expect("reads")), expected);
    let counts = store.counts();
    assert_eq!((counts.events, counts.dead_letters, counts.last_event_id), (270, 2, 271));
    let page = store
        .read_blocking(|reader| {
            let position = reader.feed_position()?;
            reader.changes_after(&position, 10)
        })
        .expect("reads");
    assert!(matches!(page, FeedStep::Changes { changes, more: false, .. } if changes.is_empty()));
    let outcome = store.append_blocking(recorded::events(), Vec::new()).expect("appends");
    assert_eq!(
        (outcome.inserted.len(), outcome.duplicates),
        (0, 268),
        "the recorded events are there already"
    );
}

#[test]
fn seal() {
    let wish = std::env::var("CPAMP_SEAL").unwrap_or_default();
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("usage.sqlite");
    if wish == "dump" {
        fs::copy(sealed("v1.sqlite"), &path).expect("copies");
    }
    let store = Store::open(&path, &OpenOptions::default()).expect("opens");
    if wish != "dump" {
        fill(&store);
    }
    let dump = store.read_blocking(dump).expect("reads");
    assert_eq!(dump["events"].as_array().map(Vec::len), Some(270));
    store.close();
    if !wish.is_empty() {
        fs::create_dir_all(sealed("")).expect("creates");
        fs::write(sealed("v1.jsonl"), text(dump)).expect("writes");
    }
    if wish == "all" {
        fs::copy(&path, sealed("v1.sqlite")).expect("copies");
    }
}
