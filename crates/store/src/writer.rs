//! The one thread that writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use crate::append::{Append, AppendOutcome};
use crate::backup::{After, BackupJob};
use crate::checkpoint::Checkpointer;
use crate::dictionary::Dictionaries;
use crate::error::StoreError;
use crate::feed::{self, ChangeKind, IdRanges};
use crate::health::{self, Health};
use crate::queue::Queue;
use crate::reader::Pool;
use crate::steps::{self, Step};

/// Work for the writer.
pub(crate) enum Job {
    Append(Append),
    Write(Box<dyn WriteJob>),
    Backup(BackupJob),
    Close,
}

/// A transaction other than an append.
pub(crate) trait WriteJob: Send {
    fn run(self: Box<Self>, writer: &mut Writer);
}

/// Counters that readers of the process see without asking the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Stored events.
    pub events: i64,
    /// Items that ever became dead letters, also those that are no longer listed.
    pub dead_letters: i64,
    /// Newest entry of the change feed.
    pub generation: i64,
    /// Highest id ever given to an event; 0 if there was none.
    pub last_event_id: i64,
    /// Earliest plausible event time, Unix milliseconds.
    pub first_ms: Option<i64>,
    /// Latest plausible event time, Unix milliseconds.
    pub last_ms: Option<i64>,
}

/// The row of `state`, as of the open transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) clean: bool,
    pub(crate) generation: i64,
    pub(crate) feed_floor: i64,
    pub(crate) next_event_id: i64,
    pub(crate) event_count: i64,
    pub(crate) dead_letter_count: i64,
    pub(crate) first_ms: Option<i64>,
    pub(crate) last_ms: Option<i64>,
}

impl State {
    pub(crate) fn load(conn: &Connection) -> rusqlite::Result<Self> {
        conn.query_row(
            "SELECT clean, generation, feed_floor, next_event_id, event_count, dead_letter_count, first_ms, last_ms \
             FROM state",
            (),
            |row| {
                Ok(Self {
                    clean: row.get(0)?,
                    generation: row.get(1)?,
                    feed_floor: row.get(2)?,
                    next_event_id: row.get(3)?,
                    event_count: row.get(4)?,
                    dead_letter_count: row.get(5)?,
                    first_ms: row.get(6)?,
                    last_ms: row.get(7)?,
                })
            },
        )
    }

    fn save(&self, conn: &Connection) -> rusqlite::Result<()> {
        conn.prepare_cached(
            "UPDATE state SET clean = ?, generation = ?, feed_floor = ?, next_event_id = ?, event_count = ?, \
             dead_letter_count = ?, first_ms = ?, last_ms = ?",
        )?
        .execute((
            self.clean,
            self.generation,
            self.feed_floor,
            self.next_event_id,
            self.event_count,
            self.dead_letter_count,
            self.first_ms,
            self.last_ms,
        ))?;
        Ok(())
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            events: self.event_count,
            dead_letters: self.dead_letter_count,
            generation: self.generation,
            last_event_id: self.next_event_id - 1,
            first_ms: self.first_ms,
            last_ms: self.last_ms,
        }
    }

    pub(crate) fn include_time(&mut self, ms: i64) {
        self.first_ms = Some(self.first_ms.map_or(ms, |first| first.min(ms)));
        self.last_ms = Some(self.last_ms.map_or(ms, |last| last.max(ms)));
    }
}

/// How long the writer waits for work before it tidies up.
const IDLE: Duration = Duration::from_secs(5);

/// How long the writer waits for work before it does a piece of a background step.
const STEP_PAUSE: Duration = Duration::from_millis(20);

/// What a transaction works with.
pub(crate) struct Transaction<'w> {
    pub(crate) conn: &'w Connection,
    pub(crate) dictionaries: &'w mut Dictionaries,
    pub(crate) state: &'w mut State,
    pub(crate) run_recorded: &'w mut bool,
}

impl Transaction<'_> {
    /// Puts a change of events into the feed.
    pub(crate) fn record(&mut self, kind: ChangeKind, ids: &IdRanges) -> rusqlite::Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let generation = self.state.generation + 1;
        if !*self.run_recorded {
            feed::record_run(self.conn, generation)?;
            *self.run_recorded = true;
        }
        feed::record(self.conn, generation, kind, ids)?;
        self.state.generation = generation;
        self.state.feed_floor = feed::prune(self.conn, generation, self.state.feed_floor)?;
        Ok(())
    }
}

