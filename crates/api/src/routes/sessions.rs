//! The browsers that are logged in, and signing them out.

use axum::Json;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};

use crate::routes::table::{Routes, routes};
use store::{AuditAction, AuditEntry};
use vault::SessionId;

use crate::audit::Actor;
use crate::auth;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::state::AppState;
use crate::types::system::{SessionItem, SessionList, SessionsEnded};

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_sessions, end_other_sessions, end_session)
}

fn own_id(state: &AppState, headers: &HeaderMap) -> Option<SessionId> {
    auth::cookie_token(headers).and_then(|token| state.sessions().id_of(&token))
}

/// The browsers that are logged in.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session",
    responses((status = 200, body = SessionList), (status = 401, body = ErrorBody)))]
async fn list_sessions(State(state): State<AppState>, headers: HeaderMap) -> Json<SessionList> {
    let (own, now) = (own_id(&state, &headers), state.now_ms());
    let items = state.sessions().list().into_iter().map(|session| SessionItem {
        current: Some(&session.id) == own.as_ref(),
        id: session.id.to_string(),
        created_at_ms: session.created_at_ms,
        last_used_at_ms: now - session.idle_for.as_millis() as i64,
        expires_at_ms: now + session.ends_at_latest_in.as_millis() as i64,
        client: session.client,
        user_agent: session.user_agent,
    });
    Json(SessionList { items: items.collect() })
}

/// Signs one browser out.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session",
    params(("id" = String, Path, description = "public name of the session")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn end_session(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    if state.sessions().revoke(&SessionId::from(id.as_str())) {
        state.audit().record(AuditEntry::new(by, AuditAction::SessionSignOut).fact("sessions", 1));
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("no session with this name").with_hint("it may have ended meanwhile"))
    }
}

/// Signs every browser out but the one that asks.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "session",
    responses((status = 200, body = SessionsEnded), (status = 401, body = ErrorBody)))]
async fn end_other_sessions(
    State(state): State<AppState>,
    Actor(by): Actor,
    headers: HeaderMap,
) -> Json<SessionsEnded> {
    let own = own_id(&state, &headers);
    let ended = state.sessions().revoke_all(own.as_ref());
    if ended > 0 {
        state.audit().record(AuditEntry::new(by, AuditAction::SessionSignOut).fact("sessions", ended));
    }
    Json(SessionsEnded { ended })
}
