//! What the index asks the prices.

use std::collections::HashMap;
use std::sync::Arc;

use columns::{Flags, ModelNames, Profile, Row, Tier};
use store::IndexRow;

use crate::names::Names;

/// The tokens of a request by what they cost. None is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Billed {
    /// All input; decides about context tiers.
    pub total_input: i64,
    /// Input at the prompt rate.
    pub uncached: i64,
    /// Cached input that is neither counted as read nor as written.
    pub residual: i64,
    /// Input read from the cache.
    pub cache_read: i64,
    /// Input written to the cache.
    pub cache_creation: i64,
    /// Output.
    pub output: i64,
}

impl Billed {
    fn parts(&self) -> [i64; 5] {
        [self.uncached, self.residual, self.cache_read, self.cache_creation, self.output]
    }

    /// What the counters of a row say is billed.
    fn by_counters(row: &Row) -> Self {
        let (cache_read, cache_creation) = (row.cache_read.max(0), row.cache_creation.max(0));
        let cached = row.cached.saturating_add(cache_read).saturating_add(cache_creation);
        Self {
            total_input: row.input,
            uncached: row.input.saturating_sub(cached).max(0),
            residual: row.cached,
            cache_read,
            cache_creation,
            output: row.output.max(0),
        }
    }

    /// What a row is billed for: its counters, and what is billed beyond them.
    pub(crate) fn of(row: &Row) -> Self {
        let counted = Self::by_counters(row);
        if row.billed_beyond == [0; 5] {
            return counted;
        }
        let mut parts = counted.parts();
        for (part, beyond) in parts.iter_mut().zip(row.billed_beyond) {
            *part = part.saturating_add(beyond).max(0);
        }
        let [uncached, residual, cache_read, cache_creation, output] = parts;
        let total_input = parts[..4].iter().fold(0_i64, |sum, part| sum.saturating_add(*part));
        Self { total_input, uncached, residual, cache_read, cache_creation, output }
    }

    /// What is billed beyond the counters of a row.
    pub(crate) fn beyond(&self, row: &Row) -> [i64; 5] {
        let (mine, counted) = (self.parts(), Self::by_counters(row).parts());
        std::array::from_fn(|i| mine[i].saturating_sub(counted[i]))
    }
}

/// The price of one pair of model names and tier.
pub trait Price: Send + Sync {
    /// US dollars for a request that began at `timestamp_ms` (Unix milliseconds); finite.
    fn cost(&self, timestamp_ms: i64, billed: &Billed) -> f64;
}

/// All prices at one moment.
pub trait Costs: Send + Sync {
    /// Another number for other prices, also after a restart.
    fn version(&self) -> u64;

    /// What costs are computed from: `breakdown`, `counters`; a word. Another basis makes the index start over.
    fn basis(&self) -> &str;

    /// The price for this pair; `None` = not known. Depends on the text of the arguments alone.
    fn resolve(&self, model: &ModelNames, tier: &Tier) -> Option<Arc<dyn Price>>;

    /// What an event is billed for.
    fn billed(&self, event: &IndexRow) -> Billed;
}

/// Prices that know none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPrices;

impl Costs for NoPrices {
    fn version(&self) -> u64 {
        0
    }

    fn basis(&self) -> &str {
        "counters"
    }

    fn resolve(&self, _: &ModelNames, _: &Tier) -> Option<Arc<dyn Price>> {
        None
    }

    fn billed(&self, event: &IndexRow) -> Billed {
        let normalised = event.tokens.normalised(event.cache_input_mode);
        Billed::by_counters(&Row {
            input: normalised.total,
            cached: event.tokens.cached_remainder(),
            cache_read: event.tokens.cache_read,
            cache_creation: event.tokens.cache_creation,
            output: event.tokens.output,
            ..Row::default()
        })
    }
}

/// Prices with what was looked up already.
pub(crate) struct Resolver {
    costs: Arc<dyn Costs>,
    /// One for each pair of model names and tier: there are thousands of profiles to a hundred pairs.
    prices: Vec<Option<Arc<dyn Price>>>,
    /// Where in `prices` the pair of these codes stands.
    pairs: HashMap<(u32, u32), u32>,
    /// The same by profile code; [`NOT_ASKED`] until it is asked for.
    known: Vec<u32>,
}

const NOT_ASKED: u32 = u32::MAX;

impl Resolver {
    pub(crate) fn new(costs: Arc<dyn Costs>) -> Self {
        Self { costs, prices: Vec::new(), pairs: HashMap::new(), known: Vec::new() }
    }

    pub(crate) fn costs(&self) -> &Arc<dyn Costs> {
        &self.costs
    }

    /// Another resolver over the same prices, for another thread.
    pub(crate) fn again(&self) -> Self {
        Self::new(Arc::clone(&self.costs))
    }

    /// The cost of a row, US dollars; `None` without a price. `names` knows its profile and what that refers to.
    pub(crate) fn cost(&mut self, row: &Row, names: &Names) -> Option<f64> {
        let code = row.profile as usize;
        if self.known.len() <= code {
            self.known.resize(code + 1, NOT_ASKED);
        }
        if self.known[code] == NOT_ASKED {
            self.known[code] = self.pair(names.profiles().get(code)?, names);
        }
        let price = &self.prices[self.known[code] as usize];
        let cost = price.as_ref()?.cost(row.timestamp_ms, &Billed::of(row));
        cost.is_finite().then_some(cost)
    }

    fn pair(&mut self, profile: &Profile, names: &Names) -> u32 {
        let Profile { model, tier, .. } = *profile;
        *self.pairs.entry((model, tier)).or_insert_with(|| {
            self.prices.push(names.with_pair(model, tier, |model, tier| self.costs.resolve(model, tier)));
            (self.prices.len() - 1) as u32
        })
    }

    /// Puts the cost into a row.
    pub(crate) fn put(&mut self, row: &mut Row, names: &Names) {
        let cost = self.cost(row, names);
        row.cost_usd = cost.unwrap_or_default();
        row.flags.0 = if cost.is_some() { row.flags.0 | Flags::PRICED } else { row.flags.0 & !Flags::PRICED };
    }
}
