//! The provider lists of the configuration.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Request;
use super::reply::Reply;
use crate::gateway::document::{ALWAYS_WITH_PROXY, with_proxy_url};
use crate::traffic::world::{config_id, key_auth_index, short_hash};

/// CPA's limit for `weight`.
const MAX_WEIGHT: i64 = 1_000_000;

/// What is particular about one provider list.
struct List {
    name: &'static str,
    /// `kind` of its credential ids.
    kind: &'static str,
    /// Fields that PATCH changes.
    patchable: &'static [&'static str],
    /// Entries without a base URL are dropped.
    needs_base_url: bool,
}

const GEMINI: &[&str] = &[
    "api-key",
    "weight",
    "prefix",
    "base-url",
    "proxy-url",
    "headers",
    "excluded-models",
    "disable-cooling",
    "request-retry",
    "request-scoped-errors",
];
const CLAUDE: &[&str] = &[
    "api-key",
    "weight",
    "prefix",
    "base-url",
    "proxy-url",
    "headers",
    "excluded-models",
    "disable-cooling",
    "request-retry",
    "request-scoped-errors",
    "models",
    "rebuild-mid-system-message",
    "fingerprint-profile",
];
const CODEX: &[&str] = &[
    "api-key",
    "weight",
    "prefix",
    "base-url",
    "proxy-url",
    "headers",
    "excluded-models",
    "disable-cooling",
    "request-retry",
    "request-scoped-errors",
    "models",
    "alpha-search",
];
const XAI: &[&str] = &[
    "api-key",
    "weight",
    "prefix",
    "base-url",
    "proxy-url",
    "headers",
    "excluded-models",
    "disable-cooling",
    "request-retry",
    "request-scoped-errors",
    "models",
    "priority",
    "websockets",
];
const VERTEX: &[&str] = &[
    "api-key",
    "weight",
    "prefix",
    "base-url",
    "proxy-url",
    "headers",
    "models",
    "excluded-models",
    "disable-cooling",
    "request-retry",
];
const COMPAT: &[&str] = &[
    "name",
    "prefix",
    "disabled",
    "base-url",
    "api-key-entries",
    "models",
    "headers",
    "support-prompt-cache-key",
    "disable-cooling",
    "request-retry",
    "request-scoped-errors",
];

const fn list(
    name: &'static str,
    kind: &'static str,
    patchable: &'static [&'static str],
    needs_base_url: bool,
) -> List {
    List { name, kind, patchable, needs_base_url }
}

const LISTS: [List; 7] = [
    list("gemini-api-key", "gemini:apikey", GEMINI, false),
    list("interactions-api-key", "gemini-interactions:apikey", GEMINI, false),
    list("claude-api-key", "claude:apikey", CLAUDE, false),
    list("codex-api-key", "codex:apikey", CODEX, true),
    list("xai-api-key", "xai:apikey", XAI, true),
    list("vertex-api-key", "vertex:apikey", VERTEX, false),
    list("openai-compatibility", "openai-compatibility", COMPAT, true),
];

/// Answers one of the lists; `None` when there is none of this name.
pub(super) fn answer(request: &Request, name: &str) -> Option<Reply> {
    let list = LISTS.iter().find(|list| list.name == name)?;
    match request.method {
        Method::GET => Some(Reply::json(&json!({ list.name: shown(list, &entries(request, list.name)) }))),
        Method::PUT => Some(put(request, list)),
        Method::PATCH => Some(patch(request, list)),
        Method::DELETE => Some(delete(request, list)),
        _ => None,
    }
}

pub(super) fn entries(request: &Request, name: &str) -> Vec<Value> {
    let document = request.connection.shared.gateway.document();
    document.get(&[name]).and_then(Value::as_array).cloned().unwrap_or_default()
}

pub(super) fn save(request: &Request, name: &str, entries: Vec<Value>) -> Reply {
    request.connection.shared.gateway.document().set(&[name], Value::Array(entries));
    request.connection.shared.reload();
    Reply::ok()
}

pub(super) fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default()
}

/// The entries with their handles.
fn shown(list: &List, entries: &[Value]) -> Value {
    entries
        .iter()
        .map(|entry| {
            let entry = if ALWAYS_WITH_PROXY.contains(&list.name) { &with_proxy_url(entry) } else { entry };
            let mut shown = Map::new();
            for (key, value) in entry.as_object().into_iter().flatten() {
                shown.insert(key.clone(), value.clone());
                if key == "name" && list.name == "openai-compatibility" {
                    shown.entry("disabled").or_insert(json!(entry.get("disabled") == Some(&json!(true))));
                }
            }
            if list.name == "openai-compatibility" {
                for key_entry in
                    shown.get_mut("api-key-entries").and_then(Value::as_array_mut).into_iter().flatten()
                {
                    let index =
                        key_auth_index(list.name, text(entry, "base-url"), text(key_entry, "api-key"));
                    key_entry["auth-index"] = json!(index);
                }
            } else {
                shown.insert("auth-index".to_owned(), json!(auth_index(list, entry)));
            }
            Value::Object(shown)
        })
        .collect()
}

