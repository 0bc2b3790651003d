//! Local time against plain SQL: random events around changes of clocks, in zones that are not whole hours from Greenwich
//! or change by half an hour. SQL groups by calendar fields that the zone's own calendar gave for each event; the product
//! cuts the range into pieces of time.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use common::World;
use cpamp_analytics::Lookups;
use cpamp_analytics::query::{Query, QueryRequest};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use model::UsageEvent;
use pricing::PriceBook;
use proptest::prelude::*;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Zones, and moments of interest: changes of clocks, where there are any.
const MOMENTS: [(&str, &str); 17] = [
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("America/St_Johns", "2026-03-08T05:30:00Z"),
    ("America/St_Johns", "2026-11-01T04:30:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("Pacific/Chatham", "2026-04-04T14:00:00Z"),
    ("Pacific/Chatham", "2026-09-26T14:00:00Z"),
    // Midnight is skipped, or comes twice.
    ("Atlantic/Azores", "2026-03-29T01:00:00Z"),
    ("America/Santiago", "2026-09-06T04:00:00Z"),
    ("America/Havana", "2026-03-08T05:00:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
    ("Asia/Kolkata", "2026-06-03T18:30:00Z"),
    ("Asia/Kathmandu", "2026-12-31T18:15:00Z"),
    ("UTC", "2026-02-28T23:59:59Z"),
];

fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("a time").as_millisecond()
}

fn local(zone: &TimeZone, ms: i64) -> ZonedDateTime {
    Timestamp::from_millisecond(ms).expect("a time").to_zoned_datetime(zone.clone())
}

/// Events around a moment, and a span of which some of them lie outside.
#[derive(Debug)]
struct Case {
    zone: &'static str,
    from: i64,
    to: i64,
    events: Vec<UsageEvent>,
}

prop_compose! {
    fn event()(
        away in prop_oneof![-40 * HOUR_MS..40 * HOUR_MS, -2 * HOUR_MS..2 * HOUR_MS, Just(0), Just(-1)],
        model in 0..3_u8, failed in any::<bool>(), total in 0..2_000_i64, latency in proptest::option::of(0..5_000_i64),
    ) -> UsageEvent {
        let mut event = common::event(away);
        event.model = format!("model-{model}");
        event.failed = failed;
        event.tokens.total = total;
        event.latency_ms = latency;
        event
    }
}

prop_compose! {
    fn case()(
        moment in 0..MOMENTS.len(), before in 0..45 * HOUR_MS, after in 1..45 * HOUR_MS,
        mut events in proptest::collection::vec(event(), 1..80),
    ) -> Case {
        let (zone, at) = MOMENTS[moment];
        let at = ms(at);
        events.iter_mut().for_each(|event| event.time.ms += at);
        Case { zone, from: at - before, to: at + after, events }
    }
}

/// The events with their local calendar fields.
struct Sql(Connection);

impl Sql {
    fn new(case: &Case) -> Self {
        let conn = Connection::open_in_memory().expect("opens");
        conn.execute_batch(
            "CREATE TABLE e (t INTEGER, failed INTEGER, total INTEGER, latency INTEGER, model TEXT, day TEXT, hour INTEGER,
                 weekday INTEGER, shift INTEGER)",
        )
        .expect("makes the table");
        let zone = TimeZone::get(case.zone).expect("a zone");
        for e in case.events.iter().filter(|e| (case.from..case.to).contains(&e.time.ms)) {
            let at = local(&zone, e.time.ms);
            let weekday = at.weekday().to_sunday_zero_offset();
            conn.execute(
                "INSERT INTO e VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    e.time.ms,
                    e.failed,
                    e.tokens.total,
                    e.latency_ms,
                    e.model,
                    at.date().to_string(),
                    at.hour(),
                    weekday,
                    at.offset().seconds()
                ],
            )
            .expect("inserts");
        }
        Self(conn)
    }

    /// Rows of whole numbers and texts.
    fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        let mut select = self.0.prepare(sql).expect("prepares");
        let columns = select.column_count();
        let cell = |row: &rusqlite::Row<'_>, at: usize| match row.get_ref(at).expect("a column") {
            rusqlite::types::ValueRef::Integer(number) => json!(number),
            rusqlite::types::ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
            _ => Value::Null,
        };
        let rows = select.query_map((), |row| Ok((0..columns).map(|at| cell(row, at)).collect()));
        rows.expect("asks").collect::<Result<_, _>>().expect("reads")
    }

    /// Calls, tokens, failures and the 95th percentile of latency by some fields.
    fn by(&self, fields: &str) -> Vec<Vec<Value>> {
        self.rows(&format!(
            "SELECT {fields}, count(*), sum(total), sum(failed), max(CASE WHEN place = (95 * places + 99) / 100 THEN latency END)
             FROM (SELECT *, iif(latency > 0, row_number() OVER (PARTITION BY {fields}, latency > 0 ORDER BY latency), NULL)
                       AS place, count(nullif(latency, 0)) OVER (PARTITION BY {fields}) AS places FROM e)
             GROUP BY {fields} ORDER BY {fields}"
        ))
    }
}

/// Members of each row of a list.
fn members(rows: &Value, names: &[&str]) -> Vec<Vec<Value>> {
    let rows = rows.as_array().expect("a list").iter();
    rows.map(|row| names.iter().map(|name| row[*name].clone()).collect()).collect()
}

fn timeline(world: &World, case: &Case, granularity: &str) -> Value {
    let include = json!({ "timeline": true, "granularity": granularity, "heatmap": true, "hourly_distribution": true,
        "summary": true });
    world.analytics(
        &json!({ "from_ms": case.from, "to_ms": case.to, "time_zone": case.zone, "include": include }),
    )
}

