//! What the collector reports while it works.

use bytes::Bytes;
use model::Transport;
use serde::Serialize;

use crate::{
    failure::Failure,
    status::{GatewayFacts, RivalSuspicion},
};

/// Why records may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// The manager was not collecting: it was stopped, or the connection was changed.
    Stopped,
    /// The connection was lost.
    Disconnected,
    /// The connection looked open but was dead; the gateway went on "delivering" into it.
    HalfOpen,
    /// The gateway dropped us while records were flowing.
    CutOff,
    /// A reply with records that had already left the gateway's queue was lost.
    ReplyLost,
    /// Our memory for waiting records was full; records were dropped.
    IntakeFull,
}

impl GapKind {
    /// The slug used in the database and in `/status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Disconnected => "disconnected",
            Self::HalfOpen => "half_open",
            Self::CutOff => "cut_off",
            Self::ReplyLost => "reply_lost",
            Self::IntakeFull => "intake_full",
        }
    }
}

/// A time in which records may have been missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Why.
    pub kind: GapKind,
    /// Its beginning, Unix milliseconds.
    pub from_ms: i64,
    /// Its end, Unix milliseconds.
    pub to_ms: i64,
    /// How long the gateway kept records at that time, seconds.
    pub retention_s: u32,
    /// Whether the gateway's queue was read within the retention and nothing else is known to be missing.
    pub covered: bool,
    /// Records that are probably missing; `None` when it cannot be estimated, 0 when covered.
    pub lost_estimate: Option<u64>,
    /// What happened, for people.
    pub detail: String,
}

/// One report. Records do not come this way; they are in the [`Intake`](crate::Intake).
#[derive(Debug, Clone)]
pub enum CollectorEvent {
    /// A connection stands.
    Connected {
        /// The way in use.
        transport: Transport,
    },
    /// A connection is gone.
    Disconnected {
        /// The way that was in use.
        from: Transport,
        /// Why, unless it was asked for.
        failure: Option<Failure>,
    },
    /// A gap is over and known.
    Gap(Gap),
    /// The gateway said that its configuration or credentials changed.
    CredentialsChanged,
    /// The body of the credential list (`auth-files`), at most 64 MiB.
    AuthFiles(Bytes),
    /// The gateway's facts were read.
    Facts(GatewayFacts),
    /// Usage publishing was off in the gateway and was switched on.
    PublishingEnabled,
    /// A rival consumer is suspected, or no longer.
    Rival(Option<RivalSuspicion>),
    /// Something failed; the same as `lastError`.
    Failed(Failure),
}

/// Receives the reports. Called from the thread that reads the socket: implementations must not block.
pub trait EventSink: Send + Sync {
    /// Takes one report.
    fn on_event(&self, event: CollectorEvent);
}

impl<F: Fn(CollectorEvent) + Send + Sync> EventSink for F {
    fn on_event(&self, event: CollectorEvent) {
        self(event);
    }
}
