//! Configuration: the whole document and the single settings.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Request;
use super::reply::Reply;
use crate::gateway::document::Refused;

#[derive(Clone, Copy)]
enum Kind {
    Bool,
    /// A whole number; negative ones become this.
    Int {
        negative: Option<i64>,
    },
    Text,
    Strategy,
}

struct Setting {
    route: &'static [&'static str],
    kind: Kind,
}

const fn setting(route: &'static [&'static str], kind: Kind) -> Setting {
    Setting { route, kind }
}

const PLAIN: Kind = Kind::Int { negative: None };

/// The routes; the place in the document has the same name.
const SETTINGS: [Setting; 15] = [
    setting(&["debug"], Kind::Bool),
    setting(&["logging-to-file"], Kind::Bool),
    setting(&["usage-statistics-enabled"], Kind::Bool),
    setting(&["request-log"], Kind::Bool),
    setting(&["ws-auth"], Kind::Bool),
    setting(&["force-model-prefix"], Kind::Bool),
    setting(&["quota-exceeded", "switch-project"], Kind::Bool),
    setting(&["quota-exceeded", "switch-preview-model"], Kind::Bool),
    setting(&["logs-max-total-size-mb"], Kind::Int { negative: Some(0) }),
    setting(&["error-logs-max-files"], Kind::Int { negative: Some(10) }),
    setting(&["request-retry"], PLAIN),
    setting(&["max-retry-credentials"], PLAIN),
    setting(&["max-retry-interval"], PLAIN),
    setting(&["proxy-url"], Kind::Text),
    setting(&["routing", "strategy"], Kind::Strategy),
];

/// Answers a single setting; `None` when there is none of this name.
pub(super) fn answer(request: &Request, segments: &[&str]) -> Option<Reply> {
    let setting = SETTINGS.iter().find(|setting| setting.route == segments)?;
    let shared = &request.connection.shared;
    let name = segments.last()?;
    match request.method {
        Method::GET => {
            let mut value = shared.gateway.document().effective(setting.route);
            if matches!(setting.kind, Kind::Strategy) && value.as_str().is_none_or(str::is_empty) {
                value = json!("round-robin");
            }
            Some(Reply::json(&json!({ *name: value })))
        }
        Method::PUT | Method::PATCH => Some(match new_value(request, setting.kind) {
            Ok(value) => write(request, setting.route, value),
            Err(message) => Reply::bad_request(message),
        }),
        Method::DELETE if matches!(setting.kind, Kind::Text) => {
            Some(write(request, setting.route, json!("")))
        }
        _ => None,
    }
}

fn write(request: &Request, route: &[&str], value: Value) -> Reply {
    let shared = &request.connection.shared;
    shared.gateway.document().set(route, value);
    shared.reload();
    Reply::ok()
}

fn new_value(request: &Request, kind: Kind) -> Result<Value, &'static str> {
    let body = request.json().ok_or("invalid body")?;
    let value = body.get("value").ok_or("invalid body")?;
    match kind {
        Kind::Bool => value.as_bool().map(Value::from).ok_or("invalid body"),
        Kind::Int { negative } => {
            let number = value.as_i64().ok_or("invalid body")?;
            Ok(json!(if number < 0 { negative.unwrap_or(number) } else { number }))
        }
        Kind::Text => value.as_str().map(Value::from).ok_or("invalid body"),
        Kind::Strategy => match value.as_str().ok_or("invalid body")?.trim().to_ascii_lowercase().as_str() {
            "" | "rr" | "round-robin" | "roundrobin" => Ok(json!("round-robin")),
            "wrr" | "weighted-round-robin" => Ok(json!("weighted-round-robin")),
            "ff" | "fill-first" | "fillfirst" => Ok(json!("fill-first")),
            _ => Err("invalid strategy"),
        },
    }
}

pub(super) fn config(request: &Request) -> Reply {
    Reply::json(&request.connection.shared.gateway.document().as_json())
}

pub(super) fn config_yaml(request: &Request) -> Reply {
    let text = request.connection.shared.gateway.document().text().to_owned();
    Reply::bytes(StatusCode::OK, "application/yaml; charset=utf-8", text)
        .with("cache-control", "no-store")
        .with("x-content-type-options", "nosniff")
}

pub(super) fn put_config_yaml(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let Ok(text) = std::str::from_utf8(&request.body) else {
        return Reply::error_with_message(StatusCode::BAD_REQUEST, "invalid_yaml", "yaml: invalid UTF-8");
    };
    let replaced = shared.gateway.document().replace(text);
    match replaced {
        Ok(()) => {
            shared.reload();
            Reply::json(&json!({ "changed": ["config"], "ok": true }))
        }
        Err(Refused::Syntax(message)) => {
            Reply::error_with_message(StatusCode::BAD_REQUEST, "invalid_yaml", &message)
        }
        Err(Refused::Meaning(message)) => {
            Reply::error_with_message(StatusCode::UNPROCESSABLE_ENTITY, "invalid_config", &message)
        }
    }
}
