use std::sync::{Arc, mpsc};
use std::time::Duration;

use model::UsageEvent;
use tokio::sync::{oneshot, watch};

use super::common::{Fixture, dead_letter, events};
use crate::append::Append;
use crate::error::StoreError;
use crate::filter::Order;
use crate::health::Health;
use crate::queue::Queue;
use crate::writer::{End, Job, WriteJob, Writer};
use crate::{CheckState, EventFilter, Rejected, SettingChange, Store, StoreState, wait};

struct RawSql(&'static str, mpsc::SyncSender<rusqlite::Result<()>>);

impl WriteJob for RawSql {
    fn run(self: Box<Self>, writer: &mut Writer) {
        self.1.send(writer.conn.execute_batch(self.0)).expect("the test waits");
    }
}

/// Runs SQL on the writing connection, outside of what the product can do.
fn on_writer(store: &Store, sql: &'static str) {
    let (done, outcome) = mpsc::sync_channel(1);
    store.job(Box::new(RawSql(sql, done)));
    outcome.recv().expect("runs").expect(sql);
}

/// Appends until it fails; gives the refused batch and how many events were stored.
fn fill(store: &Store) -> (Box<Rejected>, u64) {
    let mut n = 0;
    loop {
        match store.append_blocking(events(n..n + 200), vec![dead_letter(n as i64)]) {
            Ok(_) => n += 200,
            Err(rejected) => return (rejected, n),
        }
        assert!(n < 100_000, "the limit must bite");
    }
}

fn stored(store: &Store) -> Vec<UsageEvent> {
    let events = store.read_blocking(|reader| reader.events_after_id(0, 200_000)).expect("reads");
    events.into_iter().map(|stored| stored.event).collect()
}

#[test]
fn a_full_disk_gives_the_batch_back_and_resumes_when_there_is_room() {
    let fixture = Fixture::new();
    on_writer(&fixture.store, "PRAGMA max_page_count = 120");
    let (rejected, before) = fill(&fixture.store);
    assert!(before > 0);
    assert_eq!(rejected.error, StoreError::DiskFull);
    assert_eq!(rejected.events, events(before..before + 200), "nothing of the batch is lost");
    assert_eq!(rejected.dead_letters, [dead_letter(before as i64)]);
    let health = fixture.store.health();
    assert_eq!((health.state, health.state.as_str()), (StoreState::DiskFull, "disk_full"));
    assert_eq!(health.error, Some(StoreError::DiskFull));
    assert_eq!(fixture.store.counts().events as u64, before);
    assert_eq!(stored(&fixture.store), events(0..before), "reading works, and half a batch is not there");

    let again =
        fixture.store.append_blocking(rejected.events, rejected.dead_letters).expect_err("still full");
    on_writer(&fixture.store, "PRAGMA max_page_count = 1073741823");
    let outcome = fixture.store.append_blocking(again.events, again.dead_letters).expect("resumes");
    assert_eq!((outcome.inserted.len(), outcome.inserted[0].0 as u64), (200, before + 1));
    assert_eq!(fixture.store.health().state, StoreState::Ok);
    let fixture = fixture.reopen();
    assert_eq!(stored(&fixture.store), events(0..before + 200));
    assert_eq!(fixture.store.counts().dead_letters as u64, before / 200 + 1);
}

#[test]
fn a_read_only_database_is_a_state_and_not_an_end() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..10), Vec::new()).expect("appends");
    on_writer(&fixture.store, "PRAGMA query_only = ON");
    let rejected = fixture.store.append_blocking(events(10..20), Vec::new()).expect_err("read-only");
    assert_eq!(
        (&rejected.error, fixture.store.health().state),
        (&StoreError::ReadOnly, StoreState::ReadOnly)
    );
    let change = vec![SettingChange::put(1, "a", "b")];
    assert_eq!(wait(fixture.store.change_settings(change)), Err(StoreError::ReadOnly));
    on_writer(&fixture.store, "PRAGMA query_only = OFF");
    fixture.store.append_blocking(rejected.events, Vec::new()).expect("resumes");
    assert_eq!(fixture.store.health().state, StoreState::Ok);
    assert_eq!(stored(&fixture.store), events(0..20));
}

