//! Import documents (`manager-http-api.md` §7.3 and §7.4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportResult {
    /// `usage_service_jsonl`, `legacy_usage_export` or `legacy_usage_payload`.
    pub format: String,
    /// Events stored.
    pub added: u64,
    /// Events that were stored before.
    pub skipped: u64,
    /// Events parsed.
    pub total: u64,
    /// Lines or records that could not be parsed.
    pub failed: u64,
    /// Buckets without request details.
    pub unsupported: u64,
    /// What to know about this import; null when nothing.
    pub warnings: Option<Vec<String>>,
    /// The first bad lines, at most 100.
    #[serde(default)]
    pub line_errors: Vec<ImportLineError>,
}

/// A line that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportLineError {
    /// Line or record number, from 1.
    pub line: u64,
    /// Why.
    pub error: String,
}

/// Body of a failed `POST /v0/management/usage/import`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportFailure {
    /// What went wrong.
    pub error: String,
    /// Stable code.
    pub code: String,
    /// Format, as far as it was recognised; empty when it was not.
    pub format: String,
    /// Events stored before the failure; they stay.
    pub added: u64,
    /// Events that were stored before.
    pub skipped: u64,
    /// Lines or records that could not be parsed.
    pub failed: u64,
    /// Buckets without request details.
    pub unsupported: u64,
    /// What to know about this import; null when nothing.
    pub warnings: Option<Vec<String>>,
    /// The first bad lines, at most 100.
    pub line_errors: Vec<ImportLineError>,
}

/// Body of `POST /v0/management/usage/import-sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportSessionRequest {
    /// Name of the file, for people.
    #[serde(default)]
    pub filename: String,
    /// Size of the whole file, bytes.
    pub size_bytes: i64,
    /// 32 hexadecimal digits of the client's choice; the same key, name and size find the upload again.
    #[serde(default)]
    pub resume_key: Option<String>,
}

/// State of an import session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportSessionStatus {
    /// Waiting for chunks.
    Uploading,
    /// Fully uploaded.
    Ready,
    /// Being imported.
    Processing,
    /// Imported.
    Completed,
    /// Not imported; see `retryable`.
    Failed,
    /// Cancelled by a person.
    Cancelled,
}

/// An import session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportSession {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Name of the file.
    pub filename: String,
    /// State.
    pub status: ImportSessionStatus,
    /// Size of the whole file, bytes.
    pub size_bytes: u64,
    /// Received so far, bytes.
    pub received_bytes: u64,
    /// Largest chunk, bytes.
    pub chunk_size_bytes: u64,
    /// Created, Unix milliseconds.
    pub created_at_ms: i64,
    /// Last change, Unix milliseconds.
    pub updated_at_ms: i64,
    /// Removed after this if nothing happens, Unix milliseconds.
    pub expires_at_ms: i64,
    /// `complete` may be repeated.
    pub retryable: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// What it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub result: Option<ImportResult>,
}
