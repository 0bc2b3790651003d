//! Where the time of an answer went, as the program tells it (`Server-Timing`) and as the client sees it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::report::median;

/// One answer.
#[derive(Debug, Clone, Default)]
pub struct Spent {
    /// From the request to the last byte.
    pub whole: Duration,
    /// Scanning columns.
    pub scan: Duration,
    /// Reading single events from the database.
    pub rows: Duration,
    /// Making the figures.
    pub figures: Duration,
    /// Writing JSON.
    pub json: Duration,
    /// Bytes of columns that were read.
    pub read_bytes: u64,
    /// Bytes of the answer.
    pub answer_bytes: u64,
}

impl Spent {
    /// Of an answer with this `Server-Timing`.
    pub fn new(whole: Duration, answer_bytes: u64, timing: &str) -> Result<Self> {
        ensure!(
            timing.starts_with("scan;"),
            "an answer of the columns comes without its Server-Timing: {timing:?}"
        );
        let mut spent = Self { whole, answer_bytes, ..Self::default() };
        for entry in timing.split(", ").filter(|entry| !entry.is_empty()) {
            let mut parts = entry.split(';');
            let name = parts.next().unwrap_or_default();
            for part in parts {
                let wrong = || format!("Server-Timing says {entry:?}");
                if let Some(ms) = part.strip_prefix("dur=") {
                    let took = Duration::from_secs_f64(ms.parse::<f64>().with_context(wrong)? / 1e3);
                    match name {
                        "scan" => spent.scan = took,
                        "rows" => spent.rows = took,
                        "figures" => spent.figures = took,
                        "json" => spent.json = took,
                        _ => {}
                    }
                } else if let Some(bytes) =
                    part.strip_prefix("desc=\"").and_then(|d| d.strip_suffix(" bytes\""))
                {
                    spent.read_bytes = bytes.parse().with_context(wrong)?;
                }
            }
        }
        Ok(spent)
    }

    /// What is left: the connection, the server's way to the question, sending and reading.
    pub fn rest(&self) -> Duration {
        self.whole.saturating_sub(self.scan + self.rows + self.figures + self.json)
    }

    /// The medians of several answers, each part by itself.
    pub fn median(all: &[Self]) -> Self {
        let time = |of: fn(&Self) -> Duration| median(&mut all.iter().map(of).collect::<Vec<_>>());
        let bytes = |of: fn(&Self) -> u64| {
            let mut bytes: Vec<u64> = all.iter().map(of).collect();
            bytes.sort_unstable();
            bytes.get(bytes.len() / 2).copied().unwrap_or_default()
        };
        Self {
            whole: time(|spent| spent.whole),
            scan: time(|spent| spent.scan),
            rows: time(|spent| spent.rows),
            figures: time(|spent| spent.figures),
            json: time(|spent| spent.json),
            read_bytes: bytes(|spent| spent.read_bytes),
            answer_bytes: bytes(|spent| spent.answer_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_an_answer_are_read() -> Result<()> {
        let ms = Duration::from_millis;
        let timing = "scan;dur=12.000;desc=\"4196 bytes\", rows;dur=2.000, figures;dur=1.000, json;dur=3.000";
        let spent = Spent::new(ms(20), 77, timing)?;
        assert_eq!((spent.scan, spent.rows, spent.figures, spent.json), (ms(12), ms(2), ms(1), ms(3)));
        assert_eq!((spent.read_bytes, spent.answer_bytes, spent.rest()), (4_196, 77, ms(2)));
        assert!(Spent::new(ms(1), 0, "scan;dur=often").is_err());
        assert!(Spent::new(ms(1), 0, "").is_err(), "a lost header is not an answer that read nothing");
        let other = Spent { scan: ms(14), ..spent.clone() };
        assert_eq!(Spent::median(&[other, spent.clone(), spent]).scan, ms(12));
        Ok(())
    }
}
