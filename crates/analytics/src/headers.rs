//! `GET /v0/management/monitoring/header-snapshots`: the newest facts of answers' headers for each credential.

use std::sync::Arc;

use columns::{Answer, Dictionaries, Filter, Plan, RowKey, Rows};
use model::{ResponseMetadata, UsageEvent};
use serde::Serialize;
use utoipa::ToSchema;

use crate::buckets::DAY_MS;
use crate::dictionary::Profiles;
use crate::filter::outcomes;
use crate::metadata::ResponseMetadataView;
use crate::plan::{Found, Planner, Slot};
use crate::sections::events::{Events, HeaderFields, provider};

/// Longest span, days.
pub const MAX_DAYS: i64 = 365;
/// Most snapshots.
pub const MAX_SNAPSHOTS: usize = 5000;

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HeaderSnapshotsAnswer {
    /// When it was computed, Unix milliseconds.
    pub generated_at_ms: i64,
    /// Start of the span, Unix milliseconds.
    pub from_ms: i64,
    /// End of the span: now.
    pub to_ms: i64,
    /// One for each credential, newest first.
    pub items: Vec<HeaderSnapshot>,
}

/// The newest event of a credential whose answer told anything.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HeaderSnapshot {
    /// Row id.
    pub id: i64,
    /// Identity.
    pub event_hash: String,
    /// Start, Unix milliseconds.
    pub timestamp_ms: i64,
    /// Display model.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Analytics model.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub analytics_model: String,
    /// What the client asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub requested_model: String,
    /// What the provider was asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resolved_model: String,
    /// Auth file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_file_snapshot: String,
    /// The gateway's handle.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_index: String,
    /// Account.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account_snapshot: String,
    /// Label.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_label_snapshot: String,
    /// Provider of the credential, else of the event.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_provider_snapshot: String,
    /// Project.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub auth_project_id_snapshot: String,
    /// Masked account or key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// SHA-256 (hex) of the source.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_hash: String,
    /// Facts of the answer's headers.
    #[serde(skip_serializing_if = "ResponseMetadata::is_empty")]
    #[schema(value_type = Option<ResponseMetadataView>)]
    pub response_metadata: ResponseMetadata,
    /// The header facts that lists show.
    #[serde(flatten)]
    pub header: HeaderFields,
}

/// A request with its plan.
pub struct HeaderSnapshots {
    from_ms: i64,
    to_ms: i64,
    limit: usize,
    newest: Slot,
    plan: Plan,
}

impl HeaderSnapshots {
    /// Plans a request: the `days` before now (30 when 0, at most 365) and at most `limit` credentials (1000 when 0, at
    /// most 5000).
    pub fn new(days: u64, limit: usize, now_ms: i64, dictionaries: &Dictionaries) -> Self {
        let days = if days == 0 { 30 } else { i64::try_from(days).unwrap_or(MAX_DAYS).min(MAX_DAYS) };
        let limit = if limit == 0 { 1000 } else { limit.min(MAX_SNAPSHOTS) };
        let from_ms = now_ms.saturating_sub(days * DAY_MS);
        let (by, _) = Profiles::new(dictionaries).by_credential(|c| {
            let parts = [&c.auth_file_snapshot, &c.auth_index].map(|part| part.trim());
            let key = match parts {
                ["", ""] if !c.account_snapshot.trim().is_empty() => {
                    ("account", c.account_snapshot.trim().to_lowercase())
                }
                ["", ""] if !c.source_hash.is_empty() => ("source", c.source_hash.clone()),
                ["", ""] => return None,
                [file, ""] => ("file", file.to_owned()),
                ["", index] => ("index", index.to_owned()),
                [file, index] => ("file::index", format!("{file}::{index}")),
            };
            Some(key)
        });
        let told = outcomes(dictionaries, |outcome| outcome.has_metadata);
        let filter = Filter { outcomes: Some(Arc::new(told)), ..Filter::default() };
        let mut planner = Planner::default();
        let scan = planner.scan(from_ms..now_ms, filter);
        let newest = planner.rows(scan, Rows::NewestOfEach { by, limit: 1 });
        Self { from_ms, to_ms: now_ms, limit, newest, plan: planner.finish() }
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn shown(&self, answer: &Answer) -> Vec<RowKey> {
        let mut keys = Found(answer).rows(self.newest).to_vec();
        keys.sort_unstable_by(|a, b| b.cmp(a));
        keys.truncate(self.limit);
        keys
    }

    /// Row ids of the events that the answer needs in full.
    pub fn wanted(&self, answer: &Answer) -> Vec<i64> {
        self.shown(answer).iter().map(|key| key.id).collect()
    }

    /// The response.
    pub fn answer(&self, answer: &Answer, events: &Events, generated_at_ms: i64) -> HeaderSnapshotsAnswer {
        let shown = self.shown(answer);
        let items = shown.iter().filter_map(|key| Some(HeaderSnapshot::new(key.id, events.get(&key.id)?)));
        HeaderSnapshotsAnswer {
            generated_at_ms,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            items: items.collect(),
        }
    }
}

impl HeaderSnapshot {
    fn new(id: i64, e: &UsageEvent) -> Self {
        Self {
            id,
            event_hash: e.event_hash.to_string(),
            timestamp_ms: e.time.ms,
            model: e.model.clone(),
            analytics_model: e.analytics_model().to_owned(),
            requested_model: e.requested_model.clone(),
            resolved_model: e.resolved_model.clone(),
            auth_file_snapshot: e.auth_file_snapshot.clone(),
            auth_index: e.auth_index.clone(),
            account_snapshot: e.account_snapshot.clone(),
            auth_label_snapshot: e.auth_label_snapshot.clone(),
            auth_provider_snapshot: provider(e).to_owned(),
            auth_project_id_snapshot: e.auth_project_id_snapshot.clone(),
            source: e.source.clone(),
            source_hash: e.source_hash.clone(),
            response_metadata: e.response_metadata.clone(),
            header: HeaderFields::new(e),
        }
    }
}
