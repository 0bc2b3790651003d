//! The one error that leaves the server, and the one place that knows its HTTP status.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// The body of every error that the manager itself answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong, for people. Never contains a secret.
    pub error: String,
    /// A stable code for programs.
    #[schema(example = "invalid_admin_key")]
    pub code: String,
    /// A finer code below `code`, for example which refusal of the gateway; listed in the troubleshooting page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What to do next, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Seconds to wait before the next attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// HTTP status of the answer.
    pub status: StatusCode,
    /// Body of the answer.
    pub body: ErrorBody,
}

impl ApiError {
    /// An error with a status, a stable code and a text.
    pub fn new(status: StatusCode, code: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            status,
            body: ErrorBody {
                error: error.into(),
                code: code.into(),
                reason: None,
                hint: None,
                retry_after_seconds: None,
            },
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.body.hint = Some(hint.into());
        self
    }

    /// Adds a finer code.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.body.reason = Some(reason.into());
        self
    }

    /// Adds a waiting time, also as `Retry-After`.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.body.retry_after_seconds = Some(seconds);
        self
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request_failed", error)
    }

    /// 400: a named parameter is wrong.
    pub fn invalid_parameter(name: &str, problem: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_parameter", format!("{name}: {problem}"))
    }

    /// 401: no key, or a wrong one.
    pub fn invalid_admin_key() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_admin_key", "invalid admin key")
            .with_hint("log in with the CPAMP admin key (cmp_admin_…, printed once in the start-up log)")
    }

    /// 404: nothing with that name.
    pub fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", error)
    }

    /// 404: a head that is reserved for a part that this version does not have.
    pub fn feature_not_available() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "feature_not_available",
            "this version of the manager does not have this feature",
        )
    }

    /// 405: the path exists, the method does not.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "method not allowed")
    }

    /// 413: the body is longer than the limit.
    pub fn too_large(limit_bytes: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            format!("the body is larger than {limit_bytes} bytes"),
        )
    }

    /// 428: no gateway is connected yet.
    pub fn not_configured() -> Self {
        Self::new(
            StatusCode::PRECONDITION_REQUIRED,
            "usage_service_not_configured",
            "usage service is not configured",
        )
        .with_hint("connect the gateway on the set-up page first")
    }

    /// 503: the database cannot serve this at the moment.
    pub fn storage(error: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "storage_unavailable", error.to_string())
            .with_hint("see the database state in /status")
    }

    /// 500: our own fault.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "request_failed", error.to_string())
    }
}

impl From<store::StoreError> for ApiError {
    fn from(error: store::StoreError) -> Self {
        Self::storage(&error).with_hint(error.remedy())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let retry_after = self.body.retry_after_seconds;
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.body.error, self.body.code)
    }
}

impl std::error::Error for ApiError {}

/// The result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;
