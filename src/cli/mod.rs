//! The command line: what can be asked, and who answers. Data goes to standard output, messages to standard error;
//! every failure ends with exit code 1.

mod backup;
mod commands_doc;
mod demo;
mod export;
mod health;
mod import;
mod place;
mod problem;
mod remote;
mod reset_admin_key;
mod simulate;
mod troubleshooting;
mod usage;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::settings::{self, Environment, Flags, LoadRequest, Settings};
use crate::{logging, server};

pub use problem::Problem;

/// The manager and observability server of a CPA gateway.
#[derive(Debug, Parser)]
#[command(name = "cpa-manager-plus", version, disable_help_subcommand = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server. This is what happens without a command.
    Serve {
        #[command(flatten)]
        flags: Flags,
    },
    /// Run the manager with a simulated gateway: 30 days of history, live traffic, nothing kept.
    Demo(demo::Arguments),
    /// Run a simulated gateway, for trying and testing.
    Simulate(simulate::Arguments),
    /// Give the manager a new admin key.
    #[command(visible_alias = "reset-admin-password")]
    ResetAdminKey(reset_admin_key::Arguments),
    /// Write every event as one JSON object per line, while the server runs or not.
    Export(export::Arguments),
    /// Take events from a file; what is stored already is skipped.
    Import(import::Arguments),
    /// Print calls, tokens and costs of a period, while the server runs or not.
    Usage(Box<usage::Arguments>),
    /// Copy database and data key into one archive, while the server runs or not.
    Backup(backup::Arguments),
    /// Ask the local server whether it is alive; exit code 0 if so.
    Health(health::Arguments),
    /// Print name and version.
    Version,
    /// Print docs/manager-server.md.
    #[command(hide = true)]
    SettingsDoc,
    /// Print docs/troubleshooting.md.
    #[command(hide = true)]
    TroubleshootingDoc,
}

/// Runs what the command line asks for.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(understood(arguments)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, everything else is a mistake. A closed pipe changes neither.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match dispatch(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = problem.print(&mut io::stderr().lock());
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<(), Problem> {
    match command {
        Command::Serve { flags } => serve(flags),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::ResetAdminKey(arguments) => reset_admin_key::run(arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Usage(arguments) => usage::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Health(arguments) => health::run(&arguments),
        Command::Version => print(&format!("cpa-manager-plus {}\n", env!("CARGO_PKG_VERSION"))),
        Command::SettingsDoc => print(&settings::settings_document(&commands_doc::chapter(Cli::command()))),
        Command::TroubleshootingDoc => print(&troubleshooting::document()),
    }
}

fn serve(flags: Flags) -> Result<(), Problem> {
    let settings = load(flags, true)?;
    logging::init(&settings.log).map_err(Problem::from_error)?;
    if let Some(path) = &settings.config_file {
        tracing::info!(path = %path.display(), "configuration file");
    }
    for notice in &settings.notices {
        tracing::warn!(setting = notice.setting, "{}", notice.text);
    }
    server::runtime().map_err(Problem::from_error)?.block_on(server::run(settings))
}

/// The settings of this process.
fn load(flags: Flags, create_config_file: bool) -> Result<Settings, Problem> {
    settings::load(&LoadRequest { flags, create_config_file }, &Environment).map_err(Problem::from_error)
}

/// The runtime of commands that need one.
fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Problem::from_error)
}

/// Writes data to standard output. A reader that went away is no failure.
fn print(text: &str) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Problem::from_error(error)),
        _ => Ok(()),
    }
}

/// A remark to standard error. A closed one changes nothing.
fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// What people type, in the form that the parser knows: no command means `serve`, and the flags of
/// `reset-admin-key` may have one dash, as in the reference.
fn understood(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let first = arguments.get(1).map(|first| first.to_string_lossy().into_owned());
    match first.as_deref() {
        None => arguments.push("serve".into()),
        Some("-h" | "--help" | "-V" | "--version") => {}
        Some(flag) if flag.starts_with('-') => arguments.insert(1, "serve".into()),
        Some("reset-admin-key" | "reset-admin-password") => {
            for argument in arguments.iter_mut().skip(2) {
                let text = argument.to_string_lossy().into_owned();
                let name = text.split('=').next().unwrap_or_default();
                if matches!(name, "-db-path" | "-admin-key" | "-admin-key-file" | "-help") {
                    *argument = format!("-{text}").into();
                }
            }
        }
        Some(_) => {}
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood_text(arguments: &[&str]) -> String {
        let all = ["cpa-manager-plus"].iter().chain(arguments).map(OsString::from);
        let understood = understood(all);
        understood[1..].iter().map(|argument| argument.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn no_command_means_serve() {
        assert_eq!(understood_text(&[]), "serve");
        assert_eq!(understood_text(&["--http-addr", "x"]), "serve --http-addr x");
        assert_eq!(understood_text(&["--help"]), "--help");
        assert_eq!(understood_text(&["nonsense"]), "nonsense");
    }

    #[test]
    fn one_dash_is_enough_where_the_reference_takes_it() {
        assert_eq!(
            understood_text(&["reset-admin-key", "-db-path", "/x", "-admin-key=-y"]),
            "reset-admin-key --db-path /x --admin-key=-y"
        );
        assert_eq!(understood_text(&["export", "-db-path"]), "export -db-path");
    }

    #[test]
    fn the_parser_is_sound() {
        Cli::command().debug_assert();
    }
}
