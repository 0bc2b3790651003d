//! Round trips of arbitrary events, arbitrary input, planted secrets.
#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use std::convert::Infallible;
use std::io::Cursor;

use cpamp_normaliser::{Context, Outcome, export, fill_snapshot, import, normalise, parse_auth_files};
use model::{
    BreakdownQuality, CacheInputMode, CredentialMap, EventHash, EventTime, HeaderSummary, ResponseMetadata,
    TimeQuality, TokenBreakdown, TokenCounts, UsageEvent,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW_MS: i64 = 1_795_425_600_000;

fn import_all(file: &[u8]) -> Vec<UsageEvent> {
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: NOW_MS, credentials: &credentials };
    let mut events = Vec::new();
    import::import(Cursor::new(file), &context, |batch: Vec<UsageEvent>| {
        events.extend(batch);
        Ok::<(), Infallible>(())
    })
    .unwrap_or_else(|error| panic!("{error}"));
    events
}

fn export_all(events: &[UsageEvent]) -> Vec<u8> {
    let mut file = Vec::new();
    for event in events {
        export::write_line(event, &mut file);
    }
    file
}

/// A stored text: trimmed, of any characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-zA-Z0-9._-]{1,12}",
        any::<String>(),
        "[<>&\"\\\\\u{2028}\u{0}\n\u{feff}é ]{0,8}"
    ]
    .prop_map(|text| text.trim().to_owned())
}

/// A text that cannot be empty in a stored event.
fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|text| if text.is_empty() { "-".to_owned() } else { text })
}

fn hash() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), any::<[u8; 32]>().prop_map(|bytes| EventHash(bytes).to_string())]
}

fn count() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), 0..1_000_000_i64, any::<i64>()]
}

fn positive() -> impl Strategy<Value = Option<i64>> {
    prop::option::of(1..=i64::MAX)
}

fn percent() -> impl Strategy<Value = Option<f64>> {
    prop::option::of(prop_oneof![0.0..=100.0, Just(42.0), -1e300..1e300])
}

/// Any metadata, as it would be stored.
fn metadata() -> impl Strategy<Value = ResponseMetadata> {
    let window = || {
        (percent(), positive(), prop::option::of(0..50_000_i64)).prop_map(|(used, reset, minutes)| {
        json!({"used_percent": used, "reset_at_ms": reset, "window_minutes": minutes})
    })
    };
    (text(), text(), window(), window(), any::<Option<bool>>(), positive(), text()).prop_map(
        |(plan, trace, primary, anthropic, flag, recover, server)| {
            let value = json!({
                "quota": {"plan_type": plan, "primary": primary, "credits_unlimited": flag, "recover_at_ms": recover,
                    "anthropic": {"primary": anthropic}},
                "trace": {"primary_trace_id": trace},
                "routing": {"server": server},
                "data_policy": {"zero_retention": flag},
            });
            // An imported event has exactly what may be stored.
            let line = json!({"event_hash": "ab".repeat(32), "model": "m", "response_metadata": value});
            import_all(line.to_string().as_bytes()).remove(0).response_metadata
        },
    )
}

fn breakdown() -> impl Strategy<Value = TokenBreakdown> {
    let quality = prop::sample::select(vec![
        BreakdownQuality::Complete,
        BreakdownQuality::Inconsistent,
        BreakdownQuality::Unclassified,
    ]);
    (quality, prop::collection::vec(any::<i64>(), 11)).prop_map(|(quality, n)| TokenBreakdown {
        accounting_version: n[0],
        schema_version: n[1],
        quality,
        total: n[2],
        input_total: n[3],
        input_uncached: n[4],
        input_cache_read: n[5],
        input_cache_write: n[6],
        output_total: n[7],
        output_non_reasoning: n[8],
        output_reasoning: n[9],
        unclassified: n[10],
    })
}

