//! The commands that carry data: backup, export, import, and the simulated past.

mod support;
mod terminal;

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use store::{OpenOptions, ProcessLock, SettingChange, Store};
use terminal::Terminal;

#[test]
fn a_backup_holds_database_and_key() {
    let terminal = Terminal::new();
    terminal.create_database();
    fs::write(terminal.data().join("data.key"), "not-a-real-key\n").expect("written");
    let answer = terminal.run(["backup", "saved.tar.gz"]).succeeded().out();
    assert!(
        answer.starts_with("[DIR]/saved.tar.gz: 0 events, ") && answer.ends_with(" bytes, verified\n"),
        "{answer}"
    );
    let archive = terminal.dir.path().join("saved.tar.gz");
    let bytes = fs::read(&archive).expect("there");
    check_archive(&bytes, &["usage.sqlite", "data.key"]);
    assert!(terminal.run(["backup", "saved.tar.gz"]).refusal().contains("exists already"));
    let left: Vec<_> =
        fs::read_dir(terminal.dir.path()).expect("readable").map(|e| e.expect("entry").file_name()).collect();
    assert_eq!(left.len(), 2, "nothing is left over: {left:?}");

    fs::remove_file(terminal.data().join("data.key")).expect("removed");
    let answer = terminal.run(["backup", "-"]);
    assert_eq!(answer.code(), Some(0));
    assert!(
        answer.err().contains("warning: there is no data key at [DIR]/data/data.key"),
        "{}",
        answer.err()
    );
    check_archive(&answer.output.stdout, &["usage.sqlite"]);
}

/// Every commit of the server makes SQLite's backup start over, unless the copy is read in one piece.
#[test]
fn a_backup_beside_a_server_that_writes_all_the_time() {
    const CHAPTERS: usize = 128;
    /// Then the server falls silent, so that a backup that starts over and over ends the test.
    const PATIENCE: Duration = Duration::from_secs(20);
    let terminal = Terminal::new();
    terminal.create_database();
    fs::write(terminal.data().join("data.key"), "not-a-real-key\n").expect("written");
    let _lock = ProcessLock::acquire(&terminal.database()).expect("free");
    let server = Store::open(&terminal.database(), &OpenOptions::default()).expect("opened");
    let put = |key: String, value: String| {
        store::wait(server.change_settings(vec![SettingChange::put(store::PRODUCT, key, value)]))
            .expect("stored");
    };
    for chapter in 0..CHAPTERS {
        put(format!("chapter-{chapter}"), "x".repeat(1 << 20));
    }
    let done = AtomicBool::new(false);
    let (answer, commits, silent) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let (started, mut commits) = (Instant::now(), 0);
            while !done.load(Ordering::Relaxed) && started.elapsed() < PATIENCE {
                put("clock".to_owned(), commits.to_string());
                commits += 1;
            }
            (commits, started.elapsed() >= PATIENCE)
        });
        let answer = terminal.run(["backup", "busy.tar"]);
        done.store(true, Ordering::Relaxed);
        let (commits, silent) = writer.join().expect("the writer ends");
        (answer, commits, silent)
    });
    answer.succeeded();
    assert!(commits > 10 && !silent, "{commits} commits; the backup waited for the silence: {silent}");
    server.close();
    let dir = tempfile::tempdir().expect("temporary directory");
    let archive = fs::File::open(terminal.dir.path().join("busy.tar")).expect("there");
    tar::Archive::new(archive).unpack(dir.path()).expect("unpacked");
    let copy = Store::open(&dir.path().join("usage.sqlite"), &OpenOptions::default()).expect("opens whole");
    for chapter in 0..CHAPTERS {
        let value =
            copy.read_blocking(|reader| reader.setting(store::PRODUCT, &format!("chapter-{chapter}")));
        assert_eq!(value.expect("readable").map(|value| value.len()), Some(1 << 20), "chapter {chapter}");
    }
    copy.close();
}

/// Unpacks an archive, compares names and opens the database.
fn check_archive(bytes: &[u8], names: &[&str]) {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let dir = tempfile::tempdir().expect("temporary directory");
    let mut found = Vec::new();
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("whole");
        assert_eq!(entry.header().mode().expect("a mode") & 0o777, 0o600);
        found.push(entry.path().expect("a path").display().to_string());
        entry.unpack_in(dir.path()).expect("unpacked");
    }
    assert_eq!(found, names);
    let store = Store::open(&dir.path().join("usage.sqlite"), &OpenOptions::default()).expect("opens whole");
    store.close();
}

#[test]
fn a_simulated_past() {
    let terminal = Terminal::new();
    let write = |name: &str| {
        let answer = terminal.run([
            "simulate",
            "--history-events",
            "500",
            "--history-days",
            "3",
            "--history-file",
            name,
        ]);
        assert_eq!((answer.code(), answer.out().as_str()), (Some(0), ""), "{}", answer.err());
        assert_eq!(answer.err(), format!("500 records written to {name}\n"));
    };
    write("past.jsonl");
    let text = fs::read_to_string(terminal.dir.path().join("past.jsonl")).expect("there");
    assert_eq!(text.lines().count(), 500);
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("one JSON object per line");
        assert!(record["timestamp"].is_string() && record["request_id"].is_string());
    }
    let again = ["simulate", "--history-events", "1", "--history-file", "past.jsonl"];
    assert!(terminal.run(again).refusal().contains("cannot write past.jsonl: File exists"));
    assert!(terminal.run(["simulate", "--history-events", "1"]).refusal().contains("--history-file"));
}

