//! One connection to one gateway, from the first attempt to the stop: which way to collect, and when to try again.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use model::Transport;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::{Backoff, millis, now_ms},
    events::CollectorEvent,
    failure::Failure,
    http::Management,
    pull::Source,
    refusals::Code,
    resp::RespConnection,
    settings::{CollectorSettings, Mode},
    shared::Shared,
    status::{LastError, Stage, State},
    upstream::Upstream,
};

/// How an activity ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Because it was asked to.
    Stopped,
    /// Because of this failure.
    Failed(Failure),
}

enum Opened {
    Subscription(Box<RespConnection>),
    Stopped,
    Failed(Failure),
}

/// One connection.
pub(crate) struct Run {
    pub shared: Arc<Shared>,
    pub upstream: Upstream,
    pub settings: watch::Receiver<CollectorSettings>,
    pub stop: CancellationToken,
    pub tracker: TaskTracker,
    pub generation: u64,
    /// Set once records can arrive.
    pub stands: watch::Sender<bool>,
    pub management: Result<Management, Failure>,
}

impl Run {
    pub(crate) fn settings(&self) -> CollectorSettings {
        self.settings.borrow().clone()
    }

    fn in_container(&self) -> bool {
        self.settings.borrow().in_container
    }

    /// Whether this connection is the current one, not one that is being replaced.
    pub(crate) fn speaks(&self) -> bool {
        self.shared.generation.load(Ordering::Acquire) == self.generation
    }

    /// Runs until stopped.
    pub(crate) async fn run(self: Arc<Self>) {
        let mode = self.settings().mode;
        if self.speaks() {
            // Nothing that an earlier connection has reached holds for the time after it.
            self.shared.reach().broke(now_ms());
            self.shared.update(|core| {
                core.mode = mode;
                core.state = State::Starting;
                core.transport = None;
                core.connected_since_ms = None;
            });
        }
        let house = self.tracker.spawn(Arc::clone(&self).keep_house());
        match mode {
            Mode::Auto | Mode::Subscribe => self.subscribe_loop(mode == Mode::Auto).await,
            Mode::Http => self.pull_loop(Source::Http).await,
            Mode::Resp => self.pull_loop(Source::Resp).await,
        }
        self.stop.cancel();
        // Only a request for facts can be under way there; nothing is lost with it.
        house.abort();
    }

    async fn subscribe_loop(self: &Arc<Self>, may_fall_back: bool) {
        let mut backoff = Backoff::new(self.shared.timings.backoff_min, self.shared.timings.backoff_max);
        loop {
            let ended = match self.open_subscription().await {
                Opened::Stopped => Ended::Stopped,
                Opened::Subscription(connection) => {
                    backoff.reset();
                    self.subscribed(connection).await
                }
                Opened::Failed(failure) if may_fall_back && falls_back(failure.code) => {
                    let ended = self.fall_back(&failure).await;
                    if *self.stands.borrow() {
                        backoff.reset();
                    }
                    ended
                }
                Opened::Failed(failure) => Ended::Failed(failure),
            };
            let failure = match ended {
                Ended::Failed(failure) => failure,
                Ended::Stopped => return,
            };
            if self.wait(&failure, &mut backoff).await.is_stopped() {
                return;
            }
        }
    }

