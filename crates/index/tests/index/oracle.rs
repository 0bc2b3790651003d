//! The same questions to the index and to plain SQL.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use columns::{
    Answer, AnyOf, Dictionaries, Dimension, Filter, Flags, Group, Needle, NumberRange, Percentile, Plan,
    Profile, Quantity, Rows, Scan, Sums,
};
use cpamp_index::{Index, Progress, QueryError};
use rusqlite::Connection;

/// Far beyond every event.
const FAR: i64 = 1 << 60;
/// Times at which the buckets begin and end.
const BOUNDS: [i64; 4] = [-1_000_000, 1_795_425_520_000, 1_795_425_600_000, 3_000_000_000_000];
const NEEDLE: &str = "a";
/// Buckets of time off the hour, of which several share a value, as hours of a day do: their number, width, beginning, values.
const REPEATED: (i64, i64, i64, i64) = (400, 25_000_000_007, -19_800_000, 24);

/// Sums and percentiles by key.
type Groups = BTreeMap<Vec<u32>, (Sums, Vec<Option<i64>>)>;

/// The figures with their generation, or how far the index is and what it has.
pub type Asked = Result<(i64, Figures), (Progress, Figures)>;

/// Groups by key, and lists of ids: one for each question.
#[derive(Debug, Default, PartialEq)]
pub struct Figures {
    groups: Vec<Groups>,
    rows: Vec<Vec<i64>>,
}

fn by(names: &Dictionaries, id: fn(&Profile) -> u32) -> Dimension {
    let values: Vec<u32> = names.profiles.iter().map(id).collect();
    let len = values.iter().max().map_or(0, |most| most + 1);
    Dimension::Profile { values: Arc::new(values), len }
}

fn identity(len: usize) -> (Arc<Vec<u32>>, u32) {
    (Arc::new((0..len as u32).collect()), len as u32)
}

fn group(by: Vec<Dimension>, percentiles: Vec<Percentile>) -> Group {
    Group { by, percentiles, light: false }
}

fn plan(names: &Dictionaries) -> Plan {
    let model = by(names, |profile| profile.model);
    let (routes, route_len) = identity(names.routes.len());
    let (clients, client_len) = identity(names.clients.len());
    let time = Dimension::Time { bounds: Arc::new(BOUNDS.to_vec()), values: Arc::new(vec![0, 1, 2]), len: 3 };
    let (count, width, start, different) = REPEATED;
    let repeated = Dimension::Time {
        bounds: Arc::new((0..=count).map(|n| start + n * width).collect()),
        values: Arc::new((0..count).map(|n| (n * 7 % different) as u32).collect()),
        len: different as u32,
    };
    let p95 = |quantity| Percentile { quantity, percent: 95 };
    let everything = Scan {
        range: -FAR..FAR,
        filter: Filter::default(),
        groups: vec![
            group(
                Vec::new(),
                vec![p95(Quantity::Latency), Percentile { quantity: Quantity::Total, percent: 50 }],
            ),
            group(vec![model.clone(), Dimension::Failed], vec![p95(Quantity::Latency), p95(Quantity::Ttft)]),
            group(vec![by(names, |profile| profile.credential), time], Vec::new()),
            group(vec![Dimension::Route { values: routes, len: route_len }], Vec::new()),
            group(vec![Dimension::Client { values: clients, len: client_len }], Vec::new()),
            group(vec![repeated], vec![p95(Quantity::Latency)]),
            // What distinct values are counted by.
            Group {
                by: vec![by(names, |profile| profile.api_key), model.clone(), Dimension::Failed],
                percentiles: Vec::new(),
                light: false,
            },
        ],
        rows: vec![
            Rows::Newest { limit: 9, before: None, failed_only: true },
            Rows::Oldest { limit: 9, after: None },
            Rows::Ranked { limit: 5, offset: 1, quantity: Some(Quantity::Total), ascending: false },
            Rows::Ranked { limit: 4, offset: 0, quantity: Some(Quantity::Latency), ascending: true },
            Rows::NewestOfEach { by: model, limit: 3 },
        ],
    };
    let odd_keys = names.profiles.iter().zip(0..).filter(|(profile, _)| profile.api_key % 2 == 1);
    let refused = names.outcomes.iter().zip(0..).filter(|(outcome, _)| outcome.status_code == Some(429));
    let filtered = |filter: Filter| Scan {
        range: BOUNDS[0]..BOUNDS[3],
        filter,
        groups: vec![group(Vec::new(), Vec::new())],
        rows: vec![Rows::Newest { limit: 20, before: None, failed_only: false }],
    };
    let scans = vec![
        everything,
        filtered(Filter {
            profiles: Some(Arc::new(odd_keys.map(|(_, code)| code).collect())),
            flags_clear: Flags::FAILED,
            numbers: vec![NumberRange { quantity: Quantity::Total, min: 1, max: 50_000 }],
            ..Filter::default()
        }),
        filtered(Filter {
            outcomes: Some(Arc::new(refused.map(|(_, code)| code).collect())),
            ..Filter::default()
        }),
        filtered(Filter {
            any: Some(Arc::new(AnyOf {
                needle: Some(Needle { lower: NEEDLE.to_owned() }),
                ..AnyOf::default()
            })),
            ..Filter::default()
        }),
    ];
    Plan::new(scans)
}

