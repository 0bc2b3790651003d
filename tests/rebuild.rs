//! A column index that has to be built again behind the open listener, and questions that nobody waits for any more.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use model::{CredentialMap, DEFAULT_GATEWAY, EventHash, EventTime, TokenCounts, UsageEvent};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::{OpenOptions, Store};
use support::{ADMIN_KEY, Manager, Options, blocking};
use tempfile::TempDir;

/// More than one segment, so that an index under construction has something to show.
const EVENTS: i64 = 300_000;
const BATCH: i64 = 10_000;
const FIRST_MS: i64 = 1_795_000_000_000;
const LONG: Duration = Duration::from_secs(60);

/// Event n, made of one that the normaliser made.
fn event(like: &UsageEvent, n: i64) -> UsageEvent {
    let mut event = like.clone();
    let digest = Sha256::digest(n.to_le_bytes());
    event.event_hash = EventHash(std::array::from_fn(|i| digest[i]));
    event.time = EventTime { ms: FIRST_MS + n * 1000, sub_ms_ns: 0 };
    event.request_id = format!("{n:08x}");
    event.model = format!("model-{}", n % 40);
    event.requested_model.clone_from(&event.model);
    event.account_snapshot = format!("user{}@example.org", n % 25);
    event.latency_ms = Some(100 + n * 7919 % 90_000);
    event.ttft_ms = Some(10 + n * 104_729 % 9000);
    event.tokens =
        TokenCounts { input: n % 5000, output: n % 700, total: n % 5700, ..TokenCounts::default() };
    event.breakdown = None;
    if n % 2 == 0 {
        event.failed = true;
        event.fail_status_code = Some(429);
        event.fail_body = "your plan's quota is exhausted".to_owned();
    }
    event
}

/// A directory with a database of [`EVENTS`] events and no column index; made once a run.
fn database() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rebuild");
        std::fs::remove_dir_all(&directory).ok();
        std::fs::create_dir_all(&directory).unwrap();
        let credentials = CredentialMap::default();
        let context = normaliser::Context {
            gateway_id: DEFAULT_GATEWAY,
            received_at_ms: FIRST_MS,
            credentials: &credentials,
        };
        let normaliser::Outcome::Event(like) = normaliser::normalise(&support::record(1), &context) else {
            panic!("a record is an event");
        };
        let store = Store::open(&directory.join("usage.sqlite"), &OpenOptions::default()).unwrap();
        for first in (0..EVENTS).step_by(BATCH as usize) {
            store
                .append_blocking((first..first + BATCH).map(|n| event(&like, n)).collect(), Vec::new())
                .unwrap();
        }
        store.close();
        directory
    })
}

fn copied() -> TempDir {
    let directory = TempDir::new().unwrap();
    std::fs::copy(database().join("usage.sqlite"), directory.path().join("usage.sqlite")).unwrap();
    directory
}

fn all() -> Value {
    json!({ "from_ms": FIRST_MS, "to_ms": FIRST_MS + EVENTS * 1000, "measures": ["calls", "total_tokens"] })
}

