//! Set-up and configuration documents (`manager-http-api.md` §6).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::status::{GatewayDocument, WarningDocument};

/// Stands for the saved management key in answers; sent back, it means "unchanged".
pub const KEY_PLACEHOLDER: &str = "********";

/// Body of `POST /setup`.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SetupRequest {
    /// Address of the gateway; `http://` is added when there is no scheme.
    pub cpa_base_url: Option<String>,
    /// The gateway's `remote-management.secret-key`.
    pub cpa_management_key: Option<String>,
    /// Older name of `cpaManagementKey`.
    pub management_key: Option<String>,
    /// `auto`, `subscribe`, `http` or `resp`; anything else means `auto`.
    pub collector_mode: Option<String>,
    /// Queue name.
    pub queue: Option<String>,
    /// `left` or `right`.
    pub pop_side: Option<String>,
    /// Records per batch.
    pub batch_size: Option<i64>,
    /// Idle poll interval, milliseconds.
    pub poll_interval_ms: Option<i64>,
    /// Most recent events returned by the compatible usage document.
    pub query_limit: Option<i64>,
    /// Accept any certificate of the gateway.
    pub tls_skip_verify: Option<bool>,
    /// Collect requests (default true).
    pub request_monitoring_enabled: Option<bool>,
    /// Switch on usage publishing in the gateway, now and whenever it is found off (default true).
    pub ensure_usage_statistics_enabled: Option<bool>,
}

/// Answer of `POST /setup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SetupAnswer {
    /// Always true.
    pub ok: bool,
    /// The gateway's address as saved.
    pub upstream: String,
    /// What works and should be looked at.
    pub warnings: Vec<WarningDocument>,
}

/// Body of `POST /api/v1/connection/test`.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ConnectionTestRequest {
    /// Address to test; the saved one when absent.
    pub cpa_base_url: Option<String>,
    /// Key to test; the saved one when absent or the placeholder (only for the saved address).
    pub cpa_management_key: Option<String>,
    /// Accept any certificate of the gateway.
    pub tls_skip_verify: Option<bool>,
}

/// One line of a test of the connection or of the collector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConnectionCheck {
    /// Of a connection: `http`, `key`, `version`, `publishing`, `retention` or `resp`. Of the collector: `key` (the
    /// management key, over HTTP), `resp` (a login on the RESP port), `subscribe` (records pushed), `http` (the HTTP queue),
    /// `publishing` or `retention`.
    pub name: String,
    /// `ok`, `warn`, `failed`, `skipped`, or `unknown`: not tried because something that it needs does not work.
    pub state: String,
    /// Stable code of what was found, listed in the troubleshooting page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What was found.
    pub text: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Answer of `POST /api/v1/connection/test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConnectionTestAnswer {
    /// Whether records can be collected over this connection.
    pub ok: bool,
    /// What was tested, in order.
    pub checks: Vec<ConnectionCheck>,
    /// What the gateway said of itself, when it answered.
    pub gateway: Option<GatewayDocument>,
}

/// Answer of `POST /api/v1/collector/test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CollectorTestAnswer {
    /// Whether records can be collected from here: the gateway publishes them, and some way of collecting works.
    pub ok: bool,
    /// The way that `auto` takes: `subscribe`, `http` or `resp`; null when none works.
    pub transport: Option<String>,
    /// How long the gateway keeps records that nobody takes, seconds; null when it did not say.
    pub retention_seconds: Option<u64>,
    /// What was tried, in order.
    pub checks: Vec<ConnectionCheck>,
}

/// Body of `PUT /usage-service/config`.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ConfigUpdate {
    /// What to change; absent members stay as they are.
    pub config: ManagerConfig,
}

/// Answer of `GET` and `PUT /usage-service/config`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConfigAnswer {
    /// The configuration in force.
    pub config: ManagerConfig,
    /// `env` when the environment gives the connection, `db` when the database does, else empty.
    pub source: String,
    /// What the gateway says of its queue; absent when it does not answer.
    #[serde(rename = "cpaUsage", skip_serializing_if = "Option::is_none")]
    pub cpa_usage: Option<CpaUsage>,
    /// Members that the environment, a flag or the configuration file fixes, as dotted paths.
    pub locked: Vec<String>,
}

/// The gateway's queue settings, read live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CpaUsage {
    /// Whether usage is published.
    pub usage_statistics_enabled: bool,
    /// How long records are kept, seconds.
    pub redis_usage_queue_retention_seconds: i64,
    /// The gateway did not say; 60 is assumed.
    pub retention_source_default: bool,
}

/// The manager's configuration. In a request, absent members are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ManagerConfig {
    /// The gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpa_connection: Option<CpaConnection>,
    /// The collector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collector: Option<CollectorConfig>,
    /// Account inspection; kept for the part that uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codex_inspection: Option<InspectionConfig>,
    /// Always disabled; kept for panels of the reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_usage_service: Option<ExternalUsageService>,
    /// Last save, Unix milliseconds; ignored in requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at_ms: Option<i64>,
}

/// The gateway's address and key.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CpaConnection {
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpa_base_url: Option<String>,
    /// Answers carry a placeholder (`********`) when a key is saved; the placeholder in a request means "unchanged".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management_key: Option<String>,
}

impl std::fmt::Debug for CpaConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CpaConnection").field("cpa_base_url", &self.cpa_base_url).finish_non_exhaustive()
    }
}

/// Settings of the collector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CollectorConfig {
    /// Collect requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// `auto`, `subscribe`, `http` or `resp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collector_mode: Option<String>,
    /// Queue name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// `left` or `right`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pop_side: Option<String>,
    /// Records per batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<i64>,
    /// Idle poll interval, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll_interval_ms: Option<i64>,
    /// Most recent events returned by the compatible usage document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_limit: Option<i64>,
    /// Accept any certificate of the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_skip_verify: Option<bool>,
    /// Switch on usage publishing in the gateway whenever it is found off (default true).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ensure_usage_statistics_enabled: Option<bool>,
}

/// Settings of account inspection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct InspectionConfig {
    /// Inspect on a schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<InspectionSchedule>,
    /// Subset of `codex`, `xai`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_types: Option<Vec<String>>,
    /// First target; older form of `targetTypes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_type: Option<String>,
    /// Concurrent probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workers: Option<i64>,
    /// Concurrent deletions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_workers: Option<i64>,
    /// Time-out of a probe, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i64>,
    /// Retries of a probe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<i64>,
    /// Accounts per provider; 0 = all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_size: Option<i64>,
    /// User agent of Codex probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// User agent of xAI probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xai_inference_user_agent: Option<String>,
    /// Probe xAI by a small inference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xai_inference_enabled: Option<bool>,
    /// Model of that inference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xai_inference_model: Option<String>,
    /// Prompt of that inference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xai_inference_prompt: Option<String>,
    /// Quota use that counts as exhausted, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_percent_threshold: Option<f64>,
    /// `none`, `enable`, `disable` or `delete`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_action_mode: Option<String>,
    /// Enable accounts again when their quota recovers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_recover_enabled: Option<bool>,
}

/// When accounts are inspected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct InspectionSchedule {
    /// `interval` or `time_points`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// `HH:MM` in the schedule's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_points: Option<Vec<String>>,
    /// Minutes between runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_minutes: Option<i64>,
    /// IANA zone; the server's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Always disabled; kept for panels of the reference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExternalUsageService {
    /// Always false.
    pub enabled: bool,
    /// Always absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_base: Option<String>,
}
