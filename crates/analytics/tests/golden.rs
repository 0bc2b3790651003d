//! The golden examples of metrics (`analytics-and-pricing.md` §8.3), verbatim, through the whole way from events to
//! answers. M12 and M13 (two buckets), M14 and M15 (figures of the dashboard) stand beside their rules in the crate.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::collections::HashMap;

use common::{World, event};
use cpamp_analytics::dashboard::DashboardRequest;
use jiff::Timestamp;
use model::{EventTime, ModelPrice, TokenCounts, UsageEvent, strip_reasoning_suffix};
use pricing::PriceBook;
use serde_json::{Value, json};

const METRICS: &str = include_str!("../../../tests/fixtures/golden/metrics.json");
const NORMALISATION: &str = include_str!("../../../tests/fixtures/golden/normalisation.json");

/// The day of the examples that give times only.
const DAY: &str = "2026-06-03T";

fn examples(text: &str) -> HashMap<String, Value> {
    let list: Vec<Value> = serde_json::from_str(text).expect("JSON");
    list.into_iter().map(|example| (example["id"].as_str().unwrap().to_owned(), example)).collect()
}

fn example(id: &str) -> Value {
    examples(METRICS).remove(id).unwrap_or_else(|| panic!("{id} is missing"))
}

/// `+10min` after `start`, a time of day, or a whole time.
fn at(text: &str, start: i64) -> i64 {
    if let Some(minutes) = text.strip_prefix('+').and_then(|rest| rest.strip_suffix("min")) {
        return start + minutes.parse::<i64>().expect("minutes") * 60_000;
    }
    let text = if text.contains('T') { text.to_owned() } else { format!("{DAY}{text}") };
    // Examples leave out seconds that are 0.
    let full = if text.matches(':').count() == 1 { text.replace('Z', ":00Z") } else { text };
    full.parse::<Timestamp>().expect("a time").as_millisecond()
}

fn start() -> i64 {
    at("00:00:00Z", 0)
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or(0)
}

/// An event of the examples' short form.
fn made(short: &Value) -> UsageEvent {
    let text = |name: &str| short[name].as_str().unwrap_or_default().to_owned();
    let ms = short["at"].as_str().map_or_else(start, |text| at(text, start()));
    let mut e = event(ms);
    e.time = EventTime { ms, sub_ms_ns: 0 };
    e.requested_model = text("m");
    e.model = if e.requested_model.is_empty() { "-".to_owned() } else { text("m") };
    (e.source_hash, e.auth_index) = (text("src"), text("idx"));
    e.tokens = TokenCounts {
        input: number(short, "i"),
        output: number(short, "o"),
        reasoning: number(short, "rea"),
        cached: number(short, "c"),
        cache_read: number(short, "r"),
        cache_creation: number(short, "w"),
        total: number(short, "tot"),
        ..TokenCounts::default()
    };
    if short.get("tot").is_none() {
        e.tokens.total = e.tokens.derived_total(e.cache_input_mode);
    }
    e.latency_ms = short["lat"].as_i64();
    e.ttft_ms = short["ttft"].as_i64();
    e.failed = short["fail"].as_bool().unwrap_or(false);
    e
}

fn book(prices: &Value) -> PriceBook {
    let mut prices = prices.clone();
    for price in prices.as_object_mut().into_iter().flat_map(|map| map.values_mut()) {
        let price = price.as_object_mut().expect("a price");
        for (rate, flag) in [("prompt", "promptConfigured"), ("completion", "completionConfigured")] {
            let configured = price.contains_key(rate);
            price.entry(rate).or_insert(json!(0.0));
            price.insert(flag.to_owned(), json!(configured));
        }
        price.entry("cache").or_insert(json!(0.0));
    }
    let prices: HashMap<String, ModelPrice> = serde_json::from_value(prices).unwrap_or_default();
    PriceBook::from_prices(prices)
}

fn world(events: &Value) -> World {
    let events = events.as_array().expect("events").iter().map(made).collect();
    World::new(events, &PriceBook::default())
}

fn day(include: Value) -> Value {
    json!({ "from_ms": start(), "to_ms": start() + 86_400_000, "now_ms": start() + 86_400_000, "include": include })
}

fn summary(world: &World) -> Value {
    world.analytics(&day(json!({ "summary": true })))["summary"].clone()
}

fn same(ours: &Value, expected: &Value, what: &str) {
    match (ours.as_f64(), expected.as_f64()) {
        (Some(ours), Some(expected)) => {
            assert!((ours - expected).abs() < 1e-9, "{what}: {ours} and {expected}")
        }
        _ => assert_eq!(ours, expected, "{what}"),
    }
}

