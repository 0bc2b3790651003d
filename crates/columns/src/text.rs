//! Text that is unique per event: request ids and trace ids, in row order, in blocks of 1,024 rows.
//!
//! Ids that are lower-case hexadecimal of a usual length, or a lower-case UUID, are kept as their bytes.

use memchr::memmem::Finder;

use crate::bits::BLOCK;
use crate::column::{ColumnData, ColumnError};

const EMPTY: u8 = 0;
const OTHER: u8 = 1;
const UUID: u8 = 2;
/// Kinds from here on are hexadecimal of so many bytes: 4, 8, 12, 16.
const HEX: u8 = 3;
const HEX_BYTES: [usize; 4] = [4, 8, 12, 16];
/// First byte of a block in which all rows have the kind in its low half.
const UNIFORM: u8 = 0xF0;
/// First byte of a block that lists a kind for each row, two in a byte.
const MIXED: u8 = 0;
/// Where the hyphens of a UUID stand, in bytes of the number.
const HYPHENS: [usize; 4] = [4, 6, 8, 10];
/// Between rows of a decoded block; in no UTF-8 text.
const SEPARATOR: u8 = 0xFF;

const DAMAGED: ColumnError = ColumnError::Damaged("a block of text ends too early");

const DIGITS: [[u8; 2]; 256] = {
    let digits = *b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    table
};

/// Not a lower-case hexadecimal digit.
const NO_DIGIT: u8 = 0xFF;

const VALUES: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        table[DIGITS[value][1] as usize] = value as u8;
        value += 1;
    }
    table
};

/// The bytes that pairs of lower-case hexadecimal digits stand for; `None` leaves what was appended.
fn unhex(digits: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut all = 0;
    out.extend(digits.as_chunks::<2>().0.iter().map(|[high, low]| {
        let (high, low) = (VALUES[usize::from(*high)], VALUES[usize::from(*low)]);
        all |= high | low;
        high << 4 | low
    }));
    (all < 16).then_some(())
}

fn unhex_uuid(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    for (part, range) in [0..8, 9..13, 14..18, 19..23, 24..36].into_iter().enumerate() {
        if part > 0 && text[range.start - 1] != b'-' {
            return None;
        }
        unhex(&text[range], out)?;
    }
    Some(())
}

/// Appends a text's payload and says which kind it is.
fn write(text: &str, out: &mut Vec<u8>) -> u8 {
    if text.is_empty() {
        return EMPTY;
    }
    let before = out.len();
    let packed = match text.len() {
        36 => unhex_uuid(text.as_bytes(), out).map(|()| UUID),
        length => {
            let kind = HEX_BYTES.iter().position(|bytes| bytes * 2 == length);
            kind.and_then(|kind| unhex(text.as_bytes(), out).map(|()| HEX + kind as u8))
        }
    };
    if let Some(kind) = packed {
        return kind;
    }
    out.truncate(before);
    let mut length = text.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(text.as_bytes());
    OTHER
}

/// Encodes a column of texts block by block.
#[derive(Debug, Default)]
pub struct TextWriter {
    /// End of each block, from the start of the first.
    ends: Vec<u32>,
    blocks: Vec<u8>,
    kinds: Vec<u8>,
    payload: Vec<u8>,
}

impl TextWriter {
    /// Adds a block: as many texts as a block has, fewer only in the last one.
    pub fn block<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        self.kinds.clear();
        self.payload.clear();
        for text in texts {
            self.kinds.push(write(text, &mut self.payload));
        }
        let first = self.kinds.first().copied().unwrap_or(EMPTY);
        if self.kinds.iter().all(|kind| *kind == first) {
            self.blocks.push(UNIFORM | first);
        } else {
            self.blocks.push(MIXED);
            let pairs = self.kinds.chunks(2);
            self.blocks.extend(pairs.map(|pair| pair[0] | pair.get(1).map_or(0, |kind| kind << 4)));
        }
        self.blocks.extend_from_slice(&self.payload);
        self.ends.push(self.blocks.len() as u32);
    }

    /// The bytes of the column.
    pub fn finish(self) -> Vec<u8> {
        let before = self.ends.len() as u32 * 4;
        let mut out: Vec<u8> = self.ends.iter().flat_map(|end| (end + before).to_le_bytes()).collect();
        out.extend_from_slice(&self.blocks);
        out
    }
}

/// A decoded block.
#[derive(Debug, Default)]
pub struct TextBlock {
    /// The texts, each followed by a byte that is in no text.
    bytes: Vec<u8>,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl TextBlock {
    /// The text of a row, as bytes.
    pub fn text(&self, row: usize) -> &[u8] {
        let from = if row == 0 { 0 } else { self.ends[row - 1] as usize + 1 };
        &self.bytes[from..self.ends[row] as usize]
    }

    /// Rows of the block.
    pub fn rows(&self) -> usize {
        self.ends.len()
    }

    fn end(&mut self) {
        self.ends.push(self.bytes.len() as u32);
        self.bytes.push(SEPARATOR);
    }
}

/// What is looked for in the lower-cased texts.
pub struct Search<'a> {
    finder: Finder<'a>,
    length: usize,
    /// Whether hexadecimal and UUIDs can contain it at all.
    in_hex: bool,
}

