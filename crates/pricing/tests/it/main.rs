//! Tests of the pricing crate.

mod golden;
mod properties;
