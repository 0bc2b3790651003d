//! `config.json`: where it is, when it is made, what it says.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::error::SettingsError;
use crate::os;

/// A larger file is not ours, bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// What a new file says.
const FRESH: &str = "{\n  \"httpAddr\": \"0.0.0.0:18317\",\n  \"dataDir\": \"./data\"\n}\n";

/// A configuration file that was read.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    members: Map<String, Value>,
}

impl ConfigFile {
    /// Reads a file; `None` when it does not exist.
    ///
    /// # Errors
    /// When it exists and cannot be read, or is not a JSON object.
    pub fn read(path: &Path) -> Result<Option<Self>, SettingsError> {
        let failed = |source| SettingsError::ConfigFile { path: path.to_owned(), source };
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut text = String::new();
        file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB")));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let members = serde_json::from_str(text).map_err(|error| SettingsError::ConfigSyntax {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Some(Self { path: path.to_owned(), members }))
    }

    /// Makes the file, for its owner only, and reads it. A file that somebody else made meanwhile is kept.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn create(path: &Path) -> Result<Self, SettingsError> {
        let failed = |source| SettingsError::ConfigFile { path: path.to_owned(), source };
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        match os::write_new_private(path, FRESH.as_bytes()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        Self::read(path)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A member as text. Names match like in the reference: exactly, or else in any case.
    pub fn get(&self, key: &str) -> Option<String> {
        let value = self.members.get(key).or_else(|| {
            self.members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
        })?;
        match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            Value::Array(items) => Some(items.iter().map(as_text).collect::<Vec<_>>().join(",")),
            other => Some(as_text(other)),
        }
    }

    /// Members that no setting is called.
    pub fn unknown_members<'a>(&'a self, known: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.members
            .keys()
            .map(String::as_str)
            .filter(|name| !known.iter().any(|known| name.eq_ignore_ascii_case(known)))
    }
}

/// An object in a member is shown, and refused, as its JSON text.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A path through something that is not a directory names no file either.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
