//! Figures as a client sees them: validators, pages in any order, exports, the general question, findings.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{ADMIN_KEY, HttpAnswer, Manager, Options, blocking};
use tempfile::TempDir;

const EXPORT: &str = include_str!("fixtures/contract-v1.12.2/export.jsonl");
const FROM: i64 = 1_795_421_917_291;
const TO: i64 = 1_795_425_540_709;

/// A manager with the 268 recorded events, all of them in the index.
fn manager(directory: &TempDir) -> Manager {
    let manager = Manager::start(directory.path(), &Options::default());
    let import = blocking().request("POST", &manager.at("/v0/management/usage/import")).bearer(ADMIN_KEY);
    assert_eq!(import.body(EXPORT).answer().status, 200);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let (_, answer) =
            manager.request("POST", "/api/v1/query", Some(json!({ "from_ms": 1, "to_ms": TO })));
        if answer["totals"]["values"]["calls"] == 268 && answer.get("partial").is_none() {
            return manager;
        }
        assert!(Instant::now() < deadline, "{answer}\n{}", manager.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ask(manager: &Manager, method: &str, path: &str, body: Option<&Value>, etag: Option<&str>) -> HttpAnswer {
    let mut request = blocking().request(method, &manager.at(path)).bearer(ADMIN_KEY);
    if let Some(body) = body {
        request = request.json(body);
    }
    if let Some(etag) = etag {
        request = request.header("If-None-Match", etag);
    }
    request.answer()
}

#[test]
fn an_unchanged_answer_is_not_sent_again_and_a_changed_one_is() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory);
    let monitoring = json!({ "from_ms": FROM, "to_ms": TO, "now_ms": TO, "include": { "summary": true } });
    let query = json!({ "from_ms": FROM, "to_ms": TO, "measures": ["cost"] });
    let history = json!({ "accounts": [{ "row_key": "a", "auth_index": "707633aeff182a54" }] });
    let dashboard = format!("/v0/management/dashboard/summary?today_start_ms={FROM}&now_ms={TO}");
    for (method, path, body) in [
        ("POST", "/v0/management/monitoring/analytics", Some(&monitoring)),
        ("POST", "/api/v1/query", Some(&query)),
        ("POST", "/v0/management/monitoring/account-history", Some(&history)),
        ("GET", dashboard.as_str(), None),
        ("GET", "/api/v1/events?limit=5&search=kimi", None),
        ("GET", "/api/v1/events?sort=cost", None),
        ("GET", "/v0/management/model-prices", None),
        ("GET", "/v0/management/model-prices/usage-summary", None),
        ("GET", "/v0/management/api-key-aliases", None),
        ("GET", "/v0/management/usage", None),
    ] {
        let first = ask(&manager, method, path, body, None);
        assert_eq!(first.status, 200, "{}", first.text());
        assert_eq!(first.header("cache-control"), Some("private, no-cache"), "{path}");
        let figures =
            path.contains("/monitoring/") || path.contains("/dashboard/") || path.starts_with("/api/");
        assert!(!figures || first.json()["generation"].as_i64() > Some(0), "{path}");
        let spent = first.header("server-timing").unwrap_or_default();
        assert_eq!(figures, spent.contains("scan;dur=") && spent.contains(" bytes"), "{path}: {spent}");
        let etag = first.header("etag").unwrap().to_owned();
        let again = ask(&manager, method, path, body, Some(&etag));
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let other = ask(&manager, method, path, body, Some("W/\"000000000000000000000000\""));
        assert_eq!(other.status, 200, "{path}");
    }
    let other = json!({ "from_ms": FROM, "to_ms": TO - 1, "measures": ["cost"] });
    let first = ask(&manager, "POST", "/api/v1/query", Some(&query), None);
    let etag = first.header("etag").unwrap();
    assert_eq!(ask(&manager, "POST", "/api/v1/query", Some(&other), Some(etag)).status, 200, "another span");
    // A dashboard about the server's own time holds for a second: one of a few questions meets the same one.
    let now = format!("/v0/management/dashboard/summary?today_start_ms={FROM}");
    let mut spared = 0;
    for _ in 0..5 {
        let first = ask(&manager, "GET", &now, None, None);
        let again = ask(&manager, "GET", &now, None, first.header("etag"));
        spared += i32::from(again.status == 304);
    }
    assert!(spared > 0, "the validator of a dashboard never comes again");
    // Other prices: another answer.
    let prices = json!({ "prices": { "kimi-k2": { "prompt": 1000.0, "promptConfigured": true, "completion": 0, "cache": 0 } } });
    assert_eq!(manager.request("PUT", "/v0/management/model-prices", Some(prices)).0, 200);
    let deadline = Instant::now() + Duration::from_secs(20);
    let changed = loop {
        let again = ask(&manager, "POST", "/api/v1/query", Some(&query), Some(etag));
        if again.status == 200 {
            break again.json();
        }
        assert!(Instant::now() < deadline, "prices never reached the figures");
        std::thread::sleep(Duration::from_millis(20));
    };
    let cost = |answer: &Value| answer["totals"]["values"]["cost"].as_f64().unwrap();
    assert!(cost(&changed) > cost(&first.json()) + 1.0, "{changed}");
    // Names and prices have validators of their own.
    let tag = |path: &str| ask(&manager, "GET", path, None, None).header("etag").unwrap().to_owned();
    let watched = ["/v0/management/api-key-aliases", "/v0/management/model-prices", "/api/v1/events?limit=5"];
    let tags = watched.map(tag);
    let alias = json!({ "items": [{ "apiKeyHash": "a".repeat(64), "alias": "Build server" }] });
    assert_eq!(manager.request("PUT", "/v0/management/api-key-aliases", Some(alias)).0, 200);
    let price = json!({ "price": { "prompt": 1.5 } });
    assert_eq!(manager.request("PUT", "/api/v1/prices/nobody", Some(price)).0, 200);
    for (path, before) in watched.iter().zip(tags) {
        assert_eq!(ask(&manager, "GET", path, None, Some(&before)).status, 200, "{path}");
    }
}

