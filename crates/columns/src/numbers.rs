//! A column of numbers: blocks of 1,024 values, each relative to the block's smallest, with as many bits as its largest
//! needs.

use crate::bits::{self, BLOCK};
use crate::column::{ColumnData, ColumnError};

/// Stands for "no number" in columns of optional numbers.
pub const NONE: i64 = i64::MIN;

/// Bytes of the head of a block: smallest value, offset of its bits, width, kind, two zeros.
const HEAD: usize = 16;

/// Kind of a block in which 0 stands for [`NONE`] and everything else is one higher.
const WITH_NONE: u8 = 1;

/// Kind of a block of zeros with exceptions: only those are stored, their rows first (two bytes each).
const SPARSE: u8 = 2;

/// Encodes a column of numbers block by block.
#[derive(Debug, Default)]
pub struct NumbersWriter {
    heads: Vec<u8>,
    bits: Vec<u8>,
    packed: Vec<u64>,
}

impl NumbersWriter {
    /// Adds a block: as many values as a block has, fewer only in the last one. With `optional`, [`NONE`] is none.
    pub fn block(&mut self, values: impl Iterator<Item = i64>, optional: bool) {
        self.packed.clear();
        let (mut min, mut max, mut with_none) = (i64::MAX, i64::MIN, false);
        for value in values {
            self.packed.push(value as u64);
            if optional && value == NONE {
                with_none = true;
            } else {
                min = min.min(value);
                max = max.max(value);
            }
        }
        if min > max {
            (min, max) = (0, 0);
        }
        if !with_none && self.sparse(min, max) {
            return;
        }
        let extra = u64::from(with_none);
        for value in &mut self.packed {
            let none = with_none && *value as i64 == NONE;
            *value = if none { 0 } else { value.wrapping_sub(min as u64) + extra };
        }
        let width = bits::width_of(max.wrapping_sub(min) as u64 + extra);
        self.head(min, width, if with_none { WITH_NONE } else { 0 }, 0);
        bits::pack(&self.packed, width, &mut self.bits);
    }

    fn head(&mut self, min: i64, width: u32, kind: u8, exceptions: u16) {
        self.heads.extend_from_slice(&min.to_le_bytes());
        self.heads.extend_from_slice(&(self.bits.len() as u32).to_le_bytes());
        self.heads.extend_from_slice(&[width as u8, kind]);
        self.heads.extend_from_slice(&exceptions.to_le_bytes());
    }

    /// Writes the block as zeros with exceptions if that is smaller, and says whether it did.
    fn sparse(&mut self, min: i64, max: i64) -> bool {
        let exceptions = self.packed.iter().filter(|value| **value != 0).count();
        let dense = bits::packed_len(self.packed.len(), bits::width_of(max.wrapping_sub(min) as u64));
        if exceptions == 0 || exceptions * 2 >= dense {
            return false;
        }
        let values = || self.packed.iter().copied().filter(|value| *value != 0);
        let min = values().map(|value| value as i64).min().unwrap_or(0);
        let values: Vec<u64> = values().map(|value| value.wrapping_sub(min as u64)).collect();
        let width = bits::width_of(values.iter().copied().max().unwrap_or(0));
        if exceptions * 2 + bits::packed_len(exceptions, width) >= dense {
            return false;
        }
        self.head(min, width, SPARSE, exceptions as u16);
        let rows = self.packed.iter().enumerate().filter(|(_, value)| **value != 0);
        self.bits.extend(rows.flat_map(|(row, _)| (row as u16).to_le_bytes()));
        bits::pack(&values, width, &mut self.bits);
        true
    }

    /// The bytes of the column.
    pub fn finish(mut self) -> Vec<u8> {
        self.heads.append(&mut self.bits);
        self.heads
    }
}

#[derive(Debug, Clone, Copy)]
struct Head {
    min: i64,
    /// Of its bits, from the start of the column.
    offset: usize,
    width: u32,
    kind: u8,
    /// How many values of a sparse block are stored.
    exceptions: usize,
}

impl Head {
    /// Bytes of the block's numbers, without this head.
    fn length(self, count: usize) -> usize {
        match self.kind {
            SPARSE => self.exceptions * 2 + bits::packed_len(self.exceptions, self.width),
            _ => bits::packed_len(count, self.width),
        }
    }
}

/// A column of numbers, ready to be decoded.
#[derive(Debug, Clone)]
pub struct Numbers {
    bytes: ColumnData,
    rows: usize,
}

impl Numbers {
    /// Checks that every block lies within the bytes.
    pub fn open(bytes: ColumnData, rows: usize) -> Result<Self, ColumnError> {
        let column = Self { bytes, rows };
        let blocks = rows.div_ceil(BLOCK);
        if column.bytes.len() < blocks * HEAD {
            return Err(ColumnError::Damaged("a column ends before its block heads do"));
        }
        for block in 0..blocks {
            let head = column.head(block);
            let count = column.count(block);
            let end = head.offset.checked_add(head.length(count));
            let too_many = head.kind == SPARSE && head.exceptions > count;
            if head.width > 64 || too_many || end.is_none_or(|end| end > column.bytes.len()) {
                return Err(ColumnError::Damaged("a block lies outside of its column"));
            }
        }
        Ok(column)
    }

