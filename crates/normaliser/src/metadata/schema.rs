//! The members that response metadata may have; metadata from outside is cut down to them.

use model::ResponseMetadata;
use serde_json::{Map, Value};

use super::{clean_text, number};

/// What a member may hold.
enum Shape {
    Text,
    /// A finite number.
    Number,
    /// A whole number.
    Integer,
    Bool,
    Group(&'static [(&'static str, Shape)]),
}

use Shape::{Bool, Group, Integer, Number, Text};

const WINDOW: Shape = Group(&[
    ("used_percent", Number),
    ("reset_at_ms", Integer),
    ("reset_after_seconds", Number),
    ("window_minutes", Number),
]);

const LIMIT: Shape = Group(&[("limit", Integer), ("remaining", Integer), ("reset_at_ms", Integer)]);

const UNIFIED: Shape = Group(&[
    ("status", Text),
    ("utilization", Number),
    ("reset_at_ms", Integer),
    ("surpassed_threshold", Number),
]);

const QUOTA: &[(&str, Shape)] = &[
    ("plan_type", Text),
    ("active_limit", Text),
    ("rate_limit_reached_type", Text),
    ("summary_window_kind", Text),
    ("summary_window_source", Text),
    ("reached_window_kind", Text),
    ("reached_window_source", Text),
    ("credits_balance", Text),
    ("credits_has_credits", Bool),
    ("credits_unlimited", Bool),
    ("primary_over_secondary_limit_percent", Number),
    ("primary", WINDOW),
    ("secondary", WINDOW),
    ("recover_at_ms", Integer),
    ("used_percent", Number),
    ("anthropic", Group(&[("primary", WINDOW), ("secondary", WINDOW)])),
];

const METADATA: &[(&str, Shape)] = &[
    ("quota", Group(QUOTA)),
    (
        "errors",
        Group(&[
            ("kind", Text),
            ("code", Text),
            ("authorization_error", Text),
            ("ide_error_code", Text),
            ("ide_root_error_code", Text),
            ("rate_limit_bypass", Text),
            ("should_retry", Bool),
            ("retry_after_seconds", Number),
            ("retry_after_recover_at_ms", Integer),
        ]),
    ),
    (
        "trace",
        Group(&[
            ("primary_trace_id", Text),
            ("openai_request_id", Text),
            ("request_id", Text),
            ("oneapi_request_id", Text),
            ("cloud_ai_companion_trace_id", Text),
            ("cf_ray", Text),
            ("eagle_id", Text),
            ("client_request_id", Text),
            ("zeabur_request_id", Text),
            ("traceparent", Text),
        ]),
    ),
    (
        "routing",
        Group(&[
            ("openai_proxy_wasm", Text),
            ("models_etag", Text),
            ("new_api_version", Text),
            ("server", Text),
            ("via", Text),
            ("cf_cache_status", Text),
            ("site_cache_status", Text),
            ("served_by", Text),
            ("mife_upstream_status", Text),
        ]),
    ),
    (
        "response",
        Group(&[
            ("content_type", Text),
            ("content_length", Integer),
            ("content_disposition", Text),
            ("server_timing", Text),
        ]),
    ),
    (
        "providers",
        Group(&[
            ("antigravity_trace_id", Text),
            ("antigravity_server_timing", Text),
            ("mife_upstream_status", Text),
            ("oneapi_request_id", Text),
            ("cloudflare_ray", Text),
            ("cloudflare_cache_status", Text),
        ]),
    ),
    (
        "rate_limit",
        Group(&[
            ("requests", LIMIT),
            ("tokens", LIMIT),
            (
                "anthropic",
                Group(&[
                    ("status", Text),
                    ("representative_claim", Text),
                    ("fallback", Text),
                    ("fallback_percentage", Number),
                    ("overage_status", Text),
                    ("overage_disabled_reason", Text),
                    ("reset_at_ms", Integer),
                    ("five_hour", UNIFIED),
                    ("seven_day", UNIFIED),
                    ("seven_day_oi", UNIFIED),
                    ("seven_day_opus", UNIFIED),
                    ("seven_day_sonnet", UNIFIED),
                    ("requests", LIMIT),
                    ("tokens", LIMIT),
                    ("input_tokens", LIMIT),
                    ("output_tokens", LIMIT),
                ]),
            ),
        ]),
    ),
    ("data_policy", Group(&[("retention_mode", Text), ("zero_retention", Bool)])),
    (
        "provider_usage",
        Group(&[
            ("provider", Text),
            ("kind", Text),
            ("state", Text),
            ("code", Text),
            ("model", Text),
            ("unit", Text),
            ("actual", Integer),
            ("limit", Integer),
            ("remaining", Integer),
            ("overage", Integer),
            ("window_kind", Text),
            ("observed_at_ms", Integer),
            ("recover_at_ms", Integer),
            ("recover_at_estimated", Bool),
            ("source", Text),
        ]),
    ),
];

/// Metadata from outside with only the known members, cleaned. Doing it again changes nothing.
pub(crate) fn sanitise(metadata: &Value) -> ResponseMetadata {
    ResponseMetadata(metadata.as_object().map(|members| group(members, METADATA)).unwrap_or_default())
}

/// The members of `quota` in their order.
pub(super) fn ordered_quota(mut quota: Map<String, Value>) -> Map<String, Value> {
    let mut ordered = Map::with_capacity(quota.len());
    for (name, _) in QUOTA {
        if let Some((name, value)) = quota.swap_remove_entry(*name) {
            ordered.insert(name, value);
        }
    }
    ordered
}

fn group(members: &Map<String, Value>, shapes: &[(&str, Shape)]) -> Map<String, Value> {
    let mut kept = Map::new();
    for (name, shape) in shapes {
        if let Some(value) = members.get(*name).and_then(|value| fit(value, shape)) {
            kept.insert((*name).to_owned(), value);
        }
    }
    kept
}

fn fit(value: &Value, shape: &Shape) -> Option<Value> {
    match (shape, value) {
        (Text, Value::String(text)) => {
            Some(clean_text(text)).filter(|text| !text.is_empty()).map(Value::from)
        }
        (Number, Value::Number(given)) => number(given.as_f64()?),
        (Integer, Value::Number(given)) => {
            let whole = given.as_i64().map(Value::from);
            whole.or_else(|| number(given.as_f64()?).filter(Value::is_i64))
        }
        (Bool, Value::Bool(_)) => Some(value.clone()),
        (Group(shapes), Value::Object(members)) => {
            Some(group(members, shapes)).filter(|group| !group.is_empty()).map(Value::Object)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_known_members_survive() {
        let metadata = json!({
            "quota": {"used_percent": 42.0, "plan_type": " plus\u{0}\n", "secret": "x", "primary": {"reset_at_ms": 5.5}},
            "trace": {"request_id": "Bearer abcdefghijkl", "cf_ray": 5, "eagle_id": ""},
            "cookies": {"a": "b"},
            "data_policy": {"zero_retention": "true"},
        });
        let kept = sanitise(&metadata);
        let expected = json!({
            "quota": {"plan_type": "plus", "used_percent": 42},
            "trace": {"request_id": "Bearer [redacted]"},
        });
        assert_eq!(Value::Object(kept.0.clone()), expected);
        assert_eq!(sanitise(&Value::Object(kept.0.clone())), kept);
    }

    #[test]
    fn other_kinds_of_metadata_are_dropped() {
        assert!(sanitise(&json!("text")).is_empty());
        assert!(sanitise(&json!([{"quota": {"plan_type": "x"}}])).is_empty());
    }
}
