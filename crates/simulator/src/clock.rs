//! The simulated gateway's clock: the real one plus an offset that tests move.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A clock that never jumps by itself and can be moved on purpose.
pub(crate) struct Clock {
    started: Instant,
    base_unix_ms: i64,
    offset_ms: AtomicI64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let base_unix_ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        Self { started: Instant::now(), base_unix_ms, offset_ms: AtomicI64::new(0) }
    }

    /// Unix time in milliseconds as the gateway sees it.
    pub(crate) fn now_ms(&self) -> i64 {
        let elapsed = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.base_unix_ms.saturating_add(elapsed).saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Unix time in milliseconds, without the offset: what a correct clock would show.
    pub(crate) fn true_now_ms(&self) -> i64 {
        self.now_ms().saturating_sub(self.offset_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
    }

    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }
}

/// `Mon, 23 Nov 2026 09:06:10 GMT`, as HTTP headers show a time.
pub(crate) fn http_date(unix_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(unix_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_date_is_written_as_rfc_9110_wants_it() {
        assert_eq!(http_date(1_795_424_770_436), "Mon, 23 Nov 2026 09:06:10 GMT");
    }

    #[test]
    fn the_offset_moves_the_clock_and_not_the_true_time() {
        let clock = Clock::new();
        let before = clock.now_ms();
        clock.set_offset_ms(-86_400_000);
        assert!(clock.now_ms() <= before - 86_400_000 + 5_000);
        assert!((clock.true_now_ms() - before).abs() < 5_000);
    }
}
