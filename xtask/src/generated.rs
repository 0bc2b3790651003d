//! Files that are generated and committed: the OpenAPI document and the types made from it, and the pages that come
//! from tables in the code.
//! `--check` fails when what is committed is not what would be generated.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{panel, process, repo, say};

/// The contract between the server and the panel.
const OPENAPI: &str = "contract/openapi.json";

/// The pages that the program prints, and the hidden subcommands that print them.
const PAGES: &[(&str, &str)] =
    &[("docs/manager-server.md", "settings-doc"), ("docs/troubleshooting.md", "troubleshooting-doc")];

/// Writes a generated file, or with `check` compares it.
pub fn write_or_check(relative: &str, text: &str, check: bool, remedy: &str) -> Result<()> {
    let path = repo::path(relative);
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    if old == text {
        say::line(&format!("{relative} is up to date"));
        return Ok(());
    }
    if check {
        bail!("{relative} is out of date{}; run `{remedy}` and commit it", first_difference(&old, text));
    }
    std::fs::write(&path, text).with_context(|| format!("cannot write {relative}"))?;
    say::line(&format!("wrote {relative}"));
    Ok(())
}

/// Where two texts part, for a message.
fn first_difference(old: &str, new: &str) -> String {
    let mut lines = old.lines().zip(new.lines()).enumerate();
    match lines.find(|(_, (a, b))| a != b) {
        Some((at, (a, b))) => {
            format!(" (line {}: committed `{}`, generated `{}`)", at + 1, a.trim(), b.trim())
        }
        None => format!(" ({} lines committed, {} generated)", old.lines().count(), new.lines().count()),
    }
}

/// Runs a hidden subcommand of the program and returns what it prints.
fn ask_program(subcommand: &str) -> Result<String> {
    let program = repo::build_debug_program()?;
    let text = process::output(Command::new(program).arg(subcommand))?;
    if text.trim().is_empty() {
        bail!("`cpa-manager-plus {subcommand}` printed nothing");
    }
    Ok(format!("{}\n", text.trim_end()))
}

/// The document as the handlers describe it; the program itself only holds the committed one.
fn described_by_handlers() -> Result<String> {
    process::output(&mut repo::cargo([
        "run",
        "--quiet",
        "--locked",
        "--package",
        "cpamp-api",
        "--example",
        "openapi",
    ]))
}

/// `cargo xtask openapi [--check]`.
pub fn openapi(check: bool) -> Result<()> {
    say::heading("OpenAPI document and the panel's types");
    write_or_check(OPENAPI, &described_by_handlers()?, check, "cargo xtask openapi")?;
    panel::install()?;
    npm_generates("generate", check)
}

/// `cargo xtask docs [--check]`.
pub fn docs(check: bool) -> Result<()> {
    say::heading("settings reference, troubleshooting page");
    for (page, subcommand) in PAGES {
        write_or_check(page, &ask_program(subcommand)?, check, "cargo xtask docs")?;
    }
    Ok(())
}

/// Runs one of the panel's generators; with `check` it only compares.
pub fn npm_generates(script: &str, check: bool) -> Result<()> {
    let mut command = repo::npm(["run", "--silent", script]);
    if check {
        command.args(["--", "--check"]);
    }
    process::run(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), " (line 2: committed `b`, generated `c`)");
        assert_eq!(first_difference("a\n", "a\nb\n"), " (1 lines committed, 2 generated)");
    }
}
