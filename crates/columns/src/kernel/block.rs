//! One block of a segment, decoded as far as somebody asked for it.

use crate::bits::BLOCK;
use crate::column::{Column, ColumnError};
use crate::costs::Costs;
use crate::numbers::Numbers;
use crate::plan::Part;
use crate::row::Flags;
use crate::segment::Segment;

/// Which rows of a block; bit `i` of word `w` is row `64 w + i`.
pub(super) type Mask = [u64; BLOCK / 64];

/// The first bit behind those of columns.
const FIRST_PART: u8 = 28;

/// Most ids of a part that are numbered through a table.
const MAX_IDS: usize = 1 << 20;

/// Ids that a profile is made of.
pub(super) const PARTS: [Part; 4] = [Part::Credential, Part::Model, Part::ApiKey, Part::Tier];

/// The parts of a segment's profiles under numbers of its own: few, so that tables by them stay in the nearest cache,
/// where tables by profile would not.
pub(super) struct Parts {
    /// By local profile code, then by part.
    of_profile: Vec<[u16; PARTS.len()]>,
    /// The database id of each number, by part.
    ids: [Vec<u32>; PARTS.len()],
}

impl Parts {
    /// `None` if a part has more values than a number can tell apart, or very large ids.
    fn new(segment: &Segment) -> Option<Self> {
        let profiles = segment.header().profiles.unpacked();
        let mut of_profile = vec![[0; PARTS.len()]; profiles.len()];
        let mut ids: [Vec<u32>; PARTS.len()] = Default::default();
        for ((place, part), ids) in PARTS.into_iter().enumerate().zip(&mut ids) {
            let highest = profiles.iter().map(|profile| part.of(profile)).max()?;
            // Ids are small and dense: a table is the map.
            let mut numbers =
                vec![u16::MAX; (highest as usize).checked_add(1).filter(|len| *len <= MAX_IDS)?];
            for (numbered, profile) in of_profile.iter_mut().zip(&profiles) {
                let id = part.of(profile);
                let number = &mut numbers[id as usize];
                if *number == u16::MAX {
                    *number = u16::try_from(ids.len()).ok().filter(|number| *number < u16::MAX)?;
                    ids.push(id);
                }
                numbered[place] = *number;
            }
        }
        Some(Self { of_profile, ids })
    }

    /// The database ids by number.
    pub(super) fn ids(&self, part: Part) -> &[u32] {
        &self.ids[part as usize]
    }
}

/// A set of columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Needs(u32);

impl Needs {
    pub(super) fn of(columns: &[Column]) -> Self {
        Self(columns.iter().fold(0, |set, column| set | 1 << *column as u8))
    }

    pub(super) fn add(&mut self, column: Column) {
        self.0 |= 1 << column as u8;
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn has(self, column: Column) -> bool {
        self.0 >> column as u8 & 1 == 1
    }

    /// Adds one of the ids that a profile is made of.
    pub(super) fn add_part(&mut self, part: Part) {
        self.add(Column::Profile);
        self.0 |= 1 << (FIRST_PART + part as u8);
    }

    fn has_parts(self) -> bool {
        self.0 >> FIRST_PART != 0
    }

    fn numbers(self) -> impl Iterator<Item = Column> {
        Column::ALL[..Column::NUMBERS].iter().copied().filter(move |column| self.has(*column))
    }
}

/// The columns of a segment that were opened, and those of the current block that were decoded.
pub(super) struct Source<'a> {
    pub(super) segment: &'a Segment,
    /// Bytes of columns that were read so far.
    pub(super) read_bytes: u64,
    numbers: Vec<Option<Numbers>>,
    costs: Option<Costs>,
    block: usize,
    decoded: Needs,
    values: Vec<[i64; BLOCK]>,
    dollars: Box<[f64; BLOCK]>,
    gathered: Vec<[i64; BLOCK]>,
    gathered_dollars: Box<[f64; BLOCK]>,
    /// Made when they are asked for; `Some(None)` = there are too many.
    parts: Option<Option<Parts>>,
    part_values: Box<[[u16; BLOCK]; PARTS.len()]>,
    gathered_parts: Box<[[u16; BLOCK]; PARTS.len()]>,
}

/// The selected rows of a block, side by side.
pub(super) struct View<'a> {
    /// How many.
    pub(super) rows: usize,
    columns: [&'a [i64]; Column::NUMBERS],
    parts: [&'a [u16]; PARTS.len()],
    /// Costs; 0 without a price.
    pub(super) dollars: &'a [f64],
}

impl<'a> View<'a> {
    /// A column's values; of no meaning if it was not asked for.
    pub(super) fn get(&self, column: Column) -> &'a [i64] {
        self.columns[column as usize]
    }

    /// Some of the rows.
    pub(super) fn slice(&self, from: usize, to: usize) -> View<'a> {
        View {
            rows: to - from,
            columns: self.columns.map(|column| &column[from..to]),
            parts: self.parts.map(|numbers| &numbers[from..to]),
            dollars: &self.dollars[from..to],
        }
    }

    /// The numbers of a part; only if it was asked for.
    pub(super) fn part(&self, part: Part) -> &'a [u16] {
        self.parts[part as usize]
    }
}

