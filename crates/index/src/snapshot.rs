//! What queries see: one moment of the index, and how it is.

use std::sync::Arc;

use columns::{Dictionaries, Segment};

use crate::source::Alarm;

/// Settings. The defaults are those of the product.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Threads that answer queries, 1 to 16. 2 by default.
    pub threads: usize,
    /// Column bytes kept in memory at most. 256 MiB by default.
    pub cache_bytes: usize,
    /// Column bytes are let go when nobody used them for so long. A minute by default.
    pub idle: std::time::Duration,
    /// A query waits at most so long for events that were stored before it came. 100 ms by default.
    pub freshness: std::time::Duration,
    /// Bytes of segments that may be in memory while the disk takes no files. 64 MiB by default.
    pub memory_only_bytes: usize,
    /// Event ids of a segment, at most 262,144, the default. Smaller in tests.
    pub range_ids: i64,
    /// Rows of a chunk of the newest events. 4,096 by default.
    pub chunk_rows: usize,
    /// Events of a segment that changed or went before it is written anew. 16,384 by default.
    pub hidden_max: usize,
    /// Runs first on the thread that follows the database, which starts the one that makes segments: where the caller gives
    /// both a lower priority than what takes records in. Threads that answer are not concerned. Nothing by default.
    pub background: fn(),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: 2,
            cache_bytes: 256 << 20,
            idle: std::time::Duration::from_secs(60),
            freshness: std::time::Duration::from_millis(100),
            memory_only_bytes: 64 << 20,
            range_ids: columns::SEGMENT_ROWS as i64,
            chunk_rows: 4096,
            hidden_max: 16_384,
            background: || {},
        }
    }
}

/// How much of the events is in the index while it is being built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Events that are in.
    pub events: i64,
    /// Events in the database.
    pub of: i64,
}

/// A segment, and whom to tell if its bytes are damaged.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) segment: Segment,
    pub(crate) alarm: Option<Arc<Alarm>>,
}

/// The index at one moment. Everything in it belongs together.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Entry of the store's change feed up to which it goes; −1 before anything was read.
    pub generation: i64,
    /// What codes stand for.
    pub dictionaries: Dictionaries,
    /// The prices that costs were computed with: [`Costs::version`](crate::Costs::version).
    pub prices: u64,
    /// How far it is, if events are missing.
    pub partial: Option<Progress>,
    /// Newest first.
    pub(crate) parts: Arc<[Part]>,
}

impl Snapshot {
    pub(crate) fn empty(prices: u64) -> Self {
        Self {
            generation: -1,
            dictionaries: Dictionaries::default(),
            prices,
            partial: Some(Progress { events: 0, of: 0 }),
            parts: Arc::new([]),
        }
    }

    /// Times of the first and the last event, Unix milliseconds; `None` without events.
    pub fn extent(&self) -> Option<(i64, i64)> {
        let headers = || self.parts.iter().map(|part| part.segment.header());
        let first = headers().map(|header| header.first.timestamp_ms).min()?;
        Some((first, headers().map(|header| header.last.timestamp_ms).max()?))
    }

    /// Events in it.
    pub fn events(&self) -> usize {
        self.parts.iter().map(|part| part.segment.live()).sum()
    }
}

/// What the index does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// It looks at its files.
    #[default]
    Starting,
    /// Every event is in.
    Ready,
    /// Segments are made from the database.
    Building,
    /// Damaged segments are made anew.
    Repairing,
    /// The disk is full: the files were given up for the database's sake.
    DiskFull,
    /// The database cannot be read.
    Failing,
    /// It was stopped.
    Stopped,
}

impl State {
    /// The name used in `/status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Building => "building",
            Self::Repairing => "repairing",
            Self::DiskFull => "disk_full",
            Self::Failing => "failing",
            Self::Stopped => "stopped",
        }
    }
}

/// How the index is, for `/status`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// What it does.
    pub state: State,
    /// Entry of the change feed up to which it goes; −1 before anything was read.
    pub generation: i64,
    /// Entries of the feed that it has not taken yet.
    pub lag: i64,
    /// Events in it.
    pub events: i64,
    /// Segments that are complete.
    pub segments: u64,
    /// Ranges of events that are still to be read.
    pub missing_segments: u64,
    /// Bytes of the files, costs included.
    pub disk_bytes: u64,
    /// Of them for text that is unique per event.
    pub text_bytes: u64,
    /// Column bytes held in memory at the moment.
    pub memory_bytes: u64,
    /// Rows read from the database since the start.
    pub rows_read: u64,
    /// Version of the prices in use.
    pub prices: u64,
    /// Costs are being computed with other prices.
    pub repricing: bool,
    /// Why segments were made anew the last time; empty if never.
    pub rebuild_reason: String,
    /// When that began, Unix milliseconds.
    pub rebuilt_at_ms: Option<i64>,
    /// The last thing that went wrong; empty if nothing is wrong now.
    pub error: String,
}
