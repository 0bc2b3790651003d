//! `/status` and `/usage-service/info`.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use api::ApiResult;
use api::types::info::{ConnectionState, ServiceInfo};
use api::types::status::{
    CheckpointDocument, CollectorDocument, CollectorErrorDocument, DataMigrationDocument, DatabaseDocument,
    DatabaseMaintenanceDocument, GapDocument, IndexDocument, StatusDocument,
};
use collector::{CollectorStatus, Reach, State};
use store::{CheckState, Health, Storage, StoreState};

use super::connection::Connection;
use super::setup::usable;
use super::{Manager, answers, config, connection, store_error};
use crate::clock::now_ms;

/// Gaps that `/status` lists.
const STATUS_GAPS: usize = 20;
/// The write-ahead log is kept below this, bytes.
const WAL_LIMIT_BYTES: u64 = 256 << 20;

/// How old the parts of `/status` may be that have to be read from the disk. Whoever asks in between shares them: a
/// thousand requests a second cost four reads and no threads.
const FACTS_AGE: Duration = Duration::from_millis(250);

/// The parts of `/status` that have to be read from the disk.
#[derive(Clone)]
pub(super) struct Facts {
    gaps: Vec<GapDocument>,
    storage: Storage,
    read_at: Instant,
}

impl Manager {
    /// Gaps and file sizes, read once for all who ask at the same time.
    async fn facts(&self) -> ApiResult<Facts> {
        let mut known = self.facts.lock().await;
        if let Some(facts) = known.as_ref().filter(|facts| facts.read_at.elapsed() < FACTS_AGE) {
            return Ok(facts.clone());
        }
        let gaps = self.read_gaps(STATUS_GAPS).await?;
        let store = self.store.clone();
        let storage = tokio::task::spawn_blocking(move || store.storage_blocking());
        let storage = storage.await.map_err(api::ApiError::internal)?.map_err(|error| store_error(&error))?;
        let facts = Facts { gaps, storage, read_at: Instant::now() };
        *known = Some(facts.clone());
        Ok(facts)
    }

    /// What was read is no longer true.
    pub(super) async fn forget_facts(&self) {
        self.facts.lock().await.take();
    }

    pub(super) fn service_info(&self) -> ServiceInfo {
        let connection = self.connection();
        let (ready, state) = match &connection {
            Connection::Ready(_) => (true, ConnectionState::Ok),
            Connection::Unreadable { .. } => (false, ConnectionState::ReentryRequired),
            Connection::None | Connection::Unusable { .. } => (false, ConnectionState::NotConfigured),
        };
        let migration = match (ready, self.had_history) {
            (true, _) => "ready",
            (false, true) => "needs_setup",
            (false, false) => "fresh",
        };
        ServiceInfo {
            service: "cpa-manager-plus".to_owned(),
            mode: "embedded".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at_ms,
            configured: ready,
            admin_ready: true,
            project_initialized: ready,
            setup_required: !ready,
            migration_status: Some(migration.to_owned()),
            data_key_ready: super::lock(&self.current).sealer.is_some(),
            has_historical_data: self.had_history,
            connection_state: state,
        }
    }

    pub(super) async fn status_document(&self) -> ApiResult<StatusDocument> {
        let Facts { mut gaps, storage, .. } = self.facts().await?;
        gaps.splice(0..0, self.open_gap());
        gaps.truncate(STATUS_GAPS);
        // In this order: how far it is complete must not be newer than what is counted.
        let collector = self.collector_document();
        let counts = self.store.counts();
        Ok(StatusDocument {
            service: "cpa-manager-plus".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            db_path: self.store.path().display().to_string(),
            configured: self.connection().ready().is_some(),
            events: counts.events,
            event_count: counts.events,
            dead_letters: counts.dead_letters,
            last_consumed_at: collector.last_consumed_at,
            last_inserted_at: collector.last_inserted_at,
            started_at: self.started_at_ms,
            collector,
            gaps,
            database: database_document(&self.store.health(), &storage),
            index: index_document(self.index.status(), counts.events),
            audit: None,
            data_migration: DataMigrationDocument::default(),
            database_maintenance: DatabaseMaintenanceDocument::default(),
        })
    }

    fn collector_document(&self) -> CollectorDocument {
        let connection = self.connection();
        let saved = super::lock(&self.current).saved.config();
        let settings = connection::collector_settings(&self.settings, &saved);
        let running = self.running();
        let asked_at_ms = now_ms();
        let mut status = running.as_ref().map(|running| running.status()).unwrap_or_default();
        let counts = self.intake.counts();
        (status.queue_items, status.queue_bytes) = (counts.depth, counts.bytes);
        status.queue_high_water_bytes = counts.high_water;
        let recorded = &self.recorded;
        let waiting = recorded.waiting.load(Ordering::Relaxed);
        let mut counters = answers::counters(&status);
        counters.stored = recorded.stored.load(Ordering::Relaxed);
        counters.duplicate = recorded.duplicate.load(Ordering::Relaxed);
        counters.dead = recorded.dead.load(Ordering::Relaxed);
        counters.lost_estimate += recorded.abandoned.load(Ordering::Relaxed);
        let last_inserted_at = recorded.last_inserted_at.load(Ordering::Relaxed);
        CollectorDocument {
            collector: status.state.contract_word().to_owned(),
            state: answers::state_name(status.state).to_owned(),
            upstream: connection.base_url().unwrap_or_default(),
            mode: config::mode_name(settings.mode).to_owned(),
            transport: status.transport.map(|transport| transport.as_str()).unwrap_or_default().to_owned(),
            queue: settings.queue,
            last_consumed_at: recorded.last_consumed_at.load(Ordering::Relaxed),
            last_inserted_at,
            total_inserted: counters.stored,
            total_skipped: counters.duplicate,
            dead_letters: self.store.counts().dead_letters,
            last_error: self.last_error(&status, &connection),
            last_error_detail: self
                .connection_error(&connection)
                .or_else(|| status.last_error.as_ref().map(answers::error_document)),
            connected_since: status.connected_since_ms,
            last_record_received_at: status.last_record_received_ms,
            last_commit_at: self.store.health().last_commit_at_ms,
            complete_until: self.complete_until(&status, asked_at_ms),
            queue_depths: answers::depths(&status, self.intake.capacity() as u64, waiting),
            counters,
            gateway: status.gateway.as_ref().map(answers::gateway_document),
            rival_suspected: answers::rival_document(&status),
        }
    }

