//! The manager about itself: sizes on disk, where settings come from, a report for finding faults.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use columns::{Filter, Plan, Scan};
use http::{HeaderMap, header};

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::figures::Question;
use crate::page::PANEL_EMBEDDED;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::status::StatusDocument;
use crate::types::system::{
    DiagnosticsDocument, GivenSettings, StorageDocument, UpdateDocument, UpdateState,
};

/// A day, milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Days that growth is computed from.
const GROWTH_DAYS: i64 = 7;
/// Gaps in a report.
const REPORTED_GAPS: usize = 1000;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; get_storage, get_settings, get_diagnostics, get_update)
}

async fn storage(state: &AppState) -> ApiResult<StorageDocument> {
    let asking = state.clone();
    let read =
        move || Ok::<_, ApiError>((asking.store().storage_blocking()?, asking.control().free_disk_bytes()));
    let (storage, free_disk_bytes) =
        tokio::task::spawn_blocking(read).await.map_err(ApiError::internal)??;
    let counts = state.store().counts();
    let used = storage.database_bytes.saturating_sub(storage.free_bytes);
    let bytes_per_event = (counts.events > 0).then(|| used as f64 / counts.events as f64);
    let daily = daily_events(state, counts.first_ms).await;
    Ok(StorageDocument {
        events: counts.events,
        first_event_ms: counts.first_ms,
        last_event_ms: counts.last_ms,
        database_bytes: storage.database_bytes,
        free_bytes: storage.free_bytes,
        wal_bytes: storage.wal_bytes,
        bytes_per_event,
        free_disk_bytes,
        growth_bytes_per_day: daily.zip(bytes_per_event).map(|(events, bytes)| events * bytes),
        dead_letters: counts.dead_letters,
    })
}

/// Events a day, over the last seven days or as long as there are events; `None` when that is not known.
async fn daily_events(state: &AppState, first_ms: Option<i64>) -> Option<f64> {
    let now_ms = state.now_ms();
    let span_ms = now_ms.saturating_sub(first_ms?).min(GROWTH_DAYS * DAY_MS);
    if span_ms < DAY_MS {
        return None;
    }
    let scan = Scan {
        range: now_ms - span_ms..now_ms,
        filter: Filter::default(),
        groups: Vec::new(),
        rows: Vec::new(),
    };
    let question = Question::new(state, &HeaderMap::new(), &"growth").await;
    // Sizes are worth telling also when the index cannot answer.
    let result = question.ask(Plan::new(vec![scan])).await.ok().filter(|r| r.partial.is_none())?;
    let events = result.answer.scans.first()?.matched;
    Some(events as f64 * DAY_MS as f64 / span_ms as f64)
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
        status: StatusDocument { audit: Some(state.audit().queue()), ..control.status().await? },
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
