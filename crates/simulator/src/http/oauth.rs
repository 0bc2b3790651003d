//! OAuth logins: addresses, status, callbacks.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::auth_files;
use super::reply::Reply;
use super::request::{Request, percent_decode};
use crate::gateway::credentials::time;
use crate::gateway::oauth::{Refused, Stage, is_state};
use crate::traffic::random::mix;
use crate::traffic::world::short_hash;

/// The page that a browser sees after a login.
const DONE_PAGE: &str = "<html><head><meta charset=\"utf-8\"><title>Authentication successful</title></head>\
    <body><h1>Authentication successful!</h1><p>You can close this window.</p></body></html>";

/// Begins a login for `<provider>-auth-url`.
pub(super) fn begin(request: &Request, provider: &str) -> Option<Reply> {
    let page = match provider {
        "anthropic" => "https://claude.ai/oauth/authorize?client_id=simulated&code=true&response_type=code",
        "codex" => "https://auth.openai.com/oauth/authorize?client_id=simulated&response_type=code",
        "antigravity" => {
            "https://accounts.google.com/o/oauth2/v2/auth?client_id=simulated&response_type=code"
        }
        "kimi" => "https://www.kimi.com/code/authorize_device?user_code=",
        "xai" => "https://accounts.x.ai/oauth2/device?user_code=",
        _ => return None,
    };
    let shared = &request.connection.shared;
    let now_ms = shared.clock.now_ms();
    let device = matches!(provider, "kimi" | "xai");
    let state = shared.gateway.logins().begin(provider, device, now_ms);
    let mut answer = json!({ "state": state, "status": "ok", "url": format!("{page}&state={state}") });
    if device {
        let code = short_hash(&state)[..8].to_ascii_uppercase();
        answer["url"] = json!(format!("{page}{code}"));
        answer["user_code"] = json!(code);
        answer["flow"] = json!("device");
        answer["expires_in"] = json!(1800);
    }
    Some(Reply::json(&answer))
}

pub(super) fn status(request: &Request) -> Reply {
    let state = request.parameter("state").trim();
    if state.is_empty() {
        return Reply::ok();
    }
    if !is_state(state) {
        return Reply::json_with(
            StatusCode::BAD_REQUEST,
            &json!({ "error": "invalid state", "status": "error" }),
        );
    }
    let shared = &request.connection.shared;
    let stage = shared.gateway.logins().stage(state, shared.clock.now_ms());
    match stage {
        None => Reply::json(&json!({ "error": "unknown or expired state", "status": "error" })),
        Some((Stage::Waiting, _)) => Reply::json(&json!({ "status": "wait" })),
        Some((Stage::Failed(error), _)) => Reply::json(&json!({ "error": error, "status": "error" })),
        Some((Stage::Done, confirmed)) => {
            if let Some(provider) = confirmed {
                add_credential(request, &provider);
            }
            Reply::ok()
        }
    }
}

pub(super) fn cancel(request: &Request) -> Reply {
    let state = request.parameter("state").trim();
    if !is_state(state) {
        return Reply::bad_request("invalid state");
    }
    let cancelled = request.connection.shared.gateway.logins().cancel(state);
    if cancelled {
        Reply::json(&json!({ "cancelled": true, "status": "ok" }))
    } else {
        Reply::error(StatusCode::NOT_FOUND, "unknown or expired state")
    }
}

/// `oauth-callback`, which needs no management key.
pub(super) fn callback(request: &Request) -> Reply {
    let body = request.json().unwrap_or_default();
    let field = |name: &str| -> String {
        match body.get(name).and_then(Value::as_str) {
            Some(text) => text.trim().to_owned(),
            None => request.parameter(name).trim().to_owned(),
        }
    };
    let redirect = field("redirect_url");
    let from_redirect = |name: &str| -> String {
        let query = redirect.split_once('?').map_or("", |(_, query)| query);
        query
            .split(['&', '#'])
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map_or_else(String::new, |(_, value)| percent_decode(value, true))
    };
    let either =
        |name: &str| Some(field(name)).filter(|text| !text.is_empty()).unwrap_or_else(|| from_redirect(name));
    let (state, code, error) = (either("state"), either("code"), either("error"));
    if !is_state(&state) {
        return Reply::bad_request("state is required");
    }
    if code.is_empty() && error.is_empty() {
        return Reply::bad_request("code or error is required");
    }
    match finish(request, &state, &field("provider"), &error) {
        Ok(()) => Reply::ok(),
        Err(Refused::Unknown) => Reply::error(StatusCode::NOT_FOUND, "unknown or expired state"),
        Err(Refused::NotPending) => Reply::error(StatusCode::CONFLICT, "oauth flow is not pending"),
        Err(Refused::OtherProvider) => Reply::bad_request("provider does not match state"),
    }
}

/// The redirect that a browser follows: always a page, whatever became of it.
pub(super) fn browser(request: &Request, provider: &str) -> Reply {
    let state = request.parameter("state").to_owned();
    if is_state(&state) {
        let finished = finish(request, &state, provider, request.parameter("error"));
        tracing::debug!(?finished, "browser came back from a login");
    }
    Reply::bytes(StatusCode::OK, "text/html; charset=utf-8", DONE_PAGE)
}

fn finish(request: &Request, state: &str, provider: &str, error: &str) -> Result<(), Refused> {
    let shared = &request.connection.shared;
    let provider = shared.gateway.logins().complete(state, provider, error, shared.clock.now_ms())?;
    if error.is_empty() {
        add_credential(request, &provider);
    }
    Ok(())
}

fn add_credential(request: &Request, provider: &str) {
    let shared = &request.connection.shared;
    let now_ms = shared.clock.now_ms();
    let kind = if provider == "anthropic" { "claude" } else { provider };
    let number = mix(&[now_ms.cast_unsigned()]) % 10_000;
    let email = format!("new-{number:04}@example.org");
    let name = if kind == "kimi" { format!("kimi-{now_ms}.json") } else { format!("{kind}-{email}.json") };
    let mut content = Map::new();
    content.insert("type".into(), json!(kind));
    if kind != "kimi" {
        content.insert("email".into(), json!(email));
    }
    content.insert("access_token".into(), json!(format!("simulated-{number}")));
    content.insert("refresh_token".into(), json!(format!("simulated-refresh-{number}")));
    content.insert("last_refresh".into(), json!(time(now_ms)));
    content.insert("disabled".into(), json!(false));
    auth_files::add(request, &name, content);
    shared.hub.publish_refresh();
}
