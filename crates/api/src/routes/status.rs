//! `/status`, gaps, dead letters, and asking the collector to try again.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{AuditAction, AuditEntry};
use utoipa::{IntoParams, ToSchema};

use crate::audit::Actor;
use crate::error::{ApiResult, ErrorBody};
use crate::extract::Parameters;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::config::CollectorTestAnswer;
use crate::types::status::{DatabaseMaintenanceScope, GapDocument, StatusDocument};

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; get_status, list_gaps, list_dead_letters, retry_collector, test_collector)
}

/// Parameters of `GET /status`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StatusParameters {
    /// `database-maintenance` answers only that member.
    scope: Option<String>,
}

/// The whole document, or one member of it.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the shape of an answer")]
enum StatusAnswer {
    Whole(Box<StatusDocument>),
    Maintenance(DatabaseMaintenanceScope),
}

/// What the manager is doing and how far it can be trusted.
#[utoipa::path(get, path = "/status", tag = "status", params(StatusParameters),
    responses((status = 200, body = StatusAnswer), (status = 401, body = ErrorBody)))]
async fn get_status(
    State(state): State<AppState>,
    Parameters(parameters): Parameters<StatusParameters>,
) -> ApiResult<Response> {
    if parameters.scope.as_deref() == Some("database-maintenance") {
        return Ok(Json(DatabaseMaintenanceScope::default()).into_response());
    }
    let mut status = state.control().status().await?;
    status.audit = Some(state.audit().queue());
    Ok(Json(status).into_response())
}

/// A page of gaps.
#[derive(Serialize, ToSchema)]
struct GapList {
    /// Newest first.
    items: Vec<GapDocument>,
}

/// Parameters of `GET /api/v1/gaps`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct GapParameters {
    /// Most gaps to answer, 1 to 1000 (default 100).
    limit: Option<usize>,
}

/// Periods in which records may be missing.
#[utoipa::path(get, path = "/api/v1/gaps", tag = "status", params(GapParameters),
    responses((status = 200, body = GapList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn list_gaps(
    State(state): State<AppState>,
    Parameters(parameters): Parameters<GapParameters>,
) -> ApiResult<Json<GapList>> {
    let limit = super::limit(parameters.limit, 100, 1000)?;
    Ok(Json(GapList { items: state.control().gaps(limit).await? }))
}

/// A queue item that could not become an event.
#[derive(Serialize, ToSchema)]
struct DeadLetterView {
    /// Row id.
    id: i64,
    /// When it was received, Unix milliseconds.
    created_at_ms: i64,
    /// Why it was refused.
    error: String,
    /// The redacted beginning of the item.
    payload: String,
    /// The length of the whole item, bytes.
    payload_bytes: u64,
}

/// A page of dead letters.
#[derive(Serialize, ToSchema)]
struct DeadLetterList {
    /// Newest first.
    items: Vec<DeadLetterView>,
    /// All that ever came, also those that are no longer kept.
    total: i64,
}

/// Parameters of `GET /api/v1/dead-letters`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeadLetterParameters {
    /// Answer rows with a smaller id.
    before_id: Option<i64>,
    /// Most rows to answer, 1 to 500 (default 50).
    limit: Option<usize>,
}

/// Queue items that could not become events.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "status", params(DeadLetterParameters),
    responses((status = 200, body = DeadLetterList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn list_dead_letters(
    State(state): State<AppState>,
    Parameters(parameters): Parameters<DeadLetterParameters>,
) -> ApiResult<Json<DeadLetterList>> {
    let limit = super::limit(parameters.limit, 50, 500)?;
    let before_id = parameters.before_id;
    let rows = state.store().read(move |reader| reader.dead_letters(before_id, limit)).await?;
    let items = rows.into_iter().map(|stored| DeadLetterView {
        id: stored.id,
        created_at_ms: stored.letter.created_at_ms,
        error: stored.letter.error,
        payload: stored.letter.payload,
        payload_bytes: stored.letter.payload_bytes,
    });
    Ok(Json(DeadLetterList { items: items.collect(), total: state.store().counts().dead_letters }))
}

/// What works from here: the key, RESP, subscribing, the HTTP queue, publishing and retention.
///
/// Nothing is taken from the gateway's queue, subscribed to or changed. A key that the gateway refused is tried once more,
/// within our own limit of failed attempts; after that nothing else is tried with it.
#[utoipa::path(post, path = "/api/v1/collector/test", tag = "status",
    responses((status = 200, body = CollectorTestAnswer), (status = 401, body = ErrorBody),
        (status = 428, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn test_collector(State(state): State<AppState>) -> ApiResult<Json<CollectorTestAnswer>> {
    Ok(Json(state.control().test_collector().await?))
}

/// Tries again after a refused key or a ban. Our own limit of failed attempts still holds.
#[utoipa::path(post, path = "/api/v1/collector/retry", tag = "status",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 428, body = ErrorBody)))]
async fn retry_collector(State(state): State<AppState>, Actor(by): Actor) -> ApiResult<StatusCode> {
    state.control().retry_collector().await?;
    state.audit().record(AuditEntry::new(by, AuditAction::GatewayRetry));
    Ok(StatusCode::NO_CONTENT)
}
