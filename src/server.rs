//! The server: who is connected to whom, and in which order things start and stop.

mod bootstrap;
mod columns;
mod sessions;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::control::ApiSettings;
use api::{AppState, AuditLog, ImportLimits, ImportSessions, Importer, Live, PageServer, Prices};
use arc_swap::ArcSwap;
use collector::Intake;
use index::Index;
use model::CredentialMap;
use store::{OpenOptions, ProcessLock, Store};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vault::{AdminGuard, SessionStore};

use crate::cli::Problem;
use crate::clock::now_ms;
use crate::manager::{Manager, Parts};
use crate::recorder::{self, Recorded};
use crate::settings::Settings;
use crate::{admin_credential, os};

/// Open requests may take this long after the order to stop.
const HTTP_GRACE: Duration = Duration::from_millis(1000);
/// Imports may take this long to end after the batch that they are at.
const IMPORT_PATIENCE: Duration = Duration::from_millis(1500);
/// A database that cannot be written may take this long to recover while the process ends.
const STORE_PATIENCE: Duration = Duration::from_millis(1500);
/// Commands that wait for the disk, sessions and pages need few threads.
const MAX_WORKERS: usize = 4;
/// Threads for blocking work: reads of the database and imports, beside the key checks that may wait for their turn in
/// three lanes. They cost memory only while they are used.
const MAX_BLOCKING: usize = 3 * vault::MAX_WAITING + 64;

/// A running server.
pub struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    recording: JoinHandle<()>,
    auditing: JoinHandle<()>,
    stop_auditing: CancellationToken,
    background: Vec<JoinHandle<()>>,
    manager: Arc<Manager>,
    imports: Arc<ImportSessions>,
    intake: Arc<Intake>,
    sessions: sessions::Keeper,
    index: Arc<Index>,
    store: Store,
    credentials: Arc<ArcSwap<CredentialMap>>,
    // Held until everything else is closed.
    lock: ProcessLock,
}

/// How often code that does not run is let go. Taking back what does run costs less than a millisecond.
const CODE_KEPT: Duration = Duration::from_secs(10);

async fn stay_small() {
    loop {
        tokio::time::sleep(CODE_KEPT).await;
        os::let_go_of_code();
    }
}

/// The runtime of the server: a few workers, and a bounded number of threads for blocking work.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.clamp(1, MAX_WORKERS))
        .max_blocking_threads(MAX_BLOCKING)
        .thread_keep_alive(Duration::from_secs(5))
        .enable_all()
        .build()
}

/// Runs the server until the process is asked to stop.
///
/// # Errors
/// When it cannot start.
pub async fn run(settings: Settings) -> Result<(), Problem> {
    let mut signals = os::StopSignals::listen().map_err(Problem::from_error)?;
    let server = Server::start(settings).await?;
    tracing::info!(address = %server.address, "listening");
    let signal = signals.next().await;
    tracing::info!(signal, "stopping");
    let began = Instant::now();
    server.stop().await;
    tracing::info!(duration_ms = began.elapsed().as_millis() as u64, "stopped");
    Ok(())
}

