//! `POST /v0/management/monitoring/account-window-usage`: what an account used in spans of time.

use std::collections::HashMap;
use std::sync::Arc;

use columns::{Answer, Dictionaries, Dimension, Filter, Group, ModelNames, Part, Plan, Sums, Table};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::history::check;
use super::scope::{Belongs, ModelScope, Scope};
use super::target::{AccountTarget, Identity};
use super::{Layers, models_of, unpriced};
use crate::dictionary::Profiles;
use crate::error::RequestError;
use crate::lenient::or_default;
use crate::plan::{Found, Planner, Slot};
use crate::sections::{rate, successes};

/// Most windows of a request.
pub const MAX_WINDOWS: usize = 400;

/// Which windows.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountWindowRequest {
    /// 1 to 400 windows.
    #[serde(default, deserialize_with = "or_default")]
    pub windows: Vec<AccountWindow>,
}

/// An account in a span of time.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountWindow {
    /// The caller's name for the answer; made of row, window, scope and period unless given.
    #[serde(deserialize_with = "or_default")]
    pub request_key: String,
    /// The caller's name for the row; required.
    #[serde(deserialize_with = "or_default")]
    pub row_key: String,
    /// The provider's window; required unless `window_key` is given.
    #[serde(deserialize_with = "or_default")]
    pub provider_window_id: String,
    /// Older name of the window.
    #[serde(deserialize_with = "or_default")]
    pub window_key: String,
    /// `current` (default), `previous` or `previous_equal_range`; echoed.
    #[serde(deserialize_with = "or_default")]
    pub period: String,
    /// From this time on, Unix milliseconds.
    #[serde(deserialize_with = "or_default")]
    pub from_ms: i64,
    /// Before this time.
    #[serde(deserialize_with = "or_default")]
    pub to_ms: i64,
    /// Which models the window covers; absent = all.
    pub model_scope: Option<ModelScope>,
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
    /// Provider.
    #[serde(deserialize_with = "or_default")]
    pub auth_provider_snapshot: String,
    /// Project.
    #[serde(deserialize_with = "or_default")]
    pub auth_project_id_snapshot: String,
    /// The gateway's handle.
    #[serde(deserialize_with = "or_default")]
    pub auth_index: String,
    /// Masked account or key.
    #[serde(deserialize_with = "or_default")]
    pub source: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountWindowAnswer {
    /// When it was computed, Unix milliseconds.
    pub generated_at_ms: i64,
    /// In the order of the request.
    pub items: Vec<AccountWindowUsage>,
}

/// What an account used in a window.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountWindowUsage {
    /// As in the request, or made of its parts.
    pub request_key: String,
    /// As in the request.
    pub row_key: String,
    /// As in the request.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub window_key: String,
    /// As in the request.
    pub provider_window_id: String,
    /// As in the request.
    pub period: String,
    /// As in the request.
    pub from_ms: i64,
    /// As in the request.
    pub to_ms: i64,
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
    /// Newest event, Unix milliseconds.
    #[schema(required)]
    pub last_seen_ms: Option<i64>,
    /// `ready` or `empty`.
    pub sync_status: &'static str,
    /// `complete`; `partial` when some events could belong or not; `unmatched` when the scope says that it is incomplete,
    /// and nothing is counted.
    pub scope_match_status: &'static str,
    /// Events that could belong or not.
    pub unmatched_requests: i64,
}

/// A window with its place in the plan.
struct Window {
    window: AccountWindow,
    provider_window_id: String,
    period: String,
    request_key: String,
    complete: bool,
    /// Number of its span, and of its sets there: what belongs, what could.
    span: usize,
    sets: (usize, usize),
}

/// A span with the sets of profiles that are counted in it.
#[derive(Default)]
struct Span {
    layers: Layers,
    slots: Vec<Slot>,
    unpriced: Vec<Slot>,
}

/// A request with its plan.
pub struct AccountWindows {
    windows: Vec<Window>,
    spans: Vec<Span>,
    dictionaries: Dictionaries,
    plan: Plan,
}

