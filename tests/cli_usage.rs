//! `usage`: reports from the database file and from a running server.

mod support;
mod terminal;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use terminal::Terminal;

/// A database with a simulated past of three days.
fn filled(events: usize) -> Terminal {
    let terminal = Terminal::new().with("CPA_MANAGER_ADMIN_KEY", support::ADMIN_KEY);
    terminal.create_database();
    let count = events.to_string();
    let past =
        ["simulate", "--history-events", &count, "--history-days", "3", "--history-file", "past.jsonl"];
    assert_eq!(terminal.run(past).code(), Some(0));
    terminal.run(["import", "past.jsonl"]).succeeded();
    terminal
}

fn report(terminal: &Terminal, arguments: &[&str]) -> Value {
    let all = ["usage", "--last", "5d", "--json", "--zone", "Asia/Shanghai"].iter().chain(arguments);
    serde_json::from_str(&terminal.run(all).succeeded().out()).expect("JSON")
}

fn sum(rows: &Value, member: &str) -> f64 {
    let rows = rows.as_array().expect("rows");
    rows.iter().map(|row| row[member].as_f64().expect("a number")).sum()
}

#[test]
fn every_breakdown_adds_up_to_the_total() {
    let terminal = filled(900);
    let exported = terminal.run(["export"]).succeeded().out();
    let events: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let tokens: i64 = events.iter().map(|event| event["total_tokens"].as_i64().expect("a number")).sum();
    let failures = events.iter().filter(|event| event["failed"] == true).count();
    for by in ["model", "account", "key", "provider", "day", "hour"] {
        let report = report(&terminal, &["--by", by]);
        let (rows, total) = (&report["rows"], &report["total"]);
        assert_eq!((report["by"].as_str(), report["zone"].as_str()), (Some(by), Some("Asia/Shanghai")));
        assert!(rows.as_array().expect("rows").len() > 1, "{by}");
        assert_eq!((&total["calls"], &total["failures"]), (&900.into(), &failures.into()), "{by}");
        assert_eq!(total["total_tokens"], tokens, "{by}");
        let integers =
            ["calls", "failures", "unpriced_calls", "input_tokens", "output_tokens", "total_tokens"];
        for member in integers {
            assert_eq!(Some(sum(rows, member)), total[member].as_f64(), "{by}: {member}");
        }
        let cost = total["cost_usd"].as_f64().expect("a number");
        assert!(cost > 0.0 && (sum(rows, "cost_usd") - cost).abs() < 1e-9 * cost, "{by}");
    }
}

#[test]
fn filters_and_limits() {
    let terminal = filled(600);
    let models = report(&terminal, &[]);
    let first = &models["rows"][0];
    let name = first["key"].as_str().expect("a name");
    assert_eq!(&report(&terminal, &["--model", name])["total"]["calls"], &first["calls"]);
    let failed = report(&terminal, &["--failed"]);
    assert_eq!(failed["total"]["calls"], models["total"]["failures"]);
    assert_eq!(failed["total"]["success_rate"], 0.0);
    let keys = report(&terminal, &["--by", "key"]);
    let key = &keys["rows"][0];
    assert_eq!(
        &report(&terminal, &["--key", key["key"].as_str().expect("a name")])["total"]["calls"],
        &key["calls"]
    );
    let limited = report(&terminal, &["--limit", "2"]);
    let hidden = models["rows"].as_array().expect("rows").len() - 2;
    assert_eq!(
        (limited["rows"].as_array().map(Vec::len), limited["hidden_rows"].as_u64()),
        (Some(2), Some(hidden as u64))
    );
    assert_eq!(limited["total"], models["total"]);
    let nothing = report(&terminal, &["--provider", "nobody"]);
    assert_eq!((&nothing["total"]["calls"], &nothing["total"]["success_rate"]), (&0.into(), &Value::Null));
}

