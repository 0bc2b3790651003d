//! From the values of an event in the dimensions of a group to the place where the group's sums stand.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::block::{Needs, Source, View};
use crate::bits::BLOCK;
use crate::column::Column;
use crate::plan::{Dimension, Part, SKIP};
use crate::row::Flags;

/// The slot of an event that is not part of the group.
pub(super) const NO_SLOT: u64 = u64::MAX;

/// Mixes keys that are small numbers; nobody from outside chooses them.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 29
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }
}

/// A map with small keys.
pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

impl Dimension {
    /// Number of its values.
    pub(super) fn len(&self) -> u32 {
        match self {
            Self::Profile { len, .. }
            | Self::Part { len, .. }
            | Self::Outcome { len, .. }
            | Self::Route { len, .. }
            | Self::Client { len, .. }
            | Self::Time { len, .. } => *len,
            Self::Failed => 2,
        }
    }

    /// What decides it.
    pub(super) fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        match self {
            Self::Part { part, .. } => needs.add_part(*part),
            Self::Profile { .. } => needs.add(Column::Profile),
            Self::Outcome { .. } => needs.add(Column::Outcome),
            Self::Route { .. } => needs.add(Column::Route),
            Self::Client { .. } => needs.add(Column::Client),
            Self::Time { .. } => needs.add(Column::Time),
            Self::Failed => needs.add(Column::Flags),
        }
        needs
    }
}

/// A dimension, translated for one segment.
#[derive(Debug)]
pub(super) enum Prepared {
    /// By code, local or the database's id: what each adds to the key, or [`NO_SLOT`].
    Codes {
        column: Column,
        parts: Vec<u64>,
    },
    /// By a part of the profile: what each of its numbers adds to the key, or [`NO_SLOT`].
    Part {
        part: Part,
        parts: Vec<u64>,
    },
    /// By time; equal arrays have equal runs.
    Time {
        bounds: Arc<Vec<i64>>,
        values: Arc<Vec<u32>>,
        len: u32,
        stride: u64,
    },
    Failed {
        stride: u64,
    },
}

impl Prepared {
    pub(super) fn new(dimension: &Dimension, stride: u64, source: &mut Source<'_>) -> Self {
        let segment = source.segment;
        let part = |value: &u32, len: u32| if *value < len { u64::from(*value) * stride } else { NO_SLOT };
        let local = |values: &[u32], len: u32, global: &[u32]| {
            global.iter().map(|code| values.get(*code as usize).map_or(NO_SLOT, |v| part(v, len))).collect()
        };
        let parts = match dimension {
            Dimension::Profile { values, len } => local(values, *len, segment.profiles()),
            Dimension::Part { part: of, values, len } => {
                let part = |id: u32| values.get(id as usize).map_or(NO_SLOT, |v| part(v, *len));
                if let Some(parts) = source.parts() {
                    let parts = parts.ids(*of).iter().map(|id| part(*id)).collect();
                    return Self::Part { part: *of, parts };
                }
                segment.header().profiles.unpacked().iter().map(|profile| part(of.of(profile))).collect()
            }
            Dimension::Outcome { values, len } => local(values, *len, segment.outcomes()),
            Dimension::Route { values, len } | Dimension::Client { values, len } => {
                values.iter().map(|value| part(value, *len)).collect()
            }
            Dimension::Time { bounds, values, len } => {
                let (bounds, values) = (Arc::clone(bounds), Arc::clone(values));
                return Self::Time { bounds, values, len: *len, stride };
            }
            Dimension::Failed => return Self::Failed { stride },
        };
        let column = match dimension {
            Dimension::Profile { .. } | Dimension::Part { .. } => Column::Profile,
            Dimension::Outcome { .. } => Column::Outcome,
            Dimension::Route { .. } => Column::Route,
            _ => Column::Client,
        };
        Self::Codes { column, parts }
    }

