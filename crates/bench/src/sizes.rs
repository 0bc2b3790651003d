//! How much is measured, and the bars.

use std::time::Duration;

use crate::analytics::{Bars, BySql, Dataset};

/// Events per second that must be stored durably.
pub const INGEST_BAR: f64 = 25_000.0;

/// Bytes per event on disk, all tables and indexes.
pub const DISK_BAR: f64 = 300.0;

/// First answer on an empty directory.
pub const START_EMPTY_BAR: Duration = Duration::from_millis(100);

/// First answer on a database of any size.
pub const START_BAR: Duration = Duration::from_secs(1);

/// Share of one core that an idle manager may use.
pub const IDLE_MANAGER_BAR: f64 = 0.01;

/// Share of one core that an idle manager may cost the gateway.
pub const IDLE_GATEWAY_BAR: f64 = 0.05;

/// The write-ahead log may not grow beyond this, bytes.
pub const WAL_BAR: u64 = 256 << 20;

/// Memory of the confined run, bytes.
pub const CONFINED_MEMORY: u64 = 256 << 20;

/// Memory bars at a number of events, bytes.
#[derive(Debug, Clone, Copy)]
pub struct MemoryBars {
    /// A while after the last request, and under bearer requests.
    pub idle: u64,
    /// Right after the heaviest request.
    pub busy: u64,
}

/// The bars at 100,000 events.
pub const SMALL_BARS: MemoryBars = MemoryBars { idle: 30_000_000, busy: 40_000_000 };

/// The bars at 1,000,000 events.
pub const LARGE_BARS: MemoryBars = MemoryBars { idle: 40_000_000, busy: 100_000_000 };

/// The bars at 10,000,000 events.
pub const HUGE_BARS: MemoryBars = MemoryBars { idle: 60_000_000, busy: 400_000_000 };

impl MemoryBars {
    /// The bars of a database with so many events, if there are any.
    pub fn of(events: u64) -> Option<Self> {
        match events {
            100_000 => Some(SMALL_BARS),
            1_000_000 => Some(LARGE_BARS),
            10_000_000 => Some(HUGE_BARS),
            _ => None,
        }
    }
}

/// Bytes per event of all index files.
pub const INDEX_BYTES_BAR: f64 = 64.0;

/// Bytes per event of index files that hold numbers and codes.
pub const INDEX_NUMERIC_BAR: f64 = 48.0;

/// How many times faster than SQL an answer over a million events must be.
pub const SQL_RATIO_BAR: f64 = 50.0;

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Sizes {
    /// Events before a rate is measured.
    pub warm_up: u64,
    /// Events over which a rate is measured.
    pub measured: u64,
    /// Events of the small database.
    pub small: u64,
    /// Events of the large database.
    pub large: u64,
    /// Events of the huge database; none when absent.
    pub huge: Option<u64>,
    /// Events made from recorded records.
    pub recorded: u64,
    /// Starts that are timed.
    pub starts: usize,
    /// Time without a request before idle figures are taken.
    pub idle: Duration,
    /// Time of bearer requests, right and wrong keys each.
    pub bearer: Duration,
    /// Time of requests through the proxy and going direct, each.
    pub proxy: Duration,
    /// Records in the queue that is drained over HTTP.
    pub backlog: u64,
    /// Events fed in the confined run.
    pub confined: u64,
    /// Time of the slow reader in the confined run.
    pub slow: Duration,
    /// Databases for the panel's questions.
    pub analytics: Vec<Dataset>,
    /// Time after the panel's questions before memory is looked at again.
    pub calm: Duration,
}

impl Sizes {
    /// The default run.
    pub fn standard() -> Self {
        Self {
            warm_up: 20_000,
            measured: 200_000,
            small: 100_000,
            large: 1_000_000,
            huge: None,
            recorded: 1_000_000,
            starts: 5,
            idle: Duration::from_secs(60),
            bearer: Duration::from_secs(15),
            proxy: Duration::from_secs(5),
            backlog: 20_000,
            confined: 200_000,
            slow: Duration::from_secs(20),
            analytics: vec![
                dataset(100_000, 30, 30, BySql::Timed(5), Bars::None),
                dataset(1_000_000, 30, 40, BySql::Timed(3), Bars::Million),
            ],
            calm: Duration::from_secs(180),
        }
    }

    /// The default run, databases of ten million events, and databases of a year. Less than fifty minutes on two cores: of
    /// the databases of a year only the answers are measured, neither memory at rest nor mixed load.
    pub fn full() -> Self {
        let mut sizes = Self { huge: Some(10_000_000), ..Self::standard() };
        let year = |dataset| Dataset { calm: false, mixed: false, ..dataset };
        sizes.analytics.push(year(dataset(100_000, 365, 30, BySql::Timed(1), Bars::None)));
        sizes.analytics.push(year(dataset(1_000_000, 365, 30, BySql::Timed(1), Bars::Million)));
        sizes.analytics.push(dataset(10_000_000, 30, 30, BySql::Checked, Bars::TenMillion));
        sizes.analytics.push(year(dataset(10_000_000, 365, 30, BySql::Checked, Bars::TenMillion)));
        sizes
    }

    /// A run of about a minute, for trying out; its figures say little.
    pub fn quick() -> Self {
        Self {
            warm_up: 2_000,
            measured: 20_000,
            small: 10_000,
            large: 50_000,
            huge: None,
            recorded: 20_000,
            starts: 2,
            idle: Duration::from_secs(5),
            bearer: Duration::from_secs(2),
            proxy: Duration::from_secs(1),
            backlog: 2_000,
            confined: 20_000,
            slow: Duration::from_secs(4),
            analytics: vec![
                dataset(20_000, 30, 5, BySql::Timed(1), Bars::None),
                Dataset { mixed: false, ..dataset(20_000, 365, 2, BySql::Checked, Bars::None) },
            ],
            calm: Duration::from_secs(3),
        }
    }
}

/// A database for the panel's questions, with everything measured.
fn dataset(events: u64, days: i64, runs: usize, by_sql: BySql, bars: Bars) -> Dataset {
    Dataset { events, days, runs, by_sql, calm: true, mixed: true, bars }
}
