//! Collecting by polling: the HTTP queue, or RESP pop where that does not exist.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use model::Transport;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::now_ms,
    events::GapKind,
    failure::Failure,
    queue_array::QueueItem,
    refusals::Code,
    resp::{Popped, RespConnection},
    run::{Ended, Run},
    settings::{CollectorSettings, PopSide},
    status::Stage,
};

/// The largest batch size that is obeyed, records. The gateway itself caps nothing.
const MAX_BATCH: usize = 10_000;
/// What is asked for at once while behind, where the batch size is smaller: what a crash can cost then, and what is stored
/// again within some 50 ms. Records that wait in the gateway's queue expire; a commit for each hundred is too slow for a
/// long one.
const BEHIND: usize = 1000;
/// The longest wait for the records of the last poll to be stored.
const SETTLE_WAIT: Duration = Duration::from_secs(1);
/// How the pause grows with every idle poll: by half.
const GROWTH: (u32, u32) = (3, 2);

/// Where to poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// `GET usage-queue`.
    Http,
    /// `LPOP`/`RPOP`.
    Resp,
}

impl Source {
    fn transport(self) -> Transport {
        match self {
            Self::Http => Transport::Http,
            Self::Resp => Transport::Resp,
        }
    }
}

/// How many records to ask for at once: what the operator set.
pub(crate) fn batch(settings: &CollectorSettings) -> usize {
    settings.batch_size.clamp(1, MAX_BATCH)
}

/// How many to ask for next: double while every poll comes back full, up to [`BEHIND`] or a larger batch size; the batch
/// size otherwise.
pub(crate) fn next_count(asked: usize, got: usize, settings: &CollectorSettings) -> usize {
    let batch = batch(settings);
    if got >= asked { asked.saturating_mul(2).clamp(batch, batch.max(BEHIND)) } else { batch }
}

/// The pause between polls that do not come back full.
#[derive(Debug)]
pub(crate) struct Pace {
    pause: Duration,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { pause: Duration::ZERO }
    }

    /// The next pause: the floor after records, growing while idle. The ceiling is a quarter of the retention, so that no
    /// record can expire between two polls; it wins over a floor that is longer.
    pub(crate) fn next(
        &mut self,
        found: bool,
        floor: Duration,
        longest: Duration,
        retention_s: u32,
    ) -> Duration {
        let ceiling = longest.min(Duration::from_secs(u64::from(retention_s)) / 4);
        // A floor that an operator sets above the usual longest pause is obeyed as far as the retention allows.
        let ceiling = ceiling.max(floor.min(Duration::from_secs(u64::from(retention_s)) / 2));
        self.pause = if found { floor } else { (self.pause * GROWTH.0 / GROWTH.1).max(floor) }.min(ceiling);
        self.pause
    }
}

/// A source with its open connection.
enum Tap {
    Http,
    Resp(Box<RespConnection>),
}

