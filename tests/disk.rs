//! A disk that becomes full while the manager works: the room belongs to the database, so the column cache gives way at
//! once, every answer stays right, and the cache comes back when there is room again.
//!
//! A preloaded library refuses what is written to files; everything else of the process is as it is.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulator::{Simulator, SimulatorConfig};
use support::{Manager, Options, preloaded, record};
use tempfile::TempDir;

const LONG: Duration = Duration::from_secs(60);

/// Files of columns and costs.
fn cached(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory.join("columns")).unwrap();
    let ours = |name: &str| [".columns", ".costs", ".tmp"].iter().any(|ending| name.ends_with(ending));
    entries.filter(|entry| ours(&entry.as_ref().unwrap().file_name().to_string_lossy())).count()
}

fn eventually(what: &str, manager: &Manager, mut holds: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < LONG, "{what}\n{:#}\n{}", manager.get("/status"), manager.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    started.elapsed()
}

/// The number of calls, when the answer is complete.
fn calls(manager: &Manager) -> Option<Value> {
    let question = json!({ "from_ms": 1, "to_ms": 4_000_000_000_000_i64 });
    let (status, answer) = manager.request("POST", "/api/v1/query", Some(question));
    assert_eq!(status, 200, "{answer}");
    let found = answer["totals"]["values"]["calls"].clone();
    answer.get("partial").is_none().then_some(found)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_takes_the_cache_first_and_the_cache_comes_back() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let aside = TempDir::new().unwrap();
    let full = aside.path().join("full");
    let options = Options::default()
        .upstream(&gateway.base_url())
        .env("LD_PRELOAD", preloaded("disk/full.c", aside.path()).display().to_string())
        .env("DISK_FULL_FILE", full.display().to_string());
    let manager = Manager::start(directory.path(), &options);
    manager.wait_transport("subscribe");
    for number in 1..=100 {
        gateway.publish(record(number));
    }
    manager.wait_events(100, LONG);
    // An orderly stop leaves everything in files.
    manager.stop();
    let manager = Manager::start(directory.path(), &options);
    manager.wait_transport("subscribe");
    eventually("no cache", &manager, || calls(&manager) == Some(json!(100)));
    assert!(cached(directory.path()) > 0);

    std::fs::write(&full, b"").unwrap();
    gateway.publish(record(101));
    manager.wait_status("a full disk", LONG, |status| status["database"]["state"] == "disk_full");
    let gave_way = eventually("the cache stays", &manager, || cached(directory.path()) == 0);
    assert!(gave_way < Duration::from_secs(5), "{gave_way:?}");
    manager.wait_status("disk_full", LONG, |status| status["index"]["state"] == "disk_full");
    eventually("no whole answer", &manager, || calls(&manager) == Some(json!(100)));
    assert_eq!(cached(directory.path()), 0, "nothing is written while the disk is full");
    assert_eq!(manager.event_count(), 100);

    std::fs::remove_file(&full).unwrap();
    manager.wait_events(101, LONG);
    eventually("the newest is missing", &manager, || calls(&manager) == Some(json!(101)));
    eventually("the cache does not come back", &manager, || cached(directory.path()) > 0);
    manager.wait_status("a ready index", LONG, |status| status["index"]["state"] == "ready");
    assert_eq!(calls(&manager), Some(json!(101)));
    // What came back is whole: the next start reads no event again.
    manager.stop();
    let manager = Manager::start(directory.path(), &options);
    eventually("no whole answer", &manager, || calls(&manager) == Some(json!(101)));
    assert_eq!(manager.get("/status")["index"]["rowsRead"], 0);
}
