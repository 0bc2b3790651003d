//! The gateway's management API over HTTP, as far as collecting needs it.

use std::{io, sync::Arc};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, header};
use reqwest::{Client, Response, redirect::Policy};
use serde_json::Value;

use crate::{
    failure::{Failure, key_check},
    ledger::{KeyGuard, Permit},
    net::{cause, connect_failure, innermost},
    queue_array::{ArraySplitter, BodyEnd, QueueItem},
    refusals::Code,
    secret::SecretKey,
    settings::Timings,
    status::Stage,
    tls,
    upstream::Upstream,
};

/// The longest configuration document that is read, bytes.
const MAX_CONFIG: usize = 16 * 1024 * 1024;
/// The longest credential list that is read, bytes.
const MAX_AUTH_FILES: usize = 64 * 1024 * 1024;
/// The longest error body that is read, bytes.
const MAX_ERROR: usize = 8 * 1024;
/// How the gateway refuses to answer no records.
const NO_RECORDS: &str = "count must be a positive integer";
/// The header with the gateway's version.
const VERSION: &str = "x-cpa-version";

/// What `GET config` tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ConfigFacts {
    pub version: Option<String>,
    pub retention_s: Option<u32>,
    pub usage_statistics_enabled: Option<bool>,
}

/// A client for one upstream.
#[derive(Debug, Clone)]
pub(crate) struct Management {
    client: Client,
    upstream: Upstream,
    guard: Arc<KeyGuard>,
    bearer: HeaderValue,
    in_container: bool,
}

/// An answer of the gateway with a status below 300.
struct Answer {
    response: Response,
}

impl Management {
    pub(crate) fn new(
        upstream: &Upstream,
        guard: &Arc<KeyGuard>,
        timings: &Timings,
        in_container: bool,
    ) -> Result<Self, Failure> {
        let tls = tls::client_config(upstream, &[b"h2", b"http/1.1"])?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(timings.connect)
            .timeout(timings.http)
            .user_agent(concat!("cpa-manager-plus/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                Failure::new(Stage::Connect, Code::ConnectFailed).detail(&innermost(&error), None)
            })?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", upstream.management_key.expose()))
            .map_err(|_| {
                Failure::new(Stage::Auth, Code::WrongKey)
                    .detail("the key has characters no header can carry", None)
            })?;
        bearer.set_sensitive(true);
        Ok(Self { client, upstream: upstream.clone(), guard: Arc::clone(guard), bearer, in_container })
    }

    fn key(&self) -> &SecretKey {
        &self.upstream.management_key
    }

