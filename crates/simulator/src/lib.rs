//! A simulated CPA gateway: RESP and HTTP on one port, traffic generator, faults on demand.
//!
//! It delivers usage records exactly as CPA v7.2.140 does, answers the management API from memory, and can be
//! told to misbehave. The `demo` command, the tests and the benches use the same one.
//!
//! # Routes for tests of proxies
//!
//! Below `/v0/management/sim-plugin/`, as a plugin could have added them; they need the management key.
//!
//! | route | answer |
//! |---|---|
//! | `GET sse?interval_ms=&count=` | server-sent events, numbered, without an end unless `count` is given |
//! | `GET echo` | with `Upgrade: websocket` messages come back, with any other protocol bytes do; else 426 |
//! | any method, `headers` | the request's headers as JSON, as they arrived |
//!
//! # Control routes
//!
//! Below `/_simulator/`, only with [`SimulatorConfig::control`], without a key: for Playwright, container tests and
//! other processes. Transport faults do not touch plain connections whose first call is one of these.
//!
//! | route | body | effect |
//! |---|---|---|
//! | `GET stats` | | [`Counters`], queue length, subscribers, clock, traffic |
//! | `GET delivery-log` | | one JSON object a line: `sequence`, `outcome`, `connection`, `unix_ms` |
//! | `GET client-keys` | | the plain client keys |
//! | `POST publish` | one record a line | publishes; answers `first` and `count` |
//! | `POST generate` | `{"count", "per_second"?, "from_ms"?, "to_ms"?}` | publishes generated records, paced or as a burst |
//! | `POST traffic` | `{"action":"start"\|"stop", "rate", "steady"?}` or `{"rate"}` | live traffic, records per second |
//! | `GET faults`, `POST faults` | members of [`FaultSettings`]; and once: `clear`, `cut_connections`, `cut_mid_frame`, `spoil_frames`, `cut_usage_queue_answer`, `half_open_existing`, `restart`, `clock_offset_ms` | changes the named ones |
//! | `POST upstream` | `{"url_prefix", "auth_index"?, "status"?, "body"?}`, or `{}` to forget | answers of `api-call` |
//! | `POST refresh` | | sends `{"refresh":true}` to subscribers |
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