    /// Adds this dimension's part to each row's key. Nothing but [`NO_SLOT`] makes an addition saturate.
    fn add_to(&self, view: &View<'_>, keys: &mut [u64]) {
        match self {
            Self::Codes { column, parts } => {
                for (key, code) in keys.iter_mut().zip(view.get(*column)) {
                    *key = key.saturating_add(parts.get(*code as usize).copied().unwrap_or(NO_SLOT));
                }
            }
            Self::Part { part, parts } => {
                for (key, number) in keys.iter_mut().zip(view.part(*part)) {
                    *key = key.saturating_add(parts.get(usize::from(*number)).copied().unwrap_or(NO_SLOT));
                }
            }
            Self::Time { bounds, values, .. } => {
                runs(bounds, values, view.get(Column::Time), |from, to, value| {
                    let part = self.part(value);
                    keys[from..to].iter_mut().for_each(|key| *key = key.saturating_add(part));
                });
            }
            Self::Failed { stride } => {
                for (key, flags) in keys.iter_mut().zip(view.get(Column::Flags)) {
                    *key = key.saturating_add((flags & i64::from(Flags::FAILED)) as u64 * stride);
                }
            }
        }
    }

    /// What a value of a time dimension adds to the key.
    fn part(&self, value: u32) -> u64 {
        match self {
            Self::Time { len, stride, .. } if value < *len => u64::from(value) * stride,
            _ => NO_SLOT,
        }
    }

    /// What one row adds to the key.
    pub(super) fn of_row(&self, view: &View<'_>, row: usize) -> u64 {
        match self {
            Self::Codes { column, parts } => {
                parts.get(view.get(*column)[row] as usize).copied().unwrap_or(NO_SLOT)
            }
            Self::Part { part, parts } => {
                parts.get(usize::from(view.part(*part)[row])).copied().unwrap_or(NO_SLOT)
            }
            Self::Time { bounds, values, .. } => {
                self.part(interval(bounds, values, view.get(Column::Time)[row]).0)
            }
            Self::Failed { stride } => {
                (view.get(Column::Flags)[row] & i64::from(Flags::FAILED)) as u64 * stride
            }
        }
    }
}

/// The value of a moment and the first moment from which it may differ.
fn interval(bounds: &[i64], values: &[u32], time: i64) -> (u32, Option<i64>) {
    let next = bounds.partition_point(|bound| *bound <= time);
    let value = next.checked_sub(1).and_then(|i| values.get(i).copied()).unwrap_or(SKIP);
    (value, bounds.get(next).copied())
}

/// Splits ascending times into runs of one interval each.
pub(super) fn runs(bounds: &[i64], values: &[u32], times: &[i64], mut run: impl FnMut(usize, usize, u32)) {
    let mut from = 0;
    while let Some(time) = times.get(from) {
        let (value, end) = interval(bounds, values, *time);
        let to = match end {
            None => times.len(),
            Some(end) if times.last().is_some_and(|last| *last < end) => times.len(),
            Some(end) => from + times[from..].partition_point(|time| *time < end),
        };
        // Times that do not ascend come from damaged bytes only; even then every row is visited once.
        let to = to.max(from + 1);
        run(from, to, value);
        from = to;
    }
}

/// Where the sums of groups stand.
#[derive(Debug, Clone)]
pub(super) enum Slots {
    /// The slot is the key.
    Dense(usize),
    /// Slots in the order of appearance.
    Hashed { slots: Map<u64, u32>, keys: Vec<u64> },
}

impl Slots {
    /// How many slots there are now.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Dense(len) => *len,
            Self::Hashed { keys, .. } => keys.len(),
        }
    }

    /// The key of a slot.
    pub(super) fn key(&self, slot: usize) -> u64 {
        match self {
            Self::Dense(_) => slot as u64,
            Self::Hashed { keys, .. } => keys[slot],
        }
    }

    /// The slot of a key, made if necessary.
    pub(super) fn slot(&mut self, key: u64) -> usize {
        match self {
            Self::Dense(_) => key as usize,
            Self::Hashed { slots, keys } => {
                let slot = *slots.entry(key).or_insert_with(|| {
                    keys.push(key);
                    (keys.len() - 1) as u32
                });
                slot as usize
            }
        }
    }

    /// The slot of a key, or [`NO_SLOT`].
    pub(super) fn known(&self, key: u64) -> u64 {
        match self {
            Self::Dense(_) => key,
            Self::Hashed { slots, .. } => slots.get(&key).map_or(NO_SLOT, |slot| u64::from(*slot)),
        }
    }
}

/// The dimensions of a group, for one segment.
#[derive(Debug)]
pub(super) struct Keys {
    dimensions: Vec<Prepared>,
}

