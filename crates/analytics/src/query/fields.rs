//! What a query can group and filter by.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use columns::{Client, Dictionaries, Dimension, Outcome, Route};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dictionary::{Names, Profile, Profiles, account_id, credential_id, lower, or_dash, provider};

/// Something to group or filter by. Values that are not known are `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Analytics model: requested, else display model, without a reasoning suffix.
    Model,
    /// Any of a model's names: display, requested, resolved or analytics model. As a dimension the analytics model.
    AnyModel,
    /// What the client asked for.
    RequestedModel,
    /// What the provider was asked for.
    ResolvedModel,
    /// Provider of the credential, else of the event.
    Provider,
    /// First of account, label, masked source, handle that is known.
    Account,
    /// First of auth file, handle, source hash, masked source that is known.
    Credential,
    /// Auth file.
    AuthFile,
    /// The gateway's handle of the credential.
    AuthIndex,
    /// `apikey`, `oauth` or `unknown`.
    AuthType,
    /// Project of the credential.
    Project,
    /// SHA-256 (hex) of the client key.
    ApiKey,
    /// SHA-256 (hex) of the upstream source.
    SourceHash,
    /// The gateway's executor.
    Executor,
    /// Effective service tier.
    Tier,
    /// Reasoning effort.
    Effort,
    /// Method and route pattern.
    Endpoint,
    /// Client address.
    ClientIp,
    /// The client's user agent.
    UserAgent,
    /// `ok` or `failed`.
    Status,
    /// Upstream status code.
    StatusCode,
    /// Error kind among the answer's headers.
    ErrorKind,
    /// Error code among the answer's headers.
    ErrorCode,
    /// Plan among the answer's headers.
    Plan,
    /// Local hour; both passes of an hour that comes twice are apart.
    Hour,
    /// Local day.
    Day,
    /// Local week, from Monday.
    Week,
    /// Local month.
    Month,
    /// Local weekday, 0 = Sunday.
    Weekday,
    /// Local hour of the day, 0 to 23.
    HourOfDay,
}

/// What decides a field's value.
pub(crate) enum Source {
    Profile(for<'t> fn(&Profile<'t>) -> Cow<'t, str>),
    Outcome(fn(&Outcome) -> Cow<'_, str>),
    Route(fn(&Route) -> &str),
    Client(fn(&Client) -> &str),
    Failed,
    Time,
}

impl Field {
    pub(crate) fn source(self) -> Source {
        use Source as S;
        match self {
            Self::Model | Self::AnyModel => S::Profile(|p| or_dash(&p.model.analytics_model).into()),
            Self::RequestedModel => S::Profile(|p| {
                let m = p.model;
                or_dash(if m.requested_model.is_empty() { &m.model } else { &m.requested_model }).into()
            }),
            Self::ResolvedModel => S::Profile(|p| or_dash(&p.model.resolved_model).into()),
            Self::Provider => S::Profile(|p| or_dash(provider(p.credential)).into()),
            Self::Account => S::Profile(|p| account_id(p.credential).into()),
            Self::Credential => S::Profile(|p| credential_id(p.credential).into()),
            Self::AuthFile => S::Profile(|p| or_dash(&p.credential.auth_file_snapshot).into()),
            Self::AuthIndex => S::Profile(|p| or_dash(&p.credential.auth_index).into()),
            Self::AuthType => S::Profile(|p| or_dash(&p.credential.auth_type).into()),
            Self::Project => S::Profile(|p| or_dash(&p.credential.auth_project_id_snapshot).into()),
            Self::ApiKey => S::Profile(|p| lower(or_dash(&p.key.api_key_hash))),
            Self::SourceHash => S::Profile(|p| or_dash(&p.credential.source_hash).into()),
            Self::Executor => S::Profile(|p| or_dash(&p.credential.executor_type).into()),
            Self::Tier => S::Profile(|p| or_dash(&p.tier.service_tier).into()),
            Self::Effort => S::Profile(|p| or_dash(&p.tier.reasoning_effort).into()),
            Self::Endpoint => S::Route(|route| or_dash(&route.endpoint)),
            Self::ClientIp => S::Client(|client| or_dash(&client.client_ip)),
            Self::UserAgent => S::Client(|client| or_dash(&client.user_agent)),
            Self::Status => S::Failed,
            Self::StatusCode => {
                S::Outcome(|outcome| outcome.status_code.map_or("-".into(), |code| code.to_string().into()))
            }
            Self::ErrorKind => S::Outcome(|outcome| or_dash(&outcome.error_kind).into()),
            Self::ErrorCode => S::Outcome(|outcome| or_dash(&outcome.error_code).into()),
            Self::Plan => S::Outcome(|outcome| or_dash(&outcome.quota_plan).into()),
            Self::Hour | Self::Day | Self::Week | Self::Month | Self::Weekday | Self::HourOfDay => S::Time,
        }
    }

