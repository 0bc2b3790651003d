//! What answers without a key: health, discovery, the page, the API document.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, header};

use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::info::{ApiDocument, Health, ServiceInfo};

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; get_health, get_info, get_root, get_page, get_openapi)
}

/// Whether the process serves requests. Does not touch the database.
#[utoipa::path(get, path = "/health", tag = "public", security(()), responses((status = 200, body = Health)))]
async fn get_health() -> Json<Health> {
    Json(Health { ok: true, service: "cpa-manager-plus".to_owned() })
}

/// Who we are and whether set-up is done.
#[utoipa::path(get, path = "/usage-service/info", tag = "public", security(()),
    responses((status = 200, body = ServiceInfo)))]
async fn get_info(State(state): State<AppState>) -> Json<ServiceInfo> {
    Json(state.control().info())
}

/// Leads to the panel.
#[utoipa::path(get, path = "/", tag = "public", security(()), responses((status = 307)))]
async fn get_root() -> Redirect {
    Redirect::temporary("/management.html")
}

/// The panel.
#[utoipa::path(get, path = "/management.html", tag = "public", security(()),
    responses((status = 200, body = String, content_type = "text/html"), (status = 304)))]
async fn get_page(State(state): State<AppState>, headers: HeaderMap) -> Response {
    state.page().serve(&headers)
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "public", security(()),
    responses((status = 200, body = ApiDocument, content_type = "application/json")))]
async fn get_openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], crate::openapi::COMMITTED).into_response()
}