    /// Sends a request with the key; an answer of 300 or more becomes the failure that it means.
    async fn send(
        &self,
        method: Method,
        route: &str,
        query: Option<&str>,
        body: Option<Value>,
    ) -> Result<Answer, Failure> {
        let permit = self.guard.begin(&self.upstream).await?;
        let mut url = self.upstream.management(route);
        url.set_query(query);
        let mut request = self.client.request(method, url).header(header::AUTHORIZATION, self.bearer.clone());
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|error| self.transport_failure(&error))?;
        if response.status().is_success() {
            permit.accepted();
            return Ok(Answer { response });
        }
        Err(self.refused(response, permit).await)
    }

    async fn refused(&self, response: Response, permit: Permit) -> Failure {
        let status = response.status();
        let from_gateway = response.headers().contains_key(VERSION);
        let mut response = response;
        // The body only explains; if it does not come, the status has to do.
        let body = read_up_to(&mut response, MAX_ERROR).await.unwrap_or_default();
        let text = error_text(&body);
        let failure = classify(status.as_u16(), &text, from_gateway, self.key());
        permit.judged(status.as_u16(), from_gateway, &failure);
        failure
    }

    fn transport_failure(&self, error: &reqwest::Error) -> Failure {
        let text = innermost(error);
        if error.is_connect() || cause::<rustls::Error>(error).is_some() {
            if let Some(tls) = cause::<rustls::Error>(error) {
                return Failure::new(Stage::Connect, Code::TlsFailed).detail(&tls.to_string(), None);
            }
            if chain(error).any(|part| part.to_string().contains("dns error")) {
                return Failure::new(Stage::Connect, Code::DnsFailed).detail(&text, None);
            }
            if error.is_timeout() {
                return Failure::new(Stage::Connect, Code::ConnectTimeout);
            }
            return match cause::<io::Error>(error) {
                Some(error) => connect_failure(error, &self.upstream, self.in_container),
                None => Failure::new(Stage::Connect, Code::ConnectFailed).detail(&text, None),
            };
        }
        let code = if error.is_timeout() { Code::HttpTimeout } else { Code::HttpFailed };
        Failure::new(Stage::Http, code).detail(&text, Some(self.key()))
    }

    /// Reads version, retention and whether records are published; also tells whether the key is good.
    pub(crate) async fn config(&self) -> Result<ConfigFacts, Failure> {
        let Answer { mut response } = self.send(Method::GET, "config", None, None).await?;
        let version =
            response.headers().get(VERSION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body =
            read_up_to(&mut response, MAX_CONFIG).await.map_err(|error| self.transport_failure(&error))?;
        let Ok(Value::Object(config)) = serde_json::from_slice(&body) else {
            return Err(Failure::new(Stage::Http, Code::HttpUnexpected)
                .detail("the configuration is not a JSON object", None));
        };
        let retention = config.get("redis-usage-queue-retention-seconds").and_then(Value::as_i64);
        let retention_s = retention.map(effective_retention).or(Some(60));
        // Absent means false: the key's default.
        let enabled = config.get("usage-statistics-enabled").map_or(Some(false), Value::as_bool);
        Ok(ConfigFacts { version, retention_s, usage_statistics_enabled: enabled })
    }

    /// Switches publishing on.
    pub(crate) async fn enable_publishing(&self) -> Result<(), Failure> {
        let body = serde_json::json!({ "value": true });
        self.send(Method::PUT, "usage-statistics-enabled", None, Some(body)).await.map(drop)
    }

    /// Reads the credential list.
    pub(crate) async fn auth_files(&self) -> Result<Bytes, Failure> {
        let Answer { mut response } = self.send(Method::GET, "auth-files", None, None).await?;
        let body = read_up_to(&mut response, MAX_AUTH_FILES)
            .await
            .map_err(|error| self.transport_failure(&error))?;
        if body.len() >= MAX_AUTH_FILES {
            return Err(Failure::new(Stage::Http, Code::HttpUnexpected)
                .detail("the credential list is too long", None));
        }
        Ok(body)
    }

    /// Whether the HTTP queue is there and takes the key. Asks for no record at all, which the gateway refuses in its own
    /// words after it has looked at the key: nothing is taken.
    ///
    /// Any other answer is a failure; [`Code::ReplyLost`] if records came with it all the same.
    pub(crate) async fn has_queue(&self) -> Result<(), Failure> {
        let unexpected = |text: &str| Err(Failure::new(Stage::Http, Code::HttpUnexpected).detail(text, None));
        match self.poll_queue(0, &mut |_| ()).await {
            Ok(0) => unexpected("asked for no record it answers with an empty list"),
            Ok(count) => Err(Failure::new(Stage::Consume, Code::ReplyLost)
                .detail(&format!("asked for no record it answered with {count}"), None)),
            Err(failure) if failure.code == Code::HttpUnexpected && failure.detail.contains(NO_RECORDS) => {
                Ok(())
            }
            // The management API answered before, so it is the route that is missing.
            Err(failure) if failure.code == Code::ManagementDisabled => {
                Err(Failure { code: Code::QueueMissing, ..failure })
            }
            Err(failure) => Err(failure),
        }
    }

    /// Pops up to `count` records; each is handed to `take` while the body still arrives. Answers how many came.
    pub(crate) async fn poll_queue(
        &self,
        count: usize,
        take: &mut (dyn FnMut(Vec<QueueItem>) + Send),
    ) -> Result<usize, Failure> {
        let query = format!("count={count}");
        let Answer { mut response } = self.send(Method::GET, "usage-queue", Some(&query), None).await?;
        let mut splitter = ArraySplitter::default();
        let mut taken = 0;
        let mut hand_on = |items: &mut Vec<QueueItem>| {
            taken += items.len();
            if !items.is_empty() {
                take(std::mem::take(items));
            }
        };
        let mut items = Vec::new();
        let broken = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    splitter.feed(&chunk, &mut items);
                    hand_on(&mut items);
                }
                Ok(None) => break None,
                Err(error) => break Some(self.transport_failure(&error)),
            }
        };
        let start = String::from_utf8_lossy(splitter.start()).into_owned();
        let end = splitter.finish(&mut items);
        hand_on(&mut items);
        match (end, broken) {
            (BodyEnd::Complete, _) => Ok(taken),
            (_, Some(failure)) => Err(Failure { stage: Stage::Consume, code: Code::ReplyLost, ..failure }),
            (BodyEnd::Damaged, None) => Err(Failure::new(Stage::Consume, Code::ReplyLost)),
            (BodyEnd::NotAnArray, None) => Err(Failure::new(Stage::Http, Code::QueueNotJson)
                .detail(&format!("it begins {start:?}"), Some(self.key()))),
        }
    }
}