fn figures(answer: Answer) -> Figures {
    let mut figures = Figures::default();
    for scan in answer.scans {
        for group in scan.groups {
            let rows = group.rows.into_iter().map(|row| (row.key, (row.sums, row.percentiles)));
            figures.groups.push(rows.collect());
        }
        figures.rows.extend(scan.rows.iter().map(|rows| rows.iter().map(|key| key.id).collect()));
    }
    figures
}

/// Asks the index.
pub fn ask_index(index: &Index) -> Result<Asked, QueryError> {
    let snapshot = index.fresh_blocking(Duration::from_secs(5));
    let plan = plan(&snapshot.dictionaries);
    let result = store::wait(index.query_at(snapshot, Arc::new(plan), None))?;
    let (generation, partial) = (result.generation, result.partial);
    let figures = figures(result.answer);
    Ok(match partial {
        None => Ok((generation, figures)),
        Some(progress) => Err((progress, figures)),
    })
}

/// Events as the figures see them. The formulas are those of `analytics-and-pricing.md` §1.4.
const EVENTS: &str = "
    CREATE TEMP VIEW e AS
    SELECT x.*, CASE WHEN cache_separate THEN max(input, 0) + residual + max(rd, 0) + max(cr, 0) ELSE max(input, 0) END
               AS total_input
    FROM (SELECT id, timestamp_ms AS t, failed, status_code, credential_id, model_id, route_id, client_id, api_key_id,
                 cache_separate, input_tokens AS input, output_tokens AS output, reasoning_tokens AS reasoning,
                 cache_read_tokens AS rd, cache_creation_tokens AS cr, total_tokens AS total, latency_ms AS l,
                 ttft_ms AS f, request_id,
                 CASE WHEN max(cached_tokens, cache_tokens) <= 0 THEN 0
                      ELSE max(max(cached_tokens, cache_tokens) - max(cache_read_tokens, 0)
                               - max(cache_creation_tokens, 0), 0) END AS residual,
                 (SELECT length(CAST(model AS TEXT)) FROM models m WHERE m.id = model_id) AS letters
          FROM events) x";

const SUMS: &str = "count(*), sum(failed), sum(NOT failed AND total = 0), sum(letters % 3 = 0), sum(total_input), sum(output), \
     sum(residual), sum(rd), sum(cr), sum(reasoning), sum(total), \
     total(CASE WHEN letters % 3 <> 0 THEN max(output, 0) * letters * ?1 / 1e6 END), \
     coalesce(sum(l), 0), count(nullif(l, 0)), max(l), min(t), max(t)";

