//! The command line of the real binary: help, answers and refusals, word by word.

mod support;
mod terminal;

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use store::{OpenOptions, ProcessLock, Store};
use terminal::{Terminal, snapshot};

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

const COMMANDS: [&str; 10] = [
    "serve",
    "demo",
    "simulate",
    "reset-admin-key",
    "export",
    "import",
    "usage",
    "backup",
    "health",
    "version",
];

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

/// The generated key in a log, if one was printed.
fn announced(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("admin key generated: ")?;
    Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
}

#[test]
fn a_generated_admin_key_is_printed_although_the_first_start_failed() {
    let busy = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = busy.local_addr().expect("bound").to_string();
    let terminal = Terminal::new().with("HTTP_ADDR", &address);
    let refusal = terminal.run(["serve"]).refusal();
    assert!(refusal.contains("cannot listen on") && announced(&refusal).is_none(), "{refusal}");
    drop(busy);
    let options = support::Options::default().env("CPA_MANAGER_ADMIN_KEY", "");
    let manager = support::Manager::start(&terminal.data(), &options);
    let log = manager.log();
    let key = announced(&log).unwrap_or_else(|| panic!("no start printed the key that is in force:\n{log}"));
    let status = support::blocking().request("GET", &manager.at("/status")).bearer(&key).call().0;
    assert_eq!(status, 200, "the printed key is in force");
    let position = |text: &str| log.find(text).expect("logged");
    assert!(position("admin key generated") < position("listening"), "{log}");
    manager.stop();
    let manager = support::Manager::start(&terminal.data(), &options);
    assert_eq!(announced(&manager.log()), None, "printed once");
    manager.stop();
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
    let trail = support::blocking().get(manager.at("/api/v1/audit?action=admin_key.reset"));
    let (status, trail) = trail.bearer("another-admin-key-0123456789").call();
    assert!(status == 200 && trail.contains(r#""kind":"command_line","address":null"#), "{status} {trail}");
    manager.stop();
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

/// A program that is stopped with the test, however that ends.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn the_demo_serves_the_panel_that_it_is_given() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let panel = directory.path().join("management.html");
    fs::write(&panel, "<!doctype html><title>a panel under development</title>").expect("written");
    let demo = std::process::Command::new(env!("CARGO_BIN_EXE_cpa-manager-plus"))
        .args(["demo", "--listen", "127.0.0.1:0", "--days", "1", "--events", "10"])
        .env_clear()
        .env("PANEL_PATH", &panel)
        // What belongs to a real installation does not concern the demo.
        .env("USAGE_DATA_DIR", directory.path().join("data"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the demo starts");
    let mut demo = Running(demo);
    let output = demo.0.stdout.take().expect("an output");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(output));
    let address = lines.find_map(|line| {
        let line = line.expect("text");
        let url = line.split_once("http://")?.1;
        url.strip_suffix("/management.html").map(str::to_owned)
    });
    let mut page = String::new();
    let asked = std::net::TcpStream::connect(address.expect("an address")).and_then(|mut stream| {
        stream.write_all(b"GET /management.html HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n")?;
        stream.read_to_string(&mut page)
    });
    drop(demo);
    asked.expect("answers");
    assert!(page.contains("a panel under development"), "{page}");
    assert!(!directory.path().join("data").exists());
}