/// Asks from the first moment on until an answer is complete. Each answer must be complete or say how far it is; gives
/// how many said so.
fn watch_rebuild(manager: &Manager) -> usize {
    let (calls, tokens) = (EVENTS, (0..EVENTS).map(|n| n % 5700).sum::<i64>());
    let (deadline, mut partial, mut last) = (Instant::now() + LONG, 0, 0);
    loop {
        let (status, answer) = manager.request("POST", "/api/v1/query", Some(all()));
        assert_eq!(status, 200, "{answer}");
        let found = answer["totals"]["values"]["calls"].as_i64().unwrap();
        let Some(progress) = answer.get("partial") else {
            assert_eq!((found, &answer["totals"]["values"]["total_tokens"]), (calls, &json!(tokens)));
            return partial;
        };
        partial += 1;
        let events = progress["events"].as_i64().unwrap();
        assert!(found < calls && found == events && events >= last, "{answer}");
        let part = progress["progress"].as_f64().unwrap();
        assert!((0.0..1.0).contains(&part), "{progress}");
        last = events;
        let status = &manager.get("/status")["index"];
        if status["state"] != "ready" {
            assert!(
                ["starting", "building", "repairing"].contains(&status["state"].as_str().unwrap()),
                "{status}"
            );
            assert!(
                status["missingSegments"].as_i64() > Some(0) || status["state"] == "starting",
                "{status}"
            );
            assert_eq!(status["eventsExpected"], EVENTS);
        }
        assert!(Instant::now() < deadline, "the index does not become complete: {answer}\n{}", manager.log());
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn settled(manager: &Manager) -> Value {
    manager.wait_status("a ready index", LONG, |status| status["index"]["state"] == "ready")["index"].clone()
}

#[test]
fn answers_during_a_rebuild_say_how_far_it_is_and_become_complete_unaided() {
    let directory = copied();
    let cache = directory.path().join("columns");
    // No cache at all; a manifest that is damaged; segments that are not what the manifest says.
    let manager = Manager::start(directory.path(), &Options::default());
    assert!(watch_rebuild(&manager) > 0, "the first build was over before anybody asked");
    assert_eq!(settled(&manager)["rebuildReason"], "there is no manifest");
    manager.stop();
    let whole = Manager::start(directory.path(), &Options::default());
    assert_eq!(watch_rebuild(&whole).min(1), 0, "a cache that is in order needs no rebuild");
    whole.stop();

    std::fs::write(cache.join("manifest"), b"what is this").unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    assert!(watch_rebuild(&manager) > 0, "the second build was over before anybody asked");
    assert_eq!(settled(&manager)["rebuildReason"], "the manifest is damaged");
    manager.stop();

    for entry in std::fs::read_dir(&cache).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "columns") {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[..64].fill(0x5a);
            std::fs::write(&path, bytes).unwrap();
        }
    }
    let manager = Manager::start(directory.path(), &Options::default());
    assert!(watch_rebuild(&manager) > 0, "the repair was over before anybody asked");
    let status = settled(&manager);
    assert_eq!(status["rebuildReason"], "a cache file is missing or damaged");
    assert_eq!(status["rowsRead"], EVENTS);
}

/// A manager whose column files are truncated after the start, before anybody asked anything.
fn truncated(directory: &Path) -> Manager {
    let manager = Manager::start(directory, &Options::default());
    settled(&manager);
    manager.stop();
    let manager = Manager::start(directory, &Options::default());
    settled(&manager);
    for entry in std::fs::read_dir(directory.join("columns")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "columns") {
            std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(4096).unwrap();
        }
    }
    manager
}

#[test]
fn an_answer_that_lacks_damaged_events_has_no_validator_in_common_with_the_complete_one() {
    let directory = copied();
    let manager = truncated(directory.path());
    let ask = |etag: &str| {
        let request = blocking().request("POST", &manager.at("/api/v1/query")).bearer(ADMIN_KEY);
        request.header("If-None-Match", etag).json(&all()).answer()
    };
    let first = ask("\"none\"");
    assert_eq!((first.status, first.json()["partial"].is_object()), (200, true), "{}", first.text());
    assert_eq!(first.header("etag"), None, "a partial answer must not be kept for a complete one");
    let deadline = Instant::now() + LONG;
    let complete = loop {
        let answer = ask("\"none\"");
        let partial = answer.json()["partial"].is_object();
        assert_eq!(answer.header("etag").is_none(), partial, "{}", answer.text());
        if !partial {
            break answer;
        }
        assert!(Instant::now() < deadline, "the damage is not mended: {}", manager.log());
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(complete.json()["totals"]["values"]["calls"], EVENTS);
    assert_eq!(ask(complete.header("etag").unwrap()).status, 304);
}

#[test]
fn an_export_over_damaged_files_is_refused_or_breaks_off() {
    let directory = copied();
    // Oldest first: the first step already meets the damage.
    let manager = truncated(directory.path());
    let path = manager.at("/api/v1/events.jsonl?order=asc");
    let answer = blocking().get(path).bearer(ADMIN_KEY).answer();
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("index_building")), "{}", answer.status);
    manager.stop();
    // Newest first: it may come to light with any step; only a whole file ends as one.
    let manager = truncated(directory.path());
    let address = manager.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    write!(
        stream,
        "GET /api/v1/events.csv HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {ADMIN_KEY}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok();
    let refused = bytes.starts_with(b"HTTP/1.1 503 ");
    assert!(refused || bytes.starts_with(b"HTTP/1.1 200 "));
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as i64;
    assert!(lines < EVENTS, "the damage did not matter");
    assert!(refused || !bytes.ends_with(b"\r\n0\r\n\r\n"), "a shorter file that looks whole: {lines} lines");
}

