//! Nothing that the gateway still had is lost. Every test compares what is stored with the simulator's delivery log.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use simulator::{Outcome, Sequence, Simulator, SimulatorConfig};
use support::{MANAGEMENT_KEY, Manager, Options, record};
use tempfile::TempDir;

const LONG: Duration = Duration::from_secs(60);

/// These tests measure moments and fill two cores each: one at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn gateway() -> Arc<Simulator> {
    gateway_with(SimulatorConfig::default()).await
}

async fn gateway_with(config: SimulatorConfig) -> Arc<Simulator> {
    Arc::new(Simulator::start(SimulatorConfig { delivery_log: true, ..config }).await.unwrap())
}

/// Records are numbered by this counter; the simulator numbers them in the same order, from 1.
#[derive(Default)]
struct Numbers(AtomicU64);

impl Numbers {
    fn next(&self) -> bytes::Bytes {
        record(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

fn stored(manager: &Manager) -> HashSet<Sequence> {
    let ids = manager.stored_request_ids();
    let distinct: HashSet<Sequence> = ids.iter().map(|id| u64::from_str_radix(id, 16).unwrap()).collect();
    assert_eq!(distinct.len(), ids.len(), "an event is stored twice");
    distinct
}

/// What must be stored: everything handed over, less what went into a dead connection.
fn owed(gateway: &Simulator) -> HashSet<Sequence> {
    let log = gateway.delivery_log();
    log.entries()
        .iter()
        .filter(|line| {
            matches!(line.outcome, Outcome::SubscriberWritten | Outcome::HttpPop | Outcome::RespPop)
        })
        .map(|line| line.sequence)
        .collect()
}

fn assert_nothing_missing(manager: &Manager, gateway: &Simulator) {
    // What is handed over from now on may come after the export has begun.
    let owed = owed(gateway);
    let stored = stored(manager);
    let missing: Vec<_> = owed.difference(&stored).take(10).collect();
    assert!(missing.is_empty(), "{} missing, first {missing:?}", owed.difference(&stored).count());
}

/// Publishes at a steady rate until told to stop.
fn load(
    gateway: &Arc<Simulator>,
    numbers: &Arc<Numbers>,
    per_second: u64,
) -> (Arc<AtomicBool>, tokio::task::JoinHandle<()>) {
    let stop = Arc::new(AtomicBool::new(false));
    let (gateway, numbers, ended) = (Arc::clone(gateway), Arc::clone(numbers), Arc::clone(&stop));
    let task = tokio::spawn(async move {
        let started = Instant::now();
        let mut sent = 0;
        while !ended.load(Ordering::Relaxed) {
            let due = (started.elapsed().as_secs_f64() * per_second as f64) as u64;
            for _ in sent..due.min(sent + 100) {
                gateway.publish(numbers.next());
            }
            sent = sent.max(due.min(sent + 100));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    (stop, task)
}

async fn end(load: (Arc<AtomicBool>, tokio::task::JoinHandle<()>)) {
    load.0.store(true, Ordering::Relaxed);
    load.1.await.unwrap();
}

/// Waits until the gateway holds nothing any more and the manager has stored all of it.
async fn settle(manager: &Manager, gateway: &Simulator) {
    let deadline = Instant::now() + LONG;
    let mut before = u64::MAX;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let owed = owed(gateway).len() as u64;
        // A manager that keeps up has everything at many moments before the gateway has written its last record.
        let still = owed == std::mem::replace(&mut before, owed);
        if still && gateway.queue_len() == 0 && manager.event_count() >= owed {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "queue {}, owed {owed}, stored {}\n{}",
            gateway.queue_len(),
            manager.event_count(),
            manager.log()
        );
    }
}

/// Waits until the gateway holds nothing any more and nothing new is stored.
async fn quiet(manager: &Manager, gateway: &Simulator) {
    let deadline = Instant::now() + LONG;
    let (mut last, mut since) = (manager.event_count(), Instant::now());
    while gateway.queue_len() > 0 || since.elapsed() < Duration::from_secs(1) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = manager.event_count();
        if now != last {
            (last, since) = (now, Instant::now());
        }
        assert!(Instant::now() < deadline, "queue {}\n{}", gateway.queue_len(), manager.log());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_200000_records_through_the_256_slot_cut_off() {
    let _alone = ALONE.lock().await;
    const BURST: u64 = 200_000;
    let gateway = gateway().await;
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default().upstream(&gateway.base_url()));
    manager.wait_transport("subscribe");
    let numbers = Numbers::default();
    // First more at once than the buffer holds: nothing can read so fast. Then in bursts that overflow it now and then, as
    // a busy gateway does.
    gateway.publish_many((0..2_000).map(|_| numbers.next()));
    for _ in 0..(BURST - 2_000) / 200 {
        gateway.publish_many((0..200).map(|_| numbers.next()));
        tokio::task::yield_now().await;
    }
    settle(&manager, &gateway).await;
    assert_nothing_missing(&manager, &gateway);
    let log = gateway.delivery_log();
    let (dropped, torn) = (log.count(Outcome::DroppedByOverflow), log.count(Outcome::LostOnDisconnect));
    assert!(dropped > 0, "no buffer was ever full");
    assert_eq!((owed(&gateway).len() + dropped + torn) as u64, BURST, "every record is accounted for, once");
    // Each cut-off is a gap that says what it cost: the record that found the buffer full.
    let told = || {
        let gaps = manager.get("/api/v1/gaps?limit=1000");
        let cut_off = gaps["items"].as_array().unwrap().iter().filter(|gap| gap["kind"] == "cut_off");
        let lost: u64 = cut_off
            .filter(|gap| gap["lossy"] == true && gap["toMs"].is_i64())
            .map(|gap| gap["lostEstimate"].as_u64().unwrap())
            .sum();
        (lost, gaps)
    };
    let (lost, deadline) = ((dropped + torn) as u64, Instant::now() + LONG);
    while told().0 < lost && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (told, gaps) = told();
    assert_eq!(told, lost, "{gaps:#}");
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_kills_under_load_lose_only_what_was_in_flight() {
    let _alone = ALONE.lock().await;
    kills(Options::default(), 40, Duration::from_millis(50), usize::MAX).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_poller_loses_at_most_one_batch() {
    let _alone = ALONE.lock().await;
    kills(Options::default().env("USAGE_COLLECTOR_MODE", "http"), 10, Duration::from_secs(1), 1).await;
}

/// Kills the manager at random moments. Each missing record was handed over at most `window` before a kill, by at most
/// `batches` answers for each kill.
async fn kills(options: Options, times: u64, window: Duration, batches: usize) {
    let gateway = gateway().await;
    let directory = TempDir::new().unwrap();
    let options = options.upstream(&gateway.base_url());
    let numbers = Arc::new(Numbers::default());
    let load = load(&gateway, &numbers, 2_000);
    let mut kills = Vec::new();
    for round in 0..times {
        let manager = Manager::start(directory.path(), &options);
        let handed_over = || {
            let counters = gateway.counters();
            counters.delivered_to_subscribers + counters.popped_http + counters.popped_resp
        };
        let (already, deadline) = (handed_over(), Instant::now() + LONG);
        while handed_over() == already {
            assert!(Instant::now() < deadline, "nothing was handed over in round {round}\n{}", manager.log());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // A spread of moments without a random source: multiples of a number that shares no factor with the range.
        let moment = Duration::from_millis(20 + (round * 137) % 400);
        tokio::time::sleep(moment).await;
        let before = Instant::now();
        let after = tokio::task::block_in_place(|| manager.kill());
        kills.push((before, after));
    }
    end(load).await;
    let manager = Manager::start(directory.path(), &options);
    quiet(&manager, &gateway).await;
    let stored = stored(&manager);
    let log = gateway.delivery_log();
    let missing: HashSet<_> = owed(&gateway).difference(&stored).copied().collect();
    let mut per_kill = vec![HashSet::new(); kills.len()];
    for line in log.entries().iter().filter(|line| missing.contains(&line.sequence)) {
        // The gateway notices the dead connection a moment later.
        let next_kill = kills.iter().position(|(_, after)| *after + Duration::from_millis(100) >= line.at);
        let next_kill =
            next_kill.unwrap_or_else(|| panic!("record {} is missing and no kill followed", line.sequence));
        let before = kills[next_kill].0.saturating_duration_since(line.at);
        assert!(before <= window, "record {} was handed over {before:?} before a kill", line.sequence);
        // The records of one answer share one moment.
        per_kill[next_kill].insert(line.at);
    }
    if batches != usize::MAX {
        assert!(per_kill.iter().all(|answers| answers.len() <= batches), "{per_kill:?}");
    }
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saving_the_configuration_fifty_times_under_load_loses_nothing() {
    let _alone = ALONE.lock().await;
    let gateway = gateway().await;
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let (status, answer) = manager.setup(&gateway.base_url());
    assert_eq!(status, 200, "{answer}");
    manager.wait_transport("subscribe");
    let numbers = Arc::new(Numbers::default());
    let load = load(&gateway, &numbers, 2_000);
    for round in 0..50 {
        let update = json!({"config": {"collector": {"batchSize": 100 + round}}});
        let (status, answer) =
            tokio::task::block_in_place(|| manager.request("PUT", "/usage-service/config", Some(update)));
        assert_eq!(status, 200, "{answer}");
    }
    end(load).await;
    settle(&manager, &gateway).await;
    assert_nothing_missing(&manager, &gateway);
    let published = numbers.0.load(Ordering::Relaxed);
    assert_eq!(stored(&manager).len() as u64, published, "{:?}", gateway.counters());
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clean_restarts_under_load_lose_nothing_that_was_handed_over() {
    let _alone = ALONE.lock().await;
    let gateway = gateway().await;
    let directory = TempDir::new().unwrap();
    let options = Options::default().upstream(&gateway.base_url());
    let numbers = Arc::new(Numbers::default());
    let load = load(&gateway, &numbers, 2_000);
    for _ in 0..5 {
        let manager = Manager::start(directory.path(), &options);
        manager.wait_transport("subscribe");
        tokio::time::sleep(Duration::from_millis(300)).await;
        let took = tokio::task::block_in_place(|| manager.stop());
        assert!(took < Duration::from_secs(5), "stopping took {took:?}");
    }
    end(load).await;
    let manager = Manager::start(directory.path(), &options);
    settle(&manager, &gateway).await;
    assert_nothing_missing(&manager, &gateway);
    // What stands in the gateway's buffer at the moment of UNSUBSCRIBE is lost by the gateway's rule. The manager waits for
    // a quiet moment first, so that this is a handful at most, on a busy machine.
    let dropped_by_the_gateway = gateway.delivery_log().count(Outcome::LostOnDisconnect) as u64;
    let missing = numbers.0.load(Ordering::Relaxed) - stored(&manager).len() as u64;
    assert_eq!(missing, dropped_by_the_gateway);
    assert!(missing <= 5 * 40, "{missing} records in five restarts");
    // Each restart that cost something is a gap that says so.
    let log = gateway.delivery_log();
    let costly: HashSet<u64> =
        log.with_outcome(Outcome::LostOnDisconnect).map(|line| line.connection).collect();
    let gaps = manager.get("/api/v1/gaps?limit=1000");
    let open_ended = gaps["items"].as_array().unwrap().iter().filter(|gap| {
        gap["kind"] == "stopped"
            && gap["lossy"] == true
            && gap["detail"].as_str().unwrap().contains("were flowing")
    });
    assert!(open_ended.count() >= costly.len(), "{} costly restarts, gaps {gaps:#}", costly.len());
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_waiting_at_start_is_fetched() {
    let _alone = ALONE.lock().await;
    let gateway = gateway().await;
    let numbers = Numbers::default();
    gateway.publish_many((0..5_000).map(|_| numbers.next()));
    assert_eq!(gateway.queue_len(), 5_000);
    let directory = TempDir::new().unwrap();
    for mode in ["auto", "http", "resp"] {
        let options = Options::default().upstream(&gateway.base_url()).env("USAGE_COLLECTOR_MODE", mode);
        let manager = Manager::start(directory.path(), &options);
        // Of the last batch, the gateway's log tells only once it is delivered: the number is known, so it is waited for.
        let published = numbers.0.load(Ordering::Relaxed);
        tokio::task::block_in_place(|| manager.wait_events(published, LONG));
        assert_eq!(stored(&manager).len() as u64, published, "{mode}");
        tokio::task::block_in_place(|| manager.stop());
        gateway.publish_many((0..5_000).map(|_| numbers.next()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_restart_costs_only_what_the_gateway_forgot() {
    let _alone = ALONE.lock().await;
    let gateway = gateway().await;
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default().upstream(&gateway.base_url()));
    manager.wait_transport("subscribe");
    let numbers = Arc::new(Numbers::default());
    let load = load(&gateway, &numbers, 1_000);
    for round in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        gateway.restart_empty();
        manager.wait_status("a reconnect", LONG, |status| {
            status["collector"]["transport"] == "subscribe" && gateway.subscriber_count() == 1
        });
        // Before its gap is over a further restart is part of it.
        manager.wait_status("the end of the gap", LONG, |status| {
            let over = status["gaps"].as_array().unwrap().iter().filter(|gap| gap["toMs"].is_i64());
            over.count() > round
        });
    }
    end(load).await;
    settle(&manager, &gateway).await;
    assert_nothing_missing(&manager, &gateway);
    let gaps = manager.get("/api/v1/gaps");
    assert!(gaps["items"].as_array().unwrap().len() >= 3, "{gaps:#}");
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_open_connection_is_noticed() {
    let _alone = ALONE.lock().await;
    let gateway = gateway().await;
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default().upstream(&gateway.base_url()));
    manager.wait_transport("subscribe");
    let numbers = Numbers::default();
    gateway.publish_many((0..100).map(|_| numbers.next()));
    manager.wait_events(100, LONG);
    gateway.faults().half_open_existing();
    gateway.publish_many((0..10).map(|_| numbers.next()));
    manager.wait_status("a gap", Duration::from_secs(45), |status| {
        !status["gaps"].as_array().unwrap().is_empty() && status["collector"]["counters"]["reconnects"] != 0
    });
    gateway.publish_many((0..100).map(|_| numbers.next()));
    settle(&manager, &gateway).await;
    assert_nothing_missing(&manager, &gateway);
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_proxy_that_breaks_resp_the_http_queue_is_used() {
    let _alone = ALONE.lock().await;
    let gateway = gateway_with(SimulatorConfig {
        http_only: true,
        path_prefix: Some("/cpa".to_owned()),
        ..SimulatorConfig::default()
    })
    .await;
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default().upstream(&gateway.base_url()));
    let numbers = Arc::new(Numbers::default());
    let load = load(&gateway, &numbers, 500);
    manager.wait_transport("http");
    tokio::time::sleep(Duration::from_secs(1)).await;
    end(load).await;
    settle(&manager, &gateway).await;
    assert_eq!(stored(&manager).len() as u64, numbers.0.load(Ordering::Relaxed));
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_and_ten_restarts_never_cause_a_ban() {
    let _alone = ALONE.lock().await;
    let gateway = gateway().await;
    let directory = TempDir::new().unwrap();
    const WRONG: &str = "planted-wrong-management-key-7f3a";
    let options =
        Options::default().env("CPA_UPSTREAM_URL", gateway.base_url()).env("CPA_MANAGEMENT_KEY", WRONG);
    for _ in 0..10 {
        let manager = Manager::start(directory.path(), &options);
        let status =
            manager.wait_status("a refusal", LONG, |status| status["collector"]["collector"] == "error");
        let error = status["collector"]["lastError"].as_str().unwrap();
        assert!(!error.is_empty());
        let said = format!("{status}{}{}", manager.get("/usage-service/config"), manager.log());
        assert!(!said.contains(WRONG), "the key is shown: {said}");
        assert!(status["collector"]["completeUntil"].is_null(), "nothing was ever handed over: {status:#}");
        assert_eq!(
            manager.get("/api/v1/gaps")["items"].as_array().map(Vec::len),
            Some(0),
            "no loss is known"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
        let (_, body) = manager.request("GET", "/v0/management/auth-files", None);
        assert!(body["code"].is_string(), "the proxy must not use a refused key: {body}");
        tokio::task::block_in_place(|| manager.stop());
    }
    let counters = gateway.counters();
    let failed: u64 = counters.failed_logins.values().sum();
    assert!(failed <= 2, "{failed} failed attempts");
    assert_eq!(counters.bans, 0);
    // The right key makes no further failure, whether our own limit lets it be tried now or later.
    let options = Options::default().env("CPA_UPSTREAM_URL", gateway.base_url());
    let manager = Manager::start(directory.path(), &options.env("CPA_MANAGEMENT_KEY", MANAGEMENT_KEY));
    let status =
        manager.wait_status("a decision", LONG, |status| status["collector"]["collector"] != "starting");
    let detail = &status["collector"]["lastErrorDetail"];
    let held = status["collector"]["state"] == "key_refused" && detail["code"] == "attempts_spent";
    assert!(held || status["collector"]["state"] == "running", "{status:#}");
    let after: u64 = gateway.counters().failed_logins.values().sum();
    assert_eq!(after, failed);
    manager.stop();
}
