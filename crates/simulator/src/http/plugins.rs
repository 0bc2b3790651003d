//! Plugins and their store. One plugin exists: `sim-plugin`, whose routes the proxy tests use.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Request;
use super::reply::Reply;
use crate::gateway::Plugin;

/// Where the store's list comes from.
const SOURCE: (&str, &str, &str) = ("official", "Official", "https://plugins.example.org/registry.json");

/// Id, name, version in the store.
const STORE: [(&str, &str, &str); 2] =
    [("sim-plugin", "Simulator plugin", "1.3.0"), ("usage-exporter", "Usage exporter", "0.4.1")];

/// The page of the plugin, served without a key.
const PAGE: &str = "<!doctype html><html><head><meta charset=\"utf-8\"><title>Simulator plugin</title></head>\
    <body><h1>Simulator plugin</h1><p>A page of a plugin, served without a key.</p></body></html>";

pub(super) fn answer(request: &Request, segments: &[&str]) -> Option<Reply> {
    if let ["plugins", id, ..] | ["plugin-store", id, ..] = segments
        && !is_id(id)
    {
        return Some(Reply::bad_request("invalid plugin id"));
    }
    Some(match (&request.method, segments) {
        (&Method::GET, ["plugins"]) => list(request),
        (&Method::DELETE, ["plugins", id]) => delete(request, id),
        (&Method::PATCH, ["plugins", id, "enabled"]) => enable(request, id),
        (&Method::GET, ["plugins", id, "config"]) => Reply::json(&Value::Object(config(request, id))),
        (&Method::PUT, ["plugins", id, "config"]) => put_config(request, id, false),
        (&Method::PATCH, ["plugins", id, "config"]) => put_config(request, id, true),
        (&Method::GET, ["plugin-store"]) => store(request),
        (&Method::POST, ["plugin-store", id, "install"]) => install(request, id),
        _ => return None,
    })
}

/// `/v0/resource/plugins/<id>/…`, without a key.
pub(super) fn resource(request: &Request, rest: &str) -> Reply {
    let id = rest.split('/').next().unwrap_or_default();
    let shared = &request.connection.shared;
    let known = shared.gateway.plugins().get(id).is_some_and(|plugin| plugin.enabled);
    match rest.strip_prefix(id).unwrap_or_default() {
        "/ui" | "/ui/" if known => Reply::bytes(StatusCode::OK, "text/html; charset=utf-8", PAGE),
        "/data.json" if known => Reply::json(&json!({ "plugin": id, "ok": true })),
        _ => Reply::not_found(),
    }
}

