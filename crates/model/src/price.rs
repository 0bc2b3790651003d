//! A model's price as it is stored and as it travels: rates, context tiers, service tiers. How a cost follows from
//! it is the business of `crates/pricing`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Rates in US dollars per 1,000,000 tokens, finite and not negative.
///
/// A rate is *set* when its flag says so or when it is above zero; the flags tell an explicit zero from "nothing
/// known", for which a default stands in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rates {
    /// Uncached input.
    pub prompt: f64,
    /// Output.
    pub completion: f64,
    /// Cached input in the older sense: cached tokens that are neither counted as reads nor as writes.
    pub cache: f64,
    /// Input read from the provider's cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_read: f64,
    /// Input written to the provider's cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_creation: f64,
    /// `prompt` is meant, also when it is zero.
    #[serde(skip_serializing_if = "is_false")]
    pub prompt_configured: bool,
    /// `completion` is meant, also when it is zero.
    #[serde(skip_serializing_if = "is_false")]
    pub completion_configured: bool,
    /// `cache` is meant, also when it is zero (in tiers only; a base price has no such flag).
    #[serde(skip_serializing_if = "is_false")]
    pub cache_configured: bool,
    /// `cache_read` is meant, also when it is zero.
    #[serde(skip_serializing_if = "is_false")]
    pub cache_read_configured: bool,
    /// `cache_creation` is meant, also when it is zero.
    #[serde(skip_serializing_if = "is_false")]
    pub cache_creation_configured: bool,
}

impl Rates {
    /// The rate of uncached input, if it is set.
    pub fn prompt(&self) -> Option<f64> {
        set(self.prompt, self.prompt_configured)
    }

    /// The rate of output, if it is set.
    pub fn completion(&self) -> Option<f64> {
        set(self.completion, self.completion_configured)
    }

    /// The older cached-input rate, if it is set.
    pub fn cache(&self) -> Option<f64> {
        set(self.cache, self.cache_configured)
    }

    /// The rate of cache reads, if it is set.
    pub fn cache_read(&self) -> Option<f64> {
        set(self.cache_read, self.cache_read_configured)
    }

    /// The rate of cache writes, if it is set.
    pub fn cache_creation(&self) -> Option<f64> {
        set(self.cache_creation, self.cache_creation_configured)
    }

    /// All rates with their names on the wire.
    pub fn named(&self) -> [(&'static str, f64); 5] {
        [
            ("prompt", self.prompt),
            ("completion", self.completion),
            ("cache", self.cache),
            ("cacheRead", self.cache_read),
            ("cacheCreation", self.cache_creation),
        ]
    }

    /// Whether at least one rate is set.
    pub fn any_set(&self) -> bool {
        self.any_configured() || self.named().iter().any(|(_, value)| *value > 0.0)
    }

    /// Whether at least one rate carries its flag.
    pub fn any_configured(&self) -> bool {
        self.prompt_configured
            || self.completion_configured
            || self.cache_configured
            || self.cache_read_configured
            || self.cache_creation_configured
    }
}

fn set(value: f64, configured: bool) -> Option<f64> {
    (configured || value > 0.0).then_some(value)
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Other rates for requests whose whole input is larger than a threshold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContextTier {
    /// Applies when the input is strictly larger, tokens; above 0.
    pub threshold_tokens: i64,
    /// The rates that replace the base; what is not set is inherited.
    #[serde(flatten)]
    pub rates: Rates,
}

/// Other rates for requests of a service tier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceTier {
    /// One name that an event's tier may have, lower case.
    pub mode: String,
    /// The other name, lower case.
    pub service_tier: String,
    /// The rates that replace the base; what is not set is inherited.
    #[serde(flatten)]
    pub rates: Rates,
}

/// The price of one model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModelPrice {
    /// The base rates.
    #[serde(flatten)]
    pub rates: Rates,
    /// Sorted by threshold; each threshold once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub context_tiers: Vec<ContextTier>,
    /// Sorted by mode and tier; each name in one rule only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_tiers: Vec<ServiceTier>,
    /// Where it comes from: `manual`, a catalogue's name, `bundled`, or what the client chose; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The model's id in that catalogue; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_model_id: String,
    /// The catalogue's entry as it was; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub raw_json: String,
    /// Last write, Unix milliseconds; 0 = never.
    #[serde(skip_serializing_if = "is_none")]
    pub updated_at_ms: i64,
    /// Last synchronisation, Unix milliseconds; 0 = never.
    #[serde(skip_serializing_if = "is_none")]
    pub synced_at_ms: i64,
}

impl ModelPrice {
    /// Whether it says anything: a rate is set, here or in a tier. One that says nothing is no price, and not a free one.
    pub fn is_set(&self) -> bool {
        self.rates.any_set()
            || self.context_tiers.iter().any(|tier| tier.rates.any_set())
            || self.service_tiers.iter().any(|tier| tier.rates.any_set())
    }
}

fn is_none(time: &i64) -> bool {
    *time == 0
}

/// A model's price from a moment on. A model's versions partition time: each holds until the next begins, and the
/// first one also covers everything before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriceVersion {
    /// First moment at which it holds, Unix milliseconds; 0 for "always".
    pub valid_from_ms: i64,
    /// The price.
    pub price: ModelPrice,
}

/// All stored prices.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriceTable {
    /// Rises with every change, so that whoever keeps costs can tell.
    pub generation: i64,
    /// Whether an edited price begins a new version; if not, it applies to all of history.
    pub versioned: bool,
    /// The versions of each model's price, by start; none is empty.
    pub prices: BTreeMap<String, Vec<PriceVersion>>,
    /// Models whose price a synchronisation must not touch.
    pub locked: BTreeSet<String>,
}

impl PriceTable {
    /// The newest version of each price: what the contract calls the table.
    pub fn current(&self) -> impl Iterator<Item = (&String, &ModelPrice)> {
        self.prices.iter().filter_map(|(model, versions)| Some((model, &versions.last()?.price)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_zero_survives_the_wire() {
        let text = r#"{"prompt":2,"completion":4,"cache":0,"cacheReadConfigured":true,"contextTiers":[{"thresholdTokens":10,"prompt":0,"completion":0,"cache":0,"promptConfigured":true}]}"#;
        let price: ModelPrice = serde_json::from_str(text).expect("valid");
        assert_eq!(price.rates.cache_read(), Some(0.0));
        assert_eq!(price.rates.cache_creation(), None);
        assert_eq!(price.context_tiers[0].rates.prompt(), Some(0.0));
        let again: ModelPrice =
            serde_json::from_str(&serde_json::to_string(&price).expect("serialises")).expect("valid");
        assert_eq!(again, price);
    }
}