/// The number of groups that dimensions can make; `None` if it does not fit 63 bits.
pub(super) fn product(by: &[Dimension]) -> Option<u64> {
    let product = by.iter().try_fold(1_u64, |product, by| product.checked_mul(u64::from(by.len())))?;
    i64::try_from(product).is_ok().then_some(product)
}

/// The values that make a key.
pub(super) fn unfold(by: &[Dimension], mut key: u64) -> Vec<u32> {
    let mut values = vec![0; by.len()];
    for (value, by) in values.iter_mut().zip(by).rev() {
        let len = u64::from(by.len()).max(1);
        *value = (key % len) as u32;
        key /= len;
    }
    values
}

impl Keys {
    pub(super) fn new(by: &[Dimension], source: &mut Source<'_>) -> Self {
        let mut stride = 1;
        let mut dimensions: Vec<Prepared> = Vec::with_capacity(by.len());
        for dimension in by.iter().rev() {
            dimensions.push(Prepared::new(dimension, stride, source));
            stride *= u64::from(dimension.len());
        }
        Self { dimensions }
    }

    pub(super) fn needs(by: &[Dimension]) -> Needs {
        by.iter().fold(Needs::default(), |needs, by| needs.and(by.needs()))
    }

    /// Whether time alone decides (or nothing does): neighbours share their slot in long runs.
    pub(super) fn in_runs(&self) -> bool {
        self.dimensions.iter().all(|dimension| matches!(dimension, Prepared::Time { .. }))
    }

    /// Calls `run` with each stretch of rows that share a key; for keys that come in runs.
    pub(super) fn each_run(
        &self,
        view: &View<'_>,
        scratch: &mut [u64; BLOCK],
        mut run: impl FnMut(usize, usize, u64),
    ) {
        match &self.dimensions[..] {
            [] => run(0, view.rows, 0),
            [time @ Prepared::Time { bounds, values, .. }] => {
                runs(bounds, values, view.get(Column::Time), |from, to, value| match time.part(value) {
                    NO_SLOT => {}
                    key => run(from, to, key),
                });
            }
            _ => {
                self.fill(view, scratch);
                stretches(&scratch[..view.rows], |from, to, key| run(from, to, key as u64));
            }
        }
    }

    fn fill(&self, view: &View<'_>, out: &mut [u64; BLOCK]) {
        let keys = &mut out[..view.rows];
        // What most groups are by is done in one go over the rows.
        if let [Prepared::Part { part: a, parts: of_a }, rest @ ..] = &self.dimensions[..] {
            let of = |parts: &[u64], number: u16| parts.get(usize::from(number)).copied().unwrap_or(NO_SLOT);
            match rest {
                [Prepared::Part { part: b, parts: of_b }] => {
                    let numbers = view.part(*a).iter().zip(view.part(*b));
                    for (key, (a, b)) in keys.iter_mut().zip(numbers) {
                        *key = of(of_a, *a).saturating_add(of(of_b, *b));
                    }
                }
                _ => {
                    for (key, a) in keys.iter_mut().zip(view.part(*a)) {
                        *key = of(of_a, *a);
                    }
                    rest.iter().for_each(|dimension| dimension.add_to(view, keys));
                }
            }
            return;
        }
        keys.fill(0);
        for dimension in &self.dimensions {
            dimension.add_to(view, keys);
        }
    }

    /// The slot of each row.
    pub(super) fn slots(&self, view: &View<'_>, slots: &mut Slots, out: &mut [u64; BLOCK]) {
        self.fill(view, out);
        if let Slots::Hashed { .. } = slots {
            for key in out[..view.rows].iter_mut().filter(|key| **key != NO_SLOT) {
                *key = slots.slot(*key) as u64;
            }
        }
    }

    /// The slot of each row, without making new ones.
    pub(super) fn known_slots(&self, view: &View<'_>, slots: &Slots, out: &mut [u64; BLOCK]) {
        self.fill(view, out);
        if let Slots::Hashed { .. } = slots {
            for key in out[..view.rows].iter_mut().filter(|key| **key != NO_SLOT) {
                *key = slots.known(*key);
            }
        }
    }
}

/// Calls `run` with each stretch of rows that share a slot.
pub(super) fn stretches(slots: &[u64], mut run: impl FnMut(usize, usize, usize)) {
    let mut from = 0;
    for same in slots.chunk_by(|a, b| a == b) {
        if same[0] != NO_SLOT {
            run(from, from + same.len(), same[0] as usize);
        }
        from += same.len();
    }
}
