//! Sums and percentiles by group.

use super::block::{Needs, Source, View};
use super::keys::{self, Keys, NO_SLOT, Slots, stretches};
use super::percentile::{Found, Known, Store, Target, Targets};
use super::sums::{self, Accumulators, Lanes};
use crate::answer::{GroupAnswer, GroupRow};
use crate::bits::BLOCK;
use crate::column::Column;
use crate::plan::Group;
use crate::row::Quantity;

/// Bytes of accumulators that are laid out at once; beyond, only groups that have events get a place.
const DENSE_BYTES: u64 = 8 << 20;

/// The quantities of a group's percentiles, each once.
fn quantities(group: &Group) -> Vec<Quantity> {
    let mut quantities = Vec::new();
    for percentile in &group.percentiles {
        if !quantities.contains(&percentile.quantity) {
            quantities.push(percentile.quantity);
        }
    }
    quantities
}

/// A group, for one segment.
pub(super) struct Prepared {
    keys: Keys,
    pub(super) needs: Needs,
    quantities: Vec<Column>,
    light: bool,
    in_runs: bool,
}

impl Prepared {
    /// For the first pass, or for a further one that looks at the quantities of `targets`.
    pub(super) fn new(group: &Group, source: &mut Source<'_>, targets: Option<&Targets>) -> Self {
        let keys = Keys::new(&group.by, source);
        let quantities: Vec<Column> = quantities(group).into_iter().map(Quantity::column).collect();
        let mut needs = Keys::needs(&group.by);
        match targets {
            None => {
                needs = needs.and(sums::needs(group.light));
                quantities.iter().for_each(|column| needs.add(*column));
            }
            Some(targets) => {
                targets.quantities().iter().for_each(|number| needs.add(quantities[*number as usize]));
            }
        }
        let in_runs = keys.in_runs();
        Self { keys, needs, quantities, light: group.light, in_runs }
    }

    /// What the lanes must hold: full sums, records, light records.
    pub(super) fn lanes(&self) -> (bool, bool, bool) {
        (!self.light, !self.light && !self.in_runs, self.light && !self.in_runs)
    }
}

/// What was found of a group in the first pass.
#[derive(Debug, Clone)]
pub(super) struct State {
    slots: Slots,
    sums: Accumulators,
    values: Vec<Store>,
}

impl State {
    pub(super) fn new(group: &Group) -> Self {
        let product = keys::product(&group.by).unwrap_or(u64::MAX);
        let dense = product.checked_mul(sums::bytes_per_slot(group.light)).filter(|b| *b <= DENSE_BYTES);
        let slots = match dense {
            Some(_) => Slots::Dense(product as usize),
            None => Slots::Hashed { slots: keys::Map::default(), keys: Vec::new() },
        };
        let sums = Accumulators::new(slots.len(), group.light);
        Self { slots, sums, values: vec![Store::default(); quantities(group).len()] }
    }

    pub(super) fn add(
        &mut self,
        group: &Prepared,
        view: &View<'_>,
        lanes: &Lanes,
        places: &mut [u64; BLOCK],
        watched: bool,
    ) {
        if group.in_runs {
            let mut runs = Vec::new();
            group.keys.each_run(view, places, |from, to, key| runs.push((from, to, self.slots.slot(key))));
            self.sums.grow(self.slots.len());
            for (from, to, slot) in runs {
                if watched {
                    self.sums.watched(view, lanes, from, to, slot);
                } else {
                    self.sums.run(view, lanes, from, to, slot);
                }
                for (store, column) in self.values.iter_mut().zip(&group.quantities) {
                    store.add_all(slot, &view.get(*column)[from..to]);
                }
            }
            return;
        }
        group.keys.slots(view, &mut self.slots, places);
        self.sums.grow(self.slots.len());
        let places = &places[..view.rows];
        if watched {
            stretches(places, |from, to, slot| self.sums.watched(view, lanes, from, to, slot));
        } else {
            self.sums.scatter(lanes, places);
        }
        for (store, column) in self.values.iter_mut().zip(&group.quantities) {
            let values = view.get(*column);
            stretches(places, |from, to, slot| store.add_all(slot, &values[from..to]));
        }
    }

    /// Groups that were found and take a place each; none where every combination has one from the start.
    pub(super) fn found(&self) -> usize {
        if matches!(self.slots, Slots::Hashed { .. }) { self.slots.len() } else { 0 }
    }

