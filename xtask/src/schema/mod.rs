//! `cargo xtask schema-test`: Schemathesis asks every own route of `contract/openapi.json` for right and wrong things.
//!
//! No answer may be a 5xx, none may have a status or a type that the document does not name, and every body must have the
//! documented shape. Nothing is drawn by chance: a failure comes back.

mod catalogues;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::catalogues::Catalogues;
use crate::counts::Counts;
use crate::process;
use crate::{net, programs, repo, say};

/// The version that this step was written for; newer ones find new things.
const VERSION: &str = "4.32.5";

/// Test cases per route, at most, beside those that the document's own boundaries give.
const EXAMPLES: &str = "25";

/// Events of the past in the database that is asked.
const EVENTS: &str = "3000";

/// Records per second that arrive meanwhile.
const RATE: &str = "5";

/// Not asked: a stream that never ends, and what the gateway answers in its own words.
const EXCLUDED: [&str; 5] = ["/api/v1/events/stream", "/models", "/models/", "/v1/models", "/v1/models/"];

/// What every answer is held against.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Starts simulator and manager and asks.
pub fn test() -> Result<Counts> {
    let schemathesis = installed()?;
    let program = repo::build_debug_program()?;
    let folder = programs::folder("schema-test")?;
    let gateway = programs::gateway(&program, &folder, RATE)?;
    let catalogues = Catalogues::serve()?;
    let manager = programs::manager(&program, &folder, Some(&gateway), &catalogues.settings())?;
    let past = folder.join("past.jsonl");
    let mut write = Command::new(&program);
    write.args(["simulate", "--history-events", EVENTS, "--history-file"]).arg(&past);
    process::output(&mut write)?;
    let mut import = Command::new(&program);
    import.arg("import").arg(&past).args(["--url", &manager.url()]).current_dir(&folder);
    import.env("CPA_MANAGER_ADMIN_KEY", &manager.key);
    say::line(process::output(&mut import)?.trim());

    // The key stands in a file: argument lists can be read by others, and are printed.
    let config = folder.join("schemathesis.toml");
    std::fs::write(&config, format!("headers = {{ Authorization = \"Bearer {}\" }}\n", manager.key))?;
    let mut ask = Command::new(schemathesis);
    ask.arg("--config-file").arg(&config).arg("run").arg(repo::path("contract/openapi.json"));
    ask.args(["--url", &manager.url(), "--phases", "examples,coverage,fuzzing", "--checks", CHECKS]);
    ask.args(["--max-examples", EXAMPLES, "--generation-deterministic"]);
    ask.args(["--continue-on-failure", "--request-timeout", "30", "--warnings", "off"]);
    for path in EXCLUDED {
        ask.args(["--exclude-path", path]);
    }
    ask.env("SCHEMATHESIS_HOOKS", repo::path("xtask/src/schema/hooks.py")).env("NO_COLOR", "1");
    let asked = process::run(ask.current_dir(&folder));
    manager.must_run()?;
    // A route that was driven into a corner shows here.
    let status = net::get(manager.port, "/status", Some(&manager.key))?.json()?;
    if status["eventCount"].as_u64().is_none_or(|count| count == 0) {
        bail!("after the test the manager has no events: {status:#}");
    }
    say::line(&format!("price catalogues, served here, were asked {} times", catalogues.asked()));
    if asked.is_ok() && catalogues.asked() == 0 {
        bail!("no synchronisation of prices came to the catalogues");
    }
    manager.stop();
    gateway.stop();
    if asked.is_err() {
        say::line(&format!("the logs are in {}", folder.display()));
    }
    asked?;
    std::fs::remove_dir_all(&folder)?;
    Ok(Counts::ONE)
}

/// Schemathesis in an environment of its own below the target folder.
fn installed() -> Result<PathBuf> {
    let folder = repo::work("tools")?.join(format!("schemathesis-{VERSION}"));
    let program = folder.join("bin").join("schemathesis");
    if program.is_file() {
        return Ok(program);
    }
    say::line("Schemathesis is missing: installing it, once per target folder");
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        .context("Python 3.10 or newer with its venv module is needed")?;
    let mut install = Command::new(folder.join("bin").join("python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    process::run(install.arg(format!("schemathesis=={VERSION}")))?;
    if !program.is_file() {
        bail!("the package brought no {}", program.display());
    }
    Ok(program)
}
