//! The second step: what is told of the groups that are listed.

use std::collections::HashMap;
use std::sync::Arc;

use columns::{Answer, CodeSet, Dimension, Filter, Flags, Group, Plan, RowKey, Rows, SKIP};

use super::answer::{FailureBars, FailureGroup, FailuresAnswer};
use super::{Axes, Draft, FailuresQuery};
use crate::buckets::HOUR_MS;
use crate::plan::{Found, Planner, Slot};

/// Most failures of one answer whose request ids are looked at.
pub const MAX_ROWS: usize = 10_000;

/// Most answered attempts that are looked at: a request is answered once, but its id may come again.
const MAX_ANSWERS: usize = 2 * MAX_ROWS;
const MINUTE_MS: i64 = 60_000;
const BAR_MS: i64 = 5 * MINUTE_MS;
const BARS: usize = 24;

/// Request ids by row id; empty = the record had none.
pub type RequestIds = HashMap<i64, String>;

/// The groups that are listed, with the second plan.
pub struct FailureGroups {
    query: FailuresQuery,
    axes: Axes,
    attempts: HashMap<u32, i64>,
    failed: i64,
    more: usize,
    listed: Vec<Listed>,
    bars: FailureBars,
    whos: Vec<u32>,
    causes: Vec<u32>,
    plan: Plan,
    ever: Slot,
    recent: Slot,
}

struct Listed {
    draft: Draft,
    rows: Slot,
    /// Whether `rows` are all of its failures; else only the newest.
    whole: bool,
}

/// Numbers of listed things: their codes in order, and the place of each code.
fn listed_values(codes: &[u32], wanted: impl Iterator<Item = u32>) -> (Vec<u32>, Arc<Vec<u32>>) {
    let mut list: Vec<u32> = wanted.collect();
    list.sort_unstable();
    list.dedup();
    let values = codes.iter().map(|code| list.binary_search(code).map_or(SKIP, |place| place as u32));
    let values = Arc::new(values.collect());
    (list, values)
}

/// The codes that stand for `value` and that the filter lets through.
fn narrowed(codes: &[u32], value: u32, passing: Option<&CodeSet>) -> Option<Arc<CodeSet>> {
    let set = (0_u32..)
        .zip(codes)
        .filter(|(code, of)| **of == value && passing.is_none_or(|set| set.contains(*code)))
        .map(|(code, _)| code);
    Some(Arc::new(set.collect()))
}

fn bars(query: &FailuresQuery) -> FailureBars {
    let last = query.now_ms.min(query.range.end.saturating_sub(1));
    let end = (last.div_euclid(BAR_MS) + 1).saturating_mul(BAR_MS);
    FailureBars { from_ms: end.saturating_sub(BAR_MS * BARS as i64), width_ms: BAR_MS, count: BARS }
}

