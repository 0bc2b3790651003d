//! Broken clocks: their events count, and stretch no axis of time.
#![expect(clippy::expect_used, reason = "tests")]

mod common;

use common::{World, event};
use cpamp_analytics::query::{Query, QueryRequest};
use jiff::Timestamp;
use model::TimeQuality;
use pricing::PriceBook;
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;
const NOW: i64 = 1_780_000_000_000;

/// 30 days of events, and strays: of the year 1, of 1970 (an hour long, as of a gateway without a clock) and of 9999.
fn world(strays: bool) -> World {
    let mut events: Vec<_> = (0..300).map(|n| event(NOW - n * DAY_MS / 10)).collect();
    if strays {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        let times = [at("0001-01-01T00:00:00Z"), 5000, 3_600_000 + 5000, at("9999-12-30T00:00:00Z")];
        events.extend(times.map(|ms| {
            let mut stray = event(ms);
            stray.time_quality = TimeQuality::Implausible;
            stray
        }));
    }
    for event in &mut events {
        event.tokens.total = 7;
    }
    World::new(events, &PriceBook::default())
}

fn query(world: &World, request: &Value) -> Value {
    let request: QueryRequest = serde_json::from_value(request.clone()).expect("a request");
    let query = Query::new(request, world.dictionaries.clone(), &world.lookups).expect("few buckets");
    serde_json::to_value(query.answer(&world.run(query.plan()), 7)).expect("serialises")
}

fn sum(rows: &Value, member: &str) -> i64 {
    rows.as_array().expect("rows").iter().map(|row| row[member].as_i64().expect("a number")).sum()
}

#[test]
fn strays_have_spans_of_their_own() {
    let spans = world(true).lookups.spans.expect("known");
    assert_eq!(spans.len(), 4, "{spans:?}");
    assert!(
        spans.is_sorted_by(|a, b| a.1 < b.0) && spans.iter().all(|(first, last)| last - first <= 30 * DAY_MS)
    );
    assert_eq!((spans[1], spans[2].1), ((5000, 3_605_000), NOW));
    assert_eq!(world(false).lookups.spans.expect("known").len(), 1);
    // Nothing but strays.
    let mut stray = event(5000);
    stray.time_quality = TimeQuality::Implausible;
    assert_eq!(World::new(vec![stray], &PriceBook::default()).lookups.spans, Some(vec![(5000, 5000)]));
}

#[test]
fn every_breakdown_by_time_counts_strays_in_buckets_of_their_own() {
    let world = world(true);
    for granularity in ["hour", "day"] {
        // The contract takes a range from 1 on; the year 1 lies before that.
        let request = json!({ "from_ms": 1, "to_ms": i64::MAX, "now_ms": NOW, "time_zone": "Asia/Kolkata",
            "include": { "summary": true, "timeline": true, "hourly_distribution": true, "heatmap": true,
                "granularity": granularity } });
        let answer = world.analytics(&request);
        assert_eq!(answer["summary"]["total_calls"], 303, "{granularity}");
        for section in ["timeline", "hourly_distribution", "heatmap"] {
            assert_eq!(sum(&answer[section], "calls"), 303, "{granularity}: {section}");
            assert_eq!(sum(&answer[section], "tokens"), 303 * 7, "{granularity}: {section}");
        }
    }
    for (field, buckets) in
        [("hour", 20_000), ("day", 40), ("week", 12), ("month", 10), ("weekday", 7), ("hour_of_day", 24)]
    {
        let request = json!({ "from_ms": i64::MIN, "to_ms": i64::MAX, "time_zone": "Europe/Berlin", "dimensions": [field],
            "limit": 10_000 });
        let answer = query(&world, &request);
        let calls =
            answer["rows"].as_array().expect("rows").iter().map(|row| row["values"]["calls"].as_i64());
        assert_eq!(calls.sum::<Option<i64>>(), Some(304), "{field}");
        let listed = answer["buckets"][field].as_array().map_or(0, Vec::len);
        assert!(listed <= buckets, "{field}: {listed}");
    }
}

#[test]
fn an_axis_covers_the_asked_range_while_that_is_short_enough() {
    let world = world(false);
    let day =
        |from_ms: i64| query(&world, &json!({ "from_ms": from_ms, "to_ms": NOW + 1, "dimensions": ["day"] }));
    // Sixty days of which the first half has no events: charts need them.
    assert_eq!(day(NOW - 60 * DAY_MS)["buckets"]["day"].as_array().expect("days").len(), 61);
    // The whole of the past.
    let all = day(1);
    let days = all["buckets"]["day"].as_array().expect("days").len();
    assert!((30..=31).contains(&days), "{days}");
    assert_eq!(
        (all["total_rows"].as_u64(), all["totals"]["values"]["calls"].as_i64()),
        (Some(days as u64), Some(300))
    );
    // Compared buckets have their places in the whole spans.
    let request = json!({ "from_ms": 1, "to_ms": NOW, "dimensions": ["day"], "compare": {} });
    let request: QueryRequest = serde_json::from_value(request).expect("a request");
    assert!(Query::new(request, world.dictionaries.clone(), &world.lookups).is_err());
}
