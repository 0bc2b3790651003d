//! A usage event: one upstream attempt, as stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CacheInputMode, EventHash, GatewayId, HeaderSummary, ResponseMetadata, TokenBreakdown, TokenCounts,
};

/// Longest failure summary shown in lists and exports, bytes; longer texts are cut there and end in `...`.
pub const FAIL_SUMMARY_MAX_BYTES: usize = 4096;

/// How far an event's time can be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeQuality {
    /// The record's own time.
    #[default]
    Reported,
    /// The record had no usable time; the time of arrival stands in.
    Assumed,
    /// The record's own time is before 2000, after 2200, or more than five minutes ahead of its arrival.
    /// Such events are kept, and left out when the extent of a time axis is computed.
    Implausible,
}

/// A moment with the gateway's nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventTime {
    /// Unix milliseconds, UTC (rounded down).
    pub ms: i64,
    /// Nanoseconds within that millisecond, 0 to 999,999.
    pub sub_ms_ns: u32,
}

impl EventTime {
    /// Splits a timestamp.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        let ns = timestamp.as_nanosecond();
        Self { ms: ns.div_euclid(1_000_000) as i64, sub_ms_ns: ns.rem_euclid(1_000_000) as u32 }
    }

    /// The RFC 3339 text in UTC with up to nine fraction digits and no trailing zeros, as hashed and exported.
    /// Times outside the calendar (years −9999 to 9999) are clamped to it.
    pub fn to_rfc3339(self) -> String {
        let ns = i128::from(self.ms) * 1_000_000 + i128::from(self.sub_ms_ns);
        let ns = ns.clamp(Timestamp::MIN.as_nanosecond(), Timestamp::MAX.as_nanosecond());
        Timestamp::from_nanosecond(ns).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
    }
}

/// One upstream attempt of the gateway, normalised. Empty strings mean "not reported".
#[derive(Debug, Clone, PartialEq)]
pub struct UsageEvent {
    /// The gateway it came from.
    pub gateway_id: GatewayId,
    /// Identity; unique per gateway.
    pub event_hash: EventHash,
    /// Start of the attempt.
    pub time: EventTime,
    /// How far `time` can be trusted.
    pub time_quality: TimeQuality,
    /// The gateway's request id; several attempts of one request share it.
    pub request_id: String,
    /// Provider, for example `claude`.
    pub provider: String,
    /// The gateway's executor, for example `ClaudeExecutor`.
    pub executor_type: String,
    /// Display model: what the client asked for, else the resolved model, else `-`.
    pub model: String,
    /// What the client asked for.
    pub requested_model: String,
    /// What the provider was asked for.
    pub resolved_model: String,
    /// Method and route pattern, for example `POST /v1/messages`; `-` if unknown.
    pub endpoint: String,
    /// HTTP method, upper case.
    pub method: String,
    /// Route pattern.
    pub path: String,
    /// Address of the client as the gateway saw it, sanitised.
    pub client_ip: String,
    /// The client's `X-Forwarded-For`, sanitised.
    pub x_forwarded_for: String,
    /// The client's user agent, sanitised.
    pub user_agent: String,
    /// `apikey`, `oauth` or `unknown`.
    pub auth_type: String,
    /// The gateway's handle of the credential.
    pub auth_index: String,
    /// Masked upstream account or key.
    pub source: String,
    /// SHA-256 (hex) of the unmasked source.
    pub source_hash: String,
    /// SHA-256 (hex) of the client's API key.
    pub api_key_hash: String,
    /// Account name of the credential when the event was collected.
    pub account_snapshot: String,
    /// Label of the credential when the event was collected.
    pub auth_label_snapshot: String,
    /// Auth file of the credential when the event was collected.
    pub auth_file_snapshot: String,
    /// Provider of the credential when the event was collected.
    pub auth_provider_snapshot: String,
    /// Project of the credential when the event was collected.
    pub auth_project_id_snapshot: String,
    /// When the snapshot fields were filled, Unix milliseconds.
    pub auth_snapshot_at_ms: Option<i64>,
    /// Reasoning effort sent upstream.
    pub reasoning_effort: String,
    /// Effective service tier.
    pub service_tier: String,
    /// Requested service tier.
    pub request_service_tier: String,
    /// Service tier that the provider reported.
    pub response_service_tier: String,
    /// Accounting of cache tokens.
    pub cache_input_mode: CacheInputMode,
    /// Counters as sent.
    pub tokens: TokenCounts,
    /// The gateway's own split of the tokens, if it sent one.
    pub breakdown: Option<TokenBreakdown>,
    /// Whether the request generated output (`false` for warm-ups).
    pub generate: bool,
    /// Attempt start to end of body, milliseconds.
    pub latency_ms: Option<i64>,
    /// Time to the first body byte, milliseconds; 0 = not known to the gateway.
    pub ttft_ms: Option<i64>,
    /// Whether the attempt failed.
    pub failed: bool,
    /// Upstream status; the gateway reports 200 for successes.
    pub fail_status_code: Option<i64>,
    /// Redacted failure text; empty on success.
    pub fail_body: String,
    /// Allow-listed facts of the answer's headers.
    pub response_metadata: ResponseMetadata,
    /// The header facts that lists show.
    pub header: HeaderSummary,
    /// When we stored it first, Unix milliseconds.
    pub created_at_ms: i64,
}

