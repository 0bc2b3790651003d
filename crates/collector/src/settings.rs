//! Settings of the collector, and its clockwork.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How to collect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Subscribe; else the HTTP queue; else RESP pop. Climbs back by itself.
    #[default]
    Auto,
    /// Subscribe only.
    Subscribe,
    /// The HTTP queue only.
    Http,
    /// RESP pop only.
    Resp,
}

/// The end of the queue to pop. The gateway gives the oldest record for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PopSide {
    /// `LPOP`.
    Left,
    /// `RPOP`.
    #[default]
    Right,
}

impl PopSide {
    pub(crate) fn command(self) -> &'static [u8] {
        match self {
            Self::Left => b"LPOP",
            Self::Right => b"RPOP",
        }
    }
}

/// What a person can set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorSettings {
    /// How to collect.
    pub mode: Mode,
    /// Records asked for in one poll, 1 to 10,000; while behind up to 1,000 where this is less.
    pub batch_size: usize,
    /// The shortest pause between polls that found nothing.
    pub poll_interval: Duration,
    /// Channel and queue name; the gateway knows `usage`.
    pub queue: String,
    /// Which pop command to send.
    pub pop_side: PopSide,
    /// Whether to switch the gateway's publishing on when it is off.
    pub ensure_publishing: bool,
    /// Whether this process runs in a container; only changes advice.
    pub in_container: bool,
}

impl Default for CollectorSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Auto,
            batch_size: 100,
            poll_interval: Duration::from_millis(500),
            queue: "usage".to_owned(),
            pop_side: PopSide::Right,
            ensure_publishing: true,
            in_container: false,
        }
    }
}

/// Every pause and deadline, so that tests run in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timings {
    /// For resolving and connecting, TLS included.
    pub connect: Duration,
    /// For the reply to a RESP command.
    pub command: Duration,
    /// Silence in a subscription before a PING.
    pub ping_after: Duration,
    /// For the PONG, or any other byte, after a PING.
    pub pong_within: Duration,
    /// Pause of the pop that runs beside a subscription.
    pub slow_pop: Duration,
    /// Shortest back-off.
    pub backoff_min: Duration,
    /// Longest back-off.
    pub backoff_max: Duration,
    /// For one HTTP request with its answer.
    pub http: Duration,
    /// Longest pause between idle polls; a quarter of the retention if that is shorter.
    pub idle_poll_max: Duration,
    /// Between two readings of the gateway's facts.
    pub facts_every: Duration,
    /// Between two readings of the credential list.
    pub auth_files_every: Duration,
    /// After a refresh message, before the credential list is read.
    pub refresh_debounce: Duration,
    /// First pause before trying to climb back to a subscription.
    pub climb_min: Duration,
    /// Longest pause before trying to climb back.
    pub climb_max: Duration,
    /// On stop: wait for a silence this long before UNSUBSCRIBE (a hundred and fifty times as long at most).
    pub stop_quiet: Duration,
    /// On stop: for the rest of what was delivered, and again for the last pop.
    pub stop_drain: Duration,
    /// On stop: for a poll that is under way.
    pub stop_http: Duration,
    /// On reconfigure: for the new connection to stand before the old one is let go.
    pub handover: Duration,
    /// Silence after which a closed connection is not a cut-off.
    pub flow_window: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        let s = Duration::from_secs;
        let ms = Duration::from_millis;
        Self {
            connect: s(10),
            command: s(30),
            ping_after: s(15),
            pong_within: s(10),
            slow_pop: s(5),
            backoff_min: s(1),
            backoff_max: s(30),
            http: s(30),
            idle_poll_max: s(5),
            facts_every: s(300),
            auth_files_every: s(300),
            refresh_debounce: s(2),
            climb_min: s(30),
            climb_max: s(600),
            stop_quiet: ms(2),
            stop_drain: s(1),
            stop_http: s(3),
            handover: s(5),
            flow_window: s(2),
        }
    }
}
