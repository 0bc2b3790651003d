//! Storing events and dead letters.

use model::{DeadLetter, GatewayId, TimeQuality, UsageEvent};
use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::feed::{ChangeKind, IdRanges};
use crate::writer::Transaction;
use crate::{row, unnamed};

/// Events that share one transaction at most, when several appends wait.
pub(crate) const GROUP_EVENTS: usize = 8192;

/// Dead letters that stay listed; older ones are only counted.
pub const DEAD_LETTERS_KEPT: i64 = 10_000;

/// Longest text kept of a dead letter, bytes.
pub const DEAD_LETTER_MAX_BYTES: usize = 16 * 1024;

/// What an append did. It is durable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppendOutcome {
    /// The new events: the id, and the place in the given list.
    pub inserted: Vec<(i64, usize)>,
    /// Events that were there already.
    pub duplicates: usize,
    /// The newest generation of the change feed.
    pub generation: i64,
}

/// An append that failed, with everything that it was given: nothing of it is stored, and it can be tried again.
#[derive(Debug)]
pub struct Rejected {
    /// Why.
    pub error: StoreError,
    /// The events, as given.
    pub events: Vec<UsageEvent>,
    /// The dead letters, as given.
    pub dead_letters: Vec<DeadLetter>,
    /// The credentials without names, as given.
    pub unnamed: Vec<(GatewayId, String)>,
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} events were not stored: {}", self.events.len(), self.error)
    }
}

impl std::error::Error for Rejected {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// One append in the writer's queue.
pub(crate) struct Append {
    pub(crate) events: Vec<UsageEvent>,
    pub(crate) dead_letters: Vec<DeadLetter>,
    /// Credentials whose names the events lack.
    pub(crate) unnamed: Vec<(GatewayId, String)>,
    pub(crate) answer: oneshot::Sender<Result<AppendOutcome, Box<Rejected>>>,
}

impl Append {
    pub(crate) fn size(&self) -> usize {
        self.events.len() + self.dead_letters.len()
    }

    pub(crate) fn write(&self, transaction: &mut Transaction<'_>) -> Result<AppendOutcome, StoreError> {
        let mut outcome = AppendOutcome::default();
        for (gateway, auth_index) in &self.unnamed {
            unnamed::list(transaction.conn, *gateway, auth_index, transaction.state.next_event_id - 1)?;
        }
        let mut insert = row::prepare_insert(transaction.conn)?;
        for (i, event) in self.events.iter().enumerate() {
            let id = transaction.state.next_event_id;
            if !row::insert(transaction.conn, &mut insert, transaction.dictionaries, id, event)? {
                outcome.duplicates += 1;
                continue;
            }
            transaction.state.next_event_id += 1;
            transaction.state.event_count += 1;
            if event.time_quality != TimeQuality::Implausible {
                transaction.state.include_time(event.time.ms);
            }
            outcome.inserted.push((id, i));
        }
        if let (Some((first, _)), Some((last, _))) = (outcome.inserted.first(), outcome.inserted.last()) {
            transaction.record(ChangeKind::Inserted, &IdRanges::range(*first, *last))?;
        }
        self.write_dead_letters(transaction)?;
        outcome.generation = transaction.state.generation;
        Ok(outcome)
    }

    fn write_dead_letters(&self, transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
        if self.dead_letters.is_empty() {
            return Ok(());
        }
        let mut insert = transaction.conn.prepare_cached(
            "INSERT INTO dead_letters (created_at_ms, error, payload, payload_bytes) VALUES (?, ?, ?, ?)",
        )?;
        for letter in &self.dead_letters {
            let payload = &letter.payload[..letter.payload.floor_char_boundary(DEAD_LETTER_MAX_BYTES)];
            let error = &letter.error[..letter.error.floor_char_boundary(DEAD_LETTER_MAX_BYTES)];
            let bytes = i64::try_from(letter.payload_bytes).unwrap_or(i64::MAX);
            insert.execute((letter.created_at_ms, error, payload, bytes))?;
        }
        transaction.state.dead_letter_count += self.dead_letters.len() as i64;
        let newest = transaction.conn.last_insert_rowid();
        transaction
            .conn
            .prepare_cached("DELETE FROM dead_letters WHERE id <= ?")?
            .execute([newest - DEAD_LETTERS_KEPT])?;
        Ok(())
    }

    pub(crate) fn succeed(self, outcome: AppendOutcome) {
        // A caller that stopped waiting finds the events stored; storing them again changes nothing.
        let _ = self.answer.send(Ok(outcome));
    }

    pub(crate) fn fail(self, error: StoreError) {
        let Self { events, dead_letters, unnamed, answer } = self;
        let rejected = Rejected { error, events, dead_letters, unnamed };
        let _ = answer.send(Err(Box::new(rejected)));
    }
}
