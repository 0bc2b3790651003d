//! Routes for clients of the gateway: model lists, health, the index.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::reply::Reply;
use super::{Request, oauth, plugins};
use crate::gateway::credentials::display_name;
use crate::traffic::catalogue::MODELS;

const INDEX: &[u8] = br#"{"endpoints":["POST /v1/chat/completions","POST /v1/completions","GET /v1/models"],"message":"CLI Proxy API Server"}"#;

/// What stands before the disguised ids of the Anthropic list.
const CLOAK: &str = "claude-fable-5-dd-";

pub(super) fn answer(request: &Request) -> Reply {
    let path = request.path.as_str();
    match (&request.method, path) {
        (&Method::GET | &Method::HEAD, "/healthz") => {
            Reply::json_bytes(StatusCode::OK, br#"{"status":"ok"}"#.to_vec())
        }
        (&Method::GET, "/") => Reply::json_bytes(StatusCode::OK, INDEX.to_vec()),
        (&Method::GET, "/v1/models" | "/v1beta/models") => match check_key(request) {
            Ok(()) if path == "/v1beta/models" => gemini_models(),
            Ok(()) => models(request),
            Err(refused) => refused,
        },
        (&Method::GET, "/anthropic/callback") => oauth::browser(request, "anthropic"),
        (&Method::GET, "/codex/callback") => oauth::browser(request, "codex"),
        (&Method::GET, "/antigravity/callback") => oauth::browser(request, "antigravity"),
        (&Method::GET, path) => match path.strip_prefix("/v0/resource/plugins/") {
            Some(rest) if !request.connection.shared.home_mode() => plugins::resource(request, rest),
            _ => Reply::not_found(),
        },
        _ => Reply::not_found(),
    }
}

/// A client key, in any of the places where CPA looks. Without configured keys the gateway is open to all.
fn check_key(request: &Request) -> Result<(), Reply> {
    let keys = request.connection.shared.gateway.client_keys();
    if keys.is_empty() {
        return Ok(());
    }
    let authorization = request.header("authorization");
    let bearer = match authorization.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
        _ => authorization,
    };
    let provided = [
        bearer,
        request.header("x-goog-api-key"),
        request.header("x-api-key"),
        request.parameter("key"),
        request.parameter("auth_token"),
    ];
    if provided.iter().all(|key| key.is_empty()) {
        return Err(Reply::error(StatusCode::UNAUTHORIZED, "Missing API key"));
    }
    if provided.iter().any(|key| keys.iter().any(|known| known == key)) {
        return Ok(());
    }
    Err(Reply::error(StatusCode::UNAUTHORIZED, "Invalid API key"))
}

fn models(request: &Request) -> Reply {
    let anthropic = !request.header("anthropic-version").is_empty()
        || request.header("user-agent").starts_with("claude-cli");
    if anthropic {
        let list: Vec<Value> = MODELS
            .iter()
            .map(|model| {
                let reversed: String = model.alias.chars().rev().collect();
                json!({
                    "created_at": "2026-01-01T00:00:00Z",
                    "display_name": display_name(model.name),
                    "id": format!("{CLOAK}{reversed}"),
                    "type": "model",
                })
            })
            .collect();
        let id = |entry: Option<&Value>| entry.map(|entry| entry["id"].clone()).unwrap_or_default();
        return Reply::json(&json!({
            "data": list,
            "first_id": id(list.first()),
            "has_more": false,
            "last_id": id(list.last()),
        }));
    }
    if !request.parameter("client_version").is_empty() {
        let list: Vec<Value> = MODELS
            .iter()
            .map(|model| json!({ "slug": model.alias, "display_name": display_name(model.name), "context_window": model.context }))
            .collect();
        return Reply::json(&json!({ "models": list }));
    }
    let list: Vec<Value> = MODELS
        .iter()
        .map(|model| {
            json!({
                "created": 1_770_912_000,
                "id": model.alias,
                "object": "model",
                "owned_by": model.provider.owner(),
            })
        })
        .collect();
    Reply::json(&json!({ "data": list, "object": "list" }))
}

fn gemini_models() -> Reply {
    let list: Vec<Value> = MODELS
        .iter()
        .map(|model| {
            json!({
                "name": format!("models/{}", model.alias),
                "displayName": display_name(model.name),
                "inputTokenLimit": model.context,
                "outputTokenLimit": 65_536,
                "supportedGenerationMethods": ["generateContent"],
            })
        })
        .collect();
    Reply::json(&json!({ "models": list }))
}
