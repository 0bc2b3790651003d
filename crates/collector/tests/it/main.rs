//! The collector against simulated gateways, over real sockets.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fallback;
mod keys;
mod old_gateway;
mod restarts;
mod subscribe;
mod support;
mod throughput;
mod trial;
