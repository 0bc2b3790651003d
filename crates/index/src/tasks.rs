//! What the builder does next, and what becomes of what it made.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use columns::{ColumnBytes, ColumnError, Segment, SegmentHeader};
use store::StoreState;

use crate::build::{BuildError, Bytes, Done, Made, NewCosts, Source, Task, Work};
use crate::costs::{Costs, Resolver};
use crate::follower::{FollowError, Follower};
use crate::slots::{Held, Sealed, Slot};
use crate::source::{Alarm, FileColumns, Repriced, costs_name, segment_name};

/// The first pause after the disk refused a file; each further one is twice as long, up to an hour.
pub(crate) const NO_FILES_FOR: Duration = Duration::from_secs(60);
const NO_FILES_MAX: Duration = Duration::from_secs(3600);

/// So many small neighbours become one segment.
const MERGED: usize = 4;

/// A task that the builder has.
pub(crate) struct Building {
    pub(crate) first: i64,
    pub(crate) last: i64,
    kind: Kind,
    number: Option<u64>,
    prices: u64,
    /// Events of the range that changed or went since the task was given.
    touched: Vec<i64>,
    /// What it gives will not be used.
    pub(crate) unwanted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Segment,
    Costs,
}

impl Building {
    /// The number and prices of the files that it makes.
    pub(crate) fn files(&self) -> Option<(u64, u64)> {
        Some((self.number?, self.prices))
    }

    /// Takes note of changed events, by ascending id.
    pub(crate) fn touch(&mut self, ids: &[i64]) {
        self.touched.extend(ids.iter().filter(|id| (self.first..=self.last).contains(id)));
    }
}

impl Follower {
    /// Gives the builder what is needed most.
    pub(crate) fn begin_build(&mut self) {
        if self.building.is_some() || self.position.is_none() || self.shared.is_stopped() {
            return;
        }
        if let Some(task) = self.next_task() {
            self.builder.give(task);
        }
    }

    fn next_task(&mut self) -> Option<Task> {
        if let Some(task) = self.stale_task() {
            return Some(task);
        }
        if self.coming.is_some() {
            if let Some(task) = self.costs_task() {
                return Some(task);
            }
            self.switch_prices();
        }
        let range = self.settings.range_ids;
        if self.through - self.slots.end() >= range {
            return Some(self.seal_task(self.slots.end() + range));
        }
        if let Some(at) = self.slots.0.iter().rposition(Slot::is_missing)
            && self.may_hold_more()
        {
            let (first, last) = (self.slots.0[at].first, self.slots.0[at].last);
            return Some(self.segment_task(first, last, Source::Store));
        }
        let hidden = |slot: &Slot| {
            slot.sealed().is_some_and(|sealed| {
                let hidden = sealed.hidden.len();
                hidden > self.settings.hidden_max || hidden * 4 > sealed.segment.len() && hidden > 64
            })
        };
        if let Some(at) = self.slots.0.iter().position(hidden) {
            return Some(self.parts_task(at, at));
        }
        if self.no_files_until.is_none()
            && let Some(at) =
                self.slots.0.iter().position(|slot| slot.sealed().is_some_and(|s| s.files.is_none()))
        {
            return Some(self.parts_task(at, at));
        }
        self.small_neighbours().map(|(from, to)| self.parts_task(from, to))
    }

    /// Whether a segment from the database has a place: a file, or memory.
    fn may_hold_more(&self) -> bool {
        self.no_files_until.is_none() || self.slots.memory_bytes() < self.settings.memory_only_bytes
    }

    /// Neighbours that are small, and together not too large.
    fn small_neighbours(&self) -> Option<(usize, usize)> {
        let rows = |slot: &Slot| match &slot.held {
            Held::Sealed(sealed) => Some(sealed.segment.live() as i64),
            Held::Empty => Some(0),
            Held::Missing | Held::Tail => None,
        };
        let range = self.settings.range_ids;
        let (mut from, mut sum) = (0, 0);
        for (at, slot) in self.slots.0.iter().enumerate() {
            let Some(rows) = rows(slot).filter(|rows| *rows <= range / 2) else {
                (from, sum) = (at + 1, 0);
                continue;
            };
            if sum + rows > range {
                (from, sum) = (at, 0);
            }
            sum += rows;
            if at + 1 - from >= MERGED {
                return Some((from, at));
            }
        }
        None
    }

    /// Writes the tail up to an id into a segment.
    pub(crate) fn seal_task(&mut self, last: i64) -> Task {
        let first = self.slots.end() + 1;
        self.slots.0.push(Slot { first, last, held: Held::Tail });
        let at = self.slots.0.len() - 1;
        self.parts_task(at, at)
    }

