//! Exact percentiles in bounded memory.
//!
//! The first pass keeps a slot's values while they are few, then only counts them by magnitude: four bins for each power of
//! two. After it, it is known which bin holds each rank. A further pass looks at the values of those bins alone, and either
//! keeps them or counts them exactly, whichever is smaller; where neither fits the budget, bins get finer and another pass
//! follows.

use super::keys::Map;

/// Values that are kept before they are counted.
const FEW: usize = 256;
/// Enough for all numbers above zero: the last one used is 247.
const BINS: usize = 256;
/// Bytes that all targets of a group may take, roughly.
const BUDGET: u64 = 32 << 20;

fn bin(value: u64) -> usize {
    if value < 4 {
        return value as usize;
    }
    let exponent = value.ilog2();
    (exponent as usize - 1) * 4 + (value >> (exponent - 2) & 3) as usize
}

/// The smallest and the largest value of a bin.
fn bounds(bin: usize) -> (u64, u64) {
    if bin < 4 {
        return (bin as u64, bin as u64);
    }
    let shift = bin / 4 - 1;
    let low = (4 + bin as u64 % 4) << shift;
    (low, low + ((1 << shift) - 1))
}

/// The values above zero of one slot.
#[derive(Debug, Clone)]
enum Values {
    Few(Vec<u32>),
    Many(Box<[u32; BINS]>),
}

impl Values {
    fn add_all(&mut self, values: &[i64]) {
        for (i, value) in values.iter().enumerate() {
            match self {
                Self::Few(few) => {
                    if *value > 0 {
                        match u32::try_from(*value) {
                            Ok(small) if few.len() < FEW => few.push(small),
                            _ => {
                                self.count();
                                return self.add_all(&values[i..]);
                            }
                        }
                    }
                }
                Self::Many(bins) => {
                    for value in values[i..].iter().filter(|value| **value > 0) {
                        bins[bin(*value as u64) % BINS] += 1;
                    }
                    return;
                }
            }
        }
    }

    /// From values to bins.
    fn count(&mut self) -> &mut [u32; BINS] {
        if let Self::Few(few) = self {
            let mut bins = Box::new([0; BINS]);
            few.iter().for_each(|value| bins[bin(u64::from(*value)) % BINS] += 1);
            *self = Self::Many(bins);
        }
        match self {
            Self::Many(bins) => bins,
            Self::Few(_) => unreachable!("was counted above"),
        }
    }

    fn merge(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Few(few), Self::Few(more)) if few.len() + more.len() <= FEW => few.extend(more),
            (_, Self::Few(more)) => {
                let bins = self.count();
                more.iter().for_each(|value| bins[bin(u64::from(*value)) % BINS] += 1);
            }
            (_, Self::Many(more)) => {
                let bins = self.count();
                bins.iter_mut().zip(more.iter()).for_each(|(bin, more)| *bin += more);
            }
        }
    }
}

/// The rank of a percentile among `count` values, from 1.
fn rank(percent: u8, count: u64) -> u64 {
    (u64::from(percent) * count).div_ceil(100).clamp(1, count.max(1))
}

/// What is known of a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// There are no values.
    Nothing,
    Value(i64),
    /// It is the element `rank` (from 1) of the `count` values between two, both included.
    Between {
        low: u64,
        high: u64,
        rank: u64,
        count: u64,
    },
}

fn find_bin(bins: &[u32], mut rank: u64) -> Option<(usize, u64, u64)> {
    for (bin, count) in bins.iter().enumerate() {
        let count = u64::from(*count);
        if rank <= count {
            return Some((bin, rank, count));
        }
        rank -= count;
    }
    None
}

/// The values of one quantity by slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    /// Place in `values`, by slot.
    places: Map<u32, u32>,
    values: Vec<Values>,
    /// The slot that was used last, and its place: neighbours often share it.
    latest: Option<(u32, u32)>,
}

impl Store {
    fn at(&mut self, slot: u32) -> &mut Values {
        let place = match self.latest {
            Some((latest, place)) if latest == slot => place,
            _ => *self.places.entry(slot).or_insert_with(|| {
                self.values.push(Values::Few(Vec::new()));
                (self.values.len() - 1) as u32
            }),
        };
        self.latest = Some((slot, place));
        &mut self.values[place as usize]
    }

    pub(super) fn add_all(&mut self, slot: usize, values: &[i64]) {
        self.at(slot as u32).add_all(values);
    }

    pub(super) fn merge(&mut self, other: Self, to: &[u32]) {
        let mut values: Vec<Option<Values>> = other.values.into_iter().map(Some).collect();
        for (slot, place) in other.places {
            let slot = to.get(slot as usize).copied().unwrap_or(slot);
            if let Some(values) = values[place as usize].take() {
                self.at(slot).merge(values);
            }
        }
    }

    /// What is known of a slot's percentile.
    pub(super) fn percentile(&mut self, slot: usize, percent: u8) -> Known {
        let Some(place) = self.places.get(&(slot as u32)) else { return Known::Nothing };
        match &mut self.values[*place as usize] {
            Values::Few(few) if few.is_empty() => Known::Nothing,
            Values::Few(few) => {
                let rank = rank(percent, few.len() as u64);
                Known::Value(i64::from(*few.select_nth_unstable(rank as usize - 1).1))
            }
            Values::Many(bins) => {
                let count = bins.iter().map(|count| u64::from(*count)).sum();
                let Some((bin, rank, count)) = find_bin(&bins[..], rank(percent, count)) else {
                    return Known::Nothing;
                };
                let (low, high) = bounds(bin);
                if low == high { Known::Value(low as i64) } else { Known::Between { low, high, rank, count } }
            }
        }
    }
}

