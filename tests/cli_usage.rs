//! `usage`: reports from the database file and from a running server.

mod support;
mod terminal;

use serde_json::Value;
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

fn json(terminal: &Terminal, arguments: &[&str]) -> Value {
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
        let report = json(&terminal, &["--by", by]);
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
    let models = json(&terminal, &[]);
    let first = &models["rows"][0];
    let name = first["key"].as_str().expect("a name");
    assert_eq!(&json(&terminal, &["--model", name])["total"]["calls"], &first["calls"]);
    let failed = json(&terminal, &["--failed"]);
    assert_eq!(failed["total"]["calls"], models["total"]["failures"]);
    assert_eq!(failed["total"]["success_rate"], 0.0);
    let keys = json(&terminal, &["--by", "key"]);
    let key = &keys["rows"][0];
    assert_eq!(
        &json(&terminal, &["--key", key["key"].as_str().expect("a name")])["total"]["calls"],
        &key["calls"]
    );
    let limited = json(&terminal, &["--limit", "2"]);
    let hidden = models["rows"].as_array().expect("rows").len() - 2;
    assert_eq!(
        (limited["rows"].as_array().map(Vec::len), limited["hidden_rows"].as_u64()),
        (Some(2), Some(hidden as u64))
    );
    assert_eq!(limited["total"], models["total"]);
    let nothing = json(&terminal, &["--provider", "nobody"]);
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
    let before = json(&terminal, &["--data-dir", data.to_str().expect("text")]);
    assert_eq!(before["total"]["calls"], 400);
    let database = terminal.database();
    let again = json(&terminal, &["--db", database.to_str().expect("text")]);
    assert_eq!((&again["rows"], &again["total"]), (&before["rows"], &before["total"]));
    manager.stop();
}