    async fn open_subscription(&self) -> Opened {
        self.shared.book().trying(Instant::now());
        let opening = RespConnection::open(
            &self.upstream,
            &self.shared.guard,
            &self.shared.timings,
            self.in_container(),
        );
        let opened = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Opened::Stopped,
            opened = opening => opened,
        };
        let mut connection = match opened {
            Ok(connection) => connection,
            Err(failure) => return Opened::Failed(failure),
        };
        // Not cancelled from here on: messages may come with the confirmation.
        let channel = self.settings().queue;
        match connection.subscribe(&channel).await {
            Ok(()) => Opened::Subscription(Box::new(connection)),
            Err(failure) => Opened::Failed(failure),
        }
    }

    /// Collects without a subscription, and tries to get one from time to time.
    async fn fall_back(self: &Arc<Self>, why: &Failure) -> Ended {
        self.note(why);
        self.stands.send_replace(false);
        let mut source = Source::Http;
        let mut climb = Backoff::new(self.shared.timings.climb_min, self.shared.timings.climb_max);
        loop {
            let stop = self.stop.child_token();
            let mut pulling = self.tracker.spawn(Arc::clone(self).pull(source, stop.clone()));
            loop {
                tokio::select! {
                    ended = &mut pulling => match joined(ended) {
                        Ended::Failed(failure) if failure.code == Code::QueueMissing && source == Source::Http => {
                            self.note(&failure);
                            source = Source::Resp;
                            break;
                        }
                        ended => return ended,
                    },
                    () = sleep(climb.pause()) => match self.open_subscription().await {
                        Opened::Subscription(connection) => {
                            // A poll under way finishes by itself and keeps its records.
                            stop.cancel();
                            let (ended, _pulled) = tokio::join!(self.subscribed(connection), pulling);
                            return ended;
                        }
                        Opened::Failed(failure) if is_about_the_key(failure.code) => {
                            stop.cancel();
                            joined(pulling.await);
                            return Ended::Failed(failure);
                        }
                        Opened::Failed(failure) => tracing::debug!(%failure, "no subscription yet"),
                        Opened::Stopped => return joined(pulling.await),
                    },
                }
            }
        }
    }

    async fn pull_loop(self: &Arc<Self>, source: Source) {
        let mut backoff = Backoff::new(self.shared.timings.backoff_min, self.shared.timings.backoff_max);
        loop {
            self.stands.send_replace(false);
            let Ended::Failed(failure) = Arc::clone(self).pull(source, self.stop.child_token()).await else {
                return;
            };
            if *self.stands.borrow() {
                backoff.reset();
            }
            if self.wait(&failure, &mut backoff).await.is_stopped() {
                return;
            }
        }
    }

    /// Shows and logs the failure, and waits until it makes sense to try again.
    async fn wait(&self, failure: &Failure, backoff: &mut Backoff) -> Waited {
        self.note(failure);
        if nothing_answers(failure.code) {
            self.shared.book().gateway_was_down(Instant::now());
        }
        let pause = backoff.pause();
        let until_ms = failure.wait.map(|wait| now_ms().saturating_add(millis(wait)));
        let state = match (failure.code, until_ms) {
            (Code::WrongKey, _) => State::KeyRefused,
            (Code::Banned, Some(until_ms)) => State::Banned { until_ms },
            (Code::AttemptsSpent, Some(until_ms)) => State::Held { until_ms },
            _ => State::Error,
        };
        self.set_state(state);
        let mut changes = self.shared.guard.changes();
        let deadline = Instant::now() + failure.wait.unwrap_or(pause);
        loop {
            changes.mark_unchanged();
            let held = is_about_the_key(failure.code) && self.shared.guard.check(&self.upstream).is_err();
            let timer = async {
                if held && failure.wait.is_none() {
                    std::future::pending::<()>().await;
                }
                let left = deadline.saturating_duration_since(Instant::now());
                sleep(if held { left } else { left.min(pause) }).await;
            };
            tokio::select! {
                () = self.stop.cancelled() => return Waited::Stopped,
                () = timer => return Waited::GoOn,
                () = self.shared.hurry.notified(), if !held => return Waited::GoOn,
                _ = changes.changed(), if held => {
                    if self.shared.guard.check(&self.upstream).is_ok() {
                        return Waited::GoOn;
                    }
                }
            }
        }
    }

    /// Puts the failure where people look for it; a repeated one is logged quietly.
    pub(crate) fn note(&self, failure: &Failure) {
        if !self.speaks() {
            return;
        }
        let error = LastError::new(failure, now_ms());
        let mut repeated = false;
        self.shared.update(|core| {
            repeated = core
                .last_error
                .as_ref()
                .is_some_and(|last| (last.code, &last.text) == (error.code, &error.text));
            core.last_error = Some(error);
        });
        if repeated {
            tracing::debug!(code = failure.code.as_str(), "collector: {failure}");
        } else {
            let hint = failure.code.refusal().remedy;
            tracing::warn!(code = failure.code.as_str(), stage = ?failure.stage, hint, "collector: {failure}");
        }
        self.shared.emit(CollectorEvent::Failed(failure.clone()));
    }

    fn set_state(&self, state: State) {
        if self.speaks() {
            self.shared.update(|core| core.state = state);
        }
    }

    /// The gateway's queue has been read to its end since the connection stands; a gap is over. Before the gateway's
    /// retention and its counters are known a gap cannot be judged; then this waits for a later call.
    pub(crate) fn settle_gap(&self, drained_at: &mut Option<Instant>) {
        let at = *drained_at.get_or_insert_with(Instant::now);
        let known = self.shared.knows_gateway() && !self.shared.book().is_in_doubt();
        let known = known || at.elapsed() > self.shared.timings.connect;
        if known && self.speaks() {
            self.shared.close_gap(at, true);
        }
    }

    /// Records can arrive over this transport from now on.
    pub(crate) fn connected(&self, transport: Transport) {
        self.stands.send_replace(true);
        if !self.speaks() {
            return;
        }
        let mut again = false;
        self.shared.update(|core| {
            again = core.state != State::Running && core.state != State::Starting;
            core.state = State::Running;
            core.transport = Some(transport);
            core.connected_since_ms = Some(now_ms());
        });
        if again {
            self.shared.count_reconnect();
        }
        tracing::info!(transport = transport.as_str(), "collector connected");
        self.shared.emit(CollectorEvent::Connected { transport });
    }

    /// This transport is gone.
    pub(crate) fn disconnected(&self, transport: Transport, failure: Option<&Failure>) {
        if !self.speaks() {
            return;
        }
        self.shared.reach().broke(now_ms());
        self.shared.update(|core| {
            core.transport = None;
            core.connected_since_ms = None;
            core.state = if failure.is_some() { State::Error } else { State::Stopped };
        });
        self.shared.emit(CollectorEvent::Disconnected { from: transport, failure: failure.cloned() });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    GoOn,
    Stopped,
}

