//! One segment out of several, a block of rows at a time: rows take many times the bytes of their columns.

use std::ops::RangeInclusive;

use crate::bits::BLOCK;
use crate::column::{Column, ColumnError};
use crate::dictionary::{Outcome, Profile};
use crate::encode::{Codes, Encoded, Writer};
use crate::numbers::NONE;
use crate::reader::{RowReader, global};
use crate::row::{Row, RowKey};
use crate::segment::Segment;

/// Where a row stands: its key, the part, and its place there.
type Place = (RowKey, u32, u32);

impl Encoded {
    /// Encodes the rows of several segments that are not hidden and have an id in `ids`; `change` may change each on the
    /// way, but neither key nor codes. `None` if there are none. `profiles` and `outcomes` resolve the codes of all parts.
    ///
    /// # Errors
    ///
    /// [`ColumnError::Rows`] if they are too many, [`ColumnError::UnknownCode`], and as the columns of the parts.
    pub fn merged(
        parts: &[Segment],
        ids: RangeInclusive<i64>,
        (profiles, outcomes): (&[Profile], &[Outcome]),
        database: [u8; 16],
        opaque: [u64; 4],
        mut change: impl FnMut(&mut Row),
    ) -> Result<Option<Self>, ColumnError> {
        let (mut profile_codes, mut outcome_codes) = (Codes::new(profiles.len()), Codes::new(outcomes.len()));
        let mut places: Vec<Place> = Vec::new();
        let mut left = Vec::with_capacity(parts.len());
        for (number, part) in parts.iter().enumerate() {
            let before = places.len();
            places_of(part, number as u32, &ids, &mut places, &mut profile_codes, &mut outcome_codes)?;
            left.push(places.len() - before);
        }
        if places.is_empty() {
            return Ok(None);
        }
        places.sort_unstable();
        let (profile_codes, outcome_codes) = (profile_codes.finish(), outcome_codes.finish());
        let mut writer = Writer::new(places.len())?;
        let mut readers: Vec<Option<RowReader<'_>>> = parts.iter().map(|_| None).collect();
        let mut rows: Vec<Row> = Vec::with_capacity(BLOCK);
        for block in places.chunks(BLOCK) {
            rows.clear();
            for (_, part, row) in block {
                let number = *part as usize;
                let reader = match &mut readers[number] {
                    Some(reader) => reader,
                    place @ None => place.insert(RowReader::new(&parts[number])?),
                };
                let mut row = reader.row(*row as usize)?;
                change(&mut row);
                rows.push(row);
                left[number] -= 1;
                if left[number] == 0 {
                    // Parts follow one another in time, mostly: few are open at once.
                    readers[number] = None;
                }
            }
            writer.block(&rows, &profile_codes, &outcome_codes);
        }
        writer.finish((profile_codes, outcome_codes), (profiles, outcomes), database, opaque).map(Some)
    }
}

/// Adds the rows of a part, and counts their codes.
fn places_of(
    part: &Segment,
    number: u32,
    ids: &RangeInclusive<i64>,
    places: &mut Vec<Place>,
    profiles: &mut Codes,
    outcomes: &mut Codes,
) -> Result<(), ColumnError> {
    let columns = [Column::Time, Column::Id, Column::Profile, Column::Outcome];
    let columns: Vec<_> = columns.into_iter().map(|c| part.numbers(c)).collect::<Result<_, _>>()?;
    let [mut times, mut row_ids, mut profile, mut outcome] = [[NONE; BLOCK]; 4];
    for block in 0..part.blocks() {
        let out = [&mut times, &mut row_ids, &mut profile, &mut outcome];
        columns.iter().zip(out).for_each(|(column, out)| column.decode(block, out));
        let rows = times.iter().zip(&row_ids).zip(profile.iter().zip(&outcome));
        for (row, ((time, id), (profile, outcome))) in rows.enumerate().take(columns[0].count(block)) {
            let at = block * BLOCK + row;
            let key = RowKey { timestamp_ms: *time, id: *id };
            if part.deleted().contains(at) || !ids.contains(&key.id) {
                continue;
            }
            profiles.count(global(part.profiles(), *profile)?)?;
            outcomes.count(global(part.outcomes(), *outcome)?)?;
            places.push((key, number, at as u32));
        }
    }
    Ok(())
}
