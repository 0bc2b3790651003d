//! Step one: what was typed. Each setting's strongest raw value and where it came from.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::config_file::ConfigFile;
use super::table::{Kind, Setting};

/// A place that holds named texts. The environment is one; tests use a map.
pub trait Strings {
    /// The text of this name, if it is set.
    fn get(&self, name: &str) -> Option<OsString>;
}

/// The environment of the process.
#[derive(Debug, Clone, Copy)]
pub struct Environment;

impl Strings for Environment {
    fn get(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

#[cfg(test)]
impl Strings for BTreeMap<&str, &str> {
    fn get(&self, name: &str) -> Option<OsString> {
        BTreeMap::get(self, name).map(OsString::from)
    }
}

/// What decided a setting, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A flag of the command line.
    Flag,
    /// An environment variable, or the file that one names.
    Environment,
    /// `config.json`, or the file that it names.
    File,
    /// A mounted secret at its default path. It counts like a variable.
    SecretMount,
    /// Nothing was set. A value saved in the database counts, if there is one.
    Default,
}

impl Source {
    /// Whether the operator set it outside the database, so that the panel cannot change it.
    pub fn is_explicit(self) -> bool {
        self != Self::Default
    }
}

/// The flags of a command line, by environment variable name.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    values: BTreeMap<&'static str, OsString>,
}

impl Flags {
    /// Sets a flag.
    pub fn set(&mut self, setting: &'static Setting, value: OsString) {
        self.values.insert(setting.env, value);
    }

    fn get(&self, setting: &Setting) -> Option<&OsStr> {
        self.values.get(setting.env).map(OsString::as_os_str)
    }
}

/// One value as it was typed.
#[derive(Debug, Clone)]
pub struct RawValue {
    /// The setting.
    pub setting: &'static Setting,
    /// The text; never blank. Surrounding white space is gone.
    pub text: OsString,
    /// Where it was typed.
    pub source: Source,
    /// The configuration file, when that is where it was typed.
    pub file: Option<PathBuf>,
}

impl RawValue {
    /// How messages call it: the name that was typed, and the variable.
    pub fn name(&self) -> String {
        let setting = self.setting;
        match (self.source, setting.flag, setting.key, &self.file) {
            (Source::Flag, Some(flag), ..) => format!("--{flag} ({})", setting.env),
            (Source::File, _, Some(key), Some(file)) => {
                format!("{key} in {} ({})", file.display(), setting.env)
            }
            _ => setting.env.to_owned(),
        }
    }
}

/// All layers outside the database.
pub struct Layers<'a> {
    flags: &'a Flags,
    environment: &'a dyn Strings,
    /// The directory of mounted secrets.
    pub mounts: &'a Path,
    /// Set once it is known which file it is.
    pub file: Option<&'a ConfigFile>,
}

impl<'a> Layers<'a> {
    /// The layers without a configuration file.
    pub fn new(flags: &'a Flags, environment: &'a dyn Strings, mounts: &'a Path) -> Self {
        Self { flags, environment, mounts, file: None }
    }
    /// The strongest value of a setting; `None` when nobody set it.
    pub fn get(&self, setting: &'static Setting) -> Option<RawValue> {
        self.of(setting, Source::Flag)
            .or_else(|| self.of(setting, Source::Environment))
            .or_else(|| self.of(setting, Source::File))
    }

    /// The value of a setting in one layer. Blank counts as unset.
    pub fn of(&self, setting: &'static Setting, source: Source) -> Option<RawValue> {
        let (text, file) = match source {
            Source::Flag => (self.flags.get(setting)?.to_owned(), None),
            Source::Environment => (self.environment.get(setting.env)?, None),
            Source::File => {
                let file = self.file?;
                (file.get(setting.key?)?.into(), Some(file.path().to_owned()))
            }
            Source::SecretMount | Source::Default => return None,
        };
        let text = trimmed(text);
        let counts = !text.is_empty() || setting.kind == Kind::Presence;
        counts.then_some(RawValue { setting, text, source, file })
    }

    /// The directory against which relative paths of this value are meant.
    pub fn base<'b>(&self, value: &'b RawValue) -> Option<&'b Path> {
        value.file.as_deref().and_then(Path::parent)
    }
}

fn trimmed(text: OsString) -> OsString {
    match text.to_str() {
        Some(utf8) if utf8.trim().len() != utf8.len() => utf8.trim().into(),
        _ => text,
    }
}
