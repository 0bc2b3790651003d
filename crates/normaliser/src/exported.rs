//! Export lines back to events: ours, and the reference's of every version.

use std::borrow::Cow;

use model::{
    CacheInputMode, EventHash, EventTime, HeaderSummary, ResponseMetadata, TimeQuality, TokenCounts,
    UsageEvent,
};

use crate::json::{Object, Raw};
use crate::record::{self, first_filled, headers_of, settle_tiers};
use crate::tokens::{self, ModeHints, TokenSources};
use crate::{Context, FAIL_BODY_MAX_BYTES, metadata, time};

/// A line names itself an exported event but is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExportedError {
    #[error("event_hash is not 64 hexadecimal digits")]
    BadHash,
}

/// The identity that an exported record carries, if it is one.
pub(crate) fn hash_text<'a>(record: &Object<'a>) -> Option<Cow<'a, str>> {
    let text = member(record, "event_hash")?.text();
    (!text.is_empty()).then_some(text)
}

/// A member under its name or its camel-case twin.
fn member<'a>(record: &Object<'a>, name: &str) -> Option<Raw<'a>> {
    record.get(name).or_else(|| record.get(&camel(name)))
}

fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    for part in name.split('_') {
        let mut letters = part.chars();
        match letters.next() {
            Some(first) if !camel.is_empty() => camel.push(first.to_ascii_uppercase()),
            Some(first) => camel.push(first),
            None => {}
        }
        camel.push_str(letters.as_str());
    }
    camel
}

/// The event of an export line; its hash is kept as it stands.
pub(crate) fn event(
    record: &Object<'_>,
    hash: &str,
    context: &Context<'_>,
) -> Result<UsageEvent, ExportedError> {
    let event_hash: EventHash = hash.parse().map_err(|_| ExportedError::BadHash)?;
    let text = |name: &str| member(record, name).map(|value| value.text().into_owned()).unwrap_or_default();
    let integer = |name: &str| {
        member(record, name).filter(|value| !value.is_null()).map(|value| value.integer().unwrap_or(0))
    };
    let positive = |name: &str| integer(name).filter(|value| *value > 0);
    // The reference never exports this member, we always do. Our own lines are taken word for word; what the
    // reference leaves out is worked out again.
    let ours = member(record, "cache_input_mode").is_some();

    let (time, time_quality) = event_time(record, ours, context);
    let requested_model = text("requested_model");
    let resolved_model = text("resolved_model");
    let model = first_filled(&[&text("model"), &requested_model, &resolved_model, "-"]);
    let executor_type = text("executor_type");
    let provider = text("provider");
    let auth_provider_snapshot = text("auth_provider_snapshot");
    let hints = Hints::of(record);
    let mut tokens: TokenCounts = TokenSources::of(record).counts();
    let mode = TokenSources::of(record).explicit_mode().or(hints.mode).unwrap_or_else(|| {
        tokens::infer_mode(&ModeHints {
            executor_type: &executor_type,
            providers: [&provider, &auth_provider_snapshot],
            models: [&resolved_model, &requested_model, &model],
            counts: &tokens,
        })
    });
    if tokens.total == 0 && !ours {
        tokens.total = hints.total.unwrap_or_else(|| tokens.derived_total(mode));
    }
    let failed = member(record, "failed").or_else(|| member(record, "is_failed")).is_some_and(is_truthy);
    let response_metadata = response_metadata(record, time);
    let client = |name: &str, limit| redaction::sanitise_client_text(&text(name), limit);
    let mut event = UsageEvent {
        gateway_id: positive("gateway_id").unwrap_or(context.gateway_id),
        event_hash,
        time,
        time_quality,
        request_id: text("request_id"),
        provider,
        executor_type,
        model,
        requested_model,
        resolved_model,
        endpoint: first_filled(&[&text("endpoint"), "-"]),
        method: text("method"),
        path: text("path"),
        client_ip: client("client_ip", record::CLIENT_IP_MAX_BYTES),
        x_forwarded_for: client("x_forwarded_for", record::FORWARDED_FOR_MAX_BYTES),
        user_agent: record::user_agent(&text("user_agent")),
        auth_type: text("auth_type"),
        auth_index: text("auth_index"),
        source: redaction::mask_source(&text("source")),
        source_hash: digest_only(text("source_hash")),
        api_key_hash: digest_only(text("api_key_hash")),
        account_snapshot: text("account_snapshot"),
        auth_label_snapshot: text("auth_label_snapshot"),
        auth_file_snapshot: text("auth_file_snapshot"),
        auth_provider_snapshot,
        auth_project_id_snapshot: text("auth_project_id_snapshot"),
        auth_snapshot_at_ms: positive("auth_snapshot_at_ms"),
        reasoning_effort: text("reasoning_effort"),
        service_tier: text("service_tier"),
        request_service_tier: text("request_service_tier"),
        response_service_tier: text("response_service_tier"),
        cache_input_mode: mode,
        tokens,
        breakdown: tokens::breakdown(record),
        generate: record.get("generate").and_then(Raw::bool).unwrap_or(true),
        latency_ms: integer("latency_ms"),
        ttft_ms: integer("ttft_ms"),
        failed,
        fail_status_code: positive("fail_status_code"),
        fail_body: if failed { fail_body(record, ours) } else { String::new() },
        header: header_summary(record, &response_metadata),
        response_metadata,
        created_at_ms: positive("created_at_ms").unwrap_or(context.received_at_ms),
    };
    record::mask_routes(&mut event);
    if !ours {
        settle_tiers(&mut event);
    }
    Ok(event)
}

