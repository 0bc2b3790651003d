//! The panel's questions: answers over HTTP against the same answers by SQL over the same rows.
//!
//! For each dataset: make the database, let the program build its index, ask cold and warm, compare with SQL, ask again
//! while events arrive, look at the memory.

mod cold;
mod compare;
mod data;
mod memory;
mod mixed;
mod questions;
mod rates;
mod rows;
mod sql;
mod times;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use self::data::Span;
use self::questions::{Question, Range};
use self::sql::{Database, Section};
use crate::bench::Bench;
use crate::http::Client;
use crate::program::{ADMIN_KEY, Manager, Options};
use crate::report::{median, milliseconds, percentile, thousands};
use crate::say;

/// The zone of every question that has one: its clock changes, and it is not UTC.
const ZONE: &str = "Europe/Berlin";

/// How long an index may take to be built.
const BUILD: Duration = Duration::from_secs(1800);

/// How often the index is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Bundled list prices have versions and tiers, for which SQL would need more than one join; the bench sets its own.
const SETTINGS: [(&str, &str); 1] = [("CPAMP_BUNDLED_PRICES", "false")];

/// How the managers of these measurements are started.
fn options() -> Options {
    Options { env: SETTINGS.to_vec(), ..Options::default() }
}

/// A database to measure on.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Events.
    pub events: u64,
    /// Days over which they are spread.
    pub days: i64,
    /// Warm runs of each question.
    pub runs: usize,
    /// Runs of the same question by SQL.
    pub sql_runs: usize,
    /// Whether the bars hold for it, which of them, and the ratio to SQL.
    pub bars: Bars,
}

/// Which bars a dataset must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bars {
    /// None: the figures are for information.
    None,
    /// Those of a million events, and fifty times faster than SQL.
    Million,
    /// Those of ten million events.
    TenMillion,
}

/// Measures everything on every dataset.
pub async fn measure(bench: &mut Bench) -> Result<()> {
    for dataset in bench.sizes.analytics.clone() {
        let name = format!("analytics-{}-{}", dataset.events, dataset.days);
        let directory = bench.directory.join(&name);
        say::heading(&format!("analytics, {}", titled(&dataset)));
        on(bench, &dataset, &directory).await.with_context(|| format!("analytics, {}", titled(&dataset)))?;
        std::fs::remove_dir_all(&directory)?;
    }
    Ok(())
}

/// Makes the database of the questions, with its prices and its index.
pub async fn fill(binary: &Path, directory: &Path, events: u64, days: i64) -> Result<()> {
    let dataset = Dataset { events, days, runs: 0, sql_runs: 0, bars: Bars::None };
    data::fill(directory, &dataset)?;
    let manager = Manager::start(binary, directory, &options()).await?;
    rates::put(&manager).await?;
    ready(&manager).await?;
    manager.stop()
}

/// `1,000,000 events of 30 days`.
fn titled(dataset: &Dataset) -> String {
    format!("{} events of {} days", thousands(dataset.events), dataset.days)
}

async fn on(bench: &mut Bench, dataset: &Dataset, directory: &Path) -> Result<()> {
    let span = data::fill(directory, dataset)?;
    let options = options();
    let manager = Manager::start(&bench.binary, directory, &options).await?;
    let prices = rates::put(&manager).await?;
    manager.stop()?;
    memory::index_rows(bench, dataset, directory).await?;

    let database = tokio::task::block_in_place(|| Database::copy_of(directory, &prices))?;
    let questions = questions::all(&database, &span)?;
    let cold = cold::times(&bench.binary, directory, &questions, &span).await?;

    let manager = Manager::start(&bench.binary, directory, &options).await?;
    ready(&manager).await?;
    let watch = memory::Watched::begin(&manager)?;
    for (question, cold) in questions.iter().zip(cold) {
        let warm = warm(&manager, question, &span, dataset.runs).await?;
        let (sql, sections) =
            tokio::task::block_in_place(|| by_sql(&database, question, &span, dataset.sql_runs))?;
        let differences = differences(&manager, question, &span, &sections).await?;
        rows::question(bench, dataset, question, &times::Measured { cold, warm, sql, differences });
    }
    memory::rows(bench, dataset, &manager, watch).await?;
    manager.stop()?;
    rows::plans(bench, &database, &questions, &span)?;
    drop(database);
    mixed::rows(bench, dataset, directory, &questions, &span).await
}

/// Waits until answers count every event.
async fn ready(manager: &Manager) -> Result<()> {
    let started = Instant::now();
    let mut client = manager.client().await?;
    let question = json!({ "from_ms": 1, "to_ms": i64::MAX / 1_000_000, "measures": ["calls"] });
    loop {
        let answer = client.json("POST", "/api/v1/query", ADMIN_KEY, Some(&question)).await?;
        if answer["partial"].is_null() {
            return Ok(());
        }
        if started.elapsed() > BUILD {
            bail!("answers stay partial: {}", answer["partial"]);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// One answer, read to its end; a failure when it is not a success.
async fn ask(client: &mut Client, question: &Question, range: Range) -> Result<Duration> {
    let (path, body) = question.request(range);
    let started = Instant::now();
    let (status, _) = client.ask(question.method(), &path, ADMIN_KEY, body.as_ref()).await?;
    let took = started.elapsed();
    if status != 200 {
        bail!("{} {path} answers {status}", question.method());
    }
    Ok(took)
}

async fn warm(manager: &Manager, question: &Question, span: &Span, runs: usize) -> Result<Vec<Duration>> {
    let mut client = manager.client().await?;
    // The first answers fill what stays warm; they are not the ones that are measured.
    for run in 0..2 {
        ask(&mut client, question, question.range(span, runs + run)).await?;
    }
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs {
        times.push(ask(&mut client, question, question.range(span, run)).await?);
    }
    Ok(times)
}

/// The times by SQL, and what the first run says.
fn by_sql(
    database: &Database,
    question: &Question,
    span: &Span,
    runs: usize,
) -> Result<(Vec<Duration>, Vec<Section>)> {
    // Once for the page cache; where one run takes minutes, the copy that was just made has warmed it.
    if runs > 1 {
        database.run(question, question.range(span, runs))?;
    }
    let first = database.run(question, question.range(span, 0))?;
    let mut times = vec![first.took];
    for run in 1..runs {
        times.push(database.run(question, question.range(span, run))?.took);
    }
    Ok((times, first.sections))
}

/// What the two answers to one question do not agree about.
async fn differences(
    manager: &Manager,
    question: &Question,
    span: &Span,
    sections: &[Section],
) -> Result<Vec<String>> {
    let range = question.range(span, 0);
    let (path, body) = question.request(range);
    let answer = manager.client().await?.json(question.method(), &path, ADMIN_KEY, body.as_ref()).await?;
    Ok(compare::differences(&answer, sections))
}

/// p50 and p95 as text.
fn shown(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    format!("p50 {}, p95 {}", milliseconds(median(&mut times)), milliseconds(percentile(&mut times, 95)))
}
