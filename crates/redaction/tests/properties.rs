//! Masking of planted secrets in random surroundings.

use cpamp_redaction::{
    MARKER, mask_bounded, mask_json, mask_payload, mask_source, mask_text, sanitise_client_text,
};
use proptest::prelude::*;
use serde_json::Value;

/// A key of a known provider.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "sk-[a-zA-Z0-9]{20,48}",
        "sk-ant-api03-[a-zA-Z0-9_-]{20,60}",
        "sk-proj-[a-zA-Z0-9_-]{12,40}",
        "xai-[a-zA-Z0-9]{20,80}",
        "gsk_[a-zA-Z0-9]{12,52}",
        "AIza[0-9A-Za-z_-]{12,35}",
        "ghp_[a-zA-Z0-9]{36}",
        "hf_[a-zA-Z0-9]{30}",
        "eyJ[a-zA-Z0-9_-]{20,40}\\.eyJ[a-zA-Z0-9_-]{20,40}\\.[a-zA-Z0-9_-]{20}",
        "ya29\\.[a-zA-Z0-9_-]{30}",
    ]
}

/// A secret that only its name gives away.
fn opaque() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9!$*+._/~-]{10,30}[0-9][a-zA-Z]"
        .prop_filter("not an ordinary word", |s| !s.contains("..."))
}

fn secret_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "authorization",
        "Authorization",
        "proxy-authorization",
        "access_token",
        "accessToken",
        "refresh_token",
        "id_token",
        "token",
        "secret",
        "client_secret",
        "clientSecret",
        "password",
        "passwd",
        "api_key",
        "apiKey",
        "x-api-key",
        "Api-Key",
        "cookie",
        "Set-Cookie",
        "private_key",
        "X-Auth-Token",
        "session_token",
        "SECRET_KEY",
    ])
}

/// Text with an opaque secret, and the secret.
fn planted() -> impl Strategy<Value = (String, String)> {
    (secret_name(), opaque(), 0_usize..12).prop_map(|(name, secret, form)| {
        let text = match form {
            0 => format!("{{\"{name}\":\"{secret}\"}}"),
            1 => format!("{{\"{name}\": [\"{secret}\"], \"n\": 1}}"),
            2 => format!("{name}: {secret}\n"),
            3 => format!("{name}={secret}&n=1"),
            4 => format!("{{\\\"{name}\\\":\\\"{secret}\\\"}}"),
            5 => format!("{{\\\\\\\"{name}\\\\\\\":\\\\\\\"{secret}\\\\\\\"}}"),
            6 => format!("{{'{name}': '{secret}'}}"),
            7 => format!("{name}: Bearer {secret}"),
            8 => format!("\"{name}\":\"Basic {secret}\""),
            9 => format!("map[{name}:[{secret}] x:[y]]"),
            10 => format!("https://user:{}@host/", secret.replace('/', "-")),
            _ => format!("{{\"{name}\":\"{secret}"),
        };
        let secret = if form == 10 { secret.replace('/', "-") } else { secret };
        (text, secret)
    })
}

/// What may stand right before a key.
fn glue() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        " ", "\"", "'", "\\n", "\\t", "\\u0022", "%20", "%3D", ":", "=", "/", ",", "(", "[", "<b>", "密钥",
        "：", "\n", "\\\"", "é",
    ])
}

/// Surroundings made of what secrets are usually surrounded by, and of anything else.
fn surroundings() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "\"",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "=",
            "\\\"",
            "\\n",
            " ",
            "\n",
            "error",
            "token",
            "Bearer ",
            "cookie: ",
            "@",
            "://",
            "&",
            "?key=",
            "[redacted]",
            "sk-",
            "é",
            "密钥",
            "\\",
            "'",
            "...",
            "null",
            "%22",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// A number of cases that takes seconds; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if asked { cases } else { ProptestConfig { cases: 1500, ..cases } }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn planted_keys_never_survive(before in surroundings(), glue in glue(), key in key(), after in surroundings()) {
        let text = format!("{before}{glue}{key} {after}");
        let masked = mask_text(&text);
        prop_assert!(!masked.contains(&key), "{masked}");
    }

    #[test]
    fn planted_named_secrets_never_survive(before in "[a-z0-9 .,\\n{}]{0,30}", (text, secret) in planted(), after in "[a-z0-9 .,\\n{}]{0,30}") {
        let masked = mask_text(&format!("{before} {text} {after}"));
        prop_assert!(!masked.contains(&secret), "{masked}");
        let cut = mask_bounded(&format!("{before} {text} {after}"), 24);
        prop_assert!(!cut.contains(&secret));
    }

    #[test]
    fn payloads_never_show_planted_secrets(key in key(), opaque in opaque(), cut in 0_usize..400) {
        let record = serde_json::json!({
            "source": key, "api_key": opaque, "fail": {"status_code": 401, "body": format!("{{\"token\":\"{opaque}\"}} {key}")},
            "response_headers": {"Set-Cookie": [format!("sid={opaque}")], "Authorization": [format!("Basic {opaque}")]},
        });
        let text = record.to_string();
        let whole = mask_payload(text.as_bytes(), 4096);
        prop_assert!(!whole.contains(&key) && !whole.contains(&opaque), "{whole}");
        let broken = mask_payload(&text.as_bytes()[..cut.min(text.len())], 4096);
        prop_assert!(!broken.contains(&key) && !broken.contains(&opaque), "{broken}");
        let value = mask_json(record);
        prop_assert!(!value.to_string().contains(&opaque));
        prop_assert_eq!(mask_json(value.clone()), value);
    }

    #[test]
    fn masking_twice_is_masking_once(text in surroundings(), (planted, _) in planted(), key in key(), tail in surroundings()) {
        let once = mask_text(&format!("{text}{planted}{tail}{key}{text}"));
        prop_assert_eq!(mask_text(&once), once);
    }

    #[test]
    fn anything_can_be_masked(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..200), limit in 0_usize..64) {
        let once = mask_text(&text);
        prop_assert_eq!(mask_text(&once), once);
        let payload = mask_payload(&bytes, limit);
        prop_assert!(payload.len() <= limit + 3 || payload == MARKER);
        let bounded = mask_bounded(&text, limit);
        prop_assert_eq!(mask_bounded(&bounded, limit), bounded);
        let client = sanitise_client_text(&text, limit);
        prop_assert!(client.len() <= limit.max(3));
        let source = mask_source(&text);
        prop_assert_eq!(mask_source(&source), source);
    }

    #[test]
    fn texts_without_secrets_are_unchanged(words in prop::collection::vec(prop::sample::select(vec![
        "the", "quota", "of", "model", "gpt-5.4", "was", "exceeded,", "retry", "in", "30s;", "{\"type\":\"error\"}", "tokens:", "12",
        "see", "https://example.com/docs?a=b", "(limit", "5h)", "task-force", "AImproved", "错误", "\n", "claude-opus-4-6", "0.31",
    ]), 0..30)) {
        let text = words.join(" ");
        prop_assert_eq!(mask_text(&text), text);
    }

    #[test]
    fn masked_json_stays_json(key in key(), name in secret_name(), text in "[a-z \"\\\\]{0,10}") {
        let body = serde_json::json!({"error": {"message": format!("{text} {key}"), name: key, "n": 1}}).to_string();
        let masked = mask_text(&body);
        let parsed: Result<Value, _> = serde_json::from_str(&masked);
        prop_assert!(parsed.is_ok_and(|v| v["error"]["n"] == 1), "{masked}");
    }
}
