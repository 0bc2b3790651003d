//! Passing a request on.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HeaderValue, UPGRADE};
use http::uri::PathAndQuery;
use http::{HeaderMap, Request, Response, StatusCode, Version};
use http_body::Body;
use hyper::body::Incoming;
use tokio::time::timeout;
use vault::SecretString;

use crate::body::{Buffered, Download, ProxyBody, boxed, buffer, full};
use crate::refusal::MAX_REFUSAL_BYTES;
use crate::{BoxError, ProxyError, Refusal, UpstreamClient, UpstreamTarget};
use crate::{headers, path, upgrade};

/// How long a short refusal may take to arrive. Later ones pass unread.
const REFUSAL_WAIT: Duration = Duration::from_secs(5);

/// Whose authorisation a forwarded request carries.
#[derive(Debug, Clone, Copy)]
pub enum AuthPolicy<'a> {
    /// The caller proved to be the administrator: the management key takes the place of its credentials.
    ReplaceWithManagementKey(&'a SecretString),
    /// The caller's own `Authorization`, or none (model lists, plugin pages). Refused on management paths, where a
    /// wrong key would count against the manager's address.
    KeepCaller,
}

impl UpstreamClient {
    /// Forwards a request and returns the gateway's answer, whatever its status; a refused management key stands in its
    /// extensions as a [`Refusal`]. Both bodies stream. Dropping the
    /// future or the answer's body ends the upstream request.
    ///
    /// An upgraded connection (101) is tunnelled by a task of its own until either side closes it or nothing moves
    /// for [`crate::Limits::idle`].
    ///
    /// # Errors
    /// [`ProxyError`], when there is no answer.
    pub async fn forward<B>(
        &self,
        request: Request<B>,
        target: &UpstreamTarget,
        policy: AuthPolicy<'_>,
    ) -> Result<Response<ProxyBody>, ProxyError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        if parts.headers.get_all(headers::HOP).iter().any(|hop| hop == self.hop()) {
            return Err(ProxyError::Loop);
        }
        if matches!(policy, AuthPolicy::KeepCaller) && path::is_management(parts.uri.path()) {
            return Err(ProxyError::NotAllowed);
        }
        self.check_length(&parts.headers)?;
        let root = PathAndQuery::from_static("/");
        let uri = target.uri(parts.uri.path_and_query().unwrap_or(&root))?;

        let protocol = headers::upgrade_protocol(&parts.headers);
        let caller =
            protocol.is_some().then(|| parts.extensions.remove::<hyper::upgrade::OnUpgrade>()).flatten();
        headers::clean_request(&mut parts.headers);
        self.authorise(&mut parts.headers, policy)?;
        let switching = protocol.filter(|_| caller.is_some());
        if let Some(protocol) = &switching {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, protocol.clone());
        }

        let mut outgoing = Request::new(boxed(body));
        *outgoing.method_mut() = parts.method;
        *outgoing.uri_mut() = uri;
        *outgoing.version_mut() = Version::HTTP_11;
        *outgoing.headers_mut() = parts.headers;
        let answer = self.send(outgoing, target, switching.is_some()).await?;

        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let (Some(caller), Some(_)) = (caller, switching) else {
                return Err(ProxyError::Protocol("an upgrade that nobody asked for".to_owned()));
            };
            return upgrade::tunnel(caller, answer, self.tunnels(), self.limits().idle);
        }
        self.deliver(answer, target, policy).await
    }

    /// Refuses a body that says itself that it is too large, before a connection is used.
    fn check_length(&self, headers: &HeaderMap) -> Result<(), ProxyError> {
        let limit = self.limits().request_body;
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > limit) { Err(ProxyError::TooLarge { limit }) } else { Ok(()) }
    }

    pub(crate) fn authorise(
        &self,
        headers: &mut HeaderMap,
        policy: AuthPolicy<'_>,
    ) -> Result<(), ProxyError> {
        headers.insert(headers::HOP, self.hop().clone());
        if let AuthPolicy::ReplaceWithManagementKey(key) = policy {
            // Removed first: a key that cannot be sent must not leave the caller's credentials in place.
            headers.remove(AUTHORIZATION);
            let bearer = format!("Bearer {}", key.expose().trim());
            let mut value = HeaderValue::from_str(&bearer).map_err(|_| ProxyError::UnusableKey)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(())
    }

    async fn deliver(
        &self,
        answer: Response<Incoming>,
        target: &UpstreamTarget,
        policy: AuthPolicy<'_>,
    ) -> Result<Response<ProxyBody>, ProxyError> {
        let (mut parts, body) = answer.into_parts();
        let mut body = boxed(Download::new(body, self.limits().idle));
        let suspicious = matches!(parts.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        let mut refusal = None;
        if suspicious && matches!(policy, AuthPolicy::ReplaceWithManagementKey(_)) {
            (body, refusal) = self.look_for_refusal(parts.status, body, target).await?;
        }
        headers::clean_answer(&mut parts.headers);
        // What describes the upstream connection is no business of the caller's connection.
        parts.extensions.clear();
        if let Some(refusal) = refusal {
            parts.extensions.insert(refusal);
        }
        parts.version = Version::HTTP_11;
        Ok(Response::from_parts(parts, body))
    }

    /// Reads a short answer to tell whether the gateway refused our key, and hands the same bytes on.
    async fn look_for_refusal(
        &self,
        status: StatusCode,
        body: ProxyBody,
        target: &UpstreamTarget,
    ) -> Result<(ProxyBody, Option<Refusal>), ProxyError> {
        let limit = REFUSAL_WAIT;
        let read = timeout(limit, buffer(body, MAX_REFUSAL_BYTES)).await;
        match read {
            Ok(Ok(Buffered::Whole(content))) => {
                let refusal = Refusal::recognise(status, &content);
                Ok((full(content), refusal))
            }
            Ok(Ok(Buffered::Larger(body))) => Ok((body, None)),
            Ok(Err(error)) => Err(ProxyError::from_chain(error.as_ref(), target.host())),
            Err(_) => Err(ProxyError::Timeout { stage: crate::Stage::Body, limit }),
        }
    }
}
