//! The store: opening, handing out work, closing.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use model::{DeadLetter, GatewayId, UsageEvent};
use tokio::sync::{Semaphore, oneshot, watch};

use crate::append::{Append, AppendOutcome, Rejected};
use crate::backup::{self, BackupJob, BackupReport};
use crate::check::Check;
use crate::error::{OpenError, StoreError};
use crate::file::{self, Inspection};
use crate::health::{CheckState, Health, now_ms};
use crate::queue::{Queue, Refused};
use crate::reader::{Pool, READ_LIMIT, Reader};
use crate::schema::{self, ID_BYTES};
use crate::steps::{STEPS, Step};
use crate::writer::{Call, Counts, Job, State, Transaction, Writer, WriterParts};
use crate::{connection, wait};

/// Jobs that may wait for the writer; further callers wait for a place.
pub const QUEUE_PLACES: usize = 64;

/// How a database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The one process that runs on the database, under a [`ProcessLock`](crate::ProcessLock): creates, migrates, writes.
    Owner,
    /// A second process beside the owner (command-line tools): reads, and writes settings only.
    Guest,
}

/// How to open.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Owner by default.
    pub role: Role,
    /// Reading connections, 1 to 64; 3 by default.
    pub readers: usize,
    /// Longest life of one read transaction; [`READ_LIMIT`] by default. Shorter in tests of what reaches it.
    pub read_limit: Duration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { role: Role::Owner, readers: 3, read_limit: READ_LIMIT }
    }
}

/// Most reading connections that make sense.
const MAX_READERS: usize = 64;

/// Bytes on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Storage {
    /// The database file.
    pub database_bytes: u64,
    /// The write-ahead log.
    pub wal_bytes: u64,
    /// The log's index.
    pub shm_bytes: u64,
    /// The part of the database file that is free for new data.
    pub free_bytes: u64,
}

