//! What is kept of an upstream answer's headers and of the quota facts in its body.
//!
//! The members are those of the reference. Ours, added beside them:
//!
//! - `rate_limit.anthropic`: `status`, `representative_claim`, `fallback`, `fallback_percentage`,
//!   `overage_status`, `overage_disabled_reason`, `reset_at_ms`; the unified windows `five_hour`, `seven_day`,
//!   `seven_day_oi`, `seven_day_opus`, `seven_day_sonnet`, each `status`, `utilization` (0 to 1 and above),
//!   `reset_at_ms`, `surpassed_threshold`; the limits `requests`, `tokens`, `input_tokens`, `output_tokens`, each
//!   `limit`, `remaining`, `reset_at_ms`.
//! - `quota.anthropic.primary` (five hours) and `.secondary` (seven days): the unified windows in the shape of
//!   the Codex windows, `used_percent`, `reset_at_ms`, `window_minutes`. The summary members of `quota` stay what
//!   the reference makes of Codex headers.

mod anthropic;
mod headers;
mod provider_usage;
mod quota;
mod schema;

use model::ResponseMetadata;
use serde_json::{Map, Value};

pub(crate) use provider_usage::{FailureFacts, provider_usage};
pub(crate) use schema::sanitise;

use crate::json::Raw;
use headers::Headers;

/// Longest text kept of one header, bytes.
const TEXT_MAX_BYTES: usize = 1024;

/// The facts in a `response_headers` object. `base_ms` is the time that relative times count from.
pub(crate) fn from_headers(headers: Raw<'_>, base_ms: i64) -> ResponseMetadata {
    let Some(headers) = Headers::read(headers) else { return ResponseMetadata::default() };
    let mut metadata = Map::new();
    let quota = quota::from_headers(&headers, base_ms);
    let errors = headers.errors(base_ms);
    for (name, group) in [
        ("quota", quota::summarised(quota, &errors)),
        ("errors", errors),
        ("trace", headers.trace()),
        ("routing", headers.routing()),
        ("response", headers.response()),
        ("providers", headers.providers()),
        ("rate_limit", headers.rate_limit()),
        ("data_policy", headers.data_policy()),
    ] {
        if !group.is_empty() {
            metadata.insert(name.to_owned(), Value::Object(group));
        }
    }
    ResponseMetadata(metadata)
}

/// Lays newer facts over older ones. Whatever follows from several facts is worked out again.
pub(crate) fn overlay(base: ResponseMetadata, newer: ResponseMetadata) -> ResponseMetadata {
    if newer.is_empty() {
        return base;
    }
    if base.is_empty() {
        return newer;
    }
    let mut merged = base.0;
    for (name, group) in newer.0 {
        if name == "provider_usage" {
            let older = merged.remove(&name);
            merged.insert(name, provider_usage::merged(older, group));
        } else {
            merge(merged.entry(name).or_insert(Value::Null), group);
        }
    }
    let errors = merged.get("errors").and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(Value::Object(quota)) = merged.remove("quota") {
        merged.insert("quota".to_owned(), Value::Object(quota::summarised(quota, &errors)));
    }
    // Also puts the members back into their order.
    sanitise(&Value::Object(merged))
}

fn merge(older: &mut Value, newer: Value) {
    match (older, newer) {
        (Value::Object(older), Value::Object(newer)) => {
            for (name, value) in newer {
                merge(older.entry(name).or_insert(Value::Null), value);
            }
        }
        (older, newer) => *older = newer,
    }
}

/// Makes a header's or a member's text fit to be kept: no control characters, no secrets, not too long.
fn clean_text(text: &str) -> String {
    let text = text.trim();
    let visible: String;
    let text = if text.chars().any(char::is_control) {
        visible = text.chars().filter(|c| !c.is_control()).collect();
        visible.trim()
    } else {
        text
    };
    redaction::mask_bounded(text, TEXT_MAX_BYTES - redaction::ELLIPSIS.len())
}

/// A number as JSON; whole numbers without a fraction, as the reference writes them.
pub(crate) fn number(value: f64) -> Option<Value> {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return Some(Value::from(value as i64));
    }
    serde_json::Number::from_f64(value).map(Value::Number)
}

/// A group of metadata members under construction; empty values are left out.
#[derive(Default)]
struct Group(Map<String, Value>);

impl Group {
    fn put(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value);
        }
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        self.put(name, text.filter(|text| !text.is_empty()).map(Value::from));
    }

    fn integer(&mut self, name: &str, value: Option<i64>) {
        self.put(name, value.map(Value::from));
    }

    fn number(&mut self, name: &str, value: Option<f64>) {
        self.put(name, value.and_then(number));
    }

    fn bool(&mut self, name: &str, value: Option<bool>) {
        self.put(name, value.map(Value::from));
    }

    fn group(&mut self, name: &str, group: Map<String, Value>) {
        self.put(name, (!group.is_empty()).then_some(Value::Object(group)));
    }
}