#[test]
fn n1_analytics_models() {
    let examples = examples(NORMALISATION);
    for (model, expected) in examples["N1"]["analytics_model"].as_object().unwrap() {
        assert_eq!(strip_reasoning_suffix(model), expected.as_str().unwrap(), "{model}");
    }
}

#[test]
fn n2_to_n7_token_accounting() {
    for (id, example) in examples(NORMALISATION) {
        if id == "N1" {
            continue;
        }
        let expect = &example["expect"];
        let mode = expect["mode"].as_str().unwrap();
        // Which mode holds is the normaliser's decision and tested there; here: what follows from it.
        let mode = model::CacheInputMode::from_name(&format!(
            "{mode}_{}",
            if mode == "included" { "in_input" } else { "from_input" }
        ));
        let mode = mode.expect("a mode");
        let tokens = made(&example).tokens;
        let normalised = tokens.normalised(mode);
        if let Some(total) = expect["total_input"].as_i64() {
            assert_eq!(normalised.total, total, "{id}");
        }
        if let Some(uncached) = expect["uncached"].as_i64() {
            assert_eq!(normalised.uncached, uncached, "{id}");
        }
        if let Some(residual) = expect["residual"].as_i64() {
            assert_eq!(tokens.cached_remainder(), residual, "{id}");
        }
        if let Some(total) = expect["total"].as_i64() {
            assert_eq!(tokens.derived_total(mode), total, "{id}");
        }
    }
}

