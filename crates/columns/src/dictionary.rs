//! What the codes of the columns stand for: an immutable picture that is replaced as a whole when something new appears.

use std::sync::Arc;

/// Values by database id. Ids are small and dense; a gap is `None`.
#[derive(Debug, Clone)]
pub struct Table<T>(pub Arc<Vec<Option<T>>>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Arc::new(Vec::new()))
    }
}

impl<T> Table<T> {
    /// The value with this id.
    pub fn get(&self, id: u32) -> Option<&T> {
        self.0.get(id as usize)?.as_ref()
    }

    /// Every id with its value, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.0.iter().enumerate().filter_map(|(id, value)| Some((id as u32, value.as_ref()?)))
    }

    /// One more than the highest id.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no id at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A row of the table `credentials`. Empty text means "not reported".
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Credential {
    /// The gateway's handle.
    pub auth_index: String,
    /// `apikey`, `oauth` or `unknown`.
    pub auth_type: String,
    /// Provider of the event.
    pub provider: String,
    /// The gateway's executor.
    pub executor_type: String,
    /// Masked account or key.
    pub source: String,
    /// SHA-256 (hex) of the unmasked source.
    pub source_hash: String,
    /// Account name when collected.
    pub account_snapshot: String,
    /// Label when collected.
    pub auth_label_snapshot: String,
    /// Auth file when collected.
    pub auth_file_snapshot: String,
    /// Provider of the credential when collected.
    pub auth_provider_snapshot: String,
    /// Project when collected.
    pub auth_project_id_snapshot: String,
}

/// A row of the table `models`, and the analytics model that follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ModelNames {
    /// Display model.
    pub model: String,
    /// What the client asked for.
    pub requested_model: String,
    /// What the provider was asked for.
    pub resolved_model: String,
    /// What analytics group by: requested, else display model, without a reasoning suffix.
    pub analytics_model: String,
}

/// A row of the table `api_keys`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ApiKey {
    /// SHA-256 (hex) of the client's key; empty = unknown.
    pub api_key_hash: String,
}

/// A row of the table `tiers`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tier {
    /// Reasoning effort.
    pub reasoning_effort: String,
    /// Effective service tier.
    pub service_tier: String,
    /// Requested service tier.
    pub request_service_tier: String,
    /// Service tier of the answer.
    pub response_service_tier: String,
}

/// A row of the table `routes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Route {
    /// Method and route pattern.
    pub endpoint: String,
    /// HTTP method.
    pub method: String,
    /// Route pattern.
    pub path: String,
}

/// A row of the table `clients`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Client {
    /// Address as the gateway saw it.
    pub client_ip: String,
    /// The client's `X-Forwarded-For`.
    pub x_forwarded_for: String,
    /// The client's user agent.
    pub user_agent: String,
}

/// Database ids that come together in an event, as one code. Most filters and groups are decided by it alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Profile {
    /// The gateway.
    pub gateway: u32,
    /// Id in `credentials`.
    pub credential: u32,
    /// Id in `models`.
    pub model: u32,
    /// Id in `api_keys`.
    pub api_key: u32,
    /// Id in `tiers`.
    pub tier: u32,
}

/// How an attempt ended, as far as it repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Outcome {
    /// Upstream status.
    pub status_code: Option<i64>,
    /// Plan among the answer's headers.
    pub quota_plan: String,
    /// Error kind among the answer's headers.
    pub error_kind: String,
    /// Error code among the answer's headers.
    pub error_code: String,
    /// Whether the answer's headers told anything (any response metadata).
    pub has_metadata: bool,
}

/// All of them at one moment. A clone is a handful of reference counts.
#[derive(Debug, Clone, Default)]
pub struct Dictionaries {
    /// Table `credentials`.
    pub credentials: Table<Credential>,
    /// Table `models`.
    pub models: Table<ModelNames>,
    /// Table `api_keys`.
    pub api_keys: Table<ApiKey>,
    /// Table `tiers`.
    pub tiers: Table<Tier>,
    /// Table `routes`.
    pub routes: Table<Route>,
    /// Table `clients`.
    pub clients: Table<Client>,
    /// Profile by code. Codes live as long as the process; segments carry the profiles themselves.
    pub profiles: Arc<Vec<Profile>>,
    /// Outcome by code; as profiles.
    pub outcomes: Arc<Vec<Outcome>>,
}
