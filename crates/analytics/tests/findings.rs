//! When something is a finding, and when there is not enough to say so.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{World, event};
use cpamp_analytics::findings::Findings;
use model::{ModelPrice, UsageEvent};
use pricing::PriceBook;
use serde_json::{Value, json};

const NOW: i64 = 1_795_425_600_000;
const HOUR: i64 = 3_600_000;
const WEEK: i64 = 7 * 24 * HOUR;

fn call(ms: i64, file: &str, failed: bool) -> UsageEvent {
    let mut e = event(ms);
    e.auth_file_snapshot = file.to_owned();
    e.account_snapshot = format!("{file} account");
    e.model = "m".to_owned();
    e.failed = failed;
    e
}

/// `count` calls within the hour before `end`.
fn hour(end: i64, count: i64, file: &str, failed: bool) -> Vec<UsageEvent> {
    (0..count).map(|n| call(end - HOUR / 2 + n, file, failed)).collect()
}

fn findings(events: Vec<UsageEvent>) -> Value {
    let price: ModelPrice =
        serde_json::from_value(json!({ "prompt": 1, "completion": 1, "cache": 0, "promptConfigured": true }))
            .unwrap();
    let world = World::new(events, &PriceBook::from_prices([("m".to_owned(), price)]));
    let findings = Findings::new(
        NOW,
        world.lookups.spans.as_ref().and_then(|spans| spans.first().copied()),
        world.dictionaries.clone(),
    );
    let answer = world.run(findings.plan());
    let events = world.read(&findings.wanted(&answer));
    serde_json::to_value(findings.answer(&answer, &events, Vec::new())).unwrap()
}

fn codes(found: &Value) -> Vec<&str> {
    found["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn quiet_hours_are_no_findings() {
    let mut events = hour(NOW, 60, "a", false);
    for week in 1..=4 {
        events.extend(hour(NOW - week * WEEK, 50, "a", false));
    }
    events.push(call(NOW - 5 * WEEK, "a", false));
    let found = findings(events);
    assert_eq!((codes(&found), &found["verdict"]), (vec![], &json!("ok")), "{found}");
    assert_eq!((&found["usual"]["calls"], &found["usual"]["weeks"]), (&json!(50.0), &json!(4)));
    assert_eq!(found["usual"]["unpriced_calls"], 0.0, "a cost goes with the calls that it lacks");
}

#[test]
fn a_failing_credential_is_named_and_its_model_is_not() {
    let mut events = hour(NOW, 30, "good", false);
    events.extend(hour(NOW, 30, "bad", true));
    let found = findings(events);
    assert_eq!(codes(&found), ["credential_failing", "failure_rate_high"], "{found}");
    assert_eq!(found["verdict"], "trouble");
    let bad = &found["findings"][0];
    assert_eq!((&bad["subject"]["id"], &bad["subject"]["name"]), (&json!("bad"), &json!("bad account")));
    assert_eq!(bad["numbers"], json!({ "calls": 30.0, "failures": 30.0, "failure_rate": 1.0 }));
    assert_eq!(bad["since_ms"], NOW - HOUR / 2);
    assert_eq!(bad["filter"], json!({ "credential": ["bad"], "status": ["failed"] }));
    assert!(found["usual"].is_null(), "an hour is no history");
}

#[test]
fn a_credential_of_which_no_call_of_the_day_succeeded_is_named_few_as_they_are() {
    let at = |hours: i64, who: &str, failed: bool| call(NOW - hours * HOUR, who, failed);
    let mut events: Vec<UsageEvent> = (2..7).map(|hours| at(hours, "dead", true)).collect();
    events.extend((2..6).map(|hours| at(hours, "too few", true)));
    events.extend((2..20).map(|hours| at(hours, "limping", hours != 9)));
    let found = findings(events);
    assert_eq!(codes(&found), ["credential_without_success"], "{found}");
    let dead = &found["findings"][0];
    assert_eq!((&dead["subject"]["id"], &dead["severity"]), (&json!("dead"), &json!("critical")));
    assert_eq!(dead["numbers"], json!({ "calls": 5.0, "failures": 5.0, "failure_rate": 1.0 }));
}

#[test]
fn a_model_that_fails_everywhere_is_named() {
    // Each credential alone has too few calls to be judged.
    let events = (0..6).flat_map(|n| hour(NOW, 4, &format!("c{n}"), true)).collect();
    let found = findings(events);
    assert_eq!(codes(&found), ["failure_rate_high", "model_failing"], "{found}");
}

#[test]
fn what_is_unusual_needs_weeks_of_history() {
    let rush = || hour(NOW, 400, "a", false);
    assert!(codes(&findings(rush())).is_empty(), "nothing is usual yet");
    let mut events = rush();
    for week in 1..=4 {
        events.extend(hour(NOW - week * WEEK, 40 + week, "a", false));
    }
    events.push(call(NOW - 5 * WEEK, "a", false));
    let found = findings(events);
    assert_eq!(codes(&found), ["traffic_above_usual"], "{found}");
    assert_eq!(found["findings"][0]["numbers"], json!({ "calls": 400.0, "usual_calls": 42.5 }));
    let mut silence: Vec<UsageEvent> =
        (1..=4).flat_map(|week| hour(NOW - week * WEEK, 80, "a", false)).collect();
    silence.push(call(NOW - 5 * WEEK, "a", false));
    assert_eq!(codes(&findings(silence)), ["traffic_below_usual"]);
}

#[test]
fn quotas_count_until_they_recover_and_prices_are_missed() {
    let quota = |file: &str, used: f64, recover_at_ms: i64| {
        let mut e = call(NOW - HOUR, file, false);
        e.response_metadata.0.insert("quota".to_owned(), json!({ "used_percent": used }));
        e.header.quota_used_percent = Some(used);
        e.header.quota_recover_at_ms = Some(recover_at_ms);
        e
    };
    let anthropic = |file: &str, five_hours: f64, week: f64| {
        let mut e = call(NOW - HOUR, file, true);
        // The five hours of an account that is named so have begun anew since.
        let first = if file == "h" { NOW - 1 } else { NOW + HOUR };
        let window = |used: f64, reset: i64| json!({ "used_percent": used, "reset_at_ms": reset });
        let windows = json!({ "primary": window(five_hours, first), "secondary": window(week, NOW + HOUR) });
        e.response_metadata.0.insert("quota".to_owned(), json!({ "anthropic": windows }));
        e
    };
    let mut unpriced = call(NOW - HOUR, "d", false);
    unpriced.model = "unknown".to_owned();
    let found = findings(vec![
        quota("a", 100.0, NOW + HOUR),
        quota("b", 93.0, NOW + HOUR),
        quota("c", 100.0, NOW - 1),
        anthropic("e", 12.0, 100.0),
        anthropic("f", 91.0, 40.0),
        anthropic("g", 12.0, 40.0),
        anthropic("h", 100.0, 97.0),
        unpriced,
    ]);
    let expected = [
        "quota_used_up",
        "quota_used_up",
        "quota_nearly_used",
        "quota_nearly_used",
        "quota_nearly_used",
        "calls_without_price",
    ];
    assert_eq!(codes(&found), expected, "{found}");
    let subjects = [0, 1, 2, 3, 4].map(|i| found["findings"][i]["subject"]["id"].as_str());
    assert_eq!(subjects, ["a", "e", "b", "f", "h"].map(Some));
    assert_eq!(found["findings"][1]["numbers"]["used_percent"], 100.0);
    assert_eq!(found["findings"][5]["filter"], json!({ "model": ["unknown"] }));
}
