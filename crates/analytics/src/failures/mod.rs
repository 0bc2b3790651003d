//! `GET /api/v1/failures`: failures grouped by their cause. Two steps over the columns: which groups there are
//! ([`Failures`]), then the history, the bars and an example of those that are listed ([`FailureGroups`]). How many
//! requests are hit, and how many of them another attempt answered, is no column: for as many failures as one answer may
//! look at, the layer above reads the request ids; of the other groups it stays unknown.

mod answer;
mod groups;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use columns::{Answer, Dictionaries, Dimension, Filter, Flags, Group, Plan, SKIP};
use serde::Deserialize;

pub use answer::{FailureBars, FailureGroup, FailuresAnswer};
pub use groups::{FailureGroups, MAX_ROWS, RequestIds};

use crate::dictionary::{Names, Profiles, account_id, lower, or_dash, provider};
use crate::error::RequestError;
use crate::filter::Lookups;
use crate::plan::{Found, Planner, Slot};
use crate::query::{Field, QueryFilters};

/// Most groups of one answer.
pub const MAX_GROUPS: usize = 500;

/// What makes a group, besides provider, status and error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureGrouping {
    /// Account and model too.
    #[default]
    Account,
    /// Nothing more: accounts and models are counted.
    Cause,
}

/// Which failures, grouped how.
#[derive(Debug, Clone)]
pub struct FailuresQuery {
    /// `[from, to)`, Unix milliseconds.
    pub range: Range<i64>,
    /// Which events.
    pub filters: QueryFilters,
    /// What makes a group.
    pub grouping: FailureGrouping,
    /// Most groups to list.
    pub limit: usize,
    /// The present, Unix milliseconds.
    pub now_ms: i64,
}

/// Whom a group is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Who {
    provider: String,
    account: Option<String>,
    model: Option<String>,
}

/// Why an attempt failed, as a group tells it apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Cause {
    status_code: Option<i64>,
    error_code: String,
}

/// A group as the first step finds it.
#[derive(Debug, Default)]
struct Draft {
    who: u32,
    cause: u32,
    failed: i64,
    first_ms: i64,
    last_ms: i64,
    auth_indexes: BTreeSet<String>,
    kinds: BTreeSet<String>,
    keys: BTreeSet<String>,
    accounts: BTreeSet<String>,
    models: BTreeSet<String>,
}

/// Profiles and outcomes as parts of groups.
#[derive(Debug)]
struct Axes {
    /// Provider, account and handle.
    credentials: Vec<(String, String, String)>,
    models: Vec<String>,
    keys: Vec<String>,
    /// By places of credential and model.
    who_of: HashMap<(u32, u32), u32>,
    whos: Vec<Who>,
    /// By profile: its `who`.
    profiles: Arc<Vec<u32>>,
    /// Error kinds with their cause.
    reasons: Vec<(u32, String)>,
    causes: Vec<Cause>,
    /// By outcome: its cause.
    outcomes: Vec<u32>,
}

/// A request with its first plan.
pub struct Failures {
    query: FailuresQuery,
    filter: Filter,
    axes: Axes,
    plan: Plan,
    attempts: Slot,
    failed: Slot,
}

