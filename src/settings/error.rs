//! Why the settings cannot be used.

use std::io;
use std::path::PathBuf;

/// The longest piece of an offending value that is repeated in a message, characters.
const SHOWN_CHARS: usize = 200;

/// A setting that stops the start. The message names the setting, where it was set, and the default.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// An explicit value that cannot be used.
    #[error("{name}: cannot use {value}: expected {expected} (default: {default})")]
    Unusable {
        /// Variable, flag or member, with its place.
        name: String,
        /// The value, quoted; a fixed text for secrets.
        value: String,
        /// What would be usable.
        expected: String,
        /// The default.
        default: String,
    },
    /// A file that a setting names cannot be read.
    #[error("{name}: cannot read {path}: {source} (default: {default})", path = .path.display())]
    UnreadableFile {
        /// Variable, flag or member, with its place.
        name: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
        /// The default.
        default: String,
    },
    /// `config.json` cannot be read or made.
    #[error("configuration file {path}: {source}", path = .path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `config.json` is not a JSON object.
    #[error("configuration file {path}: not a valid JSON object: {reason}", path = .path.display())]
    ConfigSyntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// The current directory is needed for a relative path, and is unknown.
    #[error("{name}: relative path {path} cannot be resolved: {source}", path = .path.display())]
    RelativePath {
        /// Variable, flag or member, with its place.
        name: String,
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Quotes a value for a message: control characters are escaped, long values cut.
pub fn quote(value: &str) -> String {
    let mut shown: String = value.chars().take(SHOWN_CHARS).flat_map(char::escape_debug).collect();
    if value.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

/// The default as messages show it.
pub fn shown_default(default: &str) -> String {
    if default.is_empty() { "none".to_owned() } else { default.to_owned() }
}
