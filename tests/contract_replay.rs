//! The recorded contract: every exchange with the reference is made again with our program, fed with the same records
//! through a simulated gateway. What differs must be a row of `allowed_differences.toml`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod schema;
mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use simulator::{Simulator, SimulatorConfig};
use support::{ADMIN_KEY, HttpAnswer, Manager, Options, blocking};

const PUBLISHED: &str = include_str!("fixtures/contract-v1.12.2/published.jsonl");
const EXCHANGES: &str = include_str!("fixtures/contract-v1.12.2/exchanges.jsonl");
const ALLOWED: &str = include_str!("allowed_differences.toml");

/// Management key of the recorded gateway.
const LAB_KEY: &str = "lab-management-key";
/// Records that the recorded gateway published.
const RECORDS: u64 = 268;
/// When the recording was made, Unix milliseconds.
const RECORDED_AT_MS: i64 = 1_795_425_600_708;

/// Members that must differ (`fixtures/README.md`): times of answers and of collection, row ids, sizes, places.
const IGNORED: [&str; 21] = [
    "generated_at_ms",
    "created_at_ms",
    "auth_snapshot_at_ms",
    "updatedAtMs",
    "observed_at_ms",
    "startedAt",
    "dbPath",
    "databaseBytes",
    "walBytes",
    "shmBytes",
    "database",
    "fileSizeBytes",
    "lastConsumedAt",
    "lastInsertedAt",
    "lastRunAt",
    "generation",
    "id",
    "next_before_id",
    "version",
    "commit",
    "buildDate",
];

/// Members by which rows of a list are told apart; the order among equal sort keys is free.
const IDENTITY: [&str; 12] = [
    "timestamp_ms",
    "timestamp",
    "row_key",
    "event_hash",
    "bucket_key",
    "bucket_ms",
    "id",
    "model",
    "auth_index",
    "source_hash",
    "api_key_hash",
    "key",
];

/// A row of the table.
#[derive(Debug, Default)]
struct Allowed {
    exchange: String,
    field: String,
    reason: String,
    used: bool,
    unrecorded: bool,
}

/// Reads the table: `[[difference]]`, or `[[unrecorded]]` for what no exchange can show, with three strings each.
fn allowed() -> Vec<Allowed> {
    let mut rows: Vec<Allowed> = Vec::new();
    for line in ALLOWED.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line == "[[difference]]" {
            rows.push(Allowed::default());
            continue;
        }
        if line == "[[unrecorded]]" {
            rows.push(Allowed { unrecorded: true, ..Allowed::default() });
            continue;
        }
        let (name, value) = line.split_once(" = ").unwrap_or_else(|| panic!("not a row: {line}"));
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let value = value.unwrap_or_else(|| panic!("not a string: {line}")).to_owned();
        let row = rows.last_mut().unwrap();
        match name {
            "exchange" => row.exchange = value,
            "field" => row.field = value,
            "reason" => row.reason = value,
            other => panic!("unknown member {other}"),
        }
    }
    rows
}

/// Whether a text is what a pattern says; `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn identity(value: &Value) -> String {
    if !value.is_object() {
        return value.to_string();
    }
    // Row ids are ours alone.
    let named = |name: &str| value.get(name).filter(|value| name != "id" || value.is_string());
    IDENTITY.iter().filter_map(|name| named(name)).map(Value::to_string).collect::<Vec<_>>().join("|")
}

