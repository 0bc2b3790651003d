//! The column index: follows the store's change feed, keeps columns of all events in files beside the database, and
//! answers plans over them.
//!
//! Nothing here is the truth. Every file can go, break or be swapped at any time: what is not what the manifest says is
//! made anew from the database, in the background, and until then answers say that events are missing.

mod build;
mod cache;
mod costs;
mod feed;
mod files;
mod finish;
mod follower;
mod keep;
mod manifest;
mod names;
mod pool;
mod prices;
mod query;
mod slots;
mod snapshot;
mod source;
mod tail;
mod tasks;
mod trouble;
mod wake;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use store::Store;
use tokio::sync::watch;

pub use costs::{Billed, Costs, NoPrices, Price};
pub use files::{Directory, Files, OpenFile};
pub use prices::PriceList;
pub use query::{QueryError, QueryResult};
pub use snapshot::{Progress, Settings, Snapshot, State, Status};

use crate::build::{Builder, BuilderThread};
use crate::cache::Cache;
use crate::costs::Resolver;
use crate::follower::{Follower, Shared};
use crate::names::Names;
use crate::pool::Pool;
use crate::slots::Slots;
use crate::tail::Tail;
use crate::wake::Wake;

/// The column index of one database. Dropping it stops it.
pub struct Index {
    pub(crate) store: Store,
    pub(crate) shared: Arc<Shared>,
    pub(crate) pool: Mutex<Option<Pool>>,
    pub(crate) freshness: Duration,
    follower: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl Index {
    /// Starts following. Returns at once; what the cache lacks is read in the background.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn start(
        store: Store,
        files: Arc<dyn Files>,
        settings: Settings,
        costs: Arc<dyn Costs>,
    ) -> std::io::Result<Self> {
        let settings = Settings {
            threads: settings.threads.clamp(1, 16),
            range_ids: settings.range_ids.clamp(1, columns::SEGMENT_ROWS as i64),
            chunk_rows: settings.chunk_rows.clamp(1, columns::SEGMENT_ROWS),
            ..settings
        };
        let wake = Arc::new(Wake::default());
        let shared = Arc::new(Shared {
            snapshot: ArcSwap::from_pointee(Snapshot::empty(costs.version())),
            published: watch::Sender::new(-1),
            status: Mutex::new(Status { generation: -1, ..Status::default() }),
            wake: Arc::clone(&wake),
            prices: Mutex::new(None),
            stop: std::sync::atomic::AtomicBool::new(false),
        });
        let rows_read = Arc::new(AtomicU64::new(0));
        let stopping = Arc::clone(&shared);
        let builder = Builder {
            store: store.clone(),
            files: Arc::clone(&files),
            names: Names::default(),
            stop: Arc::new(move || stopping.is_stopped()),
            rows_read: Arc::clone(&rows_read),
        };
        let pool = Pool::new(settings.threads, settings.idle + settings.idle / 2);
        let follower = Follower {
            store: store.clone(),
            files,
            shared: Arc::clone(&shared),
            cache: Arc::new(Cache::new(settings.cache_bytes, Arc::clone(&wake))),
            builder: BuilderThread::new(builder, wake),
            rows_read,
            names: Names::default(),
            resolver: Resolver::new(costs),
            coming: None,
            position: None,
            through: 0,
            read_at: 0,
            slots: Slots::default(),
            tail: Tail::default(),
            building: None,
            next_number: 1,
            next_key: 0,
            garbage: Vec::new(),
            manifest_due: false,
            manifest_at: Instant::now(),
            manifest_generation: -1,
            no_files_until: None,
            no_files_for: trouble::NO_FILES_FOR,
            files_again_at: None,
            disk_full: false,
            repairing: false,
            dirty: true,
            error: String::new(),
            settings: settings.clone(),
        };
        let background = settings.background;
        let thread = std::thread::Builder::new().name("index".to_owned()).spawn(move || {
            background();
            follower.run();
        })?;
        Ok(Self {
            store,
            shared,
            pool: Mutex::new(Some(pool)),
            freshness: settings.freshness,
            follower: Mutex::new(Some(thread)),
        })
    }

    /// Other prices hold from now on. Costs are computed anew in the background and change all at once; until then
    /// answers name the version that they were computed with. Another basis makes the index start over.
    pub fn set_prices(&self, costs: Arc<dyn Costs>) {
        *self.shared.prices.lock().unwrap_or_else(PoisonError::into_inner) = Some(costs);
        self.shared.wake.set();
    }

    /// How it is.
    pub fn status(&self) -> Status {
        let mut status = self.shared.status().clone();
        let snapshot = self.shared.snapshot.load();
        (status.generation, status.events) = (snapshot.generation, snapshot.events() as i64);
        status.lag = (self.store.counts().generation - status.generation.max(0)).max(0);
        status
    }

    /// A receiver that wakes when a newer snapshot is published; the value is its generation.
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.shared.published.subscribe()
    }

    /// Ends queries, writes the newest events to files and stops. Blocks for as long as that takes, a second at most when
    /// nothing is being built. Stop it before the store is closed.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Release);
        drop(self.pool.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.shared.wake.set();
        let thread = self.follower.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the thread of the column index panicked");
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.stop();
    }
}
