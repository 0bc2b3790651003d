//! A store at work: copies while it writes, a log that stays short.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Fixture, event, events};
use cpamp_store::{Batches, OpenOptions, Reader, Store, StoreError, wait};

#[test]
fn a_copy_made_under_load_is_whole_and_opens() {
    let fixture = Fixture::new();
    for n in 0..20 {
        fixture.store.append_blocking(events(n * 500..n * 500 + 500), Vec::new()).expect("appends");
    }
    let copy = fixture.directory.path().join("copy.sqlite");
    let done = AtomicBool::new(false);
    let (report, written) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut n = 10_000;
            while !done.load(Ordering::Relaxed) {
                fixture.store.append_blocking(events(n..n + 20), Vec::new()).expect("appends");
                n += 20;
            }
            n
        });
        let report = wait(fixture.store.backup_to(&copy)).expect("backs up");
        done.store(true, Ordering::Relaxed);
        (report, writer.join().expect("joins"))
    });
    assert!(
        written > 10_000 && (10_000..=written as i64).contains(&report.events),
        "{report:?} of {written}"
    );
    assert!(!copy.with_extension("sqlite-wal").exists() && !copy.with_extension("sqlite.partial").exists());
    assert_eq!(report.bytes, std::fs::metadata(&copy).expect("there").len());

    let restored = Store::open(&copy, &OpenOptions::default()).expect("opens");
    assert_eq!(restored.counts().events, report.events);
    assert_eq!(restored.health().check, cpamp_store::CheckState::NotNeeded);
    assert_eq!(restored.database_id(), fixture.store.database_id());
    let all = restored.read_blocking(|reader| reader.events_after_id(0, 100_000)).expect("reads");
    assert!(all.iter().all(|stored| stored.event == event(stored.id as u64 - 1)));
    let again = wait(fixture.store.backup_to(&copy));
    assert!(matches!(again, Err(StoreError::Io(_))), "an existing file is not overwritten");
}

#[test]
fn a_copy_that_cannot_be_made_leaves_nothing() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..10), Vec::new()).expect("appends");
    let target = fixture.directory.path().join("missing").join("copy.sqlite");
    assert!(wait(fixture.store.backup_to(&target)).is_err());
    fixture.store.append_blocking(events(10..20), Vec::new()).expect("the store goes on");
}

#[test]
fn closing_does_not_wait_for_a_copy() {
    let fixture = Fixture::new();
    for n in 0..10 {
        fixture.store.append_blocking(events(n * 1000..n * 1000 + 1000), Vec::new()).expect("appends");
    }
    let copy = fixture.directory.path().join("copy.sqlite");
    std::thread::scope(|scope| {
        let backup = scope.spawn(|| wait(fixture.store.backup_to(&copy)));
        let begin = Instant::now();
        fixture.store.close();
        assert!(begin.elapsed() < Duration::from_secs(5));
        // Whether the copy was quicker is a matter of luck; half a copy is never left.
        let outcome = backup.join().expect("joins");
        assert_eq!(outcome.is_ok(), copy.exists());
    });
    assert!(!copy.with_extension("sqlite.partial").exists());
}

/// Bytes that the log may reach while this test writes about twice as much.
const LOG_LIMIT: u64 = 96 * 1024 * 1024;

