//! Import of every kind of file, whole and damaged.
#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use std::convert::Infallible;
use std::io::{Cursor, Seek, SeekFrom, Write};

use cpamp_normaliser::import::{self, Format, ImportCause, ImportError, ImportReport, LINE_ERRORS_MAX};
use cpamp_normaliser::{Context, export};
use model::{CacheInputMode, CredentialMap, TimeQuality, UsageEvent};

const PUBLISHED: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/published.jsonl");
const EXPORTED: &str = include_str!("../../../tests/fixtures/contract-v1.12.2/export.jsonl");
const NOW_MS: i64 = 1_795_425_600_000;

type Imported = Result<(ImportReport, Vec<UsageEvent>), ImportError<Infallible>>;

fn import(file: impl AsRef<[u8]>) -> Imported {
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: NOW_MS, credentials: &credentials };
    let mut events = Vec::new();
    let report = import::import(Cursor::new(file.as_ref()), &context, |batch: Vec<UsageEvent>| {
        assert!(!batch.is_empty() && batch.len() <= import::BATCH_EVENTS);
        events.extend(batch);
        Ok(())
    })?;
    assert_eq!(report.total, events.len() as u64);
    Ok((report, events))
}

fn taken(file: impl AsRef<[u8]>) -> (ImportReport, Vec<UsageEvent>) {
    import(file).expect("importable")
}

fn refused(file: impl AsRef<[u8]>) -> ImportError<Infallible> {
    match import(file) {
        Err(error) => error,
        Ok((report, _)) => panic!("taken: {report:?}"),
    }
}

/// A raw record with this request id.
fn record(id: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-04-25T00:00:00Z","request_id":"{id}","model":"m","usage":{{"input_tokens":3}}}}"#
    )
}

fn ids(events: &[UsageEvent]) -> Vec<&str> {
    events.iter().map(|event| event.request_id.as_str()).collect()
}

#[test]
fn raw_dumps_match_the_live_events() {
    let (report, events) = taken(PUBLISHED);
    assert_eq!((report.total, report.failed, report.format), (268, 0, Some(Format::UsageServiceJsonl)));
    let array = format!("\u{feff}[{}]", PUBLISHED.trim_end().lines().collect::<Vec<_>>().join(",\n"));
    assert_eq!(taken(array).1, events);
    let strings: Vec<String> =
        PUBLISHED.lines().map(|line| serde_json::to_string(line).expect("text")).collect();
    assert_eq!(taken(format!("[{},null,\"\"]", strings.join(","))).1, events);
    assert_eq!(taken(strings.join("\n")).1, events);
    // One answer of the HTTP queue a line.
    let lines: Vec<&str> = PUBLISHED.lines().collect();
    let polls: Vec<String> = lines.chunks(100).map(|chunk| format!("[{}]", chunk.join(","))).collect();
    assert_eq!(taken(polls.join("\n")).1, events);
}

#[test]
fn the_reference_export_keeps_identities_and_loses_the_headers() {
    let (report, events) = taken(EXPORTED);
    assert_eq!((report.total, report.failed), (268, 0));
    for (event, line) in events.iter().zip(EXPORTED.lines()) {
        let value: serde_json::Value = serde_json::from_str(line).expect("json");
        assert_eq!(event.event_hash.to_string(), value["event_hash"]);
        assert_eq!(event.time.to_rfc3339(), value["timestamp"]);
        assert_eq!(event.created_at_ms, value["created_at_ms"]);
        assert_eq!(event.account_snapshot, value["account_snapshot"].as_str().unwrap_or_default());
        assert!(!event.fail_body.contains("Content-Type"), "{}", event.fail_body);
        assert!(event.failed || event.fail_body.is_empty());
        assert_eq!(event.time_quality, TimeQuality::Reported);
        assert_eq!(event.request_service_tier, value["service_tier"]);
    }
    // The raw records give the same events, the accounts and what the reference dropped aside.
    let (_, live) = taken(PUBLISHED);
    for (old, new) in events.iter().zip(&live) {
        let same = |event: &UsageEvent| {
            (
                event.event_hash,
                event.time,
                event.tokens,
                event.cache_input_mode,
                event.fail_body.clone(),
                event.header.clone(),
                event.failed,
            )
        };
        assert_eq!(same(old), same(new));
    }
}

