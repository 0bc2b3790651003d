//! Which database a command works on, and how it is opened.

use std::ffi::OsString;
use std::path::PathBuf;

use store::{OpenError, OpenOptions, ProcessLock, Role, Store};

use super::{Problem, load};
use crate::os;
use crate::settings::table::Setting;
use crate::settings::{Flags, Settings, table};

/// Flags of every command that works on the database file.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Place {
    /// The database [default: the one of the settings: USAGE_DB_PATH, or usage.sqlite in USAGE_DATA_DIR].
    #[arg(long, visible_alias = "db", value_name = "PATH")]
    pub db_path: Option<OsString>,
    /// Path of config.json.
    #[arg(long, value_name = "PATH")]
    pub config: Option<OsString>,
}

impl Place {
    /// The settings, with these flags on top.
    pub fn settings(&self) -> Result<Settings, Problem> {
        self.settings_with(None)
    }

    /// The settings, with these flags and others on top.
    pub fn settings_with(
        &self,
        others: impl IntoIterator<Item = (&'static Setting, OsString)>,
    ) -> Result<Settings, Problem> {
        let mut flags = Flags::default();
        for (setting, value) in others {
            flags.set(setting, value);
        }
        for (setting, value) in
            [(&table::USAGE_DB_PATH, &self.db_path), (&table::CPA_MANAGER_CONFIG, &self.config)]
        {
            if let Some(value) = value {
                flags.set(setting, value.clone());
            }
        }
        load(flags, false)
    }

    /// The database.
    pub fn database(&self) -> Result<PathBuf, Problem> {
        Ok(self.settings()?.db_path)
    }
}

/// An open database, and the right to be its only owner, if no server runs on it.
pub struct Opened {
    /// The database.
    pub store: Store,
    /// `None` when a server runs on it; then only reading and changing settings is possible.
    pub lock: Option<ProcessLock>,
}

/// Opens an existing database as its owner; `in_use` is what to say when a server runs on it.
pub fn open_alone(path: &std::path::Path, in_use: impl FnOnce() -> Problem) -> Result<Opened, Problem> {
    refuse_missing(path)?;
    let lock = ProcessLock::acquire(path).map_err(|error| match error {
        OpenError::Locked { .. } => in_use(),
        other => refused(other),
    })?;
    let store = Store::open(path, &OpenOptions::default()).map_err(refused)?;
    Ok(Opened { store, lock: Some(lock) })
}

/// Opens an existing database for reading, whether a server runs on it or not. Nothing is migrated.
pub fn open_guest(path: &std::path::Path) -> Result<Store, Problem> {
    refuse_missing(path)?;
    let options = OpenOptions { role: Role::Guest, ..OpenOptions::default() };
    Store::open(path, &options).map_err(refused)
}

/// Opens an existing database alone, or beside a running server if there is one.
pub fn open_beside(path: &std::path::Path) -> Result<Opened, Problem> {
    refuse_missing(path)?;
    match ProcessLock::acquire(path) {
        Ok(lock) => {
            let store = Store::open(path, &OpenOptions::default()).map_err(refused)?;
            Ok(Opened { store, lock: Some(lock) })
        }
        Err(OpenError::Locked { .. }) => Ok(Opened { store: open_guest(path)?, lock: None }),
        Err(error) => Err(refused(error)),
    }
}

/// Commands work on databases that are there; only the server makes one.
fn refuse_missing(path: &std::path::Path) -> Result<(), Problem> {
    // A directory that does not exist is told as the missing file, not as a failing lock.
    if !path.parent().is_some_and(std::path::Path::is_dir) {
        return Err(refused(OpenError::Missing { path: path.to_owned() }));
    }
    match store::inspect(path).map_err(refused)? {
        store::Inspection::Fresh => Err(refused(OpenError::Missing { path: path.to_owned() })),
        store::Inspection::Ours { .. } => Ok(()),
    }
}

/// A refusal with its remedy.
pub fn refused(error: OpenError) -> Problem {
    let remedy = match &error {
        OpenError::Locked { .. } => os::lock_hint(),
        other => other.remedy(),
    };
    Problem::from_error(error).hint(remedy)
}

/// A failed read or write with its remedy.
pub fn failed(error: store::StoreError) -> Problem {
    let remedy = error.remedy();
    Problem::from_error(error).hint(remedy)
}
