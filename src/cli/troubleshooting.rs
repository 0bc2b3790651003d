//! `docs/troubleshooting.md`, made from the tables in code.

mod answers;

use std::fmt::Write as _;
use std::path::PathBuf;

use store::{CheckState, OpenError, SCHEMA_VERSION, StoreError, StoreState};

use answers::ANSWERS;

use crate::manager::check_words;

/// A row of a table that has no other home in code.
struct Row {
    /// What stands in the answer or in the log.
    name: &'static str,
    /// What it means.
    cause: &'static str,
    /// What to do.
    remedy: &'static str,
}

macro_rules! rows {
    ($($name:literal: $cause:literal, $remedy:literal;)*) => {
        &[$(Row { name: $name, cause: $cause, remedy: $remedy }),*]
    };
}

use rows;

const INTRODUCTION: &str = "\
# Troubleshooting

<!-- Made by `cpa-manager-plus troubleshooting-doc` from the tables in the code. Do not edit. -->

Where to look first:

```bash
docker compose logs cpa-manager-plus
curl http://127.0.0.1:18317/health
curl -H \"Authorization: Bearer <CPAMP_ADMIN_KEY>\" http://127.0.0.1:18317/status
```

In `/status`, `collector.lastError` is `<stage>: <text>`, and `collector.lastErrorDetail` has the code, the time and the
next step. The log, the set-up page and this page use the same codes. While collecting works `lastError` is empty;
`lastErrorDetail` stays after recovery, with its time. `collector.state` says how it is now.

## The monitoring page is empty

1. `configured` is false in `/status`: no gateway is connected. Open `/management.html` and enter address and management key.
2. `collector.state` is not `running`: read `collector.lastErrorDetail` and look the code up below.
3. `collector.gateway.usageStatisticsEnabled` is false: the gateway publishes nothing (`publishing_off` below).
4. `lastConsumedAt` rises and `lastInsertedAt` does not: everything that arrives is unreadable (`deadLetters` rises), or the
   database does not take writes (`database.state`). Both rise and `totalInserted` does not: everything is known already
   (`totalSkipped` rises). Both are 0 until the first item after a start of the manager.
5. `lastConsumedAt` stands still although the gateway works: another program takes the records (`rival_suspected` below), or
   nobody sends requests through this gateway.
6. `eventCount` rises and the page stays empty: widen the time range and remove filters.

## What works from here

The panel's Settings, Collection, has a live test. Without the panel:

```bash
curl -X POST -H \"Authorization: Bearer <CPAMP_ADMIN_KEY>\" http://127.0.0.1:18317/api/v1/collector/test
```

It tries the key over HTTP, a RESP login, subscribing, the HTTP queue, publishing and the retention, each with a code of
this page and the next step. `transport` is the way that `USAGE_COLLECTOR_MODE=auto` takes: the subscription; the HTTP queue
where RESP fails in a way that HTTP need not share; RESP pop only where the gateway has no HTTP queue. Both RESP ways need the
queue name `usage` (`USAGE_RESP_QUEUE`). No record is asked for and running collection is not disturbed. A key that was
refused is tried once more, within the limit of failed attempts. If another server answers with records that nobody asked
for, they are recorded as a gap (`reply_lost` below).
";

const COLLECTOR_STATES: &[Row] = rows! {
    "stopped": "No gateway is connected, or collection is switched off.", "Connect the gateway, or switch request monitoring on.";
    "starting": "The first connection is being made.", "Wait a few seconds.";
    "running": "Connected. Records arrive when there are any.", "Nothing to do.";
    "error": "Not connected; the manager tries again by itself with growing pauses.", "Look the code of `lastErrorDetail` up below.";
    "key_refused": "The gateway refused the management key, or two attempts with a refused one are spent. CPA bans an address after five failures, so the key is tried again only where `lastErrorDetail` states a time, or when a person asks for it.", "Enter the right key, or correct it in CPA and press retry.";
    "banned": "The gateway has banned this address.", "Wait until the stated time.";
};