#[test]
fn m1_the_dashboard() {
    let m1 = example("M1");
    let events: Vec<UsageEvent> = m1["events"].as_array().unwrap().iter().map(made).collect();
    let world = World::new(events, &book(&m1["prices"]));
    let answer = world.dashboard(DashboardRequest {
        today_start_ms: start(),
        now_ms: at(m1["now"].as_str().unwrap(), start()),
        top_models: 0,
        recent_failures: 0,
    });
    let expect = &m1["expect"];
    for name in [
        "total_calls",
        "success_rate",
        "total_tokens",
        "zero_token_calls",
        "average_latency_ms",
        "total_cost",
    ] {
        if name == "success_rate" {
            assert!((answer["today"][name].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9);
            continue;
        }
        same(&answer["today"][name], &expect[name], name);
    }
    same(&answer["rolling_30m"]["total_calls"], &expect["rolling_calls"], "rolling calls");
    same(&answer["rolling_30m"]["total_tokens"], &expect["rolling_tokens"], "rolling tokens");
    assert!((answer["rolling_30m"]["rpm"].as_f64().unwrap() - 2.0 / 30.0).abs() < 1e-9);
    let mix: Vec<_> =
        answer["token_mix"].as_array().unwrap().iter().map(|part| part["tokens"].clone()).collect();
    assert_eq!(Value::from(mix), expect["token_mix"]);
    let points = &answer["today_request_health_timeline"]["points"];
    assert_eq!((&points[1]["calls"], &points[1]["tone"]), (&json!(1), &json!("good")));
    assert_eq!((&points[5]["calls"], &points[5]["tone"]), (&json!(2), &json!("bad")));
    assert_eq!(points[7]["tone"], "future");
    same(&answer["traffic_timeline"][0]["calls"], &expect["traffic_slot0_calls"], "first hour");
    assert_eq!(points.as_array().unwrap().len(), 144);
    assert_eq!(answer["traffic_timeline"].as_array().unwrap().len(), 24);
    // Beyond the reference: what has no price is named.
    assert_eq!(answer["today"]["unpriced_models"], json!(["gpt-b"]));
}

#[test]
fn m2_and_m3_percentiles() {
    for case in example("M2")["p95"].as_array().unwrap() {
        let text = case["latencies"].as_str().unwrap();
        let mut latencies: Vec<Option<i64>> = Vec::new();
        for part in text.split(" + ") {
            match part.split_once("..") {
                Some((first, last)) => {
                    latencies.extend((first.parse().unwrap()..=last.parse::<i64>().unwrap()).map(Some));
                }
                None => latencies.push(part.parse().ok()),
            }
        }
        let events = latencies.iter().map(|latency| json!({ "m": "a", "lat": latency })).collect();
        same(&summary(&world(&Value::Array(events)))["p95_latency_ms"], &case["expect"], text);
    }
    let m3 = example("M3");
    let events = m3["latencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|latency| json!({ "m": "a", "lat": latency }))
        .collect();
    let summary = summary(&world(&Value::Array(events)));
    for (name, expected) in m3["expect"].as_object().unwrap() {
        same(&summary[name], expected, name);
    }
}

#[test]
fn m4_and_m5_cache_hit_rates() {
    for case in example("M4")["cache_hit_rate"].as_array().unwrap() {
        let found = summary(&world(&json!([case])))["cache_hit_rate"].as_f64().unwrap();
        assert!((found - case["expect"].as_f64().unwrap()).abs() < 1e-9, "{case}: {found}");
    }
    let m5 = example("M5");
    same(&summary(&world(&m5["events"]))["cache_hit_rate"], &m5["expect"]["cache_hit_rate"], "M5");
}

#[test]
fn m6_calls_without_tokens() {
    let m6 = example("M6");
    let summary = summary(&world(&m6["events"]));
    same(&summary["zero_token_calls"], &m6["expect"]["zero_token_calls"], "calls");
    assert_eq!(summary["zero_token_models"], m6["expect"]["zero_token_models"]);
}

#[test]
fn m7_rates_of_thirty_minutes() {
    let m7 = example("M7");
    let mut request = day(json!({ "summary": true }));
    request["now_ms"] = json!(at(m7["now"].as_str().unwrap(), 0));
    let answer = world(&m7["events"]).analytics(&request);
    assert!((answer["summary"]["rpm_30m"].as_f64().unwrap() - 2.0 / 30.0).abs() < 1e-9);
    same(&answer["summary"]["tpm_30m"], &m7["expect"]["tpm_30m"], "tokens");
}

#[test]
fn m8_half_open_ranges_and_the_span_before() {
    let m8 = example("M8");
    let range: Vec<i64> =
        m8["range"].as_array().unwrap().iter().map(|text| at(text.as_str().unwrap(), 0)).collect();
    let request = json!({ "from_ms": range[0], "to_ms": range[1],
        "include": { "summary": true, "summary_comparison": true } });
    let answer = world(&m8["events"]).analytics(&request);
    same(&answer["summary"]["total_calls"], &m8["expect"]["total_calls"], "calls");
    let before = &m8["expect"]["comparison"];
    same(&answer["summary_comparison"]["total_calls"], &before["total_calls"], "before");
    same(&answer["summary_comparison"]["success_rate"], &before["success_rate"], "rate before");
}

#[test]
fn m9_tasks() {
    let m9 = example("M9");
    let world = world(&m9["events"]);
    let summary = summary(&world);
    for (name, expected) in m9["expect"].as_object().unwrap() {
        same(&summary[name], expected, name);
    }
    let buckets = world.analytics(&day(json!({ "task_buckets": true })))["task_buckets"].clone();
    let totals: Vec<_> = buckets.as_array().unwrap().iter().map(|bucket| bucket["total"].clone()).collect();
    assert_eq!(totals, [json!(1), json!(2)], "newest first");
}

#[test]
fn m10_and_m11_local_time() {
    let m10 = example("M10");
    let include = json!({ "summary": true, "timeline": true, "heatmap": true, "granularity": "day" });
    let mut request = json!({ "from_ms": at("2026-06-01T00:00Z", 0), "to_ms": at("2026-06-06T00:00Z", 0),
        "include": include, "time_zone": m10["time_zone"] });
    let answer = world(&m10["events"]).analytics(&request);
    let days: HashMap<String, Value> = answer["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| (point["label"].as_str().unwrap().to_owned(), point["calls"].clone()))
        .collect();
    assert_eq!(serde_json::to_value(days).unwrap(), m10["expect"]["days"]);
    for (place, expected) in m10["expect"]["day_bucket_ms_utc"].as_array().unwrap().iter().enumerate() {
        assert_eq!(answer["timeline"][place]["bucket_ms"], at(expected.as_str().unwrap(), 0));
    }
    assert_eq!(answer["summary"]["avg_daily_requests"], 1.0, "two active days");
    for (place, cell) in m10["expect"]["heatmap"].as_array().unwrap().iter().enumerate() {
        assert_eq!(answer["heatmap"][place]["weekday"], cell["weekday"]);
        assert_eq!(answer["heatmap"][place]["hour"], cell["hour"]);
    }
    let m11 = example("M11");
    for (width, cases) in [("hour", &m11["hour_bucket"]), ("day", &m11["day_bucket"])] {
        for (time, bucket) in cases.as_object().unwrap() {
            let bucket = bucket.as_str().unwrap();
            let bucket =
                if bucket.contains('T') { bucket.to_owned() } else { format!("2026-03-08T{bucket}") };
            request["time_zone"] = m11["time_zone"].clone();
            request["from_ms"] = json!(at("2026-03-07T00:00Z", 0));
            request["to_ms"] = json!(at("2026-03-10T00:00Z", 0));
            request["include"] = json!({ "timeline": true, "granularity": width });
            let answer = world(&json!([{ "at": time }])).analytics(&request);
            assert_eq!(answer["timeline"][0]["bucket_ms"], at(&bucket, 0), "{width} {time}");
        }
    }
}

#[test]
fn m16_cache_filters() {
    let m16 = example("M16");
    let shorts = m16["events"].as_object().unwrap();
    let names: Vec<&String> = shorts.keys().collect();
    let events = Value::Array(shorts.values().cloned().collect());
    let world = world(&events);
    for (status, expected) in m16["cache_status"].as_object().unwrap() {
        let mut request = day(json!({ "events_page": {} }));
        request["filters"] = json!({ "cache_status": status });
        let answer = world.analytics(&request);
        let items = answer["events"]["items"].as_array().unwrap();
        let found: Vec<Value> =
            items.iter().map(|item| json!(names[item["id"].as_i64().unwrap() as usize - 1])).collect();
        assert_eq!(Value::from(found), *expected, "{status}");
    }
}

#[test]
fn m17_pages() {
    let m17 = example("M17");
    // Ids 7, 8, 9: six events of another day come before.
    let mut events: Vec<UsageEvent> = (0..6).map(|_| event(start() - 86_400_000)).collect();
    events.extend([2, 3, 3].map(|ts| event(start() + ts)));
    let world = World::new(events, &PriceBook::default());
    for page in m17["pages"].as_array().unwrap() {
        let mut asked = json!({ "limit": page["limit"] });
        if let Some(before) = page["before"].as_array() {
            asked["before_ms"] = json!(start() + before[0].as_i64().unwrap());
            asked["before_id"] = before[1].clone();
        }
        if let Some(ms) = page["before_ms_only"].as_i64() {
            asked["before_ms"] = json!(start() + ms);
        }
        let answer = world.analytics(&day(json!({ "events_page": asked })))["events"].clone();
        let ids: Vec<Value> =
            answer["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(Value::from(ids), page["expect"], "{page}");
        if let Some(next) = page["next"].as_array() {
            assert_eq!(answer["next_before_ms"], start() + next[0].as_i64().unwrap());
            assert_eq!(answer["next_before_id"], next[1]);
            assert_eq!(answer["has_more"], page["has_more"]);
            assert_eq!(answer["total_count"], page["total_count"]);
        }
    }
}

#[test]
fn m18_search_and_filters() {
    let m18 = example("M18");
    for (row, case) in m18["search"].as_array().unwrap().iter().enumerate() {
        let mut e = event(start());
        match case["field"].as_str().unwrap() {
            "model" => e.model = case["value"].as_str().unwrap().to_owned(),
            "fail_status_code" => e.fail_status_code = case["value"].as_i64(),
            other => panic!("{other}"),
        }
        let mut request = day(json!({ "summary": true }));
        request["search_query"] = case["q"].clone();
        let found = World::new(vec![e], &PriceBook::default()).analytics(&request);
        // Wanted differences: `_` stands for itself, and status codes are searched.
        let hit = if [1, 2].contains(&row) { !case["hit"].as_bool().unwrap() } else { case["hit"] == true };
        assert_eq!(found["summary"]["total_calls"] == 1, hit, "{case}");
    }
    for case in m18["filters"].as_array().unwrap() {
        let mut e = event(start());
        if let Some(model) = case["event"].as_str() {
            e.model = model.to_owned();
        }
        if let Some(provider) = case["event_provider"].as_str() {
            e.provider = provider.to_owned();
        }
        let mut request = day(json!({ "summary": true }));
        request["filters"] = case.clone();
        let mut failed = e.clone();
        failed.failed = true;
        let events = if case["hit"] == "none" { vec![e, failed] } else { vec![e] };
        let found = World::new(events, &PriceBook::default()).analytics(&request);
        assert_eq!(found["summary"]["total_calls"] == 1, case["hit"] == true, "{case}");
    }
}

#[test]
fn m19_cost_shares_are_relative_to_the_most_expensive() {
    let m19 = example("M19");
    let costs = m19["dashboard_costs"].as_object().unwrap();
    let events: Vec<UsageEvent> =
        costs.keys().map(|model| made(&json!({ "m": model, "o": 1_000_000 }))).collect();
    let prices: serde_json::Map<String, Value> =
        costs.iter().map(|(model, cost)| (model.clone(), json!({ "completion": cost }))).collect();
    let answer = World::new(events, &book(&Value::Object(prices))).dashboard(DashboardRequest {
        today_start_ms: start(),
        now_ms: start() + 1,
        top_models: 0,
        recent_failures: 0,
    });
    for rank in answer["model_cost_rank"].as_array().unwrap() {
        let model = rank["model"].as_str().unwrap();
        same(&rank["cost_share"], &m19["expect"]["cost_share"][model], model);
    }
}
