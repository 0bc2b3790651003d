//! Programs that the tests need beside Rust and Node. On Debian they are installed when we are root; otherwise the
//! command to type is printed. A missing tool is always a failure, never a reason to skip.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, repo, say};

/// A program and the Debian package that brings it, with what it does not work without.
pub struct Tool {
    pub program: &'static str,
    pub package: &'static str,
}

/// What the program is built with beside Rust: SQLite, the allocator and the cryptography are C, and the allocator has a
/// Makefile.
pub const BUILD: &[Tool] =
    &[Tool { program: "cc", package: "gcc libc6-dev" }, Tool { program: "make", package: "make" }];

/// What the browser tests need.
pub const BROWSER: &[Tool] = &[Tool { program: "chromium", package: "chromium" }];

/// What the container test needs, where no container engine runs yet.
pub const CONTAINER: &[Tool] = &[
    Tool { program: "docker", package: "docker.io" },
    Tool { program: "dockerd", package: "docker.io" },
    Tool { program: "iptables", package: "iptables" },
    Tool { program: "debootstrap", package: "debootstrap" },
    Tool { program: "docker-compose", package: "docker-compose" },
];

/// What the container test looks at databases with.
pub const DATABASE: &[Tool] = &[Tool { program: "sqlite3", package: "sqlite3" }];

/// The oldest Node that the panel's tools run on.
const NODE_MAJOR: u32 = 20;

/// The version of cargo-deny that `deny.toml` was written for.
const CARGO_DENY: &str = "0.20.2";

/// Finds a program as a shell would; `sbin` folders too, which an ordinary user's `PATH` lacks.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/sbin", "/usr/bin"].map(PathBuf::from));
    folders.into_iter().map(|f| f.join(program)).find(|p| p.is_file())
}

/// Whether we may install packages and start a container engine.
pub fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Installs what is missing, or fails with the command that would.
pub fn ensure(tools: &[Tool]) -> Result<()> {
    let mut missing: Vec<&str> =
        tools.iter().filter(|t| find(t.program).is_none()).flat_map(|t| t.package.split(' ')).collect();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let command = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    if find("apt-get").is_none() {
        bail!("these Debian packages, or what they hold, are missing: {}", missing.join(" "));
    }
    if !is_root() {
        bail!("packages are missing; install them with `sudo apt-get update && sudo {command}`");
    }
    say::line(&format!("installing {}", missing.join(", ")));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q").args(arguments);
        process::run(&mut command)
    };
    apt(&["update"])?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(&missing);
    apt(&arguments)?;
    match tools.iter().find(|t| find(t.program).is_none()) {
        Some(tool) => bail!("package {} was installed but brought no {}", tool.package, tool.program),
        None => Ok(()),
    }
}

/// Fails when Node or npm is missing or too old for the panel.
pub fn ensure_node() -> Result<()> {
    let asked = process::output(Command::new("node").arg("--version"));
    let version = asked.context("Node is missing: install Node 20.19 or newer, with npm")?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|m| m.parse::<u32>().ok());
    if major.is_none_or(|m| m < NODE_MAJOR) {
        bail!("Node {} is too old: the panel needs 20.19 or newer", version.trim());
    }
    process::output(Command::new("npm").arg("--version")).context("npm is missing")?;
    Ok(())
}

/// cargo-deny: the one on the `PATH`, or one that is built into `target/tools` (unoptimised: a minute on two cores).
pub fn cargo_deny() -> Result<PathBuf> {
    let tools = repo::work("tools")?;
    let built = tools.join("bin").join("cargo-deny");
    if built.is_file() {
        return Ok(built);
    }
    if let Some(found) = find("cargo-deny") {
        return Ok(found);
    }
    say::line("cargo-deny is missing: building it, once per target folder (about a minute)");
    let mut install =
        repo::cargo(["install", "cargo-deny", "--locked", "--debug", "--quiet", "--version", CARGO_DENY]);
    // Outside the work tree's configuration and target folder: its build is none of ours.
    install.arg("--root").arg(&tools).env("CARGO_TARGET_DIR", tools.join("build"));
    process::run(&mut install)?;
    // Half a gigabyte that nobody reads again.
    std::fs::remove_dir_all(tools.join("build")).context("cannot remove the build of cargo-deny")?;
    Ok(built)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_is_built_with_the_tools_that_we_make_sure_of() {
        let text = std::fs::read_to_string(repo::path("deploy/Dockerfile")).expect("read");
        for tool in BUILD {
            assert!(text.contains(&format!("command -v {}", tool.program)), "{}", tool.program);
            for package in tool.package.split(' ') {
                assert!(text.split_whitespace().any(|word| word == package), "{package}");
            }
        }
    }
}
