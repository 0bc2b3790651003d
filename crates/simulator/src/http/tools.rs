//! `api-call`, `reset-quota`, `model-definitions`, `vertex/import`.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::reply::Reply;
use super::{Request, auth_files, multipart};
use crate::clock::http_date;
use crate::gateway::credentials::{display_name, models_of};
use crate::gateway::upstream;
use crate::traffic::catalogue::MODELS;

/// Channels that have definitions, with the provider whose models they list.
const CHANNELS: [(&str, &str); 9] = [
    ("claude", "claude"),
    ("gemini", "gemini"),
    ("gemini-interactions", "gemini"),
    ("vertex", "vertex"),
    ("aistudio", "gemini"),
    ("codex", "codex"),
    ("kimi", "kimi"),
    ("antigravity", "antigravity"),
    ("xai", "xai"),
];

pub(super) fn api_call(request: &Request) -> Reply {
    let Some(body) = request.json().filter(Value::is_object) else {
        return Reply::bad_request("invalid body");
    };
    let text = |name: &str| body[name].as_str().unwrap_or_default().trim().to_owned();
    if text("method").is_empty() {
        return Reply::bad_request("missing method");
    }
    let url = text("url");
    if url.is_empty() {
        return Reply::bad_request("missing url");
    }
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Reply::bad_request("invalid url");
    }
    let shared = &request.connection.shared;
    let index = [text("auth_index"), text("authIndex"), text("AuthIndex")]
        .into_iter()
        .find(|index| !index.is_empty());
    let index = index.unwrap_or_default();
    let now_ms = shared.clock.now_ms();
    let credential = shared.gateway.credentials().values().find(|file| file.auth_index == index).cloned();
    let answer = shared
        .gateway
        .upstream_override(&url, &index)
        .unwrap_or_else(|| upstream::answer(&shared.gateway.world, credential.as_ref(), &url, now_ms));
    Reply::json(&json!({
        "status_code": answer.status,
        "header": {
            "Content-Length": [answer.body.len().to_string()],
            "Content-Type": ["application/json"],
            "Date": [http_date(now_ms)],
            "Server": ["cloudflare"],
        },
        "body": answer.body,
    }))
}

pub(super) fn reset_quota(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let body = request.json().unwrap_or_default();
    let index = body["auth_index"].as_str().unwrap_or_default().trim().to_owned();
    if index.is_empty() {
        return Reply::bad_request("auth_index is required");
    }
    let kind = shared
        .gateway
        .credentials()
        .values()
        .find(|file| file.auth_index == index)
        .map(|file| file.kind().to_owned())
        .or_else(|| {
            let account = shared.gateway.world.accounts.iter().find(|account| account.auth_index == index);
            account.filter(|_| shared.config.accounts).map(|account| account.provider.name().to_owned())
        });
    let Some(kind) = kind else { return Reply::error(StatusCode::NOT_FOUND, "auth not found") };
    shared.gateway.stats().forget_error(&index);
    let models: Vec<Value> =
        models_of(&kind).as_array().into_iter().flatten().map(|model| model["id"].clone()).collect();
    Reply::json(&json!({ "auth_index": index, "models": models, "status": "ok" }))
}

pub(super) fn model_definitions(channel: &str) -> Reply {
    let channel = channel.trim().to_ascii_lowercase();
    let Some((_, provider)) = CHANNELS.iter().find(|(name, _)| *name == channel) else {
        return Reply::json_with(
            StatusCode::BAD_REQUEST,
            &json!({ "channel": channel, "error": "unknown channel" }),
        );
    };
    let models: Vec<Value> = MODELS
        .iter()
        .filter(|model| model.provider.name() == *provider)
        .map(|model| {
            json!({
                "id": model.name,
                "object": "model",
                "created": 1_770_912_000,
                "owned_by": model.provider.owner(),
                "type": model.provider.owner(),
                "display_name": display_name(model.name),
                "version": model.name,
                "description": format!("{}, simulated.", display_name(model.name)),
                "context_length": model.context,
                "max_completion_tokens": 128_000,
                "supported_parameters": ["tools"],
                "supportedInputModalities": ["text", "image"],
                "supportedOutputModalities": ["text"],
                "thinking": { "levels": ["low", "medium", "high", "xhigh"] },
            })
        })
        .collect();
    Reply::json(&json!({ "channel": channel, "models": models }))
}

pub(super) fn vertex_import(request: &Request) -> Reply {
    let Some(parts) = multipart::parse(request.header("content-type"), &request.body) else {
        return Reply::bad_request("file required");
    };
    let Some(file) = parts.iter().find(|part| part.name == "file") else {
        return Reply::bad_request("file required");
    };
    let Ok(Value::Object(account)) = serde_json::from_slice::<Value>(file.content) else {
        return Reply::error_with_message(
            StatusCode::BAD_REQUEST,
            "invalid json",
            "the file is no JSON object",
        );
    };
    let text = |key: &str| account.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (project, email) = (text("project_id"), text("client_email"));
    if project.is_empty() {
        return Reply::bad_request("project_id missing");
    }
    let location = parts
        .iter()
        .find(|part| part.name == "location")
        .map(|part| String::from_utf8_lossy(part.content).trim().to_owned())
        .or_else(|| Some(request.parameter("location").to_owned()))
        .filter(|location| !location.is_empty())
        .unwrap_or_else(|| "us-central1".to_owned());
    let mut content = Map::new();
    content.insert("type".into(), json!("vertex"));
    content.insert("project_id".into(), json!(project));
    content.insert("email".into(), json!(email));
    content.insert("location".into(), json!(location));
    content.insert("service_account".into(), Value::Object(account));
    let name = format!("vertex-{project}.json");
    auth_files::add(request, &name, content);
    let shared = &request.connection.shared;
    shared.hub.publish_refresh();
    Reply::json(&json!({
        "auth-file": format!("{}/{name}", shared.gateway.auth_dir),
        "email": email,
        "location": location,
        "project_id": project,
        "status": "ok",
    }))
}
