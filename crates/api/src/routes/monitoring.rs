//! The analytics of the contract: dashboard, monitoring, header snapshots, accounts.

use std::sync::Arc;

use analytics::accounts::history::{AccountHistories, AccountHistoryAnswer, AccountHistoryRequest};
use analytics::accounts::windows::{AccountWindowAnswer, AccountWindowRequest, AccountWindows};
use analytics::dashboard::{Dashboard, DashboardAnswer, DashboardRequest};
use analytics::headers::{HeaderSnapshots, HeaderSnapshotsAnswer};
use analytics::{Analysis, AnalyticsAnswer, AnalyticsRequest};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::{JsonBody, Parameters};
use crate::figures::{Begun, Fresh, Question};
use crate::routes::table::{Routes, routes};
use crate::state::AppState;

/// Answers about "now" are the same for callers within so many milliseconds.
const NOW_STEP_MS: i64 = 1000;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; get_dashboard, query_monitoring, list_header_snapshots, get_account_history, get_account_window_usage)
}

/// Parameters of the dashboard, as text: older panels are told which number is wrong.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DashboardParameters {
    /// Start of the caller's day, Unix milliseconds; required.
    #[param(value_type = i64, required = true)]
    today_start_ms: Option<String>,
    /// Now, Unix milliseconds; the server's time when absent or not positive.
    #[param(value_type = Option<i64>)]
    now_ms: Option<String>,
    /// Models of the rankings; 5 when absent or not positive, at most 1000.
    #[param(value_type = Option<i64>)]
    top_models: Option<String>,
    /// Failures listed; 5 when absent or not positive, at most 1000.
    #[param(value_type = Option<i64>)]
    recent_failures: Option<String>,
}

fn integer(name: &str, text: Option<&String>) -> ApiResult<i64> {
    match text.map(|text| text.trim()).filter(|text| !text.is_empty()) {
        None => Ok(0),
        Some(text) => text.parse().map_err(|_| ApiError::bad_request(format!("{name} must be an integer"))),
    }
}

