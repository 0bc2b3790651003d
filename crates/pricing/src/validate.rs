//! Which prices are accepted.

use model::{ModelPrice, Rates};
use thiserror::Error;

/// Highest rate, US dollars per 1,000,000 tokens: far beyond any price, and every cost stays finite.
pub const MAX_RATE: f64 = 1e12;

/// Why a price is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PriceError {
    /// A model without a name.
    #[error("a model name is empty")]
    ModelName,
    /// A rate that is no amount of money.
    #[error("{place}: {rate} must be a number from 0 to {MAX_RATE:e}")]
    Rate {
        /// Where it stands.
        place: String,
        /// Which rate.
        rate: &'static str,
    },
    /// A context tier's threshold is not above zero.
    #[error("context tier thresholds must be above 0")]
    Threshold,
    /// Two context tiers with one threshold.
    #[error("context tier {0} appears twice")]
    ThresholdTwice(i64),
    /// A tier that changes nothing.
    #[error("{0}: a tier needs at least one configured rate")]
    EmptyTier(String),
    /// A service tier without its names.
    #[error("a service tier needs a mode and a tier name")]
    TierName,
    /// One name in two rules.
    #[error("service tier name {0} appears in two rules")]
    TierNameTwice(String),
}

/// The price in its stored form: names in lower case, tiers in order.
///
/// # Errors
/// When a rate is negative or not finite, or tiers contradict each other.
pub fn validated(mut price: ModelPrice) -> Result<ModelPrice, PriceError> {
    check_rates("base price", &price.rates)?;
    // A base price has no such flag on the wire; zero there always means "no older cache rate".
    price.rates.cache_configured = false;
    price.context_tiers.sort_by_key(|tier| tier.threshold_tokens);
    for (index, tier) in price.context_tiers.iter().enumerate() {
        let place = format!("context tier {}", tier.threshold_tokens);
        if tier.threshold_tokens <= 0 {
            return Err(PriceError::Threshold);
        }
        if index > 0 && price.context_tiers[index - 1].threshold_tokens == tier.threshold_tokens {
            return Err(PriceError::ThresholdTwice(tier.threshold_tokens));
        }
        check_tier(place, &tier.rates)?;
    }
    for tier in &mut price.service_tiers {
        tier.mode = tier.mode.trim().to_ascii_lowercase();
        tier.service_tier = tier.service_tier.trim().to_ascii_lowercase();
        if tier.mode.is_empty() || tier.service_tier.is_empty() {
            return Err(PriceError::TierName);
        }
        check_tier(format!("service tier {}", tier.mode), &tier.rates)?;
    }
    price.service_tiers.sort_by(|a, b| (&a.mode, &a.service_tier).cmp(&(&b.mode, &b.service_tier)));
    for (index, tier) in price.service_tiers.iter().enumerate() {
        for other in &price.service_tiers[..index] {
            let names = [&other.mode, &other.service_tier];
            if let Some(twice) =
                [&tier.mode, &tier.service_tier].into_iter().find(|name| names.contains(name))
            {
                return Err(PriceError::TierNameTwice(twice.clone()));
            }
        }
    }
    Ok(price)
}

fn check_tier(place: String, rates: &Rates) -> Result<(), PriceError> {
    check_rates(&place, rates)?;
    if rates.any_configured() { Ok(()) } else { Err(PriceError::EmptyTier(place)) }
}

fn check_rates(place: &str, rates: &Rates) -> Result<(), PriceError> {
    match rates.named().into_iter().find(|(_, value)| !(0.0..=MAX_RATE).contains(value)) {
        Some((rate, _)) => Err(PriceError::Rate { place: place.to_owned(), rate }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use model::{ContextTier, ServiceTier};

    use super::*;

    fn configured(prompt: f64) -> Rates {
        Rates { prompt, prompt_configured: true, ..Rates::default() }
    }

    fn service(mode: &str, tier: &str) -> ServiceTier {
        ServiceTier { mode: mode.into(), service_tier: tier.into(), rates: configured(1.0) }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let with_tiers = |context: Vec<ContextTier>, service: Vec<ServiceTier>| ModelPrice {
            rates: configured(1.0),
            context_tiers: context,
            service_tiers: service,
            ..ModelPrice::default()
        };
        let tier = |threshold_tokens, rates| ContextTier { threshold_tokens, rates };
        let refused = [
            ModelPrice { rates: configured(-1.0), ..ModelPrice::default() },
            ModelPrice { rates: configured(f64::NAN), ..ModelPrice::default() },
            ModelPrice { rates: configured(f64::INFINITY), ..ModelPrice::default() },
            ModelPrice { rates: configured(MAX_RATE * 2.0), ..ModelPrice::default() },
            with_tiers(vec![tier(0, configured(1.0))], vec![]),
            with_tiers(vec![tier(5, configured(1.0)), tier(5, configured(2.0))], vec![]),
            with_tiers(vec![tier(5, Rates { prompt: 2.0, ..Rates::default() })], vec![]),
            with_tiers(vec![], vec![service("", "priority")]),
            with_tiers(vec![], vec![service("fast", "priority"), service("Priority", "x")]),
        ];
        for price in refused {
            assert!(validated(price.clone()).is_err(), "{price:?}");
        }
        let accepted = with_tiers(
            vec![tier(9, configured(2.0)), tier(5, configured(0.0))],
            vec![service(" Fast ", "PRIORITY"), service("flex", "flex")],
        );
        let stored = validated(accepted).expect("consistent");
        assert_eq!(stored.context_tiers[0].threshold_tokens, 5);
        assert_eq!(stored.service_tiers[0].service_tier, "priority");
    }
}
