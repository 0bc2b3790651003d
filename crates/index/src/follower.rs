//! The thread that keeps the index equal to the database: it follows the change feed and publishes snapshots.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use columns::ColumnError;
use store::{FeedPosition, Store, StoreError};
use tokio::sync::watch;

use crate::build::BuilderThread;
use crate::cache::Cache;
use crate::costs::{Costs, Resolver};
use crate::files::Files;
use crate::names::Names;
use crate::slots::Slots;
use crate::snapshot::{Part, Progress, Settings, Snapshot, State, Status};
use crate::tail::Tail;
use crate::tasks::Building;
use crate::wake::Wake;

/// Pause between two looks at the feed, unless a query wants the newest: at most twenty looks a second.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Pause after a failed read of the database.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// The manifest is written at least so often while the position moves.
const MANIFEST_EVERY: Duration = Duration::from_secs(60);

/// What the handle and the follower share.
pub(crate) struct Shared {
    pub(crate) snapshot: ArcSwap<Snapshot>,
    pub(crate) published: watch::Sender<i64>,
    pub(crate) status: Mutex<Status>,
    pub(crate) wake: Arc<Wake>,
    pub(crate) prices: Mutex<Option<Arc<dyn Costs>>>,
    pub(crate) stop: AtomicBool,
}

