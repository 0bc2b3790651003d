//! Single events: bounded heaps of keys.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::block::{Needs, Source, View};
use super::keys::{NO_SLOT, Prepared};
use crate::column::Column;
use crate::numbers::NONE;
use crate::plan::Rows;
use crate::row::{Flags, Quantity, RowKey};

/// The best so many of what was offered.
#[derive(Debug, Clone)]
pub(super) struct Best<T> {
    limit: usize,
    /// The worst on top.
    heap: BinaryHeap<Reverse<T>>,
}

impl<T: Ord + Copy> Best<T> {
    fn new(limit: usize) -> Self {
        Self { limit, heap: BinaryHeap::new() }
    }

    fn would_take(&self, value: T) -> bool {
        self.heap.len() < self.limit || self.heap.peek().is_some_and(|worst| value > worst.0)
    }

    fn offer(&mut self, value: T) {
        if self.heap.len() < self.limit {
            self.heap.push(Reverse(value));
        } else if let Some(mut worst) = self.heap.peek_mut()
            && value > worst.0
        {
            *worst = Reverse(value);
        }
    }

    fn merge(&mut self, other: Self) {
        other.heap.into_iter().for_each(|value| self.offer(value.0));
    }

    /// Best first.
    fn sorted(self) -> Vec<T> {
        self.heap.into_sorted_vec().into_iter().map(|value| value.0).collect()
    }
}

/// The best of each value. Values are small numbers: a table is the map.
#[derive(Debug, Clone, Default)]
pub(super) struct Each {
    /// One more than the place in `best`, by value; 0 = none yet.
    places: Vec<u32>,
    best: Vec<(usize, Best<RowKey>)>,
}

impl Each {
    fn at(&mut self, value: usize, limit: usize) -> &mut Best<RowKey> {
        if self.places.len() <= value {
            self.places.resize(value + 1, 0);
        }
        let place = &mut self.places[value];
        if *place == 0 {
            self.best.push((value, Best::new(limit)));
            *place = self.best.len() as u32;
        }
        &mut self.best[*place as usize - 1].1
    }
}

/// Larger is better: whether there is a number, the number, then the newer event.
pub(super) type Rank = (bool, u64, RowKey);

/// What was found so far.
#[derive(Debug, Clone)]
pub(super) enum State {
    Newest(Best<RowKey>),
    Oldest(Best<Reverse<RowKey>>),
    Ranked(Best<Rank>),
    NewestOfEach(Each),
}

/// A number as one whose unsigned order is the same.
fn of_integer(value: i64) -> u64 {
    value as u64 ^ 1 << 63
}

fn of_float(value: f64) -> u64 {
    // Negative zero is zero.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits ^ 1 << 63 }
}

impl State {
    pub(super) fn new(rows: &Rows) -> Self {
        match rows {
            Rows::Newest { limit, .. } => Self::Newest(Best::new(*limit)),
            Rows::Oldest { limit, .. } => Self::Oldest(Best::new(*limit)),
            Rows::Ranked { limit, offset, .. } => {
                Self::Ranked(Best::new(if *limit == 0 { 0 } else { limit.saturating_add(*offset) }))
            }
            Rows::NewestOfEach { .. } => Self::NewestOfEach(Each::default()),
        }
    }

    /// Whether events between two moments could still matter.
    pub(super) fn wants(&self, rows: &Rows, least_ms: i64, most_ms: i64) -> bool {
        match (self, rows) {
            (Self::Newest(best), Rows::Newest { before, .. }) => {
                let in_page = before.is_none_or(|before| least_ms <= before.timestamp_ms);
                in_page && best.would_take(RowKey { timestamp_ms: most_ms, id: i64::MAX })
            }
            (Self::Oldest(best), Rows::Oldest { after, .. }) => {
                let in_page = after.is_none_or(|after| most_ms >= after.timestamp_ms);
                in_page && best.would_take(Reverse(RowKey { timestamp_ms: least_ms, id: i64::MIN }))
            }
            _ => true,
        }
    }

