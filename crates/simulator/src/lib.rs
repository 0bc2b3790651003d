//! A simulated CPA gateway: RESP and HTTP on one port, traffic generator, faults on demand.
//!
//! It delivers usage records exactly as CPA v7.2.140 does, answers the management API from memory, and can be
//! told to misbehave. The `demo` command, the tests and the benches use the same one.
//!
//! ```no_run
//! # async fn demo() -> std::io::Result<()> {
//! let gateway = cpamp_simulator::Simulator::start(Default::default()).await?;
//! gateway.publish(bytes::Bytes::from_static(b"{}"));
//! println!("listening on {}", gateway.base_url());
//! # Ok(()) }
//! ```

mod access;
mod clock;
mod config;
mod counters;
mod delivery;
mod faults;
mod gateway;
mod http;
mod hub;
mod listener;
mod resp;
mod simulator;
mod state;
mod stream;
pub mod traffic;

pub use access::{BAN_MS, MAX_FAILURES};
pub use config::{DEFAULT_MANAGEMENT_KEY, DEFAULT_RETENTION, MAX_RETENTION, SimulatorConfig, TlsOptions};
pub use counters::Counters;
pub use delivery::{Delivery, DeliveryLog, Outcome, Sequence};
pub use faults::{FaultSettings, Faults, FrameFault, RespMode, Slow};
pub use hub::SUBSCRIBER_SLOTS;
pub use simulator::Simulator;
pub use traffic::{LiveTraffic, TrafficConfig, TrafficGenerator};
