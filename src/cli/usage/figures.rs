//! What a report consists of: figures by group, and their totals.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::numbers::count;

/// Sums over calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Calls.
    pub calls: i64,
    /// Of them failed.
    pub failures: i64,
    /// Input tokens, cache reads and writes included.
    pub input_tokens: i64,
    /// Output tokens.
    pub output_tokens: i64,
    /// Tokens read from a cache.
    pub cached_tokens: i64,
    /// Tokens written to a cache.
    pub cache_creation_tokens: i64,
    /// Reasoning tokens.
    pub reasoning_tokens: i64,
    /// All tokens, as recorded.
    pub total_tokens: i64,
    /// Cost of the calls with a price, US dollars.
    pub cost_usd: f64,
    /// Calls without a price; their cost is not in `cost_usd`.
    pub unpriced_calls: i64,
    /// Mean latency of the calls that have one, milliseconds.
    pub average_latency_ms: Option<f64>,
}

impl Figures {
    /// Share of calls that succeeded, 0 to 1; `None` without calls.
    pub fn success_rate(&self) -> Option<f64> {
        (self.calls > 0).then(|| (self.calls - self.failures) as f64 / self.calls as f64)
    }
}

/// Sums in the making.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    figures: Figures,
    latency_ms: i64,
    samples: i64,
}

/// What one call adds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Call {
    /// It failed.
    pub failed: bool,
    /// Normalised input.
    pub input: i64,
    /// Output.
    pub output: i64,
    /// Read from a cache, remainder included.
    pub cached: i64,
    /// Written to a cache.
    pub cache_creation: i64,
    /// Reasoning.
    pub reasoning: i64,
    /// Total.
    pub total: i64,
    /// US dollars; `None` without a price.
    pub cost_usd: Option<f64>,
    /// Milliseconds.
    pub latency_ms: Option<i64>,
}

impl Sum {
    /// Adds one call.
    pub fn add(&mut self, call: &Call) {
        let figures = &mut self.figures;
        figures.calls += 1;
        figures.failures += i64::from(call.failed);
        figures.input_tokens = figures.input_tokens.saturating_add(call.input);
        figures.output_tokens = figures.output_tokens.saturating_add(call.output);
        figures.cached_tokens = figures.cached_tokens.saturating_add(call.cached);
        figures.cache_creation_tokens = figures.cache_creation_tokens.saturating_add(call.cache_creation);
        figures.reasoning_tokens = figures.reasoning_tokens.saturating_add(call.reasoning);
        figures.total_tokens = figures.total_tokens.saturating_add(call.total);
        match call.cost_usd {
            Some(usd) => figures.cost_usd += usd,
            None => figures.unpriced_calls += 1,
        }
        if let Some(latency_ms) = call.latency_ms.filter(|latency_ms| *latency_ms != 0) {
            self.latency_ms = self.latency_ms.saturating_add(latency_ms);
            self.samples += 1;
        }
    }

    /// The figures.
    pub fn figures(&self) -> Figures {
        let average = (self.samples > 0).then(|| self.latency_ms as f64 / self.samples as f64);
        Figures { average_latency_ms: average, ..self.figures.clone() }
    }
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The group.
    pub key: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// How many of the events a server has counted: it still makes its column index.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    /// Events that are counted.
    pub events: i64,
    /// Events in its database.
    pub of: i64,
}

/// A report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The groups, in the order in which they are shown.
    pub rows: Vec<Row>,
    /// Over all groups, also those that are not shown.
    pub total: Figures,
    /// Groups that are not shown.
    pub hidden: usize,
    /// Models that have calls without a price, by name.
    pub unpriced_models: Vec<String>,
    /// Set while calls are missing in the figures.
    pub partial: Option<Partial>,
}

/// A report in the making.
#[derive(Debug, Default)]
pub struct Gathering {
    groups: BTreeMap<String, Sum>,
    total: Sum,
    unpriced: BTreeSet<String>,
}

