//! Client routes, routes for tests of proxies, and the control routes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::time::Duration;

use common::{KEY, Raw, record, until};
use cpamp_simulator::{Simulator, SimulatorConfig};
use serde_json::{Value, json};

async fn controlled() -> (Simulator, Raw) {
    let gateway =
        Simulator::start(SimulatorConfig { control: true, ..SimulatorConfig::default() }).await.unwrap();
    let http = Raw::connect(&gateway).await;
    (gateway, http)
}

async fn post(http: &mut Raw, path: &str, body: &str) -> (u16, Value) {
    let (status, _, body) = http.http("POST", &format!("/_simulator/{path}"), "", body).await;
    (status, serde_json::from_str(&body).unwrap_or_default())
}

#[tokio::test]
async fn model_lists_need_a_client_key_and_know_three_dialects() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let mut http = Raw::connect(&gateway).await;
    let (status, _, body) = http.http("GET", "/v1/models", "", "").await;
    assert_eq!((status, body.as_str()), (401, r#"{"error":"Missing API key"}"#));
    let (status, _, body) =
        http.http("GET", "/v1/models", &format!("Authorization: Bearer {KEY}\r\n"), "").await;
    assert_eq!(
        (status, body.as_str()),
        (401, r#"{"error":"Invalid API key"}"#),
        "the management key is no client key"
    );
    let generated = gateway.client_keys().into_iter().nth(5).unwrap();
    let (status, _, body) = http.http("GET", "/v1/models", &format!("X-Api-Key: {generated}\r\n"), "").await;
    let models: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, models["data"].as_array().unwrap().len(), &models["object"]),
        (200, 40, &json!("list"))
    );
    let (_, _, body) =
        http.http("GET", "/v1/models?key=client-key-a", "Anthropic-Version: 2023-06-01\r\n", "").await;
    let models: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(models["data"][0]["id"], "claude-fable-5-dd-6-4-supo-edualc");
    let (_, _, body) = http.http("GET", "/v1/models?auth_token=client-key-a&client_version=1", "", "").await;
    assert!(body.starts_with(r#"{"models":[{"slug""#), "{body}");
    assert_eq!(http.http("GET", "/v1beta/models?key=client-key-a", "", "").await.0, 200);
    assert_eq!(http.http("GET", "/healthz", "", "").await.2, r#"{"status":"ok"}"#);
    let (status, head, body) = http.http("OPTIONS", "/v0/management/config", "", "").await;
    assert_eq!((status, body.as_str()), (204, ""));
    assert!(head.contains("Access-Control-Allow-Origin: *"), "{head}");
    let (status, _, body) = http.http("GET", "/nowhere", "", "").await;
    assert_eq!((status, body.as_str()), (404, ""));
    assert_eq!(http.http("GET", "/_simulator/stats", "", "").await.0, 404, "control is off by default");
}

#[tokio::test]
async fn events_stream_one_by_one_and_upgrades_are_echoed() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let mut http = Raw::connect(&gateway).await;
    let (status, events) = http.manage("GET", "sim-plugin/sse?count=3&interval_ms=5", "").await;
    assert_eq!(status, 200);
    assert_eq!(events.matches("event: tick").count(), 3);
    let key = format!("Authorization: Bearer {KEY}\r\n");
    http.send(&format!(
        "GET /v0/management/sim-plugin/sse?interval_ms=60000 HTTP/1.1\r\nHost: x\r\n{key}\r\n"
    ))
    .await;
    let mut first = String::new();
    while !first.contains("event: tick") {
        first.push_str(&String::from_utf8_lossy(&http.take(1).await));
    }
    assert!(first.contains("Content-Type: text/event-stream"), "{first}");
    let mut raw = Raw::connect(&gateway).await;
    raw.send(&format!("GET /v0/management/sim-plugin/echo HTTP/1.1\r\nHost: x\r\n{key}Connection: Upgrade\r\nUpgrade: echo\r\n\r\n")).await;
    assert_eq!(raw.line().await, "HTTP/1.1 101 Switching Protocols");
    while !raw.line().await.is_empty() {}
    raw.send("back and forth").await;
    raw.expect("back and forth").await;
    let mut socket = Raw::connect(&gateway).await;
    socket.send(&format!("GET /v0/management/sim-plugin/echo HTTP/1.1\r\nHost: x\r\n{key}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")).await;
    let mut head = String::new();
    loop {
        let line = socket.line().await;
        if line.is_empty() {
            break;
        }
        head.push_str(&line);
    }
    assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    use tokio::io::AsyncWriteExt as _;
    socket.stream.write_all(&[0x81, 0x82, 1, 2, 3, 4, b'h' ^ 1, b'i' ^ 2]).await.unwrap();
    assert_eq!(socket.take(4).await, b"\x81\x02hi");
    let mut plain = Raw::connect(&gateway).await;
    assert_eq!(plain.manage("GET", "sim-plugin/echo", "").await.0, 426);
    let (_, shown) = plain.manage("POST", "sim-plugin/headers", "x").await;
    assert!(shown.contains(r#""authorization":["Bearer mgmt-test-key"]"#), "{shown}");
    gateway.stop().await;
    assert_eq!(raw.rest().await, b"", "upgraded connections end with the gateway");
}

#[tokio::test]
async fn other_processes_publish_read_and_break_it() {
    let (gateway, mut http) = controlled().await;
    let lines =
        format!("{}\n\n{}\n", String::from_utf8_lossy(&record(1)), String::from_utf8_lossy(&record(2)));
    assert_eq!(post(&mut http, "publish", &lines).await, (200, json!({ "first": 1, "count": 2 })));
    assert_eq!(gateway.queue_len(), 2);
    assert_eq!(post(&mut http, "faults", r#"{"usage_queue_status":404,"resp":"mtls"}"#).await.0, 200);
    assert_eq!(http.manage("GET", "usage-queue", "").await.0, 404);
    let (_, now) = post(&mut http, "faults", r#"{"usage_queue_status":null}"#).await;
    assert_eq!((&now["usage_queue_status"], &now["resp"]), (&Value::Null, &json!("mtls")));
    assert_eq!(post(&mut http, "faults", r#"{"no_such_fault":1}"#).await.0, 400);
    assert_eq!(post(&mut http, "faults", r#"{"clear":true,"clock_offset_ms":5000}"#).await.0, 200);
    let (_, _, stats) = http.http("GET", "/_simulator/stats", "", "").await;
    let stats: Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(
        (&stats["queue_len"], &stats["counters"]["produced"], &stats["clock_offset_ms"]),
        (&json!(2), &json!(2), &json!(5000))
    );
    assert_eq!(http.manage("GET", "usage-queue?count=9", "").await.0, 200);
    let (_, _, log) = http.http("GET", "/_simulator/delivery-log", "", "").await;
    assert_eq!(log.lines().filter(|line| line.contains("http_pop")).count(), 2, "{log}");
    let body = r#"{"url_prefix":"https://chatgpt.com/","status":503,"body":{"a":1}}"#;
    assert_eq!(post(&mut http, "upstream", body).await.0, 200);
    let (_, answer) =
        http.manage("POST", "api-call", r#"{"method":"GET","url":"https://chatgpt.com/x"}"#).await;
    assert!(answer.contains("503"), "{answer}");
}

#[tokio::test]
async fn other_processes_start_and_stop_traffic_and_generate_history() {
    let (gateway, mut http) = controlled().await;
    assert_eq!(post(&mut http, "traffic", r#"{"rate":5}"#).await.0, 409);
    assert_eq!(post(&mut http, "traffic", r#"{"action":"start","rate":300,"steady":true}"#).await.0, 200);
    until("traffic flows", || gateway.queue_len() > 10).await;
    assert_eq!(post(&mut http, "traffic", r#"{"rate":1}"#).await.1["rate"], 1.0);
    assert_eq!(post(&mut http, "traffic", r#"{"action":"stop"}"#).await.1["running"], false);
    gateway.restart_empty();
    let mut http = Raw::connect(&gateway).await;
    let (status, made) =
        post(&mut http, "generate", r#"{"count":200,"from_ms":1793000000000,"to_ms":1793100000000}"#).await;
    assert_eq!((status, &made["count"]), (200, &json!(200)));
    assert_eq!(gateway.queue_len(), 200);
}

#[tokio::test]
async fn control_works_on_a_gateway_that_answers_nobody() {
    let (gateway, mut http) = controlled().await;
    gateway.faults().update(|faults| faults.half_open = true);
    let mut mute = Raw::connect(&gateway).await;
    mute.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(mute.quiet(Duration::from_millis(30)).await, Some(Vec::new()));
    assert_eq!(post(&mut http, "faults", r#"{"clear":true}"#).await.0, 200);
    let mut heard = Raw::connect(&gateway).await;
    assert_eq!(heard.http("GET", "/healthz", "", "").await.0, 200);
}
