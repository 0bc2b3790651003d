//! Connections with the settings that durability and the memory bars need.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::OpenError;

/// Older libraries can lose committed pages when a checkpoint and a write meet.
const OLDEST_LIBRARY: i32 = 3_051_003;

/// How long a connection waits for a lock of another process.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Page cache of the writer, KiB. Tables and indexes grow at their ends: a transaction of 2,048 events changes about a
/// hundred pages of 4 KiB, and what does not fit is written to the log early.
const WRITER_CACHE_KIB: i64 = 1024;

/// Page cache of a reader, KiB.
const READER_CACHE_KIB: i64 = 512;

/// What is left of the write-ahead log's file after it was reset, bytes.
const LOG_KEPT_BYTES: i64 = 40 * 1024 * 1024;

/// Prepared statements kept by a connection.
const STATEMENTS_KEPT: usize = 48;

/// `PRAGMA synchronous` that syncs the log at every commit.
const SYNCHRONOUS_FULL: i64 = 2;

pub(crate) fn check_library() -> Result<(), OpenError> {
    if rusqlite::version_number() < OLDEST_LIBRARY {
        return Err(OpenError::Library(format!("SQLite {} is too old", rusqlite::version())));
    }
    Ok(())
}

/// Opens the connection that writes, and checks that every setting has taken.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sqlite = |error| OpenError::from_sqlite(path, error);
    let conn = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(sqlite)?;
    if conn.is_readonly(rusqlite::MAIN_DB).map_err(sqlite)? {
        return Err(OpenError::ReadOnly {
            path: path.to_owned(),
            detail: "the file can only be read".to_owned(),
        });
    }
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0)).map_err(sqlite)?;
    if mode != "wal" {
        return Err(OpenError::Library(format!("journal mode {mode} instead of wal")));
    }
    common(&conn, WRITER_CACHE_KIB).map_err(sqlite)?;
    conn.execute_batch(&format!(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = {LOG_KEPT_BYTES}; \
         PRAGMA wal_autocheckpoint = 0;"
    ))
    .map_err(sqlite)?;
    assert_durable(&conn)?;
    Ok(conn)
}

/// Reads back what makes a commit durable.
fn assert_durable(conn: &Connection) -> Result<(), OpenError> {
    let synchronous = conn.query_row("PRAGMA synchronous", (), |row| row.get::<_, i64>(0));
    let mode = conn.query_row("PRAGMA journal_mode", (), |row| row.get::<_, String>(0));
    match (synchronous, mode) {
        (Ok(SYNCHRONOUS_FULL), Ok(mode)) if mode == "wal" => Ok(()),
        (synchronous, mode) => Err(OpenError::Library(format!(
            "durable writing could not be switched on (synchronous {synchronous:?}, journal mode {mode:?})"
        ))),
    }
}

/// Opens a connection that only reads.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    common(&conn, READER_CACHE_KIB)?;
    conn.execute_batch("PRAGMA query_only = ON;")?;
    Ok(conn)
}

fn common(conn: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Otherwise a statement that looks at a parameter while it is planned is planned anew for each new value: reading an
    // event by its id took ten times as long.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // No memory mapping: mapped pages count as our memory, and a truncated file would kill the process.
    conn.execute_batch(&format!(
        "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; \
         PRAGMA cache_size = -{cache_kib};"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_syncs_every_commit_and_says_so() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("usage.sqlite");
        crate::schema::create(&path, 0).expect("creates");
        let conn = open_writer(&path).expect("opens");
        let read = |conn: &Connection, pragma: &str| -> i64 {
            conn.query_row(&format!("PRAGMA {pragma}"), (), |row| row.get(0)).expect("reads")
        };
        assert_eq!(read(&conn, "synchronous"), 2);
        assert_eq!(read(&conn, "auto_vacuum"), 2);
        assert_eq!(read(&conn, "wal_autocheckpoint"), 0);
        assert_eq!(read(&conn, "application_id"), 0x4350_4D50);
        conn.execute_batch("PRAGMA synchronous = NORMAL").expect("sets");
        assert!(matches!(assert_durable(&conn), Err(OpenError::Library(_))));

        let reader = open_reader(&path).expect("opens");
        assert!(reader.execute("DELETE FROM settings", ()).is_err());
    }

    #[test]
    fn the_library_is_recent() {
        check_library().expect("bundled");
    }
}
