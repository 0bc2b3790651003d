//! Which headers cross the proxy.
//!
//! **Forwarding headers.** The gateway takes the client's address from the first entry of `X-Forwarded-For` (or
//! `X-Real-IP`), from any peer, and uses it to decide who is local and whom to ban. A caller must not influence
//! either. So all such headers are removed and none is added: the gateway sees one client, the manager's own
//! address, for proxied requests as for the manager's own. The manager has authenticated the caller, it knows whether
//! the key it sends is right (and stops using a refused one), and a caller that keeps its own credentials is never let
//! onto management paths, the only ones that count failures.

use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};

/// Marks every answer that came from the gateway, so that the panel can tell the gateway's 401 from the manager's.
pub const UPSTREAM_MARK: HeaderName = HeaderName::from_static("x-cpamp-upstream");
/// Carries a number that only this process knows; a request that brings it back went round in a circle.
pub(crate) const HOP: HeaderName = HeaderName::from_static("x-cpamp-hop");
const OWN_PREFIX: &str = "x-cpamp-";

/// Headers that speak about one connection only (RFC 9110 §7.6.1, and the older ones).
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Credentials and addresses that callers must not hand through.
const NEVER_FORWARDED: [&str; 27] = [
    "host",
    "expect",
    "cookie",
    "x-management-key",
    "x-local-password",
    "forwarded",
    "via",
    "x-real-ip",
    "x-real-port",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
    "x-originating-ip",
    "x-remote-ip",
    "x-remote-addr",
    "x-envoy-external-address",
    "x-original-host",
    "x-original-url",
    "x-rewrite-url",
    "x-http-method-override",
    "x-appengine-remote-addr",
    "client-ip",
    "true-client-ip",
    "fly-client-ip",
    "fastly-client-ip",
    "do-connecting-ip",
    "cdn-loop",
];
const NEVER_FORWARDED_PREFIXES: [&str; 5] = ["x-forwarded", "cf-", "x-azure-", "x-cpamp-", "x-arr-"];

/// What an answer must not set on the manager's own origin.
const NEVER_ANSWERED: [&str; 6] = [
    // The gateway has no business with the manager's cookies; a plugin could overwrite the session.
    "set-cookie",
    "clear-site-data",
    "strict-transport-security",
    "alt-svc",
    "public-key-pins",
    "service-worker-allowed",
];

/// Removes everything that speaks about one connection: the fixed list and what `Connection` names.
pub fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
        // Naming these must not make them vanish: the length and the target of a message are not per connection.
        .filter(|name| {
            *name != header::HOST && *name != header::CONTENT_LENGTH && *name != header::AUTHORIZATION
        })
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// What of a caller's headers goes to the gateway. The caller's `Authorization` stays; the policy decides about it.
pub(crate) fn clean_request(headers: &mut HeaderMap) {
    strip_hop_by_hop(headers);
    remove_where(headers, |name| {
        NEVER_FORWARDED.contains(&name)
            || NEVER_FORWARDED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    });
}

/// What of the gateway's headers goes to the caller. Its cross-origin headers would double the manager's own.
pub(crate) fn clean_answer(headers: &mut HeaderMap) {
    strip_hop_by_hop(headers);
    remove_where(headers, |name| {
        NEVER_ANSWERED.contains(&name)
            || name.starts_with("access-control-")
            || name.starts_with("cross-origin-")
            || name.starts_with(OWN_PREFIX)
    });
    headers.insert(UPSTREAM_MARK, HeaderValue::from_static("1"));
}

/// The protocol that a request (or a 101 answer) switches to, if it does.
pub(crate) fn upgrade_protocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let asked = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|token| token.trim().eq_ignore_ascii_case("upgrade"));
    // A switch to HTTP/2 in clear text would let requests past the proxy's rules.
    headers
        .get(header::UPGRADE)
        .filter(|value| {
            asked && !value.to_str().is_ok_and(|text| text.trim().to_ascii_lowercase().starts_with("h2"))
        })
        .cloned()
}

fn remove_where(headers: &mut HeaderMap, unwanted: impl Fn(&str) -> bool) {
    let names: Vec<HeaderName> = headers.keys().filter(|name| unwanted(name.as_str())).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_bytes(name.as_bytes()).expect("name"),
                    HeaderValue::from_str(value).expect("value"),
                )
            })
            .collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn hop_by_hop_headers_go_and_what_connection_names() {
        let mut headers = map(&[
            ("connection", "close, X-Private"),
            ("connection", "content-length"),
            ("x-private", "1"),
            ("keep-alive", "timeout=5"),
            ("proxy-authorization", "Basic x"),
            ("te", "trailers"),
            ("trailer", "x"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "websocket"),
            ("content-length", "3"),
            ("accept", "*/*"),
        ]);
        strip_hop_by_hop(&mut headers);
        assert_eq!(names(&headers), ["accept", "content-length"]);
    }

    #[test]
    fn callers_hand_no_addresses_or_credentials_through() {
        let mut headers = map(&[
            ("host", "manager"),
            ("cookie", "session=1"),
            ("x-management-key", "k"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-host", "h"),
            ("x-forwarded-anything", "h"),
            ("forwarded", "for=1.2.3.4"),
            ("x-real-ip", "1.2.3.4"),
            ("cf-connecting-ip", "1.2.3.4"),
            ("true-client-ip", "1.2.3.4"),
            ("x-cpamp-auth-file-mutation-identity", "x"),
            ("x-cpamp-upstream", "1"),
            ("authorization", "Bearer k"),
            ("x-custom", "stays"),
            ("content-type", "text/plain"),
        ]);
        clean_request(&mut headers);
        assert_eq!(names(&headers), ["authorization", "content-type", "x-custom"]);
    }

    #[test]
    fn answers_cannot_touch_the_managers_origin() {
        let mut headers = map(&[
            ("access-control-allow-origin", "*"),
            ("access-control-expose-headers", "X-CPA-VERSION"),
            ("set-cookie", "cpamp_session=x"),
            ("clear-site-data", "\"cookies\""),
            ("x-cpamp-anything", "x"),
            ("x-cpa-version", "7.2.140"),
            ("content-type", "text/event-stream"),
            ("connection", "keep-alive"),
        ]);
        clean_answer(&mut headers);
        assert_eq!(names(&headers), ["content-type", "x-cpa-version", "x-cpamp-upstream"]);
    }

    #[test]
    fn genuine_upgrades_are_recognised() {
        let protocol = |pairs: &[(&str, &str)]| upgrade_protocol(&map(pairs)).is_some();
        assert!(protocol(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")]));
        assert!(!protocol(&[("upgrade", "websocket")]));
        assert!(!protocol(&[("connection", "upgrade")]));
        assert!(!protocol(&[("connection", "upgrade"), ("upgrade", "h2c")]));
    }
}
