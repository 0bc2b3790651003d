//! Files that cannot be written, and files that are damaged.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use store::StoreState;

use crate::build::BuildError;
use crate::follower::{FollowError, Follower};
use crate::slots::{Held, Sealed};
use crate::source::{FileColumns, costs_name, segment_name};
use crate::tasks::Building;

/// The first pause after the disk refused a file; each further one is twice as long, up to an hour. Two that lie further
/// apart than that have nothing to do with each other.
pub(crate) const NO_FILES_FOR: Duration = Duration::from_secs(10);
const NO_FILES_MAX: Duration = Duration::from_secs(3600);

impl Follower {
    pub(crate) fn build_failed(&mut self, building: &Building, error: BuildError) -> Result<(), FollowError> {
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
    pub(crate) fn back_to_tail(&mut self) {
        while matches!(self.slots.0.last(), Some(slot) if matches!(slot.held, Held::Tail)) {
            self.slots.0.pop();
        }
    }

    /// Writes no files for a while.
    fn pause_files(&mut self) {
        let now = Instant::now();
        let again = self.no_files_until.or(self.files_again_at).is_some_and(|at| now < at + NO_FILES_MAX);
        self.no_files_for = if again { (self.no_files_for * 2).min(NO_FILES_MAX) } else { NO_FILES_FOR };
        self.no_files_until = Some(now + self.no_files_for);
    }

    /// Whether the database has no room and the cache has not given way yet.
    pub(crate) fn must_give_way(&self) -> bool {
        !self.disk_full && self.store.health().state == StoreState::DiskFull
    }

    /// A full disk belongs to the database: the cache goes first, and comes back when the database has had room for a while.
    pub(crate) fn check_disk(&mut self) {
        let full = self.store.health().state == StoreState::DiskFull;
        if full && !self.disk_full {
            tracing::warn!("the disk is full; the column cache gives up its files");
            self.drop_files();
            self.pause_files();
        } else if full {
            self.no_files_until = Some(Instant::now() + self.no_files_for);
        } else if self.no_files_until.is_some_and(|until| Instant::now() >= until) {
            self.files_again_at = self.no_files_until.take();
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
