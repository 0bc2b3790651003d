//! The recorded answers of the reference against what the rules here make of the same events.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests")]

mod common;

use std::collections::HashMap;

use common::World;
use cpamp_analytics::dashboard::DashboardRequest;
use model::ModelPrice;
use normaliser::{Context, Outcome, normalise, parse_auth_files};
use pricing::PriceBook;
use serde_json::Value;

const PUBLISHED: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/published.jsonl");
const EXCHANGES: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/exchanges.jsonl");
const AUTH_FILES: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/auth-files.json");
const READ_AT_MS: i64 = 1_795_425_517_298;
const RECEIVED_AT_MS: i64 = 1_795_425_540_709;

fn world(exchanges: &[Value]) -> World {
    let credentials = parse_auth_files(AUTH_FILES.as_bytes(), READ_AT_MS).expect("auth files");
    let context = Context { gateway_id: 1, received_at_ms: RECEIVED_AT_MS, credentials: &credentials };
    let events = PUBLISHED.lines().filter_map(|line| match normalise(line.as_bytes(), &context) {
        Outcome::Event(event) => Some(*event),
        _ => None,
    });
    let put = exchanges.iter().find(|exchange| exchange["name"] == "prices-put").expect("prices");
    let prices: HashMap<String, ModelPrice> =
        serde_json::from_value(put["response"]["body"]["prices"].clone()).expect("prices");
    World::new(events.collect(), &PriceBook::from_prices(prices))
}

/// Members by which rows of a list are told apart.
const IDENTITY: [&str; 10] = [
    "timestamp_ms",
    "row_key",
    "event_hash",
    "bucket_key",
    "bucket_ms",
    "id",
    "model",
    "auth_index",
    "source_hash",
    "api_key_hash",
];

fn identity(value: &Value) -> String {
    // Row ids are ours alone.
    let members =
        IDENTITY.iter().filter_map(|name| value.get(name).filter(|value| *name != "id" || value.is_string()));
    members.map(Value::to_string).collect::<Vec<_>>().join("|")
}

/// Members that we add; the client's only where the reference leaves them out when it filters.
const ADDED: [&str; 10] = [
    "client_ip",
    "x_forwarded_for",
    "user_agent",
    "unpriced_calls",
    "unpriced_models",
    "reasoning_tokens",
    "id",
    "provider",
    "auth_type",
    "api_key_timeline",
];

fn compare(at: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            for (name, value) in theirs {
                let at = format!("{at}.{name}");
                if ["generated_at_ms", "fail_summary", "processed", "next_before_id"].contains(&name.as_str())
                {
                    continue;
                }
                match ours.get(name) {
                    Some(own) => compare(&at, value, own, found),
                    None => found.push(format!("{at}: missing")),
                }
            }
            for (name, value) in ours {
                let empty = value.as_array().is_some_and(Vec::is_empty);
                // Anthropic's windows and limits are ours; the reference does not read those headers.
                let anthropic = at.ends_with("response_metadata")
                    && value.as_object().is_some_and(|group| group.keys().eq(["anthropic"]));
                let added = ADDED.contains(&name.as_str()) || name == "anthropic" || anthropic || empty;
                if !theirs.contains_key(name) && !added {
                    found.push(format!("{at}.{name}: added"));
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            if theirs.len() != ours.len() {
                found.push(format!("{at}: {} and {} rows", theirs.len(), ours.len()));
                return;
            }
            let (mut theirs, mut ours): (Vec<_>, Vec<_>) = (theirs.iter().collect(), ours.iter().collect());
            // Order among equal sort keys is free.
            let plain = |value: &Value| if value.is_object() { identity(value) } else { value.to_string() };
            theirs.sort_by_key(|value| plain(value));
            ours.sort_by_key(|value| plain(value));
            for (place, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                compare(&format!("{at}[{place}]"), theirs, ours, found);
            }
        }
        (Value::Number(theirs), Value::Number(ours)) => {
            let (theirs, ours) = (theirs.as_f64().unwrap(), ours.as_f64().unwrap());
            if (theirs - ours).abs() > 1e-9 * theirs.abs().max(ours.abs()) {
                found.push(format!("{at}: {theirs} and {ours}"));
            }
        }
        _ if theirs == ours => {}
        _ => found.push(format!("{at}: {theirs} and {ours}")),
    }
}

#[test]
fn every_recorded_answer_is_reproduced() {
    let exchanges: Vec<Value> =
        EXCHANGES.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let world = world(&exchanges);
    assert_eq!(world.events.len(), 268);
    let mut compared = 0;
    let mut found = Vec::new();
    for exchange in &exchanges {
        let request = &exchange["request"];
        let (path, body) = (request["path"].as_str().unwrap(), &request["body"]);
        if exchange["response"]["status"] != 200 {
            continue;
        }
        let theirs = &exchange["response"]["body"];
        let ours = if path == "/v0/management/monitoring/analytics" {
            world.analytics(body)
        } else if path.starts_with("/v0/management/dashboard/summary") {
            let listed = if path.contains("top_models=20") { 20 } else { 0 };
            world.dashboard(DashboardRequest {
                today_start_ms: 1_795_363_200_000,
                now_ms: 1_795_425_600_708,
                top_models: listed,
                recent_failures: listed,
            })
        } else if path.ends_with("/header-snapshots") {
            world.headers(theirs["to_ms"].as_i64().unwrap())
        } else if path.ends_with("/account-history") {
            world.history(body).expect("valid")
        } else if path.ends_with("/account-window-usage") {
            world.windows(body).expect("valid")
        } else {
            continue;
        };
        compared += 1;
        let name = exchange["name"].as_str().unwrap();
        compare(name, theirs, &ours, &mut found);
    }
    // One auth file served three sources; which of them stands for it is free.
    found.retain(|difference| {
        !(difference.contains("credential_timeline[10].source") && difference.contains(": \""))
    });
    println!("{compared} answers compared");
    assert!(compared > 60, "{compared}");
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found[..found.len().min(60)].join("\n"));
}
