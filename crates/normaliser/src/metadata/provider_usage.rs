//! Quota facts in the bodies of failures: xAI's exhausted free usage.

use serde_json::{Map, Value};

use super::{Group, clean_text};
use crate::time::parse_moment_ms;

/// The code that says so; nothing else counts.
const EXHAUSTED: &str = "subscription:free-usage-exhausted";

/// The window when the body names no reset, milliseconds.
const ROLLING_WINDOW_MS: i64 = 24 * 60 * 60 * 1000;

/// Longer bodies are not searched, bytes.
const BODY_MAX_BYTES: usize = 1024 * 1024;

const RESET_AT: [&str; 8] = [
    "reset_at",
    "resetAt",
    "resets_at",
    "resetsAt",
    "period_end",
    "periodEnd",
    "billing_period_end",
    "billingPeriodEnd",
];
const RESET_AFTER: [&str; 2] = ["reset_after_seconds", "resetAfterSeconds"];

/// What is known of a failure when its body is searched.
pub(crate) struct FailureFacts<'a> {
    pub provider: &'a str,
    pub provider_snapshot: &'a str,
    pub executor_type: &'a str,
    pub status: Option<i64>,
    pub body: &'a str,
    pub event_ms: i64,
}

/// `provider_usage` of a failure, if its body proves it.
pub(crate) fn provider_usage(facts: &FailureFacts<'_>) -> Option<Value> {
    if !matches!(facts.status, Some(402 | 429)) || !is_native_xai(facts) || facts.body.len() > BODY_MAX_BYTES
    {
        return None;
    }
    let body: Value = serde_json::from_str(facts.body.trim()).ok()?;
    member(&body, &["code"], &|value| (value.as_str()? == EXHAUSTED).then_some(()))?;
    let mut usage = Group::default();
    for (name, text) in
        [("provider", "xai"), ("kind", "included_free_usage"), ("state", "exhausted"), ("code", EXHAUSTED)]
    {
        usage.text(name, Some(text));
    }
    let mut texts = Vec::new();
    collect_texts(&body, &mut texts);
    usage.text("model", texts.iter().find_map(|text| model(text)).as_deref());
    usage.text("unit", Some("tokens"));
    if let Some((actual, limit)) = texts.iter().find_map(|text| amounts(text)) {
        usage.integer("actual", Some(actual));
        usage.integer("limit", Some(limit));
        usage.integer("remaining", Some(limit.saturating_sub(actual).max(0)));
        usage.integer("overage", Some(actual.saturating_sub(limit).max(0)));
    }
    usage.text("window_kind", Some("rolling_24h"));
    usage.integer("observed_at_ms", Some(facts.event_ms));
    let reported = RESET_AT.iter().find_map(|name| member(&body, &[name], &moment)).or_else(|| {
        let seconds = member(&body, &RESET_AFTER, &|value| number(value).filter(|seconds| *seconds > 0.0))?;
        Some(facts.event_ms.saturating_add((seconds * 1000.0) as i64))
    });
    usage.integer("recover_at_ms", reported.or(Some(facts.event_ms.saturating_add(ROLLING_WINDOW_MS))));
    if reported.is_none() {
        usage.bool("recover_at_estimated", Some(true));
    }
    usage.text("source", Some("response_body"));
    Some(Value::Object(usage.0))
}

/// Joins two findings: another kind replaces the older one; a reported recovery outlives an estimated one.
pub(super) fn merged(older: Option<Value>, newer: Value) -> Value {
    let (Some(Value::Object(older)), Value::Object(mut newer)) = (older, newer.clone()) else { return newer };
    let conflict = ["provider", "kind", "state", "code"]
        .iter()
        .any(|name| matches!((older.get(*name), newer.get(*name)), (Some(a), Some(b)) if a != b));
    if conflict {
        return Value::Object(newer);
    }
    let estimated =
        |usage: &Map<String, Value>| usage.get("recover_at_estimated") == Some(&Value::Bool(true));
    if older.contains_key("recover_at_ms") && !estimated(&older) && estimated(&newer) {
        newer.remove("recover_at_ms");
        newer.remove("recover_at_estimated");
    }
    let mut joined = older;
    if newer.contains_key("recover_at_ms") {
        joined.remove("recover_at_estimated");
    }
    joined.extend(newer);
    Value::Object(joined)
}

fn is_native_xai(facts: &FailureFacts<'_>) -> bool {
    let is_xai = |name: &str| name.eq_ignore_ascii_case("xai") || name.eq_ignore_ascii_case("x-ai");
    if is_xai(facts.provider) || is_xai(facts.provider_snapshot) {
        return true;
    }
    let executor: String = facts
        .executor_type
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let open = |name: &str| name.is_empty() || name.eq_ignore_ascii_case("grok");
    executor == "xaiexecutor" && open(facts.provider) && open(facts.provider_snapshot)
}

