//! The pool of reading connections, and what can be read.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::connection;
use crate::error::StoreError;
use crate::row::Decoder;

/// Longest life of one read transaction: the write-ahead log cannot shrink below what an open reader needs.
pub const READ_LIMIT: Duration = Duration::from_secs(1);

/// Virtual machine steps between two looks at the clock; well below a millisecond.
const STEPS_PER_LOOK: i32 = 2000;

/// A point in time, as milliseconds after the connection was opened, that the progress handler can see.
struct Deadline {
    epoch: Instant,
    at_ms: AtomicU64,
}

impl Deadline {
    fn set(&self, limit: Duration) {
        let at = self.epoch.elapsed().saturating_add(limit).as_millis();
        self.at_ms.store(u64::try_from(at).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn clear(&self) {
        self.at_ms.store(u64::MAX, Ordering::Relaxed);
    }

    fn passed(&self) -> bool {
        let at = self.at_ms.load(Ordering::Relaxed);
        at != u64::MAX && self.epoch.elapsed().as_millis() > u128::from(at)
    }
}

/// One reading connection with what it keeps between reads.
pub(crate) struct ReadConnection {
    conn: Connection,
    decoder: Decoder,
    deadline: Arc<Deadline>,
}

impl ReadConnection {
    fn open(path: &std::path::Path) -> rusqlite::Result<Self> {
        let mut conn = connection::open_reader(path)?;
        let deadline = Arc::new(Deadline { epoch: Instant::now(), at_ms: AtomicU64::new(u64::MAX) });
        let seen = Arc::clone(&deadline);
        conn.progress_handler(STEPS_PER_LOOK, Some(move || seen.passed()))?;
        Ok(Self { conn, decoder: Decoder::default(), deadline })
    }

    fn run<T>(
        &self,
        limit: Duration,
        read: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.deadline.set(limit);
        let outcome = self.conn.unchecked_transaction().map_err(StoreError::from).and_then(|transaction| {
            let reader = Reader { conn: &self.conn, decoder: &self.decoder, started: Instant::now() };
            let value = read(&reader)?;
            // Nothing was written; ending the transaction is all that matters.
            drop(transaction);
            Ok(value)
        });
        self.deadline.clear();
        outcome
    }
}

/// The idle connections. How many exist at once is bounded by the store's permits.
pub(crate) struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<ReadConnection>>,
    /// Held shared by every read; the writer takes it alone when the log must shrink.
    gate: RwLock<()>,
}

impl Pool {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()), gate: RwLock::new(()) }
    }

    pub(crate) fn read<T>(
        &self,
        limit: Duration,
        read: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _open = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => ReadConnection::open(&self.path)?,
        };
        let outcome = connection.run(limit, read);
        // A connection that met damage or an I/O error may hold stale pages; it is not kept.
        if !matches!(outcome, Err(StoreError::Corrupt(_) | StoreError::Io(_) | StoreError::Internal(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        outcome
    }

    /// Runs `work` while nobody reads: waits for open reads, which end within [`READ_LIMIT`], and holds new ones back.
    pub(crate) fn without_readers<T>(&self, work: impl FnOnce() -> T) -> T {
        let _closed = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// Closes idle connections and gives their memory back.
    pub(crate) fn close_idle(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        drop(idle);
    }
}

/// Reads within one transaction: everything that one `Reader` answers belongs to one moment.
///
/// A transaction lives at most [`READ_LIMIT`]; then its reads fail with [`StoreError::ReadTooLong`].
pub struct Reader<'c> {
    conn: &'c Connection,
    decoder: &'c Decoder,
    started: Instant,
}

impl<'c> Reader<'c> {
    pub(crate) fn conn(&self) -> &'c Connection {
        self.conn
    }

    pub(crate) fn decoder(&self) -> &'c Decoder {
        self.decoder
    }

    /// How long this transaction has been open.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}