fn sums(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Sums> {
    Ok(Sums {
        calls: row.get(at)?,
        failures: row.get(at + 1)?,
        zero_token_calls: row.get(at + 2)?,
        unpriced_calls: row.get(at + 3)?,
        input: row.get(at + 4)?,
        output: row.get(at + 5)?,
        cached: row.get(at + 6)?,
        cache_read: row.get(at + 7)?,
        cache_creation: row.get(at + 8)?,
        reasoning: row.get(at + 9)?,
        total: row.get(at + 10)?,
        cost_usd: row.get(at + 11)?,
        latency_sum_ms: row.get(at + 12)?,
        latency_samples: row.get(at + 13)?,
        latency_max_ms: row.get(at + 14)?,
        first_ms: row.get(at + 15)?,
        last_ms: row.get(at + 16)?,
    })
}

struct Sql {
    conn: Connection,
    prices: f64,
    figures: Figures,
}

impl Sql {
    fn percentile(&self, column: &str, percent: i64, condition: &str) -> Option<i64> {
        let filter = format!("FROM e WHERE {column} > 0 AND {condition}");
        let count: i64 =
            self.conn.query_row(&format!("SELECT count(*) {filter}"), (), |row| row.get(0)).expect("counts");
        let rank = (percent * count + 99) / 100;
        let sql = format!("SELECT {column} {filter} ORDER BY 1 LIMIT 1 OFFSET {}", rank - 1);
        (count > 0).then(|| self.conn.query_row(&sql, (), |row| row.get(0)).expect("reads"))
    }

    fn group(&mut self, keys: &[&str], condition: &str, percentiles: &[(&str, i64)]) {
        let list: String = keys.iter().map(|key| format!(", {key}")).collect();
        let by = if keys.is_empty() { String::new() } else { format!("GROUP BY {}", keys.join(", ")) };
        let sql = format!("SELECT {SUMS}{list} FROM e WHERE {condition} {by} HAVING count(*) > 0");
        let mut rows: Vec<(Vec<u32>, Sums)> = Vec::new();
        let mut select = self.conn.prepare(&sql).expect("prepares");
        let mut found = select.query([self.prices]).expect("asks");
        while let Some(row) = found.next().expect("reads") {
            let key = (0..keys.len()).map(|at| row.get(17 + at).expect("a code")).collect();
            rows.push((key, sums(row, 0).expect("sums")));
        }
        drop(found);
        drop(select);
        let mut groups = BTreeMap::new();
        for (key, sums) in rows {
            let mut one = condition.to_owned();
            keys.iter().zip(&key).for_each(|(name, value)| one.push_str(&format!(" AND ({name}) = {value}")));
            let values = percentiles.iter().map(|(column, percent)| self.percentile(column, *percent, &one));
            let values = values.collect();
            groups.insert(key, (sums, values));
        }
        self.figures.groups.push(groups);
    }

    fn rows(&mut self, tail: &str) {
        let mut select = self.conn.prepare(&format!("SELECT id FROM e {tail}")).expect("prepares");
        let ids = select.query_map((), |row| row.get(0)).expect("asks").collect::<Result<_, _>>();
        self.figures.rows.push(ids.expect("reads"));
    }
}

/// The same from SQL.
pub fn ask_sql(database: &Path, prices: u64) -> Figures {
    let conn = Connection::open(database).expect("opens");
    conn.execute_batch(EVENTS).expect("makes the view");
    let mut sql = Sql { conn, prices: prices as f64, figures: Figures::default() };
    let bucket = format!("CASE WHEN t < {} THEN 0 WHEN t < {} THEN 1 ELSE 2 END", BOUNDS[1], BOUNDS[2]);
    let within = format!("t >= {} AND t < {}", BOUNDS[0], BOUNDS[3]);
    sql.group(&[], "1", &[("l", 95), ("total", 50)]);
    sql.group(&["model_id", "failed"], "1", &[("l", 95), ("f", 95)]);
    sql.group(&["credential_id", &bucket], &within, &[]);
    sql.group(&["route_id"], "1", &[]);
    sql.group(&["client_id"], "1", &[]);
    let (count, width, start, different) = REPEATED;
    let repeated = format!("(t - ({start})) / {width} * 7 % {different}");
    sql.group(&[&repeated], &format!("t >= {start} AND t < {}", start + count * width), &[("l", 95)]);
    sql.group(&["api_key_id", "model_id", "failed"], "1", &[]);
    sql.rows("WHERE failed ORDER BY t DESC, id DESC LIMIT 9");
    sql.rows("ORDER BY t, id LIMIT 9");
    sql.rows("ORDER BY total DESC, t DESC, id DESC LIMIT 5 OFFSET 1");
    sql.rows("ORDER BY l IS NULL, l, t DESC, id DESC LIMIT 4");
    sql.rows(
        "JOIN (SELECT id AS own, row_number() OVER (PARTITION BY model_id ORDER BY t DESC, id DESC) AS place FROM e) \
         ON own = id WHERE place <= 3 ORDER BY model_id, t DESC, id DESC",
    );
    let text = "lower(CASE typeof(request_id) WHEN 'blob' THEN hex(request_id) ELSE request_id END)";
    for condition in [
        "api_key_id % 2 = 1 AND NOT failed AND total BETWEEN 1 AND 50000".to_owned(),
        "status_code = 429".to_owned(),
        format!("(instr({text}, '{NEEDLE}') > 0 OR id IN (SELECT id FROM traced))"),
    ] {
        traced(&sql.conn, database);
        let condition = format!("{within} AND {condition}");
        sql.group(&[], &condition, &[]);
        sql.rows(&format!("WHERE {condition} ORDER BY t DESC, id DESC LIMIT 20"));
    }
    sql.figures
}

/// Events with the needle in their trace id, which is packed: read through the store.
fn traced(conn: &Connection, database: &Path) {
    conn.execute_batch("CREATE TEMP TABLE IF NOT EXISTS traced (id INTEGER PRIMARY KEY); DELETE FROM traced")
        .expect("makes the table");
    let options = store::OpenOptions { role: store::Role::Guest, ..store::OpenOptions::default() };
    let store = store::Store::open(database, &options).expect("opens");
    let (mut after, mut more) = (0, true);
    while more {
        let events = store.read_blocking(|reader| reader.events_after_id(after, 1000)).expect("reads");
        for stored in &events {
            if stored.event.header.trace_id.to_ascii_lowercase().contains(NEEDLE) {
                conn.execute("INSERT INTO traced VALUES (?)", [stored.id]).expect("inserts");
            }
            after = stored.id;
        }
        more = events.len() == 1000;
    }
}

/// Equal but for the last digits of costs, whose order of adding differs.
pub fn assert_same(found: &Figures, expected: &Figures) {
    assert_eq!(found.rows, expected.rows, "single events");
    assert_eq!(found.groups.len(), expected.groups.len());
    for (at, (found, expected)) in found.groups.iter().zip(&expected.groups).enumerate() {
        let keys = |groups: &Groups| groups.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(found), keys(expected), "keys of group {at}");
        for ((key, (found, percentiles)), (expected, wanted)) in found.iter().zip(expected.values()) {
            let (a, b) = (found.cost_usd, expected.cost_usd);
            assert!(
                (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
                "group {at} {key:?}: ${a} and ${b}"
            );
            let found = Sums { cost_usd: b, ..*found };
            assert_eq!((&found, percentiles), (expected, wanted), "group {at} {key:?}");
        }
    }
}

/// What is missing may be missing; nothing may be there that is not in the database.
pub fn assert_within(found: &Figures, expected: &Figures) {
    for (found, expected) in found.groups.iter().zip(&expected.groups) {
        for (key, (sums, _)) in found {
            let most = expected.get(key).map_or(0, |(sums, _)| sums.calls);
            assert!(sums.calls <= most, "{key:?}: {} events of {most}", sums.calls);
        }
    }
}

/// Events that the first group counts.
pub fn events(figures: &Figures) -> i64 {
    figures.groups[0].values().map(|(sums, _)| sums.calls).sum()
}