impl Shared {
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    pub(crate) fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a step of the follower failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Segments in memory are never damaged: a defect.
    #[error(transparent)]
    Columns(#[from] ColumnError),
}

pub(crate) struct Follower {
    pub(crate) store: Store,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) settings: Settings,
    pub(crate) shared: Arc<Shared>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) builder: BuilderThread,
    pub(crate) rows_read: Arc<AtomicU64>,
    pub(crate) names: Names,
    pub(crate) resolver: Resolver,
    /// Prices that take the place of the resolver's when every segment has its costs.
    pub(crate) coming: Option<Arc<dyn Costs>>,
    pub(crate) position: Option<FeedPosition>,
    /// The highest id that the feed has told of.
    pub(crate) through: i64,
    /// Rows were read as of this generation; nothing is published before the feed was followed to there.
    pub(crate) read_at: i64,
    pub(crate) slots: Slots,
    pub(crate) tail: Tail,
    pub(crate) building: Option<Building>,
    pub(crate) next_number: u64,
    pub(crate) next_key: u64,
    /// Files that the next manifest does not name.
    pub(crate) garbage: Vec<String>,
    pub(crate) manifest_due: bool,
    pub(crate) manifest_at: Instant,
    pub(crate) manifest_generation: i64,
    /// No files are written until then.
    pub(crate) no_files_until: Option<Instant>,
    /// How long the last such pause was.
    pub(crate) no_files_for: Duration,
    /// When it ended.
    pub(crate) files_again_at: Option<Instant>,
    pub(crate) disk_full: bool,
    pub(crate) repairing: bool,
    /// Something changed since the last publication.
    pub(crate) dirty: bool,
    pub(crate) error: String,
}

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Follower {
    /// Works until it is told to stop.
    pub(crate) fn run(mut self) {
        self.open();
        let mut looked = None;
        loop {
            if self.shared.is_stopped() {
                break;
            }
            self.check_disk();
            self.take_prices();
            self.take_damage();
            let pause = match self.turn() {
                Ok(()) => {
                    self.error.clear();
                    None
                }
                Err(FollowError::Store(StoreError::Closed)) => break,
                Err(FollowError::Store(error)) => {
                    if self.error.is_empty() {
                        tracing::warn!(%error, "the column index cannot read the database; it tries again");
                    }
                    self.error = error.to_string();
                    Some(RETRY_AFTER)
                }
                Err(FollowError::Columns(error)) => {
                    self.start_over(&format!("internal: {error}"));
                    Some(RETRY_AFTER)
                }
            };
            self.keep_manifest();
            self.tell_status();
            self.rest(&mut looked, pause);
        }
        self.close();
    }

    fn turn(&mut self) -> Result<(), FollowError> {
        self.finish_build()?;
        self.catch_up()?;
        self.publish()?;
        self.begin_build();
        Ok(())
    }

    /// Sleeps until there is something to do.
    fn rest(&mut self, looked: &mut Option<Instant>, pause: Option<Duration>) {
        let now = Instant::now();
        let cached = self.cache.let_go(self.settings.idle);
        let mut until = if cached { Some(now + self.settings.idle / 4) } else { None };
        let mut sooner = |at: Instant| until = Some(until.map_or(at, |known: Instant| known.min(at)));
        if let Some(at) = self.no_files_until {
            sooner(at);
        }
        if self.position.is_some_and(|position| position.generation > self.manifest_generation) {
            sooner((self.manifest_at + MANIFEST_EVERY).max(now + LOOK_EVERY));
        }
        let wake = Arc::clone(&self.shared.wake);
        if let Some(pause) = pause {
            wake.sleep(std::future::pending::<()>(), Some(now + pause));
            return;
        }
        let (mut counts, mut health) = (self.store.watch(), self.store.watch_health());
        if self.must_give_way() {
            // The disk became full after this turn looked at it.
            return;
        }
        let behind =
            self.position.is_none_or(|position| position.generation < counts.borrow_and_update().generation);
        if behind {
            // There is more already: after the pause.
            let at = looked.map_or(now, |looked| looked + LOOK_EVERY);
            wake.sleep(std::future::pending::<()>(), Some(at.min(now + LOOK_EVERY)));
        } else {
            let changed = async {
                let mut counts = std::pin::pin!(counts.changed());
                let mut health = std::pin::pin!(health.changed());
                std::future::poll_fn(|context| {
                    use std::future::Future as _;
                    if counts.as_mut().poll(context).is_ready() || health.as_mut().poll(context).is_ready() {
                        std::task::Poll::Ready(())
                    } else {
                        std::task::Poll::Pending
                    }
                })
                .await;
            };
            if !wake.sleep(changed, until)
                && let Some(looked) = *looked
            {
                // Commits come in quick succession: not each of them is worth a look of its own.
                wake.sleep(std::future::pending::<()>(), Some(looked + LOOK_EVERY));
            }
        }
        *looked = Some(Instant::now());
    }

    /// Forgets everything; every event is read again.
    pub(crate) fn start_over(&mut self, reason: &str) {
        tracing::info!(reason, "the column index is built from the database");
        self.note_rebuild(reason);
        for slot in std::mem::take(&mut self.slots.0) {
            self.throw_away(slot.held);
        }
        self.tail = Tail::default();
        self.names = Names::default();
        self.resolver = self.resolver.again();
        self.position = None;
        self.through = 0;
        self.read_at = 0;
        self.dirty = true;
        if let Some(building) = &mut self.building {
            building.unwanted = true;
        }
    }

    pub(crate) fn note_rebuild(&self, reason: &str) {
        let mut status = self.shared.status();
        reason.clone_into(&mut status.rebuild_reason);
        status.rebuilt_at_ms = Some(now_ms());
    }

    /// Publishes what there is, if anything changed.
    fn publish(&mut self) -> Result<(), FollowError> {
        let Some(position) = self.position.filter(|position| position.generation >= self.read_at) else {
            return Ok(());
        };
        if !self.dirty {
            return Ok(());
        }
        let sealed = self.slots.0.iter().filter_map(|slot| slot.sealed()).filter(|sealed| !sealed.stale);
        let mut parts: Vec<Part> = sealed
            .map(|sealed| Part {
                segment: sealed.segment.clone(),
                alarm: sealed.files.as_ref().map(|files| Arc::clone(&files.alarm)),
            })
            .collect();
        let tail = self.tail.segments(&self.names.coder)?;
        parts.extend(tail.into_iter().map(|segment| Part { segment, alarm: None }));
        parts.retain(|part| part.segment.live() > 0);
        parts.sort_by_key(|part| std::cmp::Reverse(part.segment.header().last));
        let mut snapshot = Snapshot {
            generation: position.generation,
            dictionaries: self.names.picture(),
            prices: self.resolver.costs().version(),
            partial: None,
            parts: parts.into(),
        };
        if self.slots.out() > 0 {
            let events = snapshot.events() as i64;
            snapshot.partial = Some(Progress { events, of: self.store.counts().events.max(events) });
        } else {
            self.repairing = false;
        }
        self.dirty = false;
        self.shared.snapshot.store(Arc::new(snapshot));
        self.shared.published.send_replace(position.generation);
        Ok(())
    }

    fn tell_status(&self) {
        let snapshot = self.shared.snapshot.load();
        let files = || self.slots.0.iter().filter_map(|slot| slot.sealed()?.files.as_ref());
        let disk = |header: &columns::SegmentHeader| crate::build::Made::file_bytes(header);
        let text = |header: &columns::SegmentHeader| -> u64 {
            header.columns.iter().filter(|entry| entry.column.is_text()).map(|entry| entry.length).sum()
        };
        let missing = self.slots.out() as u64;
        let mut status = self.shared.status();
        status.segments = self.slots.0.iter().filter(|slot| slot.sealed().is_some()).count() as u64;
        status.missing_segments = missing;
        status.disk_bytes = files().map(|files| disk(&files.header)).sum();
        status.text_bytes = files().map(|files| text(&files.header)).sum();
        status.memory_bytes = (self.cache.bytes() + self.tail.bytes() + self.slots.memory_bytes()) as u64;
        status.rows_read = self.rows_read.load(Ordering::Relaxed);
        status.prices = snapshot.prices;
        status.repricing = self.coming.is_some();
        status.error.clone_from(&self.error);
        status.state = if !self.error.is_empty() {
            State::Failing
        } else if self.disk_full {
            State::DiskFull
        } else if self.position.is_none() {
            State::Starting
        } else if missing == 0 {
            State::Ready
        } else if self.repairing {
            State::Repairing
        } else {
            State::Building
        };
    }

    fn keep_manifest(&mut self) {
        let moved = self.position.is_some_and(|position| position.generation > self.manifest_generation);
        if self.manifest_due || moved && self.manifest_at.elapsed() >= MANIFEST_EVERY {
            self.write_manifest();
        }
    }
}
