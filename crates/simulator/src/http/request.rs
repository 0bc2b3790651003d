//! A request, read and taken apart.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::reply::Reply;
use crate::state::{Connection, is_local};

/// Bytes of a request body that are taken at most.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// One request with its whole body.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Decoded, without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) connection: Connection,
    /// Ends when the gateway stops or restarts; for answers and upgrades without an end of their own.
    pub(crate) epoch: CancellationToken,
    pub(crate) upgrade: Option<OnUpgrade>,
}

impl Request {
    pub(super) async fn read(
        mut request: http::Request<Incoming>,
        connection: Connection,
        epoch: CancellationToken,
    ) -> Result<Self, Reply> {
        let upgrade =
            request.headers().contains_key(http::header::UPGRADE).then(|| hyper::upgrade::on(&mut request));
        let (parts, body) = request.into_parts();
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return Err(Reply::empty(StatusCode::PAYLOAD_TOO_LARGE)),
        };
        Ok(Self {
            path: percent_decode(parts.uri.path(), false),
            query: parts.uri.query().map(parse_query).unwrap_or_default(),
            method: parts.method,
            headers: parts.headers,
            body,
            connection,
            epoch,
            upgrade,
        })
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The first value of a query parameter; empty when it is absent.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// All values of a query parameter.
    pub(crate) fn parameters<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The client's address as CPA sees it: forwarding headers are believed from anybody, the first entry wins.
    pub(crate) fn client_address(&self) -> (String, bool) {
        let forwarded = ["x-forwarded-for", "x-real-ip"].into_iter().find_map(|name| {
            let entries: Option<Vec<IpAddr>> =
                self.header(name).split(',').map(|entry| entry.trim().parse().ok()).collect();
            entries?.first().map(IpAddr::to_string)
        });
        match forwarded {
            Some(address) => {
                let local = is_local(&address);
                (address, local)
            }
            None => (self.connection.address.clone(), self.connection.local),
        }
    }
}

fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decode(key, true), percent_decode(value, true))
        })
        .collect()
}

pub(crate) fn percent_decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 2;
            }
            (b'+', ..) if plus_is_space => decoded.push(b' '),
            (byte, ..) => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        assert_eq!(
            parse_query("name=a%40b+c.json&x&y=%zz&name=d"),
            [("name", "a@b c.json"), ("x", ""), ("y", "%zz"), ("name", "d")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
        assert_eq!(percent_decode("/a+b%2Fc", false), "/a+b/c");
    }
}
