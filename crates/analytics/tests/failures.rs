//! Failures grouped by cause: what makes a group, whom it hits, since when, and which requests were answered all the same.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{World, event};
use cpamp_analytics::failures::{
    FailureGrouping, FailureGroups, Failures, FailuresQuery, MAX_ROWS, RequestIds,
};
use cpamp_analytics::query::QueryFilters;
use model::UsageEvent;
use pricing::PriceBook;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Four minutes into a bar.
const NOW: i64 = 1_795_425_600_000 + 4 * MINUTE;

fn call(ms: i64, account: &str, request: &str) -> UsageEvent {
    let mut e = event(ms);
    e.provider = "p".to_owned();
    e.account_snapshot = account.to_owned();
    e.auth_index = format!("{account}-1");
    e.model = "m".to_owned();
    e.api_key_hash = "k1".to_owned();
    e.request_id = request.to_owned();
    e
}

fn failed(ms: i64, account: &str, request: &str, status: i64, code: &str) -> UsageEvent {
    let mut e = call(ms, account, request);
    e.failed = true;
    e.fail_status_code = Some(status);
    e.header.error_code = code.to_owned();
    e
}

fn query(from: i64, filters: Value) -> FailuresQuery {
    let filters: QueryFilters = serde_json::from_value(filters).unwrap();
    FailuresQuery { range: from..NOW, filters, grouping: FailureGrouping::Account, limit: 50, now_ms: NOW }
}

/// The steps as the layer above takes them.
fn ask(world: &World, query: FailuresQuery, partial: bool) -> Value {
    let ids_of = |ids: Vec<i64>| -> RequestIds {
        ids.into_iter().map(|id| (id, world.events[&id].request_id.clone())).collect()
    };
    let failures = Failures::new(query, &world.dictionaries, &world.lookups).unwrap();
    let first = world.run(failures.plan());
    let groups = failures.groups(&first);
    let answer = world.run(groups.plan());
    let ids = ids_of(groups.wanted(&answer));
    assert!(ids.len() <= MAX_ROWS);
    let answers = groups.answers_plan(&ids).map_or(Some(Vec::new()), |plan| {
        let answer = world.run(&plan);
        let keys = FailureGroups::answers(&answer)?;
        Some(keys.iter().map(|key| (*key, world.events[&key.id].request_id.clone())).collect())
    });
    serde_json::to_value(groups.answer(&answer, &ids, answers.as_deref(), partial)).unwrap()
}

fn world(events: Vec<UsageEvent>) -> World {
    World::new(events, &PriceBook::default())
}

/// A quota that refuses one account, an overload of another, and calls that succeed.
fn troubles() -> World {
    let mut other_key = failed(NOW - 40 * MINUTE, "a", "r2", 429, "quota");
    other_key.api_key_hash = "K2".to_owned();
    other_key.auth_index = "a-2".to_owned();
    world(vec![
        failed(NOW - 30 * HOUR, "a", "r0", 429, "quota"),
        other_key,
        failed(NOW - 20 * MINUTE, "a", "r1", 429, "quota"),
        failed(NOW - 20 * MINUTE + 1, "a", "r1", 429, "quota"),
        call(NOW - 20 * MINUTE + 2, "b", "r1"),
        failed(NOW - MINUTE, "b", "r3", 503, ""),
        call(NOW - MINUTE + 1, "b", "r4"),
        call(NOW - 50 * MINUTE, "a", "r5"),
        // The same id, much earlier: another request.
        call(NOW - 23 * HOUR, "c", "r2"),
    ])
}

