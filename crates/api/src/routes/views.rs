//! Saved views: an address of the panel under a name.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use store::{AuditAction, AuditEntry, SAVED_VIEWS_MAX, SavedView};
use utoipa::IntoParams;

use crate::audit::Actor;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::{JsonBody, Parameters};
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::system::{ViewItem, ViewList, ViewToSave};

/// Longest name, characters.
const MAX_NAME_CHARS: usize = 80;
/// Longest page, bytes.
const MAX_PAGE_BYTES: usize = 200;
/// Longest search part of an address, bytes.
const MAX_SEARCH_BYTES: usize = 8000;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_views, save_view, delete_view)
}

impl From<SavedView> for ViewItem {
    fn from(view: SavedView) -> Self {
        Self {
            id: view.id.to_string(),
            page: view.page,
            name: view.name,
            search: view.state,
            created_at_ms: view.created_at_ms,
            updated_at_ms: view.updated_at_ms,
        }
    }
}

fn checked(view: ViewToSave) -> ApiResult<ViewToSave> {
    let view = ViewToSave { name: view.name.trim().to_owned(), ..view };
    let name_chars = view.name.chars().count();
    if name_chars == 0 || name_chars > MAX_NAME_CHARS {
        return Err(ApiError::invalid_parameter(
            "name",
            format!("must have 1 to {MAX_NAME_CHARS} characters"),
        ));
    }
    if !view.page.starts_with('/') || view.page.len() > MAX_PAGE_BYTES {
        return Err(ApiError::invalid_parameter("page", "must be a path of the panel, such as /requests"));
    }
    if view.search.len() > MAX_SEARCH_BYTES {
        let problem = format!("must have at most {MAX_SEARCH_BYTES} bytes");
        return Err(ApiError::invalid_parameter("search", problem));
    }
    Ok(view)
}

/// Parameters of `GET /api/v1/views`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ViewParameters {
    /// Only views of this page.
    page: Option<String>,
}

/// Saved views, by page and name.
#[utoipa::path(get, path = "/api/v1/views", tag = "preferences", params(ViewParameters),
    responses((status = 200, body = ViewList), (status = 401, body = ErrorBody)))]
async fn list_views(
    State(state): State<AppState>,
    Parameters(parameters): Parameters<ViewParameters>,
) -> ApiResult<Json<ViewList>> {
    let page = parameters.page;
    let views = state.store().read(move |reader| reader.saved_views(page.as_deref())).await?;
    Ok(Json(ViewList { items: views.into_iter().map(ViewItem::from).collect() }))
}

/// Saves a view; one with the same name on the same page is replaced.
#[utoipa::path(post, path = "/api/v1/views", tag = "preferences", request_body = ViewToSave,
    responses((status = 200, body = ViewItem), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn save_view(
    State(state): State<AppState>,
    Actor(by): Actor,
    JsonBody(view): JsonBody<ViewToSave>,
) -> ApiResult<Json<ViewItem>> {
    let view = checked(view)?;
    let page = view.page.clone();
    let entry = AuditEntry::new(by, AuditAction::ViewSave).about(&view.name);
    let saved = state.store().save_view(view.page, view.name, view.search, by).await;
    let id = state.audit().failing(entry, saved)?.ok_or_else(|| {
        ApiError::new(
            StatusCode::CONFLICT,
            "too_many_views",
            format!("there are {SAVED_VIEWS_MAX} saved views already"),
        )
        .with_hint("delete one first")
    })?;
    let views = state.store().read(move |reader| reader.saved_views(Some(&page))).await?;
    let saved = views.into_iter().find(|view| view.id == id);
    saved.map(|view| Json(view.into())).ok_or_else(|| ApiError::not_found("the view was deleted meanwhile"))
}

/// Deletes a view.
#[utoipa::path(delete, path = "/api/v1/views/{id}", tag = "preferences",
    params(("id" = String, Path, description = "number of the view")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn delete_view(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let missing = || ApiError::not_found("no saved view with this number");
    let id: i64 = id.parse().map_err(|_| missing())?;
    let deleted = state.store().delete_view(id, by).await;
    if state.audit().failing(AuditEntry::new(by, AuditAction::ViewRemove), deleted)? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(missing())
    }
}
