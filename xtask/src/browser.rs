//! The browser tests: the real program with the panel inside, the simulator as its gateway, Chromium in front.

use anyhow::Result;

use crate::counts::Counts;
use crate::process::run_counting;
use crate::{programs, repo, say, tools};

/// Records per second that the simulated gateway makes.
const RATE: &str = "50";

/// Starts simulator and manager on free ports and a new directory, and runs `panel/e2e/run.mjs` against them.
pub fn tests() -> Result<Counts> {
    tools::ensure(tools::BROWSER)?;
    let program = repo::build_debug_program()?;
    let folder = programs::folder("browser")?;
    let simulator = programs::gateway(&program, &folder, RATE)?;
    let server = programs::manager(&program, &folder, None, &[])?;

    let mut tests = repo::npm(["run", "--silent", "e2e"]);
    tests.env("CPAMP_URL", server.url());
    tests.env("CPAMP_ADMIN_KEY", &server.key);
    tests.env("SIMULATOR_URL", simulator.url());
    tests.env("SIMULATOR_MANAGEMENT_KEY", &simulator.key);
    tests.env("E2E_OUTPUT", &folder);
    let result = run_counting(&mut tests);
    server.must_run()?;
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