    /// What keeps the manager from connecting at all, since its start.
    fn connection_error(&self, connection: &Connection) -> Option<CollectorErrorDocument> {
        let error = usable(connection).err().filter(|_| !matches!(connection, Connection::None))?;
        Some(CollectorErrorDocument {
            stage: "connect".to_owned(),
            code: error.body.code,
            text: error.body.error,
            hint: error.body.hint.unwrap_or_default(),
            at_ms: self.started_at_ms,
        })
    }

    /// The error that a person should know of now; empty while collecting works.
    fn last_error(&self, status: &CollectorStatus, connection: &Connection) -> String {
        let document = match (self.connection_error(connection), &status.last_error) {
            (Some(document), _) => document,
            (None, Some(error)) if status.state != State::Running => answers::error_document(error),
            (None, _) => return String::new(),
        };
        format!("{}: {}", document.stage, document.text)
    }

    /// Everything that the gateway published up to here is stored, gaps aside. `now_ms` was read before `status`.
    ///
    /// Unknown while the gateway publishes nothing, and while another consumer seems to take its records.
    fn complete_until(&self, status: &CollectorStatus, now_ms: i64) -> Option<i64> {
        let facts = status.gateway.as_ref();
        let silent = facts.is_some_and(|facts| facts.usage_statistics_enabled == Some(false));
        if silent || status.rival_suspected.is_some() {
            return None;
        }
        let reached = match status.reach {
            Reach::Live => now_ms,
            Reach::Until(ms) => ms,
            Reach::Unknown => Some(self.last_connected_ms.load(Ordering::Relaxed)).filter(|ms| *ms > 0)?,
        };
        // Asked for last: what came in the meantime makes it earlier, never later.
        let complete = self.intake.oldest_unsettled_ms().map_or(reached, |waiting| waiting.min(reached));
        Some(complete).filter(|ms| *ms > 0)
    }
}

fn index_document(status: index::Status, events: i64) -> IndexDocument {
    IndexDocument {
        state: status.state.as_str().to_owned(),
        generation: status.generation,
        lag: status.lag,
        events: status.events,
        events_expected: events,
        segments: status.segments,
        missing_segments: status.missing_segments,
        disk_bytes: status.disk_bytes,
        text_bytes: status.text_bytes,
        memory_bytes: status.memory_bytes,
        rows_read: status.rows_read,
        repricing: status.repricing,
        rebuild_reason: status.rebuild_reason,
        rebuilt_at_ms: status.rebuilt_at_ms,
        error: status.error,
    }
}

/// What `/status` says of the check after an unclean stop, while the database works: state, text, next step. `None`:
/// the file is sound as far as anybody knows.
pub fn check_words(check: &CheckState) -> Option<(&'static str, String, &'static str)> {
    match check {
        CheckState::Running { .. } => {
            Some(("checking", "the file is checked after an unclean stop".to_owned(), ""))
        }
        CheckState::Postponed { .. } => Some((
            "checking",
            "the check after an unclean stop gave way to writing and will be repeated".to_owned(),
            "",
        )),
        CheckState::Failed { .. } => Some((
            "corrupt",
            "the check after an unclean stop found damage".to_owned(),
            store::StoreError::Corrupt(String::new()).remedy(),
        )),
        CheckState::Abandoned { reason } => Some((
            "unchecked",
            format!("the check after an unclean stop could not be done: {reason}"),
            "Restart the manager at a quiet time; the file is then checked again.",
        )),
        _ => None,
    }
}

fn database_document(health: &Health, storage: &Storage) -> DatabaseDocument {
    let (state, text, remedy) = match (health.state, check_words(&health.check)) {
        (StoreState::Ok, Some(words)) => words,
        (state, _) => {
            let error = health.error.as_ref();
            let text = error.map(ToString::to_string).unwrap_or_default();
            (state.as_str(), text, error.map(store::StoreError::remedy).unwrap_or_default())
        }
    };
    DatabaseDocument {
        state: state.to_owned(),
        state_text: text,
        remedy: remedy.to_owned(),
        database_bytes: storage.database_bytes,
        wal_bytes: storage.wal_bytes,
        shm_bytes: storage.shm_bytes,
        total_bytes: storage.database_bytes + storage.wal_bytes + storage.shm_bytes,
        journal_size_limit_bytes: WAL_LIMIT_BYTES,
        checkpoint: checkpoint_document(health),
    }
}

fn checkpoint_document(health: &Health) -> CheckpointDocument {
    let Some(last) = health.checkpoint else {
        return CheckpointDocument { mode: "pending".to_owned(), ..CheckpointDocument::default() };
    };
    CheckpointDocument {
        mode: last.mode.to_owned(),
        busy: i64::from(last.busy),
        log_frames: i64::from(last.log_frames),
        checkpointed_frames: i64::from(last.copied_frames),
        executed_at_ms: last.at_ms,
        duration_ms: i64::try_from(last.took.as_millis()).unwrap_or(i64::MAX),
    }
}
