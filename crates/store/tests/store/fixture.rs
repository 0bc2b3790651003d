//! The sealed databases of schemas 1 to 3: every later schema must open them, with every number unchanged.
//!
//! `CPAMP_SEAL=all cargo test -p cpamp-store seal` writes the newest anew, which is only right while its schema is not
//! released. `CPAMP_SEAL=dump` writes the dumps beside all of them anew, for when the form of an export line has changed.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cpamp_store::{
    ActorKind, AliasOutcome, ApiKeyAlias, AuditAction, AuditActor, AuditChange, AuditEntry, AuditFilter,
    CheckState, FeedStep, Gap, OpenOptions, PRODUCT, PriceSource, Reader, SCHEMA_VERSION, SettingChange,
    SnapshotPatch, Store, StoreError, StoredAuditEntry, wait,
};
use model::CredentialFacts;
use serde_json::{Value, json};

use crate::{common, recorded};

/// Who changed things in the sealed databases.
const SOMEBODY: AuditActor =
    AuditActor { kind: ActorKind::Browser, address: Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7))) };
const UPSTREAM: &str = "http://cpa:8317";

/// The schemas with a sealed database, the newest last.
const SEALED: [&str; 3] = ["v1", "v2", "v3"];

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
    let mut all = json!({
        "events": events,
        "settings": settings,
        "gaps": gaps,
        "attempts": attempts,
        "dead_letters": letters,
        "generation": reader.feed_position()?.generation,
    });
    // What schema 2 added; absent where there is nothing, as in the dump of schema 1.
    let table = reader.price_table()?;
    if table.generation > 0 {
        all["prices"] = format!("{table:?}").into();
        all["price_sources"] = format!("{:?}", reader.price_sources()?).into();
        all["aliases"] = format!("{:?}", reader.api_key_aliases()?).into();
        let views = reader.saved_views(None)?;
        all["views"] = views.iter().map(|view| json!([view.id, view.page, view.name, view.state])).collect();
    }
    // What schema 3 added; a migration that opening the older ones records is not theirs.
    let trail = reader.audit_page(&AuditFilter::default(), 1000)?.entries;
    let told = |entry: &&StoredAuditEntry| entry.action != AuditAction::DatabaseMigrated.code();
    let trail: Vec<String> = trail.iter().filter(told).map(|entry| format!("{entry:?}")).collect();
    if !trail.is_empty() {
        all["audit"] = trail.into();
    }
    Ok(all)
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

fn fill_schema_2(store: &Store) {
    assert_eq!(wait(store.replace_prices(crate::prices::table(0), None)), Ok(Some(1)));
    let source = PriceSource {
        source: "litellm".to_owned(),
        asked_at_ms: common::START_MS,
        error: None,
        good_at_ms: Some(common::START_MS),
        good_models: Some(2000),
    };
    wait(store.record_price_source(source)).expect("records");
    let alias = ApiKeyAlias {
        api_key_hash: "a1".repeat(32),
        alias: "Büro".to_owned(),
        updated_at_ms: common::START_MS,
    };
    assert_eq!(wait(store.put_api_key_aliases(vec![alias], None, SOMEBODY)), Ok(AliasOutcome::Stored));
    let state = r#"{"status":"failed"}"#.to_owned();
    let saved = store.save_view("requests".to_owned(), "Fehler".to_owned(), state, SOMEBODY);
    assert_eq!(wait(saved), Ok(Some(1)));
}

fn fill_schema_3(store: &Store) {
    let failed = AuditEntry::new(AuditActor::COMMAND_LINE, AuditAction::ImportFinish)
        .about("November.jsonl")
        .failed("storage_unavailable")
        .fact("added", 12);
    wait(store.record_audit(vec![failed])).expect("records");
}

/// One event a line, then the rest.
fn text(mut dump: Value) -> String {
    let events = dump["events"].take();
    let lines = events.as_array().into_iter().flatten().chain([&dump]);
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_sealed_databases_open_with_every_number_unchanged() {
    for version in SEALED {
        opens_unchanged(version);
    }
}

fn opens_unchanged(version: &str) {
    let expected = fs::read_to_string(sealed(&format!("{version}.jsonl"))).expect("the dump beside it");
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("usage.sqlite");
    fs::copy(sealed(&format!("{version}.sqlite")), &path).expect("copies");
    let store = Store::open(&path, &OpenOptions::default()).expect("opens and migrates");
    assert_eq!(store.health().check, CheckState::NotNeeded);
    let begin = Instant::now();
    while store.health().migrating.is_some() {
        assert!(begin.elapsed() < Duration::from_secs(20), "background steps end");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(text(store.read_blocking(dump).expect("reads")), expected);
    let actions = [AuditAction::DatabaseMigrated].into();
    let filter = AuditFilter { actions, ..AuditFilter::default() };
    let migrated = store.read_blocking(|reader| reader.audit_page(&filter, 10)).expect("reads").entries;
    let schemas: Vec<_> = migrated.iter().flat_map(|entry| &entry.changes).cloned().collect();
    let from = version.trim_start_matches('v').to_owned();
    let newest = SCHEMA_VERSION.to_string();
    let told = (from != newest).then(|| AuditChange::new("schema", Some(from), Some(newest)));
    assert_eq!(schemas, Vec::from_iter(told), "a migration is recorded once");
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
    let store = Store::open(&path, &OpenOptions::default()).expect("opens");
    fill(&store);
    fill_schema_2(&store);
    fill_schema_3(&store);
    let dumped = store.read_blocking(dump).expect("reads");
    assert_eq!(dumped["events"].as_array().map(Vec::len), Some(270));
    store.close();
    if wish == "all" {
        let newest = SEALED[SEALED.len() - 1];
        fs::copy(&path, sealed(&format!("{newest}.sqlite"))).expect("copies");
        fs::write(sealed(&format!("{newest}.jsonl")), text(dumped)).expect("writes");
    }
    if wish == "dump" {
        for version in SEALED {
            let path = directory.path().join(format!("{version}.sqlite"));
            fs::copy(sealed(&format!("{version}.sqlite")), &path).expect("copies");
            let store = Store::open(&path, &OpenOptions::default()).expect("opens");
            fs::write(sealed(&format!("{version}.jsonl")), text(store.read_blocking(dump).expect("reads")))
                .expect("writes");
        }
    }
}
