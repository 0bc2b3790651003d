//! When something is a finding.

use std::collections::BTreeMap;

use columns::Sums;
use model::UsageEvent;

use super::{Finding, Hour, Severity, Subject, Usual};
use crate::buckets::{DAY_MS, HOUR_MS};
use crate::dictionary::{Member, Profile, account_id, credential_id, first_of};
use crate::query::Field;
use crate::sections::{Folded, fold, rate, total_of_members};

/// Fewest calls by which an hour is judged.
const ENOUGH_CALLS: i64 = 20;
/// Fewest calls by which one credential or model is judged.
const ENOUGH_CALLS_OF_ONE: i64 = 10;
/// Failed part of an hour that deserves a look, and that is trouble.
const FAILING: [f64; 2] = [0.2, 0.5];
/// Fewest calls of a day of which none succeeded.
const ENOUGH_CALLS_IN_VAIN: i64 = 5;
/// Failed part of one credential's or model's calls that deserves a look.
const FAILING_ONE: f64 = 0.5;
/// How many times the usual is unusual.
const ABOVE: f64 = 3.0;
/// Fewest calls of a usual hour whose absence is noticed, and fewest of an unusual one.
const NOTABLE_CALLS: f64 = 50.0;
/// Fewest dollars of an unusual hour.
const NOTABLE_COST: f64 = 1.0;
/// Fewest milliseconds of an unusual latency.
const NOTABLE_LATENCY_MS: f64 = 10_000.0;
/// Used percent of a quota window that deserves a look.
const NEARLY_USED: f64 = 90.0;

fn all() -> Subject {
    Subject { kind: "all", ..Subject::default() }
}

/// The last hour as a whole.
pub(super) fn overall(now: &Hour, usual: Option<&Usual>, now_ms: i64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let since_ms = Some(now_ms.saturating_sub(HOUR_MS));
    let sums = &now.sums;
    let failure_rate = rate(sums.failures, sums.calls);
    let finding = |code, severity, numbers: Vec<(&'static str, f64)>, next_step, filter| Finding {
        code,
        severity,
        subject: all(),
        numbers: numbers.into_iter().collect(),
        since_ms,
        next_step,
        filter,
    };
    if sums.calls >= ENOUGH_CALLS && failure_rate >= FAILING[0] {
        let severity = if failure_rate >= FAILING[1] { Severity::Critical } else { Severity::Warning };
        let mut numbers = vec![
            ("calls", sums.calls as f64),
            ("failures", sums.failures as f64),
            ("failure_rate", failure_rate),
        ];
        numbers.extend(usual.map(|usual| ("usual_failure_rate", usual.failure_rate)));
        let filter = BTreeMap::from([(Field::Status, vec!["failed".to_owned()])]);
        findings.push(finding("failure_rate_high", severity, numbers, "look_at_failures", filter));
    }
    let Some(usual) = usual else { return findings };
    let none = BTreeMap::new;
    let calls = sums.calls as f64;
    let numbers = vec![("calls", calls), ("usual_calls", usual.calls)];
    if calls >= NOTABLE_CALLS && calls > ABOVE * usual.calls {
        findings.push(finding("traffic_above_usual", Severity::Warning, numbers, "look_at_traffic", none()));
    } else if usual.calls >= NOTABLE_CALLS && calls < usual.calls / (ABOVE + 1.0) {
        findings.push(finding("traffic_below_usual", Severity::Warning, numbers, "look_at_traffic", none()));
    }
    if sums.cost_usd >= NOTABLE_COST && sums.cost_usd > ABOVE * usual.cost {
        let numbers = vec![("cost", sums.cost_usd), ("usual_cost", usual.cost)];
        findings.push(finding("cost_above_usual", Severity::Warning, numbers, "look_at_cost", none()));
    }
    if let (Some(p95), Some(usual)) = (now.p95.map(|p95| p95 as f64), usual.latency_p95_ms)
        && sums.calls >= ENOUGH_CALLS
        && p95 >= NOTABLE_LATENCY_MS
        && p95 > 2.0 * usual
    {
        let numbers = vec![("latency_p95_ms", p95), ("usual_latency_p95_ms", usual)];
        findings.push(finding("latency_above_usual", Severity::Warning, numbers, "look_at_latency", none()));
    }
    findings
}

/// The figures of what fails.
fn numbers(sums: &Sums) -> BTreeMap<&'static str, f64> {
    BTreeMap::from([
        ("calls", sums.calls as f64),
        ("failures", sums.failures as f64),
        ("failure_rate", rate(sums.failures, sums.calls)),
    ])
}

fn severity(sums: &Sums) -> Severity {
    if sums.failures == sums.calls { Severity::Critical } else { Severity::Warning }
}

fn only_failed(field: Field, value: &str) -> BTreeMap<Field, Vec<String>> {
    BTreeMap::from([(field, vec![value.to_owned()]), (Field::Status, vec!["failed".to_owned()])])
}

fn failing_credential(code: &'static str, id: &str, folded: &Folded<'_>, since_ms: Option<i64>) -> Finding {
    Finding {
        code,
        severity: severity(&folded.sums),
        subject: Subject {
            kind: "credential",
            id: id.to_owned(),
            name: folded.newest(|p| account_id(p.credential)),
        },
        numbers: numbers(&folded.sums),
        since_ms,
        next_step: "check_credential",
        filter: only_failed(Field::Credential, id),
    }
}

