//! The manifest: which files make up the cache, of which database, and how far it has come. Grammar: `docs/data.md`.

use std::fmt::Write as _;

use store::{FeedPosition, IdRanges};

/// Its name in the cache directory.
pub(crate) const NAME: &str = "manifest";

/// Longest manifest that is read, bytes.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

const FIRST_LINE: &str = "cpamp-columns 1";

/// A segment's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its files' number.
    pub(crate) number: u64,
    /// Every event with an id from here …
    pub(crate) first_id: i64,
    /// … to here is in it, hidden below, or gone.
    pub(crate) last_id: i64,
    /// Rows; 0 = there is no file, as all events of the range are gone.
    pub(crate) rows: u32,
    /// CRC-32 of the head of its file.
    pub(crate) head: u32,
    /// Events that changed or went since the file was written.
    pub(crate) hidden: IdRanges,
}

/// What the cache holds. Ids up to `through` that no entry covers are missing in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) position: FeedPosition,
    /// The highest event id at that position.
    pub(crate) through: i64,
    pub(crate) prices: u64,
    pub(crate) basis: String,
    /// Ascending by id.
    pub(crate) entries: Vec<Entry>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn id_from(text: &str) -> Option<[u8; 16]> {
    let value = u128::from_str_radix(text, 16).ok()?;
    (text.len() == 32).then(|| value.to_be_bytes())
}

impl Manifest {
    pub(crate) fn encode(&self) -> String {
        let FeedPosition { database_id, generation, run } = &self.position;
        let mut text = format!(
            "{FIRST_LINE}\ndatabase {}\nposition {generation} {}\nthrough {}\nprices {:016x} {}\n",
            hex(database_id),
            hex(run),
            self.through,
            self.prices,
            self.basis,
        );
        for entry in &self.entries {
            let Entry { number, first_id, last_id, rows, head, hidden } = entry;
            // Writing to a text cannot fail.
            let _ = writeln!(text, "segment {number} {first_id} {last_id} {rows} {head:08x}");
            if !hidden.is_empty() {
                let _ = write!(text, "hidden");
                for (first, last) in hidden.ranges() {
                    let _ = write!(text, " {first}-{last}");
                }
                text.push('\n');
            }
        }
        let sum = crc32fast::hash(text.as_bytes());
        let _ = writeln!(text, "end {sum:08x}");
        text
    }

    /// `None` if it is not whole, of another version, or contradicts itself.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let body = text.strip_suffix('\n')?;
        let at = body.rfind('\n')? + 1;
        let sum = u32::from_str_radix(body[at..].strip_prefix("end ")?, 16).ok()?;
        let body = &text[..at];
        if crc32fast::hash(body.as_bytes()) != sum {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let database_id = id_from(lines.next()?.strip_prefix("database ")?)?;
        let (generation, run) = lines.next()?.strip_prefix("position ")?.split_once(' ')?;
        let position = FeedPosition { database_id, generation: generation.parse().ok()?, run: id_from(run)? };
        let through = lines.next()?.strip_prefix("through ")?.parse().ok()?;
        let (prices, basis) = lines.next()?.strip_prefix("prices ")?.split_once(' ')?;
        let prices = u64::from_str_radix(prices, 16).ok()?;
        let mut entries: Vec<Entry> = Vec::new();
        for line in lines {
            if let Some(rest) = line.strip_prefix("segment ") {
                let before = entries.last().map_or(0, |entry| entry.last_id);
                let entry = segment(rest)?;
                if entry.first_id <= before || entry.last_id < entry.first_id || entry.last_id > through {
                    return None;
                }
                entries.push(entry);
            } else {
                let entry = entries.last_mut()?;
                let hidden = ranges(line.strip_prefix("hidden ")?, entry)?;
                entry.hidden = hidden;
            }
        }
        Some(Self { position, through, prices, basis: basis.to_owned(), entries })
    }
}

fn segment(line: &str) -> Option<Entry> {
    let mut parts = line.split(' ');
    let mut part = || parts.next();
    Some(Entry {
        number: part()?.parse().ok()?,
        first_id: part()?.parse().ok()?,
        last_id: part()?.parse().ok()?,
        rows: part()?.parse().ok()?,
        head: u32::from_str_radix(part()?, 16).ok()?,
        hidden: IdRanges::default(),
    })
}

fn ranges(line: &str, entry: &Entry) -> Option<IdRanges> {
    let mut ids = Vec::new();
    for range in line.split(' ') {
        let (first, last) = range.split_once('-')?;
        let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || first < entry.first_id || last > entry.last_id {
            return None;
        }
        ids.extend(first..=last);
    }
    Some(IdRanges::from_ids(ids))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let hidden = IdRanges::from_ids(vec![12, 13, 40]);
        Manifest {
            position: FeedPosition { database_id: [7; 16], generation: 99, run: [0x0a; 16] },
            through: 500,
            prices: 0xfeed,
            basis: "breakdown".to_owned(),
            entries: vec![
                Entry { number: 3, first_id: 1, last_id: 100, rows: 90, head: 0xdead_beef, hidden },
                Entry {
                    number: 4,
                    first_id: 201,
                    last_id: 500,
                    rows: 0,
                    head: 0,
                    hidden: IdRanges::default(),
                },
            ],
        }
    }

    #[test]
    fn a_manifest_reads_back_and_says_what_it_says() {
        let text = manifest().encode();
        assert_eq!(Manifest::parse(text.as_bytes()), Some(manifest()));
        assert!(
            text.contains(
                "\nsegment 3 1 100 90 deadbeef\nhidden 12-13 40-40\nsegment 4 201 500 0 00000000\n"
            )
        );
    }

    #[test]
    fn any_damage_is_noticed() {
        let text = manifest().encode().into_bytes();
        for end in 0..text.len() {
            assert_eq!(Manifest::parse(&text[..end]), None, "cut at {end}");
        }
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut flipped = text.clone();
                flipped[at] ^= 1 << bit;
                let read = Manifest::parse(&flipped);
                // Letters of the checksum may change their case; the number they stand for is the same.
                assert!(read.is_none() || read == Some(manifest()), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let mut overlapping = manifest();
        overlapping.entries[1].first_id = 100;
        assert_eq!(Manifest::parse(overlapping.encode().as_bytes()), None);
        let mut beyond = manifest();
        beyond.through = 400;
        assert_eq!(Manifest::parse(beyond.encode().as_bytes()), None);
    }
}
