//! Events as JSON: export lines and API rows.
//!
//! Members come in the reference's order, ours behind them. Empty members are left out where the reference leaves
//! them out. Ours: `request_service_tier`, `response_service_tier`, `cache_input_mode`, `accounting_version` and
//! `token_breakdown` as the gateway sends them, `generate` (only when false), `client_ip`, `x_forwarded_for`,
//! `user_agent`, `time_quality` (only when not `reported`), `fail_body` (only when longer than `fail_summary`),
//! `gateway_id` (only when not 1).

use std::io;

use model::{BreakdownQuality, DEFAULT_GATEWAY, TimeQuality, TokenBreakdown, UsageEvent};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::ser::Formatter;

/// An event that serialises as a line of the export.
#[derive(Debug, Clone, Copy)]
pub struct ExportedEvent<'a>(pub &'a UsageEvent);

/// Appends an event as one line of JSON with its line feed.
pub fn write_line(event: &UsageEvent, out: &mut Vec<u8>) {
    let start = out.len();
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, HtmlSafe);
    // Writing to memory cannot fail, and every member has a JSON form; a half-written line would be a lie.
    if ExportedEvent(event).serialize(&mut serializer).is_err() {
        out.truncate(start);
        return;
    }
    out.push(b'\n');
}

/// An event as a JSON value, with the members of the export.
pub fn to_json(event: &UsageEvent) -> Value {
    serde_json::to_value(ExportedEvent(event)).unwrap_or_default()
}

impl Serialize for ExportedEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.0;
        let mut map = serializer.serialize_map(None)?;
        reference_members(event, &mut map)?;
        own_members(event, &mut map)?;
        map.end()
    }
}

fn reference_members<M: SerializeMap>(event: &UsageEvent, map: &mut M) -> Result<(), M::Error> {
    text(map, "request_id", &event.request_id)?;
    map.serialize_entry("event_hash", &event.event_hash)?;
    map.serialize_entry("timestamp_ms", &event.time.ms)?;
    map.serialize_entry("timestamp", &event.time.to_rfc3339())?;
    text(map, "provider", &event.provider)?;
    text(map, "executor_type", &event.executor_type)?;
    map.serialize_entry("model", &event.model)?;
    text(map, "analytics_model", event.analytics_model())?;
    text(map, "requested_model", &event.requested_model)?;
    text(map, "resolved_model", &event.resolved_model)?;
    text(map, "endpoint", &event.endpoint)?;
    text(map, "method", &event.method)?;
    text(map, "path", &event.path)?;
    text(map, "auth_type", &event.auth_type)?;
    text(map, "auth_index", &event.auth_index)?;
    text(map, "source", &event.source)?;
    text(map, "source_hash", &event.source_hash)?;
    text(map, "api_key_hash", &event.api_key_hash)?;
    text(map, "account_snapshot", &event.account_snapshot)?;
    text(map, "auth_label_snapshot", &event.auth_label_snapshot)?;
    text(map, "auth_file_snapshot", &event.auth_file_snapshot)?;
    text(map, "auth_provider_snapshot", &event.auth_provider_snapshot)?;
    text(map, "auth_project_id_snapshot", &event.auth_project_id_snapshot)?;
    some(map, "auth_snapshot_at_ms", event.auth_snapshot_at_ms)?;
    text(map, "reasoning_effort", &event.reasoning_effort)?;
    text(map, "service_tier", &event.service_tier)?;
    for (name, count) in [
        ("input_tokens", event.tokens.input),
        ("output_tokens", event.tokens.output),
        ("reasoning_tokens", event.tokens.reasoning),
        ("cached_tokens", event.tokens.cached),
        ("cache_tokens", event.tokens.cache),
        ("cache_read_tokens", event.tokens.cache_read),
        ("cache_creation_tokens", event.tokens.cache_creation),
        ("total_tokens", event.tokens.total),
    ] {
        map.serialize_entry(name, &count)?;
    }
    some(map, "latency_ms", event.latency_ms)?;
    some(map, "ttft_ms", event.ttft_ms)?;
    map.serialize_entry("failed", &event.failed)?;
    some(map, "fail_status_code", event.fail_status_code)?;
    text(map, "fail_summary", &event.fail_summary())?;
    some(map, "header_quota_recover_at_ms", event.header.quota_recover_at_ms)?;
    some(
        map,
        "header_quota_used_percent",
        event.header.quota_used_percent.and_then(crate::metadata::number),
    )?;
    text(map, "header_quota_plan_type", &event.header.quota_plan_type)?;
    text(map, "header_error_kind", &event.header.error_kind)?;
    text(map, "header_error_code", &event.header.error_code)?;
    text(map, "header_trace_id", &event.header.trace_id)?;
    map.serialize_entry("created_at_ms", &event.created_at_ms)?;
    some(map, "response_metadata", Some(&event.response_metadata).filter(|metadata| !metadata.is_empty()))
}

