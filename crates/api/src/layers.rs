//! What every answer carries: security headers, CORS for configured origins, one log line.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::auth::access;
use crate::error::ApiError;
use crate::state::AppState;

/// Headers that scripts on configured origins may read.
const EXPOSED: &str = "ETag, Retry-After, X-CPA-VERSION, X-CPA-COMMIT, X-CPA-BUILD-DATE, X-CPA-SUPPORT-PLUGIN, X-CPAMP-Upstream";
/// Headers that scripts on configured origins may send.
const ALLOWED: &str = "Authorization, Content-Type, If-None-Match, Last-Event-ID, X-CPAMP-Request, \
    X-CPAMP-Auth-File-Mutation-Identity, X-CPAMP-Auth-File-Physical-Name, X-CPAMP-Auth-File-Delete-Identities, \
    X-CPAMP-Auth-File-Write-Identities, X-CPAMP-Auth-File-Write-Content-SHA256";
const METHODS: &str = "GET, POST, PUT, PATCH, DELETE, OPTIONS";

/// Answers `OPTIONS`, cleans paths, sets the headers of every answer and logs one line.
pub async fn outermost(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = if method == Method::OPTIONS {
        status_only(StatusCode::NO_CONTENT)
    } else if access::cleaned(&path) != path {
        redirect_to_clean(&method, &path, request.uri().query())
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    set_security_headers(headers, &path);
    set_cors_headers(headers, origin.as_ref(), &state.settings().cors_origins);
    tracing::debug!(
        %method,
        path = access::shown(&path),
        status = response.status().as_u16(),
        duration_ms = started.elapsed().as_millis() as u64,
        "request answered"
    );
    response
}

fn status_only(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn redirect_to_clean(method: &Method, path: &str, query: Option<&str>) -> Response {
    if method != Method::GET && method != Method::HEAD {
        use axum::response::IntoResponse as _;
        return ApiError::bad_request("the path has empty or dot segments").into_response();
    }
    let clean = access::cleaned(path);
    let location = query.map_or(clean.clone(), |query| format!("{clean}?{query}"));
    let mut response = status_only(StatusCode::MOVED_PERMANENTLY);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn set_security_headers(headers: &mut HeaderMap, path: &str) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if path.starts_with("/v0/resource/plugins") {
        // Pages of plugins are foreign code on our origin: the sandbox gives them an origin of their own, so that
        // they cannot use the administrator's session. The panel may show them in a frame.
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads; frame-ancestors 'self'",
            ),
        );
        return;
    }
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox");
    set(header::CACHE_CONTROL, "no-store");
}

fn set_cors_headers(headers: &mut HeaderMap, origin: Option<&HeaderValue>, allowed: &[String]) {
    if allowed.is_empty() {
        return;
    }
    if allowed.iter().any(|entry| entry == "*") {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        let Some(origin) =
            origin.filter(|origin| allowed.iter().any(|entry| entry.as_bytes() == origin.as_bytes()))
        else {
            return;
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}
