//! `simulate`: the simulated gateway on its own, or months of its records as a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use simulator::traffic::{LiveTraffic, TrafficConfig, TrafficGenerator};
use simulator::{DEFAULT_MANAGEMENT_KEY, Simulator, SimulatorConfig};

use super::{Problem, remark, runtime};
use crate::clock;
use crate::os::StopSignals;

/// One day, milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Buffer of the history file, bytes.
const BUFFER: usize = 1024 * 1024;

/// Flags of `simulate`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8317")]
    listen: SocketAddr,
    /// The management key that the gateway accepts. It is not a secret of anything real.
    #[arg(long, value_name = "KEY", default_value = DEFAULT_MANAGEMENT_KEY)]
    management_key: String,
    /// Records per second, as the mean of a month; days and nights differ. 0: none.
    #[arg(long, value_name = "NUMBER", default_value_t = 2.0, value_parser = rate)]
    rate: f64,
    /// The same rate at every time of the day.
    #[arg(long)]
    steady: bool,
    /// The seed of accounts, people and records.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Answer the control routes below /_simulator/, without any key.
    #[arg(long)]
    control: bool,
    /// How long the usage queue keeps records, seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    retention: u64,
    /// The version that the gateway claims to have.
    #[arg(long, value_name = "VERSION")]
    cpa_version: Option<String>,
    /// Refuse remote management, as with `allow-remote: false`.
    #[arg(long)]
    local_only: bool,
    /// Start with `usage-statistics-enabled: false`.
    #[arg(long)]
    publishing_off: bool,
    /// Do not spend a bcrypt comparison on every management call.
    #[arg(long)]
    no_bcrypt: bool,
    /// Answer RESP with HTTP, as behind a reverse proxy.
    #[arg(long)]
    http_only: bool,
    /// Write this many records of the past as JSON lines to --history-file, and end.
    #[arg(long, value_name = "NUMBER", requires = "history_file")]
    history_events: Option<u64>,
    /// The days over which the past is spread.
    #[arg(long, value_name = "NUMBER", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3650))]
    history_days: i64,
    /// The file for the past; `-` for standard output. It must not exist.
    #[arg(long, value_name = "PATH", requires = "history_events")]
    history_file: Option<PathBuf>,
}

fn rate(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1e6).contains(&number) { Ok(number) } else { Err("not between 0 and 1000000".to_owned()) }
}

/// Runs the gateway until the process is asked to stop, or writes the past.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    match (arguments.history_events, &arguments.history_file) {
        (Some(events), Some(path)) => write_history(arguments, events, path),
        _ => runtime()?.block_on(serve(arguments)),
    }
}

fn traffic(arguments: &Arguments) -> TrafficConfig {
    TrafficConfig { seed: arguments.seed, ..TrafficConfig::default() }
}

async fn serve(arguments: &Arguments) -> Result<(), Problem> {
    let mut signals = StopSignals::listen().map_err(Problem::from_error)?;
    let defaults = SimulatorConfig::default();
    let config = SimulatorConfig {
        listen: arguments.listen,
        management_key: Some(arguments.management_key.clone()),
        allow_remote: !arguments.local_only,
        retention: Duration::from_secs(arguments.retention),
        usage_statistics_enabled: !arguments.publishing_off,
        bcrypt: !arguments.no_bcrypt,
        version: arguments.cpa_version.clone().unwrap_or_else(|| defaults.version.clone()),
        http_only: arguments.http_only,
        control: arguments.control,
        // Without the control routes nobody reads the log, and it grows for ever.
        delivery_log: arguments.control,
        world_seed: arguments.seed,
        ..defaults
    };
    let gateway = Simulator::start(config).await.map_err(|error| {
        Problem::new(format!("cannot listen on {}: {error}", arguments.listen))
            .hint("choose another --listen")
    })?;
    let live = LiveTraffic::start(&gateway, traffic(arguments), arguments.rate, arguments.steady);
    remark(&format!("simulated gateway on {}, {} records/s", gateway.base_url(), arguments.rate));
    if arguments.management_key == DEFAULT_MANAGEMENT_KEY {
        remark(&format!("management key: {DEFAULT_MANAGEMENT_KEY}"));
    }
    signals.next().await;
    live.stop();
    remark(&format!("{} records published", live.published()));
    gateway.stop().await;
    Ok(())
}

fn write_history(arguments: &Arguments, events: u64, path: &std::path::Path) -> Result<(), Problem> {
    let now = clock::now_ms();
    let mut generator = TrafficGenerator::new(traffic(arguments));
    let records = generator.history(now - arguments.history_days * DAY_MS, now, events);
    let failed = |error: io::Error| Problem::new(format!("cannot write {}: {error}", path.display()));
    if path.as_os_str() == "-" {
        return write_lines(io::stdout().lock(), records).map_err(failed);
    }
    let file = File::options().write(true).create_new(true).open(path).map_err(failed)?;
    write_lines(BufWriter::with_capacity(BUFFER, file), records).map_err(failed)?;
    remark(&format!("{events} records written to {}", path.display()));
    Ok(())
}

fn write_lines(mut out: impl Write, records: impl Iterator<Item: AsRef<[u8]>>) -> io::Result<()> {
    for record in records {
        out.write_all(record.as_ref())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
