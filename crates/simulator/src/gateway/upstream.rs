//! Canned answers of the providers' own services, for `api-call`.

use serde_json::{Value, json};

use super::credentials::{Credential, time};
use crate::traffic::day::{FIVE_HOURS_MS, WEEK_MS, quota};
use crate::traffic::random::mix;
use crate::traffic::world::World;

/// One answer of an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canned {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// An answer that a test has put in place of the built-in ones.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    pub(crate) url_prefix: String,
    pub(crate) auth_index: Option<String>,
    pub(crate) answer: Canned,
}

const REVOKED: &str = r#"{"error":{"message":"Your authentication token has been invalidated. Please try signing in again.","type":"invalid_request_error","code":"token_invalidated"}}"#;

fn canned(status: u16, body: &Value) -> Canned {
    Canned { status, body: body.to_string() }
}

/// What the provider's service answers for this credential; `None` stands for an unknown `auth_index`.
pub(crate) fn answer(world: &World, credential: Option<&Credential>, url: &str, now_ms: i64) -> Canned {
    // Without a credential the placeholder goes out as it is, and nobody accepts it.
    let Some(credential) = credential else { return Canned { status: 401, body: REVOKED.to_owned() } };
    let account = world.accounts.iter().find(|account| account.auth_index == credential.auth_index);
    if account.is_some_and(|account| account.revoked) {
        return Canned { status: 401, body: REVOKED.to_owned() };
    }
    let number = account.map_or_else(|| mix(&[credential.auth_index.len() as u64]), |account| account.number);
    let (five, five_reset) = quota(number, FIVE_HOURS_MS, now_ms);
    let (week, week_reset) = quota(number, WEEK_MS, now_ms);
    let without_scheme = url.trim_start_matches("https://").trim_start_matches("http://");
    let (host, path) = without_scheme.split_at(without_scheme.find('/').unwrap_or(without_scheme.len()));
    let window = |used: i64, seconds: i64, reset_ms: i64| {
        json!({
            "used_percent": used,
            "limit_window_seconds": seconds,
            "reset_after_seconds": (reset_ms - now_ms) / 1000,
            "reset_at": reset_ms / 1000,
        })
    };
    match (host, path) {
        ("chatgpt.com", "/backend-api/wham/usage") => {
            let reached = five >= 100 || week >= 100;
            canned(
                200,
                &json!({
                    "plan_type": credential.plan(),
                    "rate_limit": {
                        "allowed": !reached,
                        "limit_reached": reached,
                        "primary_window": window(five, 18_000, five_reset),
                        "secondary_window": window(week, 604_800, week_reset),
                    },
                }),
            )
        }
        ("chatgpt.com", "/backend-api/wham/rate-limit-reset-credits") => canned(
            200,
            &json!({
                "available_count": 1,
                "credits": [{
                    "id": format!("credit-{number}"),
                    "reset_type": "codex_rate_limits",
                    "status": "available",
                    "expires_at": time(now_ms + 20 * 86_400_000),
                }],
            }),
        ),
        ("chatgpt.com", "/backend-api/wham/rate-limit-reset-credits/consume") => {
            canned(200, &json!({ "code": "reset" }))
        }
        ("api.anthropic.com", "/api/oauth/usage") => canned(
            200,
            &json!({
                "five_hour": { "utilization": five, "resets_at": time(five_reset) },
                "seven_day": { "utilization": week, "resets_at": time(week_reset) },
                "seven_day_opus": null,
                "seven_day_sonnet": { "utilization": week / 2, "resets_at": time(week_reset) },
                "extra_usage": { "is_enabled": false, "monthly_limit": null, "used_credits": null, "utilization": null },
            }),
        ),
        ("api.anthropic.com", "/api/oauth/profile") => {
            let plan = account.map_or("pro", |account| account.plan);
            canned(
                200,
                &json!({
                    "account": { "has_claude_max": plan == "max", "has_claude_pro": plan == "pro" },
                    "organization": { "organization_type": if plan == "team" { "claude_team" } else { "claude_max" } },
                }),
            )
        }
        ("api.kimi.com", "/coding/v1/usages") => canned(
            200,
            &json!({
                "usage": { "limit": "2048", "used": (week * 20).to_string(), "remaining": (2048 - week * 20).to_string(), "resetTime": time(week_reset) },
                "limits": [{
                    "window": { "duration": 300, "timeUnit": "TIME_UNIT_MINUTE" },
                    "detail": { "limit": "200", "used": (five * 2).to_string(), "remaining": (200 - five * 2).to_string(), "resetTime": time(five_reset) },
                }],
            }),
        ),
        ("cli-chat-proxy.grok.com", "/v1/billing?format=credits") => canned(
            200,
            &json!({ "config": {
            "current_period": { "type": "USAGE_PERIOD_TYPE_WEEKLY", "start": time(week_reset - WEEK_MS), "end": time(week_reset) },
            "credit_usage_percent": week,
            "on_demand_cap": { "val": 0 },
            "on_demand_used": { "val": 0 },
            "product_usage": [{ "product": "GrokBuild", "usage_percent": week }],
        } }),
        ),
        ("cli-chat-proxy.grok.com", "/v1/billing") => canned(
            200,
            &json!({ "config": {
            "monthly_limit": { "val": 2000 },
            "used": { "val": week * 20 },
            "billing_period_end": time(week_reset),
        } }),
        ),
        ("api.x.ai", "/v1/me") => canned(
            200,
            &json!({ "user_id": format!("user-{number}"), "team_id": format!("team-{number}"), "team_blocked": false }),
        ),
        ("cli-chat-proxy.grok.com" | "api.x.ai", "/v1/responses") => canned(
            200,
            &json!({
                "status": "completed",
                "error": null,
                "output": [{ "type": "message", "content": [{ "type": "output_text", "text": "ok" }] }],
            }),
        ),
        (host, path) if host.contains("cloudcode-pa") => cloud_code(path, five, five_reset, week, week_reset),
        _ => canned(404, &json!({ "error": { "message": "no canned answer for this address" } })),
    }
}