#[test]
fn our_export_comes_back_whole() {
    let (_, events) = taken(PUBLISHED);
    let mut file = Vec::new();
    for event in &events {
        export::write_line(event, &mut file);
    }
    assert!(!file.windows(1).any(|byte| matches!(byte, b"<" | b">" | b"&")));
    assert_eq!(taken(&file).1, events);
    let array: Vec<serde_json::Value> = events.iter().map(export::to_json).collect();
    assert_eq!(taken(serde_json::to_string_pretty(&array).expect("json")).1, events);
}

#[test]
fn camel_case_and_older_exports_are_read() {
    let hash = "ab".repeat(32);
    let line = format!(
        r#"{{"eventHash":"{hash}","timestampMs":1777075200123,"requestedModel":"m(high)","apiKeyHash":"{hash}","isFailed":"yes",
        "failSummary":"Authorization: Basic Zm9v","inputTokens":5,"outputTokens":2,"serviceTier":"flex","accountSnapshot":"a",
        "rawJson":"{{\"tokens\":{{\"total_tokens\":99}},\"cache_input_mode\":\"separate_from_input\"}}","authSnapshotAtMs":7,
        "responseMetadata":{{"trace":{{"request_id":"r","evil":"x"}}}},"headerTraceId":"t"}}"#
    )
    .replace('\n', "");
    let (_, events) = taken(line);
    let event = &events[0];
    assert_eq!(event.event_hash.to_string(), hash);
    assert_eq!(
        (event.time.ms, event.model.as_str(), event.endpoint.as_str()),
        (1_777_075_200_123, "m(high)", "-")
    );
    assert_eq!((event.tokens.total, event.cache_input_mode), (99, CacheInputMode::Separate));
    assert_eq!(event.fail_body, "Authorization: [redacted]");
    assert_eq!((event.service_tier.as_str(), event.request_service_tier.as_str()), ("flex", "flex"));
    assert_eq!(event.response_metadata.0["trace"].as_object().map(|trace| trace.len()), Some(1));
    assert_eq!((event.header.trace_id.as_str(), event.auth_snapshot_at_ms), ("t", Some(7)));
    let nested = format!(
        r#"{{"event_hash":"{hash}","model":"m","raw_json":"{{\"raw_json\":\"{{\\\"total_tokens\\\":7}}\"}}"}}"#
    );
    assert_eq!(taken(nested).1[0].tokens.total, 7);
}

#[test]
fn an_exported_record_needs_its_hash() {
    let good = record("good");
    let (report, events) = taken(format!("{good}\n{{\"event_hash\":\"short\",\"model\":\"m\"}}\n"));
    assert_eq!((ids(&events), report.failed), (vec!["good"], 1));
    assert_eq!(report.line_errors[0].line, 2);
    // The hash wins over a nested `usage`, also one with `apis`.
    let hash = "cd".repeat(32);
    let odd = format!(r#"{{"event_hash":"{hash}","usage":{{"apis":{{}}}},"model":"m"}}"#);
    assert_eq!(taken(odd).1[0].event_hash.to_string(), hash);
}

#[test]
fn bad_lines_are_counted_with_their_numbers() {
    let (good, other) = (record("a"), record("b"));
    for bad in ["{\"a\":", "{\"a\":\"cut", "plain text", "{'x':1}", "{\"a\":[1,2", "12", "\"x\""] {
        let (report, events) = taken(format!("{bad}\n{good}\r\n\n{other}"));
        assert_eq!(ids(&events), ["a", "b"], "bad first line {bad}");
        assert_eq!((report.failed, report.line_errors[0].line), (1, 1), "{bad}");
        let (report, events) = taken(format!("{good}\n{bad}\n{other}\n"));
        assert_eq!(ids(&events), ["a", "b"], "bad second line {bad}");
        assert_eq!((report.failed, report.line_errors[0].line), (1, 2), "{bad}");
        assert!(!report.line_errors[0].error.contains("cut\""));
    }
}

#[test]
fn a_byte_order_mark_costs_nothing() {
    let (report, events) = taken(format!("\u{feff}{}\n", record("a")));
    assert_eq!((ids(&events), report.failed), (vec!["a"], 0));
}

#[test]
fn batches_are_full_and_errors_are_capped() {
    let mut file = String::new();
    for number in 0..600 {
        file.push_str(&record(&number.to_string()));
        file.push('\n');
    }
    file.push_str(&"bad\n".repeat(200));
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: NOW_MS, credentials: &credentials };
    let mut sizes = Vec::new();
    let report = import::import(Cursor::new(&file), &context, |batch| {
        sizes.push(batch.len());
        Ok::<(), Infallible>(())
    })
    .expect("importable");
    assert_eq!(sizes, [256, 256, 88]);
    assert_eq!((report.failed, report.line_errors.len()), (200, LINE_ERRORS_MAX));
    let mut calls = 0;
    let stopped = import::import(Cursor::new(&file), &context, |_| {
        calls += 1;
        if calls == 2 { Err("disk full") } else { Ok(()) }
    })
    .expect_err("the sink refuses");
    assert!(matches!(stopped.cause, ImportCause::Sink("disk full")));
    assert_eq!((calls, stopped.report.total), (2, 512), "nothing is read on");
}