/// A range of values whose elements are looked at in a further pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Target {
    pub(super) slot: u32,
    /// Which of the group's quantities.
    pub(super) quantity: u32,
    pub(super) low: u64,
    pub(super) high: u64,
    /// How many values lie in it.
    pub(super) count: u64,
}

/// All targets of a group, by slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    targets: Vec<Target>,
    by_slot: Map<u32, (u32, u32)>,
}

impl Targets {
    /// Sorts targets; equal ones become one.
    pub(super) fn new(mut targets: Vec<Target>) -> Self {
        targets.sort_unstable_by_key(|t| (t.slot, t.quantity, t.low));
        targets.dedup();
        let mut by_slot: Map<u32, (u32, u32)> = Map::default();
        for (i, target) in targets.iter().enumerate() {
            by_slot.entry(target.slot).or_insert((i as u32, 0)).1 = i as u32 + 1;
        }
        Self { targets, by_slot }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The number of a target.
    pub(super) fn find(&self, target: &Target) -> Option<usize> {
        let key = |t: &Target| (t.slot, t.quantity, t.low);
        self.targets.binary_search_by_key(&key(target), key).ok()
    }

    /// Nothing seen yet.
    pub(super) fn start(&self) -> Vec<Found> {
        vec![Found::Nothing; self.targets.len()]
    }

    /// The quantities that the targets need.
    pub(super) fn quantities(&self) -> Vec<u32> {
        let mut quantities: Vec<u32> = self.targets.iter().map(|target| target.quantity).collect();
        quantities.sort_unstable();
        quantities.dedup();
        quantities
    }

    /// Looks at values of rows that share a slot; `values` gives them by quantity.
    pub(super) fn add_all<'a>(&self, found: &mut [Found], slot: usize, values: impl Fn(u32) -> &'a [i64]) {
        let Some((from, to)) = self.by_slot.get(&(slot as u32)) else { return };
        let range = *from as usize..*to as usize;
        for (target, found) in self.targets[range.clone()].iter().zip(&mut found[range]) {
            let span = target.high - target.low;
            for value in values(target.quantity) {
                let offset = (*value as u64).wrapping_sub(target.low);
                if offset <= span {
                    self.add(found, target, offset);
                }
            }
        }
    }

    fn add(&self, found: &mut Found, target: &Target, offset: u64) {
        match found {
            Found::Nothing => {
                *found = self.form(target);
                self.add(found, target, offset);
            }
            Found::Kept(kept) => kept.push(offset as u32),
            Found::Counted { shift, counts } => counts[(offset >> *shift) as usize] += 1,
        }
    }

    /// How the values of a target are kept: the smaller of all its values and a count for each possible one, if it fits.
    fn form(&self, target: &Target) -> Found {
        let share = (BUDGET / 4 / self.targets.len() as u64).clamp(256, 1 << 18);
        let span = target.high - target.low;
        let (kept, counted) = (target.count, span.saturating_add(1));
        if span <= u64::from(u32::MAX) && kept <= counted && kept <= share {
            return Found::Kept(Vec::new());
        }
        let shift = (0..64).find(|shift| span >> shift < share).unwrap_or(63);
        Found::Counted { shift, counts: vec![0; (span >> shift) as usize + 1] }
    }

    /// What is now known of a rank within a target.
    pub(super) fn resolve(&self, number: usize, found: &mut Found, rank: u64) -> Known {
        let target = &self.targets[number];
        match found {
            Found::Nothing => Known::Nothing,
            Found::Kept(kept) => {
                let place = (rank as usize).clamp(1, kept.len().max(1)) - 1;
                if kept.is_empty() {
                    return Known::Nothing;
                }
                Known::Value((target.low + u64::from(*kept.select_nth_unstable(place).1)) as i64)
            }
            Found::Counted { shift, counts } => {
                let Some((bin, rank, count)) = find_bin(counts, rank) else { return Known::Nothing };
                let low = target.low + ((bin as u64) << *shift);
                if *shift == 0 {
                    return Known::Value(low as i64);
                }
                let high = (low + ((1 << *shift) - 1)).min(target.high);
                Known::Between { low, high, rank, count }
            }
        }
    }
}

/// What a further pass found of a target.
#[derive(Debug, Clone)]
pub(super) enum Found {
    Nothing,
    /// Values, less the target's lowest.
    Kept(Vec<u32>),
    /// How many values there are by their distance from the lowest, shifted.
    Counted {
        shift: u32,
        counts: Vec<u32>,
    },
}

impl Found {
    pub(super) fn merge(&mut self, other: Self) {
        match (&mut *self, other) {
            (_, Self::Nothing) => {}
            (Self::Nothing, other) => *self = other,
            (Self::Kept(kept), Self::Kept(more)) => kept.extend(more),
            (Self::Counted { counts, .. }, Self::Counted { counts: more, .. }) => {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
            }
            // A target has one form.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_cover_all_numbers_without_gap() {
        for value in (0..5000).chain([1 << 40, (1 << 40) + 12345, i64::MAX as u64 - 1, i64::MAX as u64]) {
            let (low, high) = bounds(bin(value));
            assert!(low <= value && value <= high, "{value} in {low}..={high}");
            assert!(bin(value) < BINS);
        }
        assert_eq!(bounds(bin(i64::MAX as u64)).1, i64::MAX as u64);
        for bin in 0..247 {
            assert_eq!(bounds(bin).1 + 1, bounds(bin + 1).0, "{bin}");
        }
    }

    #[test]
    fn ranks_are_nearest_ranks() {
        assert_eq!(
            [rank(50, 1), rank(50, 4), rank(50, 5), rank(95, 20), rank(95, 21), rank(100, 7)],
            [1, 2, 3, 19, 20, 7]
        );
    }
}
