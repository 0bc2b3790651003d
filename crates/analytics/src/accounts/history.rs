//! `POST /v0/management/monitoring/account-history`: all-time totals of accounts. There is nothing to catch up with: the
//! columns hold every event.

use std::collections::HashMap;
use std::sync::Arc;

use columns::{Answer, Credential, Dictionaries, Dimension, Filter, Group, Part, Plan, RowKey, Rows};
use model::UsageEvent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::target::{AccountTarget, Identity};
use super::{Layers, models_of, unpriced};
use crate::dictionary::Profiles;
use crate::error::RequestError;
use crate::lenient::or_default;
use crate::plan::{Found, Planner, Slot};
use crate::sections::events::Events;
use crate::sections::{rate, successes};

/// Most accounts of a request.
pub const MAX_ACCOUNTS: usize = 200;
/// Recent requests of each account.
const RECENT: usize = 10;

/// Which accounts.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountHistoryRequest {
    /// 1 to 200 accounts.
    #[serde(default, deserialize_with = "or_default")]
    pub accounts: Vec<AccountHistoryTarget>,
    /// Accepted for older panels; history is always complete.
    #[serde(default, deserialize_with = "or_default")]
    pub catch_up: bool,
}

/// An account.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountHistoryTarget {
    /// The caller's name for the row; required and unique.
    #[serde(deserialize_with = "or_default")]
    pub row_key: String,
    /// A canonical key that an earlier answer gave.
    #[serde(deserialize_with = "or_default")]
    pub account_key: String,
    /// Account.
    #[serde(deserialize_with = "or_default")]
    pub account_snapshot: String,
    /// Label.
    #[serde(deserialize_with = "or_default")]
    pub auth_label_snapshot: String,
    /// Auth file.
    #[serde(deserialize_with = "or_default")]
    pub auth_file_snapshot: String,
    /// Provider; required when the target refers to a file.
    #[serde(deserialize_with = "or_default")]
    pub auth_provider_snapshot: String,
    /// Project.
    #[serde(deserialize_with = "or_default")]
    pub auth_project_id_snapshot: String,
    /// The gateway's handle.
    #[serde(deserialize_with = "or_default")]
    pub auth_index: String,
    /// Masked account or key; stands in for the file when it differs from account and label.
    #[serde(deserialize_with = "or_default")]
    pub source: String,
}

impl AccountHistoryTarget {
    fn target(&self) -> AccountTarget {
        AccountTarget {
            account_key: self.account_key.clone(),
            account_snapshot: self.account_snapshot.clone(),
            auth_label_snapshot: self.auth_label_snapshot.clone(),
            auth_file_snapshot: self.auth_file_snapshot.clone(),
            auth_provider_snapshot: self.auth_provider_snapshot.clone(),
            auth_project_id_snapshot: self.auth_project_id_snapshot.clone(),
            auth_index: self.auth_index.clone(),
            source: self.source.clone(),
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountHistoryAnswer {
    /// When it was computed, Unix milliseconds.
    pub generated_at_ms: i64,
    /// How far history reaches.
    pub checkpoint: Checkpoint,
    /// In the order of the request.
    pub items: Vec<AccountHistory>,
}

/// How far history reaches.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Checkpoint {
    /// Newest event up to which all events are in the history; 0 while the column index is being built.
    pub last_event_id: i64,
    /// Newest event.
    pub latest_id: i64,
    /// Whether events are missing: the column index is being built.
    pub pending: bool,
    /// Always 0.
    pub processed: i64,
}

/// All-time totals of an account.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountHistory {
    /// As in the request.
    pub row_key: String,
    /// Canonical key; opaque.
    pub account_key: String,
    /// Whether there is any event.
    pub matched: bool,
    /// Events.
    pub total_requests: i64,
    /// Of them successful.
    pub success_calls: i64,
    /// Of them failed.
    pub failure_calls: i64,
    /// Total tokens.
    pub total_tokens: i64,
    /// US dollars.
    pub total_cost: f64,
    /// Calls without a price.
    pub unpriced_calls: i64,
    /// Their models, sorted; absent without such calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unpriced_models: Vec<String>,
    /// Successful part, 0 to 1; null without events.
    #[schema(required)]
    pub success_rate: Option<f64>,
    /// First event, Unix milliseconds.
    #[schema(required)]
    pub first_seen_ms: Option<i64>,
    /// Newest event.
    #[schema(required)]
    pub last_seen_ms: Option<i64>,
    /// The newest of the recent requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_request: Option<RecentRequest>,
    /// The ten newest, by file (or source) and handle; may exist although nothing matched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent_requests: Vec<RecentRequest>,
    /// `ready` or `empty`.
    pub sync_status: &'static str,
}

/// A recent request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecentRequest {
    /// Start, Unix milliseconds.
    pub timestamp_ms: i64,
    /// Whether it failed.
    pub failed: bool,
    /// Upstream status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_status_code: Option<i64>,
    /// Redacted failure text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fail_summary: String,
    /// Error kind among the answer's headers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_error_kind: String,
    /// Error code among the answer's headers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_error_code: String,
    /// Trace id among the answer's headers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header_trace_id: String,
}