fn auth_index(list: &List, entry: &Value) -> String {
    if list.name == "vertex-api-key" {
        return short_hash(&format!("id:{}", credential_id(list, entry)));
    }
    key_auth_index(list.name, text(entry, "base-url"), text(entry, "api-key"))
}

fn credential_id(list: &List, entry: &Value) -> String {
    let (key, base_url, proxy) = (text(entry, "api-key"), text(entry, "base-url"), text(entry, "proxy-url"));
    if list.name == "vertex-api-key" {
        return config_id(list.kind, &[key, base_url, proxy]);
    }
    let mut headers: Vec<(&String, &str)> = entry
        .get("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name, value.as_str().unwrap_or_default()))
        .collect();
    headers.sort_unstable();
    let mut parts = vec![key, base_url, proxy, text(entry, "prefix")];
    for (name, value) in &headers {
        parts.extend([name.as_str(), value]);
    }
    config_id(list.kind, &parts)
}

/// `{"items":[…]}` or a bare array.
pub(super) fn items(request: &Request) -> Option<Vec<Value>> {
    match request.json()? {
        Value::Array(items) => Some(items),
        Value::Object(mut body) => match body.remove("items") {
            Some(Value::Array(items)) if !items.is_empty() => Some(items),
            _ => None,
        },
        _ => None,
    }
}

fn put(request: &Request, list: &List) -> Reply {
    let Some(items) = items(request) else { return Reply::bad_request("invalid body") };
    if !items.iter().all(Value::is_object) {
        return Reply::bad_request("invalid body");
    }
    let mut kept = Vec::new();
    for (index, mut item) in items.into_iter().enumerate() {
        if let Err(message) = check_weight(&item) {
            return Reply::bad_request(&format!("{}[{index}].weight: {message}", list.name));
        }
        if list.name == "vertex-api-key" && text(&item, "api-key").is_empty() {
            return Reply::bad_request(&format!("vertex-api-key[{index}].api-key is required"));
        }
        strip_handles(&mut item);
        let dropped = list.needs_base_url && text(&item, "base-url").is_empty();
        let duplicate = list.name == "gemini-api-key" && kept.contains(&item);
        if !dropped && !duplicate {
            kept.push(item);
        }
    }
    save(request, list.name, kept)
}

/// Handles are read-only; who sends a list back sends them too.
fn strip_handles(item: &mut Value) {
    if let Some(entry) = item.as_object_mut() {
        entry.shift_remove("auth-index");
        for key in entry.get_mut("api-key-entries").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(key) = key.as_object_mut() {
                key.shift_remove("auth-index");
            }
        }
    }
}

fn check_weight(entry: &Value) -> Result<(), &'static str> {
    match entry.get("weight") {
        None | Some(Value::Null) => Ok(()),
        Some(value) => match value.as_i64() {
            None => Err("weight must be an integer"),
            Some(weight) if weight > MAX_WEIGHT => Err("weight must not exceed 1000000"),
            Some(_) => Ok(()),
        },
    }
}

fn patch(request: &Request, list: &List) -> Reply {
    let Some(body) = request.json() else { return Reply::bad_request("invalid body") };
    let Some(value) = body.get("value").and_then(Value::as_object) else {
        return Reply::bad_request("invalid body");
    };
    let mut entries = entries(request, list.name);
    let selector = if list.name == "openai-compatibility" { "name" } else { "match" };
    let key = if selector == "name" { "name" } else { "api-key" };
    let by_index = body["index"]
        .as_u64()
        .and_then(|index| usize::try_from(index).ok())
        .filter(|index| *index < entries.len());
    let found = match (by_index, body[selector].as_str()) {
        (Some(index), _) => vec![index],
        (None, Some(wanted)) if !wanted.trim().is_empty() => {
            let base_url =
                request.query.iter().find(|(name, _)| name == "base-url").map(|(_, value)| value.trim());
            (0..entries.len())
                .filter(|index| text(&entries[*index], key) == wanted.trim())
                .filter(|index| base_url.is_none_or(|base| text(&entries[*index], "base-url") == base))
                .collect()
        }
        _ => Vec::new(),
    };
    let strict = matches!(list.name, "gemini-api-key" | "interactions-api-key");
    let index = match found.as_slice() {
        [] => return Reply::error(StatusCode::NOT_FOUND, "item not found"),
        [_, _, ..] if strict => return Reply::bad_request("multiple items match; index is required"),
        [first, ..] => *first,
    };
    if let Err(message) = check_weight(&body["value"]) {
        return Reply::bad_request(message);
    }
    if !matches!(
        value.get("fingerprint-profile").and_then(Value::as_str),
        None | Some("" | "claude-code-cli")
    ) {
        return Reply::bad_request("fingerprint-profile is not supported");
    }
    if let Some(entry) = entries[index].as_object_mut() {
        for (field, new) in value.iter().filter(|(field, _)| list.patchable.contains(&field.as_str())) {
            if new.is_null() {
                entry.shift_remove(field);
            } else {
                entry.insert(field.clone(), new.clone());
            }
        }
    }
    strip_handles(&mut entries[index]);
    let entry = &entries[index];
    let (no_key, no_url) = (text(entry, "api-key").is_empty(), text(entry, "base-url").is_empty());
    let removed = match list.name {
        "vertex-api-key" => no_key,
        _ if list.needs_base_url => no_url,
        _ => no_key && no_url,
    };
    if removed {
        entries.remove(index);
    }
    save(request, list.name, entries)
}

