//! Which request paths are forwarded.

/// How often a path is decoded when looking for hidden dots: servers and proxies on the way may decode once each.
const DECODE_ROUNDS: usize = 4;

/// The path is not acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathError;

/// Refuses paths that could leave their prefix: `.` and `..` segments, also when they or their slashes are
/// percent-encoded (even several times) or written with back slashes; control characters; paths without a slash.
pub(crate) fn check(path: &str) -> Result<(), PathError> {
    if !path.starts_with('/') {
        return Err(PathError);
    }
    let mut current = path.as_bytes().to_vec();
    for _ in 0..DECODE_ROUNDS {
        let dots = current
            .split(|byte| matches!(byte, b'/' | b'\\'))
            // Servers that know path parameters ignore what follows a semicolon.
            .map(|segment| segment.split(|byte| *byte == b';').next().unwrap_or_default())
            .any(|segment| segment == b"." || segment == b"..");
        if dots || current.iter().any(|byte| *byte < 0x20 || *byte == 0x7f) {
            return Err(PathError);
        }
        let decoded = decode(&current);
        if decoded == current {
            break;
        }
        current = decoded;
    }
    Ok(())
}

/// The segments of a path as the gateway's router sees them: decoded once, without empty ones, in lower case.
pub(crate) fn segments(path: &str) -> Vec<String> {
    decode(path.as_bytes())
        .split(|byte| *byte == b'/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| String::from_utf8_lossy(segment).to_ascii_lowercase())
        .collect()
}

/// Whether the gateway would treat the path as part of its management API.
pub(crate) fn is_management(path: &str) -> bool {
    let segments = segments(path);
    segments.first().is_some_and(|first| first == "v0")
        && segments.get(1).is_some_and(|second| second == "management")
}

/// One round of percent-decoding; what is not a valid escape stays.
pub(crate) fn decode(text: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let escape = match (text[at], digit(text.get(at + 1)), digit(text.get(at + 2))) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        out.push(escape.unwrap_or(text[at]));
        at += if escape.is_some() { 3 } else { 1 };
    }
    out
}

/// Percent-encodes everything but letters, digits and `-._~`.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_dots_are_found() {
        for bad in [
            "x",
            "*",
            "",
            "/..",
            "/a/../b",
            "/a/./b",
            "/a/%2e%2e/b",
            "/a/.%2E/b",
            "/a%2f..%2fb",
            "/a/%252e%252e/b",
            "/a/%25252e%25252e/b",
            "/a\\..\\b",
            "/a/..;x=1/b",
            "/a%00b",
            "/a%0d%0ab",
        ] {
            assert_eq!(check(bad), Err(PathError), "{bad}");
        }
    }

    #[test]
    fn ordinary_paths_pass() {
        for good in [
            "/",
            "//",
            "/v0/management/auth-files",
            "/a/..b/c..",
            "/a/...",
            "/x%20y/%E4%BD%A0",
            "/a%2Fb",
            "/100%",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_management_api_is_recognised_however_it_is_written() {
        for path in [
            "/v0/management",
            "/v0/management/config",
            "//v0//management/x",
            "/v0/%6danagement",
            "/V0/Management/",
        ] {
            assert!(is_management(path), "{path}");
        }
        for path in ["/v0/resource/plugins/a", "/v1/models", "/", "/x/v0/management", "/v0/managementx"] {
            assert!(!is_management(path), "{path}");
        }
    }

    #[test]
    fn encoding_and_decoding() {
        assert_eq!(encode("a b/ü.json"), "a%20b%2F%C3%BC.json");
        assert_eq!(decode(b"a%20b%2F%C3%BC%zz%4"), "a b/ü%zz%4".as_bytes());
    }
}
