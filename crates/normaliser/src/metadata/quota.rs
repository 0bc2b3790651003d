//! The Codex quota windows and their summary.

use serde_json::{Map, Value};

use super::headers::{Headers, after};
use super::{Group, anthropic};

/// `quota` as the headers state it, without what follows from it.
pub(super) fn from_headers(headers: &Headers, base_ms: i64) -> Map<String, Value> {
    let mut quota = Group::default();
    if headers.any_begins("x-codex-") {
        quota.text("plan_type", headers.text("x-codex-plan-type"));
        quota.text("active_limit", headers.text("x-codex-active-limit"));
        quota.text("rate_limit_reached_type", headers.text("x-codex-rate-limit-reached-type"));
        quota.text("credits_balance", headers.text("x-codex-credits-balance"));
        quota.bool("credits_has_credits", headers.bool("x-codex-credits-has-credits"));
        quota.bool("credits_unlimited", headers.bool("x-codex-credits-unlimited"));
        quota.number(
            "primary_over_secondary_limit_percent",
            headers.number("x-codex-primary-over-secondary-limit-percent"),
        );
        quota.group("primary", window(headers, base_ms, PRIMARY));
        quota.group("secondary", window(headers, base_ms, SECONDARY));
    }
    if headers.any_begins(anthropic::PREFIX) {
        quota.group("anthropic", anthropic::windows(headers));
    }
    quota.0
}

/// Header names of one window: use, reset after, reset at, length.
type WindowNames = [&'static str; 4];

const PRIMARY: WindowNames = [
    "x-codex-primary-used-percent",
    "x-codex-primary-reset-after-seconds",
    "x-codex-primary-reset-at",
    "x-codex-primary-window-minutes",
];
const SECONDARY: WindowNames = [
    "x-codex-secondary-used-percent",
    "x-codex-secondary-reset-after-seconds",
    "x-codex-secondary-reset-at",
    "x-codex-secondary-window-minutes",
];

fn window(
    headers: &Headers,
    base_ms: i64,
    [used, reset_after, reset_at, minutes]: WindowNames,
) -> Map<String, Value> {
    let seconds = headers.number(reset_after);
    let relative = seconds.filter(|seconds| *seconds > 0.0).map(|seconds| after(base_ms, seconds));
    let mut window = Group::default();
    window.number("used_percent", headers.number(used));
    window.integer("reset_at_ms", headers.moment_ms(reset_at).or(relative));
    window.number("reset_after_seconds", seconds);
    window.number("window_minutes", headers.number(minutes));
    window.0
}

/// The kind of a window by its length.
fn kind(window: &Map<String, Value>) -> &'static str {
    match window.get("window_minutes").and_then(Value::as_f64) {
        Some(300.0) => "five_hour",
        Some(10_080.0) => "weekly",
        Some(minutes) if (40_320.0..=44_640.0).contains(&minutes) => "monthly",
        _ => "unknown",
    }
}

/// What a summary is made of.
struct Window<'a> {
    source: &'static str,
    kind: &'static str,
    used: Option<f64>,
    reset_at_ms: Option<i64>,
    members: &'a Map<String, Value>,
}

fn windows(quota: &Map<String, Value>) -> Vec<Window<'_>> {
    let read = |source: &'static str| {
        let members = quota.get(source)?.as_object()?;
        let used = members.get("used_percent").and_then(Value::as_f64);
        let reset_at_ms = members.get("reset_at_ms").and_then(Value::as_i64);
        Some(Window { source, kind: kind(members), used, reset_at_ms, members })
    };
    ["primary", "secondary"].into_iter().filter_map(read).collect()
}

