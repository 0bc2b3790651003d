use std::time::Duration;

use super::common::{Fixture, event, events};
use crate::FoundEvents;

/// The first digits of an event's hash.
fn digits(n: u64, count: usize) -> String {
    let hash = event(n).event_hash;
    hash.0.iter().map(|byte| format!("{byte:02X}")).collect::<String>()[..count].to_owned()
}

#[test]
fn a_hash_is_found_wherever_the_slices_of_its_index_end_and_a_long_walk_says_that_it_was_cut() {
    let fixture = Fixture::new();
    let mut all = events(0..50);
    // Many events of one time do not fit into a slice.
    for event in &mut all[10..30] {
        event.time.ms = all_at();
    }
    fixture.store.append_blocking(all, Vec::new()).expect("appends");
    let found = |digits: String, limit: usize, entries: usize, time: Duration| {
        let read = move |reader: &crate::Reader<'_>| reader.hashes_in_slices(&digits, limit, entries, time);
        fixture.store.read_blocking(read).expect("reads")
    };
    let long = Duration::from_secs(10);
    for n in 0..50 {
        let id = n as i64 + 1;
        for entries in [1, 7, 1000] {
            let one = found(digits(n, 12), 10, entries, long);
            assert_eq!(one, FoundEvents { ids: vec![id], cut: false }, "{n} in slices of {entries}");
        }
    }
    assert_eq!(found(digits(3, 7), 10, 7, long), FoundEvents::default(), "too few digits");
    assert_eq!(found("0123456789abcdef".to_owned(), 10, 7, long), FoundEvents::default());
    // The time is up after the newest slice.
    assert_eq!(found(digits(49, 64), 10, 7, Duration::ZERO), FoundEvents { ids: vec![50], cut: true });
    assert_eq!(found(digits(0, 64), 10, 7, Duration::ZERO), FoundEvents { ids: Vec::new(), cut: true });
    assert_eq!(found(digits(49, 64), 0, 7, long), FoundEvents { ids: Vec::new(), cut: true }, "no room");
    let whole = found(digits(0, 64), 10, 1000, Duration::ZERO);
    assert_eq!(whole, FoundEvents { ids: vec![1], cut: false }, "one slice is all there is");
}

/// A time between those of the tenth and the thirtieth event.
fn all_at() -> i64 {
    event(20).time.ms
}