/// Differences as `path: what`; `+` is what only we answer, `-` what only the reference answered.
fn compare(at: &str, theirs: &Value, ours: &Value, found: &mut Vec<(String, String)>) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            for (name, value) in theirs.iter().filter(|(name, _)| !IGNORED.contains(&name.as_str())) {
                match ours.get(name) {
                    Some(own) => compare(&format!("{at}.{name}"), value, own, found),
                    None => found.push((format!("-{at}.{name}"), value.to_string())),
                }
            }
            for (name, value) in ours.iter().filter(|(name, _)| !IGNORED.contains(&name.as_str())) {
                if !theirs.contains_key(name) {
                    found.push((format!("+{at}.{name}"), value.to_string()));
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            if theirs.len() != ours.len() {
                found.push((format!("{at}[]"), format!("{} and {} rows", theirs.len(), ours.len())));
                return;
            }
            let (mut theirs, mut ours): (Vec<_>, Vec<_>) = (theirs.iter().collect(), ours.iter().collect());
            theirs.sort_by_key(|value| identity(value));
            ours.sort_by_key(|value| identity(value));
            for (theirs, ours) in theirs.iter().zip(ours) {
                compare(&format!("{at}[]"), theirs, ours, found);
            }
        }
        (Value::Number(theirs), Value::Number(ours)) => {
            let (theirs, ours) = (theirs.as_f64().unwrap(), ours.as_f64().unwrap());
            if (theirs - ours).abs() > 1e-9 * theirs.abs().max(ours.abs()) {
                found.push((at.to_owned(), format!("{theirs} and {ours}")));
            }
        }
        _ if theirs == ours => {}
        _ => found.push((at.to_owned(), format!("{theirs} and {ours}"))),
    }
}

/// A gateway with the recorded one's auth files.
async fn laboratory() -> Simulator {
    let gateway = Simulator::start(SimulatorConfig {
        management_key: Some(LAB_KEY.to_owned()),
        version: "dev".to_owned(),
        commit: "none".to_owned(),
        build_date: "unknown".to_owned(),
        accounts: false,
        auth_dir: "/root/.cli-proxy-api/".to_owned(),
        ..SimulatorConfig::default()
    })
    .await
    .unwrap();
    for file in [
        "antigravity-ag@example.org",
        "claude-writer@example.org",
        "codex-dev@example.org-plus",
        "codex-ops@example.org-free",
        "kimi-1",
        "xai-grok@example.org",
    ] {
        let kind = file.split('-').next().unwrap();
        let mut content = json!({ "type": kind, "access_token": "t" });
        if kind != "kimi" {
            content["email"] = json!(file.split('-').nth(1).unwrap());
        }
        if kind == "antigravity" {
            content["project_id"] = json!("lab-project");
        }
        let url = format!("{}/v0/management/auth-files?name={file}.json", gateway.base_url());
        let upload = move || blocking().request("POST", &url).bearer(LAB_KEY).json(&content).call();
        let (status, answer) = tokio::task::spawn_blocking(upload).await.unwrap();
        assert_eq!(status, 200, "{answer}");
    }
    gateway
}

/// The request, with what names the recorded gateway pointing at ours.
fn send(manager: &Manager, gateway: &Simulator, request: &Value) -> HttpAnswer {
    let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
    let mut call = blocking().request(method, &manager.at(path));
    match request["auth"].as_str().unwrap() {
        "admin" => call = call.bearer(ADMIN_KEY),
        "wrong" => call = call.bearer("cmp_admin_WrongWrongWrongWrongWrongWrongWr"),
        _ => {}
    }
    if !request["body"].is_null() {
        let address = gateway.address().to_string();
        let text = request["body"].to_string().replace("127.0.0.1:18417", &address);
        call = call.json(&serde_json::from_str(&text).unwrap());
    }
    call.answer()
}