impl RecentRequest {
    fn new(e: &UsageEvent) -> Self {
        Self {
            timestamp_ms: e.time.ms,
            failed: e.failed,
            fail_status_code: e.fail_status_code.filter(|code| *code > 0),
            fail_summary: e.fail_summary().into_owned(),
            header_error_kind: e.header.error_kind.clone(),
            header_error_code: e.header.error_code.clone(),
            header_trace_id: e.header.trace_id.clone(),
        }
    }
}

/// A request with its plan.
pub struct AccountHistories {
    rows: Vec<(String, String)>,
    totals: Layers,
    total_slots: Vec<Slot>,
    unpriced_slots: Vec<Slot>,
    recent: Layers,
    recent_slots: Vec<Slot>,
    recent_values: Vec<Vec<u32>>,
    dictionaries: Dictionaries,
    plan: Plan,
}

impl AccountHistories {
    /// Plans a request.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn new(request: &AccountHistoryRequest, dictionaries: Dictionaries) -> Result<Self, RequestError> {
        let accounts = &request.accounts;
        if accounts.is_empty() || accounts.len() > MAX_ACCOUNTS {
            return Err(RequestError::invalid(format!("accounts must have 1 to {MAX_ACCOUNTS} entries")));
        }
        let mut seen = std::collections::HashSet::new();
        let (mut rows, mut targets) = (Vec::new(), Vec::new());
        for account in accounts {
            let target = account.target();
            check(&account.row_key, &target)?;
            if !seen.insert(account.row_key.trim()) {
                return Err(RequestError::invalid("row_key must be unique"));
            }
            let key = target.key().ok_or_else(|| RequestError::invalid(NO_TARGET))?;
            rows.push((account.row_key.clone(), key));
            targets.push(target);
        }
        let profiles = Profiles::new(&dictionaries);
        let mut by_key: HashMap<String, Vec<u32>> = HashMap::new();
        for (id, credential) in profiles.credentials() {
            if let Some(key) = Identity::of_credential(credential).key() {
                by_key.entry(key).or_default().push(id);
            }
        }
        let credentials = dictionaries.credentials.len();
        let (mut totals, mut recent) = (Layers::default(), Layers::default());
        for ((_, key), target) in rows.iter().zip(&targets) {
            totals.add(credentials, by_key.get(key).map_or(&[][..], Vec::as_slice));
            let members = profiles.credentials().filter(|(_, credential)| target.recent(credential));
            recent.add(credentials, &members.map(|(id, _)| id).collect::<Vec<u32>>());
        }
        let mut planner = Planner::default();
        let all = planner.scan(i64::MIN..i64::MAX, Filter::default());
        let dimension = |values: &[u32], len: u32| Dimension::Part {
            part: Part::Credential,
            values: Arc::new(values.to_vec()),
            len,
        };
        let layers = totals.layers.iter().zip(&totals.lens);
        let total_slots = layers
            .map(|(values, len)| {
                let group =
                    Group { by: vec![dimension(values, *len)], percentiles: Vec::new(), light: false };
                planner.group(all, group)
            })
            .collect();
        // In a scan of its own: most accounts have none of them, and all other events are passed over.
        let unpriced = planner.scan(i64::MIN..i64::MAX, unpriced());
        let layers = totals.layers.iter().zip(&totals.lens);
        let unpriced_slots = layers
            .map(|(values, len)| {
                let by = vec![dimension(values, *len), profiles.ids(Part::Model)];
                planner.group(unpriced, Group { by, percentiles: Vec::new(), light: true })
            })
            .collect();
        let layers = recent.layers.iter().zip(&recent.lens);
        let recent_slots = layers
            .map(|(values, len)| {
                planner.rows(all, Rows::NewestOfEach { by: dimension(values, *len), limit: RECENT })
            })
            .collect();
        let recent_values = recent.layers.clone();
        let plan = planner.finish();
        Ok(Self {
            rows,
            totals,
            total_slots,
            unpriced_slots,
            recent,
            recent_slots,
            recent_values,
            dictionaries,
            plan,
        })
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Row ids of the events that the answer needs in full.
    pub fn wanted(&self, answer: &Answer) -> Vec<i64> {
        let found = Found(answer);
        let mut ids: Vec<i64> =
            self.recent_slots.iter().flat_map(|slot| found.rows(*slot)).map(|key| key.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The response. `latest_id` is the id of the newest event; `pending` says that not all events up to it were counted.
    pub fn answer(
        &self,
        answer: &Answer,
        events: &Events,
        latest_id: i64,
        pending: bool,
        generated_at_ms: i64,
    ) -> AccountHistoryAnswer {
        let found = Found(answer);
        let recent = self.recent_by_value(found, events);
        let items = self.rows.iter().enumerate().map(|(row, (row_key, account_key))| {
            let (layer, value) = self.totals.places[row];
            let rows = self.total_slots.get(layer).map_or(&[][..], |slot| found.group(*slot));
            let sums = rows.iter().find(|row| row.key.first() == Some(&value)).map(|row| row.sums);
            let matched = sums.is_some_and(|sums| sums.calls > 0);
            let sums = sums.unwrap_or_default();
            let recent_requests: Vec<RecentRequest> = recent
                .get(&self.recent.places[row])
                .map(|keys| {
                    keys.iter().filter_map(|key| events.get(&key.id)).map(RecentRequest::new).collect()
                })
                .unwrap_or_default();
            AccountHistory {
                row_key: row_key.clone(),
                account_key: account_key.clone(),
                matched,
                total_requests: sums.calls,
                success_calls: successes(&sums),
                failure_calls: sums.failures,
                total_tokens: sums.total,
                total_cost: sums.cost_usd,
                unpriced_calls: sums.unpriced_calls,
                unpriced_models: self
                    .unpriced_slots
                    .get(layer)
                    .map(|slot| models_of(found.group(*slot), value, &self.dictionaries))
                    .unwrap_or_default(),
                success_rate: matched.then(|| rate(successes(&sums), sums.calls)),
                first_seen_ms: matched.then_some(sums.first_ms),
                last_seen_ms: matched.then_some(sums.last_ms),
                latest_request: recent_requests.first().cloned(),
                recent_requests,
                sync_status: match (pending, matched) {
                    (true, _) => "pending",
                    (false, true) => "ready",
                    (false, false) => "empty",
                },
            }
        });
        let items = items.collect();
        // The index is made newest first: while it lacks events, there is no id up to which all of them are in.
        let last_event_id = if pending { 0 } else { latest_id };
        let checkpoint = Checkpoint { last_event_id, latest_id, pending, processed: 0 };
        AccountHistoryAnswer { generated_at_ms, checkpoint, items }
    }

    /// Which rows belong to which set: the answer has them by value, newest first, but does not name the value.
    fn recent_by_value(&self, found: Found<'_>, events: &Events) -> HashMap<(usize, u32), Vec<RowKey>> {
        let profiles = Profiles::new(&self.dictionaries);
        let ids: HashMap<&Credential, u32> = profiles.credentials().map(|(id, c)| (c, id)).collect();
        let mut recent: HashMap<(usize, u32), Vec<RowKey>> = HashMap::new();
        for (layer, slot) in self.recent_slots.iter().enumerate() {
            for key in found.rows(*slot) {
                let Some(event) = events.get(&key.id) else { continue };
                let credential = credential_of(event);
                if let Some(id) = ids.get(&credential) {
                    let value = self.recent_values[layer][*id as usize];
                    recent.entry((layer, value)).or_default().push(*key);
                }
            }
        }
        recent
    }
}

fn credential_of(e: &UsageEvent) -> Credential {
    Credential {
        auth_index: e.auth_index.clone(),
        auth_type: e.auth_type.clone(),
        provider: e.provider.clone(),
        executor_type: e.executor_type.clone(),
        source: e.source.clone(),
        source_hash: e.source_hash.clone(),
        account_snapshot: e.account_snapshot.clone(),
        auth_label_snapshot: e.auth_label_snapshot.clone(),
        auth_file_snapshot: e.auth_file_snapshot.clone(),
        auth_provider_snapshot: e.auth_provider_snapshot.clone(),
        auth_project_id_snapshot: e.auth_project_id_snapshot.clone(),
    }
}

const NO_TARGET: &str = "at least one account target field is required";

/// What every target must have.
pub(super) fn check(row_key: &str, target: &AccountTarget) -> Result<(), RequestError> {
    if row_key.trim().is_empty() {
        return Err(RequestError::invalid("row_key is required"));
    }
    if !target.is_known() {
        return Err(RequestError::invalid(NO_TARGET));
    }
    let identity = Identity::of_target(target);
    if !identity.file.is_empty() && identity.provider.is_empty() {
        return Err(RequestError::invalid("auth_provider_snapshot is required for a file target"));
    }
    Ok(())
}
