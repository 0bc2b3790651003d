//! Recording who did what: the actor of a request, and a bounded queue to the database for what is no change of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{Extensions, Method};
use store::{ActorKind, AuditAction, AuditActor, AuditEntry, Store};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::auth::{ClientAddress, Principal};
use crate::error::{ApiError, ApiResult};
use crate::types::status::AuditQueueDocument;

/// Entries that may wait to be written.
const QUEUE_PLACES: usize = 256;
/// Entries of one transaction.
const BATCH: usize = 64;
/// How long the first entry of a transaction waits for others: a burst costs the writer a few commits.
const LINGER: Duration = Duration::from_millis(50);
/// How long a reader waits for what is being written.
const PATIENCE: Duration = Duration::from_secs(1);
/// A refused address is recorded once in this time.
const REFUSED_EVERY: Duration = Duration::from_secs(60);
/// Refused addresses that are recorded in that time; more are counted as dropped.
const REFUSED_ADDRESSES: usize = 64;

/// A request that asks a provider something, by way of the gateway, is recorded once in this time for each caller.
const ASKED_EVERY: Duration = Duration::from_secs(3600);
/// Callers that are remembered for that; requests of more are all recorded.
const ASKING_CALLERS: usize = 256;

/// Who sends a request, from what the gate found out.
pub(crate) struct Actor(pub(crate) AuditActor);

impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(actor(&parts.extensions)))
    }
}

/// Who sends the request with these extensions.
pub(crate) fn actor(extensions: &Extensions) -> AuditActor {
    let kind = match extensions.get::<Principal>() {
        Some(Principal::Key) => ActorKind::Bearer,
        Some(Principal::Session) | None => ActorKind::Browser,
    };
    AuditActor { kind, address: extensions.get::<ClientAddress>().map(|client| client.0) }
}

/// The entry about an export, without its range; `None` when only its head is asked for.
pub(crate) struct Download(pub(crate) Option<AuditEntry>);

impl<S: Sync> FromRequestParts<S> for Download {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let entry = AuditEntry::new(actor(&parts.extensions), AuditAction::ExportDownload);
        Ok(Self((parts.method == Method::GET).then(|| entry.about(parts.uri.path()))))
    }
}

enum Message {
    Entry(Box<AuditEntry>),
    /// Everything before this is written.
    Written(oneshot::Sender<()>),
}

/// Takes entries about what is no change of the database. Cheap to clone; never waits for the disk.
#[derive(Clone)]
pub struct AuditLog {
    queue: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    dropped: AtomicU64,
    refused: Mutex<HashMap<IpAddr, Instant>>,
    asking: Mutex<HashMap<(&'static str, Option<IpAddr>), Instant>>,
}

impl AuditLog {
    /// The log, and the task that writes it. The task ends when `stop` is cancelled and all that waits is written.
    pub fn start(store: Store, stop: CancellationToken) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE_PLACES);
        let shared = Arc::<Shared>::default();
        let task = tokio::spawn(write(store, waiting, Arc::clone(&shared), stop));
        (Self { queue, shared }, task)
    }

    /// Entries that could not be written since the start.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// What waits.
    pub(crate) fn queue(&self) -> AuditQueueDocument {
        let waiting = self.queue.max_capacity().saturating_sub(self.queue.capacity());
        AuditQueueDocument {
            waiting: waiting as u64,
            limit: self.queue.max_capacity() as u64,
            dropped: self.dropped(),
        }
    }

    /// Records without waiting; counted as dropped when too many wait.
    pub fn record(&self, entry: AuditEntry) {
        if self.queue.try_send(Message::Entry(Box::new(entry))).is_err() {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
            tracing::warn!("an entry of the audit trail was dropped: too many wait for the database");
        }
    }

    /// Records a failure, unless it is the caller's: a refused request changes nothing. Passes the outcome on.
    pub(crate) fn failing<T, E: Into<ApiError>>(
        &self,
        entry: AuditEntry,
        outcome: Result<T, E>,
    ) -> ApiResult<T> {
        outcome.map_err(Into::into).inspect_err(|error: &ApiError| {
            if error.status.is_server_error() {
                self.record(entry.failed(error.body.code.clone()));
            }
        })
    }

    /// Records a failure (`outcome_unknown`) unless the outcome becomes known, because the caller left or the manager
    /// stops: what was asked may have happened all the same.
    pub fn pending(&self, entry: AuditEntry) -> Pending<'_> {
        Pending { log: self, entry: Some(entry), known: false }
    }

    /// Whether it is time to record that somebody asks providers something: once an hour for each caller.
    pub(crate) fn asks_anew(&self, actor: AuditActor, now: Instant) -> bool {
        let mut asking = self.shared.asking.lock().unwrap_or_else(PoisonError::into_inner);
        asking.retain(|_, at| now.saturating_duration_since(*at) < ASKED_EVERY);
        let caller = (actor.kind.code(), actor.address);
        if asking.contains_key(&caller) {
            return false;
        }
        if asking.len() < ASKING_CALLERS {
            asking.insert(caller, now);
        }
        true
    }

    /// Records a wrong admin key: once a minute for each address, and so many addresses a minute.
    pub(crate) fn refused(&self, actor: AuditActor, code: &str, now: Instant) {
        let Some(address) = actor.address else { return };
        let full = {
            let mut refused = self.shared.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.retain(|_, at| now.saturating_duration_since(*at) < REFUSED_EVERY);
            if refused.contains_key(&address) {
                return;
            }
            let full = refused.len() >= REFUSED_ADDRESSES;
            if !full {
                refused.insert(address, now);
            }
            full
        };
        if full {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        } else {
            self.record(AuditEntry::new(actor, AuditAction::SessionRefused).failed(code));
        }
    }

    /// Waits until what was recorded before is written, for at most a second.
    pub(crate) async fn written(&self) {
        tokio::time::timeout(PATIENCE, self.settle()).await.ok();
    }

    /// Waits until what was recorded before is written, however long that takes.
    async fn settle(&self) {
        let (answer, done) = oneshot::channel();
        if self.queue.send(Message::Written(answer)).await.is_ok() {
            done.await.ok();
        }
    }
}