/// Figures by a field of time: its start and calls, tokens, failures.
fn query(world: &World, case: &Case, field: &str) -> Vec<(i64, [i64; 3])> {
    let asked = json!({ "from_ms": case.from, "to_ms": case.to, "time_zone": case.zone, "dimensions": [field],
        "measures": ["calls", "total_tokens", "failures"], "limit": 1000 });
    let request: QueryRequest = serde_json::from_value(asked).expect("a request");
    let query =
        Query::new(request, world.dictionaries.clone(), &Lookups::default()).expect("a valid request");
    let answer = query.answer(&world.run(query.plan()), 7);
    let answer = serde_json::to_value(answer).expect("serialises");
    let number = |value: &Value| value.as_i64().expect("a whole number");
    let row = |row: &Value| {
        let values = ["calls", "total_tokens", "failures"].map(|name| number(&row["values"][name]));
        (number(&row["keys"][0]), values)
    };
    let mut rows: Vec<_> = answer["rows"].as_array().expect("rows").iter().map(row).collect();
    rows.sort_unstable();
    rows
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let sql = Sql::new(case);
    let world = World::new(case.events.clone(), &PriceBook::default());
    let zone = TimeZone::get(case.zone).expect("a zone");
    let figures = ["calls", "tokens", "failure", "p95_latency_ms"];

    let days = timeline(&world, case, "day");
    let mut found =
        members(&days["timeline"], &["bucket_ms", figures[0], figures[1], figures[2], figures[3]]);
    for row in &mut found {
        // Where a clock skips midnight, the reference's choice for it lies in the evening before.
        let begun = row[0].as_i64().expect("a time") + 2 * HOUR_MS;
        row[0] = json!(local(&zone, begun).date().to_string());
    }
    prop_assert_eq!(found, sql.by("day"), "days in {}", case.zone);
    let counted = sql.rows("SELECT count(DISTINCT day), count(*) FROM e");
    let (different, calls) = (counted[0][0].as_f64().expect("days"), counted[0][1].as_f64().expect("calls"));
    let average = days["summary"]["avg_daily_requests"].as_f64().expect("an average");
    prop_assert!((average - calls / different.max(1.0)).abs() < 1e-9, "{} days: {}", different, average);

    let hours = timeline(&world, case, "hour");
    let mut by_hour = sql.by("day, hour");
    // In the contract both passes of an hour are one, and begin at the moment that the reference chose: in order of time.
    by_hour.iter_mut().for_each(|row| drop(row.drain(..2)));
    prop_assert_eq!(members(&hours["timeline"], &figures), by_hour, "hours in {}", case.zone);

    let heat = members(&days["heatmap"], &["weekday", "hour", "calls", "tokens", "failure"]);
    let cells = sql.rows(
        "SELECT weekday, hour, count(*), sum(total), sum(failed) FROM e GROUP BY weekday, hour ORDER BY weekday, hour",
    );
    prop_assert_eq!(heat, cells, "heatmap in {}", case.zone);
    let distribution = members(&days["hourly_distribution"], &["hour", "calls", "tokens"]);
    let expected = sql.rows("SELECT hour, count(*), sum(total) FROM e GROUP BY hour ORDER BY hour");
    prop_assert_eq!(distribution, expected, "hours of the day in {}", case.zone);

    // The general query keeps both passes of an hour apart.
    for (field, fields) in [("day", "day"), ("hour", "day, hour, shift")] {
        let found = query(&world, case, field).into_iter().map(|(start, figures)| {
            // A day or an hour that began before the span still has its own beginning.
            let at = local(&zone, start);
            let mut row = vec![json!(at.date().to_string())];
            if field == "hour" {
                row.extend([json!(at.hour()), json!(at.offset().seconds())]);
            }
            row.extend(figures.map(|figure| json!(figure)));
            row
        });
        let expected = sql.rows(&format!(
            "SELECT {fields}, count(*), sum(total), sum(failed) FROM e GROUP BY {fields} ORDER BY min(t)"
        ));
        prop_assert_eq!(found.collect::<Vec<_>>(), expected, "query by {} in {}", field, case.zone);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn local_buckets_are_those_of_sql(case in case()) {
        check(&case)?;
    }
}

#[test]
fn days_have_as_many_minutes_as_their_clocks_show() {
    // Known without any library: local days of 23, 25, 23½ and 24½ hours, and one of 24.
    for (zone, noon, minutes) in [
        ("Europe/Berlin", "2026-03-29T12:00:00Z", 23 * 60),
        ("Europe/Berlin", "2026-10-25T12:00:00Z", 25 * 60),
        ("America/New_York", "2026-11-01T17:00:00Z", 25 * 60),
        ("Australia/Lord_Howe", "2026-10-04T01:00:00Z", 23 * 60 + 30),
        ("Australia/Lord_Howe", "2026-04-05T01:00:00Z", 24 * 60 + 30),
        ("Asia/Kolkata", "2026-06-03T06:30:00Z", 24 * 60),
    ] {
        let (from, to) = (ms(noon) - 40 * HOUR_MS, ms(noon) + 40 * HOUR_MS);
        let events: Vec<UsageEvent> =
            (from..to).step_by(usize::try_from(MINUTE_MS).unwrap()).map(common::event).collect();
        let case = Case { zone, from, to, events };
        let world = World::new(case.events.clone(), &PriceBook::default());
        let answer = timeline(&world, &case, "day");
        let days = answer["timeline"].as_array().unwrap();
        let own = days.iter().rev().find(|day| day["bucket_ms"].as_i64() <= Some(ms(noon))).unwrap();
        assert_eq!(own["calls"], minutes, "{zone}: {own}");
        check(&case).unwrap();
    }
}
