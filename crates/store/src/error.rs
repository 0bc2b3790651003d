//! What can go wrong, and what a person does about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why a read or a write failed. The failed transaction is undone; the same work can be tried again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No space is left for the database.
    #[error("the disk that holds the database is full")]
    DiskFull,
    /// The database or its directory cannot be written.
    #[error("the database cannot be written")]
    ReadOnly,
    /// The file is damaged.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// Another process holds a lock on the file.
    #[error("the database is in use by another process")]
    Busy,
    /// The operating system refused a read or write.
    #[error("database input/output failed: {0}")]
    Io(String),
    /// A read took longer than the limit for one transaction and was stopped.
    #[error("the read took too long and was stopped")]
    ReadTooLong,
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// The call needs the process that owns the database; this one is a guest.
    #[error("only the process that owns the database can do this")]
    Guest,
    /// A defect of this program.
    #[error("database: {0}")]
    Internal(String),
}

impl StoreError {
    /// What a person can do, one sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::DiskFull => "Free space on the data volume; collecting resumes by itself.",
            Self::ReadOnly => {
                "Make the data directory and its files writable for the manager's user; collecting resumes by itself."
            }
            Self::Corrupt(_) => {
                "Stop the manager, keep a copy of the data directory, and restore the newest backup."
            }
            Self::Busy => "Stop the other program that has the database open; the write is retried.",
            Self::Io(_) => "Check the disk and the system log; the write is retried.",
            Self::ReadTooLong => "Ask for a shorter time range or fewer rows.",
            Self::Closed => "Start the manager again.",
            Self::Guest => "Stop the running manager first, or use its HTTP API.",
            Self::Internal(_) => "Please report this with the log.",
        }
    }

    /// Whether the reason lies in the surroundings (disk, permissions, locks), so that trying again later can help.
    pub fn is_environmental(&self) -> bool {
        matches!(self, Self::DiskFull | Self::ReadOnly | Self::Busy | Self::Io(_) | Self::Corrupt(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let Some(code) = error.sqlite_error_code() else {
            return match error {
                E::FromSqlConversionFailure(..)
                | E::IntegralValueOutOfRange(..)
                | E::Utf8Error(..)
                | E::InvalidColumnType(..) => Self::Corrupt(error.to_string()),
                E::QueryReturnedNoRows => Self::Corrupt("a row that must exist is missing".to_owned()),
                _ => Self::Internal(error.to_string()),
            };
        };
        match code {
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => Self::ReadOnly,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt(error.to_string()),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
                Self::Busy
            }
            ErrorCode::OperationInterrupted => Self::ReadTooLong,
            ErrorCode::SystemIoFailure => Self::Io(error.to_string()),
            _ => Self::Internal(error.to_string()),
        }
    }
}

/// A packed value that cannot be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a packed value is damaged")]
pub(crate) struct Damaged;

impl From<Damaged> for StoreError {
    fn from(damaged: Damaged) -> Self {
        Self::Corrupt(damaged.to_string())
    }
}

/// Why the database could not be opened. Nothing was written, except where the variant says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file belongs to another program.
    #[error("{path} is not a database of this program: {what}", path = path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        what: String,
    },
    /// A newer version of this program wrote the file.
    #[error("{path} has schema version {found}, this program knows {known}", path = path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The file's schema version.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// Another process runs on the same database.
    #[error("another manager runs on this database (lock file {path})", path = path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The database has more than one name, so that two processes could take different locks for it.
    #[error("{path} has more than one hard link", path = path.display())]
    HardLinked {
        /// The file.
        path: PathBuf,
    },
    /// The path is a symbolic link that leads nowhere.
    #[error("{path} is a symbolic link to a file that does not exist", path = path.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
    },
    /// There is a write-ahead log or journal without its database.
    #[error("{path} belongs to a database that is not there", path = path.display())]
    OrphanLog {
        /// The log.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("{path} is damaged: {detail}", path = path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
    /// The file or its directory cannot be written.
    #[error("{path} cannot be written: {detail}", path = path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// No space is left.
    #[error("no space is left for {path}", path = path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The database does not exist, and this kind of opening does not create one.
    #[error("{path} does not exist", path = path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The SQLite library is too old, or refuses a setting that durability needs.
    #[error("unusable SQLite library: {0}")]
    Library(String),
    /// Anything else that the system reports.
    #[error("{path}: {detail}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
}

impl OpenError {
    /// What a person can do, one or two sentences.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotOurs { .. } => {
                "Point USAGE_DATA_DIR or USAGE_DB_PATH to an empty place. The history of an earlier manager comes over by exporting it there and importing the file here."
            }
            Self::Newer { .. } => {
                "Run the newer version of the manager again, or restore the backup made before the upgrade."
            }
            Self::Locked { .. } => "Stop the other manager, or give this one a data directory of its own.",
            Self::HardLinked { .. } => "Remove the other names of the file, so that one is left.",
            Self::DanglingLink { .. } => {
                "Create the directory and file that the link names, or remove the link."
            }
            Self::OrphanLog { .. } => {
                "Put the database file that belongs to it back, or move the log out of the directory."
            }
            Self::Corrupt { .. } => "Keep a copy of the data directory, and restore the newest backup.",
            Self::ReadOnly { .. } => "Make the data directory and its files writable for the manager's user.",
            Self::DiskFull { .. } => "Free space on the data volume, and start again.",
            Self::Missing { .. } => "Check the path; start the manager once to create the database.",
            Self::Library(_) => "Use the released binary, which contains its own SQLite.",
            Self::Io { .. } => "Check the path, the disk and the system log.",
        }
    }

    pub(crate) fn from_sqlite(path: &std::path::Path, error: rusqlite::Error) -> Self {
        let detail = error.to_string();
        Self::from_store(path, StoreError::from(error), detail)
    }

    pub(crate) fn from_store(path: &std::path::Path, error: StoreError, detail: String) -> Self {
        let path = path.to_owned();
        match error {
            StoreError::DiskFull => Self::DiskFull { path },
            StoreError::ReadOnly => Self::ReadOnly { path, detail },
            StoreError::Corrupt(detail) => Self::Corrupt { path, detail },
            StoreError::Busy => Self::Locked { path },
            _ => Self::Io { path, detail },
        }
    }

    pub(crate) fn from_io(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path, detail: error.to_string() }
            }
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, detail: error.to_string() },
        }
    }
}
