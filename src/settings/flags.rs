//! The flags of `serve`, made from the table.

use std::ffi::OsString;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::raw::Flags;
use super::table::{self, Group, Kind, Setting};

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let mut command = command;
        for setting in table::ALL.iter().filter(|setting| setting.flag.is_some()) {
            command = command.arg(argument(setting));
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for setting in table::ALL.iter().filter(|setting| setting.flag.is_some()) {
            if let Some(value) = matches.get_one::<OsString>(setting.env) {
                self.set(setting, value.clone());
            }
        }
        Ok(())
    }
}

/// One flag. The value is checked together with those of the other sources, so here it is any text.
fn argument(setting: &'static Setting) -> Arg {
    let mut help = setting.doc.replace('`', "");
    if let Kind::Choice(words) = setting.kind {
        help = format!("{help} One of {}.", words.join(", "));
    }
    let default =
        if setting.default.is_empty() { String::new() } else { format!(" [default: {}]", setting.default) };
    Arg::new(setting.env)
        .long(setting.flag)
        .value_name(value_name(setting.kind))
        .value_parser(ValueParser::os_string())
        .action(ArgAction::Set)
        .help_heading(heading(setting.group))
        .help(format!("{help} [env: {}]{default}", setting.env))
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::Server => "Server",
        Group::Secrets => "Keys",
        Group::Gateway => "Gateway and collector",
        Group::Access => "Access",
        Group::Prices => "Prices and costs",
        Group::Import => "Imports",
        Group::Log => "Logs",
        Group::NoEffect => "Without effect",
    }
}

fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Address => "HOST:PORT",
        Kind::Path | Kind::File | Kind::SecretFile => "PATH",
        Kind::Url => "URL",
        Kind::Choice(_) | Kind::Word => "WORD",
        Kind::Integer { .. } => "NUMBER",
        Kind::Bool => "TRUE|FALSE",
        Kind::Origins | Kind::Networks => "LIST",
        Kind::LogFilter => "LEVEL",
        Kind::Secret | Kind::Presence | Kind::Ignored => "TEXT",
    }
}
