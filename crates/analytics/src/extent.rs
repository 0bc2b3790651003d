//! The spans of time in which there are events: axes of time need not be longer.
//!
//! Clocks break: one event of the year 1 and one of the year 9999 must not make an axis of ten thousand years. What lies
//! outside of the plausible times is found with a small question of its own and gets spans of its own.

use std::sync::{Arc, LazyLock};

use columns::{Answer, Dimension, Filter, Group, Plan};
use jiff::Timestamp;

use crate::buckets::DAY_MS;
use crate::plan::{Found, Planner, Slot};

/// Outliers this close together share a span, milliseconds.
const TOGETHER_MS: i64 = 366 * DAY_MS;

/// The whole calendar in steps of [`TOGETHER_MS`].
static STEPS: LazyLock<Dimension> = LazyLock::new(|| {
    let (first, last) = (Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
    let mut bounds: Vec<i64> = (0..).map(|n| first + n * TOGETHER_MS).take_while(|at| *at <= last).collect();
    let len = bounds.len() as u32;
    bounds.push(last + 1);
    Dimension::Time { bounds: Arc::new(bounds), values: Arc::new((0..len).collect()), len }
});

/// The extent of the events at one moment of the index.
#[derive(Debug)]
pub struct Extent {
    whole: (i64, i64),
    plausible: Option<(i64, i64)>,
    outliers: Option<(Plan, Vec<Slot>)>,
}

impl Extent {
    /// From the times of the first and the last event in the index, and of the first and the last plausible one in the
    /// database, Unix milliseconds.
    pub fn new(whole: (i64, i64), plausible: Option<(i64, i64)>) -> Self {
        let (first, last) = plausible.unwrap_or((i64::MAX, i64::MAX));
        let before = (whole.0 < first).then_some(i64::MIN..first);
        let after = (whole.1 > last).then(|| last.saturating_add(1)..i64::MAX);
        let mut planner = Planner::default();
        let mut slots = Vec::new();
        for range in before.into_iter().chain(after) {
            let scan = planner.scan(range, Filter::default());
            slots.push(planner.group(scan, Group { by: vec![STEPS.clone()], ..Group::default() }));
        }
        let outliers = (!slots.is_empty()).then(|| (planner.finish(), slots));
        Self { whole, plausible, outliers }
    }

    /// The question to the columns; `None` when there is nothing implausible, and so nothing to ask.
    pub fn plan(&self) -> Option<&Plan> {
        self.outliers.as_ref().map(|(plan, _)| plan)
    }

    /// First and last millisecond of each span, ascending; they do not touch. Without a question, the answer is empty.
    pub fn spans(&self, answer: &Answer) -> Vec<(i64, i64)> {
        let (first, last) = self.plausible.unwrap_or((i64::MAX, i64::MIN));
        let mut spans = vec![(self.whole.0.max(first), self.whole.1.min(last))];
        spans.retain(|(first, last)| first <= last);
        let slots = self.outliers.iter().flat_map(|(_, slots)| slots);
        let rows = slots.flat_map(|slot| Found(answer).group(*slot));
        spans.extend(rows.map(|row| (row.sums.first_ms, row.sums.last_ms)));
        spans.sort_unstable();
        spans
    }
}
