//! What is opened, what is refused, and that refusing changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{Fixture, events};
use cpamp_store::{
    CheckState, Inspection, OpenError, OpenOptions, ProcessLock, Role, SCHEMA_VERSION, SettingChange, Store,
    StoreError, inspect, wait,
};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

fn open(path: &Path) -> Result<Store, OpenError> {
    Store::open(path, &OpenOptions::default())
}

/// Name, content and time of change of every file.
fn snapshot(directory: &Path) -> BTreeMap<String, (String, std::time::SystemTime)> {
    fs::read_dir(directory)
        .expect("lists")
        .map(|entry| {
            let entry = entry.expect("lists");
            let bytes = fs::read(entry.path()).expect("reads");
            let digest = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let changed = entry.metadata().expect("metadata").modified().expect("time");
            (entry.file_name().to_string_lossy().into_owned(), (digest, changed))
        })
        .collect()
}

/// Every way in refuses with the same variant, and the directory stays as it was.
fn assert_refused(path: &Path, expected: impl Fn(&OpenError) -> bool) -> OpenError {
    let directory = path.parent().expect("directory");
    let before = snapshot(directory);
    let guest = OpenOptions { role: Role::Guest, ..OpenOptions::default() };
    for refusal in [
        inspect(path).expect_err("refused"),
        ProcessLock::acquire(path).expect_err("refused"),
        Store::open(path, &guest).expect_err("refused"),
        open(path).expect_err("refused"),
    ] {
        assert!(expected(&refusal), "{refusal}");
        assert!(!refusal.remedy().is_empty());
    }
    assert_eq!(snapshot(directory), before, "a refusal changes no byte");
    open(path).expect_err("refused")
}

fn reference_volume(directory: &Path) {
    let conn = Connection::open(directory.join("usage.sqlite")).expect("creates");
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT); \
         CREATE TABLE usage_events (id INTEGER PRIMARY KEY, event_hash TEXT UNIQUE); \
         INSERT INTO settings VALUES ('setup', '{}');",
    )
    .expect("fills");
}

#[test]
fn the_volume_of_another_manager_is_refused_untouched() {
    let directory = tempfile::tempdir().expect("directory");
    reference_volume(directory.path());
    let path = directory.path().join("usage.sqlite");
    let refusal = assert_refused(&path, |refusal| matches!(refusal, OpenError::NotOurs { .. }));
    assert!(refusal.to_string().contains("CPA-Manager-Plus 1.x"), "{refusal}");
}

#[test]
fn the_volume_of_another_manager_is_refused_untouched_after_a_crash_too() {
    let origin = tempfile::tempdir().expect("directory");
    let conn = Connection::open(origin.path().join("usage.sqlite")).expect("creates");
    conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE usage_events (id)").expect("fills");
    let crashed = tempfile::tempdir().expect("directory");
    copy_directory(origin.path(), crashed.path());
    assert!(fs::metadata(crashed.path().join("usage.sqlite-wal")).expect("log").len() > 0);
    assert_refused(&crashed.path().join("usage.sqlite"), |refusal| {
        matches!(refusal, OpenError::NotOurs { .. })
    });
}

#[test]
fn other_files_are_refused_untouched() {
    let directory = tempfile::tempdir().expect("directory");
    for (name, bytes) in [("short", b"hello".to_vec()), ("long", vec![7; 5000])] {
        let path = directory.path().join(name);
        fs::write(&path, bytes).expect("writes");
        assert_refused(&path, |refusal| matches!(refusal, OpenError::NotOurs { .. }));
    }
    let inner = directory.path().join("directory");
    fs::create_dir(&inner).expect("creates");
    assert!(matches!(open(&inner), Err(OpenError::NotOurs { .. })));
}

fn copy_directory(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("lists") {
        let entry = entry.expect("lists");
        if entry.file_type().expect("type").is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("copies");
        }
    }
}

#[test]
fn a_newer_schema_is_refused_untouched() {
    let fixture = Fixture::new();
    fixture.store.close();
    let conn = Connection::open(fixture.path()).expect("opens");
    conn.execute_batch("PRAGMA user_version = 99").expect("sets");
    drop(conn);
    assert_refused(&fixture.path(), |refusal| {
        matches!(refusal, OpenError::Newer { found: 99, known: SCHEMA_VERSION, .. })
    });
}

