//! `cargo xtask demo`: the product with its panel, a simulated gateway with a month of history, and live traffic.

use anyhow::Result;

use crate::{panel, process, repo, say, tools};

/// Builds panel and program, then runs the program's own `demo`; everything after `demo` is passed on.
pub fn command(arguments: &[String]) -> Result<()> {
    tools::ensure(tools::BUILD)?;
    panel::command()?;
    say::heading("program (optimised; the first build takes a few minutes)");
    process::run(&mut repo::cargo(["build", "--release", "--locked", "--bin", "cpa-manager-plus"]))?;
    say::heading("demo: Ctrl-C ends it");
    let program = repo::target().join("release").join("cpa-manager-plus");
    process::run(std::process::Command::new(program).arg("demo").args(arguments))
}
