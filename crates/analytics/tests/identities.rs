//! Over generated traffic: every breakdown adds up to the totals, to the token and the cent, and the general query agrees
//! with the contract and with plain counting.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use common::World;
use cpamp_analytics::Lookups;
use cpamp_analytics::dashboard::DashboardRequest;
use cpamp_analytics::query::events::{EventKeys, EventPlace, EventSort, EventsQuery};
use cpamp_analytics::query::{Field, Query, QueryFilters, QueryRequest};
use model::{CredentialMap, UsageEvent};
use normaliser::{Context, Outcome, normalise};
use pricing::PriceBook;
use serde_json::{Value, json};
use simulator::traffic::{TrafficConfig, TrafficGenerator};

/// 2026-10-01T00:00Z; the span crosses the end of summer time in Europe and America.
const FROM: i64 = 1_790_812_800_000;
const TO: i64 = FROM + 45 * 86_400_000;
const EVENTS: u64 = 4000;

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let mut generator = TrafficGenerator::new(TrafficConfig::default());
    let credentials = CredentialMap::default();
    let context = Context { gateway_id: 1, received_at_ms: TO, credentials: &credentials };
    let records: Vec<_> = generator.history(FROM, TO, EVENTS).collect();
    let events = records.iter().filter_map(|record| match normalise(record, &context) {
        Outcome::Event(event) => Some(*event),
        _ => None,
    });
    // Some models are left without a price: totals must add up beside them too.
    World::new(events.collect(), &PriceBook::default().with_bundled(true))
});

fn in_span() -> impl Iterator<Item = &'static UsageEvent> {
    WORLD.events.values().filter(|event| (FROM..TO).contains(&event.time.ms))
}

fn sum(rows: &Value, member: &str) -> f64 {
    rows.as_array().expect("a list").iter().map(|row| row[member].as_f64().unwrap_or(0.0)).sum()
}

fn same(what: &str, ours: f64, whole: f64) {
    assert!((ours - whole).abs() <= 1e-9 * whole.abs().max(1.0), "{what}: {ours} and {whole}");
}

#[test]
fn breakdowns_add_up_to_the_summary() {
    let include = json!({ "summary": true, "timeline": true, "hourly_distribution": true, "heatmap": true,
        "model_share": true, "model_stats": true, "channel_share": true, "failure_sources": true,
        "account_stats": true, "credential_stats": true, "credential_timeline": true, "api_key_timeline": true,
        "api_key_stats": true, "filter_options": true });
    for (zone, granularity) in
        [("UTC", "day"), ("Europe/Berlin", "hour"), ("America/New_York", "day"), ("Asia/Kolkata", "hour")]
    {
        let mut include = include.clone();
        include["granularity"] = json!(granularity);
        let answer = WORLD.analytics(
            &json!({ "from_ms": FROM, "to_ms": TO, "now_ms": TO, "time_zone": zone, "include": include }),
        );
        let summary = &answer["summary"];
        let whole = |name: &str| summary[name].as_f64().unwrap();
        same("plain count", whole("total_calls"), in_span().count() as f64);
        same("plain tokens", whole("total_tokens"), in_span().map(|e| e.tokens.total as f64).sum());
        assert!(
            whole("total_cost") > 0.0 && whole("unpriced_calls") < whole("total_calls") / 2.0,
            "{summary}"
        );
        for section in ["model_stats", "account_stats", "credential_stats", "api_key_stats"] {
            for (member, name) in [
                ("calls", "total_calls"),
                ("success_calls", "success_calls"),
                ("failure_calls", "failure_calls"),
                ("input_tokens", "input_tokens"),
                ("output_tokens", "output_tokens"),
                ("cached_tokens", "cached_tokens"),
                ("cache_read_tokens", "cache_read_tokens"),
                ("cache_creation_tokens", "cache_creation_tokens"),
                ("reasoning_tokens", "reasoning_tokens"),
                ("total_tokens", "total_tokens"),
                ("cost", "total_cost"),
                ("unpriced_calls", "unpriced_calls"),
            ] {
                same(&format!("{zone} {section} {member}"), sum(&answer[section], member), whole(name));
            }
        }
        for section in ["timeline", "model_share", "channel_share", "heatmap", "credential_timeline"] {
            for (member, name) in [
                ("calls", "total_calls"),
                ("tokens", "total_tokens"),
                ("cost", "total_cost"),
                ("unpriced_calls", "unpriced_calls"),
            ] {
                same(&format!("{zone} {section} {member}"), sum(&answer[section], member), whole(name));
            }
        }
        same("hours", sum(&answer["hourly_distribution"], "calls"), whole("total_calls"));
        same("failures", sum(&answer["failure_sources"], "failure"), whole("failure_calls"));
        let known = in_span().filter(|e| !e.api_key_hash.is_empty()).count();
        same("keys over time", sum(&answer["api_key_timeline"], "calls"), known as f64);
        same("options", sum(&answer["filter_options"]["model_stats"], "calls"), whole("total_calls"));
        for row in answer["account_stats"].as_array().unwrap() {
            same("models of an account", sum(&row["models"], "cost"), row["cost"].as_f64().unwrap());
        }
        for row in answer["api_key_stats"].as_array().unwrap() {
            same("contexts of a key", sum(&row["contexts"], "calls"), row["calls"].as_f64().unwrap());
            same("contexts of a key", sum(&row["contexts"], "cost"), row["cost"].as_f64().unwrap());
        }
    }
}