#[test]
fn tables_in_pipes_are_plain_and_whole() {
    let terminal = filled(300).with("COLUMNS", "20").with("TERM", "xterm-256color");
    let text = terminal.run(["usage", "--last", "5d", "--zone", "UTC"]).succeeded().out();
    assert!(!text.contains('\u{1b}') && !text.contains('…'), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with(", UTC") || lines[0].ends_with(", Etc/UTC"), "{text}");
    let titles: Vec<&str> = lines[1].split_whitespace().collect();
    let all =
        ["model", "calls", "success", "input", "cached", "output", "tokens", "latency", "unpriced", "cost"];
    assert_eq!(titles, all);
    assert!(lines.iter().any(|line| line.starts_with("total ") && line.contains(" 300 ")), "{text}");
    let csv = terminal.run(["usage", "--last", "5d", "--csv", "--by", "provider"]).succeeded().out();
    assert!(csv.starts_with("provider,calls,failures,input_tokens,"), "{csv}");
    let calls: i64 = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).expect("calls").parse::<i64>().expect("a number"))
        .sum();
    assert_eq!(calls, 300);
}

#[test]
fn mistakes_are_told() {
    let terminal = Terminal::new();
    let refusal = terminal.run(["usage", "--last", "soon"]).refusal();
    assert!(refusal.starts_with("error: soon: no period\nhint: use today, "), "{refusal}");
    let refusal = terminal.run(["usage", "--zone", "Mars/Base"]).refusal();
    assert!(refusal.contains("Mars/Base is no time zone"), "{refusal}");
    let refusal = terminal.run(["usage", "--from", "2026-02-02", "--to", "2026-02-01"]).refusal();
    assert!(refusal.contains("the period is empty"), "{refusal}");
    assert!(terminal.run(["usage"]).refusal().contains("usage.sqlite"), "there is no database");
    assert_eq!(terminal.run(["usage", "--json", "--csv"]).code(), Some(1));
}

#[test]
fn beside_a_running_server() {
    let terminal = filled(400);
    let manager = support::Manager::start(&terminal.data(), &support::Options::default());
    let data = terminal.data();
    let before = report(&terminal, &["--data-dir", data.to_str().expect("text")]);
    assert_eq!(before["total"]["calls"], 400);
    let database = terminal.database();
    let again = report(&terminal, &["--db", database.to_str().expect("text")]);
    assert_eq!((&again["rows"], &again["total"]), (&before["rows"], &before["total"]));
    manager.stop();
}

