//! The browser tests: the real program with the panel inside, the simulator as its gateway, Chromium in front.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::counts::Counts;
use crate::process::{Background, run_counting, wait_until};
use crate::{net, random, repo, say, tools};

/// How long a program may take to listen.
const START: Duration = Duration::from_secs(30);

/// How long a program may take to end after it was asked to.
const END: Duration = Duration::from_secs(10);

/// Records per second that the simulated gateway makes.
const RATE: &str = "50";

/// Starts simulator and manager on free ports and a new directory, and runs `panel/e2e/run.mjs` against them.
pub fn tests() -> Result<Counts> {
    tools::ensure(tools::BROWSER)?;
    let program = repo::build_debug_program()?;
    let folder = repo::work("browser")?.join(random::token());
    std::fs::create_dir_all(&folder)?;
    let (gateway, manager) = (net::free_port()?, net::free_port()?);
    let management_key = format!("management-{}", random::token());
    let admin_key = format!("cmp_admin_{}{}", random::token(), random::token());

    let log = folder.join("simulator.log");
    let mut command = Command::new(&program);
    command.args(["simulate", "--listen", &format!("127.0.0.1:{gateway}")]);
    command.args(["--management-key", &management_key, "--control", "--steady", "--rate", RATE]);
    let simulator = Background::start("the simulator", &mut command, &log, END)?;
    wait_until("the simulator listens", START, || {
        simulator.must_run(&log)?;
        net::get(gateway, "/healthz", None)
    })?;
    say::line(&format!("simulated gateway on port {gateway}, {RATE} records/s; log: {}", log.display()));

    let log = folder.join("manager.log");
    let mut command = Command::new(&program);
    // None of the caller's settings may leak in.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HTTP_ADDR", format!("127.0.0.1:{manager}")).env("CPA_MANAGER_ADMIN_KEY", &admin_key);
    command.env("USAGE_DATA_DIR", folder.join("data")).current_dir(&folder).arg("serve");
    let server = Background::start("the manager", &mut command, &log, END)?;
    wait_until("the manager is healthy", START, || {
        server.must_run(&log)?;
        net::get(manager, "/health", None)?.json()
    })?;
    say::line(&format!("manager on port {manager}; log: {}", log.display()));

    let mut tests = repo::npm(["run", "--silent", "e2e"]);
    tests.env("CPAMP_URL", format!("http://127.0.0.1:{manager}"));
    tests.env("CPAMP_ADMIN_KEY", &admin_key);
    tests.env("SIMULATOR_URL", format!("http://127.0.0.1:{gateway}"));
    tests.env("SIMULATOR_MANAGEMENT_KEY", &management_key);
    tests.env("E2E_OUTPUT", &folder);
    let result = run_counting(&mut tests);
    server.must_run(&log)?;
    server.stop();
    simulator.stop();
    let counts = result?;
    if counts.failed > 0 {
        say::line(&format!("the logs are in {}", folder.display()));
        return Ok(counts);
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(counts)
}