/// Sends every recorded record and waits until it is stored, named and counted.
fn feed(manager: &Manager, gateway: &Simulator) {
    manager.wait_transport("subscribe");
    // The accounts' names are taken from the gateway's list when a record arrives.
    std::thread::sleep(Duration::from_millis(500));
    for line in PUBLISHED.lines().filter(|line| !line.contains("support_refresh")) {
        gateway.publish(Bytes::copy_from_slice(line.as_bytes()));
    }
    manager.wait_events(RECORDS, Duration::from_secs(30));
    let deadline = Instant::now() + Duration::from_secs(30);
    let asked =
        json!({ "from_ms": 1, "to_ms": 4_000_000_000_000_i64, "measures": ["calls"], "dimensions": [] });
    loop {
        let (status, answer) = manager.request("POST", "/api/v1/query", Some(asked.clone()));
        if status == 200 && answer["totals"]["values"]["calls"] == RECORDS && answer.get("partial").is_none()
        {
            return;
        }
        assert!(Instant::now() < deadline, "{status} {answer}\n{}", manager.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_exchange_is_answered_as_the_reference_did() {
    let gateway = laboratory().await;
    let directory = tempfile::tempdir().unwrap();
    tokio::task::spawn_blocking(move || {
        let options = Options::default().env("CPAMP_COST_BASIS", "counters");
        let manager = Manager::start(directory.path(), &options);
        replay(&manager, &gateway);
    })
    .await
    .unwrap();
}

fn replay(manager: &Manager, gateway: &Simulator) {
    let mut allowed = allowed();
    let contract = schema::Contract::new();
    let (mut open, mut invalid) = (Vec::new(), Vec::new());
    let (mut count, mut validated) = (0, 0);
    for line in EXCHANGES.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let (name, mut request) = (exchange["name"].as_str().unwrap(), exchange["request"].clone());
        if name == "header-snapshots" {
            // Counted from the server's clock; the recording grows older.
            request["path"] = json!(format!("{}?days=365", request["path"].as_str().unwrap()));
        }
        let answer = send(manager, gateway, &request);
        let (theirs, mut ours) = (&exchange["response"], answer.json());
        if theirs["body"].is_string() && !ours.is_string() {
            ours = Value::String(answer.text());
        }
        let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
        if let Some(problems) = contract.problems(method, path, answer.status, &answer.json()) {
            validated += 1;
            invalid.extend(problems.into_iter().map(|problem| format!("{name}: {problem}")));
        }
        let mut found = Vec::new();
        if theirs["status"] != answer.status {
            found.push(("status".to_owned(), format!("{} and {}", theirs["status"], answer.status)));
        }
        let kind = |value: Option<&str>| value.and_then(|kind| kind.split(';').next().map(str::to_owned));
        let kinds = (kind(theirs["headers"]["content-type"].as_str()), kind(answer.header("content-type")));
        if kinds.0 != kinds.1 {
            found.push(("content-type".to_owned(), format!("{kinds:?}")));
        }
        compare("body", &theirs["body"], &ours, &mut found);
        for (field, what) in found {
            let row = allowed
                .iter_mut()
                .filter(|row| !row.unrecorded)
                .find(|row| matches(&row.exchange, name) && matches(&row.field, &field));
            match row {
                Some(row) => row.used = true,
                None => open.push(format!("{name} {field}: {}", what.chars().take(160).collect::<String>())),
            }
        }
        count += 1;
        if name == "setup" {
            feed(manager, gateway);
        }
    }
    let unrecorded = allowed.iter().filter(|row| row.unrecorded).count();
    println!(
        "{count} exchanges, {} rows of allowed differences, {unrecorded} of them not recorded",
        allowed.len()
    );
    let unused: Vec<_> = allowed.iter().filter(|row| !row.used && !row.unrecorded).collect();
    assert!(allowed.iter().all(|row| !row.reason.is_empty()), "every row has a reason");
    println!("{validated} answers held against contract/openapi.json");
    assert!(invalid.is_empty(), "{} answers are not as documented:\n{}", invalid.len(), invalid.join("\n"));
    assert!(validated > 100, "{validated} of {count}");
    open.dedup();
    assert!(open.is_empty(), "{} differences that are not allowed:\n{}", open.len(), open.join("\n"));
    assert!(unused.is_empty(), "rows that no difference uses: {unused:#?}");
    let age_days = (now_ms() - RECORDED_AT_MS) / 86_400_000;
    println!("the recording is {age_days} days old; header snapshots reach back 365");
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[test]
fn patterns() {
    assert!(matches("a*", "abc") && matches("*", "x") && matches("a*c*e", "abcde") && matches("abc", "abc"));
    assert!(!matches("a*d", "abc") && !matches("ab", "abc"));
}
