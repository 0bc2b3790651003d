//! A simulated gateway, a collector with quick timings, and what came out of it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use cpamp_collector as collector;

use collector::{
    AttemptLedger, Collector, CollectorEvent, CollectorOptions, CollectorSettings, CollectorStatus, Gap,
    Intake, KeyGuard, MemoryLedger, Mode, SecretKey, State, Timings, Upstream,
};
use model::Transport;
use simulator::{Simulator, SimulatorConfig};

pub const KEY: &str = "mgmt-test-key";

/// Everything in milliseconds instead of seconds.
pub fn quick() -> Timings {
    let ms = Duration::from_millis;
    Timings {
        connect: ms(2000),
        command: ms(2000),
        ping_after: ms(300),
        pong_within: ms(600),
        slow_pop: ms(50),
        backoff_min: ms(20),
        backoff_max: ms(200),
        http: ms(5000),
        idle_poll_max: ms(100),
        facts_every: ms(300),
        auth_files_every: ms(300),
        refresh_debounce: ms(10),
        climb_min: ms(100),
        climb_max: ms(300),
        stop_quiet: ms(2),
        stop_drain: ms(1000),
        stop_http: ms(2000),
        handover: ms(2000),
        flow_window: ms(2000),
    }
}

pub fn settings(mode: Mode) -> CollectorSettings {
    CollectorSettings { mode, poll_interval: Duration::from_millis(10), ..CollectorSettings::default() }
}

pub fn record(n: usize) -> Bytes {
    let padding = "x".repeat(900 + n % 300);
    Bytes::from(format!(
        r#"{{"timestamp":"2026-11-23T09:03:42.{:09}Z","model":"m","request_id":"{n:08x}","n":{n},"pad":"{padding}"}}"#,
        n % 1_000_000_000
    ))
}

pub fn records(range: std::ops::Range<usize>) -> Vec<Bytes> {
    range.map(record).collect()
}

pub async fn simulate(change: impl FnOnce(&mut SimulatorConfig)) -> Simulator {
    let mut config = SimulatorConfig::default();
    change(&mut config);
    Simulator::start(config).await.unwrap()
}

pub fn upstream(url: &str, key: &str) -> Upstream {
    Upstream {
        base_url: Upstream::parse_url(url).unwrap(),
        management_key: SecretKey::new(key),
        tls_skip_verify: true,
        env_managed: false,
    }
}

/// A collector under test.
pub struct Rig {
    pub collector: Collector,
    pub intake: Arc<Intake>,
    pub guard: Arc<KeyGuard>,
    pub events: Arc<Mutex<Vec<CollectorEvent>>>,
    seen: Mutex<Vec<(usize, Transport)>>,
    /// Bytes kept and whole length of records that were too long.
    pub cut: Mutex<Vec<(usize, u64)>>,
}

pub struct Options {
    pub settings: CollectorSettings,
    pub timings: Timings,
    pub key: String,
    pub ledger: Arc<dyn AttemptLedger>,
    pub last_connected_ms: Option<i64>,
    pub capacity: usize,
}

impl Options {
    pub fn new(mode: Mode) -> Self {
        Self {
            settings: settings(mode),
            timings: quick(),
            key: KEY.to_owned(),
            ledger: Arc::new(MemoryLedger::default()),
            last_connected_ms: None,
            capacity: collector::DEFAULT_CAPACITY,
        }
    }
}

impl Rig {
    pub fn start(url: &str, mode: Mode) -> Self {
        Self::with(url, Options::new(mode))
    }

    pub fn with(url: &str, options: Options) -> Self {
        let intake = Arc::new(Intake::new(options.capacity));
        // Nobody stores anything here.
        intake.settle(usize::MAX);
        let guard = KeyGuard::new(options.ledger);
        let events: Arc<Mutex<Vec<CollectorEvent>>> = Arc::default();
        let sink = Arc::clone(&events);
        let collector = Collector::start(CollectorOptions {
            upstream: upstream(url, &options.key),
            settings: options.settings,
            timings: options.timings,
            intake: Arc::clone(&intake),
            guard: Arc::clone(&guard),
            events: Arc::new(move |event| sink.lock().unwrap().push(event)),
            last_connected_ms: options.last_connected_ms,
        })
        .unwrap();
        Self { collector, intake, guard, events, seen: Mutex::default(), cut: Mutex::default() }
    }

    pub fn status(&self) -> CollectorStatus {
        self.collector.status()
    }

    /// Waits until the status is as wanted.
    pub async fn until(&self, what: &str, check: impl Fn(&CollectorStatus) -> bool) -> CollectorStatus {
        eventually(&format!("{what}: {:?}", self.status()), || {
            Some(self.status()).filter(|status| check(status))
        })
        .await
    }

    pub async fn running(&self, transport: Transport) -> CollectorStatus {
        self.until("running", |status| status.state == State::Running && status.transport == Some(transport))
            .await
    }

    /// Takes what has arrived; answers the numbers of all records so far, in order of arrival.
    pub fn numbers(&self) -> Vec<usize> {
        self.take();
        self.seen.lock().unwrap().iter().map(|(n, _)| *n).collect()
    }

    pub fn transports(&self) -> HashSet<Transport> {
        self.take();
        self.seen.lock().unwrap().iter().map(|(_, transport)| *transport).collect()
    }

    fn take(&self) {
        let mut seen = self.seen.lock().unwrap();
        for item in self.intake.drain() {
            if let Some(total) = item.cut_from {
                self.cut.lock().unwrap().push((item.payload.len(), total));
            }
            let value: serde_json::Value = serde_json::from_slice(&item.payload).unwrap_or_default();
            if let Some(n) = value.get("n").and_then(serde_json::Value::as_u64) {
                seen.push((usize::try_from(n).unwrap(), item.transport));
            }
        }
    }

    /// Waits until exactly the records 0..count have arrived, each at least once.
    pub async fn complete(&self, count: usize) {
        eventually(&format!("all of {count} records"), || {
            let distinct: HashSet<usize> = self.numbers().into_iter().collect();
            (distinct.len() >= count).then_some(())
        })
        .await;
        self.exactly(count);
    }

    pub fn exactly(&self, count: usize) {
        let distinct: HashSet<usize> = self.numbers().into_iter().collect();
        let missing: Vec<usize> = (0..count).filter(|n| !distinct.contains(n)).collect();
        assert!(missing.is_empty(), "{} of {count} missing, first {:?}", missing.len(), missing.first());
        assert_eq!(distinct.len(), count);
    }

    pub fn gaps(&self) -> Vec<Gap> {
        let events = self.events.lock().unwrap();
        let gap = |event: &CollectorEvent| match event {
            CollectorEvent::Gap(gap) => Some(gap.clone()),
            _ => None,
        };
        events.iter().filter_map(gap).collect()
    }

    pub async fn gap(&self) -> Gap {
        eventually("a gap", || self.gaps().into_iter().next()).await
    }

    /// The credential lists that were read.
    pub fn lists(&self) -> Vec<Bytes> {
        let events = self.events.lock().unwrap();
        let list = |event: &CollectorEvent| match event {
            CollectorEvent::AuthFiles(body) => Some(body.clone()),
            _ => None,
        };
        events.iter().filter_map(list).collect()
    }

    pub fn count(&self, check: impl Fn(&CollectorEvent) -> bool) -> usize {
        self.events.lock().unwrap().iter().filter(|event| check(event)).count()
    }
}

/// Looks again and again for at most ten seconds.
pub async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Failed logins over all addresses.
pub fn failed_logins(sim: &Simulator) -> u64 {
    sim.counters().failed_logins.values().sum()
}
