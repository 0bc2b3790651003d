//! What a query can group and filter by.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use columns::{ApiKey, Client, Credential, Dictionaries, Dimension, ModelNames, Outcome, Route, Tier};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::buckets::HOUR_MS;
use crate::dictionary::{Names, Profiles, account_id, credential_id, lower, or_dash, provider};

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
    /// Local minute; both passes of a time that comes twice are apart, as in every finer part of a day.
    Minute,
    /// Five local minutes, from a full hour on.
    FiveMinutes,
    /// Local quarter of an hour.
    QuarterHour,
    /// Local half hour.
    HalfHour,
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
    Credential(fn(&Credential) -> &str),
    Model(fn(&ModelNames) -> &str),
    Key(fn(&ApiKey) -> Cow<'_, str>),
    Tier(fn(&Tier) -> &str),
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
            Self::Model | Self::AnyModel => S::Model(|m| or_dash(&m.analytics_model)),
            Self::RequestedModel => S::Model(|m| {
                or_dash(if m.requested_model.is_empty() { &m.model } else { &m.requested_model })
            }),
            Self::ResolvedModel => S::Model(|m| or_dash(&m.resolved_model)),
            Self::Provider => S::Credential(|c| or_dash(provider(c))),
            Self::Account => S::Credential(|c| account_id(c)),
            Self::Credential => S::Credential(|c| credential_id(c)),
            Self::AuthFile => S::Credential(|c| or_dash(&c.auth_file_snapshot)),
            Self::AuthIndex => S::Credential(|c| or_dash(&c.auth_index)),
            Self::AuthType => S::Credential(|c| or_dash(&c.auth_type)),
            Self::Project => S::Credential(|c| or_dash(&c.auth_project_id_snapshot)),
            Self::ApiKey => S::Key(|key| lower(or_dash(&key.api_key_hash))),
            Self::SourceHash => S::Credential(|c| or_dash(&c.source_hash)),
            Self::Executor => S::Credential(|c| or_dash(&c.executor_type)),
            Self::Tier => S::Tier(|tier| or_dash(&tier.service_tier)),
            Self::Effort => S::Tier(|tier| or_dash(&tier.reasoning_effort)),
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
            Self::Minute
            | Self::FiveMinutes
            | Self::QuarterHour
            | Self::HalfHour
            | Self::Hour
            | Self::Day
            | Self::Week
            | Self::Month
            | Self::Weekday
            | Self::HourOfDay => S::Time,
        }
    }

    /// Width of a bucket within a day, milliseconds. Each is a multiple of the next finer one.
    pub(crate) fn width_ms(self) -> Option<i64> {
        Some(match self {
            Self::Minute => HOUR_MS / 60,
            Self::FiveMinutes => HOUR_MS / 12,
            Self::QuarterHour => HOUR_MS / 4,
            Self::HalfHour => HOUR_MS / 2,
            Self::Hour => HOUR_MS,
            _ => return None,
        })
    }

    /// Whether its values are spans of time that follow each other.
    pub(crate) fn is_span(self) -> bool {
        self.width_ms().is_some() || matches!(self, Self::Day | Self::Week | Self::Month)
    }

    /// Whether it is a part of time.
    pub fn is_time(self) -> bool {
        matches!(self.source(), Source::Time)
    }

    /// Whether one of the wanted values is a name of a credential. Providers and accounts have several names and are
    /// compared in any case of letters.
    pub(crate) fn credential_has(self, c: &Credential, wanted: &Wanted) -> bool {
        let Source::Credential(text) = self.source() else { return false };
        let names: &[&str] = match self {
            Self::Provider => &[&c.provider, &c.auth_provider_snapshot],
            Self::Account => &[&c.account_snapshot, &c.auth_label_snapshot, &c.source, &c.auth_index],
            _ => return wanted.has(text(c)),
        };
        wanted.folded(text(c)) || names.iter().any(|name| !name.is_empty() && wanted.folded(name))
    }

    /// Whether one of the wanted values is a name of a model.
    pub(crate) fn model_has(self, m: &ModelNames, wanted: &Wanted) -> bool {
        let Source::Model(text) = self.source() else { return false };
        let names: &[&str] = match self {
            Self::AnyModel => &[&m.model, &m.requested_model, &m.resolved_model],
            Self::RequestedModel => &[&m.model, &m.requested_model],
            _ => &[],
        };
        wanted.has(text(m)) || names.iter().any(|name| !name.is_empty() && wanted.has(name))
    }

    /// Whether a client key is one of the wanted ones.
    pub(crate) fn key_has(self, key: &ApiKey, wanted: &Wanted) -> bool {
        matches!(self.source(), Source::Key(text) if wanted.has(&text(key)))
    }

    /// Whether a tier's text is one of the wanted ones.
    pub(crate) fn tier_has(self, tier: &Tier, wanted: &Wanted) -> bool {
        matches!(self.source(), Source::Tier(text) if wanted.has(text(tier)))
    }

    /// A dimension with one value for each distinct text; `None` for parts of time.
    pub(crate) fn dimension(self, d: &Dictionaries) -> Option<(Dimension, Vec<String>)> {
        let found = match self.source() {
            Source::Credential(text) => Profiles::new(d).by_credential(|c| Some(text(c).to_owned())),
            Source::Model(text) => Profiles::new(d).by_model(|m| Some(text(m).to_owned())),
            Source::Key(text) => Profiles::new(d).by_key(|key| Some(text(key).into_owned())),
            Source::Tier(text) => Profiles::new(d).by_tier(|tier| Some(text(tier).to_owned())),
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
