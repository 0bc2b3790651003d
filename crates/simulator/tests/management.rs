//! Writes of the management API, and what they cause.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use bytes::Bytes;
use common::{KEY, Raw, fixture};
use cpamp_simulator::{Simulator, SimulatorConfig};
use serde_json::{Value, json};

async fn fresh() -> (Simulator, Raw) {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let http = Raw::connect(&gateway).await;
    (gateway, http)
}

async fn get(http: &mut Raw, path: &str) -> Value {
    let (status, body) = http.manage("GET", path, "").await;
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// Sends each line and compares status and body (a body of "*" is not compared).
async fn script(http: &mut Raw, lines: &[(&str, &str, &str, u16, &str)]) {
    for (method, path, body, status, wanted) in lines {
        let (got_status, got) = http.manage(method, path, body).await;
        assert_eq!(got_status, *status, "{method} {path} {body}: {got}");
        if *wanted != "*" {
            assert_eq!(got, *wanted, "{method} {path} {body}");
        }
    }
}

const OK: &str = r#"{"status":"ok"}"#;

#[tokio::test]
async fn single_settings_are_written_and_read_back() {
    let (_gateway, mut http) = fresh().await;
    script(
        &mut http,
        &[
            ("PUT", "debug", r#"{"value":true}"#, 200, OK),
            ("GET", "debug", "", 200, r#"{"debug":true}"#),
            ("PATCH", "debug", r#"{"value":"yes"}"#, 400, r#"{"error":"invalid body"}"#),
            ("PUT", "debug", "nonsense", 400, r#"{"error":"invalid body"}"#),
            ("DELETE", "debug", "", 404, ""),
            ("PUT", "proxy-url", r#"{"value":"socks5://127.0.0.1:1080"}"#, 200, OK),
            ("DELETE", "proxy-url", "", 200, OK),
            ("GET", "proxy-url", "", 200, r#"{"proxy-url":""}"#),
            ("PUT", "request-retry", r#"{"value":7}"#, 200, OK),
            ("GET", "request-retry", "", 200, r#"{"request-retry":7}"#),
            ("PUT", "error-logs-max-files", r#"{"value":-1}"#, 200, OK),
            ("GET", "error-logs-max-files", "", 200, r#"{"error-logs-max-files":10}"#),
            ("PUT", "quota-exceeded/switch-project", r#"{"value":true}"#, 200, OK),
            ("GET", "quota-exceeded/switch-project", "", 200, r#"{"switch-project":true}"#),
            ("PUT", "routing/strategy", r#"{"value":"ff"}"#, 200, OK),
            ("GET", "routing/strategy", "", 200, r#"{"strategy":"fill-first"}"#),
            ("PUT", "routing/strategy", r#"{"value":"best"}"#, 400, r#"{"error":"invalid strategy"}"#),
            ("PUT", "ws-auth", r#"{"value":false}"#, 200, OK),
            ("GET", "ws-auth", "", 200, r#"{"ws-auth":true}"#),
            ("GET", "latest-version", "", 200, r#"{"latest-version":"v7.2.140"}"#),
            ("GET", "no-such-route", "", 404, ""),
            ("PUT", "config.yaml", "a: [1", 400, "*"),
            ("PUT", "config.yaml", "port: x", 422, "*"),
        ],
    )
    .await;
    let yaml = http.manage("GET", "config.yaml", "").await.1;
    assert!(yaml.starts_with("# Simulated gateway.") && yaml.contains("strategy: fill-first"), "{yaml}");
}

#[tokio::test]
async fn retention_and_keys_from_the_document_are_obeyed() {
    let (gateway, mut http) = fresh().await;
    let yaml = "remote-management:\n  secret-key: mgmt-test-key\nusage-statistics-enabled: true\nredis-usage-queue-retention-seconds: 600\napi-keys: [one]\n";
    assert_eq!(http.manage("PUT", "config.yaml", yaml).await.0, 200);
    gateway.publish(common::record(1));
    gateway.set_clock_offset(599_000);
    assert_eq!(get(&mut http, "usage-queue?count=5").await.as_array().unwrap().len(), 1);
    assert_eq!(gateway.client_keys(), ["one"]);
    assert!(!gateway.config_yaml().contains(KEY), "the key is hashed in the file");
}

#[tokio::test]
async fn lists_are_patched_by_index_or_match_and_show_their_handles() {
    let (_gateway, mut http) = fresh().await;
    script(
        &mut http,
        &[
            ("PUT", "api-keys", r#"["a","b"]"#, 200, OK),
            ("PATCH", "api-keys", r#"{"index":0,"value":"c"}"#, 200, OK),
            ("PATCH", "api-keys", r#"{"old":"zzz","new":"d"}"#, 200, OK),
            ("GET", "api-keys", "", 200, r#"{"api-keys":["c","b","d"]}"#),
            ("DELETE", "api-keys?value=b", "", 200, OK),
            ("DELETE", "api-keys", "", 400, r#"{"error":"missing index or value"}"#),
            ("PUT", "api-keys", "[]", 200, OK),
            ("GET", "api-keys", "", 200, r#"{"api-keys":null}"#),
            (
                "PUT",
                "gemini-api-key",
                r#"{"items":[{"api-key":"g1"},{"api-key":"g1"},{"api-key":"g1","base-url":"http://x"}]}"#,
                200,
                OK,
            ),
            (
                "PATCH",
                "gemini-api-key",
                r#"{"match":"g1","value":{"prefix":"p"}}"#,
                400,
                r#"{"error":"multiple items match; index is required"}"#,
            ),
            (
                "PATCH",
                "gemini-api-key?base-url=http://x",
                r#"{"match":"g1","value":{"prefix":"p","models":[1]}}"#,
                200,
                OK,
            ),
            (
                "PATCH",
                "gemini-api-key",
                r#"{"match":"g9","value":{"prefix":"p"}}"#,
                404,
                r#"{"error":"item not found"}"#,
            ),
            ("PATCH", "gemini-api-key", r#"{"index":0,"value":{"weight":2000000}}"#, 400, "*"),
            ("DELETE", "gemini-api-key?api-key=g9", "", 404, "*"),
            ("DELETE", "claude-api-key?api-key=none", "", 200, OK),
            ("PUT", "codex-api-key", r#"[{"api-key":"k"},{"api-key":"l","base-url":"http://y"}]"#, 200, OK),
            ("PATCH", "codex-api-key", r#"{"match":"l","value":{"base-url":""}}"#, 200, OK),
            ("GET", "codex-api-key", "", 200, r#"{"codex-api-key":[]}"#),
            ("PUT", "vertex-api-key", r#"[{"base-url":"http://x"}]"#, 400, "*"),
            ("PATCH", "openai-compatibility", r#"{"name":"OpenRouter","value":{"disabled":true}}"#, 200, OK),
            ("PUT", "oauth-excluded-models", r#"{"claude":["a*"]}"#, 200, OK),
            ("PATCH", "oauth-excluded-models", r#"{"provider":"codex","models":["b"]}"#, 200, OK),
            ("PATCH", "oauth-excluded-models", r#"{"provider":"claude","models":[]}"#, 200, OK),
            ("GET", "oauth-excluded-models", "", 200, r#"{"oauth-excluded-models":{"codex":["b"]}}"#),
            ("DELETE", "oauth-excluded-models?provider=zzz", "", 404, "*"),
            (
                "PATCH",
                "oauth-model-alias",
                r#"{"channel":"codex","aliases":[{"name":"gpt-5","alias":"g5"}]}"#,
                200,
                OK,
            ),
            ("DELETE", "oauth-model-alias?channel=codex", "", 200, OK),
            ("GET", "oauth-model-alias", "", 200, r#"{"oauth-model-alias":null}"#),
        ],
    )
    .await;
    let gemini = get(&mut http, "gemini-api-key").await;
    assert_eq!(gemini["gemini-api-key"].as_array().unwrap().len(), 2);
    assert_eq!(gemini["gemini-api-key"][1]["prefix"], "p");
    assert_eq!(gemini["gemini-api-key"][1].get("models"), None, "not a patchable field");
    assert_eq!(gemini["gemini-api-key"][1]["auth-index"].as_str().unwrap().len(), 16);
    let compat = get(&mut http, "openai-compatibility").await;
    assert_eq!(compat["openai-compatibility"][0]["disabled"], true);
    assert_eq!(compat["openai-compatibility"][0]["api-key-entries"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn auth_files_are_uploaded_changed_switched_and_deleted_and_subscribers_are_told() {
    let (gateway, mut http) = fresh().await;
    let mut subscriber = Raw::subscribed(&gateway).await;
    script(&mut http, &[
        ("POST", "auth-files?name=claude-new.json", r#"{"type":"claude","email":"n@example.org"}"#, 200, OK),
        ("POST", "auth-files?name=bad.json", "no json", 500, "*"),
        ("POST", "auth-files", r#"{"type":"claude"}"#, 400, "*"),
        ("POST", "auth-files?name=../x.json", "{}", 400, "*"),
        ("PATCH", "auth-files/fields", r#"{"name":"claude-new.json","priority":5,"note":"spare","headers":{"A":"1","B":"2"},"x.y":true}"#, 200, OK),
        ("PATCH", "auth-files/fields", r#"{"name":"claude-new.json","headers":{"A":""}}"#, 200, OK),
        ("PATCH", "auth-files/fields", r#"{"name":"claude-new.json"}"#, 400, r#"{"error":"no fields to update"}"#),
        ("PATCH", "auth-files/fields", r#"{"name":"nobody.json","note":"x"}"#, 404, "*"),
        ("PATCH", "auth-files/status", r#"{"name":"claude-new.json","disabled":true}"#, 200, r#"{"disabled":true,"status":"ok"}"#),
        ("PATCH", "auth-files/status", r#"{"name":"nobody.json","disabled":true}"#, 404, r#"{"error":"auth file not found"}"#),
        ("GET", "auth-files/download?name=nobody.json", "", 404, "*"),
    ])
    .await;
    assert_eq!(subscriber.message().await.unwrap(), br#"{"refresh":true}"#);
    let content = get(&mut http, "auth-files/download?name=claude-new.json").await;
    assert_eq!(content["headers"], json!({ "B": "2" }));
    assert_eq!((&content["x"]["y"], &content["disabled"]), (&json!(true), &json!(true)));
    let list = get(&mut http, "auth-files?name=claude-new.json").await;
    let entry = &list["files"][0];
    assert_eq!(
        (&entry["status"], &entry["priority"], &entry["note"]),
        (&json!("disabled"), &json!(5), &json!("spare"))
    );
    let boundary = "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a1.json\"\r\n\r\n{\"type\":\"codex\"}\r\n--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a2.json\"\r\n\r\nbroken\r\n--XX--\r\n";
    let headers = format!("Authorization: {KEY}\r\nContent-Type: multipart/form-data; boundary=XX\r\n");
    let (status, _, body) = http.http("POST", "/v0/management/auth-files", &headers, boundary).await;
    assert_eq!(
        (status, body.as_str()),
        (
            207,
            r#"{"failed":[{"name":"a2.json","error":"invalid auth file"}],"files":["a1.json"],"status":"partial","uploaded":1}"#
        )
    );
    script(
        &mut http,
        &[
            ("DELETE", "auth-files?name=a1.json&name=gone.json", "", 207, "*"),
            ("DELETE", "auth-files", r#"{"names":["claude-new.json"]}"#, 200, OK),
            ("DELETE", "auth-files?name=claude-new.json", "", 404, r#"{"error":"auth file not found"}"#),
            ("DELETE", "auth-files", "", 400, "*"),
            ("DELETE", "auth-files?all=true", "", 200, r#"{"deleted":44,"status":"ok"}"#),
            ("GET", "auth-files", "", 200, r#"{"files":[]}"#),
        ],
    )
    .await;
}

#[tokio::test]
async fn logins_quota_lookups_and_resets_work_on_known_credentials() {
    let (gateway, mut http) = fresh().await;
    let begun = get(&mut http, "codex-auth-url").await;
    let state = begun["state"].as_str().unwrap().to_owned();
    assert_eq!(get(&mut http, &format!("get-auth-status?state={state}")).await, json!({ "status": "wait" }));
    let callback = json!({ "provider": "codex", "redirect_url": format!("http://localhost:1455/auth/callback?code=c&state={state}") });
    let (status, _, body) =
        http.http("POST", "/v0/management/oauth-callback", "", &callback.to_string()).await;
    assert_eq!((status, body.as_str()), (200, OK), "no key is needed");
    assert_eq!(get(&mut http, &format!("get-auth-status?state={state}")).await, json!({ "status": "ok" }));
    assert_eq!(http.http("POST", "/v0/management/oauth-callback", "", &callback.to_string()).await.0, 409);
    let unknown = format!("/v0/management/oauth-callback?code=c&state={}", "0".repeat(32));
    assert_eq!(http.http("GET", &unknown, "", "").await.0, 404);
    assert_eq!(http.http("GET", "/v0/management/oauth-callback?code=c", "", "").await.0, 400);
    let device = get(&mut http, "kimi-auth-url").await;
    assert_eq!(device["flow"], "device");
    let state = device["state"].as_str().unwrap();
    gateway.set_clock_offset(3_500);
    assert_eq!(get(&mut http, &format!("get-auth-status?state={state}")).await, json!({ "status": "ok" }));
    let files = get(&mut http, "auth-files").await;
    assert_eq!(files["files"].as_array().unwrap().len(), 46, "both logins became files");
    script(
        &mut http,
        &[
            ("GET", "get-auth-status?state=a%20b", "", 400, "*"),
            (
                "GET",
                "get-auth-status?state=gone",
                "",
                200,
                r#"{"error":"unknown or expired state","status":"error"}"#,
            ),
            ("DELETE", "oauth-session?state=gone", "", 404, "*"),
            ("GET", "nobody-auth-url", "", 404, ""),
        ],
    )
    .await;
    let file = files["files"].as_array().unwrap().iter().find(|file| file["type"] == "claude").unwrap();
    let index = file["auth_index"].as_str().unwrap();
    let call =
        |index: &str, url: &str| json!({ "auth_index": index, "method": "GET", "url": url }).to_string();
    let usage = call(index, "https://api.anthropic.com/api/oauth/usage");
    let (_, answer) = http.manage("POST", "api-call", &usage).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["status_code"], 200);
    gateway.set_upstream_reply("https://api.anthropic.com/", Some(index), 418, "teapot");
    let (_, answer) = http.manage("POST", "api-call", &usage).await;
    assert!(answer.contains("418") && answer.contains("teapot"), "{answer}");
    let (_, answer) =
        http.manage("POST", "api-call", &call("0000", "https://chatgpt.com/backend-api/wham/usage")).await;
    assert!(
        answer.starts_with(r#"{"status_code":401"#),
        "an unknown credential is the upstream's matter: {answer}"
    );
    let reset = json!({ "auth_index": index }).to_string();
    script(
        &mut http,
        &[
            ("POST", "api-call", r#"{"url":"https://x"}"#, 400, r#"{"error":"missing method"}"#),
            ("POST", "api-call", r#"{"method":"GET","url":"ftp://x"}"#, 400, "*"),
            ("POST", "reset-quota", &reset, 200, "*"),
            ("POST", "reset-quota", r#"{"auth_index":"0000"}"#, 404, r#"{"error":"auth not found"}"#),
            ("GET", "model-definitions/codex", "", 200, "*"),
            ("GET", "model-definitions/nobody", "", 400, "*"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_key_of_the_configuration_is_switched_by_its_id() {
    let (_gateway, mut http) = fresh().await;
    script(&mut http, &[("PUT", "gemini-api-key", r#"[{"api-key":"g1"}]"#, 200, OK)]).await;
    // The kind, then key, base URL, proxy and prefix, each after a NUL.
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest("gemini:apikey\0g1\0\0\0");
    let id: String = hash[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({ "name": format!("gemini:apikey:{id}"), "disabled": true }).to_string();
    let (status, answer) = http.manage("PATCH", "auth-files/status", &body).await;
    assert_eq!(
        (status, answer.as_str()),
        (200, r#"{"disabled":true,"excluded_pattern":"*","status":"ok","via":"config:excluded-models"}"#)
    );
    assert_eq!(get(&mut http, "gemini-api-key").await["gemini-api-key"][0]["excluded-models"], json!(["*"]));
}

#[tokio::test]
async fn logs_continue_by_cursor_and_failures_leave_error_logs() {
    let (gateway, mut http) = fresh().await;
    let tail = get(&mut http, "logs?limit=5").await;
    let failed = fixture("usage-published.jsonl")
        .lines()
        .find(|line| line.contains("\"failed\":true"))
        .unwrap()
        .to_owned();
    let id = serde_json::from_str::<Value>(&failed).unwrap()["request_id"].as_str().unwrap().to_owned();
    gateway.publish(Bytes::from(failed));
    let cursor = tail["next-cursor"].as_str().unwrap();
    let more = get(&mut http, &format!("logs?cursor={cursor}&limit=50")).await;
    let lines = more["lines"].as_array().unwrap();
    assert!(
        lines.iter().any(|line| line.as_str().unwrap().contains("upstream execution failed")),
        "{lines:?}"
    );
    assert_eq!(more.get("cursor-reset"), None);
    let files = get(&mut http, "request-error-logs").await;
    let name = files["files"][0]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("error-v1") && name.ends_with(&format!("-{id}.log")), "{name}");
    assert!(
        http.manage("GET", &format!("request-error-logs/{name}"), "").await.1.contains("=== RESPONSE ===")
    );
    assert_eq!(http.manage("GET", &format!("request-log-by-id/{id}"), "").await.0, 200);
    script(
        &mut http,
        &[
            ("GET", "request-log-by-id/00000000", "", 404, "*"),
            ("GET", "request-error-logs/error-x.log", "", 404, "*"),
            ("GET", "logs?limit=x", "", 400, "*"),
            (
                "DELETE",
                "logs",
                "",
                200,
                r#"{"message":"Logs cleared successfully","removed":1,"success":true}"#,
            ),
            ("PUT", "request-log", r#"{"value":true}"#, 200, OK),
            ("GET", "request-error-logs", "", 200, r#"{"files":[]}"#),
            ("PUT", "logging-to-file", r#"{"value":false}"#, 200, OK),
            ("GET", "logs", "", 400, r#"{"error":"logging to file disabled"}"#),
        ],
    )
    .await;
}

#[tokio::test]
async fn plugins_are_listed_configured_installed_and_served() {
    let (_gateway, mut http) = fresh().await;
    let list = get(&mut http, "plugins").await;
    assert_eq!(list["plugins"][0]["id"], "sim-plugin");
    assert_eq!(http.http("GET", "/v0/resource/plugins/sim-plugin/ui", "", "").await.0, 200);
    script(
        &mut http,
        &[
            ("PATCH", "plugins/sim-plugin/enabled", r#"{"enabled":false}"#, 200, OK),
            ("PUT", "plugins/sim-plugin/config", r#"{"mode":"safe","a":1}"#, 200, OK),
            ("PATCH", "plugins/sim-plugin/config", r#"{"a":null,"b":2}"#, 200, OK),
            ("GET", "plugins/sim-plugin/config", "", 200, r#"{"mode":"safe","b":2}"#),
            ("PATCH", "plugins/none/enabled", r#"{"enabled":true}"#, 404, "*"),
            ("GET", "plugins/.bad/config", "", 400, "*"),
            ("POST", "plugin-store/usage-exporter/install", "", 200, "*"),
            ("POST", "plugin-store/nothing/install", "", 404, "*"),
        ],
    )
    .await;
    assert_eq!(http.http("GET", "/v0/resource/plugins/sim-plugin/ui", "", "").await.0, 404);
    let store = get(&mut http, "plugin-store").await;
    assert_eq!(
        (&store["plugins"][0]["update_available"], &store["plugins"][1]["installed"]),
        (&json!(true), &json!(true))
    );
    let (_, body) = http.manage("DELETE", "plugins/sim-plugin", "").await;
    assert!(
        body.starts_with(r#"{"status":"deleted","id":"sim-plugin""#)
            && body.contains(r#""configured_removed":true"#),
        "{body}"
    );
    assert_eq!(
        get(&mut http, "config").await["plugins"]["configs"],
        json!({ "usage-exporter": { "enabled": true, "priority": 0 } })
    );
}