#[test]
fn answers_do_not_depend_on_anything_but_the_events() {
    let request = json!({ "from_ms": FROM, "to_ms": TO, "now_ms": TO, "include": { "summary": true, "channel_share": true,
        "account_stats": true, "api_key_stats": true, "credential_stats": true, "model_stats": true } });
    let first = WORLD.analytics(&request).to_string();
    for _ in 0..5 {
        assert_eq!(WORLD.analytics(&request).to_string(), first);
    }
}

fn query(request: &Value) -> Value {
    let request: QueryRequest = serde_json::from_value(request.clone()).expect("a request");
    let query = Query::new(request, WORLD.dictionaries.clone(), &Lookups::default()).expect("valid");
    serde_json::to_value(query.answer(&WORLD.run(query.plan()), 7)).unwrap()
}

const FIELDS: [&str; 33] = [
    "model",
    "any_model",
    "requested_model",
    "resolved_model",
    "provider",
    "account",
    "credential",
    "auth_file",
    "auth_index",
    "auth_type",
    "project",
    "api_key",
    "source_hash",
    "executor",
    "tier",
    "effort",
    "endpoint",
    "client_ip",
    "user_agent",
    "status",
    "status_code",
    "error_kind",
    "error_code",
    "plan",
    "five_minutes",
    "quarter_hour",
    "half_hour",
    "hour",
    "day",
    "week",
    "month",
    "weekday",
    "hour_of_day",
];

#[test]
fn every_dimension_adds_up_to_the_totals() {
    for field in FIELDS {
        let answer = query(
            &json!({ "from_ms": FROM, "to_ms": TO, "time_zone": "Europe/Berlin", "dimensions": [field],
            "measures": ["calls", "failures", "total_tokens", "cost"], "limit": 10_000 }),
        );
        let totals = &answer["totals"]["values"];
        for measure in ["calls", "failures", "total_tokens", "cost", "unpriced_calls"] {
            let rows = answer["rows"].as_array().unwrap();
            let all: f64 = rows.iter().map(|row| row["values"][measure].as_f64().unwrap()).sum();
            same(&format!("{field} {measure}"), all, totals[measure].as_f64().unwrap());
        }
        assert_eq!(answer["total_rows"], answer["rows"].as_array().unwrap().len());
    }
}

