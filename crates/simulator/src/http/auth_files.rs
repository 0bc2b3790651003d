//! `auth-files`: list, models, download, upload, delete, status and fields.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Request;
use super::multipart;
use super::reply::Reply;
use crate::gateway::credentials::{Credential, models_of};

pub(super) fn answer(request: &Request, rest: &[&str]) -> Reply {
    match (&request.method, rest) {
        (&Method::GET, []) => list(request),
        (&Method::POST, []) => upload(request),
        (&Method::DELETE, []) => delete(request),
        (&Method::GET, ["models"]) => models(request),
        (&Method::GET, ["download"]) => download(request),
        (&Method::PATCH, ["status"]) => status(request),
        (&Method::PATCH, ["fields"]) => fields(request),
        _ => Reply::not_found(),
    }
}

fn list(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let (name, auth_index) = (request.parameter("name"), request.parameter("auth_index"));
    let now_ms = shared.clock.now_ms();
    let stats = shared.gateway.stats();
    let files: Vec<Value> = shared
        .gateway
        .credentials()
        .values()
        .filter(|file| name.is_empty() || file.name == name)
        .filter(|file| auth_index.is_empty() || file.auth_index == auth_index)
        .map(|file| file.entry(&stats.of(&file.auth_index), now_ms))
        .collect();
    Reply::json(&json!({ "files": files }))
}

fn models(request: &Request) -> Reply {
    let credentials = request.connection.shared.gateway.credentials();
    let models =
        credentials.get(request.parameter("name")).map_or_else(|| json!([]), |file| models_of(file.kind()));
    Reply::json(&json!({ "models": models }))
}

fn download(request: &Request) -> Reply {
    let name = request.parameter("name");
    if !is_file_name(name) {
        return Reply::bad_request("invalid name");
    }
    if !name.to_ascii_lowercase().ends_with(".json") {
        return Reply::bad_request("name must end with .json");
    }
    match request.connection.shared.gateway.credentials().get(name) {
        Some(file) => Reply::bytes(StatusCode::OK, "application/json", file.file())
            .with("content-disposition", &format!("attachment; filename=\"{name}\"")),
        None => Reply::error(StatusCode::NOT_FOUND, "file not found"),
    }
}

fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\']) && name != "." && name != ".."
}

fn upload(request: &Request) -> Reply {
    let parts = multipart::parse(request.header("content-type"), &request.body);
    let files: Vec<(String, &[u8])> = match &parts {
        Some(parts) => {
            parts.iter().filter_map(|part| part.file_name.clone().map(|name| (name, part.content))).collect()
        }
        None => {
            let name = request.parameter("name");
            if name.is_empty() {
                return Reply::bad_request("no files uploaded");
            }
            vec![(name.to_owned(), &request.body[..])]
        }
    };
    let mut uploaded = Vec::new();
    let mut failed: Vec<(String, StatusCode, &str)> = Vec::new();
    for (name, content) in &files {
        match store(request, name, content) {
            Ok(()) => uploaded.push(name.clone()),
            Err((status, message)) => failed.push((name.clone(), status, message)),
        }
    }
    let reply = match (files.len(), failed.first()) {
        (0, _) => return Reply::bad_request("no files uploaded"),
        (1, Some((_, status, message))) => return Reply::error(*status, message),
        (1, None) => Reply::ok(),
        (_, None) => Reply::json(&json!({ "files": uploaded, "status": "ok", "uploaded": uploaded.len() })),
        (..) => Reply::json_with(
            StatusCode::MULTI_STATUS,
            &json!({
                "failed": failed.iter().map(|(name, _, error)| json!({ "name": name, "error": error })).collect::<Vec<_>>(),
                "files": uploaded,
                "status": "partial",
                "uploaded": uploaded.len(),
            }),
        ),
    };
    request.connection.shared.hub.publish_refresh();
    reply
}

fn store(request: &Request, name: &str, content: &[u8]) -> Result<(), (StatusCode, &'static str)> {
    if !is_file_name(name) {
        return Err((StatusCode::BAD_REQUEST, "invalid name"));
    }
    if !name.to_ascii_lowercase().ends_with(".json") {
        return Err((StatusCode::BAD_REQUEST, "file must be .json"));
    }
    let Ok(Value::Object(content)) = serde_json::from_slice(content) else {
        return Err((StatusCode::INTERNAL_SERVER_ERROR, "invalid auth file"));
    };
    add(request, name, content);
    Ok(())
}

/// Adds or overwrites a file.
pub(super) fn add(request: &Request, name: &str, content: Map<String, Value>) {
    let shared = &request.connection.shared;
    let now_ms = shared.clock.now_ms();
    let mut credentials = shared.gateway.credentials();
    let mut file = Credential::new(name, content, &shared.gateway.auth_dir, now_ms);
    if let Some(old) = credentials.get(name) {
        file.created_ms = old.created_ms;
    }
    credentials.insert(name.to_owned(), file);
}

