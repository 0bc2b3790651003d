//! Changes of credential files, one at a time per file and verified first.
//!
//! The panel says which credential it means (the identity it showed when the person clicked). Between that moment and
//! the change the gateway may have reloaded its files, so the manager looks the credential up again, refuses when it
//! is no longer the same one, and names it to the gateway by its runtime id.
//!
//! | request | verified when | what is changed before it is forwarded |
//! |---|---|---|
//! | `PATCH auth-files/status`, `PATCH auth-files` with `disabled` | always | `name` (status only), `auth_index`, no `cpamp_*` |
//! | `PATCH auth-files/fields` | with `X-CPAMP-Auth-File-Mutation-Identity` | `name`, no `cpamp_*` |
//! | `DELETE auth-files` | with `X-CPAMP-Auth-File-Delete-Identities` | the `name` query |
//! | `POST auth-files` | with `X-CPAMP-Auth-File-Write-Identities` and `…-Write-Content-SHA256` | nothing |

mod identity;
mod locks;
mod plan;
mod upload;

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HeaderValue};
use http::{Method, Request, Response};
use http_body::Body;
use tokio::time::timeout;
use vault::SecretString;

use crate::body::{Buffered, ProxyBody, boxed, buffer, full};
use crate::{
    AuthPolicy, BoxError, ManagementClient, ManagementError, ProxyError, UpstreamClient, UpstreamTarget,
};
use crate::{Stage, path};
use locks::Locks;
use plan::Plan;

/// The largest change: a file of 10 MiB and what surrounds it.
pub const MAX_MUTATION_BYTES: usize = 10 * 1024 * 1024 + 64 * 1024;
/// How long a change waits for the one before it.
pub const LOCK_WAIT: Duration = Duration::from_secs(30);
/// How long a caller may take to send a change.
const BODY_WAIT: Duration = Duration::from_secs(60);

/// Why a change was not forwarded.
#[derive(Debug, thiserror::Error)]
pub enum MutationError {
    /// The request is malformed.
    #[error("{0}")]
    BadRequest(&'static str),
    /// No such credential.
    #[error("the auth file was not found on the gateway")]
    NotFound,
    /// Several credentials fit.
    #[error("several credentials of the gateway fit the request")]
    Ambiguous,
    /// The credential is not the one that was shown.
    #[error("the credential on the gateway is not the one that was shown")]
    Changed,
    /// Another change took too long.
    #[error("another change of the same auth file is still running")]
    Busy,
    /// Larger than [`MAX_MUTATION_BYTES`].
    #[error("the change is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The gateway could not be asked first.
    #[error("the gateway could not be asked for its auth files: {0}")]
    Check(#[source] ManagementError),
    /// The change could not be forwarded.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
}

/// Serialises and verifies changes of credential files. One per gateway.
#[derive(Debug, Default)]
pub struct AuthFileGate {
    locks: Locks,
}

/// What kind of change a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Status,
    Plain,
    Fields,
    Delete,
    Write,
}

impl Kind {
    fn of(method: &Method, path: &str) -> Option<Self> {
        let segments = path::segments(path);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (method.as_str(), segments.as_slice()) {
            ("PATCH", ["v0", "management", "auth-files"]) => Some(Self::Plain),
            ("PATCH", ["v0", "management", "auth-files", "status"]) => Some(Self::Status),
            ("PATCH", ["v0", "management", "auth-files", "fields"]) => Some(Self::Fields),
            ("DELETE", ["v0", "management", "auth-files"]) => Some(Self::Delete),
            ("POST", ["v0", "management", "auth-files"]) => Some(Self::Write),
            _ => None,
        }
    }
}

impl AuthFileGate {
    /// A gate without running changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a request changes credential files and therefore has to go through [`Self::forward`].
    pub fn concerns(method: &Method, path: &str) -> bool {
        Kind::of(method, path).is_some()
    }

    /// Waits for its turn, verifies, forwards. The turn ends when the gateway has answered.
    ///
    /// # Errors
    /// [`MutationError`]; answers of the gateway, whatever their status, are no errors.
    pub async fn forward<B>(
        &self,
        client: &UpstreamClient,
        request: Request<B>,
        target: &UpstreamTarget,
        key: &SecretString,
    ) -> Result<Response<ProxyBody>, MutationError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let kind =
            Kind::of(&parts.method, parts.uri.path()).ok_or(MutationError::BadRequest("not a change"))?;
        let _slot = self.locks.slot(LOCK_WAIT).await?;
        let content = read(boxed(body)).await?;
        let plan = Plan::make(kind, &parts, &content)?;
        let _turn = self.locks.turn(&plan.locks(), LOCK_WAIT).await?;

        let management = ManagementClient::new(client.clone(), target.clone(), key.clone());
        let change = plan.verify(&management).await?;
        let mut parts = parts;
        if let Some(uri) = change.uri {
            parts.uri = uri;
        }
        let content = change.content.unwrap_or(content);
        if parts.headers.contains_key(CONTENT_LENGTH) {
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(content.len()));
        }
        parts.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let request = Request::from_parts(parts, full(content));
        Ok(client.forward(request, target, AuthPolicy::ReplaceWithManagementKey(key)).await?)
    }
}

async fn read(body: ProxyBody) -> Result<Bytes, MutationError> {
    let limit = MAX_MUTATION_BYTES;
    match timeout(BODY_WAIT, buffer(body, limit)).await {
        Ok(Ok(Buffered::Whole(content))) => Ok(content),
        Ok(Ok(Buffered::Larger(_))) => Err(MutationError::TooLarge { limit }),
        Ok(Err(_)) => Err(ProxyError::ClientBody.into()),
        Err(_) => Err(ProxyError::Timeout { stage: Stage::Body, limit: BODY_WAIT }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_recognised() {
        let concerns = |method: Method, path: &str| AuthFileGate::concerns(&method, path);
        assert!(concerns(Method::PATCH, "/v0/management/auth-files"));
        assert!(concerns(Method::PATCH, "/v0/management/auth-files/status/"));
        assert!(concerns(Method::PATCH, "/v0/management/auth%2Dfiles/fields"));
        assert!(concerns(Method::DELETE, "/v0/management/auth-files"));
        assert!(concerns(Method::POST, "//v0/management/auth-files"));
        assert!(!concerns(Method::GET, "/v0/management/auth-files"));
        assert!(!concerns(Method::PUT, "/v0/management/auth-files"));
        assert!(!concerns(Method::POST, "/v0/management/auth-files/download"));
        assert!(!concerns(Method::PATCH, "/v0/management/config"));
    }
}
