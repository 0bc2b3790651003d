//! The same questions while events arrive.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::data::Span;
use super::questions::Question;
use super::{Bars, Dataset, ask, options, ready, titled};
use crate::bench::Bench;
use crate::feed::Pair;
use crate::program::Manager;
use crate::records::Records;
use crate::report::{Verdict, median, milliseconds, percentile, thousands};
use crate::say;

/// Events per second that arrive meanwhile.
pub const RATE: u64 = 2_000;

/// Events of one publication.
const PORTION: u64 = 100;

/// Runs begin here: their ranges are their own.
const RUN: usize = 200;

/// The rows.
pub async fn rows(
    bench: &mut Bench,
    dataset: &Dataset,
    directory: &Path,
    questions: &[Question],
    span: &Span,
) -> Result<()> {
    let pair = Pair::start(&bench.binary, directory, options()).await?;
    ready(&pair.manager).await?;
    let records = Records::from_now(pair.gateway.traffic_config(), RATE);
    let asking = asked(&pair.manager, questions, span, dataset.runs);
    let feeding = feed(&pair, &records);
    // Feeding has no end of its own.
    let times = tokio::select! {
        times = asking => times?,
        fed = feeding => return fed,
    };
    pair.all_stored().await?;
    let lost = pair.lost().await?;
    let published = pair.gateway.counters().produced;
    pair.stop().await?;
    say::line(&format!("{} events arrived meanwhile", thousands(published)));
    for (question, mut times) in questions.iter().zip(times) {
        let p95 = percentile(&mut times, 95);
        let bar = question.bar(dataset.bars);
        bench.report.row(
            format!("{} while {RATE} events/s arrive, {}", question.name, titled(dataset)),
            bar.map_or_else(String::new, |bar| format!("p95 ≤ {} ms, none lost", bar.as_millis())),
            format!("p50 {}, p95 {}, {lost} lost", milliseconds(median(&mut times)), milliseconds(p95)),
            match (dataset.bars, bar) {
                (Bars::None, _) | (_, None) => Verdict::of(lost == 0),
                (_, Some(bar)) => Verdict::of(p95 <= bar && lost == 0),
            },
            format!("{} runs, each over another range", times.len()),
        );
    }
    Ok(())
}

/// Publishes at a steady rate until it is dropped.
async fn feed(pair: &Pair, records: &Records) -> Result<()> {
    let mut pace = tokio::time::interval(Duration::from_secs(1) / u32::try_from(RATE / PORTION)?);
    loop {
        pace.tick().await;
        pair.publish(tokio::task::block_in_place(|| records.take(PORTION))?).await?;
    }
}

async fn asked(
    manager: &Manager,
    questions: &[Question],
    span: &Span,
    runs: usize,
) -> Result<Vec<Vec<Duration>>> {
    let mut client = manager.client().await?;
    let mut times = vec![Vec::with_capacity(runs); questions.len()];
    let started = Instant::now();
    for run in 0..runs {
        for (question, times) in questions.iter().zip(&mut times) {
            times.push(ask(&mut client, question, question.range(span, RUN + run)).await?.whole);
        }
        // A fast program would be done before anything arrived.
        let due = Duration::from_millis(200) * u32::try_from(run + 1)?;
        tokio::time::sleep(due.saturating_sub(started.elapsed())).await;
    }
    Ok(times)
}