impl Waited {
    fn is_stopped(self) -> bool {
        self == Self::Stopped
    }
}

/// Whether HTTP may work where RESP answered this. Failures that HTTP would meet too do not count.
pub(crate) fn falls_back(code: Code) -> bool {
    matches!(
        code,
        Code::RespPrefixH
            | Code::RespBroken
            | Code::RespClosed
            | Code::RespMtlsOnly
            | Code::RespError
            | Code::SubscribeUnsupported
            | Code::TlsFailed
    )
}

/// Whether nothing answered at the gateway's address. A container that is stopped has no name or no route any more, a
/// machine that is off answers nothing; a closed port refuses.
fn nothing_answers(code: Code) -> bool {
    matches!(
        code,
        Code::ConnectRefused
            | Code::LoopbackInContainer
            | Code::DnsFailed
            | Code::ConnectFailed
            | Code::ConnectTimeout
    )
}

/// Whether the key, a ban or our own limit is the reason.
fn is_about_the_key(code: Code) -> bool {
    matches!(code, Code::WrongKey | Code::Banned | Code::AttemptsSpent)
}

fn joined(result: Result<Ended, tokio::task::JoinError>) -> Ended {
    result.unwrap_or_else(|error| {
        Ended::Failed(Failure::new(Stage::Consume, Code::ConnectionLost).detail(&error.to_string(), None))
    })
}

/// Waits for a task at most so long, then leaves it to itself.
pub(crate) async fn join_within(task: JoinHandle<()>, within: Duration) {
    if timeout(within, task).await.is_err() {
        tracing::debug!("a task did not end in time");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_is_gone_shows_in_five_ways_and_a_refusal_is_none_of_them() {
        let gone =
            ["dns_failed", "connect_refused", "connect_timeout", "connect_failed", "loopback_in_container"];
        let codes = [
            Code::DnsFailed,
            Code::ConnectRefused,
            Code::ConnectTimeout,
            Code::ConnectFailed,
            Code::LoopbackInContainer,
            Code::WrongKey,
            Code::HttpFailed,
            Code::HttpServerError,
            Code::ConnectionLost,
            Code::TlsFailed,
        ];
        for code in codes {
            assert_eq!(nothing_answers(code), gone.contains(&code.as_str()), "{code:?}");
        }
    }
}