#[test]
fn pages_in_any_order_and_exports_show_the_same_view() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory);
    let first = manager.get("/api/v1/events?sort=latency_ms&limit=5&status=failed");
    let latencies = |page: &Value| -> Vec<i64> {
        page["items"].as_array().unwrap().iter().map(|item| item["latency_ms"].as_i64().unwrap()).collect()
    };
    assert!(latencies(&first).is_sorted_by(|a, b| a >= b) && first["total"] == 212, "{first}");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second =
        manager.get(&format!("/api/v1/events?sort=latency_ms&limit=5&status=failed&before={cursor}"));
    assert!(latencies(&first)[4] >= latencies(&second)[0]);
    let oldest = manager.get("/api/v1/events?order=asc&limit=3");
    let newest = manager.get("/api/v1/events?limit=3");
    assert!(oldest["items"][0]["timestamp_ms"].as_i64() < newest["items"][0]["timestamp_ms"].as_i64());
    let slow = manager.get("/api/v1/events?range=latency_ms:1000..&exclude=provider:kimi&limit=500");
    let items = slow["items"].as_array().unwrap();
    assert!(!items.is_empty());
    assert!(items.iter().all(|item| item["latency_ms"].as_i64() >= Some(1000) && item["provider"] != "kimi"));
    // Back and forth in time.
    let older =
        manager.get(&format!("/api/v1/events?limit=3&before={}", newest["next_cursor"].as_str().unwrap()));
    let back =
        manager.get(&format!("/api/v1/events?limit=3&after={}", older["prev_cursor"].as_str().unwrap()));
    assert_eq!(back["items"], newest["items"]);

    let table = ask(&manager, "GET", "/api/v1/events.csv?status=failed", None, None);
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(table.text().matches("\r\n").count(), 213, "a head and 212 events");
    let lines =
        ask(&manager, "GET", "/api/v1/events.jsonl?sort=latency_ms&status=failed&limit=10", None, None);
    let rows: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows[..5], first["items"].as_array().unwrap()[..]);
    assert_eq!(rows.len(), 10);
}

