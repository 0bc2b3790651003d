//! Memory before, right after and a while after the questions; size of the index, and how long it takes to build.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Dataset, options, ready, titled};
use crate::bench::Bench;
use crate::process::{Watch, resident};
use crate::program::Manager;
use crate::report::{Verdict, megabytes, thousands};
use crate::sizes::{INDEX_BYTES_BAR, INDEX_NUMERIC_BAR, MemoryBars};

/// The folder of the data directory that holds nothing but the index.
const CACHE: &str = "columns";

/// Files of the index that have not grown for so long are complete.
const SETTLED: Duration = Duration::from_secs(2);

/// How long the index may take to write its files.
const WRITTEN: Duration = Duration::from_secs(120);

/// Looks at the memory of a manager from before the first question on.
pub struct Watched {
    before: u64,
    watch: Watch,
}

impl Watched {
    /// Begins.
    pub fn begin(manager: &Manager) -> Result<Self> {
        let pid = manager.program.id();
        Ok(Self { before: resident(pid)?, watch: Watch::begin(pid, None) })
    }
}

/// The row about memory right after the last question; gives the time of that.
pub fn row_after(
    bench: &mut Bench,
    dataset: &Dataset,
    manager: &Manager,
    watched: Watched,
) -> Result<Instant> {
    let pid = manager.program.id();
    let after = resident(pid)?;
    let (peak, _) = watched.watch.end();
    let bars = MemoryBars::of(dataset.events);
    bench.report.row(
        format!("memory right after the panel's questions, {}", titled(dataset)),
        bars.map_or_else(String::new, |bars| format!("≤ {}", megabytes(bars.busy))),
        format!("{} (highest {}; before {})", megabytes(after), megabytes(peak), megabytes(watched.before)),
        bars.map_or(Verdict::NoBar, |bars| Verdict::of(after <= bars.busy)),
        "VmRSS, mapped files included, of the process that answered them",
    );
    Ok(Instant::now())
}

/// The row about memory a while after the last question, which was asked at `last`.
pub async fn row_at_rest(
    bench: &mut Bench,
    dataset: &Dataset,
    manager: &Manager,
    last: Instant,
) -> Result<()> {
    let bars = MemoryBars::of(dataset.events);
    tokio::time::sleep(bench.sizes.calm.saturating_sub(last.elapsed())).await;
    let idle = resident(manager.program.id())?;
    bench.report.row(
        format!("memory a while after the panel's questions, {}", titled(dataset)),
        bars.map_or_else(String::new, |bars| format!("≤ {}", megabytes(bars.idle))),
        megabytes(idle),
        bars.map_or(Verdict::NoBar, |bars| Verdict::of(idle <= bars.idle)),
        format!(
            "the same process {} s after the last answer; SQLite answers in another one meanwhile",
            last.elapsed().as_secs()
        ),
    );
    Ok(())
}

/// Bytes of the index's files, and of those the bytes of text, once they no longer grow: answers are whole before the last
/// file is written.
async fn written(manager: &Manager) -> Result<(u64, u64)> {
    let (started, mut last) = (Instant::now(), (0, 0));
    loop {
        let index = manager.status().await?["index"].clone();
        let bytes = |name: &str| {
            index[name].as_u64().with_context(|| format!("/status does not tell {name} of the index"))
        };
        let now = (bytes("diskBytes")?, bytes("textBytes")?);
        if now == last && now.0 > 0 {
            return Ok(now);
        }
        if started.elapsed() > WRITTEN {
            bail!("the files of the index are not written: {index}");
        }
        last = now;
        tokio::time::sleep(SETTLED).await;
    }
}

/// Builds the index from nothing and looks at its size.
pub async fn index_rows(bench: &mut Bench, dataset: &Dataset, directory: &Path) -> Result<()> {
    let cache = directory.join(CACHE);
    if cache.is_dir() {
        std::fs::remove_dir_all(&cache)?;
    }
    let started = Instant::now();
    let manager = Manager::start(&bench.binary, directory, &options()).await?;
    ready(&manager).await?;
    let took = started.elapsed();
    let peak = resident(manager.program.id())?;
    let (disk, text) = written(&manager).await?;
    manager.stop()?;
    let per_event = |bytes: u64| bytes as f64 / dataset.events as f64;
    let (numeric, text) = (per_event(disk.saturating_sub(text)), per_event(text));
    bench.report.row(
        format!("building the index from the database, {}", titled(dataset)),
        "",
        format!(
            "{:.1} s, {} events/s; memory {} then",
            took.as_secs_f64(),
            thousands((dataset.events as f64 / took.max(Duration::from_millis(1)).as_secs_f64()) as u64),
            megabytes(peak)
        ),
        Verdict::NoBar,
        "from the start of the process without index files until answers count every event",
    );
    bench.report.row(
        format!("index per event, {}", titled(dataset)),
        format!("≤ {INDEX_BYTES_BAR:.0} bytes, ≤ {INDEX_NUMERIC_BAR:.0} of them numbers and codes"),
        format!(
            "{:.1} bytes: {numeric:.1} numbers and codes, {text:.1} text that is unique per event",
            numeric + text
        ),
        Verdict::of(numeric + text <= INDEX_BYTES_BAR && numeric <= INDEX_NUMERIC_BAR),
        "sizes of the files as `/status` tells them",
    );
    Ok(())
}