impl FailureGroups {
    pub(super) fn new(
        query: FailuresQuery,
        filter: Filter,
        axes: Axes,
        attempts: HashMap<u32, i64>,
        mut drafts: Vec<Draft>,
    ) -> Self {
        let failed = drafts.iter().map(|draft| draft.failed).sum();
        let more = drafts.len().saturating_sub(query.limit);
        drafts.truncate(query.limit);
        let (whos, by_who) = listed_values(&axes.profiles, drafts.iter().map(|draft| draft.who));
        let (causes, by_cause) = listed_values(&axes.outcomes, drafts.iter().map(|draft| draft.cause));
        let by_who = Dimension::Profile { values: by_who, len: whos.len() as u32 };
        let by_cause = Dimension::Outcome { values: by_cause, len: causes.len() as u32 };
        let mut planner = Planner::default();
        let scan = planner.scan(i64::MIN..i64::MAX, filter.clone());
        let by = vec![by_who.clone(), by_cause.clone()];
        let ever = planner.group(scan, Group { by, ..Group::default() });
        let bars = bars(&query);
        let bounds: Vec<i64> = (0..=BARS as i64).map(|bar| bars.from_ms + bar * BAR_MS).collect();
        let end = bounds[BARS].min(query.range.end);
        let time = Dimension::Time {
            bounds: Arc::new(bounds),
            values: Arc::new((0..BARS as u32).collect()),
            len: BARS as u32,
        };
        let scan = planner.scan(bars.from_ms..end, filter.clone());
        let by = vec![by_who, by_cause, time];
        let recent = planner.group(scan, Group { by, percentiles: Vec::new(), light: true });
        let mut left = MAX_ROWS;
        let listed = drafts.into_iter().map(|draft| {
            let all = usize::try_from(draft.failed).ok().filter(|count| *count <= left);
            left -= all.unwrap_or_default();
            // Of a group that is too large the newest is an example; where it stands is known.
            let from = if all.is_some() { draft.first_ms } else { draft.last_ms };
            let own = Filter {
                profiles: narrowed(&axes.profiles, draft.who, filter.profiles.as_deref()),
                outcomes: narrowed(&axes.outcomes, draft.cause, filter.outcomes.as_deref()),
                ..filter.clone()
            };
            let scan = planner.scan(from..draft.last_ms.saturating_add(1), own);
            let limit = all.unwrap_or(1);
            let rows = planner.rows(scan, Rows::Newest { limit, before: None, failed_only: false });
            Listed { draft, rows, whole: all.is_some() }
        });
        let listed = listed.collect();
        let plan = planner.finish();
        Self { query, axes, attempts, failed, more, listed, bars, whos, causes, plan, ever, recent }
    }

    /// The second question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Row ids of the failures whose request ids are needed; at most [`MAX_ROWS`].
    pub fn wanted(&self, answer: &Answer) -> Vec<i64> {
        let whole = self.listed.iter().filter(|listed| listed.whole);
        whole.flat_map(|listed| Found(answer).rows(listed.rows)).map(|key| key.id).collect()
    }

    /// The question for attempts that answered these requests; `None` when there is nothing to ask.
    pub fn answers_plan(&self, ids: &RequestIds) -> Option<Plan> {
        let mut texts: Vec<String> = ids.values().filter(|id| !id.is_empty()).cloned().collect();
        texts.sort_unstable();
        texts.dedup();
        let whole = || self.listed.iter().filter(|listed| listed.whole).map(|listed| &listed.draft);
        let first = whole().map(|draft| draft.first_ms).min()?;
        let last = whole().map(|draft| draft.last_ms).max()?;
        if texts.is_empty() {
            return None;
        }
        let filter =
            Filter { flags_clear: Flags::FAILED, request_ids: Some(Arc::new(texts)), ..Filter::default() };
        let mut planner = Planner::default();
        let range = first.saturating_sub(HOUR_MS)..last.saturating_add(HOUR_MS + 1);
        let scan = planner.scan(range, filter);
        planner.rows(scan, Rows::Newest { limit: MAX_ANSWERS + 1, before: None, failed_only: false });
        Some(planner.finish())
    }

    /// The attempts that [`answers_plan`](Self::answers_plan) found; `None` when they are too many to look at.
    pub fn answers(answer: &Answer) -> Option<&[RowKey]> {
        let rows = answer.scans.first()?.rows.first()?;
        (rows.len() <= MAX_ANSWERS).then_some(rows)
    }

