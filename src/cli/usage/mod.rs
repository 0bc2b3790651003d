//! `usage`: calls, tokens and costs of a period, by model, account, key, provider or time.

mod data;
mod database;
mod figures;
mod numbers;
mod period;
mod server;
mod table;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use jiff::Timestamp;

use self::database::Database;
use self::figures::Report;
use self::period::{Period, Wanted};
use self::table::{Heading, Look};
use super::Problem;
use super::place::Place;
use super::remote::{Remote, Server};
use crate::settings::{Environment, Strings as _, table as settings};

/// Digits of a key's hash that stand for it.
const HASH_DIGITS: usize = 12;

/// What the lines of a report are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    /// The model that was asked for, without a reasoning suffix.
    Model,
    /// The upstream account.
    Account,
    /// The client's API key: its alias, or the beginning of its hash.
    Key,
    /// The provider.
    Provider,
    /// The calendar day.
    Day,
    /// The hour.
    Hour,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Account => "account",
            Self::Key => "key",
            Self::Provider => "provider",
            Self::Day => "day",
            Self::Hour => "hour",
        }
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Day | Self::Hour)
    }
}

/// Which calls count. Values of one flag are alternatives.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Filters {
    /// Only this model; may be repeated.
    #[arg(long, value_name = "NAME")]
    model: Vec<String>,
    /// Only this account; may be repeated.
    #[arg(long, value_name = "NAME")]
    account: Vec<String>,
    /// Only this client key: its alias, or the beginning of its SHA-256; may be repeated.
    #[arg(long, value_name = "NAME")]
    key: Vec<String>,
    /// Only this provider; may be repeated.
    #[arg(long, value_name = "NAME")]
    provider: Vec<String>,
    /// Only calls that failed.
    #[arg(long)]
    failed: bool,
}

/// What is asked, whoever answers.
#[derive(Debug, Clone)]
pub struct Question {
    by: By,
    filters: Filters,
    limit: Option<usize>,
}

/// Flags of `usage`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What the lines are.
    #[arg(long, value_name = "WHAT", default_value = "model")]
    by: By,
    /// Begin: 2026-11-28, 2026-11-28T14:30 or with an offset [default: the beginning].
    #[arg(long, value_name = "TIME", conflicts_with = "last")]
    from: Option<String>,
    /// End, in the same forms; a date is included [default: now].
    #[arg(long, value_name = "TIME", conflicts_with = "last")]
    to: Option<String>,
    /// today, yesterday, this-week, this-month, last-month, all, 7d (days of the calendar, with today), 24h, 90m
    /// [default: today].
    #[arg(long, value_name = "PERIOD")]
    last: Option<String>,
    /// The time zone of days and hours, for example Asia/Shanghai [default: this computer's].
    #[arg(long, value_name = "NAME")]
    zone: Option<String>,
    #[command(flatten)]
    filters: Filters,
    /// At most so many lines.
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
    /// One JSON document.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Comma-separated values.
    #[arg(long)]
    csv: bool,
    /// Again every so many seconds, until Ctrl-C.
    #[arg(
        long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "5",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    watch: Option<u64>,
    /// The data directory, when it is not the one of the settings.
    #[arg(long, value_name = "PATH")]
    data_dir: Option<OsString>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    remote: Remote,
}

/// Who answers.
enum Source {
    Database(Database),
    Server(Box<Server>, tokio::runtime::Runtime),
}

/// Prints the report, once or again and again.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let zone = period::zone(arguments.zone.as_deref())?;
    let question = Question { by: arguments.by, filters: arguments.filters.clone(), limit: arguments.limit };
    // Told before anything is opened.
    period_of(arguments, &zone)?;
    let source = source(arguments)?;
    let terminal = io::stdout().is_terminal();
    loop {
        let period = period_of(arguments, &zone)?;
        let report = match &source {
            Source::Database(database) => database.report(&question, &period)?,
            Source::Server(server, runtime) => {
                runtime.block_on(server::report(server, &question, &period))?
            }
        };
        let mut text = shown(arguments, &report, &period, terminal);
        if terminal && arguments.watch.is_some() {
            // From the top left, and without what stood there.
            text = format!("\u{1b}[H\u{1b}[2J{text}");
        }
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // The reader has had enough, as `head` has.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            Err(error) => return Err(Problem::from_error(error)),
            Ok(()) => {}
        }
        drop(out);
        if let Some(partial) = report.partial.filter(|_| arguments.csv) {
            // The table has no place for it.
            writeln!(io::stderr(), "warning: {}", partial.remark()).map_err(Problem::from_error)?;
        }
        let Some(seconds) = arguments.watch else { break };
        std::thread::sleep(Duration::from_secs(seconds));
    }
    if let Source::Database(database) = source {
        database.close();
    }
    Ok(())
}

