//! Keeps the books about times without a connection. Pure: times come from outside.

use std::time::{Duration, Instant};

use crate::{
    clock::millis,
    events::{Gap, GapKind},
};

/// A gap that is not over yet.
#[derive(Debug, Clone)]
pub(crate) struct OpenGap {
    pub kind: GapKind,
    pub from_ms: i64,
    pub since: Instant,
    /// When it was noticed; at `since` all was still well.
    pub noticed: Instant,
    /// Records per second before the gap.
    pub rate: f64,
    /// Records that are certainly missing, whatever the queue still holds.
    pub certain: u64,
    /// Whether records were waiting in the gateway's queue when the gap began (polling), or came at once (subscription).
    pub polled: bool,
    pub detail: String,
}

/// A gateway that is found down so soon after a subscription ended stopped at that moment; it queued nothing.
const STOPPED_AT_ONCE: Duration = Duration::from_secs(2);

/// At most one gap is open at a time: the first cause of a silence is its cause; what later ones certainly cost is added.
#[derive(Debug, Default)]
pub(crate) struct GapBook {
    open: Option<OpenGap>,
    /// When the newest attempt to reach the gateway began; the gateway was found as it was then, not when the attempt
    /// gave up.
    tried_at: Option<Instant>,
    /// How long the open gap had lasted when the gateway was found down: what its queue held is gone.
    down: Option<Duration>,
    /// Nothing has told yet whether the gateway runs since before the open gap.
    in_doubt: bool,
    last_closed: Option<Instant>,
}

impl GapBook {
    pub(crate) fn open(&mut self, gap: OpenGap) {
        match &mut self.open {
            None => {
                self.in_doubt = gap.polled;
                self.open = Some(gap);
            }
            Some(open) => open.certain = open.certain.saturating_add(gap.certain),
        }
    }

    /// An attempt to reach the gateway begins.
    pub(crate) fn trying(&mut self, now: Instant) {
        self.tried_at = Some(now);
    }

    /// Nothing answers at the gateway's address: it is not running, and what its queue held is gone. A supposed cut-off
    /// was its stop. A broken network looks the same; [`GapBook::gateway_seen`] decides when the gateway answers again.
    pub(crate) fn gateway_was_down(&mut self, now: Instant) {
        let Some(gap) = &mut self.open else { return };
        if self.down.is_some() {
            return;
        }
        if gap.kind == GapKind::CutOff {
            gap.kind = GapKind::Disconnected;
            gap.certain = gap.certain.saturating_sub(1);
        }
        let found_at = self.tried_at.unwrap_or(now).min(now);
        self.down = Some(found_at.saturating_duration_since(gap.since));
        self.in_doubt = true;
    }

    /// The gateway's request counters were read again, or cannot be: `restarted` says whether they began anew since they
    /// were read before the gap.
    pub(crate) fn gateway_seen(&mut self, restarted: Option<bool>) {
        self.in_doubt = false;
        let Some(gap) = &self.open else { return };
        match restarted {
            // It went on running and queueing; the network was down.
            Some(false) => self.down = None,
            Some(true) if gap.polled && self.down.is_none() => {
                self.down = Some(gap.noticed.saturating_duration_since(gap.since));
            }
            Some(true) | None => {}
        }
    }

