//! The cost column: bytes of its own, because prices change and events do not.

use crate::bits::BLOCK;
use crate::column::{ColumnData, ColumnError};
use crate::header::{Reader, SegmentHeader, Writer};

const MAGIC: [u8; 8] = *b"CPMPCOST";
const VERSION: u16 = 1;

/// Encodes the cost column: for each row its cost in US dollars if it has a price.
pub fn encode_costs(costs: impl ExactSizeIterator<Item = Option<f64>>) -> Vec<u8> {
    let rows = costs.len();
    let priced_len = rows.div_ceil(8);
    let mut out = vec![0; priced_len];
    out.reserve(rows * 8);
    for (row, cost) in costs.enumerate() {
        if cost.is_some() {
            out[row / 8] |= 1 << (row % 8);
        }
        out.extend_from_slice(&cost.unwrap_or(0.0).to_le_bytes());
    }
    out
}

/// A file of costs: the column behind a head that says which segment it belongs to.
pub fn costs_file(segment: &SegmentHeader, opaque: [u64; 4], costs: &[u8]) -> Vec<u8> {
    let mut out = Writer::default();
    out.bytes(&MAGIC);
    out.u16(VERSION);
    out.u16(0);
    out.u32(segment.rows);
    out.bytes(&segment.database);
    out.u32(segment.fingerprint());
    opaque.iter().for_each(|part| out.u64(*part));
    out.u32(crc32fast::hash(costs));
    let sum = crc32fast::hash(&out.0);
    out.u32(sum);
    out.bytes(costs);
    out.0
}

/// Reads a file of costs: its opaque fields and the column.
///
/// # Errors
///
/// Damaged, foreign, of a newer version, or of another segment.
pub fn open_costs(segment: &SegmentHeader, file: &[u8]) -> Result<([u64; 4], ColumnData), ColumnError> {
    let mut reader = Reader(file);
    if reader.bytes(8)? != MAGIC {
        return Err(ColumnError::Foreign);
    }
    let version = reader.u16()?;
    if version != VERSION {
        return Err(ColumnError::Version(version));
    }
    reader.u16()?;
    let rows = reader.u32()?;
    let database = reader.bytes(16)?;
    let of_this = rows == segment.rows && database == segment.database;
    let of_this = reader.u32()? == segment.fingerprint() && of_this;
    let opaque = [reader.u64()?, reader.u64()?, reader.u64()?, reader.u64()?];
    let sum = reader.u32()?;
    let head_len = file.len() - reader.0.len();
    if reader.u32()? != crc32fast::hash(&file[..head_len]) {
        return Err(ColumnError::Damaged("the head of a cost file fails its checksum"));
    }
    if !of_this {
        return Err(ColumnError::Damaged("a cost file belongs to another segment"));
    }
    if crc32fast::hash(reader.0) != sum {
        return Err(ColumnError::Damaged("a cost file fails its checksum"));
    }
    Ok((opaque, reader.0.into()))
}

/// The cost column, ready to be read.
#[derive(Debug, Clone)]
pub struct Costs {
    bytes: ColumnData,
    rows: usize,
}

impl Costs {
    pub(crate) fn open(bytes: ColumnData, rows: usize) -> Result<Self, ColumnError> {
        if bytes.len() != rows.div_ceil(8) + rows * 8 {
            return Err(ColumnError::Damaged("the cost column has another length"));
        }
        Ok(Self { bytes, rows })
    }

    /// Bytes that decoding a block reads, with its bits.
    pub(crate) fn read_len(&self, block: usize) -> usize {
        let rows = self.rows.saturating_sub(block * BLOCK).min(BLOCK);
        rows * 8 + rows.div_ceil(8)
    }

    /// Costs of a block's rows, in the first places of `out`.
    pub(crate) fn decode(&self, block: usize, out: &mut [f64; BLOCK]) {
        let from = self.rows.div_ceil(8) + block * BLOCK * 8;
        let bytes = self.bytes.get(from..).unwrap_or_default();
        for (out, bytes) in out.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *out = f64::from_le_bytes(*bytes);
        }
    }

    /// Whether a row has a price.
    pub(crate) fn priced(&self, row: usize) -> bool {
        self.bytes.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }

    /// The bits of a block, eight rows a byte.
    pub(crate) fn priced_bits(&self, block: usize) -> &[u8] {
        let end = self.rows.div_ceil(8);
        &self.bytes[(block * BLOCK / 8).min(end)..((block + 1) * BLOCK / 8).min(end)]
    }
}
