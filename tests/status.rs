//! `/status` tells the truth: how far the stored requests are complete, which gap lasts, and what was switched on.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use simulator::{Simulator, SimulatorConfig};
use support::{MANAGEMENT_KEY, Manager, Options, record};
use tempfile::TempDir;

const LONG: Duration = Duration::from_secs(30);
/// Long enough for a test to look while records wait for the next poll, milliseconds.
const POLL_MS: &str = "4000";

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn complete_until(status: &Value) -> Option<i64> {
    status["collector"]["completeUntil"].as_i64()
}

fn polling(gateway: &Simulator) -> Options {
    let options = Options::default().upstream(&gateway.base_url());
    options.env("USAGE_COLLECTOR_MODE", "http").env("USAGE_POLL_INTERVAL_MS", POLL_MS)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poller_is_complete_to_its_last_poll_and_not_to_now() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &polling(&gateway));
    manager.wait_status("a first poll", LONG, |status| complete_until(status).is_some());
    // A moment later, so that a poll under way is not met.
    std::thread::sleep(Duration::from_millis(200));
    let published_at = now_ms();
    for number in 1..=5 {
        gateway.publish(record(number));
    }
    let deadline = Instant::now() + LONG;
    let mut looked = 0;
    let complete = loop {
        let status = manager.get("/status");
        let until = complete_until(&status).unwrap();
        if status["eventCount"] == 5 && until > published_at {
            break until;
        }
        if status["eventCount"] == 0 {
            looked += 1;
            assert!(until <= published_at, "complete {} ms past records that wait", until - published_at);
        }
        assert!(Instant::now() < deadline, "{status:#}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(looked > 0 && complete <= now_ms());
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_is_complete_to_now() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default().upstream(&gateway.base_url()));
    let before = now_ms();
    manager.wait_status("complete to now", LONG, |status| complete_until(status) > Some(before));
    let before = now_ms();
    let until = complete_until(&manager.get("/status")).unwrap();
    assert!(until >= before, "{} ms behind", before - until);
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_is_shown_while_it_lasts_and_says_that_the_queue_died() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let address = gateway.address();
    let directory = TempDir::new().unwrap();
    let options = polling(&gateway).env("CPAMP_LOG", "debug");
    let manager = Manager::start(directory.path(), &options);
    manager.wait_transport("http");
    std::thread::sleep(Duration::from_millis(200));
    for number in 1..=5 {
        gateway.publish(record(number));
    }
    assert_eq!(gateway.queue_len(), 5, "they wait for the next poll");
    let stopped_at = now_ms();
    gateway.stop().await;
    let lasting = |gap: &Value| gap["toMs"].is_null() && gap["lossy"] == true;
    let status = manager.wait_status("a gap that lasts", LONG, |status| lasting(&status["gaps"][0]));
    let gap = &status["gaps"][0];
    assert_eq!((&gap["kind"], &gap["id"]), (&json!("disconnected"), &json!(0)), "{gap}");
    assert!(gap["fromMs"].as_i64().unwrap() <= stopped_at, "{gap}");
    assert!(complete_until(&status).unwrap() <= stopped_at, "{status:#}");
    let listed = manager.get("/api/v1/gaps?limit=1");
    assert!(lasting(&listed["items"][0]) && listed["items"].as_array().unwrap().len() == 1, "{listed}");

    // Attempts go on; only the first of the same failures is a warning.
    let refused = |line: &str| line.contains("collector: ") && line.contains("Connection refused");
    let attempts = |log: &str| log.lines().filter(|line| refused(line)).count();
    let deadline = Instant::now() + LONG;
    while attempts(&manager.log()) < 3 {
        assert!(Instant::now() < deadline, "{}", manager.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = manager.log();
    let warned = log.lines().filter(|line| refused(line) && line.contains("WARN"));
    assert_eq!(warned.count(), 1, "{log}");

    let config = SimulatorConfig { listen: address, ..SimulatorConfig::default() };
    let _gateway = Simulator::start(config).await.unwrap();
    let status = manager.wait_status("its end", LONG, |status| status["gaps"][0]["toMs"].is_i64());
    let gap = &status["gaps"][0];
    assert!(gap["lossy"] == true && gap["id"] != 0, "what the queue held is lost: {gap}");
    assert!(status["gaps"].as_array().unwrap().iter().all(|gap| !gap["toMs"].is_null()), "{status:#}");
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_not_forgotten_by_an_orderly_stop() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let address = gateway.address();
    let directory = TempDir::new().unwrap();
    let options = polling(&gateway);
    let manager = Manager::start(directory.path(), &options);
    manager.wait_transport("http");
    gateway.stop().await;
    let stopped_at = now_ms();
    let lasts = |gap: &Value| gap["fromMs"].is_i64() && gap["toMs"].is_null();
    manager.wait_status("a gap that lasts", LONG, |status| lasts(&status["gaps"][0]));
    manager.stop();

    let config = SimulatorConfig { listen: address, ..SimulatorConfig::default() };
    let _gateway = Simulator::start(config).await.unwrap();
    let manager = Manager::start(directory.path(), &options);
    let status = manager.wait_status("its end", LONG, |status| status["gaps"][0]["toMs"].is_i64());
    let gap = &status["gaps"][0];
    assert!(gap["fromMs"].as_i64().unwrap() <= stopped_at, "from {stopped_at} at the latest: {gap}");
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishing_that_was_not_asked_for_stays_off() {
    let config = SimulatorConfig { usage_statistics_enabled: false, ..SimulatorConfig::default() };
    let gateway = Simulator::start(config).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let setup = json!({
        "cpaBaseUrl": gateway.base_url(),
        "cpaManagementKey": MANAGEMENT_KEY,
        "ensureUsageStatisticsEnabled": false,
    });
    assert_eq!(manager.request("POST", "/setup", Some(setup)).0, 200);
    let publishes = |manager: &Manager| {
        let answer = manager.get("/usage-service/config");
        let ensured = answer["config"]["collector"]["ensureUsageStatisticsEnabled"].clone();
        (answer["cpaUsage"]["usageStatisticsEnabled"].clone(), ensured)
    };
    let known = |status: &Value| status["collector"]["gateway"]["usageStatisticsEnabled"].is_boolean();
    let off = (json!(false), json!(false));
    let status = manager.wait_status("the gateway's facts", LONG, known);
    assert_eq!(status["collector"]["gateway"]["warnings"][0]["code"], "publishing_off", "{status:#}");
    assert_eq!(complete_until(&status), None, "nothing is published: {status:#}");
    assert_eq!(publishes(&manager), off);
    tokio::task::block_in_place(|| manager.stop());

    let manager = Manager::start(directory.path(), &Options::default());
    manager.wait_status("the gateway's facts", LONG, known);
    assert_eq!(publishes(&manager), off, "a restart does not undo it");
    let save = |collector: Value| {
        let update = json!({"config": {"collector": collector}});
        let (status, answer) = manager.request("PUT", "/usage-service/config", Some(update));
        assert_eq!(status, 200, "{answer}");
    };
    save(json!({"batchSize": 50}));
    assert_eq!(publishes(&manager), off, "a save of something else keeps it");
    save(json!({"ensureUsageStatisticsEnabled": true}));
    assert_eq!(publishes(&manager), (json!(true), json!(true)), "switched on at once");
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_cannot_be_read_has_a_code_a_time_and_a_next_step() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    assert_eq!(manager.setup(&gateway.base_url()).0, 200);
    tokio::task::block_in_place(|| manager.stop());
    std::fs::remove_file(directory.path().join("data.key")).unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let status = manager.get("/status");
    let (text, detail) = (&status["collector"]["lastError"], &status["collector"]["lastErrorDetail"]);
    assert!(text.as_str().unwrap().starts_with("connect: the saved management key cannot be read"), "{text}");
    assert_eq!(detail["code"], "connection_reentry_required", "{detail}");
    assert_eq!(detail["atMs"], status["startedAt"], "{detail}");
    assert!(detail["hint"].as_str().unwrap().contains("data.key"), "{detail}");
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_up_skips_verification_where_the_settings_say_so() {
    let tls = simulator::TlsOptions::self_signed(&["127.0.0.1"]).unwrap();
    let gateway =
        Simulator::start(SimulatorConfig { tls: Some(tls), ..SimulatorConfig::default() }).await.unwrap();
    for (skip, status) in [("false", 502), ("true", 200)] {
        let directory = TempDir::new().unwrap();
        let options = Options::default().env("USAGE_RESP_TLS_SKIP_VERIFY", skip);
        let manager = Manager::start(directory.path(), &options);
        let (answered, answer) = manager.setup(&gateway.base_url());
        assert_eq!(answered, status, "{skip}: {answer}");
        if status == 502 {
            assert_eq!(answer["reason"], "tls_failed", "{answer}");
            assert!(answer["hint"].as_str().unwrap().contains("USAGE_RESP_TLS_SKIP_VERIFY"), "{answer}");
        }
        manager.stop();
    }
}
