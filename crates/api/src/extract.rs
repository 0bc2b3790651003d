//! Request bodies and parameters with our error envelope.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult};

/// Largest JSON body of the manager's own routes, bytes.
pub const MAX_JSON_BYTES: usize = 1 << 20;
/// How long a caller may take to send one.
const JSON_PATIENCE: Duration = Duration::from_secs(30);

/// A JSON body. The content type is ignored and bytes after the first value are too, as in the reference.
pub struct JsonBody<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        let bytes = read_limited(request.into_body(), MAX_JSON_BYTES, JSON_PATIENCE).await?;
        let mut values = serde_json::Deserializer::from_slice(&bytes).into_iter::<T>();
        match values.next() {
            Some(Ok(value)) => Ok(Self(value)),
            Some(Err(error)) => Err(invalid_json(&error)),
            None => Err(ApiError::bad_request("the body is empty; a JSON object is expected")),
        }
    }
}

/// The position and nature of a JSON error without the text around it, which may hold a secret.
pub fn invalid_json(error: &serde_json::Error) -> ApiError {
    let nature = match error.classify() {
        serde_json::error::Category::Eof => "the JSON body ends too early",
        serde_json::error::Category::Data => {
            "the JSON body has a member of the wrong type or an unknown member"
        }
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "the body is not valid JSON",
    };
    ApiError::bad_request(format!("{nature} (line {}, column {})", error.line(), error.column()))
}

/// Reads a whole body of at most `limit` bytes, within `patience`.
pub async fn read_limited(body: Body, limit: usize, patience: Duration) -> ApiResult<bytes::Bytes> {
    match tokio::time::timeout(patience, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(ApiError::too_large(limit as u64)),
        Ok(Err(_)) => Err(ApiError::bad_request("the body ended early")),
        Err(_) => Err(body_too_slow()),
    }
}

/// 408: the caller did not send its body in time.
pub fn body_too_slow() -> ApiError {
    ApiError::new(http::StatusCode::REQUEST_TIMEOUT, "request_timeout", "the body did not arrive in time")
}

/// Query parameters.
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(error) => Err(ApiError::new(
                http::StatusCode::BAD_REQUEST,
                "invalid_parameter",
                format!("the query parameters cannot be read: {}", error.body_text()),
            )),
        }
    }
}

/// The values of a parameter that may be repeated, in order.
pub fn repeated(query: Option<&str>, name: &str) -> Vec<String> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .collect()
}