#[test]
fn the_log_stays_short_beside_slow_and_greedy_readers() {
    let fixture = Fixture::new();
    let (done, stopped) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut longest = 0;
    std::thread::scope(|scope| {
        // An export to a slow client: short reads with pauses.
        scope.spawn(|| {
            let mut plan = fixture.store.plan_export_blocking(None).expect("plans");
            while !done.load(Ordering::Relaxed) {
                plan.max_id = i64::MAX;
                let batch =
                    fixture.store.read_blocking(|reader| reader.export_batch(&plan, 10)).expect("reads");
                plan.after = batch.last().map_or(plan.after, |last| last.key());
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        // Somebody who reads in one transaction for as long as it is allowed.
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let outcome = fixture.store.read_blocking(|reader| {
                    loop {
                        reader.events_after_id(0, 500)?;
                        if done.load(Ordering::Relaxed) {
                            return Ok(());
                        }
                    }
                });
                if outcome == Err(StoreError::ReadTooLong) {
                    stopped.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        // On a fast machine all is written before a transaction has used up its time: then more is written.
        let patience = std::time::Instant::now() + Duration::from_secs(60);
        let enough = |n: u64| {
            n >= 300 && (stopped.load(Ordering::Relaxed) > 0 || std::time::Instant::now() > patience)
        };
        for n in (0..).take_while(|n| !enough(*n)) {
            fixture.store.append_blocking(events(n * 200..n * 200 + 200), Vec::new()).expect("appends");
            longest = longest.max(fixture.store.storage_blocking().expect("reads").wal_bytes);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(longest < LOG_LIMIT, "{longest}");
    assert!(stopped.load(Ordering::Relaxed) > 0, "a long transaction was stopped");
    fixture.store.close();
    assert_eq!(std::fs::read_dir(fixture.directory.path()).expect("lists").count(), 1, "no log is left");
}

#[test]
fn reads_of_both_kinds_never_wait_for_each_other_in_a_circle() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..10), Vec::new()).expect("appends");
    // Fewer threads than reading connections: a read that held a connection while it waits for a thread, beside threads
    // that wait for a connection, would stop everything.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .max_blocking_threads(2)
        .build()
        .expect("runs");
    let answered = runtime.block_on(async {
        let mut tasks = Vec::new();
        for n in 0..400 {
            let store = fixture.store.clone();
            tasks.push(tokio::spawn(async move {
                if n % 2 == 0 {
                    store.read(|reader| reader.latest_events(5)).await.map(|events| events.len())
                } else {
                    let read = move || store.read_blocking(|reader| reader.latest_events(5));
                    tokio::task::spawn_blocking(read).await.expect("joins").map(|events| events.len())
                }
            }));
        }
        let all = async {
            let mut answered = 0;
            for task in tasks {
                answered += usize::from(task.await.expect("joins").expect("reads") == 5);
            }
            answered
        };
        tokio::time::timeout(Duration::from_secs(20), all).await
    });
    runtime.shutdown_background();
    assert_eq!(answered, Ok(400));
}

#[test]
fn a_batch_that_takes_too_long_is_read_again_in_smaller_ones() {
    const EVENTS: u64 = 3000;
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("usage.sqlite");
    // As on a machine that gives a read no time at all.
    let starved = OpenOptions { read_limit: Duration::ZERO, ..OpenOptions::default() };
    let store = Store::open(&path, &starved).expect("opens");
    store.append_blocking(events(0..EVENTS), Vec::new()).expect("appends");
    let mut plan = store.plan_export_blocking(None).expect("plans");
    let whole = store.read_blocking(|reader| reader.export_batch(&plan, EVENTS as usize));
    assert_eq!(whole.map(|events| events.len()), Err(StoreError::ReadTooLong), "all at once takes too long");
    let attempts = AtomicUsize::new(0);
    let (mut batches, mut exported) = (Batches::new(EVENTS as usize), Vec::new());
    loop {
        let read = |reader: &Reader<'_>, count| {
            attempts.fetch_add(1, Ordering::Relaxed);
            reader.export_batch(&plan, count)
        };
        let (batch, asked) = batches.read_blocking(&store, EVENTS as usize, read).expect("reads");
        assert!(asked < EVENTS as usize, "{asked}");
        let Some(last) = batch.last() else { break };
        plan.after = last.key();
        exported.extend(batch.into_iter().map(|stored| stored.event));
    }
    assert_eq!(exported, events(0..EVENTS), "every event once, in order");
    // The same by ids, without a runtime of one's own.
    let (mut batches, mut read, mut retried) = (Batches::new(1000), 0, 0);
    while read < EVENTS as usize {
        let from = read as i64;
        let tries = std::sync::Arc::new(AtomicUsize::new(0));
        let tried = std::sync::Arc::clone(&tries);
        let ids = move |reader: &Reader<'_>, count: usize| {
            tried.fetch_add(1, Ordering::Relaxed);
            reader.events_by_id(from + 1..=from + count as i64)
        };
        let (found, count) = batches.read_blocking(&store, EVENTS as usize - read, ids).expect("reads");
        assert_eq!(found.len(), count);
        read += count;
        retried += tries.load(Ordering::Relaxed) - 1;
    }
    assert!(retried > 0, "no read took too long");
    // Other errors are not tried again.
    let mut tries = 0;
    let failing = std::cell::RefCell::new(&mut tries);
    let outcome = Batches::new(100).read_blocking(&store, 100, |_, _| -> Result<(), StoreError> {
        **failing.borrow_mut() += 1;
        Err(StoreError::Busy)
    });
    assert_eq!((outcome, tries), (Err(StoreError::Busy), 1));
}
