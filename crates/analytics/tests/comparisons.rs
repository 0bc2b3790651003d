//! Comparisons with another span, and which models have no price, on events that a person can count.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod common;

use common::{World, event};
use cpamp_analytics::query::{Query, QueryRequest};
use model::{ModelPrice, UsageEvent};
use pricing::PriceBook;
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;
/// A Monday, 00:00Z.
const NOW: i64 = 1_780_272_000_000;

fn call(ms: i64, provider: &str, model: &str) -> UsageEvent {
    let mut event = event(ms);
    event.provider = provider.to_owned();
    event.auth_file_snapshot = format!("{provider}.json");
    event.auth_provider_snapshot = provider.to_owned();
    event.account_snapshot = format!("{provider}@example.org");
    event.model = model.to_owned();
    event.tokens.input = 1_000_000;
    event.tokens.total = 1_000_000;
    event
}

/// The week before: a ×2, gone ×3, faded ×1; this week: a ×1, new ×4. Only model `m` has a price, 2 dollars a call.
fn world() -> World {
    let mut events = Vec::new();
    let mut add = |count: i64, day: i64, provider: &str, model: &str| {
        events.extend((0..count).map(|n| call(NOW + day * DAY_MS + n, provider, model)));
    };
    add(2, -6, "a", "m");
    add(3, -5, "gone", "m");
    add(1, -5, "faded", "free(high)");
    add(1, 1, "a", "m");
    add(4, 2, "new", "m");
    add(2, 2, "new", "secret(low)");
    let price: ModelPrice = serde_json::from_value(json!({ "prompt": 2 })).expect("a price");
    World::new(events, &PriceBook::from_prices([("m".to_owned(), price)]))
}

fn query(world: &World, more: Value) -> Value {
    let mut request = json!({ "from_ms": NOW, "to_ms": NOW + 7 * DAY_MS, "limit": 100 });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let request: QueryRequest = serde_json::from_value(request).expect("a request");
    let query = Query::new(request, world.dictionaries.clone(), &world.lookups).expect("valid");
    serde_json::to_value(query.answer(&world.run(query.plan()), 7)).expect("serialises")
}

