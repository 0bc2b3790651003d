//! `GET /status`: what the manager is doing and how far it can be trusted.

use serde::Serialize;
use utoipa::ToSchema;

/// Answer of `GET /status`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusDocument {
    /// Always `cpa-manager-plus`.
    pub service: String,
    /// Version of the manager.
    pub version: String,
    /// Absolute path of the database.
    pub db_path: String,
    /// A gateway connection is known.
    pub configured: bool,
    /// Number of stored events.
    pub events: i64,
    /// Same as `events`.
    pub event_count: i64,
    /// Queue items that could not become events.
    pub dead_letters: i64,
    /// When an item was last taken from the gateway, Unix milliseconds; 0 = not since the process started.
    pub last_consumed_at: i64,
    /// When an event was last stored or found to be stored already, Unix milliseconds; 0 = not since the process started.
    pub last_inserted_at: i64,
    /// Process start, Unix milliseconds.
    pub started_at: i64,
    /// The collector.
    pub collector: CollectorDocument,
    /// Known gaps in the collection, the one that lasts first, then newest first, at most 20.
    pub gaps: Vec<GapDocument>,
    /// The database file.
    pub database: DatabaseDocument,
    /// The column index, which answers analytics.
    pub index: IndexDocument,
    /// The queue of the audit trail; absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub audit: Option<AuditQueueDocument>,
    /// Kept for scripts written for the reference; always `completed`.
    pub data_migration: DataMigrationDocument,
    /// Kept for scripts written for the reference; never required.
    pub database_maintenance: DatabaseMaintenanceDocument,
}

/// What waits to be written into the audit trail. Changes of settings, prices, names and views do not wait: they bring
/// their entries along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditQueueDocument {
    /// Entries that wait.
    pub waiting: u64,
    /// Most entries that may wait.
    pub limit: u64,
    /// Entries that could not be written since the process started.
    pub dropped: u64,
}

/// The collector's part of `/status`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CollectorDocument {
    /// `stopped`, `starting`, `running` or `error`.
    pub collector: String,
    /// Finer state: `stopped`, `starting`, `running`, `error`, `key_refused`, `banned`.
    pub state: String,
    /// Gateway address.
    pub upstream: String,
    /// Configured mode: `auto`, `subscribe`, `http` or `resp`.
    pub mode: String,
    /// Transport in use or being tried; empty when none.
    pub transport: String,
    /// Queue name.
    pub queue: String,
    /// When an item was last taken from the gateway, Unix milliseconds; 0 = not since the process started.
    pub last_consumed_at: i64,
    /// When an event was last stored or found to be stored already, Unix milliseconds; 0 = not since the process started.
    pub last_inserted_at: i64,
    /// Events stored since the process started.
    pub total_inserted: u64,
    /// Duplicates since the process started.
    pub total_skipped: u64,
    /// Rows in the dead-letter table.
    pub dead_letters: i64,
    /// `<stage>: text` of the last error, empty when there is none.
    pub last_error: String,
    /// The last error in parts; stays after recovery, with its time.
    pub last_error_detail: Option<CollectorErrorDocument>,
    /// Connected since, Unix milliseconds.
    pub connected_since: Option<i64>,
    /// Last record received, Unix milliseconds.
    pub last_record_received_at: Option<i64>,
    /// Last durable commit, Unix milliseconds.
    pub last_commit_at: Option<i64>,
    /// Everything that the gateway published up to here is stored, gaps aside, Unix milliseconds; null when unknown, while
    /// the gateway publishes nothing, and while another consumer is suspected.
    pub complete_until: Option<i64>,
    /// What waits in memory.
    pub queue_depths: QueueDepthsDocument,
    /// Counts since the process started.
    pub counters: CountersDocument,
    /// What the gateway said of itself.
    pub gateway: Option<GatewayDocument>,
    /// Another consumer seems to take this gateway's records.
    pub rival_suspected: Option<RivalDocument>,
}

/// A collector error in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CollectorErrorDocument {
    /// `connect`, `auth`, `subscribe`, `http`, `consume` or `store`.
    pub stage: String,
    /// Stable code, listed in the troubleshooting page.
    pub code: String,
    /// What happened.
    pub text: String,
    /// What to do next.
    pub hint: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// What waits in memory between the socket and the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueDepthsDocument {
    /// Items read and not yet normalised.
    pub intake_items: u64,
    /// Their size, bytes.
    pub intake_bytes: u64,
    /// The limit, bytes.
    pub intake_limit_bytes: u64,
    /// Highest fill since the process started, bytes.
    pub intake_high_water_bytes: u64,
    /// Events normalised and waiting for the commit.
    pub writer_events: u64,
}

/// Counts since the process started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountersDocument {
    /// Items read from the gateway.
    pub received: u64,
    /// Events stored.
    pub stored: u64,
    /// Events seen before.
    pub duplicate: u64,
    /// Items that could not become events.
    pub dead: u64,
    /// Items known or estimated to be lost.
    pub lost_estimate: u64,
    /// Connections made after the first.
    pub reconnects: u64,
}

/// What the gateway said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GatewayDocument {
    /// Version text; `dev` for own builds.
    pub version: Option<String>,
    /// How long the gateway keeps records, seconds.
    pub retention_seconds: Option<u64>,
    /// Whether it publishes usage.
    pub usage_statistics_enabled: Option<bool>,
    /// When this was read, Unix milliseconds.
    pub checked_at: i64,
    /// What does not fit.
    pub warnings: Vec<WarningDocument>,
}

/// Something that works and should be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WarningDocument {
    /// Stable code, listed in the troubleshooting page.
    pub code: String,
    /// What was found.
    pub text: String,
    /// What to do next.
    pub hint: String,
}