/// What an answer of 300 or more means. `from_gateway` says that it carries the gateway's version header.
pub(crate) fn classify(status: u16, text: &str, from_gateway: bool, key: &SecretKey) -> Failure {
    if matches!(status, 401 | 403)
        && let Some(failure) = key_check(Stage::Auth, text, key)
    {
        return failure;
    }
    let (stage, code) = match status {
        401 if from_gateway => (Stage::Auth, Code::WrongKey),
        401 => (Stage::Auth, Code::ProxyUnauthorized),
        403 => (Stage::Auth, Code::Forbidden),
        404 => (Stage::Http, Code::ManagementDisabled),
        405 | 501 => (Stage::Http, Code::QueueMissing),
        300..=399 => (Stage::Http, Code::HttpRedirect),
        500..=599 => (Stage::Http, Code::HttpServerError),
        _ => (Stage::Http, Code::HttpUnexpected),
    };
    Failure::new(stage, code).detail(&format!("{status} {text}"), Some(key))
}

/// The retention that the gateway really uses, seconds.
fn effective_retention(configured: i64) -> u32 {
    match u32::try_from(configured) {
        Ok(0) | Err(_) if configured <= 0 => 60,
        Ok(seconds) => seconds.min(3600),
        Err(_) => 3600,
    }
}

fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// Reads a body, at most `limit` bytes of it.
async fn read_up_to(response: &mut Response, limit: usize) -> Result<Bytes, reqwest::Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        let room = limit - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() >= limit {
            break;
        }
    }
    Ok(body.freeze())
}

/// The text of an error answer: the `error` member (and `message`), else the body itself.
fn error_text(body: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let member = |name: &str| json.as_ref().and_then(|json| json.get(name)).and_then(Value::as_str);
    match (member("error"), member("message")) {
        (Some(error), Some(message)) => format!("{error}: {message}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => String::from_utf8_lossy(body).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_as_the_gateway_reads_it() {
        let seen = [-5, 0, 1, 60, 3600, 9999, i64::MAX].map(effective_retention);
        assert_eq!(seen, [60, 60, 1, 60, 3600, 3600, 3600]);
    }

    #[test]
    fn error_texts() {
        assert_eq!(error_text(br#"{"error":"invalid management key"}"#), "invalid management key");
        assert_eq!(error_text(br#"{"error":"e","message":"m"}"#), "e: m");
        assert_eq!(error_text(b"plain"), "plain");
    }
}