const STAGES: &[Row] = rows! {
    "connect": "Resolving the name, connecting, TLS.", "Check address, port, network and certificate.";
    "auth": "The management key.", "Check the key and `remote-management` in CPA's config.yaml.";
    "subscribe": "The subscription over RESP.", "Mode `auto` falls back to HTTP by itself.";
    "http": "A request to the gateway's management API.", "Check the URL's path and any reverse proxy.";
    "consume": "Reading records.", "The manager reconnects by itself.";
};

const GAPS: &[Row] = rows! {
    "stopped": "The manager was not collecting: it was stopped, or the connection was changed.", "Keep restarts shorter than the gateway's retention (`redis-usage-queue-retention-seconds`).";
    "disconnected": "The connection was lost.", "Shorter than the retention, nothing is missing; the gap then says so.";
    "half_open": "The connection looked open but was dead.", "Check NAT and firewall time-outs between manager and gateway.";
    "cut_off": "The gateway dropped the subscription while records were flowing.", "Give the manager more CPU if it repeats.";
    "reply_lost": "An answer with records that had left the gateway's queue was lost.", "Check proxies and time-outs between manager and gateway.";
    "intake_full": "The memory for waiting records was full.", "Free disk space; see the database state.";
};

const START: &[Row] = rows! {
    "cannot use \"…\": expected …": "A setting has a value that cannot be used. The message names it, its place and its default.", "Correct or remove the setting. The values are in [manager-server.md](manager-server.md).";
    "cannot read …": "A file that a setting names cannot be read by the server's user, or is empty.", "Check the path, the mount and the file's mode; remove the setting if it is not needed.";
    "configuration file …": "`config.json` cannot be read or made, or is not a JSON object.", "Correct the file; the message says where it breaks.";
    "… has no effect": "The setting belongs to the existing Go server and does nothing here.", "Remove it, or leave it; the server starts anyway.";
    "the secret … exists and cannot be read": "A file below `/run/secrets` is not readable for the server's user.", "Make it readable, or do not mount it.";
    "cannot listen on …": "Another program uses the port, or the address is not one of this machine.", "Change `HTTP_ADDR`, or stop the other program.";
    "admin key generated: cmp_admin_…": "Not an error: the first start made this key. It is printed before it is stored, once; after a first start that failed another one follows.", "Keep the newest. If it is lost, run `cpa-manager-plus reset-admin-key`.";
};

const CONNECTION_STATES: &[Row] = rows! {
    "ok": "A gateway is connected, or its connection is known.", "Nothing to do.";
    "not_configured": "No gateway has been connected yet.", "Open `/management.html` and go through the set-up.";
    "reentry_required": "The saved management key cannot be opened: `data.key` is missing or is another one. `collector.lastError` is then `connect: the saved management key cannot be read: data.key is missing or another one`, with the code `connection_reentry_required`. Nothing else is affected.", "Put the old `data.key` back and restart, or enter the connection again.";
};

/// The whole document.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    table(
        &mut text,
        "The server does not start",
        "Every refusal ends the program with exit code 1 and changes nothing that is stored. A first start may have made the \
         data directory, an empty database and `config.json` by then.",
        "Message",
        START,
    );
    databases_that_are_refused(&mut text);
    table(
        &mut text,
        "Connection states",
        "`connectionState` in `/usage-service/info`.",
        "State",
        CONNECTION_STATES,
    );
    table(&mut text, "Collector states", "`collector.state` in `/status`.", "State", COLLECTOR_STATES);
    table(&mut text, "Stages", "The first word of `collector.lastError`.", "Stage", STAGES);
    refusals(&mut text);
    table(
        &mut text,
        "Gaps",
        "`gaps[].kind` in `/status`: times in which records may have been missed.",
        "Kind",
        GAPS,
    );
    database_states(&mut text);
    table(
        &mut text,
        "Answers of the HTTP interface",
        "`code` in the body of an error. Codes of the gateway's refusals (above) appear here too.",
        "Code",
        ANSWERS,
    );
    text
}

