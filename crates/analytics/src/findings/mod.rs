//! `GET /api/v1/findings`: what an operator should know now, and what to do about it. Every finding says on which numbers
//! it rests; what is unusual is said only where there is enough history to know what is usual.

mod rules;

use std::collections::BTreeMap;

use columns::{Answer, Dictionaries, Dimension, Filter, Group, Plan, Rows, Sums};
use serde::Serialize;
use utoipa::ToSchema;

use crate::buckets::{DAY_MS, HOUR_MS};
use crate::dictionary::{MEMBERS, Profiles};
use crate::filter::outcomes;
use crate::plan::{Found, P95, Planner, Slot};
use crate::query::Field;
use crate::sections::events::Events;
use crate::sections::total;

/// Weeks that "usual" looks back.
const WEEKS: i64 = 4;

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FindingsAnswer {
    /// When it was computed, Unix milliseconds.
    pub generated_at_ms: i64,
    /// How things stand.
    pub verdict: Verdict,
    /// What there is to know, gravest first.
    pub findings: Vec<Finding>,
    /// What the last hour was compared with; null without enough history: the median of the same weekday and hour over
    /// four weeks.
    #[schema(required)]
    pub usual: Option<Usual>,
}

/// How things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing to do.
    Ok,
    /// Something deserves a look.
    Attention,
    /// Something is broken.
    Trouble,
    /// There are no events yet to judge by.
    Unknown,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something is broken.
    Critical,
    /// Something deserves a look.
    Warning,
    /// Good to know.
    Info,
}

/// Something to know.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Finding {
    /// Stable code: `failure_rate_high`, `credential_failing`, `credential_without_success` (of the last day),
    /// `model_failing`, `traffic_above_usual`, `traffic_below_usual`, `cost_above_usual`, `latency_above_usual`, `quota_used_up`, `quota_nearly_used`,
    /// `calls_without_price`, `collector_not_running`, `collector_error`, `records_may_be_missing`, `database_trouble`,
    /// `index_building`.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// The numbers that it rests on, by name.
    pub numbers: BTreeMap<&'static str, f64>,
    /// Since when, as far as is known, Unix milliseconds.
    #[schema(required)]
    pub since_ms: Option<i64>,
    /// Stable code of what to do next: `look_at_failures`, `check_credential`, `check_model`, `look_at_traffic`,
    /// `look_at_cost`, `look_at_latency`, `wait_for_quota`, `add_prices`, `check_connection`, `look_at_gaps`,
    /// `check_database`, `wait`.
    pub next_step: &'static str,
    /// Filters under which its events are found, as of `POST /api/v1/query`.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub filter: BTreeMap<Field, Vec<String>>,
}

/// What a finding is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Subject {
    /// `all`, `credential`, `model`, `collector`, `database` or `index`.
    pub kind: &'static str,
    /// Its id: the credential's, the model's.
    pub id: String,
    /// A name for people.
    pub name: String,
}

/// What is usual for this hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Usual {
    /// Weeks with events that it rests on.
    pub weeks: usize,
    /// Calls in an hour.
    pub calls: f64,
    /// US dollars in an hour.
    pub cost: f64,
    /// Calls without a price in an hour; their cost is not in `cost`.
    pub unpriced_calls: f64,
    /// Failed part, 0 to 1.
    pub failure_rate: f64,
    /// 95th percentile of latency, milliseconds.
    #[schema(required)]
    pub latency_p95_ms: Option<f64>,
}

/// An hour's figures.
#[derive(Debug, Clone, Copy, Default)]
struct Hour {
    sums: Sums,
    p95: Option<i64>,
}

/// A request with its plan.
pub struct Findings {
    now_ms: i64,
    dictionaries: Dictionaries,
    /// When the first event was; how far history reaches.
    first_ms: Option<i64>,
    plan: Plan,
    now: Slot,
    failed: Slot,
    hours: Vec<Slot>,
    day: Slot,
    newest: Slot,
}

