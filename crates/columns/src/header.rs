//! The head of a segment's file: which database it is of, what it covers, its dictionaries, where its columns lie.
//! The grammar stands in `docs/data.md`.

use crate::column::{Column, ColumnError};
use crate::dictionary::Outcome;
use crate::profiles::PackedProfiles;
use crate::row::RowKey;

const MAGIC: [u8; 8] = *b"CPMPCOLS";
const VERSION: u16 = 1;

/// Rows of a segment at most.
pub const SEGMENT_ROWS: usize = 262_144;

/// Where a column lies in the segment's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnEntry {
    /// Which.
    pub column: Column,
    /// First byte, from the start of the file.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// CRC-32 (IEEE) of the bytes.
    pub checksum: u32,
}

/// The head of a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentHeader {
    /// The database that the rows come from.
    pub database: [u8; 16],
    /// Whatever the owner of the files wants to know again, generations for example.
    pub opaque: [u64; 4],
    /// Number of rows, at least 1.
    pub rows: u32,
    /// The first row.
    pub first: RowKey,
    /// The last row.
    pub last: RowKey,
    /// Smallest and largest id.
    pub ids: (i64, i64),
    /// Profile by local code.
    pub profiles: PackedProfiles,
    /// Outcome by local code.
    pub outcomes: Vec<Outcome>,
    /// The columns of the file, in its order.
    pub columns: Vec<ColumnEntry>,
}

impl SegmentHeader {
    /// Bytes that suffice for [`SegmentHeader::length`].
    pub const PREFIX: usize = 16;

    /// Length of the head, from the first [`SegmentHeader::PREFIX`] bytes of a file. At most 256 MiB.
    ///
    /// # Errors
    ///
    /// Foreign, of a newer version, or damaged.
    pub fn length(prefix: &[u8]) -> Result<usize, ColumnError> {
        let mut reader = Reader(prefix);
        if reader.bytes(8)? != MAGIC {
            return Err(ColumnError::Foreign);
        }
        let version = reader.u16()?;
        if version != VERSION {
            return Err(ColumnError::Version(version));
        }
        reader.u16()?;
        let length = reader.u32()? as usize;
        if !(Self::PREFIX..=256 << 20).contains(&length) {
            return Err(ColumnError::Damaged("the head of a segment has an impossible length"));
        }
        Ok(length)
    }