/// The day so far: totals, rankings, health, and what fails.
#[utoipa::path(get, path = "/v0/management/dashboard/summary", tag = "analytics", params(DashboardParameters),
    responses((status = 200, body = Fresh<DashboardAnswer>), (status = 304, description = "as before"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn get_dashboard(
    State(state): State<AppState>,
    headers: HeaderMap,
    Parameters(asked): Parameters<DashboardParameters>,
) -> ApiResult<Response> {
    if asked.today_start_ms.as_deref().is_none_or(|text| text.trim().is_empty()) {
        return Err(ApiError::bad_request("today_start_ms is required"));
    }
    let start = integer("today_start_ms", asked.today_start_ms.as_ref());
    let start = start.ok().filter(|start| *start > 0);
    let today_start_ms =
        start.ok_or_else(|| ApiError::bad_request("today_start_ms must be a positive integer"))?;
    let own_ms = integer("now_ms", asked.now_ms.as_ref())?;
    let now_ms = if own_ms > 0 { own_ms } else { state.now_ms() };
    // Without a time of its own, the request is about the server's.
    let now = if own_ms > 0 { now_ms } else { now_ms / NOW_STEP_MS };
    let request = DashboardRequest {
        today_start_ms,
        now_ms,
        top_models: integer("top_models", asked.top_models.as_ref())?,
        recent_failures: integer("recent_failures", asked.recent_failures.as_ref())?,
    };
    let parts = (request.today_start_ms, own_ms > 0, now, request.top_models, request.recent_failures);
    let question = Question::new(&state, &headers, &("dashboard", parts)).await;
    let dashboard = Dashboard::new(request, question.snapshot().dictionaries.clone())?;
    if let Some(unchanged) = question.unchanged() {
        return Ok(unchanged);
    }
    let result = question.ask(dashboard.plan().clone()).await?;
    let events = question.events(dashboard.wanted(&result.answer)).await?;
    let now_ms = state.now_ms();
    question.send(move || Fresh::new(dashboard.answer(&result.answer, &events, now_ms), &result)).await
}

/// Everything about the events of a span, as asked for in `include`.
#[utoipa::path(post, path = "/v0/management/monitoring/analytics", tag = "analytics", request_body = AnalyticsRequest,
    responses((status = 200, body = Fresh<AnalyticsAnswer>), (status = 304, description = "as before"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn query_monitoring(
    State(state): State<AppState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<AnalyticsRequest>,
) -> ApiResult<Response> {
    request.check()?;
    let now_ms = state.now_ms();
    // Without a time of its own, the request is about the server's.
    let now = if request.now_ms > 0 { 0 } else { now_ms / NOW_STEP_MS };
    let mut question = Question::new(&state, &headers, &("monitoring", &request, now)).await;
    let lookups = question.look_up(&request.phrase()).await?;
    if let Some(unchanged) = question.unchanged() {
        return Ok(unchanged);
    }
    let dictionaries = question.snapshot().dictionaries.clone();
    let planned = tokio::task::spawn_blocking(move || Analysis::new(request, now_ms, dictionaries, &lookups));
    let analysis = Arc::new(planned.await.map_err(ApiError::internal)??);
    let result = question.ask(analysis.plan().clone()).await?;
    let result = Arc::new(result);
    // Most of a large answer needs no event in full: it is made while they are read.
    let cross = analysis.has_cross_tables().then(|| {
        let (analysis, result) = (Arc::clone(&analysis), Arc::clone(&result));
        Begun::new(move || analysis.cross_tables(&result.answer))
    });
    let events = question.events(analysis.wanted(&result.answer)).await?;
    let rest = move || Fresh::new(analysis.rest(&result.answer, &events, now_ms), &result);
    question.send_with(cross, rest).await
}

/// Parameters of header snapshots.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SnapshotParameters {
    /// Days before now; 30 when absent or 0, at most 365.
    #[param(value_type = Option<u64>)]
    days: Option<String>,
    /// Most credentials; 1000 when absent or 0, at most 5000.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
}

/// The newest facts of answers' headers for each credential.
#[utoipa::path(get, path = "/v0/management/monitoring/header-snapshots", tag = "analytics", params(SnapshotParameters),
    responses((status = 200, body = Fresh<HeaderSnapshotsAnswer>), (status = 304, description = "as before"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn list_header_snapshots(
    State(state): State<AppState>,
    headers: HeaderMap,
    Parameters(asked): Parameters<SnapshotParameters>,
) -> ApiResult<Response> {
    let natural = |name: &str, text: Option<&String>| {
        let number = integer(name, text)?;
        u64::try_from(number).map_err(|_| ApiError::bad_request(format!("{name} must not be negative")))
    };
    let (days, limit) = (natural("days", asked.days.as_ref())?, natural("limit", asked.limit.as_ref())?);
    let now_ms = state.now_ms();
    let minute = now_ms / (60 * NOW_STEP_MS);
    let question = Question::new(&state, &headers, &("header-snapshots", days, limit, minute)).await;
    if let Some(unchanged) = question.unchanged() {
        return Ok(unchanged);
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let snapshots = HeaderSnapshots::new(days, limit, now_ms, &question.snapshot().dictionaries);
    let result = question.ask(snapshots.plan().clone()).await?;
    let events = question.events(snapshots.wanted(&result.answer)).await?;
    question.send(move || Fresh::new(snapshots.answer(&result.answer, &events, now_ms), &result)).await
}

/// All-time totals of accounts, and their newest requests.
#[utoipa::path(post, path = "/v0/management/monitoring/account-history", tag = "analytics",
    request_body = AccountHistoryRequest,
    responses((status = 200, body = Fresh<AccountHistoryAnswer>), (status = 304, description = "as before"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn get_account_history(
    State(state): State<AppState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<AccountHistoryRequest>,
) -> ApiResult<Response> {
    let stored = state.store().counts();
    let question = Question::new(&state, &headers, &("account-history", &request)).await;
    let histories = AccountHistories::new(&request, question.snapshot().dictionaries.clone())?;
    if let Some(unchanged) = question.unchanged() {
        return Ok(unchanged);
    }
    let result = question.ask(histories.plan().clone()).await?;
    let events = question.events(histories.wanted(&result.answer)).await?;
    let (latest, now_ms) = (stored.last_event_id, state.now_ms());
    let pending = result.partial.is_some() || result.generation < stored.generation;
    question
        .send(move || Fresh::new(histories.answer(&result.answer, &events, latest, pending, now_ms), &result))
        .await
}

/// What accounts used in spans of time.
#[utoipa::path(post, path = "/v0/management/monitoring/account-window-usage", tag = "analytics",
    request_body = AccountWindowRequest,
    responses((status = 200, body = Fresh<AccountWindowAnswer>), (status = 304, description = "as before"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn get_account_window_usage(
    State(state): State<AppState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<AccountWindowRequest>,
) -> ApiResult<Response> {
    let question = Question::new(&state, &headers, &("account-window-usage", &request)).await;
    let windows = AccountWindows::new(request, &question.snapshot().dictionaries)?;
    if let Some(unchanged) = question.unchanged() {
        return Ok(unchanged);
    }
    let result = question.ask(windows.plan().clone()).await?;
    let now_ms = state.now_ms();
    question.send(move || Fresh::new(windows.answer(&result.answer, now_ms), &result)).await
}
