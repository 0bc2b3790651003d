//! The same answers by SQL, on a copy of the database with the best indexes found.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::strip_reasoning_suffix;
use pricing::ModelNames;
use rusqlite::{Connection, OpenFlags, backup, params};
use serde_json::{Value, json};

use super::ZONE;
pub use super::cell::Cell;
use super::questions::{Question, Range};
use super::rates::Prices;
use crate::say;

const SETUP: &str = include_str!("../../../../benches/sql/setup.sql");
const INDEXES: &str = include_str!("../../../../benches/sql/indexes.sql");

/// Indexes without which single look-ups would read everything; the first part of the file.
const FEW_END: &str = "-- Only where SQL is timed:";

/// Page cache, KiB: everything is meant to be in memory.
const CACHE_KIB: i64 = 2_000_000;

/// An account whose history is asked for.
#[derive(Debug, Clone)]
pub struct Target {
    row_key: String,
    /// Auth file, or the masked source that stands for it.
    file: String,
    auth_index: String,
    is_file: bool,
    provider: String,
    account: String,
    label: String,
}

impl Target {
    /// As the contract has it.
    pub fn to_json(&self) -> Value {
        let mut target = json!({
            "row_key": self.row_key, "auth_index": self.auth_index, "auth_provider_snapshot": self.provider,
            "account_snapshot": self.account, "auth_label_snapshot": self.label,
        });
        target[if self.is_file { "auth_file_snapshot" } else { "source" }] = self.file.clone().into();
        target
    }
}

/// One statement of a file.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// The part of the answer that it gives; `-` = none.
    pub section: &'a str,
    /// Whether rows without figures may be missing.
    pub sparse: bool,
    /// The statement.
    pub sql: &'a str,
}

