//! The things that the container test works with: checks that passed, managers in containers, volumes, a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{IMAGE, engine::Engine};
use crate::counts::Counts;
use crate::process::{self, Guard, wait_until};
use crate::{random, repo, say};

/// How long a manager may take to answer `/health` on a machine that is busy with other things.
pub const START: Duration = Duration::from_secs(60);

/// The manager's port inside its container.
const PORT: u16 = 18317;

/// The test's own world; what is made in it is removed with it.
pub struct World {
    engine: Engine,
    counts: Counts,
    folder: PathBuf,
}

impl World {
    pub fn new(engine: Engine) -> Result<World> {
        Ok(World { engine, counts: Counts::default(), folder: repo::work("docker/trial")? })
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A folder of this machine, for what containers share with it.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// One more check passed.
    pub fn passed(&mut self, what: &str) {
        say::line(&format!("ok: {what}"));
        self.counts += Counts::ONE;
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// A new, empty volume.
    pub fn volume(&self) -> Result<Volume> {
        let name = format!("cpamp-test-{}", random::token());
        self.engine.ask(["volume", "create", &name])?;
        let remove = vec!["volume", "rm", "--force", &name].into_iter().map(str::to_owned).collect();
        Ok(Volume { _guard: self.engine.later(vec![remove]), name })
    }

    /// Runs a shell command as root in a bare container that has a volume as `/data`.
    pub fn in_volume(&self, volume: &str, script: &str) -> Result<String> {
        let mount = format!("{volume}:/data");
        self.engine.ask(["run", "--rm", "--network", "none", "-v", &mount, "alpine", "sh", "-c", script])
    }

    /// A manager of its own, without a network: options of `docker run` as given.
    pub fn manager(&self, options: &[&str], command: &[&str]) -> Result<Manager<'_>> {
        let name = format!("cpamp-test-{}", random::token());
        let remove = ["rm", "--force", "--volumes", &name].map(str::to_owned).to_vec();
        let guard = self.engine.later(vec![remove]);
        let mut run = vec!["run", "--detach", "--name", &name, "--network", "none"];
        run.extend(options);
        run.push(IMAGE);
        run.extend(command);
        self.engine.ask(run)?;
        Ok(Manager { engine: &self.engine, name, _guard: Some(guard) })
    }

    /// A container that somebody else made and removes.
    pub fn named(&self, name: &str) -> Manager<'_> {
        Manager { engine: &self.engine, name: name.to_owned(), _guard: None }
    }
}

/// A volume; removed when dropped.
pub struct Volume {
    pub name: String,
    _guard: Guard,
}

impl Volume {
    /// The `-v` option's value.
    pub fn as_data(&self) -> String {
        format!("{}:/data", self.name)
    }
}

/// A manager in a container; removed when dropped.
pub struct Manager<'w> {
    engine: &'w Engine,
    name: String,
    _guard: Option<Guard>,
}