/// Another consumer seems to take this gateway's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RivalDocument {
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// What was seen.
    pub text: String,
    /// What to do next.
    pub hint: String,
}

/// A period in which records may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GapDocument {
    /// Row id; 0 for the gap that lasts, which has none yet.
    pub id: i64,
    /// `stopped`, `disconnected`, `half_open`, `cut_off`, `reply_lost` or `intake_full`.
    pub kind: String,
    /// Begin, Unix milliseconds.
    pub from_ms: i64,
    /// End, Unix milliseconds; null while it lasts.
    pub to_ms: Option<i64>,
    /// The gateway's retention at the time, seconds, if known.
    pub retention_seconds: Option<u64>,
    /// What happened.
    pub detail: String,
    /// Records known or estimated to be lost, if that can be said; so far, while it lasts.
    pub lost_estimate: Option<i64>,
    /// Whether records may be missing (a covered gap lost nothing).
    pub lossy: bool,
}

/// The database file and its health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseDocument {
    /// `ok`, `checking`, `unchecked` (the check after an unclean stop could not be done), `disk_full`, `read_only`, `corrupt`, `busy`, `io_error`, `failing` or `closed`.
    pub state: String,
    /// The state in words.
    pub state_text: String,
    /// What to do; empty when all is well.
    pub remedy: String,
    /// Database file, bytes.
    pub database_bytes: u64,
    /// Write-ahead log, bytes.
    pub wal_bytes: u64,
    /// Shared memory file, bytes.
    pub shm_bytes: u64,
    /// All three, bytes.
    pub total_bytes: u64,
    /// The log is kept below this, bytes.
    pub journal_size_limit_bytes: u64,
    /// The last checkpoint.
    pub checkpoint: CheckpointDocument,
}

/// The last checkpoint of the write-ahead log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckpointDocument {
    /// `pending`, `passive` or `truncate`.
    pub mode: String,
    /// 1 if a reader kept it from finishing.
    pub busy: i64,
    /// Frames in the log.
    pub log_frames: i64,
    /// Frames moved into the database.
    pub checkpointed_frames: i64,
    /// When, Unix milliseconds; 0 = not yet.
    pub executed_at_ms: i64,
    /// How long it took, milliseconds.
    pub duration_ms: i64,
}

/// The column index: a cache beside the database that answers analytics.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IndexDocument {
    /// `starting`, `ready`, `building`, `repairing`, `disk_full`, `failing` or `stopped`.
    pub state: String,
    /// Entry of the change feed up to which it goes; -1 before anything was read.
    pub generation: i64,
    /// Entries of the feed that it has not taken yet.
    pub lag: i64,
    /// Events in it.
    pub events: i64,
    /// Events that it should have; more than `events` while it is being built.
    pub events_expected: i64,
    /// Complete segments.
    pub segments: u64,
    /// Ranges of events that are still to be read.
    pub missing_segments: u64,
    /// Files in the cache directory, bytes.
    pub disk_bytes: u64,
    /// Of them for text that is unique per event, bytes.
    pub text_bytes: u64,
    /// Columns held in memory at the moment, bytes.
    pub memory_bytes: u64,
    /// Rows read from the database since the process started.
    pub rows_read: u64,
    /// Costs are being computed with other prices.
    pub repricing: bool,
    /// Why segments were made anew the last time; empty if never.
    pub rebuild_reason: String,
    /// When that began, Unix milliseconds.
    pub rebuilt_at_ms: Option<i64>,
    /// What is wrong; empty if nothing is.
    pub error: String,
}

/// Kept for scripts written for the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataMigrationDocument {
    /// Always `usage_cache_accounting_v2`.
    pub name: String,
    /// Always `completed`: this server has no offline migrations.
    pub status: String,
    /// Always 0.
    pub last_event_id: i64,
    /// Always 0.
    pub target_event_id: i64,
    /// Always 0.
    pub processed_rows: i64,
    /// Always 0.
    pub changed_rows: i64,
    /// Always 0.
    pub applied_rows: i64,
    /// Always 0.
    pub updated_at_ms: i64,
}

impl Default for DataMigrationDocument {
    fn default() -> Self {
        Self {
            name: "usage_cache_accounting_v2".to_owned(),
            status: "completed".to_owned(),
            last_event_id: 0,
            target_event_id: 0,
            processed_rows: 0,
            changed_rows: 0,
            applied_rows: 0,
            updated_at_ms: 0,
        }
    }
}

/// Kept for scripts written for the reference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseMaintenanceDocument {
    /// Always false: there is no offline repair step.
    pub required: bool,
    /// Always false.
    pub performance_degraded: bool,
    /// Always 0.
    pub deferred_indexes: i64,
    /// Always 0.
    pub offline_jobs: i64,
    /// Always empty.
    pub reasons: Vec<String>,
}

/// Answer of `GET /status?scope=database-maintenance`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
pub struct DatabaseMaintenanceScope {
    /// Never required.
    pub database_maintenance: DatabaseMaintenanceDocument,
}

/// The part of `/status` that the live stream repeats.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveStatus {
    /// Number of stored events.
    pub event_count: i64,
    /// The collector.
    pub collector: CollectorDocument,
    /// Known gaps, newest first, at most 20.
    pub gaps: Vec<GapDocument>,
    /// The database file.
    pub database: DatabaseDocument,
}

impl From<StatusDocument> for LiveStatus {
    fn from(status: StatusDocument) -> Self {
        Self {
            event_count: status.event_count,
            collector: status.collector,
            gaps: status.gaps,
            database: status.database,
        }
    }
}