impl<'a> Source<'a> {
    pub(super) fn new(segment: &'a Segment) -> Self {
        Self {
            segment,
            read_bytes: 0,
            numbers: vec![None; Column::NUMBERS],
            costs: None,
            block: usize::MAX,
            decoded: Needs::default(),
            values: vec![[0; BLOCK]; Column::NUMBERS],
            dollars: Box::new([0.0; BLOCK]),
            gathered: Vec::new(),
            gathered_dollars: Box::new([0.0; BLOCK]),
            parts: None,
            part_values: Box::new([[0; BLOCK]; PARTS.len()]),
            gathered_parts: Box::new([[0; BLOCK]; PARTS.len()]),
        }
    }

    /// The parts of the segment's profiles; `None` = only the profiles themselves tell.
    pub(super) fn parts(&mut self) -> Option<&Parts> {
        self.parts.get_or_insert_with(|| Parts::new(self.segment)).as_ref()
    }

    /// Opens a column unless it is open.
    pub(super) fn open(&mut self, column: Column) -> Result<&Numbers, ColumnError> {
        let place = &mut self.numbers[column as usize];
        match place {
            Some(open) => Ok(open),
            None => Ok(place.insert(self.segment.numbers(column)?)),
        }
    }

    fn open_costs(&mut self) -> Result<&Costs, ColumnError> {
        match &mut self.costs {
            Some(open) => Ok(open),
            place @ None => Ok(place.insert(self.segment.costs()?)),
        }
    }

    pub(super) fn enter(&mut self, block: usize) {
        self.block = block;
        self.decoded = Needs::default();
    }

    /// Decodes columns of the current block. Flags come with the one about the price if the costs are needed at all.
    pub(super) fn decode(&mut self, needs: Needs) -> Result<(), ColumnError> {
        let missing = Needs(needs.0 & !self.decoded.0);
        if missing == Needs::default() {
            return Ok(());
        }
        let block = self.block;
        for column in missing.numbers() {
            self.open(column)?;
            if let Some(numbers) = &self.numbers[column as usize] {
                numbers.decode(block, &mut self.values[column as usize]);
                self.read_bytes += numbers.read_len(block) as u64;
            }
        }
        let flags_anew = missing.has(Column::Flags);
        if missing.has(Column::Cost) {
            self.open_costs()?;
            if let Some(costs) = &self.costs {
                costs.decode(block, &mut self.dollars);
                self.read_bytes += costs.read_len(block) as u64;
            }
        }
        // Flags may be decoded before the costs or after them.
        if (flags_anew || missing.has(Column::Cost))
            && let Some(costs) = &self.costs
        {
            for (flags, bits) in self.values[Column::Flags as usize]
                .as_chunks_mut::<8>()
                .0
                .iter_mut()
                .zip(costs.priced_bits(block))
            {
                for (i, flags) in flags.iter_mut().enumerate() {
                    let priced = i64::from(bits >> i & 1) * i64::from(Flags::PRICED);
                    *flags = (*flags & !i64::from(Flags::PRICED)) | priced;
                }
            }
        }
        if missing.has_parts()
            && let Some(parts) = self.parts.as_ref().and_then(Option::as_ref)
        {
            let [credentials, models, keys, tiers] = &mut *self.part_values;
            let codes = self.values[Column::Profile as usize].iter();
            for ((((code, credential), model), key), tier) in
                codes.zip(credentials).zip(models).zip(keys).zip(tiers)
            {
                // Codes beyond the dictionary come from damaged bytes only.
                [*credential, *model, *key, *tier] =
                    parts.of_profile.get(*code as usize).copied().unwrap_or([u16::MAX; PARTS.len()]);
            }
        }
        self.decoded = self.decoded.and(needs);
        Ok(())
    }

    /// A decoded column of the current block.
    pub(super) fn values(&self, column: Column) -> &[i64; BLOCK] {
        &self.values[column as usize]
    }

    /// The rows `from..to` of the block.
    pub(super) fn span(&self, from: usize, to: usize) -> View<'_> {
        View {
            rows: to - from,
            columns: std::array::from_fn(|column| &self.values[column][from..to]),
            parts: std::array::from_fn(|part| &self.part_values[part][from..to]),
            dollars: &self.dollars[from..to],
        }
    }

    /// The rows of the block that are in the mask; decoded columns among `needs` only.
    pub(super) fn gather(&mut self, mask: &Mask, needs: Needs) -> View<'_> {
        let mut rows = [0_u16; BLOCK];
        let mut count = 0;
        for (word, bits) in mask.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                rows[count % BLOCK] = (word * 64) as u16 + bits.trailing_zeros() as u16;
                count += 1;
                bits &= bits - 1;
            }
        }
        if self.gathered.is_empty() {
            self.gathered = vec![[0; BLOCK]; Column::NUMBERS];
        }
        let rows = &rows[..count];
        for column in needs.numbers() {
            let from = &self.values[column as usize];
            for (out, row) in self.gathered[column as usize].iter_mut().zip(rows) {
                *out = from[usize::from(*row) % BLOCK];
            }
        }
        if needs.has_parts() {
            for (out, from) in self.gathered_parts.iter_mut().zip(self.part_values.iter()) {
                for (out, row) in out.iter_mut().zip(rows) {
                    *out = from[usize::from(*row) % BLOCK];
                }
            }
        }
        if needs.has(Column::Cost) {
            for (out, row) in self.gathered_dollars.iter_mut().zip(rows) {
                *out = self.dollars[usize::from(*row) % BLOCK];
            }
        }
        View {
            rows: count,
            columns: std::array::from_fn(|column| &self.gathered[column][..count]),
            parts: std::array::from_fn(|part| &self.gathered_parts[part][..count]),
            dollars: &self.gathered_dollars[..count],
        }
    }
}