    /// Whether it is a part of time.
    pub fn is_time(self) -> bool {
        matches!(self.source(), Source::Time)
    }

    /// Whether one of the wanted values is a name of what a profile stands for. Providers and accounts have several names
    /// and are compared in any case of letters.
    pub(crate) fn profile_has(self, profile: &Profile<'_>, wanted: &Wanted) -> bool {
        let c = profile.credential;
        let names: &[&str] = match self {
            Self::Provider => &[&c.provider, &c.auth_provider_snapshot],
            Self::Account => &[&c.account_snapshot, &c.auth_label_snapshot, &c.source, &c.auth_index],
            Self::AnyModel => {
                let m = profile.model;
                &[&m.model, &m.requested_model, &m.resolved_model]
            }
            Self::RequestedModel => &[&profile.model.model, &profile.model.requested_model],
            _ => &[],
        };
        let Source::Profile(value) = self.source() else { return false };
        let folds = matches!(self, Self::Provider | Self::Account);
        let has = |name: &str| if folds { wanted.folded(name) } else { wanted.has(name) };
        has(&value(profile)) || names.iter().any(|name| !name.is_empty() && has(name))
    }

    /// A dimension with one value for each distinct text; `None` for parts of time.
    pub(crate) fn dimension(self, d: &Dictionaries) -> Option<(Dimension, Vec<String>)> {
        let found = match self.source() {
            Source::Profile(text) => Profiles::new(d).dimension(|p| Some(text(p).into_owned())),
            Source::Outcome(text) => {
                let (values, names) =
                    coded(d.outcomes.iter().map(|outcome| Some(text(outcome).into_owned())));
                (Dimension::Outcome { values, len: names.len() as u32 }, names)
            }
            Source::Route(text) => {
                let all = d.routes.0.iter().map(|route| route.as_ref().map(|route| text(route).to_owned()));
                let (values, names) = coded(all);
                (Dimension::Route { values, len: names.len() as u32 }, names)
            }
            Source::Client(text) => {
                let all =
                    d.clients.0.iter().map(|client| client.as_ref().map(|client| text(client).to_owned()));
                let (values, names) = coded(all);
                (Dimension::Client { values, len: names.len() as u32 }, names)
            }
            Source::Failed => (Dimension::Failed, vec!["ok".to_owned(), "failed".to_owned()]),
            Source::Time => return None,
        };
        Some(found)
    }
}

/// Values of codes by their text. A code without an entry has the text of what is not known.
fn coded<K: From<&'static str> + Eq + Hash + Clone>(
    texts: impl Iterator<Item = Option<K>>,
) -> (Arc<Vec<u32>>, Vec<K>) {
    let mut names = Names::default();
    let values = texts.map(|text| names.value(text.unwrap_or_else(|| K::from("-")))).collect();
    (Arc::new(values), names.list)
}

/// Wanted values of a filter.
pub(crate) struct Wanted {
    exact: HashSet<String>,
    folded: HashSet<String>,
}

impl Wanted {
    /// An empty value stands for what is not known, as `-` does.
    pub fn new(values: &[String]) -> Self {
        let exact: HashSet<String> = values.iter().map(|value| or_dash(value.trim()).to_owned()).collect();
        let folded = exact.iter().map(|value| value.to_ascii_lowercase()).collect();
        Self { exact, folded }
    }

    pub fn has(&self, text: &str) -> bool {
        self.exact.contains(text)
    }

    pub fn folded(&self, text: &str) -> bool {
        self.folded.contains(lower(text).as_ref())
    }
}
