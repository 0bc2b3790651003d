//! A cost, line by line.

use crate::{BillableTokens, Origin, ResolvedPrice};

/// Which rates of a price were used, by the size of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// The base rates, or those of a service tier.
    Base,
    /// A context tier of the price; tiers and multipliers of services do not apply.
    ContextTier {
        /// Its threshold, tokens of input.
        above_tokens: i64,
    },
    /// The older rule of some models: the whole request at twice the input and one and a half times the output rate.
    LongContext {
        /// Its threshold, tokens of input.
        above_tokens: i64,
    },
}

/// Where one rate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateFrom {
    /// The price's base rates.
    Base,
    /// The context tier.
    ContextTier,
    /// The service-tier rule.
    ServiceTier,
    /// The built-in price of the model's family.
    BuiltIn,
    /// The price names no rate for cache reads; its older cache rate stands in.
    CacheRate,
    /// The price names no such rate; a share of the prompt rate stands in.
    ShareOfPrompt,
    /// The price names no such rate; it costs nothing.
    NotSet,
}

/// A kind of token that has a rate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostPart {
    /// Input that was not cached.
    UncachedInput,
    /// Cached input, neither read nor written.
    CachedInput,
    /// Input read from the cache.
    CacheRead,
    /// Input written to the cache.
    CacheCreation,
    /// Output.
    Output,
}

const PARTS: [CostPart; 5] = [
    CostPart::UncachedInput,
    CostPart::CachedInput,
    CostPart::CacheRead,
    CostPart::CacheCreation,
    CostPart::Output,
];

/// One line: tokens × rate × multiplier = amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostLine {
    /// What is paid for.
    pub part: CostPart,
    /// How many tokens.
    pub tokens: i64,
    /// US dollars per 1,000,000 tokens before the multiplier.
    pub usd_per_million: f64,
    /// Where that rate comes from.
    pub rate_from: RateFrom,
    /// What it is multiplied with.
    pub multiplier: f64,
    /// US dollars.
    pub usd: f64,
}

/// Why a request cost what it did.
#[derive(Debug, Clone, PartialEq)]
pub struct CostExplanation {
    /// The key of the price.
    pub price_model: String,
    /// The name whose behaviour was applied.
    pub behaviour_model: String,
    /// Where the price comes from.
    pub origin: Origin,
    /// The price's own word about its source; may be empty.
    pub source: String,
    /// The model's id in that source; may be empty.
    pub source_model_id: String,
    /// First moment of the price version, Unix milliseconds; `None` = since ever.
    pub valid_from_ms: Option<i64>,
    /// The moment at which the next version takes over; `None` = still valid.
    pub valid_to_ms: Option<i64>,
    /// Which rates were used.
    pub band: Band,
    /// The event's tier, lower case; may be empty.
    pub tier: String,
    /// Mode and tier name of the rule that was applied.
    pub tier_rule: Option<(String, String)>,
    /// The five lines, in the order in which they are added.
    pub lines: [CostLine; 5],
    /// Their sum: exactly what [`ResolvedPrice::cost`] answers, US dollars.
    pub usd: f64,
}

impl ResolvedPrice {
    /// The cost of a request that began at `timestamp_ms` (Unix milliseconds), with its reasons.
    pub fn explain(&self, timestamp_ms: i64, tokens: &BillableTokens) -> CostExplanation {
        let index = self.span_at(timestamp_ms);
        let span = self.span(index).expect("the index comes from the same spans");
        let band = span.band_for(tokens.total_input);
        let notes = span.notes(band);
        let counts = [
            tokens.uncached,
            tokens.residual_cached,
            tokens.cache_read,
            tokens.cache_creation,
            tokens.output,
        ];
        let lines = std::array::from_fn(|part| CostLine {
            part: PARTS[part],
            tokens: counts[part],
            usd_per_million: notes.rates[part].0,
            rate_from: notes.rates[part].1,
            multiplier: if part == 4 { notes.output_multiplier } else { notes.input_multiplier },
            usd: counts[part] as f64 * span.per_token(band)[part],
        });
        CostExplanation {
            price_model: self.price_model.clone(),
            behaviour_model: self.behaviour_model.clone(),
            origin: self.origin,
            source: span.source.clone(),
            source_model_id: span.source_model_id.clone(),
            valid_from_ms: (index > 0).then_some(span.valid_from_ms),
            valid_to_ms: self.span(index + 1).map(|next| next.valid_from_ms),
            band: notes.band,
            tier: self.tier.clone(),
            tier_rule: notes.tier_rule.clone(),
            usd: self.cost(timestamp_ms, tokens).usd,
            lines,
        }
    }
}
