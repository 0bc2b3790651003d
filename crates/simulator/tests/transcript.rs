//! Every recorded RESP exchange, byte for byte. The recorded records are published again, so that they too are
//! compared byte for byte; only messages of the `errors` channel and the `Date` header are compared by shape.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use common::{Raw, fixture, until};
use cpamp_simulator::{Simulator, SimulatorConfig};
use serde_json::Value;

#[derive(serde::Deserialize)]
struct Exchange {
    note: String,
    sent: String,
    received: String,
}

/// The records in an answer, as they were sent.
fn records(answer: &str) -> Vec<Bytes> {
    let mut rest = answer;
    let mut found = Vec::new();
    while let Some(start) = rest.find("\r\n{\"timestamp\"") {
        let head = &rest[..start];
        let length: usize = head[head.rfind('$').unwrap() + 1..].parse().unwrap();
        let record = &rest[start + 2..start + 2 + length];
        found.push(Bytes::copy_from_slice(record.as_bytes()));
        rest = &rest[start + 2 + length..];
    }
    found
}

/// An answer without what may differ: times in HTTP heads, and contents of messages on the errors channel.
fn comparable(answer: &str) -> String {
    let mut out = answer.to_owned();
    if let Some(start) = out.find("\r\nDate: ") {
        let end = start + 2 + out[start + 2..].find("\r\n").unwrap();
        out.replace_range(start + 2..end, "Date");
    }
    while let Some(start) = out.find("errors\r\n$") {
        let digits = start + "errors\r\n$".len();
        let line_end = digits + out[digits..].find("\r\n").unwrap();
        let length: usize = out[digits..line_end].parse().unwrap();
        let body: Value = serde_json::from_str(&out[line_end + 2..line_end + 2 + length]).unwrap();
        out.replace_range(start..line_end + 2 + length, &format!("<errors {}>", shape(&body)));
    }
    out
}

/// Member names in their order and the kinds of their values.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let members: Vec<String> =
                object.iter().map(|(key, value)| format!("{key}:{}", shape(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(_) => "list".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Null => "null".to_owned(),
    }
}

#[tokio::test]
async fn every_recorded_exchange_is_reproduced() {
    let exchanges: Vec<Exchange> = serde_json::from_str(&fixture("resp-transcript.json")).unwrap();
    assert_eq!(exchanges.len(), 36);
    let gateway = Simulator::start(SimulatorConfig {
        management_key: Some("lab-management-key".to_owned()),
        version: "dev".to_owned(),
        ..SimulatorConfig::default()
    })
    .await
    .unwrap();

    // Which of the laboratory's connections each exchange was made on.
    let connection_of = |index: usize| match index {
        0..=15 => "pops",
        16..=18 | 19 | 23 | 24 => "first subscription",
        20..=22 => "errors",
        25..=27 => "second subscription",
        28..=30 => "third subscription",
        31..=32 => "before auth",
        33 => "inline",
        34 => "http",
        _ => "banned",
    };
    let mut connections: BTreeMap<&str, Raw> = BTreeMap::new();
    for (index, exchange) in exchanges.iter().enumerate() {
        let name = connection_of(index);
        if !connections.contains_key(name) {
            if name == "banned" {
                let mut stranger = Raw::connect(&gateway).await;
                for _ in 0..5 {
                    stranger.say(&["AUTH", "wrong"]).await;
                    assert_eq!(stranger.line().await, "-ERR invalid management key");
                }
            }
            connections.insert(name, Raw::connect(&gateway).await);
        }
        // What the laboratory's clients had caused before this answer. Failed records go out as errors too, and the
        // subscription of the next exchanges sees the same ones.
        let mut expected = exchange.received.clone();
        match index {
            14 => gateway.publish_many(
                records(&exchanges[14].received).into_iter().chain(records(&exchanges[15].received)),
            ),
            18 => gateway.publish_many(records(&exchange.received)),
            22 => gateway.publish_many(records(&exchanges[23].received)),
            _ => 0..0,
        };
        if index == 17 {
            assert_eq!(exchange.note, "subscribe with a backlog of 2");
            gateway.publish_many([common::record(1), common::record(2)]);
        }
        let ends = expected.ends_with("<EOF>");
        if ends {
            expected.truncate(expected.len() - "<EOF>".len());
        }
        let raw = connections.get_mut(name).unwrap();
        if index == 18 || index == 23 {
            // The records came first there, then the answer to the command.
            let before: usize =
                expected.rfind("\r\n*2\r\n").or_else(|| expected.rfind("\r\n-ERR")).unwrap() + 2;
            assert_eq!(String::from_utf8(raw.take(before).await).unwrap(), expected[..before]);
            expected.drain(..before);
        }
        raw.send(&exchange.sent).await;
        let received = if ends {
            raw.rest().await
        } else if comparable(&expected) == expected {
            raw.take(expected.len()).await
        } else {
            // Lengths differ where contents do: take what comes until it is quiet.
            let mut all = Vec::new();
            while let Some(more) = raw.quiet(Duration::from_millis(100)).await {
                if more.is_empty() {
                    break;
                }
                all.extend(more);
            }
            all
        };
        let received = String::from_utf8(received).unwrap();
        assert_eq!(
            comparable(&received),
            comparable(&expected),
            "exchange {index} {:?} {:?}",
            exchange.note,
            exchange.sent
        );
        if !ends {
            assert_eq!(
                raw.quiet(Duration::from_millis(2)).await,
                Some(Vec::new()),
                "nothing more after exchange {index}"
            );
        }
    }
    until("all subscribers are gone", || gateway.subscriber_count() == 0).await;
    assert_eq!(gateway.queue_len(), 2, "the backlog is still there");
}
