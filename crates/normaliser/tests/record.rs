//! Records to events: identities, edge cases, what must not be kept.
#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use cpamp_normaliser::{Context, Control, Outcome, normalise, parse_auth_files};
use model::{BreakdownQuality, CacheInputMode, CredentialMap, TimeQuality, UsageEvent};
use serde_json::Value;

const NOW_MS: i64 = 1_795_425_600_000;

fn outcome(payload: &[u8]) -> Outcome {
    let credentials = CredentialMap::default();
    normalise(payload, &Context { gateway_id: 1, received_at_ms: NOW_MS, credentials: &credentials })
}

fn event(json: &str) -> UsageEvent {
    match outcome(json.as_bytes()) {
        Outcome::Event(event) => *event,
        other => panic!("{json}: {other:?}"),
    }
}

/// An event of these members and a time.
fn timed(members: &str) -> UsageEvent {
    event(&format!("{{\"timestamp\":\"2026-04-25T00:00:00Z\",{members}}}"))
}

#[test]
fn identities_are_those_of_the_reference() {
    let first = event(
        r#"{"timestamp":1777075200,"model":"m","source":"user@example.com","tokens":{"input_tokens":10,"output_tokens":7,"reasoning_tokens":3},"provider":"openai"}"#,
    );
    assert_eq!(
        first.event_hash.to_string(),
        "fa26c7e04cbe844fc8fbcc06b3d6f9274ef7bec9460daf29b944c285e494df51"
    );
    assert_eq!(first.tokens.total, 20, "the reference counts reasoning twice here");
    let second = event(
        r#"{"timestamp":"2026-04-25T00:00:00Z","latency_ms":0,"ttft_ms":0,"model":"m","tokens":{"input_tokens":1}}"#,
    );
    assert_eq!(
        second.event_hash.to_string(),
        "774d8a39e4966c9166db97c1e2b891a19420f1a54fe37cb5cf10f7a0a68583ae"
    );
    assert_eq!((second.latency_ms, second.ttft_ms), (Some(0), Some(0)));
}