#[test]
fn damaged_arrays_give_what_is_whole() {
    let (a, b, c) = (record("a"), record("b"), record("c"));
    let (report, events) = taken(format!("[{a},{b},{}", &c[..30]));
    assert_eq!((ids(&events), report.failed), (vec!["a", "b"], 1));
    let (report, events) = taken(format!("[\n{a},\n{{\"x\":\"cut,\n{b},\n5,\n{c}\n]\n"));
    assert_eq!((ids(&events), report.failed), (vec!["a", "b", "c"], 2));
    assert_eq!(report.line_errors.iter().map(|error| error.line).collect::<Vec<_>>(), [3, 5]);
    let (report, events) = taken(format!("[{a},{{\"x\":01}},{b}]\n{c}"));
    assert_eq!((ids(&events), report.failed), (vec!["a", "b", "c"], 1));
}

#[test]
fn records_over_several_lines_are_read() {
    let pretty = |id: &str| {
        let value: serde_json::Value = serde_json::from_str(&record(id)).expect("json");
        serde_json::to_string_pretty(&value).expect("json")
    };
    let (report, events) = taken(format!("\n{}\n{}\n", pretty("a"), pretty("b")));
    assert_eq!((ids(&events), report.failed), (vec!["a", "b"], 0));
}

#[test]
fn files_without_records_are_refused() {
    assert!(matches!(refused("").cause, ImportCause::Empty));
    assert!(matches!(refused("\u{feff} \n\n").cause, ImportCause::Empty));
    let error = refused("\nnot a record\n{\"a\":");
    assert!(matches!(error.cause, ImportCause::NoRecords { line: 2, .. }), "{error}");
    assert_eq!(error.report.failed, 2);
    for sums in [
        r#"{"usage":{"total_requests":5,"success_count":5}}"#,
        r#"{"total_requests":5,"failure_count":0}"#,
        r#"{"usage":{}}"#,
    ] {
        let error = refused(sums);
        assert!(matches!(error.cause, ImportCause::NoRequestDetails), "{sums}: {error}");
        assert_eq!(error.report.unsupported, 1);
    }
    let (report, events) = taken("{\"support_refresh\":true}\n");
    assert_eq!((report.total, report.failed, events.len()), (0, 0, 0));
}

#[test]
fn lines_that_are_too_long_are_passed_over() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(import::LINE_MAX_BYTES));
    let (report, events) = taken(format!("{long}\n{}\n{long}\n{}", record("a"), record("b")));
    assert_eq!((ids(&events), report.failed), (vec!["a", "b"], 2));
    let (report, events) = taken(format!("[{long},{}]", record("a")));
    assert_eq!((ids(&events), report.failed), (vec!["a"], 1));
}

const LEGACY: &str = r#"{"usage":{"apis":{"POST /v1/x":{"models":{"b":{"details":[{"timestamp":"2026-01-02T03:04:05Z","source":"sk-test-secret-value","tokens":{"input_tokens":5,"output_tokens":6,"reasoning_tokens":7}}]},"a":{"details":[{"timestamp":"2026-01-02T03:04:05Z"}]}}}}}}"#;

#[test]
fn legacy_snapshots_get_the_recorded_identities() {
    let value: serde_json::Value = serde_json::from_str(LEGACY).expect("json");
    let pretty = serde_json::to_string_pretty(&value).expect("json");
    for file in [LEGACY.to_owned(), pretty, format!("\u{feff}\n{LEGACY}\n")] {
        let (report, events) = taken(file);
        assert_eq!((report.format, report.total), (Some(Format::LegacyUsageExport), 2));
        assert_eq!(report.warnings.len(), 2);
        let [b, a] = events.as_slice() else { panic!("two events") };
        assert_eq!((b.model.as_str(), b.request_id.as_str()), ("b", "legacy:324bbaf0429a173d"));
        assert_eq!(
            b.event_hash.to_string(),
            "7ec101ed1ed6f91c53e824d2f699d7b9b9e3bebbe761ce2111e48de25f1a6d40"
        );
        assert_eq!(
            (b.source.as_str(), b.method.as_str(), b.path.as_str()),
            ("m:sk-t...alue", "POST", "/v1/x")
        );
        assert_eq!((a.model.as_str(), a.request_id.as_str()), ("a", "legacy:4a81b43c344358a2"));
        assert_eq!(
            a.event_hash.to_string(),
            "6e1cd5c32338348063c99c6de94a76410ddfe590921394719a83b7b3966bf1ae"
        );
    }
}

