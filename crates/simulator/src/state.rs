//! What all connections of one gateway share.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::{Ledger, Policy, Refusal};
use crate::clock::Clock;
use crate::config::SimulatorConfig;
use crate::counters::{Live, add};
use crate::delivery::{Recorder, Sequence};
use crate::faults::Faults;
use crate::gateway::Gateway;
use crate::hub::Hub;
use crate::traffic::{LiveTraffic, TrafficConfig};

/// What CPA's HTTP server answers to bytes that are no HTTP request.
pub(crate) const BAD_REQUEST: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request";

/// The payload of the items that [`crate::FaultSettings::malformed_every`] adds.
const MALFORMED_ITEM: &[u8] =
    b"{\"timestamp\":\"2026-11-23T09:05:17Z\",\"latency_ms\":12,\"source\":\"cut off here";

/// Records that paced publishers publish before they let other tasks run. Well below the 256 slots, so that the
/// pace and not the batch decides about a cut-off.
pub(crate) const PACED_BATCH: usize = 32;

/// How long a paced publisher sleeps at least; shorter sleeps are not kept by timers.
const PACE_TICK: Duration = Duration::from_millis(1);

/// Everything behind one gateway.
pub(crate) struct Shared {
    pub(crate) config: SimulatorConfig,
    pub(crate) clock: Arc<Clock>,
    pub(crate) counters: Arc<Live>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) ledger: Ledger,
    pub(crate) gateway: Gateway,
    policy: RwLock<Arc<Policy>>,
    publishing: AtomicBool,
    // Records while an item fault was on.
    records: AtomicU64,
    /// Ends with the gateway.
    pub(crate) stop: CancellationToken,
    /// Ends with every restart; all connections hang on it.
    epoch: Mutex<CancellationToken>,
    pub(crate) tasks: TaskTracker,
    traffic: Mutex<Option<LiveTraffic>>,
}

impl Shared {
    pub(crate) fn new(config: SimulatorConfig) -> Arc<Self> {
        let clock = Arc::new(Clock::new());
        let counters = Arc::new(Live::default());
        let recorder = Arc::new(Recorder::new(config.delivery_log));
        let hub = Arc::new(Hub::new(Arc::clone(&clock), Arc::clone(&counters), Arc::clone(&recorder)));
        let stop = CancellationToken::new();
        let gateway = Gateway::new(&config, clock.now_ms());
        let shared = Arc::new(Self {
            epoch: Mutex::new(stop.child_token()),
            policy: RwLock::new(Arc::new(Policy { secret: None, allow_remote: false })),
            publishing: AtomicBool::new(false),
            records: AtomicU64::new(0),
            faults: Arc::new(Faults::new()),
            ledger: Ledger::default(),
            tasks: TaskTracker::new(),
            traffic: Mutex::new(None),
            clock,
            counters,
            recorder,
            hub,
            gateway,
            stop,
            config,
        });
        shared.apply_settings();
        shared
    }