    /// The response. `answers` are the attempts that answered, `None` = not known; `partial`: the index is being built.
    pub fn answer(
        &self,
        answer: &Answer,
        ids: &RequestIds,
        answers: Option<&[(RowKey, String)]>,
        partial: bool,
    ) -> FailuresAnswer {
        let found = Found(answer);
        let place =
            |key: &[u32]| Some((*self.whos.get(key[0] as usize)?, *self.causes.get(key[1] as usize)?));
        let mut first = HashMap::new();
        for row in found.group(self.ever) {
            first.insert(place(&row.key), row.sums.first_ms);
        }
        let mut bars = HashMap::<_, Vec<i64>>::new();
        for row in found.group(self.recent) {
            let bars = bars.entry(place(&row.key)).or_insert_with(|| vec![0; BARS]);
            bars[row.key[2] as usize] += row.sums.calls;
        }
        let answered_at = answers.map(|answers| {
            let mut times = HashMap::<&str, Vec<i64>>::new();
            for (key, id) in answers {
                times.entry(id).or_default().push(key.timestamp_ms);
            }
            times
        });
        let item = |listed: &Listed| {
            let draft = &listed.draft;
            let rows = found.rows(listed.rows);
            let at = Some((draft.who, draft.cause));
            let who = &self.axes.whos[draft.who as usize];
            let cause = &self.axes.causes[draft.cause as usize];
            let hit = if listed.whole { hit(rows, draft.failed, ids) } else { None };
            let answered = hit.as_ref().zip(answered_at.as_ref()).map(|(hit, times)| answered(hit, times));
            let attempts = self.attempts.get(&draft.who).copied().unwrap_or(draft.failed);
            Some(FailureGroup {
                provider: who.provider.clone(),
                account: who.account.clone().filter(|account| account != "-"),
                auth_index: only(&draft.auth_indexes),
                model: who.model.clone(),
                status_code: cause.status_code,
                error_code: Some(cause.error_code.clone()).filter(|code| !code.is_empty()),
                error_kind: only(&draft.kinds),
                failed: draft.failed,
                requests: hit.map(|hit| hit.len() as i64),
                answered,
                keys: draft.keys.len(),
                accounts: draft.accounts.len(),
                models: draft.models.len(),
                share: crate::sections::rate(draft.failed, attempts),
                first_seen_ms: first.get(&at).copied().filter(|_| !partial),
                first_in_range_ms: draft.first_ms,
                last_seen_ms: draft.last_ms,
                ongoing: ongoing(draft, self.query.now_ms),
                bars: bars.get(&at).cloned().unwrap_or_else(|| vec![0; BARS]),
                example_id: rows.first()?.id,
            })
        };
        FailuresAnswer {
            requests: self.attempts.values().sum(),
            failed: self.failed,
            generated_at_ms: self.query.now_ms,
            bars: self.bars,
            items: self.listed.iter().filter_map(item).collect(),
            more: self.more,
        }
    }
}

/// The requests that failures belong to, with their times; `None` when one of them is not known.
fn hit<'i>(rows: &[RowKey], failed: i64, ids: &'i RequestIds) -> Option<HashMap<&'i str, Vec<i64>>> {
    let mut hit = HashMap::<&str, Vec<i64>>::new();
    for key in rows {
        let id = ids.get(&key.id).filter(|id| !id.is_empty())?;
        hit.entry(id).or_default().push(key.timestamp_ms);
    }
    (rows.len() as i64 == failed).then_some(hit)
}

/// Of these requests, how many another attempt answered: ids have 32 random bits and come again over the years.
fn answered(hit: &HashMap<&str, Vec<i64>>, times: &HashMap<&str, Vec<i64>>) -> i64 {
    let near = |failed: &[i64], answered: &[i64]| {
        failed.iter().any(|at| answered.iter().any(|other| at.abs_diff(*other) <= HOUR_MS as u64))
    };
    hit.iter().filter(|(id, failed)| times.get(*id).is_some_and(|times| near(failed, times))).count() as i64
}

/// The value that all have, if there is one.
fn only(values: &std::collections::BTreeSet<String>) -> Option<String> {
    values.first().filter(|value| values.len() == 1 && !value.is_empty()).cloned()
}

/// Whether the failures go on: the last one is not long ago, measured by how often they came. One alone does not go on.
fn ongoing(draft: &Draft, now_ms: i64) -> bool {
    if draft.failed < 2 {
        return false;
    }
    let usual = match draft.failed {
        ..5 => 0,
        failed => (draft.last_ms - draft.first_ms) / (failed - 1),
    };
    now_ms - draft.last_ms <= usual.saturating_mul(3).clamp(10 * MINUTE_MS, HOUR_MS)
}
