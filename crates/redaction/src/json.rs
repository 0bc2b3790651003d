//! Masking of JSON documents and of payloads that should have been JSON.

use serde_json::Value;

use crate::source::mask_any_source;
use crate::{ELLIPSIS, MARKER, bounded, mask, mask_bounded, sanitise_client_text};

/// The longest payload that is parsed to be masked; longer ones are masked as text.
const MAX_PARSED_BYTES: usize = 256 * 1024;

/// Longest user agent, address list and address that are kept, bytes.
const CLIENT_MEMBERS: [(&str, usize); 3] =
    [("client_ip", 64), ("x_forwarded_for", 2048), ("user_agent", 1024)];

/// Whether a member of this name holds a secret, in any spelling: `api_key`, `apiKey`, `API-KEY`, `x-api-key`.
pub fn is_secret_member(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | ' ' | '.'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    // A digest of a token is no token.
    if name.ends_with("sha256") || name.ends_with("hash") {
        return false;
    }
    matches!(
        name.as_str(),
        "key" | "keys" | "cookie" | "cookies" | "bearer" | "pwd" | "sig" | "signature" | "jwt" | "assertion"
    ) || [
        "apikey",
        "apikeys",
        "authorization",
        "setcookie",
        "token",
        "accesskey",
        "privatekey",
        "sessionkey",
        "passwd",
        "passphrase",
        "managementkey",
        "adminkey",
    ]
    .iter()
    .any(|suffix| name.ends_with(suffix))
        || name.contains("secret")
        || name.contains("password")
}

/// Masks a JSON document: members that are secret by name, the upstream account (`source`), client texts, and
/// secrets inside any other text.
pub fn mask_json(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(mask(&text).into_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(mask_json).collect()),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let value = mask_member(&name, value);
                    (mask(&name).into_owned(), value)
                })
                .collect(),
        ),
        other => other,
    }
}

fn mask_member(name: &str, value: Value) -> Value {
    let empty = match &value {
        Value::Null | Value::Bool(_) => true,
        Value::String(text) => text.is_empty() || text == MARKER,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Number(_) => false,
    };
    if is_secret_member(name) && !empty {
        return Value::String(MARKER.to_owned());
    }
    match value {
        Value::String(text) if name.eq_ignore_ascii_case("source") => {
            Value::String(mask(&mask_any_source(&text)).into_owned())
        }
        Value::String(text) => {
            let limit = CLIENT_MEMBERS.iter().find(|(member, _)| member.eq_ignore_ascii_case(name));
            let text = limit.map_or(text.clone(), |(_, limit)| sanitise_client_text(&text, *limit));
            Value::String(mask(&text).into_owned())
        }
        other => mask_json(other),
    }
}

/// Masks a payload of any kind and cuts it to `max_bytes` plus `...`.
///
/// JSON is masked by its structure; what is not JSON, was cut off, is very long or is not even UTF-8 is masked as
/// text.
pub fn mask_payload(payload: &[u8], max_bytes: usize) -> String {
    if payload.len() <= MAX_PARSED_BYTES
        && let Ok(value) = serde_json::from_slice::<Value>(payload)
    {
        // The text pass is a second net below the structural one.
        return mask_bounded(&mask_json(value).to_string(), max_bytes);
    }
    let readable = &payload[..payload.len().min(max_bytes.saturating_mul(4).saturating_add(4))];
    let text = mask_bounded(&mask_raw_source(&String::from_utf8_lossy(readable)), max_bytes);
    let cut = readable.len() < payload.len() && !text.ends_with(ELLIPSIS);
    if cut { bounded(&format!("{text}{ELLIPSIS}"), max_bytes).into_owned() } else { text }
}

/// Masks the values of `"source"` members in text that does not parse; they may be upstream keys of any shape.
fn mask_raw_source(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\"source\"") {
        let value = at + 8;
        let gap = rest[value..].bytes().take_while(|b| b.is_ascii_whitespace() || *b == b':').count();
        let open = value + gap;
        if !rest[open..].starts_with('"') {
            masked.push_str(&rest[..open]);
            rest = &rest[open..];
            continue;
        }
        masked.push_str(&rest[..=open]);
        rest = &rest[open + 1..];
        let end = rest.find('"').unwrap_or(rest.len());
        let source = &rest[..end];
        // A cut value no longer shows what it was.
        masked.push_str(&if end == rest.len() { MARKER.to_owned() } else { mask_any_source(source) });
        rest = &rest[end..];
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_members_are_masked_in_any_spelling() {
        let text = r#"{"api_key":"client-key-a","apiKey":"k1","Api Key":"k2","accessToken":"t","client_secret_v2":["s"],
            "cookie":{"a":1},"access_token_sha256":"9c0f","tokens":{"input_tokens":3},"api-keys":["a","b"],
            "source":"dev@example.org","fail":{"body":"Authorization: Basic Zm9vOmJhcg=="},"token":"","password":12}"#;
        let masked = mask_json(serde_json::from_str(text).expect("json")).to_string();
        assert_eq!(
            masked,
            r#"{"api_key":"[redacted]","apiKey":"[redacted]","Api Key":"[redacted]","accessToken":"[redacted]","client_secret_v2":"[redacted]","cookie":"[redacted]","access_token_sha256":"9c0f","tokens":{"input_tokens":3},"api-keys":"[redacted]","source":"dev***@example.org","fail":{"body":"Authorization: [redacted]"},"token":"","password":"[redacted]"}"#
        );
    }

    #[test]
    fn broken_payloads_are_masked_as_text() {
        let cut = br#"{"source":"vk-upstream-1","api_key":"client-key-a","fail":{"body":"{\"token\":\"abcd-"#;
        assert_eq!(
            mask_payload(cut, 4096),
            r#"{"source":"m:vk-u...am-1","api_key":"[redacted]","fail":{"body":"{\"token\":\"[redacted]"#
        );
        assert_eq!(mask_payload(br#"{"source":"vk-upstre"#, 4096), r#"{"source":"[redacted]"#);
        assert_eq!(
            mask_payload(b"\xff\xfe password=\xffhunter2", 4096),
            "\u{fffd}\u{fffd} password=[redacted]"
        );
    }

    #[test]
    fn long_payloads_are_cut_and_say_so() {
        let long = format!("{{\"a\":\"{}\"}}", "b ".repeat(300_000));
        let masked = mask_payload(long.as_bytes(), 100);
        assert_eq!(masked.len(), 103);
        assert!(masked.ends_with("..."));
        assert_eq!(mask_payload(masked.as_bytes(), 100), masked);
    }
}