    /// One segment out of what these slots hold, and what the tail holds of them.
    fn parts_task(&mut self, from: usize, to: usize) -> Task {
        let (first, last) = (self.slots.0[from].first, self.slots.0[to].last);
        let mut parts: Vec<Segment> =
            self.slots.0[from..=to].iter().filter_map(|slot| Some(slot.sealed()?.segment.clone())).collect();
        // Encoding fails only on rows that are not sorted, which these are.
        let tail = self.tail.segments(&self.names.coder).unwrap_or_default();
        parts.extend(
            tail.into_iter().filter(|part| part.header().ids.0 <= last && part.header().ids.1 >= first),
        );
        self.segment_task(first, last, Source::Parts(parts))
    }

    fn segment_task(&mut self, first: i64, last: i64, source: Source) -> Task {
        let number = self.no_files_until.is_none().then_some(self.next_number);
        self.next_number += 1;
        let costs = Arc::clone(self.resolver.costs());
        self.task(first, last, Kind::Segment, number, Work::Segment { first, last, source }, costs)
    }

    fn task(
        &mut self,
        first: i64,
        last: i64,
        kind: Kind,
        number: Option<u64>,
        work: Work,
        costs: Arc<dyn Costs>,
    ) -> Task {
        let prices = costs.version();
        self.building =
            Some(Building { first, last, kind, number, prices, touched: Vec::new(), unwanted: false });
        let coder = &self.names.coder;
        Task {
            work,
            profiles: Arc::clone(&coder.profiles),
            outcomes: Arc::clone(&coder.outcomes),
            costs,
            number,
        }
    }

    /// Costs for the next segment that lacks those that are coming.
    fn costs_task(&mut self) -> Option<Task> {
        let version = self.coming.as_ref()?.version();
        let lacks = |slot: &&Slot| {
            slot.sealed().is_some_and(|sealed| sealed.repriced.as_ref().is_none_or(|(of, ..)| *of != version))
        };
        let at = self.slots.0.iter().rposition(|slot| lacks(&slot))?;
        let coming = Arc::clone(self.coming.as_ref()?);
        self.costs_of(at, coming)
    }

    /// Costs for the newest segment that came from an earlier run with other prices.
    fn stale_task(&mut self) -> Option<Task> {
        let at = self.slots.0.iter().rposition(|slot| slot.sealed().is_some_and(|sealed| sealed.stale))?;
        let costs = Arc::clone(self.resolver.costs());
        self.costs_of(at, costs)
    }

    fn costs_of(&mut self, at: usize, costs: Arc<dyn Costs>) -> Option<Task> {
        let slot = &self.slots.0[at];
        let (first, last, sealed) = (slot.first, slot.last, slot.sealed()?);
        let number = sealed.files.as_ref().map(|files| files.number);
        let work = Work::Costs { number: number.unwrap_or_default(), segment: sealed.segment.clone() };
        Some(self.task(first, last, Kind::Costs, number, work, costs))
    }

    /// Takes prices that were handed in.
    pub(crate) fn take_prices(&mut self) {
        let prices = self.shared.prices.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let Some(prices) = prices else { return };
        let current = self.resolver.costs();
        if prices.basis() != current.basis() {
            self.resolver = Resolver::new(prices);
            self.coming = None;
            self.start_over("costs are computed from other figures");
        } else if prices.version() != current.version() {
            self.coming = Some(prices);
        } else {
            self.coming = None;
        }
    }

    /// Every segment has its new costs: from now on they hold.
    fn switch_prices(&mut self) {
        let Some(coming) = self.coming.take() else { return };
        for slot in &mut self.slots.0 {
            let Held::Sealed(sealed) = &mut slot.held else { continue };
            let Some((_, segment, files)) = sealed.repriced.take() else { continue };
            if let Some(old) = &sealed.files {
                self.garbage.push(costs_name(old.number, old.prices));
            }
            (sealed.segment, sealed.files, sealed.stale) = (segment, files, false);
        }
        self.resolver = Resolver::new(coming);
        let (resolver, names) = (&mut self.resolver, &self.names);
        if let Err(error) = self.tail.rewrite(&names.coder, |row| resolver.put(row, names)) {
            self.start_over(&format!("internal: {error}"));
        }
        self.dirty = true;
        self.manifest_due = true;
        // The snapshot follows at the end of this turn or the next.
        self.shared.wake.set();
    }

