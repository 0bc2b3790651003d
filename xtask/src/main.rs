//! The one tool of this repository: `cargo xtask help` lists what it does.

// Operating-system specifics of the tool (process groups, signals) are Unix's: it runs where the tests run.
mod bench;
mod browser;
mod counts;
mod demo;
mod docker;
mod generated;
mod net;
mod notices;
mod panel;
mod pipeline;
mod prices;
mod process;
mod programs;
mod random;
mod repo;
mod say;
mod schema;
mod step;
mod tidy;
mod tools;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

const HELP: &str = "\
usage: cargo xtask COMMAND

  demo [ARGUMENTS]     build everything and run it with a simulated gateway; Ctrl-C ends it
  bench [--quick | --full] [--part NAME]
                       measure the optimised program against a simulated gateway and write docs/PERFORMANCE.md;
                       fails when a bar is missed; --part memory, ingest, proxy or analytics measures that alone
  test                 every check and every test, as CI runs them (`ci` is the same)
  panel                install the panel's packages and build management.html
  openapi [--check]    write contract/openapi.json and the panel's types from the handlers
  docs [--check]       write the settings and troubleshooting pages from the tables in code
  notices [--check]    write the third-party notices of the program and the panel
  prices               fetch the list prices that come with the program (package genai-prices, from PyPI)
  tidy                 the house rules that a machine can check
  browser              the browser tests alone
  schema-test          ask every route of the contract for right and wrong things (Schemathesis)
  docker build         build the container image
  docker test          build the image and test it with the deployment page's compose file; with --no-build,
                       test the image that is there

--check writes nothing and fails when a committed file is out of date.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    process::clean_up_on_signals()?;
    let started = Instant::now();
    match words.as_slice() {
        ["demo", ..] => return demo::command(&arguments[1..]),
        ["bench", ..] => bench::command(&arguments[1..])?,
        ["test" | "ci"] => return pipeline::command(),
        ["panel"] => panel::command()?,
        ["openapi"] => generated::openapi(false)?,
        ["openapi", "--check"] => generated::openapi(true)?,
        ["docs"] => generated::docs(false)?,
        ["docs", "--check"] => generated::docs(true)?,
        ["notices"] => notices::command(false)?,
        ["notices", "--check"] => notices::command(true)?,
        ["prices"] => prices::command()?,
        ["tidy"] => tidy::command()?,
        ["browser"] => single("browser tests", browser::tests)?,
        ["schema-test"] => single("contract test with Schemathesis", schema::test)?,
        ["docker", "build"] => docker::build()?,
        ["docker", "test"] => single("container test", || docker::test(true))?,
        ["docker", "test", "--no-build"] => single("container test, image as it is", || docker::test(false))?,
        ["help" | "--help" | "-h"] | [] => {
            say::plain(HELP);
            return Ok(());
        }
        _ => bail!("unknown command `{}`\n\n{HELP}", words.join(" ")),
    }
    say::line(&format!("finished after {}", say::duration(started.elapsed())));
    Ok(())
}

/// One step of the tests by itself, with the same closing line.
fn single(name: &str, work: impl FnOnce() -> Result<counts::Counts>) -> Result<()> {
    let mut run = step::Run::begin();
    run.step(name, work);
    run.end()
}
