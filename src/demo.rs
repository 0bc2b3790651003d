//! `demo`: a simulated gateway with history and live traffic, and the manager on a temporary directory.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use model::{CredentialMap, DEFAULT_GATEWAY};
use normaliser::{Context, Outcome};
use simulator::traffic::{LiveTraffic, TrafficConfig, TrafficGenerator};
use simulator::{DEFAULT_MANAGEMENT_KEY, Simulator, SimulatorConfig};
use store::Store;

use crate::cli::Problem;
use crate::clock::now_ms;
use crate::server::Server;
use crate::settings::{self, Environment, LoadRequest, Strings};
use crate::{logging, os};

/// One day, milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Events of one commit while the history is written.
const HISTORY_BATCH: usize = 2_000;
/// How long the history waits for the names of the credentials.
const CREDENTIALS_WAIT: Duration = Duration::from_secs(10);

/// What the demo can be told.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the manager listens.
    pub listen: SocketAddr,
    /// Where the simulated gateway listens.
    pub gateway: SocketAddr,
    /// Live records per second, as the mean over a day.
    pub rate: f64,
    /// Days of history.
    pub days: i64,
    /// Events of the history.
    pub events: u64,
    /// The seed of everything.
    pub seed: u64,
}

/// The one variable of the real environment that a demo follows.
const PANEL_PATH: &str = "PANEL_PATH";

/// Settings of the demo: nothing else of the real environment, so that it cannot touch a real installation.
struct Fixed(BTreeMap<&'static str, OsString>);

impl Strings for Fixed {
    fn get(&self, name: &str) -> Option<OsString> {
        self.0.get(name).cloned()
    }
}

/// Runs the demo until the process is asked to stop. The directory is removed then.
///
/// # Errors
/// When something cannot start.
pub async fn run(options: Options) -> Result<(), Problem> {
    let mut signals = os::StopSignals::listen().map_err(Problem::from_error)?;
    let directory = tempfile::tempdir().map_err(Problem::from_error)?;
    let key = vault::generate_admin_key().map_err(Problem::from_error)?;
    let gateway = Simulator::start(SimulatorConfig {
        listen: options.gateway,
        world_seed: options.seed,
        control: true,
        ..SimulatorConfig::default()
    })
    .await
    .map_err(|error| {
        Problem::new(format!("the simulated gateway cannot listen on {}: {error}", options.gateway))
    })?;
    let mut environment = BTreeMap::from([
        ("HTTP_ADDR", OsString::from(options.listen.to_string())),
        ("USAGE_DATA_DIR", directory.path().as_os_str().to_owned()),
        ("CPA_MANAGER_ADMIN_KEY", OsString::from(key.expose())),
        ("CPA_UPSTREAM_URL", OsString::from(gateway.base_url())),
        ("CPA_MANAGEMENT_KEY", OsString::from(DEFAULT_MANAGEMENT_KEY)),
        ("CPAMP_LOG", OsString::from("warn")),
    ]);
    // A panel under development is what a demo is good for; it touches nothing.
    environment.extend(Environment.get(PANEL_PATH).map(|path| (PANEL_PATH, path)));
    let settings =
        settings::load(&LoadRequest::default(), &Fixed(environment)).map_err(Problem::from_error)?;
    logging::init(&settings.log).map_err(Problem::from_error)?;
    let server = Server::start(settings).await?;
    let traffic = gateway.traffic_config();
    let live = LiveTraffic::start(&gateway, traffic.clone(), options.rate, false);
    say(&format!(
        "\n  CPA Manager Plus, demo\n\n    panel      http://{}/management.html\n    admin key  {}\n    gateway    {} (simulated, about {} requests/s)\n",
        server.address(),
        key.expose(),
        gateway.base_url(),
        options.rate
    ));
    let store = server.store().clone();
    let credentials = known_credentials(server.credentials()).await;
    let writing = tokio::task::spawn_blocking(move || write_history(&store, &options, traffic, &credentials));
    match writing.await.map_err(Problem::from_error)? {
        Ok(events) => say(&format!("  {events} events of history written. Ctrl-C ends the demo.")),
        Err(problem) => say(&format!("  the history is not complete: {problem}")),
    }
    signals.next().await;
    live.stop();
    tokio::time::timeout(Duration::from_secs(5), server.stop()).await.ok();
    gateway.stop().await;
    Ok(())
}

/// What the manager learnt of the gateway's credentials: with their names the past and the present are one account each.
async fn known_credentials(known: &ArcSwap<CredentialMap>) -> Arc<CredentialMap> {
    let deadline = tokio::time::Instant::now() + CREDENTIALS_WAIT;
    while known.load().by_auth_index.is_empty() && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    known.load_full()
}

/// Writes the past straight into the store, through the normaliser, newest days included.
fn write_history(
    store: &Store,
    options: &Options,
    traffic: TrafficConfig,
    credentials: &CredentialMap,
) -> Result<u64, store::StoreError> {
    let now = now_ms();
    let mut generator = TrafficGenerator::new(traffic);
    let mut batch = Vec::with_capacity(HISTORY_BATCH);
    let mut written = 0;
    let mut flush = |batch: &mut Vec<model::UsageEvent>| -> Result<(), store::StoreError> {
        let events = std::mem::replace(batch, Vec::with_capacity(HISTORY_BATCH));
        let outcome = store.append_blocking(events, Vec::new()).map_err(|rejected| rejected.error)?;
        written += outcome.inserted.len() as u64;
        Ok(())
    };
    for record in generator.history(now - options.days * DAY_MS, now, options.events) {
        let context = Context { gateway_id: DEFAULT_GATEWAY, received_at_ms: now, credentials };
        if let Outcome::Event(event) = normaliser::normalise(record.as_ref(), &context) {
            batch.push(*event);
        }
        if batch.len() == HISTORY_BATCH {
            flush(&mut batch)?;
        }
    }
    flush(&mut batch)?;
    Ok(written)
}

/// For the person who started the demo.
fn say(text: &str) {
    use std::io::Write as _;
    // A closed terminal changes nothing.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