#[test]
fn a_lock_of_another_process_delays_and_loses_nothing() {
    let fixture = Fixture::new();
    on_writer(&fixture.store, "PRAGMA busy_timeout = 50");
    let other = rusqlite::Connection::open(fixture.path()).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locks");
    let rejected = fixture.store.append_blocking(events(0..5), Vec::new()).expect_err("locked");
    assert_eq!((&rejected.error, fixture.store.health().state), (&StoreError::Busy, StoreState::Busy));
    other.execute_batch("ROLLBACK").expect("unlocks");
    fixture.store.append_blocking(rejected.events, Vec::new()).expect("resumes");
    assert_eq!(stored(&fixture.store), events(0..5));
}

#[test]
fn the_schema_itself_keeps_events_unique_and_their_identity_fixed() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..3), Vec::new()).expect("appends");
    let outcome = wait(fixture.store.write(false, |transaction| {
        transaction
            .conn
            .execute_batch("CREATE TEMP TABLE copy AS SELECT * FROM events; UPDATE copy SET id = id + 10")?;
        let inserted = transaction.conn.execute("INSERT INTO events SELECT * FROM copy", ())?;
        let changed =
            transaction.conn.execute("UPDATE events SET event_hash = zeroblob(32) WHERE id = 1", ());
        Ok((inserted, changed.is_err()))
    }));
    assert_eq!(outcome, Ok((0, true)));
}

#[test]
fn a_record_without_a_time_is_recognised_whenever_it_comes_again() {
    let fixture = Fixture::new();
    let mut untimed = events(0..3);
    for event in &mut untimed {
        event.time_quality = model::TimeQuality::Assumed;
    }
    fixture.store.append_blocking(untimed.clone(), Vec::new()).expect("appends");
    for event in &mut untimed {
        event.time.ms += 86_400_000;
    }
    untimed.extend(events(3..4));
    let outcome = fixture.store.append_blocking(untimed, Vec::new()).expect("appends");
    assert_eq!((outcome.inserted.len(), outcome.duplicates), (1, 3));
}

#[test]
fn looking_for_an_identity_is_one_short_search() {
    let fixture = Fixture::new();
    let plan = fixture.store.read_blocking(|reader| {
        let sql = "EXPLAIN QUERY PLAN SELECT 1 FROM events INDEXED BY events_identity WHERE timestamp_ms = 1 \
                   AND substr(event_hash, 1, 4) = x'00000000' AND event_hash = x'00' AND gateway_id = 1";
        Ok(reader.conn().query_row(sql, (), |row| row.get::<_, String>(3))?)
    });
    let plan = plan.expect("explains");
    assert!(plan.contains("events_identity (timestamp_ms=? AND <expr>=?)"), "{plan}");
}

