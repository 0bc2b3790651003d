//! The command line of the real binary: help, answers and refusals, word by word.

mod support;

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use store::{OpenOptions, ProcessLock, SettingChange, Store};

/// The binary in an empty environment, with a data directory of its own.
struct Terminal {
    dir: tempfile::TempDir,
    env: Vec<(String, String)>,
}

impl Terminal {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("temporary directory"), env: Vec::new() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    fn database(&self) -> std::path::PathBuf {
        self.data().join("usage.sqlite")
    }

    /// Makes an empty database, as a server does at its first start.
    fn create_database(&self) {
        fs::create_dir_all(self.data()).expect("made");
        let store = Store::open(&self.database(), &OpenOptions::default()).expect("opened");
        store.close();
    }

    fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_cpa-manager-plus"))
            .args(arguments)
            .env_clear()
            .env("USAGE_DATA_DIR", self.data())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs");
        Answer { output, data: self.dir.path().display().to_string() }
    }
}

/// What a command said and how it ended.
struct Answer {
    output: Output,
    data: String,
}

impl Answer {
    fn out(&self) -> String {
        self.filtered(&self.output.stdout)
    }

    fn err(&self) -> String {
        self.filtered(&self.output.stderr)
    }

    fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    fn filtered(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes)
            .replace(&self.data, "[DIR]")
            .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    }

    /// Exit code 0 and nothing on standard error.
    fn succeeded(self) -> Self {
        assert_eq!((self.code(), self.err().as_str()), (Some(0), ""), "{}", self.out());
        self
    }

    /// Exit code 1 and nothing on standard output; answers what stands on standard error.
    fn refusal(&self) -> String {
        assert_eq!((self.code(), self.out().as_str()), (Some(1), ""), "{}", self.err());
        self.err()
    }
}

fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.txt"));
    if std::env::var_os("CPAMP_UPDATE_SNAPSHOTS").is_some() {
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(&path, text).expect("written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{} differs.\n--- expected\n{expected}\n--- now\n{text}", path.display());
}

#[test]
fn help_of_every_command() {
    let terminal = Terminal::new();
    snapshot("help", &terminal.run(["--help"]).succeeded().out());
    for command in COMMANDS {
        snapshot(&format!("help-{command}"), &terminal.run([command, "--help"]).succeeded().out());
    }
    assert!(!terminal.data().exists(), "asking for help starts nothing");
    assert_eq!(terminal.run(["-h"]).succeeded().out(), terminal.run(["--help"]).succeeded().out());
}

const COMMANDS: [&str; 9] =
    ["serve", "demo", "simulate", "reset-admin-key", "export", "import", "backup", "health", "version"];