fn period_of(arguments: &Arguments, zone: &jiff::tz::TimeZone) -> Result<Period, Problem> {
    let wanted = Wanted {
        from: arguments.from.as_deref(),
        to: arguments.to.as_deref(),
        last: arguments.last.as_deref(),
    };
    Period::of(wanted, zone, Timestamp::now())
}

fn source(arguments: &Arguments) -> Result<Source, Problem> {
    if let Some(url) = &arguments.remote.url {
        let server = Server::new(url, &arguments.remote)?;
        return Ok(Source::Server(Box::new(server), super::runtime()?));
    }
    let data_dir = arguments.data_dir.iter().map(|path| (&settings::USAGE_DATA_DIR, path.clone()));
    let settings = arguments.place.settings_with(data_dir)?;
    Ok(Source::Database(Database::open(&settings.db_path, settings.prices)?))
}

fn shown(arguments: &Arguments, report: &Report, period: &Period, terminal: bool) -> String {
    if arguments.json {
        return data::json(report, arguments.by, period);
    }
    if arguments.csv {
        return data::csv(report, arguments.by);
    }
    let zone = period.zone.iana_name().unwrap_or("local time");
    let title = format!("{} to {}, {zone}", period.shown(period.from_ms), period.shown(period.to_ms));
    let heading = Heading { title: &title, key: arguments.by.name() };
    table::draw(report, &heading, look(terminal))
}

/// Colours and a width are for terminals alone.
fn look(terminal: bool) -> Look {
    let variable = |name: &str| Environment.get(name).filter(|value| !value.is_empty());
    let colours =
        terminal && variable("NO_COLOR").is_none() && variable("TERM").is_none_or(|term| term != "dumb");
    let columns = variable("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
    let width = columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
    Look { width: width.filter(|width| terminal && *width > 0), colours }
}

/// How a client key is called: its alias, or the beginning of its hash.
fn key_label(hash: &str, alias: Option<&str>) -> String {
    match alias {
        Some(alias) => alias.to_owned(),
        None if hash.is_empty() => "-".to_owned(),
        None => format!("sha256:{}", hash.get(..HASH_DIGITS).unwrap_or(hash)),
    }
}

/// Whether a key is meant by what was typed.
fn is_key(wanted: &str, hash: &str, alias: Option<&str>) -> bool {
    let digits = wanted.strip_prefix("sha256:").unwrap_or(wanted);
    let by_hash = !hash.is_empty()
        && digits.len() >= 4
        && hash.get(..digits.len()).is_some_and(|start| start.eq_ignore_ascii_case(digits));
    by_hash
        || alias.is_some_and(|alias| alias.to_lowercase() == wanted.to_lowercase())
        || (wanted == "-" && hash.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_alias_or_by_the_beginning_of_their_hash() {
        let hash = "8fada990ccd6e3c05c6d9cf9e4d34a3900f301c322e2443de829dd4694f79c09";
        assert_eq!(key_label(hash, None), "sha256:8fada990ccd6");
        assert_eq!(key_label(hash, Some("Build server")), "Build server");
        assert_eq!(key_label("", None), "-");
        assert!(
            is_key("8FADA9", hash, None) && is_key("sha256:8fada990", hash, None) && is_key(hash, hash, None)
        );
        assert!(is_key("build SERVER", hash, Some("Build server")));
        assert!(!is_key("8fa", hash, None), "three digits are no key");
        assert!(!is_key("9fada9", hash, None) && !is_key("", hash, None) && !is_key("8fada990", "", None));
        assert!(is_key("-", "", None));
    }
}
