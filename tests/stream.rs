//! The live stream: what comes, in which order, and how a reader goes on where it stopped.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use support::{ADMIN_KEY, Manager, Options, blocking, record};
use tempfile::TempDir;

/// A message: its kind, its id, its data.
type Message = (String, Option<i64>, Value);

struct Stream {
    lines: BufReader<TcpStream>,
    head: String,
}

impl Stream {
    fn open(manager: &Manager, query: &str, header: &str) -> Self {
        let host = manager.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(
            stream,
            "GET /api/v1/events/stream{query} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {ADMIN_KEY}\r\n{header}\r\n"
        )
        .unwrap();
        let mut lines = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
        }
        Self { lines, head: head.to_ascii_lowercase() }
    }

    /// The next message of this kind; others are passed over.
    fn next(&mut self, kind: &str) -> Message {
        let (mut event, mut id) = (String::new(), None);
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the stream ended");
            if let Some(text) = line.trim_end().strip_prefix("event: ") {
                (event, id) = (text.to_owned(), None);
            } else if let Some(text) = line.trim_end().strip_prefix("id: ") {
                id = Some(text.parse().unwrap());
            } else if let Some(text) = line.trim_end().strip_prefix("data: ")
                && event == kind
            {
                return (event, id, serde_json::from_str(text).unwrap());
            }
        }
    }

    /// Row ids of the next events, until this one.
    fn ids_until(&mut self, last: i64) -> Vec<i64> {
        let mut ids = Vec::new();
        while ids.last() != Some(&last) {
            let (_, id, data) = self.next("events");
            ids.extend(data["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()));
            assert_eq!(id, ids.last().copied(), "the id of a message is that of its last event");
        }
        ids
    }
}

fn import(manager: &Manager, numbers: std::ops::Range<u64>) {
    let body: Vec<u8> = numbers.flat_map(|number| [&record(number)[..], b"\n"].concat()).collect();
    let url = manager.at("/v0/management/usage/import");
    let answer = blocking().request("POST", &url).bearer(ADMIN_KEY).body(body).answer();
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn new_events_come_once_each_and_a_reader_resumes_by_id() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    import(&manager, 0..10);
    let mut live = Stream::open(&manager, "", "");
    assert!(live.head.starts_with("http/1.1 200"), "{}", live.head);
    for header in ["content-type: text/event-stream", "x-accel-buffering: no", "cache-control: no-store"] {
        assert!(live.head.contains(header), "{header} in {}", live.head);
    }
    assert!(live.next("status").2.is_object(), "the state comes first");
    import(&manager, 10..11);
    let (_, _, data) = live.next("events");
    let first = &data["items"][0];
    assert_eq!((&first["id"], &first["cost"], &first["priced"]), (&11.into(), &Value::Null, &false.into()));
    import(&manager, 11..15);
    assert_eq!(live.ids_until(15), (12..=15).collect::<Vec<i64>>(), "what was there before is not repeated");
    drop(live);

    // More than one message's worth was stored meanwhile.
    import(&manager, 15..600);
    let mut resumed = Stream::open(&manager, "", "Last-Event-ID: 13\r\n");
    assert_eq!(resumed.ids_until(600), (14..=600).collect::<Vec<i64>>());
    let mut by_query = Stream::open(&manager, "?after_id=598", "");
    assert_eq!(by_query.ids_until(600), [599, 600]);
    let refused = Stream::open(&manager, "?after_id=-1", "");
    assert!(refused.head.starts_with("http/1.1 400"), "{}", refused.head);
    manager.stop();
}

#[test]
fn a_reader_that_is_far_behind_is_told_what_it_did_not_get() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    import(&manager, 0..3_000);
    let mut behind = Stream::open(&manager, "?after_id=0", "");
    let (_, id, data) = behind.next("events");
    assert_eq!((data["skipped"].as_i64(), id), (Some(2_800), Some(3_000)));
    assert_eq!(data["items"].as_array().unwrap().len(), 200);
    manager.stop();
}
