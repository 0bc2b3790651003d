//! The manager about itself: sizes on disk, where settings come from, a report for finding faults.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::page::PANEL_EMBEDDED;
use crate::state::AppState;
use crate::types::system::{
    DiagnosticsDocument, GivenSettings, StorageDocument, UpdateDocument, UpdateState,
};

/// Gaps in a report.
const REPORTED_GAPS: usize = 1000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_storage))
        .routes(routes!(get_settings))
        .routes(routes!(get_diagnostics))
        .routes(routes!(get_update))
}

async fn storage(state: &AppState) -> ApiResult<StorageDocument> {
    let store = state.store().clone();
    let storage = tokio::task::spawn_blocking(move || store.storage_blocking());
    let storage = storage.await.map_err(ApiError::internal)??;
    let counts = state.store().counts();
    let used = storage.database_bytes.saturating_sub(storage.free_bytes);
    Ok(StorageDocument {
        events: counts.events,
        first_event_ms: counts.first_ms,
        last_event_ms: counts.last_ms,
        database_bytes: storage.database_bytes,
        free_bytes: storage.free_bytes,
        wal_bytes: storage.wal_bytes,
        bytes_per_event: (counts.events > 0).then(|| used as f64 / counts.events as f64),
        dead_letters: counts.dead_letters,
    })
}

/// Sizes on disk.
#[utoipa::path(get, path = "/api/v1/storage", tag = "system",
    responses((status = 200, body = StorageDocument), (status = 401, body = ErrorBody)))]
async fn get_storage(State(state): State<AppState>) -> ApiResult<Json<StorageDocument>> {
    Ok(Json(storage(&state).await?))
}

/// Which settings a flag, the environment or the configuration file sets.
#[utoipa::path(get, path = "/api/v1/settings", tag = "system",
    responses((status = 200, body = GivenSettings), (status = 401, body = ErrorBody)))]
async fn get_settings(State(state): State<AppState>) -> Json<GivenSettings> {
    Json(GivenSettings { items: state.control().given_settings() })
}

/// A report for finding faults, as a file. It contains no secret.
#[utoipa::path(get, path = "/api/v1/diagnostics", tag = "system",
    responses((status = 200, body = DiagnosticsDocument), (status = 401, body = ErrorBody)))]
async fn get_diagnostics(State(state): State<AppState>) -> ApiResult<Response> {
    let control = state.control();
    let report = DiagnosticsDocument {
        generated_at_ms: state.now_ms(),
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        panel_embedded: PANEL_EMBEDDED,
        info: control.info(),
        status: control.status().await?,
        config: control.saved_config(),
        settings: control.given_settings(),
        storage: storage(&state).await?,
        gaps: control.gaps(REPORTED_GAPS).await?,
    };
    let name = "attachment; filename=\"cpamp-diagnostics.json\"";
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(report)).into_response())
}

/// Whether a newer version is known. The manager asks nobody: no release address is configured.
#[utoipa::path(get, path = "/api/v1/update", tag = "system",
    responses((status = 200, body = UpdateDocument), (status = 401, body = ErrorBody)))]
async fn get_update(State(state): State<AppState>) -> Json<UpdateDocument> {
    Json(UpdateDocument { state: UpdateState::Off, current: state.control().info().version })
}
