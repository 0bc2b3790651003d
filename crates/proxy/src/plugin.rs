//! The two rewrites for plugin pages: they ask for an origin and mean the gateway's, not the manager's.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Request};
use http_body::Body;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::value::RawValue;

use crate::body::{Buffered, ProxyBody, boxed, buffer, full};
use crate::{BoxError, ProxyError, UpstreamTarget};

const INVITE_ORIGIN: HeaderName = HeaderName::from_static("x-codex-invite-origin");
const MEMBER: &str = "management_origin";
/// Larger JSON bodies pass unchanged.
const MAX_REWRITTEN_BYTES: usize = 8 * 1024 * 1024;

/// Puts the gateway's origin into `X-Codex-Invite-Origin` (if it is there) and into the top-level member
/// `management_origin` of a JSON body (if it is there). Everything else stays byte for byte; bodies over 8 MiB and
/// bodies that are no JSON object stay as they are.
///
/// # Errors
/// [`ProxyError::ClientBody`] when the caller's body breaks off.
pub async fn rewrite<B>(
    request: Request<B>,
    target: &UpstreamTarget,
) -> Result<Request<ProxyBody>, ProxyError>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (mut parts, body) = request.into_parts();
    if parts.headers.contains_key(INVITE_ORIGIN)
        && let Ok(origin) = HeaderValue::from_str(&target.origin())
    {
        parts.headers.insert(INVITE_ORIGIN, origin);
    }
    let body = boxed(body);
    if !is_json(&parts.headers) || body.is_end_stream() {
        return Ok(Request::from_parts(parts, body));
    }
    let body = match buffer(body, MAX_REWRITTEN_BYTES).await.map_err(|_| ProxyError::ClientBody)? {
        Buffered::Larger(body) => body,
        Buffered::Whole(content) => {
            let content = replace_member(&content, &target.origin()).map_or(content, Bytes::from);
            if parts.headers.contains_key(CONTENT_LENGTH) {
                parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(content.len()));
            }
            full(content)
        }
    };
    Ok(Request::from_parts(parts, body))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}

/// The document with the member replaced; `None` when there is nothing to replace.
fn replace_member(content: &[u8], origin: &str) -> Option<Vec<u8>> {
    let members: Members = serde_json::from_slice(content).ok()?;
    if !members.0.iter().any(|(name, _)| name == MEMBER) {
        return None;
    }
    let mut out = Vec::with_capacity(content.len() + origin.len());
    let mut serializer = serde_json::Serializer::new(&mut out);
    let mut map = serializer.serialize_map(Some(members.0.len())).ok()?;
    for (name, value) in &members.0 {
        if name == MEMBER { map.serialize_entry(name, origin) } else { map.serialize_entry(name, value) }
            .ok()?;
    }
    map.end().ok()?;
    Some(out)
}

/// The members of an object in their order, values untouched.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn run(kind: &str, content: &'static [u8]) -> (HeaderMap, Bytes) {
        let target = UpstreamTarget::parse("http://cpa:8317/prefix", false).expect("target");
        let request = Request::post("/v0/management/plugin/x")
            .header("content-type", kind)
            .header("content-length", content.len())
            .header("x-codex-invite-origin", "http://manager:18317")
            .body(full(Bytes::from_static(content)))
            .expect("request");
        let (parts, body) = rewrite(request, &target).await.expect("rewritten").into_parts();
        (parts.headers, body.collect().await.expect("body").to_bytes())
    }

    #[tokio::test]
    async fn the_member_and_the_header_are_replaced_and_nothing_else() {
        let content = br#"{"b": 1.50, "management_origin":"http://manager:18317","a":{"management_origin":"inner"}, "n":123456789012345678901234567890}"#;
        let (headers, body) = run("application/json; charset=utf-8", content).await;
        let wanted = r#"{"b":1.50,"management_origin":"http://cpa:8317","a":{"management_origin":"inner"},"n":123456789012345678901234567890}"#;
        assert_eq!(body, wanted);
        assert_eq!(headers["x-codex-invite-origin"], "http://cpa:8317");
        assert_eq!(headers["content-length"], wanted.len().to_string());
    }

    #[tokio::test]
    async fn other_bodies_stay_as_they_are() {
        for (kind, content) in [
            ("application/json", &br#"{ "a" : 1 }"#[..]),
            ("application/json", b"[{\"management_origin\":1}]"),
            ("application/json", b"{not json"),
            ("text/plain", br#"{"management_origin":"x"}"#),
        ] {
            assert_eq!(run(kind, content).await.1, content);
        }
        assert_eq!(run("application/problem+json", br#"{"management_origin":1}"#).await.1.len(), 39);
    }

    #[tokio::test]
    async fn a_body_over_the_limit_passes_whole() {
        let content: &'static [u8] = Box::leak(
            format!(r#"{{"management_origin":"x","pad":"{}"}}"#, "y".repeat(MAX_REWRITTEN_BYTES))
                .into_bytes()
                .into(),
        );
        assert_eq!(run("application/json", content).await.1, content);
    }
}
