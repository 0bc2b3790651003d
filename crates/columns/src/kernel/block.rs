//! One block of a segment, decoded as far as somebody asked for it.

use crate::bits::BLOCK;
use crate::column::{Column, ColumnError};
use crate::costs::Costs;
use crate::numbers::Numbers;
use crate::row::Flags;
use crate::segment::Segment;

/// Which rows of a block; bit `i` of word `w` is row `64 w + i`.
pub(super) type Mask = [u64; BLOCK / 64];

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

    fn numbers(self) -> impl Iterator<Item = Column> {
        Column::ALL[..Column::NUMBERS].iter().copied().filter(move |column| self.has(*column))
    }
}

/// The columns of a segment that were opened, and those of the current block that were decoded.
pub(super) struct Source<'a> {
    pub(super) segment: &'a Segment,
    numbers: Vec<Option<Numbers>>,
    costs: Option<Costs>,
    block: usize,
    decoded: Needs,
    values: Vec<[i64; BLOCK]>,
    dollars: Box<[f64; BLOCK]>,
    gathered: Vec<[i64; BLOCK]>,
    gathered_dollars: Box<[f64; BLOCK]>,
}

/// The selected rows of a block, side by side.
pub(super) struct View<'a> {
    /// How many.
    pub(super) rows: usize,
    columns: [&'a [i64]; Column::NUMBERS],
    /// Costs; 0 without a price.
    pub(super) dollars: &'a [f64],
}

impl<'a> View<'a> {
    /// A column's values; empty if it was not asked for.
    pub(super) fn get(&self, column: Column) -> &'a [i64] {
        self.columns[column as usize]
    }
}

impl<'a> Source<'a> {
    pub(super) fn new(segment: &'a Segment) -> Self {
        Self {
            segment,
            numbers: vec![None; Column::NUMBERS],
            costs: None,
            block: usize::MAX,
            decoded: Needs::default(),
            values: vec![[0; BLOCK]; Column::NUMBERS],
            dollars: Box::new([0.0; BLOCK]),
            gathered: Vec::new(),
            gathered_dollars: Box::new([0.0; BLOCK]),
        }
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
            }
        }
        let flags_anew = missing.has(Column::Flags);
        if missing.has(Column::Cost) {
            self.open_costs()?;
            if let Some(costs) = &self.costs {
                costs.decode(block, &mut self.dollars);
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
        if needs.has(Column::Cost) {
            for (out, row) in self.gathered_dollars.iter_mut().zip(rows) {
                *out = self.dollars[usize::from(*row) % BLOCK];
            }
        }
        View {
            rows: count,
            columns: std::array::from_fn(|column| &self.gathered[column][..count]),
            dollars: &self.gathered_dollars[..count],
        }
    }
}
