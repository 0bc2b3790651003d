//! From rows to the bytes of a segment.

use std::sync::Arc;

use crate::bits::BLOCK;
use crate::column::{Column, ColumnData, ColumnError, MemoryColumns};
use crate::costs::encode_costs;
use crate::dictionary::{Outcome, Profile};
use crate::header::{ColumnEntry, SEGMENT_ROWS, SegmentHeader};
use crate::numbers::{NONE, NumbersWriter};
use crate::profiles::PackedProfiles;
use crate::row::{Flags, Row, RowKey};
use crate::segment::Segment;
use crate::text::TextWriter;

/// A segment that was just encoded.
#[derive(Debug, Clone)]
pub struct Encoded {
    header: SegmentHeader,
    columns: MemoryColumns,
    profiles: Vec<u32>,
    outcomes: Vec<u32>,
}

/// Codes of a process, counted. They are dense, so a table serves as map.
pub(crate) struct Codes(Vec<u32>);

/// Codes in use, most frequent first, and the local code of each.
pub(crate) struct LocalCodes {
    order: Vec<u32>,
    local: Vec<u32>,
}

impl Codes {
    /// None of so many codes was seen.
    pub(crate) fn new(known: usize) -> Self {
        Self(vec![0; known])
    }

    pub(crate) fn count(&mut self, code: u32) -> Result<(), ColumnError> {
        *self.0.get_mut(code as usize).ok_or(ColumnError::UnknownCode(code))? += 1;
        Ok(())
    }

    pub(crate) fn finish(self) -> LocalCodes {
        let counts = self.0;
        let mut order: Vec<u32> =
            (0..counts.len() as u32).filter(|code| counts[*code as usize] > 0).collect();
        order.sort_by_key(|code| std::cmp::Reverse(counts[*code as usize]));
        let mut local = counts;
        order.iter().enumerate().for_each(|(i, code)| local[*code as usize] = i as u32);
        LocalCodes { order, local }
    }
}

fn resolve<T: Clone>(codes: &[u32], values: &[T]) -> Result<Vec<T>, ColumnError> {
    let value = |code: &u32| values.get(*code as usize).cloned().ok_or(ColumnError::UnknownCode(*code));
    codes.iter().map(value).collect()
}

/// `i64::MIN` stands for none, so the one number that looks like it moves by one.
fn optional_number(value: Option<i64>) -> i64 {
    value.map_or(NONE, |v| v.max(NONE + 1))
}

impl Encoded {
    /// Encodes rows: 1 to [`SEGMENT_ROWS`] of them, ascending by [`Row::key`]. `profiles` and `outcomes` resolve their codes.
    /// A latency of `i64::MIN` reads back as one more.
    ///
    /// # Errors
    ///
    /// [`ColumnError::Rows`] or [`ColumnError::UnknownCode`].
    pub fn new(
        rows: &[Row],
        profiles: &[Profile],
        outcomes: &[Outcome],
        database: [u8; 16],
        opaque: [u64; 4],
    ) -> Result<Self, ColumnError> {
        if !rows.is_sorted_by_key(Row::key) {
            return Err(ColumnError::Rows("they do not ascend by time and id"));
        }
        let (mut profile_codes, mut outcome_codes) = (Codes::new(profiles.len()), Codes::new(outcomes.len()));
        for row in rows {
            profile_codes.count(row.profile)?;
            outcome_codes.count(row.outcome)?;
        }
        let (profile_codes, outcome_codes) = (profile_codes.finish(), outcome_codes.finish());
        let mut writer = Writer::new(rows.len())?;
        // A block at a time: a segment's rows are larger than a processor's cache.
        rows.chunks(BLOCK).for_each(|rows| writer.block(rows, &profile_codes, &outcome_codes));
        writer.finish((profile_codes, outcome_codes), (profiles, outcomes), database, opaque)
    }

    /// Moves the columns behind the head, whose length is only known now.
    fn placed(mut self) -> Self {
        let mut offset = self.header.encode().len() as u64;
        for entry in &mut self.header.columns {
            entry.offset = offset;
            offset += entry.length;
        }
        self
    }

    /// The head.
    pub fn header(&self) -> &SegmentHeader {
        &self.header
    }

    /// The segment's file: the head, then the columns, all but the costs.
    pub fn file(&self) -> Vec<u8> {
        let mut out = self.header.encode();
        self.file_columns().for_each(|bytes| out.extend_from_slice(bytes));
        out
    }

    /// What follows the head in the segment's file.
    pub fn file_columns(&self) -> impl Iterator<Item = &[u8]> {
        self.columns.0.iter().filter(|(column, _)| *column != Column::Cost).map(|(_, bytes)| &bytes[..])
    }

    /// The columns.
    pub fn columns(&self) -> &MemoryColumns {
        &self.columns
    }

    /// The bytes of the cost column.
    pub fn costs(&self) -> &[u8] {
        self.columns.0.iter().find(|(column, _)| *column == Column::Cost).map_or(&[], |(_, bytes)| bytes)
    }

    /// The segment, in memory; its codes are those of the rows.
    pub fn into_segment(self) -> Segment {
        Segment::assemble(Arc::new(self.header), Arc::new(self.columns), self.profiles, self.outcomes)
    }
}

