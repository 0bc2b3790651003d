//! Recording who did what: the actor of a request, and a bounded queue to the database for what is no change of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use http::Extensions;
use http::request::Parts;
use store::{ActorKind, AuditAction, AuditActor, AuditEntry, Store};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::auth::{ClientAddress, Principal};
use crate::error::ApiError;

/// Entries that may wait to be written.
const QUEUE_PLACES: usize = 256;
/// Entries of one transaction.
const BATCH: usize = 64;
/// How long a reader waits for what is being written.
const PATIENCE: Duration = Duration::from_secs(1);
/// A refused address is recorded once in this time.
const REFUSED_EVERY: Duration = Duration::from_secs(60);
/// Refused addresses that are recorded in that time; more are counted as dropped.
const REFUSED_ADDRESSES: usize = 64;

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

    /// Records without waiting; counted as dropped when too many wait.
    pub(crate) fn record(&self, entry: AuditEntry) {
        if self.queue.try_send(Message::Entry(Box::new(entry))).is_err() {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
            tracing::warn!("an entry of the audit trail was dropped: too many wait for the database");
        }
    }

    /// Records a failure, unless it is the caller's: a refused request changes nothing.
    pub(crate) fn record_failure(&self, entry: AuditEntry, error: &ApiError) {
        if error.status.is_server_error() {
            self.record(entry.failed(error.body.code.clone()));
        }
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
        let settle = async {
            let (answer, done) = oneshot::channel();
            if self.queue.send(Message::Written(answer)).await.is_ok() {
                done.await.ok();
            }
        };
        tokio::time::timeout(PATIENCE, settle).await.ok();
    }
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
