//! The column index beside its database: equality with plain SQL, following, damage, crashes, prices.

// The store's test events name that crate from outside.
extern crate store as cpamp_store;
// Those events are made with these two.
use {serde_json as _, sha2 as _};

mod crash;
mod damage;
#[expect(dead_code, reason = "a part is used here")]
#[path = "../../../store/tests/common/mod.rs"]
mod events;
mod faults;
mod follow;
mod oracle;
mod prices;
mod product_prices;
mod same;
mod support;