    pub(super) fn merge(&mut self, other: Self) {
        let to: Vec<u32> = match &other.slots {
            Slots::Dense(_) => Vec::new(),
            Slots::Hashed { keys, .. } => keys.iter().map(|key| self.slots.slot(*key) as u32).collect(),
        };
        self.sums.grow(self.slots.len());
        self.sums.merge(&other.sums, &to);
        for (store, other) in self.values.iter_mut().zip(other.values) {
            store.merge(other, &to);
        }
    }

    /// The answer as far as it is known, and what is not.
    pub(super) fn finish(mut self, group: &Group) -> Refine {
        let mut slots: Vec<usize> = (0..self.slots.len()).collect();
        if let Slots::Hashed { keys, .. } = &self.slots {
            slots.sort_unstable_by_key(|slot| keys[*slot]);
        }
        let quantities = quantities(group);
        let mut rows = Vec::new();
        let mut open = Vec::new();
        for slot in slots {
            let Some(sums) = self.sums.sums(slot) else { continue };
            let mut percentiles = Vec::with_capacity(group.percentiles.len());
            for percentile in &group.percentiles {
                let quantity = quantities.iter().position(|q| *q == percentile.quantity).unwrap_or(0);
                let known = self.values[quantity].percentile(slot, percentile.percent);
                let place = (rows.len() as u32, percentiles.len() as u32);
                percentiles.push(settle(known, slot as u32, quantity as u32, place, &mut open));
            }
            rows.push(GroupRow { key: keys::unfold(&group.by, self.slots.key(slot)), sums, percentiles });
        }
        // Only percentiles need the places again.
        let slots = if open.is_empty() { Slots::Dense(0) } else { self.slots };
        Refine::new(slots, GroupAnswer { rows }, open)
    }
}

/// A percentile of which only the neighbourhood is known.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Row of the answer, and place in its list.
    place: (u32, u32),
    target: Target,
    rank: u64,
}

/// The value of a percentile if it is known; otherwise it is added to the open ones.
fn settle(known: Known, slot: u32, quantity: u32, place: (u32, u32), open: &mut Vec<Open>) -> Option<i64> {
    match known {
        Known::Nothing => None,
        Known::Value(value) => Some(value),
        Known::Between { low, high, rank, count } => {
            open.push(Open { place, target: Target { slot, quantity, low, high, count }, rank });
            None
        }
    }
}

/// The answer of a group, and the percentiles that a further pass has to find.
#[derive(Debug, Clone)]
pub(super) struct Refine {
    slots: Slots,
    answer: GroupAnswer,
    open: Vec<Open>,
    pub(super) targets: Targets,
}

impl Refine {
    fn new(slots: Slots, answer: GroupAnswer, open: Vec<Open>) -> Self {
        let targets = Targets::new(open.iter().map(|open| open.target).collect());
        Self { slots, answer, open, targets }
    }

    /// Looks at the rows of a view.
    pub(super) fn add(
        &self,
        found: &mut [Found],
        group: &Prepared,
        view: &View<'_>,
        places: &mut [u64; BLOCK],
    ) {
        let mut look = |from: usize, to: usize, slot: usize| {
            self.targets
                .add_all(found, slot, |quantity| &view.get(group.quantities[quantity as usize])[from..to]);
        };
        if group.in_runs {
            group.keys.each_run(view, places, |from, to, key| match self.slots.known(key) {
                NO_SLOT => {}
                slot => look(from, to, slot as usize),
            });
        } else {
            group.keys.known_slots(view, &self.slots, places);
            stretches(&places[..view.rows], look);
        }
    }

    /// Uses what a pass has found.
    pub(super) fn resolve(mut self, mut found: Vec<Found>) -> Self {
        let mut open = Vec::new();
        for entry in std::mem::take(&mut self.open) {
            let Some(number) = self.targets.find(&entry.target) else { continue };
            let known = self.targets.resolve(number, &mut found[number], entry.rank);
            let Target { slot, quantity, .. } = entry.target;
            let value = settle(known, slot, quantity, entry.place, &mut open);
            self.answer.rows[entry.place.0 as usize].percentiles[entry.place.1 as usize] = value;
        }
        Self::new(self.slots, self.answer, open)
    }

    pub(super) fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    pub(super) fn into_answer(self) -> GroupAnswer {
        self.answer
    }
}