#[test]
fn pages_follow_the_same_rules_while_the_index_is_built() {
    let directory = copied();
    let filters = [
        "include=status:FAILED",
        "include=status:failed&include=status:ok",
        "include=status_code:-",
        "account=USER1@example.org",
        "search=quota%20is%20exhausted",
        "model=model-1",
    ];
    let page = |manager: &Manager, filter: &str| manager.get(&format!("/api/v1/events?limit=50&{filter}"));
    let all_failed = |page: &Value| page["items"].as_array().unwrap().iter().all(|row| row["failed"] == true);
    let manager = Manager::start(directory.path(), &Options::default());
    // The first answers come before the first segment is made.
    let early: Vec<Value> = filters.iter().map(|filter| page(&manager, filter)).collect();
    let plain = page(&manager, "status=failed");
    settled(&manager);
    let late: Vec<Value> = filters.iter().map(|filter| page(&manager, filter)).collect();
    let mut partial = 0;
    for ((filter, early), late) in filters.iter().zip(&early).zip(&late) {
        assert!(late["partial"].is_null() && late["total"].is_i64(), "{filter}: {late}");
        if early["partial"].is_object() {
            partial += 1;
        } else {
            assert_eq!(early["items"], late["items"], "{filter}: neither complete nor partial");
        }
    }
    assert!(partial > 0, "the index was there before anybody asked");
    assert!(all_failed(&early[0]) && all_failed(&late[0]));
    assert_eq!(
        plain["items"],
        page(&manager, "status=failed")["items"],
        "the database answers these in full"
    );
}

#[test]
fn histories_and_reports_tell_a_part_from_the_whole() {
    let directory = copied();
    let manager = Manager::start(directory.path(), &Options::default());
    let ask = || {
        let accounts = json!({ "accounts": [{ "row_key": "a", "account_snapshot": "user1@example.org" }] });
        let (status, answer) =
            manager.request("POST", "/v0/management/monitoring/account-history", Some(accounts));
        assert_eq!(status, 200, "{answer}");
        answer
    };
    let mut pending = 0;
    let deadline = Instant::now() + LONG;
    loop {
        let answer = ask();
        let (checkpoint, item) = (&answer["checkpoint"], &answer["items"][0]);
        let partial = answer["partial"].is_object();
        assert_eq!(checkpoint["pending"], partial, "{answer}");
        assert_eq!(item["sync_status"] == "pending", partial, "{answer}");
        assert_eq!(checkpoint["last_event_id"] == checkpoint["latest_id"], !partial, "{answer}");
        if !partial {
            break;
        }
        pending += 1;
        if pending == 1 {
            // The command waits for the whole.
            let report = std::process::Command::new(env!("CARGO_BIN_EXE_cpa-manager-plus"))
                .args([
                    "usage",
                    "--from",
                    "2026-01-01",
                    "--to",
                    "2027-01-01",
                    "--json",
                    "--zone",
                    "UTC",
                    "--url",
                ])
                .arg(&manager.url)
                .env("CPA_MANAGER_ADMIN_KEY", ADMIN_KEY)
                .output()
                .unwrap();
            let report: Value = serde_json::from_slice(&report.stdout).unwrap();
            assert_eq!(
                (&report["total"]["calls"], report.get("partial")),
                (&json!(EVENTS), None),
                "{report}"
            );
        }
        assert!(Instant::now() < deadline, "{answer}");
    }
    assert!(pending > 0, "the index was there before anybody asked");
}

