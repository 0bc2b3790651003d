//! Measures the real program against a simulated gateway, prints one table and writes it to a page.
//!
//! `cargo xtask bench` builds everything and runs this.

mod analytics;
mod bench;
mod confine;
mod feed;
mod heavy;
mod http;
mod load;
mod machine;
mod process;
mod program;
mod records;
mod report;
mod say;
mod sizes;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use crate::bench::{Bench, Part};
use crate::report::Report;
use crate::sizes::Sizes;

/// The recorded records, below the repository's root.
const PUBLISHED: &str = "tests/fixtures/contract-v1.12.2/published.jsonl";

/// How SQLite answered, beside the questions.
const PLANS: &str = "benches/sql/plans.txt";

/// Above the lines that say where the time of the panel's questions goes.
const PROFILE: &str = "\
## Where the time goes

Medians of the warm runs, as the program tells them with each answer (`Server-Timing`): scanning columns, reading (and
finding) single events in the database, making figures of both, writing JSON. The rest is the way to the question and from
the answer: the newest rows, waiting for a thread, the connection, the client's reading.
Shares are of the whole. Beside them the bytes of columns that were read, as they are encoded, and the bytes of the answer.

| question | whole | scan | events | figures | JSON | rest | columns read | answer |
|---|---|---|---|---|---|---|---|---|
";

const HELP: &str = "\
usage: cpamp-bench --program FILE --directory FOLDER [--page FILE] [--revision TEXT] [--quick | --full | --part NAME]

  --program FILE      the program that is measured
  --directory FOLDER  where temporary databases are made; on the disk that is meant
  --page FILE         write the table to this page (not with --quick)
  --revision TEXT     what was built, for the page
  --quick             small numbers, to see that it works; the figures say little
  --full              ten million events and databases of a year too
  --part NAME         only `memory`, `ingest`, `proxy` or `analytics`, without a page
  --fill EVENTS,DAYS  only make the database of the analytics questions in FOLDER, to look at it by hand";

/// What the command line says.
struct Arguments {
    program: PathBuf,
    directory: PathBuf,
    page: Option<PathBuf>,
    revision: String,
    command: &'static str,
    quick: bool,
    part: Part,
    sizes: Sizes,
    /// Events and days of a database that is only made.
    fill: Option<(u64, i64)>,
}

fn arguments() -> Result<Arguments> {
    let (mut program, mut directory, mut page, mut revision) = (None, None, None, String::new());
    let (mut quick, mut full, mut part, mut fill) = (false, false, Part::All, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value\n\n{HELP}"));
        match word.as_str() {
            "--program" => program = Some(PathBuf::from(value()?)),
            "--directory" => directory = Some(PathBuf::from(value()?)),
            "--page" => page = Some(PathBuf::from(value()?)),
            "--revision" => revision = value()?,
            "--quick" => quick = true,
            "--full" => full = true,
            "--fill" => {
                let value = value()?;
                let numbers =
                    value.split_once(',').and_then(|(e, d)| Some((e.parse().ok()?, d.parse().ok()?)));
                fill = Some(numbers.with_context(|| format!("--fill needs EVENTS,DAYS\n\n{HELP}"))?);
            }
            "--part" => {
                part = match value()?.as_str() {
                    "memory" => Part::Memory,
                    "ingest" => Part::Ingest,
                    "analytics" => Part::Analytics,
                    "proxy" => Part::Proxy,
                    other => bail!("unknown part {other}\n\n{HELP}"),
                };
            }
            _ => bail!("unknown argument {word}\n\n{HELP}"),
        }
    }
    let (sizes, command) = match (quick, full) {
        (false, false) => (Sizes::standard(), "cargo xtask bench"),
        (true, false) => (Sizes::quick(), "cargo xtask bench --quick"),
        (false, true) => (Sizes::full(), "cargo xtask bench --full"),
        (true, true) => bail!("--quick and --full exclude each other\n\n{HELP}"),
    };
    let (Some(program), Some(directory)) = (program, directory) else {
        bail!("--program and --directory are needed\n\n{HELP}");
    };
    Ok(Arguments { program, directory, page, revision, command, quick, part, sizes, fill })
}