/// Credentials and models of the last hour of which at least half of the calls fail. A model is not named when its
/// failures are those of a failing credential. `failed` are the failures alone.
pub(super) fn failing<'a>(members: &[Member<'a>], failed: &[Member<'a>]) -> Vec<Finding> {
    let since = |test: &dyn Fn(&Profile<'a>) -> bool| {
        failed.iter().filter(|(profile, _)| test(profile)).map(|(_, sums)| sums.first_ms).min()
    };
    let fails = |folded: &Folded<'_>| {
        folded.sums.calls >= ENOUGH_CALLS_OF_ONE
            && rate(folded.sums.failures, folded.sums.calls) >= FAILING_ONE
    };
    let mut findings = Vec::new();
    let mut explained: BTreeMap<&str, i64> = BTreeMap::new();
    for (id, folded) in fold(members, |p| credential_id(p.credential)) {
        if !fails(&folded) {
            continue;
        }
        for (profile, sums) in &folded.members {
            *explained.entry(&profile.model.analytics_model).or_default() += sums.failures;
        }
        let since_ms = since(&|p| credential_id(p.credential) == id);
        findings.push(failing_credential("credential_failing", id, &folded, since_ms));
    }
    for (model, folded) in fold(members, |p| p.model.analytics_model.as_str()) {
        let alone = folded.sums.failures - explained.get(model).copied().unwrap_or(0);
        if !fails(&folded) || rate(alone, folded.sums.calls) < FAILING_ONE {
            continue;
        }
        findings.push(Finding {
            code: "model_failing",
            severity: severity(&folded.sums),
            subject: Subject { kind: "model", id: model.to_owned(), name: model.to_owned() },
            numbers: numbers(&folded.sums),
            since_ms: since(&|p| p.model.analytics_model == model),
            next_step: "check_model",
            filter: only_failed(Field::Model, model),
        });
    }
    findings
}

/// Credentials of the last day of which no call succeeded, few as they may be; `known` are told of already.
pub(super) fn failing_all_day(members: &[Member<'_>], known: &[Finding], now_ms: i64) -> Vec<Finding> {
    let told = |id: &str| known.iter().any(|f| f.subject.kind == "credential" && f.subject.id == id);
    let fails = |folded: &Folded<'_>| {
        folded.sums.calls >= ENOUGH_CALLS_IN_VAIN && folded.sums.failures == folded.sums.calls
    };
    fold(members, |p| credential_id(p.credential))
        .into_iter()
        .filter(|(id, folded)| fails(folded) && !told(id))
        .map(|(id, folded)| {
            // No success is known since then; the day before was not looked at.
            let since_ms = Some(now_ms.saturating_sub(DAY_MS));
            failing_credential("credential_without_success", id, &folded, since_ms)
        })
        .collect()
}

/// Calls of the last day without a price.
pub(super) fn unpriced(members: &[Member<'_>]) -> Option<Finding> {
    let sums = total_of_members(members);
    let models = crate::sections::models::unpriced(members);
    (sums.unpriced_calls > 0).then(|| Finding {
        code: "calls_without_price",
        severity: Severity::Info,
        subject: all(),
        numbers: BTreeMap::from([
            ("calls", sums.calls as f64),
            ("unpriced_calls", sums.unpriced_calls as f64),
            ("models", models.len() as f64),
        ]),
        since_ms: None,
        next_step: "add_prices",
        filter: BTreeMap::from([(Field::Model, models)]),
    })
}

/// Use in percent and time of recovery (Unix milliseconds) of the quota window that is used most among those that last.
/// Anthropic's windows are not in the summary, which is as the reference has it.
fn fullest_window(event: &UsageEvent, now_ms: i64) -> Option<(f64, Option<i64>)> {
    let lasts = |(_, recovers): &(f64, Option<i64>)| recovers.is_none_or(|at| at > now_ms);
    if let Some(used) = event.header.quota_used_percent {
        return Some((used, event.header.quota_recover_at_ms)).filter(lasts);
    }
    let window = |name: &str| {
        let of = |member: &str| event.response_metadata.at(&format!("quota.anthropic.{name}.{member}"));
        let recovers = of("reset_at_ms").and_then(serde_json::Value::as_i64);
        Some((of("used_percent")?.as_f64()?, recovers))
    };
    let windows = ["primary", "secondary"].into_iter().filter_map(window).filter(lasts);
    windows.max_by(|(a, _), (b, _)| a.total_cmp(b))
}

/// What a credential's newest answer said of its quota, as long as that window lasts.
pub(super) fn quota(event: &UsageEvent, now_ms: i64) -> Option<Finding> {
    let (used, recovers) = fullest_window(event, now_ms)?;
    if used < NEARLY_USED {
        return None;
    }
    let file = &event.auth_file_snapshot;
    let id = first_of(&[file, &event.auth_index, &event.source_hash, &event.source]).to_owned();
    let name =
        first_of(&[&event.account_snapshot, &event.auth_label_snapshot, &event.source, &event.auth_index]);
    let mut numbers = BTreeMap::from([("used_percent", used)]);
    numbers.extend(recovers.map(|at| ("recover_at_ms", at as f64)));
    let full = used >= 100.0;
    Some(Finding {
        code: if full { "quota_used_up" } else { "quota_nearly_used" },
        severity: if full { Severity::Critical } else { Severity::Warning },
        subject: Subject { kind: "credential", id: id.clone(), name: name.to_owned() },
        numbers,
        since_ms: Some(event.time.ms),
        next_step: "wait_for_quota",
        filter: BTreeMap::from([(Field::Credential, vec![id])]),
    })
}
