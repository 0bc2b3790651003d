//! Entity tags: an answer that a caller has already is not sent again.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// This process. Another one may be of a program that writes the same figures differently, or have a database that was put
/// back and counts the same generations again: after a start everything is sent anew.
static RUN: LazyLock<[u8; 16]> = LazyLock::new(|| {
    let mut run = [0; 16];
    // Without random numbers no key is made either; validators of all runs are the same then.
    let _ = getrandom::fill(&mut run);
    run
});

/// What an answer depends on, and what the caller knows already.
pub(crate) struct Validator {
    tag: Sha256,
    known: Option<String>,
}

impl Validator {
    /// Of an answer that depends on these `parts` alone, for a caller with these headers.
    pub(crate) fn new(headers: &HeaderMap, parts: &impl Serialize) -> Self {
        Self::of_run(&RUN, headers, parts)
    }

    fn of_run(run: &[u8; 16], headers: &HeaderMap, parts: &impl Serialize) -> Self {
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let mut tag = Sha256::new();
        tag.update(run);
        tag.update(serde_json::to_vec(parts).unwrap_or_default());
        Self { tag, known: known.map(str::to_owned) }
    }

    /// What else it depends on.
    pub(super) fn tag(&mut self) -> &mut Sha256 {
        &mut self.tag
    }

    fn etag(&self) -> String {
        let digest = self.tag.clone().finalize();
        let digits: String = digest[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        // Weak: two answers about the same events differ in the time at which they were computed.
        format!("W/\"{digits}\"")
    }

    /// The answer to a caller who has this one already.
    pub(crate) fn unchanged(&self) -> Option<Response> {
        let etag = self.etag();
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let known = self.known.as_deref()?;
        known.split(',').any(|tag| opaque(tag) == opaque(&etag)).then(|| {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            self.stamp(&mut response);
            response
        })
    }

    /// Marks a complete answer, so that it can be recognised.
    pub(crate) fn stamp(&self, response: &mut Response) {
        if let Ok(etag) = HeaderValue::from_str(&self.etag()) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        may_be_kept(response);
    }

    /// The answer, or that it is unchanged.
    pub(crate) fn answer(&self, answer: impl axum::response::IntoResponse) -> Response {
        self.unchanged().unwrap_or_else(|| {
            let mut response = answer.into_response();
            self.stamp(&mut response);
            response
        })
    }
}

/// Browsers keep the answer and ask each time whether it still holds.
pub(super) fn may_be_kept(response: &mut Response) {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_run_does_not_answer_that_nothing_has_changed() {
        let parts = ("monitoring", 7);
        let stamped = |run: &[u8; 16]| {
            let mut response = Response::default();
            Validator::of_run(run, &HeaderMap::new(), &parts).stamp(&mut response);
            response.headers()[header::ETAG].clone()
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, stamped(&RUN));
        let unchanged = |run: &[u8; 16]| {
            Validator::of_run(run, &headers, &parts).unchanged().map(|response| response.status())
        };
        assert_eq!(unchanged(&RUN), Some(StatusCode::NOT_MODIFIED));
        assert_ne!(*RUN, [0; 16]);
        assert_eq!(unchanged(&[0; 16]), None, "this run wrote what the caller has");
        let status = Validator::new(&headers, &parts).unchanged().map(|response| response.status());
        assert_eq!(status, Some(StatusCode::NOT_MODIFIED), "the validators in use have the run in them");
    }
}
