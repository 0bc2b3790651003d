//! Empty shapes of the heads that later parts of the product own.

use serde::Serialize;
use utoipa::ToSchema;

/// A list that has no entries in this version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmptyItems {
    /// Always empty.
    #[schema(value_type = Vec<String>, max_items = 0)]
    pub items: [(); 0],
}

/// Answer of `GET /v0/management/account-action-candidates`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmptyCandidates {
    /// Always empty.
    #[schema(value_type = Vec<String>, max_items = 0)]
    pub items: [(); 0],
    /// Always 0.
    pub pending_count: i64,
}

/// Answer of `POST /v0/management/quota-snapshots/query`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmptyQuotaSnapshots {
    /// When the answer was made, Unix milliseconds.
    pub generated_at_ms: i64,
    /// Always empty.
    #[schema(value_type = Vec<String>, max_items = 0)]
    pub items: [(); 0],
}

/// Answer of `GET /usage-service/account-processing-policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountProcessingPolicy {
    /// Always `startup`.
    pub source: &'static str,
    /// Pausing accounts whose quota is used up.
    pub codex_quota_cooldown: Capability,
    /// Collecting accounts that need a person.
    pub auth_issue_queue: Capability,
    /// Disabling such accounts.
    pub auth_issue_auto_disable: Capability,
}

/// One switch of the account processing policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Capability {
    /// Effective state.
    pub enabled: bool,
    /// Own switch.
    pub configured: bool,
    /// `startup`, `env` or `database`.
    pub source: &'static str,
    /// Fixed by the environment.
    pub locked: bool,
    /// Environment variable.
    pub env_key: &'static str,
    /// Member of `config.json`.
    pub config_file_key: &'static str,
    /// Switch that must be on as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<&'static str>,
}

impl AccountProcessingPolicy {
    /// The policy of a manager that changes no accounts.
    pub fn inactive() -> Self {
        let capability = |env_key, config_file_key, depends_on| Capability {
            enabled: false,
            configured: false,
            source: "startup",
            locked: false,
            env_key,
            config_file_key,
            depends_on,
        };
        Self {
            source: "startup",
            codex_quota_cooldown: capability("USAGE_QUOTA_COOLDOWN_ENABLED", "quotaCooldownEnabled", None),
            auth_issue_queue: capability("USAGE_ACCOUNT_ACTIONS_ENABLED", "accountActionsEnabled", None),
            auth_issue_auto_disable: capability(
                "USAGE_ACCOUNT_ACTIONS_AUTO_DISABLE",
                "accountActionsAutoDisable",
                Some("authIssueQueue"),
            ),
        }
    }
}
