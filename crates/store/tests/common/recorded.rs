//! The recorded records as events: as they are, or again and again with fresh ids, times and trace ids.

use jiff::Timestamp;
use model::{CredentialMap, DEFAULT_GATEWAY, UsageEvent};
use normaliser::{Context, Outcome, normalise, parse_auth_files};
use serde_json::Value;

const PUBLISHED: &str = include_str!("../../../../tests/fixtures/contract-v1.12.2/published.jsonl");
const AUTH_FILES: &str = include_str!("../../../../tests/fixtures/contract-v1.12.2/auth-files.json");

/// When the auth files were read, Unix milliseconds.
const READ_AT_MS: i64 = 1_795_425_517_298;

/// The time of the first fresh copy, Unix milliseconds.
const BEGIN_MS: i64 = 1_795_425_600_000;

/// Milliseconds from one fresh copy to the next.
const STEP_MS: u64 = 2592;

/// Arrival after the end of the attempt, milliseconds.
const DELAY_MS: i64 = 30;

pub fn credentials() -> CredentialMap {
    parse_auth_files(AUTH_FILES.as_bytes(), READ_AT_MS).expect("auth files")
}

/// One record as an event that arrived shortly after its end.
pub fn normalised(record: &[u8], credentials: &CredentialMap) -> UsageEvent {
    let parsed: Value = serde_json::from_slice(record).expect("JSON");
    let begin: Timestamp = parsed["timestamp"].as_str().expect("text").parse().expect("a time");
    let latency = parsed["latency_ms"].as_i64().unwrap_or_default();
    let received_at_ms = begin.as_millisecond() + latency + DELAY_MS;
    let context = Context { gateway_id: DEFAULT_GATEWAY, received_at_ms, credentials };
    match normalise(record, &context) {
        Outcome::Event(event) => *event,
        other => panic!("not an event: {other:?}"),
    }
}

/// The 268 recorded records.
pub fn events() -> Vec<UsageEvent> {
    events_with(&credentials())
}

/// The same, as they are when this is what is known of credentials.
pub fn events_with(credentials: &CredentialMap) -> Vec<UsageEvent> {
    PUBLISHED.lines().skip(1).map(|line| normalised(line.as_bytes(), credentials)).collect()
}

/// Letters and digits that nobody has used before, in the pattern of the given text: digits for digits, small letters for
/// small letters, capitals for capitals.
fn fresh(pattern: &str, state: &mut u64) -> String {
    let mut random = move |limit: u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((*state >> 33) % limit) as u8
    };
    let hex = pattern.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    pattern
        .chars()
        .map(|letter| match letter {
            '0'..='9' | 'a'..='f' if hex => char::from(b"0123456789abcdef"[usize::from(random(16))]),
            '0'..='9' => char::from(b'0' + random(10)),
            'a'..='z' => char::from(b'a' + random(26)),
            'A'..='Z' => char::from(b'A' + random(26)),
            other => other,
        })
        .collect()
}

/// Headers that name one request.
const TRACES: [&str; 2] = ["Cf-Ray", "Request-Id"];

/// Copies of the recorded records: each with its own request id, trace ids, time, latency and token counts.
pub fn source() -> impl FnMut(u64, u64) -> Vec<UsageEvent> {
    let records: Vec<Value> =
        PUBLISHED.lines().skip(1).map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut credentials = credentials();
    let mut state = 7_u64;
    move |begin, count| {
        (begin..begin + count)
            .map(|n| {
                let mut record = records[n as usize % records.len()].clone();
                let at_ms = BEGIN_MS + (n * STEP_MS) as i64;
                let at = Timestamp::from_nanosecond(
                    i128::from(at_ms) * 1_000_000 + i128::from(n.wrapping_mul(0x9e37_79b9) % 1_000_000),
                )
                .expect("in range");
                // The credential map is read again every half minute.
                credentials.read_at_ms = at_ms - at_ms % 30_000;
                record["timestamp"] = at.to_string().into();
                record["request_id"] = fresh("8bad2acc", &mut state).into();
                for name in TRACES {
                    if let Some(values) = record["response_headers"].get_mut(name) {
                        for value in values.as_array_mut().expect("an array") {
                            *value = fresh(value.as_str().expect("text"), &mut state).into();
                        }
                    }
                }
                let line = serde_json::to_vec(&record).expect("JSON");
                normalised(&line, &credentials)
            })
            .collect()
    }
}
