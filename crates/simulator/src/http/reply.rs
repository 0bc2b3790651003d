//! Answers, shaped as CPA's server shapes them: header spelling and order, lengths, HTML-safe JSON.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde_json::Value;

use crate::clock::http_date;

/// The body of every answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// Answers up to this size have a `Content-Length`; larger ones are chunked, as Go's server does it.
const MAX_SIZED_BODY: usize = 2048;

/// Between the first half of a body and the cut.
const CUT_PAUSE: std::time::Duration = std::time::Duration::from_millis(5);

const EXPOSED_HEADERS: &str = "X-CPA-TRACE-ID, X-CPA-VERSION, X-CPA-COMMIT, X-CPA-BUILD-DATE, X-CPA-SUPPORT-PLUGIN, \
     X-CPA-HOME-VERSION, X-CPA-HOME-BUILD-DATE, X-SERVER-VERSION, X-SERVER-BUILD-DATE, Location, Retry-After, \
     X-Request-Id, OpenAI-Request-Id";

pub(crate) enum Content {
    Bytes(Bytes),
    Stream(Body),
}

/// One answer before it is sent.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    content: Content,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), content: Content::Bytes(Bytes::new()) }
    }

    /// An unknown management route: no body.
    pub(crate) fn not_found() -> Self {
        Self::empty(StatusCode::NOT_FOUND)
    }

    pub(crate) fn bytes(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut reply = Self::empty(status);
        reply.content = Content::Bytes(body.into());
        reply.with("content-type", content_type)
    }

    pub(crate) fn json_bytes(status: StatusCode, body: Vec<u8>) -> Self {
        Self::bytes(status, "application/json; charset=utf-8", html_safe(body))
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::json_with(StatusCode::OK, value)
    }

    pub(crate) fn json_with(status: StatusCode, value: &Value) -> Self {
        Self::json_bytes(status, value.to_string().into_bytes())
    }

    /// `{"status":"ok"}`.
    pub(crate) fn ok() -> Self {
        Self::json_bytes(StatusCode::OK, br#"{"status":"ok"}"#.to_vec())
    }

    /// `{"error":"…"}`.
    pub(crate) fn error(status: StatusCode, message: &str) -> Self {
        Self::json_with(status, &serde_json::json!({ "error": message }))
    }

    pub(crate) fn bad_request(message: &str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, message)
    }

    /// `{"error":"code","message":"…"}`.
    pub(crate) fn error_with_message(status: StatusCode, code: &str, message: &str) -> Self {
        Self::json_with(status, &serde_json::json!({ "error": code, "message": message }))
    }

    pub(crate) fn stream(content_type: &'static str, body: Body) -> Self {
        let mut reply = Self::empty(StatusCode::OK);
        reply.content = Content::Stream(body);
        reply.with("content-type", content_type)
    }

    /// Adds a header; values that are no header text are left out.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }

    /// Sends the first half of the body and breaks the connection there.
    pub(crate) fn cut_in_the_middle(mut self) -> Self {
        if let Content::Bytes(bytes) = &self.content {
            let half = bytes.slice(..bytes.len() / 2);
            // The pause lets the first half reach the socket before the error closes it.
            let frames = futures_util::stream::unfold(Some(half), |half| async move {
                match half {
                    Some(half) if !half.is_empty() => Some((Ok(Frame::data(half)), Some(Bytes::new()))),
                    Some(_) => {
                        tokio::time::sleep(CUT_PAUSE).await;
                        Some((Err(std::io::Error::other("cut by a fault")), None))
                    }
                    None => None,
                }
            });
            self.content = Content::Stream(StreamBody::new(frames).boxed_unsync());
        }
        self
    }

    /// The answer as it goes out: CORS headers, then the others by name, `Date` and `Content-Length` at the end.
    pub(crate) fn into_response(self, now_ms: i64) -> Response<Body> {
        let mut named: Vec<(HeaderName, HeaderValue)> = vec![
            (HeaderName::from_static("access-control-allow-headers"), HeaderValue::from_static("*")),
            (
                HeaderName::from_static("access-control-allow-methods"),
                HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS"),
            ),
            (HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*")),
            (
                HeaderName::from_static("access-control-expose-headers"),
                HeaderValue::from_static(EXPOSED_HEADERS),
            ),
        ];
        named.extend(self.headers);
        named.sort_by(|left, right| left.0.as_str().cmp(right.0.as_str()));
        let mut headers = HeaderMap::with_capacity(named.len() + 2);
        for (name, value) in named {
            headers.append(name, value);
        }
        if let Ok(date) = HeaderValue::from_str(&http_date(now_ms)) {
            headers.insert(DATE, date);
        }
        let body = match self.content {
            Content::Stream(body) => body,
            Content::Bytes(bytes) if bytes.len() > MAX_SIZED_BODY => {
                let frame: Result<Frame<Bytes>, std::io::Error> = Ok(Frame::data(bytes));
                StreamBody::new(futures_util::stream::iter([frame])).boxed_unsync()
            }
            Content::Bytes(bytes) => {
                if has_length(self.status) {
                    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
                }
                Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        response
    }
}

fn has_length(status: StatusCode) -> bool {
    !status.is_informational() && status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

/// Escapes `<`, `>` and `&` as Go's encoder does; in JSON they occur inside strings only.
fn html_safe(json: Vec<u8>) -> Vec<u8> {
    if !json.iter().any(|byte| matches!(byte, b'<' | b'>' | b'&')) {
        return json;
    }
    let mut safe = Vec::with_capacity(json.len() + 32);
    for byte in json {
        match byte {
            b'<' => safe.extend_from_slice(b"\\u003c"),
            b'>' => safe.extend_from_slice(b"\\u003e"),
            b'&' => safe.extend_from_slice(b"\\u0026"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_html_safe() {
        assert_eq!(html_safe(br#"{"a":"<b>&"}"#.to_vec()), br#"{"a":"\u003cb\u003e\u0026"}"#);
    }

    #[test]
    fn small_answers_have_a_length_after_the_date_and_large_ones_have_none() {
        let small = Reply::ok().into_response(0);
        let names: Vec<&str> = small.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names.last(), Some(&"content-length"));
        assert_eq!(names[names.len() - 2], "date");
        let large =
            Reply::bytes(StatusCode::OK, "text/plain", vec![b'x'; MAX_SIZED_BODY + 1]).into_response(0);
        assert!(!large.headers().contains_key(CONTENT_LENGTH));
    }
}
