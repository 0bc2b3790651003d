//! What follows from a model's name alone: built-in prices, multipliers of service tiers, the long-context rule.

use model::{ModelPrice, PriceVersion, Rates};

/// A model of the GPT-5.6 family: it has a built-in price and cache ratios of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BuiltIn {
    pub name: &'static str,
    pub rates: Rates,
}

impl BuiltIn {
    /// It holds for all of time.
    pub(crate) fn version(&self) -> PriceVersion {
        let price = ModelPrice {
            rates: self.rates,
            source: "built-in".to_owned(),
            source_model_id: self.name.to_owned(),
            ..ModelPrice::default()
        };
        PriceVersion { valid_from_ms: 0, price }
    }
}

/// Cache reads of the GPT-5.6 family, relative to the prompt rate, where a price leaves them open.
pub(crate) const GPT_5_6_READ_RATIO: f64 = 0.1;
/// Cache writes of the GPT-5.6 family, likewise.
pub(crate) const GPT_5_6_WRITE_RATIO: f64 = 1.25;

const fn built_in(name: &'static str, rates: [f64; 5]) -> BuiltIn {
    let [prompt, completion, cache, cache_read, cache_creation] = rates;
    BuiltIn {
        name,
        rates: Rates {
            prompt,
            completion,
            cache,
            cache_read,
            cache_creation,
            prompt_configured: true,
            completion_configured: true,
            cache_configured: true,
            cache_read_configured: true,
            cache_creation_configured: true,
        },
    }
}

const BUILT_IN: [BuiltIn; 3] = [
    built_in("gpt-5.6-sol", [5.0, 30.0, 0.5, 0.5, 6.25]),
    built_in("gpt-5.6-terra", [2.5, 15.0, 0.25, 0.25, 3.125]),
    built_in("gpt-5.6-luna", [1.0, 6.0, 0.1, 0.1, 1.25]),
];

/// The text after the last `/`, lower case.
fn slug(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase()
}

/// The built-in price of a model name, if it is of the GPT-5.6 family.
pub(crate) fn built_in_price(name: &str) -> Option<&'static BuiltIn> {
    let slug = slug(name);
    BUILT_IN.iter().find(|entry| is_or_extends(&slug, entry.name))
}

/// The name itself or the name and `-…`.
fn is_or_extends(slug: &str, name: &str) -> bool {
    slug.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether a price without context tiers costs more for inputs above [`crate::LONG_CONTEXT_TOKENS`].
pub(crate) fn has_long_context_rule(name: &str) -> bool {
    if built_in_price(name).is_some() {
        return true;
    }
    let slug = slug(name);
    ["gpt-5.5", "gpt-5.4", "gpt-5.4-pro"]
        .iter()
        .any(|model| slug.strip_prefix(model).is_some_and(|rest| rest.is_empty() || rest.starts_with("-20")))
}

/// Whether a tier is the one that is called priority or fast.
pub(crate) fn is_priority(tier: &str) -> bool {
    matches!(tier, "priority" | "fast")
}

/// What a tier multiplies the base rates with, where no rule of the price says otherwise.
pub(crate) fn multiplier(name: &str, tier: &str) -> f64 {
    match tier {
        "flex" | "batch" => 0.5,
        "priority" | "fast" => {
            let slug = slug(name);
            // The longer name stands first; `gpt-5.4-mini` happens to have the factor of `gpt-5.4`.
            let factors = [
                ("gpt-5.6", 2.0),
                ("gpt-5.5", 2.5),
                ("gpt-5.4-mini", 2.0),
                ("gpt-5.4", 2.0),
                ("gpt-5.3-codex", 2.0),
            ];
            factors.iter().find(|(prefix, _)| slug.starts_with(prefix)).map_or(1.0, |(_, factor)| *factor)
        }
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_told_by_the_last_segment() {
        assert_eq!(built_in_price("openai/GPT-5.6-Sol-2026").map(|b| b.name), Some("gpt-5.6-sol"));
        assert_eq!(built_in_price("gpt-5.6-solar"), None);
        for long in ["gpt-5.4", "x/gpt-5.4-2026-01-01", "gpt-5.4-pro-2026", "gpt-5.5", "gpt-5.6-luna-x"] {
            assert!(has_long_context_rule(long), "{long}");
        }
        for short in ["gpt-5.4-mini", "gpt-5.5-pro", "gpt-5.3-codex", "gpt-5.40"] {
            assert!(!has_long_context_rule(short), "{short}");
        }
        assert_eq!(multiplier("gpt-5.5", "fast"), 2.5);
        assert_eq!(multiplier("claude-opus-4-6", "priority"), 1.0);
        assert_eq!(multiplier("claude-opus-4-6", "batch"), 0.5);
    }
}
