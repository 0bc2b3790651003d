//! The real program as a child process: as a manager, or as a gateway of its own.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::http::Client;

/// The admin key of every manager that the bench starts.
pub const ADMIN_KEY: &str = "cmp_admin_BenchBenchBenchBenchBenchBench";

/// How long a program may take to answer for the first time.
const START: Duration = Duration::from_secs(60);

/// How long a program may take to end after it was asked to.
const STOP: Duration = Duration::from_secs(20);

/// Pause between two looks while a start is timed.
const LOOK: Duration = Duration::from_millis(1);

/// Pause between two looks at `/status` while events are awaited.
const STATUS_LOOK: Duration = Duration::from_millis(25);

/// Counting has stopped when nothing was added for so long.
const STAGNANT: Duration = Duration::from_secs(20);

/// A child process; killed by its id when dropped.
pub struct Program {
    child: Child,
    log: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Program {
    fn spawn(mut command: Command, address: SocketAddr, log: PathBuf) -> Result<Self> {
        let out = File::options().create(true).append(true).open(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .context("cannot start the program")?;
        Ok(Self { child, log, address })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until a path answers 200.
    async fn answers(&mut self, path: &str) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            if let Ok(mut client) = Client::connect(self.address).await
                && matches!(client.get(path, "").await, Ok((200, _)))
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the program ended by itself ({status}):\n{}", self.last_words());
            }
            if Instant::now() >= deadline {
                bail!("no answer of {path}:\n{}", self.last_words());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Asks the process to end and waits for it.
    pub fn stop(mut self) -> Result<()> {
        // std knows only SIGKILL.
        let asked = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status()?;
        if !asked.success() {
            bail!("the program had ended before:\n{}", self.last_words());
        }
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                if !status.success() {
                    bail!("the program ended with {status}:\n{}", self.last_words());
                }
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the program does not end:\n{}", self.last_words())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // It may end by itself in between; then there is nothing to kill.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// How to start a manager.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The gateway; none when absent.
    pub upstream: Option<String>,
    /// `USAGE_COLLECTOR_MODE`.
    pub mode: Option<&'static str>,
    /// Words before the program's own command: how to confine it.
    pub wrapper: Vec<String>,
    /// Other settings.
    pub env: Vec<(&'static str, &'static str)>,
}

/// A running manager.
pub struct Manager {
    /// Its process.
    pub program: Program,
    /// Its data directory.
    pub directory: PathBuf,
    /// From the start of the process to the first answer of `/health`.
    pub start: Duration,
}

impl Manager {
    /// Starts a manager on a directory and waits for its first answer.
    pub async fn start(binary: &Path, directory: &Path, options: &Options) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        let address = free_address()?;
        let mut words = options.wrapper.clone();
        words.push(binary.display().to_string());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HTTP_ADDR", address.to_string())
            .env("USAGE_DATA_DIR", directory)
            .env("CPA_MANAGER_ADMIN_KEY", ADMIN_KEY)
            .envs(options.env.iter().copied());
        if let Some(upstream) = &options.upstream {
            command
                .env("CPA_UPSTREAM_URL", upstream)
                .env("CPA_MANAGEMENT_KEY", simulator::DEFAULT_MANAGEMENT_KEY);
        }
        if let Some(mode) = options.mode {
            command.env("USAGE_COLLECTOR_MODE", mode);
        }
        let log = directory.with_extension("log");
        let started = Instant::now();
        let mut program = Program::spawn(command, address, log)?;
        program.answers("/health").await?;
        Ok(Self { program, directory: directory.to_owned(), start: started.elapsed() })
    }

    /// A connection to it.
    pub async fn client(&self) -> Result<Client> {
        Client::connect(self.program.address).await
    }

    /// `/status`.
    pub async fn status(&self) -> Result<Value> {
        self.client().await?.json("GET", "/status", ADMIN_KEY, None).await
    }

    /// Waits until it collects over a transport.
    pub async fn collects_over(&self, transport: &str) -> Result<()> {
        let deadline = Instant::now() + START;
        loop {
            let status = self.status().await?;
            let collector = &status["collector"];
            if collector["transport"] == transport && collector["collector"] == "running" {
                return Ok(());
            }
            if Instant::now() >= deadline {
                bail!("it does not collect over {transport}: {collector:#}");
            }
            tokio::time::sleep(STATUS_LOOK).await;
        }
    }

    /// Waits until so many events are stored, or until their number no longer grows; gives the number.
    pub async fn stored(&self, wanted: u64) -> Result<u64> {
        let mut client = self.client().await?;
        let mut last = (0, Instant::now());
        loop {
            let status = client.json("GET", "/status", ADMIN_KEY, None).await?;
            let count = status["eventCount"].as_u64().context("no eventCount")?;
            if count >= wanted || (count == last.0 && last.1.elapsed() > STAGNANT) {
                return Ok(count);
            }
            if count != last.0 {
                last = (count, Instant::now());
            }
            tokio::time::sleep(STATUS_LOOK).await;
        }
    }

    /// The write-ahead log.
    pub fn wal(&self) -> PathBuf {
        self.directory.join("usage.sqlite-wal")
    }

    /// Stops it.
    pub fn stop(self) -> Result<()> {
        self.program.stop()
    }
}

/// A simulated gateway in a process of its own, so that its processor time can be told apart. It spends a bcrypt
/// comparison on every management call, as the real one does, and publishes nothing by itself.
pub async fn gateway(binary: &Path, log: &Path) -> Result<Program> {
    let address = free_address()?;
    let mut command = Command::new(binary);
    command
        .args(["simulate", "--rate", "0", "--control", "--retention", "3600", "--listen"])
        .arg(address.to_string());
    let mut program = Program::spawn(command, address, log.to_owned())?;
    program.answers("/healthz").await?;
    Ok(program)
}

/// The address of a gateway as a setting.
pub fn url(program: &Program) -> String {
    format!("http://{}", program.address)
}
