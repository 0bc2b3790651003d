//! What the builder does next.

use std::sync::Arc;

use columns::Segment;

use crate::build::{Source, Task, Work};
use crate::costs::{Costs, Resolver};
use crate::follower::Follower;
use crate::slots::{Held, Slot};
use crate::source::costs_name;

/// So many small neighbours become one segment.
const MERGED: usize = 4;

/// A task that the builder has.
pub(crate) struct Building {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) kind: Kind,
    pub(crate) number: Option<u64>,
    pub(crate) prices: u64,
    /// Events of the range that changed or went since the task was given.
    pub(crate) touched: Vec<i64>,
    /// What it gives will not be used.
    pub(crate) unwanted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
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
        // The newest rows take more memory than a segment in a file: a quarter of a range is written already, and four
        // such neighbours become one.
        let part = (range / MERGED as i64).max(1);
        if self.through - self.slots.end() >= part {
            return Some(self.seal_task(self.slots.end() + part));
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
            self.slots.0[from..=to].iter().filter_map(|slot| Some(slot.sealed()?.read_once())).collect();
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
        let work = Work::Costs { number: number.unwrap_or_default(), segment: sealed.read_once() };
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
}
