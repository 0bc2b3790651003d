//! `/_simulator/…`: how other processes drive the gateway. Answers only when the configuration says so.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Request;
use super::reply::Reply;
use crate::faults::{FaultSettings, FrameFault};
use crate::gateway::upstream::{Canned, Override};
use crate::state::Shared;
use crate::traffic::{LiveTraffic, TrafficConfig, TrafficGenerator};

/// Records of one `generate` call at most.
const MAX_GENERATED: u64 = 10_000_000;

/// Members of a fault request that act once instead of standing.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Once {
    clear: bool,
    cut_connections: bool,
    cut_mid_frame: u32,
    spoil_frames: Vec<FrameFault>,
    cut_usage_queue_answer: u32,
    half_open_existing: bool,
    restart: bool,
    clock_offset_ms: Option<i64>,
}

const ONCE: [&str; 8] = [
    "clear",
    "cut_connections",
    "cut_mid_frame",
    "spoil_frames",
    "cut_usage_queue_answer",
    "half_open_existing",
    "restart",
    "clock_offset_ms",
];

#[derive(Deserialize)]
struct Traffic {
    /// `start` or `stop`; `rate` alone changes a running one.
    action: Option<String>,
    rate: Option<f64>,
    #[serde(default)]
    steady: bool,
}

#[derive(Deserialize)]
struct Generate {
    count: u64,
    /// Paced when given, else a burst.
    per_second: Option<u32>,
    /// History between two times instead of records of this moment.
    from_ms: Option<i64>,
    to_ms: Option<i64>,
}

#[derive(Deserialize)]
struct Upstream {
    url_prefix: Option<String>,
    auth_index: Option<String>,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    body: Value,
}

pub(super) async fn answer(request: &Request, rest: &str) -> Reply {
    let shared = &request.connection.shared;
    match (&request.method, rest) {
        (&Method::GET, "stats") => stats(shared),
        (&Method::GET, "faults") => Reply::json(&json!(*shared.faults.get())),
        (&Method::POST, "faults") => faults(request),
        (&Method::POST, "publish") => publish(request),
        (&Method::POST, "traffic") => traffic(request),
        (&Method::POST, "generate") => generate(request).await,
        (&Method::POST, "upstream") => upstream(request),
        (&Method::POST, "refresh") => {
            shared.hub.publish_refresh();
            Reply::ok()
        }
        (&Method::GET, "delivery-log") => delivery_log(shared),
        (&Method::GET, "client-keys") => Reply::json(&json!({ "client_keys": shared.gateway.client_keys() })),
        _ => Reply::not_found(),
    }
}

fn stats(shared: &Shared) -> Reply {
    let (failed, bans) = shared.ledger.totals();
    let traffic = shared.traffic();
    Reply::json(&json!({
        "counters": shared.counters.snapshot(failed, bans),
        "queue_len": shared.hub.queue_len(),
        "subscribers": shared.hub.usage_subscribers(),
        "now_ms": shared.clock.now_ms(),
        "clock_offset_ms": shared.clock.offset_ms(),
        "traffic": {
            "running": traffic.is_some(),
            "rate": traffic.as_ref().map_or(0.0, LiveTraffic::rate),
            "published": traffic.as_ref().map_or(0, LiveTraffic::published),
        },
    }))
}

/// Members of [`FaultSettings`] are changed one by one; the others stay. One-shot members act at once.
fn faults(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let Some(Value::Object(body)) = request.json() else { return Reply::bad_request("invalid body") };
    let (once, standing): (Map<String, Value>, Map<String, Value>) =
        body.into_iter().partition(|(key, _)| ONCE.contains(&key.as_str()));
    let once: Once = match serde_json::from_value(Value::Object(once)) {
        Ok(once) => once,
        Err(error) => return Reply::bad_request(&error.to_string()),
    };
    if once.clear {
        shared.faults.clear();
    }
    let mut merged = serde_json::to_value(&*shared.faults.get()).unwrap_or_default();
    for (key, value) in standing {
        merged[key] = value;
    }
    match serde_json::from_value::<FaultSettings>(merged) {
        Ok(settings) => shared.faults.set(settings),
        Err(error) => return Reply::bad_request(&error.to_string()),
    }
    for _ in 0..once.cut_mid_frame {
        shared.faults.cut_mid_frame();
    }
    for fault in once.spoil_frames {
        shared.faults.spoil_next_frame(fault);
    }
    for _ in 0..once.cut_usage_queue_answer {
        shared.faults.cut_next_usage_queue_answer();
    }
    if let Some(offset_ms) = once.clock_offset_ms {
        shared.clock.set_offset_ms(offset_ms);
    }
    if once.half_open_existing {
        shared.faults.half_open_existing();
    }
    if once.restart {
        shared.restart_empty();
    } else if once.cut_connections {
        shared.cut_connections();
    }
    Reply::json(&json!(*shared.faults.get()))
}

