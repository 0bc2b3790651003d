//! Import: one-shot and chunked.

use std::io::{Seek as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::audit::Actor;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::{JsonBody, Parameters, body_too_slow, read_limited};
use crate::imports::ImportError;
use crate::imports::is_session_id;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::import::{ImportFailure, ImportResult, ImportSession, ImportSessionRequest};

/// Largest body of a one-shot import, bytes.
const MAX_IMPORT_BYTES: u64 = 64 << 20;
/// How long a caller may take to send a chunk.
const CHUNK_PATIENCE: Duration = Duration::from_secs(300);
/// The longest pause while a caller sends a file.
const UPLOAD_PAUSE: Duration = Duration::from_secs(60);

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; import_usage, create_import_session, get_import_session, cancel_import_session, upload_import_chunk, complete_import_session)
}

/// Imports a file: our own export, the reference's exports, queue dumps, legacy snapshots. At most 64 MiB.
#[utoipa::path(post, path = "/v0/management/usage/import", tag = "usage",
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = ImportResult), (status = 400, body = ImportFailure),
        (status = 401, body = ErrorBody), (status = 413, body = ErrorBody), (status = 503, body = ImportFailure)))]
async fn import_usage(
    State(state): State<AppState>,
    Actor(by): Actor,
    request: Request,
) -> ApiResult<Response> {
    if content_length(request.headers()).is_some_and(|length| length > MAX_IMPORT_BYTES) {
        return Err(ApiError::too_large(MAX_IMPORT_BYTES));
    }
    let file = state.imports().spool_file()?;
    let file = spool(file, request.into_body()).await?;
    let size = file.metadata().map_err(ApiError::internal)?.len();
    let outcome = state.imports().import_at_once(file, size, by);
    match outcome.await.map_err(ApiError::internal)? {
        Ok(result) => Ok(Json(result).into_response()),
        Err(error) => Ok(failure(error)),
    }
}

fn failure(error: ImportError) -> Response {
    let (status, code, error, result) = match error {
        ImportError::Invalid(error, result) => {
            (StatusCode::BAD_REQUEST, "usage_import_invalid", error, result)
        }
        ImportError::Storage(error, result) => {
            (StatusCode::SERVICE_UNAVAILABLE, "storage_unavailable", error, result)
        }
        ImportError::Cancelled(result) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "storage_unavailable",
            "the manager stops; import the file again".to_owned(),
            result,
        ),
    };
    let body = ImportFailure {
        error,
        code: code.to_owned(),
        format: result.format,
        added: result.added,
        skipped: result.skipped,
        failed: result.failed,
        unsupported: result.unsupported,
        warnings: result.warnings,
        line_errors: result.line_errors,
    };
    (status, Json(body)).into_response()
}

/// Keeps a body in a file, so that memory does not grow with it.
async fn spool(mut file: std::fs::File, body: Body) -> ApiResult<std::fs::File> {
    let mut received = 0_u64;
    let mut chunks = body.into_data_stream();
    loop {
        let next = tokio::time::timeout(UPLOAD_PAUSE, chunks.next()).await.map_err(|_| body_too_slow())?;
        let Some(chunk) = next else { break };
        let chunk = chunk.map_err(|_| ApiError::bad_request("the body ended early"))?;
        received += chunk.len() as u64;
        if received > MAX_IMPORT_BYTES {
            return Err(ApiError::too_large(MAX_IMPORT_BYTES));
        }
        file = tokio::task::spawn_blocking(move || file.write_all(&chunk).map(|()| file))
            .await
            .map_err(ApiError::internal)?
            .map_err(|error| ApiError::storage(format!("the upload cannot be kept: {error}")))?;
    }
    file.rewind().map_err(ApiError::internal)?;
    Ok(file)
}

