//! What becomes of what the builder made.

use std::sync::Arc;

use columns::{ColumnBytes, ColumnError, Segment, SegmentHeader};

use crate::build::{BuildError, Bytes, Done, Made, NewCosts};
use crate::follower::{FollowError, Follower};
use crate::names::ALL_TABLES;
use crate::slots::{Held, Sealed, Slot};
use crate::source::{Alarm, FileColumns, Repriced, costs_name, segment_name};
use crate::tasks::{Building, Kind};

impl Follower {
    /// Takes what the builder made, if it is done.
    pub(crate) fn finish_build(&mut self) -> Result<(), FollowError> {
        let Some(outcome) = self.builder.take() else { return Ok(()) };
        let Some(building) = self.building.take() else { return Ok(()) };
        self.take_outcome(building, outcome)
    }

    fn take_outcome(
        &mut self,
        building: Building,
        outcome: Result<Done, BuildError>,
    ) -> Result<(), FollowError> {
        let done = match outcome {
            Ok(done) => done,
            Err(error) => return self.build_failed(&building, error),
        };
        let unwanted = building.unwanted
            || match &done {
                Done::Segment { .. } => building.prices != self.resolver.costs().version(),
                Done::Costs { .. } => {
                    building.prices != self.resolver.costs().version()
                        && self.coming.as_ref().is_none_or(|coming| coming.version() != building.prices)
                }
            };
        if unwanted {
            self.back_to_tail();
            self.give_up_files(&building);
            return Ok(());
        }
        match done {
            Done::Segment { made, generation } => self.take_segment(building, made, generation),
            Done::Costs { costs } => {
                self.take_costs(&building, costs);
                Ok(())
            }
        }
    }

    pub(crate) fn give_up_files(&mut self, building: &Building) {
        let Some(number) = building.number else { return };
        if building.kind == Kind::Segment {
            self.garbage.push(segment_name(number));
        }
        let name = costs_name(number, building.prices);
        let in_use = |slot: &Slot| {
            slot.sealed()
                .and_then(|sealed| sealed.files.as_ref())
                .is_some_and(|files| costs_name(files.number, files.prices) == name)
        };
        if !self.slots.0.iter().any(in_use) {
            self.garbage.push(name);
        }
        self.manifest_due = true;
    }

    fn take_segment(
        &mut self,
        building: Building,
        made: Option<Made>,
        generation: i64,
    ) -> Result<(), FollowError> {
        if made.is_some() {
            // Events may refer to names that are newer than what was read last: a patch of events that were missing until
            // now tells of ids alone.
            self.names.refresh(&self.store, ALL_TABLES)?;
        }
        let held = match made {
            None => Held::Empty,
            Some(made) => match self.adopt(made, building.number, building.prices) {
                Ok(sealed) => Held::Sealed(Box::new(sealed)),
                Err(_) => Held::Missing,
            },
        };
        let (first, last) = (building.first, building.last);
        let in_memory = matches!(&held, Held::Sealed(sealed) if sealed.files.is_none());
        for old in self.slots.replace(Slot { first, last, held }) {
            self.throw_away(old.held);
        }
        if in_memory {
            self.keep_memory_small();
        }
        self.tail.hide_range(first, last, &self.names.coder)?;
        self.read_at = self.read_at.max(generation);
        self.dirty = true;
        self.manifest_due = true;
        let mut touched = building.touched;
        if !touched.is_empty() {
            touched.sort_unstable();
            touched.dedup();
            self.slots.hide(&touched);
            self.read_again(touched)?;
        }
        Ok(())
    }

    /// Memory has its bounds too: the oldest segments that are in no file go.
    fn keep_memory_small(&mut self) {
        for at in 0..self.slots.0.len() {
            if self.slots.memory_bytes() <= self.settings.memory_only_bytes {
                return;
            }
            let slot = &mut self.slots.0[at];
            if slot.sealed().is_some_and(|sealed| sealed.files.is_none()) {
                slot.held = Held::Missing;
            }
        }
    }

    fn take_costs(&mut self, building: &Building, costs: NewCosts) {
        let key = self.next_key;
        self.next_key += 1;
        let (cache, wake) = (Arc::clone(&self.cache), Arc::clone(&self.shared.wake));
        let found =
            self.slots.0.iter_mut().find(|slot| slot.first == building.first && slot.last == building.last);
        let Some(Held::Sealed(sealed)) = found.map(|slot| &mut slot.held) else {
            return self.give_up_files(building);
        };
        let (bytes, files): (Arc<dyn ColumnBytes>, _) = match (costs, &sealed.files) {
            (NewCosts::File(costs), Some(old)) => {
                let files = Arc::new(FileColumns {
                    number: old.number,
                    key,
                    header: Arc::clone(&old.header),
                    file: Arc::clone(&old.file),
                    costs,
                    prices: building.prices,
                    cache,
                    alarm: Arc::new(Alarm::new(wake)),
                });
                (Arc::clone(&files) as Arc<dyn ColumnBytes>, Some(files))
            }
            (NewCosts::Memory(costs), None) => {
                (Arc::new(Repriced { columns: Arc::clone(sealed.segment.bytes()), costs }), None)
            }
            // The segment moved between memory and disk meanwhile: once more.
            _ => return,
        };
        let segment = sealed.segment.with_bytes(bytes);
        if let Some((prices, _, Some(files))) = sealed.repriced.take() {
            self.garbage.push(costs_name(files.number, prices));
        }
        if sealed.stale && building.prices == self.resolver.costs().version() {
            if let Some(old) = &sealed.files {
                self.garbage.push(costs_name(old.number, old.prices));
            }
            (sealed.segment, sealed.files, sealed.stale) = (segment, files, false);
            self.dirty = true;
            self.manifest_due = true;
        } else {
            sealed.repriced = Some((building.prices, segment, files));
        }
    }

    /// A segment over what was made, with this process's codes.
    pub(crate) fn adopt(
        &mut self,
        made: Made,
        number: Option<u64>,
        prices: u64,
    ) -> Result<Sealed, ColumnError> {
        let header = Arc::new(made.header);
        let (bytes, files): (Arc<dyn ColumnBytes>, _) = match made.bytes {
            Bytes::Memory(bytes) => (bytes, None),
            Bytes::Files { segment, costs } => {
                let files = Arc::new(FileColumns {
                    number: number.unwrap_or_default(),
                    key: self.next_key,
                    header: Arc::clone(&header),
                    file: segment,
                    costs,
                    prices,
                    cache: Arc::clone(&self.cache),
                    alarm: Arc::new(Alarm::new(Arc::clone(&self.shared.wake))),
                });
                self.next_key += 1;
                (Arc::clone(&files) as Arc<dyn ColumnBytes>, Some(files))
            }
        };
        let (profiles, outcomes) = self.codes(&header);
        let segment = Segment::open(header, bytes, profiles, outcomes)?;
        Ok(Sealed { segment, files, hidden: Vec::new(), stale: false, repriced: None })
    }

    fn codes(&mut self, header: &SegmentHeader) -> (Vec<u32>, Vec<u32>) {
        let coder = &mut self.names.coder;
        let profiles = header.profiles.unpacked().into_iter().map(|profile| coder.profile(profile)).collect();
        let outcomes = header.outcomes.iter().map(|outcome| coder.outcome(outcome)).collect();
        (profiles, outcomes)
    }
}
