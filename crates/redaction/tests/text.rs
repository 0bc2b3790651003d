//! Masking of free text by example.
#![expect(clippy::expect_used, reason = "tests")]

use cpamp_redaction::{MARKER, mask_text};

/// Texts, and what must become of them (`§` stands for the marker).
const MASKED: &[(&str, &str)] = &[
    // What the reference masks too.
    ("Authorization: Bearer sk-ant-fake-secret-0123456789abcdef", "Authorization: §"),
    ("authorization = abc.def, next", "authorization = §, next"),
    ("got Bearer abcdefgh12.~+/= back", "got Bearer § back"),
    ("refresh_token=1234567890abc&x=1", "refresh_token=§&x=1"),
    (r#"{"id_token":"abc.def","a":1}"#, r#"{"id_token":"§","a":1}"#),
    ("x-api-key: abc123", "x-api-key: §"),
    ("API key: hello-there", "API key: §"),
    ("sk-proj-abcdef and sk-ant-abcdef and sk-abcdef", "§ and § and §"),
    ("sess-abc_12 ghp_abcdef hf_abcdef pk_abcdef rk_abcdef", "§ § § § §"),
    ("github_pat_0123456789_0123456789 AIzaSyA-B_c1", "§ §"),
    (r#"{"cookie":"a=b; c=d"}"#, r#"{"cookie":"§"}"#),
    ("Set-Cookie: __cf_bm=fake; path=/\nServer: x", "Set-Cookie: §\nServer: x"),
    ("mail dev.person@example.org now", "mail d***@example.org now"),
    // Header arrays.
    (r#"{"Set-Cookie":["a=b; path=/","c=d"],"Server":["x"]}"#, r#"{"Set-Cookie":["§"],"Server":["x"]}"#),
    (r#"{"Authorization":["Bearer x"]}"#, r#"{"Authorization":["§"]}"#),
    ("map[Authorization:[Basic eHk6eg==] Server:[x]]", "map[Authorization:§ Server:[x]]"),
    (r#"{"X-Api-Key":["k"#, r#"{"X-Api-Key":["§"]"#),
    // Every authorization scheme.
    (r#"{"authorization":"Basic Zm9vOmJhcg=="}"#, r#"{"authorization":"§"}"#),
    ("Authorization: Basic xyz", "Authorization: §"),
    ("proxy-authorization: Digest username=\"u\", response=\"0123\"\nnext", "proxy-authorization: §\nnext"),
    ("Authorization: Custom c3VwZXI5 end", "Authorization: § end"),
    ("Authorization: required for this", "Authorization: § for this"),
    ("Basic dXNlcjpwYXNzd29yZA== was refused", "Basic § was refused"),
    // More keys.
    ("xai-abcdefgh1234 gsk_abcdefgh csk-abcdefgh12", "§ § §"),
    ("AKIAIOSFODNN7EXAMPLE ya29.a0AfH6SMBx GOCSPX-abcdefghij", "§ § §"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_1.", "§."),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nok", "§\nok"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE", "§"),
    // JSON members in any spelling.
    (
        r#"{"token":"abc","secret":"d e f","password":"g\"h","accessToken":"i","clientSecret":5}"#,
        r#"{"token":"§","secret":"§","password":"§","accessToken":"§","clientSecret":§}"#,
    ),
    (
        r#"{"apiKey" : "abc", "private_key": {"d":"x"}, "session_key": null}"#,
        r#"{"apiKey" : "§", "private_key": "§", "session_key": null}"#,
    ),
    ("{'token': 'abc def', 'n': 1}", "{'token': '§', 'n': 1}"),
    // JSON inside JSON strings.
    (
        r#"{"body":"{\"access_token\":\"a b\\\"c\",\"n\":1}"}"#,
        r#"{"body":"{\"access_token\":\"§\",\"n\":1}"}"#,
    ),
    (r#"\\\"password\\\":\\\"x y\\\",\\\"n\\\":1"#, r#"\\\"password\\\":\\\"§\\\",\\\"n\\\":1"#),
    (r#"\u0022token\u0022:\u0022abc\u0022,1"#, r#"\u0022token\u0022:\u0022§\u0022,1"#),
    ("&quot;token&quot;:&quot;a b&quot; x", "&quot;token&quot;:&quot;§&quot; x"),
    (r#"error:\nsk-abcdefgh\tsk-ijklmnop"#, r"error:\n§\t§"),
    (r#""\"Set-Cookie\":[\"a=b\"],\"x\":1""#, r#""\"Set-Cookie\":[\"§\"],\"x\":1""#),
    // URLs.
    ("https://user:pa@ss@host.example/path", "https://§@host.example/path"),
    ("GET https://h/v1?key=abcd1234&alt=sse", "GET https://h/v1?key=§&alt=sse"),
    ("https://h/?a=1&api_key=xyz9&sig=deadbeef#f", "https://h/?a=1&api_key=§&sig=§#f"),
    ("redis://:hunter2@localhost:6379", "redis://§@localhost:6379"),
    ("%22token%22%3A%22abc%22", "%22token%22%3A%22§%22"),
    // Chinese prose glues.
    ("密钥sk-abcdef123。token：abc123", "密钥§。token：§"),
    ("OPENAI_API_KEY=abc AWS_SECRET_ACCESS_KEY=def", "OPENAI_API_KEY=§ AWS_SECRET_ACCESS_KEY=§"),
    ("cookie: sid=\"a b\"; x=1\" tail", "cookie: §\" tail"),
    ("fooAIzaSyA0123456789abcdefghij", "foo§"),
    // A message that was cut in the middle of a value.
    (r#"{"access_token":"abcdef gh"#, r#"{"access_token":"§"#),
];

/// Ordinary texts that stay as they are.
const KEPT: &[&str] = &[
    "",
    "AImproved is not a key, and AIza is short",
    "task-management of the disk-encryption and risk-assessment",
    "prompt is too long: 214512 tokens > 200000 maximum",
    r#"{"usage":{"total_tokens":12,"input_tokens":5,"token_count":7},"model":"gpt-5"}"#,
    "Unexpected token < in JSON at position 0",
    "unexpected token: identifier",
    "max_token: 4096",
    "Your authentication token has been invalidated. Please try signing in again.",
    r#"{"error":{"message":"Invalid API key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
    "Basic authentication is not supported, bearer authentication is required",
    "the secretary asked for a token of appreciation",
    "npm install left-pad@1.2.3 and react@19.0.0-rc.1",
    "https://api.example.com/v1/chat/completions?alt=sse&monkey=no",
    r#"{"token":null,"password":"","secrets":[],"cookie":{}}"#,
    "xai-grok-4-fast is a model",
    "x-openai-authorization-error: 401",
    "stream error: stream disconnected before completion: stream closed before response.completed",
    "cookie policy; token bucket; password rules",
    "8f00fake-HKG 1.1 google BaseHTTP/0.6 Python/3.11.7",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "错误：请求过多，请稍后再试",
];

#[test]
fn secrets_are_masked_and_the_rest_is_kept() {
    for (text, expected) in MASKED {
        let expected = expected.replace('§', MARKER);
        assert_eq!(mask_text(text), expected, "masking {text}");
        assert_eq!(mask_text(&expected), expected, "masking again");
    }
}

#[test]
fn ordinary_texts_are_not_touched() {
    for text in KEPT {
        assert_eq!(mask_text(text), *text);
    }
}

#[test]
fn the_recorded_failure_bodies_keep_their_structure() {
    let body = r#"{"error": {"message": "Your account has been deactivated, Authorization: Bearer sk-ant-fake-secret-0123456789abcdef", "type": "permission_error", "code": "account_deactivated"}}"#;
    let masked = mask_text(body);
    assert_eq!(
        masked,
        r#"{"error": {"message": "Your account has been deactivated, Authorization: [redacted]", "type": "permission_error", "code": "account_deactivated"}}"#
    );
    let value: serde_json::Value = serde_json::from_str(&masked).expect("still JSON");
    assert_eq!(value["error"]["code"], "account_deactivated");
}

#[test]
fn hostile_texts_take_linear_time() {
    let units = [
        "token:[",
        "://",
        "@",
        "a@",
        "cookie:\"=",
        "\\\\\\",
        "authorization ",
        "sk-",
        "ask-",
        "eyJ",
        "?key=",
        "?key=#",
        "{\"token\":[\"",
        "a%40",
        "secret_",
        "token:\"",
        "token:[\\",
        "Bearer ",
        "-----BEGIN PRIVATE KEY-----",
        "password=' ",
        "@a.",
        "sk_",
    ];
    for unit in units {
        let text = unit.repeat(100_000 / unit.len());
        let start = std::time::Instant::now();
        let masked = mask_text(&text);
        // A pass takes milliseconds; quadratic time would take minutes.
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "{unit} took {:?}", start.elapsed());
        assert!(masked.len() <= text.len() * 3);
    }
}
