//! The management API against the recorded answers: status, headers, shape, and to the byte where the
//! configuration alone decides.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::path::PathBuf;

use base64::Engine as _;
use bytes::Bytes;
use common::{Raw, fixture};
use cpamp_simulator::{Simulator, SimulatorConfig};
use serde_json::{Value, json};

const LAB_KEY: &str = "Authorization: Bearer lab-management-key\r\n";

struct Recorded {
    method: String,
    path: String,
    with_key: bool,
    status: u16,
    head: Vec<String>,
    body: String,
}

fn recorded(file: &str) -> Recorded {
    let text = fixture(&format!("management/{file}"));
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let request: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    Recorded {
        method: request[0].to_owned(),
        path: request[1].to_owned(),
        with_key: request.len() == 2,
        status,
        head: lines.map(str::to_owned).collect(),
        body: body.trim_end_matches('\n').to_owned(),
    }
}

/// All member names and kinds; lists by their first element.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
        Value::Array(list) => list.first().map_or(json!([]), |first| json!([shape(first)])),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!(0),
        other => other.clone(),
    }
}

/// The directory that the recorded handles were derived from.
fn recorded_auth_dir() -> String {
    let list: Value = serde_json::from_str(&recorded("auth-files.http").body).unwrap();
    let file = &list["files"][0];
    file["path"].as_str().unwrap().strip_suffix(file["name"].as_str().unwrap()).unwrap().to_owned()
}