fn is_id(id: &str) -> bool {
    let mut bytes = id.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && id.len() <= 128
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn plugins_enabled(request: &Request) -> bool {
    request.connection.shared.gateway.document().effective(&["plugins", "enabled"]) == json!(true)
}

fn list(request: &Request) -> Reply {
    let enabled = plugins_enabled(request);
    let plugins: Vec<Value> = request
        .connection
        .shared
        .gateway
        .plugins()
        .iter()
        .map(|(id, plugin)| {
            let fields = json!([
                { "name": "mode", "type": "enum", "enum_values": ["safe", "fast"], "description": "How it works" },
                { "name": "interval", "type": "integer", "description": "Seconds between runs" },
            ]);
            json!({
                "id": id,
                "path": plugin.path(id),
                "configured": true,
                "registered": plugin.enabled,
                "enabled": plugin.enabled,
                "effective_enabled": enabled && plugin.enabled,
                "supports_oauth": false,
                "oauth_provider": "",
                "logo": "",
                "config_fields": fields,
                "menus": [{
                    "path": format!("/v0/resource/plugins/{id}/ui"),
                    "menu": plugin.name,
                    "description": "A page of a plugin",
                }],
                "metadata": {
                    "name": plugin.name,
                    "version": plugin.version,
                    "author": "cpamp",
                    "github_repository": "",
                    "logo": "",
                    "config_fields": fields,
                },
            })
        })
        .collect();
    Reply::json(&json!({ "plugins_enabled": enabled, "plugins_dir": "plugins", "plugins": plugins }))
}

fn unknown() -> Reply {
    Reply::error(StatusCode::NOT_FOUND, "plugin not found")
}

fn enable(request: &Request, id: &str) -> Reply {
    let Some(enabled) = request.json().and_then(|body| body["enabled"].as_bool()) else {
        return Reply::bad_request("invalid body");
    };
    let shared = &request.connection.shared;
    match shared.gateway.plugins().get_mut(id) {
        Some(plugin) => plugin.enabled = enabled,
        None => return unknown(),
    }
    let config = with_enabled(request, id, enabled);
    shared.gateway.document().set(&["plugins", "configs", id], config);
    shared.reload();
    Reply::ok()
}

fn with_enabled(request: &Request, id: &str, enabled: bool) -> Value {
    let mut config = config(request, id);
    config.insert("enabled".to_owned(), json!(enabled));
    Value::Object(config)
}

fn config(request: &Request, id: &str) -> Map<String, Value> {
    let document = request.connection.shared.gateway.document();
    document.get(&["plugins", "configs", id]).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn put_config(request: &Request, id: &str, merge: bool) -> Reply {
    let Some(Value::Object(body)) = request.json() else { return Reply::bad_request("invalid body") };
    let shared = &request.connection.shared;
    let mut next = if merge { config(request, id) } else { Map::new() };
    for (key, value) in body {
        if value.is_null() {
            next.shift_remove(&key);
        } else {
            next.insert(key, value);
        }
    }
    if let (Some(enabled), Some(plugin)) =
        (next.get("enabled").and_then(Value::as_bool), shared.gateway.plugins().get_mut(id))
    {
        plugin.enabled = enabled;
    }
    shared.gateway.document().set(&["plugins", "configs", id], Value::Object(next));
    shared.reload();
    Reply::ok()
}

fn delete(request: &Request, id: &str) -> Reply {
    let shared = &request.connection.shared;
    let Some(plugin) = shared.gateway.plugins().remove(id) else { return unknown() };
    let mut configs = match shared.gateway.document().get(&["plugins", "configs"]) {
        Some(Value::Object(configs)) => configs.clone(),
        _ => Map::new(),
    };
    let configured = configs.shift_remove(id).is_some();
    shared.gateway.document().set(&["plugins", "configs"], Value::Object(configs));
    shared.reload();
    Reply::json(&json!({
        "status": "deleted",
        "id": id,
        "path": plugin.path(id),
        "file_deleted": true,
        "configured_removed": configured,
        "restart_required": false,
    }))
}

fn store(request: &Request) -> Reply {
    let enabled = plugins_enabled(request);
    let (source, name, url) = SOURCE;
    let installed = request.connection.shared.gateway.plugins();
    let plugins: Vec<Value> = STORE
        .iter()
        .map(|(id, title, version)| {
            let plugin = installed.get(*id);
            json!({
                "store_id": format!("{source}/{id}"),
                "source_id": source,
                "source_name": name,
                "source_url": url,
                "id": id,
                "name": title,
                "description": format!("{title} of the simulated store."),
                "author": "cpamp",
                "version": version,
                "repository": format!("https://github.com/example/{id}"),
                "install_type": "github-release",
                "auth_required": false,
                "auth_configured": false,
                "platforms": [{ "goos": "linux", "goarch": "amd64" }],
                "license": "MIT",
                "tags": ["simulated"],
                "installed": plugin.is_some(),
                "installed_version": plugin.map_or("", |plugin| plugin.version.as_str()),
                "path": plugin.map_or_else(String::new, |plugin| plugin.path(id)),
                "configured": plugin.is_some(),
                "registered": plugin.is_some_and(|plugin| plugin.enabled),
                "enabled": plugin.is_some_and(|plugin| plugin.enabled),
                "effective_enabled": enabled && plugin.is_some_and(|plugin| plugin.enabled),
                "update_available": plugin.is_some_and(|plugin| plugin.version != *version),
            })
        })
        .collect();
    Reply::json(&json!({
        "plugins_enabled": enabled,
        "plugins_dir": "plugins",
        "sources": [{ "id": source, "name": name, "url": url }],
        "plugins": plugins,
    }))
}

fn install(request: &Request, id: &str) -> Reply {
    let Some((_, title, newest)) = STORE.iter().find(|(known, ..)| *known == id) else {
        return Reply::error(StatusCode::NOT_FOUND, "plugin_not_found");
    };
    let asked = request.json().and_then(|body| body["version"].as_str().map(str::to_owned));
    let version = asked
        .or_else(|| Some(request.parameter("version").to_owned()))
        .filter(|version| !version.is_empty())
        .unwrap_or_else(|| (*newest).to_owned());
    let plugin = Plugin { name: (*title).to_owned(), version: version.clone(), enabled: true };
    let path = plugin.path(id);
    let shared = &request.connection.shared;
    shared.gateway.plugins().insert(id.to_owned(), plugin);
    let config = with_enabled(request, id, true);
    shared.gateway.document().set(&["plugins", "configs", id], config);
    shared.reload();
    let (source, name, url) = SOURCE;
    Reply::json(&json!({
        "status": "installed",
        "source_id": source,
        "source_name": name,
        "source_url": url,
        "id": id,
        "version": version,
        "install_type": "github-release",
        "path": path,
        "plugins_enabled": plugins_enabled(request),
        "restart_required": false,
    }))
}
