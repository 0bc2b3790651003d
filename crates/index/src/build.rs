//! Making segments, on a thread of its own: from the database, or from segments that exist already.

use std::io;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use columns::{
    Column, ColumnData, ColumnError, Encoded, Outcome, Profile, Row, Segment, SegmentHeader, costs_file,
    encode_costs,
};
use store::{IndexRow, Store, StoreError};

use crate::costs::{Costs, Resolver};
use crate::files::{Files, OpenFile};
use crate::names::{Coder, Names, PRICE_TABLES};
use crate::source::{costs_name, segment_name};
use crate::wake::Wake;

/// Rows from the database that are held as such.
const PART_ROWS: usize = 16_384;

/// Why a segment could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cache file: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Columns(#[from] ColumnError),
    #[error("the task was given up")]
    Stopped,
}

/// Where rows come from.
pub(crate) enum Source {
    Store,
    Parts(Vec<Segment>),
}

/// What is to be done.
pub(crate) enum Work {
    /// One segment of all events with an id from `first` to `last`.
    Segment { first: i64, last: i64, source: Source },
    /// Costs of a segment that exists.
    Costs { number: u64, segment: Segment },
}

pub(crate) struct Task {
    pub(crate) work: Work,
    /// Codes in rows of segments.
    pub(crate) profiles: Arc<Vec<Profile>>,
    pub(crate) outcomes: Arc<Vec<Outcome>>,
    pub(crate) costs: Arc<dyn Costs>,
    /// The number of the files; `None` = memory only.
    pub(crate) number: Option<u64>,
}

/// A new segment.
pub(crate) struct Made {
    pub(crate) header: SegmentHeader,
    pub(crate) bytes: Bytes,
}

pub(crate) enum Bytes {
    Files {
        segment: Arc<dyn OpenFile>,
        costs: Arc<dyn OpenFile>,
    },
    /// Its codes are those of its own head.
    Memory(Arc<dyn columns::ColumnBytes>),
}

/// What became of a task.
pub(crate) enum Done {
    /// `None`: there are no events in the range.
    Segment {
        made: Option<Made>,
        generation: i64,
    },
    Costs {
        costs: NewCosts,
    },
}

pub(crate) enum NewCosts {
    File(Arc<dyn OpenFile>),
    Memory(ColumnData),
}

/// The part of the builder that works; also used directly when the index stops.
pub(crate) struct Builder {
    pub(crate) store: Store,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) names: Names,
    pub(crate) stop: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Rows read from the database so far.
    pub(crate) rows_read: Arc<std::sync::atomic::AtomicU64>,
}

impl Builder {
    pub(crate) fn execute(&mut self, task: Task) -> Result<Done, BuildError> {
        match task.work {
            Work::Segment { first, last, source: Source::Store } => {
                let (parts, coder, generation) = self.read_store(first, last, &task.costs)?;
                let mut resolver = Resolver::new(Arc::clone(&task.costs));
                let names = &self.names;
                let put = |row: &mut Row| resolver.put(row, names);
                let codes = (&coder.profiles[..], &coder.outcomes[..]);
                let made = self.seal(&parts, first..=last, codes, task.number, &task.costs, put)?;
                Ok(Done::Segment { made, generation })
            }
            Work::Segment { first, last, source: Source::Parts(parts) } => {
                let codes = (&task.profiles[..], &task.outcomes[..]);
                let made = self.seal(&parts, first..=last, codes, task.number, &task.costs, |_| {})?;
                Ok(Done::Segment { made, generation: 0 })
            }
            Work::Costs { number, ref segment } => self.reprice(&task, number, segment),
        }
    }

    /// The events of a range as small segments without costs: rows take many times the bytes.
    fn read_store(
        &mut self,
        first: i64,
        last: i64,
        costs: &Arc<dyn Costs>,
    ) -> Result<(Vec<Segment>, Coder, i64), BuildError> {
        let mut reading = Reading { coder: Coder::default(), rows: Vec::new(), parts: Vec::new() };
        let (mut generation, mut next) = (0, Some(first));
        while let Some(from) = next {
            if (self.stop)() {
                return Err(BuildError::Stopped);
            }
            let (mut problem, mut read) = (None, 0);
            let reading = &mut reading;
            (next, generation) = self.store.read_blocking(|reader| {
                let generation = reader.feed_position()?.generation;
                let next = reader.index_rows(from, last, |event| {
                    read += 1;
                    if problem.is_none() {
                        problem = reading.take(event, costs.as_ref()).err();
                    }
                })?;
                Ok((next, generation))
            })?;
            if let Some(error) = problem {
                return Err(error);
            }
            self.rows_read.fetch_add(read, std::sync::atomic::Ordering::Relaxed);
        }
        reading.seal()?;
        self.names.refresh(&self.store, PRICE_TABLES)?;
        // Costs are looked up by the codes of these rows.
        self.names.with_codes(&reading.coder.profiles, &reading.coder.outcomes);
        Ok((reading.parts, reading.coder, generation))
    }