/// Writes a past of so many records and answers the file's name.
fn past(terminal: &Terminal, events: usize) -> String {
    let name = format!("past-{events}.jsonl");
    let count = events.to_string();
    let answer = terminal.run(["simulate", "--history-events", &count, "--history-file", &name]);
    assert_eq!(answer.code(), Some(0), "{}", answer.err());
    name
}

#[test]
fn import_and_export_of_a_stopped_server() {
    let terminal = Terminal::new();
    terminal.create_database();
    let file = past(&terminal, 700);
    let mut text = fs::read_to_string(terminal.dir.path().join(&file)).expect("there");
    text.insert_str(text.find('\n').expect("a line") + 1, "{broken\n");
    fs::write(terminal.dir.path().join(&file), text).expect("written");
    let answer = terminal.run(["import", &file]);
    assert_eq!(answer.code(), Some(0), "{}", answer.err());
    assert!(answer.err().starts_with("line 2: "), "{}", answer.err());
    let said =
        "usage_service_jsonl: 700 events added, 0 skipped (stored before), 1 lines failed, 0 unsupported\n";
    assert_eq!(answer.out(), said);

    let all = terminal.run(["export"]).succeeded().output.stdout;
    assert_eq!(all.iter().filter(|byte| **byte == b'\n').count(), 700);
    let answer = terminal.run(["export", "all.jsonl"]);
    assert_eq!((answer.code(), answer.err().as_str()), (Some(0), "700 events written to all.jsonl\n"));
    assert_eq!(fs::read(terminal.dir.path().join("all.jsonl")).expect("there"), all);
    assert!(terminal.run(["export", "all.jsonl"]).refusal().contains("exists already"));
    let newest = terminal.run(["export", "--limit", "9"]).succeeded().output.stdout;
    assert!(all.ends_with(&newest) && newest.iter().filter(|byte| **byte == b'\n').count() == 9);

    // What was exported is known, here and, after one import, elsewhere.
    let again = terminal.run(["import", "all.jsonl"]).succeeded().out();
    assert!(again.starts_with("usage_service_jsonl: 0 events added, 700 skipped"), "{again}");
    let other = Terminal::new();
    other.create_database();
    let from = terminal.dir.path().join("all.jsonl");
    other.run([OsStr::new("import"), from.as_os_str()]).succeeded();
    assert_eq!(other.run(["export"]).succeeded().output.stdout, all, "the round trip keeps every byte");
}

#[test]
fn import_and_export_through_a_running_server() {
    let terminal = Terminal::new().with("CPA_MANAGER_ADMIN_KEY", support::ADMIN_KEY);
    let manager = support::Manager::start(&terminal.data(), &support::Options::default());
    let file = past(&terminal, 600);
    let refusal = terminal.run(["import", &file]).refusal();
    assert!(
        refusal.contains("a server runs on this database\nhint: import through it with --url"),
        "{refusal}"
    );

    let added = terminal.run(["import", &file, "--url", &manager.url]).succeeded().out();
    assert!(added.starts_with("usage_service_jsonl: 600 events added, 0 skipped"), "{added}");
    let again = terminal.run(["import", &file, "--url", &manager.url]).succeeded().out();
    assert!(again.starts_with("usage_service_jsonl: 0 events added, 600 skipped"), "{again}");
    let remote = terminal.run(["export", "--url", &manager.url]).succeeded().output.stdout;
    let local = terminal.run(["export"]).succeeded().output.stdout;
    assert!(remote == local && remote.iter().filter(|byte| **byte == b'\n').count() == 600);

    fs::write(terminal.dir.path().join("wrong"), "cmp_admin_wrong").expect("written");
    let refusal = terminal.run(["export", "--url", &manager.url, "--admin-key-file", "wrong"]).refusal();
    assert!(refusal.contains("(status 401)") && refusal.contains("\nhint: "), "{refusal}");
    let refusal = Terminal::new().run(["export", "--url", &manager.url]).refusal();
    assert!(refusal.starts_with("error: the admin key is not known\nhint: "), "{refusal}");
    manager.stop();
}

#[cfg(unix)]
#[test]
fn a_simulated_gateway_runs_until_it_is_told_to_stop() {
    use std::io::{BufRead as _, BufReader};
    let mut child = Command::new(env!("CARGO_BIN_EXE_cpa-manager-plus"))
        .args(["simulate", "--listen", "127.0.0.1:0", "--rate", "50", "--steady", "--no-bcrypt"])
        .env_clear()
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let first = lines.next().expect("a line").expect("text");
    let url = first.strip_prefix("simulated gateway on http://").expect("the address");
    let address = url.split(',').next().expect("an address").to_owned();
    let mut stream = std::net::TcpStream::connect(&address).expect("listening");
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let stopped = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(stopped.success() && child.wait().expect("ended").success());
    let rest: Vec<String> = lines.map(|line| line.expect("text")).collect();
    assert!(rest.last().is_some_and(|line| line.ends_with(" records published")), "{rest:?}");
}