fn main() -> ExitCode {
    let done = arguments().and_then(|arguments| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(measure(arguments))
    });
    match done {
        Ok(0) => ExitCode::SUCCESS,
        Ok(missed) => {
            say::error(&format!("{missed} bars are missed"));
            ExitCode::FAILURE
        }
        Err(error) => {
            say::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs everything; gives the number of missed bars.
async fn measure(arguments: Arguments) -> Result<usize> {
    let started = Instant::now();
    std::fs::create_dir_all(&arguments.directory)?;
    if let Some((events, days)) = arguments.fill {
        analytics::fill(&arguments.program, &arguments.directory, events, days).await?;
        return Ok(0);
    }
    let temporary = tempfile::tempdir_in(&arguments.directory)?;
    let mut machine = machine::describe(temporary.path())?;
    let ticks = || Some((machine::busy_ticks()?, process::own_ticks()?));
    let before = ticks();
    let published = std::fs::read_to_string(PUBLISHED).with_context(|| format!("cannot read {PUBLISHED}"))?;
    let mut bench = Bench {
        binary: arguments.program,
        directory: temporary.path().to_owned(),
        sizes: arguments.sizes,
        published,
        report: Report::default(),
        plans: String::new(),
        profile: String::new(),
    };
    let outcome = bench.run(arguments.part).await;
    if let (Some(before), Some(after)) = (before, ticks()) {
        let others = (after.0 - before.0).saturating_sub(after.1 - before.1);
        // A tick is a hundredth of a second.
        let share = others as f64 / started.elapsed().as_secs_f64();
        machine.push(format!("other programs meanwhile: {share:.0} % of a core"));
    }
    let table = bench.report.table();
    say::plain(&format!("\n{}\n{table}", machine.join("\n")));
    outcome?;
    if matches!(arguments.part, Part::All | Part::Analytics) {
        say::plain(&format!("\n{PROFILE}{}", bench.profile));
        say::plain(&format!("\nHow SQLite answered:\n{}", bench.plans));
    }
    let missed = bench.report.missed();
    if let (Some(page), false, Part::All) = (&arguments.page, arguments.quick, arguments.part) {
        let date = Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string();
        let seconds = started.elapsed().as_secs();
        let table = format!("{table}\n{PROFILE}{}", bench.profile);
        let text = page_text(&arguments.revision, &date, arguments.command, seconds, &machine, &table);
        std::fs::write(page, text).with_context(|| format!("cannot write {}", page.display()))?;
        say::line(&format!("wrote {}", page.display()));
        std::fs::write(PLANS, &bench.plans).with_context(|| format!("cannot write {PLANS}"))?;
        say::line(&format!("wrote {PLANS}"));
    }
    Ok(missed)
}

fn page_text(
    revision: &str,
    date: &str,
    command: &str,
    seconds: u64,
    machine: &[String],
    table: &str,
) -> String {
    let machine: String = machine.iter().map(|line| format!("- {line}\n")).collect();
    format!(
        "# Performance\n\n\
         <!-- Made by `cargo xtask bench`. Do not edit. -->\n\n\
         Measured with `{command}` on {date}, revision {revision}, in {} min {} s. The command builds the release\n\
         program, runs it as a child process on a temporary directory against the simulated gateway, writes this page,\n\
         and fails when a bar is missed. `--full` adds ten million events and databases of a year (in less than fifty\n\
         minutes); `--quick` shows in a minute that it works.\n\n\
         Why a bar is missed: [performance-profile.md](performance-profile.md).\n\
         How SQLite answered: [plans.txt](../benches/sql/plans.txt).\n\n\
         {machine}\n\
         MB are millions of bytes. Shares of processor time are of one core.\n\n\
         {table}",
        seconds / 60,
        seconds % 60,
    )
}
