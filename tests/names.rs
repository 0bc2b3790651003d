//! Account names that come after the events, also when the process was killed in between.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use simulator::{Simulator, SimulatorConfig};
use support::{ADMIN_KEY, MANAGEMENT_KEY, Manager, Options, blocking, record};
use tempfile::TempDir;

const LONG: Duration = Duration::from_secs(30);

/// A credential of the gateway, and the account that it belongs to.
fn credential(gateway: &Simulator) -> String {
    let url = format!("{}/v0/management/auth-files", gateway.base_url());
    let list = blocking().get(url).bearer(MANAGEMENT_KEY).answer().json();
    list["files"][0]["auth_index"].as_str().unwrap().to_owned()
}

fn record_of(number: u64, auth_index: &str) -> Bytes {
    let text = String::from_utf8(record(number).to_vec()).unwrap();
    Bytes::from(text.replace("7d1f0c2ab94e6631", auth_index))
}

/// The account names of all events.
fn accounts(manager: &Manager) -> Vec<String> {
    let url = manager.at("/v0/management/usage/export");
    let (status, text) = blocking().get(url).bearer(ADMIN_KEY).call();
    assert_eq!(status, 200, "{text}");
    let account = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        event["account_snapshot"].as_str().unwrap_or_default().to_owned()
    };
    text.lines().map(account).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_stored_before_a_kill_get_their_names_after_the_next_start() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let auth_index = credential(&gateway);
    let directory = TempDir::new().unwrap();
    let options = Options::default().upstream(&gateway.base_url());
    // The credential list does not come.
    gateway.faults().update(|faults| faults.management_status = Some(503));
    let manager = Manager::start(directory.path(), &options);
    manager.wait_transport("subscribe");
    for number in 0..5 {
        gateway.publish(record_of(number, &auth_index));
    }
    manager.wait_events(5, LONG);
    assert_eq!(accounts(&manager), [""; 5]);
    manager.kill();

    gateway.faults().clear();
    let manager = Manager::start(directory.path(), &options);
    let started = Instant::now();
    loop {
        let accounts = accounts(&manager);
        if accounts.len() == 5 && accounts.iter().all(|account| !account.is_empty()) {
            break;
        }
        assert!(started.elapsed() < LONG, "{accounts:?}\n{}", manager.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    manager.stop();
}