    /// Reads a head from the start of a file; what follows it is ignored.
    ///
    /// # Errors
    ///
    /// Foreign, of a newer version, or damaged.
    pub fn parse(file: &[u8]) -> Result<Self, ColumnError> {
        let length = Self::length(file)?;
        let head = file.get(..length).ok_or(TOO_SHORT)?;
        let (body, sum) = head.split_last_chunk::<4>().ok_or(TOO_SHORT)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
            return Err(ColumnError::Damaged("the head of a segment fails its checksum"));
        }
        let header = Self::read(Reader(body.get(Self::PREFIX..).ok_or(TOO_SHORT)?))?;
        if header.rows == 0 || header.rows as usize > SEGMENT_ROWS || header.first > header.last {
            return Err(ColumnError::Damaged("the head of a segment contradicts itself"));
        }
        Ok(header)
    }

    fn read(mut reader: Reader<'_>) -> Result<Self, ColumnError> {
        let mut database = [0; 16];
        database.copy_from_slice(reader.bytes(16)?);
        let opaque = [reader.u64()?, reader.u64()?, reader.u64()?, reader.u64()?];
        let rows = reader.u32()?;
        let first = RowKey { timestamp_ms: reader.i64()?, id: reader.i64()? };
        let last = RowKey { timestamp_ms: reader.i64()?, id: reader.i64()? };
        let ids = (reader.i64()?, reader.i64()?);
        let count = reader.u32()? as usize;
        if count > SEGMENT_ROWS {
            return Err(ColumnError::Damaged("the head of a segment contradicts itself"));
        }
        let mut lists = [[].as_slice(); 5];
        for list in &mut lists {
            let length = reader.u32()? as usize;
            *list = reader.bytes(length)?;
        }
        let profiles = PackedProfiles::open(count, lists)?;
        let outcomes = (0..reader.u32()?)
            .map(|_| {
                let flags = reader.u16()?;
                let status = reader.i64()?;
                Ok(Outcome {
                    status_code: (flags & 1 == 1).then_some(status),
                    has_metadata: flags & 2 == 2,
                    quota_plan: reader.text()?,
                    error_kind: reader.text()?,
                    error_code: reader.text()?,
                })
            })
            .collect::<Result<_, ColumnError>>()?;
        let columns = (0..reader.u32()?)
            .map(|_| {
                let number = u8::try_from(reader.u32()?).ok().and_then(Column::from_number);
                Ok(ColumnEntry {
                    column: number.ok_or(ColumnError::Damaged("unknown column"))?,
                    offset: reader.u64()?,
                    length: reader.u64()?,
                    checksum: reader.u32()?,
                })
            })
            .collect::<Result<_, ColumnError>>()?;
        if !reader.0.is_empty() {
            return Err(ColumnError::Damaged("the head of a segment is too long"));
        }
        Ok(Self { database, opaque, rows, first, last, ids, profiles, outcomes, columns })
    }

    /// The head as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.bytes(&MAGIC);
        out.u16(VERSION);
        out.u16(0);
        out.u32(0);
        out.bytes(&self.database);
        self.opaque.iter().for_each(|part| out.u64(*part));
        out.u32(self.rows);
        for key in [self.first, self.last] {
            out.i64(key.timestamp_ms);
            out.i64(key.id);
        }
        out.i64(self.ids.0);
        out.i64(self.ids.1);
        out.u32(self.profiles.len() as u32);
        for list in self.profiles.lists() {
            out.u32(list.len() as u32);
            out.bytes(list);
        }
        out.u32(self.outcomes.len() as u32);
        for outcome in &self.outcomes {
            out.u16(u16::from(outcome.status_code.is_some()) | u16::from(outcome.has_metadata) << 1);
            out.i64(outcome.status_code.unwrap_or(0));
            [&outcome.quota_plan, &outcome.error_kind, &outcome.error_code].iter().for_each(|t| out.text(t));
        }
        out.u32(self.columns.len() as u32);
        for entry in &self.columns {
            out.u32(u32::from(entry.column as u8));
            out.u64(entry.offset);
            out.u64(entry.length);
            out.u32(entry.checksum);
        }
        let length = out.0.len() as u32 + 4;
        out.0[12..16].copy_from_slice(&length.to_le_bytes());
        let sum = crc32fast::hash(&out.0);
        out.u32(sum);
        out.0
    }

    /// What a cost file knows its segment by: the checksums of its columns.
    pub fn fingerprint(&self) -> u32 {
        let sums: Vec<u8> = self.columns.iter().flat_map(|entry| entry.checksum.to_le_bytes()).collect();
        crc32fast::hash(&sums)
    }

    /// Where a column lies.
    pub fn entry(&self, column: Column) -> Option<&ColumnEntry> {
        self.columns.iter().find(|entry| entry.column == column)
    }

    /// Checks the bytes of a column that were read from the file.
    ///
    /// # Errors
    ///
    /// [`ColumnError::Damaged`].
    pub fn check(&self, column: Column, bytes: &[u8]) -> Result<(), ColumnError> {
        let entry = self.entry(column).ok_or(ColumnError::Damaged("a segment lacks a column"))?;
        if bytes.len() as u64 != entry.length || crc32fast::hash(bytes) != entry.checksum {
            return Err(ColumnError::Damaged("a column fails its checksum"));
        }
        Ok(())
    }
}

const TOO_SHORT: ColumnError = ColumnError::Damaged("a file ends too early");

#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    fn i64(&mut self, value: i64) {
        self.bytes(&value.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.bytes(text.as_bytes());
    }
}

pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], ColumnError> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(TOO_SHORT)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ColumnError> {
        let (bytes, rest) = self.0.split_first_chunk::<N>().ok_or(TOO_SHORT)?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, ColumnError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, ColumnError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, ColumnError> {
        self.array().map(u64::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, ColumnError> {
        self.array().map(i64::from_le_bytes)
    }

    fn text(&mut self) -> Result<String, ColumnError> {
        let length = self.u32()? as usize;
        let text = std::str::from_utf8(self.bytes(length)?);
        text.map(str::to_owned).map_err(|_| ColumnError::Damaged("a text is not UTF-8"))
    }
}
