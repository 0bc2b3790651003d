//! What works from here: every way of collecting is tried without taking a record.

use std::sync::Arc;

use model::Transport;

use crate::{
    clock::now_ms,
    events::{Gap, GapKind},
    failure::Failure,
    http::Management,
    ledger::KeyGuard,
    probe::{ProbeReport, login, probe_http},
    refusals::Code,
    run::falls_back,
    settings::{CollectorSettings, Timings},
    shared::DEFAULT_RETENTION_S,
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
    fn of(outcome: &Result<(), Failure>) -> Self {
        match outcome {
            Ok(()) => Self::Works,
            Err(failure) => Self::Failed(LastError::new(failure, now_ms())),
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
    /// The way that mode `auto` would collect by; `None` = none.
    pub transport: Option<Transport>,
    /// Records that came although none was asked for, and are gone from the gateway's queue.
    pub lost: Option<Gap>,
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
    let (mut subscribe, mut queue, mut lost) = (None, None, None);
    if probe.ok {
        let began_ms = now_ms();
        let asked = match Management::new(upstream, guard, timings, settings.in_container) {
            Ok(management) => management.has_queue().await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = &asked
            && failure.code == Code::ReplyLost
        {
            lost = Some(Gap {
                kind: GapKind::ReplyLost,
                from_ms: began_ms,
                to_ms: now_ms(),
                retention_s: probe.retention_s.unwrap_or(DEFAULT_RETENTION_S),
                covered: false,
                lost_estimate: None,
                detail: failure.to_string(),
            });
        }
        queue = Some(asked);
    }
    let refused = probe.failure.as_ref().is_some_and(|error| error.stage == Stage::Auth);
    let (mut logged_in, named) = (None, knows_queue(settings));
    if !refused {
        logged_in = Some(match login(upstream, settings, timings, guard, &mut probe).await {
            Ok(mut connection) => {
                subscribe = Some(if named { connection.can_subscribe().await } else { Err(unknown_queue()) });
                Ok(())
            }
            Err(failure) => Err(failure),
        });
    }
    let told = |outcome: &Option<Result<(), Failure>>| outcome.as_ref().map_or(Tried::Unknown, Tried::of);
    TrialReport {
        subscribe: told(&subscribe),
        queue: told(&queue),
        transport: transport(logged_in.as_ref(), subscribe.as_ref(), queue.as_ref(), named),
        probe,
        lost,
    }
}

/// The gateway has one queue and one channel, under one name.
fn knows_queue(settings: &CollectorSettings) -> bool {
    settings.queue.trim().eq_ignore_ascii_case("usage")
}

fn unknown_queue() -> Failure {
    Failure::new(Stage::Subscribe, Code::SubscribeUnsupported)
        .detail("the queue name in the settings (USAGE_RESP_QUEUE) is not `usage`", None)
}

/// The way that mode `auto` takes: a subscription; where RESP fails in a way that HTTP need not share, the HTTP queue; RESP
/// pop where the gateway has no HTTP queue. Outcomes are absent of what was not tried; `named` says that the name of the
/// queue is the gateway's.
fn transport(
    login: Option<&Result<(), Failure>>,
    subscribe: Option<&Result<(), Failure>>,
    queue: Option<&Result<(), Failure>>,
    named: bool,
) -> Option<Transport> {
    let why = match (login?, subscribe) {
        (Err(failure), _) | (Ok(()), Some(Err(failure))) => failure,
        (Ok(()), Some(Ok(()))) => return Some(Transport::Subscribe),
        (Ok(()), None) => return None,
    };
    if !falls_back(why.code) {
        return None;
    }
    match queue? {
        Ok(()) => Some(Transport::Http),
        Err(failure) if failure.code == Code::QueueMissing && named && login?.is_ok() => {
            Some(Transport::Resp)
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(code: Code) -> Result<(), Failure> {
        Err(Failure::new(Stage::Http, code))
    }

    fn way(
        login: &Result<(), Failure>,
        subscribe: Option<&Result<(), Failure>>,
        queue: &Result<(), Failure>,
    ) -> Option<Transport> {
        transport(Some(login), subscribe, Some(queue), true)
    }

    #[test]
    fn the_way_is_the_one_that_auto_takes() {
        let unsupported = failed(Code::SubscribeUnsupported);
        assert_eq!(way(&Ok(()), Some(&Ok(())), &Ok(())), Some(Transport::Subscribe));
        assert_eq!(way(&Ok(()), Some(&unsupported), &Ok(())), Some(Transport::Http));
        let missing = failed(Code::QueueMissing);
        assert_eq!(way(&Ok(()), Some(&unsupported), &missing), Some(Transport::Resp));
        // A queue that is there but does not work is no reason to pop over RESP.
        for code in [Code::HttpServerError, Code::HttpTimeout, Code::QueueNotJson, Code::HttpUnexpected] {
            assert_eq!(way(&Ok(()), Some(&unsupported), &failed(code)), None, "{code:?}");
        }
        for code in [Code::RespPrefixH, Code::RespMtlsOnly, Code::RespClosed, Code::TlsFailed] {
            assert_eq!(way(&failed(code), None, &Ok(())), Some(Transport::Http), "{code:?}");
            assert_eq!(way(&failed(code), None, &missing), None, "{code:?}: no login, no pop");
        }
        for code in [Code::ConnectRefused, Code::Banned, Code::WrongKey, Code::AttemptsSpent] {
            assert_eq!(way(&failed(code), None, &Ok(())), None, "{code:?}: auto waits and tries again");
        }
        assert_eq!(transport(Some(&Ok(())), Some(&unsupported), Some(&missing), false), None, "another name");
        assert_eq!(transport(None, None, Some(&Ok(())), true), None, "not tried");
        assert_eq!(transport(Some(&Ok(())), Some(&unsupported), None, true), None, "not tried");
    }
}
