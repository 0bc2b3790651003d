//! One queue record to one event (`ingestion-and-storage.md` §2).

use model::{EventHash, EventTime, HeaderSummary, ResponseMetadata, TimeQuality, UsageEvent};

use crate::hash::{Identity, digest, hex_digest};
use crate::json::{Object, Raw};
use crate::metadata::{self, FailureFacts};
use crate::tokens::{self, ModeHints, TokenSources};
use crate::{Context, FAIL_BODY_MAX_BYTES, time};

/// Longest client texts, bytes.
pub(crate) const CLIENT_IP_MAX_BYTES: usize = 64;
pub(crate) const FORWARDED_FOR_MAX_BYTES: usize = 2048;
pub(crate) const USER_AGENT_MAX_BYTES: usize = 1024;

/// Names of a record's time, in order.
const TIME_NAMES: [&str; 7] =
    ["timestamp", "time", "created_at", "createdAt", "created", "request_time", "requestTime"];

/// The event that a record describes. `raw` is the record's text without blanks around it.
pub(crate) fn event(record: &Object<'_>, raw: &str, context: &Context<'_>) -> UsageEvent {
    let time = record.first(&TIME_NAMES).and_then(time::parse);
    let mut event = facts(record, time.unwrap_or(received(context)), context);
    event.time_quality = match time {
        Some(time) => time::quality(time, context.received_at_ms),
        None => TimeQuality::Assumed,
    };
    event.event_hash = match time {
        Some(_) => identity(&event, &event.model),
        // The time of arrival would differ at each delivery.
        None => digest(raw.as_bytes()),
    };
    mask_routes(&mut event);
    crate::fill_snapshot(&mut event, context.credentials);
    event
}

fn received(context: &Context<'_>) -> EventTime {
    EventTime { ms: context.received_at_ms, sub_ms_ns: 0 }
}

/// The identity of an event under a model name; routes must not be masked yet.
pub(crate) fn identity(event: &UsageEvent, model: &str) -> EventHash {
    Identity {
        request_id: &event.request_id,
        timestamp: &event.time.to_rfc3339(),
        endpoint: &event.endpoint,
        model,
        auth_index: &event.auth_index,
        source_hash: &event.source_hash,
        tokens: &event.tokens,
        failed: event.failed,
        latency_ms: event.latency_ms,
    }
    .hash()
}

/// Routes are patterns; a query in one could hold a key.
pub(crate) fn mask_routes(event: &mut UsageEvent) {
    for route in [&mut event.endpoint, &mut event.path] {
        if route.contains(['?', '@']) {
            *route = redaction::mask_text(route);
        }
    }
}

