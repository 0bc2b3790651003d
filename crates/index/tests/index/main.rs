//! The column index beside its database: equality with plain SQL, following, damage, crashes, prices.

// The store's test events name that crate from outside.
extern crate store as cpamp_store;

mod crash;
mod damage;
#[path = "../../../store/tests/common/mod.rs"]
mod events;
mod faults;
mod follow;
mod oracle;
mod prices;
mod product_prices;
mod support;
