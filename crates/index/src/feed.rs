//! Following the change feed: what was stored, changed or deleted comes into the tail, and out of the segments.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use columns::Row;
use store::{Change, ChangeKind, FeedPosition, FeedStep, IdRanges, Reader, StoreError};

use crate::costs::Costs;
use crate::follower::{FollowError, Follower};
use crate::names::{ALL_TABLES, Coder};
use crate::slots::{Held, Slots};

/// Entries of the feed taken at once; each may be some thousand events.
const CHANGES_AT_ONCE: usize = 16;
/// One transaction reads ranges for so long.
const READ_FOR: Duration = Duration::from_millis(200);

/// What one read of the feed brought.
struct Step {
    changes: Vec<Change>,
    position: FeedPosition,
    more: bool,
    rows: Vec<Row>,
    /// Ranges of ids that are still to be read.
    left: VecDeque<(i64, i64)>,
    generation: i64,
}

impl Follower {
    /// Follows the feed to its end.
    pub(crate) fn catch_up(&mut self) -> Result<(), FollowError> {
        loop {
            let Some(position) = self.position else {
                self.begin()?;
                continue;
            };
            if position.generation >= self.store.counts().generation && position.generation >= self.read_at {
                return Ok(());
            }
            let Some(step) = self.read_step(&position)? else {
                self.start_over("the database is not the one that was followed");
                continue;
            };
            let more = step.more;
            self.apply(step)?;
            if !more && self.position.is_some_and(|position| position.generation >= self.read_at) {
                return Ok(());
            }
            if self.shared.is_stopped() {
                return Ok(());
            }
        }
    }

    /// Stands at the end of the feed with every event missing.
    fn begin(&mut self) -> Result<(), FollowError> {
        let (position, through) =
            self.store.read_blocking(|reader| Ok((reader.feed_position()?, reader.last_event_id()?)))?;
        self.names.refresh(&self.store, ALL_TABLES)?;
        self.position = Some(position);
        self.through = through;
        self.slots.extend_missing(through, self.settings.range_ids);
        self.manifest_due = true;
        Ok(())
    }

    /// Reads changes and their rows as of one moment; `None` = start over.
    fn read_step(&mut self, position: &FeedPosition) -> Result<Option<Step>, FollowError> {
        let (through, slots) = (self.through, &self.slots);
        let (coder, costs) = (&mut self.names.coder, Arc::clone(self.resolver.costs()));
        let mut step = self.store.read_blocking(|reader| {
            let FeedStep::Changes { changes, position, more } =
                reader.changes_after(position, CHANGES_AT_ONCE)?
            else {
                return Ok(None);
            };
            let generation = reader.feed_position()?.generation;
            let mut step = Step {
                left: wanted(&changes, through, slots),
                changes,
                position,
                more,
                rows: Vec::new(),
                generation,
            };
            read_rows(reader, &mut step, coder, costs.as_ref())?;
            Ok(Some(step))
        })?;
        while let Some(unfinished) = step.as_mut().filter(|step| !step.left.is_empty()) {
            let coder = &mut self.names.coder;
            self.store.read_blocking(|reader| {
                unfinished.generation = reader.feed_position()?.generation;
                read_rows(reader, unfinished, coder, costs.as_ref())
            })?;
        }
        Ok(step)
    }

    fn apply(&mut self, step: Step) -> Result<(), FollowError> {
        let mut hidden: Vec<i64> = Vec::new();
        let mut through = self.through;
        for change in &step.changes {
            if change.kind != ChangeKind::Inserted {
                hidden.extend(change.ids.iter());
            } else if let Some((_, last)) = change.ids.ranges().last() {
                through = through.max(*last);
            }
        }
        if !hidden.is_empty() {
            hidden.sort_unstable();
            hidden.dedup();
            if let Some(building) = &mut self.building {
                building.touch(&hidden);
            }
            self.hide(&hidden)?;
        }
        self.rows_read.fetch_add(step.rows.len() as u64, Ordering::Relaxed);
        self.push(step.rows)?;
        self.through = through;
        self.position = Some(step.position);
        self.read_at = self.read_at.max(step.generation);
        self.dirty = true;
        Ok(())
    }

    fn hide(&mut self, ids: &[i64]) -> Result<(), FollowError> {
        self.tail.hide(ids)?;
        if self.slots.hide(ids) {
            self.repairing = true;
            self.note_rebuild("a cache file is damaged");
        }
        // Nothing is left of some segments, perhaps: their files go.
        for at in 0..self.slots.0.len() {
            let slot = &mut self.slots.0[at];
            if slot.sealed().is_some_and(|sealed| sealed.segment.live() == 0) {
                let held = std::mem::replace(&mut slot.held, Held::Empty);
                self.throw_away(held);
            }
        }
        Ok(())
    }

    /// Puts rows without costs into the tail.
    pub(crate) fn push(&mut self, rows: Vec<Row>) -> Result<(), FollowError> {
        if rows.is_empty() {
            return Ok(());
        }
        if !self.names.know(&rows) {
            self.names.refresh(&self.store, ALL_TABLES)?;
        }
        for mut row in rows {
            self.resolver.put(&mut row, &self.names);
            self.tail.push(row, &self.names.coder, self.settings.chunk_rows)?;
        }
        Ok(())
    }

    /// Reads events again, by ascending id, into the tail.
    pub(crate) fn read_again(&mut self, ids: Vec<i64>) -> Result<(), FollowError> {
        let Some(position) = self.position else { return Ok(()) };
        let mut step = Step {
            changes: Vec::new(),
            position,
            more: false,
            rows: Vec::new(),
            left: IdRanges::from_ids(ids).ranges().iter().copied().collect(),
            generation: 0,
        };
        let costs = Arc::clone(self.resolver.costs());
        while !step.left.is_empty() {
            let coder = &mut self.names.coder;
            self.store.read_blocking(|reader| {
                step.generation = reader.feed_position()?.generation;
                read_rows(reader, &mut step, coder, costs.as_ref())
            })?;
        }
        self.rows_read.fetch_add(step.rows.len() as u64, Ordering::Relaxed);
        self.read_at = self.read_at.max(step.generation);
        self.push(step.rows)
    }
}

/// What has to be read: new events, and changed ones that the index holds.
fn wanted(changes: &[Change], through: i64, slots: &Slots) -> VecDeque<(i64, i64)> {
    let mut ids = Vec::new();
    for change in changes {
        match change.kind {
            ChangeKind::Inserted => ids.extend(change.ids.iter().filter(|id| *id > through)),
            ChangeKind::Updated => ids.extend(slots.not_missing(&change.ids)),
            ChangeKind::Deleted => {}
        }
    }
    IdRanges::from_ids(ids).ranges().iter().copied().collect()
}

/// Reads rows of what is left, as far as the time of one read allows.
fn read_rows(
    reader: &Reader<'_>,
    step: &mut Step,
    coder: &mut Coder,
    costs: &dyn Costs,
) -> Result<(), StoreError> {
    let (rows, mut problem, began) = (&mut step.rows, None, Instant::now());
    while let Some((first, last)) = step.left.pop_front() {
        let next = reader.index_rows(first, last, |event| match coder.row(event, costs) {
            Ok(row) => rows.push(row),
            Err(error) => problem = Some(error),
        })?;
        if let Some(error) = problem {
            return Err(error);
        }
        if let Some(next) = next {
            step.left.push_front((next, last));
            break;
        }
        // Many short ranges take their time too.
        if began.elapsed() > READ_FOR {
            break;
        }
    }
    Ok(())
}