#[test]
fn the_help_page_lists_every_command_that_is_tested_here() {
    let help = Terminal::new().run(["--help"]).succeeded().out();
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("    "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(listed, COMMANDS);
}

#[test]
fn versions() {
    let terminal = Terminal::new();
    assert_eq!(terminal.run(["version"]).succeeded().out(), "cpa-manager-plus [VERSION]\n");
    assert_eq!(terminal.run(["--version"]).succeeded().out(), "cpa-manager-plus [VERSION]\n");
    assert_eq!(terminal.run(["-V"]).succeeded().out(), "cpa-manager-plus [VERSION]\n");
    assert!(!terminal.data().exists());
}

#[test]
fn mistakes_on_the_command_line() {
    let terminal = Terminal::new();
    let mut text = String::new();
    for arguments in [
        &["nonsense"][..],
        &["serve", "stray"],
        &["--no-such-flag"],
        &["serve", "--batch-size"],
        &["reset-admin-key", "--admin-key", "a", "--admin-key-file", "b"],
        &["reset-admin-key", "stray"],
        &["version", "--loud"],
    ] {
        text.push_str(&format!(
            "$ cpa-manager-plus {}\n{}\n",
            arguments.join(" "),
            terminal.run(arguments).refusal()
        ));
    }
    snapshot("mistakes", &text);
    assert!(!terminal.data().exists(), "a mistake starts nothing");
}

#[test]
fn settings_that_stop_the_start() {
    let mut text = String::new();
    for (name, value) in [
        ("HTTP_ADDR", "somewhere"),
        ("USAGE_BATCH_SIZE", "0"),
        ("USAGE_COLLECTOR_MODE", "pull"),
        ("CPA_MANAGER_ADMIN_KEY_FILE", "/nonexistent/key"),
        ("CPA_UPSTREAM_URL", "ftp://cpa"),
        ("CPAMP_LOG", "cpamp=loud"),
    ] {
        let terminal = Terminal::new().with(name, value);
        text.push_str(&format!("$ {name}={value} cpa-manager-plus\n{}\n", terminal.run([""; 0]).refusal()));
        assert!(!terminal.data().exists(), "{name}");
    }
    let terminal = Terminal::new();
    let refusal = terminal.run(["--poll-interval-ms", "soon"]).refusal();
    text.push_str(&format!("$ cpa-manager-plus --poll-interval-ms soon\n{refusal}\n"));
    snapshot("settings", &text);
    let planted = Terminal::new().with("CPA_MANAGEMENT_KEY", "planted-\u{1}key").run(["serve"]).refusal();
    assert!(planted.contains("CPA_MANAGEMENT_KEY") && !planted.contains("planted"), "{planted}");
}

#[test]
fn a_new_admin_key() {
    let terminal = Terminal::new();
    terminal.create_database();
    let answer = terminal.run(["reset-admin-key"]).succeeded().out();
    let key = answer.lines().find_map(|line| line.strip_prefix("New admin key: ")).expect("a key").to_owned();
    let random = key.strip_prefix("cmp_admin_").expect("the prefix");
    assert!(random.len() == 32 && random.chars().all(|c| c.is_ascii_alphanumeric()), "{key}");
    snapshot("reset", &answer.replace(&key, "[KEY]"));
    assert!(stored_credential(&terminal).verify(&key));

    // As the reference takes it: one dash, the older name.
    let answer =
        terminal.run(["reset-admin-password", "-admin-key", "planted-new-admin-key-0123"]).succeeded();
    assert!(!answer.out().contains("planted"), "a given key is not repeated");
    let credential = stored_credential(&terminal);
    assert!(credential.verify("planted-new-admin-key-0123") && !credential.verify(&key));

    let file = terminal.dir.path().join("key");
    fs::write(&file, " from-a-file-0123456789 \n").expect("written");
    let database = terminal.database();
    let elsewhere = Terminal::new();
    elsewhere
        .run([
            OsStr::new("reset-admin-key"),
            "--db-path".as_ref(),
            database.as_ref(),
            "--admin-key-file".as_ref(),
            file.as_ref(),
        ])
        .succeeded();
    assert!(stored_credential(&terminal).verify("from-a-file-0123456789"));
}

#[test]
fn a_new_admin_key_beside_a_running_server() {
    let terminal = Terminal::new();
    terminal.create_database();
    let lock = ProcessLock::acquire(&terminal.database()).expect("free");
    let server = Store::open(&terminal.database(), &OpenOptions::default()).expect("opened");
    let answer = terminal.run(["reset-admin-key"]).succeeded().out();
    assert!(answer.ends_with("everybody has to log in again.\n"), "{answer}");
    server.close();
    drop(lock);
    let key = answer.lines().find_map(|line| line.strip_prefix("New admin key: ")).expect("a key");
    snapshot("reset-beside", &answer.replace(key, "[KEY]"));
    assert!(stored_credential(&terminal).verify(key));
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

#[test]
fn a_reset_admin_key_reaches_the_running_server() {
    let terminal = Terminal::new();
    let manager = support::Manager::start(&terminal.data(), &support::Options::default());
    let status = |key: &str| support::blocking().request("GET", &manager.at("/status")).bearer(key).call().0;
    assert_eq!(status(support::ADMIN_KEY), 200);
    terminal.run(["reset-admin-key", "--admin-key", "another-admin-key-0123456789"]).succeeded();
    let deadline = Instant::now() + Duration::from_secs(20);
    let old = loop {
        let old = status(support::ADMIN_KEY);
        if old != 200 {
            break old;
        }
        assert!(Instant::now() < deadline, "the new key is not taken over");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!((old, status("another-admin-key-0123456789")), (401, 200));
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

fn stored_credential(terminal: &Terminal) -> vault::AdminCredential {
    let store = Store::open(&terminal.database(), &OpenOptions::default()).expect("opened");
    let text = store
        .read_blocking(|reader| reader.setting(store::PRODUCT, "admin_credential_v1"))
        .expect("readable")
        .expect("a credential");
    store.close();
    vault::AdminCredential::from_json(&text).expect("well formed")
}

#[test]
fn databases_that_commands_refuse() {
    let mut text = String::new();
    for command in [&["reset-admin-key"][..], &["backup", "x.tar"]] {
        let terminal = Terminal::new();
        text.push_str(&format!(
            "$ {} # no data directory\n{}\n",
            command[0],
            terminal.run(command).refusal()
        ));
        assert!(!terminal.data().exists());
        fs::create_dir(terminal.data()).expect("made");
        text.push_str(&format!("$ {} # no database\n{}\n", command[0], terminal.run(command).refusal()));
        fs::write(terminal.database(), "not a database, but long enough to have a header of a hundred bytes, which is what is read first")
            .expect("written");
        text.push_str(&format!("$ {} # another file\n{}\n", command[0], terminal.run(command).refusal()));
        let left: Vec<_> = fs::read_dir(terminal.data()).expect("readable").collect();
        assert_eq!(left.len(), 1, "nothing was added: {left:?}");
    }
    snapshot("refused-databases", &text);
}

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
fn health_asks_the_local_listener() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("bound").to_string();
    let server = std::thread::spawn(move || {
        for body in
            ["{\"ok\":true,\"service\":\"cpa-manager-plus\"}\n", "{\"ok\":true,\"service\":\"another\"}\n"]
        {
            let (mut stream, _) = listener.accept().expect("accepted");
            let mut head = [0; 1024];
            let taken = stream.read(&mut head).expect("read");
            assert!(head[..taken].starts_with(b"GET /health HTTP/1.1\r\n"));
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .expect("written");
        }
    });
    let terminal = Terminal::new().with("HTTP_ADDR", &address);
    assert_eq!(
        terminal.run(["health"]).succeeded().out(),
        "{\"ok\":true,\"service\":\"cpa-manager-plus\"}\n"
    );
    let answer = Terminal::new().run(["health", "--http-addr", &address]).refusal();
    assert!(answer.contains("another program may be listening"), "{answer}");
    server.join().expect("served");
    let answer = terminal.run(["health"]).refusal();
    assert!(answer.starts_with(&format!("error: no answer from http://{address}/health: ")), "{answer}");
}

#[test]
fn the_committed_settings_page_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manager-server.md");
    let committed = fs::read_to_string(path).expect("docs/manager-server.md");
    let answer = Terminal::new().run(["settings-doc"]).succeeded();
    let now = String::from_utf8_lossy(&answer.output.stdout).into_owned();
    assert!(
        now.trim_end() == committed.trim_end(),
        "docs/manager-server.md is out of date: run `cargo xtask docs`"
    );
}
