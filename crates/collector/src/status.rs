//! What the collector tells of itself.

use model::Transport;
use serde::Serialize;

use crate::{events::Gap, failure::Failure, reach::Reach, settings::Mode};

/// Where in the life of a connection something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Resolving, connecting, TLS.
    Connect,
    /// The key.
    Auth,
    /// `SUBSCRIBE`.
    Subscribe,
    /// An HTTP request.
    Http,
    /// Reading records.
    Consume,
}

/// The collector's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "state")]
pub enum State {
    /// Not running.
    #[default]
    Stopped,
    /// Connecting for the first time.
    Starting,
    /// Connected; records arrive when there are any.
    Running,
    /// Not connected; trying again by itself.
    Error,
    /// The gateway refused the key; waiting for another key or a person's retry.
    KeyRefused,
    /// The gateway banned our address; waiting until then.
    Banned {
        /// Unix milliseconds.
        until_ms: i64,
    },
    /// Our own limit of failed attempts is reached; waiting until then.
    Held {
        /// Unix milliseconds.
        until_ms: i64,
    },
}

impl State {
    /// The four words of the contract: stopped, starting, running, error.
    pub fn contract_word(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Error | Self::KeyRefused | Self::Banned { .. } | Self::Held { .. } => "error",
        }
    }
}

/// The last failure, for `/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LastError {
    /// Where it happened.
    pub stage: Stage,
    /// Slug of the table of refusals.
    pub code: &'static str,
    /// What happened, with the other side's words.
    pub text: String,
    /// The next step.
    pub hint: &'static str,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

impl LastError {
    /// The failure as it is shown.
    pub fn new(failure: &Failure, at_ms: i64) -> Self {
        Self {
            stage: failure.stage,
            code: failure.code.as_str(),
            text: failure.to_string(),
            hint: failure.code.refusal().remedy,
            at_ms,
        }
    }
}

/// A condition that does not stop collection but should be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// Slug of the table of refusals.
    pub code: &'static str,
    /// What is the case.
    pub text: String,
    /// The next step.
    pub hint: &'static str,
}

/// What the gateway says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayFacts {
    /// As the gateway spells it, e.g. `v7.2.140` or `dev`.
    pub version: Option<String>,
    /// How long it keeps records, seconds.
    pub retention_s: Option<u32>,
    /// Whether it publishes records.
    pub usage_statistics_enabled: Option<bool>,
    /// When this was read, Unix milliseconds.
    pub checked_at_ms: i64,
    /// What should be changed.
    pub warnings: Vec<Warning>,
}

/// Signs that another program takes the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RivalSuspicion {
    /// Since when no record arrives although requests are counted, Unix milliseconds.
    pub since_ms: i64,
    /// Requests that the gateway counted meanwhile.
    pub counted_requests: u64,
    /// The refusal table's text and next step.
    pub warning: Warning,
}

/// Everything that `/status` shows of the collector.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectorStatus {
    /// The state.
    #[serde(flatten)]
    pub state: State,
    /// The mode that was asked for.
    pub mode: Mode,
    /// The way in use; `None` while not connected.
    pub transport: Option<Transport>,
    /// Since when it is in use, Unix milliseconds.
    pub connected_since_ms: Option<i64>,
    /// When the last record came, Unix milliseconds.
    pub last_record_received_ms: Option<i64>,
    /// The last failure; stays after recovery, with its time.
    pub last_error: Option<LastError>,
    /// Items waiting in memory.
    pub queue_items: u64,
    /// Bytes waiting in memory.
    pub queue_bytes: u64,
    /// The most bytes that ever waited.
    pub queue_high_water_bytes: u64,
    /// Items dropped because memory was full.
    pub intake_lost: u64,
    /// Records received since the start.
    pub received: u64,
    /// Items that were too large to be taken whole.
    pub oversized: u64,
    /// Estimate of the records that were lost on the way, dropped ones included.
    pub lost_estimate: u64,
    /// Times that a lost connection was made again.
    pub reconnects: u64,
    /// Up to when the gateway has handed everything over.
    pub reach: Reach,
    /// The gap that lasts, as it would be if it ended now.
    pub open_gap: Option<Gap>,
    /// What the gateway says of itself.
    pub gateway: Option<GatewayFacts>,
    /// Signs of a rival consumer.
    pub rival_suspected: Option<RivalSuspicion>,
}
