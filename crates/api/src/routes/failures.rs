//! Failures grouped by cause.

use analytics::failures::{
    FailureGrouping, FailureGroups, Failures, FailuresAnswer, FailuresQuery, MAX_GROUPS,
};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::routes::table::{Routes, routes};

use super::events::parameters::{EventParameters, View, named};
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::repeated;
use crate::figures::{Fresh, Question};
use crate::state::AppState;

/// Groups listed unless asked otherwise.
const DEFAULT_GROUPS: usize = 50;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_failures)
}

/// Parameters of failures beside those of event pages.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documented here and read from the raw query")]
struct FailureParameters {
    /// `account` (default): by provider, account, model, status and error code. `cause`: accounts and models are counted
    /// instead of told apart.
    group: Option<String>,
}

/// Failures of a view grouped by cause, most frequent first: what failed, whom it hits, since when, and an example.
///
/// `limit` is the number of groups, 1 to 500 (default 50). Orders and cursors of event pages have no meaning here. The
/// requests behind the failures are counted for up to 10,000 failures of an answer, largest groups first.
#[utoipa::path(get, path = "/api/v1/failures", tag = "analytics", params(EventParameters, FailureParameters),
    responses((status = 200, body = Fresh<FailuresAnswer>), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn list_failures(
    State(state): State<AppState>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Response> {
    let view = View::parse(query.as_deref())?;
    if view.query.place != analytics::query::events::EventPlace::Start {
        return Err(ApiError::invalid_parameter("before", "cursors go with pages only"));
    }
    let grouping = repeated(query.as_deref(), "group");
    let grouping: Option<FailureGrouping> = named("group", grouping.last().map(String::as_str))?;
    let asked = FailuresQuery {
        range: view.query.range.clone(),
        filters: view.query.filters.clone(),
        grouping: grouping.unwrap_or_default(),
        limit: super::limit(view.limit, DEFAULT_GROUPS, MAX_GROUPS)?,
        now_ms: state.now_ms(),
    };
    let mut question = Question::new(&state, &headers, &("failures", &query, asked.now_ms)).await;
    let lookups = question.look_up(&asked.filters.phrase()).await?;
    let failures = Failures::new(asked, &question.snapshot().dictionaries, &lookups)?;
    let result = question.ask(failures.plan().clone()).await?;
    let groups = failures.groups(&result.answer);
    let result = question.ask(groups.plan().clone()).await?;
    let ids = question.request_ids(groups.wanted(&result.answer)).await?;
    let answers = match groups.answers_plan(&ids) {
        None => Some(Vec::new()),
        Some(plan) => match FailureGroups::answers(&question.ask(plan).await?.answer) {
            None => None,
            Some(keys) => {
                let texts = question.request_ids(keys.iter().map(|key| key.id).collect()).await?;
                Some(keys.iter().filter_map(|key| Some((*key, texts.get(&key.id)?.clone()))).collect())
            }
        },
    };
    question
        .send(move || {
            let partial = result.partial.is_some();
            Fresh::new(groups.answer(&result.answer, &ids, answers.as_deref(), partial), &result)
        })
        .await
}
