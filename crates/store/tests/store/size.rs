//! Bytes on disk per event; the example `measure` does the same over a million.

use crate::common::{self, Fixture};
use crate::recorded;
use model::UsageEvent;

/// Events stored: enough that what every database has once hardly counts.
const EVENTS: u64 = 10_000;

/// The budget of the design, all tables and indexes.
const BUDGET: f64 = 300.0;

fn bytes_per_event(mut source: impl FnMut(u64, u64) -> Vec<UsageEvent>) -> f64 {
    let fixture = Fixture::new();
    for begin in (0..EVENTS).step_by(1000) {
        fixture.store.append_blocking(source(begin, 1000), Vec::new()).expect("appends");
    }
    assert_eq!(fixture.store.counts().events as u64, EVENTS, "no event is a duplicate");
    fixture.store.close();
    std::fs::metadata(fixture.path()).expect("there").len() as f64 / EVENTS as f64
}

#[test]
fn events_take_few_bytes() {
    let believable = bytes_per_event(|begin, count| common::events(begin..begin + count));
    let recorded = bytes_per_event(recorded::source());
    assert!(believable > 60.0 && believable < BUDGET, "{believable} bytes per event");
    assert!(recorded > 60.0 && recorded < BUDGET, "{recorded} bytes per event");
}

#[test]
fn hostile_texts_cost_disk_and_not_memory() {
    let fixture = Fixture::new();
    for begin in (0..4000).step_by(1000) {
        let batch = (begin..begin + 1000)
            .map(|n| {
                let mut event = common::event(n);
                event.user_agent = format!("{n} {}", "x".repeat(900));
                event
            })
            .collect();
        fixture.store.append_blocking(batch, Vec::new()).expect("appends");
    }
    let all = fixture.store.read_blocking(|reader| reader.events_after_id(3998, 10)).expect("reads");
    assert_eq!(all.len(), 2);
    assert!(all[1].event.user_agent.starts_with("3999 xxx"));
}