    /// Makes the configuration document effective.
    pub(crate) fn apply_settings(&self) {
        let settings = self.gateway.settings();
        self.publishing.store(settings.usage_statistics_enabled, Ordering::Relaxed);
        self.hub.set_retention_seconds(settings.retention_seconds);
        self.hub.set_open(settings.secret.is_some() && !self.config.home_mode);
        let policy = Policy { secret: settings.secret, allow_remote: settings.allow_remote };
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policy);
    }

    /// The configuration was written: obey it and tell the subscribers, as CPA does after a reload.
    pub(crate) fn reload(&self) {
        self.apply_settings();
        self.hub.publish_refresh();
    }

    pub(crate) fn home_mode(&self) -> bool {
        self.config.home_mode || self.faults.get().home_mode
    }

    /// Whether the management routes exist.
    pub(crate) fn management_on(&self) -> bool {
        let policy = self.policy.read().unwrap_or_else(PoisonError::into_inner);
        policy.secret.is_some() && !self.faults.get().no_secret_key
    }

    /// The key check, shared by HTTP and RESP.
    pub(crate) async fn authenticate(
        &self,
        address: &str,
        local: bool,
        provided: &str,
    ) -> Result<(), Refusal> {
        let faults = self.faults.get();
        let mut policy = Policy::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner));
        let local = local && !faults.remote_disabled;
        policy.allow_remote &= !faults.remote_disabled;
        let key =
            self.ledger.before_comparison(address, local, provided, &policy, self.clock.now_ms())?.to_owned();
        let matched = match policy.secret {
            Some(secret) if secret.costs_bcrypt() => {
                add(&self.counters.bcrypt_verifications, 1);
                tokio::task::spawn_blocking(move || secret.matches(&key)).await.unwrap_or(false)
            }
            Some(secret) => secret.matches(&key),
            None => false,
        };
        self.ledger.after_comparison(address, matched && !faults.wrong_key, self.clock.now_ms())
    }

    /// Publishes one record as CPA does, with the item faults around it.
    pub(crate) fn publish(&self, record: Bytes) -> Sequence {
        let accepted = self.publishing.load(Ordering::Relaxed);
        let faults = self.faults.get();
        if faults.malformed_every > 0 || faults.oversized_every > 0 {
            let number = self.records.fetch_add(1, Ordering::Relaxed);
            if faults.malformed_every > 0 && number.is_multiple_of(faults.malformed_every) {
                self.hub.publish(Bytes::from_static(MALFORMED_ITEM), accepted);
            }
            if faults.oversized_every > 0 && number.is_multiple_of(faults.oversized_every) {
                self.hub.publish(oversized_item(faults.oversized_bytes), accepted);
            }
        }
        if accepted {
            self.gateway.observe(&record, self.clock.now_ms(), &self.hub);
        }
        self.hub.publish(record, accepted)
    }

    /// The traffic that the control routes have started.
    pub(crate) fn traffic(&self) -> MutexGuard<'_, Option<LiveTraffic>> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes at a steady rate, never waiting for a subscriber.
    pub(crate) async fn publish_at_rate(
        &self,
        records: impl IntoIterator<Item = Bytes>,
        per_second: u32,
    ) -> Vec<Sequence> {
        let started = tokio::time::Instant::now();
        let mut sequences = Vec::new();
        for record in records {
            let due = Duration::from_secs_f64(sequences.len() as f64 / f64::from(per_second.max(1)));
            let ahead = due.saturating_sub(started.elapsed());
            if ahead >= PACE_TICK {
                tokio::time::sleep(ahead).await;
            } else if sequences.len().is_multiple_of(PACED_BATCH) {
                tokio::task::yield_now().await;
            }
            sequences.push(self.publish(record));
        }
        sequences
    }

    /// Settings of a generator whose accounts this gateway knows.
    pub(crate) fn traffic_config(&self) -> TrafficConfig {
        TrafficConfig {
            seed: self.config.world_seed,
            auth_dir: self.config.auth_dir.clone(),
            ..TrafficConfig::default()
        }
    }

    /// The token that new connections hang on.
    pub(crate) fn epoch(&self) -> CancellationToken {
        self.epoch.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes every connection.
    pub(crate) fn cut_connections(&self) {
        let mut epoch = self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *epoch, self.stop.child_token()).cancel();
    }

    /// As if CPA was restarted.
    pub(crate) fn restart_empty(&self) {
        self.hub.end_subscriptions();
        self.hub.clear_queue();
        self.cut_connections();
        self.ledger.reset();
        self.counters.reset();
        self.faults.forget_dead_connections();
        self.gateway.restarted();
    }
}

/// A valid JSON record of about this many bytes.
fn oversized_item(bytes: usize) -> Bytes {
    let mut item = String::with_capacity(bytes + 128);
    item.push_str(r#"{"timestamp":"2026-11-23T09:05:17Z","failed":true,"fail":{"status_code":500,"body":""#);
    let filler = bytes.saturating_sub(item.len() + 3);
    item.extend(std::iter::repeat_n('x', filler));
    item.push_str("\"}}");
    Bytes::from(item)
}

/// One accepted connection.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: u64,
    /// The TCP peer.
    pub(crate) address: String,
    /// Whether the TCP peer is exactly 127.0.0.1 or ::1.
    pub(crate) local: bool,
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, id: u64, peer: IpAddr) -> Self {
        let address = peer.to_canonical().to_string();
        let local = is_local(&address);
        Self { shared, id, address, local }
    }
}

/// CPA's meaning of "local": these two spellings and no other.
pub(crate) fn is_local(address: &str) -> bool {
    address == "127.0.0.1" || address == "::1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oversized_item_is_json_of_the_wanted_size() {
        let item = oversized_item(100_000);
        assert_eq!(item.len(), 100_000);
        assert!(serde_json::from_slice::<serde_json::Value>(&item).is_ok());
        assert!(serde_json::from_slice::<serde_json::Value>(MALFORMED_ITEM).is_err());
    }

    #[test]
    fn a_mapped_loopback_address_counts_as_local_and_other_loopback_addresses_do_not() {
        assert!(is_local("127.0.0.1") && is_local("::1"));
        assert!(!is_local("127.0.0.2") && !is_local("172.17.0.1"));
    }
}