/// Opens a chunked import, or finds the one with the same resume key.
#[utoipa::path(post, path = "/v0/management/usage/import-sessions", tag = "usage", request_body = ImportSessionRequest,
    responses((status = 201, body = ImportSession), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 413, body = ErrorBody), (status = 429, body = ErrorBody),
        (status = 507, body = ErrorBody)))]
async fn create_import_session(
    State(state): State<AppState>,
    Actor(by): Actor,
    JsonBody(request): JsonBody<ImportSessionRequest>,
) -> ApiResult<(StatusCode, Json<ImportSession>)> {
    let session = blocking(&state, move |imports| imports.create(request, by)).await?;
    Ok((StatusCode::CREATED, Json(session)))
}

/// The state of a chunked import.
#[utoipa::path(get, path = "/v0/management/usage/import-sessions/{id}", tag = "usage",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, body = ImportSession), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_import_session(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> ApiResult<Json<ImportSession>> {
    let id = known_form(id)?;
    Ok(Json(blocking(&state, move |imports| imports.get(&id)).await?))
}

/// Cancels a chunked import. 202 while it still runs.
#[utoipa::path(delete, path = "/v0/management/usage/import-sessions/{id}", tag = "usage",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, body = ImportSession), (status = 202, body = ImportSession),
        (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn cancel_import_session(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<ImportSession>)> {
    let id = known_form(id)?;
    let (session, running) = blocking(&state, move |imports| imports.cancel(&id, by)).await?;
    Ok((if running { StatusCode::ACCEPTED } else { StatusCode::OK }, Json(session)))
}

/// Parameters of a chunk.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ChunkParameters {
    /// Where the chunk starts, bytes; equals `received_bytes`.
    offset: String,
}

/// Appends a chunk.
#[utoipa::path(put, path = "/v0/management/usage/import-sessions/{id}/chunk", tag = "usage",
    params(("id" = String, Path, description = "32 hexadecimal digits"), ChunkParameters),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportSession), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 413, body = ErrorBody)))]
async fn upload_import_chunk(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Parameters(parameters): Parameters<ChunkParameters>,
    request: Request,
) -> ApiResult<Json<ImportSession>> {
    let id = known_form(id)?;
    let offset: u64 = parameters
        .offset
        .parse()
        .map_err(|_| ApiError::bad_request("offset must be a non-negative integer"))?;
    let declared = content_length(request.headers());
    let permit = Arc::clone(state.imports()).begin_chunk(&id, offset, declared)?;
    let chunk = read_limited(request.into_body(), permit.limit as usize, CHUNK_PATIENCE).await.map_err(
        |mut error| {
            if error.status == StatusCode::PAYLOAD_TOO_LARGE {
                error.body.code = "usage_import_session_too_large".to_owned();
            }
            error
        },
    )?;
    let stored = tokio::task::spawn_blocking(move || permit.store(&chunk, declared));
    Ok(Json(stored.await.map_err(ApiError::internal)??))
}

/// Starts importing a fully uploaded file. 200 when it was imported already.
#[utoipa::path(post, path = "/v0/management/usage/import-sessions/{id}/complete", tag = "usage",
    params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, body = ImportSession), (status = 202, body = ImportSession),
        (status = 401, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn complete_import_session(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<ImportSession>)> {
    let id = known_form(id)?;
    let (session, done) = state.imports().complete(&id, by)?;
    Ok((if done { StatusCode::OK } else { StatusCode::ACCEPTED }, Json(session)))
}

fn known_form(id: String) -> ApiResult<String> {
    if is_session_id(&id) {
        return Ok(id);
    }
    Err(ApiError::new(StatusCode::NOT_FOUND, "usage_import_session_not_found", "import session not found"))
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn blocking<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce(&crate::imports::ImportSessions) -> ApiResult<T> + Send + 'static,
) -> ApiResult<T> {
    let imports = Arc::clone(state.imports());
    tokio::task::spawn_blocking(move || work(&imports)).await.map_err(ApiError::internal)?
}
