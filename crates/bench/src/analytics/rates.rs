//! Prices that manager and SQL both know: one price a model for all of time, so that SQL needs one join.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use model::{ModelPrice, Rates};
use pricing::{BillableTokens, ModelNames, PriceBook, ResolvedPrice};
use serde_json::{Value, json};
use simulator::{TrafficConfig, TrafficGenerator};

use crate::program::{ADMIN_KEY, Manager};

/// Records that are looked through for the names of models.
const LOOKED_THROUGH: u64 = 20_000;

/// Every so many models one has no price.
const UNPRICED: usize = 12;

/// The rates of a pair of names and tier: US dollars per token, below and above a size of the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Whether there is a price.
    pub priced: bool,
    /// Beyond this input the second rates hold.
    pub above: i64,
    /// Uncached, cached, read, written, output.
    pub base: [f64; 5],
    /// The same for large inputs.
    pub large: [f64; 5],
}

/// The prices in force.
#[derive(Debug, Clone)]
pub struct Prices {
    book: PriceBook,
}

impl Prices {
    /// The rates of a pair.
    pub fn pair(&self, names: ModelNames<'_>, tier: &str) -> Result<Pair> {
        let Some(price) = self.book.resolve(names, tier) else {
            return Ok(Pair { priced: false, above: i64::MAX, base: [0.0; 5], large: [0.0; 5] });
        };
        if price.changes().next().is_some() {
            bail!("{}: a price with several versions", names.analytics());
        }
        let thresholds: Vec<i64> = price.thresholds(0).collect();
        if thresholds.len() > 1 {
            bail!("{}: a price with several tiers", names.analytics());
        }
        let above = thresholds.first().copied().unwrap_or(i64::MAX);
        let large = above.saturating_add(1);
        Ok(Pair { priced: true, above, base: per_token(&price, 0), large: per_token(&price, large) })
    }
}

/// What one token of each kind costs in a request with so much input.
fn per_token(price: &ResolvedPrice, total_input: i64) -> [f64; 5] {
    let none = BillableTokens { total_input, ..BillableTokens::default() };
    let tokens = [
        BillableTokens { uncached: 1, ..none },
        BillableTokens { residual_cached: 1, ..none },
        BillableTokens { cache_read: 1, ..none },
        BillableTokens { cache_creation: 1, ..none },
        BillableTokens { output: 1, ..none },
    ];
    tokens.map(|tokens| price.cost(0, &tokens).usd)
}

/// Sets a price for most models that the generator's traffic names, and reads the whole table back.
pub async fn put(manager: &Manager) -> Result<Prices> {
    let prices: serde_json::Map<String, Value> = resolved_models()?
        .into_iter()
        .enumerate()
        .filter(|(at, _)| (at + 1) % UNPRICED != 0)
        .map(|(at, model)| {
            let prompt = 0.25 * (1 + at % 20) as f64;
            let price = ModelPrice {
                rates: Rates {
                    prompt,
                    completion: 5.0 * prompt,
                    cache: 0.1 * prompt,
                    cache_read: 0.1 * prompt,
                    cache_creation: 1.25 * prompt,
                    ..Rates::default()
                },
                source: "manual".to_owned(),
                ..ModelPrice::default()
            };
            Ok((model, serde_json::to_value(price)?))
        })
        .collect::<Result<_>>()?;
    let path = "/v0/management/model-prices";
    let mut client = manager.client().await?;
    client.json("PUT", path, ADMIN_KEY, Some(&json!({ "prices": prices }))).await?;
    let mut stored = client.json("GET", path, ADMIN_KEY, None).await?;
    let stored: BTreeMap<String, ModelPrice> = serde_json::from_value(stored["prices"].take())?;
    if stored.len() < prices.len() {
        bail!("{} prices were sent, {} are stored", prices.len(), stored.len());
    }
    Ok(Prices { book: PriceBook::from_prices(stored) })
}

/// The names under which the generator's models are billed, sorted.
fn resolved_models() -> Result<Vec<String>> {
    let mut generator = TrafficGenerator::new(TrafficConfig::default());
    let mut models = std::collections::BTreeSet::new();
    for record in generator.history(0, super::data::DAY_MS, LOOKED_THROUGH) {
        let record: Value = serde_json::from_slice(record.as_ref())?;
        models.insert(record["model"].as_str().context("a record without a model")?.to_owned());
    }
    Ok(models.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_price() -> Result<()> {
        let rates = Rates { prompt: 2.0, completion: 8.0, cache_read: 0.5, ..Rates::default() };
        let price = ModelPrice { rates, ..ModelPrice::default() };
        let book = PriceBook::from_prices([("gpt-5.4".to_owned(), price)]);
        let names = ModelNames { model: "gpt-5.4", ..ModelNames::default() };
        let pair = Prices { book: book.clone() }.pair(names, "default")?;
        assert_eq!((pair.priced, pair.above), (true, 272_000));
        assert!((pair.base[0] - 2e-6).abs() < 1e-15 && (pair.base[4] - 8e-6).abs() < 1e-15);
        assert!((pair.large[0] - 4e-6).abs() < 1e-15 && (pair.large[4] - 12e-6).abs() < 1e-15, "{pair:?}");
        let unknown = Prices { book }.pair(ModelNames { model: "nobody", ..names }, "")?;
        assert_eq!((unknown.priced, unknown.base), (false, [0.0; 5]));
        Ok(())
    }

    #[test]
    fn the_generators_models_are_found() -> Result<()> {
        let models = resolved_models()?;
        assert!(models.len() > 20 && models.iter().any(|model| model.starts_with("claude-")), "{models:?}");
        Ok(())
    }
}
