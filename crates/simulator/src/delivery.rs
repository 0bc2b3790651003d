//! The delivery log: what became of every record, and when.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;

/// The number of a record in order of publication, starting with 1; never reused, not even by a restart.
pub type Sequence = u64;

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Written completely to the socket of a subscriber.
    SubscriberWritten,
    /// Popped by `GET usage-queue`.
    HttpPop,
    /// Popped by `LPOP` or `RPOP`.
    RespPop,
    /// Lost for a subscriber because its 256 slots were full; the subscriber was cut off.
    DroppedByOverflow,
    /// Lost with a subscriber that went away, in its buffer or half-written (so it may have arrived).
    LostOnDisconnect,
    /// Written into a connection that leads nowhere because of a half-open fault.
    Swallowed,
    /// Older than the retention when the queue was pruned.
    Expired,
    /// Thrown away with the queue by a restart, or by management being turned off.
    Cleared,
    /// Never accepted: publishing or management was off.
    Refused,
}

impl Outcome {
    /// Whether the record left the gateway towards a consumer.
    #[must_use]
    pub const fn is_handed_over(self) -> bool {
        matches!(self, Self::SubscriberWritten | Self::HttpPop | Self::RespPop | Self::Swallowed)
    }
}

/// One line of the delivery log. A record that went to two subscribers has two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Which record.
    pub sequence: Sequence,
    /// What became of it.
    pub outcome: Outcome,
    /// The subscriber or connection concerned; 0 where there is none.
    pub connection: u64,
    /// When, on the monotonic clock.
    pub at: Instant,
    /// When, in Unix milliseconds of the real clock (the clock offset is not part of it).
    pub unix_ms: i64,
}

/// A copy of the delivery log, in the order of events.
#[derive(Debug, Clone, Default)]
pub struct DeliveryLog {
    entries: Vec<Delivery>,
}

impl DeliveryLog {
    /// All lines.
    #[must_use]
    pub fn entries(&self) -> &[Delivery] {
        &self.entries
    }

    /// The lines with this outcome.
    pub fn with_outcome(&self, outcome: Outcome) -> impl Iterator<Item = &Delivery> {
        self.entries.iter().filter(move |entry| entry.outcome == outcome)
    }

    /// How many lines have this outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.with_outcome(outcome).count()
    }

    /// The lines of one record.
    pub fn of(&self, sequence: Sequence) -> impl Iterator<Item = &Delivery> {
        self.entries.iter().filter(move |entry| entry.sequence == sequence)
    }

    /// The numbers of all records that were handed to a consumer at least once, ascending, each once.
    #[must_use]
    pub fn handed_over(&self) -> Vec<Sequence> {
        let mut sequences: Vec<Sequence> = self
            .entries
            .iter()
            .filter(|entry| entry.outcome.is_handed_over())
            .map(|entry| entry.sequence)
            .collect();
        sequences.sort_unstable();
        sequences.dedup();
        sequences
    }
}

/// The log as the gateway writes it.
pub(crate) struct Recorder {
    on: AtomicBool,
    entries: Mutex<Vec<Delivery>>,
}

impl Recorder {
    pub(crate) fn new(on: bool) -> Self {
        Self { on: AtomicBool::new(on), entries: Mutex::new(Vec::new()) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Delivery>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(
        &self,
        sequences: impl IntoIterator<Item = Sequence>,
        outcome: Outcome,
        connection: u64,
        unix_ms: i64,
    ) {
        if !self.on.load(Ordering::Relaxed) {
            return;
        }
        let at = Instant::now();
        self.lock().extend(sequences.into_iter().map(|sequence| Delivery {
            sequence,
            outcome,
            connection,
            at,
            unix_ms,
        }));
    }

    pub(crate) fn snapshot(&self) -> DeliveryLog {
        DeliveryLog { entries: self.lock().clone() }
    }
}