#[test]
fn a_newer_schema_that_stands_in_the_log_only_is_refused_untouched() {
    let fixture = Fixture::new();
    fixture.store.close();
    let conn = Connection::open(fixture.path()).expect("opens");
    conn.execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 7; CREATE TABLE later (x)")
        .expect("sets");
    let crashed = tempfile::tempdir().expect("directory");
    copy_directory(fixture.directory.path(), crashed.path());
    let path = crashed.path().join("usage.sqlite");
    assert_eq!(fs::read(&path).expect("reads")[63], SCHEMA_VERSION as u8, "the file itself is as it was");
    assert_refused(&path, |refusal| matches!(refusal, OpenError::Newer { found: 7, .. }));

    // Without its valid log the same file is ours: the version was never committed.
    let log = crashed.path().join("usage.sqlite-wal");
    let mut bytes = fs::read(&log).expect("reads");
    bytes[60] ^= 1;
    fs::write(&log, bytes).expect("writes");
    assert_eq!(inspect(&path).expect("ours"), Inspection::Ours { version: SCHEMA_VERSION });
}

#[test]
fn a_log_without_its_database_is_refused() {
    for suffix in ["-wal", "-journal"] {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("usage.sqlite");
        fs::write(directory.path().join(format!("usage.sqlite{suffix}")), b"something").expect("writes");
        assert_refused(&path, |refusal| matches!(refusal, OpenError::OrphanLog { .. }));
    }
}

#[test]
fn nothing_and_an_empty_file_become_a_database_that_names_itself() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("usage.sqlite");
    assert_eq!(inspect(&path).expect("fresh"), Inspection::Fresh);
    fs::write(&path, b"").expect("writes");
    fs::write(directory.path().join("usage.sqlite.new"), b"left by a crash").expect("writes");
    let store = open(&path).expect("opens");
    store.close();
    let names: Vec<String> = snapshot(directory.path()).into_keys().collect();
    assert_eq!(names, ["usage.sqlite"]);
    assert_eq!(inspect(&path).expect("ours"), Inspection::Ours { version: SCHEMA_VERSION });
    let header = fs::read(&path).expect("reads");
    assert_eq!(&header[68..72], b"CPMP");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("there").permissions()) & 0o777,
        0o600
    );
}

#[cfg(unix)]
#[test]
fn every_name_of_a_database_leads_to_one_lock() {
    use std::os::unix::fs::symlink;

    let fixture = Fixture::new();
    let root = fixture.directory.path();
    fs::create_dir(root.join("names")).expect("creates");
    symlink(root, root.join("names/directory")).expect("links");
    symlink(fixture.path(), root.join("names/file")).expect("links");
    let lock = ProcessLock::acquire(&fixture.path()).expect("free");
    assert_eq!(lock.path(), fs::canonicalize(root).expect("real").join("usage.sqlite.manager.lock"));
    let mode = fs::metadata(lock.path()).expect("there").permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    for name in ["names/directory/usage.sqlite", "names/file", "usage.sqlite", "names/../usage.sqlite"] {
        assert!(matches!(ProcessLock::acquire(&root.join(name)), Err(OpenError::Locked { .. })), "{name}");
    }
    drop(lock);
    let again = ProcessLock::acquire(&root.join("names/file")).expect("free again");
    assert!(again.path().exists());

    symlink(root.join("nowhere"), root.join("names/dangling")).expect("links");
    assert!(matches!(
        ProcessLock::acquire(&root.join("names/dangling")),
        Err(OpenError::DanglingLink { .. })
    ));
    assert!(matches!(open(&root.join("names/dangling")), Err(OpenError::DanglingLink { .. })));
    fs::hard_link(fixture.path(), root.join("names/hard")).expect("links");
    for name in ["usage.sqlite", "names/hard"] {
        assert!(matches!(ProcessLock::acquire(&root.join(name)), Err(OpenError::HardLinked { .. })));
        assert!(matches!(open(&root.join(name)), Err(OpenError::HardLinked { .. })));
    }
}

fn wait_for_check(store: &Store) -> CheckState {
    let begin = Instant::now();
    loop {
        let check = store.health().check;
        if !matches!(check, CheckState::Running { .. } | CheckState::Postponed { .. }) {
            return check;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "the check ends");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A copy of the files of a running store, as a crash leaves them.
fn crash(fixture: &Fixture) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("directory");
    copy_directory(fixture.directory.path(), directory.path());
    directory
}

#[test]
fn after_a_crash_the_file_is_checked_and_after_an_orderly_stop_it_is_not() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store.health().check, CheckState::NotNeeded);
    fixture.store.append_blocking(events(0..500), Vec::new()).expect("appends");
    let crashed = crash(&fixture);
    let path = crashed.path().join("usage.sqlite");
    let store = open(&path).expect("opens at once");
    assert_eq!(store.counts().events, 500);
    assert!(matches!(wait_for_check(&store), CheckState::Passed { .. }));
    store.close();
    let store = open(&path).expect("opens");
    assert_eq!(store.health().check, CheckState::NotNeeded);
    assert!(store.append_blocking(events(500..501), Vec::new()).is_ok());
    let fixture = fixture.reopen();
    assert_eq!(fixture.store.health().check, CheckState::NotNeeded);
}

