//! The traffic generator: seeded, believable usage records.

pub(crate) mod catalogue;
pub(crate) mod random;
pub(crate) mod world;
