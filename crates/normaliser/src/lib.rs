//! Raw queue records to events, events to export lines and back. Pure: no I/O besides the readers it is given, no
//! clock, no state.

mod credentials;
pub mod export;
mod exported;
mod hash;
pub mod import;
mod json;
mod metadata;
mod record;
mod time;
mod tokens;

use std::borrow::Cow;

use model::{CredentialMap, DeadLetter, GatewayId, UsageEvent};

pub use credentials::{AuthFilesError, fill_snapshot, parse_auth_files};

use json::{Object, ObjectError, Raw};

/// Longest failure text that is kept of an event, bytes after masking; longer ones are cut and end in `...`.
pub const FAIL_BODY_MAX_BYTES: usize = 64 * 1024;

/// Longest beginning of a refused item that is kept, bytes after masking.
pub const DEAD_LETTER_MAX_BYTES: usize = 8 * 1024;

/// What is known where a record arrives.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The gateway that the record came from.
    pub gateway_id: GatewayId,
    /// When it arrived, Unix milliseconds; it stands in for a missing time.
    pub received_at_ms: i64,
    /// The gateway's credentials, for account names.
    pub credentials: &'a CredentialMap,
}

/// What a queue item turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A record.
    Event(Box<UsageEvent>),
    /// A message of the gateway about itself.
    Control(Control),
    /// Nothing that can be understood.
    Rejected(DeadLetter),
}

/// A control message; it is neither stored nor refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Auth files or configuration were reloaded: read the credentials again.
    Refresh,
    /// The gateway announces that it sends [`Control::Refresh`].
    SupportRefresh,
}

/// Understands one queue item: a JSON object, or a JSON string that holds one.
///
/// Parsing is lenient: whatever is a JSON object becomes an event. Everything else is refused with a masked, cut
/// copy of its beginning.
pub fn normalise(payload: &[u8], context: &Context<'_>) -> Outcome {
    let text = String::from_utf8_lossy(payload);
    match understand(text.trim(), context) {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Rejected(DeadLetter {
            payload: redaction::mask_payload(payload, DEAD_LETTER_MAX_BYTES),
            payload_bytes: payload.len() as u64,
            error: error.to_string(),
            created_at_ms: context.received_at_ms,
        }),
    }
}

fn understand(text: &str, context: &Context<'_>) -> Result<Outcome, ObjectError> {
    let inner;
    let text = match json_string(text) {
        Some(content) => {
            inner = content;
            inner.trim()
        }
        None => text,
    };
    let object = Object::parse(text)?;
    if let Some(control) = control(&object) {
        return Ok(Outcome::Control(control));
    }
    Ok(Outcome::Event(Box::new(record::event(&object, text, context))))
}

/// The content of a text that is one JSON string.
fn json_string(text: &str) -> Option<Cow<'_, str>> {
    if !text.starts_with('"') {
        return None;
    }
    serde_json::from_str::<&serde_json::value::RawValue>(text).ok().and_then(|raw| Raw::new(raw).string())
}

/// `{"refresh":true}` and `{"support_refresh":true}`, with nothing else in them.
fn control(object: &Object<'_>) -> Option<Control> {
    if object.len() != 1 {
        return None;
    }
    let is_true = |name| object.get(name).and_then(Raw::bool) == Some(true);
    if is_true("refresh") {
        Some(Control::Refresh)
    } else if is_true("support_refresh") {
        Some(Control::SupportRefresh)
    } else {
        None
    }
}
