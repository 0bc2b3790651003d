//! Every figure of the product: requests become plans for the columns, their answers become responses. Pure: no I/O, no
//! clock; what needs the database is looked up by the layer above, before planning ([`Lookups`]) and after the plan was
//! answered ([`Events`]).
//!
//! The life of a request: check it, compile its filters to sets of codes over the dictionaries, cut time into local
//! buckets, put everything that it asks for into one [`Plan`](columns::Plan); then read the events that the answer names
//! and compute the sections. Most sections regroup one and the same group by credential and model.

pub mod accounts;
mod analysis;
pub mod buckets;
pub mod dashboard;
mod dictionary;
mod error;
mod extent;
pub mod failures;
mod filter;
pub mod findings;
pub mod headers;
pub mod json;
mod lenient;
pub mod metadata;
pub mod model_uses;
mod plan;
pub mod query;
pub mod request;
mod search;
pub mod sections;

pub use analysis::{Analysis, AnalyticsAnswer, CrossTables};
pub use error::RequestError;
pub use extent::Extent;
pub use filter::Lookups;
pub use request::AnalyticsRequest;
pub use search::is_hash_prefix;
pub use sections::events::Events;
