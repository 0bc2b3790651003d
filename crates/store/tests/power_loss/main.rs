//! Power cuts at every kind of moment: what was acknowledged is there afterwards, whole, and nothing else is half there.

#![expect(unsafe_code, reason = "SQLite's file layer is a C interface")]

#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "a part is used here")]
mod common;
mod disk;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use common::{Fixture, event, events};
use cpamp_store::{CheckState, OpenOptions, Store};
use rusqlite::Connection;

/// Events of one append.
const BATCH: u64 = 30;

/// The disk layer has one recording at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).expect("lists") {
        let entry = entry.expect("lists");
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with("-shm") {
            files.insert(name, fs::read(entry.path()).expect("reads"));
        }
    }
    files
}

/// A small generator of numbers below a limit.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |limit| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % limit
    }
}

fn put(directory: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in files {
        fs::write(directory.join(name), bytes).expect("writes");
    }
}

#[test]
fn what_was_acknowledged_survives_a_power_cut_at_any_moment() {
    let _alone = ONE_AT_A_TIME.lock();
    disk::install();
    let mut fixture = Fixture::new();
    let before = files(fixture.directory.path());
    disk::record();
    // The state of the recording after each acknowledgement.
    let mut acknowledged = Vec::new();
    let mut n = 0;
    for round in 0..4 {
        let other = Connection::open(fixture.path()).expect("opens");
        for append in 0..12 {
            fixture.store.append_blocking(events(n..n + BATCH), Vec::new()).expect("appends");
            n += BATCH;
            acknowledged.push(disk::changes());
            if append % 5 == 4 {
                // The log is copied into the database and begins anew.
                other.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").expect("copies");
            }
        }
        drop(other);
        if round < 3 {
            fixture = fixture.reopen();
        }
    }
    fixture.store.close();
    let recording = disk::finish();
    assert!(recording.len() > 1000, "{}", recording.len());

    let mut pick = numbers(1);
    let mut moments: Vec<usize> = (0..60).map(|_| pick(recording.len() + 1)).collect();
    // Right after an acknowledgement is where a lie would show.
    moments.extend(acknowledged.iter().step_by(3));
    let mut lost_tails = 0;
    for (seed, moment) in moments.into_iter().enumerate() {
        let directory = tempfile::tempdir().expect("directory");
        put(directory.path(), &recording.cut(&before, moment, numbers(seed as u64 + 77)));
        let store = Store::open(&directory.path().join("usage.sqlite"), &OpenOptions::default())
            .unwrap_or_else(|error| panic!("moment {moment}: {error}"));
        let promised = acknowledged.iter().filter(|at| **at <= moment).count() as u64 * BATCH;
        let found = store.read_blocking(|reader| reader.events_after_id(0, 100_000)).expect("reads");
        let count = found.len() as u64;
        assert!(count >= promised, "moment {moment}: {count} of {promised}");
        assert!(count.is_multiple_of(BATCH), "moment {moment}: half a batch");
        assert!(
            found.iter().zip(0..).all(|(stored, n)| stored.event == event(n) && stored.id == n as i64 + 1)
        );
        assert_eq!(store.counts().events as u64, count);
        lost_tails += u64::from(count < n);
        let begin = Instant::now();
        while matches!(store.health().check, CheckState::Running { .. }) {
            assert!(begin.elapsed() < Duration::from_secs(10));
            std::thread::sleep(Duration::from_millis(1));
        }
        let check = store.health().check;
        assert!(
            matches!(check, CheckState::Passed { .. } | CheckState::NotNeeded),
            "moment {moment}: {check:?}"
        );
        let next = store.append_blocking(events(count..count + 1), Vec::new()).expect("goes on");
        assert_eq!(next.inserted, [(count as i64 + 1, 0)]);
    }
    assert!(lost_tails > 10, "the cuts hit the middle of the work");
}

#[test]
fn the_simulated_disk_does_forget() {
    let _alone = ONE_AT_A_TIME.lock();
    disk::install();
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("careless.sqlite");
    let conn = Connection::open(&path).expect("opens");
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE t (x); PRAGMA wal_checkpoint;",
    )
    .expect("creates");
    let before = files(directory.path());
    disk::record();
    for n in 0..50 {
        conn.execute("INSERT INTO t VALUES (?)", [n]).expect("inserts");
    }
    let recording = disk::finish();
    let lost = (0..20).any(|seed| {
        let copy = tempfile::tempdir().expect("directory");
        put(copy.path(), &recording.cut(&before, recording.len(), numbers(seed)));
        let conn = Connection::open(copy.path().join("careless.sqlite")).expect("opens");
        let count: i64 = conn.query_row("SELECT count(*) FROM t", (), |row| row.get(0)).expect("counts");
        count < 50
    });
    assert!(lost, "commits that were not synced are lost by this disk");
}
