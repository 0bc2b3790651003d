//! The durable change feed: what happened to events, in order.

use rusqlite::{Connection, OptionalExtension};

use crate::codec::{Unpack, put_uint};
use crate::error::{Damaged, StoreError};
use crate::reader::Reader;
use crate::schema::{ID_BYTES, fill_random};

/// Changes that are always kept; a follower that lags further behind rebuilds.
pub const CHANGES_KEPT: i64 = 65_536;

/// Changes are pruned in steps of this many.
const PRUNE_STEP: i64 = 4096;

/// Runs that are remembered; a follower whose run is older rebuilds.
const RUNS_KEPT: i64 = 1000;

/// A set of event ids, as ascending ranges that neither touch nor overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdRanges(Vec<(i64, i64)>);

impl IdRanges {
    /// From ids in any order.
    pub fn from_ids(mut ids: Vec<i64>) -> Self {
        ids.sort_unstable();
        let mut ranges: Vec<(i64, i64)> = Vec::new();
        for id in ids {
            match ranges.last_mut() {
                Some((_, last)) if id <= last.saturating_add(1) => *last = (*last).max(id),
                _ => ranges.push((id, id)),
            }
        }
        Self(ranges)
    }

    /// One range, both ends included.
    pub fn range(first: i64, last: i64) -> Self {
        Self(if first <= last { vec![(first, last)] } else { Vec::new() })
    }

    /// The ranges, both ends included.
    pub fn ranges(&self) -> &[(i64, i64)] {
        &self.0
    }

    /// Every id.
    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn pack(&self) -> Option<Vec<u8>> {
        if self.0.len() <= 1 {
            return None;
        }
        let mut out = Vec::with_capacity(self.0.len() * 3);
        let mut at = self.0[0].0;
        for (first, last) in &self.0 {
            put_uint(&mut out, first.wrapping_sub(at) as u64);
            put_uint(&mut out, last.wrapping_sub(*first) as u64);
            at = *last;
        }
        Some(out)
    }

    fn unpack(first_id: i64, last_id: i64, packed: Option<&[u8]>) -> Result<Self, Damaged> {
        let Some(packed) = packed else { return Ok(Self::range(first_id, last_id)) };
        let (mut unpack, mut at, mut ranges) = (Unpack(packed), first_id, Vec::new());
        while !unpack.0.is_empty() {
            let first = at.wrapping_add(unpack.uint()? as i64);
            at = first.wrapping_add(unpack.uint()? as i64);
            if first > at || at > last_id {
                return Err(Damaged);
            }
            ranges.push((first, at));
        }
        Ok(Self(ranges))
    }
}

/// What happened to some events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// They were stored. They may be gone again by now.
    Inserted,
    /// Some of their fields (account snapshots) changed.
    Updated,
    /// They were deleted.
    Deleted,
}

/// One entry of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number; rises by one from entry to entry.
    pub generation: i64,
    /// What happened.
    pub kind: ChangeKind,
    /// To which events.
    pub ids: IdRanges,
}

/// How far a follower has come. Store it with the followed data, and compare [`database_id`](Self::database_id) too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeedPosition {
    /// The database that is followed.
    pub database_id: [u8; ID_BYTES],
    /// The last change that was taken.
    pub generation: i64,
    /// The run that wrote that change; differs if an older copy of the database was put back since.
    pub run: [u8; ID_BYTES],
}

/// What a follower has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedStep {
    /// Take these changes, oldest first, then stand at `position`; ask again if `more`.
    Changes {
        /// The changes; empty if the follower is up to date.
        changes: Vec<Change>,
        /// Where the follower stands afterwards.
        position: FeedPosition,
        /// Whether there are more already.
        more: bool,
    },
    /// Start over from the events themselves: the position is from another database, from another past of this one, or
    /// older than the changes that are kept.
    Rebuild,
}

fn run_of(conn: &Connection, generation: i64) -> Result<[u8; ID_BYTES], StoreError> {
    let token = conn
        .prepare_cached(
            "SELECT token FROM runs WHERE first_generation <= ? ORDER BY first_generation DESC LIMIT 1",
        )?
        .query_row([generation], |row| row.get(0))
        .optional()?;
    Ok(token.unwrap_or_default())
}