#[test]
fn only_the_identity_fields_make_the_identity() {
    let base = timed(r#""model":"m","alias":"m(high)","request_id":"r""#);
    for same in [
        r#""resolved_model":"x","model":"m","alias":"m(high)","request_id":"r""#,
        r#""alias":"m(high)","request_id":"r","provider":"p","api_key":"k","source":"""#,
        r#""alias":"m(high)","request_id":"r","service_tier":"t","ttft_ms":4,"tokens":{"total_tokens":9,"cache_read_tokens":1}"#,
    ] {
        assert_eq!(timed(same).event_hash, base.event_hash, "{same}");
    }
    for other in [
        r#""alias":"m","request_id":"r""#,
        r#""alias":"m(high)","request_id":"s""#,
        r#""alias":"m(high)","request_id":"r","latency_ms":0"#,
        r#""alias":"m(high)","request_id":"r","failed":true"#,
        r#""alias":"m(high)","request_id":"r","tokens":{"cached_tokens":1}"#,
        r#""alias":"m(high)","request_id":"r","auth_index":"a""#,
    ] {
        assert_ne!(timed(other).event_hash, base.event_hash, "{other}");
    }
}

#[test]
fn a_record_without_a_time_is_known_by_its_bytes() {
    let json = r#"{"model":"m","request_id":"r"}"#;
    let first = event(json);
    assert_eq!(first.time_quality, TimeQuality::Assumed);
    assert_eq!(first.time.ms, NOW_MS);
    let credentials = CredentialMap::default();
    let later = Context { gateway_id: 1, received_at_ms: NOW_MS + 60_000, credentials: &credentials };
    let Outcome::Event(again) = normalise(format!(" {json}\n").as_bytes(), &later) else {
        panic!("no event")
    };
    assert_eq!(again.event_hash, first.event_hash, "redelivery is a duplicate");
    assert_eq!(first.event_hash.to_string(), sha256_hex(json));
    for unusable in
        [r#"{"timestamp":null,"time":1777075200}"#, r#"{"timestamp":"soon"}"#, r#"{"timestamp":true}"#]
    {
        assert_eq!(event(unusable).time_quality, TimeQuality::Assumed, "{unusable}");
    }
}

fn sha256_hex(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn strange_times_are_kept_and_flagged() {
    assert_eq!(event(r#"{"timestamp":0}"#).time_quality, TimeQuality::Implausible);
    assert_eq!(event(r#"{"timestamp":0}"#).time.ms, 0);
    assert_eq!(event(r#"{"timestamp":"2201-01-01T00:00:00Z"}"#).time_quality, TimeQuality::Implausible);
    let ahead = NOW_MS + 5 * 60_000 + 1;
    assert_eq!(event(&format!("{{\"timestamp\":{ahead}}}")).time_quality, TimeQuality::Implausible);
    assert_eq!(event(&format!("{{\"timestamp\":\"{NOW_MS}\"}}")).time_quality, TimeQuality::Reported);
    assert_eq!(event(r#"{"timestamp":9223372036854775807}"#).time_quality, TimeQuality::Implausible);
}

#[test]
fn control_messages_are_neither_events_nor_refused() {
    assert_eq!(outcome(br#"{"refresh":true}"#), Outcome::Control(Control::Refresh));
    assert_eq!(outcome(br#" {"support_refresh":true} "#), Outcome::Control(Control::SupportRefresh));
    for record in ["{}", r#"{"refresh":false}"#, r#"{"refresh":true,"model":"m"}"#, r#"{"refresh":"true"}"#] {
        assert!(matches!(outcome(record.as_bytes()), Outcome::Event(_)), "{record}");
    }
    assert_eq!(event("{}").model, "-");
    assert_eq!(event("{}").endpoint, "-");
}

#[test]
fn other_items_are_refused_and_masked() {
    for bad in ["", "null", "[1]", "12", "{\"a\":1", "{\"a\":1} x", "\u{feff}{}", "\"text\""] {
        let Outcome::Rejected(letter) = outcome(bad.as_bytes()) else { panic!("{bad} was taken") };
        assert_eq!(letter.payload_bytes, bad.len() as u64);
        assert_eq!(letter.created_at_ms, NOW_MS);
    }
    let cut = br#"{"api_key":"client-key-a","source":"vertex-key-b","fail":{"body":"sk-ant-abcdefgh"#;
    let Outcome::Rejected(letter) = outcome(cut) else { panic!("taken") };
    for secret in ["client-key-a", "vertex-key-b", "sk-ant-abcdefgh"] {
        assert!(!letter.payload.contains(secret), "{}", letter.payload);
    }
    assert_eq!(letter.error, "the JSON is cut off");
}

#[test]
fn a_record_inside_a_string_is_a_record() {
    let inner = r#"{"timestamp":1777075200,"model":"m"}"#;
    let quoted = serde_json::to_string(inner).expect("text");
    assert_eq!(event(&quoted), event(inner));
}

#[test]
fn the_first_present_name_wins_even_if_null() {
    assert_eq!(timed(r#""provider":null,"type":"codex""#).provider, "");
    assert_eq!(timed(r#""type":" codex ""#).provider, "codex");
    assert_eq!(timed(r#""latency_ms":null,"duration_ms":5"#).latency_ms, None);
    assert_eq!(timed(r#""duration_ms":"5""#).latency_ms, Some(5));
    assert_eq!(timed(r#""request_id":12345678901234567890"#).request_id, "12345678901234567890");
    assert_eq!(timed(r#""model":"a","model":"b""#).model, "b");
}

#[test]
fn routes_are_completed() {
    let routed = timed(r#""endpoint":"POST /v1/messages""#);
    assert_eq!((routed.method.as_str(), routed.path.as_str()), ("POST", "/v1/messages"));
    let split = timed(r#""method":"get","path":"/v1/models""#);
    assert_eq!((split.endpoint.as_str(), split.method.as_str()), ("GET /v1/models", "GET"));
    assert_eq!(timed(r#""endpoint":"post /x""#).method, "");
    let query = timed(r#""endpoint":"GET /v1?key=abcd1234""#);
    assert_eq!(
        (query.endpoint.as_str(), query.path.as_str()),
        ("GET /v1?key=[redacted]", "/v1?key=[redacted]")
    );
}

#[test]
fn failures_are_recognised() {
    for failed in [
        r#""failed":true"#,
        r#""success":false"#,
        r#""status":"429""#,
        r#""statusCode":500"#,
        r#""error":"x""#,
        r#""failed":"no","ok":false"#,
    ] {
        assert!(timed(failed).failed, "{failed}");
    }
    for fine in [
        r#""failed":false,"status":500"#,
        r#""success":true,"error":"x""#,
        r#""status":200"#,
        r#""error":null"#,
    ] {
        assert!(!timed(fine).failed, "{fine}");
    }
}

#[test]
fn failure_texts_are_redacted_and_without_headers() {
    let headers = r#""response_headers":{"Set-Cookie":["sid=abc"],"Server":["nginx"]}"#;
    let failure = timed(&format!(
        r#""failed":true,"fail":{{"status_code":401,"body":"key sk-ant-0123456789 of dev@example.org"}},{headers}"#
    ));
    assert_eq!(failure.fail_body, "key [redacted] of d***@example.org");
    assert_eq!(failure.fail_status_code, Some(401));
    let success = timed(&format!(r#""failed":false,"fail":{{"status_code":200,"body":"ok"}},{headers}"#));
    assert_eq!((success.fail_body.as_str(), success.fail_status_code), ("", Some(200)));
    assert_eq!(timed(r#""failed":true,"error":{"code":1}"#).fail_body, r#"{"code":1}"#);
    let long = timed(&format!(r#""failed":true,"fail":{{"body":"{}"}}"#, "é".repeat(100_000)));
    assert!(long.fail_body.len() <= 64 * 1024 + 3 && long.fail_body.ends_with("..."));
    assert_eq!(long.fail_summary().len(), 4096 + 3);
}

#[test]
fn sources_are_masked_and_hashed() {
    let keyed = timed(r#""source":"sk-or-lab-1","api_key":"client-key-a""#);
    assert_eq!(keyed.source, "m:sk-o...ab-1");
    assert_eq!(keyed.source_hash, sha256_hex("sk-or-lab-1"));
    assert_eq!(keyed.api_key_hash, sha256_hex("client-key-a"));
    assert_eq!(timed(r#""source":"client-key-a","api_key":"client-key-a""#).source, "m:clie...ey-a");
    assert_eq!(timed(r#""api_key":"client-key-a""#).source, "m:clie...ey-a");
    assert_eq!(timed(r#""source":"my-project-1""#).source, "my-project-1");
    assert_eq!(timed(r#""source":"""#).source_hash, "");
}

#[test]
fn totals_are_derived_only_when_missing() {
    let openai = timed(
        r#""provider":"openai","tokens":{"input_tokens":10,"output_tokens":7,"cached_tokens":5,"cache_read_tokens":5}"#,
    );
    assert_eq!((openai.cache_input_mode, openai.tokens.total), (CacheInputMode::Included, 17));
    let claude = timed(
        r#""provider":"claude","tokens":{"input_tokens":10,"output_tokens":5,"cached_tokens":34,"cache_read_tokens":30,"cache_creation_tokens":4,"total_tokens":0}"#,
    );
    assert_eq!((claude.cache_input_mode, claude.tokens.total), (CacheInputMode::Separate, 10 + 5 + 34));
    assert_eq!(timed(r#""tokens":{"input_tokens":1,"total_tokens":"7"}"#).tokens.total, 7);
    assert_eq!(
        timed(r#""provider":"claude","usage":{"cache_input_mode":"included_in_input"}"#).cache_input_mode,
        CacheInputMode::Included
    );
}

#[test]
fn service_tiers_follow_who_bills() {
    let codex = timed(r#""provider":"codex","service_tier":"priority","response_service_tier":"default""#);
    assert_eq!(codex.service_tier, "priority");
    let other = timed(r#""provider":"openai","service_tier":"priority","response_service_tier":"default""#);
    assert_eq!((other.service_tier.as_str(), other.request_service_tier.as_str()), ("default", "priority"));
    let silent = timed(r#""provider":"openai","response_service_tier":"flex""#);
    assert_eq!((silent.service_tier.as_str(), silent.request_service_tier.as_str()), ("flex", "flex"));
}

#[test]
fn what_the_gateway_split_is_kept() {
    let split = timed(
        r#""accounting_version":2,"generate":false,"token_breakdown":{"schema_version":2,"quality":"complete","total_tokens":9,"input":{"total_tokens":5,"uncached_tokens":2,"cache_read_tokens":2,"cache_write_tokens":1},"output":{"total_tokens":4,"non_reasoning_tokens":3,"reasoning_tokens":1},"unclassified_tokens":0}"#,
    );
    let breakdown = split.breakdown.expect("a breakdown");
    assert_eq!((breakdown.accounting_version, breakdown.quality), (2, BreakdownQuality::Complete));
    assert_eq!((breakdown.input_uncached, breakdown.output_reasoning, breakdown.total), (2, 1, 9));
    assert!(!split.generate);
    assert!(timed(r#""token_breakdown":"x""#).breakdown.is_none());
    let odd = timed(r#""token_breakdown":{"quality":"new"}"#).breakdown.expect("a breakdown");
    assert_eq!(odd.quality, BreakdownQuality::Unclassified);
}

#[test]
fn client_texts_are_cleaned() {
    let odd =
        timed(r#""client_ip":"10.0.0.1\u0000","x_forwarded_for":"a\u202eb\u200bc","user_agent":" x\n\ty ""#);
    assert_eq!(
        (odd.client_ip.as_str(), odd.x_forwarded_for.as_str(), odd.user_agent.as_str()),
        ("10.0.0.1", "a b c", "x y")
    );
    assert_eq!(timed(&format!(r#""user_agent":"{}""#, "u".repeat(5000))).user_agent.len(), 1024);
}

#[test]
fn headers_become_metadata() {
    let at = |headers: &str, path: &str| {
        timed(&format!("\"response_headers\":{headers}"))
            .response_metadata
            .at(path)
            .cloned()
            .unwrap_or(Value::Null)
    };
    assert_eq!(at(r#"{"Server":[["x"],{"a":1},null," ","nginx"]}"#, "routing.server"), "nginx");
    assert_eq!(at(r#"{"content-length":["1.5"]}"#, "response"), Value::Null);
    assert_eq!(at(r#"{"X-Secret":["a"],"Set-Cookie":["b"],"Authorization":["c"]}"#, "routing"), Value::Null);
    assert!(timed(r#""response_headers":{"Set-Cookie":["b"]}"#).response_metadata.is_empty());
    assert_eq!(at(r#"{"Via":"Bearer abcdefghijkl"}"#, "routing.via"), "Bearer [redacted]");
    assert_eq!(at(r#"{"x-codex-primary-used-percent":["42.5%"]}"#, "quota.primary.used_percent"), 42.5);
    let reset = r#"{"x-codex-primary-reset-at":["1795430000"],"x-codex-primary-reset-after-seconds":["60"]}"#;
    assert_eq!(at(reset, "quota.primary.reset_at_ms"), 1_795_430_000_000_i64);
    assert_eq!(at(r#"{"x-openai-ide-error-code":["token_revoked"]}"#, "errors.kind"), "auth");
    assert_eq!(at(r#"{"x-openai-authorization-error":["401"]}"#, "errors.code"), "401");
    assert_eq!(
        at(r#"{"x-openai-ide-root-error-code":["identity_edge_internal_error"]}"#, "errors.kind"),
        "identity"
    );
    assert_eq!(
        at(r#"{"retry-after":["Sat, 25 Apr 2026 00:01:00 GMT"]}"#, "errors.retry_after_recover_at_ms"),
        1_777_075_260_000_i64
    );
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert_eq!(
        at(&format!(r#"{{"traceparent":["{parent}"]}}"#), "trace.primary_trace_id"),
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
    assert_eq!(
        at(&format!(r#"{{"traceparent":["{parent}"],"eagleid":["e"]}}"#), "trace.primary_trace_id"),
        "e"
    );
    assert_eq!(
        at(r#"{"x-data-retention":["ZDR"],"x-zero-retention":["yes"]}"#, "data_policy.zero_retention"),
        true
    );
    let limit = r#"{"Anthropic-Ratelimit-Input-Tokens-Remaining":["1000"],"Anthropic-Ratelimit-Input-Tokens-Reset":["2026-04-25T00:01:00Z"]}"#;
    assert_eq!(at(limit, "rate_limit.anthropic.input_tokens.remaining"), 1000);
    assert_eq!(at(limit, "rate_limit.anthropic.input_tokens.reset_at_ms"), 1_777_075_260_000_i64);
    assert_eq!(at(limit, "quota"), Value::Null);
}

#[test]
fn own_headers_go_over_metadata_that_came_along() {
    let joined = timed(
        r#""response_metadata":{"quota":{"plan_type":"plus","primary":{"used_percent":10,"window_minutes":300}},"x":1},
           "response_headers":{"x-codex-secondary-used-percent":["99"],"x-codex-secondary-window-minutes":["10080"]}"#,
    );
    let at = |path: &str| joined.response_metadata.at(path).cloned().unwrap_or(Value::Null);
    assert_eq!(at("quota.plan_type"), "plus");
    assert_eq!(at("quota.primary.used_percent"), 10);
    assert_eq!(at("quota.summary_window_kind"), "weekly");
    assert_eq!(joined.header.quota_used_percent, Some(99.0));
    assert_eq!(at("x"), Value::Null);
}

#[test]
fn exhausted_xai_usage_is_found_in_the_body() {
    let spent = timed(
        r#""provider":"xai","failed":true,"response_headers":{"retry-after":["30"]},"fail":{"status_code":429,"body":"{\"code\":\"subscription:free-usage-exhausted\"}"}"#,
    );
    let at = |path: &str| spent.response_metadata.at(path).cloned().unwrap_or(Value::Null);
    assert_eq!(at("provider_usage.recover_at_ms"), 1_777_075_200_000_i64 + 86_400_000);
    assert_eq!(at("provider_usage.recover_at_estimated"), true);
}

#[test]
fn bytes_that_are_not_text_do_not_stop_a_record() {
    let Outcome::Event(event) = outcome(b"{\"timestamp\":1777075200,\"model\":\"a\xffb\"}") else {
        panic!("refused")
    };
    assert_eq!(event.model, "a\u{fffd}b");
}

#[test]
fn accounts_are_named_by_the_credentials() {
    let list = br#"{"files":[
        {"auth_index":"a1","name":"x.json","account":"sk-0123456789","email":"dev@example.org","type":"codex","project_id":"p"},
        {"auth-index":"a2","name":"kimi-1.json","label":"kimi"},
        {"name":"no index"}, 5]}"#;
    let credentials = parse_auth_files(list, 77).expect("a list");
    assert_eq!(credentials.by_auth_index.len(), 2);
    let context = Context { gateway_id: 3, received_at_ms: NOW_MS, credentials: &credentials };
    let of = |json: &str| match normalise(json.as_bytes(), &context) {
        Outcome::Event(event) => *event,
        other => panic!("{other:?}"),
    };
    let named = of(
        r#"{"timestamp":1777075200,"auth_index":"a1","service_tier":"priority","response_service_tier":"default"}"#,
    );
    assert_eq!(named.account_snapshot, "dev@example.org");
    assert_eq!((named.auth_label_snapshot.as_str(), named.auth_file_snapshot.as_str()), ("x.json", "x.json"));
    assert_eq!((named.auth_project_id_snapshot.as_str(), named.auth_snapshot_at_ms), ("p", Some(77)));
    assert_eq!(named.service_tier, "priority", "the credential says that this is Codex");
    assert_eq!(named.gateway_id, 3);
    let own = of(
        r#"{"timestamp":1777075200,"auth_index":"a1","account_snapshot":"mine","auth_file_snapshot":"f"}"#,
    );
    assert_eq!((own.account_snapshot.as_str(), own.auth_project_id_snapshot.as_str()), ("mine", "p"));
    assert_eq!(own.auth_file_snapshot, "f");
    let kimi = of(r#"{"timestamp":1777075200,"auth_index":"a2"}"#);
    assert_eq!((kimi.account_snapshot.as_str(), kimi.auth_label_snapshot.as_str()), ("kimi", "kimi"));
    assert_eq!(of(r#"{"timestamp":1777075200,"auth_index":"a3"}"#).auth_snapshot_at_ms, None);
    assert!(parse_auth_files(b"{\"files\":{}}", 1).is_err());
    assert!(parse_auth_files(b"not json", 1).is_err());
    assert!(parse_auth_files(b"\xff", 1).is_err());
}

#[test]
fn deep_nesting_is_harmless() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for name in ["x", "response_metadata", "response_headers", "tokens", "fail", "token_breakdown"] {
        assert_eq!(timed(&format!("\"{name}\":{deep}")).time.ms, 1_777_075_200_000);
        assert_eq!(timed(&format!("\"{name}\":{{\"a\":{deep}}}")).time.ms, 1_777_075_200_000);
    }
    assert!(matches!(outcome(&deep.as_bytes()[..200_000]), Outcome::Rejected(_)));
    let body = serde_json::to_string(&format!("{{\"code\":{deep}}}")).expect("text");
    let spent = timed(&format!(
        "\"provider\":\"xai\",\"failed\":true,\"fail\":{{\"status_code\":429,\"body\":{body}}}"
    ));
    assert_eq!(spent.response_metadata.at("provider_usage"), None);
}
