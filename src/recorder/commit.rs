//! Batches into the database, however long it takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use collector::Intake;
use model::{CredentialMap, DeadLetter, UsageEvent};
use store::{AppendOutcome, Store, StoreError};
use tokio::sync::mpsc;

use super::{Batch, Recorded, dead_letter};
use crate::clock::now_ms;

/// Batches that waited share a commit up to this many items: more would take too long to be stored.
const COMMIT: usize = 2048;
/// First and longest pause between attempts to commit the same batch.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// A batch that the database refused this often, and not for want of space or the like, is looked at in halves.
const REFUSALS: u32 = 3;
/// Refused events that become dead letters while no other event is accepted. Beyond, it is the database that refuses, and
/// not the events: they wait.
pub(super) const MAX_BURIED: u32 = 16;

/// Commits what was normalised.
pub(super) struct Committer {
    pub(super) store: Store,
    pub(super) recorded: Arc<Recorded>,
    pub(super) intake: Arc<Intake>,
    pub(super) credentials: Arc<ArcSwap<CredentialMap>>,
    /// How long it goes on trying when the intake is closed.
    pub(super) patience_at_end: Duration,
    pub(super) closing_since: Option<Instant>,
    /// Events that became dead letters since one was accepted.
    pub(super) buried: u32,
}

impl Committer {
    pub(super) async fn run(mut self, mut batches: mpsc::Receiver<Batch>) {
        while let Some(mut first) = batches.recv().await {
            while first.items < COMMIT
                && let Ok(next) = batches.try_recv()
            {
                first.items += next.items;
                first.events.extend(next.events);
                first.dead_letters.extend(next.dead_letters);
                first.unnamed.extend(next.unnamed);
            }
            let (size, items) = (first.events.len() as u64, first.items);
            if !(first.events.is_empty() && first.dead_letters.is_empty()) {
                self.commit(first).await;
            }
            self.recorded.waiting.fetch_sub(size, Ordering::Relaxed);
            self.intake.settle(items);
        }
    }

    /// Stores a batch, or what can be stored of it.
    async fn commit(&mut self, batch: Batch) {
        // What is still to be stored, the next on top, and how often a part may be refused before it is halved.
        let mut parts = vec![(batch, REFUSALS)];
        'parts: while let Some((mut part, mut chances)) = parts.pop() {
            let mut pause = RETRY.0;
            while let Err(error) = self.attempt(&mut part).await {
                tracing::warn!(%error, events = part.events.len(), "a batch is not stored yet");
                if self.is_over(&part, &parts) {
                    return;
                }
                // A defect, or a value that the schema does not take: time does not heal it.
                if matches!(error, StoreError::Internal(_)) {
                    chances = chances.saturating_sub(1);
                    if chances == 0 && self.may_be_halved(&part) {
                        self.buried += u32::from(is_lone_event(&part));
                        let (first, second) = halve(part, &error);
                        // The reason is in there: one refusal is enough from now on.
                        parts.extend(second.map(|second| (second, 1)));
                        (part, chances) = (first, 1);
                        continue;
                    }
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RETRY.1);
                if chances == 0 && is_lone_event(&part) && !parts.is_empty() {
                    // One that is accepted would show that it is this one's fault: the others first.
                    parts.insert(0, (part, 1));
                    continue 'parts;
                }
            }
        }
    }

    /// Whether the reason of a refusal can be looked for in less of the part. Of a single event it becomes a dead letter, unless
    /// it seems to be the database that refuses; a dead letter is tried until it is stored.
    fn may_be_halved(&self, part: &Batch) -> bool {
        match (part.events.len(), part.dead_letters.len()) {
            (0, 0 | 1) => false,
            (1, 0) => self.buried < MAX_BURIED,
            _ => true,
        }
    }

    /// Tries once; a part that was refused is whole again.
    async fn attempt(&mut self, part: &mut Batch) -> Result<(), StoreError> {
        let dead = part.dead_letters.len() as u64;
        let (events, dead_letters) =
            (std::mem::take(&mut part.events), std::mem::take(&mut part.dead_letters));
        let given = events.len() + dead_letters.len();
        match self.store.append_unnamed(events, dead_letters, part.unnamed.clone()).await {
            Ok(outcome) => {
                if !outcome.inserted.is_empty() {
                    self.buried = 0;
                }
                self.count(&outcome, dead);
                self.recorded.committed_unnamed(&part.unnamed, &self.credentials.load());
                Ok(())
            }
            Err(rejected) => {
                // Only a writer that ended abnormally gives nothing back.
                let lost = given - rejected.events.len() - rejected.dead_letters.len();
                self.recorded.abandoned.fetch_add(lost as u64, Ordering::Relaxed);
                part.events = rejected.events;
                part.dead_letters = rejected.dead_letters;
                Err(rejected.error)
            }
        }
    }

    fn count(&self, outcome: &AppendOutcome, dead: u64) {
        let recorded = &self.recorded;
        recorded.stored.fetch_add(outcome.inserted.len() as u64, Ordering::Relaxed);
        recorded.duplicate.fetch_add(outcome.duplicates as u64, Ordering::Relaxed);
        recorded.dead.fetch_add(dead, Ordering::Relaxed);
        if !outcome.inserted.is_empty() || outcome.duplicates > 0 {
            recorded.last_inserted_at.store(now_ms(), Ordering::Relaxed);
        }
    }

    /// Whether the process ends and the patience with it; what is lost then is counted.
    fn is_over(&mut self, part: &Batch, others: &[(Batch, u32)]) -> bool {
        if !self.intake.is_closed() {
            return false;
        }
        let since = *self.closing_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.patience_at_end {
            return false;
        }
        let parts = std::iter::once(part).chain(others.iter().map(|(part, _)| part));
        let lost: usize = parts.map(|part| part.events.len() + part.dead_letters.len()).sum();
        self.recorded.abandoned.fetch_add(lost as u64, Ordering::Relaxed);
        tracing::error!(
            items = lost,
            "items were given up: the database cannot be written and the process ends"
        );
        true
    }
}

fn is_lone_event(part: &Batch) -> bool {
    part.events.len() == 1 && part.dead_letters.is_empty()
}

/// The two halves of a refused part; of a single event its dead letter.
fn halve(mut part: Batch, error: &StoreError) -> (Batch, Option<Batch>) {
    let mut second = Batch { unnamed: part.unnamed.clone(), ..Batch::default() };
    match (part.events.len(), part.dead_letters.len()) {
        (1, 0) => {
            part.dead_letters = part.events.drain(..).map(|event| refused(&event, error)).collect();
            return (part, None);
        }
        (0, letters) => second.dead_letters = part.dead_letters.split_off(letters / 2),
        (events, 0) => second.events = part.events.split_off(events / 2),
        _ => second.dead_letters = std::mem::take(&mut part.dead_letters),
    }
    (part, Some(second))
}

/// An event that the database refuses for itself.
fn refused(event: &UsageEvent, error: &StoreError) -> DeadLetter {
    tracing::error!(%error, "the database refuses an event; it is kept as a dead letter");
    let mut line = Vec::new();
    normaliser::export::write_line(event, &mut line);
    let error = format!("the database refuses the event: {error}");
    dead_letter(&line, line.len() as u64, error, event.created_at_ms)
}
