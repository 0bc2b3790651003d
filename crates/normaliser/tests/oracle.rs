//! The recorded records of a gateway against what the reference made of them.
#![expect(clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;

use cpamp_normaliser::{Context, Control, Outcome, export, normalise, parse_auth_files};
use serde_json::{Map, Value};

const PUBLISHED: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/published.jsonl");
const EXPORTED: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/export.jsonl");
const AUTH_FILES: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/auth-files.json");

/// When the reference read the auth files, by its export.
const READ_AT_MS: i64 = 1_795_425_517_298;
const RECEIVED_AT_MS: i64 = 1_795_425_540_709;

/// Members that must differ: redaction without headers, times of collection.
const DIFFERENT: [&str; 3] = ["fail_summary", "created_at_ms", "auth_snapshot_at_ms"];

/// Members that we add.
const ADDED: [&str; 9] = [
    "request_service_tier",
    "response_service_tier",
    "cache_input_mode",
    "accounting_version",
    "token_breakdown",
    "client_ip",
    "x_forwarded_for",
    "user_agent",
    "generate",
];

fn object(line: &str) -> Map<String, Value> {
    serde_json::from_str(line).expect("a JSON object")
}

/// Response metadata without what we add to it.
fn reference_metadata(metadata: &Value) -> Value {
    let mut metadata = metadata.clone();
    for group in ["quota", "rate_limit"] {
        if let Some(Value::Object(members)) = metadata.get_mut(group) {
            members.shift_remove("anthropic");
            if members.is_empty() {
                metadata.as_object_mut().expect("object").shift_remove(group);
            }
        }
    }
    metadata
}

#[test]
fn every_recorded_event_is_reproduced() {
    let credentials = parse_auth_files(AUTH_FILES.as_bytes(), READ_AT_MS).expect("auth files");
    let context = Context { gateway_id: 1, received_at_ms: RECEIVED_AT_MS, credentials: &credentials };
    let mut expected: BTreeMap<String, Map<String, Value>> = EXPORTED
        .lines()
        .map(object)
        .map(|event| (event["event_hash"].as_str().expect("hash").to_owned(), event))
        .collect();
    assert_eq!(expected.len(), 268);

    let mut controls = 0;
    for line in PUBLISHED.lines() {
        let event = match normalise(line.as_bytes(), &context) {
            Outcome::Event(event) => event,
            Outcome::Control(control) => {
                assert_eq!(control, Control::SupportRefresh);
                controls += 1;
                continue;
            }
            Outcome::Rejected(letter) => panic!("refused: {letter:?}"),
        };
        let mut exported = Vec::new();
        export::write_line(&event, &mut exported);
        let ours = object(std::str::from_utf8(&exported).expect("UTF-8"));
        let theirs = expected.remove(&event.event_hash.to_string()).expect("a recorded event with this hash");

        for (name, value) in &theirs {
            if DIFFERENT.contains(&name.as_str()) {
                continue;
            }
            let own = ours.get(name).unwrap_or_else(|| panic!("{name} is missing in {ours:?}"));
            let own = if name == "response_metadata" { reference_metadata(own) } else { own.clone() };
            assert_eq!(own, *value, "{name} of {}", event.event_hash);
        }
        for name in ours.keys() {
            assert!(theirs.contains_key(name) || ADDED.contains(&name.as_str()), "{name} is new");
        }
        check_failure(&ours, &theirs, line);
        check_order(&ours, &theirs);
        assert_eq!(ours.contains_key("auth_snapshot_at_ms"), theirs.contains_key("auth_snapshot_at_ms"));
    }
    assert_eq!(controls, 1);
    assert!(expected.is_empty(), "{} events were not reproduced", expected.len());
}

/// The failure text is the reference's without the headers that it appends, and empty on success.
fn check_failure(ours: &Map<String, Value>, theirs: &Map<String, Value>, line: &str) {
    let summary = theirs["fail_summary"].as_str().expect("text");
    let body = match summary.rsplit_once("\n{\"") {
        Some((body, _)) => body,
        None if summary.starts_with("{\"Content-") || summary.starts_with("{\"Anthropic") => "",
        None => summary,
    };
    let expected = if ours["failed"] == Value::Bool(true) { body } else { "" };
    assert_eq!(ours.get("fail_summary").and_then(Value::as_str).unwrap_or_default(), expected, "{line}");
}

/// The shared members come in the reference's order, nested ones too.
fn check_order(ours: &Map<String, Value>, theirs: &Map<String, Value>) {
    let shared: Vec<&String> = ours.keys().filter(|name| theirs.contains_key(*name)).collect();
    let expected: Vec<&String> = theirs.keys().filter(|name| ours.contains_key(*name)).collect();
    assert_eq!(shared, expected);
    let ours = reference_metadata(&ours["response_metadata"]).to_string();
    assert_eq!(ours, theirs["response_metadata"].to_string());
}

#[test]
fn anthropic_limits_are_kept_beside_the_contract() {
    let credentials = model::CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: RECEIVED_AT_MS, credentials: &credentials };
    let line =
        PUBLISHED.lines().find(|line| line.contains("Anthropic-Ratelimit-Unified-5h")).expect("a record");
    let Outcome::Event(event) = normalise(line.as_bytes(), &context) else { panic!("not an event") };
    let at = |path: &str| event.response_metadata.at(path).cloned().unwrap_or(Value::Null);
    assert_eq!(at("rate_limit.anthropic.status"), "allowed");
    assert_eq!(at("rate_limit.anthropic.five_hour.utilization"), 0.31);
    assert_eq!(at("rate_limit.anthropic.five_hour.reset_at_ms"), 1_793_470_000_000_i64);
    assert_eq!(at("quota.anthropic.primary.used_percent"), 31);
    assert_eq!(at("quota.anthropic.primary.window_minutes"), 300);
    assert_eq!(at("quota.anthropic.secondary.used_percent"), 66);
    assert_eq!(event.header.quota_used_percent, None, "the contract's summary is Codex only");
}

#[test]
fn nothing_secret_of_the_recording_is_kept() {
    let credentials = model::CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: RECEIVED_AT_MS, credentials: &credentials };
    for line in PUBLISHED.lines() {
        let Outcome::Event(event) = normalise(line.as_bytes(), &context) else { continue };
        let shown = format!("{event:?}");
        for secret in [
            "sk-ant-fake-secret",
            "fake-cookie-secret",
            "sk-lab-alice-0001",
            "sk-lab-bob",
            "sk-ant-lab-upstream-1",
            "AIzaLabUpstream1",
        ] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