fn delete(request: &Request, list: &List) -> Reply {
    let mut entries = entries(request, list.name);
    let key = if list.name == "openai-compatibility" { "name" } else { "api-key" };
    let wanted = request.parameter(key).trim();
    if wanted.is_empty() {
        return match request.parameter("index").parse::<usize>() {
            Ok(index) if index < entries.len() => {
                entries.remove(index);
                save(request, list.name, entries)
            }
            _ => Reply::bad_request(&format!("missing {key} or index")),
        };
    }
    let base_url = request.query.iter().find(|(name, _)| name == "base-url").map(|(_, value)| value.trim());
    let matches = |entry: &Value| {
        text(entry, key) == wanted && base_url.is_none_or(|base| text(entry, "base-url") == base)
    };
    let hits = entries.iter().filter(|entry| matches(entry)).count();
    if hits > 1 && base_url.is_none() && key == "api-key" {
        return Reply::bad_request("multiple items match api-key; base-url is required");
    }
    if hits == 0 && matches!(list.name, "gemini-api-key" | "interactions-api-key") {
        return Reply::error(StatusCode::NOT_FOUND, "item not found");
    }
    entries.retain(|entry| !matches(entry));
    save(request, list.name, entries)
}

/// Switches a credential of the configuration off or on by its id, by excluding all of its models. `false` when
/// there is no such credential, or when it is one that cannot be switched like this.
pub(super) fn toggle_by_id(request: &Request, id: &str, disabled: bool) -> bool {
    for list in LISTS.iter().filter(|list| list.name != "openai-compatibility") {
        let mut entries = entries(request, list.name);
        let Some(entry) = entries.iter_mut().find(|entry| credential_id(list, entry) == id) else { continue };
        let mut excluded: Vec<Value> =
            entry.get("excluded-models").and_then(Value::as_array).cloned().unwrap_or_default();
        excluded.retain(|model| model != "*");
        if disabled {
            excluded.push(json!("*"));
        }
        if let Some(entry) = entry.as_object_mut() {
            if excluded.is_empty() {
                entry.shift_remove("excluded-models");
            } else {
                entry.insert("excluded-models".to_owned(), Value::Array(excluded));
            }
        }
        save(request, list.name, entries);
        return true;
    }
    false
}

/// `api-key-usage`: the counters of all keys of the configuration.
pub(super) fn usage(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    let (stats, now_ms) = (shared.gateway.stats(), shared.clock.now_ms());
    let mut usage: std::collections::BTreeMap<String, Map<String, Value>> = std::collections::BTreeMap::new();
    let mut add = |provider: String, base_url: &str, key: &str, index: &str| {
        let tally = stats.of(index);
        usage.entry(provider).or_default().insert(
            format!("{base_url}|{key}"),
            json!({
                "success": tally.success,
                "failed": tally.failed,
                "recent_requests": tally.recent_requests(now_ms),
            }),
        );
    };
    for list in &LISTS {
        for entry in &entries(request, list.name) {
            let base_url = text(entry, "base-url");
            if list.name == "openai-compatibility" {
                let provider = text(entry, "name").to_ascii_lowercase();
                for key in entry.get("api-key-entries").and_then(Value::as_array).into_iter().flatten() {
                    let key = text(key, "api-key");
                    add(provider.clone(), base_url, key, &key_auth_index(list.name, base_url, key));
                }
            } else {
                let provider = list.kind.strip_suffix(":apikey").unwrap_or(list.kind).to_owned();
                add(provider, base_url, text(entry, "api-key"), &auth_index(list, entry));
            }
        }
    }
    Reply::json(&json!(usage))
}
