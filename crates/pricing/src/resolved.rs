//! The price of one (model names, tier) pair, ready to be multiplied.

use model::{ModelPrice, PriceVersion, Rates};

use crate::behaviour::{
    BuiltIn, GPT_5_6_READ_RATIO, GPT_5_6_WRITE_RATIO, built_in_price, has_long_context_rule, is_priority,
    multiplier,
};
use crate::{Band, BillableTokens, LONG_CONTEXT_TOKENS, RateFrom};

/// What a cache read costs, relative to the prompt rate, when a price says nothing about caches.
const READ_RATIO: f64 = 0.1;
/// What long context multiplies: input, output.
const LONG_CONTEXT: [f64; 2] = [2.0, 1.5];

/// What a request cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// US dollars, unrounded, 0 or more.
    pub usd: f64,
}

/// Where a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The operator's table, typed or synchronised.
    Stored,
    /// A rule of this program for one model family.
    BuiltIn,
    /// The list prices that come with this program.
    Bundled,
}

/// The price that holds for a pair of model names and service tier, over all of time.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedPrice {
    /// The key of the price: the name under which it is stored, built in or bundled.
    pub price_model: String,
    /// The name whose behaviour was applied.
    pub behaviour_model: String,
    /// Where the price comes from.
    pub origin: Origin,
    /// The event's tier, trimmed and in lower case.
    pub tier: String,
    /// By start; never empty.
    spans: Box<[Span]>,
}

/// A version of the price with everything worked out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub valid_from_ms: i64,
    pub source: String,
    pub source_model_id: String,
    /// By threshold; the first one is the base. Never empty.
    bands: Box<[BandRates]>,
    /// What `bands` consist of, one each.
    notes: Box<[BandNotes]>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct BandRates {
    /// Holds for inputs strictly larger.
    above: i64,
    /// US dollars per token, multiplied out: uncached, residual, read, creation, output.
    per_token: [f64; 5],
}

/// What a band's numbers were made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BandNotes {
    pub band: Band,
    /// Per 1,000,000 tokens before multipliers, in the order of [`BandRates::per_token`].
    pub rates: [(f64, RateFrom); 5],
    pub input_multiplier: f64,
    pub output_multiplier: f64,
    /// Mode and tier name of the service-tier rule that was applied.
    pub tier_rule: Option<(String, String)>,
}

impl ResolvedPrice {
    pub(crate) fn new(
        price_model: &str,
        behaviour_model: &str,
        origin: Origin,
        tier: &str,
        versions: &[PriceVersion],
    ) -> Self {
        let tier = tier.trim().to_ascii_lowercase();
        let spans = versions
            .iter()
            .enumerate()
            .map(|(index, version)| Span {
                valid_from_ms: if index == 0 { i64::MIN } else { version.valid_from_ms },
                ..Span::new(&version.price, behaviour_model, &tier)
            })
            .collect();
        let (price_model, behaviour_model) = (price_model.to_owned(), behaviour_model.to_owned());
        Self { price_model, behaviour_model, origin, tier, spans }
    }

    /// What a request cost that began at `timestamp_ms` (Unix milliseconds).
    #[inline]
    pub fn cost(&self, timestamp_ms: i64, tokens: &BillableTokens) -> Cost {
        let span = &self.spans[self.span_at(timestamp_ms)];
        let rates = &span.bands[span.band_for(tokens.total_input)].per_token;
        let usd = tokens.uncached as f64 * rates[0]
            + tokens.residual_cached as f64 * rates[1]
            + tokens.cache_read as f64 * rates[2]
            + tokens.cache_creation as f64 * rates[3]
            + tokens.output as f64 * rates[4];
        Cost { usd }
    }

    /// The moments at which the price changes, Unix milliseconds, ascending. Between two of them
    /// [`ResolvedPrice::cost`] does not depend on the time.
    pub fn changes(&self) -> impl Iterator<Item = i64> + '_ {
        self.spans.iter().skip(1).map(|span| span.valid_from_ms)
    }

    /// The input sizes above which other rates hold, ascending, at a moment. Two requests with inputs on the same
    /// side of all of them can be priced together.
    pub fn thresholds(&self, timestamp_ms: i64) -> impl Iterator<Item = i64> + '_ {
        self.spans[self.span_at(timestamp_ms)].bands.iter().skip(1).map(|band| band.above)
    }

    #[inline]
    pub(crate) fn span_at(&self, timestamp_ms: i64) -> usize {
        let mut index = self.spans.len() - 1;
        while index > 0 && self.spans[index].valid_from_ms > timestamp_ms {
            index -= 1;
        }
        index
    }

    pub(crate) fn span(&self, index: usize) -> Option<&Span> {
        self.spans.get(index)
    }
}

