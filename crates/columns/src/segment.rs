//! A segment: up to 262,144 rows in the order of time, ready to be asked.

use std::fmt;
use std::sync::Arc;

use crate::bits::BLOCK;
use crate::column::{Column, ColumnBytes, ColumnError};
use crate::costs::Costs;
use crate::dictionary::{Outcome, Profile};
use crate::encode::Encoded;
use crate::header::SegmentHeader;
use crate::numbers::Numbers;
use crate::reader::RowReader;
use crate::row::{Row, RowKey};
use crate::text::Texts;

/// Rows that are hidden: a bit per row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleted {
    words: Vec<u64>,
    count: usize,
}

impl Deleted {
    /// Hides a row.
    pub fn insert(&mut self, row: usize) {
        if self.words.len() <= row / 64 {
            self.words.resize(row / 64 + 1, 0);
        }
        let bit = 1 << (row % 64);
        self.count += usize::from(self.words[row / 64] & bit == 0);
        self.words[row / 64] |= bit;
    }

    /// Whether a row is hidden.
    pub fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// How many are hidden.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether none is hidden.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// 64 rows, the first being `word * 64`.
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.words.get(word).copied().unwrap_or(0)
    }
}

impl FromIterator<usize> for Deleted {
    fn from_iter<I: IntoIterator<Item = usize>>(rows: I) -> Self {
        let mut deleted = Self::default();
        rows.into_iter().for_each(|row| deleted.insert(row));
        deleted
    }
}

/// A segment. A clone is a handful of reference counts.
#[derive(Clone)]
pub struct Segment {
    header: Arc<SegmentHeader>,
    bytes: Arc<dyn ColumnBytes>,
    profiles: Arc<Vec<u32>>,
    outcomes: Arc<Vec<u32>>,
    deleted: Arc<Deleted>,
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment")
            .field("rows", &self.header.rows)
            .field("first", &self.header.first)
            .field("last", &self.header.last)
            .field("deleted", &self.deleted.count)
            .finish_non_exhaustive()
    }
}

impl Segment {
    /// A segment over its head and the source of its columns. `profiles` and `outcomes` give the code in this process of each
    /// local one, in the order of the head's dictionaries.
    ///
    /// # Errors
    ///
    /// [`ColumnError::Damaged`] if the lists do not fit the head.
    pub fn open(
        header: Arc<SegmentHeader>,
        bytes: Arc<dyn ColumnBytes>,
        profiles: Vec<u32>,
        outcomes: Vec<u32>,
    ) -> Result<Self, ColumnError> {
        if profiles.len() != header.profiles.len() || outcomes.len() != header.outcomes.len() {
            return Err(ColumnError::Damaged("codes do not fit the dictionaries of the segment"));
        }
        Ok(Self::assemble(header, bytes, profiles, outcomes))
    }

    pub(crate) fn assemble(
        header: Arc<SegmentHeader>,
        bytes: Arc<dyn ColumnBytes>,
        profiles: Vec<u32>,
        outcomes: Vec<u32>,
    ) -> Self {
        let (profiles, outcomes) = (Arc::new(profiles), Arc::new(outcomes));
        Self { header, bytes, profiles, outcomes, deleted: Arc::default() }
    }

    /// Encodes rows and keeps them in memory, for a segment that is not written to a file.
    ///
    /// # Errors
    ///
    /// As [`Encoded::new`].
    pub fn in_memory(rows: &[Row], profiles: &[Profile], outcomes: &[Outcome]) -> Result<Self, ColumnError> {
        Encoded::new(rows, profiles, outcomes, [0; 16], [0; 4]).map(Encoded::into_segment)
    }

    /// The same segment with other rows hidden.
    #[must_use]
    pub fn with_deleted(&self, deleted: Arc<Deleted>) -> Self {
        Self { deleted, ..self.clone() }
    }

    /// The same segment with another source of its columns (other costs, for example).
    #[must_use]
    pub fn with_bytes(&self, bytes: Arc<dyn ColumnBytes>) -> Self {
        Self { bytes, ..self.clone() }
    }

    /// The head.
    pub fn header(&self) -> &Arc<SegmentHeader> {
        &self.header
    }

    /// Where the columns come from.
    pub fn bytes(&self) -> &Arc<dyn ColumnBytes> {
        &self.bytes
    }

