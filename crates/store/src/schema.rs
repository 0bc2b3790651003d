//! The schema, its versions, and the way from one to the next.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::error::{OpenError, StoreError};
use crate::{audit, file};

/// `application_id` of our databases: "CPMP".
pub(crate) const APPLICATION_ID: u32 = 0x4350_4D50;

/// Schema steps; the n-th makes version n. Each runs in one transaction and must be quick at any size: work over all rows
/// belongs into a background step that the writer does in small pieces (table `migration_steps`).
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001_foundation.sql"),
    include_str!("migrations/0002_prices.sql"),
    include_str!("migrations/0003_audit.sql"),
];

/// The newest schema version that this program knows.
pub const VERSION: u32 = MIGRATIONS.len() as u32;

/// Bytes of a page. Four kilobytes is what disks write.
const PAGE_BYTES: u32 = 4096;

/// Random bytes of a database id.
pub(crate) const ID_BYTES: usize = 16;

/// Creates a database under a temporary name and moves it to its place, so that a file at the final path always has a
/// complete header, whatever happens in between.
pub(crate) fn create(path: &Path, now_ms: i64) -> Result<(), OpenError> {
    let temporary = file::beside(path, ".new");
    let io = |error: std::io::Error| OpenError::from_io(path, &error);
    for leftover in ["", "-journal", "-wal", "-shm"] {
        match fs::remove_file(file::beside(&temporary, leftover)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(&temporary).map_err(io)?);
    fill(&temporary, now_ms).map_err(|error| OpenError::from_sqlite(path, error))?;
    file::sync_file_and_directory(&temporary).map_err(io)?;
    fs::rename(&temporary, path).map_err(io)?;
    file::sync_file_and_directory(path).map_err(io)
}

fn fill(path: &Path, now_ms: i64) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    // Incremental auto-vacuum can only be chosen now; it lets deleted history give its space back without a rewrite.
    conn.execute_batch(&format!(
        "PRAGMA page_size = {PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = DELETE; \
         PRAGMA synchronous = FULL;"
    ))?;
    let transaction = conn.transaction()?;
    for sql in MIGRATIONS {
        transaction.execute_batch(sql)?;
    }
    let mut id = [0_u8; ID_BYTES];
    fill_random(&mut id)?;
    transaction.execute(
        "INSERT INTO state (only, database_id, created_at_ms, clean, generation, feed_floor, next_event_id, \
         event_count, dead_letter_count) VALUES (1, ?1, ?2, 1, 0, 0, 1, 0, 0)",
        (id, now_ms),
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

pub(crate) fn fill_random(bytes: &mut [u8]) -> rusqlite::Result<()> {
    getrandom::fill(bytes)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(format!("no random bytes: {error}").into()))
}

/// Brings an older database of ours to the newest version, one transaction per step; a stop in between is resumed by the
/// next start.
pub(crate) fn migrate(conn: &Connection) -> Result<(), StoreError> {
    migrate_with(conn, &MIGRATIONS, audit::record_migration)
}

/// `finish` runs in the transaction of the last step, with the versions before the first and after the last one.
fn migrate_with(
    conn: &Connection,
    migrations: &[&str],
    finish: fn(&Connection, u32, u32) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let version: u32 = conn.query_row("PRAGMA user_version", (), |row| row.get(0))?;
    for (target, sql) in (1_u32..).zip(migrations).skip(version as usize) {
        let transaction = conn.unchecked_transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", target)?;
        if target as usize == migrations.len() {
            finish(&transaction, version, target)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_once_each_and_a_failing_step_leaves_the_version_before_it() {
        let conn = Connection::open_in_memory().expect("opens");
        let version = |conn: &Connection| -> i64 {
            conn.query_row("PRAGMA user_version", (), |row| row.get(0)).expect("reads")
        };
        let finish = |conn: &Connection, from: u32, to: u32| {
            conn.execute_batch(&format!("CREATE TABLE from_{from}_to_{to} (x)")).map_err(StoreError::from)
        };
        let told = |name: &str| conn.prepare(&format!("SELECT x FROM {name}")).is_ok();
        migrate_with(&conn, &["CREATE TABLE a (x)"], finish).expect("first");
        assert!(told("from_0_to_1"));
        let steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x)", "CREATE TABLE c (x); SELECT nonsense"];
        assert!(migrate_with(&conn, &steps, finish).is_err());
        assert_eq!(version(&conn), 2);
        assert!(!told("c"), "the failed step is undone as a whole");
        assert!(!told("from_1_to_3") && !told("from_1_to_2"), "a migration that did not end is not told");
        migrate_with(&conn, &["", "", "CREATE TABLE c (x)"], finish).expect("resumes at step three");
        assert_eq!(version(&conn), 3);
        assert!(told("from_2_to_3"));
        migrate_with(&conn, &["", "", ""], finish).expect("nothing to do");
    }
}