    /// Offers the rows of a view.
    pub(super) fn offer(&mut self, rows: &Rows, by: Option<&Prepared>, view: &View<'_>) {
        let (times, ids) = (view.get(Column::Time), view.get(Column::Id));
        let key = |row: usize| RowKey { timestamp_ms: times[row], id: ids[row] };
        match (self, rows) {
            (Self::Newest(best), Rows::Newest { before, failed_only, .. }) => {
                for row in (0..view.rows).rev() {
                    let key = key(row);
                    if !best.would_take(key) {
                        break;
                    }
                    let failed = || view.get(Column::Flags)[row] & i64::from(Flags::FAILED) != 0;
                    if before.is_none_or(|before| key < before) && (!failed_only || failed()) {
                        best.offer(key);
                    }
                }
            }
            (Self::Oldest(best), Rows::Oldest { after, .. }) => {
                for row in 0..view.rows {
                    let key = key(row);
                    if !best.would_take(Reverse(key)) {
                        break;
                    }
                    if after.is_none_or(|after| key > after) {
                        best.offer(Reverse(key));
                    }
                }
            }
            (Self::Ranked(best), Rows::Ranked { quantity, ascending, .. }) => {
                for row in 0..view.rows {
                    let number = match quantity {
                        None => {
                            let priced = view.get(Column::Flags)[row] & i64::from(Flags::PRICED) != 0;
                            priced.then(|| of_float(view.dollars[row]))
                        }
                        Some(quantity) => {
                            let value = view.get(quantity.column())[row];
                            let none =
                                matches!(quantity, Quantity::Latency | Quantity::Ttft) && value == NONE;
                            (!none).then(|| of_integer(value))
                        }
                    };
                    let order = number.map_or(0, |number| if *ascending { !number } else { number });
                    best.offer((number.is_some(), order, key(row)));
                }
            }
            (Self::NewestOfEach(each), Rows::NewestOfEach { limit, .. }) => {
                let Some(by) = by else { return };
                for row in (0..view.rows).rev() {
                    let value = by.of_row(view, row);
                    if value != NO_SLOT {
                        each.at(value as usize, *limit).offer(key(row));
                    }
                }
            }
            // The state was made for these rows.
            _ => {}
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Newest(best), Self::Newest(other)) => best.merge(other),
            (Self::Oldest(best), Self::Oldest(other)) => best.merge(other),
            (Self::Ranked(best), Self::Ranked(other)) => best.merge(other),
            (Self::NewestOfEach(each), Self::NewestOfEach(others)) => {
                for (value, other) in others.best {
                    each.at(value, other.limit).merge(other);
                }
            }
            // Partial answers of one plan have the same shape.
            _ => {}
        }
    }

    pub(super) fn finish(self, rows: &Rows) -> Vec<RowKey> {
        match self {
            Self::Newest(best) => best.sorted(),
            Self::Oldest(best) => best.sorted().into_iter().map(|key| key.0).collect(),
            Self::Ranked(best) => {
                let offset = if let Rows::Ranked { offset, .. } = rows { *offset } else { 0 };
                best.sorted().into_iter().skip(offset).map(|rank| rank.2).collect()
            }
            Self::NewestOfEach(Each { mut best, .. }) => {
                best.sort_unstable_by_key(|(value, _)| *value);
                best.into_iter().flat_map(|(_, best)| best.sorted()).collect()
            }
        }
    }
}

/// The dimension of a request for rows, for one segment.
pub(super) fn prepare(rows: &Rows, source: &mut Source<'_>) -> Option<Prepared> {
    match rows {
        Rows::NewestOfEach { by, .. } => Some(Prepared::new(by, 1, source)),
        _ => None,
    }
}

/// The columns that a request for rows needs.
pub(super) fn needs(rows: &Rows) -> Needs {
    let mut needs = Needs::of(&[Column::Time, Column::Id]);
    match rows {
        Rows::Newest { failed_only: true, .. } => needs.add(Column::Flags),
        Rows::Newest { .. } | Rows::Oldest { .. } => {}
        Rows::Ranked { quantity: Some(quantity), .. } => needs.add(quantity.column()),
        Rows::Ranked { quantity: None, .. } => {
            needs.add(Column::Cost);
            needs.add(Column::Flags);
        }
        Rows::NewestOfEach { by, .. } => needs = needs.and(by.needs()),
    }
    needs
}