/// The server counts with its column index, the command with the rows of the database: two ways to the same numbers.
#[test]
fn a_running_server_says_the_same_as_its_database() {
    let terminal = filled(800);
    let manager = support::Manager::start(&terminal.data(), &support::Options::default());
    let wait = json!({ "from_ms": 1, "to_ms": 4_000_000_000_000_i64, "measures": ["calls"] });
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let (status, answer) = manager.request("POST", "/api/v1/query", Some(wait.clone()));
        assert_eq!(status, 200, "{answer}");
        if answer["partial"].is_null() && answer["totals"]["values"]["calls"] == 800 {
            break;
        }
        assert!(Instant::now() < deadline, "the index is not ready: {answer}");
        std::thread::sleep(Duration::from_millis(20));
    }
    for by in ["model", "account", "key", "provider", "day", "hour"] {
        let (near, far) =
            (report(&terminal, &["--by", by]), report(&terminal, &["--by", by, "--url", &manager.url]));
        let rows = |whole: &Value| -> Vec<Value> {
            let all =
                [whole["rows"].as_array().expect("rows").as_slice(), &[whole["total"].clone()]].concat();
            all.into_iter().map(without_cost).collect()
        };
        assert_eq!(rows(&near), rows(&far), "{by}");
        for (near, far) in
            near["rows"].as_array().expect("rows").iter().zip(far["rows"].as_array().expect("rows"))
        {
            let cost = |row: &Value| row["cost_usd"].as_f64().expect("a number");
            assert!((cost(near) - cost(far)).abs() <= 1e-9 * cost(near), "{by}: {near} {far}");
        }
        assert_eq!(near["unpriced_models"], far["unpriced_models"], "{by}");
    }
    // All of the past: more hours and days than an answer has buckets.
    for by in ["day", "hour"] {
        let all = |more: &[&str]| -> Value {
            let arguments = ["usage", "--last", "all", "--json", "--zone", "Asia/Shanghai", "--by", by];
            serde_json::from_str(&terminal.run(arguments.iter().chain(more)).succeeded().out()).expect("JSON")
        };
        let (near, far) = (all(&[]), all(&["--url", &manager.url]));
        let keys = |report: &Value| -> Vec<Value> {
            report["rows"].as_array().expect("rows").iter().map(|row| row["key"].clone()).collect()
        };
        assert_eq!((keys(&near), far["total"]["calls"].as_i64()), (keys(&far), Some(800)), "{by}");
        assert!(far["hidden_rows"] == 0 && sum(&far["rows"], "calls") == 800.0, "{by}");
    }
    let (_, events) = manager.request("GET", "/api/v1/events?limit=500&status=ok", None);
    let events = events["items"].as_array().expect("items");
    let text =
        |name: &str| events.iter().find_map(|event| event[name].as_str()).expect("some have it").to_owned();
    let model = report(&terminal, &[])["rows"][0]["key"].as_str().expect("a name").to_owned();
    for (flag, value) in [
        ("--account", text("auth_index")),
        ("--account", text("source").to_uppercase()),
        ("--account", format!(" {} ", text("source"))),
        ("--provider", text("provider")),
        ("--model", model.clone()),
        ("--model", format!("{model}(high)")),
    ] {
        let (near, far) =
            (report(&terminal, &[flag, &value]), report(&terminal, &[flag, &value, "--url", &manager.url]));
        assert!(near["total"]["calls"].as_i64() > Some(0), "{flag} {value}");
        assert_eq!(near["total"]["calls"], far["total"]["calls"], "{flag} {value}");
    }
    let keys = report(&terminal, &["--by", "key"]);
    let key = keys["rows"][0]["key"].as_str().expect("a name");
    let (near, far) =
        (report(&terminal, &["--key", key]), report(&terminal, &["--key", key, "--url", &manager.url]));
    assert_eq!(near["total"]["calls"], far["total"]["calls"]);
    assert_eq!(report(&terminal, &["--key", "nobody", "--url", &manager.url])["total"]["calls"], 0);
    let refusal = Terminal::new().run(["usage", "--url", &manager.url]).refusal();
    assert!(refusal.starts_with("error: the admin key is not known"), "{refusal}");
    manager.stop();
}

#[test]
fn a_watched_report_comes_again_and_again_with_what_is_new() {
    use std::io::BufRead as _;

    let terminal = filled(50);
    let mut watch = std::process::Command::new(env!("CARGO_BIN_EXE_cpa-manager-plus"))
        .args(["usage", "--last", "5d", "--csv", "--by", "provider", "--watch", "1"])
        .env("USAGE_DATA_DIR", terminal.data())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let lines = std::io::BufReader::new(watch.stdout.take().expect("piped")).lines();
    let (mut heads, mut calls) = (0, Vec::new());
    let started = std::time::Instant::now();
    for line in lines.map(|line| line.expect("text")) {
        if line.starts_with("provider,calls,") {
            heads += 1;
            calls.push(0_i64);
            if heads == 2 {
                // Beside the one that looks.
                let more = [
                    "simulate",
                    "--history-events",
                    "30",
                    "--history-days",
                    "1",
                    "--history-file",
                    "more.jsonl",
                ];
                assert_eq!(terminal.run(more).code(), Some(0));
                terminal.run(["import", "more.jsonl"]).succeeded();
            }
            // The report before this head is whole.
            let seen = calls.iter().rev().nth(1);
            if seen == Some(&80) || started.elapsed() > std::time::Duration::from_secs(60) {
                break;
            }
            continue;
        }
        assert!(!line.contains('\u{1b}'), "a pipe gets no control sequences: {line}");
        *calls.last_mut().expect("a head") +=
            line.split(',').nth(1).expect("calls").parse::<i64>().expect("a number");
    }
    watch.kill().expect("ends");
    watch.wait().expect("ends");
    calls.pop();
    assert_eq!((calls[0], calls.last()), (50, Some(&80)), "{calls:?}");
}

/// Costs are added in another order.
fn without_cost(mut row: Value) -> Value {
    row["cost_usd"] = Value::Null;
    row["average_latency_ms"] = json!(row["average_latency_ms"].as_f64().map(|ms| (ms * 1e3).round()));
    row
}