impl AccountWindows {
    /// Plans a request.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn new(request: AccountWindowRequest, dictionaries: &Dictionaries) -> Result<Self, RequestError> {
        if request.windows.is_empty() || request.windows.len() > MAX_WINDOWS {
            return Err(RequestError::invalid(format!("windows must have 1 to {MAX_WINDOWS} entries")));
        }
        let mut by_key: HashMap<String, Vec<u32>> = HashMap::new();
        for (id, credential) in dictionaries.credentials.iter() {
            if let Some(key) = Identity::of_credential(credential).key() {
                by_key.entry(key).or_default().push(id);
            }
        }
        let mut profiles_of: HashMap<u32, Vec<u32>> = HashMap::new();
        for (code, profile) in (0_u32..).zip(dictionaries.profiles.iter()) {
            profiles_of.entry(profile.credential).or_default().push(code);
        }
        // Many windows share a scope.
        let mut scopes: Vec<(Scope, Vec<Belongs>)> = Vec::new();
        let mut numbers: HashMap<(i64, i64), usize> = HashMap::new();
        let (mut ranges, mut spans, mut windows) = (Vec::new(), Vec::<Span>::new(), Vec::new());
        for window in request.windows {
            let target = target(&window);
            check(&window.row_key, &target)?;
            let Named { provider_window_id, period, request_key, scope } = named(&window)?;
            let span = *numbers.entry((window.from_ms, window.to_ms)).or_insert_with(|| {
                ranges.push(window.from_ms..window.to_ms);
                spans.push(Span::default());
                spans.len() - 1
            });
            let key = target.key().unwrap_or_default();
            let credentials = by_key.get(&key).map_or(&[][..], Vec::as_slice);
            let members = || credentials.iter().filter_map(|id| profiles_of.get(id)).flatten();
            let complete = scope.complete;
            let judged = judged(&mut scopes, scope, &dictionaries.models);
            let of = |wanted: Belongs| {
                let belongs = |code: &&u32| {
                    let model = dictionaries.profiles[**code as usize].model as usize;
                    judged.get(model).copied().unwrap_or(judged[judged.len() - 1]) == wanted
                };
                members().filter(belongs).copied().collect::<Vec<u32>>()
            };
            let layers = &mut spans[span].layers;
            layers.add(dictionaries.profiles.len(), &of(Belongs::Yes));
            layers.add(dictionaries.profiles.len(), &of(Belongs::Unknown));
            let sets = (layers.places.len() - 2, layers.places.len() - 1);
            windows.push(Window { window, provider_window_id, period, request_key, complete, span, sets });
        }
        let mut planner = Planner::default();
        for (span, range) in spans.iter_mut().zip(ranges) {
            let scan = planner.scan(range.clone(), Filter::default());
            // Of its own: most windows have none of them, and all other events are passed over.
            let without = planner.scan(range, unpriced());
            // A place for each profile: of no more use than to the plan.
            let layers = std::mem::take(&mut span.layers.layers);
            for (values, len) in layers.into_iter().zip(&span.layers.lens) {
                let by = Dimension::Profile { values: Arc::new(values), len: *len };
                let group = Group { by: vec![by.clone()], percentiles: Vec::new(), light: false };
                span.slots.push(planner.group(scan, group));
                let by = vec![by, Profiles::new(dictionaries).ids(Part::Model)];
                let group = Group { by, percentiles: Vec::new(), light: true };
                span.unpriced.push(planner.group(without, group));
            }
        }
        Ok(Self { windows, spans, dictionaries: dictionaries.clone(), plan: planner.finish() })
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The response.
    pub fn answer(&self, answer: &Answer, generated_at_ms: i64) -> AccountWindowAnswer {
        let found = Found(answer);
        let sums = |span: usize, set: usize| {
            let (layer, value) = self.spans[span].layers.places[set];
            let rows = self.spans[span].slots.get(layer).map_or(&[][..], |slot| found.group(*slot));
            rows.iter().find(|row| row.key.first() == Some(&value)).map_or_else(Sums::default, |row| row.sums)
        };
        let unpriced_models = |w: &Window| {
            let span = &self.spans[w.span];
            let (layer, value) = span.layers.places[w.sets.0];
            let slot = span.unpriced.get(layer).filter(|_| w.complete);
            slot.map(|slot| models_of(found.group(*slot), value, &self.dictionaries)).unwrap_or_default()
        };
        let item = |w: &Window| {
            let (counted, unknown) = (sums(w.span, w.sets.0), sums(w.span, w.sets.1));
            let counted = if w.complete { counted } else { Sums::default() };
            let matched = counted.calls > 0;
            AccountWindowUsage {
                request_key: w.request_key.clone(),
                row_key: w.window.row_key.clone(),
                window_key: w.window.window_key.clone(),
                provider_window_id: w.provider_window_id.clone(),
                period: w.period.clone(),
                from_ms: w.window.from_ms,
                to_ms: w.window.to_ms,
                matched,
                total_requests: counted.calls,
                success_calls: successes(&counted),
                failure_calls: counted.failures,
                total_tokens: counted.total,
                total_cost: counted.cost_usd,
                unpriced_calls: counted.unpriced_calls,
                unpriced_models: unpriced_models(w),
                success_rate: matched.then(|| rate(successes(&counted), counted.calls)),
                last_seen_ms: matched.then_some(counted.last_ms),
                sync_status: if matched { "ready" } else { "empty" },
                scope_match_status: match (w.complete, unknown.calls) {
                    (false, _) => "unmatched",
                    (true, 0) => "complete",
                    (true, _) => "partial",
                },
                unmatched_requests: unknown.calls,
            }
        };
        AccountWindowAnswer { generated_at_ms, items: self.windows.iter().map(item).collect() }
    }
}

