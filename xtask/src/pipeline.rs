//! `cargo xtask test`: everything that must hold before a change lands, quick checks first.

use anyhow::Result;

use crate::step::Run;
use crate::{browser, docker, generated, notices, panel, process, repo, say, schema, tidy, tools};

/// Runs every check; fails when one of them does. A missing tool is a failure.
pub fn command() -> Result<()> {
    let mut run = Run::begin();
    run.check("tools: C compiler, make, Node, Chromium, container engine", || {
        tools::ensure(tools::BUILD)?;
        tools::ensure_node()?;
        tools::ensure(tools::BROWSER)?;
        docker::ensure_tools()
    });
    run.check("format", || process::run(&mut repo::cargo(["fmt", "--all", "--check"])));
    run.check("house rules", tidy::command);
    panel::checks(&mut run);
    run.check("lints", || {
        let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
        process::run(&mut repo::cargo(clippy))
    });
    run.check("dependencies: licences, bans, sources", dependencies);
    run.stop_on_failure()?;
    run.step("tests", || {
        let mut tests = repo::cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
        process::run_counting(tests.env(PROPTEST_SEED, property_seed()))
    });
    run.check("OpenAPI document and types are up to date", || generated::openapi(true));
    run.check("settings and troubleshooting pages are up to date", || generated::docs(true));
    run.check("third-party notices are up to date", || notices::command(true));
    run.stop_on_failure()?;
    run.step("contract test with Schemathesis", schema::test);
    run.step("browser tests", browser::tests);
    run.step("container test", || docker::test(true));
    run.end()
}

/// Where proptest looks for the start of its random numbers: an integer of 64 bits; after any other text they are random.
const PROPTEST_SEED: &str = "PROPTEST_RNG_SEED";

/// What property tests start from: the same for the same files, so that what passed here passes on the next machine and a
/// failure can be had again; another one with each change, so that new cases are seen. The environment's wins.
fn property_seed() -> String {
    if let Ok(asked) = std::env::var(PROPTEST_SEED) {
        return asked;
    }
    let tree = repo::git(["rev-parse", "--short=15", "HEAD^{tree}"]);
    let tree = tree.ok().and_then(|id| u64::from_str_radix(id.trim(), 16).ok());
    let seed = tree.unwrap_or_default().to_string();
    say::line(&format!("property tests start from {PROPTEST_SEED}={seed}"));
    seed
}

/// The rules of `deny.toml`. Advisories need a database from a host that not every machine reaches: the hosted
/// workflow checks them.
fn dependencies() -> Result<()> {
    let deny = tools::cargo_deny()?;
    let mut command = std::process::Command::new(deny);
    command.current_dir(repo::root()).args(["check", "bans", "licenses", "sources"]);
    process::run(&mut command)
}
