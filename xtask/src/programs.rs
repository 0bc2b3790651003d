//! A simulated gateway and a manager as background programs: the world of the browser tests and of the schema test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::process::{Background, wait_until};
use crate::{net, random, repo, say};

/// How long a program may take to listen.
const START: Duration = Duration::from_secs(30);

/// How long a program may take to end after it was asked to.
const END: Duration = Duration::from_secs(10);

/// A program that listens on a port of the loopback address.
pub struct Listening {
    program: Background,
    log: PathBuf,
    /// Its port.
    pub port: u16,
    /// The key that it was started with: the management key or the admin key.
    pub key: String,
}

impl Listening {
    /// An error when it has ended.
    pub fn must_run(&self) -> Result<()> {
        self.program.must_run(&self.log)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops it now.
    pub fn stop(self) {
        self.program.stop();
    }
}

/// A new folder below the target folder for one run of something.
pub fn folder(name: &str) -> Result<PathBuf> {
    let folder = repo::work(name)?.join(random::token());
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Starts a simulated gateway that makes records at a steady rate per second.
pub fn gateway(program: &Path, folder: &Path, rate: &str) -> Result<Listening> {
    let port = net::free_port()?;
    let key = format!("management-{}", random::token());
    let log = folder.join("simulator.log");
    let mut command = Command::new(program);
    command.args(["simulate", "--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--management-key", &key, "--control", "--steady", "--rate", rate]);
    let simulator = Background::start("the simulator", &mut command, &log, END)?;
    wait_until("the simulator listens", START, || {
        simulator.must_run(&log)?;
        net::get(port, "/healthz", None)
    })?;
    say::line(&format!("simulated gateway on port {port}, {rate} records/s; log: {}", log.display()));
    Ok(Listening { program: simulator, log, port, key })
}

/// Starts a manager on a new data directory, with these settings besides; it knows the gateway only when one is given.
pub fn manager(
    program: &Path,
    folder: &Path,
    gateway: Option<&Listening>,
    settings: &[(&str, String)],
) -> Result<Listening> {
    let port = net::free_port()?;
    let key = format!("cmp_admin_{}{}", random::token(), random::token());
    let log = folder.join("manager.log");
    let mut command = Command::new(program);
    // None of the caller's settings may leak in.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HTTP_ADDR", format!("127.0.0.1:{port}")).env("CPA_MANAGER_ADMIN_KEY", &key);
    command.env("USAGE_DATA_DIR", folder.join("data")).current_dir(folder).arg("serve");
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    if let Some(gateway) = gateway {
        command.env("CPA_UPSTREAM_URL", gateway.url()).env("CPA_MANAGEMENT_KEY", &gateway.key);
    }
    let server = Background::start("the manager", &mut command, &log, END)?;
    wait_until("the manager is healthy", START, || {
        server.must_run(&log)?;
        net::get(port, "/health", None)?.json()
    })?;
    say::line(&format!("manager on port {port}; log: {}", log.display()));
    Ok(Listening { program: server, log, port, key })
}
