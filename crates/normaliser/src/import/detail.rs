//! One detail of a usage snapshot to one event.

use model::UsageEvent;

use super::Format;
use crate::export::write_html_safe;
use crate::exported::{digest_only, without_headers};
use crate::hash::digest;
use crate::json::{Object, Raw};
use crate::record::{self, facts, first_filled, identity, mask_routes, verb_and_route};
use crate::{Context, FAIL_BODY_MAX_BYTES, time};

/// Deeper values of a detail are hashed as they are written.
const MAX_DEPTH: usize = 16;

/// Where in a snapshot a detail stands.
pub(super) struct Position<'p> {
    pub format: Format,
    pub endpoint: &'p str,
    pub model: &'p str,
    pub endpoint_rank: usize,
    pub model_rank: usize,
    pub place: usize,
}

impl Position<'_> {
    /// The event of a detail; `None` if it has no time.
    pub(super) fn event(&self, detail: &Object<'_>, context: &Context<'_>) -> Option<UsageEvent> {
        let time = detail.first(&["timestamp", "time", "created_at", "createdAt"]).and_then(time::parse)?;
        let mut event = facts(detail, time, context);
        event.time_quality = time::quality(time, context.received_at_ms);
        event.model = first_filled(&[&event.requested_model, self.model, "-"]);
        event.endpoint = first_filled(&[self.endpoint.trim(), "-"]);
        if let Some((verb, route)) = verb_and_route(&event.endpoint) {
            (event.method, event.path) = (verb.to_owned(), route.to_owned());
        }
        let api_key_hash = digest_only(detail.text(&["api_key_hash", "apiKeyHash"]));
        if !api_key_hash.is_empty() {
            event.api_key_hash = api_key_hash;
        }
        if event.failed && event.fail_body.is_empty() {
            let summary = detail.text(&["fail_summary", "failSummary"]);
            event.fail_body = redaction::mask_bounded(without_headers(&summary), FAIL_BODY_MAX_BYTES);
        }
        if event.request_id.is_empty() {
            event.request_id = self.id(detail, &event);
        }
        event.event_hash = identity(&event, self.model);
        mask_routes(&mut event);
        Some(event)
    }

    fn id(&self, detail: &Object<'_>, event: &UsageEvent) -> String {
        let hashed = format!(
            "legacy|{}|{}|{}|{}|{}|{}|{}",
            self.endpoint_rank,
            self.model_rank,
            self.place,
            self.endpoint,
            self.model,
            event.time.to_rfc3339(),
            self.raw_json(detail)
        );
        let digest = digest(hashed.as_bytes()).to_string();
        format!("legacy:{}", &digest[..16])
    }

    /// The record as the reference would have stored it; only hashed.
    fn raw_json(&self, detail: &Object<'_>) -> String {
        let mut json = String::from("{\"detail\":");
        write_object(detail, MAX_DEPTH, None, &mut json);
        for (name, text) in
            [("endpoint", self.endpoint), ("format", self.format.as_str()), ("model", self.model)]
        {
            json.push_str(",\"");
            json.push_str(name);
            json.push_str("\":");
            write_html_safe(text, &mut json);
        }
        json.push('}');
        json
    }
}

/// An object with sorted names, the reference's redaction, and numbers as they were written.
fn write_object(object: &Object<'_>, depth: usize, parent: Option<&str>, out: &mut String) {
    let mut members: Vec<(&str, Raw<'_>)> = Vec::new();
    for (name, value) in object.members() {
        match members.iter_mut().find(|(other, _)| *other == name) {
            Some(member) => member.1 = value,
            None => members.push((name, value)),
        }
    }
    members.sort_unstable_by_key(|(name, _)| *name);
    out.push('{');
    for (at, (name, value)) in members.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_html_safe(name, out);
        out.push(':');
        write_member(name, value, depth, parent, out);
    }
    out.push('}');
}

fn write_member(name: &str, value: Raw<'_>, depth: usize, parent: Option<&str>, out: &mut String) {
    let key: String =
        name.chars().map(|c| if matches!(c, '-' | ' ') { '_' } else { c.to_ascii_lowercase() }).collect();
    const SECRET: [&str; 9] = [
        "api_key",
        "apikey",
        "authorization",
        "cookie",
        "set_cookie",
        "access_token",
        "refresh_token",
        "id_token",
        "token",
    ];
    if SECRET.contains(&key.as_str()) || key.contains("secret") {
        write_html_safe(redaction::MARKER, out);
        return;
    }
    let limit = match key.as_str() {
        "client_ip" => record::CLIENT_IP_MAX_BYTES,
        "x_forwarded_for" => record::FORWARDED_FOR_MAX_BYTES,
        "user_agent" => record::USER_AGENT_MAX_BYTES,
        _ => 0,
    };
    match value.string() {
        Some(text) if limit > 0 => write_html_safe(&redaction::sanitise_client_text(&text, limit), out),
        Some(text) if key == "fail_body" || (key == "body" && parent == Some("fail")) => {
            write_html_safe(&redaction::mask_bounded(&text, model::FAIL_SUMMARY_MAX_BYTES), out);
        }
        _ => write_value(value, depth, Some(name), out),
    }
}

fn write_value(value: Raw<'_>, depth: usize, name: Option<&str>, out: &mut String) {
    if let Some(text) = value.string() {
        write_html_safe(&text, out);
    } else if depth == 0 {
        out.push_str(value.as_written());
    } else if let Some(object) = value.object() {
        write_object(&object, depth - 1, name, out);
    } else if let Some(elements) = value.elements() {
        out.push('[');
        for (at, element) in elements.into_iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_value(element, depth - 1, None, out);
        }
        out.push(']');
    } else {
        out.push_str(value.as_written());
    }
}