impl<'a> Search<'a> {
    /// Prepares a search; the needle is lower case.
    pub fn new(lower: &'a str) -> Self {
        let in_hex = lower.bytes().all(|b| VALUES[usize::from(b)] != NO_DIGIT || b == b'-');
        Self { finder: Finder::new(lower), length: lower.len(), in_hex }
    }

    fn possible_in(&self, kind: u8) -> bool {
        match kind {
            EMPTY => self.length == 0,
            OTHER => true,
            UUID => self.in_hex && self.length <= 36,
            _ => self.in_hex && HEX_BYTES.get(usize::from(kind - HEX)).is_some_and(|b| self.length <= b * 2),
        }
    }
}

/// A column of texts, ready to be decoded.
#[derive(Debug, Clone)]
pub struct Texts {
    bytes: ColumnData,
    rows: usize,
}

impl Texts {
    /// Checks that the blocks lie within the bytes.
    pub fn open(bytes: ColumnData, rows: usize) -> Result<Self, ColumnError> {
        let column = Self { bytes, rows };
        let mut from = column.blocks() * 4;
        if column.bytes.len() < from {
            return Err(DAMAGED);
        }
        for block in 0..column.blocks() {
            let end = column.end(block);
            if end <= from || end > column.bytes.len() {
                return Err(DAMAGED);
            }
            from = end;
        }
        Ok(column)
    }

    /// Bytes that looking through all blocks reads.
    pub fn read_len(&self) -> usize {
        self.bytes.len()
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.rows.div_ceil(BLOCK)
    }

    fn end(&self, block: usize) -> usize {
        let mut end = [0; 4];
        end.copy_from_slice(&self.bytes[block * 4..block * 4 + 4]);
        u32::from_le_bytes(end) as usize
    }

    fn block(&self, block: usize) -> &[u8] {
        let from = if block == 0 { self.blocks() * 4 } else { self.end(block - 1) };
        &self.bytes[from..self.end(block)]
    }

    /// Decodes a block; `lower` lower-cases it (ASCII).
    pub fn decode(&self, block: usize, lower: bool, out: &mut TextBlock) -> Result<(), ColumnError> {
        self.decode_kinds(block, lower, |_| true, out)
    }

    /// Decodes the texts of a block whose kind is wanted; the others are empty.
    fn decode_kinds(
        &self,
        block: usize,
        lower: bool,
        wanted: impl Fn(u8) -> bool,
        out: &mut TextBlock,
    ) -> Result<(), ColumnError> {
        out.bytes.clear();
        out.ends.clear();
        let rows = self.rows.saturating_sub(block * BLOCK).min(BLOCK);
        let (first, rest) = self.block(block).split_first().ok_or(DAMAGED)?;
        let (kinds, mut payload) = if first & UNIFORM == UNIFORM {
            (&[][..], rest)
        } else {
            rest.split_at_checked(rows.div_ceil(2)).ok_or(DAMAGED)?
        };
        for row in 0..rows {
            let kind = kinds.get(row / 2).map_or(first & !UNIFORM, |pair| pair >> (row % 2 * 4) & 15);
            payload =
                if wanted(kind) { read(kind, payload, lower, &mut out.bytes)? } else { skip(kind, payload)? };
            out.end();
        }
        if payload.is_empty() { Ok(()) } else { Err(ColumnError::Damaged("a block of text is too long")) }
    }

    /// Calls `found` with each row whose lower-cased text contains the needle.
    pub fn search(&self, search: &Search<'_>, mut found: impl FnMut(usize)) -> Result<(), ColumnError> {
        let mut text = TextBlock::default();
        for block in 0..self.blocks() {
            let first = self.block(block).first().copied().unwrap_or(MIXED);
            if first & UNIFORM == UNIFORM && !search.possible_in(first & !UNIFORM) {
                continue;
            }
            self.decode_kinds(block, true, |kind| search.possible_in(kind), &mut text)?;
            let mut from = 0;
            while let Some(at) = text.bytes.get(from..).and_then(|rest| search.finder.find(rest)) {
                let row = text.ends.partition_point(|end| (*end as usize) < from + at);
                let Some(end) = text.ends.get(row) else { break };
                found(block * BLOCK + row);
                from = *end as usize + 1;
            }
        }
        Ok(())
    }

    /// Calls `found` with each row whose text is among `wanted` (sorted).
    pub fn equal(&self, wanted: &[String], mut found: impl FnMut(usize)) -> Result<(), ColumnError> {
        let mut text = TextBlock::default();
        let shortest = wanted.iter().map(String::len).min().unwrap_or(usize::MAX);
        let longest = wanted.iter().map(String::len).max().unwrap_or(0);
        for block in 0..self.blocks() {
            self.decode(block, false, &mut text)?;
            for row in 0..text.rows() {
                let have = text.text(row);
                let possible = (shortest..=longest).contains(&have.len());
                if possible && wanted.binary_search_by(|text| text.as_bytes().cmp(have)).is_ok() {
                    found(block * BLOCK + row);
                }
            }
        }
        Ok(())
    }
}

