//! Request counters per credential, as the credential lists show them.

use std::collections::HashMap;

use serde_json::{Value, json};

/// Ten-minute buckets that are shown.
const BUCKETS: i64 = 20;

/// The width of a bucket.
const BUCKET_MS: i64 = 10 * 60 * 1000;

/// The counters of one credential.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) success: u64,
    pub(crate) failed: u64,
    /// The text of the last failure; empty after a success.
    pub(crate) last_error: String,
    pub(crate) updated_ms: i64,
    /// Start of the bucket in units of ten minutes, successes, failures; oldest first.
    recent: Vec<(i64, u32, u32)>,
}

impl Tally {
    pub(crate) fn add(&mut self, failed: bool, now_ms: i64) {
        let bucket = now_ms.div_euclid(BUCKET_MS);
        self.updated_ms = now_ms;
        if self.recent.last().is_none_or(|(start, ..)| *start < bucket) {
            self.recent.retain(|(start, ..)| *start > bucket - BUCKETS);
            self.recent.push((bucket, 0, 0));
        }
        // The clock may have been set back; the newest bucket takes it then.
        let Some((_, successes, failures)) = self.recent.last_mut() else { return };
        if failed {
            self.failed += 1;
            *failures += 1;
        } else {
            self.success += 1;
            *successes += 1;
            self.last_error.clear();
        }
    }

    /// `recent_requests`: twenty buckets, oldest first, with their local times.
    pub(crate) fn recent_requests(&self, now_ms: i64) -> Value {
        let last = now_ms.div_euclid(BUCKET_MS);
        (last - BUCKETS + 1..=last)
            .map(|bucket| {
                let counted = self.recent.iter().find(|(start, ..)| *start == bucket);
                let (success, failed) = counted.map_or((0, 0), |(_, success, failed)| (*success, *failed));
                let label = format!("{}-{}", clock_time(bucket), clock_time(bucket + 1));
                json!({ "time": label, "success": success, "failed": failed })
            })
            .collect()
    }
}

/// `09:10`, UTC, at the start of a bucket.
fn clock_time(bucket: i64) -> String {
    let minutes = (bucket * 10).rem_euclid(24 * 60);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The counters of all credentials.
#[derive(Default)]
pub(crate) struct Stats {
    by_index: HashMap<String, Tally>,
}

impl Stats {
    pub(crate) fn add(&mut self, auth_index: &str, failed: bool, now_ms: i64) {
        match self.by_index.get_mut(auth_index) {
            Some(tally) => tally.add(failed, now_ms),
            None => {
                let mut tally = Tally::default();
                tally.add(failed, now_ms);
                self.by_index.insert(auth_index.to_owned(), tally);
            }
        }
    }

    pub(crate) fn note_error(&mut self, auth_index: &str, text: &str) {
        if let Some(tally) = self.by_index.get_mut(auth_index) {
            text.clone_into(&mut tally.last_error);
        }
    }

    pub(crate) fn forget_error(&mut self, auth_index: &str) {
        self.note_error(auth_index, "");
    }

    pub(crate) fn of(&self, auth_index: &str) -> Tally {
        self.by_index.get(auth_index).cloned().unwrap_or_default()
    }

    pub(crate) fn reset(&mut self) {
        self.by_index.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_requests_are_twenty_labelled_buckets() {
        let nine_ten = 1_795_424_770_000 / BUCKET_MS * BUCKET_MS;
        let mut tally = Tally::default();
        tally.add(false, nine_ten - BUCKET_MS);
        tally.add(true, nine_ten);
        tally.add(false, nine_ten + 1);
        let shown = tally.recent_requests(nine_ten + 2);
        let list = shown.as_array().map(Vec::as_slice).unwrap_or_default();
        assert_eq!(list.len(), 20);
        assert_eq!(list[19], json!({ "time": "09:00-09:10", "success": 1, "failed": 1 }));
        assert_eq!(list[18], json!({ "time": "08:50-09:00", "success": 1, "failed": 0 }));
        assert_eq!(list[0]["time"], "05:50-06:00");
        assert_eq!((tally.success, tally.failed), (2, 1));
    }
}