impl UsageEvent {
    /// The failure text as lists and exports show it: at most [`FAIL_SUMMARY_MAX_BYTES`], then `...`.
    pub fn fail_summary(&self) -> std::borrow::Cow<'_, str> {
        let length = self.fail_body.len();
        let was_cut = length <= FAIL_SUMMARY_MAX_BYTES + 3 && self.fail_body.ends_with("...");
        if length <= FAIL_SUMMARY_MAX_BYTES || was_cut {
            return self.fail_body.as_str().into();
        }
        let end = self.fail_body.floor_char_boundary(FAIL_SUMMARY_MAX_BYTES);
        format!("{}...", &self.fail_body[..end]).into()
    }

    /// The model that analytics group by: the requested (else display) model without a reasoning suffix.
    pub fn analytics_model(&self) -> &str {
        let asked = if self.requested_model.is_empty() { &self.model } else { &self.requested_model };
        strip_reasoning_suffix(asked)
    }
}

/// Removes a trailing `(effort)` from a model name: `gpt-5(high)` becomes `gpt-5`.
///
/// Known efforts are none, auto, -1, minimal, low, medium, high, xhigh, max (any case) and non-negative 64-bit
/// decimals with an optional sign (`ingestion-and-storage.md` §2.6).
pub fn strip_reasoning_suffix(model: &str) -> &str {
    let Some(inner_end) = model.strip_suffix(')') else { return model };
    let Some(open) = inner_end.rfind('(') else { return model };
    if open == 0 {
        return model;
    }
    let effort = &inner_end[open + 1..];
    const NAMED: [&str; 9] = ["none", "auto", "-1", "minimal", "low", "medium", "high", "xhigh", "max"];
    let known = NAMED.iter().any(|name| effort.eq_ignore_ascii_case(name))
        || effort.parse::<i64>().is_ok_and(|budget| budget >= 0);
    if known { &model[..open] } else { model }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_reasoning_suffixes_are_removed() {
        for stripped in
            ["m(16384)", "m(0)", "m(HIGH)", "m(-1)", "m(+08192)", "m(-000)", "m(xhigh)", "m(auto)"]
        {
            assert_eq!(strip_reasoning_suffix(stripped), "m", "{stripped}");
        }
        for kept in
            ["m(region-us)", "m( high)", "(high)", "m(9223372036854775808)", "m(-01)", "m()", "m(high"]
        {
            assert_eq!(strip_reasoning_suffix(kept), kept);
        }
        assert_eq!(strip_reasoning_suffix("m(high)(low)"), "m(high)");
    }

    #[test]
    fn times_are_rendered_without_trailing_zeros() {
        let time = EventTime { ms: 1_795_425_517_291, sub_ms_ns: 602_650 };
        assert_eq!(time.to_rfc3339(), "2026-11-23T09:18:37.29160265Z");
        assert_eq!(EventTime { ms: 0, sub_ms_ns: 0 }.to_rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(EventTime { ms: -1, sub_ms_ns: 0 }.to_rfc3339(), "1969-12-31T23:59:59.999Z");
        assert_eq!(EventTime { ms: i64::MAX, sub_ms_ns: 0 }.to_rfc3339().get(..4), Some("9999"));
    }

    #[test]
    fn timestamps_split_and_join() {
        let timestamp: Timestamp = "2026-08-22T21:04:11.482913775+08:00".parse().expect("valid");
        let time = EventTime::from_timestamp(timestamp);
        assert_eq!(time.to_rfc3339(), "2026-08-22T13:04:11.482913775Z");
    }
}