/// Any event that the store may hold. Texts that are masked are masked here, too.
fn event() -> impl Strategy<Value = UsageEvent> {
    let identity =
        (any::<[u8; 32]>(), -62_135_596_800_000..253_402_200_000_000_i64, 0..1_000_000_u32, 1..=i64::MAX);
    let enums = (
        prop::sample::select(vec![TimeQuality::Reported, TimeQuality::Assumed, TimeQuality::Implausible]),
        prop::sample::select(vec![CacheInputMode::Included, CacheInputMode::Separate]),
        any::<bool>(),
        any::<bool>(),
    );
    let texts = prop::collection::vec(text(), 26);
    let numbers = (
        prop::collection::vec(count(), 8),
        prop::option::of(any::<i64>()),
        prop::option::of(any::<i64>()),
        [positive(), positive(), positive()],
        1..=i64::MAX,
        percent(),
    );
    let rest = (
        filled(),
        filled(),
        hash(),
        hash(),
        metadata(),
        prop::option::of(breakdown()),
        "(?s).{0,100}",
        0..40_usize,
    );
    (identity, enums, texts, numbers, rest).prop_map(|(identity, enums, mut texts, numbers, rest)| {
        let (bytes, ms, sub_ms_ns, gateway_id) = identity;
        let (time_quality, cache_input_mode, failed, generate) = enums;
        let (counts, latency_ms, ttft_ms, [snapshot, status, recover], created_at_ms, used) = numbers;
        let (model, endpoint, source_hash, api_key_hash, metadata, breakdown, failure, lengthen) = rest;
        let mut next = || texts.pop().unwrap_or_default();
        let clean = |text: String| redaction::mask_text(&text);
        let implied = HeaderSummary::from_metadata(&metadata);
        let or = |text: String, implied: String| {
            if text.is_empty() { implied } else { redaction::mask_text(&text) }
        };
        let failure = failure.repeat([1500, 80].get(lengthen).copied().unwrap_or(1));
        UsageEvent {
            gateway_id,
            event_hash: EventHash(bytes),
            time: EventTime { ms, sub_ms_ns },
            time_quality,
            request_id: next(),
            provider: next(),
            executor_type: next(),
            model,
            requested_model: next(),
            resolved_model: next(),
            endpoint: clean(endpoint),
            method: next(),
            path: clean(next()),
            client_ip: redaction::sanitise_client_text(&next(), 64),
            x_forwarded_for: redaction::sanitise_client_text(&next(), 2048),
            user_agent: clean(redaction::sanitise_client_text(&next(), 1000)),
            auth_type: next(),
            auth_index: next(),
            source: redaction::mask_source(&next()),
            source_hash,
            api_key_hash,
            account_snapshot: next(),
            auth_label_snapshot: next(),
            auth_file_snapshot: next(),
            auth_provider_snapshot: next(),
            auth_project_id_snapshot: next(),
            auth_snapshot_at_ms: snapshot,
            reasoning_effort: next(),
            service_tier: next(),
            request_service_tier: next(),
            response_service_tier: next(),
            cache_input_mode,
            tokens: TokenCounts {
                input: counts[0],
                output: counts[1],
                reasoning: counts[2],
                cached: counts[3],
                cache: counts[4],
                cache_read: counts[5],
                cache_creation: counts[6],
                total: counts[7],
            },
            breakdown,
            generate,
            latency_ms,
            ttft_ms,
            failed,
            fail_status_code: status,
            fail_body: if failed {
                redaction::mask_bounded(failure.trim(), 64 * 1024)
            } else {
                String::new()
            },
            header: HeaderSummary {
                quota_recover_at_ms: recover.or(implied.quota_recover_at_ms),
                quota_used_percent: used.or(implied.quota_used_percent),
                quota_plan_type: or(next(), implied.quota_plan_type),
                error_kind: or(next(), implied.error_kind),
                error_code: or(next(), implied.error_code),
                trace_id: or(next(), implied.trace_id),
            },
            response_metadata: metadata,
            created_at_ms,
        }
    })
}

/// Member names and values that records are made of, right and wrong.
fn member() -> impl Strategy<Value = (String, Value)> {
    let name = prop::sample::select(vec![
        "timestamp",
        "time",
        "latency_ms",
        "ttft_ms",
        "source",
        "auth_index",
        "client_ip",
        "user_agent",
        "tokens",
        "usage",
        "failed",
        "success",
        "status",
        "error",
        "fail",
        "fail_body",
        "response_headers",
        "response_metadata",
        "raw_json",
        "token_breakdown",
        "accounting_version",
        "generate",
        "provider",
        "executor_type",
        "model",
        "alias",
        "endpoint",
        "method",
        "path",
        "auth_type",
        "api_key",
        "key",
        "request_id",
        "service_tier",
        "response_service_tier",
        "cache_input_mode",
        "total_tokens",
        "input_tokens",
        "cached_tokens",
        "account_snapshot",
        "project_id",
        "reasoning_effort",
    ]);
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "2026-04-25T00:00:00.123456789+08:00",
            "1777075200",
            "POST /v1/x?key=abcd",
            "sk-ant-0123456789",
            "claude",
            "codex",
            "xai",
            "dev@example.org",
            "separate_from_input",
            "{\"code\":\"subscription:free-usage-exhausted\",\"reset_at\":5}",
            "Authorization: Basic Zm9vOmJhcg==\n{\"a\":[\"b\"]}",
            "429",
        ])
        .prop_map(Value::from),
    ];
    let object_name = prop::sample::select(vec![
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "cache_read_tokens",
        "total_tokens",
        "status_code",
        "body",
        "quality",
        "input",
        "Set-Cookie",
        "Server",
        "Retry-After",
        "X-Codex-Primary-Used-Percent",
        "Anthropic-Ratelimit-Unified-5h-Utilization",
        "quota",
        "trace",
        "primary_trace_id",
        "plan_type",
        "code",
    ]);
    let value = scalar.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((object_name.clone(), inner), 0..6).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    });
    (name, value).prop_map(|(name, value)| (name.to_owned(), value))
}