#[test]
fn pages_and_exports_walk_the_index_of_time_without_sorting() {
    let fixture = Fixture::new();
    let plan = |sql: &str| -> String {
        let lines: Vec<String> = fixture
            .store
            .read_blocking(|reader| {
                let mut explain = reader.conn().prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let rows = explain.query_map((), |row| row.get(3))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .expect("explains");
        lines.join("; ")
    };
    for direction in ["timestamp_ms, id", "timestamp_ms DESC, id DESC"] {
        let plan = plan(&format!(
            "SELECT id FROM events WHERE timestamp_ms BETWEEN 1 AND 3 AND (timestamp_ms, id) > (1, 2) \
             AND (timestamp_ms, id) < (3, 4) ORDER BY {direction}"
        ));
        assert!(plan.contains("events_time") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
    let plan = plan(
        "SELECT id FROM events e WHERE (e.timestamp_ms, e.id) > (1, 2) AND e.id <= 5 \
         ORDER BY e.timestamp_ms, e.id LIMIT 5",
    );
    assert!(plan.contains("events_time (timestamp_ms>?)") && !plan.contains("TEMP B-TREE"), "{plan}");
}

#[test]
fn a_read_that_takes_too_long_is_stopped() {
    let fixture = Fixture::new();
    let begin = std::time::Instant::now();
    let outcome = fixture.store.read_blocking(|reader| {
        let count: i64 = reader.conn().query_row(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
            (),
            |row| row.get(0),
        )?;
        Ok(count)
    });
    assert_eq!(outcome, Err(StoreError::ReadTooLong));
    assert!(begin.elapsed() < std::time::Duration::from_secs(3));
    let page = fixture
        .store
        .read_blocking(|reader| reader.events_page(&EventFilter::default(), None, 10, Order::NewestFirst));
    assert_eq!(page.map(|page| page.events.len()), Ok(0), "the connection is usable again");
}

/// Panics outside of any transaction.
struct Boom {
    _answer: mpsc::SyncSender<()>,
}

impl WriteJob for Boom {
    fn run(self: Box<Self>, _: &mut Writer) {
        panic!("on purpose: a job");
    }
}

#[test]
fn a_panic_of_the_writer_costs_one_job_and_not_the_thread() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..5), Vec::new()).expect("appends");
    let broken: Result<(), StoreError> = wait(fixture.store.write(false, |transaction| {
        transaction.conn.execute_batch("DELETE FROM events")?;
        transaction.state.event_count = 0;
        panic!("on purpose: a transaction")
    }));
    assert!(matches!(broken, Err(StoreError::Internal(_))), "{broken:?}");
    assert_eq!(fixture.store.health().state, StoreState::Failing);
    fixture.store.append_blocking(events(5..8), Vec::new()).expect("appends");
    assert_eq!(fixture.store.health().state, StoreState::Ok);
    let (gone, waits) = mpsc::sync_channel(1);
    fixture.store.job(Box::new(Boom { _answer: gone }));
    assert!(waits.recv().is_err(), "whoever waits hears that the job is gone");
    fixture.store.append_blocking(events(8..9), Vec::new()).expect("appends");
    assert_eq!(stored(&fixture.store), events(0..9), "what panicked is undone");
    assert_eq!(fixture.store.counts().events, 9);
}

#[test]
fn an_event_that_the_schema_refuses_gives_the_whole_batch_back() {
    let fixture = Fixture::new();
    on_writer(
        &fixture.store,
        "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.id = 3 BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    let rejected =
        wait(fixture.store.append_unnamed(events(0..5), vec![dead_letter(1)], vec![(1, "a".to_owned())]))
            .expect_err("refused");
    assert!(!rejected.error.is_environmental(), "{}", rejected.error);
    assert_eq!((rejected.events, rejected.dead_letters), (events(0..5), vec![dead_letter(1)]));
    assert_eq!(rejected.unnamed, [(1, "a".to_owned())]);
    let unnamed = fixture.store.read_blocking(|reader| reader.unnamed(1)).expect("reads");
    assert_eq!(unnamed, [], "listed with the events or not at all");
}

#[test]
fn a_writer_that_ends_leaves_nobody_waiting() {
    let (queue, health) =
        (Arc::new(Queue::new(2)), Arc::new(watch::Sender::new(Health::new(CheckState::NotNeeded))));
    let (answer, outcome) = oneshot::channel();
    let append = Append { events: events(0..3), dead_letters: Vec::new(), unnamed: Vec::new(), answer };
    assert!(queue.push_now(Job::Append(append)).is_ok());
    let end = End { queue: Arc::clone(&queue), health: Arc::clone(&health) };
    let thread = std::thread::spawn(move || {
        let _end = end;
        panic!("on purpose: the thread");
    });
    assert!(thread.join().is_err());
    let rejected = wait(outcome).expect("an answer").expect_err("not stored");
    assert_eq!((&rejected.error, rejected.events.len()), (&StoreError::Closed, 3));
    assert!(wait(queue.push(Job::Close)).is_err(), "nothing more is taken");
    assert!(queue.pop(Duration::ZERO).is_none());
    assert_eq!(health.borrow().state, StoreState::Failing);
}
