//! From the cache directory to segments, at the start, and back.

use std::collections::HashSet;
use std::time::Instant;

use columns::SegmentHeader;
use store::{FeedPosition, FeedStep, IdRanges};

use crate::build::{Bytes, Made};
use crate::files::{OpenFile, TEMPORARY, read_all};
use crate::follower::Follower;
use crate::manifest::{self, Entry, Manifest};
use crate::names::ALL_TABLES;
use crate::slots::{Held, Sealed, Slot};
use crate::source::{costs_name, segment_name};

/// Why a cache cannot be used as a whole.
type Unusable = &'static str;

impl Follower {
    /// Takes what the cache directory holds, as far as it belongs to this database.
    pub(crate) fn open(&mut self) {
        if let Err(error) = self.files.create_directory() {
            tracing::warn!(%error, "the column cache has no directory; it is kept in memory");
            self.no_files_until = Some(Instant::now() + self.no_files_for);
        }
        match self.load() {
            Ok(()) => {}
            Err(reason) => {
                if let Some(reason) = reason {
                    self.start_over(reason);
                }
                self.slots.0.clear();
                self.position = None;
            }
        }
        self.sweep();
    }

    /// `Err(None)`: there is no cache yet.
    fn load(&mut self) -> Result<(), Option<Unusable>> {
        let file = match self.files.open(manifest::NAME) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(if self.store.counts().events > 0 { Some("there is no manifest") } else { None });
            }
            Err(_) => return Err(Some("the manifest cannot be read")),
        };
        let bytes =
            read_all(file.as_ref(), manifest::MAX_BYTES).map_err(|_| Some("the manifest cannot be read"))?;
        let manifest = Manifest::parse(&bytes).ok_or(Some("the manifest is damaged"))?;
        if manifest.position.database_id != self.store.database_id() {
            return Err(Some("the cache belongs to another database"));
        }
        if manifest.basis != self.resolver.costs().basis() {
            return Err(Some("costs are computed from other figures"));
        }
        let step = self.store.read_blocking(|reader| reader.changes_after(&manifest.position, 1));
        if !matches!(step, Ok(FeedStep::Changes { .. })) {
            return Err(Some("the cache belongs to another past of the database"));
        }
        self.names.refresh(&self.store, ALL_TABLES).map_err(|_| Some("the database cannot be read"))?;
        self.position = Some(manifest.position);
        self.through = manifest.through;
        self.manifest_generation = manifest.position.generation;
        self.take(&manifest);
        Ok(())
    }

    fn take(&mut self, manifest: &Manifest) {
        let prices = self.resolver.costs().version();
        let (mut again, mut lost) = (Vec::new(), false);
        for entry in &manifest.entries {
            self.slots.extend_missing(entry.first_id - 1, self.settings.range_ids);
            self.next_number = self.next_number.max(entry.number + 1);
            let held = if entry.rows == 0 {
                Held::Empty
            } else {
                match self.open_segment(entry, manifest.prices) {
                    Some(mut sealed) => {
                        sealed.stale = manifest.prices != prices;
                        let hidden: Vec<i64> = entry.hidden.iter().collect();
                        match sealed.hide(&hidden) {
                            Ok(()) => {
                                again.extend(hidden);
                                Held::Sealed(Box::new(sealed))
                            }
                            Err(_) => Held::Missing,
                        }
                    }
                    None => Held::Missing,
                }
            };
            lost |= matches!(held, Held::Missing);
            self.slots.0.push(Slot { first: entry.first_id, last: entry.last_id, held });
        }
        // What was in memory alone when the last run ended.
        self.slots.extend_missing(manifest.through, self.settings.range_ids);
        if lost {
            self.repairing = true;
            self.manifest_due = true;
            self.note_rebuild("a cache file is missing or damaged");
        }
        if let Err(error) = self.read_again(again) {
            tracing::warn!(%error, "changed events could not be read; the column index starts over");
            self.start_over("changed events could not be read");
        }
        self.dirty = true;
    }

    fn open_segment(&mut self, entry: &Entry, prices: u64) -> Option<Sealed> {
        let file = self.files.open(&segment_name(entry.number)).ok()?;
        let costs = self.files.open(&costs_name(entry.number, prices)).ok()?;
        let (header, head) = read_head(file.as_ref())?;
        let (least, most) = header.ids;
        let fits = header.database == self.store.database_id()
            && header.opaque[0] == entry.number
            && header.rows == entry.rows
            && head == entry.head
            && least >= entry.first_id
            && most <= entry.last_id;
        if !fits {
            return None;
        }
        let made = Made { header, bytes: Bytes::Files { segment: file, costs } };
        self.adopt(made, Some(entry.number), prices).ok()
    }

    /// Removes what no manifest names.
    fn sweep(&mut self) {
        let files = self.slots.0.iter().filter_map(|slot| slot.sealed()?.files.as_ref());
        let kept: Vec<String> = files
            .flat_map(|files| [segment_name(files.number), costs_name(files.number, files.prices)])
            .collect();
        let Ok(names) = self.files.list() else { return };
        for name in names {
            if is_ours(&name) && name != manifest::NAME && !kept.contains(&name) {
                if let Some(number) = name.split('.').next().and_then(|number| number.parse::<u64>().ok()) {
                    self.next_number = self.next_number.max(number + 1);
                }
                self.garbage.push(name);
                self.manifest_due = true;
            }
        }
    }

    pub(crate) fn remove_all_files(&mut self) {
        let Ok(names) = self.files.list() else { return };
        // The manifest first: what it names must be there.
        for name in std::iter::once(manifest::NAME.to_owned()).chain(names.into_iter().filter(|n| is_ours(n)))
        {
            if let Err(error) = self.files.remove(&name) {
                tracing::debug!(name, %error, "a cache file could not be removed");
            }
        }
    }

    /// Publishes what the files are now, then removes those that it does not name.
    pub(crate) fn write_manifest(&mut self) {
        self.manifest_at = Instant::now();
        self.manifest_due = false;
        let Some(position) = self.position.filter(|position| position.generation >= self.read_at) else {
            self.manifest_due = true;
            return;
        };
        if self.no_files_until.is_some() {
            if self.disk_full && !self.garbage.is_empty() {
                // What was being written when the disk became full.
                self.garbage.clear();
                self.remove_all_files();
            }
            return;
        }
        self.miss_files();
        let Some(manifest) = self.manifest(position) else { return };
        if let Err(error) = self.files.publish(manifest::NAME, &[manifest.encode().as_bytes()]) {
            tracing::warn!(%error, "the manifest of the column cache could not be written");
            return;
        }
        self.manifest_generation = position.generation;
        let mut kept = HashSet::new();
        for sealed in self.slots.0.iter().filter_map(|slot| slot.sealed()) {
            let coming = sealed.repriced.as_ref().and_then(|(_, _, files)| files.as_ref());
            for files in sealed.files.iter().chain(coming) {
                kept.extend([segment_name(files.number), costs_name(files.number, files.prices)]);
            }
        }
        if let Some((number, prices)) = self.building.as_ref().and_then(|building| building.files()) {
            kept.extend([segment_name(number), costs_name(number, prices)]);
        }
        for name in std::mem::take(&mut self.garbage) {
            if kept.contains(&name) {
                continue;
            }
            if let Err(error) = self.files.remove(&name) {
                tracing::debug!(name, %error, "a cache file could not be removed");
            }
        }
    }

    fn manifest(&self, position: FeedPosition) -> Option<Manifest> {
        // Segments whose costs are not made good yet still have their old ones: the next run does what is left. As one
        // manifest names one version, it waits while there are both.
        let sealed = || self.slots.0.iter().filter_map(|slot| slot.sealed()?.files.as_ref());
        let prices = sealed().next().map_or(self.resolver.costs().version(), |files| files.prices);
        if sealed().any(|files| files.prices != prices) {
            return None;
        }
        let entry = |slot: &Slot| {
            let (first_id, last_id) = (slot.first, slot.last);
            match &slot.held {
                Held::Empty => {
                    let hidden = IdRanges::default();
                    Some(Entry { number: 0, first_id, last_id, rows: 0, head: 0, hidden })
                }
                Held::Sealed(sealed) => {
                    let files = sealed.files.as_ref()?;
                    Some(Entry {
                        number: files.number,
                        first_id,
                        last_id,
                        rows: files.header.rows,
                        head: crc32fast::hash(&files.header.encode()),
                        hidden: IdRanges::from_ids(sealed.hidden.clone()),
                    })
                }
                Held::Missing | Held::Tail => None,
            }
        };
        Some(Manifest {
            position,
            through: self.through,
            prices,
            basis: self.resolver.costs().basis().to_owned(),
            entries: self.slots.0.iter().filter_map(entry).collect(),
        })
    }

    /// Segments whose files were removed behind our back are made anew; open files would hide it until the next start.
    fn miss_files(&mut self) {
        let Ok(names) = self.files.list() else { return };
        let names: HashSet<String> = names.into_iter().collect();
        for sealed in self.slots.0.iter().filter_map(|slot| slot.sealed()) {
            if let Some(files) = &sealed.files
                && !(names.contains(&segment_name(files.number))
                    && names.contains(&costs_name(files.number, files.prices)))
            {
                files.alarm.raise();
            }
        }
        self.take_damage();
    }

    /// Leaves everything in files, so that the next start reads no event again.
    pub(crate) fn close(mut self) {
        self.builder.join();
        let finished = self.finish_build();
        let ready = finished.is_ok() && self.position.is_some() && self.no_files_until.is_none();
        if ready && self.through > self.slots.end() && self.coming.is_none() {
            while self.through > self.slots.end() {
                let last = self.through.min(self.slots.end() + self.settings.range_ids);
                let task = self.seal_task(last);
                self.builder.execute_now(task);
                if let Err(error) = self.finish_build() {
                    tracing::warn!(%error, "the newest events are read again at the next start");
                }
                if !matches!(self.slots.0.last(), Some(slot) if slot.sealed().is_some()) {
                    break;
                }
            }
        }
        if ready {
            self.write_manifest();
        }
        self.shared.status().state = crate::State::Stopped;
    }
}

fn read_head(file: &dyn OpenFile) -> Option<(SegmentHeader, u32)> {
    let mut prefix = [0; SegmentHeader::PREFIX];
    file.read_at(&mut prefix, 0).ok()?;
    let length = SegmentHeader::length(&prefix).ok()?;
    if length as u64 > file.length().ok()? {
        return None;
    }
    let mut head = vec![0; length];
    file.read_at(&mut head, 0).ok()?;
    let header = SegmentHeader::parse(&head).ok()?;
    Some((header, crc32fast::hash(&head)))
}

fn is_ours(name: &str) -> bool {
    let known = [".columns", ".costs", TEMPORARY].iter().any(|ending| name.ends_with(ending));
    known || name == manifest::NAME
}
