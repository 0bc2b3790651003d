//! The gate in front of every route: admin key, browser session, protection against forged requests.

pub mod access;
pub mod address;
mod session;

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, header};
use store::{ActorKind, AuditActor};
use vault::{AdminCredential, ClientId, Outcome, SecretString, Step, Verdict};

pub use session::{Sessions, cookie_token, set_cookie};

use crate::error::{ApiError, ApiResult};
use crate::state::AppState;

/// Header that the panel sends with every changing request. Another site cannot add it without our CORS consent.
pub const REQUEST_HEADER: &str = "x-cpamp-request";

/// How the caller showed that it may act as the administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// The admin key itself, as a bearer token.
    Key,
    /// A browser session.
    Session,
}

/// The address that a request comes from, after trusted proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Lets a request through if its route is public or its caller is the administrator.
pub async fn gate(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    let client = address::client_address(peer, request.headers(), &state.settings().trusted_proxies);
    request.extensions_mut().insert(ClientAddress(client));
    if access::required(request.method(), request.uri().path()) == access::Access::Admin {
        match authenticate(&state, request.method(), request.headers(), client).await {
            Ok(principal) => {
                request.extensions_mut().insert(principal);
            }
            Err(error) => return error.into_response(),
        }
    }
    next.run(request).await
}

/// Finds out whether the caller is the administrator.
///
/// # Errors
/// 401 without a right key or a live session, 429 after too many wrong keys, 403 for a forged session request.
pub async fn authenticate(
    state: &AppState,
    method: &Method,
    headers: &HeaderMap,
    client: IpAddr,
) -> ApiResult<Principal> {
    if let Some(key) = bearer(headers) {
        let caller = AuditActor { kind: ActorKind::Bearer, address: Some(client) };
        verify_key(state, &key, caller).await?;
        return Ok(Principal::Key);
    }
    let token = cookie_token(headers).ok_or_else(ApiError::invalid_admin_key)?;
    if !state.sessions().is_live(&token) {
        return Err(ApiError::new(
            http::StatusCode::UNAUTHORIZED,
            "session_expired",
            "the session has ended",
        )
        .with_hint("log in again"));
    }
    if !method.is_safe() {
        refuse_forgery(headers)?;
    }
    Ok(Principal::Session)
}

/// Checks an admin key, within the limits of the guard; a refused one goes into the audit trail.
///
/// # Errors
/// 401 for a wrong key, 429 with `Retry-After` after too many.
pub async fn verify_key(state: &AppState, key: &SecretString, caller: AuditActor) -> ApiResult<()> {
    let checked = check_key(state, key, caller.address.unwrap_or(IpAddr::from([0, 0, 0, 0]))).await;
    if let Err(error) = &checked
        && error.status.is_client_error()
    {
        state.audit().refused(caller, &error.body.code, Instant::now());
    }
    checked
}

async fn check_key(state: &AppState, key: &SecretString, client: IpAddr) -> ApiResult<()> {
    let outcome = match state.guard().begin(key, ClientId::from(client), Instant::now()) {
        Step::Done(outcome) => outcome,
        Step::Verify(ticket) => {
            let run = tokio::task::spawn_blocking(move || ticket.run(Instant::now));
            run.await.map_err(|_| ApiError::internal("the key check did not finish"))?
        }
    };
    let Outcome { verdict, hold } = outcome;
    if let Some(hold) = hold {
        tokio::time::sleep(hold.duration()).await;
    }
    match verdict {
        Verdict::Accepted { needs_upgrade } => {
            if needs_upgrade {
                upgrade(state, key.clone());
            }
            Ok(())
        }
        Verdict::Wrong => Err(ApiError::invalid_admin_key()),
        Verdict::Throttled { retry_after } => Err(ApiError::new(
            http::StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            "too many wrong admin keys",
        )
        .with_retry_after(retry_after.as_secs().max(1))
        .with_hint(
            "wait, then try once with the right key; `cpa-manager-plus reset-admin-key` sets a new one",
        )),
    }
}

/// Stores the credential in today's form after an older one was verified.
fn upgrade(state: &AppState, key: SecretString) {
    let (guard, control) = (state.guard().clone(), state.control().clone());
    let current: std::sync::Arc<AdminCredential> = guard.credential();
    tokio::task::spawn_blocking(move || match current.upgraded(&key) {
        Ok(Some(upgraded)) => {
            guard.replace(upgraded.clone());
            guard.prime(&key, Instant::now());
            control.upgrade_admin_credential(upgraded);
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the admin credential was not upgraded"),
    });
}

/// Refuses a changing request that another site may have made the browser send.
fn refuse_forgery(headers: &HeaderMap) -> ApiResult<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let same_site = text("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let same_origin = text("origin").is_none_or(|origin| {
        let host = text("host").unwrap_or_default();
        origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host)
    });
    if same_site && same_origin && headers.contains_key(REQUEST_HEADER) {
        return Ok(());
    }
    Err(ApiError::new(
        http::StatusCode::FORBIDDEN,
        "cross_site_request",
        "a session may change things only from the manager's own page",
    )
    .with_hint("scripts send the admin key as a bearer token instead of a cookie"))
}

/// The key of `Authorization: Bearer <key>`; the scheme in any case.
pub fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.trim().split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then(|| SecretString::new(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name: header::HeaderName = name.parse().expect("header name");
            headers.append(name, value.parse().expect("header value"));
        }
        headers
    }

    #[test]
    fn only_bearer_keys_are_taken() {
        let key = |value| bearer(&headers(&[("authorization", value)])).map(|key| key.expose().clone());
        assert_eq!(key("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(key("  bEARER   abc "), Some("abc".to_owned()));
        assert_eq!(key("abc"), None);
        assert_eq!(key("Basic abc"), None);
        assert_eq!(key("Bearer "), None);
    }

    #[test]
    fn forged_session_requests_are_refused() {
        let ok = [("x-cpamp-request", "panel"), ("origin", "http://host:1"), ("host", "host:1")];
        assert!(refuse_forgery(&headers(&ok)).is_ok());
        assert!(refuse_forgery(&headers(&ok[1..])).is_err(), "no request header");
        let other = [("x-cpamp-request", "panel"), ("origin", "http://evil"), ("host", "host:1")];
        assert!(refuse_forgery(&headers(&other)).is_err());
        let null = [("x-cpamp-request", "panel"), ("origin", "null"), ("host", "host:1")];
        assert!(refuse_forgery(&headers(&null)).is_err());
        let cross = [("x-cpamp-request", "panel"), ("sec-fetch-site", "same-site")];
        assert!(refuse_forgery(&headers(&cross)).is_err());
    }
}
