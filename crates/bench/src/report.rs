//! The table: what was measured, against which bar, how.

use std::fmt::Write as _;
use std::time::Duration;

/// Whether a bar was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The bar is kept.
    Kept,
    /// The bar is missed.
    Missed,
    /// There is no bar; the figure is for information.
    NoBar,
}

impl Verdict {
    /// Kept or missed.
    pub fn of(kept: bool) -> Self {
        if kept { Self::Kept } else { Self::Missed }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Missed => "**missed**",
            Self::NoBar => "–",
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The bar, with its unit; empty when there is none.
    pub bar: String,
    /// The figure, with its unit.
    pub measured: String,
    /// Whether the bar was kept.
    pub verdict: Verdict,
    /// How it was measured, short.
    pub how: String,
}

/// All lines so far.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a line and shows it at once.
    pub fn row(
        &mut self,
        what: impl Into<String>,
        bar: impl Into<String>,
        measured: impl Into<String>,
        verdict: Verdict,
        how: impl Into<String>,
    ) {
        let row =
            Row { what: what.into(), bar: bar.into(), measured: measured.into(), verdict, how: how.into() };
        crate::say::line(&format!("{}: {} [{}]", row.what, row.measured, row.verdict.word()));
        self.rows.push(row);
    }

    /// How many bars were missed.
    pub fn missed(&self) -> usize {
        self.rows.iter().filter(|row| row.verdict == Verdict::Missed).count()
    }

    /// The table in Markdown.
    pub fn table(&self) -> String {
        let mut text = String::from("| what | bar | measured | | how |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
            let bar = if row.bar.is_empty() { "–" } else { &row.bar };
            // Writing into a text cannot fail.
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                cell(&row.what),
                cell(bar),
                cell(&row.measured),
                row.verdict.word(),
                cell(&row.how)
            );
        }
        text
    }
}

/// A whole number with separators: `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Megabytes (millions of bytes) with one decimal.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// Milliseconds with one decimal.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The middle of some times; zero when there are none.
pub fn median(times: &mut [Duration]) -> Duration {
    percentile(times, 50)
}

/// The time that so many per cent of the times do not exceed; zero when there are none.
pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let rank = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(rank).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(12_345_678), "12,345,678");
        assert_eq!(megabytes(40_049_999), "40.0 MB");
    }

    #[test]
    fn percentiles_are_ranks() {
        let mut times: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut times, 99), Duration::from_millis(99));
        assert_eq!(median(&mut times), Duration::from_millis(50));
        assert_eq!(median(&mut []), Duration::ZERO);
        assert_eq!(percentile(&mut [Duration::from_secs(3)], 99), Duration::from_secs(3));
    }

    #[test]
    fn a_missed_bar_is_counted_and_shown() {
        let mut report = Report::default();
        report.row("a", "≤ 1", "2 | 3", Verdict::of(false), "x");
        report.row("b", "", "2", Verdict::NoBar, "y");
        assert_eq!(report.missed(), 1);
        let table = report.table();
        assert!(table.contains("| a | ≤ 1 | 2 \\| 3 | **missed** | x |"), "{table}");
        assert!(table.contains("| b | – | 2 | – | y |"), "{table}");
    }
}