fn table(text: &mut String, title: &str, lead: &str, head: &str, rows: &[Row]) {
    let _ = write!(text, "\n## {title}\n\n{lead}\n\n| {head} | Cause | What to do |\n|---|---|---|\n");
    for row in rows {
        let _ = writeln!(text, "| `{}` | {} | {} |", row.name, row.cause, row.remedy);
    }
}

fn refusals(text: &mut String) {
    text.push_str(
        "\n## Refusals and warnings of the gateway\n\n\
         `collector.lastErrorDetail.code`, `collector.gateway.warnings[].code`, and in an answer that refuses\n\
         a connection `reason`; its `code` is the same, but for what the gateway's management API itself refuses\n\
         (`management_api_validation_failed`).\n",
    );
    for refusal in collector::refusals() {
        let _ = write!(
            text,
            "\n### {code}\n\n> {text}\n\n{cause}\n\n**What to do:** {remedy}\n",
            code = refusal.code,
            text = refusal.text,
            cause = refusal.cause,
            remedy = refusal.remedy,
        );
    }
}

fn databases_that_are_refused(text: &mut String) {
    text.push_str(
        "\n### Databases that are refused\n\nNothing in the data directory is changed.\n\n| Message | What to do |\n|---|---|\n",
    );
    for error in open_errors() {
        let _ = writeln!(text, "| {} | {} |", error, error.remedy());
    }
}

/// One example of each.
fn open_errors() -> Vec<OpenError> {
    let path = || PathBuf::from("usage.sqlite");
    let detail = || "…".to_owned();
    vec![
        OpenError::NotOurs {
            path: path(),
            what: "it was written by another manager with the same file name".to_owned(),
        },
        OpenError::Newer { path: path(), found: SCHEMA_VERSION + 1, known: SCHEMA_VERSION },
        OpenError::Locked { path: PathBuf::from("usage.sqlite.manager.lock") },
        OpenError::HardLinked { path: path() },
        OpenError::DanglingLink { path: path() },
        OpenError::OrphanLog { path: PathBuf::from("usage.sqlite-wal") },
        OpenError::Corrupt { path: path(), detail: detail() },
        OpenError::ReadOnly { path: path(), detail: detail() },
        OpenError::DiskFull { path: path() },
        OpenError::Missing { path: path() },
        OpenError::Library(detail()),
        OpenError::Io { path: path(), detail: detail() },
    ]
}

fn database_states(text: &mut String) {
    text.push_str(
        "\n## Database states\n\n`database.state` in `/status`. While the database takes no writes, records are kept in memory, up to\n\
         64 MiB; what does not fit is counted and shown as lost.\n\n| State | Message | What to do |\n|---|---|---|\n\
         | `ok` | | Nothing to do. |\n",
    );
    let errors = [
        StoreError::DiskFull,
        StoreError::ReadOnly,
        StoreError::Corrupt("…".to_owned()),
        StoreError::Busy,
        StoreError::Io("…".to_owned()),
        StoreError::Internal("…".to_owned()),
        StoreError::Closed,
    ];
    for error in errors {
        let _ =
            writeln!(text, "| `{}` | {} | {} |", StoreState::from(&error).as_str(), error, error.remedy());
    }
    // While the database works, what is known of the file after an unclean stop.
    for check in checks() {
        let Some((state, said, remedy)) = check_words(&check) else { continue };
        let remedy = if remedy.is_empty() { "Nothing to do." } else { remedy };
        let _ = writeln!(text, "| `{state}` | {said} | {remedy} |");
    }
}

/// One example of each that says something.
fn checks() -> [CheckState; 4] {
    [
        CheckState::Running { started_at_ms: 0 },
        CheckState::Postponed { times: 1 },
        CheckState::Failed { finished_at_ms: 0, findings: Vec::new() },
        CheckState::Abandoned { reason: "…".to_owned() },
    ]
}

#[cfg(test)]
mod tests;
