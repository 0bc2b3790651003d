//! Stops between any two operations on files, a full disk, and a process that is killed.

use std::sync::Arc;
use std::time::Duration;

use cpamp_index::{Index, Settings, State};
use store::wait;

use crate::events::START_MS;
use crate::faults::{Fault, Faulty};
use crate::oracle;
use crate::support::{ByLength, Fixture, eventually, small};

/// A run with all kinds of changes; its files may fail.
fn busy_run(fixture: &Fixture, files: &Arc<Faulty>, round: u64) {
    let all = Arc::clone(files) as Arc<dyn cpamp_index::Files>;
    let index = Index::start(fixture.store.clone(), all, small(), Arc::new(ByLength(1))).expect("starts");
    let begin = 1000 * (round + 1);
    for step in 0..3 {
        fixture.append(begin + step * 60..begin + step * 60 + 60);
        let _ = index.fresh_blocking(Duration::from_millis(500));
    }
    files.settle();
    let at = START_MS + begin as i64 * 500;
    wait(fixture.store.delete_events(at, at + 30 * 500)).expect("deletes");
    index.set_prices(Arc::new(ByLength(2)));
    let _ = index.fresh_blocking(Duration::from_millis(500));
    index.set_prices(Arc::new(ByLength(1)));
    files.settle();
    let (_, found) = match oracle::ask_index(&index).expect("answers") {
        Ok((_, found)) => (0, found),
        Err((progress, found)) => (progress.events, found),
    };
    assert!(oracle::events(&found) <= fixture.store.counts().events);
    index.stop();
}

fn crash_everywhere(fault: Fault, step: usize) {
    let fixture = Fixture::new();
    fixture.append(0..200);
    for after in (0..16).step_by(step) {
        let files = Faulty::new(fixture.cache(), after, fault);
        busy_run(&fixture, &files, after as u64);
        assert!(files.struck() || after > 5, "the fault was reached: {after}");
        let index = fixture.start(small());
        fixture.assert_agrees(&index);
    }
}

#[test]
fn a_stop_before_any_operation_is_survived() {
    crash_everywhere(Fault::Stop, 1);
}

#[test]
fn a_stop_within_any_operation_is_survived() {
    crash_everywhere(Fault::Half, 1);
}

#[test]
fn a_stop_after_any_operation_is_survived() {
    crash_everywhere(Fault::After, 1);
}

#[test]
fn an_operation_that_is_refused_is_survived_by_the_same_run() {
    for fault in [Fault::Full, Fault::Denied] {
        for after in [0, 1, 2, 3, 5, 8, 13] {
            let fixture = Fixture::new();
            fixture.append(0..200);
            let files = Faulty::new(fixture.cache(), after, fault);
            let all = Arc::clone(&files) as Arc<dyn cpamp_index::Files>;
            let index =
                Index::start(fixture.store.clone(), all, small(), Arc::new(ByLength(1))).expect("starts");
            fixture.append(200..400);
            fixture.assert_agrees(&index);
            assert!(files.struck(), "{fault:?} {after}");
            index.stop();
            drop(index);
            let index = fixture.start(small());
            fixture.assert_agrees(&index);
        }
    }
}

#[test]
fn without_a_place_for_files_memory_holds_what_it_may() {
    let fixture = Fixture::new();
    fixture.append(0..640);
    std::fs::write(fixture.cache(), b"a file where the directory should be").expect("writes");
    let index = fixture.start(small());
    fixture.assert_agrees(&index);
    index.stop();
    drop(index);
    // Room for some segments only: the newest are held, and the answers say so.
    let index = fixture.start(Settings { memory_only_bytes: 16 << 10, ..small() });
    eventually("some", || index.status().events > 0);
    std::thread::sleep(Duration::from_millis(300));
    let expected = oracle::ask_sql(&fixture.database(), 1);
    let Err((progress, found)) = oracle::ask_index(&index).expect("answers") else {
        panic!("the answer is complete");
    };
    oracle::assert_within(&found, &expected);
    assert!(progress.events > 0 && progress.events < 640, "{progress:?}");
    assert_eq!(progress.of, 640);
    assert_ne!(index.status().state, State::Ready);
}

const CHILD: &str = "CPAMP_INDEX_TEST_CHILD";

/// Not a test by itself: the process that is killed.
#[test]
fn child() {
    let Ok(directory) = std::env::var(CHILD) else { return };
    let path = std::path::PathBuf::from(directory);
    let store =
        store::Store::open(&path.join("usage.sqlite"), &store::OpenOptions::default()).expect("opens");
    let files = Arc::new(cpamp_index::Directory::new(path.join("columns")));
    let index = Index::start(store.clone(), files, small(), Arc::new(ByLength(1))).expect("starts");
    for n in (0_u64..).step_by(10) {
        let begin = (store.counts().last_event_id as u64) + n % 7;
        store.append_blocking(crate::events::events(begin..begin + 10), Vec::new()).expect("appends");
        if n % 200 == 190 {
            let at = START_MS + begin as i64 * 400;
            wait(store.delete_events(at, at + 20 * 500)).expect("deletes");
        }
        if n % 500 == 490 {
            index.set_prices(Arc::new(ByLength(1 + n % 3)));
        }
    }
}

#[test]
fn a_killed_process_leaves_nothing_wrong() {
    let directory = tempfile::tempdir().expect("directory");
    let program = std::env::current_exe().expect("this program");
    for round in 0..6_u64 {
        let mut child = std::process::Command::new(&program)
            .args(["crash::child", "--exact", "--nocapture"])
            .env(CHILD, directory.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("starts");
        std::thread::sleep(Duration::from_millis(400 + round * 170));
        child.kill().expect("kills");
        child.wait().expect("ends");
        let path = directory.path().join("usage.sqlite");
        let store = store::Store::open(&path, &store::OpenOptions::default()).expect("opens");
        let files = Arc::new(cpamp_index::Directory::new(directory.path().join("columns")));
        let index = Index::start(store.clone(), files, small(), Arc::new(ByLength(1))).expect("starts");
        let (_, found) = crate::support::whole(&index, &store);
        oracle::assert_same(&found, &oracle::ask_sql(&path, 1));
        assert!(store.counts().events > 0);
        index.stop();
        drop(index);
        store.close();
    }
}
