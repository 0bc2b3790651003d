//! Files of import sessions: `<id>.part` holds the bytes, `<id>.json` what is known of them.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::types::import::ImportSession;

/// What is kept of a session across restarts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionRecord {
    /// The session as clients see it.
    #[serde(flatten)]
    pub session: ImportSession,
    /// The client's resume key.
    #[serde(default)]
    pub resume_key: Option<String>,
    /// A person cancelled while it was being imported.
    #[serde(default)]
    pub cancel_requested: bool,
}

/// The directory of import sessions.
#[derive(Debug, Clone)]
pub struct SessionFiles {
    directory: PathBuf,
}

impl SessionFiles {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Creates the directory, readable by its owner only. A symbolic link in its place is refused.
    pub fn prepare(&self) -> io::Result<()> {
        match std::fs::symlink_metadata(&self.directory) {
            Ok(found) if found.is_dir() => return Ok(()),
            Ok(_) => return Err(io::Error::other("the import directory is not a directory")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(&self.directory)
    }

    /// A file without a name; it is gone when it is closed.
    pub fn unnamed(&self) -> io::Result<File> {
        self.prepare()?;
        tempfile::tempfile_in(&self.directory)
    }

    pub fn part_path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.part"))
    }

    fn record_path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }

    /// Writes the record: temporary file, sync, rename.
    pub fn save(&self, record: &SessionRecord) -> io::Result<()> {
        let path = self.record_path(&record.session.id);
        let temporary = path.with_extension("json.tmp");
        let bytes = serde_json::to_vec(record)?;
        let mut file = private_file(&temporary, true)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, &path)?;
        File::open(&self.directory)?.sync_all()
    }

    /// Creates the empty file that chunks go to.
    pub fn create_part(&self, id: &str) -> io::Result<()> {
        private_file(&self.part_path(id), true)?.sync_all()
    }

    /// Appends a chunk at `offset` and syncs it. On any error the file is cut back to `offset`.
    pub fn append(&self, id: &str, offset: u64, chunk: &[u8]) -> io::Result<()> {
        let mut file = private_file(&self.part_path(id), false)?;
        if file.metadata()?.len() != offset {
            file.set_len(offset)?;
        }
        let written = file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| file.write_all(chunk))
            .and_then(|()| file.sync_data());
        if written.is_err() {
            // The next attempt starts from the same offset; a failing cut is repaired by the length check above.
            file.set_len(offset).ok();
        }
        written
    }

    /// Opens the uploaded bytes for reading.
    pub fn open_part(&self, id: &str) -> io::Result<File> {
        refuse_symlink(&self.part_path(id))?;
        File::open(self.part_path(id))
    }

    pub fn part_length(&self, id: &str) -> io::Result<u64> {
        let found = std::fs::symlink_metadata(self.part_path(id))?;
        if !found.is_file() {
            return Err(io::Error::other("the uploaded file is not a regular file"));
        }
        Ok(found.len())
    }

    pub fn remove_part(&self, id: &str) {
        // Gone already is as good as removed; a leftover is found again by the next sweep.
        std::fs::remove_file(self.part_path(id)).ok();
    }

    pub fn remove(&self, id: &str) {
        self.remove_part(id);
        std::fs::remove_file(self.record_path(id)).ok();
    }

    /// The records of an earlier run; unreadable ones are left out.
    pub fn load_all(&self) -> Vec<SessionRecord> {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return Vec::new() };
        entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .filter(|path| refuse_symlink(path).is_ok())
            .filter_map(|path| serde_json::from_slice::<SessionRecord>(&std::fs::read(path).ok()?).ok())
            .filter(|record| super::sessions::is_session_id(&record.session.id))
            .collect()
    }
}

fn refuse_symlink(path: &Path) -> io::Result<()> {
    if std::fs::symlink_metadata(path)?.is_file() {
        Ok(())
    } else {
        Err(io::Error::other("not a regular file"))
    }
}

fn private_file(path: &Path, truncate: bool) -> io::Result<File> {
    if let Ok(found) = std::fs::symlink_metadata(path)
        && !found.is_file()
    {
        return Err(io::Error::other("not a regular file"));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(truncate);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
