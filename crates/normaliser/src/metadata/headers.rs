//! The headers that may be kept, and the plain facts among them.

use serde_json::{Map, Value};

use super::{Group, anthropic, clean_text};
use crate::json::Raw;
use crate::time::parse_moment_ms;

/// Every header that is read; all others, above all cookies and credentials, are not even looked at.
const ALLOWED: [&str; 87] = [
    "anthropic-ratelimit-input-tokens-limit",
    "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-ratelimit-input-tokens-reset",
    "anthropic-ratelimit-output-tokens-limit",
    "anthropic-ratelimit-output-tokens-remaining",
    "anthropic-ratelimit-output-tokens-reset",
    "anthropic-ratelimit-requests-limit",
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-limit",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
    "anthropic-ratelimit-unified-5h-reset",
    "anthropic-ratelimit-unified-5h-status",
    "anthropic-ratelimit-unified-5h-surpassed-threshold",
    "anthropic-ratelimit-unified-5h-utilization",
    "anthropic-ratelimit-unified-7d-reset",
    "anthropic-ratelimit-unified-7d-status",
    "anthropic-ratelimit-unified-7d-surpassed-threshold",
    "anthropic-ratelimit-unified-7d-utilization",
    "anthropic-ratelimit-unified-7d_oi-reset",
    "anthropic-ratelimit-unified-7d_oi-status",
    "anthropic-ratelimit-unified-7d_oi-surpassed-threshold",
    "anthropic-ratelimit-unified-7d_oi-utilization",
    "anthropic-ratelimit-unified-7d_opus-reset",
    "anthropic-ratelimit-unified-7d_opus-status",
    "anthropic-ratelimit-unified-7d_opus-surpassed-threshold",
    "anthropic-ratelimit-unified-7d_opus-utilization",
    "anthropic-ratelimit-unified-7d_sonnet-reset",
    "anthropic-ratelimit-unified-7d_sonnet-status",
    "anthropic-ratelimit-unified-7d_sonnet-surpassed-threshold",
    "anthropic-ratelimit-unified-7d_sonnet-utilization",
    "anthropic-ratelimit-unified-fallback",
    "anthropic-ratelimit-unified-fallback-percentage",
    "anthropic-ratelimit-unified-overage-disabled-reason",
    "anthropic-ratelimit-unified-overage-status",
    "anthropic-ratelimit-unified-representative-claim",
    "anthropic-ratelimit-unified-reset",
    "anthropic-ratelimit-unified-status",
    "cf-cache-status",
    "cf-ray",
    "content-disposition",
    "content-length",
    "content-type",
    "eagleid",
    "retry-after",
    "server",
    "server-timing",
    "traceparent",
    "via",
    "x-client-request-id",
    "x-cloudaicompanion-trace-id",
    "x-codex-active-limit",
    "x-codex-credits-balance",
    "x-codex-credits-has-credits",
    "x-codex-credits-unlimited",
    "x-codex-plan-type",
    "x-codex-primary-over-secondary-limit-percent",
    "x-codex-primary-reset-after-seconds",
    "x-codex-primary-reset-at",
    "x-codex-primary-used-percent",
    "x-codex-primary-window-minutes",
    "x-codex-rate-limit-reached-type",
    "x-codex-secondary-reset-after-seconds",
    "x-codex-secondary-reset-at",
    "x-codex-secondary-used-percent",
    "x-codex-secondary-window-minutes",
    "x-data-retention",
    "x-mife-upstream-status",
    "x-models-etag",
    "x-new-api-version",
    "x-oai-request-id",
    "x-oneapi-request-id",
    "x-openai-authorization-error",
    "x-openai-ide-error-code",
    "x-openai-ide-root-error-code",
    "x-openai-proxy-wasm",
    "x-ratelimit-bypass",
    "x-ratelimit-limit-requests",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens",
    "x-request-id",
    "x-served-by",
    "x-should-retry",
    "x-site-cache-status",
    "x-zeabur-request-id",
];

/// Two names of one fact; the first wins.
const ZERO_RETENTION: [&str; 2] = ["x-zero-data-retention", "x-zero-retention"];

/// Longer header names are not read.
const NAME_MAX_BYTES: usize = 64;

