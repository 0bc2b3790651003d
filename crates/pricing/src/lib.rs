//! Price rules and costs: which price holds for a request, what it costs, and why.
//!
//! Pure: no I/O, no clock. The way from an event to its cost has three steps, so that a caller can keep what repeats:
//!
//! 1. [`billable`]: the tokens that are paid for, from the event's counters or from the gateway's breakdown.
//! 2. [`PriceBook::resolve`]: the price of a (model names, service tier) pair. It depends on text alone.
//! 3. [`ResolvedPrice::cost`]: numbers only; [`ResolvedPrice::explain`] tells the same line by line.

mod behaviour;
mod billable;
mod book;
mod bundled;
pub mod catalogue;
mod explain;
pub mod matching;
mod names;
mod resolved;
mod similarity;
pub mod sync;
pub mod table;
mod validate;

pub use billable::{BillableTokens, CostBasis, billable, uses_breakdown};
pub use book::PriceBook;
pub use bundled::{BundledModel, BundledPrices};
pub use explain::{Band, CostExplanation, CostLine, CostPart, RateFrom};
pub use names::ModelNames;
pub use resolved::{Cost, Origin, ResolvedPrice};
pub use validate::{MAX_RATE, PriceError, validated};

/// Inputs above this many tokens cost more with the models that have the older long-context rule.
pub const LONG_CONTEXT_TOKENS: i64 = 272_000;