#[test]
fn snapshots_of_the_usage_route_are_read() {
    let hash = "ef".repeat(32);
    let file = format!(
        r#"{{"total_requests":2,"apis":{{"-":{{"models":{{"gpt-5":{{"details":[
        {{"timestamp":"2026-01-02T03:04:05Z","requested_model":"gpt-5(high)","api_key_hash":"{hash}","failed":true,
          "fail_summary":"x\n{{\"Server\":[\"y\"]}}","cache_input_mode":"separate_from_input","account_snapshot":"a"}},
        {{"no":"time"}}, 5]}},"none":{{"details":[]}},"sums":{{}}}}}},"GET /y":{{}}}}}}"#
    );
    let (report, events) = taken(file);
    assert_eq!(report.format, Some(Format::LegacyUsagePayload));
    assert_eq!((report.total, report.failed, report.unsupported), (1, 3, 2));
    assert_eq!(report.line_errors[0].line, 4, "the detail without a time");
    let event = &events[0];
    assert_eq!((event.model.as_str(), event.endpoint.as_str()), ("gpt-5(high)", "-"));
    assert_eq!((event.fail_body.as_str(), event.api_key_hash.as_str()), ("x", hash.as_str()));
    assert_eq!(event.cache_input_mode, CacheInputMode::Separate);
    // The identity is made with the key of the group, not with the asked model.
    let plain = r#"{"apis":{"-":{"models":{"gpt-5":{"details":[{"timestamp":"2026-01-02T03:04:05Z","request_id":"r","failed":true}]}}}}}"#;
    let asked = plain.replace("\"request_id\"", "\"alias\":\"gpt-5(high)\",\"request_id\"");
    assert_eq!(taken(plain).1[0].event_hash, taken(asked).1[0].event_hash);
}

#[test]
fn usage_wins_over_apis_beside_it() {
    let both = LEGACY.replacen('{', r#"{"apis":{"GET /z":{"models":{}}},"#, 1);
    let (report, events) = taken(both);
    assert_eq!((report.format, events.len()), (Some(Format::LegacyUsageExport), 2));
}

#[test]
fn damaged_snapshots_are_refused_before_anything_is_taken() {
    let value: serde_json::Value = serde_json::from_str(LEGACY).expect("json");
    let pretty = serde_json::to_string_pretty(&value).expect("json");
    for file in [&LEGACY[..LEGACY.len() - 20], &pretty[..pretty.len() - 20]] {
        let error = refused(file);
        assert!(matches!(error.cause, ImportCause::BrokenSnapshot { .. }), "{error}");
        assert_eq!(error.report.total, 0);
    }
    let twice = r#"{"apis":{"a":{"models":{}},"a":{"models":{}}}}"#;
    assert!(matches!(refused(twice).cause, ImportCause::BrokenSnapshot { error: "a name comes twice", .. }));
    assert!(matches!(refused(r#"{"usage":{"apis":{}}}"#).cause, ImportCause::NoRequestDetails));
}

#[test]
fn a_record_with_token_usage_is_no_snapshot() {
    let (report, events) = taken(record("a"));
    assert_eq!((ids(&events), report.format), (vec!["a"], Some(Format::UsageServiceJsonl)));
    assert_eq!(events[0].tokens.input, 3);
    let (report, events) = taken(format!("{}\n{LEGACY}", record("a")));
    assert_eq!((ids(&events), report.failed), (vec!["a"], 1), "a snapshot is not a line");
}

#[test]
fn a_file_is_read_from_where_it_stands() {
    let mut file = Cursor::new(Vec::new());
    write!(file, "skipped{LEGACY}").expect("memory");
    file.seek(SeekFrom::Start(7)).expect("memory");
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: NOW_MS, credentials: &credentials };
    let report = import::import(file, &context, |_| Ok::<(), Infallible>(())).expect("importable");
    assert_eq!(report.total, 2);
}
