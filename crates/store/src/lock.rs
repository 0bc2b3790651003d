//! One process per database.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::error::OpenError;
use crate::file;

/// The exclusive right of this process to run on a database; given up when dropped or when the process ends.
///
/// The lock file stands beside the database, is never deleted, and carries the same name as the reference's, so that
/// the two can never run on one volume.
#[derive(Debug)]
pub struct ProcessLock {
    path: PathBuf,
    _file: File,
}

impl ProcessLock {
    /// Takes the lock of the database at `db_path`, without waiting.
    ///
    /// Symbolic links are followed first, so that every name of a database leads to one lock. A database that
    /// [`inspect`](crate::inspect) refuses is refused here too, before the lock file is created.
    ///
    /// # Errors
    /// [`OpenError::Locked`] if another process has it; the refusals of `inspect`; [`OpenError::ReadOnly`] if the lock
    /// file cannot be created.
    pub fn acquire(db_path: &Path) -> Result<Self, OpenError> {
        file::inspect(db_path)?;
        let mut name = file::resolve(db_path)?.into_os_string();
        name.push(".manager.lock");
        let path = PathBuf::from(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| OpenError::from_io(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::Locked { path }),
            Err(std::fs::TryLockError::Error(error)) => Err(OpenError::from_io(&path, &error)),
        }
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
