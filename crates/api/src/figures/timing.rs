//! Where the time of an answer went, told with it: `Server-Timing`, which the tools of browsers show and the bench reads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::body::Took;

/// The header.
pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What was spent so far.
#[derive(Debug, Default)]
pub(super) struct Spent {
    scan_us: AtomicU64,
    rows_us: AtomicU64,
    read_bytes: AtomicU64,
}

impl Spent {
    /// A scan of the columns, from the question to its answer, and the bytes of columns that it read.
    pub(super) fn scan(&self, took: Duration, read_bytes: u64) {
        add(&self.scan_us, took);
        self.read_bytes.fetch_add(read_bytes, Ordering::Relaxed);
    }

    /// What was read from the database: events, and those that a search finds there.
    pub(super) fn rows(&self, took: Duration) {
        add(&self.rows_us, took);
    }

    /// The value of the header. Durations are milliseconds: `scan` of the columns (its description is the number of bytes of
    /// columns that were read), `rows` read from the database, and what is [`made`] of them if that is known already.
    pub(super) fn header(&self, took: Option<Took>) -> Option<HeaderValue> {
        let ms = |us: &AtomicU64| us.load(Ordering::Relaxed) as f64 / 1e3;
        let (scan, rows) = (ms(&self.scan_us), ms(&self.rows_us));
        let read = self.read_bytes.load(Ordering::Relaxed);
        let mut text = format!("scan;dur={scan:.3};desc=\"{read} bytes\", rows;dur={rows:.3}");
        if let Some(took) = took {
            text.push_str(", ");
            text.push_str(&told(took));
        }
        HeaderValue::try_from(text).ok()
    }
}

/// The value of the trailer after an answer that was sent while it was made: `figures` made, `json` written.
pub(super) fn made(took: Took) -> Option<HeaderValue> {
    HeaderValue::try_from(told(took)).ok()
}

fn told(Took { figures, json }: Took) -> String {
    let ms = |took: Duration| took.as_secs_f64() * 1e3;
    format!("figures;dur={:.3}, json;dur={:.3}", ms(figures), ms(json))
}

fn add(sum: &AtomicU64, took: Duration) {
    sum.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_scans_of_an_answer_are_told_together() {
        let spent = Spent::default();
        spent.scan(Duration::from_micros(1_250), 4_096);
        spent.scan(Duration::from_micros(250), 100);
        spent.rows(Duration::from_millis(2));
        let took = Took { figures: Duration::from_micros(7), json: Duration::from_millis(3) };
        let text = "scan;dur=1.500;desc=\"4196 bytes\", rows;dur=2.000, figures;dur=0.007, json;dur=3.000";
        assert_eq!(spent.header(Some(took)), Some(HeaderValue::from_static(text)));
        let (before, after) = text.split_once(", figures").expect("has both");
        assert_eq!(spent.header(None), Some(HeaderValue::from_static(before)));
        assert_eq!(made(took), HeaderValue::try_from(format!("figures{after}")).ok());
    }
}