impl Run {
    /// Polls until stopped or until something fails. A poll under way is never cut: its records are gone from the gateway.
    pub(crate) async fn pull(self: Arc<Self>, source: Source, stop: CancellationToken) -> Ended {
        let mut tap = match self.open_tap(source, &stop).await {
            Ok(Some(tap)) => tap,
            Ok(None) => return Ended::Stopped,
            Err(failure) => return Ended::Failed(failure),
        };
        let mut pace = Pace::new();
        let mut count = batch(&self.settings.borrow());
        let mut last_good: Option<Instant> = None;
        let mut drained_at: Option<Instant> = None;
        loop {
            if stop.is_cancelled() {
                return self.pulled_to_the_stop(source, last_good);
            }
            self.let_the_writer_catch_up(&stop).await;
            let began_ms = now_ms();
            let asked = self.shared.fitting(count);
            self.shared.book().trying(Instant::now());
            // A subscription may come to stand before the answer does.
            let under_way = self.shared.poll_begins();
            let polled = self.poll_to_the_end(&mut tap, asked).await;
            let settings = self.settings();
            let got = match polled {
                Ok(got) => got,
                Err(failure) => {
                    return Ended::Failed(self.poll_failed(source, failure, last_good, began_ms).await);
                }
            };
            drop(under_way);
            if last_good.is_none() {
                self.connected(source.transport());
            }
            last_good = Some(Instant::now());
            let full = got >= asked;
            count = next_count(asked, got, &settings);
            if full {
                continue;
            }
            if self.speaks() {
                self.shared.reach().polled(began_ms);
            }
            self.settle_gap(&mut drained_at);
            let timings = &self.shared.timings;
            let pause =
                pace.next(got > 0, settings.poll_interval, timings.idle_poll_max, self.shared.retention_s());
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(pause) => {}
            }
        }
    }

    async fn open_tap(&self, source: Source, stop: &CancellationToken) -> Result<Option<Tap>, Failure> {
        if source == Source::Http {
            return Ok(Some(Tap::Http));
        }
        let in_container = self.settings.borrow().in_container;
        self.shared.book().trying(Instant::now());
        let opening =
            RespConnection::open(&self.upstream, &self.shared.guard, &self.shared.timings, in_container);
        tokio::select! {
            biased;
            () = stop.cancelled() => Ok(None),
            opened = opening => opened.map(|connection| Some(Tap::Resp(Box::new(connection)))),
        }
    }

    /// One poll, waited for to its end; after a stop only for a bounded time.
    async fn poll_to_the_end(&self, tap: &mut Tap, count: usize) -> Result<usize, Failure> {
        let too_late = async {
            self.stop.cancelled().await;
            sleep(self.shared.timings.stop_http).await;
        };
        tokio::select! {
            biased;
            polled = self.poll_once(tap, count) => polled,
            () = too_late => Err(Failure::new(Stage::Consume, Code::ReplyLost).detail("stopped before the answer came", None)),
        }
    }

    async fn poll_once(&self, tap: &mut Tap, count: usize) -> Result<usize, Failure> {
        match tap {
            Tap::Http => {
                let management = self.management.as_ref().map_err(Clone::clone)?;
                let mut take =
                    |items: Vec<QueueItem>| self.shared.take(items.into_iter().map(popped), Transport::Http);
                management.poll_queue(count, &mut take).await
            }
            Tap::Resp(connection) => {
                let (side, queue): (PopSide, String) = {
                    let settings = self.settings.borrow();
                    (settings.pop_side, settings.queue.clone())
                };
                let mut take = |item: Popped| self.shared.take([item], Transport::Resp);
                connection.pop(side, &queue, count, &mut take).await
            }
        }
    }

    fn pulled_to_the_stop(&self, source: Source, last_good: Option<Instant>) -> Ended {
        // A pull that made room for a subscription has nothing to report; the subscription speaks now.
        if last_good.is_some() && self.stop.is_cancelled() {
            self.disconnected(source.transport(), None);
        }
        Ended::Stopped
    }

    /// Keeps the books about a failed poll, and finds out what a 404 means.
    async fn poll_failed(
        &self,
        source: Source,
        failure: Failure,
        last_good: Option<Instant>,
        began_ms: i64,
    ) -> Failure {
        let may_have_popped = match failure.code {
            Code::ReplyLost => true,
            Code::HttpTimeout | Code::HttpFailed => source == Source::Http,
            _ => false,
        };
        if may_have_popped {
            self.shared.report_lost_reply(began_ms, &failure);
        }
        let failure = self.what_404_means(failure).await;
        if let Some(at) = last_good {
            self.disconnected(source.transport(), Some(&failure));
            if self.speaks() {
                self.shared.open_gap(GapKind::Disconnected, at.elapsed(), true, 0, failure.to_string());
            }
        }
        failure
    }

    /// 404 means "no such route" only where another route takes the key; else management is off.
    async fn what_404_means(&self, failure: Failure) -> Failure {
        if failure.code != Code::ManagementDisabled {
            return failure;
        }
        let Ok(management) = &self.management else { return failure };
        match management.config().await {
            Ok(_) => Failure { code: Code::QueueMissing, ..failure },
            Err(other) => other,
        }
    }

    /// Waits until the records of the last poll are stored, so that a crash costs one poll at most. While more than half of
    /// the memory is in use, records are better off in the gateway's queue, for a part of the
    /// retention. Only pollers can wait like this; a subscription is always read.
    pub(crate) async fn let_the_writer_catch_up(&self, stop: &CancellationToken) {
        const STEP: Duration = Duration::from_millis(20);
        self.shared.intake.settled(SETTLE_WAIT).await;
        let longest = Duration::from_secs(u64::from(self.shared.retention_s())) / 4;
        let began = Instant::now();
        while self.shared.intake.is_crowded() && began.elapsed() < longest && !stop.is_cancelled() {
            sleep(STEP).await;
        }
    }
}

fn popped(item: QueueItem) -> Popped {
    match item {
        QueueItem::Record(payload) => Popped::Record(payload),
        QueueItem::Oversized { head, total } => Popped::Oversized { head, total },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_batch_size_is_obeyed() {
        let of = |batch_size| batch(&CollectorSettings { batch_size, ..CollectorSettings::default() });
        assert_eq!([0, 1, 100, 5_000, 10_000, 20_000].map(of), [1, 1, 100, 5_000, 10_000, 10_000]);
    }

    #[test]
    fn counts_double_while_behind() {
        let next = |asked, got, batch_size| {
            next_count(asked, got, &CollectorSettings { batch_size, ..CollectorSettings::default() })
        };
        assert_eq!((next(100, 100, 100), next(200, 200, 100), next(900, 900, 100)), (200, 400, BEHIND));
        assert_eq!((next(400, 399, 100), next(1, 1, 0)), (100, 2));
        assert_eq!(
            (next(5_000, 5_000, 5_000), next(5_000, 10, 5_000)),
            (5_000, 5_000),
            "a larger one is obeyed"
        );
    }

    #[test]
    fn idle_polling_slows_down_and_records_speed_it_up() {
        let ms = Duration::from_millis;
        let mut pace = Pace::new();
        let mut next = |found| pace.next(found, ms(500), ms(5000), 60);
        let idle: Vec<Duration> = (0..8).map(|_| next(false)).collect();
        assert_eq!(idle[..3], [ms(500), ms(750), ms(1125)]);
        assert_eq!(idle[7], ms(5000), "at most 2 % of a core of the gateway");
        assert_eq!(next(true), ms(500));
    }

    #[test]
    fn a_short_retention_is_the_ceiling() {
        let ms = Duration::from_millis;
        let mut pace = Pace::new();
        for _ in 0..20 {
            assert!(pace.next(false, ms(500), ms(5000), 4) <= ms(1000));
        }
        assert_eq!(
            Pace::new().next(false, ms(60_000), ms(5000), 60),
            ms(30_000),
            "half of the retention at most"
        );
    }
}