/// The allowed headers of one answer, cleaned.
pub(super) struct Headers(Vec<(&'static str, String)>);

impl Headers {
    /// Reads `{Name: value or [values]}`; `None` if nothing in it may be kept.
    pub(super) fn read(headers: Raw<'_>) -> Option<Self> {
        let mut kept: Vec<(&'static str, String)> = Vec::with_capacity(16);
        for (name, value) in headers.object()?.members() {
            let Some(name) = allowed(name) else { continue };
            let Some(text) = first_scalar(value) else { continue };
            if !kept.iter().any(|(other, _)| *other == name) {
                kept.push((name, text));
            }
        }
        (!kept.is_empty()).then_some(Self(kept))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str())
    }

    /// Whether any header begins like this, so that whole groups can be passed over.
    pub(super) fn any_begins(&self, prefix: &str) -> bool {
        self.0.iter().any(|(header, _)| header.starts_with(prefix))
    }

    /// A non-negative whole number.
    pub(super) fn count(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok().filter(|count| *count >= 0)
    }

    /// A finite, non-negative number; a percent sign behind it is allowed.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        let text = self.text(name)?;
        let number: f64 = text.strip_suffix('%').unwrap_or(text).trim_end().parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number)
    }

    pub(super) fn bool(&self, name: &str) -> Option<bool> {
        let text = self.text(name)?;
        let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(["true", "1", "yes"]) {
            Some(true)
        } else if is(["false", "0", "no"]) {
            Some(false)
        } else {
            None
        }
    }

    pub(super) fn moment_ms(&self, name: &str) -> Option<i64> {
        parse_moment_ms(self.text(name)?)
    }

    fn texts(&self, group: &mut Group, names: &[(&str, &str)]) {
        for (member, header) in names {
            group.text(member, self.text(header));
        }
    }

    /// `errors`: what went wrong by the headers, and when to try again.
    pub(super) fn errors(&self, base_ms: i64) -> Map<String, Value> {
        let mut details = Group::default();
        self.texts(
            &mut details,
            &[
                ("authorization_error", "x-openai-authorization-error"),
                ("ide_error_code", "x-openai-ide-error-code"),
                ("ide_root_error_code", "x-openai-ide-root-error-code"),
                ("rate_limit_bypass", "x-ratelimit-bypass"),
            ],
        );
        details.bool("should_retry", self.bool("x-should-retry"));
        let seconds = self.number("retry-after").filter(|seconds| *seconds > 0.0);
        let recover = match seconds {
            Some(seconds) => Some(after(base_ms, seconds)),
            None => self.text("retry-after").filter(|text| text.len() > 10).and_then(parse_moment_ms),
        };
        details.number("retry_after_seconds", seconds);
        details.integer("retry_after_recover_at_ms", recover);
        let mut errors = Group::default();
        if let Some((kind, code)) = self.classify(seconds.is_some() || recover.is_some()) {
            errors.text("kind", Some(kind));
            errors.text("code", Some(&code));
        }
        errors.0.extend(details.0);
        errors.0
    }

    fn classify(&self, retry_after: bool) -> Option<(&'static str, String)> {
        for header in
            ["x-openai-ide-root-error-code", "x-openai-ide-error-code", "x-openai-authorization-error"]
        {
            let Some(code) = self.text(header) else { continue };
            let code = code.to_ascii_lowercase();
            match code.as_str() {
                "token_revoked" | "token_invalidated" | "account_deactivated" | "401" => {
                    return Some(("auth", code));
                }
                "identity_edge_internal_error" => return Some(("identity", code)),
                _ => {}
            }
        }
        if let Some(bypass) = self.text("x-ratelimit-bypass") {
            return Some(("rate_limit", bypass.to_owned()));
        }
        retry_after.then(|| ("rate_limit", "retry_after".to_owned()))
    }

    /// `trace`: ids by which a provider can find the request.
    pub(super) fn trace(&self) -> Map<String, Value> {
        const IDS: [(&str, &str); 8] = [
            ("openai_request_id", "x-oai-request-id"),
            ("request_id", "x-request-id"),
            ("oneapi_request_id", "x-oneapi-request-id"),
            ("cloud_ai_companion_trace_id", "x-cloudaicompanion-trace-id"),
            ("cf_ray", "cf-ray"),
            ("eagle_id", "eagleid"),
            ("client_request_id", "x-client-request-id"),
            ("zeabur_request_id", "x-zeabur-request-id"),
        ];
        let parent = self.text("traceparent").and_then(|text| Some((text, trace_id(text)?)));
        let primary = IDS.iter().find_map(|(_, header)| self.text(header)).or(parent.map(|(_, id)| id));
        let mut trace = Group::default();
        trace.text("primary_trace_id", primary);
        self.texts(&mut trace, &IDS);
        trace.text("traceparent", parent.map(|(text, _)| text));
        trace.0
    }

    pub(super) fn routing(&self) -> Map<String, Value> {
        let mut routing = Group::default();
        self.texts(
            &mut routing,
            &[
                ("openai_proxy_wasm", "x-openai-proxy-wasm"),
                ("models_etag", "x-models-etag"),
                ("new_api_version", "x-new-api-version"),
                ("server", "server"),
                ("via", "via"),
                ("cf_cache_status", "cf-cache-status"),
                ("site_cache_status", "x-site-cache-status"),
                ("served_by", "x-served-by"),
                ("mife_upstream_status", "x-mife-upstream-status"),
            ],
        );
        routing.0
    }

    pub(super) fn response(&self) -> Map<String, Value> {
        let mut response = Group::default();
        self.texts(&mut response, &[("content_type", "content-type")]);
        response.integer("content_length", self.count("content-length"));
        self.texts(
            &mut response,
            &[("content_disposition", "content-disposition"), ("server_timing", "server-timing")],
        );
        response.0
    }

    pub(super) fn providers(&self) -> Map<String, Value> {
        let mut providers = Group::default();
        self.texts(
            &mut providers,
            &[
                ("antigravity_trace_id", "x-cloudaicompanion-trace-id"),
                ("antigravity_server_timing", "server-timing"),
                ("mife_upstream_status", "x-mife-upstream-status"),
                ("oneapi_request_id", "x-oneapi-request-id"),
                ("cloudflare_ray", "cf-ray"),
                ("cloudflare_cache_status", "cf-cache-status"),
            ],
        );
        providers.0
    }

    pub(super) fn rate_limit(&self) -> Map<String, Value> {
        let mut rate_limit = Group::default();
        if self.any_begins("x-ratelimit-") {
            let counts = |limit, remaining| {
                let mut counts = Group::default();
                counts.integer("limit", self.count(limit));
                counts.integer("remaining", self.count(remaining));
                counts.0
            };
            rate_limit
                .group("requests", counts("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests"));
            rate_limit.group("tokens", counts("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens"));
        }
        if self.any_begins(anthropic::PREFIX) {
            rate_limit.group("anthropic", anthropic::rate_limit(self));
        }
        rate_limit.0
    }

    pub(super) fn data_policy(&self) -> Map<String, Value> {
        let mut policy = Group::default();
        policy.text("retention_mode", self.text("x-data-retention").map(str::to_lowercase).as_deref());
        policy.bool("zero_retention", ZERO_RETENTION.iter().find_map(|name| self.bool(name)));
        policy.0
    }
}

