//! Documents about the manager itself: preferences, sessions, storage, diagnostics.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::config::ManagerConfig;
use super::info::ServiceInfo;
use super::status::{GapDocument, StatusDocument};

/// How the operator wants to see things, in every browser. An empty text means "as the browser says".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Preferences {
    /// IANA time zone of every date and every day's limits.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// `en`, `zh-CN`, `zh-TW` or `ru`.
    pub language: String,
    /// `light` or `dark`.
    pub theme: String,
    /// `compact` or `normal`; height of table rows.
    pub density: String,
}

/// A browser that is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionItem {
    /// Public name, useless for logging in.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it began, Unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last used, Unix milliseconds.
    pub last_used_at_ms: i64,
    /// When it ends at the latest, Unix milliseconds.
    pub expires_at_ms: i64,
    /// The client's address at login.
    pub client: String,
    /// The browser's user agent at login.
    pub user_agent: String,
}

/// Answer of `GET /api/v1/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionList {
    /// The latest login first.
    pub items: Vec<SessionItem>,
}

/// Answer of `DELETE /api/v1/sessions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionsEnded {
    /// How many sessions were ended.
    pub ended: usize,
}

/// A setting that a flag, the environment or the configuration file sets. Its value is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GivenSetting {
    /// The variable.
    #[schema(example = "USAGE_COLLECTOR_MODE")]
    pub name: String,
    /// `flag`, `environment` or `file`.
    pub source: String,
    /// The member of `/usage-service/config` that it locks, as a dotted path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
}

/// Answer of `GET /api/v1/settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GivenSettings {
    /// In the order of the guide.
    pub items: Vec<GivenSetting>,
}

/// Answer of `GET /api/v1/storage`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StorageDocument {
    /// Stored events.
    pub events: i64,
    /// Earliest plausible event time, Unix milliseconds.
    pub first_event_ms: Option<i64>,
    /// Latest plausible event time, Unix milliseconds.
    pub last_event_ms: Option<i64>,
    /// Database file, bytes.
    pub database_bytes: u64,
    /// The part of it that is free for new data, bytes.
    pub free_bytes: u64,
    /// Write-ahead log, bytes.
    pub wal_bytes: u64,
    /// Used bytes of the database file for each event; null without events.
    pub bytes_per_event: Option<f64>,
    /// Bytes that the file system of the data directory has left for the manager; null when the system does not say.
    pub free_disk_bytes: Option<u64>,
    /// Bytes by which the database grows in a day: the events of the last seven days (of as many as there are) times
    /// `bytes_per_event`. Null while there is less than a day of events, or while the column index is being built.
    pub growth_bytes_per_day: Option<f64>,
    /// Items that could not become events, all that ever came.
    pub dead_letters: i64,
}

/// Answer of `GET /api/v1/diagnostics`: what helps to find a fault, and no secret.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DiagnosticsDocument {
    /// When it was made, Unix milliseconds.
    pub generated_at_ms: i64,
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub arch: String,
    /// Whether the panel is part of this program.
    pub panel_embedded: bool,
    /// Who we are and whether set-up is done.
    pub info: ServiceInfo,
    /// What the manager is doing.
    pub status: StatusDocument,
    /// The configuration in force; keys are placeholders.
    pub config: ManagerConfig,
    /// Settings that are set outside the database, without values.
    pub settings: Vec<GivenSetting>,
    /// Sizes on disk.
    pub storage: StorageDocument,
    /// Periods in which records may be missing, newest first, at most 1000.
    pub gaps: Vec<GapDocument>,
}

/// A saved view to be made or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
pub struct ViewToSave {
    /// The page's path in the panel.
    #[schema(example = "/requests")]
    pub page: String,
    /// Its name, 1 to 80 characters; unique on its page.
    pub name: String,
    /// The search part of the address, without `?`.
    pub search: String,
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewItem {
    /// Its number.
    pub id: String,
    /// The page's path in the panel.
    pub page: String,
    /// Its name.
    pub name: String,
    /// The search part of the address, without `?`.
    pub search: String,
    /// When it was made, Unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last saved, Unix milliseconds.
    pub updated_at_ms: i64,
}

/// Answer of `GET /api/v1/views`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewList {
    /// By page and name.
    pub items: Vec<ViewItem>,
}

/// What is known of newer versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpdateState {
    /// Nobody is asked.
    Off,
}

/// Answer of `GET /api/v1/update`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UpdateDocument {
    /// What is known.
    pub state: UpdateState,
    /// The version that runs.
    pub current: String,
}