#[test]
fn the_nearest_neighbours_come_from_both_sides_of_an_event() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory);
    let ids = |page: &Value| -> Vec<i64> {
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
    };
    // Of one account, and of all of them; each in the middle of its events.
    for filter in ["", "&auth_index=707633aeff182a54"] {
        let all = manager.get(&format!("/api/v1/events?limit=500{filter}"));
        let items = all["items"].as_array().unwrap();
        let middle = items.len() / 2;
        let cursor = format!("{}.{}", items[middle]["timestamp_ms"], items[middle]["id"]);
        let (newer, older) = (
            manager.get(&format!("/api/v1/events?limit=3{filter}&after={cursor}")),
            manager.get(&format!("/api/v1/events?limit=3{filter}&before={cursor}")),
        );
        assert!(middle > 3 && items.len() > middle + 3, "{}", items.len());
        assert_eq!(
            ids(&newer),
            ids(&all)[middle - 3..middle],
            "the nearest newer ones, not the newest of all"
        );
        assert_eq!(ids(&older), ids(&all)[middle + 1..middle + 4]);
    }
}

#[test]
fn rows_cost_what_the_explanation_says() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory);
    let page = manager.get("/api/v1/events?limit=500");
    let (mut priced, mut total) = (Vec::new(), 0.0);
    for row in page["items"].as_array().unwrap() {
        assert_eq!(row["priced"], !row["cost"].is_null(), "{row}");
        assert!(row.as_object().unwrap().contains_key("cost"), "{row}");
        if let Some(cost) = row["cost"].as_f64() {
            total += cost;
            priced.push((row["id"].as_i64().unwrap(), cost));
        }
    }
    assert_eq!(priced.len(), 268, "bundled prices know these models");
    let (_, sums) = manager.request(
        "POST",
        "/api/v1/query",
        Some(json!({ "from_ms": 1, "to_ms": TO + 1, "measures": ["cost"] })),
    );
    assert!((sums["totals"]["values"]["cost"].as_f64().unwrap() - total).abs() < 1e-9, "{sums} {total}");
    let (dearest, cost) = priced.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let explained = manager.get(&format!("/api/v1/events/{dearest}/cost"));
    assert_eq!(explained["usd"], cost);
    assert_eq!(manager.get(&format!("/api/v1/events/{dearest}"))["event"]["cost"], cost);
    let table = ask(&manager, "GET", "/api/v1/events.csv?sort=cost&limit=1", None, None).text();
    let mut lines = table.lines().map(|line| line.split(',').rev().take(2).collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap(), ["priced", "cost"]);
    assert_eq!(lines.next().unwrap(), ["true".to_owned(), cost.to_string()]);
}

