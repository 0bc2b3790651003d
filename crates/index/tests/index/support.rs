//! A database, an index beside it, and the question whether they agree.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use columns::{ModelNames, Tier};
use cpamp_index::{Billed, Costs, Directory, Index, Price, Settings};
use model::UsageEvent;
use proptest::prelude::*;
use store::{IndexRow, OpenOptions, Store};

use crate::{events, oracle};

/// How long a test waits for the index.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Prices that SQL can compute too: output tokens times the length of the model's name times a factor. Names whose length
/// divides by three have no price.
#[derive(Debug, Clone, Copy)]
pub struct ByLength(pub u64);

struct PerToken(f64);

impl Price for PerToken {
    fn cost(&self, _: i64, billed: &Billed) -> f64 {
        billed.output as f64 * self.0
    }
}

impl Costs for ByLength {
    fn version(&self) -> u64 {
        self.0
    }

    fn basis(&self) -> &str {
        "counters"
    }

    fn resolve(&self, model: &ModelNames, _: &Tier) -> Option<Arc<dyn Price>> {
        let length = model.model.chars().count();
        (length % 3 != 0).then(|| Arc::new(PerToken(length as f64 * self.0 as f64 / 1e6)) as Arc<dyn Price>)
    }

    fn billed(&self, event: &IndexRow) -> Billed {
        cpamp_index::NoPrices.billed(event)
    }
}

pub struct Fixture {
    pub directory: tempfile::TempDir,
    pub store: Store,
}

/// Small segments, so that a few hundred events make many.
pub fn small() -> Settings {
    Settings { range_ids: 64, chunk_rows: 16, hidden_max: 8, ..Settings::default() }
}

impl Fixture {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("directory");
        let store =
            Store::open(&directory.path().join("usage.sqlite"), &OpenOptions::default()).expect("opens");
        Self { directory, store }
    }

    pub fn database(&self) -> PathBuf {
        self.directory.path().join("usage.sqlite")
    }

    pub fn cache(&self) -> PathBuf {
        self.directory.path().join("columns")
    }

    pub fn start(&self, settings: Settings) -> Index {
        let files = Arc::new(Directory::new(self.cache()));
        Index::start(self.store.clone(), files, settings, Arc::new(ByLength(1))).expect("starts")
    }

    pub fn append(&self, range: std::ops::Range<u64>) {
        self.add(events::events(range));
    }

    pub fn add(&self, events: Vec<UsageEvent>) {
        self.store.append_blocking(events, Vec::new()).expect("appends");
    }

    /// The index becomes complete and then agrees with SQL.
    pub fn assert_agrees(&self, index: &Index) {
        self.assert_agrees_with(index, 1);
    }

    pub fn assert_agrees_with(&self, index: &Index, prices: u64) {
        let (generation, found) = whole(index, &self.store);
        assert_eq!(generation, self.store.counts().generation, "fresh");
        let expected = oracle::ask_sql(&self.database(), prices);
        oracle::assert_same(&found, &expected);
    }
}

/// Waits until nothing is missing.
pub fn complete(index: &Index, store: &Store) {
    let until = Instant::now() + PATIENCE;
    loop {
        let snapshot = index.fresh_blocking(Duration::from_secs(5));
        if snapshot.partial.is_none() && snapshot.generation >= store.counts().generation {
            return;
        }
        assert!(Instant::now() < until, "the index does not become complete: {:?}", index.status());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The first answer that lacks nothing: damage is found by asking, so one question may not be enough.
pub fn whole(index: &Index, store: &Store) -> (i64, oracle::Figures) {
    let until = Instant::now() + PATIENCE;
    loop {
        complete(index, store);
        if let Ok(whole) = oracle::ask_index(index).expect("answers") {
            return whole;
        }
        assert!(Instant::now() < until, "answers stay partial: {:?}", index.status());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until something holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Any event, with numbers that SQL can add up.
pub fn any_event() -> impl Strategy<Value = UsageEvent> {
    (events::any_event(), any::<u16>()).prop_map(|(mut event, salt)| {
        let tokens = &mut event.tokens;
        for number in [
            &mut tokens.input,
            &mut tokens.output,
            &mut tokens.reasoning,
            &mut tokens.cached,
            &mut tokens.cache,
            &mut tokens.cache_read,
            &mut tokens.cache_creation,
            &mut tokens.total,
        ] {
            *number = if *number % 5 == 0 { 0 } else { *number % 1_000_000_000 };
        }
        event.breakdown = None;
        event.latency_ms = event.latency_ms.map(|ms| ms % 100_000);
        event.ttft_ms = event.ttft_ms.map(|ms| ms % 10);
        event.time.ms %= 10_000_000_000_000;
        event.event_hash = events::hash_of(u64::from(salt));
        event.model.truncate(event.model.floor_char_boundary(4));
        event
    })
}
