//! What a database file is, found out without changing a byte of its directory.
//!
//! SQLite itself would create a log beside a file that it opens, so the header is read as plain bytes, and so is the
//! newest first page in the write-ahead log, if there is one.

use std::fs::{self, File};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::error::OpenError;
use crate::schema;

/// What stands at a database path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspection {
    /// Nothing, or an empty file: a database will be created.
    Fresh,
    /// A database of this program with this schema version.
    Ours {
        /// `user_version`.
        version: u32,
    },
}

const HEADER_BYTES: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Looks at a database path. Reads only: no file is created, changed or locked.
///
/// # Errors
/// [`OpenError::NotOurs`], [`OpenError::Newer`], [`OpenError::HardLinked`], [`OpenError::DanglingLink`],
/// [`OpenError::OrphanLog`], and what the system reports.
pub fn inspect(path: &Path) -> Result<Inspection, OpenError> {
    let path = resolve(path)?;
    let io = |error: std::io::Error| OpenError::from_io(&path, &error);
    let meta = match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            refuse_orphan_logs(&path)?;
            return Ok(Inspection::Fresh);
        }
        other => other.map_err(io)?,
    };
    if !meta.is_file() {
        return Err(OpenError::NotOurs { path, what: "not a file".to_owned() });
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&meta) > 1 {
        return Err(OpenError::HardLinked { path });
    }
    if meta.len() == 0 {
        refuse_orphan_logs(&path)?;
        return Ok(Inspection::Fresh);
    }
    let mut header = [0_u8; HEADER_BYTES];
    let mut file = File::open(&path).map_err(io)?;
    if meta.len() < HEADER_BYTES as u64 {
        return Err(OpenError::NotOurs { path, what: "not an SQLite database".to_owned() });
    }
    file.read_exact(&mut header).map_err(io)?;
    if !header.starts_with(MAGIC) {
        return Err(OpenError::NotOurs { path, what: "not an SQLite database".to_owned() });
    }
    if be32(&header, 68) != schema::APPLICATION_ID {
        let what = describe_foreign(&path);
        return Err(OpenError::NotOurs { path, what });
    }
    let version = match newest_first_page(&beside(&path, "-wal")) {
        Some(page) if page.starts_with(MAGIC) => be32(&page, 60).max(be32(&header, 60)),
        _ => be32(&header, 60),
    };
    if version > schema::VERSION {
        return Err(OpenError::Newer { path, found: version, known: schema::VERSION });
    }
    if version == 0 {
        return Err(OpenError::Corrupt { path, detail: "the schema version is missing".to_owned() });
    }
    Ok(Inspection::Ours { version })
}

/// The real place of a database: absolute, links of its directory and of the file followed.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, OpenError> {
    let io = |error: std::io::Error| OpenError::from_io(path, &error);
    let absolute = std::path::absolute(path).map_err(io)?;
    if fs::symlink_metadata(&absolute).is_ok_and(|meta| meta.file_type().is_symlink()) {
        return match fs::canonicalize(&absolute) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(OpenError::DanglingLink { path: absolute })
            }
            other => other.map_err(io),
        };
    }
    let (Some(directory), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(OpenError::NotOurs { path: absolute, what: "not a file".to_owned() });
    };
    Ok(fs::canonicalize(directory).map_err(io)?.join(name))
}

/// The name of a companion file: `usage.sqlite` and `-wal` give `usage.sqlite-wal`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// SQLite would replay a log left by another database into a new one.
fn refuse_orphan_logs(path: &Path) -> Result<(), OpenError> {
    for suffix in ["-wal", "-journal"] {
        let log = beside(path, suffix);
        if fs::metadata(&log).is_ok_and(|meta| meta.len() > 0) {
            return Err(OpenError::OrphanLog { path: log });
        }
    }
    Ok(())
}

fn describe_foreign(path: &Path) -> String {
    // `immutable` makes SQLite read the file alone: no lock, no log, no shared memory.
    let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let tables = || -> rusqlite::Result<Vec<String>> {
        let conn = Connection::open_with_flags(format!("file:{name}?immutable=1"), flags)?;
        let mut names = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
        names.query_map((), |row| row.get(0))?.collect()
    };
    match tables() {
        Ok(tables) if ["settings", "usage_events"].iter().all(|name| tables.iter().any(|t| t == name)) => {
            "it was written by another manager with the same file name (CPA-Manager-Plus 1.x)".to_owned()
        }
        _ => "an SQLite database of another program".to_owned(),
    }
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// The beginning of the newest committed first page in a write-ahead log, as SQLite's recovery would find it.
fn newest_first_page(wal: &Path) -> Option<Vec<u8>> {
    let file = File::open(wal).ok()?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut header = [0_u8; 32];
    reader.read_exact(&mut header).ok()?;
    let big_endian = match be32(&header, 0) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return None,
    };
    let page_bytes = be32(&header, 8) as usize;
    if !(512..=65536).contains(&page_bytes) || !page_bytes.is_power_of_two() {
        return None;
    }
    let mut sum = checksum((0, 0), &header[..24], big_endian);
    if sum != (be32(&header, 24), be32(&header, 28)) {
        return None;
    }
    let (mut pending, mut committed) = (None, None);
    let mut frame = [0_u8; 24];
    let mut page = vec![0_u8; page_bytes];
    while reader.read_exact(&mut frame).is_ok() && reader.read_exact(&mut page).is_ok() {
        sum = checksum(checksum(sum, &frame[..8], big_endian), &page, big_endian);
        if frame[8..16] != header[16..24] || sum != (be32(&frame, 16), be32(&frame, 20)) {
            break;
        }
        if be32(&frame, 0) == 1 {
            pending = Some(page[..HEADER_BYTES].to_vec());
        }
        if be32(&frame, 4) != 0 && pending.is_some() {
            committed = pending.take();
        }
    }
    committed
}

/// SQLite's WAL checksum (fileformat2 §4.2).
fn checksum((mut a, mut b): (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    let word = |four: &[u8]| {
        let four = [four[0], four[1], four[2], four[3]];
        if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    for eight in bytes.chunks_exact(8) {
        a = a.wrapping_add(word(&eight[..4])).wrapping_add(b);
        b = b.wrapping_add(word(&eight[4..])).wrapping_add(a);
    }
    (a, b)
}

/// Bytes of a file, 0 if it is not there.
pub(crate) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Makes a file's bytes and its name durable.
pub(crate) fn sync_file_and_directory(path: &Path) -> std::io::Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    file.seek(SeekFrom::Start(0))?;
    file.sync_all()?;
    // Directories can be synced on unix only; elsewhere the rename itself is durable enough.
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