fn own_members<M: SerializeMap>(event: &UsageEvent, map: &mut M) -> Result<(), M::Error> {
    text(map, "request_service_tier", &event.request_service_tier)?;
    text(map, "response_service_tier", &event.response_service_tier)?;
    map.serialize_entry("cache_input_mode", event.cache_input_mode.as_str())?;
    if let Some(breakdown) = &event.breakdown {
        map.serialize_entry("accounting_version", &breakdown.accounting_version)?;
        map.serialize_entry("token_breakdown", &Breakdown(breakdown))?;
    }
    some(map, "generate", (!event.generate).then_some(false))?;
    text(map, "client_ip", &event.client_ip)?;
    text(map, "x_forwarded_for", &event.x_forwarded_for)?;
    text(map, "user_agent", &event.user_agent)?;
    some(map, "time_quality", Some(event.time_quality).filter(|quality| *quality != TimeQuality::Reported))?;
    text(map, "fail_body", if event.fail_summary() == event.fail_body { "" } else { &event.fail_body })?;
    some(map, "gateway_id", Some(event.gateway_id).filter(|id| *id != DEFAULT_GATEWAY))
}

fn text<M: SerializeMap>(map: &mut M, name: &'static str, text: &str) -> Result<(), M::Error> {
    if text.is_empty() { Ok(()) } else { map.serialize_entry(name, text) }
}

fn some<M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    value: Option<impl Serialize>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, &value))
}

/// The gateway's `token_breakdown`.
struct Breakdown<'a>(&'a TokenBreakdown);

impl Serialize for Breakdown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let breakdown = self.0;
        let quality = match breakdown.quality {
            BreakdownQuality::Complete => "complete",
            BreakdownQuality::Inconsistent => "inconsistent",
            BreakdownQuality::Unclassified => "unclassified",
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema_version", &breakdown.schema_version)?;
        map.serialize_entry("quality", quality)?;
        map.serialize_entry("total_tokens", &breakdown.total)?;
        map.serialize_entry(
            "input",
            &Counts([
                ("total_tokens", breakdown.input_total),
                ("uncached_tokens", breakdown.input_uncached),
                ("cache_read_tokens", breakdown.input_cache_read),
                ("cache_write_tokens", breakdown.input_cache_write),
            ]),
        )?;
        map.serialize_entry(
            "output",
            &Counts([
                ("total_tokens", breakdown.output_total),
                ("non_reasoning_tokens", breakdown.output_non_reasoning),
                ("reasoning_tokens", breakdown.output_reasoning),
            ]),
        )?;
        map.serialize_entry("unclassified_tokens", &breakdown.unclassified)?;
        map.end()
    }
}

struct Counts<const N: usize>([(&'static str, i64); N]);

impl<const N: usize> Serialize for Counts<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0)
    }
}

/// Appends a text as a JSON string in the form of the export.
pub(crate) fn write_html_safe(text: &str, out: &mut String) {
    let mut bytes = Vec::with_capacity(text.len() + 2);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, HtmlSafe);
    // Writing to memory cannot fail.
    if text.serialize(&mut serializer).is_ok() {
        out.push_str(&String::from_utf8_lossy(&bytes));
    }
}

/// JSON that is harmless inside a web page: `<`, `>`, `&` and the Unicode line separators are escaped.
struct HtmlSafe;

impl Formatter for HtmlSafe {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        // E2 80 A8 and A9 are the line separators; their first byte is rare.
        while let Some(at) = rest.bytes().position(|b| matches!(b, b'<' | b'>' | b'&' | 0xe2)) {
            let (plain, special) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let Some(character) = special.chars().next() else { break };
            match character {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    write!(writer, "\\u{:04x}", u32::from(character))?
                }
                other => write!(writer, "{other}")?,
            }
            rest = &special[character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}