impl Gathering {
    /// Adds one call to a group.
    pub fn add(&mut self, key: &str, model: &str, call: &Call) {
        match self.groups.get_mut(key) {
            Some(sum) => sum.add(call),
            None => self.groups.entry(key.to_owned()).or_default().add(call),
        }
        self.total.add(call);
        if call.cost_usd.is_none() && !self.unpriced.contains(model) {
            self.unpriced.insert(model.to_owned());
        }
    }

    /// The report: groups of time in their order, others by cost, then tokens, calls and name.
    pub fn report(self, in_time: bool, limit: Option<usize>) -> Report {
        let rows = self.groups.into_iter().map(|(key, sum)| Row { key, figures: sum.figures() });
        Report::new(rows.collect(), self.total.figures(), self.unpriced.into_iter().collect(), in_time, limit)
    }
}

impl Partial {
    /// For people.
    pub fn remark(self) -> String {
        let Self { events, of } = self;
        format!("the server is still reading its events: {} of {} are counted", count(events), count(of))
    }
}

impl Report {
    /// Sorts the groups, and hides those beyond a limit. Of groups of time the newest are kept.
    pub fn new(
        mut rows: Vec<Row>,
        total: Figures,
        unpriced_models: Vec<String>,
        in_time: bool,
        limit: Option<usize>,
    ) -> Self {
        rows.sort_by(|a, b| {
            let (left, right) = (&a.figures, &b.figures);
            let by_size = right
                .cost_usd
                .total_cmp(&left.cost_usd)
                .then(right.total_tokens.cmp(&left.total_tokens))
                .then(right.calls.cmp(&left.calls));
            if in_time { a.key.cmp(&b.key) } else { by_size.then_with(|| a.key.cmp(&b.key)) }
        });
        let hidden = limit.map_or(0, |limit| rows.len().saturating_sub(limit));
        if in_time {
            rows.drain(..hidden);
        } else {
            rows.truncate(rows.len() - hidden);
        }
        Self { rows, total, hidden, unpriced_models, partial: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(total: i64, cost_usd: Option<f64>, latency_ms: Option<i64>) -> Call {
        Call { total, cost_usd, latency_ms, ..Call::default() }
    }

    #[test]
    fn groups_are_sorted_and_totals_cover_the_hidden_ones() {
        let mut gathering = Gathering::default();
        gathering.add("cheap", "m", &call(100, Some(0.25), Some(100)));
        gathering.add("dear", "m", &call(1, Some(2.0), Some(0)));
        gathering.add("free", "n", &call(900, None, None));
        gathering.add("cheap", "m", &Call { failed: true, ..call(1, Some(0.25), Some(300)) });
        let report = gathering.report(false, Some(2));
        let keys: Vec<&str> = report.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!((keys, report.hidden), (vec!["dear", "cheap"], 1));
        let cheap = &report.rows[1].figures;
        assert_eq!((cheap.calls, cheap.failures, cheap.success_rate()), (2, 1, Some(0.5)));
        assert_eq!(cheap.average_latency_ms, Some(200.0));
        assert_eq!(report.rows[0].figures.average_latency_ms, None, "0 is no latency");
        assert_eq!((report.total.calls, report.total.unpriced_calls), (4, 1));
        assert_eq!((report.total.total_tokens, report.total.cost_usd), (1002, 2.5));
        assert_eq!(report.unpriced_models, ["n"]);
    }

    #[test]
    fn of_days_the_newest_are_kept() {
        let mut gathering = Gathering::default();
        for (day, cost) in [("2026-01-02", 1.0), ("2026-01-01", 9.0), ("2026-01-03", 2.0)] {
            gathering.add(day, "m", &call(1, Some(cost), None));
        }
        let report = gathering.report(true, Some(2));
        let keys: Vec<&str> = report.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["2026-01-02", "2026-01-03"]);
    }
}
