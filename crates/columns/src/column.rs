//! Which columns there are, and where their bytes come from.

use std::sync::Arc;

/// A column of a segment. The discriminant is its number in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Column {
    /// Unix milliseconds.
    Time = 0,
    /// Ids in the database.
    Id = 1,
    /// Local profile codes.
    Profile = 2,
    /// Local outcome codes.
    Outcome = 3,
    /// Ids of routes.
    Route = 4,
    /// Ids of clients.
    Client = 5,
    /// Facts of one bit, without the one about the price.
    Flags = 6,
    /// Input tokens.
    Input = 7,
    /// Output tokens.
    Output = 8,
    /// Cached remainder.
    Cached = 9,
    /// Cache read tokens.
    CacheRead = 10,
    /// Cache creation tokens.
    CacheCreation = 11,
    /// Reasoning tokens.
    Reasoning = 12,
    /// Total tokens.
    Total = 13,
    /// Latency.
    Latency = 14,
    /// Time to the first byte.
    Ttft = 15,
    /// Uncached input billed beyond the counters.
    BilledInput = 16,
    /// Cached remainder billed beyond the counters.
    BilledCached = 17,
    /// Cache read billed beyond the counters.
    BilledCacheRead = 18,
    /// Cache creation billed beyond the counters.
    BilledCacheCreation = 19,
    /// Output billed beyond the counters.
    BilledOutput = 20,
    /// Request ids.
    RequestId = 21,
    /// Trace ids.
    TraceId = 22,
    /// Costs, and whether there is a price. Not part of the segment's file: see [`encode_costs`](crate::encode_costs).
    Cost = 23,
}

impl Column {
    /// All of them, by number.
    pub const ALL: [Self; 24] = [
        Self::Time,
        Self::Id,
        Self::Profile,
        Self::Outcome,
        Self::Route,
        Self::Client,
        Self::Flags,
        Self::Input,
        Self::Output,
        Self::Cached,
        Self::CacheRead,
        Self::CacheCreation,
        Self::Reasoning,
        Self::Total,
        Self::Latency,
        Self::Ttft,
        Self::BilledInput,
        Self::BilledCached,
        Self::BilledCacheRead,
        Self::BilledCacheCreation,
        Self::BilledOutput,
        Self::RequestId,
        Self::TraceId,
        Self::Cost,
    ];

    /// Columns of numbers: the first so many of [`Column::ALL`].
    pub(crate) const NUMBERS: usize = 21;

    /// The columns that stand in a segment's file, in its order.
    pub fn in_file() -> &'static [Self] {
        &Self::ALL[..Self::ALL.len() - 1]
    }

    /// Whether it holds text that is unique per event.
    pub fn is_text(self) -> bool {
        matches!(self, Self::RequestId | Self::TraceId)
    }

    /// The column with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// The bytes of a column. A clone is a reference count.
pub type ColumnData = Arc<[u8]>;

/// Why a column or a segment cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    /// The bytes are not what they should be.
    #[error("column data is damaged: {0}")]
    Damaged(&'static str),
    /// Written by a newer program.
    #[error("column file has version {0}, which is not known")]
    Version(u16),
    /// Another kind of file.
    #[error("not a column file")]
    Foreign,
    /// Whoever holds the bytes could not give them.
    #[error("column {column:?} is not available: {reason}")]
    Unavailable {
        /// Which.
        column: Column,
        /// Why; for people.
        reason: String,
    },
    /// A row refers to a code that the dictionaries do not have.
    #[error("code {0} is not in the dictionary")]
    UnknownCode(u32),
    /// Rows do not ascend, or there are too many.
    #[error("rows cannot make a segment: {0}")]
    Rows(&'static str),
}

/// Where the bytes of a segment's columns come from: memory, a file, a cache. Bytes from outside the process must have
/// passed [`SegmentHeader::check`](crate::SegmentHeader::check) (costs: [`open_costs`](crate::open_costs)).
pub trait ColumnBytes: Send + Sync {
    /// The bytes of one column.
    ///
    /// # Errors
    ///
    /// [`ColumnError::Unavailable`] or [`ColumnError::Damaged`].
    fn column(&self, column: Column) -> Result<ColumnData, ColumnError>;
}

/// All columns in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryColumns(pub Vec<(Column, ColumnData)>);

impl ColumnBytes for MemoryColumns {
    fn column(&self, column: Column) -> Result<ColumnData, ColumnError> {
        let found = self.0.iter().find(|(have, _)| *have == column);
        found.map(|(_, data)| Arc::clone(data)).ok_or_else(|| ColumnError::Unavailable {
            column,
            reason: "it is not among the columns in memory".to_owned(),
        })
    }
}