struct Inner {
    path: PathBuf,
    database_id: [u8; ID_BYTES],
    queue: Arc<Queue<Job>>,
    pool: Arc<Pool>,
    readers: Arc<Semaphore>,
    read_limit: Duration,
    health: Arc<watch::Sender<Health>>,
    counts: watch::Receiver<Counts>,
    stop: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Inner {
    /// Waits until everything that was queued is done and the file is closed.
    fn close(&self) {
        self.stop.store(true, Ordering::Relaxed);
        // Refused only if it is closed already.
        let _ = self.queue.push_now(Job::Close);
        self.queue.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        self.pool.close_idle();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// The database of the product. A handle: clones share one writer thread and one set of readers.
///
/// Dropping the last handle closes the database in order, which waits for queued work.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database, creating or migrating it as an owner. Takes milliseconds at any size.
    ///
    /// Take the [`ProcessLock`](crate::ProcessLock) first. A file that is not ours is refused before anything is written.
    ///
    /// # Errors
    /// Every variant of [`OpenError`] but the lock's.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        Self::open_with(path, options, STEPS)
    }

    pub(crate) fn open_with(
        path: &Path,
        options: &OpenOptions,
        steps: &'static [Step],
    ) -> Result<Self, OpenError> {
        connection::check_library()?;
        let inspection = file::inspect(path)?;
        let path = file::resolve(path)?;
        let guest = options.role == Role::Guest;
        match inspection {
            Inspection::Fresh if guest => return Err(OpenError::Missing { path }),
            Inspection::Fresh => schema::create(&path, now_ms())?,
            Inspection::Ours { version } if guest && version < schema::VERSION => {
                return Err(OpenError::Io { path, detail: "the owner has not migrated it yet".to_owned() });
            }
            Inspection::Ours { .. } => {}
        }
        let sqlite = |error| OpenError::from_sqlite(&path, error);
        let mut conn = connection::open_writer(&path)?;
        if !guest {
            schema::migrate(&conn).map_err(|error| {
                let detail = error.to_string();
                OpenError::from_store(&path, error, detail)
            })?;
        }
        let state = State::load(&conn).map_err(sqlite)?;
        let database_id =
            conn.query_row("SELECT database_id FROM state", (), |row| row.get(0)).map_err(sqlite)?;

        let needs_check = !guest && !state.clean;
        let check =
            if needs_check { CheckState::Running { started_at_ms: now_ms() } } else { CheckState::NotNeeded };
        let health = Arc::new(watch::Sender::new(Health::new(check)));
        let (counts, counts_seen) = watch::channel(state.counts());
        let queue = Arc::new(Queue::new(QUEUE_PLACES));
        let pool = Arc::new(Pool::new(path.clone()));
        let (stop, open) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(needs_check)));
        let frames = Writer::watch_log(&mut conn).map_err(sqlite)?;
        let parts = WriterParts {
            conn,
            frames,
            queue: Arc::clone(&queue),
            pool: Arc::clone(&pool),
            health: Arc::clone(&health),
            counts,
            state,
            guest,
            check_is_open: Arc::clone(&open),
            steps,
        };
        let io = |error: std::io::Error| OpenError::from_io(&path, &error);
        let writer = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || Writer::new(parts).work())
            .map_err(io)?;
        let mut threads = vec![writer];
        if needs_check {
            let check =
                Check { path: path.clone(), health: Arc::clone(&health), stop: Arc::clone(&stop), open };
            threads.push(check.start().map_err(io)?);
        }
        let inner = Inner {
            path,
            database_id,
            queue,
            pool,
            readers: Arc::new(Semaphore::new(options.readers.clamp(1, MAX_READERS))),
            read_limit: options.read_limit,
            health,
            counts: counts_seen,
            stop,
            threads: Mutex::new(threads),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Stores events and dead letters in one transaction; when this returns `Ok`, they survive a power cut.
    ///
    /// Events that are there already change nothing. Appends that wait at the same time share a transaction, and each gets
    /// its own outcome. The whole of it is stored, or nothing.
    ///
    /// # Errors
    /// [`Rejected`] gives everything back, to be tried again.
    pub async fn append(
        &self,
        events: Vec<UsageEvent>,
        dead_letters: Vec<DeadLetter>,
    ) -> Result<AppendOutcome, Box<Rejected>> {
        self.append_unnamed(events, dead_letters, Vec::new()).await
    }

    /// [`append`](Self::append) of events that lack the names of some credentials. Those are listed in the same
    /// transaction ([`Reader::unnamed`]), until [`patch_snapshots`](Self::patch_snapshots) has named their events.
    ///
    /// # Errors
    /// As `append`.
    pub async fn append_unnamed(
        &self,
        events: Vec<UsageEvent>,
        dead_letters: Vec<DeadLetter>,
        unnamed: Vec<(GatewayId, String)>,
    ) -> Result<AppendOutcome, Box<Rejected>> {
        let (answer, outcome) = oneshot::channel();
        let job = Job::Append(Append { events, dead_letters, unnamed, answer });
        if let Err(Refused(job)) = self.inner.queue.push(job).await
            && let Job::Append(append) = job
        {
            append.fail(StoreError::Closed);
        }
        outcome.await.unwrap_or_else(|_| {
            // The writer thread is gone without an answer; what it was given went with it.
            Err(Box::new(Rejected {
                error: StoreError::Internal("the writer ended unexpectedly".to_owned()),
                events: Vec::new(),
                dead_letters: Vec::new(),
                unnamed: Vec::new(),
            }))
        })
    }

    /// [`append`](Self::append) for code without a runtime.
    ///
    /// # Errors
    /// As `append`.
    pub fn append_blocking(
        &self,
        events: Vec<UsageEvent>,
        dead_letters: Vec<DeadLetter>,
    ) -> Result<AppendOutcome, Box<Rejected>> {
        wait(self.append(events, dead_letters))
    }

    /// Runs `read` on a reading connection, in one transaction, on tokio's blocking pool.
    ///
    /// `read` must only read: while it waits for something else, the write-ahead log cannot shrink; and it must not start
    /// another read.
    ///
    /// # Errors
    /// Those of `read`, and [`StoreError::Closed`].
    pub async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Reader<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        // The place among the readers is taken on the thread that reads. Taken before, it would be held while the task
        // waits for a thread, and threads that wait for a place could keep it from ever getting one.
        let store = self.clone();
        let task = tokio::task::spawn_blocking(move || store.read_blocking(read));
        task.await.map_err(|error| StoreError::Internal(error.to_string()))?
    }

    /// [`read`](Self::read) on the current thread.
    ///
    /// # Errors
    /// As `read`.
    pub fn read_blocking<T>(
        &self,
        read: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let permit = wait(self.inner.readers.acquire()).map_err(|_| StoreError::Closed)?;
        let outcome = self.inner.pool.read(self.inner.read_limit, read);
        drop(permit);
        outcome
    }

    /// Runs a transaction on the writer.
    pub(crate) async fn write<T, F>(&self, guest: bool, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let job = Job::Write(Box::new(Call { work, answer, guest }));
        self.inner.queue.push(job).await.map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }

    /// Hands a job to the writer, outside of any transaction.
    #[cfg(test)]
    pub(crate) fn job(&self, job: Box<dyn crate::writer::WriteJob>) {
        assert!(self.inner.queue.push_now(Job::Write(job)).is_ok(), "the writer works");
    }

    /// The counters after the newest commit; costs nothing.
    pub fn counts(&self) -> Counts {
        *self.inner.counts.borrow()
    }

    /// A receiver that wakes at every commit that changed the counters: for live streams and followers of the feed.
    pub fn watch(&self) -> watch::Receiver<Counts> {
        self.inner.counts.clone()
    }

    /// How the database is.
    pub fn health(&self) -> Health {
        self.inner.health.borrow().clone()
    }

    /// A receiver that wakes when the state changes.
    pub fn watch_health(&self) -> watch::Receiver<Health> {
        self.inner.health.subscribe()
    }

    /// The file, links resolved.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// The random id that the database got when it was created.
    pub fn database_id(&self) -> [u8; ID_BYTES] {
        self.inner.database_id
    }

    /// Jobs that wait for the writer or run, at most [`QUEUE_PLACES`].
    pub fn queue_depth(&self) -> usize {
        self.inner.queue.depth()
    }

    /// Bytes on disk.
    ///
    /// # Errors
    /// Those of any read.
    pub fn storage_blocking(&self) -> Result<Storage, StoreError> {
        let free_bytes = self.read_blocking(|reader| {
            let pages: i64 = reader.conn().query_row("PRAGMA freelist_count", (), |row| row.get(0))?;
            let bytes: i64 = reader.conn().query_row("PRAGMA page_size", (), |row| row.get(0))?;
            Ok(u64::try_from(pages.saturating_mul(bytes)).unwrap_or_default())
        })?;
        let path = &self.inner.path;
        Ok(Storage {
            database_bytes: file::length(path),
            wal_bytes: file::length(&file::beside(path, "-wal")),
            shm_bytes: file::length(&file::beside(path, "-shm")),
            free_bytes,
        })
    }

    /// Copies the running database into a new file, verified from end to end; writing goes on meanwhile. Restoring is
    /// copying the file back.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the target exists or cannot be written, [`StoreError::Corrupt`] if the copy is not sound
    /// (it is removed then), [`StoreError::Busy`] while another copy is made.
    pub async fn backup_to(&self, path: &Path) -> Result<BackupReport, StoreError> {
        if path.exists() {
            return Err(StoreError::Io(format!("{} exists already", path.display())));
        }
        let partial = file::beside(path, ".partial");
        backup::discard(&partial);
        let (answer, outcome) = oneshot::channel();
        let job = Job::Backup(BackupJob { to: partial.clone(), answer });
        self.inner.queue.push(job).await.map_err(|_| StoreError::Closed)?;
        let copied = outcome.await.map_err(|_| StoreError::Closed)?;
        if let Err(error) = copied {
            backup::discard(&partial);
            return Err(error);
        }
        // Checking a large copy takes long: on a thread of its own, neither the writer's nor the runtime's.
        let (answer, outcome) = oneshot::channel();
        let path = path.to_owned();
        std::thread::Builder::new()
            .name("store-backup".to_owned())
            .spawn(move || {
                let sealed = backup::seal(&partial, &path);
                if sealed.is_err() {
                    backup::discard(&partial);
                }
                let _ = answer.send(sealed);
            })
            .map_err(|error| StoreError::Io(error.to_string()))?;
        outcome
            .await
            .map_err(|_| StoreError::Internal("the check of the copy ended unexpectedly".to_owned()))?
    }

    /// Does what is queued, copies the log into the database and closes the file. Later calls fail with
    /// [`StoreError::Closed`]. Blocks; call it from blocking code.
    pub fn close(&self) {
        self.inner.readers.close();
        self.inner.close();
    }
}
