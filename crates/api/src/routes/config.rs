//! Set-up and configuration.

use axum::Json;
use axum::extract::State;
use store::{AuditAction, AuditEntry};

use crate::audit::Actor;
use crate::error::{ApiResult, ErrorBody};
use crate::extract::JsonBody;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::config::{
    ConfigAnswer, ConfigUpdate, ConnectionTestAnswer, ConnectionTestRequest, SetupAnswer, SetupRequest,
};

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; setup, get_config, put_config, test_connection)
}

/// Connects a gateway: checks it, saves it, starts collecting.
#[utoipa::path(post, path = "/setup", tag = "configuration", request_body = SetupRequest,
    responses((status = 200, body = SetupAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 429, body = ErrorBody), (status = 502, body = ErrorBody)))]
async fn setup(
    State(state): State<AppState>,
    Actor(by): Actor,
    JsonBody(request): JsonBody<SetupRequest>,
) -> ApiResult<Json<SetupAnswer>> {
    let entry = AuditEntry::new(by, AuditAction::GatewayConnect);
    let connected = state.control().setup(request, by).await;
    Ok(Json(state.audit().failing(entry, connected)?))
}

/// The configuration in force, with a live look at the gateway's queue.
#[utoipa::path(get, path = "/usage-service/config", tag = "configuration",
    responses((status = 200, body = ConfigAnswer), (status = 401, body = ErrorBody)))]
async fn get_config(State(state): State<AppState>) -> ApiResult<Json<ConfigAnswer>> {
    Ok(Json(state.control().config().await?))
}

/// Changes the configuration; absent members stay as they are.
#[utoipa::path(put, path = "/usage-service/config", tag = "configuration", request_body = ConfigUpdate,
    responses((status = 200, body = ConfigAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 429, body = ErrorBody), (status = 502, body = ErrorBody)))]
async fn put_config(
    State(state): State<AppState>,
    Actor(by): Actor,
    JsonBody(update): JsonBody<ConfigUpdate>,
) -> ApiResult<Json<ConfigAnswer>> {
    let entry = AuditEntry::new(by, AuditAction::GatewayChange);
    let saved = state.control().save_config(update, by).await;
    Ok(Json(state.audit().failing(entry, saved)?))
}

/// Tries a connection without saving anything.
#[utoipa::path(post, path = "/api/v1/connection/test", tag = "configuration", request_body = ConnectionTestRequest,
    responses((status = 200, body = ConnectionTestAnswer), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn test_connection(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<ConnectionTestRequest>,
) -> ApiResult<Json<ConnectionTestAnswer>> {
    Ok(Json(state.control().test_connection(request).await?))
}