impl Reader<'_> {
    /// The newest position. Read it in the same [`read`](crate::Store::read) as the events of a full rebuild, or before.
    ///
    /// # Errors
    /// Those of any read.
    pub fn feed_position(&self) -> Result<FeedPosition, StoreError> {
        let (database_id, generation) = self
            .conn()
            .prepare_cached("SELECT database_id, generation FROM state")?
            .query_row((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(FeedPosition { database_id, generation, run: run_of(self.conn(), generation)? })
    }

    /// At most `limit` changes after a position.
    ///
    /// # Errors
    /// Those of any read.
    pub fn changes_after(&self, position: &FeedPosition, limit: usize) -> Result<FeedStep, StoreError> {
        let newest = self.feed_position()?;
        let floor: i64 =
            self.conn().prepare_cached("SELECT feed_floor FROM state")?.query_row((), |row| row.get(0))?;
        let known = position.database_id == newest.database_id
            && (floor..=newest.generation).contains(&position.generation)
            && run_of(self.conn(), position.generation)? == position.run;
        if !known {
            return Ok(FeedStep::Rebuild);
        }
        let mut select = self.conn().prepare_cached(
            "SELECT generation, kind, first_id, last_id, ids FROM changes WHERE generation > ? \
             ORDER BY generation LIMIT ?",
        )?;
        let mut rows = select.query((position.generation, i64::try_from(limit).unwrap_or(i64::MAX)))?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            changes.push(Change {
                generation: row.get(0)?,
                kind: match row.get(1)? {
                    1_i64 => ChangeKind::Inserted,
                    2 => ChangeKind::Updated,
                    3 => ChangeKind::Deleted,
                    _ => return Err(Damaged.into()),
                },
                ids: IdRanges::unpack(
                    row.get(2)?,
                    row.get(3)?,
                    row.get_ref(4)?.as_blob_or_null().map_err(|_| Damaged)?,
                )?,
            });
        }
        let generation = changes.last().map_or(position.generation, |change| change.generation);
        let more = generation < newest.generation;
        let run = run_of(self.conn(), generation)?;
        Ok(FeedStep::Changes { changes, position: FeedPosition { generation, run, ..newest }, more })
    }
}

/// Writes one entry under the given generation; inside the transaction that changes the events.
pub(crate) fn record(
    conn: &Connection,
    generation: i64,
    kind: ChangeKind,
    ids: &IdRanges,
) -> rusqlite::Result<()> {
    let (Some((first, _)), Some((_, last))) = (ids.0.first(), ids.0.last()) else { return Ok(()) };
    let kind = match kind {
        ChangeKind::Inserted => 1,
        ChangeKind::Updated => 2,
        ChangeKind::Deleted => 3,
    };
    conn.prepare_cached(
        "INSERT INTO changes (generation, kind, first_id, last_id, ids) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute((generation, kind, first, last, ids.pack()))?;
    Ok(())
}

/// Notes that a new run writes from this generation on.
pub(crate) fn record_run(conn: &Connection, first_generation: i64) -> rusqlite::Result<()> {
    let mut token = [0_u8; ID_BYTES];
    fill_random(&mut token)?;
    conn.execute(
        "INSERT OR REPLACE INTO runs (first_generation, token) VALUES (?, ?)",
        (first_generation, token),
    )?;
    Ok(())
}

/// Drops the oldest changes and runs when there are clearly more than are kept; gives the new floor.
pub(crate) fn prune(conn: &Connection, generation: i64, floor: i64) -> rusqlite::Result<i64> {
    prune_to(conn, generation, floor, CHANGES_KEPT, PRUNE_STEP)
}

fn prune_to(conn: &Connection, generation: i64, floor: i64, kept: i64, step: i64) -> rusqlite::Result<i64> {
    let wanted = generation - kept;
    if wanted < floor + step {
        return Ok(floor);
    }
    conn.execute("DELETE FROM changes WHERE generation <= ?", [wanted])?;
    conn.execute(
        "DELETE FROM runs WHERE first_generation <= (SELECT first_generation FROM runs \
         ORDER BY first_generation DESC LIMIT 1 OFFSET ?)",
        [RUNS_KEPT],
    )?;
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn id_sets_survive_packing(ids in prop::collection::vec(1_i64..200, 1..60)) {
            let ranges = IdRanges::from_ids(ids.clone());
            let (first, last) = (ranges.0[0].0, ranges.0[ranges.0.len() - 1].1);
            let packed = ranges.pack();
            prop_assert_eq!(IdRanges::unpack(first, last, packed.as_deref()), Ok(ranges.clone()));
            let mut expected = ids;
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(ranges.iter().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn damaged_id_sets_are_an_error() {
        assert_eq!(IdRanges::unpack(1, 5, Some(&[0, 200])), Err(Damaged));
        assert_eq!(IdRanges::unpack(1, 5, Some(&[0, 9])), Err(Damaged), "beyond the last id");
    }

    #[test]
    fn pruning_waits_for_a_whole_step_and_moves_the_floor() {
        let conn = Connection::open_in_memory().expect("opens");
        crate::schema::migrate(&conn).expect("schema");
        for generation in 1..=30 {
            record(&conn, generation, ChangeKind::Inserted, &IdRanges::range(generation, generation))
                .expect("records");
        }
        assert_eq!(prune_to(&conn, 30, 0, 20, 11).expect("prunes"), 0);
        assert_eq!(prune_to(&conn, 30, 0, 20, 10).expect("prunes"), 10);
        let oldest: i64 =
            conn.query_row("SELECT min(generation) FROM changes", (), |row| row.get(0)).expect("reads");
        assert_eq!(oldest, 11);
    }
}
