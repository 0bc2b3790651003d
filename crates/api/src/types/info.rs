//! Discovery: who we are and whether set-up is done.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the saved gateway connection can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// A gateway address and key are known.
    Ok,
    /// No gateway was connected yet.
    NotConfigured,
    /// A key is saved but `data.key` is missing or wrong: enter the connection again.
    ReentryRequired,
}

/// Answer of `GET /usage-service/info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceInfo {
    /// Always `cpa-manager-plus`.
    pub service: String,
    /// Always `embedded`.
    pub mode: String,
    /// Version of the manager.
    pub version: String,
    /// Process start, Unix milliseconds.
    pub started_at: i64,
    /// Same as `projectInitialized`.
    pub configured: bool,
    /// An admin credential is stored.
    pub admin_ready: bool,
    /// A gateway connection is known.
    pub project_initialized: bool,
    /// The set-up page should be shown.
    pub setup_required: bool,
    /// `fresh`, `needs_setup`, `ready` or `migrated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration_status: Option<String>,
    /// The data encryption key is available.
    pub data_key_ready: bool,
    /// Whether events or a connection were stored when the process started.
    pub has_historical_data: bool,
    /// Whether the saved connection can be used.
    pub connection_state: ConnectionState,
}

/// Answer of `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// Always true.
    pub ok: bool,
    /// Always `cpa-manager-plus`.
    pub service: String,
}

/// Body of `POST /api/v1/session`.
#[derive(Deserialize, ToSchema)]
pub struct LoginRequest {
    /// The CPAMP admin key.
    pub admin_key: String,
}

/// A browser session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionView {
    /// When the session began, Unix milliseconds.
    pub created_at_ms: i64,
    /// When it ends at the latest, Unix milliseconds.
    pub expires_at_ms: i64,
}

/// An OpenAPI 3.1 document. Its further members follow that specification.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the document is a committed file; this only describes it")]
pub struct ApiDocument {
    /// `3.1.0`.
    openapi: String,
    /// What it is about.
    info: ApiDocumentInfo,
}

/// What an OpenAPI document is about.
#[derive(ToSchema)]
#[expect(dead_code, reason = "as above")]
pub struct ApiDocumentInfo {
    /// Name of the interface.
    title: String,
    /// Version of the manager.
    version: String,
}