    fn seal(
        &self,
        parts: &[Segment],
        ids: RangeInclusive<i64>,
        codes: (&[Profile], &[Outcome]),
        number: Option<u64>,
        costs: &Arc<dyn Costs>,
        change: impl FnMut(&mut Row),
    ) -> Result<Option<Made>, BuildError> {
        if (self.stop)() {
            return Err(BuildError::Stopped);
        }
        let prices = costs.version();
        let opaque = [number.unwrap_or_default(), 0, 0, 0];
        let database = self.store.database_id();
        let Some(encoded) = Encoded::merged(parts, ids, codes, database, opaque, change)? else {
            return Ok(None);
        };
        let Some(number) = number else {
            let header = encoded.header().clone();
            let bytes = Bytes::Memory(Arc::new(encoded.columns().clone()));
            return Ok(Some(Made { header, bytes }));
        };
        let costs = costs_file(encoded.header(), [number, prices, 0, 0], encoded.costs());
        let head = encoded.header().encode();
        let file: Vec<&[u8]> = std::iter::once(&head[..]).chain(encoded.file_columns()).collect();
        self.files.publish(&segment_name(number), &file)?;
        self.files.publish(&costs_name(number, prices), &[&costs])?;
        let segment = self.files.open(&segment_name(number))?;
        let costs = self.files.open(&costs_name(number, prices))?;
        let header = encoded.header().clone();
        Ok(Some(Made { header, bytes: Bytes::Files { segment, costs } }))
    }

    fn reprice(&mut self, task: &Task, number: u64, segment: &Segment) -> Result<Done, BuildError> {
        self.names.with_codes(&task.profiles, &task.outcomes);
        self.names.refresh(&self.store, PRICE_TABLES)?;
        let mut resolver = Resolver::new(Arc::clone(&task.costs));
        // Hidden rows have their place in the column too.
        let (all, names) = (segment.with_deleted(Arc::default()), &self.names);
        let mut costs: Vec<Option<f64>> = Vec::with_capacity(all.len());
        all.each_row(|row| costs.push(resolver.cost(&row, names)))?;
        let column = encode_costs(costs.into_iter());
        let costs = match task.number {
            None => NewCosts::Memory(column.into()),
            Some(_) => {
                let prices = task.costs.version();
                let file = costs_file(segment.header(), [number, prices, 0, 0], &column);
                self.files.publish(&costs_name(number, prices), &[&file])?;
                NewCosts::File(self.files.open(&costs_name(number, prices))?)
            }
        };
        Ok(Done::Costs { costs })
    }
}

/// Rows on their way from the database into small segments.
struct Reading {
    coder: Coder,
    rows: Vec<Row>,
    parts: Vec<Segment>,
}

impl Reading {
    fn take(&mut self, event: &IndexRow, costs: &dyn Costs) -> Result<(), BuildError> {
        let row = self.coder.row(event, costs)?;
        self.rows.push(row);
        if self.rows.len() >= PART_ROWS { self.seal() } else { Ok(()) }
    }

    fn seal(&mut self) -> Result<(), BuildError> {
        if !self.rows.is_empty() {
            self.rows.sort_unstable_by_key(Row::key);
            self.parts.push(Segment::in_memory(&self.rows, &self.coder.profiles, &self.coder.outcomes)?);
            self.rows.clear();
        }
        Ok(())
    }
}

/// The builder and its thread. One task at a time, each on a thread of its own: what the allocator keeps for a thread goes
/// back to the system when the thread ends.
pub(crate) struct BuilderThread {
    builder: Arc<Mutex<Builder>>,
    done: Arc<Mutex<Option<Result<Done, BuildError>>>>,
    thread: Option<JoinHandle<()>>,
    wake: Arc<Wake>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl BuilderThread {
    pub(crate) fn new(builder: Builder, wake: Arc<Wake>) -> Self {
        Self { builder: Arc::new(Mutex::new(builder)), done: Arc::default(), thread: None, wake }
    }

    /// Begins a task; the one before must be done.
    pub(crate) fn give(&mut self, task: Task) {
        let (builder, done, wake) =
            (Arc::clone(&self.builder), Arc::clone(&self.done), Arc::clone(&self.wake));
        let thread = std::thread::Builder::new().name("index-builder".to_owned());
        let spawned = thread.spawn(move || {
            // A defect must cost one task, not the index.
            let outcome = catch_unwind(AssertUnwindSafe(|| lock(&builder).execute(task)));
            let outcome = outcome.unwrap_or_else(|_| Err(io::Error::other("the builder panicked").into()));
            *lock(&done) = Some(outcome);
            wake.set();
        });
        match spawned {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => self.put(Err(error.into())),
        }
    }

    /// Does a task on this thread, also when everything else was told to stop.
    pub(crate) fn execute_now(&mut self, task: Task) {
        let mut builder = lock(&self.builder);
        builder.stop = Arc::new(|| false);
        let outcome = builder.execute(task);
        drop(builder);
        self.put(outcome);
    }

    fn put(&self, outcome: Result<Done, BuildError>) {
        *lock(&self.done) = Some(outcome);
        self.wake.set();
    }

    /// What became of the task, once.
    pub(crate) fn take(&mut self) -> Option<Result<Done, BuildError>> {
        let outcome = lock(&self.done).take()?;
        self.join();
        Some(outcome)
    }

    /// Waits for the thread's end.
    pub(crate) fn join(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that makes segments panicked");
        }
    }
}

impl Made {
    /// Bytes of its files.
    pub(crate) fn file_bytes(header: &SegmentHeader) -> u64 {
        let columns: u64 = header
            .columns
            .iter()
            .filter(|entry| entry.column != Column::Cost)
            .map(|entry| entry.offset + entry.length)
            .max()
            .unwrap_or_default();
        columns + u64::from(header.rows) * 8 + u64::from(header.rows).div_ceil(8) + 100
    }
}