/// The first member of one of these names, at any depth, that `read` understands.
fn member<T>(value: &Value, names: &[&str], read: &impl Fn(&Value) -> Option<T>) -> Option<T> {
    match value {
        Value::Object(members) => names
            .iter()
            .find_map(|name| members.get(*name).and_then(read))
            .or_else(|| members.values().find_map(|value| member(value, names, read))),
        Value::Array(items) => items.iter().find_map(|value| member(value, names, read)),
        _ => None,
    }
}

fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => parse_moment_ms(text),
        Value::Number(number) => parse_moment_ms(&number.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => value.as_f64(),
    }
}

fn collect_texts<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect_texts(member, texts)),
        _ => {}
    }
}

/// What stands behind `marker`, whatever its case.
fn behind<'t>(text: &'t str, marker: &str) -> Option<&'t str> {
    let at = text.to_ascii_lowercase().find(marker)?;
    text.get(at + marker.len()..).map(str::trim_start)
}

/// The model in `… free usage for model grok-4 …`.
fn model(text: &str) -> Option<String> {
    let rest = behind(text, "free usage for model")?.trim_start_matches(['"', '\'', '`', ':', ' ']);
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':')))
        .unwrap_or(rest.len());
    let name = rest[..end].trim_end_matches(['.', ':', '/']);
    (!name.is_empty()).then(|| clean_text(name))
}

/// The two numbers in `tokens (actual/limit): 1,234/1,000`.
fn amounts(text: &str) -> Option<(i64, i64)> {
    let rest = behind(text, "tokens (actual/limit):")?;
    let (actual, limit) = rest.split_once('/')?;
    let count = |text: &str| {
        let digits: String = text.chars().filter(|c| *c != ',').collect();
        digits.parse::<i64>().ok()
    };
    let limit = limit.trim_start();
    let end = limit.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(limit.len());
    Some((count(actual.trim())?, count(limit[..end].trim_end_matches(','))?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts<'a>(provider: &'a str, executor_type: &'a str, body: &'a str) -> FailureFacts<'a> {
        FailureFacts {
            provider,
            provider_snapshot: "",
            executor_type,
            status: Some(429),
            body,
            event_ms: 1_000,
        }
    }

    const BODY: &str = r#"{"error":{"code":"subscription:free-usage-exhausted","message":"You used all free usage for model grok-4.1. tokens (actual/limit): 1,500/1,000."}}"#;

    #[test]
    fn exhausted_free_usage_is_recognised() {
        let usage = provider_usage(&facts("xai", "", BODY)).expect("usage");
        assert_eq!(
            usage,
            json!({"provider": "xai", "kind": "included_free_usage", "state": "exhausted",
                "code": EXHAUSTED, "model": "grok-4.1", "unit": "tokens", "actual": 1500, "limit": 1000,
                "remaining": 0, "overage": 500, "window_kind": "rolling_24h", "observed_at_ms": 1000,
                "recover_at_ms": 86_401_000, "recover_at_estimated": true, "source": "response_body"})
        );
    }

    #[test]
    fn only_native_xai_with_the_exact_code_counts() {
        assert!(provider_usage(&facts("grok", "XAI-Executor", BODY)).is_some());
        assert!(provider_usage(&facts("grok", "", BODY)).is_none());
        assert!(provider_usage(&facts("openai", "XAIExecutor", BODY)).is_none());
        let other = BODY.replace("subscription:free-usage-exhausted", "free-usage-exhausted");
        assert!(provider_usage(&facts("xai", "", &other)).is_none());
        assert!(provider_usage(&FailureFacts { status: Some(403), ..facts("xai", "", BODY) }).is_none());
        assert!(provider_usage(&facts("xai", "", "subscription:free-usage-exhausted")).is_none());
    }

    #[test]
    fn a_reported_reset_is_preferred() {
        let body = r#"{"code":"subscription:free-usage-exhausted","reset_after_seconds":60,"x":{"resetsAt":"1970-01-01T00:10:00Z"}}"#;
        let usage = provider_usage(&facts("xai", "", body)).expect("usage");
        assert_eq!(usage["recover_at_ms"], 600_000);
        assert_eq!(usage.get("recover_at_estimated"), None);
        let relative = r#"{"code":"subscription:free-usage-exhausted","reset_after_seconds":"60"}"#;
        assert_eq!(provider_usage(&facts("xai", "", relative)).expect("usage")["recover_at_ms"], 61_000);
    }

    #[test]
    fn an_estimate_never_replaces_a_report() {
        let reported = json!({"provider": "xai", "recover_at_ms": 5});
        let estimated =
            json!({"provider": "xai", "recover_at_ms": 9, "recover_at_estimated": true, "limit": 7});
        assert_eq!(
            merged(Some(reported.clone()), estimated.clone()),
            json!({"provider": "xai", "recover_at_ms": 5, "limit": 7})
        );
        assert_eq!(
            merged(Some(estimated.clone()), reported.clone()),
            json!({"provider": "xai", "recover_at_ms": 5, "limit": 7})
        );
        let other = json!({"provider": "y", "recover_at_ms": 9, "recover_at_estimated": true});
        assert_eq!(merged(Some(reported), other.clone()), other);
    }
}