/// One record a line.
fn publish(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let (mut first, mut count) = (0, 0_u64);
    for line in request.body.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let sequence = shared.publish(request.body.slice_ref(line));
        if count == 0 {
            first = sequence;
        }
        count += 1;
    }
    Reply::json(&json!({ "first": first, "count": count }))
}

fn traffic(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let Ok(wanted) = serde_json::from_slice::<Traffic>(&request.body) else {
        return Reply::bad_request("invalid body");
    };
    let mut running = shared.traffic();
    match wanted.action.as_deref() {
        Some("start") => {
            let rate = wanted.rate.unwrap_or(1.0);
            *running = Some(LiveTraffic::on(shared, shared.traffic_config(), rate, wanted.steady));
        }
        Some("stop") => *running = None,
        Some(_) => return Reply::bad_request("action must be start or stop"),
        None => match (running.as_ref(), wanted.rate) {
            (Some(running), Some(rate)) => running.set_rate(rate),
            (None, Some(_)) => return Reply::error(StatusCode::CONFLICT, "no traffic is running"),
            (_, None) => return Reply::bad_request("action or rate is needed"),
        },
    }
    Reply::json(
        &json!({ "running": running.is_some(), "rate": running.as_ref().map_or(0.0, LiveTraffic::rate) }),
    )
}

async fn generate(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let Ok(wanted) = serde_json::from_slice::<Generate>(&request.body) else {
        return Reply::bad_request("invalid body");
    };
    if wanted.count > MAX_GENERATED {
        return Reply::bad_request("count is too large");
    }
    let now_ms = shared.clock.now_ms();
    let mut generator =
        TrafficGenerator::new(TrafficConfig { seed: shared.config.world_seed, ..shared.traffic_config() });
    let (from_ms, to_ms) = (wanted.from_ms.unwrap_or(now_ms - 1_000), wanted.to_ms.unwrap_or(now_ms));
    let records = generator.history(from_ms, to_ms, wanted.count);
    let sequences = match wanted.per_second {
        Some(per_second) => shared.publish_at_rate(records, per_second).await,
        None => records.map(|record: Bytes| shared.publish(record)).collect(),
    };
    Reply::json(&json!({ "first": sequences.first().copied().unwrap_or(0), "count": sequences.len() }))
}

/// Sets the answer of `api-call` for addresses with this prefix; without a prefix all set answers are forgotten.
fn upstream(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let Ok(wanted) = serde_json::from_slice::<Upstream>(&request.body) else {
        return Reply::bad_request("invalid body");
    };
    match wanted.url_prefix {
        None => shared.gateway.forget_overrides(),
        Some(url_prefix) => {
            let body = match wanted.body {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let status = if wanted.status == 0 { 200 } else { wanted.status };
            let answer = Canned { status, body };
            shared.gateway.override_upstream(Override { url_prefix, auth_index: wanted.auth_index, answer });
        }
    }
    Reply::ok()
}

/// One line of JSON per hand-over.
fn delivery_log(shared: &Shared) -> Reply {
    let mut body = String::new();
    for entry in shared.recorder.snapshot().entries() {
        let line = json!({
            "sequence": entry.sequence,
            "outcome": entry.outcome,
            "connection": entry.connection,
            "unix_ms": entry.unix_ms,
        });
        body.push_str(&line.to_string());
        body.push('\n');
    }
    Reply::bytes(StatusCode::OK, "application/x-ndjson", body)
}
