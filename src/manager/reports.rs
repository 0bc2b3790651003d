//! What the collector reports while it works: gaps to write down, credential lists to remember.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use collector::{CollectorEvent, State};
use model::{CredentialMap, DEFAULT_GATEWAY, DeadLetter};
use store::AuditActor;
use tokio::sync::{mpsc, oneshot};

use super::{CONNECTED_EVERY, Manager, audit};
use crate::clock::now_ms;

/// Shortest pause between two look-ups of unknown credentials.
const LOOK_UP_PAUSE: Duration = Duration::from_secs(10);
/// Attempts to write a gap down while the database is unusable, and the pause between them.
const GAP_ATTEMPTS: u32 = 30;
const GAP_PAUSE: Duration = Duration::from_secs(2);

/// What waits for the task that takes reports.
pub(super) enum Report {
    /// The collector's.
    Of(CollectorEvent),
    /// Wants to hear when all before it are taken.
    Mark(oneshot::Sender<()>),
}

/// The task that takes reports.
pub(super) struct Reports {
    manager: Weak<Manager>,
}

impl Reports {
    pub(super) fn new(manager: &Arc<Manager>) -> Self {
        Self { manager: Arc::downgrade(manager) }
    }

    /// Runs until the collector and the manager are gone.
    pub(super) async fn run(self, mut inbox: mpsc::Receiver<Report>) {
        while let Some(report) = inbox.recv().await {
            let Some(manager) = self.manager.upgrade() else { return };
            match report {
                Report::Of(event) => {
                    manager.take_report(event).await;
                    manager.changed();
                }
                // Whoever asked may be gone.
                Report::Mark(taken) => drop(taken.send(())),
            }
        }
    }
}

impl Manager {
    async fn take_report(self: &Arc<Self>, report: CollectorEvent) {
        match report {
            CollectorEvent::Disconnected { from, failure: None } => {
                tracing::info!(transport = from.as_str(), "the connection is closed");
            }
            CollectorEvent::Gap(gap) => {
                let manager = Arc::clone(self);
                self.gap_writes.spawn(async move { manager.record_gap(gap).await });
            }
            CollectorEvent::PublishingEnabled => {
                self.audit.record(audit::publishing_enabled(AuditActor::MANAGER));
            }
            CollectorEvent::AuthFiles(body) => self.take_auth_files(&body).await,
            CollectorEvent::Oversized { head, total, received_at_ms, .. } => {
                self.bury_oversized(&head, total, received_at_ms).await;
            }
            // The collector has logged these itself, once, and quietly while they repeat.
            CollectorEvent::Connected { .. }
            | CollectorEvent::Disconnected { .. }
            | CollectorEvent::Failed(_)
            | CollectorEvent::Rival(_)
            | CollectorEvent::Facts(_)
            | CollectorEvent::CredentialsChanged => {}
        }
    }

    /// Waits until everything that the collector has reported is taken and its gaps are written down.
    pub(super) async fn reports_written(&self, patience: Duration) {
        let (mark, taken) = oneshot::channel();
        let written = async {
            // Without a task that takes reports there is nothing to wait for.
            if self.reports.send(Report::Mark(mark)).await.is_ok() && taken.await.is_ok() {
                self.gap_writes.close();
                self.gap_writes.wait().await;
            }
        };
        if tokio::time::timeout(patience, written).await.is_err() {
            tracing::warn!("the last reports of the collector are not written down");
        }
    }

    /// Writes a gap down, again and again while the database refuses it for a moment.
    pub(super) async fn record_gap(&self, gap: collector::Gap) {
        let stored = store::Gap {
            gateway_id: DEFAULT_GATEWAY,
            kind: gap.kind.as_str().to_owned(),
            from_ms: gap.from_ms,
            to_ms: Some(gap.to_ms),
            retention_s: Some(i64::from(gap.retention_s)),
            covered: gap.covered,
            detail: gap.detail,
            lost_estimate: gap.lost_estimate.map(|lost| i64::try_from(lost).unwrap_or(i64::MAX)),
        };
        for _ in 0..GAP_ATTEMPTS {
            match self.store.add_gap(stored.clone()).await {
                Ok(_) => {
                    self.forget_facts().await;
                    self.changed();
                    return;
                }
                Err(store::StoreError::Closed) => return,
                Err(error) => tracing::debug!(%error, "a gap is not written down yet"),
            }
            tokio::time::sleep(GAP_PAUSE).await;
        }
        tracing::error!(kind = stored.kind, from_ms = stored.from_ms, "a gap was not written down");
    }

    async fn bury_oversized(&self, head: &[u8], total: u64, received_at_ms: i64) {
        let letter = DeadLetter {
            payload: redaction::mask_payload(head, normaliser::DEAD_LETTER_MAX_BYTES),
            payload_bytes: total,
            error: "the record is larger than the limit of 8 MiB".to_owned(),
            created_at_ms: received_at_ms,
        };
        match self.store.append(Vec::new(), vec![letter]).await {
            Ok(_) => {
                self.recorded.dead.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            Err(rejected) => tracing::warn!(error = %rejected.error, "an oversized record is not listed"),
        }
    }

    /// Remembers account names, and gives them to events that came before.
    async fn take_auth_files(&self, body: &[u8]) {
        let map = match normaliser::parse_auth_files(body, now_ms()) {
            Ok(map) => map,
            Err(error) => {
                tracing::warn!(%error, "the gateway's credential list cannot be read");
                return;
            }
        };
        let map = Arc::new(map);
        self.credentials.store(Arc::clone(&map));
        self.patch(&map, self.recorded.take_unknown(&map)).await;
    }

    async fn patch(&self, map: &CredentialMap, unknown: HashMap<String, i64>) {
        for (auth_index, after_id) in unknown {
            let Some(facts) = map.by_auth_index.get(&auth_index) else { continue };
            let patch = store::SnapshotPatch {
                gateway_id: DEFAULT_GATEWAY,
                auth_index,
                facts: facts.clone(),
                read_at_ms: map.read_at_ms,
                after_id,
            };
            if let Err(error) = self.store.patch_snapshots(patch).await {
                tracing::warn!(%error, "account names are not added to earlier events");
            }
        }
    }

    /// Reads the credential list because an event named a credential that nobody knew.
    async fn look_up(&self) {
        let Ok(used) = self.begin().await else { return };
        match self.management_client(&used.upstream).get_auth_files_raw().await {
            Ok(body) => {
                used.permit.accepted();
                self.take_auth_files(&body).await;
            }
            Err(error) => self.note_client_error(used.permit, &error),
        }
    }
}

/// Looks unknown credentials up, some time after they were seen; never in the way of a commit.
pub(super) async fn look_up_unknown(manager: Weak<Manager>) {
    loop {
        let Some(recorded) = manager.upgrade().map(|manager| Arc::clone(&manager.recorded)) else { return };
        recorded.credentials_wanted.notified().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let Some(manager) = manager.upgrade() else { return };
        manager.look_up().await;
        drop(manager);
        tokio::time::sleep(LOOK_UP_PAUSE).await;
    }
}

/// Writes down now and then that we are connected, so that the gap after a power cut has a beginning.
pub(super) async fn remember_connected(manager: Weak<Manager>) {
    loop {
        tokio::time::sleep(CONNECTED_EVERY).await;
        let Some(manager) = manager.upgrade() else { return };
        let connected = manager.running().is_some_and(|running| running.status().state == State::Running);
        if connected {
            manager.note_connected(now_ms()).await;
        }
    }
}