/// A part of an answer.
#[derive(Debug, Clone)]
pub struct Section {
    /// Where it stands in the JSON answer.
    pub path: String,
    /// Whether rows without figures may be missing.
    pub sparse: bool,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows, a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How long all statements took.
    pub took: Duration,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// The copy.
pub struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Drop for Database {
    fn drop(&mut self) {
        // The directory is removed as a whole anyway.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The statements of a file.
pub fn statements(file: &str) -> impl Iterator<Item = Statement<'_>> {
    file.split("-- section: ").skip(1).filter_map(|part| {
        let (head, sql) = part.split_once('\n')?;
        let (section, sparse) =
            head.trim().split_once(' ').map_or((head.trim(), false), |(name, _)| (name, true));
        Some(Statement { section, sparse, sql: sql.trim() })
    })
}

impl Database {
    /// Copies the database of a stopped manager, and prepares the copy.
    ///
    /// `all_indexes`: also those that hold whole questions; they take minutes on ten million events.
    pub fn copy_of(directory: &Path, prices: &Prices, all_indexes: bool) -> Result<Self> {
        let started = Instant::now();
        let path = directory.with_extension("sql.sqlite");
        let original =
            Connection::open_with_flags(directory.join("usage.sqlite"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut connection = Connection::open(&path)?;
        backup::Backup::new(&original, &mut connection)?.run_to_completion(10_000, Duration::ZERO, None)?;
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; \
             PRAGMA cache_size = -{CACHE_KIB}; PRAGMA mmap_size = 68719476736;"
        ))?;
        let (few, more) = INDEXES.split_once(FEW_END).context("indexes.sql has no second part")?;
        connection.execute_batch(few)?;
        if all_indexes {
            connection.execute_batch(&format!("{FEW_END}{more}"))?;
        }
        connection.execute_batch("ANALYZE")?;
        connection.execute_batch(SETUP)?;
        let database = Self { connection, path };
        database.fill(prices)?;
        say::line(&format!(
            "copy for SQL, with indexes and ANALYZE: {:.0} s",
            started.elapsed().as_secs_f64()
        ));
        Ok(database)
    }

    /// Names and rates.
    fn fill(&self, prices: &Prices) -> Result<()> {
        let connection = &self.connection;
        let mut models =
            connection.prepare("SELECT id, model, requested_model, resolved_model FROM models")?;
        let mut rows = models.query(())?;
        while let Some(row) = rows.next()? {
            let (id, model, requested): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let raw = if requested.is_empty() { &model } else { &requested };
            connection
                .execute("INSERT INTO names VALUES (?, ?)", params![id, strip_reasoning_suffix(raw)])?;
        }
        let mut pairs = connection.prepare(
            "SELECT p.model_id, p.tier_id, m.model, m.requested_model, m.resolved_model, t.service_tier
             FROM (SELECT DISTINCT model_id, tier_id FROM events) AS p
             JOIN models AS m ON m.id = p.model_id JOIN tiers AS t ON t.id = p.tier_id",
        )?;
        let mut rows = pairs.query(())?;
        while let Some(row) = rows.next()? {
            let (model, requested, resolved, tier): (String, String, String, String) =
                (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
            let names = ModelNames { model: &model, requested: &requested, resolved: &resolved };
            let pair = prices.pair(names, &tier)?;
            let [a, b, c, d, e] = pair.base;
            let [f, g, h, i, j] = pair.large;
            let ids: (i64, i64) = (row.get(0)?, row.get(1)?);
            connection.execute(
                "INSERT INTO rates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                params![ids.0, ids.1, pair.priced, pair.above, a, b, c, d, e, f, g, h, i, j],
            )?;
        }
        Ok(())
    }

    /// Accounts that have events, by their first appearance.
    pub fn targets(&self, count: i64) -> Result<Vec<Target>> {
        let mut select = self.connection.prepare(
            "SELECT auth_file_snapshot, source, auth_index, coalesce(nullif(auth_provider_snapshot, ''), provider),
                 account_snapshot, auth_label_snapshot
             FROM credentials
             WHERE auth_index <> '' AND (auth_file_snapshot <> '' OR source NOT IN ('', account_snapshot, auth_label_snapshot))
             GROUP BY auth_index ORDER BY min(id) LIMIT ?",
        )?;
        let targets = select.query_map([count], |row| {
            let (file, source): (String, String) = (row.get(0)?, row.get(1)?);
            let is_file = !file.is_empty();
            Ok(Target {
                row_key: row.get(2)?,
                file: if is_file { file } else { source },
                auth_index: row.get(2)?,
                is_file,
                provider: row.get(3)?,
                account: row.get(4)?,
                label: row.get(5)?,
            })
        })?;
        Ok(targets.collect::<Result<_, _>>()?)
    }

    /// The place of the event that stands so many places before a time.
    pub fn place_before(&self, to_ms: i64, skipped: i64) -> Result<(i64, i64)> {
        let sql = "SELECT timestamp_ms, id FROM events WHERE timestamp_ms < ? ORDER BY timestamp_ms DESC, id DESC \
                   LIMIT 1 OFFSET min(?, (SELECT count(*) FROM events) / 2)";
        self.connection
            .query_row(sql, (to_ms, skipped), |row| Ok((row.get(0)?, row.get(1)?)))
            .context("too few events")
    }

    /// Fills the tables that a question's range decides; this is not part of its time.
    fn prepare(&self, question: &Question, range: Range) -> Result<()> {
        self.connection.execute_batch(
            "DELETE FROM buckets; DELETE FROM hours; DELETE FROM targets; DELETE FROM windows;",
        )?;
        for (name, from, to) in range.windows() {
            self.connection.execute("INSERT INTO windows VALUES (?, ?, ?)", (name, from, to))?;
        }
        for (from, to, start, _) in pieces(range, false)? {
            self.connection.execute("INSERT INTO buckets VALUES (?, ?, ?)", (from, to, start))?;
        }
        for (from, to, _, (weekday, hour)) in pieces(range, true)? {
            self.connection.execute("INSERT INTO hours VALUES (?, ?, ?, ?)", (from, to, weekday, hour))?;
        }
        for target in question.targets(range) {
            self.connection.execute(
                "INSERT INTO targets VALUES (?, ?, ?)",
                (&target.row_key, &target.file, &target.auth_index),
            )?;
        }
        Ok(())
    }

    /// Answers a question.
    pub fn run(&self, question: &Question, range: Range) -> Result<Answer> {
        self.prepare(question, range)?;
        let mut sections = Vec::new();
        let started = Instant::now();
        for statement in statements(question.sql) {
            let section = self
                .section(&statement, range)
                .with_context(|| format!("{}: {}", question.name, statement.sql))?;
            if statement.section != "-" {
                sections.push(section);
            }
        }
        Ok(Answer { took: started.elapsed(), sections })
    }

    fn section(&self, statement: &Statement<'_>, range: Range) -> Result<Section> {
        let mut prepared = self.connection.prepare(statement.sql)?;
        bind(&mut prepared, range)?;
        let columns: Vec<String> = prepared.column_names().map(str::to_owned).collect();
        let (mut found, mut rows) = (Vec::new(), prepared.raw_query());
        while let Some(row) = rows.next()? {
            let cells = (0..columns.len()).map(|at| Ok(Cell::of(row.get_ref(at)?)));
            found.push(cells.collect::<Result<_>>()?);
        }
        Ok(Section { path: statement.section.to_owned(), sparse: statement.sparse, columns, rows: found })
    }

    /// How SQLite answers a question: the steps of each statement.
    pub fn plan(&self, question: &Question, range: Range) -> Result<Vec<String>> {
        self.prepare(question, range)?;
        let mut lines = Vec::new();
        for statement in statements(question.sql) {
            if !statement.sql.starts_with("DROP") {
                let mut explained =
                    self.connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql))?;
                bind(&mut explained, range)?;
                let mut rows = explained.raw_query();
                let mut steps = Vec::new();
                while let Some(row) = rows.next()? {
                    steps.push(row.get::<_, String>(3)?);
                }
                lines.push(format!("{}: {}", statement.section, steps.join("; ")));
            }
            // Later statements need the tables that earlier ones make.
            self.section(&statement, range)?;
        }
        Ok(lines)
    }
}

fn bind(statement: &mut rusqlite::Statement<'_>, range: Range) -> Result<()> {
    let numbers = [
        (":from", range.from_ms),
        (":to", range.to_ms),
        (":now", range.to_ms),
        (":limit", range.limit()),
        (":preview_from", range.preview_from()),
        (":before_ms", range.before.0),
        (":before_id", range.before.1),
    ];
    for (name, value) in numbers {
        if let Some(at) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(at, value)?;
        }
    }
    if let Some(at) = statement.parameter_index(":search")? {
        statement.raw_bind_parameter(at, range.phrase())?;
    }
    Ok(())
}

