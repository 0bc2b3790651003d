//! A filter, translated once for a segment: codes become tables, texts and ids become rows.

use std::sync::Arc;

use super::block::{Mask, Needs, Source};
use crate::bits::BLOCK;
use crate::column::{Column, ColumnError};
use crate::numbers::NONE;
use crate::plan::{AnyOf, CodeSet, Filter, NumberRange};
use crate::row::{Flags, Quantity};
use crate::text::Search;

impl Quantity {
    pub(crate) fn column(self) -> Column {
        match self {
            Self::Input => Column::Input,
            Self::Output => Column::Output,
            Self::Cached => Column::Cached,
            Self::CacheRead => Column::CacheRead,
            Self::CacheCreation => Column::CacheCreation,
            Self::Reasoning => Column::Reasoning,
            Self::Total => Column::Total,
            Self::Latency => Column::Latency,
            Self::Ttft => Column::Ttft,
        }
    }
}

/// Rows of a whole segment.
#[derive(Debug, Clone)]
struct RowSet(Vec<u64>);

impl RowSet {
    fn new(rows: usize) -> Self {
        Self(vec![0; rows.div_ceil(64)])
    }

    fn insert(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }

    fn word(&self, block: usize, word: usize) -> u64 {
        self.0.get(block * (BLOCK / 64) + word).copied().unwrap_or(0)
    }
}

/// One condition on codes.
#[derive(Debug)]
struct Codes {
    column: Column,
    pass: Pass,
}

#[derive(Debug)]
enum Pass {
    /// By local code.
    Local(Vec<bool>),
    /// By database id.
    Ids(Arc<CodeSet>),
}

impl Codes {
    fn bits(&self, values: &[i64; 64]) -> u64 {
        match &self.pass {
            Pass::Local(table) => {
                bits(values, |v| usize::try_from(v).is_ok_and(|v| table.get(v).copied().unwrap_or(false)))
            }
            Pass::Ids(set) => bits(values, |v| u32::try_from(v).is_ok_and(|v| set.contains(v))),
        }
    }
}

fn bits(values: &[i64; 64], test: impl Fn(i64) -> bool) -> u64 {
    values.iter().enumerate().fold(0, |bits, (i, v)| bits | u64::from(test(*v)) << i)
}

/// A filter, for one segment.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    codes: Vec<Codes>,
    flags_set: u8,
    flags_clear: u8,
    numbers: Vec<NumberRange>,
    rows: Vec<RowSet>,
    any: Option<Any>,
}

#[derive(Debug)]
struct Any {
    codes: Vec<Codes>,
    rows: Option<RowSet>,
}

/// What a set of global codes says about each local one: `Err` if it says the same of all.
fn local(set: &CodeSet, global: &[u32]) -> Result<Vec<bool>, bool> {
    let table: Vec<bool> = global.iter().map(|code| set.contains(*code)).collect();
    match table.iter().filter(|pass| **pass).count() {
        0 => Err(false),
        all if all == table.len() => Err(true),
        _ => Ok(table),
    }
}

impl Prepared {
    /// Translates a filter; `None` if no row of the segment can pass.
    pub(super) fn new(filter: &Filter, source: &mut Source<'_>) -> Result<Option<Self>, ColumnError> {
        let segment = source.segment;
        let mut prepared = Self {
            flags_set: filter.flags_set,
            flags_clear: filter.flags_clear,
            numbers: filter.numbers.clone(),
            ..Self::default()
        };
        let locals = [
            (Column::Profile, &filter.profiles, segment.profiles()),
            (Column::Outcome, &filter.outcomes, segment.outcomes()),
        ];
        for (column, set, global) in locals {
            match set.as_ref().map(|set| local(set, global)) {
                None | Some(Err(true)) => {}
                Some(Err(false)) => return Ok(None),
                Some(Ok(table)) => prepared.codes.push(Codes { column, pass: Pass::Local(table) }),
            }
        }
        for (column, set) in [(Column::Route, &filter.routes), (Column::Client, &filter.clients)] {
            if let Some(set) = set {
                if set.is_empty() {
                    return Ok(None);
                }
                prepared.codes.push(Codes { column, pass: Pass::Ids(Arc::clone(set)) });
            }
        }
        for (column, wanted) in
            [(Column::TraceId, &filter.trace_ids), (Column::RequestId, &filter.request_ids)]
        {
            let Some(wanted) = wanted else { continue };
            let mut rows = RowSet::new(segment.len());
            if !wanted.is_empty() {
                let texts = segment.texts(column)?;
                source.read_bytes += texts.read_len() as u64;
                texts.equal(wanted, |row| rows.insert(row))?;
            }
            if rows.0.iter().all(|word| *word == 0) {
                return Ok(None);
            }
            prepared.rows.push(rows);
        }
        if let Some(any) = &filter.any {
            match Any::new(any, source)? {
                Err(true) => {}
                Err(false) => return Ok(None),
                Ok(any) => prepared.any = Some(any),
            }
        }
        Ok(Some(prepared))
    }