    /// Takes what the builder made.
    pub(crate) fn finish_build(&mut self) -> Result<(), FollowError> {
        let Some(outcome) = self.builder.take() else { return Ok(()) };
        let Some(building) = self.building.take() else { return Ok(()) };
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

    fn give_up_files(&mut self, building: &Building) {
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
        } else {
            self.no_files_for = NO_FILES_FOR;
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
        let profiles = header.profiles.iter().map(|profile| coder.profile(*profile)).collect();
        let outcomes = header.outcomes.iter().map(|outcome| coder.outcome(outcome)).collect();
        (profiles, outcomes)
    }

    fn build_failed(&mut self, building: &Building, error: BuildError) -> Result<(), FollowError> {
        self.back_to_tail();
        self.give_up_files(building);
        match error {
            BuildError::Stopped => Ok(()),
            BuildError::Store(error) => Err(error.into()),
            // A file that was a source is damaged; its alarm rings.
            BuildError::Columns(error) => {
                tracing::warn!(%error, "a segment could not be made");
                self.take_damage();
                Ok(())
            }
            BuildError::Io(error) => {
                let full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
                tracing::warn!(%error, full, "the column cache cannot be written; the newest events are kept in memory");
                if full {
                    self.drop_files();
                }
                self.pause_files();
                Ok(())
            }
        }
    }

    /// A range that waited in the tail for its segment is the tail again.
    fn back_to_tail(&mut self) {
        while matches!(self.slots.0.last(), Some(slot) if matches!(slot.held, Held::Tail)) {
            self.slots.0.pop();
        }
    }

    /// Writes no files for a while.
    fn pause_files(&mut self) {
        self.no_files_until = Some(Instant::now() + self.no_files_for);
        self.no_files_for = (self.no_files_for * 2).min(NO_FILES_MAX);
    }

    /// A full disk belongs to the database: the cache goes first.
    pub(crate) fn check_disk(&mut self) {
        let full = self.store.health().state == StoreState::DiskFull;
        if full && !self.disk_full {
            tracing::warn!("the disk is full; the column cache gives up its files");
            self.drop_files();
            self.pause_files();
        } else if full {
            self.no_files_until = Some(Instant::now() + self.no_files_for);
        } else if self.no_files_until.is_some_and(|until| Instant::now() >= until) {
            self.no_files_until = None;
            self.disk_full = false;
            self.manifest_due = true;
        }
    }

    fn drop_files(&mut self) {
        self.disk_full = true;
        for slot in &mut self.slots.0 {
            if slot.sealed().is_some_and(|sealed| sealed.files.is_some()) {
                slot.held = Held::Missing;
            }
        }
        if let Some(building) = &mut self.building {
            building.unwanted = true;
        }
        self.dirty = true;
        self.garbage.clear();
        self.remove_all_files();
    }

    /// Segments whose files turned out to be damaged are made anew.
    pub(crate) fn take_damage(&mut self) {
        let mut found = false;
        for at in 0..self.slots.0.len() {
            let slot = &mut self.slots.0[at];
            let raised = |sealed: &Sealed| {
                let of =
                    |files: &Option<Arc<FileColumns>>| files.as_ref().is_some_and(|f| f.alarm.is_raised());
                of(&sealed.files) || sealed.repriced.as_ref().is_some_and(|(_, _, files)| of(files))
            };
            if slot.sealed().is_some_and(raised) {
                let (first, last) = (slot.first, slot.last);
                let held = std::mem::replace(&mut slot.held, Held::Missing);
                self.throw_away(held);
                // Rows of the range in the tail come back with the segment.
                if let Err(error) = self.tail.hide_range(first, last, &self.names.coder) {
                    return self.start_over(&format!("internal: {error}"));
                }
                found = true;
            }
        }
        if found {
            self.repairing = true;
            self.dirty = true;
            self.note_rebuild("a cache file is damaged");
        }
    }

    /// The files of something that is not used any more are removed after the next manifest.
    pub(crate) fn throw_away(&mut self, held: Held) {
        if let Some(files) = old_files(&held) {
            self.garbage.extend([segment_name(files.number), costs_name(files.number, files.prices)]);
        }
        if let Held::Sealed(sealed) = &held
            && let Some((prices, _, Some(files))) = &sealed.repriced
        {
            self.garbage.push(costs_name(files.number, *prices));
        }
        self.manifest_due = true;
    }
}

fn old_files(held: &Held) -> Option<&Arc<FileColumns>> {
    match held {
        Held::Sealed(sealed) => sealed.files.as_ref(),
        _ => None,
    }
}
