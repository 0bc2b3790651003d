//! Secrets planted everywhere must not turn up anywhere: logs at trace level, answers, exports, database, log, backup.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use simulator::{Simulator, SimulatorConfig};
use support::{ADMIN_KEY, MANAGEMENT_KEY, Manager, Options, blocking};
use tempfile::TempDir;

/// Secrets as they stand in records: client keys, upstream keys, tokens and cookies in failure texts and headers.
const PLANTED: [&str; 7] = [
    "sk-planted-client-key-0001",
    "sk-ant-planted-upstream-key-0002",
    "planted-cookie-0003",
    "planted-bearer-token-0004",
    "planted-refresh-0005",
    "xai-planted-key-0006",
    "planted-basic-0007",
];

fn record() -> String {
    let [client, upstream, cookie, bearer, refresh, xai, basic] = PLANTED;
    serde_json::json!({
        "timestamp": "2026-11-23T09:18:37.29160265Z", "latency_ms": 5, "ttft_ms": 1,
        "source": upstream, "auth_index": "7d1f0c2ab94e6631", "client_ip": "10.0.0.1",
        "tokens": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
        "failed": true,
        "fail": {"status_code": 401, "body": format!(
            "{{\"error\":\"bad key {xai}\",\"refresh_token\":\"{refresh}\",\"authorization\":\"Basic {basic}\"}} Authorization: Bearer {bearer}"
        )},
        "response_headers": {"Set-Cookie": [format!("session={cookie}; Path=/")], "Authorization": [format!("Bearer {bearer}")]},
        "provider": "claude", "executor_type": "ClaudeExecutor", "model": "m", "alias": "m",
        "endpoint": "POST /v1/messages", "auth_type": "apikey", "api_key": client, "request_id": "0badcafe"
    })
    .to_string()
}

fn assert_clean(what: &str, bytes: &[u8], secrets: &[&str]) {
    for secret in secrets {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{what} holds {secret}");
    }
}

/// Every route that is read with GET and ends, with its parameters filled.
fn readable(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap().iter();
    let readable = paths.filter(|(path, item)| !item["get"].is_null() && !path.ends_with("/stream"));
    readable.map(|(path, _)| path.replace("{id}", "1")).collect()
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_secrets_are_nowhere() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default().env("CPAMP_LOG", "trace"));
    assert_eq!(manager.setup(&gateway.base_url()).0, 200);
    manager.wait_transport("subscribe");
    gateway.publish(record().into());
    // Broken items go to the dead letters.
    gateway.publish(format!("{{\"api_key\":\"{}\",\"source\":\"{}\" broken", PLANTED[0], PLANTED[1]).into());
    manager.wait_events(1, Duration::from_secs(20));
    manager.wait_status("a dead letter", Duration::from_secs(20), |status| status["deadLetters"] == 1);
    blocking().get(manager.at("/v0/management/auth-files")).bearer(ADMIN_KEY).answer();
    blocking().get(manager.at("/status")).bearer("wrong-planted-admin-0008").answer();

    // What the audit trail tells of: requests to the gateway, a wrong login. An address with a password is refused before
    // it comes there; the answer and the log must not repeat it.
    let write = |method: &str, path: &str, body: &str| {
        let request = blocking().request(method, &manager.at(path)).bearer(ADMIN_KEY);
        request
            .header("Content-Type", "application/json")
            .header("Cookie", "session=planted-cookie-0003")
            .body(body)
            .answer()
    };
    write("DELETE", &format!("/v0/management/api-keys?value={}", PLANTED[0]), "");
    // Paths name keys too, with and without a right key of one's own.
    write("DELETE", &format!("/v0/management/plugin-keys/{}", PLANTED[0]), "");
    blocking().get(manager.at(&format!("/nothing/{}", PLANTED[1]))).answer();
    write("PUT", "/v0/management/api-keys", &format!(r#"["{}"]"#, PLANTED[1]));
    let wrong = r#"{"admin_key":"wrong-planted-admin-0008"}"#;
    assert_eq!(blocking().request("POST", &manager.at("/api/v1/session")).body(wrong).answer().status, 401);
    let moved = format!(
        r#"{{"config":{{"cpaConnection":{{"cpaBaseUrl":"http://user:{}@127.0.0.1:9","managementKey":"{}"}}}}}}"#,
        PLANTED[3], PLANTED[5]
    );
    let refused = write("PUT", "/usage-service/config", &moved);
    assert!(refused.status >= 400);
    assert_clean("the refusal of an address with a password", &refused.body, &PLANTED);
    // It is written behind the answers.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let trail = blocking().get(manager.at("/api/v1/audit")).bearer(ADMIN_KEY).answer().text();
        let actions = ["gateway.connect", "relay.write", "session.refused"];
        if actions.iter().all(|action| trail.contains(&format!("\"{action}\""))) {
            break;
        }
        assert!(Instant::now() < deadline, "{trail}");
        std::thread::sleep(Duration::from_millis(20));
    }

    let mut secrets = PLANTED.to_vec();
    secrets.extend([MANAGEMENT_KEY, ADMIN_KEY, "wrong-planted-admin-0008"]);
    let document = blocking().get(manager.at("/openapi.json")).answer().json();
    let mut asked = 0;
    for path in readable(&document) {
        let answer = blocking().get(manager.at(&path)).bearer(ADMIN_KEY).answer();
        asked += usize::from(answer.status == 200);
        assert_clean(&path, &answer.body, &secrets);
    }
    assert!(asked >= 20, "most routes answer: {asked}");
    // Database, log and everything else, while the manager runs and after it stopped.
    let sweep = |when: &str| {
        let files = files_below(directory.path());
        assert!(files.len() >= 3, "database, data key and lock at least: {files:?}");
        for path in files {
            // A cache file may go away while we look.
            let bytes = std::fs::read(&path).unwrap_or_default();
            assert_clean(&format!("{} ({when})", path.display()), &bytes, &secrets);
        }
    };
    sweep("running");
    let log = std::sync::Arc::clone(&manager.log);
    manager.stop();
    sweep("stopped");
    let log = log.lock().unwrap().clone();
    assert!(
        log.contains("\"level\":\"TRACE\"") || log.contains("\"level\":\"DEBUG\""),
        "the log is detailed:\n{log}"
    );
    assert_clean("the log", log.as_bytes(), &secrets);
}

#[test]
fn a_generated_admin_key_is_printed_once() {
    let directory = TempDir::new().unwrap();
    let options = Options::default().env("CPA_MANAGER_ADMIN_KEY", "");
    let manager = Manager::start(directory.path(), &options);
    let log = manager.log();
    let line = log.lines().find(|line| line.contains("admin key generated: ")).unwrap();
    let key = line.split("cmp_admin_").nth(1).unwrap();
    let random: String = key.chars().take_while(char::is_ascii_alphanumeric).collect();
    assert_eq!(random.len(), 32, "{line}");
    assert_eq!(log.matches("cmp_admin_").count(), 1);
    let answer = blocking().get(manager.at("/status")).bearer(&format!("cmp_admin_{random}")).answer();
    assert_eq!(answer.status, 200);
    manager.stop();
    let manager = Manager::start(directory.path(), &options);
    assert!(!manager.log().contains("cmp_admin_"), "only the first start prints it");
    manager.stop();
}