#[test]
fn a_search_that_finds_too_much_says_that_it_was_cut() {
    let directory = copied();
    let manager = Manager::start(directory.path(), &Options::default());
    settled(&manager);
    // Half of the events failed with this text, more than a search looks up.
    let (found, nothing) = ("quota is exhausted", "quota is plentiful");
    let cut = |method: &str, path: &str, body: Option<Value>| {
        let (status, answer) = manager.request(method, path, body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer.get("search_cut").cloned()
    };
    for (phrase, expected) in [(found, Some(json!(true))), (nothing, None)] {
        let mut question = all();
        question["filters"] = json!({ "text": phrase });
        assert_eq!(cut("POST", "/api/v1/query", Some(question)), expected);
        let asked = json!({ "from_ms": FIRST_MS, "to_ms": FIRST_MS + EVENTS * 1000, "search_query": phrase,
            "include": { "summary": true } });
        assert_eq!(cut("POST", "/v0/management/monitoring/analytics", Some(asked)), expected);
        let phrase = phrase.replace(' ', "%20");
        assert_eq!(cut("GET", &format!("/api/v1/events?search={phrase}"), None), expected);
        assert_eq!(cut("GET", &format!("/api/v1/failures?search={phrase}"), None), expected);
        for kind in ["csv", "jsonl"] {
            let path = manager.at(&format!("/api/v1/events.{kind}?search={phrase}&limit=5"));
            let answer = blocking().get(path).bearer(ADMIN_KEY).answer();
            assert_eq!(answer.header("x-cpamp-search-cut"), expected.as_ref().map(|_| "true"), "{kind}");
        }
    }
}

/// Processor time that a process has used, in hundredths of a second.
fn processor_time(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// A question that takes a while; each number makes another one.
fn heavy(n: i64) -> Value {
    json!({ "from_ms": FIRST_MS, "to_ms": FIRST_MS + EVENTS * 1000 - n, "dimensions": ["hour", "model", "account"],
        "measures": ["cost", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "ttft_p50_ms", "ttft_p95_ms"],
        "distinct": ["model", "account"], "compare": {} })
}

/// Sends a question and leaves.
fn ask_and_leave(manager: &Manager, question: &Value) {
    let body = question.to_string();
    let mut stream = TcpStream::connect(manager.url.strip_prefix("http://").unwrap()).unwrap();
    write!(
        stream,
        "POST /api/v1/query HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {ADMIN_KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(10));
    stream.shutdown(Shutdown::Both).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_goes_away_takes_its_question_with_it() {
    const ASKED: i64 = 40;
    let directory = copied();
    let manager = Manager::start(directory.path(), &Options::default());
    settled(&manager);
    let before = processor_time(manager.id());
    for n in 0..3 {
        let (status, answer) = manager.request("POST", "/api/v1/query", Some(heavy(n)));
        assert_eq!(status, 200, "{answer}");
    }
    let each = (processor_time(manager.id()) - before) as f64 / 3.0;
    assert!(each >= 4.0, "a question that costs {each} hundredths of a second is not heavy");
    let before = processor_time(manager.id());
    for n in 0..ASKED {
        ask_and_leave(&manager, &heavy(100 + n));
    }
    // Whatever went on would be done by now.
    std::thread::sleep(Duration::from_millis((each * 10.0) as u64 * 4 + 500));
    let spent = (processor_time(manager.id()) - before) as f64 / ASKED as f64;
    assert!(
        spent < each / 2.0,
        "{spent} of {each} hundredths of a second for each question that nobody waits for"
    );
    // And nothing is left in the way of others.
    let started = Instant::now();
    assert_eq!(manager.request("POST", "/api/v1/query", Some(all())).0, 200);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

/// Names and nice values of a process's threads.
#[cfg(target_os = "linux")]
fn threads(id: u32) -> Vec<(String, i32)> {
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).unwrap();
    // A thread may end while we look.
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
    stats
        .map(|stat| {
            let (before, after) = stat.rsplit_once(')').unwrap();
            let name = before.split_once('(').unwrap().1.to_owned();
            (name, after.split_whitespace().nth(16).unwrap().parse().unwrap())
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn building_stands_back_behind_what_takes_records_in() {
    let directory = copied();
    let manager = Manager::start(directory.path(), &Options::default());
    let deadline = Instant::now() + LONG;
    let seen = loop {
        let seen = threads(manager.id());
        if seen.iter().any(|(name, _)| name == "index-builder") {
            break seen;
        }
        assert!(Instant::now() < deadline, "nothing is built: {seen:?}");
    };
    let usual = seen.iter().find(|(name, _)| name == "store-writer").unwrap().1;
    for (name, nice) in &seen {
        let behind = name == "index" || name == "index-builder";
        assert_eq!(*nice, if behind { (usual + 5).min(19) } else { usual }, "{name} in {seen:?}");
    }
}