/// Everything in a record but its identity and the quality of its time. Snapshots are taken as the record has
/// them; routes are not masked yet.
pub(crate) fn facts(record: &Object<'_>, time: EventTime, context: &Context<'_>) -> UsageEvent {
    let sources = TokenSources::of(record);
    let tokens = sources.counts();
    let provider = record.text(&["provider", "type", "auth_type", "authType"]);
    let executor_type = record.text(&["executor_type", "executorType"]);
    let requested_model = record.text(&["alias", "requested_model", "requestedModel"]);
    let resolved_model =
        record.text(&["resolved_model", "resolvedModel", "model", "model_name", "modelName"]);
    let model = first_filled(&[&requested_model, &resolved_model, "-"]);
    let (endpoint, method, path) = route(record);
    let api_key = record.first(&["api_key", "apiKey", "key"]).map(Raw::text).unwrap_or_default();
    let source = record
        .first(&["source", "api_key", "apiKey", "key", "account", "email"])
        .map(Raw::text)
        .unwrap_or_default();
    let masked_source = if !source.is_empty() && source == api_key {
        // A client's key has any shape.
        redaction::mask_key(&source)
    } else {
        redaction::mask_source(&source)
    };
    let failed = failed(record);
    let (status, body) = failure(record, failed);
    let auth_provider_snapshot = record.text(&["auth_provider_snapshot", "authProviderSnapshot"]);
    let mode = sources.explicit_mode().unwrap_or_else(|| {
        tokens::infer_mode(&ModeHints {
            executor_type: &executor_type,
            providers: [&provider, &auth_provider_snapshot],
            models: [&resolved_model, &requested_model, &model],
            counts: &tokens,
        })
    });
    let metadata = response_metadata(
        record,
        &FailureFacts {
            provider: &provider,
            provider_snapshot: &auth_provider_snapshot,
            executor_type: &executor_type,
            status,
            body: &body,
            event_ms: time.ms,
        },
    );
    let client = |names: &[&str], limit| {
        redaction::sanitise_client_text(&record.first(names).map(Raw::text).unwrap_or_default(), limit)
    };
    let mut event = UsageEvent {
        gateway_id: context.gateway_id,
        event_hash: EventHash([0; 32]),
        time,
        time_quality: TimeQuality::Reported,
        request_id: record.text(&["request_id", "requestId", "id"]),
        provider,
        executor_type,
        model,
        requested_model,
        resolved_model,
        endpoint,
        method,
        path,
        client_ip: client(&["client_ip", "clientIp", "clientIP"], CLIENT_IP_MAX_BYTES),
        x_forwarded_for: client(&["x_forwarded_for", "xForwardedFor"], FORWARDED_FOR_MAX_BYTES),
        user_agent: user_agent(
            &record.first(&["user_agent", "userAgent"]).map(Raw::text).unwrap_or_default(),
        ),
        auth_type: record.text(&["auth_type", "authType"]),
        auth_index: record.text(&["auth_index", "authIndex", "AuthIndex"]),
        source: masked_source,
        source_hash: hex_digest(&source),
        api_key_hash: hex_digest(&api_key),
        account_snapshot: record.text(&["account_snapshot", "accountSnapshot"]),
        auth_label_snapshot: record.text(&["auth_label_snapshot", "authLabelSnapshot"]),
        auth_file_snapshot: record.text(&["auth_file_snapshot", "authFileSnapshot"]),
        auth_provider_snapshot,
        auth_project_id_snapshot: record.text(&[
            "auth_project_id_snapshot",
            "authProjectIdSnapshot",
            "project_id",
            "projectId",
        ]),
        auth_snapshot_at_ms: record
            .integer(&["auth_snapshot_at_ms", "authSnapshotAtMs"])
            .filter(|at_ms| *at_ms > 0),
        reasoning_effort: record.text(&["reasoning_effort", "reasoningEffort"]),
        service_tier: String::new(),
        request_service_tier: record.text(&[
            "request_service_tier",
            "requestServiceTier",
            "service_tier",
            "serviceTier",
        ]),
        response_service_tier: record.text(&["response_service_tier", "responseServiceTier"]),
        cache_input_mode: mode,
        tokens,
        breakdown: tokens::breakdown(record),
        generate: record.get("generate").and_then(Raw::bool).unwrap_or(true),
        latency_ms: record.integer(&[
            "latency_ms",
            "latencyMs",
            "duration_ms",
            "durationMs",
            "elapsed_ms",
            "elapsedMs",
        ]),
        ttft_ms: record.integer(&["ttft_ms", "ttftMs", "time_to_first_token_ms", "timeToFirstTokenMs"]),
        failed,
        fail_status_code: status,
        fail_body: if failed { redaction::mask_bounded(&body, FAIL_BODY_MAX_BYTES) } else { String::new() },
        header: HeaderSummary::from_metadata(&metadata),
        response_metadata: metadata,
        created_at_ms: context.received_at_ms,
    };
    if event.tokens.total <= 0 {
        event.tokens.total = event.tokens.derived_total(mode);
    }
    settle_tiers(&mut event);
    event
}

/// A user agent, visible and without secrets. Doing it again changes nothing.
pub(crate) fn user_agent(text: &str) -> String {
    let visible = redaction::sanitise_client_text(text, USER_AGENT_MAX_BYTES);
    redaction::mask_bounded(&visible, USER_AGENT_MAX_BYTES - redaction::ELLIPSIS.len())
}

/// The first of these texts that is not empty.
pub(crate) fn first_filled(texts: &[&str]) -> String {
    texts.iter().find(|text| !text.is_empty()).copied().unwrap_or_default().to_owned()
}

/// Works out the effective service tier.
pub(crate) fn settle_tiers(event: &mut UsageEvent) {
    let codex = model::bills_as_codex([
        &event.executor_type,
        &event.provider,
        &event.auth_provider_snapshot,
        &event.auth_type,
    ]);
    model::settle_tiers(
        codex,
        &mut event.service_tier,
        &mut event.request_service_tier,
        &event.response_service_tier,
    );
}