    /// Which rows are hidden.
    pub fn deleted(&self) -> &Arc<Deleted> {
        &self.deleted
    }

    /// Rows, the hidden ones included.
    pub fn len(&self) -> usize {
        self.header.rows as usize
    }

    /// Never true for a segment that was opened or encoded.
    pub fn is_empty(&self) -> bool {
        self.header.rows == 0
    }

    /// Rows that are not hidden.
    pub fn live(&self) -> usize {
        self.len().saturating_sub(self.deleted.count)
    }

    /// Number of blocks.
    pub(crate) fn blocks(&self) -> usize {
        self.len().div_ceil(BLOCK)
    }

    /// Global code of each local profile code.
    pub fn profiles(&self) -> &[u32] {
        &self.profiles
    }

    /// Global code of each local outcome code.
    pub fn outcomes(&self) -> &[u32] {
        &self.outcomes
    }

    /// Opens a column of numbers.
    pub(crate) fn numbers(&self, column: Column) -> Result<Numbers, ColumnError> {
        Numbers::open(self.bytes.column(column)?, self.len())
    }

    pub(crate) fn texts(&self, column: Column) -> Result<Texts, ColumnError> {
        Texts::open(self.bytes.column(column)?, self.len())
    }

    pub(crate) fn costs(&self) -> Result<Costs, ColumnError> {
        Costs::open(self.bytes.column(Column::Cost)?, self.len())
    }

    /// The row with this key, hidden or not.
    ///
    /// # Errors
    ///
    /// As the columns.
    pub fn find(&self, key: RowKey) -> Result<Option<usize>, ColumnError> {
        if key < self.header.first || key > self.header.last {
            return Ok(None);
        }
        let (times, ids) = (self.numbers(Column::Time)?, self.numbers(Column::Id)?);
        let at = |row| RowKey { timestamp_ms: times.get(row), id: ids.get(row) };
        let row = partition_point(self.len(), |row| at(row) < key);
        Ok((row < self.len() && at(row) == key).then_some(row))
    }

    /// Calls `found` with each row, hidden or not, whose id is among `ids` (ascending). Gives the bytes that it read.
    ///
    /// # Errors
    ///
    /// As the columns.
    pub fn find_ids(&self, ids: &[i64], mut found: impl FnMut(usize)) -> Result<usize, ColumnError> {
        let (least, most) = self.header.ids;
        if between(ids, least, most).is_empty() {
            return Ok(0);
        }
        let column = self.numbers(Column::Id)?;
        let mut values = [0; BLOCK];
        let mut read = 0;
        for block in 0..self.blocks() {
            let (least, most) = column.bounds(block);
            let wanted = between(ids, least, most);
            if wanted.is_empty() {
                continue;
            }
            column.decode(block, &mut values);
            read += column.read_len(block);
            for (row, id) in values[..column.count(block)].iter().enumerate() {
                if wanted.binary_search(id).is_ok() {
                    found(block * BLOCK + row);
                }
            }
        }
        Ok(read)
    }

    /// Calls `each` with every row that is not hidden, as it was encoded, with this process's codes.
    ///
    /// # Errors
    ///
    /// As the columns.
    pub fn each_row(&self, mut each: impl FnMut(Row)) -> Result<(), ColumnError> {
        let mut reader = RowReader::new(self)?;
        for row in (0..self.len()).filter(|row| !self.deleted.contains(*row)) {
            each(reader.row(row)?);
        }
        Ok(())
    }

    /// All of them at once: many bytes each.
    ///
    /// # Errors
    ///
    /// As the columns.
    pub fn rows(&self) -> Result<Vec<Row>, ColumnError> {
        let mut rows = Vec::with_capacity(self.live());
        self.each_row(|row| rows.push(row))?;
        Ok(rows)
    }
}

/// The part of an ascending list that lies within bounds, both included.
pub(crate) fn between(sorted: &[i64], least: i64, most: i64) -> &[i64] {
    let from = sorted.partition_point(|v| *v < least);
    let to = sorted.partition_point(|v| *v <= most);
    sorted.get(from..to).unwrap_or_default()
}

/// The first of `0..count` for which `before` does not hold; it holds for all before that.
pub(crate) fn partition_point(count: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut from, mut to) = (0, count);
    while from < to {
        let middle = from + (to - from) / 2;
        if before(middle) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    from
}