#[test]
fn failures_are_grouped_by_cause() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory);
    let found = manager.get("/api/v1/failures?limit=500");
    assert_eq!((&found["requests"], &found["failed"]), (&json!(268), &json!(212)), "{found}");
    let items = found["items"].as_array().unwrap();
    let number = |item: &Value, name: &str| item[name].as_i64().unwrap();
    assert_eq!(
        items.iter().map(|item| number(item, "failed")).sum::<i64>(),
        212,
        "every failure has a group"
    );
    assert!(items.iter().map(|item| number(item, "failed")).is_sorted_by(|a, b| a >= b), "{found}");
    for item in items {
        let (failed, requests) = (number(item, "failed"), number(item, "requests"));
        assert!(
            (1..=failed).contains(&requests) && (0..=requests).contains(&number(item, "answered")),
            "{item}"
        );
        let example = manager.get(&format!("/api/v1/events/{}", item["example_id"]));
        let event = &example["event"];
        assert_eq!(event["timestamp_ms"], item["last_seen_ms"]);
        assert_eq!(event["analytics_model"], item["model"]);
        assert_eq!(event.get("fail_status_code").unwrap_or(&Value::Null), &item["status_code"], "{item}");
        assert_eq!(event.get("header_error_code").unwrap_or(&Value::Null), &item["error_code"], "{item}");
        assert_eq!((&item["first_seen_ms"], &item["ongoing"]), (&item["first_in_range_ms"], &json!(false)));
    }
    let few = manager.get("/api/v1/failures");
    assert_eq!((few["items"].as_array().unwrap().len(), &few["more"]), (50, &json!(items.len() - 50)));
    // A request is answered when an attempt with its id succeeded.
    let answered: i64 = items.iter().map(|item| number(item, "answered")).sum();
    let rows = manager.get("/api/v1/events?limit=500");
    let rows = rows["items"].as_array().unwrap();
    let ok: Vec<&Value> =
        rows.iter().filter(|row| row["failed"] == false).map(|row| &row["request_id"]).collect();
    let mut hit: Vec<String> = rows
        .iter()
        .filter(|row| row["failed"] == true && ok.contains(&&row["request_id"]))
        .map(|row| {
            format!(
                "{}{}{}{}{}{}",
                row["request_id"],
                row["provider"],
                row["auth_index"],
                row["analytics_model"],
                row["fail_status_code"],
                row["header_error_code"]
            )
        })
        .collect();
    hit.sort_unstable();
    hit.dedup();
    assert_eq!(answered, hit.len() as i64, "{hit:?}");
    // The filters of a page hold here, and the number of groups can be limited.
    let code = &items[0]["status_code"];
    let narrowed = manager.get(&format!("/api/v1/failures?status_code={code}&limit=1"));
    assert_eq!(narrowed["items"][0], items[0]);
    let same = items.iter().filter(|item| item["status_code"] == *code).count();
    assert_eq!(narrowed["more"], same - 1);
    let causes = manager.get("/api/v1/failures?group=cause&limit=500");
    assert!(causes["items"].as_array().unwrap().len() < items.len(), "{causes}");
    for wrong in ["limit=0", "limit=501", "group=colour", "before=1.1", "after=1.1", "include=hour:1"] {
        assert_eq!(manager.request("GET", &format!("/api/v1/failures?{wrong}"), None).0, 400, "{wrong}");
    }
}

#[test]
fn searches_reach_what_no_column_holds() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory);
    let count = |phrase: &str| {
        let body =
            json!({ "from_ms": 1, "to_ms": TO, "search_query": phrase, "include": { "summary": true } });
        let (status, answer) = manager.request("POST", "/v0/management/monitoring/analytics", Some(body));
        assert_eq!(status, 200, "{answer}");
        answer["summary"]["total_calls"].as_i64().unwrap()
    };
    let hash = "6a17fef3c9f5bc966ac48d68b3360b3363dd25891897cc9c0cefc3807723bd0d";
    assert_eq!((count(hash), count(&hash[..8].to_uppercase())), (1, 1), "event hashes");
    assert!(count("usage_limit_reached") > 0 && count("usage%limit") == 0, "failure texts");
    let aliases = json!({ "items": [{ "apiKeyHash": "32cab18542bf5e518aed6e5856eb8383a1004ce7e709899a0f57754f31a507e4",
        "alias": "Alice" }] });
    assert_eq!(manager.request("PUT", "/v0/management/api-key-aliases", Some(aliases)).0, 200);
    assert_eq!(count("alice"), 81, "names of keys");
    assert!(count("429") > 0, "status codes");
}

