//! The check of the file after a stop that was not in order.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use crate::connection;
use crate::error::StoreError;
use crate::file;
use crate::health::{CheckState, Health, now_ms};

/// While the log is longer than this, the check gives way: its read transaction keeps the log from shrinking. A little more
/// than the log's usual length, and less than what makes the writer wait.
const LOG_LIMIT_BYTES: u64 = 48 * 1024 * 1024;

/// Pause before the check is tried again.
const PAUSE: Duration = Duration::from_secs(30);

/// Attempts before the check is given up until the next start.
const ATTEMPTS: u32 = 40;

/// Findings that are reported.
const FINDINGS: usize = 5;

/// Virtual machine steps between two looks at the stop flag and the log.
const STEPS_PER_LOOK: i32 = 20_000;

pub(crate) struct Check {
    pub(crate) path: PathBuf,
    pub(crate) health: Arc<watch::Sender<Health>>,
    pub(crate) stop: Arc<AtomicBool>,
    /// Cleared when the file has proven sound.
    pub(crate) open: Arc<AtomicBool>,
}

impl Check {
    pub(crate) fn start(self) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("store-check".to_owned()).spawn(move || self.run())
    }

    fn report(&self, state: CheckState) {
        self.health.send_modify(|health| health.check = state);
    }

    fn run(&self) {
        tracing::info!("the last stop was not in order; the database is checked behind the normal work");
        for times in 1..=ATTEMPTS {
            self.report(CheckState::Running { started_at_ms: now_ms() });
            match self.attempt() {
                Ok(findings) if findings.is_empty() => {
                    tracing::info!("the database is sound");
                    self.open.store(false, Ordering::Relaxed);
                    return self.report(CheckState::Passed { finished_at_ms: now_ms() });
                }
                Ok(findings) => return self.damaged(findings),
                Err(StoreError::Corrupt(finding)) => return self.damaged(vec![finding]),
                Err(StoreError::ReadTooLong) => {}
                Err(error) => return self.report(CheckState::Abandoned { reason: error.to_string() }),
            }
            if self.stop.load(Ordering::Relaxed) {
                return self.report(CheckState::Abandoned { reason: "stopped".to_owned() });
            }
            self.report(CheckState::Postponed { times });
            std::thread::park_timeout(PAUSE);
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
        }
        self.report(CheckState::Abandoned { reason: "the database was never quiet enough".to_owned() });
    }

    fn damaged(&self, findings: Vec<String>) {
        tracing::error!(?findings, "the database is damaged; keep a copy and restore the newest backup");
        self.report(CheckState::Failed { finished_at_ms: now_ms(), findings });
    }

    fn attempt(&self) -> Result<Vec<String>, StoreError> {
        let mut conn = connection::open_reader(&self.path)?;
        let (stop, log) = (Arc::clone(&self.stop), file::beside(&self.path, "-wal"));
        let give_way = move || stop.load(Ordering::Relaxed) || file::length(&log) > LOG_LIMIT_BYTES;
        conn.progress_handler(STEPS_PER_LOOK, Some(give_way))?;
        let mut check = conn.prepare(&format!("PRAGMA quick_check({FINDINGS})"))?;
        let mut rows = check.query(())?;
        let mut findings = Vec::new();
        while let Some(row) = rows.next()? {
            let finding: String = row.get(0)?;
            if finding != "ok" {
                findings.push(finding);
            }
        }
        Ok(findings)
    }
}