/// Endpoint, method and path.
fn route(record: &Object<'_>) -> (String, String, String) {
    let mut method = record.text(&["method", "http_method", "httpMethod"]).to_uppercase();
    let mut path = record.text(&["path", "url_path", "urlPath", "route"]);
    let mut endpoint = record.text(&["endpoint", "api", "request", "operation"]);
    if endpoint.is_empty() {
        endpoint = format!("{method} {path}").trim().to_owned();
    }
    if let Some((verb, route)) = verb_and_route(&endpoint) {
        if method.is_empty() {
            method = verb.to_owned();
        }
        if path.is_empty() {
            path = route.to_owned();
        }
    }
    if endpoint.is_empty() {
        endpoint.push('-');
    }
    (endpoint, method, path)
}

/// Splits `POST /v1/messages`.
pub(crate) fn verb_and_route(endpoint: &str) -> Option<(&str, &str)> {
    const VERBS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"];
    let (verb, route) = endpoint.split_once(' ')?;
    VERBS.contains(&verb).then(|| (verb, route.trim()))
}

fn failed(record: &Object<'_>) -> bool {
    const STATUS: [&str; 5] = ["status", "status_code", "statusCode", "http_status", "httpStatus"];
    const ERROR: [&str; 3] = ["error", "error_message", "errorMessage"];
    if let Some(failed) = record.first(&["failed", "is_failed", "isFailed"]).and_then(Raw::bool) {
        return failed;
    }
    if let Some(success) = record.first(&["success", "ok"]).and_then(Raw::bool) {
        return !success;
    }
    let status = record.first(&STATUS).and_then(Raw::integer);
    status.is_some_and(|status| status >= 400) || record.first(&ERROR).is_some_and(|error| !error.is_null())
}

/// Status and text of the failure; the gateway sends 200 and nothing on success.
fn failure(record: &Object<'_>, failed: bool) -> (Option<i64>, String) {
    let fail = record.get("fail").and_then(Raw::object).unwrap_or_default();
    let status = fail
        .integer(&["status_code", "statusCode"])
        .or_else(|| record.integer(&["fail_status_code", "failStatusCode"]))
        .filter(|status| *status > 0);
    let text = |value: Option<Raw<'_>>| match value {
        None => String::new(),
        Some(value) if value.is_null() => String::new(),
        // A body that was not a text is shown as it was written.
        Some(value) => {
            value.string().map_or_else(|| value.as_written().to_owned(), |text| text.trim().to_owned())
        }
    };
    let mut body = text(fail.get("body"));
    if body.is_empty() {
        body = text(record.first(&["fail_body", "failBody"]));
    }
    if body.is_empty() && failed {
        body = text(
            record.first(&["error", "error_message", "errorMessage"]).filter(|error| error.bool().is_none()),
        );
    }
    (status, body)
}

/// The facts of a record's response headers.
pub(crate) fn headers_of(record: &Object<'_>, base_ms: i64) -> ResponseMetadata {
    record
        .first(&["response_headers", "responseHeaders", "headers"])
        .map(|headers| metadata::from_headers(headers, base_ms))
        .unwrap_or_default()
}

/// What is kept of the answer: the record's own metadata, then the headers of the record inside it, then its
/// headers, then the quota facts of its body.
fn response_metadata(record: &Object<'_>, facts: &FailureFacts<'_>) -> ResponseMetadata {
    let mut metadata = record
        .first(&["response_metadata", "responseMetadata"])
        .and_then(Raw::value)
        .map(|own| metadata::sanitise(&own))
        .unwrap_or_default();
    if let Some(raw) = record.first(&["raw_json", "rawJson"]) {
        let text = raw.string();
        let inner = match &text {
            Some(text) => Object::parse(text).ok(),
            None => raw.object(),
        };
        metadata = metadata::overlay(
            metadata,
            inner.map(|inner| headers_of(&inner, facts.event_ms)).unwrap_or_default(),
        );
    }
    metadata = metadata::overlay(metadata, headers_of(record, facts.event_ms));
    if let Some(usage) = metadata::provider_usage(facts) {
        let found = serde_json::Map::from_iter([("provider_usage".to_owned(), usage)]);
        metadata = metadata::overlay(metadata, ResponseMetadata(found));
    }
    metadata
}
