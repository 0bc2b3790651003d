//! `GET /api/v1/failures`: failures grouped by their cause. Two steps over the columns: which groups there are
//! ([`Failures`]), then the history, the bars and an example of those that are listed ([`FailureGroups`]). How many
//! requests are hit, and how many of them another attempt answered, is no column: for as many failures as one answer may
//! look at, the layer above reads the request ids; of the other groups it stays unknown.

mod answer;
mod groups;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use columns::{Answer, Dictionaries, Dimension, Filter, Flags, Group, Plan};
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

/// Whom a failure hits, as far as the profile tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Part {
    provider: String,
    account: String,
    model: String,
    auth_index: String,
    key: String,
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
    parts: Vec<Part>,
    /// By part.
    who_of: Vec<u32>,
    whos: Vec<Who>,
    /// By profile: its `who`.
    profiles: Vec<u32>,
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
        let (axes, parts, reasons) = Axes::new(d, query.grouping);
        let mut filter = query.filters.compile(d, lookups);
        filter.flags_set |= Flags::FAILED;
        let mut planner = Planner::default();
        // A view of failures alone still tells which part of the attempts they are.
        let mut any_outcome = query.filters.clone();
        for field in [Field::Status, Field::StatusCode, Field::ErrorKind, Field::ErrorCode] {
            any_outcome.include.remove(&field);
        }
        any_outcome.exclude.remove(&Field::Status);
        let light = |by| Group { by, percentiles: Vec::new(), light: true };
        let scan = planner.scan(query.range.clone(), any_outcome.compile(d, lookups));
        let attempts = planner.group(scan, light(vec![parts.clone()]));
        let scan = planner.scan(query.range.clone(), filter.clone());
        // The times of first and last are among the full sums only.
        let failed = planner.group(scan, Group { by: vec![parts, reasons], ..Group::default() });
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
            let Some(who) = row.key.first().and_then(|part| self.axes.who_of.get(*part as usize)) else {
                continue;
            };
            *attempts.entry(*who).or_default() += row.sums.calls;
        }
        let mut drafts = HashMap::<(u32, u32), Draft>::new();
        for row in found.group(self.failed) {
            let &[part, reason] = row.key.as_slice() else { continue };
            let (part, reason) = (part as usize, reason as usize);
            let (Some(known), Some((cause, kind))) =
                (self.axes.parts.get(part), self.axes.reasons.get(reason))
            else {
                continue;
            };
            let who = self.axes.who_of[part];
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
            draft.auth_indexes.insert(known.auth_index.clone());
            draft.keys.insert(known.key.clone());
            draft.accounts.insert(known.account.clone());
            draft.models.insert(known.model.clone());
        }
        let mut drafts: Vec<Draft> = drafts.into_values().collect();
        drafts.sort_unstable_by_key(|draft| {
            (std::cmp::Reverse((draft.failed, draft.last_ms)), draft.who, draft.cause)
        });
        FailureGroups::new(self.query, self.filter, self.axes, attempts, drafts)
    }
}

impl Axes {
    fn new(d: &Dictionaries, grouping: FailureGrouping) -> (Self, Dimension, Dimension) {
        let (by_part, parts) = Profiles::new(d).dimension(|p| {
            Some(Part {
                provider: or_dash(provider(p.credential)).to_owned(),
                account: account_id(p.credential).to_owned(),
                model: or_dash(&p.model.analytics_model).to_owned(),
                auth_index: p.credential.auth_index.clone(),
                key: lower(or_dash(&p.key.api_key_hash)).into_owned(),
            })
        });
        let mut whos = Names::default();
        let fine = grouping == FailureGrouping::Account;
        let who = |part: &Part| Who {
            provider: part.provider.clone(),
            account: fine.then(|| part.account.clone()),
            model: fine.then(|| part.model.clone()),
        };
        let who_of: Vec<u32> = parts.iter().map(|part| whos.value(who(part))).collect();
        let profiles = match &by_part {
            Dimension::Profile { values, .. } => values.iter().map(|part| who_of[*part as usize]).collect(),
            _ => Vec::new(),
        };
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
            parts,
            who_of,
            whos: whos.list,
            profiles,
            reasons: reasons.list,
            causes: causes.list,
            outcomes,
        };
        (axes, by_part, by_reason)
    }
}