#[test]
fn a_group_is_one_cause_with_its_reach_and_history() {
    let found = ask(&troubles(), query(NOW - 24 * HOUR, json!({})), false);
    assert_eq!((&found["requests"], &found["failed"], &found["more"]), (&json!(8), &json!(4), &json!(0)));
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{found}");
    let mut quota = items[0].clone();
    let bars: Vec<i64> =
        serde_json::from_value(quota.as_object_mut().unwrap().remove("bars").unwrap()).unwrap();
    assert_eq!(
        quota,
        json!({
            "provider": "p", "account": "a", "auth_index": null, "model": "m", "status_code": 429,
            "error_code": "quota", "error_kind": null, "failed": 3, "requests": 2, "answered": 1, "keys": 2,
            "accounts": 1, "models": 1, "share": 0.75, "first_seen_ms": NOW - 30 * HOUR,
            "first_in_range_ms": NOW - 40 * MINUTE, "last_seen_ms": NOW - 20 * MINUTE + 1, "ongoing": false,
            "example_id": 4,
        })
    );
    let overload = &items[1];
    assert_eq!((&overload["auth_index"], &overload["error_code"]), (&json!("b-1"), &Value::Null));
    assert_eq!((&overload["requests"], &overload["answered"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&overload["ongoing"], &overload["example_id"]),
        (&json!(false), &json!(6)),
        "one is no trouble"
    );
    // Bars of five minutes, the running one last.
    let (from, width) = (NOW + MINUTE - 2 * HOUR, 5 * MINUTE);
    assert_eq!(found["bars"], json!({ "from_ms": from, "width_ms": width, "count": 24 }));
    let mut expected = vec![0; 24];
    expected[((NOW - 40 * MINUTE - from) / width) as usize] = 1;
    expected[((NOW - 20 * MINUTE - from) / width) as usize] = 2;
    assert_eq!(bars, expected);
    assert_eq!(overload["bars"][23], 1, "{overload}");
}

#[test]
fn failures_go_on_when_there_were_several_and_the_last_is_not_long_ago() {
    let ongoing = |times: &[i64]| {
        let events = times.iter().map(|at| failed(NOW - at, "a", "", 503, "")).collect();
        ask(&world(events), query(NOW - 24 * HOUR, json!({})), false)["items"][0]["ongoing"].clone()
    };
    assert_eq!(ongoing(&[MINUTE]), false);
    assert_eq!(ongoing(&[2 * MINUTE, MINUTE]), true);
    assert_eq!(ongoing(&[40 * MINUTE, 30 * MINUTE]), false);
}

#[test]
fn a_view_narrows_the_failures_and_not_what_they_are_a_part_of() {
    let world = troubles();
    let only = json!({ "include": { "status": ["failed"], "status_code": ["429"], "account": ["a"] } });
    let found = ask(&world, query(NOW - 24 * HOUR, only), false);
    assert_eq!((&found["requests"], &found["failed"]), (&json!(4), &json!(3)), "{found}");
    assert_eq!(found["items"][0]["share"], 0.75);
    assert_eq!(found["items"][0]["answered"], 1, "also by an attempt outside of the view");
    let none = ask(&world, query(NOW - 24 * HOUR, json!({ "include": { "status": ["ok"] } })), false);
    assert_eq!((&none["failed"], &none["items"]), (&json!(0), &json!([])), "{none}");
    let refused = query(0, json!({ "include": { "hour": ["1"] } }));
    assert!(Failures::new(refused, &world.dictionaries, &world.lookups).is_err());
}

#[test]
fn causes_alone_count_whom_they_hit() {
    let world = world(vec![
        failed(NOW - 3 * MINUTE, "a", "1", 503, "busy"),
        failed(NOW - 2 * MINUTE, "b", "2", 503, "busy"),
        failed(NOW - MINUTE, "b", "3", 500, ""),
        call(NOW - MINUTE, "c", "4"),
    ]);
    let asked = FailuresQuery { grouping: FailureGrouping::Cause, limit: 1, ..query(NOW - HOUR, json!({})) };
    let found = ask(&world, asked, false);
    assert_eq!((&found["failed"], &found["more"]), (&json!(3), &json!(1)), "{found}");
    let busy = &found["items"][0];
    assert_eq!((&busy["account"], &busy["model"], &busy["share"]), (&Value::Null, &Value::Null, &json!(0.5)));
    assert_eq!((&busy["accounts"], &busy["models"], &busy["failed"]), (&json!(2), &json!(1), &json!(2)));
}

#[test]
fn what_is_not_known_is_not_a_number() {
    let mut events: Vec<UsageEvent> =
        (0..=MAX_ROWS as i64).map(|n| failed(NOW - HOUR + n, "a", &format!("r{n}"), 429, "quota")).collect();
    events.push(failed(NOW - 2 * MINUTE, "b", "r1", 500, "x"));
    events.push(failed(NOW - MINUTE, "c", "", 500, "x"));
    let found = ask(&world(events), query(NOW - 2 * HOUR, json!({})), true);
    let items = found["items"].as_array().unwrap();
    let of = |account: &str| items.iter().find(|item| item["account"] == account).unwrap();
    assert_eq!(
        (&of("a")["requests"], &of("a")["answered"]),
        (&Value::Null, &Value::Null),
        "too many to look at"
    );
    assert_eq!(of("a")["example_id"], MAX_ROWS as i64 + 1, "its newest is found all the same");
    assert_eq!(of("a")["failed"], MAX_ROWS as i64 + 1);
    assert_eq!((&of("b")["requests"], &of("b")["answered"]), (&json!(1), &json!(0)), "small ones fit");
    assert_eq!((&of("c")["requests"], &of("c")["answered"]), (&Value::Null, &Value::Null), "no request id");
    assert_eq!(of("b")["first_seen_ms"], Value::Null, "not all events are counted yet");
}

#[test]
fn what_comes_at_intervals_is_ongoing_between_them() {
    let every = |minutes: i64| {
        world((1..=6).map(|n| failed(NOW - n * minutes * MINUTE, "a", &format!("r{n}"), 429, "")).collect())
    };
    let ongoing = |world: &World, now: i64| {
        let asked = FailuresQuery { range: 0..now, now_ms: now, ..query(0, json!({})) };
        ask(world, asked, false)["items"][0]["ongoing"] == true
    };
    let world = every(12);
    assert!(ongoing(&world, NOW) && ongoing(&world, NOW + 24 * MINUTE));
    assert!(!ongoing(&world, NOW + 25 * MINUTE), "three intervals are over");
    assert!(!ongoing(&every(50), NOW + 11 * MINUTE), "an hour is over");
}
