//! What the columns answer.

use crate::row::RowKey;

/// Sums over events. Token sums wrap never: they saturate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sums {
    /// Events.
    pub calls: i64,
    /// Of them failed.
    pub failures: i64,
    /// Of them successful with `total` = 0.
    pub zero_token_calls: i64,
    /// Of them without a price.
    pub unpriced_calls: i64,
    /// Sum of normalised input tokens.
    pub input: i64,
    /// Sum of output tokens.
    pub output: i64,
    /// Sum of the cached remainder.
    pub cached: i64,
    /// Sum of cache read tokens.
    pub cache_read: i64,
    /// Sum of cache creation tokens.
    pub cache_creation: i64,
    /// Sum of reasoning tokens.
    pub reasoning: i64,
    /// Sum of total tokens.
    pub total: i64,
    /// Sum of costs, US dollars.
    pub cost_usd: f64,
    /// Sum of latencies that are known and not 0, milliseconds.
    pub latency_sum_ms: i64,
    /// How many those are.
    pub latency_samples: i64,
    /// Largest latency, milliseconds; `None` if none is known.
    pub latency_max_ms: Option<i64>,
    /// Earliest event, Unix milliseconds; `i64::MAX` if none.
    pub first_ms: i64,
    /// Latest event; `i64::MIN` if none.
    pub last_ms: i64,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            calls: 0,
            failures: 0,
            zero_token_calls: 0,
            unpriced_calls: 0,
            input: 0,
            output: 0,
            cached: 0,
            cache_read: 0,
            cache_creation: 0,
            reasoning: 0,
            total: 0,
            cost_usd: 0.0,
            latency_sum_ms: 0,
            latency_samples: 0,
            latency_max_ms: None,
            first_ms: i64::MAX,
            last_ms: i64::MIN,
        }
    }
}

impl Sums {
    /// Adds the sums of other events.
    pub fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.failures += other.failures;
        self.zero_token_calls += other.zero_token_calls;
        self.unpriced_calls += other.unpriced_calls;
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
        self.cached = self.cached.saturating_add(other.cached);
        self.cache_read = self.cache_read.saturating_add(other.cache_read);
        self.cache_creation = self.cache_creation.saturating_add(other.cache_creation);
        self.reasoning = self.reasoning.saturating_add(other.reasoning);
        self.total = self.total.saturating_add(other.total);
        self.cost_usd += other.cost_usd;
        self.latency_sum_ms = self.latency_sum_ms.saturating_add(other.latency_sum_ms);
        self.latency_samples += other.latency_samples;
        self.latency_max_ms = self.latency_max_ms.max(other.latency_max_ms);
        self.first_ms = self.first_ms.min(other.first_ms);
        self.last_ms = self.last_ms.max(other.last_ms);
    }
}

/// One group that has events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupRow {
    /// Its value in each dimension, as asked for.
    pub key: Vec<u32>,
    /// Its sums.
    pub sums: Sums,
    /// Its percentiles, as asked for; `None` without a value above zero.
    pub percentiles: Vec<Option<i64>>,
}

/// The groups that have events, by ascending key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupAnswer {
    /// The groups.
    pub rows: Vec<GroupRow>,
}

/// The answer of one scan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanAnswer {
    /// Events that pass, in all.
    pub matched: i64,
    /// One for each group of the scan.
    pub groups: Vec<GroupAnswer>,
    /// One for each request for single events. For `NewestOfEach`: by value, then newest first.
    pub rows: Vec<Vec<RowKey>>,
}

/// The answer of a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// One for each scan.
    pub scans: Vec<ScanAnswer>,
}
