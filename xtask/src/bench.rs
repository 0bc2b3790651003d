//! `cargo xtask bench`: measures the release program against a simulated gateway and writes `docs/PERFORMANCE.md`.
//! The measuring itself is done by `crates/bench`, so that xtask stays small.

use std::process::Command;
use std::thread::available_parallelism;

use anyhow::{Result, bail};

use crate::{process, repo, say, tools};

/// The page that holds the figures.
const PAGE: &str = "docs/PERFORMANCE.md";

/// The bars are for gateway and manager on two cores.
const CORES: &str = "0,1";

/// Builds program and bench, then measures. Arguments are `--quick`, `--full` and `--part NAME`.
pub fn command(arguments: &[String]) -> Result<()> {
    const WORDS: [&str; 7] = ["--quick", "--full", "--part", "memory", "ingest", "proxy", "analytics"];
    if let Some(unknown) = arguments.iter().find(|word| !WORDS.contains(&word.as_str())) {
        bail!(
            "unknown argument `{unknown}`: there are --quick, --full and --part memory|ingest|proxy|analytics"
        );
    }
    tools::ensure(tools::BUILD)?;
    say::heading("program and bench (optimised; the first build takes a few minutes)");
    let build =
        ["build", "--release", "--locked", "--package", "cpa-manager-plus", "--package", "cpamp-bench"];
    process::run(&mut repo::cargo(build))?;
    let programs = repo::target().join("release");
    let revision = repo::git(["describe", "--always", "--dirty", "--exclude", "*"]);
    let revision = revision.unwrap_or_else(|_| "unknown".to_owned());
    say::heading("measuring");
    let bench = programs.join("cpamp-bench");
    let mut measure = if available_parallelism()?.get() > 2 && tools::find("taskset").is_some() {
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", CORES]).arg(bench);
        pinned
    } else {
        Command::new(bench)
    };
    measure.current_dir(repo::root()).arg("--program").arg(programs.join("cpa-manager-plus"));
    measure.arg("--directory").arg(repo::work("bench")?).args(["--page", PAGE]);
    measure.args(["--revision", revision.trim()]).args(arguments);
    process::run(&mut measure)
}
