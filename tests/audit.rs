//! The audit trail over HTTP: every route that changes something records it, requests to the gateway and commands too.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;
mod terminal;
mod walk;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulator::{Simulator, SimulatorConfig};
use support::{ADMIN_KEY, MANAGEMENT_KEY, Manager, Options, blocking, record};
use tempfile::TempDir;
use terminal::Terminal;
use walk::{EXCEPTIONS, Walk};

/// Newest first, everything after an id.
fn after(manager: &Manager, id: i64) -> Vec<Value> {
    let trail = manager.get("/api/v1/audit?limit=500");
    let entries = trail["entries"].as_array().unwrap().iter();
    entries.filter(|entry| entry["id"].as_i64() > Some(id)).cloned().collect()
}

/// Asks for a page until it has so many entries: what is no change of the database is written behind the answer.
fn wait_entries(manager: &Manager, query: &str, count: usize) -> Value {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let page = manager.get(&format!("/api/v1/audit?{query}"));
        if page["entries"].as_array().unwrap().len() >= count {
            return page;
        }
        assert!(Instant::now() < deadline, "{count} entries of {query}: {page}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn changes(entry: &Value) -> Vec<String> {
    let value = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let shown = |change: &Value| {
        format!("{} {} {}", value(&change["field"]), value(&change["before"]), value(&change["after"]))
    };
    entry["changes"].as_array().unwrap().iter().map(shown).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_that_changes_something_records_it() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let nowhere = "http://127.0.0.1:9/";
    let options = Options::default()
        .env("CPAMP_MODELS_DEV_URL", nowhere)
        .env("CPAMP_LITELLM_URL", nowhere)
        .env("CPAMP_OPENROUTER_URL", nowhere);
    let manager = Manager::start(directory.path(), &options);
    let document = blocking().get(manager.at("/openapi.json")).answer().json();
    let mut walk = Walk { manager, document, last: 0, seen: BTreeSet::new() };
    let first = walk.entry("the first start", "admin_key.create");
    assert_eq!(first["actor"], json!({"kind": "manager", "address": null}));

    walk::gateway(&mut walk, &gateway.base_url());
    walk::prices(&mut walk);
    walk::imports(&mut walk);
    walk::sessions(&mut walk);
    let hash = "a1".repeat(32);
    let items = json!({"items": [{"apiKeyHash": hash, "alias": "Laptop"}]});
    let path = "/v0/management/api-key-aliases";
    let named = walk.records("put_api_key_aliases", "PUT", path, items, "alias.save");
    assert_eq!((&named["subject"], changes(&named)[0].as_str()), (&json!("Laptop"), "alias - Laptop"));
    let path = format!("/v0/management/api-key-aliases/{hash}");
    walk.records("delete_api_key_alias", "DELETE", &path, Value::Null, "alias.remove");
    walk::questions(&mut walk);
    let mut missed = Vec::new();
    for item in walk.document["paths"].as_object().unwrap().values() {
        for (_, operation) in item.as_object().unwrap().iter().filter(|(method, _)| *method != "get") {
            let operation = operation["operationId"].as_str().unwrap();
            if !walk.seen.contains(operation) {
                missed.push(operation.to_owned());
            }
        }
    }
    assert!(missed.is_empty(), "neither recorded nor an exception: {missed:?}");
    assert!(EXCEPTIONS.iter().all(|(name, _)| walk.seen.contains(*name)), "no exception without its route");
    for (path, facts) in [
        ("/v0/management/usage/export?limit=5", vec!["limit - 5"]),
        ("/api/v1/events.csv?from_ms=7&search=sk-planted-in-a-query-0002", vec!["from_ms - 7"]),
        ("/api/v1/events.jsonl", vec![]),
    ] {
        let url = walk.manager.at(path);
        let ask = |method| blocking().request(method, &url).bearer(ADMIN_KEY).answer();
        let deadline = Instant::now() + Duration::from_secs(20);
        while ask("GET").status != 200 {
            assert!(Instant::now() < deadline, "the index is built");
            std::thread::sleep(Duration::from_millis(20));
        }
        let entry = walk.entry(path, "export.download");
        assert_eq!(
            (entry["subject"].as_str(), changes(&entry)),
            (path.split('?').next(), facts.into_iter().map(str::to_owned).collect())
        );
        ask("HEAD");
        assert!(after(&walk.manager, walk.last).is_empty(), "a head is no export");
    }
    let whole = walk.manager.get("/api/v1/audit?limit=500").to_string();
    for secret in ["planted", ADMIN_KEY, MANAGEMENT_KEY] {
        assert!(!whole.contains(secret), "{whole}");
    }
    walk.manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_to_the_gateway_are_recorded_without_their_query() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    assert_eq!(manager.setup(&gateway.base_url()).0, 200);
    let last = after(&manager, 0)[0]["id"].as_i64().unwrap();
    let ask = |method: &str, path: &str, body: &str| {
        let request = blocking().request(method, &manager.at(path)).bearer(ADMIN_KEY);
        request.header("Content-Type", "application/json").body(body).answer().status
    };
    assert_eq!(ask("GET", "/v0/management/debug", ""), 200);
    assert_eq!(ask("PUT", "/v0/management/debug", r#"{"value":true}"#), 200);
    let gone = ask("DELETE", "/v0/management/api-keys?value=sk-planted-client-key-0003", "");
    let nothing = ask("POST", "/v0/management/no-such-thing", "{}");
    assert_eq!(nothing, 404);
    let page = wait_entries(&manager, "action=relay", 3);
    assert!(page["entries"].as_array().unwrap().iter().all(|entry| entry["id"].as_i64() > Some(last)));
    let told: Vec<_> = page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
            assert_eq!(
                (entry["action"].as_str(), entry["actor"]["kind"].as_str()),
                (Some("relay.write"), Some("bearer"))
            );
            (text("subject"), text("outcome"), text("code"), changes(entry).join(" "))
        })
        .collect();
    let row = |subject: &str, status: u16| {
        let (outcome, code) = if status < 400 { ("done", "-") } else { ("failed", "gateway_refused") };
        (subject.to_owned(), outcome.to_owned(), code.to_owned(), format!("status - {status}"))
    };
    assert_eq!(
        told,
        [
            row("PUT /v0/management/debug", 200),
            row("DELETE /v0/management/api-keys", gone),
            row("POST /v0/management/no-such-thing", 404)
        ]
    );
    // No escape hides a key from the redaction. Questions to providers are told once an hour.
    ask("DELETE", "/v0/management/api-keys/%73k-planted-client-key-0004", "");
    for _ in 0..3 {
        ask(
            "POST",
            "/v0/management/api-call",
            r#"{"method":"GET","url":"https://chatgpt.com/backend-api/wham/usage"}"#,
        );
    }
    // A gateway that does not answer: the attempt is told.
    gateway.stop().await;
    assert_eq!(ask("PUT", "/v0/management/debug", r#"{"value":false}"#), 502);
    let page = wait_entries(&manager, "action=relay", 6);
    let subjects: Vec<_> =
        page["entries"].as_array().unwrap().iter().map(|entry| entry["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects[..2], ["PUT /v0/management/debug", "POST /v0/management/api-call"]);
    assert!(subjects[2].starts_with("DELETE /v0/management/api-keys/"), "{subjects:?}");
    assert_eq!(subjects.len(), 6, "{subjects:?}");
    assert!(!page.to_string().contains("planted"), "{page}");
    let entry = &page["entries"][0];
    assert_eq!((entry["outcome"].as_str(), entry["code"].as_str()), (Some("failed"), Some("request_failed")));
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_the_stop_cuts_off_is_recorded() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    // Nothing but the request asks the gateway something.
    let body = json!({"cpaBaseUrl": gateway.base_url(), "cpaManagementKey": MANAGEMENT_KEY,
        "requestMonitoringEnabled": false});
    assert_eq!(manager.request("POST", "/setup", Some(body)).0, 200);
    let asked = gateway.counters().http_management_calls;
    gateway.faults().update(|faults| faults.management_delay_ms = 60_000);
    let mut client = TcpStream::connect(manager.url.trim_start_matches("http://")).unwrap();
    let head = format!(
        "PUT /v0/management/debug HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN_KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{{\"value\":true}}"
    );
    client.write_all(head.as_bytes()).unwrap();
    // It is on its way when the gateway has it.
    let deadline = Instant::now() + Duration::from_secs(30);
    while gateway.counters().http_management_calls == asked {
        assert!(Instant::now() < deadline, "the request does not come to the gateway");
        std::thread::sleep(Duration::from_millis(20));
    }
    manager.stop();
    let manager = Manager::start(directory.path(), &Options::default());
    let entry = wait_entries(&manager, "action=relay", 1)["entries"][0].clone();
    assert_eq!(
        (entry["subject"].as_str(), entry["outcome"].as_str(), entry["code"].as_str()),
        (Some("PUT /v0/management/debug"), Some("failed"), Some("outcome_unknown"))
    );
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_up_that_fails_after_it_changed_the_gateway_records_both() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    assert_eq!(manager.setup(&gateway.base_url()).0, 200);
    manager.stop();
    let key = directory.path().join("data.key");
    std::fs::remove_file(&key).unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    // No new key can be made there.
    std::fs::create_dir(&key).unwrap();
    let (status, answer) = manager.setup(&gateway.base_url());
    assert_eq!((status, answer["code"].as_str()), (503, Some("data_key_unavailable")), "{answer}");
    let page = wait_entries(&manager, "action=gateway,relay", 3);
    let told: Vec<_> = page["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(told, ["gateway.connect", "relay.write", "gateway.connect"]);
    assert_eq!(page["entries"][0]["code"], "data_key_unavailable");
    assert_eq!(
        (page["entries"][1]["outcome"].as_str(), page["entries"][1]["actor"]["kind"].as_str()),
        (Some("done"), Some("bearer"))
    );
    manager.stop();
}

#[test]
fn every_imported_event_has_an_entry_also_when_the_manager_stops_in_between() {
    const SESSIONS: &str = "/v0/management/usage/import-sessions";
    let directory = TempDir::new().unwrap();
    let options = Options::default().env("USAGE_IMPORT_CHUNK_BYTES", "16777216");
    let manager = Manager::start(directory.path(), &options);
    let file: Vec<u8> = (0..6000).flat_map(|n| [record(n).to_vec(), b"\n".to_vec()].concat()).collect();
    let session = json!({"filename": "long.jsonl", "size_bytes": file.len()});
    let answer = blocking().request("POST", &manager.at(SESSIONS)).bearer(ADMIN_KEY).json(&session).answer();
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let chunk = manager.at(&format!("{SESSIONS}/{id}/chunk?offset=0"));
    assert_eq!(blocking().request("PUT", &chunk).bearer(ADMIN_KEY).body(file).answer().status, 200);
    let (status, _) = manager.request("POST", &format!("{SESSIONS}/{id}/complete"), None);
    assert_eq!(status, 202);
    let deadline = Instant::now() + Duration::from_secs(60);
    while manager.event_count() == 0 {
        assert!(Instant::now() < deadline, "nothing is imported");
        std::thread::sleep(Duration::from_millis(2));
    }
    manager.stop();
    let manager = Manager::start(directory.path(), &options);
    let told = wait_entries(&manager, "action=import.finish", 1);
    let finished = &told["entries"][0];
    let facts = changes(finished);
    let added =
        facts.iter().find_map(|fact| fact.strip_prefix("added - ")).map(|n| n.parse::<u64>().unwrap());
    // Where the batch outlasts the manager's patience, the next start tells of it, without counts.
    let by = finished["actor"]["kind"].as_str();
    let expected = Some(manager.event_count()).filter(|_| by == Some("bearer"));
    assert_eq!(added, expected, "{finished}");
    let status = manager.get(&format!("{SESSIONS}/{id}"))["status"].as_str().unwrap().to_owned();
    // However fast it was.
    match finished["code"].as_str() {
        Some(code) => assert_eq!((code, status.as_str()), ("interrupted", "ready")),
        None => assert_eq!((added, status.as_str()), (Some(6000), "completed")),
    }
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_manager_changes_in_the_gateway_by_itself_is_recorded() {
    let config = SimulatorConfig { usage_statistics_enabled: false, ..SimulatorConfig::default() };
    let gateway = Simulator::start(config).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default().upstream(&gateway.base_url()));
    manager.wait_transport("subscribe");
    let entry = wait_entries(&manager, "action=relay", 1)["entries"][0].clone();
    assert_eq!(entry["actor"], json!({"kind": "manager", "address": null}));
    assert_eq!(entry["subject"], "PUT /v0/management/usage-statistics-enabled");
    let status = manager.get("/status");
    assert_eq!(status["audit"], json!({"waiting": 0, "limit": 256, "dropped": 0}));
    manager.stop();
}

#[test]
fn wrong_keys_are_recorded_once_a_minute_and_entries_outlive_a_restart() {
    let directory = TempDir::new().unwrap();
    let options = Options::default().env("CPAMP_TRUSTED_PROXIES", "127.0.0.1");
    let manager = Manager::start(directory.path(), &options);
    for guess in 0..3 {
        for address in ["203.0.113.7", "203.0.113.8"] {
            let request = blocking().get(manager.at("/status")).bearer(&format!("guess-planted-{guess}"));
            assert_eq!(request.header("X-Forwarded-For", address).answer().status, 401);
        }
    }
    let login =
        blocking().request("POST", &manager.at("/api/v1/session")).header("X-Forwarded-For", "203.0.113.9");
    assert_eq!(login.json(&json!({"admin_key": "guess-planted"})).answer().status, 401);
    assert_eq!(blocking().get(manager.at("/status")).answer().status, 401, "no key is no wrong key");
    let refused = wait_entries(&manager, "action=session.refused", 3);
    let shown = |entry: &Value| {
        format!("{} {} {}", entry["actor"]["kind"], entry["actor"]["address"], entry["code"]).replace('"', "")
    };
    let shown: Vec<_> = refused["entries"].as_array().unwrap().iter().map(shown).collect();
    assert_eq!(
        shown,
        [
            "browser 203.0.113.9 invalid_admin_key",
            "bearer 203.0.113.8 invalid_admin_key",
            "bearer 203.0.113.7 invalid_admin_key"
        ]
    );
    assert!(!refused.to_string().contains("planted"));
    let everything = manager.get("/api/v1/audit");
    assert_eq!((everything["kept"].as_i64(), everything["dropped"].as_i64()), (Some(50_000), Some(0)));
    let second = blocking().request("DELETE", &manager.at("/api/v1/sessions")).bearer(ADMIN_KEY).answer();
    assert_eq!(second.status, 200, "nobody is logged in, so nothing is recorded");
    // Recorded with the last breath.
    let body = json!({"admin_key": ADMIN_KEY});
    assert_eq!(blocking().request("POST", &manager.at("/api/v1/session")).json(&body).answer().status, 200);
    manager.stop();
    let manager = Manager::start(directory.path(), &options);
    let trail = manager.get("/api/v1/audit");
    let actions: Vec<_> = trail["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(
        actions,
        ["session.sign_in", "session.refused", "session.refused", "session.refused", "admin_key.create"]
    );
    assert_eq!(trail["entries"].as_array().unwrap()[1..], *everything["entries"].as_array().unwrap());
    let oldest = trail["entries"].as_array().unwrap().last().unwrap();
    assert_eq!(trail["oldest_ms"], oldest["time_ms"]);

    // Pages, filters, and what is refused.
    let page = manager.get("/api/v1/audit?limit=2");
    let ids = |page: &Value| -> Vec<i64> {
        page["entries"].as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()).collect()
    };
    assert_eq!((ids(&page), page["next_before"].as_i64()), (vec![5, 4], Some(4)));
    let page = manager.get("/api/v1/audit?limit=3&before=4");
    assert_eq!((ids(&page), &page["next_before"]), (vec![3, 2, 1], &Value::Null));
    assert_eq!(ids(&manager.get("/api/v1/audit?action=admin_key,session.sign_in")), [5, 1]);
    assert_eq!(ids(&manager.get("/api/v1/audit?q=113.8")), [3]);
    assert_eq!(ids(&manager.get("/api/v1/audit?from_ms=1&to_ms=2")), [0; 0]);
    for wrong in ["limit=0", "limit=501", "before=x", "action=prices", "from_ms=5&to_ms=5"] {
        let (status, body) = manager.request("GET", &format!("/api/v1/audit?{wrong}"), None);
        assert_eq!((status, body["code"].as_str()), (400, Some("invalid_parameter")), "{wrong}");
    }
    let answer = blocking().get(manager.at("/api/v1/audit")).bearer(ADMIN_KEY).answer();
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(blocking().get(manager.at("/api/v1/audit")).answer().status, 401);
    manager.stop();
}

#[test]
fn commands_that_write_are_recorded() {
    let terminal = Terminal::new();
    terminal.create_database();
    std::fs::write(terminal.dir.path().join("November.jsonl"), record(7)).unwrap();
    terminal.run(["import", "November.jsonl"]).succeeded();
    terminal.run(["reset-admin-key"]).succeeded();
    assert_eq!(terminal.run(["export", "out.jsonl"]).code(), Some(0), "reading is not recorded");
    let store = store::Store::open(&terminal.database(), &store::OpenOptions::default()).unwrap();
    let filter = store::AuditFilter::default();
    let page = store.read_blocking(|reader| reader.audit_page(&filter, 10)).unwrap();
    let told: Vec<_> = page
        .entries
        .iter()
        .map(|entry| (entry.actor.as_str(), entry.action.as_str(), entry.subject.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("command_line", "admin_key.reset", None),
            ("command_line", "import.finish", Some("November.jsonl")),
            ("command_line", "import.start", Some("November.jsonl"))
        ]
    );
    let facts = |entry: &store::StoredAuditEntry| -> Vec<String> {
        let shown =
            |change: &store::AuditChange| format!("{}={}", change.field, change.after.clone().unwrap());
        entry.changes.iter().map(shown).collect()
    };
    assert_eq!(facts(&page.entries[0]), ["admin_key=changed", "key_origin=generated"]);
    assert!(facts(&page.entries[1]).contains(&"added=1".to_owned()));
}
