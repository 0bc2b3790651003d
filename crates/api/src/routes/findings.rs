//! What an operator should know now.

use std::collections::BTreeMap;

use analytics::findings::{Finding, Findings, FindingsAnswer, Severity, Subject};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::error::{ApiResult, ErrorBody};
use crate::figures::{Fresh, Question};
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::status::StatusDocument;

/// Gaps in the records are told of for so long.
const GAPS_TOLD_MS: i64 = 86_400_000;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_findings)
}

/// A verdict, and what there is to know: computed from our own events, the providers' quota headers, and the state of the
/// program.
#[utoipa::path(get, path = "/api/v1/findings", tag = "analytics",
    responses((status = 200, body = Fresh<FindingsAnswer>), (status = 401, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn list_findings(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    let now_ms = state.now_ms();
    let status = state.control().status().await?;
    let question = Question::new(&state, &headers, &("findings", now_ms)).await;
    let mut own = of_status(&status, now_ms);
    own.extend(question.snapshot().partial.map(|progress| Finding {
        code: "index_building",
        severity: Severity::Info,
        subject: Subject { kind: "index", ..Subject::default() },
        numbers: BTreeMap::from([("events", progress.events as f64), ("of", progress.of as f64)]),
        since_ms: None,
        next_step: "wait",
        filter: BTreeMap::new(),
    }));
    let snapshot = question.snapshot();
    // A broken clock does not make history longer.
    let plausible = state.store().counts().first_ms;
    let extent = snapshot.extent().map(|(first, last)| (plausible.unwrap_or(first).max(first), last));
    let findings = Findings::new(now_ms, extent, snapshot.dictionaries.clone());
    let result = question.ask(findings.plan().clone()).await?;
    let events = question.events(findings.wanted(&result.answer)).await?;
    question.send(move || Fresh::new(findings.answer(&result.answer, &events, own), &result)).await
}

/// What the program says of itself.
fn of_status(status: &StatusDocument, now_ms: i64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let collector = &status.collector;
    let about = |kind: &'static str, name: &str| Subject { kind, id: String::new(), name: name.to_owned() };
    let mut add = |code, severity, subject, numbers, since_ms, next_step| {
        findings.push(Finding {
            code,
            severity,
            subject,
            numbers,
            since_ms,
            next_step,
            filter: BTreeMap::new(),
        });
    };
    if status.configured && collector.collector != "running" {
        let subject = about("collector", &collector.state);
        let since = collector.last_error_detail.as_ref().map(|error| error.at_ms);
        add("collector_not_running", Severity::Critical, subject, BTreeMap::new(), since, "check_connection");
    } else if let Some(error) = &collector.last_error_detail
        // The detail stays after recovery; the text does not.
        && !collector.last_error.is_empty()
    {
        let subject = about("collector", &error.code);
        let since = Some(error.at_ms);
        add("collector_error", Severity::Warning, subject, BTreeMap::new(), since, "check_connection");
    }
    let recent = |to_ms: Option<i64>| to_ms.is_none_or(|to| to > now_ms - GAPS_TOLD_MS);
    let gaps: Vec<_> = status.gaps.iter().filter(|gap| gap.lossy && recent(gap.to_ms)).collect();
    let lost: i64 = gaps.iter().filter_map(|gap| gap.lost_estimate).sum();
    if let Some(first) = gaps.iter().map(|gap| gap.from_ms).min() {
        let numbers = BTreeMap::from([("gaps", gaps.len() as f64), ("lost_estimate", lost as f64)]);
        let subject = about("collector", "");
        add("records_may_be_missing", Severity::Warning, subject, numbers, Some(first), "look_at_gaps");
    }
    if !["ok", "checking", "unchecked"].contains(&status.database.state.as_str()) {
        let subject = about("database", &status.database.state);
        add("database_trouble", Severity::Critical, subject, BTreeMap::new(), None, "check_database");
    }
    findings
}
