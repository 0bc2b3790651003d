use std::time::{Duration, Instant};

use super::common::{Fixture, events};
use crate::error::StoreError;
use crate::feed::{ChangeKind, IdRanges};
use crate::steps::{Progress, Step};
use crate::writer::Transaction;
use crate::{OpenOptions, Store, wait};

/// Doubles the latency of three events a time.
fn double_latency(transaction: &mut Transaction<'_>, cursor: i64) -> Result<Progress, StoreError> {
    let changed = transaction
        .conn
        .execute("UPDATE events SET latency_ms = latency_ms * 2 WHERE id > ?1 AND id <= ?1 + 3", [cursor])?;
    transaction.record(ChangeKind::Updated, &IdRanges::range(cursor + 1, cursor + changed as i64))?;
    Ok(if changed == 3 { Progress::More(cursor + 3) } else { Progress::Done })
}

fn fail_at_nine(transaction: &mut Transaction<'_>, cursor: i64) -> Result<Progress, StoreError> {
    if cursor == 9 {
        return Err(StoreError::Internal("stopped on purpose".to_owned()));
    }
    double_latency(transaction, cursor)
}

static STOPS: &[Step] = &[Step { name: "double_latency", piece: fail_at_nine }];
static WORKS: &[Step] = &[Step { name: "double_latency", piece: double_latency }];

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_background_step_resumes_where_it_stopped_and_runs_once() {
    let fixture = Fixture::new();
    fixture.store.append_blocking(events(0..20), Vec::new()).expect("appends");
    fixture.store.close();
    let path = fixture.path();
    let open = |steps| Store::open_with(&path, &OpenOptions::default(), steps).expect("opens");
    let latencies = |store: &Store| -> Vec<i64> {
        let events = store.read_blocking(|reader| reader.events_after_id(0, 100)).expect("reads");
        events.iter().map(|stored| stored.event.latency_ms.unwrap_or_default()).collect()
    };
    let before: Vec<i64> = events(0..20).iter().map(|event| event.latency_ms.unwrap_or_default()).collect();

    let store = open(STOPS);
    wait_until("the step fails at its fourth piece", || store.health().error.is_some());
    let halfway: Vec<i64> =
        before.iter().enumerate().map(|(i, ms)| if i < 9 { ms * 2 } else { *ms }).collect();
    assert_eq!(latencies(&store), halfway, "what failed is undone, what was done stays");
    wait(store.add_gap(gap())).expect("other writes go on");
    store.close();

    let doubled: Vec<i64> = before.iter().map(|ms| ms * 2).collect();
    for _ in 0..2 {
        let store = open(WORKS);
        wait_until("the step finishes", || {
            latencies(&store) == doubled && store.health().migrating.is_none()
        });
        store.close();
    }
}

fn gap() -> crate::Gap {
    crate::Gap {
        gateway_id: 1,
        kind: "disconnected".to_owned(),
        from_ms: 1,
        to_ms: None,
        detail: String::new(),
        retention_s: Some(60),
        covered: false,
        lost_estimate: None,
    }
}
