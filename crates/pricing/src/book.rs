//! All prices at one moment.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use model::{ModelPrice, PriceVersion, UsageEvent};

use crate::behaviour::built_in_price;
use crate::{BillableTokens, BundledPrices, Cost, CostBasis, ModelNames, Origin, ResolvedPrice};

/// The prices in force: an immutable snapshot that threads share.
#[derive(Debug, Clone, Default)]
pub struct PriceBook {
    stored: HashMap<String, Arc<[PriceVersion]>>,
    bundled: bool,
}

impl PriceBook {
    /// From the stored versions of each model, in any order. A version in which nothing is set is no price (a free one has
    /// a rate of 0 with its flag), and models without another one are left out.
    pub fn new(stored: impl IntoIterator<Item = (String, Vec<PriceVersion>)>) -> Self {
        let stored = stored
            .into_iter()
            .map(|(model, mut versions)| {
                versions.retain(|version| version.price.is_set());
                versions.sort_by_key(|version| version.valid_from_ms);
                (model, versions)
            })
            .filter(|(_, versions)| !versions.is_empty())
            .map(|(model, versions)| (model, versions.into()))
            .collect();
        Self { stored, bundled: false }
    }

    /// From one price a model, valid for all of time.
    pub fn from_prices(prices: impl IntoIterator<Item = (String, ModelPrice)>) -> Self {
        Self::new(
            prices.into_iter().map(|(model, price)| (model, vec![PriceVersion { valid_from_ms: 0, price }])),
        )
    }

    /// The same book with the bundled list prices behind the stored ones, or without.
    #[must_use]
    pub fn with_bundled(self, bundled: bool) -> Self {
        Self { bundled, ..self }
    }

    /// The price of a request with these names and this (effective) service tier; `None` = nobody knows a price.
    ///
    /// A stored price wins over a bundled one, that over the built-in ones of the GPT-5.6 family. The answer depends
    /// on the arguments' text alone: keep it for every pair of dictionary codes.
    pub fn resolve(&self, names: ModelNames<'_>, tier: &str) -> Option<ResolvedPrice> {
        let (key, origin, versions) = self.find(names)?;
        Some(ResolvedPrice::new(key, names.billing(), origin, tier, &versions))
    }

    /// The versions of the price that requests with these names have, and where they come from.
    pub fn versions(&self, names: ModelNames<'_>) -> Option<(Origin, Vec<PriceVersion>)> {
        self.find(names).map(|(_, origin, versions)| (origin, versions.into_owned()))
    }

    fn find<'b>(&'b self, names: ModelNames<'b>) -> Option<(&'b str, Origin, Cow<'b, [PriceVersion]>)> {
        let (billing, analytics) = (names.billing(), names.analytics());
        let stored = [billing, analytics, names.raw_requested()]
            .into_iter()
            .find_map(|name| Some((name, self.stored.get(name)?)));
        if let Some((name, versions)) = stored {
            return Some((name, Origin::Stored, Cow::Borrowed(versions)));
        }
        let listed = || [billing, analytics].into_iter().find_map(|name| BundledPrices::get().find(name));
        if self.bundled
            && let Some(model) = listed()
        {
            return Some((&model.id, Origin::Bundled, Cow::Borrowed(&model.versions)));
        }
        let family = built_in_price(billing).or_else(|| built_in_price(analytics))?;
        Some((family.name, Origin::BuiltIn, Cow::Owned(vec![family.version()])))
    }

    /// The cost of one event; `None` = nobody knows a price. For one event: whoever has many resolves each pair of
    /// names and tier once.
    pub fn cost_of(&self, event: &UsageEvent, basis: CostBasis) -> Option<Cost> {
        let price = self.resolve(ModelNames::of(event), &event.service_tier)?;
        Some(price.cost(event.time.ms, &BillableTokens::of(basis, event)))
    }
}

#[cfg(test)]
mod tests {
    use model::{ContextTier, Rates};

    use super::*;

    #[test]
    fn what_says_nothing_is_no_price_and_what_says_zero_is_free() {
        let free = Rates { prompt_configured: true, ..Rates::default() };
        let tier = ContextTier { threshold_tokens: 5, rates: free };
        let prices = [
            ("empty", ModelPrice::default()),
            ("free", ModelPrice { rates: free, ..ModelPrice::default() }),
            ("tier", ModelPrice { context_tiers: vec![tier], ..ModelPrice::default() }),
            // A bundled price stands behind it.
            ("claude-sonnet-4", ModelPrice::default()),
        ];
        let book =
            PriceBook::from_prices(prices.map(|(name, price)| (name.to_owned(), price))).with_bundled(true);
        let found = |name| book.versions(ModelNames { model: name, requested: "", resolved: "" });
        assert_eq!(found("empty"), None);
        for name in ["free", "tier"] {
            assert_eq!(found(name).map(|(origin, _)| origin), Some(Origin::Stored), "{name}");
        }
        assert_eq!(found("claude-sonnet-4").map(|(origin, _)| origin), Some(Origin::Bundled));
    }
}
