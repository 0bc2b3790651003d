//! Usage records of a CPA gateway into a bounded queue: subscribe, HTTP poll, RESP pop.
//!
//! The collector turns a connection into [`RawItem`](model::RawItem)s in an [`Intake`], and knows the connection's
//! truth: state, gaps, refusals. It stores nothing and understands no record.
//!
//! Start with [`Collector::start`]; take batches from the [`Intake`]; listen to [`CollectorEvent`]s.

pub mod resp;

mod clock;
mod collector;
mod events;
mod failure;
mod gaps;
mod gateway;
mod http;
mod intake;
mod ledger;
mod net;
mod probe;
mod pull;
mod queue_array;
mod reach;
mod refusals;
mod run;
mod secret;
mod settings;
mod shared;
mod status;
mod subscribe;
mod tls;
mod trial;
mod upstream;

pub use collector::{Collector, CollectorOptions};
pub use events::{CollectorEvent, EventSink, Gap, GapKind};
pub use failure::Failure;
pub use intake::{DEFAULT_CAPACITY, Intake, IntakeCounts};
pub use ledger::{
    AttemptLedger, KeyGuard, LONG_LIMIT, LONG_WINDOW, MemoryLedger, Permit, SHORT_LIMIT, SHORT_WINDOW,
};
pub use probe::{ProbeReport, probe};
pub use queue_array::{ArraySplitter, BodyEnd, QueueItem, split_queue_array};
pub use reach::Reach;
pub use refusals::{Code, Refusal, refusals};
pub use secret::SecretKey;
pub use settings::{CollectorSettings, Mode, PopSide, Timings};
pub use status::{CollectorStatus, GatewayFacts, LastError, RivalSuspicion, Stage, State, Warning};
pub use trial::{TrialReport, Tried, try_everything};
pub use upstream::{Upstream, UpstreamError};

/// The longest record taken whole, bytes; of longer ones only the beginning is kept.
pub const MAX_ITEM: usize = 8 * 1024 * 1024;
/// How much of an oversized record is kept, bytes.
pub const OVERSIZED_HEAD: usize = 64 * 1024;
