//! What belongs to the operator and not to the gateway: preferences, logged-in browsers, sizes, the report for faults.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use simulator::{Simulator, SimulatorConfig};
use support::{ADMIN_KEY, MANAGEMENT_KEY, Manager, Options, blocking};
use tempfile::TempDir;

#[test]
fn preferences_are_checked_and_outlive_a_restart() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    assert_eq!(manager.get("/api/v1/preferences")["time_zone"], "");
    let wanted =
        json!({"time_zone": "Asia/Shanghai", "language": "zh-CN", "theme": "dark", "density": "compact"});
    let put = |body: Value| manager.request("PUT", "/api/v1/preferences", Some(body));
    assert_eq!(put(wanted.clone()), (200, wanted.clone()));
    let (status, refused) = put(json!({"time_zone": "Europe/Atlantis"}));
    assert_eq!((status, refused["code"].as_str()), (400, Some("invalid_parameter")), "{refused}");
    manager.stop();
    let manager = Manager::start(directory.path(), &Options::default());
    assert_eq!(manager.get("/api/v1/preferences"), wanted, "a refused change changes nothing");
    manager.stop();
}

/// Logs a browser in; answers its cookie.
fn log_in(manager: &Manager, browser: &str) -> String {
    let login = blocking().request("POST", &manager.at("/api/v1/session")).header("User-Agent", browser);
    let answer = login.json(&json!({"admin_key": ADMIN_KEY})).answer();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn browsers_are_listed_and_signed_out() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let cookies: Vec<String> = ["one", "two", "three"].map(|name| log_in(&manager, name)).into();
    let ask = |cookie: &str, method: &str, path: &str| {
        let request = blocking().request(method, &manager.at(path)).header("Cookie", cookie);
        request.header("X-CPAMP-Request", "panel").answer()
    };
    let list = ask(&cookies[0], "GET", "/api/v1/sessions");
    for cookie in &cookies {
        assert!(!list.text().contains(cookie.split_once('=').unwrap().1), "no token in the list");
    }
    let items = list.json()["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 3);
    let named = |name: &str| items.iter().find(|item| item["user_agent"] == name).unwrap().clone();
    assert_eq!(
        (named("one")["current"].clone(), named("two")["current"].clone()),
        (json!(true), json!(false))
    );
    assert_eq!(named("two")["client"], "127.0.0.1");

    let two = format!("/api/v1/sessions/{}", named("two")["id"].as_str().unwrap());
    assert_eq!(ask(&cookies[0], "DELETE", &two).status, 204);
    assert_eq!(ask(&cookies[0], "DELETE", &two).status, 404);
    let alive = |cookie: &str| ask(cookie, "GET", "/status").status;
    assert_eq!(cookies.iter().map(|cookie| alive(cookie)).collect::<Vec<_>>(), [200, 401, 200]);
    assert_eq!(ask(&cookies[0], "DELETE", "/api/v1/sessions").json(), json!({"ended": 1}));
    assert_eq!(cookies.iter().map(|cookie| alive(cookie)).collect::<Vec<_>>(), [200, 401, 401]);
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_says_much_and_no_secret() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let options = Options::default().upstream(&gateway.base_url()).env("USAGE_BATCH_SIZE", "50");
    let manager = Manager::start(directory.path(), &options);
    manager.wait_transport("subscribe");
    let answer = blocking().get(manager.at("/api/v1/diagnostics")).bearer(ADMIN_KEY).answer();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("content-disposition").unwrap().contains("cpamp-diagnostics.json"));
    for secret in [ADMIN_KEY, MANAGEMENT_KEY] {
        assert!(!answer.text().contains(secret));
    }
    let report = answer.json();
    assert_eq!(report["status"]["collector"]["transport"], "subscribe");
    let mut storage = manager.get("/api/v1/storage");
    // Others write to this disk too.
    storage["free_disk_bytes"] = report["storage"]["free_disk_bytes"].clone();
    assert_eq!(report["storage"], storage);
    let given = report["settings"].as_array().unwrap();
    let batch = given.iter().find(|item| item["name"] == "USAGE_BATCH_SIZE").unwrap();
    assert_eq!(
        (&batch["source"], &batch["member"]),
        (&json!("environment"), &json!("collector.batchSize")),
        "{batch}"
    );
    assert_eq!(manager.get("/api/v1/settings")["items"], report["settings"]);
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gateways_keys_and_models_are_told_without_keys() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    assert_eq!(manager.request("GET", "/api/v1/client-keys", None).0, 428, "no gateway yet");
    assert_eq!(manager.setup(&gateway.base_url()).0, 200);
    let clear = manager.get("/v0/management/api-keys")["api-keys"].as_array().unwrap().clone();
    let told = manager.get("/api/v1/client-keys");
    assert_eq!(told["items"].as_array().unwrap().len(), clear.len());
    for key in &clear {
        assert!(!told.to_string().contains(key.as_str().unwrap()), "{told}");
    }
    assert!(
        told["items"].as_array().unwrap().iter().all(|key| key["api_key_hash"].as_str().unwrap().len() == 64)
    );
    let settings = manager.get("/api/v1/gateway-settings");
    for (ours, theirs) in [("debug", "debug"), ("request_retry", "request-retry"), ("ws_auth", "ws-auth")] {
        assert_eq!(settings[ours], manager.get(&format!("/v0/management/{theirs}"))[theirs], "{settings}");
    }
    assert_eq!(settings["routing_strategy"], "round-robin", "{settings}");
    for key in &clear {
        assert!(!settings.to_string().contains(key.as_str().unwrap()), "{settings}");
    }
    let models = manager.get("/api/v1/models");
    assert!(!models["items"].as_array().unwrap().is_empty(), "{models}");
    manager.stop();
}