/// The writing connection and all that belongs to it.
pub(crate) struct Writer {
    /// Shared with a running backup only, which is on this thread too.
    pub(crate) conn: Rc<Connection>,
    pub(crate) queue: Arc<Queue<Job>>,
    dictionaries: Dictionaries,
    state: State,
    run_recorded: bool,
    checkpointer: Checkpointer,
    pool: Arc<Pool>,
    health: Arc<watch::Sender<Health>>,
    counts: watch::Sender<Counts>,
    pub(crate) guest: bool,
    check_is_open: Arc<AtomicBool>,
    steps: &'static [Step],
    steps_left: bool,
}

pub(crate) struct WriterParts {
    pub(crate) conn: Connection,
    pub(crate) frames: Arc<AtomicI64>,
    pub(crate) queue: Arc<Queue<Job>>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) health: Arc<watch::Sender<Health>>,
    pub(crate) counts: watch::Sender<Counts>,
    pub(crate) state: State,
    pub(crate) guest: bool,
    /// Whether the file still has to prove that it is sound.
    pub(crate) check_is_open: Arc<AtomicBool>,
    pub(crate) steps: &'static [Step],
}

impl Writer {
    /// Has the log's length noted at every commit.
    pub(crate) fn watch_log(conn: &mut Connection) -> rusqlite::Result<Arc<AtomicI64>> {
        let frames = Arc::new(AtomicI64::new(0));
        let seen = Arc::clone(&frames);
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            seen.store(i64::from(pages), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(frames)
    }

    pub(crate) fn new(parts: WriterParts) -> Self {
        Self {
            checkpointer: Checkpointer::new(parts.frames, Arc::clone(&parts.health)),
            conn: Rc::new(parts.conn),
            queue: parts.queue,
            dictionaries: Dictionaries::new(),
            state: parts.state,
            run_recorded: false,
            pool: parts.pool,
            health: parts.health,
            counts: parts.counts,
            guest: parts.guest,
            check_is_open: parts.check_is_open,
            steps: parts.steps,
            steps_left: true,
        }
    }

    /// Works until a job says to stop.
    pub(crate) fn work(mut self) {
        let _end = End { queue: Arc::clone(&self.queue), health: Arc::clone(&self.health) };
        let mut tidied = false;
        loop {
            let stepping = !self.guest && self.steps_left;
            match self.queue.pop(if stepping { STEP_PAUSE } else { IDLE }) {
                Some(queued) => {
                    tidied = false;
                    // What a panic outside of a transaction breaks is one job: whoever waits for it hears that it is gone.
                    let after = catch_unwind(AssertUnwindSafe(|| match queued.job {
                        Job::Close => After::Close,
                        Job::Backup(job) => job.run(&mut self),
                        job => {
                            self.one(job);
                            After::Continue
                        }
                    }));
                    if after.is_ok_and(|after| after == After::Close) {
                        break;
                    }
                }
                None if stepping => self.step(),
                None if !tidied => {
                    self.tidy();
                    tidied = true;
                }
                None => {}
            }
        }
        self.close();
    }

    /// Does a job other than closing and backing up. Jobs of those kinds are handed back.
    pub(crate) fn one(&mut self, job: Job) {
        match job {
            Job::Append(first) => self.append_group(first),
            Job::Write(job) => job.run(self),
            Job::Backup(job) => job.refuse(),
            Job::Close => {}
        }
        if !self.guest {
            self.checkpointer.after_commit(&self.conn, &self.pool);
        }
    }

    /// Runs `work` in one transaction that is durable when this returns `Ok`, and undone when it returns `Err`.
    pub(crate) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let before = (self.state, self.run_recorded);
        // The panic hook has logged where. All that the work can have left half done is undone below.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.attempt(work)))
            .unwrap_or_else(|_| Err(StoreError::Internal("a defect stopped the transaction".to_owned())));
        match &outcome {
            Ok(_) => {
                health::commit_succeeded(&self.health);
                let counts = self.state.counts();
                self.counts.send_if_modified(|known| std::mem::replace(known, counts) != counts);
            }
            Err(error) => {
                (self.state, self.run_recorded) = before;
                if !self.conn.is_autocommit()
                    && let Err(error) = self.conn.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "a failed transaction could not be rolled back");
                }
                self.dictionaries.forget();
                health::commit_failed(&self.health, error);
            }
        }
        outcome
    }

    fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if !self.conn.is_autocommit() {
            // The end of an earlier transaction failed.
            self.conn.execute_batch("ROLLBACK")?;
        }
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        if self.guest {
            // The owner may have written since; a guest writes settings only, and leaves the counters alone.
            self.state = State::load(&self.conn)?;
        }
        let mut state = self.state;
        state.clean = state.clean && self.guest;
        let value = work(&mut Transaction {
            conn: &self.conn,
            dictionaries: &mut self.dictionaries,
            state: &mut state,
            run_recorded: &mut self.run_recorded,
        })?;
        if state != self.state {
            state.save(&self.conn)?;
        }
        self.conn.prepare_cached("COMMIT")?.execute(())?;
        self.state = state;
        Ok(value)
    }

    fn append_group(&mut self, first: Append) {
        if self.guest {
            return first.fail(StoreError::Guest);
        }
        let mut group = vec![first];
        let mut events = group[0].size();
        // Appends that wait already share one transaction, up to a size that keeps commits short.
        while let Some(next) = self.queue.pop_if(
            |job| matches!(job, Job::Append(append) if events + append.size() <= crate::append::GROUP_EVENTS),
        ) {
            let crate::queue::Queued { job: Job::Append(append), .. } = next else { break };
            events += append.size();
            group.push(append);
        }
        let outcome = self.transaction(|transaction| {
            group.iter().map(|append| append.write(transaction)).collect::<Result<Vec<AppendOutcome>, _>>()
        });
        match outcome {
            Ok(outcomes) => {
                for (append, outcome) in group.into_iter().zip(outcomes) {
                    append.succeed(outcome);
                }
            }
            // One batch that cannot be stored must not take the others with it.
            Err(error) if group.len() > 1 && !error.is_environmental() => {
                for append in group {
                    match self.transaction(|transaction| append.write(transaction)) {
                        Ok(outcome) => append.succeed(outcome),
                        Err(error) => append.fail(error),
                    }
                }
            }
            Err(error) => group.into_iter().for_each(|append| append.fail(error.clone())),
        }
    }

    /// One piece of the first background step that is not done. After an error the steps rest until the next start.
    fn step(&mut self) {
        let next = match steps::next(&self.conn, self.steps) {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "the state of background steps could not be read");
                None
            }
        };
        self.steps_left = match &next {
            None => false,
            Some((step, cursor)) => {
                let outcome = self.transaction(|transaction| steps::advance(transaction, step, *cursor));
                if let Err(error) = &outcome {
                    tracing::warn!(step = step.name, %error, "a background step failed");
                }
                self.checkpointer.after_commit(&self.conn, &self.pool);
                outcome.is_ok()
            }
        };
        let name = next.filter(|_| self.steps_left).map(|(step, _)| step.name);
        self.health.send_if_modified(|health| std::mem::replace(&mut health.migrating, name) != name);
    }

    fn tidy(&mut self) {
        if !self.guest {
            self.checkpointer.when_idle(&self.conn);
        }
        self.pool.close_idle();
        self.dictionaries.forget();
        if let Err(error) = self.conn.release_memory() {
            tracing::debug!(%error, "memory could not be released");
        }
    }

    fn close(mut self) {
        self.pool.close_idle();
        if !self.guest && !self.state.clean && !self.check_is_open.load(Ordering::Relaxed) {
            let outcome = self.transaction(|transaction| {
                transaction.state.clean = true;
                Ok(())
            });
            if let Err(error) = outcome {
                tracing::warn!(%error, "the orderly stop could not be noted; the file is checked at the next start");
            }
        }
        if !self.guest {
            self.checkpointer.finish(&self.conn);
        }
        self.health.send_modify(|health| health.state = health::StoreState::Closed);
        if let Some(conn) = Rc::into_inner(self.conn)
            && let Err((_, error)) = conn.close()
        {
            tracing::warn!(%error, "the database did not close in order");
        }
    }
}

