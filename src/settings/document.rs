//! `docs/manager-server.md`, made from the table.

use std::fmt::Write as _;

use super::table::{self, Group, Kind, Setting};

/// Chapters with what to say before their table.
const CHAPTERS: &[(Group, &str, &str)] = &[
    (
        Group::Server,
        "Server",
        "Where the server listens and keeps its data. Relative paths mean the current directory.",
    ),
    (
        Group::Secrets,
        "Keys",
        "A key comes from the first of: the flag that names a file, the variable, the variable that names a file, the\n\
         member of `config.json` that names a file, the mounted secret (the default of the `…_FILE` variable). A file\n\
         that is named explicitly and cannot be read, or is empty, stops the start. The mounted secrets are optional.\n\
         No key has a flag or a `config.json` member of its own, because command lines and configuration files are read by others.",
    ),
    (
        Group::Gateway,
        "Gateway and collector",
        "What is not set here is set in the panel and saved in the database. What is set here is locked in the panel.",
    ),
    (Group::Access, "Access", "Who may call the server through a browser or a reverse proxy."),
    (Group::Prices, "Prices and costs", "See [prices and costs](pricing.md)."),
    (Group::Import, "Imports", "Limits of resumable imports (`/v0/management/usage/import-sessions`)."),
    (
        Group::Log,
        "Logs",
        "No key is ever logged, with one exception: the admin key that the first start generates, in a line\n\
         with the words `admin key generated: cmp_admin_…`.",
    ),
    (
        Group::NoEffect,
        "Without effect",
        "The existing Go server knows these. They are accepted, so that a deployment can be moved, and reported at start as having no effect.",
    ),
];

const INTRODUCTION: &str = "\
# Manager Server Guide

<!-- Made by `cpa-manager-plus settings-doc` from the table in src/settings/table.rs. Do not edit. -->

Every setting of the Manager Server. How to run it with Docker is in [deployment.md](deployment.md); what messages
mean is in [troubleshooting.md](troubleshooting.md).

## Sources

A setting comes from the strongest source that sets it:

1. flags of `cpa-manager-plus serve`
2. environment variables
3. `config.json`
4. the database, for what the panel can save
5. the default

Blank values count as unset. A value that cannot be used stops the start with exit code 1; the message names the
setting, the value (never a secret one) and the default. Changes need a restart, except for settings that the panel
saves: those apply when they are saved.

## config.json

Its path is `--config` or `CPA_MANAGER_CONFIG`, or else `config.json` beside the program. The server makes a missing
file when its path is set explicitly, or when neither the data directory nor the database path is set. A file made by
the server has mode 0600 and says:

```json
{
  \"httpAddr\": \"0.0.0.0:18317\",
  \"dataDir\": \"./data\"
}
```

Other commands never make it. Relative paths in the file mean the directory of the file. Names match in any case.
Lists may be arrays or comma-separated texts. Unknown members are reported and not used. A file that is not a JSON
object stops the start.
";

const FILES: &str = "
## Files

| File | What |
|---|---|
| `<data dir>/usage.sqlite`, `-wal`, `-shm` | the database: events, settings, everything |
| `<data dir>/data.key` | opens the saved CPA Management Key; mode 0600 |
| `<data dir>/usage.sqlite.manager.lock` | process lock; one server per database; never deleted |
| `<data dir>/usage-imports/` | unfinished resumable imports |
| `<data dir>/columns/` | the column index: a cache that is rebuilt when it is missing (`<name>-columns/` for another database name) |

`cpa-manager-plus backup` copies the first two while the server runs.
";

/// The whole document; `commands` is the chapter about the command line.
pub fn settings_document(commands: &str) -> String {
    let mut text = INTRODUCTION.to_owned();
    for (group, title, lead) in CHAPTERS {
        chapter(&mut text, *group, title, lead);
    }
    text.push_str(FILES);
    text.push('\n');
    text.push_str(commands);
    text
}

fn chapter(text: &mut String, group: Group, title: &str, lead: &str) {
    let rows: Vec<_> = table::ALL.iter().filter(|setting| setting.group == group).collect();
    let _ = write!(text, "\n## {title}\n\n{lead}\n\n");
    text.push_str("| Variable | Default | Description | Values | Flag | config.json | In the panel |\n");
    text.push_str("|---|---|---|---|---|---|---|\n");
    for setting in rows {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            setting.env,
            default(setting),
            setting.doc,
            values(setting),
            code(setting.flag.map(|flag| format!("--{flag}"))),
            code(setting.key.map(str::to_owned)),
            panel(setting),
        );
    }
}

fn default(setting: &Setting) -> String {
    match (setting.default, setting.kind) {
        ("", _) => "empty".to_owned(),
        (default, _) => format!("`{default}`"),
    }
}

fn values(setting: &Setting) -> String {
    match setting.kind {
        Kind::Address => "address and port".to_owned(),
        Kind::Path => "path".to_owned(),
        Kind::File => "path of a readable file".to_owned(),
        Kind::Secret => "secret text".to_owned(),
        Kind::SecretFile => "path of a readable file with the secret".to_owned(),
        Kind::Url => "http or https address".to_owned(),
        Kind::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Kind::Integer { min, max, unit } => format!("{min} to {max} {unit}"),
        Kind::Bool => "`true`, `false`".to_owned(),
        Kind::Word => "text without white space".to_owned(),
        Kind::Origins | Kind::Networks => "comma-separated list".to_owned(),
        Kind::LogFilter => "level or filter".to_owned(),
        Kind::Presence => "anything".to_owned(),
        Kind::Ignored => "not looked at".to_owned(),
    }
}

fn panel(setting: &Setting) -> String {
    match setting.saved_as {
        Some(member) => format!("`{member}`"),
        None if setting.needs_restart() => "no; restart".to_owned(),
        None => "no".to_owned(),
    }
}

fn code(text: Option<String>) -> String {
    text.map_or_else(|| "—".to_owned(), |text| format!("`{text}`"))
}