fn record() -> impl Strategy<Value = Value> {
    prop::collection::vec(member(), 0..14).prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// A number of cases that takes seconds; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if asked { cases } else { ProptestConfig { cases: 128, ..cases } }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn export_and_import_lose_nothing(events in prop::collection::vec(event(), 1..4)) {
        let file = export_all(&events);
        prop_assert_eq!(file.iter().filter(|byte| **byte == b'\n').count(), events.len());
        let imported = import_all(&file);
        prop_assert_eq!(&imported, &events);
        prop_assert_eq!(export_all(&imported), file);
    }

    #[test]
    fn what_the_normaliser_makes_survives_a_round_trip(records in prop::collection::vec(record(), 1..4)) {
        let credentials = parse_auth_files(br#"{"files":[{"auth_index":"codex","name":"f.json","type":"codex"}]}"#, 5).expect("list");
        let context = Context { gateway_id: 1, received_at_ms: NOW_MS, credentials: &credentials };
        let mut events = Vec::new();
        for record in records {
            match normalise(record.to_string().as_bytes(), &context) {
                Outcome::Event(event) => events.push(*event),
                Outcome::Control(_) => {}
                Outcome::Rejected(letter) => panic!("refused {record}: {letter:?}"),
            }
        }
        if !events.is_empty() {
            prop_assert_eq!(import_all(&export_all(&events)), events);
        }
    }

    #[test]
    fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[\\[\\]{}\",:\\\\ua0-9\\n -]{0,120}") {
        let credentials = CredentialMap::default();
        let context = Context { gateway_id: 1, received_at_ms: NOW_MS, credentials: &credentials };
        for input in [bytes.as_slice(), text.as_bytes()] {
            let _ = normalise(input, &context);
            let _ = parse_auth_files(input, 1);
            let mut events = 0;
            let result = import::import(Cursor::new(input), &context, |batch: Vec<UsageEvent>| {
                events += batch.len() as u64;
                Ok::<(), Infallible>(())
            });
            let total = match &result {
                Ok(report) => report.total,
                Err(error) => error.report.total,
            };
            prop_assert_eq!(total, events);
        }
    }

    #[test]
    fn damaged_records_do_not_panic_or_leak(record in record(), cut in any::<prop::sample::Index>(), key in "[a-zA-Z0-9]{20}") {
        let mut record = record;
        record["api_key"] = Value::from(format!("client-{key}"));
        record["source"] = Value::from(format!("sk-{key}"));
        record["fail"] = json!({"status_code": 401, "body": format!("{{\"access_token\":\"{key}\"}} Bearer {key}")});
        record["failed"] = Value::from(true);
        record["response_headers"] = json!({"Set-Cookie": [key], "Authorization": [key], "Via": [format!("Basic {key}1=")]});
        let text = record.to_string();
        let credentials = CredentialMap::default();
        let context = Context { gateway_id: 1, received_at_ms: NOW_MS, credentials: &credentials };
        let cut = text.floor_char_boundary(cut.index(text.len()));
        for payload in [text.as_str(), &text[..cut]] {
            let shown = match normalise(payload.as_bytes(), &context) {
                Outcome::Event(event) => format!("{event:?} {}", String::from_utf8_lossy(&export_all(std::slice::from_ref(&*event)))),
                other => format!("{other:?}"),
            };
            prop_assert!(!shown.contains(&key), "{}", shown);
            let imported = import::import(Cursor::new(payload), &context, |events: Vec<UsageEvent>| {
                if format!("{events:?}").contains(&key) { Err("leaked") } else { Ok(()) }
            });
            let imported = format!("{imported:?}");
            prop_assert!(!imported.contains(&key) && !imported.contains("leaked"), "{}", imported);
        }
    }

    #[test]
    fn filling_twice_changes_nothing_more(event in event()) {
        let list = json!([{"auth_index": event.auth_index, "name": "n.json", "email": "a@b.example", "type": "codex", "project_id": "p"}]);
        let credentials = parse_auth_files(list.to_string().as_bytes(), 9).expect("list");
        let mut filled = event.clone();
        let changed = fill_snapshot(&mut filled, &credentials);
        prop_assert_eq!(changed, filled != event);
        let mut again = filled.clone();
        prop_assert!(!fill_snapshot(&mut again, &credentials));
        prop_assert_eq!(again, filled);
    }
}