    /// The column as it was opened.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn head(&self, block: usize) -> Head {
        let head = &self.bytes[block * HEAD..(block + 1) * HEAD];
        let part = |from: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&head[from..from + 8]);
            u64::from_le_bytes(bytes)
        };
        let rest = part(8);
        Head {
            min: part(0) as i64,
            offset: self.rows.div_ceil(BLOCK) * HEAD + rest as u32 as usize,
            width: u32::from((rest >> 32) as u8),
            kind: (rest >> 40) as u8,
            exceptions: usize::from((rest >> 48) as u16),
        }
    }

    /// Rows of a block.
    pub fn count(&self, block: usize) -> usize {
        self.rows.saturating_sub(block * BLOCK).min(BLOCK)
    }

    /// Bytes that decoding a block reads.
    pub fn read_len(&self, block: usize) -> usize {
        HEAD + self.head(block).length(self.count(block))
    }

    fn packed(&self, block: usize, head: Head) -> &[u8] {
        &self.bytes[head.offset..head.offset + bits::packed_len(self.count(block), head.width)]
    }

    /// The rows of a sparse block's exceptions, and their bits.
    fn exceptions(&self, head: Head) -> (&[[u8; 2]], &[u8]) {
        let middle = head.offset + head.exceptions * 2;
        let end = middle + bits::packed_len(head.exceptions, head.width);
        (self.bytes[head.offset..middle].as_chunks::<2>().0, &self.bytes[middle..end])
    }

    /// Decodes a block into the first places of `out`.
    pub fn decode(&self, block: usize, out: &mut [i64; BLOCK]) {
        let head = self.head(block);
        let count = self.count(block);
        match head.kind {
            WITH_NONE => {
                bits::unpack(self.packed(block, head), head.width, 0, count, out);
                let base = head.min.wrapping_sub(1);
                for value in &mut out[..count] {
                    *value = if *value == 0 { NONE } else { value.wrapping_add(base) };
                }
            }
            SPARSE => {
                let (rows, bits) = self.exceptions(head);
                let mut values = [0; BLOCK];
                bits::unpack(bits, head.width, head.min, rows.len(), &mut values);
                out[..count].fill(0);
                for (row, value) in rows.iter().zip(values) {
                    out[usize::from(u16::from_le_bytes(*row)) % BLOCK] = value;
                }
            }
            _ => bits::unpack(self.packed(block, head), head.width, head.min, count, out),
        }
    }

    /// The value of one row; the row must exist.
    pub fn get(&self, row: usize) -> i64 {
        let block = row / BLOCK;
        let head = self.head(block);
        let at = |place: usize| bits::get(self.packed(block, head), head.width, place) as i64;
        match head.kind {
            WITH_NONE => match at(row % BLOCK) {
                0 => NONE,
                value => head.min.wrapping_add(value).wrapping_sub(1),
            },
            SPARSE => {
                let (rows, bits) = self.exceptions(head);
                let place =
                    rows.binary_search_by_key(&(row % BLOCK), |r| usize::from(u16::from_le_bytes(*r)));
                place.map_or(0, |place| head.min.wrapping_add(bits::get(bits, head.width, place) as i64))
            }
            _ => head.min.wrapping_add(at(row % BLOCK)),
        }
    }

    /// Bounds of a block's values; the upper one may be too high. [`NONE`] is not considered.
    pub fn bounds(&self, block: usize) -> (i64, i64) {
        let head = self.head(block);
        let span = if head.width == 64 { u64::MAX } else { (1 << head.width) - 1 };
        let max = i64::try_from(i128::from(head.min) + i128::from(span)).unwrap_or(i64::MAX);
        if head.kind == SPARSE { (head.min.min(0), max.max(0)) } else { (head.min, max) }
    }

    /// The largest magnitude in the column; may be too high.
    pub fn magnitude(&self) -> u64 {
        let of = |block| {
            let (min, max) = self.bounds(block);
            min.unsigned_abs().max(max.unsigned_abs())
        };
        (0..self.rows.div_ceil(BLOCK)).map(of).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(column: &Numbers) -> Vec<i64> {
        let mut out = [0; BLOCK];
        let mut values = Vec::new();
        for block in 0..column.rows.div_ceil(BLOCK) {
            column.decode(block, &mut out);
            values.extend_from_slice(&out[..column.count(block)]);
        }
        values
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn numbers_come_back(
            values in prop_oneof![
                proptest::collection::vec(
                    prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0_i64), -100..100_i64, any::<i64>()], 0..2500),
                proptest::collection::vec(prop_oneof![30 => Just(0_i64), 1 => -9000..9000_i64], 0..2500),
                proptest::collection::vec(prop_oneof![90 => Just(0_i64), 1 => any::<i64>()], 0..2500),
            ],
            optional in any::<bool>(),
        ) {
            let mut writer = NumbersWriter::default();
            values.chunks(BLOCK).for_each(|block| writer.block(block.iter().copied(), optional));
            let bytes = writer.finish();
            let column = Numbers::open(bytes.clone().into(), values.len())?;
            prop_assert_eq!(&all(&column), &values);
            for (row, value) in values.iter().enumerate() {
                prop_assert_eq!(column.get(row), *value);
                let (min, max) = column.bounds(row / BLOCK);
                prop_assert!((optional && *value == NONE) || (min <= *value && *value <= max));
            }
            for cut in [0, bytes.len() / 2, bytes.len().saturating_sub(1)] {
                if cut < bytes.len() {
                    prop_assert!(Numbers::open(bytes[..cut].into(), values.len()).is_err());
                }
            }
        }
    }
}