/// The event's time: the milliseconds, with the text's nanoseconds if the two agree.
fn event_time(record: &Object<'_>, ours: bool, context: &Context<'_>) -> (EventTime, TimeQuality) {
    let exact = member(record, "timestamp").and_then(time::parse);
    let ms = member(record, "timestamp_ms").filter(|value| !value.is_null()).and_then(Raw::integer);
    let time = match (ms, exact) {
        (Some(ms), Some(exact)) if exact.ms == ms => Some(exact),
        (Some(ms), _) => Some(EventTime { ms, sub_ms_ns: 0 }),
        (None, exact) => exact,
    };
    let stated = member(record, "time_quality").map(|value| value.text().into_owned());
    let quality = match (stated.as_deref(), time) {
        (_, None) | (Some("assumed"), _) => TimeQuality::Assumed,
        (Some("implausible"), _) => TimeQuality::Implausible,
        (_, Some(_)) if ours => TimeQuality::Reported,
        (_, Some(time)) => time::quality(time, context.received_at_ms),
    };
    (time.unwrap_or(EventTime { ms: context.received_at_ms, sub_ms_ns: 0 }), quality)
}

/// Facts that older exports keep in `raw_json` only.
#[derive(Default)]
struct Hints {
    mode: Option<CacheInputMode>,
    total: Option<i64>,
}

impl Hints {
    /// Looks into `raw_json` (or its `detail`), and into one `raw_json` inside it.
    fn of(record: &Object<'_>) -> Self {
        let mut hints = Self::default();
        let Some(outer) = member(record, "raw_json") else { return hints };
        let outer_text = outer.string().unwrap_or(Cow::Borrowed(outer.as_written()));
        let Ok(outer) = Object::parse(&outer_text) else { return hints };
        hints.read(&outer);
        if let Some(text) = member(&outer, "raw_json").and_then(Raw::string)
            && let Ok(inner) = Object::parse(&text)
        {
            hints.read(&inner);
        }
        hints
    }

    fn read(&mut self, object: &Object<'_>) {
        let detail = object.get("detail").and_then(Raw::object);
        for place in [Some(object), detail.as_ref()].into_iter().flatten() {
            let sources = TokenSources::of(place);
            self.mode = self.mode.or_else(|| sources.explicit_mode());
            self.total = self.total.or_else(|| Some(sources.counts().total).filter(|total| *total > 0));
        }
    }
}

