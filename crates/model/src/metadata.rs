//! What is kept of an upstream answer's headers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The allow-listed, masked facts of an upstream answer: quota, errors, trace ids, routing, rate limits.
///
/// The paths are those of `ingestion-and-storage.md` §2.7; an empty object means that nothing was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseMetadata(pub Map<String, Value>);

impl ResponseMetadata {
    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value at a dotted path, for example `quota.primary.used_percent`.
    pub fn at(&self, path: &str) -> Option<&Value> {
        let mut names = path.split('.');
        let mut value = self.0.get(names.next()?)?;
        for name in names {
            value = value.get(name)?;
        }
        Some(value)
    }

    fn text(&self, path: &str) -> String {
        self.at(path).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// The few header facts that lists and filters show; normally a projection of [`ResponseMetadata`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HeaderSummary {
    /// When the most used quota window recovers, Unix milliseconds.
    pub quota_recover_at_ms: Option<i64>,
    /// Use of the most used quota window, percent.
    pub quota_used_percent: Option<f64>,
    /// The provider's plan name.
    pub quota_plan_type: String,
    /// `auth`, `identity` or `rate_limit`.
    pub error_kind: String,
    /// The provider's error code.
    pub error_code: String,
    /// The first trace id of the answer.
    pub trace_id: String,
}

impl HeaderSummary {
    /// The summary that the metadata implies.
    pub fn from_metadata(metadata: &ResponseMetadata) -> Self {
        Self {
            quota_recover_at_ms: metadata
                .at("quota.recover_at_ms")
                .and_then(Value::as_i64)
                .filter(|ms| *ms > 0),
            quota_used_percent: metadata.at("quota.used_percent").and_then(Value::as_f64),
            quota_plan_type: metadata.text("quota.plan_type"),
            error_kind: metadata.text("errors.kind"),
            error_code: metadata.text("errors.code"),
            trace_id: metadata.text("trace.primary_trace_id"),
        }
    }
}