impl Server {
    /// Opens everything and starts serving; collecting begins behind the open listener.
    ///
    /// # Errors
    /// When the database, the keys or the listener cannot be had. Nothing is left running then.
    pub async fn start(settings: Settings) -> Result<Self, Problem> {
        install_tls();
        os::create_private_dir(&settings.data_dir).map_err(|error| {
            Problem::new(format!("cannot create {}: {error}", settings.data_dir.display()))
                .hint("make the directory, writable for the manager's user")
        })?;
        let open = |path: &std::path::Path| -> Result<(ProcessLock, Store), store::OpenError> {
            let lock = ProcessLock::acquire(path)?;
            Ok((lock, Store::open(path, &OpenOptions::default())?))
        };
        let (lock, store) =
            open(&settings.db_path).map_err(|error| Problem::new(error.to_string()).hint(error.remedy()))?;
        let books = store
            .read_blocking(|reader| {
                Ok(reader.price_generation()? > 0 || !reader.api_key_aliases()?.is_empty())
            })
            .map_err(|error| Problem::new(error.to_string()).hint(error.remedy()))?;
        let had_history = store.counts().events > 0 || books;
        // Before any key is made: a start that fails here leaves nothing to be lost.
        let listener = TcpListener::bind(settings.http_addr).await.map_err(|error| {
            Problem::new(format!("cannot listen on {}: {error}", settings.http_addr))
                .hint("stop the program that uses the port, or set HTTP_ADDR")
        })?;
        let address = listener.local_addr().map_err(Problem::from_error)?;
        let sealer = bootstrap::sealer(&settings, &store)?;
        let admin = bootstrap::admin(&settings, &store).await?;

        let intake = Arc::new(Intake::default());
        let recorded = Arc::new(Recorded::default());
        let credentials = Arc::new(ArcSwap::from_pointee(CredentialMap::default()));
        let client = proxy::UpstreamClient::new(proxy::ClientOptions {
            proxies: proxy::ForwardProxies::system(),
            ..proxy::ClientOptions::default()
        })
        .map_err(|error| Problem::new(error.to_string()))?;
        let recording = tokio::spawn(recorder::run(
            Arc::clone(&intake),
            store.clone(),
            Arc::clone(&credentials),
            Arc::clone(&recorded),
            STORE_PATIENCE,
        ));
        let prices = Arc::new(Prices::new(settings.prices.basis, settings.prices.bundled));
        prices.load(&store).await.map_err(|error| Problem::new(error.to_string()).hint(error.remedy()))?;
        let index = columns::start(&store, &prices)?;
        // Stopped when the last request is answered or given up: what it did is recorded in both cases.
        let stop_auditing = CancellationToken::new();
        let (audit, auditing) = AuditLog::start(store.clone(), stop_auditing.clone());
        let manager = Manager::new(Parts {
            settings: settings.clone(),
            store: store.clone(),
            index: Arc::clone(&index),
            sealer,
            intake: Arc::clone(&intake),
            recorded,
            credentials: Arc::clone(&credentials),
            client: client.clone(),
            audit: audit.clone(),
            had_history,
        })
        .map_err(|error| Problem::new(error.to_string()).hint(error.remedy()))?;

        let stop = CancellationToken::new();
        let guard = AdminGuard::new(admin.credential.clone()).map_err(Problem::from_error)?;
        let logins = Arc::new(SessionStore::new());
        let sessions = sessions::Keeper::new(Arc::clone(&logins), guard.clone(), store.clone());
        sessions.restore().await;
        let imports = import_sessions(&settings, &store, &credentials, audit.clone());
        let state = AppState::new(api::Parts {
            settings: api_settings(&settings),
            control: Arc::clone(&manager) as Arc<dyn api::control::Control>,
            guard: guard.clone(),
            sessions: api::auth::Sessions::new(logins),
            store: store.clone(),
            index: Arc::clone(&index),
            imports: Arc::clone(&imports),
            proxy: client,
            auth_files: proxy::auth_files::AuthFileGate::new(),
            page: PageServer::new(settings.panel_path.clone()),
            live: Live::new(stop.clone()),
            audit,
            prices: Arc::clone(&prices),
            catalogues: catalogues::Catalogues::new(settings.prices.catalogues.clone()),
            clock: now_ms,
        });
        let serving = tokio::spawn(api::serve(listener, api::router(state), stop.clone(), HTTP_GRACE));
        let background = vec![
            tokio::spawn(bootstrap::prime(guard.clone(), admin.primed_with)),
            tokio::spawn(follow_credential(store.clone(), admin.credential, guard)),
            tokio::spawn(sweep_imports(Arc::clone(&imports))),
            tokio::spawn(columns::follow_prices(Arc::clone(&index), prices)),
            tokio::spawn(sessions.clone().keep()),
            tokio::spawn(stay_small()),
        ];
        manager.start().await;
        Ok(Self {
            address,
            stop,
            serving,
            recording,
            auditing,
            stop_auditing,
            background,
            manager,
            imports,
            intake,
            sessions,
            index,
            store,
            credentials,
            lock,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is known of the gateway's credentials.
    pub fn credentials(&self) -> &ArcSwap<CredentialMap> {
        &self.credentials
    }

    /// Stops: no new connections, open requests end, sockets are drained, everything is committed, the file is closed.
    pub async fn stop(self) {
        self.stop.cancel();
        let Self { serving, recording, auditing, background, manager, imports, intake, .. } = self;
        let Self { sessions, index, store, lock, stop_auditing, .. } = self;
        for task in &background {
            task.abort();
        }
        // The sockets are drained while the last requests are answered and imports end.
        let (served, (), ()) = tokio::join!(serving, manager.stop(), imports.stop(IMPORT_PATIENCE));
        if let Err(error) = served {
            tracing::error!(%error, "the listener ended abnormally");
        }
        intake.close();
        if let Err(error) = recording.await {
            tracing::error!(%error, "the recorder ended abnormally");
        }
        sessions.save().await;
        stop_auditing.cancel();
        if let Err(error) = auditing.await {
            tracing::error!(%error, "the audit trail ended abnormally");
        }
        // The newest events go into files before the database that they come from is closed.
        let closing = tokio::task::spawn_blocking(move || {
            index.stop();
            store.close();
        });
        if let Err(error) = closing.await {
            tracing::error!(%error, "the database was not closed in order");
        }
        drop(lock);
    }
}

/// One TLS provider for the whole process.
fn install_tls() {
    // Fails only when it was installed before, by an earlier server of the same process.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn import_sessions(
    settings: &Settings,
    store: &Store,
    credentials: &Arc<ArcSwap<CredentialMap>>,
    audit: AuditLog,
) -> Arc<ImportSessions> {
    let limits = ImportLimits {
        chunk_bytes: settings.imports.chunk_bytes,
        quota_bytes: settings.imports.disk_quota_bytes,
        max_sessions: settings.imports.max_sessions,
        ttl: settings.imports.session_ttl,
    };
    let importer = Importer::new(store.clone(), Arc::clone(credentials), now_ms);
    ImportSessions::open(settings.imports.directory.clone(), limits, importer, now_ms, audit)
}

fn api_settings(settings: &Settings) -> ApiSettings {
    ApiSettings {
        cors_origins: settings.cors_origins.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
    }
}

async fn sweep_imports(imports: Arc<ImportSessions>) {
    let mut ticks = tokio::time::interval(imports.sweep_interval());
    loop {
        ticks.tick().await;
        let imports = Arc::clone(&imports);
        if tokio::task::spawn_blocking(move || imports.sweep()).await.is_err() {
            return;
        }
    }
}

/// Takes a key that `reset-admin-key` stores while we run.
async fn follow_credential(store: Store, known: vault::AdminCredential, guard: AdminGuard) {
    admin_credential::follow(store, known, admin_credential::LOOK_EVERY, move |credential| {
        tracing::info!("the admin key was reset");
        guard.replace(credential);
    })
    .await;
}
