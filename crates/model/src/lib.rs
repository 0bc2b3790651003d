//! The nouns of the product: usage events, tokens, response metadata, ids.
//!
//! This crate does no I/O and reads no clock. Every other room may use it; it uses none of them.

mod event;
mod hash;
mod metadata;
mod price;
mod raw;
mod tier;
mod tokens;

pub use event::{EventTime, FAIL_SUMMARY_MAX_BYTES, TimeQuality, UsageEvent, strip_reasoning_suffix};
pub use hash::{EventHash, ParseHashError};
pub use metadata::{HeaderSummary, ResponseMetadata};
pub use price::{ContextTier, ModelPrice, PriceTable, PriceVersion, Rates, ServiceTier};
pub use raw::{CredentialFacts, CredentialMap, DeadLetter, RawItem, Transport};
pub use tier::{bills_as_codex, settle_tiers};
pub use tokens::{BreakdownQuality, CacheInputMode, NormalisedInput, TokenBreakdown, TokenCounts};

/// The number of the gateway that an event came from. There is one gateway today; the schema is ready for many.
pub type GatewayId = i64;

/// The gateway that a fresh installation talks to.
pub const DEFAULT_GATEWAY: GatewayId = 1;
