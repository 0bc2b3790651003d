//! Browser login.

use axum::Json;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use crate::routes::table::{Routes, routes};
use store::{AuditAction, AuditEntry};
use vault::SecretString;

use crate::audit::Actor;
use crate::auth::{self, ClientAddress, Principal};
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::JsonBody;
use crate::state::AppState;
use crate::types::info::{LoginRequest, SessionView};

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; create_session, get_session, delete_session)
}

/// Exchanges the admin key for a session cookie (`HttpOnly`, `SameSite=Strict`).
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = LoginRequest, security(()),
    responses(
        (status = 200, body = SessionView, headers(("Set-Cookie" = String, description = "the session"))),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn create_session(
    State(state): State<AppState>,
    Extension(ClientAddress(client)): Extension<ClientAddress>,
    Actor(by): Actor,
    headers: HeaderMap,
    JsonBody(request): JsonBody<LoginRequest>,
) -> ApiResult<Response> {
    let key = SecretString::new(request.admin_key).trimmed();
    if key.is_blank() {
        return Err(ApiError::invalid_admin_key());
    }
    if let Err(error) = auth::verify_key(&state, &key, by).await {
        // Only a caller who knows the management key learns that it is one.
        if error.status == StatusCode::UNAUTHORIZED && state.control().is_management_key(key.expose()) {
            return Err(ApiError::new(
                StatusCode::UNAUTHORIZED,
                "management_key_not_accepted",
                "this is the gateway's management key",
            )
            .with_hint("log in with the CPAMP admin key (cmp_admin_…, printed once in the start-up log)"));
        }
        return Err(error);
    }
    let user_agent =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (token, session) =
        state.sessions().open(client.to_string(), user_agent.to_owned(), state.now_ms())?;
    let cookie = auth::set_cookie(Some(&token), is_https(&headers))?;
    state.audit().record(AuditEntry::new(by, AuditAction::SessionSignIn));
    Ok(([(header::SET_COOKIE, cookie)], Json(session)).into_response())
}

/// The session of this browser.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = SessionView), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_session(
    State(state): State<AppState>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
) -> ApiResult<Json<SessionView>> {
    let now = state.now_ms();
    let session = auth::cookie_token(&headers)
        .filter(|_| principal == Principal::Session)
        .and_then(|token| state.sessions().view(&token, now));
    session.map(Json).ok_or_else(|| {
        ApiError::new(StatusCode::NOT_FOUND, "no_session", "the request carries the admin key, not a session")
    })
}

/// Ends the session of this browser.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204), (status = 401, body = ErrorBody)))]
async fn delete_session(
    State(state): State<AppState>,
    Actor(by): Actor,
    headers: HeaderMap,
) -> ApiResult<Response> {
    if auth::cookie_token(&headers).is_some_and(|token| state.sessions().close(&token)) {
        state.audit().record(AuditEntry::new(by, AuditAction::SessionSignOut).fact("sessions", 1));
    }
    let cookie = auth::set_cookie(None, is_https(&headers))?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Whether the browser speaks HTTPS with the proxy in front of us. A false claim only hurts the claimant's own login.
fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}