fn cloud_code(path: &str, five: i64, five_reset: i64, week: i64, week_reset: i64) -> Canned {
    let left = |used: i64| (100 - used) as f64 / 100.0;
    match path {
        "/v1internal:retrieveUserQuotaSummary" => canned(
            200,
            &json!({ "groups": [
            { "displayName": "Gemini Models", "buckets": [
                { "bucketId": "gemini-5h", "window": "5h", "remainingFraction": left(five), "resetTime": time(five_reset) },
                { "bucketId": "gemini-weekly", "window": "weekly", "remainingFraction": left(week), "resetTime": time(week_reset) },
            ] },
            { "displayName": "Claude and GPT models", "buckets": [
                { "bucketId": "3p-weekly", "window": "weekly", "remainingFraction": left(week / 2), "resetTime": time(week_reset) },
            ] },
        ] }),
        ),
        "/v1internal:fetchAvailableModels" => canned(
            200,
            &json!({ "models": {
            "gemini-3.1-pro-high": { "quotaInfo": { "remainingFraction": left(five), "resetTime": time(five_reset) } },
            "claude-opus-4-6-thinking": { "quotaInfo": { "remainingFraction": left(week), "resetTime": time(week_reset) } },
        } }),
        ),
        "/v1internal:loadCodeAssist" => canned(
            200,
            &json!({
                "currentTier": { "id": "free-tier" },
                "paidTier": { "id": "g1-pro-tier" },
            }),
        ),
        _ => canned(404, &json!({ "error": { "code": 404, "status": "NOT_FOUND" } })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::credentials::of_world;

    #[test]
    fn every_known_address_answers_for_a_healthy_account_and_refuses_a_revoked_one() {
        let now_ms = 1_795_424_770_000;
        let world = World::new(1, "/auths");
        let files = of_world(&world, "/auths", now_ms);
        let revoked = |file: &&Credential| {
            world.accounts.iter().any(|account| account.auth_index == file.auth_index && account.revoked)
        };
        let healthy = files.values().find(|file| !revoked(file));
        for url in [
            "https://chatgpt.com/backend-api/wham/usage",
            "https://chatgpt.com/backend-api/wham/rate-limit-reset-credits",
            "https://api.anthropic.com/api/oauth/usage",
            "https://api.anthropic.com/api/oauth/profile",
            "https://api.kimi.com/coding/v1/usages",
            "https://cli-chat-proxy.grok.com/v1/billing?format=credits",
            "https://cli-chat-proxy.grok.com/v1/billing",
            "https://api.x.ai/v1/me",
            "https://daily-cloudcode-pa.googleapis.com/v1internal:retrieveUserQuotaSummary",
        ] {
            assert_eq!(answer(&world, healthy, url, now_ms).status, 200, "{url}");
            assert_eq!(answer(&world, files.values().find(revoked), url, now_ms).status, 401, "{url}");
        }
        assert_eq!(answer(&world, None, "https://api.x.ai/v1/me", now_ms).status, 401);
        assert_eq!(answer(&world, healthy, "https://example.org/", now_ms).status, 404);
    }
}
