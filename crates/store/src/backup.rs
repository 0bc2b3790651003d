//! Copies of the running database.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::file;
use crate::writer::{Job, Writer};

/// Pages copied between two looks at the queue: 1 MiB, a few milliseconds.
const PAGES_PER_STEP: i32 = 256;

/// Page cache of the copy's connection, KiB.
const CACHE_KIB: i64 = 1024;

/// A finished, verified copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The copy.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Events in it.
    pub events: i64,
}

pub(crate) struct BackupJob {
    pub(crate) to: PathBuf,
    pub(crate) answer: oneshot::Sender<Result<(), StoreError>>,
}

/// Whether the writer goes on after a backup.
#[derive(PartialEq, Eq)]
pub(crate) enum After {
    Continue,
    Close,
}

impl BackupJob {
    /// Only one copy is made at a time.
    pub(crate) fn refuse(self) {
        let _ = self.answer.send(Err(StoreError::Busy));
    }

    /// Copies page by page over the writer's own connection, and does the writer's other work in between. Changes that this
    /// connection makes go into the copy too, so the copying never has to start over.
    pub(crate) fn run(self, writer: &mut Writer) -> After {
        let mut after = After::Continue;
        let outcome = copy(&self.to, writer, &mut after).map_err(StoreError::from);
        let _ = self.answer.send(outcome);
        after
    }
}

fn copy(to: &Path, writer: &mut Writer, after: &mut After) -> rusqlite::Result<()> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags(to, flags)?;
    // The copy counts only when it is whole, verified and synced, so nothing before that needs to be durable.
    target.execute_batch(&format!(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{CACHE_KIB};"
    ))?;
    let source = Rc::clone(&writer.conn);
    if writer.guest {
        return copy_one_moment(&source, &mut target);
    }
    let backup = Backup::new(&source, &mut target)?;
    loop {
        match backup.step(PAGES_PER_STEP)? {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => std::thread::sleep(Duration::from_millis(1)),
            _ => {}
        }
        while let Some(queued) = writer.queue.pop(Duration::ZERO) {
            if matches!(queued.job, Job::Close) {
                *after = After::Close;
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT),
                    Some("stopped before the copy was whole".to_owned()),
                ));
            }
            writer.one(queued.job);
        }
    }
}

/// A guest sees the owner's commits as changes from outside, and each of them would make the copying start over. So it
/// copies within one read transaction; the owner's log cannot be reused for that long.
fn copy_one_moment(source: &Connection, target: &mut Connection) -> rusqlite::Result<()> {
    let moment = source.unchecked_transaction()?;
    // A transaction begins with its first read.
    moment.query_row("SELECT 1 FROM state", (), |_| Ok(()))?;
    let backup = Backup::new(source, target)?;
    loop {
        match backup.step(PAGES_PER_STEP)? {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => std::thread::sleep(Duration::from_millis(1)),
            _ => {}
        }
    }
}

/// Checks a copy from end to end and makes it a file that needs no log beside it.
pub(crate) fn seal(partial: &Path, path: &Path) -> Result<BackupReport, StoreError> {
    let conn = Connection::open_with_flags(
        partial,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    let mode: String = conn.query_row("PRAGMA journal_mode = DELETE", (), |row| row.get(0))?;
    if mode != "delete" {
        return Err(StoreError::Internal(format!("the copy stayed in journal mode {mode}")));
    }
    // The copy was made while the database was open; it is whole nevertheless.
    conn.execute("UPDATE state SET clean = 1", ())?;
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::Corrupt(verdict));
    }
    let (events, counted): (i64, i64) =
        conn.query_row("SELECT (SELECT count(*) FROM events), event_count FROM state", (), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if events != counted {
        return Err(StoreError::Corrupt(format!("{events} events instead of {counted}")));
    }
    conn.close().map_err(|(_, error)| StoreError::from(error))?;
    let io = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::DiskFull,
        _ => StoreError::Io(error.to_string()),
    };
    file::sync_file_and_directory(partial).map_err(io)?;
    fs::rename(partial, path).map_err(io)?;
    file::sync_file_and_directory(path).map_err(io)?;
    Ok(BackupReport { path: path.to_owned(), bytes: file::length(path), events })
}

/// Removes what an unfinished copy left.
pub(crate) fn discard(partial: &Path) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        // Missing files are the usual case; one that cannot be removed is replaced by the next backup.
        let _ = fs::remove_file(file::beside(partial, suffix));
    }
}
