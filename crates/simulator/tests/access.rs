//! Keys, bans, modes and transport faults over real sockets.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::time::Duration;

use common::{KEY, Raw, record, until};
use cpamp_simulator::{FrameFault, Outcome, RespMode, Simulator, SimulatorConfig, Slow};

async fn gateway() -> Simulator {
    Simulator::start(SimulatorConfig::default()).await.unwrap()
}

const BANNED: &str = "IP banned due to too many failed attempts. Try again in 30m0s";

#[tokio::test]
async fn http_and_resp_failures_add_up_to_a_ban_that_the_clock_lifts() {
    let gateway = gateway().await;
    let mut http = Raw::connect(&gateway).await;
    let (status, head, body) = http.http("GET", "/v0/management/config", "", "").await;
    assert_eq!((status, body.as_str()), (401, r#"{"error":"missing management key"}"#));
    assert!(head.contains("X-Cpa-Version: v7.2.140"), "{head}");
    let (status, _, body) = http.http("GET", "/v0/management/config", "X-Management-Key: nope\r\n", "").await;
    assert_eq!((status, body.as_str()), (401, r#"{"error":"invalid management key"}"#));
    let mut resp = Raw::connect(&gateway).await;
    resp.say(&["PING"]).await;
    assert_eq!(resp.line().await, "-NOAUTH Authentication required.");
    resp.say(&["AUTH"]).await;
    assert_eq!(resp.line().await, "-ERR wrong number of arguments for 'auth' command");
    resp.say(&["AUTH", "wrong"]).await;
    assert_eq!(resp.line().await, "-ERR invalid management key");
    resp.say(&["AUTH", KEY]).await;
    assert_eq!(resp.line().await, format!("-ERR {BANNED}"));
    resp.say(&["PING"]).await;
    assert_eq!(resp.line().await, format!("-ERR {BANNED}"));
    assert_eq!(http.manage("GET", "usage-queue", "").await, (403, format!(r#"{{"error":"{BANNED}"}}"#)));
    let counters = gateway.counters();
    assert_eq!((counters.failed_logins["127.0.0.1"], counters.bans), (5, 1));
    gateway.set_clock_offset(30 * 60 * 1000 + 1);
    assert_eq!(http.manage("GET", "usage-queue", "").await.0, 200);
}

#[tokio::test]
async fn bans_follow_the_forwarded_address_over_http() {
    let gateway =
        Simulator::start(SimulatorConfig { allow_remote: true, ..SimulatorConfig::default() }).await.unwrap();
    let mut http = Raw::connect(&gateway).await;
    let forwarded = "X-Forwarded-For: 203.0.113.9, 10.0.0.5\r\nAuthorization: Bearer wrong\r\n";
    for _ in 0..5 {
        assert_eq!(http.http("GET", "/v0/management/debug", forwarded, "").await.0, 401);
    }
    let right = format!("X-Forwarded-For: 203.0.113.9\r\nAuthorization: {KEY}\r\n");
    assert_eq!(http.http("GET", "/v0/management/debug", &right, "").await.0, 403);
    assert_eq!(http.manage("GET", "debug", "").await, (200, r#"{"debug":false}"#.to_owned()));
    assert_eq!(gateway.counters().failed_logins["203.0.113.9"], 5);
}

#[tokio::test]
async fn remote_addresses_need_allow_remote() {
    let gateway = gateway().await;
    let mut http = Raw::connect(&gateway).await;
    let remote = format!("X-Forwarded-For: 203.0.113.9\r\nAuthorization: Bearer {KEY}\r\n");
    let (status, _, body) = http.http("GET", "/v0/management/debug", &remote, "").await;
    assert_eq!((status, body.as_str()), (403, r#"{"error":"remote management disabled"}"#));
    gateway.faults().update(|faults| faults.remote_disabled = true);
    let mut resp = Raw::connect(&gateway).await;
    resp.say(&["AUTH", KEY]).await;
    assert_eq!(resp.line().await, "-ERR remote management disabled");
    resp.say(&["LPOP", "usage"]).await;
    assert_eq!(resp.line().await, "-NOAUTH Authentication required.");
    assert!(gateway.counters().failed_logins.is_empty(), "not counted");
}

#[tokio::test]
async fn real_bcrypt_is_spent_when_asked_for() {
    let gateway =
        Simulator::start(SimulatorConfig { bcrypt: true, ..SimulatorConfig::default() }).await.unwrap();
    let mut http = Raw::connect(&gateway).await;
    assert_eq!(http.manage("GET", "usage-queue", "").await.0, 200);
    let started = std::time::Instant::now();
    assert_eq!(http.http("GET", "/v0/management/debug", "Authorization: Bearer no\r\n", "").await.0, 401);
    assert!(started.elapsed() > Duration::from_millis(5), "cost 10 takes longer: {:?}", started.elapsed());
    assert_eq!(gateway.counters().bcrypt_verifications, 2);
    let (_, yaml) = http.manage("GET", "config.yaml", "").await;
    assert!(yaml.contains("$2") && !yaml.contains(KEY), "{yaml}");
}

#[tokio::test]
async fn home_mode_and_the_resp_modes_answer_as_cpa_versions_did() {
    let home =
        Simulator::start(SimulatorConfig { home_mode: true, ..SimulatorConfig::default() }).await.unwrap();
    let mut resp = Raw::connect(&home).await;
    resp.say(&["AUTH", KEY]).await;
    assert_eq!(resp.rest().await, b"-ERR redis usage output disabled in home mode\r\n");
    let mut http = Raw::connect(&home).await;
    assert_eq!(http.manage("GET", "config", "").await, (404, String::new()));

    let gateway = gateway().await;
    for (mode, answer) in [
        (RespMode::Mtls, "-ERR RESP AUTH disabled; use mTLS\r\n"),
        (
            RespMode::Http,
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request",
        ),
        (RespMode::Close, ""),
    ] {
        gateway.faults().update(|faults| faults.resp = mode);
        let mut resp = Raw::connect(&gateway).await;
        resp.say(&["AUTH", KEY]).await;
        assert_eq!(String::from_utf8_lossy(&resp.rest().await), answer);
    }
    assert!(gateway.counters().failed_logins.is_empty());
}

#[tokio::test]
async fn faults_on_the_management_api_come_and_go() {
    let gateway = gateway().await;
    let mut http = Raw::connect(&gateway).await;
    for status in [404, 405, 501] {
        gateway.faults().update(|faults| faults.usage_queue_status = Some(status));
        assert_eq!(http.manage("GET", "usage-queue", "").await.0, status);
    }
    gateway.faults().set(cpamp_simulator::FaultSettings { wrong_key: true, ..Default::default() });
    assert_eq!(http.manage("GET", "usage-queue", "").await.0, 401);
    gateway.faults().set(cpamp_simulator::FaultSettings { no_secret_key: true, ..Default::default() });
    assert_eq!(http.manage("GET", "usage-queue", "").await, (404, String::new()));
    gateway
        .faults()
        .set(cpamp_simulator::FaultSettings { management_status: Some(502), ..Default::default() });
    assert_eq!(http.manage("GET", "usage-queue", "").await.0, 502);
    gateway.faults().clear();
    assert_eq!(http.manage("GET", "usage-queue", "").await.0, 200);
    gateway.publish(record(1));
    gateway.faults().cut_next_usage_queue_answer();
    http.send(&format!("GET /v0/management/usage-queue HTTP/1.1\r\nHost: x\r\nAuthorization: {KEY}\r\n\r\n"))
        .await;
    let answer = String::from_utf8(http.rest().await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && !answer.contains("\r\n0\r\n"), "{answer}");
    assert_eq!((gateway.queue_len(), gateway.counters().popped_http), (0, 1), "popped all the same");
}

#[tokio::test]
async fn a_half_open_connection_swallows_records_while_a_new_one_works() {
    let gateway = gateway().await;
    let mut dead = Raw::subscribed(&gateway).await;
    gateway.faults().half_open_existing();
    gateway.publish(record(1));
    dead.say(&["PING"]).await;
    assert_eq!(dead.quiet(Duration::from_millis(50)).await, Some(Vec::new()), "no answer, no end");
    until("the record is swallowed", || gateway.delivery_log().count(Outcome::Swallowed) == 1).await;
    let mut alive = Raw::subscribed(&gateway).await;
    assert_eq!(gateway.subscriber_count(), 2, "the dead one still counts");
    drop(dead);
    gateway.publish(record(2));
    assert_eq!(alive.message().await.unwrap(), record(2));
    assert_eq!(gateway.subscriber_count(), 2, "and its end is not noticed");
    gateway.faults().clear();
    until("the dead one is noticed", || gateway.subscriber_count() == 1).await;
    gateway.faults().update(|faults| faults.half_open = true);
    let mut mute = Raw::connect(&gateway).await;
    mute.say(&["AUTH", KEY]).await;
    assert_eq!(mute.quiet(Duration::from_millis(50)).await, Some(Vec::new()));
}

#[tokio::test]
async fn frames_are_cut_and_spoiled_on_demand() {
    let gateway = gateway().await;
    let mut subscriber = Raw::subscribed(&gateway).await;
    gateway.faults().cut_mid_frame();
    gateway.publish(record(1));
    let half = subscriber.rest().await;
    assert!(half.starts_with(b"*3\r\n$7\r\nmessage\r\n") && half.len() < 45 + record(1).len(), "{half:?}");
    until("the loss is logged", || gateway.delivery_log().count(Outcome::LostOnDisconnect) == 1).await;
    gateway.publish(record(2));
    let mut popper = Raw::logged_in(&gateway).await;
    gateway.faults().spoil_next_frame(FrameFault::HugeLength);
    popper.say(&["RPOP", "usage"]).await;
    assert_eq!(popper.line().await, "$99999999999");
    let mut subscriber = Raw::subscribed(&gateway).await;
    gateway.faults().spoil_next_frame(FrameFault::Garbage);
    gateway.publish_many([record(3), record(4)]);
    subscriber.expect("*3\r\n$7\r\nmessage\r\n$5\r\nusage\r\n\0").await;
}

#[tokio::test]
async fn bad_items_are_added_beside_the_good_ones() {
    let gateway = gateway().await;
    gateway.faults().update(|faults| {
        faults.malformed_every = 2;
        faults.oversized_every = 4;
        faults.oversized_bytes = 100_000;
    });
    gateway.publish_many((0..4).map(record));
    let mut popper = Raw::logged_in(&gateway).await;
    popper.say(&["LPOP", "usage", "100"]).await;
    let count: usize = popper.line().await[1..].parse().unwrap();
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(popper.bulk().await.unwrap());
    }
    assert_eq!(items.iter().filter(|item| item.len() == 100_000).count(), 1);
    let broken =
        items.iter().filter(|item| serde_json::from_slice::<serde_json::Value>(item).is_err()).count();
    assert!(broken >= 1);
    assert_eq!(items.len(), 4 + 1 + broken, "all good ones are there");
}

#[tokio::test]
async fn slow_transport_is_slow_and_whole() {
    let gateway = gateway().await;
    let mut subscriber = Raw::subscribed(&gateway).await;
    gateway.faults().update(|faults| faults.slow = Some(Slow { chunk_bytes: 20, pause_ms: 5 }));
    let started = std::time::Instant::now();
    gateway.publish(record(1));
    assert_eq!(subscriber.message().await.unwrap(), record(1));
    assert!(started.elapsed() >= Duration::from_millis(25), "{:?}", started.elapsed());
}

#[tokio::test]
async fn refused_connections_are_closed_at_once() {
    let gateway = gateway().await;
    gateway.faults().update(|faults| faults.refuse_connections = true);
    let mut raw = Raw::connect(&gateway).await;
    assert_eq!(raw.rest().await, b"");
}