#[test]
fn wrong_questions_are_4xx_with_stable_codes() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let analytics = "/v0/management/monitoring/analytics";
    let range = |more: Value| {
        let mut body = json!({ "from_ms": FROM, "to_ms": TO });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (path, body, code) in [
        (analytics, json!({}), "request_failed"),
        (analytics, range(json!({ "time_zone": "Mars/Base" })), "invalid_time_zone"),
        (analytics, range(json!({ "filters": 5 })), "request_failed"),
        (
            analytics,
            json!({ "from_ms": 1, "to_ms": 9e15 as i64, "include": { "timeline": "yes" } }),
            "request_failed",
        ),
        ("/api/v1/query", range(json!({ "dimension": ["model"] })), "request_failed"),
        ("/api/v1/query", range(json!({ "measures": ["beauty"] })), "request_failed"),
        ("/api/v1/query", range(json!({ "limit": 10_001 })), "request_failed"),
        (
            "/api/v1/query",
            json!({ "from_ms": 1, "to_ms": TO, "dimensions": ["hour"], "compare": {} }),
            "too_many_buckets",
        ),
        ("/v0/management/monitoring/account-history", json!({ "accounts": [] }), "request_failed"),
        ("/v0/management/monitoring/account-window-usage", json!({ "windows": [] }), "request_failed"),
    ] {
        let (status, answer) = manager.request("POST", path, Some(body.clone()));
        assert_eq!((status, &answer["code"]), (400, &json!(code)), "{path} {body}: {answer}");
    }
    for path in [
        "/v0/management/dashboard/summary",
        "/v0/management/dashboard/summary?today_start_ms=5&now_ms=4",
        "/v0/management/dashboard/summary?today_start_ms=5&top_models=x",
        "/v0/management/monitoring/header-snapshots?days=-1",
        "/v0/management/monitoring/header-snapshots?limit=x",
        "/api/v1/events?sort=colour",
        "/api/v1/events.csv?after=1.1",
    ] {
        assert_eq!(manager.request("GET", path, None).0, 400, "{path}");
    }
    // A range wider than the calendar is a range.
    let (status, answer) = manager.request(
        "POST",
        analytics,
        Some(json!({ "from_ms": 1, "to_ms": i64::MAX, "include": { "timeline": true, "heatmap": true, "granularity": "hour" } })),
    );
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn findings_have_a_verdict_also_without_events() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let found = manager.get("/api/v1/findings");
    assert_eq!((&found["verdict"], &found["usual"]), (&json!("unknown"), &Value::Null), "{found}");
}

#[test]
fn the_attempts_of_a_request_are_all_there_or_said_to_be_cut() {
    const AT: i64 = 1_795_500_000_000;
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory);
    // Sixty attempts of one request, three of another, and the second one's id again a day later.
    let attempt = |request: &str, n: i64, at: i64| {
        json!({ "event_hash": format!("{at:032x}{n:032x}"), "request_id": request, "timestamp_ms": at + n * 100,
            "model": "m", "provider": "claude", "endpoint": "POST /v1/messages" })
        .to_string()
    };
    let mut lines: Vec<String> = (0..60).map(|n| attempt("aaaaaaaa", n, AT)).collect();
    lines.extend((0..3).map(|n| attempt("bbbbbbbb", n, AT + 7)));
    lines.push(attempt("bbbbbbbb", 0, AT + 86_400_000));
    let import = blocking().request("POST", &manager.at("/v0/management/usage/import")).bearer(ADMIN_KEY);
    assert_eq!(import.body(lines.join("\n")).answer().status, 200);
    let of = |request: &str| {
        let page = manager.get(&format!("/api/v1/events?request_id={request}&order=asc&limit=500"));
        let ids = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap());
        (ids.collect::<Vec<_>>(), page["total"].clone())
    };
    let (many, few) = (of("aaaaaaaa"), of("bbbbbbbb"));
    assert_eq!((many.0.len(), many.1, few.0.len(), few.1), (60, json!(60), 4, json!(4)));
    let attempts = |id: i64| {
        let answer = manager.get(&format!("/api/v1/events/{id}"));
        let others = answer["attempts"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap());
        (others.collect::<Vec<_>>(), answer.get("attempts_cut").cloned())
    };
    assert_eq!(
        attempts(few.0[1]),
        (vec![few.0[0], few.0[2]], None),
        "those of the same hour, and all of them"
    );
    assert_eq!(attempts(few.0[3]), (vec![], None));
    assert_eq!(attempts(many.0[0]), (many.0[1..51].to_vec(), Some(json!(true))));
    assert_eq!(attempts(many.0[59]), (many.0[..50].to_vec(), Some(json!(true))));
}
