//! The real binary as a person at a terminal runs it.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses another part of this module")]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use store::{OpenOptions, Store};

/// The binary in an empty environment, with a data directory of its own.
pub struct Terminal {
    pub dir: tempfile::TempDir,
    env: Vec<(String, String)>,
}

impl Terminal {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("temporary directory"), env: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub fn database(&self) -> std::path::PathBuf {
        self.data().join("usage.sqlite")
    }

    /// Makes an empty database, as a server does at its first start.
    pub fn create_database(&self) {
        fs::create_dir_all(self.data()).expect("made");
        let store = Store::open(&self.database(), &OpenOptions::default()).expect("opened");
        store.close();
    }

    pub fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_cpa-manager-plus"))
            .args(arguments)
            .env_clear()
            .env("USAGE_DATA_DIR", self.data())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs");
        Answer { output, data: self.dir.path().display().to_string() }
    }
}

/// What a command said and how it ended.
pub struct Answer {
    pub output: Output,
    data: String,
}

impl Answer {
    pub fn out(&self) -> String {
        self.filtered(&self.output.stdout)
    }

    pub fn err(&self) -> String {
        self.filtered(&self.output.stderr)
    }

    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    pub fn filtered(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes)
            .replace(&self.data, "[DIR]")
            .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    }

    /// Exit code 0 and nothing on standard error.
    pub fn succeeded(self) -> Self {
        assert_eq!((self.code(), self.err().as_str()), (Some(0), ""), "{}", self.out());
        self
    }

    /// Exit code 1 and nothing on standard output; answers what stands on standard error.
    pub fn refusal(&self) -> String {
        assert_eq!((self.code(), self.out().as_str()), (Some(1), ""), "{}", self.err());
        self.err()
    }
}

pub fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.txt"));
    if std::env::var_os("CPAMP_UPDATE_SNAPSHOTS").is_some() {
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(&path, text).expect("written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{} differs.\n--- expected\n{expected}\n--- now\n{text}", path.display());
}
