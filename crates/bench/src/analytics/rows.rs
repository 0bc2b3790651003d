//! The lines of the table about one question, and the plans that SQL had.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::data::Span;
use super::questions::Question;
use super::spent::Spent;
use super::sql::Database;
use super::times::Measured;
use super::{Bars, BySql, CHECKED_PART, Dataset, shown, titled};
use crate::bench::Bench;
use crate::report::{Verdict, median, milliseconds, percentile, thousands};
use crate::sizes::SQL_RATIO_BAR;

/// Times, ratio and equality of one question.
pub fn question(bench: &mut Bench, dataset: &Dataset, question: &Question, measured: &Measured) {
    let bar = question.bar(dataset.bars);
    let p95 = measured.p95();
    let mut wanted = Vec::new();
    if let Some(bar) = bar {
        wanted.push(format!("p95 ≤ {} ms", bar.as_millis()));
    }
    let ratio_counts = dataset.bars == Bars::Million && question.ratio_counts();
    if ratio_counts {
        wanted.push(format!("≥ {SQL_RATIO_BAR:.0} × SQL"));
    }
    wanted.push("equal to SQL".to_owned());
    let equal = match measured.differences.as_slice() {
        [] => "equal".to_owned(),
        differences => format!("DIFFERENT: {}", differences.join("; ")),
    };
    let kept = bar.is_none_or(|bar| p95 <= bar)
        && (!ratio_counts || measured.ratio() >= SQL_RATIO_BAR)
        && measured.differences.is_empty();
    bench.report.row(
        format!("{}, {}", question.name, titled(dataset)),
        wanted.join(", "),
        format!(
            "{}; cold {}; {}{equal}; {}",
            shown(&measured.times()),
            milliseconds(measured.cold),
            by_sql(measured),
            sequential(&Spent::median(&measured.warm))
        ),
        Verdict::of(kept),
        format!(
            "{} warm runs over HTTP, each over another range, read to the last byte; SQL: {}",
            measured.warm.len(),
            match dataset.by_sql {
                BySql::Timed(runs) =>
                    format!("median of {runs}, in memory, same rows; every row of the first answer is compared"),
                BySql::Checked => format!(
                    "not timed at this size; every row of an answer about the newest {CHECKED_PART}th of the time is compared"
                ),
            }
        ),
    );
    // The shares of a year are those of thirty days.
    if dataset.calm {
        profile(bench, dataset, question, &Spent::median(&measured.warm));
    }
}

fn by_sql(measured: &Measured) -> String {
    if measured.sql.is_empty() {
        return String::new();
    }
    format!("SQL {}, {:.0} ×; ", milliseconds(median(&mut measured.sql.clone())), measured.ratio())
}

/// Shorter reads say nothing about an answer that has a connection to go through.
const NOTICEABLE: Duration = Duration::from_micros(20);

/// What the question moves, beside a plain sequential read of as many bytes.
fn sequential(spent: &Spent) -> String {
    if spent.read_bytes == 0 {
        return "no column is read".to_owned();
    }
    let read = plain_read(usize::try_from(spent.read_bytes).unwrap_or(usize::MAX));
    if read < NOTICEABLE {
        return format!("reads {} bytes of columns, too few to compare", thousands(spent.read_bytes));
    }
    format!(
        "reads {:.3} MB of columns, which takes {:.3} ms plainly: the answer {:.1} × of that, the scan {:.1} ×",
        spent.read_bytes as f64 / 1e6,
        read.as_secs_f64() * 1e3,
        spent.whole.as_secs_f64() / read.as_secs_f64().max(1e-9),
        spent.scan.as_secs_f64() / read.as_secs_f64().max(1e-9)
    )
}

/// A line of the table that says where the time goes.
fn profile(bench: &mut Bench, dataset: &Dataset, question: &Question, spent: &Spent) {
    let share = |part: Duration| {
        let percent = 100.0 * part.as_secs_f64() / spent.whole.as_secs_f64().max(1e-9);
        format!("{} ({percent:.0} %)", milliseconds(part))
    };
    // Writing into a text cannot fail.
    let _ = writeln!(
        bench.profile,
        "| {}, {} | {} | {} | {} | {} | {} | {} | {} | {} B |",
        question.name,
        titled(dataset),
        milliseconds(spent.whole),
        share(spent.scan),
        share(spent.rows),
        share(spent.figures),
        share(spent.json),
        share(spent.rest()),
        format_args!("{:.3} MB", spent.read_bytes as f64 / 1e6),
        thousands(spent.answer_bytes)
    );
}

/// The time that one pass over so many bytes of memory takes on one core: the best of three.
fn plain_read(bytes: usize) -> Duration {
    let block = vec![1_u64; bytes.clamp(8, 64 << 20) / 8];
    let passes = bytes.div_ceil(block.len() * 8).max(1);
    let mut times: Vec<Duration> = (0..3)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..passes {
                std::hint::black_box(
                    std::hint::black_box(&block).iter().fold(0_u64, |sum, n| sum.wrapping_add(*n)),
                );
            }
            started.elapsed().mul_f64(bytes as f64 / (passes * block.len() * 8) as f64)
        })
        .collect();
    percentile(&mut times, 1)
}

/// Writes how SQLite answered to a file beside the page.
pub fn plans(bench: &mut Bench, database: &Database, questions: &[Question], span: &Span) -> Result<()> {
    let mut text = String::new();
    for question in questions {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{}", question.name);
        for line in tokio::task::block_in_place(|| database.plan(question, question.range(span, 0)))? {
            let _ = writeln!(text, "    {line}");
        }
    }
    bench.plans = text;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_bytes_take_longer() {
        assert!(plain_read(64 << 20) > plain_read(1 << 16));
    }
}
