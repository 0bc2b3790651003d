//! Background work of schema versions: what must touch every row runs in small pieces beside the normal work, and goes on
//! after a restart where it stopped. Until a step is done, reading code copes with rows of both kinds.

use rusqlite::{Connection, OptionalExtension};

use crate::error::StoreError;
use crate::writer::Transaction;

/// What one piece of a step did.
pub(crate) enum Progress {
    /// Continue from here.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "schemas 1 to 3 have no background step; later ones may")
    )]
    More(i64),
    /// The step is finished.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "schemas 1 to 3 have no background step; later ones may")
    )]
    Done,
}

/// A named step; `piece` does a few milliseconds of work from the given cursor (0 at first) in one transaction.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) piece: fn(&mut Transaction<'_>, i64) -> Result<Progress, StoreError>,
}

/// The steps of all schema versions, oldest first. Names are stored: never rename.
pub(crate) const STEPS: &[Step] = &[];

/// The first step that is not done, with its cursor.
pub(crate) fn next<'s>(conn: &Connection, steps: &'s [Step]) -> rusqlite::Result<Option<(&'s Step, i64)>> {
    for step in steps {
        let known: Option<(i64, bool)> = conn
            .prepare_cached("SELECT cursor, done FROM migration_steps WHERE name = ?")?
            .query_row([step.name], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match known {
            Some((_, true)) => {}
            Some((cursor, false)) => return Ok(Some((step, cursor))),
            None => return Ok(Some((step, 0))),
        }
    }
    Ok(None)
}

/// Does one piece and notes where the step stands, in the same transaction.
pub(crate) fn advance(transaction: &mut Transaction<'_>, step: &Step, cursor: i64) -> Result<(), StoreError> {
    let (cursor, done) = match (step.piece)(transaction, cursor)? {
        Progress::More(cursor) => (cursor, false),
        Progress::Done => (cursor, true),
    };
    transaction
        .conn
        .prepare_cached(
            "INSERT INTO migration_steps (name, cursor, done) VALUES (?, ?, ?) \
             ON CONFLICT DO UPDATE SET cursor = excluded.cursor, done = excluded.done",
        )?
        .execute((step.name, cursor, done))?;
    Ok(())
}