fn calls(answer: &Value) -> Vec<(String, i64, i64)> {
    let row = |row: &Value| {
        let key = row["keys"][0].as_str().map_or_else(|| row["keys"][0].to_string(), str::to_owned);
        (key, row["values"]["calls"].as_i64().unwrap(), row["previous"]["calls"].as_i64().unwrap())
    };
    answer["rows"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn groups_that_only_one_of_two_spans_has_are_compared_with_nothing() {
    let world = world();
    let asked = json!({ "dimensions": ["provider"], "measures": ["calls", "cost"], "distinct": ["model"],
        "compare": {} });
    let answer = query(&world, asked.clone());
    let expected = [("new", 6, 0), ("a", 1, 2), ("faded", 0, 1), ("gone", 0, 3)];
    assert_eq!(calls(&answer), expected.map(|(key, now, before)| (key.to_owned(), now, before)));
    assert_eq!((&answer["total_rows"], &answer["totals"]["previous"]["calls"]), (&json!(4), &json!(6)));
    let gone = &answer["rows"][3];
    assert_eq!((&gone["values"]["cost"], &gone["previous"]["cost"]), (&json!(0.0), &json!(6.0)), "{gone}");
    assert_eq!((&gone["distinct"]["model"], &answer["rows"][0]["distinct"]["model"]), (&json!(0), &json!(2)));
    // What lies beyond the limit is compared as one.
    let mut limited = asked;
    limited["limit"] = json!(1);
    limited["others"] = json!(true);
    let others = &query(&world, limited)["others"];
    assert_eq!(
        (&others["values"]["calls"], &others["previous"]["calls"]),
        (&json!(1), &json!(6)),
        "{others}"
    );
    assert_eq!(others["previous"]["cost"], 10.0);
    // Without a comparison there is nothing of it.
    let alone = query(&world, json!({ "dimensions": ["provider"], "limit": 1, "others": true }));
    assert!(alone["others"].get("previous").is_none() && alone["total_rows"] == 2, "{alone}");
}

#[test]
fn buckets_of_time_are_compared_by_their_place() {
    let answer = query(&world(), json!({ "dimensions": ["day"], "compare": {} }));
    let days = |day: i64| (NOW + day * DAY_MS).to_string();
    // Tuesday and Wednesday of both weeks.
    assert_eq!(calls(&answer), [(days(1), 1, 2), (days(2), 6, 4)]);
}

#[test]
fn every_cost_names_the_models_without_a_price() {
    let world = world();
    let models = |more: Value| query(&world, more)["unpriced_models"].clone();
    for measure in ["cost", "average_cost"] {
        assert_eq!(models(json!({ "measures": [measure] })), json!(["secret"]), "{measure}");
        // Filters on parts of time, of one and of two kinds: 2 = Tuesday, 3 = Wednesday.
        let on = |day: &str| json!({ "measures": [measure], "filters": { "include": { "weekday": [day], "hour_of_day": ["0"] } } });
        assert_eq!(models(on("3")), json!(["secret"]), "{measure}");
        assert_eq!(models(on("2")), json!([]), "{measure}");
        let answer = query(&world, json!({ "measures": [measure], "dimensions": ["provider"] }));
        assert_eq!(answer["totals"]["values"]["unpriced_calls"], 2, "{measure}: {answer}");
    }
    assert_eq!(models(json!({ "measures": ["calls"] })), Value::Null);

    let account = |row: &str, provider: &str| {
        json!({ "row_key": row, "auth_file_snapshot": format!("{provider}.json"), "auth_provider_snapshot": provider,
            "account_snapshot": format!("{provider}@example.org") })
    };
    let accounts = [account("1", "new"), account("2", "a"), account("3", "faded"), account("4", "nobody")];
    let history = world.history(&json!({ "accounts": accounts })).expect("valid");
    let of = |answer: &Value, row: usize| {
        let item = &answer["items"][row];
        (item["unpriced_calls"].as_i64().unwrap(), item.get("unpriced_models").cloned())
    };
    let expected = [(2, Some(json!(["secret"]))), (0, None), (1, Some(json!(["free"]))), (0, None)];
    for (row, expected) in expected.iter().enumerate() {
        assert_eq!(of(&history, row), *expected, "{history}");
    }
    let windows = [("new", 0), ("new", -7), ("faded", -7)].map(|(provider, from)| {
        let mut window = account(&format!("{provider}{from}"), provider);
        window["provider_window_id"] = json!("w");
        window["from_ms"] = json!(NOW + from * DAY_MS);
        window["to_ms"] = json!(NOW + (from + 7) * DAY_MS);
        window
    });
    let windows = world.windows(&json!({ "windows": windows })).expect("valid");
    let expected = [(2, Some(json!(["secret"]))), (0, None), (1, Some(json!(["free"])))];
    for (row, expected) in expected.iter().enumerate() {
        assert_eq!(of(&windows, row), *expected, "{windows}");
    }
}

#[test]
fn a_history_that_lacks_events_says_that_it_is_pending() {
    let world = world();
    let request = json!({ "accounts": [{ "row_key": "1", "account_snapshot": "nobody" }] });
    let request = serde_json::from_value(request).expect("a request");
    let histories =
        cpamp_analytics::accounts::history::AccountHistories::new(&request, world.dictionaries.clone())
            .expect("valid");
    let answer = world.run(histories.plan());
    let told = |pending: bool| {
        let answer = histories.answer(&answer, &Default::default(), 13, pending, 7);
        (answer.checkpoint.pending, answer.checkpoint.last_event_id, answer.items[0].sync_status)
    };
    assert_eq!((told(true), told(false)), ((true, 0, "pending"), (false, 13, "empty")));
}

/// The golden example P1 of the panel's rate of output, asked of the server; P2 is a forecast, which the server does not make.
#[test]
fn tokens_per_second_need_both_tokens_and_time() {
    let all: Vec<Value> =
        serde_json::from_str(include_str!("../../../tests/fixtures/golden/panel-and-sync.json"))
            .expect("JSON");
    let p1 = all.iter().find(|example| example["id"] == "P1").expect("P1");
    for case in p1["tps"].as_array().unwrap() {
        let mut event = event(NOW);
        event.tokens.output = case["o"].as_i64().unwrap();
        event.latency_ms = case["lat"].as_i64();
        let world = World::new(vec![event], &PriceBook::default());
        let answer = query(&world, json!({ "measures": ["tokens_per_second"] }));
        let found = answer["totals"]["values"]["tokens_per_second"].as_f64();
        assert_eq!(found, case["expect"].as_f64(), "{case}");
    }
}

/// Gateways report what came from a cache as `cached_tokens`, as `cache_read_tokens`, or the same tokens as both.
#[test]
fn cached_input_is_counted_once_whichever_way_it_was_reported() {
    let event = |ms, cached, cache_read| {
        let mut event = event(ms);
        (event.tokens.input, event.tokens.cached, event.tokens.cache_read) = (1000, cached, cache_read);
        event
    };
    let events = vec![event(NOW, 400, 0), event(NOW + 1, 0, 30), event(NOW + 2, 5, 5), event(NOW + 3, 0, 0)];
    let world = World::new(events, &PriceBook::default());
    let measures = ["cached_input_tokens", "cached_tokens", "cache_read_tokens"];
    let answer = query(&world, json!({ "measures": measures }));
    let found = measures.map(|measure| answer["totals"]["values"][measure].as_i64().unwrap());
    assert_eq!(found, [435, 400, 35]);
}
