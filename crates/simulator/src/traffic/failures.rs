//! What goes wrong upstream, and how it looks.

use super::catalogue::Provider;
use super::json;
use super::random::Random;

/// One kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: u16,
    /// Another account is tried after it.
    pub(super) retryable: bool,
}

/// Kinds with their share.
const KINDS: [(u16, bool, f64); 13] = [
    (429, true, 0.42),
    (401, true, 0.09),
    (402, true, 0.04),
    (403, true, 0.04),
    (400, false, 0.09),
    (404, false, 0.01),
    (408, true, 0.03),
    (499, false, 0.11),
    (500, true, 0.06),
    (502, true, 0.03),
    (503, true, 0.03),
    (504, true, 0.01),
    (529, true, 0.04),
];

pub(super) fn draw(provider: Provider, random: &mut Random) -> Failure {
    let (mut status, retryable, _) = KINDS[random.weighted(KINDS.iter().map(|kind| kind.2))];
    // Only Anthropic says 529.
    if status == 529 && provider != Provider::Claude {
        status = 503;
    }
    Failure { status, retryable }
}

/// The body of the failure, as CPA hands it on.
pub(super) fn body(
    provider: Provider,
    status: u16,
    plan: &str,
    resets_at_ms: i64,
    at_ms: i64,
    random: &mut Random,
) -> String {
    let seconds = (resets_at_ms - at_ms).max(1_000) / 1000;
    let request = random.bits();
    match (status, provider) {
        (499, _) => "context canceled".to_owned(),
        (408, _) => "stream error: stream disconnected before completion: stream closed before response.completed".to_owned(),
        (504, _) => "context deadline exceeded".to_owned(),
        (429, Provider::Codex) => format!(
            r#"{{"error":{{"type":"usage_limit_reached","message":"The usage limit has been reached","plan_type":"{plan}","resets_at":{},"eligible_promo":null,"resets_in_seconds":{seconds}}}}}"#,
            resets_at_ms / 1000
        ),
        (429, Provider::Claude) => claude("rate_limit_error", "This request would exceed your account's rate limit. Please try again later.", request),
        (429, Provider::Gemini | Provider::Vertex | Provider::Antigravity) => format!(
            r#"{{"error":{{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{}s"}}]}}}}"#,
            seconds.min(59)
        ),
        (429 | 402, Provider::Xai) => format!(
            r#"{{"code":"subscription:free-usage-exhausted","error":"You've used all the included free usage for model grok-4.5 for now. Usage resets over a rolling 24-hour window, tokens (actual/limit): {}/1000000"}}"#,
            1_000_000 + random.below(90_000)
        ),
        (429, Provider::Kimi) => r#"{"error":{"message":"We're receiving too many requests at the moment. Please wait a moment and try again","type":"rate_limit_reached_error"}}"#.to_owned(),
        (429, Provider::OpenRouter) => format!(
            r#"{{"error":{{"message":"Provider returned error","code":429,"metadata":{{"raw":"deepseek/deepseek-v3.2 is temporarily rate-limited upstream. Please retry shortly","provider_name":"DeepInfra"}}}},"user_id":"user_{request:016x}"}}"#
        ),
        (401, Provider::Claude) => claude("authentication_error", "OAuth token has been revoked. Please obtain a new token or refresh your existing token.", request),
        (401, Provider::Gemini | Provider::Vertex | Provider::Antigravity) => r#"{"error":{"code":401,"message":"Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.","status":"UNAUTHENTICATED"}}"#.to_owned(),
        (401, _) => r#"{"error":{"message":"Your authentication token has been invalidated. Please try signing in again.","type":"invalid_request_error","code":"token_invalidated","param":null},"status":401}"#.to_owned(),
        (402, Provider::Codex) => r#"{"detail":{"code":"deactivated_workspace"}}"#.to_owned(),
        (402, Provider::OpenRouter) => r#"{"error":{"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits","code":402}}"#.to_owned(),
        (402, _) => r#"{"error":{"message":"insufficient balance","type":"payment_required","code":"insufficient_quota"}}"#.to_owned(),
        (403, Provider::Claude) => claude("permission_error", "OAuth authentication is currently not allowed for this organization.", request),
        (403, Provider::Gemini | Provider::Vertex | Provider::Antigravity) => r#"{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}"#.to_owned(),
        (403, _) => r#"{"error":{"message":"Your account has been deactivated","type":"permission_error","code":"account_deactivated"}}"#.to_owned(),
        (400, Provider::Claude) => claude("invalid_request_error", &format!("prompt is too long: {} tokens > 200000 maximum", 200_001 + random.below(30_000)), request),
        (400, Provider::Gemini | Provider::Vertex | Provider::Antigravity) => r#"{"error":{"code":400,"message":"The input token count (1101433) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#.to_owned(),
        (400, _) => r#"{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}"#.to_owned(),
        (404, _) => r#"{"error":{"message":"The requested model does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}"#.to_owned(),
        (529, _) => claude("overloaded_error", "Overloaded", request),
        (500, Provider::Claude) => claude("api_error", "Internal server error", request),
        (502, _) => "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>".to_owned(),
        (503, Provider::Gemini | Provider::Vertex | Provider::Antigravity) => r#"{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#.to_owned(),
        (503, _) => r#"{"error":{"message":"The server is currently overloaded with other requests. Sorry about that! Please try again later.","type":"server_error","code":"server_is_overloaded"}}"#.to_owned(),
        _ => format!(
            r#"{{"error":{{"message":"The server had an error processing your request. You can retry your request. Please include the request ID req_{request:016x} in your email.","type":"server_error","param":null,"code":null}}}}"#
        ),
    }
}

fn claude(kind: &str, message: &str, request: u64) -> String {
    let mut out = String::from(r#"{"type":"error","error":{"type":""#);
    out.push_str(kind);
    out.push_str(r#"","message":"#);
    json::string(&mut out, message);
    out.push_str(r#"},"request_id":"req_011C"#);
    json::hex(&mut out, request, 16);
    out.push_str("\"}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_bodies_are_json_for_every_provider_and_status() {
        let mut random = Random::new(1);
        for provider in crate::traffic::catalogue::MODELS.iter().map(|model| model.provider) {
            for (status, ..) in KINDS {
                let body = body(provider, status, "plus", 2_000_000, 1_000_000, &mut random);
                assert!(!body.is_empty());
                if body.starts_with('{') {
                    assert!(
                        serde_json::from_str::<serde_json::Value>(&body).is_ok(),
                        "{provider:?} {status} {body}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_codex_limit_names_its_plan_and_reset() {
        let body = body(Provider::Codex, 429, "pro", 7_200_000 + 1_000_000, 1_000_000, &mut Random::new(1));
        let value: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        assert_eq!(value["error"]["plan_type"], "pro");
        assert_eq!(value["error"]["resets_in_seconds"], 7_200);
        assert_eq!(value["error"]["resets_at"], 8_200);
    }
}