/// Runs when the thread ends, however: nobody may wait for a writer that is not there.
pub(crate) struct End {
    pub(crate) queue: Arc<Queue<Job>>,
    pub(crate) health: Arc<watch::Sender<Health>>,
}

impl Drop for End {
    fn drop(&mut self) {
        self.queue.close();
        while let Some(left) = self.queue.pop(Duration::ZERO) {
            // The others hear it from their channel.
            if let Job::Append(append) = left.job {
                append.fail(StoreError::Closed);
            }
        }
        if std::thread::panicking() {
            let error = StoreError::Internal("the writer ended by a defect; restart the manager".to_owned());
            health::commit_failed(&self.health, &error);
        }
    }
}

/// A closure as a job, answering over a channel.
pub(crate) struct Call<T, F> {
    pub(crate) work: F,
    pub(crate) answer: oneshot::Sender<Result<T, StoreError>>,
    /// Whether a guest may do it.
    pub(crate) guest: bool,
}

impl<T, F> WriteJob for Call<T, F>
where
    T: Send,
    F: FnOnce(&mut Transaction<'_>) -> Result<T, StoreError> + Send,
{
    fn run(self: Box<Self>, writer: &mut Writer) {
        let started = Instant::now();
        let outcome =
            if writer.guest && !self.guest { Err(StoreError::Guest) } else { writer.transaction(self.work) };
        tracing::trace!(elapsed = ?started.elapsed(), "write");
        // Nobody waits any more: the work is done all the same.
        let _ = self.answer.send(outcome);
    }
}
