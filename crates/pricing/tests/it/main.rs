//! Tests of the pricing crate.

mod catalogues;
mod demo;
mod golden;
mod properties;
mod recorded;