fn delete(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let mut credentials = shared.gateway.credentials();
    if matches!(request.parameter("all"), "true" | "1" | "*") {
        let deleted = credentials.len();
        credentials.clear();
        drop(credentials);
        shared.hub.publish_refresh();
        return Reply::json(&json!({ "deleted": deleted, "status": "ok" }));
    }
    let names = names_to_delete(request);
    if names.is_empty() {
        return Reply::bad_request("invalid name");
    }
    let (gone, missing): (Vec<String>, Vec<String>) =
        names.iter().cloned().partition(|name| credentials.remove(name).is_some());
    drop(credentials);
    if !gone.is_empty() {
        shared.hub.publish_refresh();
    }
    match (names.len(), missing.is_empty()) {
        (1, true) => Reply::ok(),
        (1, false) => Reply::error(StatusCode::NOT_FOUND, "auth file not found"),
        (_, true) => Reply::json(&json!({ "deleted": gone.len(), "files": gone, "status": "ok" })),
        (_, false) => Reply::json_with(
            StatusCode::MULTI_STATUS,
            &json!({
                "deleted": gone.len(),
                "failed": missing.iter().map(|name| json!({ "name": name, "error": "auth file not found" })).collect::<Vec<_>>(),
                "files": gone,
                "status": "partial",
            }),
        ),
    }
}

fn names_to_delete(request: &Request) -> Vec<String> {
    let mut names: Vec<String> =
        request.parameters("name").filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match request.json() {
        Some(Value::Array(list)) => names.extend(list.iter().filter_map(text)),
        Some(body) => {
            names.extend(body.get("name").and_then(text));
            names.extend(body.get("names").and_then(Value::as_array).into_iter().flatten().filter_map(text));
        }
        None => {}
    }
    names.dedup();
    names
}

fn status(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let Some(body) = request.json() else { return Reply::bad_request("invalid request body") };
    let name = body["name"].as_str().unwrap_or_default().trim();
    if name.is_empty() {
        return Reply::bad_request("name is required");
    }
    let Some(disabled) = body["disabled"].as_bool() else {
        return Reply::bad_request("disabled is required");
    };
    let auth_index = body["auth_index"].as_str().unwrap_or_default();
    {
        let mut credentials = shared.gateway.credentials();
        if let Some(file) = credentials.get_mut(name) {
            if !auth_index.is_empty() && file.auth_index != auth_index {
                return Reply::error(StatusCode::NOT_FOUND, "auth file not found");
            }
            file.content.insert("disabled".to_owned(), json!(disabled));
            file.changed_ms = shared.clock.now_ms();
            drop(credentials);
            shared.hub.publish_refresh();
            return Reply::json(&json!({ "disabled": disabled, "status": "ok" }));
        }
    }
    if super::providers::toggle_by_id(request, name, disabled) {
        return Reply::json(&json!({
            "disabled": disabled,
            "excluded_pattern": "*",
            "status": "ok",
            "via": "config:excluded-models",
        }));
    }
    Reply::error(StatusCode::NOT_FOUND, "auth file not found")
}

fn fields(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let Some(Value::Object(body)) = request.json() else { return Reply::bad_request("invalid request body") };
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        return Reply::bad_request("name is required");
    }
    let changes: Vec<(String, Value)> =
        body.into_iter().filter(|(key, _)| key != "name" && key != "auth_index").collect();
    let mut credentials = shared.gateway.credentials();
    let Some(file) = credentials.get_mut(&name) else {
        return Reply::error(StatusCode::NOT_FOUND, "auth file not found");
    };
    if changes.is_empty() {
        return Reply::bad_request("no fields to update");
    }
    for (key, value) in changes {
        if matches!(key.as_str(), "weight" | "request_retry") && !(value.is_i64() || value.is_null()) {
            return Reply::bad_request(&format!("{key} must be an integer or null"));
        }
        if key == "headers" {
            merge_headers(&mut file.content, &value);
        } else {
            set_dotted(&mut file.content, &key, value);
        }
    }
    file.changed_ms = shared.clock.now_ms();
    drop(credentials);
    shared.hub.publish_refresh();
    Reply::ok()
}

/// Header values are merged; an empty one deletes.
fn merge_headers(content: &mut Map<String, Value>, change: &Value) {
    let mut headers = content.get("headers").and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, value) in change.as_object().into_iter().flatten() {
        if value.as_str().is_none_or(|value| value.trim().is_empty()) {
            headers.shift_remove(name);
        } else {
            headers.insert(name.clone(), value.clone());
        }
    }
    content.insert("headers".to_owned(), Value::Object(headers));
}

/// Writes `a.b.c` into nested objects; null removes.
fn set_dotted(content: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None if value.is_null() => {
            content.shift_remove(path);
        }
        None => {
            content.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = content.entry(first.to_owned()).or_insert_with(|| json!({}));
            if !inner.is_object() {
                *inner = json!({});
            }
            if let Value::Object(inner) = inner {
                set_dotted(inner, rest, value);
            }
        }
    }
}
