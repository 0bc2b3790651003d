//! What is forwarded to the gateway: its management API, plugin pages, model lists.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode};
use proxy::auth_files::{AuthFileGate, MutationError};
use proxy::{AuthPolicy, ManagementError, ProxyError, Refusal};
use store::{ActorKind, AuditAction, AuditActor, AuditEntry};

use crate::audit;
use crate::auth;
use crate::auth::ClientAddress;
use crate::control::UpstreamUse;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::routes::table::{Routes, routes};
use crate::state::AppState;

/// A request to a provider with one of the gateway's credentials. The panel looks quotas up so, dozens of times a minute;
/// nothing of the gateway changes. But it may be any request, so who sends some is told now and then.
const API_CALL: &str = "/v0/management/api-call";

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_models, list_models_slash, list_v1_models, list_v1_models_slash)
}

/// The gateway's model list. The gateway checks the caller's client key; the manager adds none.
#[utoipa::path(get, path = "/models", tag = "gateway", security(()),
    responses((status = 200, body = String, content_type = "application/json"), (status = 428, body = ErrorBody),
        (status = 502, body = ErrorBody)))]
async fn list_models(State(state): State<AppState>, request: Request) -> ApiResult<Response> {
    pass_on(&state, request).await
}

/// The gateway's model list.
#[utoipa::path(get, path = "/models/", tag = "gateway", security(()),
    responses((status = 200, body = String, content_type = "application/json"), (status = 428, body = ErrorBody),
        (status = 502, body = ErrorBody)))]
async fn list_models_slash(State(state): State<AppState>, request: Request) -> ApiResult<Response> {
    pass_on(&state, request).await
}

/// The gateway's model list.
#[utoipa::path(get, path = "/v1/models", tag = "gateway", security(()),
    responses((status = 200, body = String, content_type = "application/json"), (status = 428, body = ErrorBody),
        (status = 502, body = ErrorBody)))]
async fn list_v1_models(State(state): State<AppState>, request: Request) -> ApiResult<Response> {
    pass_on(&state, request).await
}

/// The gateway's model list.
#[utoipa::path(get, path = "/v1/models/", tag = "gateway", security(()),
    responses((status = 200, body = String, content_type = "application/json"), (status = 428, body = ErrorBody),
        (status = 502, body = ErrorBody)))]
async fn list_v1_models_slash(State(state): State<AppState>, request: Request) -> ApiResult<Response> {
    pass_on(&state, request).await
}

/// Forwards a management request of the administrator with the gateway's management key.
pub(super) async fn management(State(state): State<AppState>, request: Request) -> Response {
    forward_as_admin(&state, request).await.unwrap_or_else(ApiError::into_response)
}

/// Forwards a plugin page: with the management key for an administrator, else with what the caller sent.
pub(super) async fn plugin_page(State(state): State<AppState>, request: Request) -> Response {
    const METHODS: [Method; 6] =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    if !METHODS.contains(request.method()) {
        return ApiError::method_not_allowed().into_response();
    }
    // Public for GET. Who shows the admin key gets the gateway's key; a session does not, since the page itself runs
    // without one.
    let client = request.extensions().get::<ClientAddress>().map(|address| address.0);
    let is_admin = match (auth::bearer(request.headers()), client) {
        (Some(key), Some(client)) => {
            let caller = AuditActor { kind: ActorKind::Bearer, address: Some(client) };
            auth::verify_key(&state, &key, caller).await.is_ok()
        }
        _ => request.extensions().get::<auth::Principal>().is_some(),
    };
    let answer =
        if is_admin { forward_as_admin(&state, request).await } else { pass_on(&state, request).await };
    answer.unwrap_or_else(ApiError::into_response)
}

/// Forwards with the management key, and records what may have changed something.
async fn forward_as_admin(state: &AppState, request: Request) -> ApiResult<Response> {
    let upstream = state.control().begin_upstream().await?;
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return forward_with(state, request, upstream).await;
    }
    let by = audit::actor(request.extensions());
    if request.method() == Method::POST
        && request.uri().path() == API_CALL
        && !state.audit().asks_anew(by, Instant::now())
    {
        return forward_with(state, request, upstream).await;
    }
    // The query stays out: it may name a key.
    let path = auth::access::shown(request.uri().path());
    let entry = AuditEntry::new(by, AuditAction::RelayWrite).about(format!("{} {path}", request.method()));
    let pending = state.audit().pending(entry);
    let forwarded = forward_with(state, request, upstream).await;
    let Some(entry) = pending.known() else { return forwarded };
    let answer = state.audit().failing(entry.clone(), forwarded)?;
    let entry = entry.fact("status", answer.status().as_u16());
    let refused = answer.status().is_client_error() || answer.status().is_server_error();
    state.audit().record(if refused { entry.failed("gateway_refused") } else { entry });
    Ok(answer)
}