/// Appends one text of a kind and gives back what follows it.
fn read<'a>(kind: u8, payload: &'a [u8], lower: bool, out: &mut Vec<u8>) -> Result<&'a [u8], ColumnError> {
    match kind {
        EMPTY => Ok(payload),
        OTHER => {
            let (length, payload) = length(payload)?;
            let (text, payload) = payload.split_at_checked(length).ok_or(DAMAGED)?;
            let from = out.len();
            out.extend_from_slice(text);
            if lower {
                out[from..].make_ascii_lowercase();
            }
            Ok(payload)
        }
        UUID => {
            let (bytes, payload) = payload.split_at_checked(16).ok_or(DAMAGED)?;
            for (i, byte) in bytes.iter().enumerate() {
                if HYPHENS.contains(&i) {
                    out.push(b'-');
                }
                out.extend_from_slice(&DIGITS[usize::from(*byte)]);
            }
            Ok(payload)
        }
        _ => {
            let bytes = HEX_BYTES.get(usize::from(kind - HEX)).ok_or(ColumnError::Damaged("unknown kind"))?;
            let (bytes, payload) = payload.split_at_checked(*bytes).ok_or(DAMAGED)?;
            for byte in bytes {
                out.extend_from_slice(&DIGITS[usize::from(*byte)]);
            }
            Ok(payload)
        }
    }
}

/// What follows a text of a kind.
fn skip(kind: u8, payload: &[u8]) -> Result<&[u8], ColumnError> {
    let (length, payload) = match kind {
        EMPTY => (0, payload),
        OTHER => length(payload)?,
        UUID => (16, payload),
        _ => {
            let bytes = HEX_BYTES.get(usize::from(kind - HEX)).ok_or(ColumnError::Damaged("unknown kind"))?;
            (*bytes, payload)
        }
    };
    payload.get(length..).ok_or(DAMAGED)
}

fn length(payload: &[u8]) -> Result<(usize, &[u8]), ColumnError> {
    let mut length = 0;
    for (i, byte) in payload.iter().enumerate().take(4) {
        length |= usize::from(byte & 0x7F) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok((length, &payload[i + 1..]));
        }
    }
    Err(DAMAGED)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = Vec<String>> {
        let text = prop_oneof![
            Just(String::new()),
            "[0-9a-f]{8}",
            "[0-9a-f]{7,9}",
            "[0-9A-F]{16}",
            "[0-9a-f]{16}|[0-9a-f]{24}|[0-9a-f]{32}",
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "[0-9a-fA-F-]{36}",
            "req_[0-9a-zA-Z]{10,20}",
            "\\PC{0,300}",
        ];
        prop_oneof![
            proptest::collection::vec(text, 0..60),
            proptest::collection::vec("[0-9a-f]{8}", 1000..1100),
        ]
    }

    fn encode(texts: &[String]) -> Vec<u8> {
        let mut writer = TextWriter::default();
        texts.chunks(BLOCK).for_each(|block| writer.block(block.iter().map(String::as_str)));
        writer.finish()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn texts_come_back_and_are_found(texts in texts(), pick in any::<prop::sample::Index>()) {
            let bytes = encode(&texts);
            let column = Texts::open(bytes.into(), texts.len())?;
            let mut block = TextBlock::default();
            for (row, text) in texts.iter().enumerate() {
                if row % BLOCK == 0 {
                    column.decode(row / BLOCK, false, &mut block)?;
                }
                prop_assert_eq!(block.text(row % BLOCK), text.as_bytes());
            }
            let whole = texts.get(pick.index(texts.len().max(1))).map_or("x", String::as_str);
            let part: String = whole.chars().skip(1).take(3).collect();
            for needle in [whole, &part, "a", "f-", "zz"] {
                let needle = needle.to_ascii_lowercase();
                if needle.is_empty() {
                    continue;
                }
                let mut found = Vec::new();
                column.search(&Search::new(&needle), |row| found.push(row))?;
                let expected: Vec<usize> = (0..texts.len())
                    .filter(|row| texts[*row].to_ascii_lowercase().contains(&needle))
                    .collect();
                prop_assert_eq!(found, expected, "{}", needle);
            }
            let mut found = Vec::new();
            column.equal(&[whole.to_owned()], |row| found.push(row))?;
            let expected: Vec<usize> = (0..texts.len()).filter(|row| texts[*row] == whole).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn damaged_text_never_panics(texts in texts(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let mut bytes = encode(&texts);
            if bytes.is_empty() {
                return Ok(());
            }
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(column) = Texts::open(bytes.into(), texts.len()) {
                let _ = column.search(&Search::new("a"), |_| ());
                let _ = column.equal(&texts.iter().take(1).cloned().collect::<Vec<_>>(), |_| ());
            }
        }
    }
}