/// The allow-list's spelling of a header name.
fn allowed(name: &str) -> Option<&'static str> {
    let mut buffer = [0_u8; NAME_MAX_BYTES];
    let lower = buffer.get_mut(..name.len())?;
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let lower = std::str::from_utf8(lower).ok()?.trim();
    ALLOWED
        .binary_search(&lower)
        .ok()
        .map(|at| ALLOWED[at])
        .or_else(|| ZERO_RETENTION.into_iter().find(|name| *name == lower))
}

/// The first value that is a scalar and not blank.
fn first_scalar(value: Raw<'_>) -> Option<String> {
    let scalar = |value: Raw<'_>| {
        let text = value.text();
        (!text.is_empty()).then(|| clean_text(&text)).filter(|text| !text.is_empty())
    };
    match value.elements() {
        Some(values) => values.into_iter().find_map(scalar),
        None => scalar(value),
    }
}

/// A moment some seconds after another, Unix milliseconds.
pub(super) fn after(base_ms: i64, seconds: f64) -> i64 {
    base_ms.saturating_add((seconds * 1000.0) as i64)
}

/// The trace id of a W3C `traceparent`; version ff and ids of zeros are invalid.
fn trace_id(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let set = |part: &str| part.bytes().any(|b| b != b'0');
    let valid = hex(version, 2)
        && version != "ff"
        && hex(trace, 32)
        && set(trace)
        && hex(parent, 16)
        && set(parent)
        && hex(flags, 2)
        && (version != "00" || parts.next().is_none());
    valid.then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allow_list_is_sorted() {
        assert!(ALLOWED.is_sorted());
        assert_eq!(allowed("Content-Type"), Some("content-type"));
        assert_eq!(allowed("X-Zero-Retention"), Some("x-zero-retention"));
        assert_eq!(allowed("Set-Cookie"), None);
        assert_eq!(allowed("X-Codex-Secret-Token"), None);
        assert_eq!(allowed(&"x".repeat(100)), None);
    }

    #[test]
    fn bad_trace_parents_are_refused() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let with = |version: &str, id: &str, parent: &str| format!("{version}-{id}-{parent}-01");
        assert_eq!(trace_id(&with("00", id, "00f067aa0ba902b7")), Some(id));
        assert_eq!(trace_id(&with("ff", id, "00f067aa0ba902b7")), None);
        assert_eq!(trace_id(&with("00", &"0".repeat(32), "00f067aa0ba902b7")), None);
        assert_eq!(trace_id(&with("00", id, "0000000000000000")), None);
        assert_eq!(trace_id("00-xyz"), None);
    }
}
