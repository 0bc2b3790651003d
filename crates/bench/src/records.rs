//! Usage records to feed: the generator's traffic, and the recorded records with fresh ids, times and trace ids.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::{Context, Result};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use simulator::{TrafficConfig, TrafficGenerator};

/// Records made ahead of feeding them.
const AHEAD: usize = 20_000;

/// The days over which records are spread.
const DAYS: i64 = 30;

/// One day, milliseconds.
const DAY_MS: i64 = 86_400_000;

/// One hour, milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// Headers that name one request.
const TRACES: [&str; 2] = ["Cf-Ray", "Request-Id"];

/// Records that differ from each other, in the order of their times, made in a thread.
pub struct Records(Receiver<Bytes>);

impl Records {
    /// The traffic of the last thirty days from the simulator's generator: `total` records.
    pub fn generated(config: TrafficConfig, total: u64) -> Self {
        let now = Timestamp::now().as_millisecond();
        Self::between(config, now - DAYS * DAY_MS, now, total)
    }

    /// Traffic from now on at a rate per second: the times of its records go with the clock when they are published at
    /// that rate. There is enough for an hour.
    pub fn from_now(config: TrafficConfig, rate: u64) -> Self {
        let now = Timestamp::now().as_millisecond();
        Self::between(config, now, now + HOUR_MS, rate * 3_600)
    }

    fn between(config: TrafficConfig, from_ms: i64, to_ms: i64, total: u64) -> Self {
        let (sender, receiver) = sync_channel(AHEAD);
        thread::spawn(move || {
            let mut generator = TrafficGenerator::new(config);
            for record in generator.history(from_ms, to_ms, total) {
                if sender.send(record).is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }

    /// Copies of recorded records (JSON lines, the first one is a control message).
    pub fn recorded(published: &str, total: u64) -> Result<Self> {
        let originals: Vec<Value> =
            published.lines().skip(1).map(serde_json::from_str).collect::<Result<_, _>>()?;
        let (sender, receiver) = sync_channel(AHEAD);
        thread::spawn(move || {
            let step = DAYS * DAY_MS / i64::try_from(total.max(1)).unwrap_or(i64::MAX);
            let mut at_ms = Timestamp::now().as_millisecond() - DAYS * DAY_MS;
            let mut random = Random(7);
            for original in originals.iter().cycle().take(usize::try_from(total).unwrap_or(usize::MAX)) {
                at_ms += step;
                if sender.send(copy(original, at_ms, &mut random)).is_err() {
                    return;
                }
            }
        });
        Ok(Self(receiver))
    }

    /// The next `count` records; an error when there are not so many.
    pub fn take(&self, count: u64) -> Result<Vec<Bytes>> {
        let count = usize::try_from(count)?;
        let records: Vec<Bytes> = self.0.iter().take(count).collect();
        (records.len() == count).then_some(records).context("the source of records has ended")
    }
}

/// A record with its own id, time and trace ids.
fn copy(original: &Value, at_ms: i64, random: &mut Random) -> Bytes {
    let mut record = original.clone();
    let nanoseconds = i128::from(at_ms) * 1_000_000 + i128::from(random.below(1_000_000));
    let at = Timestamp::from_nanosecond(nanoseconds).unwrap_or_default();
    record["timestamp"] = at.to_string().into();
    record["request_id"] = random.like("8bad2acc").into();
    for name in TRACES {
        if let Some(Value::Array(values)) = record["response_headers"].get_mut(name) {
            for value in values {
                *value = random.like(value.as_str().unwrap_or_default()).into();
            }
        }
    }
    Bytes::from(record.to_string())
}

/// A small generator of letters and digits, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn of(&mut self, letters: &[u8]) -> char {
        let at = self.below(u32::try_from(letters.len()).unwrap_or(1));
        char::from(letters[at as usize])
    }

    /// Text in the pattern of the given one: digits for digits, letters for letters, hexadecimal for hexadecimal.
    fn like(&mut self, pattern: &str) -> String {
        let hexadecimal = pattern.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        pattern
            .chars()
            .map(|letter| match letter {
                '0'..='9' | 'a'..='f' if hexadecimal => self.of(b"0123456789abcdef"),
                '0'..='9' => self.of(b"0123456789"),
                'a'..='z' => self.of(b"abcdefghijklmnopqrstuvwxyz"),
                'A'..='Z' => self.of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                other => other,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn copies_differ_in_ids_and_keep_the_rest() -> Result<()> {
        let published = concat!(
            "{\"support_refresh\":true}\n",
            r#"{"timestamp":"x","request_id":"y","model":"m","response_headers":{"Cf-Ray":["8f0a-AMS"]}}"#
        );
        let records = Records::recorded(published, 50)?.take(50)?;
        let parsed: Vec<Value> =
            records.iter().map(|r| serde_json::from_slice(r)).collect::<Result<_, _>>()?;
        for member in ["timestamp", "request_id"] {
            let distinct: HashSet<_> = parsed.iter().map(|record| record[member].as_str()).collect();
            assert_eq!(distinct.len(), 50, "{member}");
        }
        let ray = parsed[0]["response_headers"]["Cf-Ray"][0].as_str().context("a text")?;
        assert_eq!((ray.len(), ray.as_bytes()[4]), (8, b'-'));
        assert!(parsed.iter().all(|record| record["model"] == "m"));
        Ok(())
    }

    #[test]
    fn a_source_that_ends_is_an_error() -> Result<()> {
        let records = Records::generated(TrafficConfig::default(), 30);
        assert_eq!(records.take(30)?.len(), 30);
        assert!(records.take(1).is_err());
        Ok(())
    }
}
