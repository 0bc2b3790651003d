//! The log file and the error logs, in memory.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Lines that are kept.
const MAX_LINES: usize = 5_000;

/// Lines about successful requests that are written per second at most; a bench must not drown in them.
const SUCCESS_LINES_PER_SECOND: u32 = 20;

/// Full request logs that are kept while `request-log` is on.
const MAX_REQUEST_LOGS: usize = 200;

struct Line {
    number: u64,
    unix_s: i64,
    text: String,
}

/// A log file about one request.
#[derive(Debug, Clone)]
pub(crate) struct RequestLog {
    pub(crate) name: String,
    pub(crate) modified_s: i64,
    pub(crate) text: String,
}

/// What `GET logs` answers.
pub(crate) struct Page {
    pub(crate) lines: Vec<String>,
    pub(crate) latest_s: i64,
    pub(crate) cursor: String,
    pub(crate) cursor_reset: bool,
}

/// Where a reader wants to continue.
pub(crate) enum From<'a> {
    Tail,
    After(i64),
    Cursor(&'a str),
}

/// All logs.
#[derive(Default)]
pub(crate) struct Logs {
    lines: VecDeque<Line>,
    next: u64,
    // Changes when the file is removed; older cursors are useless then.
    generation: u64,
    this_second: (i64, u32),
    error_logs: VecDeque<RequestLog>,
    request_logs: VecDeque<RequestLog>,
}

impl Logs {
    /// Appends a line: `[2026-11-23 09:06:08] [9f3a01c7] [info ] <text>`.
    pub(crate) fn write(&mut self, now_ms: i64, request_id: &str, level: &str, text: &str) {
        let id = if request_id.is_empty() { "--------" } else { request_id };
        let at = jiff::Timestamp::from_millisecond(now_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let text = format!("[{}] [{id}] [{level:<5}] {text}", at.strftime("%Y-%m-%d %H:%M:%S"));
        self.lines.push_back(Line { number: self.next, unix_s: now_ms.div_euclid(1000), text });
        self.next += 1;
        if self.lines.len() > MAX_LINES {
            self.lines.pop_front();
        }
    }

    /// Whether one more line about a successful request may be written in this second.
    pub(crate) fn may_write_success(&mut self, now_ms: i64) -> bool {
        let second = now_ms.div_euclid(1000);
        if self.this_second.0 != second {
            self.this_second = (second, 0);
        }
        self.this_second.1 += 1;
        self.this_second.1 <= SUCCESS_LINES_PER_SECOND
    }

    pub(crate) fn read(&self, from: &From<'_>, limit: Option<usize>) -> Page {
        let (matching, reset): (Vec<&Line>, bool) = match from {
            From::Tail => (self.lines.iter().collect(), false),
            From::After(second) => (self.lines.iter().filter(|line| line.unix_s > *second).collect(), false),
            From::Cursor(cursor) => match self.position(cursor) {
                Some(next) => (self.lines.iter().filter(|line| line.number >= next).collect(), false),
                None => (self.lines.iter().collect(), true),
            },
        };
        let continuing = matches!(from, From::Cursor(_)) && !reset;
        let limit = limit.unwrap_or(usize::MAX);
        let (chosen, next) = if continuing && matching.len() > limit {
            // A reader that continues gets the oldest first and comes back for the rest.
            (&matching[..limit], matching[limit].number)
        } else {
            (&matching[matching.len().saturating_sub(limit)..], self.next)
        };
        Page {
            lines: chosen.iter().map(|line| line.text.clone()).collect(),
            latest_s: chosen.last().or(self.lines.back().as_ref()).map_or(0, |line| line.unix_s),
            cursor: URL_SAFE_NO_PAD.encode(
                json!({ "v": 1, "file": "main.log", "generation": self.generation, "next": next })
                    .to_string(),
            ),
            cursor_reset: reset,
        }
    }

    fn position(&self, cursor: &str) -> Option<u64> {
        let value: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let next = value["next"].as_u64()?;
        let first = self.lines.front().map_or(self.next, |line| line.number);
        (value["generation"].as_u64()? == self.generation && next >= first && next <= self.next)
            .then_some(next)
    }

    /// Removes the file; returns how many were removed.
    pub(crate) fn clear(&mut self) -> usize {
        let removed = usize::from(!self.lines.is_empty());
        self.lines.clear();
        self.generation += 1;
        removed
    }

    pub(crate) fn add_error_log(&mut self, log: RequestLog, keep: usize) {
        self.error_logs.push_front(log);
        // 0 keeps all of them in CPA; here there is an end.
        self.error_logs.truncate(if keep == 0 { MAX_REQUEST_LOGS } else { keep });
    }

    pub(crate) fn add_request_log(&mut self, log: RequestLog) {
        self.request_logs.push_front(log);
        self.request_logs.truncate(MAX_REQUEST_LOGS);
    }

    /// Newest first.
    pub(crate) fn error_logs(&self) -> impl Iterator<Item = &RequestLog> {
        self.error_logs.iter()
    }

    pub(crate) fn by_request(&self, request_id: &str) -> Option<&RequestLog> {
        let end = format!("-{request_id}.log");
        self.error_logs.iter().chain(&self.request_logs).find(|log| log.name.ends_with(&end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_continues_and_becomes_useless_with_the_file() {
        let mut logs = Logs::default();
        for number in 0..5 {
            logs.write(1_795_424_770_000 + number * 1000, "", "info", &format!("line {number}"));
        }
        let tail = logs.read(&From::Tail, Some(2));
        assert_eq!(tail.lines[1], "[2026-11-23 09:06:14] [--------] [info ] line 4");
        logs.write(1_795_424_776_000, "9f3a01c7", "warn", "line 5");
        let more = logs.read(&From::Cursor(&tail.cursor), Some(10));
        assert_eq!(more.lines, ["[2026-11-23 09:06:16] [9f3a01c7] [warn ] line 5"]);
        assert_eq!(logs.read(&From::After(1_795_424_773), None).lines.len(), 2);
        logs.clear();
        logs.write(1_795_424_777_000, "", "info", "line 6");
        let fresh = logs.read(&From::Cursor(&more.cursor), None);
        assert!(fresh.cursor_reset && fresh.lines.len() == 1);
    }
}