impl Manager<'_> {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Waits for `/health`, or fails with the log when the container ends first.
    pub fn must_be_healthy(&self) -> Result<()> {
        let waited = wait_until("the manager is healthy", START, || {
            if !self.is_running()? {
                return Ok(Err(anyhow::anyhow!("the manager ended")));
            }
            self.wget("/health", None).map(|_| Ok(()))
        });
        waited
            .and_then(|ended| ended)
            .with_context(|| format!("its log:\n{}", self.logs().unwrap_or_default()))
    }

    pub fn is_running(&self) -> Result<bool> {
        Ok(self.engine.ask(["inspect", "--format", "{{.State.Running}}", &self.name])? == "true")
    }

    /// What it wrote, both streams.
    pub fn logs(&self) -> Result<String> {
        let mut command = self.engine.docker(["logs", &self.name]);
        let result = command.output()?;
        let (out, err) = (String::from_utf8_lossy(&result.stdout), String::from_utf8_lossy(&result.stderr));
        Ok(format!("{out}{err}"))
    }

    /// Runs a program in the container, as root unless the container says otherwise.
    pub fn exec(&self, words: &[&str]) -> Result<String> {
        let mut arguments = vec!["exec", &self.name];
        arguments.extend(words);
        self.engine.ask(arguments)
    }

    /// `GET` from inside the container, as the health check does.
    pub fn wget(&self, path: &str, key: Option<&str>) -> Result<String> {
        let header = format!("--header=Authorization: Bearer {}", key.unwrap_or_default());
        let url = format!("http://127.0.0.1:{PORT}{path}");
        let mut words = vec!["wget", "-qO-", "--tries=1", "--timeout=20"];
        if key.is_some() {
            words.push(&header);
        }
        words.push(&url);
        self.exec(&words)
    }

    /// `/status`, asked from inside.
    pub fn status(&self, key: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.wget("/status", Some(key))?)?)
    }

    /// Fails unless the program runs as this user and no other.
    pub fn must_run_as(&self, uid: u32) -> Result<()> {
        let line = self.exec(&["grep", "^Uid:", "/proc/1/status"])?;
        if line.split_whitespace().skip(1).any(|id| id != uid.to_string()) {
            bail!("the program should run as {uid}, but: {line}");
        }
        Ok(())
    }

    /// Fails when a file below `/data` belongs to another user.
    pub fn data_must_belong_to(&self, uid: u32) -> Result<()> {
        let strangers = self.exec(&["find", "/data", "!", "-user", &uid.to_string()])?;
        if !strangers.is_empty() {
            bail!("these do not belong to user {uid}: {strangers}");
        }
        Ok(())
    }

    /// Asks it to stop, as `docker stop` does, and fails unless it ends well and within the time.
    pub fn must_stop_within(&self, limit: Duration) -> Result<()> {
        let started = std::time::Instant::now();
        self.engine.ask(["stop", &self.name])?;
        let took = started.elapsed();
        let code = self.engine.ask(["inspect", "--format", "{{.State.ExitCode}}", &self.name])?;
        if code != "0" || took > limit {
            bail!("it ended with code {code} after {}; its log:\n{}", say::duration(took), self.logs()?);
        }
        Ok(())
    }

    /// The admin key in the log; an error unless it was printed exactly once.
    pub fn admin_key(&self) -> Result<String> {
        admin_key(&self.logs()?)
    }
}

/// Finds the generated admin key in a log.
pub fn admin_key(log: &str) -> Result<String> {
    let mut keys = log.match_indices("cmp_admin_").map(|(at, prefix)| {
        let rest = &log[at + prefix.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        (prefix.to_owned() + &rest[..end], end)
    });
    let (key, length) = keys.next().with_context(|| format!("the log shows no admin key:\n{log}"))?;
    if length != 32 || keys.next().is_some() {
        bail!("the log should show one admin key of 32 letters and digits:\n{log}");
    }
    Ok(key)
}

/// Runs a command that may fail with some exit codes.
pub fn run_allowing(command: &mut std::process::Command, codes: &[i32]) -> Result<()> {
    let result = command.stderr(std::process::Stdio::piped()).spawn()?.wait_with_output()?;
    let code = result.status.code().unwrap_or(-1);
    if code != 0 && !codes.contains(&code) {
        let complaint = String::from_utf8_lossy(&result.stderr);
        bail!("`{}` failed ({code}): {}", process::shown(command), complaint.trim_end());
    }
    Ok(())
}

/// A path as text, for an option.
pub fn path_text(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_key_is_found_once() -> Result<()> {
        let key = "cmp_admin_0123456789abcdefghijABCDEFGHIJ01";
        assert_eq!(admin_key(&format!("INFO admin key generated: {key}\n"))?, key);
        assert!(admin_key("INFO started\n").is_err());
        assert!(admin_key(&format!("{key} {key}")).is_err());
        assert!(admin_key("admin key generated: cmp_admin_short\n").is_err());
        Ok(())
    }
}
