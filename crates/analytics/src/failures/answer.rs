//! What is said of failures.

use serde::Serialize;
use utoipa::ToSchema;

/// Failures by cause, most frequent first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FailuresAnswer {
    /// Attempts of the view, whatever their outcome.
    pub requests: i64,
    /// Failed attempts of the view.
    pub failed: i64,
    /// When it was computed, Unix milliseconds.
    pub generated_at_ms: i64,
    /// Where the bars of the groups stand.
    pub bars: FailureBars,
    /// The groups.
    pub items: Vec<FailureGroup>,
    /// Groups that are left out.
    pub more: usize,
}

/// Where bars stand: the two hours up to the present, or up to the end of the range if that is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct FailureBars {
    /// Start of the first, Unix milliseconds.
    pub from_ms: i64,
    /// Milliseconds.
    pub width_ms: i64,
    /// How many.
    pub count: usize,
}

/// Failures with the same cause.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FailureGroup {
    /// Provider of the credential, else of the event; `-` = not known.
    pub provider: String,
    /// First of account, label, masked source, handle that is known; null when none is, or with `group=cause`.
    #[schema(required)]
    pub account: Option<String>,
    /// The gateway's handle of the credential; null when it is not known or there are several.
    #[schema(required)]
    pub auth_index: Option<String>,
    /// Analytics model; null with `group=cause`.
    #[schema(required)]
    pub model: Option<String>,
    /// Upstream status.
    #[schema(required)]
    pub status_code: Option<i64>,
    /// Error code among the answer's headers.
    #[schema(required)]
    pub error_code: Option<String>,
    /// Error kind among the answer's headers; null when it is not known or there are several.
    #[schema(required)]
    pub error_kind: Option<String>,
    /// Failed attempts.
    pub failed: i64,
    /// Distinct request ids of them; null when not all were looked at, or one has none.
    #[schema(required)]
    pub requests: Option<i64>,
    /// Of those, answered by another attempt within an hour; null when not looked at.
    #[schema(required)]
    pub answered: Option<i64>,
    /// Distinct client keys.
    pub keys: usize,
    /// Distinct accounts.
    pub accounts: usize,
    /// Distinct analytics models.
    pub models: usize,
    /// Part of the view's attempts of the same provider, account and model, whatever their outcome; 0 to 1.
    pub share: f64,
    /// First failure ever that the view's filters let through, Unix milliseconds; null while the index is being built.
    #[schema(required)]
    pub first_seen_ms: Option<i64>,
    /// First failure in range, Unix milliseconds.
    pub first_in_range_ms: i64,
    /// Last failure in range, Unix milliseconds.
    pub last_seen_ms: i64,
    /// Whether the last one is at most ten minutes ago or, from five failures on, three usual intervals (at most an hour).
    pub ongoing: bool,
    /// Failures by bar, oldest first.
    pub bars: Vec<i64>,
    /// Row id of the newest failure.
    pub example_id: i64,
}
