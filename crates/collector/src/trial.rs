//! What works from here: every way of collecting is tried without taking a record.

use std::sync::Arc;

use crate::{
    clock::now_ms,
    failure::Failure,
    http::Management,
    ledger::KeyGuard,
    probe::{ProbeReport, login, probe_http},
    settings::{CollectorSettings, Timings},
    status::{LastError, Stage},
    upstream::Upstream,
};

/// How one way of collecting answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// Not tried, because something that it needs does not work.
    Unknown,
    /// It works.
    Works,
    /// It does not.
    Failed(LastError),
}

impl Tried {
    fn of(outcome: Result<(), Failure>) -> Self {
        match outcome {
            Ok(()) => Self::Works,
            Err(failure) => Self::Failed(LastError::new(&failure, now_ms())),
        }
    }

    /// Whether it is known to work.
    pub fn works(&self) -> bool {
        *self == Self::Works
    }
}

/// What [`try_everything`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialReport {
    /// The gateway's own facts, and whether the key is good.
    pub probe: ProbeReport,
    /// Records can be subscribed to.
    pub subscribe: Tried,
    /// Records can be taken from the HTTP queue.
    pub queue: Tried,
}

/// [`probe`](crate::probe), and each way of collecting asked for something that it has to refuse: a channel that does not
/// exist, no records at all. A way that refuses in the right words works, and nothing was taken, subscribed to or changed.
///
/// The gateway is asked no more after it refused the key.
pub async fn try_everything(
    upstream: &Upstream,
    settings: &CollectorSettings,
    timings: &Timings,
    guard: &Arc<KeyGuard>,
) -> TrialReport {
    let mut probe = probe_http(upstream, settings, timings, guard).await;
    let (mut subscribe, mut queue) = (Tried::Unknown, Tried::Unknown);
    if probe.ok {
        queue = match Management::new(upstream, guard, timings, settings.in_container) {
            Ok(management) => Tried::of(management.has_queue().await),
            Err(failure) => Tried::Failed(LastError::new(&failure, now_ms())),
        };
    }
    let refused = probe.failure.as_ref().is_some_and(|error| error.stage == Stage::Auth);
    if !refused && let Some(mut connection) = login(upstream, settings, timings, guard, &mut probe).await {
        subscribe = Tried::of(connection.can_subscribe().await);
    }
    TrialReport { probe, subscribe, queue }
}
