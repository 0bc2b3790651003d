//! The traffic generator: seeded, believable usage records.
//!
//! Eight providers, forty models, sixty accounts, thirty client keys. People in several time zones, agents in
//! bursts, services day and night; failovers, failures, caches, quotas.

pub(crate) mod catalogue;
pub(crate) mod day;
mod failures;
mod generator;
mod headers;
mod history;
mod json;
mod live;
pub(crate) mod random;
mod tokens;
pub(crate) mod world;

pub use generator::{TrafficConfig, TrafficGenerator};
pub use history::History;
pub use live::LiveTraffic;
