//! The chapter about the command line, made from the parser.

use std::fmt::Write as _;

/// `## Command line` with every command that is not hidden.
pub fn chapter(root: clap::Command) -> String {
    let mut text = String::from(
        "## Command line\n\n\
         Without a command the server runs. Data goes to standard output, messages to standard error. Exit code 0 means\n\
         success; every failure ends with 1. `cpa-manager-plus COMMAND --help` says more.\n\n\
         | Command | What it does | Flags |\n|---|---|---|\n",
    );
    for command in root.get_subcommands().filter(|command| !command.is_hide_set()) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "| {} | {} | {} |", names(command), about, flags(command));
    }
    text
}

fn names(command: &clap::Command) -> String {
    let mut names = format!("`{}`", command.get_name());
    for alias in command.get_visible_aliases() {
        let _ = write!(names, ", `{alias}`");
    }
    names
}

fn flags(command: &clap::Command) -> String {
    if command.get_name() == "serve" {
        return "those of the tables above".to_owned();
    }
    let flags: Vec<String> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .map(|argument| match argument.get_long() {
            Some(long) => format!("`--{long}`"),
            None => format!("`{}`", argument.get_id().as_str().to_uppercase()),
        })
        .collect();
    if flags.is_empty() { "—".to_owned() } else { flags.join(", ") }
}