#[test]
fn including_and_excluding_a_value_share_the_events() {
    for field in FIELDS {
        let base = json!({ "from_ms": FROM, "to_ms": TO, "dimensions": [field], "limit": 3 });
        let answer = query(&base);
        let total = answer["totals"]["values"]["calls"].as_i64().unwrap();
        for row in answer["rows"].as_array().unwrap() {
            let value = match &row["keys"][0] {
                Value::String(text) => text.clone(),
                number => number.to_string(),
            };
            let calls = |side: &str| {
                let filters = json!({ side: { field: [value] } });
                let asked = json!({ "from_ms": FROM, "to_ms": TO, "filters": filters });
                query(&asked)["totals"]["values"]["calls"].as_i64().unwrap()
            };
            let included = calls("include");
            // Accounts, providers and models have several names; a filter by one may find more than one row.
            assert!(included >= row["values"]["calls"].as_i64().unwrap(), "{field} {value}");
            assert_eq!(included + calls("exclude"), total, "{field} {value}");
        }
    }
}

#[test]
fn limits_others_order_and_distinct_values() {
    let asked = json!({ "from_ms": FROM, "to_ms": TO, "dimensions": ["model"], "measures": ["calls", "cost", "latency_p95_ms"],
        "distinct": ["api_key"], "limit": 3, "others": true, "order": { "by": "cost" } });
    let answer = query(&asked);
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert!(
        rows.windows(2).all(|pair| pair[0]["values"]["cost"].as_f64() >= pair[1]["values"]["cost"].as_f64())
    );
    let shown: f64 = rows.iter().map(|row| row["values"]["cost"].as_f64().unwrap()).sum();
    let others = &answer["others"]["values"];
    same(
        "others",
        shown + others["cost"].as_f64().unwrap(),
        answer["totals"]["values"]["cost"].as_f64().unwrap(),
    );
    assert!(others["latency_p95_ms"].is_null(), "a percentile of several groups is not known");
    let keys: BTreeSet<&str> = in_span().map(|e| e.api_key_hash.as_str()).collect();
    assert_eq!(answer["totals"]["distinct"]["api_key"], keys.len());
    let model = rows[0]["keys"][0].as_str().unwrap();
    let of_model: BTreeSet<&str> =
        in_span().filter(|e| e.analytics_model() == model).map(|e| e.api_key_hash.as_str()).collect();
    assert_eq!(rows[0]["distinct"]["api_key"], of_model.len(), "{model}");
}

#[test]
fn both_passes_of_an_hour_that_comes_twice_are_apart_here_and_together_in_the_contract() {
    // 2026-10-25T00:00Z and 01:00Z are both 02:00 in Berlin.
    let (from, to) = (1_792_886_400_000_i64, 1_792_886_400_000_i64 + 2 * 3_600_000);
    let asked = json!({ "from_ms": from, "to_ms": to, "time_zone": "Europe/Berlin", "dimensions": ["hour"] });
    assert_eq!(query(&asked)["buckets"]["hour"], json!([from, from + 3_600_000]));
    let contract = json!({ "from_ms": from, "to_ms": to, "time_zone": "Europe/Berlin",
        "include": { "timeline": true, "granularity": "hour" } });
    let points = WORLD.analytics(&contract)["timeline"].as_array().unwrap().len();
    assert!(points <= 1, "{points}");
}