impl Failures {
    /// Plans the first step.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn new(query: FailuresQuery, d: &Dictionaries, lookups: &Lookups) -> Result<Self, RequestError> {
        query.filters.check()?;
        if let Some(field) = query.filters.time_fields().first() {
            let name = crate::query::name_of(*field);
            return Err(RequestError::invalid(format!("events cannot be filtered by {name}")));
        }
        let (axes, by) = Axes::new(d, query.grouping);
        let mut filter = query.filters.compile(d, lookups);
        filter.flags_set |= Flags::FAILED;
        let mut planner = Planner::default();
        // A view of failures alone still tells which part of the attempts they are. A text may stand in what failed only.
        let mut any_outcome = query.filters.clone();
        any_outcome.text.clear();
        for field in [Field::Status, Field::StatusCode, Field::ErrorKind, Field::ErrorCode] {
            any_outcome.include.remove(&field);
            any_outcome.exclude.remove(&field);
        }
        let light = |by| Group { by, percentiles: Vec::new(), light: true };
        let by_who = Dimension::Profile { values: Arc::clone(&axes.profiles), len: axes.whos.len() as u32 };
        let scan = planner.scan(query.range.clone(), any_outcome.compile(d, lookups));
        let attempts = planner.group(scan, light(vec![by_who]));
        let scan = planner.scan(query.range.clone(), filter.clone());
        // The times of first and last are among the full sums only.
        let failed = planner.group(scan, Group { by, ..Group::default() });
        Ok(Self { query, filter, axes, plan: planner.finish(), attempts, failed })
    }

    /// The first question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The second step, for the groups that will be listed.
    pub fn groups(self, answer: &Answer) -> FailureGroups {
        let found = Found(answer);
        let mut attempts = HashMap::<u32, i64>::new();
        for row in found.group(self.attempts) {
            if let Some(who) = row.key.first() {
                *attempts.entry(*who).or_default() += row.sums.calls;
            }
        }
        let mut drafts = HashMap::<(u32, u32), Draft>::new();
        for row in found.group(self.failed) {
            let &[credential, model, key, reason] = row.key.as_slice() else { continue };
            let (Some(&who), Some((cause, kind))) =
                (self.axes.who_of.get(&(credential, model)), self.axes.reasons.get(reason as usize))
            else {
                continue;
            };
            let draft = drafts.entry((who, *cause)).or_insert_with(|| Draft {
                who,
                cause: *cause,
                first_ms: i64::MAX,
                last_ms: i64::MIN,
                ..Draft::default()
            });
            draft.failed += row.sums.calls;
            draft.first_ms = draft.first_ms.min(row.sums.first_ms);
            draft.last_ms = draft.last_ms.max(row.sums.last_ms);
            draft.kinds.insert(kind.clone());
            let (_, account, auth_index) = &self.axes.credentials[credential as usize];
            draft.auth_indexes.insert(auth_index.clone());
            draft.keys.insert(self.axes.keys[key as usize].clone());
            draft.accounts.insert(account.clone());
            draft.models.insert(self.axes.models[model as usize].clone());
        }
        let mut drafts: Vec<Draft> = drafts.into_values().collect();
        drafts.sort_unstable_by_key(|draft| {
            (std::cmp::Reverse((draft.failed, draft.last_ms)), draft.who, draft.cause)
        });
        FailureGroups::new(self.query, self.filter, self.axes, attempts, drafts)
    }
}

impl Axes {
    /// The axes, and the dimensions of failures: credential, model, key and reason.
    fn new(d: &Dictionaries, grouping: FailureGrouping) -> (Self, Vec<Dimension>) {
        let profiles = Profiles::new(d);
        let (by_credential, credentials) = profiles.by_credential(|c| {
            Some((or_dash(provider(c)).to_owned(), account_id(c).to_owned(), c.auth_index.clone()))
        });
        let (by_model, models) = profiles.by_model(|m| Some(or_dash(&m.analytics_model).to_owned()));
        let (by_key, keys) = profiles.by_key(|key| Some(lower(or_dash(&key.api_key_hash)).into_owned()));
        let [credential_of, model_of] = [&by_credential, &by_model].map(|by| match by {
            Dimension::Part { values, .. } => Arc::clone(values),
            _ => Arc::default(),
        });
        let mut whos = Names::default();
        let fine = grouping == FailureGrouping::Account;
        let mut who = |(credential, model): (u32, u32)| {
            let (provider, account, _) = &credentials[credential as usize];
            whos.value(Who {
                provider: provider.clone(),
                account: fine.then(|| account.clone()),
                model: fine.then(|| models[model as usize].clone()),
            })
        };
        // Profiles are many, pairs of credential and model few.
        let mut who_of = HashMap::<(u32, u32), u32>::new();
        let by_profile = d.profiles.iter().map(|profile| {
            let pair =
                credential_of.get(profile.credential as usize).zip(model_of.get(profile.model as usize));
            pair.map_or(SKIP, |(credential, model)| {
                *who_of.entry((*credential, *model)).or_insert_with(|| who((*credential, *model)))
            })
        });
        let by_profile: Vec<u32> = by_profile.collect();
        let (mut causes, mut reasons) = (Names::default(), Names::default());
        let mut by_reason = Vec::with_capacity(d.outcomes.len());
        let mut outcomes = Vec::with_capacity(d.outcomes.len());
        for outcome in d.outcomes.iter() {
            let cause = causes.value(Cause {
                status_code: outcome.status_code.filter(|code| *code != 0),
                error_code: outcome.error_code.clone(),
            });
            outcomes.push(cause);
            by_reason.push(reasons.value((cause, outcome.error_kind.clone())));
        }
        let by_reason = Dimension::Outcome { values: Arc::new(by_reason), len: reasons.len() };
        let axes = Self {
            credentials,
            models,
            keys,
            who_of,
            whos: whos.list,
            profiles: Arc::new(by_profile),
            reasons: reasons.list,
            causes: causes.list,
            outcomes,
        };
        (axes, vec![by_credential, by_model, by_key, by_reason])
    }
}
