//! From rows to the bytes of a segment.

use std::collections::HashMap;
use std::sync::Arc;

use crate::column::{Column, ColumnData, ColumnError, MemoryColumns};
use crate::costs::encode_costs;
use crate::dictionary::{Outcome, Profile};
use crate::header::{ColumnEntry, SEGMENT_ROWS, SegmentHeader};
use crate::numbers::{self, NONE};
use crate::row::{Flags, Row};
use crate::segment::Segment;
use crate::text;

/// A segment that was just encoded.
#[derive(Debug, Clone)]
pub struct Encoded {
    header: SegmentHeader,
    columns: MemoryColumns,
    profiles: Vec<u32>,
    outcomes: Vec<u32>,
}

/// Global codes in use, most frequent first, and the local code of each.
fn local_codes(codes: impl Iterator<Item = u32>) -> (Vec<u32>, HashMap<u32, u32>) {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    codes.for_each(|code| *counts.entry(code).or_default() += 1);
    let mut order: Vec<(u32, u32)> = counts.into_iter().collect();
    order.sort_unstable_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    let order: Vec<u32> = order.into_iter().map(|(code, _)| code).collect();
    let local = order.iter().enumerate().map(|(local, code)| (*code, local as u32)).collect();
    (order, local)
}

fn resolve<T: Clone>(codes: &[u32], values: &[T]) -> Result<Vec<T>, ColumnError> {
    let value = |code: &u32| values.get(*code as usize).cloned().ok_or(ColumnError::UnknownCode(*code));
    codes.iter().map(value).collect()
}

/// `i64::MIN` stands for none, so the one number that looks like it moves by one.
fn optional(value: Option<i64>) -> i64 {
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
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Err(ColumnError::Rows("there are none"));
        };
        if rows.len() > SEGMENT_ROWS {
            return Err(ColumnError::Rows("there are too many"));
        }
        if !rows.is_sorted_by_key(Row::key) {
            return Err(ColumnError::Rows("they do not ascend by time and id"));
        }
        let (profile_codes, local_profile) = local_codes(rows.iter().map(|row| row.profile));
        let (outcome_codes, local_outcome) = local_codes(rows.iter().map(|row| row.outcome));
        let number = |value: fn(&Row) -> i64| numbers::encode(rows.iter().map(value));
        let code = |value: fn(&Row) -> u32, local: &HashMap<u32, u32>| {
            numbers::encode(rows.iter().map(|row| i64::from(local[&value(row)])))
        };
        let mut columns = Vec::with_capacity(Column::ALL.len());
        for column in Column::ALL {
            let bytes = match column {
                Column::Time => number(|r| r.timestamp_ms),
                Column::Id => number(|r| r.id),
                Column::Profile => code(|r| r.profile, &local_profile),
                Column::Outcome => code(|r| r.outcome, &local_outcome),
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
                Column::Latency => numbers::encode_optional(rows.iter().map(|r| optional(r.latency_ms))),
                Column::Ttft => numbers::encode_optional(rows.iter().map(|r| optional(r.ttft_ms))),
                Column::BilledInput => number(|r| r.billed_beyond[0]),
                Column::BilledCached => number(|r| r.billed_beyond[1]),
                Column::BilledCacheRead => number(|r| r.billed_beyond[2]),
                Column::BilledCacheCreation => number(|r| r.billed_beyond[3]),
                Column::BilledOutput => number(|r| r.billed_beyond[4]),
                Column::RequestId => text::encode(rows.iter().map(|r| r.request_id.as_str())),
                Column::TraceId => text::encode(rows.iter().map(|r| r.trace_id.as_str())),
                Column::Cost => {
                    encode_costs(rows.iter().map(|row| row.flags.has(Flags::PRICED).then_some(row.cost_usd)))
                }
            };
            columns.push((column, ColumnData::from(bytes)));
        }
        let ids =
            rows.iter().fold((i64::MAX, i64::MIN), |(min, max), row| (min.min(row.id), max.max(row.id)));
        let mut header = SegmentHeader {
            database,
            opaque,
            rows: rows.len() as u32,
            first: first.key(),
            last: last.key(),
            ids,
            profiles: resolve(&profile_codes, profiles)?,
            outcomes: resolve(&outcome_codes, outcomes)?,
            columns: Vec::new(),
        };
        header.columns = entries(&columns);
        let columns = MemoryColumns(columns);
        Ok(Self { header, columns, profiles: profile_codes, outcomes: outcome_codes }.placed())
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
        for (column, bytes) in &self.columns.0 {
            if *column != Column::Cost {
                out.extend_from_slice(bytes);
            }
        }
        out
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
