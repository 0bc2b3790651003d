//! The product's prices as the index asks them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use columns::{ModelNames, Tier};
use model::PriceTable;
use pricing::{BillableTokens, BundledPrices, CostBasis, PriceBook, ResolvedPrice, billable};
use store::IndexRow;

use crate::costs::{Billed, Costs, Price};

/// Rises when the rules of the cost algorithm change, so that costs in files are computed anew.
const RULES: u32 = 1;

/// Prices in force and what costs are computed from.
#[derive(Debug)]
pub struct PriceList {
    book: PriceBook,
    basis: CostBasis,
    version: u64,
}

impl PriceList {
    /// The prices of a table, with the bundled list behind them if wanted.
    ///
    /// The version follows from the content: a restored database may count its price generations a second time.
    pub fn new(table: &PriceTable, basis: CostBasis, bundled: bool) -> Self {
        let mut hasher = DefaultHasher::new();
        RULES.hash(&mut hasher);
        basis.as_str().hash(&mut hasher);
        let mut prices = table.prices.clone();
        for price in prices.values_mut().flatten().map(|version| &mut version.price) {
            // What a cost does not depend on.
            price.raw_json = String::new();
            (price.updated_at_ms, price.synced_at_ms) = (0, 0);
        }
        format!("{prices:?}").hash(&mut hasher);
        if bundled {
            let list = BundledPrices::get();
            (&list.version, &list.date).hash(&mut hasher);
        }
        let book = PriceBook::new(prices).with_bundled(bundled);
        Self { book, basis, version: hasher.finish() }
    }

    /// The prices.
    pub fn book(&self) -> &PriceBook {
        &self.book
    }
}

impl From<BillableTokens> for Billed {
    fn from(tokens: BillableTokens) -> Self {
        let BillableTokens { total_input, uncached, residual_cached, cache_read, cache_creation, output } =
            tokens;
        Self { total_input, uncached, residual: residual_cached, cache_read, cache_creation, output }
    }
}

impl Price for ResolvedPrice {
    fn cost(&self, timestamp_ms: i64, billed: &Billed) -> f64 {
        let Billed { total_input, uncached, residual, cache_read, cache_creation, output } = *billed;
        let tokens = BillableTokens {
            total_input,
            uncached,
            residual_cached: residual,
            cache_read,
            cache_creation,
            output,
        };
        Self::cost(self, timestamp_ms, &tokens).usd
    }
}

impl Costs for PriceList {
    fn version(&self) -> u64 {
        self.version
    }

    fn basis(&self) -> &str {
        self.basis.as_str()
    }

    fn resolve(&self, model: &ModelNames, tier: &Tier) -> Option<Arc<dyn Price>> {
        let names = pricing::ModelNames {
            model: &model.model,
            requested: &model.requested_model,
            resolved: &model.resolved_model,
        };
        self.book.resolve(names, &tier.service_tier).map(|price| Arc::new(price) as Arc<dyn Price>)
    }

    fn billed(&self, event: &IndexRow) -> Billed {
        billable(self.basis, &event.tokens, event.cache_input_mode, event.breakdown.as_ref()).into()
    }
}