#[test]
fn damage_is_found_and_named() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..5000), Vec::new()).expect("appends");
    let fixture = fixture.reopen();
    fixture.store.append_blocking(events(5000..5001), Vec::new()).expect("appends");
    let crashed = crash(&fixture);
    let path = crashed.path().join("usage.sqlite");
    let mut bytes = fs::read(&path).expect("reads");
    for page in 80..160 {
        bytes[page * 4096..page * 4096 + 2000].fill(0xA5);
    }
    fs::write(&path, bytes).expect("writes");
    let store = open(&path).expect("opens: the damage lies deeper");
    let CheckState::Failed { findings, .. } = wait_for_check(&store) else { panic!("damage must be found") };
    assert!(!findings.is_empty());
    let outcome = store.read_blocking(|reader| reader.events_after_id(0, 10_000));
    assert!(matches!(outcome, Err(StoreError::Corrupt(_))), "{outcome:?}");
    store.close();
    let store = open(&path).expect("opens");
    assert!(matches!(wait_for_check(&store), CheckState::Failed { .. }), "it is not taken for sound later");
}

#[test]
fn a_guest_reads_and_writes_settings_beside_the_owner() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..10), Vec::new()).expect("appends");
    let guest = OpenOptions { role: Role::Guest, readers: 1, ..OpenOptions::default() };
    let other = Store::open(&fixture.path(), &guest).expect("opens");
    assert_eq!(other.read_blocking(|reader| reader.latest_events(50)).expect("reads").len(), 10);
    wait(other.change_settings(vec![SettingChange::put(0, "key", "by the guest")])).expect("writes");
    let refused = other.append_blocking(events(10..12), Vec::new()).expect_err("refused");
    assert_eq!((refused.error, refused.events.len()), (StoreError::Guest, 2));
    assert_eq!(wait(other.delete_events(0, 1)), Err(StoreError::Guest));
    fixture.store.append_blocking(events(10..20), Vec::new()).expect("the owner goes on");
    other.close();
    fixture.store.append_blocking(events(20..30), Vec::new()).expect("the owner goes on");
    let value = fixture.store.read_blocking(|reader| reader.setting(0, "key")).expect("reads");
    assert_eq!(value.as_deref(), Some("by the guest"));
    let fixture = fixture.reopen();
    assert_eq!(fixture.store.counts().events, 30);
    let missing = Store::open(&fixture.directory.path().join("other.sqlite"), &guest);
    assert!(matches!(missing, Err(OpenError::Missing { .. })));
}

#[test]
fn a_closed_store_says_so() {
    let fixture = Fixture::new();
    fixture.store.close();
    assert_eq!(fixture.store.read_blocking(|reader| reader.latest_events(1)), Err(StoreError::Closed));
    let rejected = fixture.store.append_blocking(events(0..2), Vec::new()).expect_err("closed");
    assert_eq!((rejected.error, rejected.events), (StoreError::Closed, events(0..2)));
    assert_eq!(wait(fixture.store.change_settings(Vec::new())), Err(StoreError::Closed));
}

/// The user `nobody`, who may write nothing that is not his.
#[cfg(target_os = "linux")]
const NOBODY: u32 = 65_534;

/// Runs as `nobody` when this test is root, whom no permission stops: see below.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    const PLACE: &str = "CPAMP_TEST_READ_ONLY_PLACE";
    if let Some(place) = std::env::var_os(PLACE) {
        for name in ["fresh.sqlite", "usage.sqlite"] {
            let path = Path::new(&place).join(name);
            let refusals = [open(&path).err(), ProcessLock::acquire(&path).err()];
            for refusal in refusals {
                let refusal = refusal.unwrap_or_else(|| panic!("{name} must be refused"));
                assert!(matches!(refusal, OpenError::ReadOnly { .. }), "{name}: {refusal}");
            }
        }
        return;
    }
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..10), Vec::new()).expect("appends");
    fixture.store.close();
    let root = fixture.directory.path();
    fs::set_permissions(root, fs::Permissions::from_mode(0o555)).expect("sets");
    fs::set_permissions(fixture.path(), fs::Permissions::from_mode(0o444)).expect("sets");
    let before = snapshot(root);
    // A copy of this program, at a place that everybody may enter.
    let program_place = tempfile::tempdir().expect("directory");
    fs::set_permissions(program_place.path(), fs::Permissions::from_mode(0o755)).expect("sets");
    let program = program_place.path().join("test");
    fs::copy(std::env::current_exe().expect("known"), &program).expect("copies");
    let mut command = std::process::Command::new(&program);
    command.args(["--exact", "opening::a_directory_that_cannot_be_written_is_named"]).env(PLACE, root);
    command.current_dir("/");
    let root_user = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").expect("there")) == 0;
    if root_user {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    assert_eq!(snapshot(root), before);
    fs::set_permissions(root, fs::Permissions::from_mode(0o755)).expect("sets");
}
