//! Tests of the pricing crate.

mod catalogues;
mod golden;
mod properties;
