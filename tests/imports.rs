//! Imports over HTTP: whole files, and files in pieces that survive a restart.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{ADMIN_KEY, HttpAnswer, Manager, Options, blocking, record};
use tempfile::TempDir;

const SESSIONS: &str = "/v0/management/usage/import-sessions";

fn lines(numbers: std::ops::Range<u64>) -> Vec<u8> {
    numbers.flat_map(|number| [&record(number)[..], b"\n"].concat()).collect()
}

fn create(manager: &Manager, size: usize, key: &str) -> (u16, Value) {
    let body = json!({"filename": "usage.jsonl", "size_bytes": size, "resume_key": key});
    manager.request("POST", SESSIONS, Some(body))
}

fn chunk(manager: &Manager, id: &str, offset: usize, bytes: &[u8]) -> HttpAnswer {
    let url = manager.at(&format!("{SESSIONS}/{id}/chunk?offset={offset}"));
    blocking().request("PUT", &url).bearer(ADMIN_KEY).body(bytes).answer()
}

fn post_file(manager: &Manager, body: Vec<u8>) -> (u16, Value) {
    let url = manager.at("/v0/management/usage/import");
    let answer = blocking().request("POST", &url).bearer(ADMIN_KEY).body(body).answer();
    (answer.status, answer.json())
}

/// Waits until a session is no longer being worked on.
fn done(manager: &Manager, id: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let session = manager.get(&format!("{SESSIONS}/{id}"));
        if session["status"] != "processing" && session["status"] != "ready" {
            return session;
        }
        assert!(Instant::now() < deadline, "{session}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_file_is_taken_at_once_and_again_changes_nothing() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let mut file = lines(0..300);
    file.extend_from_slice(b"{ this is no record\n");
    file.extend(lines(300..301));
    let (status, first) = post_file(&manager, file.clone());
    assert_eq!(status, 200, "{first}");
    let counts =
        |result: &Value| ["added", "skipped", "total", "failed"].map(|name| result[name].as_u64().unwrap());
    assert_eq!(counts(&first), [301, 0, 301, 1]);
    assert_eq!(first["line_errors"][0]["line"], 301, "{first}");
    let (status, second) = post_file(&manager, file);
    assert_eq!((status, counts(&second)), (200, [0, 301, 301, 1]));
    assert_eq!(manager.event_count(), 301);
    let (status, refused) = post_file(&manager, b" \n".to_vec());
    assert_eq!(status, 400, "{refused}");
    manager.stop();
}

#[test]
fn a_file_in_pieces_goes_on_after_a_restart() {
    let directory = TempDir::new().unwrap();
    let options = Options::default().env("USAGE_IMPORT_CHUNK_BYTES", "65536");
    let manager = Manager::start(directory.path(), &options);
    let file = lines(0..200);
    let key = "0123456789abcdef0123456789abcdef";
    let (status, session) = create(&manager, file.len(), key);
    assert_eq!(
        (status, &session["status"], &session["received_bytes"]),
        (201, &json!("uploading"), &json!(0))
    );
    assert_eq!(session["chunk_size_bytes"], 65_536);
    let id = session["id"].as_str().unwrap().to_owned();

    assert_eq!(chunk(&manager, &id, 0, &file[..65_536]).status, 200);
    let twice = chunk(&manager, &id, 0, &file[..65_536]);
    assert_eq!(twice.status, 409, "a chunk at another place than the end: {}", twice.text());
    assert_eq!(
        chunk(&manager, &id, 65_536, &file[65_536..65_536 + 65_537]).status,
        413,
        "larger than a chunk"
    );
    let early = manager.request("POST", &format!("{SESSIONS}/{id}/complete"), None);
    assert_eq!(early.0, 409, "{}", early.1);
    let other =
        manager.request("POST", SESSIONS, Some(json!({"filename": "x", "size_bytes": 5, "resume_key": key})));
    assert_eq!(other.0, 409, "the key of another file: {}", other.1);
    manager.stop();

    let manager = Manager::start(directory.path(), &options);
    let (status, resumed) = create(&manager, file.len(), key);
    assert_eq!((status, &resumed["id"], &resumed["received_bytes"]), (201, &json!(id), &json!(65_536)));
    let mut offset = 65_536;
    for piece in file[offset..].chunks(65_536) {
        let answer = chunk(&manager, &id, offset, piece);
        assert_eq!(answer.status, 200, "{}", answer.text());
        offset += piece.len();
    }
    let (status, _) = manager.request("POST", &format!("{SESSIONS}/{id}/complete"), None);
    assert_eq!(status, 202);
    let session = done(&manager, &id);
    assert_eq!(
        (&session["status"], &session["result"]["added"]),
        (&json!("completed"), &json!(200)),
        "{session}"
    );
    let (status, again) = manager.request("POST", &format!("{SESSIONS}/{id}/complete"), None);
    assert_eq!((status, &again["result"]["added"]), (200, &json!(200)), "complete may be repeated");
    assert_eq!(manager.event_count(), 200);
    manager.stop();
}

#[test]
fn open_imports_are_bounded_in_number_and_bytes_and_can_be_cancelled() {
    let directory = TempDir::new().unwrap();
    let options = Options::default().env("USAGE_IMPORT_DISK_QUOTA_BYTES", "1000000");
    let manager = Manager::start(directory.path(), &options);
    let (status, first) = create(&manager, 600_000, &"a".repeat(32));
    assert_eq!(status, 201, "{first}");
    assert_eq!(create(&manager, 1_000_001, &"b".repeat(32)).0, 413, "larger than everything");
    assert_eq!(create(&manager, 600_000, &"c".repeat(32)).0, 507, "the rest is reserved");
    assert_eq!(create(&manager, 100, &"d".repeat(32)).0, 201);
    assert_eq!(create(&manager, 100, &"e".repeat(32)).0, 429, "two at a time");
    assert_eq!(create(&manager, 0, &"f".repeat(32)).0, 400);
    let id = first["id"].as_str().unwrap();
    let (status, cancelled) = manager.request("DELETE", &format!("{SESSIONS}/{id}"), None);
    assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")));
    assert_eq!(create(&manager, 600_000, &"c".repeat(32)).0, 201, "its place and its bytes are free again");
    assert_eq!(manager.request("GET", &format!("{SESSIONS}/{}", "0".repeat(32)), None).0, 404);
    assert_eq!(manager.request("GET", &format!("{SESSIONS}/..%2f"), None).0, 404);
    manager.stop();
}