#[test]
fn views_are_saved_replaced_and_deleted() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let save = |page: &str, name: &str, search: &str| {
        let view = json!({"page": page, "name": name, "search": search});
        manager.request("POST", "/api/v1/views", Some(view))
    };
    let (status, first) = save("/requests", " Failed today ", "status=failed");
    assert_eq!((status, first["name"].as_str()), (200, Some("Failed today")), "{first}");
    assert_eq!(save("/requests", "Failed today", "status=failed&range=24h").1["id"], first["id"], "replaced");
    assert_eq!(save("/usage", "Failed today", "").0, 200, "another page has names of its own");
    let list = manager.get("/api/v1/views?page=/requests");
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["search"], "status=failed&range=24h");
    for (page, name) in [("requests", "x"), ("/requests", "  "), ("/requests", &"x".repeat(81))] {
        assert_eq!(save(page, name, "").1["code"], "invalid_parameter");
    }
    let path = format!("/api/v1/views/{}", first["id"].as_str().unwrap());
    assert_eq!(manager.request("DELETE", &path, None).0, 204);
    assert_eq!(manager.request("DELETE", &path, None).0, 404);
    assert_eq!(manager.request("DELETE", "/api/v1/views/x", None).0, 404);
    assert_eq!(manager.get("/api/v1/views")["items"].as_array().unwrap().len(), 1);
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_live_test_says_what_works_from_here_with_the_next_step() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let nowhere = Manager::start(directory.path(), &Options::default());
    assert_eq!(nowhere.request("POST", "/api/v1/collector/test", None).0, 428, "nothing is connected");
    nowhere.stop();
    let manager = Manager::start(directory.path(), &Options::default().upstream(&gateway.base_url()));
    manager.wait_transport("subscribe");
    let test = || {
        let (status, answer) = manager.request("POST", "/api/v1/collector/test", None);
        assert_eq!(status, 200, "{answer}");
        let checks: Vec<(String, String)> = answer["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| {
                let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
                assert_eq!(check["state"] == "failed", check["hint"].is_string(), "{check}");
                (text("name"), if check["state"] == "failed" { text("code") } else { text("state") })
            })
            .collect();
        (answer, checks)
    };
    let found = |checks: &[(String, String)], name: &str| {
        checks.iter().find(|check| check.0 == name).unwrap().1.clone()
    };
    let (answer, checks) = test();
    assert_eq!((&answer["ok"], &answer["transport"]), (&json!(true), &json!("subscribe")), "{answer}");
    assert_eq!(answer["retention_seconds"], 60);
    assert!(checks.len() == 6 && checks.iter().all(|check| check.1 == "ok"), "{answer}");

    gateway.faults().update(|faults| {
        faults.resp = simulator::RespMode::Mtls;
        faults.usage_queue_status = Some(404);
    });
    let (answer, checks) = test();
    assert_eq!((&answer["ok"], &answer["transport"]), (&json!(false), &Value::Null), "{answer}");
    assert_eq!(found(&checks, "key"), "ok");
    assert_eq!(found(&checks, "resp"), "resp_mtls_only");
    assert_eq!(
        (found(&checks, "subscribe"), found(&checks, "http")),
        ("unknown".into(), "queue_missing".into())
    );
    // The collector's own connection was not disturbed.
    gateway.faults().clear();
    gateway.publish(support::record(1));
    let status = manager.wait_events(1, std::time::Duration::from_secs(20));
    assert_eq!(status["collector"]["counters"]["reconnects"], 0);
    assert!(!answer.to_string().contains(MANAGEMENT_KEY));
    manager.stop();
}

#[test]
fn sizes_say_what_is_left_and_how_fast_it_grows() {
    const DAY_MS: i64 = 86_400_000;
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let empty = manager.get("/api/v1/storage");
    assert!(empty["free_disk_bytes"].as_u64() > Some(0), "{empty}");
    assert_eq!(empty["growth_bytes_per_day"], Value::Null);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    // Forty events over four days, and ten long ago.
    let import = |days: &[f64]| {
        let lines: Vec<String> = days
            .iter()
            .map(|days| {
                let at = now - (days * DAY_MS as f64) as i64;
                json!({ "event_hash": format!("{at:064x}"), "timestamp_ms": at, "model": "m", "endpoint": "POST /v1/x" })
                    .to_string()
            })
            .collect();
        let request =
            blocking().request("POST", &manager.at("/v0/management/usage/import")).bearer(ADMIN_KEY);
        let answer = request.body(lines.join("\n")).answer();
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    let grows_by = |events: f64| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let storage = manager.get("/api/v1/storage");
            let per_event = storage["bytes_per_event"].as_f64().unwrap();
            let found = storage["growth_bytes_per_day"].as_f64().map(|bytes| bytes / per_event);
            if found.is_some_and(|found| (found - events).abs() < events / 100.0) {
                break;
            }
            assert!(std::time::Instant::now() < deadline, "{storage}: {found:?} instead of {events}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    let recent: Vec<f64> = (1..=40).map(|n| f64::from(n) / 10.0).collect();
    import(&recent);
    grows_by(10.0);
    import(&(1..=10).map(|n| 20.0 + f64::from(n)).collect::<Vec<_>>());
    grows_by(40.0 / 7.0);
    manager.stop();
}
