//! Keeps the write-ahead log short.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB};

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

pub(crate) struct Checkpointer {
    /// Frames in the log after the last commit, as the log's hook saw them.
    frames: Arc<AtomicI64>,
    last_frames: i64,
    next_at: i64,
    forced: Option<Instant>,
}

impl Checkpointer {
    pub(crate) fn new(frames: Arc<AtomicI64>) -> Self {
        Self { frames, last_frames: 0, next_at: USUAL_FRAMES, forced: None }
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
            run(conn, CheckpointMode::PASSIVE);
        }
    }

    fn force(&mut self, conn: &Connection, pool: &Pool) {
        let shrunk = pool
            .without_readers(|| with_patience(conn, FORCE_PATIENCE, || run(conn, CheckpointMode::TRUNCATE)));
        self.forced = (!shrunk).then(Instant::now);
        if !shrunk {
            tracing::warn!("the write-ahead log cannot shrink: another process reads the database");
        }
    }

    pub(crate) fn when_idle(&mut self, conn: &Connection) {
        if self.frames.load(Ordering::Relaxed) > 0
            && with_patience(conn, Duration::ZERO, || run(conn, CheckpointMode::TRUNCATE))
        {
            self.frames.store(0, Ordering::Relaxed);
            self.last_frames = 0;
            self.next_at = USUAL_FRAMES;
        }
    }

    pub(crate) fn finish(&mut self, conn: &Connection) {
        with_patience(conn, FORCE_PATIENCE, || run(conn, CheckpointMode::TRUNCATE));
    }
}

/// Whether the whole log is in the database now. A failure does no harm: the log keeps everything.
fn run(conn: &Connection, mode: CheckpointMode) -> bool {
    match conn.wal_checkpoint_v2(Some(MAIN_DB), mode) {
        Ok((frames, done)) => frames == done,
        Err(error) => {
            tracing::debug!(%error, "checkpoint");
            false
        }
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
