//! The container engine: the one that runs, or one of our own that is stopped afterwards.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::{self, Background, Guard, wait_until};
use crate::{random, repo, say, tools};

/// How long an engine may take to start, and to stop its containers.
const PATIENCE: Duration = Duration::from_secs(60);

/// The bridge that an engine makes when it starts, and leaves behind.
const BRIDGE: &str = "docker0";

/// How to reach the engine; stops it when dropped, if it is our own.
pub struct Engine {
    /// `DOCKER_HOST` of our own engine.
    host: Option<String>,
    /// `docker compose` or `docker-compose`.
    compose: Vec<String>,
    _daemon: Option<Background>,
    // Dropped after the engine has stopped.
    _clean: Option<Guard>,
}

/// Whether an engine answers to the client without our doing.
fn runs_here() -> bool {
    process::succeeds(Command::new("docker").args(["version", "--format", "{{.Server.Version}}"]))
}

/// Installs what an engine needs, unless one runs, and what the container test needs.
pub fn ensure_tools() -> Result<()> {
    tools::ensure(tools::DATABASE)?;
    if runs_here() { Ok(()) } else { tools::ensure(tools::CONTAINER) }
}

impl Engine {
    /// Uses the engine that runs, or starts one below `target/docker`, which keeps its images for the next time.
    pub fn start() -> Result<Engine> {
        ensure_tools()?;
        if runs_here() {
            say::line("using the container engine that runs here");
            return Engine { host: None, compose: Vec::new(), _daemon: None, _clean: None }.with_compose();
        }
        if !tools::is_root() {
            bail!("no container engine runs and only root can start one: start Docker, or run this as root");
        }
        let folder = repo::work("docker")?;
        // Sockets have short names only: they live in the system's folder for temporary files.
        let sockets = std::env::temp_dir().join(format!("cpamp-docker-{}", random::token()));
        std::fs::create_dir_all(&sockets)?;
        let host = format!("unix://{}", sockets.join("docker.sock").display());
        let log = folder.join("dockerd.log");
        let bridge_was_there = Path::new("/sys/class/net").join(BRIDGE).exists();
        let clean = {
            let sockets = sockets.clone();
            Guard::new(move || {
                let _removed = std::fs::remove_dir_all(&sockets);
                if !bridge_was_there {
                    process::succeeds(Command::new("ip").args(["link", "delete", BRIDGE]));
                }
            })
        };
        let mut command = Command::new(tools::find("dockerd").context("dockerd was installed")?);
        command.arg("--data-root").arg(folder.join("data")).arg("--exec-root").arg(sockets.join("exec"));
        command.arg("--pidfile").arg(sockets.join("dockerd.pid")).args(["--host", &host]);
        // An ordinary shell's PATH may lack what the engine calls.
        command.env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default()));
        let daemon = Background::start("dockerd", &mut command, &log, PATIENCE)?;
        let engine =
            Engine { host: Some(host), compose: Vec::new(), _daemon: Some(daemon), _clean: Some(clean) };
        wait_until("the container engine starts", PATIENCE, || {
            if let Some(daemon) = &engine._daemon {
                daemon.must_run(&log)?;
            }
            process::output(engine.docker(["version"]).arg("--format={{.Server.Version}}"))
        })?;
        say::line(&format!("started a container engine of our own; log: {}", log.display()));
        engine.with_compose()
    }

    /// Whether the engine and its images are ours alone.
    pub fn is_ours(&self) -> bool {
        self.host.is_some()
    }

    fn with_compose(mut self) -> Result<Engine> {
        let mut plugin = self.docker(["compose", "version"]);
        self.compose = if process::succeeds(&mut plugin) {
            vec!["docker".into(), "compose".into()]
        } else {
            tools::ensure(&[tools::Tool { program: "docker-compose", package: "docker-compose" }])?;
            vec!["docker-compose".into()]
        };
        Ok(self)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(repo::root());
        if let Some(host) = &self.host {
            command.env("DOCKER_HOST", host);
        }
        command
    }

    /// `docker …`.
    pub fn docker<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command("docker");
        command.args(arguments);
        command
    }

    /// `docker compose …` with a file and a project name.
    pub fn compose(&self, file: &str, project: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.compose[0]);
        command.args(&self.compose[1..]).args(["-p", project, "-f", file]).args(arguments);
        command
    }

    /// What a docker command prints, without the last line end.
    pub fn ask<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<String> {
        Ok(process::output(&mut self.docker(arguments))?.trim_end().to_owned())
    }

    /// Runs docker commands when dropped or interrupted; their failures do not matter.
    pub fn later(&self, commands: Vec<Vec<String>>) -> Guard {
        let host = self.host.clone();
        Guard::new(move || {
            for arguments in commands {
                let mut command = Command::new("docker");
                if let Some(host) = &host {
                    command.env("DOCKER_HOST", host);
                }
                process::succeeds(command.args(arguments));
            }
        })
    }
}
