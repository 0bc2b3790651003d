//! Who may ask what: every route needs the admin key unless it is on the one list here.

use http::Method;
use percent_encoding::percent_decode_str;

/// What a route demands of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// The admin key, or a session that it opened.
    Admin,
}

/// The complete list of what answers without a key. `**` stands for any rest of the path.
///
/// `GET` covers `HEAD`. `OPTIONS` is public on every path and never reaches a handler.
pub const PUBLIC: &[(Method, &str)] = &[
    (Method::GET, "/health"),
    (Method::GET, "/usage-service/info"),
    (Method::GET, "/"),
    (Method::GET, "/management.html"),
    (Method::GET, "/openapi.json"),
    (Method::POST, "/api/v1/session"),
    // The gateway checks the client key that the caller sends.
    (Method::GET, "/models"),
    (Method::GET, "/models/"),
    (Method::GET, "/v1/models"),
    (Method::GET, "/v1/models/"),
    // Pages of gateway plugins; the gateway serves them without a key.
    (Method::GET, "/v0/resource/plugins/**"),
];

/// What the route demands. The path is the one that the router matches, as sent.
pub fn required(method: &Method, path: &str) -> Access {
    if method == Method::OPTIONS {
        return Access::Public;
    }
    let asked = if method == Method::HEAD { &Method::GET } else { method };
    let public = PUBLIC.iter().any(|(method, pattern)| {
        method == asked
            && match pattern.strip_suffix("**") {
                Some(prefix) => path.starts_with(prefix),
                None => path == *pattern,
            }
    });
    if public && !is_ambiguous(path) { Access::Public } else { Access::Admin }
}

/// Whether another server might read the path differently: dot segments, empty segments, encoded separators.
pub fn is_ambiguous(path: &str) -> bool {
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let empty_inside = segment.is_empty() && segments.peek().is_some();
        if empty_inside || segment == "." || segment == ".." {
            return true;
        }
    }
    let lower = path.to_ascii_lowercase();
    path.contains('\\') || ["%2e", "%2f", "%5c", "%00"].iter().any(|encoded| lower.contains(encoded))
}

/// The path with empty and dot segments removed, as the router of the reference redirects to.
pub fn cleaned(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let trailing = if path.ends_with('/') && !kept.is_empty() { "/" } else { "" };
    format!("/{}{trailing}", kept.join("/"))
}

/// The path as a log or the audit trail may show it: a path may name a key, in which nothing is hidden from the redaction
/// by escapes.
pub fn shown(path: &str) -> String {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let path: String = path.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    redaction::mask_text(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_routes_are_public() {
        assert_eq!(required(&Method::GET, "/health"), Access::Public);
        assert_eq!(required(&Method::HEAD, "/health"), Access::Public);
        assert_eq!(required(&Method::DELETE, "/health"), Access::Admin);
        assert_eq!(required(&Method::GET, "/health/"), Access::Admin);
        assert_eq!(required(&Method::GET, "/v0/management/config"), Access::Admin);
        assert_eq!(required(&Method::GET, "/anything/else"), Access::Admin);
        assert_eq!(required(&Method::OPTIONS, "/status"), Access::Public);
        assert_eq!(required(&Method::GET, "/api/v1/session"), Access::Admin);
    }

    #[test]
    fn plugin_pages_do_not_open_a_way_out() {
        assert_eq!(required(&Method::GET, "/v0/resource/plugins/ex/ui"), Access::Public);
        assert_eq!(required(&Method::POST, "/v0/resource/plugins/ex/ui"), Access::Admin);
        for path in [
            "/v0/resource/plugins/../../management/config",
            "/v0/resource/plugins/%2e%2e/%2E%2e/management/config",
            "/v0/resource/plugins//x",
            "/v0/resource/plugins/..%2f..%2fmanagement/config",
            "/v0/resource/plugins/..\\x",
            "/v0/resource/plugins/..",
        ] {
            assert_eq!(required(&Method::GET, path), Access::Admin, "{path}");
        }
    }

    #[test]
    fn a_path_is_shown_without_keys_and_on_one_line() {
        assert_eq!(shown("/v0/management/config"), "/v0/management/config");
        assert!(!shown("/v0/management/api-keys/sk-ant-%61pi03-planted-key-0123456789").contains("planted"));
        assert_eq!(shown("/a%0Ab"), "/a b");
    }

    #[test]
    fn cleaned_paths_stay_on_this_host() {
        assert_eq!(cleaned("//evil.example/x"), "/evil.example/x");
        assert_eq!(cleaned("/a/../../b/./c//"), "/b/c/");
        assert_eq!(cleaned("/.."), "/");
    }
}