impl Findings {
    /// Plans a look at the last hour, the last day, and the same hour of the weeks before.
    pub fn new(now_ms: i64, extent: Option<(i64, i64)>, dictionaries: Dictionaries) -> Self {
        let mut planner = Planner::default();
        let members = || Profiles::new(&dictionaries).all_ids(&MEMBERS);
        let hour = |planner: &mut Planner, end: i64| {
            let scan = planner.scan(end.saturating_sub(HOUR_MS)..end, Filter::default());
            let group = Group { by: Vec::new(), percentiles: P95.to_vec(), light: true };
            (scan, planner.group(scan, group))
        };
        let (last, own) = hour(&mut planner, now_ms);
        let mut hours = vec![own];
        let now = planner.group(last, Group { by: members(), ..Group::default() });
        let mut by = members();
        by.push(Dimension::Failed);
        let failed = planner.group(last, Group { by, ..Group::default() });
        for week in 1..=WEEKS {
            hours.push(hour(&mut planner, now_ms.saturating_sub(week * 7 * DAY_MS)).1);
        }
        let day = planner.scan(now_ms.saturating_sub(DAY_MS)..now_ms, Filter::default());
        let day = planner.group(day, Group { by: members(), percentiles: Vec::new(), light: true });
        let told = outcomes(&dictionaries, |outcome| outcome.has_metadata);
        let told = Filter { outcomes: Some(std::sync::Arc::new(told)), ..Filter::default() };
        let scan = planner.scan(now_ms.saturating_sub(DAY_MS)..now_ms, told);
        let (by, _) = Profiles::new(&dictionaries)
            .by_credential(|c| Some(crate::dictionary::credential_id(c).to_owned()));
        let newest = planner.rows(scan, Rows::NewestOfEach { by, limit: 1 });
        let first_ms = extent.map(|(first, _)| first);
        let plan = planner.finish();
        Self { now_ms, dictionaries, first_ms, plan, now, failed, hours, day, newest }
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Row ids of the events that the answer needs in full.
    pub fn wanted(&self, answer: &Answer) -> Vec<i64> {
        Found(answer).rows(self.newest).iter().map(|key| key.id).collect()
    }

    /// The response. `more` are findings about the program itself, which the caller knows.
    pub fn answer(&self, answer: &Answer, events: &Events, more: Vec<Finding>) -> FindingsAnswer {
        let found = Found(answer);
        let hour = |slot: &Slot| {
            let rows = found.group(*slot);
            let p95 = rows.first().and_then(|row| row.percentiles.first().copied().flatten());
            Hour { sums: total(rows), p95 }
        };
        let hours: Vec<Hour> = self.hours.iter().map(hour).collect();
        let usual = self.usual(&hours[1..]);
        let profiles = Profiles::new(&self.dictionaries);
        let members = |slot: Slot| profiles.members(&MEMBERS, found.group(slot));
        // The third value of these rows says whether they failed.
        let mut failed = members(self.failed);
        failed.retain(|(_, sums)| sums.failures > 0);
        let mut findings = more;
        findings.extend(rules::overall(&hours[0], usual.as_ref(), self.now_ms));
        findings.extend(rules::failing(&members(self.now), &failed));
        let day = members(self.day);
        findings.extend(rules::failing_all_day(&day, &findings, self.now_ms));
        findings.extend(rules::unpriced(&day));
        let newest = found.rows(self.newest).iter().filter_map(|key| events.get(&key.id));
        findings.extend(newest.filter_map(|event| rules::quota(event, self.now_ms)));
        // Gravest first; of one kind by what it is about.
        findings
            .sort_by(|a, b| (a.severity, a.code, &a.subject.id).cmp(&(b.severity, b.code, &b.subject.id)));
        let verdict = match findings.first().map(|finding| finding.severity) {
            Some(Severity::Critical) => Verdict::Trouble,
            Some(Severity::Warning) => Verdict::Attention,
            _ if self.first_ms.is_none() => Verdict::Unknown,
            _ => Verdict::Ok,
        };
        FindingsAnswer { generated_at_ms: self.now_ms, verdict, findings, usual }
    }

    /// The median of the same hour in the weeks before: only of weeks that history reaches, at least three of four.
    fn usual(&self, before: &[Hour]) -> Option<Usual> {
        let first = self.first_ms?;
        let reached = (1..=WEEKS).filter(|week| self.now_ms - week * 7 * DAY_MS - HOUR_MS >= first).count();
        if reached < WEEKS as usize - 1 {
            return None;
        }
        let known = &before[..reached];
        let of = |value: &dyn Fn(&Hour) -> Option<f64>| median(known.iter().filter_map(value).collect());
        Some(Usual {
            weeks: known.iter().filter(|hour| hour.sums.calls > 0).count(),
            calls: of(&|hour| Some(hour.sums.calls as f64))?,
            cost: of(&|hour| Some(hour.sums.cost_usd))?,
            unpriced_calls: of(&|hour| Some(hour.sums.unpriced_calls as f64))?,
            failure_rate: of(&|hour| Some(crate::sections::rate(hour.sums.failures, hour.sums.calls)))?,
            latency_p95_ms: of(&|hour| hour.p95.map(|p95| p95 as f64)),
        })
    }
}

/// The middle value; the mean of the two middle ones of an even number.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values.get(middle).copied()
    } else {
        Some((values.get(middle.checked_sub(1)?)? + values.get(middle)?) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }
}
