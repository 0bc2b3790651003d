//! The product behind the HTTP face: which gateway, which settings, and the collector that follows from both.

mod answers;
mod audit;
pub mod config;
mod connection;
mod control;
mod ledger;
mod names;
mod reports;
mod saved;
mod setup;
mod status;
mod trial;

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use api::control::BoxFuture;
use api::types::status::GapDocument;
use api::{ApiError, ApiResult, AuditLog};
use arc_swap::ArcSwap;
use collector::{Collector, CollectorOptions, Intake, KeyGuard, Reach, State, Timings};
use index::Index;
use model::CredentialMap;
use store::{AuditEntry, SettingChange, Store, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use vault::{DataKey, SettingsSealer};

use crate::clock::now_ms;
use crate::recorder::Recorded;
use crate::settings::{DataKeyChoice, Settings};
#[cfg(test)]
pub use answers::state_name;
use connection::Connection;
use reports::Reports;
use saved::Saved;
pub use status::check_words;

/// Whether a sealed management key is saved, so that a missing data key must not be replaced silently.
///
/// # Errors
/// Those of a read.
pub fn has_sealed_secret(store: &Store) -> Result<bool, StoreError> {
    Ok(Saved::load(store)?.has_sealed_key())
}

/// How long the end of the process waits for reports of the last moment.
const REPORT_PATIENCE: Duration = Duration::from_millis(500);
/// Why a change is not carried out.
const ENDING: &str = "the manager is ending";
/// How often "we were connected" is written down while we are; the precision of the gap after a power cut.
const CONNECTED_EVERY: Duration = Duration::from_secs(30);

/// What a manager is made of.
pub struct Parts {
    /// What the operator set.
    pub settings: Settings,
    /// The database.
    pub store: Store,
    /// The column index.
    pub index: Arc<Index>,
    /// Opens sealed settings, when the data key is known.
    pub sealer: Option<SettingsSealer>,
    /// Where the collector puts records.
    pub intake: Arc<Intake>,
    /// What the recorder counts.
    pub recorded: Arc<Recorded>,
    /// Account names.
    pub credentials: Arc<ArcSwap<CredentialMap>>,
    /// Connections to the gateway.
    pub client: proxy::UpstreamClient,
    /// Takes what was changed in the gateway.
    pub audit: AuditLog,
    /// Whether there was anything in the database at the start.
    pub had_history: bool,
}

/// The running product.
pub struct Manager {
    /// For tasks and callbacks that must not keep it alive, and for changes that outlast who asked for them.
    this: Weak<Self>,
    settings: Settings,
    store: Store,
    index: Arc<Index>,
    intake: Arc<Intake>,
    recorded: Arc<Recorded>,
    credentials: Arc<ArcSwap<CredentialMap>>,
    client: proxy::UpstreamClient,
    key_guard: Arc<KeyGuard>,
    audit: AuditLog,
    timings: Timings,
    started_at_ms: i64,
    had_history: bool,
    current: Mutex<Current>,
    /// Held while the connection or the configuration changes, so that changes happen one after the other.
    changing: tokio::sync::Mutex<()>,
    collector: Mutex<Option<Arc<Collector>>>,
    reports: Reports,
    facts: tokio::sync::Mutex<Option<status::Facts>>,
    status_changes: watch::Sender<u64>,
    last_connected_ms: AtomicI64,
    /// The process ends: changes that wait for the gateway are given up, and none begins.
    stopping: CancellationToken,
}

struct Current {
    saved: Saved,
    connection: Connection,
    sealer: Option<Arc<SettingsSealer>>,
}

impl Manager {
    /// Reads the saved configuration.
    ///
    /// # Errors
    /// Those of reading the database.
    pub fn new(parts: Parts) -> Result<Arc<Self>, StoreError> {
        let saved = Saved::load(&parts.store)?;
        let connection = Connection::resolve(&parts.settings, &saved, parts.sealer.as_ref());
        match &connection {
            Connection::Unreadable { .. } => tracing::warn!(
                "the saved management key cannot be read: data.key is missing or another one; enter the connection again in the panel"
            ),
            Connection::Unusable { problem } => {
                tracing::warn!(problem, "the gateway connection cannot be used")
            }
            Connection::None | Connection::Ready(_) => {}
        }
        Ok(Arc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            key_guard: KeyGuard::new(Arc::new(ledger::StoredLedger(parts.store.clone()))),
            current: Mutex::new(Current { saved, connection, sealer: parts.sealer.map(Arc::new) }),
            settings: parts.settings,
            store: parts.store,
            index: parts.index,
            intake: parts.intake,
            recorded: parts.recorded,
            credentials: parts.credentials,
            client: parts.client,
            audit: parts.audit,
            timings: Timings::default(),
            started_at_ms: now_ms(),
            had_history: parts.had_history,
            changing: tokio::sync::Mutex::default(),
            collector: Mutex::default(),
            reports: Reports::default(),
            facts: tokio::sync::Mutex::default(),
            status_changes: watch::Sender::new(0),
            last_connected_ms: AtomicI64::new(0),
            stopping: CancellationToken::new(),
        }))
    }

    /// Starts collecting if a gateway is connected, and the tasks that go with it.
    pub async fn start(self: &Arc<Self>) {
        tokio::spawn(reports::write_gaps(Arc::downgrade(self)));
        tokio::spawn(reports::read_auth_files(Arc::downgrade(self)));
        tokio::spawn(names::name_events(Arc::downgrade(self)));
        tokio::spawn(names::look_up_unknown(Arc::downgrade(self)));
        tokio::spawn(reports::remember_connected(Arc::downgrade(self)));
        let _changing = self.changing.lock().await;
        self.apply().await;
    }

    /// Stops collecting. Everything that the gateway had delivered is in the intake afterwards.
    pub async fn stop(&self) {
        self.stopping.cancel();
        let _changing = self.changing.lock().await;
        let running = lock(&self.collector).take();
        if let Some(running) = running {
            self.stop_collecting(&running).await;
            self.reports_written(REPORT_PATIENCE).await;
        }
    }

    /// Stops the collector and keeps until when it had all: an outage that lasts is not forgotten with the process.
    async fn stop_collecting(&self, running: &collector::Collector) {
        let status = running.status();
        running.stop().await;
        let never = status.reach == Reach::Unknown && status.state != State::Running;
        match status.open_gap {
            Some(outage) => self.note_connected(outage.from_ms).await,
            // A gateway that was never reached has handed nothing over.
            None if never => {}
            None => self.note_connected(now_ms()).await,
        }
    }

    /// Brings the collector in line with the configuration: starts, changes or stops it.
    async fn apply(&self) {
        let (connection, config) = {
            let current = lock(&self.current);
            (current.connection.clone(), current.saved.config())
        };
        let wanted = connection.ready().filter(|_| connection::is_enabled(&config));
        let settings = connection::collector_settings(&self.settings, &config);
        let running = lock(&self.collector).clone();
        match (wanted, running) {
            (Some(ready), Some(running)) => running.reconfigure(ready.upstream.clone(), settings).await,
            (Some(ready), None) => self.launch(ready.upstream.clone(), settings),
            (None, Some(running)) => {
                lock(&self.collector).take();
                self.stop_collecting(&running).await;
            }
            (None, None) => {}
        }
        self.changed();
    }

    fn launch(&self, upstream: collector::Upstream, settings: collector::CollectorSettings) {
        let manager = self.this.clone();
        let events = move |event| {
            if let Some(manager) = manager.upgrade() {
                manager.take_report(event);
            }
        };
        let started = Collector::start(CollectorOptions {
            upstream,
            settings,
            timings: self.timings.clone(),
            intake: Arc::clone(&self.intake),
            guard: Arc::clone(&self.key_guard),
            events: Arc::new(events),
            last_connected_ms: saved::last_connected(&self.store),
        });
        match started {
            Ok(started) => *lock(&self.collector) = Some(Arc::new(started)),
            Err(error) => tracing::error!(%error, "the collector cannot start"),
        }
    }

    /// Carries a change out to its end, even when who asked for it has gone: what is stored must come into force too.
    fn carry_out<T, F>(&self, change: impl FnOnce(Arc<Self>) -> F) -> BoxFuture<'static, ApiResult<T>>
    where
        T: Send + 'static,
        F: Future<Output = ApiResult<T>> + Send + 'static,
    {
        // Somebody holds the manager: it is being called.
        let Some(this) = self.this.upgrade() else {
            return Box::pin(async { Err(ApiError::internal(ENDING)) });
        };
        let stopping = self.stopping.clone();
        let change = change(this);
        let running = tokio::spawn(async move {
            // Its checks may wait for a gateway that hangs; what is stored by then comes into force with the next start.
            stopping.run_until_cancelled(change).await.unwrap_or_else(|| Err(ApiError::internal(ENDING)))
        });
        Box::pin(async { running.await.unwrap_or_else(|error| Err(ApiError::internal(error))) })
    }

    fn running(&self) -> Option<Arc<Collector>> {
        lock(&self.collector).clone()
    }

    fn connection(&self) -> Connection {
        lock(&self.current).connection.clone()
    }

    /// Tells listeners that the status may be another one.
    fn changed(&self) {
        self.status_changes.send_modify(|version| *version = version.wrapping_add(1));
    }

    async fn note_connected(&self, at_ms: i64) {
        self.last_connected_ms.store(at_ms, Ordering::Relaxed);
        if let Err(error) = self.store.change_settings(vec![saved::connected_change(at_ms)]).await {
            tracing::debug!(%error, "the time of the last connection is not written down");
        }
    }

    /// Saves a configuration with its entry in the audit trail, and makes it the one in force.
    async fn adopt(
        &self,
        saved: Saved,
        sealer: Option<Arc<SettingsSealer>>,
        entry: Option<AuditEntry>,
    ) -> ApiResult<()> {
        let changes: Vec<SettingChange> = vec![saved.change().map_err(ApiError::internal)?];
        let written = match entry {
            Some(entry) => self.store.change_settings_audited(changes, entry).await,
            None => self.store.change_settings(changes).await,
        };
        written.map_err(|error| store_error(&error))?;
        {
            let mut current = lock(&self.current);
            current.connection = Connection::resolve(&self.settings, &saved, sealer.as_deref());
            current.saved = saved;
            current.sealer = sealer;
        }
        self.apply().await;
        Ok(())
    }

    /// The sealer, with a new data key if the old one is lost for good and a person enters the connection again.
    fn sealer_for_saving(&self) -> ApiResult<Arc<SettingsSealer>> {
        if let Some(sealer) = lock(&self.current).sealer.clone() {
            return Ok(sealer);
        }
        let key = match &self.settings.data_key {
            DataKeyChoice::Given { key, .. } => SettingsSealer::new(key),
            DataKeyChoice::KeyFile(path) => SettingsSealer::new(&new_data_key(path)?),
        };
        Ok(Arc::new(key))
    }

    /// The gap that lasts.
    fn open_gap(&self) -> Option<GapDocument> {
        self.running()?.status().open_gap.map(answers::open_gap_document)
    }

    async fn read_gaps(&self, limit: usize) -> ApiResult<Vec<GapDocument>> {
        let gaps = self.store.read(move |reader| reader.gaps(None, limit)).await;
        let gaps = gaps.map_err(|error| store_error(&error))?;
        Ok(gaps.into_iter().map(answers::gap_document).collect())
    }
}

fn new_data_key(path: &Path) -> ApiResult<DataKey> {
    let loaded = vault::load_or_create(path, true).map_err(|error| {
        ApiError::new(http::StatusCode::SERVICE_UNAVAILABLE, "data_key_unavailable", error.to_string())
            .with_hint("make the data directory writable, or set CPA_MANAGER_DATA_KEY")
    })?;
    Ok(loaded.key)
}

fn store_error(error: &StoreError) -> ApiError {
    ApiError::storage(error).with_hint(error.remedy())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it holds one of these locks; if it ever does, the state is still whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