/// A piece of a range: from, to, start of the local day or hour, weekday (0 = Sunday) and hour.
type Piece = (i64, i64, i64, (i64, i64));

/// A range cut at local midnights, or at full hours.
fn pieces(range: Range, hours: bool) -> Result<Vec<Piece>> {
    let zone = TimeZone::get(ZONE)?;
    let mut pieces = Vec::new();
    let mut at = range.from_ms;
    while at < range.to_ms {
        let local = Timestamp::from_millisecond(at)?.to_zoned_datetime(zone.clone());
        let (start, next) = if hours {
            // This zone is whole hours away from Greenwich.
            let start = at - at.rem_euclid(3_600_000);
            (start, start + 3_600_000)
        } else {
            let tomorrow = local.date().checked_add(SignedDuration::from_hours(24))?;
            let next = tomorrow.to_zoned_datetime(zone.clone())?.timestamp().as_millisecond();
            (local.start_of_day()?.timestamp().as_millisecond(), next)
        };
        let weekday = i64::from(local.weekday().to_sunday_zero_offset());
        pieces.push((at, next.min(range.to_ms), start, (weekday, i64::from(local.hour()))));
        at = next;
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> Range {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        Range { from_ms: at(from), to_ms: at(to), run: 0, before: (0, 0) }
    }

    #[test]
    fn pieces_join_and_follow_the_clock() -> Result<()> {
        let range = range("2026-10-24T10:30:00Z", "2026-10-26T10:00:00Z");
        for hours in [false, true] {
            let pieces = pieces(range, hours)?;
            assert_eq!((pieces[0].0, pieces[pieces.len() - 1].1), (range.from_ms, range.to_ms));
            assert!(pieces.windows(2).all(|pair| pair[0].1 == pair[1].0));
        }
        let days = pieces(range, false)?;
        let length = |piece: &Piece| (piece.1 - piece.0) / 3_600_000;
        // From half past twelve to midnight, a day of 25 hours, and eleven hours.
        assert_eq!(days.iter().map(length).collect::<Vec<_>>(), [11, 25, 11]);
        assert_eq!(days[0].2, range.from_ms - 12 * 3_600_000 - 1_800_000);
        let hours = pieces(range, true)?;
        assert_eq!(hours.iter().filter(|piece| piece.3 == (0, 2)).count(), 2, "the hour that comes twice");
        Ok(())
    }

    #[test]
    fn files_are_cut_into_statements() {
        let file = "-- head\n\n-- section: -\nCREATE x;\n\n-- section: timeline sparse\nSELECT 1;\n";
        let found: Vec<_> = statements(file).map(|s| (s.section, s.sparse, s.sql)).collect();
        assert_eq!(found, [("-", false, "CREATE x;"), ("timeline", true, "SELECT 1;")]);
    }
}