    /// Whether the open gap should wait for [`GapBook::gateway_seen`] before it is judged.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.open.is_some() && self.in_doubt
    }

    /// Whether a gap is open or ended after `since`.
    pub(crate) fn had_gap_since(&self, since: Instant) -> bool {
        self.open.is_some() || self.last_closed.is_some_and(|at| at >= since)
    }

    /// How long the open gap has lasted.
    pub(crate) fn age(&self, now: Instant) -> Option<Duration> {
        self.open.as_ref().map(|gap| now.saturating_duration_since(gap.since))
    }

    /// The open gap as it would be if it ended now and the gateway's queue could be read to its end.
    pub(crate) fn so_far(&self, now: Instant, retention_s: u32) -> Option<Gap> {
        self.open.as_ref().map(|gap| self.judge(gap, now, retention_s, true))
    }

    /// Ends the gap. `drained` says that the gateway's queue has been read to its end since.
    pub(crate) fn close(&mut self, now: Instant, retention_s: u32, drained: bool) -> Option<Gap> {
        let gap = self.open.take()?;
        let judged = self.judge(&gap, now, retention_s, drained);
        self.down = None;
        self.last_closed = Some(now);
        Some(judged)
    }

    fn judge(&self, gap: &OpenGap, now: Instant, retention_s: u32, drained: bool) -> Gap {
        let length = now.saturating_duration_since(gap.since);
        let retention = Duration::from_secs(u64::from(retention_s));
        let whole = gap.kind == GapKind::HalfOpen || !drained;
        let uncovered = if whole { length } else { length.saturating_sub(retention) };
        let forgotten = self.down.filter(|held| gap.polled || *held > STOPPED_AT_ONCE).unwrap_or_default();
        let uncovered = uncovered.max(forgotten);
        let mut detail = gap.detail.clone();
        if self.down.is_some() {
            detail.push_str("; the gateway was down meanwhile, its queue is lost");
        }
        let covered = uncovered.is_zero() && gap.certain == 0;
        let missing = gap.certain.saturating_add(count(gap.rate * uncovered.as_secs_f64()));
        // Without any traffic before, a longer silence cannot be estimated.
        let known = covered || missing > 0 || gap.rate > 0.0;
        Gap {
            kind: gap.kind,
            from_ms: gap.from_ms,
            to_ms: gap.from_ms.saturating_add(millis(length)),
            retention_s,
            covered,
            lost_estimate: known.then_some(missing),
            detail,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a small positive range"
)]
fn count(records: f64) -> u64 {
    records.clamp(0.0, 1e12).round() as u64
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn gap(kind: GapKind, since: Instant, rate: f64, certain: u64) -> OpenGap {
        OpenGap {
            kind,
            from_ms: 1000,
            since,
            noticed: since,
            rate,
            certain,
            polled: false,
            detail: "x".to_owned(),
        }
    }

    fn closed(kind: GapKind, seconds: u64, rate: f64, certain: u64, drained: bool) -> Gap {
        let since = Instant::now();
        let mut book = GapBook::default();
        book.open(gap(kind, since, rate, certain));
        book.close(since + Duration::from_secs(seconds), 60, drained).unwrap()
    }

    #[test]
    fn a_short_gap_with_a_drained_queue_is_covered() {
        let gap = closed(GapKind::Disconnected, 20, 5.0, 0, true);
        assert!(gap.covered);
        assert_eq!((gap.from_ms, gap.to_ms, gap.lost_estimate), (1000, 21_000, Some(0)));
    }

    #[test]
    fn longer_than_retention_is_lossy_by_the_part_that_was_forgotten() {
        let gap = closed(GapKind::Stopped, 100, 2.0, 0, true);
        assert!(!gap.covered);
        assert_eq!(gap.lost_estimate, Some(80));
        assert_eq!(closed(GapKind::Stopped, 100, 0.0, 0, true).lost_estimate, None, "no rate, no estimate");
    }

    #[test]
    fn a_half_open_time_and_an_undrained_queue_count_whole() {
        assert_eq!(closed(GapKind::HalfOpen, 25, 2.0, 0, true).lost_estimate, Some(50));
        assert_eq!(closed(GapKind::Disconnected, 10, 1.0, 0, false).lost_estimate, Some(10));
    }

    #[test]
    fn a_cut_off_and_a_torn_message_lose_at_least_one() {
        let lossy = closed(GapKind::CutOff, 1, 0.0, 1, true);
        assert_eq!((lossy.covered, lossy.lost_estimate), (false, Some(1)));
        let since = Instant::now();
        let mut book = GapBook::default();
        for _ in 0..3 {
            book.open(gap(GapKind::CutOff, since, 0.0, 1));
        }
        assert_eq!(book.close(since, 60, true).unwrap().lost_estimate, Some(3));
    }

    #[test]
    fn the_first_cause_stays_and_a_refused_reconnect_means_the_gateway_stopped() {
        let since = Instant::now();
        let mut book = GapBook::default();
        book.open(gap(GapKind::CutOff, since, 5.0, 1));
        book.open(gap(GapKind::HalfOpen, since, 5.0, 0));
        let soon = since + Duration::from_secs(1);
        book.gateway_was_down(soon);
        book.gateway_was_down(since + Duration::from_secs(30));
        let so_far = book.so_far(since + Duration::from_secs(30), 60).unwrap();
        assert_eq!((so_far.kind, so_far.from_ms, so_far.to_ms), (GapKind::Disconnected, 1000, 31_000));
        let closed = book.close(since + Duration::from_secs(40), 60, true).unwrap();
        assert_eq!((closed.kind, closed.covered), (GapKind::Disconnected, true));
        assert_eq!(closed.detail.matches("was down").count(), 1);
        assert!(book.close(since, 60, true).is_none());
    }

    #[test]
    fn what_a_stopped_gateway_had_queued_is_lost() {
        let since = Instant::now();
        for (polled, seconds, lost) in [(true, 1, 5), (true, 4, 20), (false, 10, 50)] {
            let mut book = GapBook::default();
            book.open(OpenGap { polled, ..gap(GapKind::Disconnected, since, 5.0, 0) });
            book.gateway_was_down(since + Duration::from_secs(seconds));
            let closed = book.close(since + Duration::from_secs(20), 60, true).unwrap();
            assert_eq!((closed.covered, closed.lost_estimate), (false, Some(lost)));
        }
    }

    #[test]
    fn the_moment_of_the_attempt_counts_not_that_of_its_time_out() {
        let since = Instant::now();
        let mut book = GapBook::default();
        book.open(gap(GapKind::CutOff, since, 5.0, 1));
        book.trying(since + Duration::from_secs(1));
        book.gateway_was_down(since + Duration::from_secs(11));
        assert!(book.close(since + Duration::from_secs(20), 60, true).unwrap().covered);
    }

    #[test]
    fn counters_tell_a_restart_from_a_broken_network() {
        let since = Instant::now();
        let after = |polled, down, restarted| {
            let mut book = GapBook::default();
            let noticed = since + Duration::from_secs(4);
            book.open(OpenGap { polled, noticed, ..gap(GapKind::Disconnected, since, 5.0, 0) });
            if down {
                book.gateway_was_down(since + Duration::from_secs(10));
            }
            assert_eq!(book.is_in_doubt(), polled || down);
            book.gateway_seen(restarted);
            assert!(!book.is_in_doubt() && book.had_gap_since(since));
            let closed = book.close(since + Duration::from_secs(20), 60, true).unwrap();
            assert_eq!(closed.covered, !closed.detail.contains("its queue is lost"), "{closed:?}");
            closed.lost_estimate
        };
        assert_eq!(after(true, true, Some(false)), Some(0), "it went on running");
        assert_eq!(after(true, true, None), Some(50), "nothing contradicts");
        assert_eq!(after(true, true, Some(true)), Some(50));
        assert_eq!(after(true, false, Some(true)), Some(20), "it came back before it was found down");
        assert_eq!(after(true, false, None), Some(0));
        assert_eq!(after(false, false, Some(true)), Some(0), "nothing waited in its queue");
    }
}
