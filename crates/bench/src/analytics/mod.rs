//! The panel's questions: answers over HTTP against the same answers by SQL over the same rows.
//!
//! For each dataset: make the database, let the program build its index, ask cold and warm, compare with SQL, ask again
//! while events arrive, look at the memory.

mod cell;
mod cold;
mod compare;
mod data;
mod memory;
mod mixed;
mod questions;
mod rates;
mod rows;
mod spent;
mod sql;
mod times;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use self::data::Span;
use self::questions::{Question, Range};
use self::spent::Spent;
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

/// Runs of comparisons that are not timed begin here: their ranges are their own.
const CHECK_RUN: usize = 900;

/// Of a database that is too large for SQL, the newest of so many parts of its time is compared.
const CHECKED_PART: i64 = 10;

/// What SQL has to do on a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BySql {
    /// Answer each question so many times, with the best indexes; the first answers are compared too.
    Timed(usize),
    /// Answer each question once about a tenth of the time, for comparison only: with every index, and over everything, ten
    /// million events would take longer than all other measurements together.
    Checked,
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
    /// The same questions by SQL.
    pub by_sql: BySql,
    /// Whether memory is looked at a while after the last question.
    pub calm: bool,
    /// Whether the questions are asked again while events arrive.
    pub mixed: bool,
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
    let datasets = bench.sizes.analytics.clone();
    for (at, dataset) in datasets.iter().enumerate() {
        let name = format!("analytics-{}-{}", dataset.events, dataset.days);
        let directory = bench.directory.join(&name);
        let title = format!("analytics {} of {}: {}", at + 1, datasets.len(), titled(dataset));
        say::heading(&title);
        on(bench, dataset, &directory).await.context(title)?;
        std::fs::remove_dir_all(&directory)?;
    }
    Ok(())
}

/// Makes the database of the questions, with its prices and its index.
pub async fn fill(binary: &Path, directory: &Path, events: u64, days: i64) -> Result<()> {
    data::fill(directory, events, days)?;
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
    let span = data::fill(directory, dataset.events, dataset.days)?;
    let options = options();
    let manager = Manager::start(&bench.binary, directory, &options).await?;
    let prices = rates::put(&manager).await?;
    manager.stop()?;
    memory::index_rows(bench, dataset, directory).await?;

    let copy = || Database::copy_of(directory, &prices, dataset.by_sql != BySql::Checked);
    let database = tokio::task::block_in_place(copy)?;
    let questions = questions::all(&database, &span)?;
    say::line("first answers, each after a start with nothing in the page cache");
    let cold = cold::times(&bench.binary, directory, &questions, &span).await?;

    let manager = Manager::start(&bench.binary, directory, &options).await?;
    ready(&manager).await?;
    let watch = memory::Watched::begin(&manager)?;
    say::line("warm answers");
    let (checked, mut warm) = (checked_range(dataset, &span), Vec::new());
    for question in &questions {
        let spent = warm_answers(&manager, question, &span, dataset.runs).await?;
        warm.push((spent, answer(&manager, question, question.range(&checked.0, checked.1)).await?));
    }
    let watched = memory::row_after(bench, dataset, &manager, watch)?;
    // SQL answers while the manager comes to rest.
    for ((question, cold), (warm, answer)) in questions.iter().zip(cold).zip(warm) {
        let (sql, sections) =
            tokio::task::block_in_place(|| by_sql(&database, question, dataset.by_sql, &span, checked))?;
        let differences = compare::differences(&answer, &sections);
        rows::question(bench, dataset, question, &times::Measured { cold, warm, sql, differences });
    }
    if dataset.calm {
        memory::row_at_rest(bench, dataset, &manager, watched).await?;
    }
    manager.stop()?;
    if dataset.by_sql != BySql::Checked {
        rows::plans(bench, &database, &questions, &span)?;
    }
    drop(database);
    if dataset.mixed {
        say::line(&format!("the same while {} events/s arrive", mixed::RATE));
        mixed::rows(bench, dataset, directory, &questions, &span).await?;
    }
    Ok(())
}

/// The span and the run that are compared with SQL.
fn checked_range(dataset: &Dataset, span: &Span) -> (Span, usize) {
    match dataset.by_sql {
        BySql::Timed(_) => (*span, 0),
        BySql::Checked => {
            let from_ms = span.to_ms - (span.to_ms - span.from_ms) / CHECKED_PART;
            (Span { from_ms, ..*span }, CHECK_RUN)
        }
    }
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
async fn ask(client: &mut Client, question: &Question, range: Range) -> Result<Spent> {
    let (path, body) = question.request(range);
    let started = Instant::now();
    let told = client.ask(question.method(), &path, ADMIN_KEY, body.as_ref()).await?;
    let took = started.elapsed();
    if told.status != 200 {
        bail!("{} {path} answers {}", question.method(), told.status);
    }
    Spent::new(took, told.bytes, &told.timing)
}

async fn warm_answers(
    manager: &Manager,
    question: &Question,
    span: &Span,
    runs: usize,
) -> Result<Vec<Spent>> {
    let mut client = manager.client().await?;
    // The first answers fill what stays warm; they are not the ones that are measured.
    for run in 0..2 {
        ask(&mut client, question, question.range(span, runs + run)).await?;
    }
    let mut all = Vec::with_capacity(runs);
    for run in 0..runs {
        all.push(ask(&mut client, question, question.range(span, run)).await?);
    }
    Ok(all)
}

/// The times by SQL, and what the first run says.
fn by_sql(
    database: &Database,
    question: &Question,
    by_sql: BySql,
    span: &Span,
    checked: (Span, usize),
) -> Result<(Vec<Duration>, Vec<Section>)> {
    let BySql::Timed(runs) = by_sql else {
        let sections = database.run(question, question.range(&checked.0, checked.1))?.sections;
        return Ok((Vec::new(), sections));
    };
    // Once for the page cache; where one run takes long, the copy that was just made has warmed it.
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

/// The answer to one question.
async fn answer(manager: &Manager, question: &Question, range: Range) -> Result<Value> {
    let (path, body) = question.request(range);
    manager.client().await?.json(question.method(), &path, ADMIN_KEY, body.as_ref()).await
}

/// p50 and p95 as text.
fn shown(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    format!("p50 {}, p95 {}", milliseconds(median(&mut times)), milliseconds(percentile(&mut times, 95)))
}
