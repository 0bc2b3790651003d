//! The wall clock, for times that are shown and stored. Time-outs and sessions use the monotonic clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix milliseconds; times before 1970 count as negative.
pub fn now_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    }
}
