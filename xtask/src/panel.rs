//! The panel: its packages, its build, its checks.

use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::{Context, Result, bail};

use crate::counts::Counts;
use crate::step::Run;
use crate::{process, repo, say, tools};

/// Names the lock file that `node_modules` was installed from.
const STAMP: &str = "panel/node_modules/.installed-from";

/// The one file that the build makes.
const PAGE: &str = "panel/dist/management.html";

/// Installs the packages of `package-lock.json`, unless exactly these are installed.
pub fn install() -> Result<()> {
    tools::ensure_node()?;
    let mut hasher = DefaultHasher::new();
    repo::read("panel/package-lock.json")?.hash(&mut hasher);
    let wanted = format!("{:016x}\n", hasher.finish());
    if std::fs::read_to_string(repo::path(STAMP)).is_ok_and(|have| have == wanted) {
        say::line("the panel's packages are installed");
        return Ok(());
    }
    process::run(&mut repo::npm(["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(repo::path(STAMP), wanted).context("cannot note which packages are installed")
}

/// Builds `management.html`.
pub fn build() -> Result<()> {
    process::run(&mut repo::npm(["run", "--silent", "build"]))?;
    if !repo::path(PAGE).is_file() {
        bail!("the build made no {PAGE}");
    }
    Ok(())
}

/// `cargo xtask panel`.
pub fn command() -> Result<()> {
    say::heading("panel");
    install()?;
    build()?;
    let size = std::fs::metadata(repo::path(PAGE))?.len();
    say::line(&format!("{PAGE}: {size} bytes; the next build of the program embeds it"));
    Ok(())
}

/// Every check of the panel, and its build.
pub fn checks(run: &mut Run) {
    run.check("panel: packages", install);
    for (script, what) in [("typecheck", "types"), ("lint", "lints")] {
        run.check(&format!("panel: {what}"), || process::run(&mut repo::npm(["run", "--silent", script])));
    }
    run.step("panel: unit tests", || -> Result<Counts> {
        process::run_counting(&mut repo::npm(["run", "--silent", "test"]))
    });
    run.check("panel: build", build);
    run.check("panel: size", || process::run(&mut repo::npm(["run", "--silent", "size"])));
}
