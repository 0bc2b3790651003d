//! Keeps the write-ahead log short.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB};
use tokio::sync::watch;

use crate::health::{Health, now_ms};
use crate::reader::Pool;

/// Frames (pages of 4 KiB) after which the log is copied into the database: 32 MiB. Larger means fewer rewrites of the
/// same page under load, smaller a quicker start after a crash.
const USUAL_FRAMES: i64 = 8 * 1024;

/// Frames between two attempts while a reader stands in the way.
const RETRY_FRAMES: i64 = 1024;

/// Frames from which the writer waits for readers: 64 MiB. Only reads that overlap without a pause get it there. They are
/// stopped after a second, new ones wait, and the writer does not write meanwhile.
const FORCE_FRAMES: i64 = 16 * 1024;

/// How long a forced attempt waits for readers of other processes.
const FORCE_PATIENCE: Duration = Duration::from_millis(1500);

/// Pause after a forced attempt that failed: only a foreign process can cause that.
const FORCE_PAUSE: Duration = Duration::from_secs(10);

/// The last attempt to copy the log into the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// `passive` (readers go on) or `truncate` (the log starts anew).
    pub mode: &'static str,
    /// Whether something kept it from being complete.
    pub busy: bool,
    /// Frames in the log.
    pub log_frames: i32,
    /// Frames that are in the database now.
    pub copied_frames: i32,
    /// When it began, Unix milliseconds.
    pub at_ms: i64,
    /// How long it took.
    pub took: Duration,
}

pub(crate) struct Checkpointer {
    health: Arc<watch::Sender<Health>>,
    /// Frames in the log after the last commit, as the log's hook saw them.
    frames: Arc<AtomicI64>,
    last_frames: i64,
    next_at: i64,
    forced: Option<Instant>,
}

impl Checkpointer {
    pub(crate) fn new(frames: Arc<AtomicI64>, health: Arc<watch::Sender<Health>>) -> Self {
        Self { health, frames, last_frames: 0, next_at: USUAL_FRAMES, forced: None }
    }

    pub(crate) fn after_commit(&mut self, conn: &Connection, pool: &Pool) {
        let frames = self.frames.load(Ordering::Relaxed);
        if frames < self.last_frames {
            // The log began anew.
            self.next_at = USUAL_FRAMES;
        }
        self.last_frames = frames;
        if frames < self.next_at {
            return;
        }
        self.next_at = frames + RETRY_FRAMES;
        let pausing = self.forced.is_some_and(|at| at.elapsed() < FORCE_PAUSE);
        if frames >= FORCE_FRAMES && !pausing {
            self.force(conn, pool);
        } else {
            self.run(conn, CheckpointMode::PASSIVE);
        }
    }

    fn force(&mut self, conn: &Connection, pool: &Pool) {
        let truncate = || self.run(conn, CheckpointMode::TRUNCATE);
        let shrunk = pool.without_readers(|| with_patience(conn, FORCE_PATIENCE, truncate));
        self.forced = (!shrunk).then(Instant::now);
        if !shrunk {
            tracing::warn!("the write-ahead log cannot shrink: another process reads the database");
        }
    }

    pub(crate) fn when_idle(&mut self, conn: &Connection) {
        if self.frames.load(Ordering::Relaxed) > 0
            && with_patience(conn, Duration::ZERO, || self.run(conn, CheckpointMode::TRUNCATE))
        {
            self.frames.store(0, Ordering::Relaxed);
            self.last_frames = 0;
            self.next_at = USUAL_FRAMES;
        }
    }

    pub(crate) fn finish(&mut self, conn: &Connection) {
        with_patience(conn, FORCE_PATIENCE, || self.run(conn, CheckpointMode::TRUNCATE));
    }

    /// Whether the whole log is in the database now. A failure does no harm: the log keeps everything.
    fn run(&self, conn: &Connection, mode: CheckpointMode) -> bool {
        let (at_ms, began) = (now_ms(), Instant::now());
        let outcome = conn.wal_checkpoint_v2(Some(MAIN_DB), mode);
        let (complete, log_frames, copied_frames) = match outcome {
            Ok((frames, done)) => (frames == done, frames, done),
            Err(error) => {
                tracing::debug!(%error, "checkpoint");
                (false, 0, 0)
            }
        };
        let mode = if matches!(mode, CheckpointMode::PASSIVE) { "passive" } else { "truncate" };
        let checkpoint =
            Checkpoint { mode, busy: !complete, log_frames, copied_frames, at_ms, took: began.elapsed() };
        // Nobody has to be woken for this.
        self.health.send_if_modified(|health| {
            health.checkpoint = Some(checkpoint);
            false
        });
        complete
    }
}

fn with_patience<T>(conn: &Connection, patience: Duration, work: impl FnOnce() -> T) -> T {
    let set = |timeout| {
        if let Err(error) = conn.busy_timeout(timeout) {
            tracing::debug!(%error, "busy time-out");
        }
    };
    set(patience);
    let outcome = work();
    set(crate::connection::BUSY_TIMEOUT);
    outcome
}
