//! Anthropic's rate-limit headers, which the reference does not read.

use serde_json::{Map, Value};

use super::Group;
use super::headers::Headers;

/// How all of them begin.
pub(super) const PREFIX: &str = "anthropic-ratelimit-";

/// A unified window: its member here and the header names of use, reset, status and threshold.
const WINDOWS: [(&str, [&str; 4]); 5] = [
    (
        "five_hour",
        [
            "anthropic-ratelimit-unified-5h-utilization",
            "anthropic-ratelimit-unified-5h-reset",
            "anthropic-ratelimit-unified-5h-status",
            "anthropic-ratelimit-unified-5h-surpassed-threshold",
        ],
    ),
    (
        "seven_day",
        [
            "anthropic-ratelimit-unified-7d-utilization",
            "anthropic-ratelimit-unified-7d-reset",
            "anthropic-ratelimit-unified-7d-status",
            "anthropic-ratelimit-unified-7d-surpassed-threshold",
        ],
    ),
    (
        "seven_day_oi",
        [
            "anthropic-ratelimit-unified-7d_oi-utilization",
            "anthropic-ratelimit-unified-7d_oi-reset",
            "anthropic-ratelimit-unified-7d_oi-status",
            "anthropic-ratelimit-unified-7d_oi-surpassed-threshold",
        ],
    ),
    (
        "seven_day_opus",
        [
            "anthropic-ratelimit-unified-7d_opus-utilization",
            "anthropic-ratelimit-unified-7d_opus-reset",
            "anthropic-ratelimit-unified-7d_opus-status",
            "anthropic-ratelimit-unified-7d_opus-surpassed-threshold",
        ],
    ),
    (
        "seven_day_sonnet",
        [
            "anthropic-ratelimit-unified-7d_sonnet-utilization",
            "anthropic-ratelimit-unified-7d_sonnet-reset",
            "anthropic-ratelimit-unified-7d_sonnet-status",
            "anthropic-ratelimit-unified-7d_sonnet-surpassed-threshold",
        ],
    ),
];

/// A limit: its member here and the header names of limit, remaining and reset.
const LIMITS: [(&str, [&str; 3]); 4] = [
    (
        "requests",
        [
            "anthropic-ratelimit-requests-limit",
            "anthropic-ratelimit-requests-remaining",
            "anthropic-ratelimit-requests-reset",
        ],
    ),
    (
        "tokens",
        [
            "anthropic-ratelimit-tokens-limit",
            "anthropic-ratelimit-tokens-remaining",
            "anthropic-ratelimit-tokens-reset",
        ],
    ),
    (
        "input_tokens",
        [
            "anthropic-ratelimit-input-tokens-limit",
            "anthropic-ratelimit-input-tokens-remaining",
            "anthropic-ratelimit-input-tokens-reset",
        ],
    ),
    (
        "output_tokens",
        [
            "anthropic-ratelimit-output-tokens-limit",
            "anthropic-ratelimit-output-tokens-remaining",
            "anthropic-ratelimit-output-tokens-reset",
        ],
    ),
];

/// `rate_limit.anthropic`.
pub(super) fn rate_limit(headers: &Headers) -> Map<String, Value> {
    let mut group = Group::default();
    group.text("status", headers.text("anthropic-ratelimit-unified-status"));
    group.text("representative_claim", headers.text("anthropic-ratelimit-unified-representative-claim"));
    group.text("fallback", headers.text("anthropic-ratelimit-unified-fallback"));
    group.number("fallback_percentage", headers.number("anthropic-ratelimit-unified-fallback-percentage"));
    group.text("overage_status", headers.text("anthropic-ratelimit-unified-overage-status"));
    group
        .text("overage_disabled_reason", headers.text("anthropic-ratelimit-unified-overage-disabled-reason"));
    group.integer("reset_at_ms", headers.moment_ms("anthropic-ratelimit-unified-reset"));
    for (name, [utilization, reset, status, threshold]) in WINDOWS {
        let mut window = Group::default();
        window.text("status", headers.text(status));
        window.number("utilization", headers.number(utilization));
        window.integer("reset_at_ms", headers.moment_ms(reset));
        window.number("surpassed_threshold", headers.number(threshold));
        group.group(name, window.0);
    }
    for (name, [limit, remaining, reset]) in LIMITS {
        let mut limits = Group::default();
        limits.integer("limit", headers.count(limit));
        limits.integer("remaining", headers.count(remaining));
        limits.integer("reset_at_ms", headers.moment_ms(reset));
        group.group(name, limits.0);
    }
    group.0
}

/// `quota.anthropic`: the two unified windows in the shape of the Codex windows.
pub(super) fn windows(headers: &Headers) -> Map<String, Value> {
    let mut group = Group::default();
    for (name, (_, [utilization, reset, ..]), minutes) in
        [("primary", WINDOWS[0], 300), ("secondary", WINDOWS[1], 10_080)]
    {
        let used = headers.number(utilization);
        let reset_at_ms = headers.moment_ms(reset);
        if used.is_none() && reset_at_ms.is_none() {
            continue;
        }
        let mut window = Group::default();
        // Six digits are more than the header has; they hide the error of binary fractions.
        window.number("used_percent", used.map(|used| (used * 1e8).round() / 1e6));
        window.integer("reset_at_ms", reset_at_ms);
        window.integer("window_minutes", Some(minutes));
        group.group(name, window.0);
    }
    group.0
}
