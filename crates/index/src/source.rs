//! Where a sealed segment's bytes come from: two files, or memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use columns::{Column, ColumnBytes, ColumnData, ColumnError, SegmentHeader, open_costs};

use crate::cache::Cache;
use crate::files::{OpenFile, read_all};
use crate::wake::Wake;

/// The name of a segment's file.
pub(crate) fn segment_name(number: u64) -> String {
    format!("{number}.columns")
}

/// The name of a segment's costs with these prices.
pub(crate) fn costs_name(number: u64, prices: u64) -> String {
    format!("{number}.{prices:016x}.costs")
}

/// Longest cost file, bytes: what a full segment needs, and the head.
const MAX_COSTS: u64 = 4 << 20;

/// Tells the follower that a segment's files are not what they were.
#[derive(Debug)]
pub(crate) struct Alarm {
    raised: AtomicBool,
    wake: Arc<Wake>,
}

impl Alarm {
    pub(crate) fn new(wake: Arc<Wake>) -> Self {
        Self { raised: AtomicBool::new(false), wake }
    }

    pub(crate) fn raise(&self) {
        self.raised.store(true, Ordering::Release);
        self.wake.set();
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Acquire)
    }
}

/// The columns of a segment in files.
pub(crate) struct FileColumns {
    pub(crate) number: u64,
    /// Key in the cache; never used for two things.
    pub(crate) key: u64,
    pub(crate) header: Arc<SegmentHeader>,
    pub(crate) file: Arc<dyn OpenFile>,
    pub(crate) costs: Arc<dyn OpenFile>,
    /// The prices of the costs.
    pub(crate) prices: u64,
    pub(crate) cache: Arc<Cache>,
    pub(crate) alarm: Arc<Alarm>,
}

impl FileColumns {
    /// Reads a column, or says to everybody that it cannot be read.
    fn load(&self, column: Column) -> Result<ColumnData, ColumnError> {
        self.read(column).inspect_err(|error| {
            tracing::warn!(segment = self.number, ?column, %error, "a cache file cannot be used; it is made anew");
            self.alarm.raise();
        })
    }

    fn read(&self, column: Column) -> Result<ColumnData, ColumnError> {
        let unavailable =
            |error: std::io::Error| ColumnError::Unavailable { column, reason: error.to_string() };
        if column == Column::Cost {
            let file = read_all(self.costs.as_ref(), MAX_COSTS).map_err(unavailable)?;
            let (opaque, data) = open_costs(&self.header, &file)?;
            if opaque != [self.number, self.prices, 0, 0] {
                return Err(ColumnError::Damaged("costs of other prices"));
            }
            return Ok(data);
        }
        let entry = self.header.entry(column).ok_or(ColumnError::Damaged("a segment lacks a column"))?;
        let length =
            usize::try_from(entry.length).map_err(|_| ColumnError::Damaged("a column is too long"))?;
        // Read in place: a vector would have to be copied.
        let mut data: ColumnData = std::iter::repeat_n(0, length).collect();
        let into = Arc::get_mut(&mut data).ok_or(ColumnError::Damaged("the new column is shared"))?;
        self.file.read_at(into, entry.offset).map_err(unavailable)?;
        self.header.check(column, &data)?;
        Ok(data)
    }
}

impl ColumnBytes for FileColumns {
    fn column(&self, column: Column) -> Result<ColumnData, ColumnError> {
        if let Some(data) = self.cache.get(self.key, column) {
            return Ok(data);
        }
        let data = self.load(column)?;
        self.cache.put(self.key, column, &data);
        Ok(data)
    }
}

/// The same for a reader that reads everything once: nothing of it stays in the cache.
pub(crate) struct Once(pub(crate) Arc<FileColumns>);

impl ColumnBytes for Once {
    fn column(&self, column: Column) -> Result<ColumnData, ColumnError> {
        let files = &self.0;
        files.cache.get(files.key, column).map_or_else(|| files.load(column), Ok)
    }
}

impl Drop for FileColumns {
    fn drop(&mut self) {
        self.cache.forget(self.key);
    }
}

/// Columns in memory, with costs of their own.
pub(crate) struct Repriced {
    pub(crate) columns: Arc<dyn ColumnBytes>,
    pub(crate) costs: ColumnData,
}

impl ColumnBytes for Repriced {
    fn column(&self, column: Column) -> Result<ColumnData, ColumnError> {
        if column == Column::Cost { Ok(ColumnData::clone(&self.costs)) } else { self.columns.column(column) }
    }
}
