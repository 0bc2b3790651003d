//! The real binary as a child process, a simulated gateway in this process, and what tests ask of both.

#![expect(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses another part of this module")]

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};

/// The admin key of every manager that a test starts.
pub const ADMIN_KEY: &str = "cmp_admin_TestTestTestTestTestTestTestTest";
/// The management key of the simulated gateway.
pub const MANAGEMENT_KEY: &str = simulator::DEFAULT_MANAGEMENT_KEY;

/// How to start a manager.
#[derive(Clone, Default)]
pub struct Options {
    /// Environment beside the defaults of [`Manager::start`].
    pub env: HashMap<String, String>,
}

impl Options {
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// A connection given by the environment.
    pub fn upstream(self, url: &str) -> Self {
        self.env("CPA_UPSTREAM_URL", url).env("CPA_MANAGEMENT_KEY", MANAGEMENT_KEY)
    }
}

/// A running manager.
pub struct Manager {
    child: Child,
    pub url: String,
    pub directory: PathBuf,
    pub log: std::sync::Arc<std::sync::Mutex<String>>,
}

impl Manager {
    /// Starts a manager on a free port and waits until it answers.
    pub fn start(directory: &Path, options: &Options) -> Self {
        let (child, log, address) = spawn(directory, options);
        let manager = Self { child, url: format!("http://{address}"), directory: directory.to_owned(), log };
        let client = blocking();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if client.get(manager.at("/health")).call_ok() {
                return manager;
            }
            assert!(Instant::now() < deadline, "the manager does not answer:\n{}", manager.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process as a power button would.
    pub fn kill(mut self) -> Instant {
        self.child.kill().unwrap();
        let at = Instant::now();
        self.child.wait().unwrap();
        at
    }

    /// Asks the process to stop and waits for its end; answers how long it took.
    pub fn stop(mut self) -> Duration {
        let started = Instant::now();
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        let deadline = started + Duration::from_secs(15);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "exit {status}:\n{}", self.log());
                return started.elapsed();
            }
            assert!(Instant::now() < deadline, "the manager does not stop:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// A request with the admin key; panics on transport errors.
    pub fn request(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = blocking().request(method, &self.at(path)).bearer(ADMIN_KEY);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let (status, text) = request.call();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub fn get(&self, path: &str) -> Value {
        let (status, body) = self.request("GET", path, None);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub fn event_count(&self) -> u64 {
        self.get("/status")["eventCount"].as_u64().unwrap()
    }

    /// Connects a gateway as the set-up page does.
    pub fn setup(&self, url: &str) -> (u16, Value) {
        self.request("POST", "/setup", Some(json!({"cpaBaseUrl": url, "cpaManagementKey": MANAGEMENT_KEY})))
    }

    /// Waits until `/status` satisfies a condition.
    pub fn wait_status(&self, what: &str, within: Duration, test: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + within;
        loop {
            let status = self.get("/status");
            if test(&status) {
                return status;
            }
            assert!(Instant::now() < deadline, "{what} did not happen:\n{status:#}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn wait_transport(&self, transport: &str) -> Value {
        self.wait_status(&format!("transport {transport}"), Duration::from_secs(20), |status| {
            status["collector"]["transport"] == transport && status["collector"]["collector"] == "running"
        })
    }

    pub fn wait_events(&self, count: u64, within: Duration) -> Value {
        self.wait_status(&format!("{count} events"), within, |status| {
            status["eventCount"].as_u64() >= Some(count)
        })
    }

    /// The request ids of all stored events.
    pub fn stored_request_ids(&self) -> Vec<String> {
        let (status, text) =
            blocking().request("GET", &self.at("/v0/management/usage/export")).bearer(ADMIN_KEY).call();
        assert_eq!(status, 200, "{text}");
        text.lines()
            .map(|line| {
                let event: Value = serde_json::from_str(line).unwrap();
                event["request_id"].as_str().unwrap_or_default().to_owned()
            })
            .collect()
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

fn spawn(directory: &Path, options: &Options) -> (Child, std::sync::Arc<std::sync::Mutex<String>>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cpa-manager-plus"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HTTP_ADDR", "127.0.0.1:0")
        .env("USAGE_DATA_DIR", directory)
        .env("CPA_MANAGER_ADMIN_KEY", ADMIN_KEY)
        .env("CPAMP_LOG_FORMAT", "json")
        .envs(&options.env)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let log = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let (sender, receiver) = mpsc::sync_channel(1);
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let copy = std::sync::Arc::clone(&log);
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some(address) = listening_address(&line) {
                sender.try_send(address).ok();
            }
            let mut copy = copy.lock().unwrap();
            copy.push_str(&line);
            copy.push('\n');
        }
    });
    match receiver.recv_timeout(Duration::from_secs(20)) {
        Ok(address) => (child, log, address),
        Err(_) => {
            child.kill().ok();
            child.wait().ok();
            panic!("the manager does not listen:\n{}", log.lock().unwrap());
        }
    }
}

/// The address in the log line that says where the manager listens.
fn listening_address(line: &str) -> Option<String> {
    let entry: Value = serde_json::from_str(line).ok()?;
    let fields = entry.get("fields").unwrap_or(&entry);
    (fields["message"] == "listening").then(|| fields["address"].as_str().unwrap().to_owned())
}

/// Builds a library of `tests/fixtures` that changes what a process sees of its system, for `LD_PRELOAD`.
pub fn preloaded(source: &str, directory: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(source);
    let library = directory.join(source.file_name().unwrap()).with_extension("so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let built =
        Command::new(compiler).args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source]).status();
    assert!(built.unwrap().success(), "a C compiler is needed, as for the program itself");
    library
}

/// A record of the gateway whose request id is its number.
pub fn record(number: u64) -> Bytes {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Bytes::from(format!(
        concat!(
            r#"{{"timestamp":"{}","latency_ms":120,"ttft_ms":40,"source":"dev@example.org","auth_index":"7d1f0c2ab94e6631","#,
            r#""client_ip":"10.0.0.1","x_forwarded_for":"","user_agent":"agent/1.0","#,
            r#""tokens":{{"input_tokens":100,"output_tokens":20,"reasoning_tokens":0,"cached_tokens":0,"cache_read_tokens":0,"#,
            r#""cache_read_tokens_present":true,"cache_creation_tokens":0,"total_tokens":120}},"failed":false,"generate":true,"#,
            r#""fail":{{"status_code":200,"body":""}},"provider":"claude","executor_type":"ClaudeExecutor","model":"m","alias":"m","#,
            r#""endpoint":"POST /v1/messages","auth_type":"oauth","api_key":"sk-test-client","request_id":"{:08x}","#,
            r#""reasoning_effort":"","service_tier":"auto"}}"#
        ),
        rfc3339(now),
        number
    ))
}

fn rfc3339(since_epoch: Duration) -> String {
    jiff::Timestamp::new(since_epoch.as_secs() as i64, since_epoch.subsec_nanos() as i32).unwrap().to_string()
}

/// A blocking HTTP client, so that tests read from top to bottom.
pub fn blocking() -> Http {
    Http
}

/// Makes requests over plain HTTP with a fresh connection each.
pub struct Http;

pub struct HttpRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Http {
    pub fn get(&self, url: String) -> HttpRequest {
        self.request("GET", &url)
    }

    pub fn request(&self, method: &str, url: &str) -> HttpRequest {
        HttpRequest { method: method.to_owned(), url: url.to_owned(), headers: Vec::new(), body: Vec::new() }
    }
}

impl HttpRequest {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, key: &str) -> Self {
        self.header("Authorization", &format!("Bearer {key}"))
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.body = serde_json::to_vec(body).unwrap();
        self.header("Content-Type", "application/json")
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn call_ok(self) -> bool {
        self.try_call().is_some_and(|answer| answer.status == 200)
    }

    pub fn call(self) -> (u16, String) {
        let description = format!("{} {}", self.method, self.url);
        let answer = self.try_call().unwrap_or_else(|| panic!("no answer to {description}"));
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    pub fn answer(self) -> HttpAnswer {
        let description = format!("{} {}", self.method, self.url);
        self.try_call().unwrap_or_else(|| panic!("no answer to {description}"))
    }

    fn try_call(self) -> Option<HttpAnswer> {
        use std::io::{Read as _, Write as _};
        let rest = self.url.strip_prefix("http://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut stream = std::net::TcpStream::connect(host).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        let mut head = format!("{} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n", self.method);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        stream.write_all(head.as_bytes()).ok()?;
        // A server that refuses early may close before it has read the body; its answer still counts.
        stream.write_all(&self.body).ok();
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        if read.is_err() && bytes.is_empty() {
            return None;
        }
        HttpAnswer::parse(&bytes)
    }
}

pub struct HttpAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpAnswer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if chunked { dechunk(&bytes[end + 4..]) } else { bytes[end + 4..].to_vec() };
        Some(Self { status, headers, body })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| Value::String(self.text()))
    }
}

fn dechunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = String::from_utf8_lossy(&bytes[..end]);
        let Ok(size) = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16) else {
            break;
        };
        let start = end + 2;
        if size == 0 || bytes.len() < start + size {
            body.extend_from_slice(&bytes[start.min(bytes.len())..(start + size).min(bytes.len())]);
            break;
        }
        body.extend_from_slice(&bytes[start..start + size]);
        bytes = &bytes[(start + size + 2).min(bytes.len())..];
    }
    body
}
