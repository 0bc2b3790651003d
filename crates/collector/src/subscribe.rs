//! Collecting by subscription: the reader, its liveness, and the pop that runs beside it.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use model::Transport;
use tokio::time::{sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Backoff,
    events::GapKind,
    failure::Failure,
    pull::{batch, next_count},
    reach::Reach,
    refusals::Code,
    resp::{Popped, RespConnection, SubscriptionRead},
    run::{Ended, Run, join_within},
    status::Stage,
};

/// On stop the reader waits at most this many quiet times for one of them to be quiet.
pub(crate) const QUIET_TRIES: u32 = 150;

/// Silence before UNSUBSCRIBE, in quiet times, from which the gateway's buffer for us is taken for empty: below fifty
/// records a second one of them meets the moment of UNSUBSCRIBE in less than one stop of a hundred.
const EMPTY_AFTER: u32 = 10;

/// How often is looked whether there is room in the intake.
const ROOM_STEP: Duration = Duration::from_millis(10);

/// Why a subscription ended without being asked to.
struct Loss {
    kind: GapKind,
    failure: Failure,
    silent_for: Duration,
    /// Records that are certainly gone.
    certain: u64,
}

/// What the reader has seen.
struct Pulse {
    last_byte: Instant,
    last_message: Option<Instant>,
    unsubscribed: bool,
}

/// How the pop beside a subscription is to end.
#[derive(Debug, Clone, Default)]
struct PopStop {
    /// After its current reply.
    now: CancellationToken,
    /// After the queue has been read to its end once more.
    emptied: CancellationToken,
}

impl PopStop {
    async fn called(&self) {
        tokio::select! {
            () = self.now.cancelled() => {}
            () = self.emptied.cancelled() => {}
        }
    }
}

impl Run {
    /// Reads a subscription until it ends. The backlog is fetched meanwhile over a second connection.
    pub(crate) async fn subscribed(self: &Arc<Self>, mut connection: Box<RespConnection>) -> Ended {
        self.connected(Transport::Subscribe);
        let stop_pop = PopStop::default();
        let beside = self.tracker.spawn(Arc::clone(self).pop_beside(stop_pop.clone()));
        let mut pulse = Pulse { last_byte: Instant::now(), last_message: None, unsubscribed: false };
        let loss = match self.read(&mut connection, &mut pulse).await {
            Err(loss) => loss,
            Ok(()) => {
                let asked_at = self.unsubscribe(&mut connection, &mut pulse).await;
                drop(connection);
                self.disconnected(Transport::Subscribe, None);
                if self.speaks() && self.may_have_left_records(&pulse, asked_at) {
                    self.shared.report_unsubscribed();
                }
                stop_pop.emptied.cancel();
                join_within(beside, self.shared.timings.stop_drain * 2).await;
                return Ended::Stopped;
            }
        };
        // The pop beside it ends after its current reply; it is not cut.
        stop_pop.now.cancel();
        self.disconnected(Transport::Subscribe, Some(&loss.failure));
        if self.speaks() {
            self.shared.open_gap(loss.kind, loss.silent_for, false, loss.certain, loss.failure.to_string());
        }
        Ended::Failed(loss.failure)
    }