    /// Whether every row passes.
    pub(super) fn is_trivial(&self) -> bool {
        self.codes.is_empty()
            && self.flags_set | self.flags_clear == 0
            && self.numbers.is_empty()
            && self.rows.is_empty()
            && self.any.is_none()
    }

    /// Removes the rows of the current block that do not pass, and says whether any is left.
    pub(super) fn apply(
        &self,
        source: &mut Source<'_>,
        block: usize,
        mask: &mut Mask,
    ) -> Result<bool, ColumnError> {
        for rows in &self.rows {
            mask.iter_mut().enumerate().for_each(|(word, bits)| *bits &= rows.word(block, word));
        }
        for codes in &self.codes {
            if is_empty(mask) {
                return Ok(false);
            }
            source.decode(Needs::of(&[codes.column]))?;
            keep(mask, source.values(codes.column), |values| codes.bits(values));
        }
        let flags = self.flags_set | self.flags_clear;
        if flags != 0 && !is_empty(mask) {
            let mut needs = Needs::of(&[Column::Flags]);
            if flags & Flags::PRICED != 0 {
                needs.add(Column::Cost);
            }
            source.decode(needs)?;
            let (flags, set) = (i64::from(flags), i64::from(self.flags_set & !self.flags_clear));
            let possible = self.flags_set & self.flags_clear == 0;
            keep(mask, source.values(Column::Flags), |values| bits(values, |v| possible && v & flags == set));
        }
        for range in &self.numbers {
            if is_empty(mask) {
                return Ok(false);
            }
            let column = range.quantity.column();
            source.decode(Needs::of(&[column]))?;
            let optional = matches!(range.quantity, Quantity::Latency | Quantity::Ttft);
            let (min, max) = (range.min, range.max);
            keep(mask, source.values(column), |values| {
                bits(values, |v| min <= v && v <= max && !(optional && v == NONE))
            });
        }
        if let Some(any) = &self.any
            && !is_empty(mask)
        {
            any.apply(source, block, mask)?;
        }
        Ok(!is_empty(mask))
    }
}

impl Any {
    /// `Err` if the conditions say the same of all rows.
    fn new(any: &AnyOf, source: &mut Source<'_>) -> Result<Result<Self, bool>, ColumnError> {
        let segment = source.segment;
        let mut codes = Vec::new();
        let locals = [
            (Column::Profile, &any.profiles, segment.profiles()),
            (Column::Outcome, &any.outcomes, segment.outcomes()),
        ];
        for (column, set, global) in locals {
            match local(set, global) {
                Err(true) => return Ok(Err(true)),
                Err(false) => {}
                Ok(table) => codes.push(Codes { column, pass: Pass::Local(table) }),
            }
        }
        for (column, set) in [(Column::Route, &any.routes), (Column::Client, &any.clients)] {
            if !set.is_empty() {
                codes.push(Codes { column, pass: Pass::Ids(Arc::new(set.clone())) });
            }
        }
        let mut rows = RowSet::new(segment.len());
        source.read_bytes += segment.find_ids(&any.ids, |row| rows.insert(row))? as u64;
        if let Some(needle) = &any.needle {
            let search = Search::new(&needle.lower);
            for column in [Column::RequestId, Column::TraceId] {
                let texts = segment.texts(column)?;
                source.read_bytes += texts.read_len() as u64;
                texts.search(&search, |row| rows.insert(row))?;
            }
        }
        let rows = rows.0.iter().any(|word| *word != 0).then_some(rows);
        if codes.is_empty() && rows.is_none() {
            return Ok(Err(false));
        }
        Ok(Ok(Self { codes, rows }))
    }

    fn apply(&self, source: &mut Source<'_>, block: usize, mask: &mut Mask) -> Result<(), ColumnError> {
        let mut found: Mask = [0; BLOCK / 64];
        if let Some(rows) = &self.rows {
            found.iter_mut().enumerate().for_each(|(word, bits)| *bits = rows.word(block, word));
        }
        for codes in &self.codes {
            source.decode(Needs::of(&[codes.column]))?;
            let chunks = source.values(codes.column).as_chunks::<64>().0;
            for ((found, mask), values) in found.iter_mut().zip(mask.iter()).zip(chunks) {
                if mask & !*found != 0 {
                    *found |= codes.bits(values);
                }
            }
        }
        mask.iter_mut().zip(found).for_each(|(mask, found)| *mask &= found);
        Ok(())
    }
}

fn is_empty(mask: &Mask) -> bool {
    mask.iter().all(|bits| *bits == 0)
}

fn keep(mask: &mut Mask, values: &[i64; BLOCK], test: impl Fn(&[i64; 64]) -> u64) {
    for (mask, values) in mask.iter_mut().zip(values.as_chunks::<64>().0) {
        if *mask != 0 {
            *mask &= test(values);
        }
    }
}
