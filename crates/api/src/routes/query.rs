//! The general question.

use analytics::query::{Query, QueryAnswer, QueryRequest};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::JsonBody;
use crate::figures::{Fresh, Question};
use crate::routes::table::{Routes, routes};
use crate::state::AppState;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; query_usage)
}

/// Measures of events, grouped and filtered as asked.
///
/// Error codes: `request_failed` (a member is missing or wrong), `invalid_time_zone`, `too_many_values`,
/// `too_many_buckets` (choose a larger bucket or a shorter range), `too_many_groups`, `index_busy`, `query_timeout`.
#[utoipa::path(post, path = "/api/v1/query", tag = "analytics", request_body = QueryRequest,
    responses((status = 200, body = Fresh<QueryAnswer>), (status = 304, description = "as before"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn query_usage(
    State(state): State<AppState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<QueryRequest>,
) -> ApiResult<Response> {
    let mut question = Question::new(&state, &headers, &("query", &request)).await;
    request.filters.check()?;
    let lookups = question.look_up(&request.filters.phrase()).await?;
    let dictionaries = question.snapshot().dictionaries.clone();
    let planned = tokio::task::spawn_blocking(move || Query::new(request, dictionaries, &lookups));
    let query = planned.await.map_err(ApiError::internal)??;
    if let Some(unchanged) = question.unchanged() {
        return Ok(unchanged);
    }
    let result = question.ask(query.plan().clone()).await?;
    let now_ms = state.now_ms();
    question.send(move || Fresh::new(query.answer(&result.answer, now_ms), &result)).await
}