/// Columns that grow by a block of rows at a time.
pub(crate) struct Writer {
    numbers: Vec<NumbersWriter>,
    request_ids: TextWriter,
    trace_ids: TextWriter,
    costs: Vec<Option<f64>>,
    /// First and last key, and the bounds of the ids.
    bounds: Option<(RowKey, RowKey, (i64, i64))>,
}

impl Writer {
    /// For so many rows: as many as a segment can have.
    pub(crate) fn new(rows: usize) -> Result<Self, ColumnError> {
        if rows > SEGMENT_ROWS {
            return Err(ColumnError::Rows("there are too many"));
        }
        Ok(Self {
            numbers: (0..Column::NUMBERS).map(|_| NumbersWriter::default()).collect(),
            request_ids: TextWriter::default(),
            trace_ids: TextWriter::default(),
            costs: Vec::with_capacity(rows),
            bounds: None,
        })
    }

    /// Adds rows in order: as many as a block has, fewer only in the last one. Their codes were counted.
    pub(crate) fn block(&mut self, rows: &[Row], profiles: &LocalCodes, outcomes: &LocalCodes) {
        for (column, writer) in Column::ALL.into_iter().zip(&mut self.numbers) {
            let optional = matches!(column, Column::Latency | Column::Ttft);
            let mut number = |value: fn(&Row) -> i64| writer.block(rows.iter().map(value), optional);
            match column {
                Column::Time => number(|r| r.timestamp_ms),
                Column::Id => number(|r| r.id),
                Column::Profile => {
                    writer.block(rows.iter().map(|r| i64::from(profiles.local[r.profile as usize])), false);
                }
                Column::Outcome => {
                    writer.block(rows.iter().map(|r| i64::from(outcomes.local[r.outcome as usize])), false);
                }
                Column::Route => number(|r| i64::from(r.route)),
                Column::Client => number(|r| i64::from(r.client)),
                Column::Flags => number(|r| i64::from(r.flags.0 & !Flags::PRICED)),
                Column::Input => number(|r| r.input),
                Column::Output => number(|r| r.output),
                Column::Cached => number(|r| r.cached),
                Column::CacheRead => number(|r| r.cache_read),
                Column::CacheCreation => number(|r| r.cache_creation),
                Column::Reasoning => number(|r| r.reasoning),
                Column::Total => number(|r| r.total),
                Column::Latency => number(|r| optional_number(r.latency_ms)),
                Column::Ttft => number(|r| optional_number(r.ttft_ms)),
                Column::BilledInput => number(|r| r.billed_beyond[0]),
                Column::BilledCached => number(|r| r.billed_beyond[1]),
                Column::BilledCacheRead => number(|r| r.billed_beyond[2]),
                Column::BilledCacheCreation => number(|r| r.billed_beyond[3]),
                Column::BilledOutput => number(|r| r.billed_beyond[4]),
                Column::RequestId | Column::TraceId | Column::Cost => {}
            }
        }
        for row in rows {
            let key = row.key();
            let (_, last, (least, most)) = self.bounds.get_or_insert((key, key, (key.id, key.id)));
            (*last, *least, *most) = (key, (*least).min(key.id), (*most).max(key.id));
        }
        self.request_ids.block(rows.iter().map(|r| r.request_id.as_str()));
        self.trace_ids.block(rows.iter().map(|r| r.trace_id.as_str()));
        self.costs.extend(rows.iter().map(|r| r.flags.has(Flags::PRICED).then_some(r.cost_usd)));
    }

    /// The segment of all that was added.
    pub(crate) fn finish(
        self,
        (profile_codes, outcome_codes): (LocalCodes, LocalCodes),
        (profiles, outcomes): (&[Profile], &[Outcome]),
        database: [u8; 16],
        opaque: [u64; 4],
    ) -> Result<Encoded, ColumnError> {
        let (first, last, ids) = self.bounds.ok_or(ColumnError::Rows("there are none"))?;
        let rows = self.costs.len() as u32;
        let costs = encode_costs(self.costs.into_iter());
        let numbers = self.numbers.into_iter().map(NumbersWriter::finish);
        let all = numbers.chain([self.request_ids.finish(), self.trace_ids.finish(), costs]);
        let columns: Vec<(Column, ColumnData)> =
            Column::ALL.into_iter().zip(all.map(ColumnData::from)).collect();
        let header = SegmentHeader {
            database,
            opaque,
            rows,
            first,
            last,
            ids,
            profiles: PackedProfiles::new(&resolve(&profile_codes.order, profiles)?)?,
            outcomes: resolve(&outcome_codes.order, outcomes)?,
            columns: entries(&columns),
        };
        let columns = MemoryColumns(columns);
        let (profiles, outcomes) = (profile_codes.order, outcome_codes.order);
        Ok(Encoded { header, columns, profiles, outcomes }.placed())
    }
}

fn entries(columns: &[(Column, ColumnData)]) -> Vec<ColumnEntry> {
    let in_file = columns.iter().filter(|(column, _)| *column != Column::Cost);
    in_file
        .map(|(column, bytes)| ColumnEntry {
            column: *column,
            offset: 0,
            length: bytes.len() as u64,
            checksum: crc32fast::hash(bytes),
        })
        .collect()
}