/// A gateway with the laboratory's configuration, credentials and traffic.
async fn laboratory() -> (Simulator, Raw) {
    let gateway = Simulator::start(SimulatorConfig {
        management_key: Some("first".to_owned()),
        version: "dev".to_owned(),
        commit: "none".to_owned(),
        build_date: "unknown".to_owned(),
        accounts: false,
        auth_dir: recorded_auth_dir(),
        ..SimulatorConfig::default()
    })
    .await
    .unwrap();
    let mut http = Raw::connect(&gateway).await;
    let first = "Authorization: first\r\n";
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
        if kind == "codex" {
            let until = file.contains("plus").then_some("2026-12-31T00:00:00Z");
            let claims = json!({ "https://api.openai.com/auth": {
                "chatgpt_account_id": "acc", "chatgpt_plan_type": "plus", "chatgpt_subscription_active_until": until,
            } });
            let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims.to_string());
            content["id_token"] = json!(format!("e30.{claims}.sig"));
        }
        let path = format!("/v0/management/auth-files?name={file}.json");
        assert_eq!(http.http("POST", &path, first, &content.to_string()).await.0, 200);
    }
    let yaml = recorded("config.yaml.http").body;
    let (status, _, body) = http.http("PUT", "/v0/management/config.yaml", first, &format!("{yaml}\n")).await;
    assert_eq!((status, body.as_str()), (200, r#"{"changed":["config"],"ok":true}"#));
    // From here on the key is the one that the recorded bcrypt hash belongs to.
    for line in fixture("usage-published.jsonl").lines().skip(1) {
        gateway.publish(Bytes::copy_from_slice(line.as_bytes()));
    }
    (gateway, http)
}

#[tokio::test]
async fn recorded_answers_have_the_same_status_headers_and_shape() {
    let (_gateway, mut http) = laboratory().await;
    // Decided by the configuration alone: equal to the last byte.
    let exact = [
        "api-keys",
        "claude-api-key",
        "codex-api-key",
        "config-without-key",
        "config",
        "config.yaml",
        "debug",
        "gemini-api-key",
        "logging-to-file",
        "no-such-route",
        "oauth-excluded-models",
        "oauth-model-alias",
        "openai-compatibility",
        "plugins",
        "proxy-url",
        "request-log",
        "request-retry",
        "routing_strategy",
        "usage-statistics-enabled",
        "vertex-api-key",
        "xai-api-key",
    ];
    let mut compared = 0;
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/cpa-v7.2.140/management");
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let wanted = recorded(&file);
        let name = file.trim_end_matches(".http");
        let body = if name == "api-call" {
            json!({ "auth_index": "a9c2ebfa931825ca", "method": "GET", "url": "https://chatgpt.com/backend-api/wham/usage" }).to_string()
        } else {
            String::new()
        };
        let key = if wanted.with_key { LAB_KEY } else { "" };
        let (status, head, got) = http.http(&wanted.method, &wanted.path, key, &body).await;
        assert_eq!(status, wanted.status, "{file}: {got}");
        let names = |lines: &[String]| -> Vec<String> {
            // Which of the two says where the body ends depends on its length.
            lines
                .iter()
                .map(|line| line.split(':').next().unwrap().replace("Transfer-Encoding", "Content-Length"))
                .collect()
        };
        let head: Vec<String> = head.lines().skip(1).map(str::to_owned).collect();
        assert_eq!(names(&head), names(&wanted.head), "{file}");
        let fixed = |lines: &[String]| -> Vec<String> {
            lines
                .iter()
                .filter(|line| {
                    !["Date:", "Content-Length:", "Transfer-Encoding:"]
                        .iter()
                        .any(|name| line.starts_with(name))
                })
                .cloned()
                .collect()
        };
        assert_eq!(fixed(&head), fixed(&wanted.head), "{file}");
        if exact.contains(&name) {
            assert_eq!(got.trim_end_matches('\n'), wanted.body, "{file}");
            compared += 1;
        } else {
            let (got, wanted): (Value, Value) =
                (serde_json::from_str(&got).unwrap(), serde_json::from_str(&wanted.body).unwrap());
            if name == "auth-files" {
                compare_auth_files(&got, &wanted);
            } else if name == "api-key-usage" {
                let keys = |usage: &Value| -> Vec<String> {
                    usage
                        .as_object()
                        .unwrap()
                        .iter()
                        .flat_map(|(p, keys)| {
                            keys.as_object().unwrap().keys().map(move |k| format!("{p} {k}"))
                        })
                        .collect()
                };
                assert_eq!(keys(&got), keys(&wanted));
            } else if name == "api-call" {
                assert_eq!(shape(&got), shape(&wanted));
                let inner =
                    |answer: &Value| shape(&serde_json::from_str(answer["body"].as_str().unwrap()).unwrap());
                assert_eq!(inner(&got), inner(&wanted));
            } else {
                assert_eq!(shape(&got), shape(&wanted), "{file}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 28);
}

fn compare_auth_files(got: &Value, wanted: &Value) {
    let (got, wanted) = (got["files"].as_array().unwrap(), wanted["files"].as_array().unwrap());
    assert_eq!(got.len(), wanted.len());
    for (got, wanted) in got.iter().zip(wanted) {
        for member in ["name", "id", "auth_index", "path", "type", "label", "account_type"] {
            assert_eq!(got[member], wanted[member], "{member}");
        }
        let mut plain = wanted.clone();
        // The free plan's token has no end of subscription, in the recording too.
        if let Some(token) = plain.get_mut("id_token") {
            *token = got["id_token"].clone();
        }
        assert_eq!(
            shape(got).as_object().unwrap().keys().collect::<Vec<_>>(),
            plain.as_object().unwrap().keys().collect::<Vec<_>>(),
            "{}",
            got["name"]
        );
        assert_eq!(got["recent_requests"].as_array().unwrap().len(), 20);
    }
    let by_name = |name: &str| got.iter().find(|file| file["name"] == name).unwrap();
    assert!(
        got.iter()
            .any(|file| file["status"] == "error" && !file["status_message"].as_str().unwrap().is_empty())
    );
    assert_eq!(by_name("codex-ops@example.org-free.json")["success"], 0);
    assert!(by_name("codex-dev@example.org-plus.json")["failed"].as_u64().unwrap() > 0);
}
