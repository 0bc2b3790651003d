//! Months of records at full speed.

use std::collections::BinaryHeap;

use bytes::Bytes;

use super::day::{SLOT_MS, Slot};
use super::generator::{TrafficGenerator, When};

/// Records of the past, in time order. See [`TrafficGenerator::history`].
pub struct History<'a> {
    generator: &'a mut TrafficGenerator,
    from_ms: i64,
    to_ms: i64,
    events: u64,
    emitted: u64,
    next_slot: i64,
    slots: i64,
    passed: f64,
    whole: f64,
    /// Start times of this slot's requests, latest first.
    starts: Vec<i64>,
    /// Records that wait for their time, earliest on top.
    waiting: BinaryHeap<Waiting>,
    order: u64,
}

/// A record in the heap; the order of creation decides among equal times.
struct Waiting {
    start_ms: i64,
    order: u64,
    record: Bytes,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        (self.start_ms, self.order) == (other.start_ms, other.order)
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Reversed: the heap's greatest is the earliest.
        (other.start_ms, other.order).cmp(&(self.start_ms, self.order))
    }
}

impl<'a> History<'a> {
    pub(super) fn new(generator: &'a mut TrafficGenerator, from_ms: i64, to_ms: i64, events: u64) -> Self {
        let slots = (to_ms - from_ms).max(1).div_euclid(SLOT_MS) + 1;
        let whole = (0..slots).map(|slot| Slot::at(&generator.world, from_ms + slot * SLOT_MS).total()).sum();
        Self {
            generator,
            from_ms,
            to_ms,
            events,
            emitted: 0,
            next_slot: 0,
            slots,
            passed: 0.0,
            whole,
            starts: Vec::new(),
            waiting: BinaryHeap::new(),
            order: 0,
        }
    }

    /// Draws the start times of the next slot.
    fn enter_slot(&mut self) {
        let begins = self.from_ms + self.next_slot * SLOT_MS;
        self.next_slot += 1;
        self.generator.slot = Slot::at(&self.generator.world, begins);
        self.passed += self.generator.slot.total();
        let last = self.next_slot >= self.slots;
        let share = if last { 1.0 } else { self.passed / self.whole.max(f64::MIN_POSITIVE) };
        // Further attempts of earlier requests take the place of some new ones.
        let due = (self.events as f64 * share).round() as u64;
        let wanted = due.min(self.events).saturating_sub(self.emitted + self.waiting.len() as u64);
        let width = (self.to_ms - begins).clamp(1, SLOT_MS).cast_unsigned();
        let random = &mut self.generator.random;
        self.starts = (0..wanted).map(|_| begins + i64::try_from(random.below(width)).unwrap_or(0)).collect();
        self.starts.sort_unstable_by(|left, right| right.cmp(left));
    }
}

impl Iterator for History<'_> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        while self.emitted < self.events {
            let next_start = self.starts.last().copied();
            let ready = match (self.waiting.peek(), next_start) {
                (Some(waiting), Some(start)) => waiting.start_ms <= start,
                (Some(_), None) => self.next_slot >= self.slots,
                (None, _) => false,
            };
            if ready || (next_start.is_none() && self.next_slot >= self.slots) {
                self.emitted += 1;
                return self.waiting.pop().map(|waiting| waiting.record);
            }
            let Some(start_ms) = self.starts.pop() else {
                self.enter_slot();
                continue;
            };
            for (start_ms, record) in self.generator.request(When::StartsAt(start_ms)) {
                self.order += 1;
                self.waiting.push(Waiting { start_ms, order: self.order, record });
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.events - self.emitted).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}