/// What a scope says of each model by id; the last one is of a model that is not known.
fn judged<'s>(
    scopes: &'s mut Vec<(Scope, Vec<Belongs>)>,
    scope: Scope,
    models: &Table<ModelNames>,
) -> &'s [Belongs] {
    let place = scopes.iter().position(|(known, _)| *known == scope).unwrap_or_else(|| {
        let none = ModelNames::default();
        let all = models.0.iter().map(Option::as_ref).chain([None]);
        let judged = all.map(|model| scope.belongs(model.unwrap_or(&none))).collect();
        scopes.push((scope, judged));
        scopes.len() - 1
    });
    &scopes[place].1
}

/// What a window is called, checked.
struct Named {
    provider_window_id: String,
    period: String,
    request_key: String,
    scope: Scope,
}

fn named(window: &AccountWindow) -> Result<Named, RequestError> {
    let id = [&window.provider_window_id, &window.window_key].map(|id| id.trim());
    let id = if id[0].is_empty() { id[1] } else { id[0] };
    if id.is_empty() {
        return Err(RequestError::invalid("provider_window_id is required"));
    }
    let period = match window.period.trim() {
        "" => "current",
        period @ ("current" | "previous" | "previous_equal_range") => period,
        _ => return Err(RequestError::invalid("period is unknown")),
    };
    if window.from_ms <= 0 || window.to_ms <= 0 || window.from_ms >= window.to_ms {
        return Err(RequestError::Range);
    }
    let target = target(window);
    let identity = Identity::of_target(&target);
    let second = [identity.index, identity.project, identity.account, identity.label];
    let names_credential = !identity.provider.is_empty()
        && (!identity.file.is_empty() || second.iter().any(|part| !part.is_empty()));
    if !names_credential {
        return Err(RequestError::invalid(
            "a window must name a provider and a file, handle, project, account or label",
        ));
    }
    let scope = Scope::new(window.model_scope.as_ref())?;
    let request_key = if window.request_key.is_empty() {
        [window.row_key.as_str(), id, &scope.key, period].join("\0")
    } else {
        window.request_key.clone()
    };
    Ok(Named { provider_window_id: id.to_owned(), period: period.to_owned(), request_key, scope })
}

fn target(window: &AccountWindow) -> AccountTarget {
    AccountTarget {
        account_key: window.account_key.clone(),
        account_snapshot: window.account_snapshot.clone(),
        auth_label_snapshot: window.auth_label_snapshot.clone(),
        auth_file_snapshot: window.auth_file_snapshot.clone(),
        auth_provider_snapshot: window.auth_provider_snapshot.clone(),
        auth_project_id_snapshot: window.auth_project_id_snapshot.clone(),
        auth_index: window.auth_index.clone(),
        source: window.source.clone(),
    }
}