#[test]
fn comparisons_are_the_same_question_about_another_span() {
    let (middle, end) = (FROM + 20 * 86_400_000, FROM + 30 * 86_400_000);
    let asked =
        json!({ "from_ms": middle, "to_ms": end, "dimensions": ["provider"], "compare": {}, "limit": 100 });
    let answer = query(&asked);
    let before = FROM + 10 * 86_400_000;
    assert_eq!(answer["compared_with"], json!({ "from_ms": before, "to_ms": middle }));
    let alone =
        query(&json!({ "from_ms": before, "to_ms": middle, "dimensions": ["provider"], "limit": 100 }));
    assert_eq!(answer["totals"]["previous"], alone["totals"]["values"]);
    let alone: BTreeMap<String, Value> = alone["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["keys"][0].to_string(), row["values"].clone()))
        .collect();
    let mut found = 0;
    for row in answer["rows"].as_array().unwrap() {
        match alone.get(&row["keys"][0].to_string()) {
            Some(values) => {
                assert_eq!(row["previous"], *values);
                found += 1;
            }
            None => assert_eq!(row["previous"]["calls"], 0, "{row}"),
        }
    }
    assert!(found == alone.len() && found > 2, "{found} of {}", alone.len());
}

#[test]
fn weeks_begin_on_monday_and_weekdays_can_be_filtered() {
    let answer = query(&json!({ "from_ms": FROM, "to_ms": TO, "dimensions": ["week"] }));
    for start in answer["buckets"]["week"].as_array().unwrap() {
        // 1970-01-05 was a Monday.
        assert_eq!((start.as_i64().unwrap() / 86_400_000 - 4) % 7, 0);
    }
    let by_day = query(&json!({ "from_ms": FROM, "to_ms": TO, "dimensions": ["weekday"] }));
    let mondays = by_day["rows"].as_array().unwrap().iter().find(|row| row["keys"][0] == 1).unwrap();
    let only =
        query(&json!({ "from_ms": FROM, "to_ms": TO, "filters": { "include": { "weekday": ["1"] } } }));
    assert_eq!(only["totals"]["values"]["calls"], mondays["values"]["calls"]);
    assert_eq!(only["rows"], json!([]));
}

#[test]
fn events_come_in_any_order() {
    let page = |sort: EventSort, ascending: bool, place: EventPlace| {
        let query = EventsQuery {
            range: FROM..TO,
            filters: QueryFilters::default(),
            sort,
            ascending,
            place,
            limit: 50,
        };
        let keys = EventKeys::new(&query, &WORLD.dictionaries, &Lookups::default()).expect("valid");
        keys.page(&WORLD.run(keys.plan()))
    };
    let all = in_span().count() as i64;
    let first = page(EventSort::LatencyMs, false, EventPlace::Start);
    let second = page(EventSort::LatencyMs, false, EventPlace::Offset(50));
    assert_eq!((first.total, second.total, first.has_more), (all, all, true));
    let latencies: Vec<i64> =
        first.keys.iter().chain(&second.keys).map(|key| WORLD.events[&key.id].latency_ms.unwrap()).collect();
    let mut expected: Vec<i64> = in_span().filter_map(|e| e.latency_ms).collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(latencies, expected[..100]);
    let oldest = page(EventSort::Time, true, EventPlace::Start);
    assert!(oldest.keys.is_sorted() && oldest.keys.len() == 50);
    let next = page(EventSort::Time, true, EventPlace::After(oldest.keys[49]));
    assert!(next.keys[0] > oldest.keys[49]);
}

#[test]
fn wrong_questions_are_refused_with_stable_codes() {
    let code = |request: Value| {
        let request: QueryRequest = serde_json::from_value(request).expect("a request");
        let refused = Query::new(request, WORLD.dictionaries.clone(), &Lookups::default()).err();
        refused.map(|error| error.code())
    };
    let with = |more: Value| {
        let mut request = json!({ "from_ms": FROM, "to_ms": TO });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        code(request)
    };
    assert_eq!(with(json!({})), None);
    assert_eq!(code(json!({ "from_ms": 5, "to_ms": 5 })), Some("request_failed"));
    assert_eq!(with(json!({ "time_zone": "Mars/Base" })), Some("invalid_time_zone"));
    assert_eq!(with(json!({ "dimensions": ["model", "day", "status", "plan"] })), Some("too_many_values"));
    assert_eq!(with(json!({ "dimensions": ["model", "model"] })), Some("request_failed"));
    assert_eq!(with(json!({ "distinct": ["day"] })), Some("request_failed"));
    assert_eq!(with(json!({ "limit": 0 })), Some("request_failed"));
    assert_eq!(with(json!({ "order": { "by": "cost" } })), Some("request_failed"));
    let ever = json!({ "from_ms": 0, "to_ms": TO, "dimensions": ["hour"] });
    assert_eq!(code(ever), Some("too_many_buckets"));
    let many: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    assert_eq!(with(json!({ "filters": { "include": { "model": many } } })), Some("too_many_values"));
    assert!(Field::Day.is_time() && !Field::Model.is_time());
}

/// When the local bucket of a moment began, found by walking back minute by minute.
fn began(zone: &jiff::tz::TimeZone, ms: i64, minutes: i64) -> i64 {
    const MINUTE_MS: i64 = 60_000;
    let bucket = |ms: i64| {
        let offset = zone.to_offset(jiff::Timestamp::from_millisecond(ms).unwrap()).seconds();
        ((ms / MINUTE_MS + i64::from(offset) / 60).div_euclid(minutes), offset)
    };
    let mut start = ms - ms % MINUTE_MS;
    while bucket(start - MINUTE_MS) == bucket(ms) {
        start -= MINUTE_MS;
    }
    start
}

#[test]
fn buckets_within_an_hour_agree_with_plain_counting_in_every_zone() {
    // Ten days with the change of clocks of three of the zones.
    for (zone, from) in [
        ("UTC", FROM),
        ("Asia/Kolkata", FROM),
        ("Asia/Kathmandu", FROM),
        ("Australia/Lord_Howe", FROM),
        ("Europe/Berlin", FROM + 20 * 86_400_000),
        ("America/New_York", FROM + 27 * 86_400_000),
    ] {
        let to = from + 10 * 86_400_000;
        let zoned = jiff::tz::TimeZone::get(zone).unwrap();
        for (field, minutes) in
            [("minute", 1), ("five_minutes", 5), ("quarter_hour", 15), ("half_hour", 30), ("hour", 60)]
        {
            let mut expected = BTreeMap::new();
            for event in WORLD.events.values().filter(|event| (from..to).contains(&event.time.ms)) {
                *expected.entry(began(&zoned, event.time.ms, minutes)).or_insert(0_i64) += 1;
            }
            let asked = json!({ "from_ms": from, "to_ms": to, "time_zone": zone, "dimensions": [field],
                "limit": 10_000 });
            let answer = query(&asked);
            let found: BTreeMap<i64, i64> = answer["rows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| (row["keys"][0].as_i64().unwrap(), row["values"]["calls"].as_i64().unwrap()))
                .collect();
            assert_eq!(found, expected, "{zone} {field}");
            let starts = answer["buckets"][field].as_array().unwrap();
            let starts: Vec<i64> = starts.iter().map(|start| start.as_i64().unwrap()).collect();
            assert!(starts.is_sorted_by(|a, b| a < b) && found.keys().all(|start| starts.contains(start)));
            // One more where the span begins within a bucket.
            let most = usize::try_from(10 * 1440 / minutes).unwrap() + 1;
            assert!((most - 1..=most).contains(&starts.len()), "{} in {zone} {field}", starts.len());
            // A filter on one of them leaves its events, also beside one on a coarser part of time.
            let (busiest, calls) = expected.iter().max_by_key(|entry| entry.1).unwrap();
            let hour = began(&zoned, *busiest, 60);
            for include in [
                json!({ field: [busiest.to_string()] }),
                json!({ field: [busiest.to_string()], "hour": [hour.to_string()] }),
            ] {
                let mut asked = asked.clone();
                asked["filters"] = json!({ "include": include });
                assert_eq!(query(&asked)["totals"]["values"]["calls"], *calls, "{zone} {field} {include}");
            }
        }
    }
}

#[test]
fn more_buckets_than_an_answer_may_hold_are_refused_at_once() {
    for (field, days) in [("minute", 14), ("five_minutes", 70), ("quarter_hour", 209), ("half_hour", 417)] {
        let most = json!({ "from_ms": FROM, "to_ms": FROM + (days - 1) * 86_400_000, "dimensions": [field] });
        let within = serde_json::from_value::<QueryRequest>(most).unwrap();
        let beyond = QueryRequest { to_ms: FROM + days * 86_400_000, ..within.clone() };
        let forever = QueryRequest { from_ms: i64::MIN, to_ms: i64::MAX, ..within.clone() };
        let plan = |request| Query::new(request, WORLD.dictionaries.clone(), &Lookups::default()).map(drop);
        assert_eq!(plan(within), Ok(()), "{field}");
        for request in [beyond, forever] {
            let error = plan(request).expect_err(field);
            assert_eq!(error.code(), "too_many_buckets");
            assert!(error.to_string().contains("more than 20000 buckets; choose a larger bucket"), "{error}");
        }
    }
}

#[test]
fn filters_on_short_buckets_are_answered_over_all_of_time() {
    const MINUTE_MS: i64 = 60_000;
    let minute = |ms: i64| ms - ms.rem_euclid(MINUTE_MS);
    let times = || WORLD.events.values().map(|event| event.time.ms);
    let (first, last) = (times().min().unwrap(), times().max().unwrap());
    let lookups = Lookups { spans: Some(vec![(first, last)]), ..Lookups::default() };
    let calls = |filters: Value, lookups: &Lookups| {
        let asked = json!({ "from_ms": 0, "to_ms": TO + 1_000_000, "filters": filters });
        let request: QueryRequest = serde_json::from_value(asked).expect("a request");
        let query = Query::new(request, WORLD.dictionaries.clone(), lookups).map_err(|error| error.code())?;
        let answer = serde_json::to_value(query.answer(&WORLD.run(query.plan()), 7)).unwrap();
        Ok::<_, &str>(answer["totals"]["values"]["calls"].as_u64().unwrap() as usize)
    };
    let here = |ms: i64| times().filter(|time| minute(*time) == ms).count();
    let (one, two) = (minute(first), minute(last));
    let include = |minutes: &[i64]| {
        let minutes: Vec<String> = minutes.iter().map(i64::to_string).collect();
        json!({ "include": { "minute": minutes } })
    };
    for lookups in [&Lookups::default(), &lookups] {
        assert_eq!(calls(include(&[one]), lookups), Ok(here(one)));
        assert_eq!(calls(include(&[two, one]), lookups), Ok(here(one) + here(two)));
        assert_eq!(calls(include(&[1_000 * MINUTE_MS]), lookups), Ok(0), "long before the first event");
        assert_eq!(calls(include(&[i64::MIN, i64::MAX]), lookups).unwrap_or(0), 0, "no such minute");
        let words = json!({ "include": { "minute": ["noon"], "hour": ["late"] } });
        assert_eq!(calls(words, lookups), Ok(0), "no times at all");
    }
    // Without what is listed the extent of the events is what there is to cut.
    let exclude = json!({ "exclude": { "minute": [one.to_string()] } });
    assert_eq!(calls(exclude.clone(), &lookups), Ok(times().count() - here(one)));
    assert_eq!(calls(exclude, &Lookups::default()), Err("too_many_buckets"), "56 years of minutes");
    let nothing = Lookups { spans: Some(Vec::new()), ..Lookups::default() };
    assert_eq!(calls(include(&[one]), &nothing), Ok(0), "an index without events");
}

#[test]
fn the_dashboard_adds_up_and_agrees_with_the_query() {
    // Its day has 24 hours from its start on.
    let (start, now) = (FROM + 20 * 86_400_000, FROM + 21 * 86_400_000);
    let request =
        DashboardRequest { today_start_ms: start, now_ms: now, top_models: 1000, recent_failures: 5 };
    let answer = WORLD.dashboard(request);
    let today = &answer["today"];
    let whole = |name: &str| today[name].as_f64().unwrap();
    let events = || WORLD.events.values().filter(|event| (start..now).contains(&event.time.ms));
    same("calls", whole("total_calls"), events().count() as f64);
    same("tokens", whole("total_tokens"), events().map(|event| event.tokens.total as f64).sum());
    assert!(whole("total_calls") > 50.0 && whole("total_cost") > 0.0, "{today}");
    for section in ["top_models_today", "model_cost_rank", "traffic_timeline"] {
        for (member, name) in [
            ("calls", "total_calls"),
            ("tokens", "total_tokens"),
            ("cost", "total_cost"),
            ("unpriced_calls", "unpriced_calls"),
        ] {
            if answer[section][0].get(member).is_some() {
                same(&format!("{section} {member}"), sum(&answer[section], member), whole(name));
            }
        }
    }
    same("failures", sum(&answer["traffic_timeline"], "failure"), whole("failure_calls"));
    let asked =
        query(&json!({ "from_ms": start, "to_ms": now, "measures": ["calls", "cost", "total_tokens"] }));
    let values = &asked["totals"]["values"];
    for (name, measure) in [
        ("total_calls", "calls"),
        ("total_tokens", "total_tokens"),
        ("total_cost", "cost"),
        ("unpriced_calls", "unpriced_calls"),
    ] {
        same(name, whole(name), values[measure].as_f64().unwrap());
    }
    assert_eq!(today["unpriced_models"], asked["unpriced_models"]);
}

#[test]
fn histories_and_windows_of_all_accounts_add_up_to_everything() {
    // A history is of all time: an event may lie at the very end.
    let (from, to) = (FROM - 86_400_000, TO + 86_400_000);
    let names = |event: &UsageEvent| {
        (
            event.auth_index.clone(),
            event.source.clone(),
            event.provider.clone(),
            event.auth_file_snapshot.clone(),
        )
    };
    let known: BTreeSet<_> = WORLD.events.values().map(names).filter(|names| !names.0.is_empty()).collect();
    let targets: Vec<Value> = known
        .iter()
        .enumerate()
        .map(|(row, (index, source, provider, file))| {
            json!({ "row_key": row.to_string(), "auth_index": index, "source": source, "auth_file_snapshot": file,
                "auth_provider_snapshot": provider })
        })
        .collect();
    assert!((5..=200).contains(&targets.len()), "{} accounts", targets.len());
    let history = WORLD.history(&json!({ "accounts": targets })).expect("valid");
    // Several names may be those of one account.
    let rows = |items: &Value| -> Value {
        let mut seen = BTreeSet::new();
        let keys: Vec<_> =
            history["items"].as_array().unwrap().iter().map(|item| item["account_key"].clone()).collect();
        let items = items.as_array().unwrap().iter().zip(&keys);
        items.filter(|(_, key)| seen.insert(key.to_string())).map(|(item, _)| item.clone()).collect()
    };
    let windows: Vec<Value> = targets
        .iter()
        .map(|target| {
            let mut window = target.clone();
            window["provider_window_id"] = json!("w");
            window["from_ms"] = json!(from);
            window["to_ms"] = json!(to);
            window
        })
        .collect();
    let windows = WORLD.windows(&json!({ "windows": windows })).expect("valid");
    let asked = query(
        &json!({ "from_ms": from, "to_ms": to, "measures": ["calls", "failures", "cost", "total_tokens"],
        "filters": { "exclude": { "auth_index": ["-"] } } }),
    );
    let values = &asked["totals"]["values"];
    for (what, answer) in [("history", &history), ("windows", &windows)] {
        let items = rows(&answer["items"]);
        for (member, measure) in [
            ("total_requests", "calls"),
            ("failure_calls", "failures"),
            ("total_tokens", "total_tokens"),
            ("total_cost", "cost"),
            ("unpriced_calls", "unpriced_calls"),
        ] {
            same(&format!("{what} {member}"), sum(&items, member), values[measure].as_f64().unwrap());
        }
        let models: BTreeSet<String> = items
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|item| item["unpriced_models"].as_array().cloned().unwrap_or_default())
            .map(|model| model.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(json!(models), asked["unpriced_models"], "{what}");
    }
}