impl Span {
    fn new(price: &ModelPrice, behaviour_model: &str, tier: &str) -> Self {
        let family = built_in_price(behaviour_model);
        let rule = price.service_tiers.iter().find(|rule| rule.mode == tier || rule.service_tier == tier);
        let base = || merged(&price.rates, None, family);
        let by_rule = rule.map(|rule| {
            let names = (rule.mode.clone(), rule.service_tier.clone());
            (merged(&price.rates, Some((&rule.rates, RateFrom::ServiceTier)), family), names)
        });
        let factor = multiplier(behaviour_model, tier);

        let mut notes = Vec::with_capacity(1 + price.context_tiers.len());
        notes.push(match by_rule.clone() {
            Some((rates, names)) => BandNotes::new(Band::Base, rates, [1.0, 1.0], Some(names)),
            None => BandNotes::new(Band::Base, base(), [factor, factor], None),
        });
        for tier in &price.context_tiers {
            let rates = merged(&price.rates, Some((&tier.rates, RateFrom::ContextTier)), family);
            let band = Band::ContextTier { above_tokens: tier.threshold_tokens };
            notes.push(BandNotes::new(band, rates, [1.0, 1.0], None));
        }
        if price.context_tiers.is_empty() && has_long_context_rule(behaviour_model) {
            let band = Band::LongContext { above_tokens: LONG_CONTEXT_TOKENS };
            notes.push(if is_priority(tier) {
                // Priority is never stacked on long context.
                BandNotes::new(band, base(), LONG_CONTEXT, None)
            } else if let Some((rates, names)) = by_rule {
                BandNotes::new(band, rates, LONG_CONTEXT, Some(names))
            } else {
                BandNotes::new(band, base(), LONG_CONTEXT.map(|long| long * factor), None)
            });
        }
        Self {
            valid_from_ms: i64::MIN,
            source: price.source.clone(),
            source_model_id: price.source_model_id.clone(),
            bands: notes.iter().map(BandNotes::multiplied).collect(),
            notes: notes.into(),
        }
    }

    #[inline]
    pub(crate) fn band_for(&self, total_input: i64) -> usize {
        let mut index = self.bands.len() - 1;
        while index > 0 && total_input <= self.bands[index].above {
            index -= 1;
        }
        index
    }

    pub(crate) fn notes(&self, band: usize) -> &BandNotes {
        &self.notes[band]
    }

    pub(crate) fn per_token(&self, band: usize) -> &[f64; 5] {
        &self.bands[band].per_token
    }
}

impl BandNotes {
    fn new(
        band: Band,
        rates: [(f64, RateFrom); 5],
        [input_multiplier, output_multiplier]: [f64; 2],
        tier_rule: Option<(String, String)>,
    ) -> Self {
        Self { band, rates, input_multiplier, output_multiplier, tier_rule }
    }

    fn multiplied(&self) -> BandRates {
        let mut per_token = self.rates.map(|(rate, _)| rate * self.input_multiplier / 1e6);
        per_token[4] = self.rates[4].0 * self.output_multiplier / 1e6;
        let above = match self.band {
            Band::Base => i64::MIN,
            Band::ContextTier { above_tokens } | Band::LongContext { above_tokens } => above_tokens,
        };
        BandRates { above, per_token }
    }
}

/// The five rates of a base and what replaces it, with the defaults for what neither sets.
fn merged(
    base: &Rates,
    replacement: Option<(&Rates, RateFrom)>,
    family: Option<&BuiltIn>,
) -> [(f64, RateFrom); 5] {
    let pick = |rate: fn(&Rates) -> Option<f64>| {
        let replaced = replacement.and_then(|(rates, from)| Some((rate(rates)?, from)));
        replaced.or_else(|| Some((rate(base)?, RateFrom::Base)))
    };
    let of_family = |rate: fn(&Rates) -> Option<f64>| Some((rate(&family?.rates)?, RateFrom::BuiltIn));
    let nothing = (0.0, RateFrom::NotSet);
    let prompt = pick(Rates::prompt).or_else(|| of_family(Rates::prompt)).unwrap_or(nothing);
    let completion = pick(Rates::completion).or_else(|| of_family(Rates::completion)).unwrap_or(nothing);
    let cache = pick(Rates::cache).unwrap_or(nothing);
    let read = pick(Rates::cache_read).unwrap_or(if family.is_some() {
        (GPT_5_6_READ_RATIO * prompt.0, RateFrom::ShareOfPrompt)
    } else if cache.0 > 0.0 {
        (cache.0, RateFrom::CacheRate)
    } else {
        (READ_RATIO * prompt.0, RateFrom::ShareOfPrompt)
    });
    let creation = pick(Rates::cache_creation).unwrap_or(if family.is_some() {
        (GPT_5_6_WRITE_RATIO * prompt.0, RateFrom::ShareOfPrompt)
    } else {
        (prompt.0, RateFrom::ShareOfPrompt)
    });
    [prompt, cache, read, creation, completion]
}
