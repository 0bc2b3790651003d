//! How the database is, in words that `/status` can show.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::checkpoint::Checkpoint;
use crate::error::StoreError;

/// Whether the database takes writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreState {
    /// The last write succeeded, or none was needed yet.
    Ok,
    /// No space is left.
    DiskFull,
    /// The file or its directory cannot be written.
    ReadOnly,
    /// The file is damaged.
    Corrupt,
    /// Another process keeps the file locked.
    Busy,
    /// The system refuses reads or writes.
    IoError,
    /// Writing failed for another reason.
    Failing,
    /// The store was closed.
    Closed,
}

impl StoreState {
    /// The name used in `/status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::DiskFull => "disk_full",
            Self::ReadOnly => "read_only",
            Self::Corrupt => "corrupt",
            Self::Busy => "busy",
            Self::IoError => "io_error",
            Self::Failing => "failing",
            Self::Closed => "closed",
        }
    }
}

impl From<&StoreError> for StoreState {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::DiskFull,
            StoreError::ReadOnly => Self::ReadOnly,
            StoreError::Corrupt(_) => Self::Corrupt,
            StoreError::Busy => Self::Busy,
            StoreError::Io(_) => Self::IoError,
            StoreError::Closed => Self::Closed,
            _ => Self::Failing,
        }
    }
}

/// The check of the file after a stop that was not in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckState {
    /// The last stop was in order.
    NotNeeded,
    /// The check runs behind the normal work.
    Running {
        /// Unix milliseconds.
        started_at_ms: i64,
    },
    /// The check had to give way to writing and will be repeated.
    Postponed {
        /// How often that happened.
        times: u32,
    },
    /// The file is sound.
    Passed {
        /// Unix milliseconds.
        finished_at_ms: i64,
    },
    /// The file is damaged.
    Failed {
        /// Unix milliseconds.
        finished_at_ms: i64,
        /// The first findings.
        findings: Vec<String>,
    },
    /// The check could not be done.
    Abandoned {
        /// Why.
        reason: String,
    },
}

impl CheckState {
    /// The name used in `/status`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotNeeded => "not_needed",
            Self::Running { .. } => "checking",
            Self::Postponed { .. } => "postponed",
            Self::Passed { .. } => "passed",
            Self::Failed { .. } => "failed",
            Self::Abandoned { .. } => "abandoned",
        }
    }
}

/// The state of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether writes succeed.
    pub state: StoreState,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// The error of the last failed write; `None` when writes succeed.
    pub error: Option<StoreError>,
    /// The last durable commit of this run, Unix milliseconds.
    pub last_commit_at_ms: Option<i64>,
    /// The check after an unclean stop.
    pub check: CheckState,
    /// The background step of a schema migration that runs at the moment.
    pub migrating: Option<&'static str>,
    /// The last checkpoint of the write-ahead log; `None` before the first one of this run.
    pub checkpoint: Option<Checkpoint>,
}

impl Health {
    pub(crate) fn new(check: CheckState) -> Self {
        Self {
            state: StoreState::Ok,
            since_ms: now_ms(),
            error: None,
            last_commit_at_ms: None,
            check,
            migrating: None,
            checkpoint: None,
        }
    }
}

/// Unix milliseconds.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Takes note of a durable commit.
pub(crate) fn commit_succeeded(health: &watch::Sender<Health>) {
    let now = now_ms();
    let mut recovered = false;
    health.send_if_modified(|health| {
        health.last_commit_at_ms = Some(now);
        recovered = health.state != StoreState::Ok;
        if recovered {
            health.state = StoreState::Ok;
            health.since_ms = now;
            health.error = None;
        }
        recovered
    });
    if recovered {
        tracing::info!("the database takes writes again");
    }
}

/// Takes note of a failed write.
pub(crate) fn commit_failed(health: &watch::Sender<Health>, error: &StoreError) {
    let state = StoreState::from(error);
    let mut changed = false;
    health.send_if_modified(|health| {
        changed = health.state != state;
        if changed {
            health.state = state;
            health.since_ms = now_ms();
        }
        health.error = Some(error.clone());
        changed
    });
    if changed {
        tracing::error!(state = state.as_str(), %error, remedy = error.remedy(), "a database write failed");
    }
}