fn is_truthy(value: Raw<'_>) -> bool {
    match value.bool() {
        Some(truth) => truth,
        None => match value.string() {
            Some(text) => {
                let text = text.trim().to_ascii_lowercase();
                matches!(text.as_str(), "1" | "true" | "yes" | "on")
            }
            None => value.as_written().parse::<f64>().is_ok_and(|number| number != 0.0),
        },
    }
}

/// A hash that somebody replaced by what it should hide is not taken over.
pub(crate) fn digest_only(text: String) -> String {
    if text.parse::<EventHash>().is_ok() { text.to_ascii_lowercase() } else { String::new() }
}

fn response_metadata(record: &Object<'_>, time: EventTime) -> ResponseMetadata {
    let own = member(record, "response_metadata").and_then(Raw::value);
    let own = own.map(|own| metadata::sanitise(&own)).unwrap_or_default();
    let Some(raw) = member(record, "raw_json") else { return own };
    let text = raw.string().unwrap_or(Cow::Borrowed(raw.as_written()));
    let headers = Object::parse(&text).map(|inner| headers_of(&inner, time.ms)).unwrap_or_default();
    metadata::overlay(own, headers)
}

/// The summary members as exported, each else as the metadata implies.
fn header_summary(record: &Object<'_>, metadata: &ResponseMetadata) -> HeaderSummary {
    let implied = HeaderSummary::from_metadata(metadata);
    let text = |name: &str, implied: String| match member(record, name)
        .map(|value| redaction::mask_text(&value.text()))
    {
        Some(text) if !text.is_empty() => text,
        _ => implied,
    };
    HeaderSummary {
        quota_recover_at_ms: member(record, "header_quota_recover_at_ms")
            .and_then(Raw::integer)
            .filter(|at_ms| *at_ms > 0)
            .or(implied.quota_recover_at_ms),
        quota_used_percent: member(record, "header_quota_used_percent")
            .and_then(|value| value.text().parse().ok())
            .filter(|percent: &f64| percent.is_finite())
            .or(implied.quota_used_percent),
        quota_plan_type: text("header_quota_plan_type", implied.quota_plan_type),
        error_kind: text("header_error_kind", implied.error_kind),
        error_code: text("header_error_code", implied.error_code),
        trace_id: text("header_trace_id", implied.trace_id),
    }
}

/// The failure text: the whole one if it is there, else the summary; without the headers that the reference
/// appends.
fn fail_body(record: &Object<'_>, ours: bool) -> String {
    let text = ["fail_body", "fail_summary"]
        .into_iter()
        .filter_map(|name| member(record, name)?.string())
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default();
    let text = if ours { text.trim() } else { without_headers(text.trim()) };
    redaction::mask_bounded(text, FAIL_BODY_MAX_BYTES)
}

/// A failure text without the object of response headers that the reference puts behind it, also a cut one.
pub(crate) fn without_headers(text: &str) -> &str {
    let (body, last) = text.rsplit_once('\n').unwrap_or(("", text));
    let is_headers = last.strip_prefix("{\"").is_some_and(|rest| {
        let name = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
        let behind = &rest[name..];
        // Either `":[` follows the first name, or the cut fell before that.
        name > 0 && (behind.starts_with("\":[\"") || (behind.len() < 8 && behind.ends_with("...")))
    });
    if is_headers { body.trim_end() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_camel_case_twins() {
        assert_eq!(camel("event_hash"), "eventHash");
        assert_eq!(camel("x_forwarded_for"), "xForwardedFor");
        assert_eq!(camel("model"), "model");
    }

    #[test]
    fn the_reference_headers_are_taken_off() {
        let headers = r#"{"Content-Type":["application/json"],"Date":["x"]}"#;
        assert_eq!(without_headers(&format!("{{\"error\":1}}\n{headers}")), "{\"error\":1}");
        assert_eq!(without_headers(headers), "");
        assert_eq!(without_headers("a\n{\"Content-Ty..."), "a");
        assert_eq!(without_headers("{\"error\":{\"a\":[1]}}"), "{\"error\":{\"a\":[1]}}");
        assert_eq!(without_headers("plain\ntext"), "plain\ntext");
    }
}
