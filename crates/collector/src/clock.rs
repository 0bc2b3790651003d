//! The wall clock, for times that people see. Deadlines use the monotonic clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Now, Unix milliseconds.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    millis(since)
}

/// A duration in whole milliseconds.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Back-off that doubles up to a limit, with jitter so that several waiters do not meet.
#[derive(Debug)]
pub(crate) struct Backoff {
    min: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(min: Duration, max: Duration) -> Self {
        Self { min, max, next: min }
    }

    pub(crate) fn reset(&mut self) {
        self.next = self.min;
    }

    /// The next pause: between three quarters and all of the step.
    pub(crate) fn pause(&mut self) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(self.max);
        step.mul_f64(0.75 + 0.25 * random_unit())
    }
}

/// A number in 0..1; the middle if the system has no randomness.
pub(crate) fn random_unit() -> f64 {
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_to_its_limit_and_resets() {
        let s = Duration::from_secs;
        let mut backoff = Backoff::new(s(1), s(30));
        let mut pauses: Vec<Duration> = (0..8).map(|_| backoff.pause()).collect();
        for (pause, step) in pauses.iter().zip([1, 2, 4, 8, 16, 30, 30, 30]) {
            assert!(*pause <= s(step) && *pause >= s(step).mul_f64(0.75), "{pause:?} for {step}");
        }
        pauses.dedup();
        assert!(pauses.len() > 5, "jitter");
        backoff.reset();
        assert!(backoff.pause() <= s(1));
    }
}
