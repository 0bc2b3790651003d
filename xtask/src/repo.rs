//! The repository: where it is, what it holds, how cargo and npm are called in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, tools};

/// The root of the work tree.
pub fn root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let xtask = PathBuf::from(manifest);
    xtask.parent().map(Path::to_path_buf).unwrap_or(xtask)
}

/// A path below the root.
pub fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// Where xtask keeps what it makes: below `target/`, so that `cargo clean` removes it.
pub fn work(relative: &str) -> Result<PathBuf> {
    let folder = target().join(relative);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| path("target"), |t| root().join(t))
}

/// `cargo …` at the root.
pub fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Set for xtask itself by `cargo run`; a build script that sees them would be rebuilt again and again.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION", "CARGO_MANIFEST_PATH"] {
        command.env_remove(name);
    }
    command.current_dir(root()).args(arguments);
    command
}

/// What `git …` at the root prints.
pub fn git<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<String> {
    let mut command = Command::new("git");
    command.current_dir(root()).args(arguments);
    process::output(&mut command)
}

/// `npm …` in the panel.
pub fn npm<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(path("panel")).args(arguments);
    command
}

/// The product's program, as the development profile builds it.
pub fn debug_program() -> PathBuf {
    target().join("debug").join("cpa-manager-plus")
}

/// Builds the product's program in the development profile; the panel is inside when it was built before.
pub fn build_debug_program() -> Result<PathBuf> {
    tools::ensure(tools::BUILD)?;
    process::run(&mut cargo(["build", "--locked", "--bin", "cpa-manager-plus"]))?;
    Ok(debug_program())
}

/// What cargo knows about the workspace and everything that it depends on.
pub fn metadata(with_dependencies: bool) -> Result<Value> {
    let mut command = cargo(["metadata", "--format-version", "1", "--locked"]);
    if !with_dependencies {
        command.arg("--no-deps");
    }
    Ok(serde_json::from_str(&process::output(&mut command)?)?)
}

/// Every file that is or will be committed, relative to the root, sorted.
pub fn files() -> Result<Vec<String>> {
    let listed = git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
    let mut files: Vec<String> = listed.split('\0').filter(|f| !f.is_empty()).map(str::to_owned).collect();
    // A deleted file stays listed until the deletion is committed.
    files.retain(|f| path(f).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// Reads a text file of the repository.
pub fn read(relative: &str) -> Result<String> {
    std::fs::read_to_string(path(relative)).with_context(|| format!("cannot read {relative}"))
}