/// An entry whose outcome is not known yet, or that is recorded by itself only if nothing else tells of it.
pub struct Pending<'l> {
    log: &'l AuditLog,
    entry: Option<AuditEntry>,
    known: bool,
}

impl Pending<'_> {
    /// Gives the entry back to be recorded with its outcome, or told with another one.
    pub fn known(mut self) -> Option<AuditEntry> {
        self.entry.take()
    }

    /// It was done: recorded as that when this is dropped.
    #[must_use]
    pub fn done(mut self) -> Self {
        self.known = true;
        self
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.log.record(if self.known { entry } else { entry.failed("outcome_unknown") });
        }
    }
}

/// Takes what comes soon, unless somebody waits for what is there.
async fn linger(waiting: &mut mpsc::Receiver<Message>, batch: &mut Vec<Message>) {
    let more = async {
        while batch.len() < BATCH && !batch.iter().any(|message| matches!(message, Message::Written(_))) {
            let Some(message) = waiting.recv().await else { return };
            batch.push(message);
        }
    };
    tokio::time::timeout(LINGER, more).await.ok();
}

async fn write(
    store: Store,
    mut waiting: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
    stop: CancellationToken,
) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            () = stop.cancelled(), if !waiting.is_closed() => {
                waiting.close();
                continue;
            }
            taken = waiting.recv_many(&mut batch, BATCH) => if taken == 0 { return },
        }
        linger(&mut waiting, &mut batch).await;
        let (mut entries, mut answers) = (Vec::new(), Vec::new());
        for message in batch.drain(..) {
            match message {
                Message::Entry(entry) => entries.push(*entry),
                Message::Written(answer) => answers.push(answer),
            }
        }
        let count = entries.len() as u64;
        if count > 0
            && let Err(error) = store.record_audit(entries).await
        {
            shared.dropped.fetch_add(count, Ordering::Relaxed);
            tracing::warn!(%error, count, "entries of the audit trail could not be written");
        }
        for answer in answers {
            // Whoever asked may have gone.
            let _ = answer.send(());
        }
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use store::{AuditFilter, OpenOptions};

    use super::*;

    fn from(last: u8) -> AuditActor {
        AuditActor { kind: ActorKind::Bearer, address: Some(IpAddr::from([10, 0, 0, last])) }
    }

    fn view() -> AuditEntry {
        AuditEntry::new(from(1), AuditAction::RelayWrite).about("PUT /v0/management/debug")
    }

    struct Trail {
        store: Store,
        stop: CancellationToken,
        log: AuditLog,
        task: JoinHandle<()>,
        _directory: tempfile::TempDir,
    }

    impl Trail {
        fn start() -> Self {
            let directory = tempfile::tempdir().expect("directory");
            let path = directory.path().join("usage.sqlite");
            let store = Store::open(&path, &OpenOptions::default()).expect("opens");
            let stop = CancellationToken::new();
            let (log, task) = AuditLog::start(store.clone(), stop.clone());
            Self { store, stop, log, task, _directory: directory }
        }

        async fn codes(&self) -> Vec<String> {
            self.log.settle().await;
            let read = self.store.read(|reader| reader.audit_page(&AuditFilter::default(), 1000));
            let entries = read.await.expect("reads").entries;
            entries.into_iter().map(|entry| entry.failure.unwrap_or_else(|| "done".to_owned())).collect()
        }
    }

    #[tokio::test]
    async fn what_was_recorded_before_the_stop_is_written_and_what_comes_later_is_counted() {
        let trail = Trail::start();
        for _ in 0..100 {
            trail.log.record(view());
        }
        assert_eq!(trail.log.queue().limit, QUEUE_PLACES as u64);
        trail.stop.cancel();
        tokio::time::timeout(Duration::from_secs(10), trail.task).await.expect("ends").expect("in order");
        trail.log.record(view());
        assert_eq!(trail.log.dropped(), 1);
        let read = trail.store.read(|reader| reader.audit_page(&AuditFilter::default(), 1000)).await;
        assert_eq!(read.expect("reads").entries.len(), 100);
    }

    #[tokio::test]
    async fn nobody_waits_for_a_full_queue_and_a_lost_entry_is_counted() {
        let trail = Trail::start();
        // One task on one thread: nothing is taken before this one waits.
        for _ in 0..QUEUE_PLACES + 5 {
            trail.log.record(view());
        }
        let queue = trail.log.queue();
        assert_eq!((queue.waiting, queue.dropped), (QUEUE_PLACES as u64, 5));
        assert_eq!(trail.codes().await.len(), QUEUE_PLACES);
        assert_eq!(trail.log.queue().waiting, 0);
        trail.store.close();
        trail.log.record(view());
        trail.log.settle().await;
        assert_eq!(trail.log.dropped(), 6, "the database is closed");
    }

    #[tokio::test]
    async fn a_failure_of_ours_is_told_a_refusal_is_not_and_an_unknown_outcome_is() {
        let trail = Trail::start();
        let refused: ApiResult<()> = trail.log.failing(view(), Err(ApiError::bad_request("no")));
        assert!(refused.is_err());
        let failed: ApiResult<()> = trail.log.failing(view(), Err(ApiError::storage("full")));
        assert!(failed.is_err());
        assert_eq!(trail.log.failing(view(), Ok::<_, ApiError>(7)).ok(), Some(7));
        drop(trail.log.pending(view()));
        drop(trail.log.pending(view()).done());
        assert!(trail.log.pending(view()).known().is_some());
        assert_eq!(trail.codes().await, ["done", "outcome_unknown", "storage_unavailable"]);
    }

    #[tokio::test]
    async fn who_asks_providers_is_told_once_an_hour_for_each_caller() {
        let trail = Trail::start();
        let now = Instant::now();
        let browser = AuditActor { kind: ActorKind::Browser, ..from(1) };
        let asks = |actor, at| trail.log.asks_anew(actor, at);
        assert!(asks(from(1), now) && asks(from(2), now) && asks(browser, now));
        let soon = now + ASKED_EVERY - Duration::from_secs(1);
        assert!(!asks(from(1), soon) && !asks(from(2), soon) && !asks(browser, soon));
        assert!(asks(from(1), now + ASKED_EVERY));
    }

    #[tokio::test]
    async fn wrong_keys_are_told_once_a_minute_for_each_of_a_few_addresses() {
        let trail = Trail::start();
        let now = Instant::now();
        for _ in 0..10 {
            trail.log.refused(from(1), "invalid_admin_key", now);
        }
        assert_eq!(trail.codes().await, ["invalid_admin_key"]);
        trail.log.refused(from(1), "too_many_attempts", now + REFUSED_EVERY);
        assert_eq!(trail.codes().await, ["too_many_attempts", "invalid_admin_key"]);
        for last in 2..100 {
            trail.log.refused(from(last), "invalid_admin_key", now + REFUSED_EVERY);
        }
        assert_eq!(trail.codes().await.len(), 1 + REFUSED_ADDRESSES);
        assert_eq!(trail.log.dropped(), 99 - REFUSED_ADDRESSES as u64);
    }
}