async fn forward_with(state: &AppState, request: Request, used: UpstreamUse) -> ApiResult<Response> {
    let UpstreamUse { upstream, permit } = used;
    let answer = if AuthFileGate::concerns(request.method(), request.uri().path()) {
        let gate = state.auth_files();
        match gate.forward(state.proxy(), request, &upstream.target, &upstream.key).await {
            Ok(answer) => answer,
            Err(error) => {
                // Before a change the gate asks for the files with the key, which may be refused there already.
                if let MutationError::Check(ManagementError::Refused(refusal)) = &error {
                    state.control().key_refused(permit, *refusal);
                }
                return Err(mutation_error(error));
            }
        }
    } else {
        let request = proxy::plugin::rewrite(request, &upstream.target).await.map_err(proxy_error)?;
        let policy = AuthPolicy::ReplaceWithManagementKey(&upstream.key);
        state.proxy().forward(request, &upstream.target, policy).await.map_err(proxy_error)?
    };
    match answer.extensions().get::<Refusal>() {
        Some(refusal) => state.control().key_refused(permit, *refusal),
        None if went_through_the_key_check(answer.status(), answer.headers()) => permit.accepted(),
        None => drop(permit),
    }
    Ok(answer.map(Body::new))
}

/// Whether an answer without a refusal shows that the gateway took the key. CPA marks what its check of the key has seen
/// with its version, refusals too (protocol sheet §4.1). A reverse proxy's 502 or a page that wants no key says nothing of
/// the key, and must not make failed attempts forgotten.
fn went_through_the_key_check(status: StatusCode, headers: &HeaderMap) -> bool {
    let may_be_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    headers.contains_key("x-cpa-version") && !may_be_refused
}

/// Forwards with what the caller sent; the management key stays here.
async fn pass_on(state: &AppState, mut request: Request) -> ApiResult<Response> {
    let upstream = state.control().upstream()?;
    // Somebody who confuses the keys must not hand ours to the gateway.
    if auth::bearer(request.headers()).is_some_and(|key| key.expose().starts_with(vault::ADMIN_KEY_PREFIX)) {
        request.headers_mut().remove(http::header::AUTHORIZATION);
    }
    let request = proxy::plugin::rewrite(request, &upstream.target).await.map_err(proxy_error)?;
    let answer = state.proxy().forward(request, &upstream.target, AuthPolicy::KeepCaller).await;
    Ok(answer.map_err(proxy_error)?.map(Body::new))
}

/// What a caller is told when the gateway gave no answer.
pub(crate) fn proxy_error(error: ProxyError) -> ApiError {
    let (status, code) = match &error {
        ProxyError::BadPath => (StatusCode::BAD_REQUEST, "invalid_path"),
        ProxyError::NotAllowed => (StatusCode::UNAUTHORIZED, "invalid_admin_key"),
        ProxyError::Loop => (StatusCode::LOOP_DETECTED, "gateway_is_this_manager"),
        ProxyError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        ProxyError::ClientBody => (StatusCode::BAD_REQUEST, "request_failed"),
        ProxyError::Timeout { .. } => (StatusCode::GATEWAY_TIMEOUT, "gateway_timeout"),
        ProxyError::UnusableKey => (StatusCode::BAD_GATEWAY, "wrong_key"),
        _ => (StatusCode::BAD_GATEWAY, "request_failed"),
    };
    ApiError::new(status, code, error.to_string())
}

/// What a caller is told when a change of a credential file was not made.
fn mutation_error(error: MutationError) -> ApiError {
    let (status, code) = match error {
        MutationError::Proxy(error) => return proxy_error(error),
        MutationError::BadRequest(_) => (StatusCode::BAD_REQUEST, "request_failed"),
        MutationError::NotFound => (StatusCode::NOT_FOUND, "request_failed"),
        MutationError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        MutationError::Check(_) => (StatusCode::BAD_GATEWAY, "request_failed"),
        _ => (StatusCode::CONFLICT, "request_failed"),
    };
    ApiError::new(status, code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_gateways_check_of_the_key_let_through_shows_a_good_key() {
        let from_gateway = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-cpa-version"),
            http::HeaderValue::from_static("7.2.140"),
        )]);
        let good = |status: u16, headers: &HeaderMap| {
            went_through_the_key_check(StatusCode::from_u16(status).expect("status"), headers)
        };
        for status in [200, 204, 404, 409, 500] {
            assert!(good(status, &from_gateway), "{status}");
        }
        // A plugin's own 401; what a reverse proxy says; a page that wants no key.
        for (status, headers) in [(401, &from_gateway), (403, &from_gateway)] {
            assert!(!good(status, headers), "{status}");
        }
        for status in [200, 302, 401, 502, 503] {
            assert!(!good(status, &HeaderMap::new()), "{status}");
        }
    }
}