/// `quota` with its summary members: the window of highest use, and the window that was reached.
pub(super) fn summarised(mut quota: Map<String, Value>, errors: &Map<String, Value>) -> Map<String, Value> {
    let windows = windows(&quota);
    let retry_at_ms = errors.get("retry_after_recover_at_ms").and_then(Value::as_i64);
    let reached_type = quota.get("rate_limit_reached_type").and_then(Value::as_str).unwrap_or_default();
    let mut summary = Group::default();
    let codex = windows.iter().any(|window| !window.members.is_empty())
        || quota.contains_key("plan_type")
        || !reached_type.is_empty();
    if !codex {
        return quota;
    }
    let most_used = windows
        .iter()
        .filter(|window| window.used.is_some() || window.reset_at_ms.is_some())
        .max_by(|a, b| {
            let use_of = |window: &Window<'_>| window.used.unwrap_or(-1.0);
            // The later reset wins a tie, and the primary window one of that.
            use_of(a)
                .total_cmp(&use_of(b))
                .then(a.reset_at_ms.cmp(&b.reset_at_ms))
                .then(b.source.cmp(a.source))
        });
    let (recover_at_ms, used) = match most_used {
        Some(window) => {
            summary.text("summary_window_kind", Some(window.kind));
            summary.text("summary_window_source", Some(window.source));
            (window.reset_at_ms, window.used)
        }
        None if retry_at_ms.is_some() => {
            summary.text("summary_window_kind", Some("unknown"));
            summary.text("summary_window_source", Some("retry_after"));
            (retry_at_ms, None)
        }
        None => (None, None),
    };
    if let Some((kind, source)) = reached(&windows, reached_type) {
        summary.text("reached_window_kind", Some(kind));
        summary.text("reached_window_source", Some(source));
    }
    summary.integer("recover_at_ms", recover_at_ms);
    summary.number("used_percent", used);
    let replaces = most_used.is_some();
    for name in [
        "summary_window_kind",
        "summary_window_source",
        "reached_window_kind",
        "reached_window_source",
        "recover_at_ms",
        "used_percent",
    ] {
        // A summary without windows, as an import may bring it, is kept.
        if summary.0.contains_key(name) || replaces {
            quota.remove(name);
        }
    }
    quota.extend(summary.0);
    super::schema::ordered_quota(quota)
}

/// The window that was reached: the named one, else the full one that resets last.
fn reached(windows: &[Window<'_>], reached_type: &str) -> Option<(&'static str, &'static str)> {
    let named = reached_type.to_ascii_lowercase();
    for source in ["primary", "secondary"] {
        if named.contains(source) {
            let window = windows.iter().find(|window| window.source == source);
            return Some((window.map_or("unknown", |window| window.kind), source));
        }
    }
    windows
        .iter()
        .filter(|window| window.used.is_some_and(|used| used >= 100.0))
        .max_by(|a, b| a.reset_at_ms.cmp(&b.reset_at_ms).then(b.source.cmp(a.source)))
        .map(|window| (window.kind, window.source))
        .or((!named.is_empty()).then_some(("unknown", "unknown")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn summary(quota: Value) -> Map<String, Value> {
        let Value::Object(quota) = quota else { return Map::new() };
        summarised(quota, &Map::new())
    }

    #[test]
    fn the_most_used_window_is_the_summary() {
        let quota = summary(json!({
            "primary": {"used_percent": 10, "reset_at_ms": 5000, "window_minutes": 300},
            "secondary": {"used_percent": 95, "reset_at_ms": 9000, "window_minutes": 10080},
        }));
        assert_eq!(quota["summary_window_kind"], "weekly");
        assert_eq!(quota["recover_at_ms"], 9000);
        assert_eq!(quota["used_percent"], 95);
        assert_eq!(quota.get("reached_window_kind"), None, "95 % is not reached");
    }

    #[test]
    fn the_full_window_that_resets_last_was_reached() {
        let quota = summary(json!({
            "primary": {"used_percent": 100, "reset_at_ms": 5000, "window_minutes": 300},
            "secondary": {"used_percent": 100, "reset_at_ms": 9000, "window_minutes": 43200},
        }));
        assert_eq!(quota["reached_window_source"], "secondary");
        assert_eq!(quota["reached_window_kind"], "monthly");
        let named = summary(json!({
            "rate_limit_reached_type": "primary",
            "primary": {"used_percent": 100, "reset_at_ms": 5000, "window_minutes": 300},
            "secondary": {"used_percent": 100, "reset_at_ms": 9000},
        }));
        assert_eq!(named["reached_window_kind"], "five_hour");
        assert_eq!(named["summary_window_source"], "secondary");
        assert_eq!(named["summary_window_kind"], "unknown");
    }

    #[test]
    fn anthropic_windows_do_not_make_a_codex_summary() {
        let quota = summary(json!({"anthropic": {"primary": {"used_percent": 100, "reset_at_ms": 1}}}));
        assert_eq!(quota.len(), 1);
    }
}
