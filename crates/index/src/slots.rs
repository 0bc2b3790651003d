//! The sealed part of the index: ranges of event ids, each held by one segment.

use std::sync::Arc;

use columns::{ColumnError, Segment};
use store::IdRanges;

use crate::source::{FileColumns, Once};
use crate::tail::{hide_in, segment_bytes};

/// A segment that is complete.
pub(crate) struct Sealed {
    pub(crate) segment: Segment,
    /// Its files; `None` = it is in memory alone, because the disk takes no files.
    pub(crate) files: Option<Arc<FileColumns>>,
    /// Ids that changed or went since it was written; some may never have been in it.
    pub(crate) hidden: Vec<i64>,
    /// Its costs were computed with prices of an earlier run; queries do not see it until that is made good.
    pub(crate) stale: bool,
    /// The same segment with the costs that are coming.
    pub(crate) repriced: Option<(u64, Segment, Option<Arc<FileColumns>>)>,
}

/// What holds the events of a range.
pub(crate) enum Held {
    /// Nothing yet.
    Missing,
    /// The tail, until the segment is written.
    Tail,
    /// There are none any more.
    Empty,
    Sealed(Box<Sealed>),
}

/// A range of ids, both ends included.
pub(crate) struct Slot {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) held: Held,
}

impl Slot {
    pub(crate) fn sealed(&self) -> Option<&Sealed> {
        match &self.held {
            Held::Sealed(sealed) => Some(sealed),
            _ => None,
        }
    }

    pub(crate) fn is_missing(&self) -> bool {
        matches!(self.held, Held::Missing)
    }

    /// Whether queries do not see its events: they are missing, or their costs are.
    pub(crate) fn is_out(&self) -> bool {
        self.is_missing() || self.sealed().is_some_and(|sealed| sealed.stale)
    }
}

/// All ranges from id 1 on, ascending, without holes.
#[derive(Default)]
pub(crate) struct Slots(pub(crate) Vec<Slot>);

impl Slots {
    /// The last id of the last range.
    pub(crate) fn end(&self) -> i64 {
        self.0.last().map_or(0, |slot| slot.last)
    }

    /// Adds ranges of `ids` ids up to an id, all of them missing.
    pub(crate) fn extend_missing(&mut self, through: i64, ids: i64) {
        let begin = self.end();
        let count = (through - begin).max(0);
        // The oldest range is the odd one, so that the newest are whole and need no merging.
        let mut last = begin + count % ids;
        let mut first = begin + 1;
        if last < first {
            last += ids;
        }
        while first <= through {
            self.0.push(Slot { first, last, held: Held::Missing });
            first = last + 1;
            last += ids;
        }
    }

    /// The ids of `ids` (ascending) within a slot.
    fn within<'i>(slot: &Slot, ids: &'i [i64]) -> &'i [i64] {
        let from = ids.partition_point(|id| *id < slot.first);
        let to = ids.partition_point(|id| *id <= slot.last);
        &ids[from..to]
    }

    /// Hides events, by ascending id. A segment that cannot be read becomes missing; whether one did is the answer.
    pub(crate) fn hide(&mut self, ids: &[i64]) -> bool {
        let mut damaged = false;
        for slot in &mut self.0 {
            let within = Self::within(slot, ids);
            let Held::Sealed(sealed) = &mut slot.held else { continue };
            if within.is_empty() {
                continue;
            }
            if sealed.hide(within).is_err() {
                slot.held = Held::Missing;
                damaged = true;
            }
        }
        damaged
    }

    /// Ranges of ids whose events are missing are left out.
    pub(crate) fn not_missing(&self, ids: &IdRanges) -> Vec<i64> {
        let mut kept = Vec::new();
        for (first, last) in ids.ranges() {
            let mut at = self.0.partition_point(|slot| slot.last < *first);
            let mut id = *first;
            while id <= *last {
                match self.0.get(at) {
                    Some(slot) => {
                        let end = slot.last.min(*last);
                        if !slot.is_missing() {
                            kept.extend(id..=end);
                        }
                        id = end + 1;
                        at += 1;
                    }
                    None => {
                        kept.extend(id..=*last);
                        id = *last + 1;
                    }
                }
            }
        }
        kept
    }

    /// Puts one range in the place of those that it covers exactly, and gives those back.
    pub(crate) fn replace(&mut self, slot: Slot) -> Vec<Slot> {
        let from = self.0.partition_point(|known| known.last < slot.first);
        let to = self.0.partition_point(|known| known.first <= slot.last);
        self.0.splice(from..to, [slot]).collect()
    }

    /// How many are out of sight.
    pub(crate) fn out(&self) -> usize {
        self.0.iter().filter(|slot| slot.is_out()).count()
    }

    /// Bytes of segments that are in memory alone.
    pub(crate) fn memory_bytes(&self) -> usize {
        let in_memory = self.0.iter().filter_map(Slot::sealed).filter(|sealed| sealed.files.is_none());
        in_memory.map(|sealed| segment_bytes(&sealed.segment)).sum()
    }
}

impl Sealed {
    /// The segment for a reader that reads everything once.
    pub(crate) fn read_once(&self) -> Segment {
        match &self.files {
            Some(files) => self.segment.with_bytes(Arc::new(Once(Arc::clone(files)))),
            None => self.segment.clone(),
        }
    }

    pub(crate) fn hide(&mut self, ids: &[i64]) -> Result<(), ColumnError> {
        hide_in(&mut self.segment, ids)?;
        self.hidden.extend_from_slice(ids);
        self.hidden.sort_unstable();
        self.hidden.dedup();
        if let Some((_, segment, _)) = &mut self.repriced {
            *segment = segment.with_deleted(Arc::clone(self.segment.deleted()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(slots: &Slots) -> Vec<(i64, i64)> {
        slots.0.iter().map(|slot| (slot.first, slot.last)).collect()
    }

    #[test]
    fn ranges_have_no_holes_and_the_newest_are_whole() {
        let mut slots = Slots::default();
        slots.extend_missing(0, 100);
        assert!(slots.0.is_empty());
        slots.extend_missing(205, 100);
        assert_eq!(bounds(&slots), [(1, 5), (6, 105), (106, 205)]);
        slots.extend_missing(206, 100);
        assert_eq!(slots.end(), 206);
        slots.extend_missing(306, 100);
        assert_eq!(slots.0.len(), 5);
        assert_eq!(slots.out(), 5);
    }

    #[test]
    fn one_range_takes_the_place_of_several() {
        let mut slots = Slots::default();
        for (first, last) in [(1, 5), (6, 9), (10, 20)] {
            slots.0.push(Slot { first, last, held: Held::Missing });
        }
        slots.replace(Slot { first: 1, last: 9, held: Held::Empty });
        assert_eq!(bounds(&slots), [(1, 9), (10, 20)]);
        let ids = IdRanges::from_ids(vec![3, 8, 9, 10, 11, 20, 21, 22]);
        assert_eq!(slots.not_missing(&ids), [3, 8, 9, 21, 22]);
    }
}
