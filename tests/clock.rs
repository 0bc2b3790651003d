//! A wall clock that jumps a day back: time-outs, sessions and collecting go on, and no time axis is stretched.
//!
//! A preloaded library changes what the process sees as the time of day; the monotonic clock stays real.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use serde_json::json;
use simulator::{Simulator, SimulatorConfig};
use support::{ADMIN_KEY, Manager, Options, blocking, preloaded, record};
use tempfile::TempDir;

const LONG: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_back_a_day_breaks_nothing() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let clock = TempDir::new().unwrap();
    let offset = clock.path().join("offset");
    std::fs::write(&offset, "0\n").unwrap();
    let options = Options::default()
        .upstream(&gateway.base_url())
        .env("LD_PRELOAD", preloaded("clock/shift.c", clock.path()).display().to_string())
        .env("CLOCK_SHIFT_FILE", offset.display().to_string());
    let manager = Manager::start(directory.path(), &options);
    manager.wait_transport("subscribe");
    let login = json!({"admin_key": ADMIN_KEY});
    let answer = blocking().request("POST", &manager.at("/api/v1/session")).json(&login).answer();
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    gateway.publish(record(1));
    manager.wait_events(1, LONG);
    let before = manager.get("/status")["lastInsertedAt"].as_i64().unwrap();

    std::fs::write(&offset, "-86400\n").unwrap();
    gateway.publish(record(2));
    let status = manager.wait_events(2, LONG);
    let after = status["lastInsertedAt"].as_i64().unwrap();
    assert!(after < before - 80_000_000, "the clock did not jump: {before} → {after}");
    let session = blocking().get(manager.at("/status")).header("Cookie", &cookie).answer();
    assert_eq!(session.status, 200, "the session ended with the jump");
    assert_eq!(status["collector"]["collector"], "running");
    assert_eq!(status["collector"]["counters"]["reconnects"], 0);
    // The second record's time is a day ahead of this clock: kept, and marked.
    let events = manager.get("/api/v1/events?request_id=00000002");
    assert_eq!(events["items"][0]["time_quality"], "implausible", "{events}");
    let first = manager.get("/api/v1/events?request_id=00000001");
    assert_eq!(first["items"][0]["time_quality"], "reported");
    // Failures before the jump are still remembered by the monotonic clock.
    let statuses: Vec<u16> = (0..12)
        .map(|n| blocking().get(manager.at("/status")).bearer(&format!("wrong-{n}")).answer().status)
        .collect();
    std::fs::write(&offset, "259200\n").unwrap();
    let throttled = blocking().get(manager.at("/status")).bearer("wrong").answer();
    assert_eq!((statuses.last(), throttled.status), (Some(&429), 429), "{statuses:?}");
    let took = manager.stop();
    assert!(took < Duration::from_secs(5), "stopping took {took:?}");
}