    /// The writer cannot keep up: records are left in the connection, for half of the retention at most.
    ///
    /// The gateway's buffer for us then fills and it cuts us off, which costs one record: what stands in the buffer still
    /// comes, and everything after it waits in the gateway's queue. Unsubscribing would cost the whole buffer. If there is
    /// no room even then, records are received, dropped and counted.
    async fn leave_records_in_the_connection(&self) {
        self.note(&Failure::new(Stage::Consume, Code::IntakeCrowded));
        let longest = Duration::from_secs(u64::from(self.shared.retention_s())) / 2;
        let began = Instant::now();
        while self.shared.intake.is_crowded() && began.elapsed() < longest {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = sleep(ROOM_STEP) => {}
            }
        }
        if self.shared.intake.is_crowded() {
            self.shared.pause_spent.store(true, Ordering::Relaxed);
        }
    }

    /// Reads until it is asked to stop, or until the connection is lost. Waits for the disk only when the memory for waiting
    /// records is nearly full.
    async fn read(&self, connection: &mut RespConnection, pulse: &mut Pulse) -> Result<(), Loss> {
        let timings = &self.shared.timings;
        let mut reads = Vec::new();
        let mut pinged: Option<Instant> = None;
        let alarm = sleep(timings.ping_after);
        tokio::pin!(alarm);
        loop {
            self.hand_on(connection, &mut reads, pulse)?;
            if pulse.unsubscribed {
                return Err(self.ended(connection, pulse));
            }
            if self.shared.should_pause() {
                self.leave_records_in_the_connection().await;
                // The silence was ours.
                pulse.last_byte = Instant::now();
                pulse.last_message = Some(pulse.last_byte);
                pinged = None;
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Ok(()),
                filled = connection.fill() => match filled {
                    Ok(0) => return Err(self.ended(connection, pulse)),
                    Ok(_) => {
                        pulse.last_byte = Instant::now();
                        pinged = None;
                    }
                    Err(error) => return Err(self.lost(connection, &error.to_string())),
                },
                () = &mut alarm => {
                    let due = match pinged {
                        None if pulse.last_byte.elapsed() >= timings.ping_after => {
                            if let Err(error) = connection.ping().await {
                                return Err(self.lost(connection, &error.to_string()));
                            }
                            let now = Instant::now();
                            pinged = Some(now);
                            now + timings.pong_within
                        }
                        None => pulse.last_byte + timings.ping_after,
                        Some(at) if at.elapsed() >= timings.pong_within => {
                            let failure = Failure::new(Stage::Consume, Code::HalfOpen);
                            let silent_for = pulse.last_byte.elapsed();
                            return Err(Loss { kind: GapKind::HalfOpen, failure, silent_for, certain: 0 });
                        }
                        Some(at) => at + timings.pong_within,
                    };
                    alarm.as_mut().reset(due.into());
                }
            }
        }
    }

    /// Takes what is complete out of the buffer and hands it on.
    fn hand_on(
        &self,
        connection: &mut RespConnection,
        reads: &mut Vec<SubscriptionRead>,
        pulse: &mut Pulse,
    ) -> Result<(), Loss> {
        let parsed = connection.take_pushes(reads);
        let mut messages = Vec::with_capacity(reads.len());
        for read in reads.drain(..) {
            match read {
                SubscriptionRead::Message(message) => messages.push(message),
                SubscriptionRead::Unsubscribed => pulse.unsubscribed = true,
                SubscriptionRead::Other => {}
                SubscriptionRead::Error(text) => tracing::debug!(text, "error reply in a subscription"),
            }
        }
        if !messages.is_empty() {
            pulse.last_message = Some(Instant::now());
            self.shared.take(messages, Transport::Subscribe);
        }
        parsed.map_err(|broken| Loss {
            kind: GapKind::Disconnected,
            failure: connection.consume_broken(broken),
            silent_for: Duration::ZERO,
            certain: 1,
        })
    }

    /// The gateway closed the stream. At a clean border while records were flowing it is taken for a cut-off.
    fn ended(&self, connection: &RespConnection, pulse: &Pulse) -> Loss {
        let flowing = pulse.last_message.is_some_and(|at| at.elapsed() < self.shared.timings.flow_window);
        if connection.is_torn() || !flowing {
            return self.lost(connection, "the gateway closed the connection");
        }
        let failure = Failure::new(Stage::Consume, Code::CutOff);
        // The record that found the buffer full is gone.
        Loss { kind: GapKind::CutOff, failure, silent_for: Duration::ZERO, certain: 1 }
    }

    fn lost(&self, connection: &RespConnection, detail: &str) -> Loss {
        let failure = Failure::new(Stage::Consume, Code::ConnectionLost).detail(detail, None);
        let certain = u64::from(connection.is_torn());
        Loss { kind: GapKind::Disconnected, failure, silent_for: Duration::ZERO, certain }
    }

    /// Ends the subscription so that nothing that was delivered is lost: first a moment of silence, so that the gateway's
    /// buffer for us is empty; then UNSUBSCRIBE; then everything that still comes. Answers when UNSUBSCRIBE was sent, or
    /// when the connection was found dead.
    async fn unsubscribe(&self, connection: &mut RespConnection, pulse: &mut Pulse) -> Instant {
        let timings = &self.shared.timings;
        let mut reads = Vec::new();
        let patience = Instant::now() + timings.stop_quiet * QUIET_TRIES;
        while Instant::now() < patience {
            match timeout(timings.stop_quiet, connection.fill()).await {
                Ok(Ok(n)) if n > 0 => {
                    if self.hand_on(connection, &mut reads, pulse).is_err() {
                        return Instant::now();
                    }
                }
                Ok(_) => return Instant::now(),
                Err(_) => break,
            }
        }
        let asked_at = Instant::now();
        if connection.unsubscribe().await.is_err() {
            return asked_at;
        }
        let deadline = tokio::time::Instant::now() + timings.stop_drain;
        while let Ok(Ok(n)) = timeout_at(deadline, connection.fill()).await {
            if n == 0 || self.hand_on(connection, &mut reads, pulse).is_err() {
                break;
            }
        }
        asked_at
    }

    /// Whether records stood in the gateway's buffer for us when it read UNSUBSCRIBE: it throws them away then, and the
    /// protocol has no way to ask. It is likely when they came until shortly before, or still came afterwards. A
    /// connection that is being replaced has left nothing: the new one was subscribed before.
    fn may_have_left_records(&self, pulse: &Pulse, asked_at: Instant) -> bool {
        pulse.last_message.is_some_and(|at| {
            asked_at.saturating_duration_since(at) < self.shared.timings.stop_quiet * EMPTY_AFTER
        })
    }

    /// Fetches what the gateway queued while nobody was subscribed, and looks again from time to time, and once at the end.
    async fn pop_beside(self: Arc<Self>, stop: PopStop) {
        let timings = self.shared.timings.clone();
        let mut backoff = Backoff::new(timings.backoff_min, timings.backoff_max);
        let mut drained_at: Option<Instant> = None;
        let began = Instant::now();
        loop {
            if stop.now.is_cancelled() {
                return;
            }
            let stopping = stop.emptied.is_cancelled();
            let open = RespConnection::open(
                &self.upstream,
                &self.shared.guard,
                &timings,
                self.settings.borrow().in_container,
            );
            let within = if stopping { timings.stop_drain } else { timings.connect * 2 };
            let failure = match timeout(within, open).await {
                Ok(Ok(mut connection)) => {
                    backoff.reset();
                    match self.pop_with(&mut connection, &stop, &mut drained_at).await {
                        Ended::Failed(failure) => failure,
                        Ended::Stopped => return,
                    }
                }
                Ok(Err(failure)) => failure,
                Err(_) => Failure::new(Stage::Connect, Code::ConnectTimeout),
            };
            tracing::debug!(%failure, "pop beside the subscription");
            if stopping {
                return;
            }
            let retention = Duration::from_secs(u64::from(self.shared.retention_s()));
            if began.elapsed() > retention && !stop.now.is_cancelled() {
                self.caught_up();
            }
            if drained_at.is_none()
                && self.speaks()
                && self.shared.book().age(Instant::now()).is_some_and(|age| age > retention)
            {
                // Whatever was queued has been forgotten by now.
                self.shared.close_gap(Instant::now(), false);
            }
            tokio::select! {
                () = stop.called() => {}
                () = sleep(backoff.pause()) => {}
            }
        }
    }

    /// The subscription stands, and nothing that was queued before it is left with the gateway.
    fn caught_up(&self) {
        if self.speaks() && self.shared.core().borrow().transport == Some(Transport::Subscribe) {
            *self.shared.reach() = Reach::Live;
        }
    }

    async fn pop_with(
        &self,
        connection: &mut RespConnection,
        stop: &PopStop,
        drained_at: &mut Option<Instant>,
    ) -> Ended {
        loop {
            let stopping = stop.emptied.is_cancelled();
            match self.pop_until_empty(connection, stop).await {
                Err(failure) => return Ended::Failed(failure),
                Ok(()) if stop.now.is_cancelled() => return Ended::Stopped,
                Ok(()) => {
                    self.caught_up();
                    self.settle_gap(drained_at);
                }
            }
            if stopping {
                return Ended::Stopped;
            }
            tokio::select! {
                () = stop.called() => {}
                () = sleep(self.shared.timings.slow_pop) => {}
            }
        }
    }

    async fn pop_until_empty(&self, connection: &mut RespConnection, stop: &PopStop) -> Result<(), Failure> {
        let settings = self.settings();
        let mut count = batch(&settings);
        loop {
            self.let_the_writer_catch_up(&stop.now).await;
            if stop.now.is_cancelled() {
                return Ok(());
            }
            let began_ms = crate::clock::now_ms();
            let asked = self.shared.fitting(count);
            let mut take = |item: Popped| self.shared.take([item], Transport::Resp);
            match connection.pop(settings.pop_side, &settings.queue, asked, &mut take).await {
                Ok(n) if n < asked => return Ok(()),
                Ok(n) => count = next_count(asked, n, &settings),
                Err(failure) => {
                    if failure.code == Code::ReplyLost {
                        self.shared.report_lost_reply(began_ms, &failure);
                    }
                    return Err(failure);
                }
            }
        }
    }
}
