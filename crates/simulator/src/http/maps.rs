//! `api-keys` and the OAuth maps.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Request;
use super::providers::{entries, items, save, text};
use super::reply::Reply;

/// `api-keys`.
pub(super) fn client_keys(request: &Request) -> Option<Reply> {
    let mut keys = entries(request, "api-keys");
    match request.method {
        Method::GET => {
            let shown = if keys.is_empty() { Value::Null } else { Value::Array(keys) };
            return Some(Reply::json(&json!({ "api-keys": shown })));
        }
        Method::PUT => match items(request) {
            Some(items) if items.iter().all(Value::is_string) => keys = items,
            _ => return Some(Reply::bad_request("invalid body")),
        },
        Method::PATCH => {
            let Some(body) = request.json() else { return Some(Reply::bad_request("invalid body")) };
            let index = body["index"].as_u64().and_then(|index| usize::try_from(index).ok());
            match (index.filter(|index| *index < keys.len()), &body["value"], &body["old"], &body["new"]) {
                (Some(index), value @ Value::String(_), ..) => keys[index] = value.clone(),
                (_, _, Value::String(old), new @ Value::String(_)) => {
                    match keys.iter_mut().find(|key| key.as_str() == Some(old)) {
                        Some(key) => *key = new.clone(),
                        // An unknown old key means: add the new one.
                        None => keys.push(new.clone()),
                    }
                }
                _ => return Some(Reply::bad_request("missing fields")),
            }
        }
        Method::DELETE => {
            let value = request.parameter("value").trim();
            match request.parameter("index").parse::<usize>() {
                Ok(index) if index < keys.len() => {
                    keys.remove(index);
                }
                _ if !value.is_empty() => keys.retain(|key| key.as_str().map(str::trim) != Some(value)),
                _ => return Some(Reply::bad_request("missing index or value")),
            }
        }
        _ => return None,
    }
    Some(save(request, "api-keys", keys))
}

/// One of the OAuth maps: what a channel's value is called in PATCH.
pub(super) fn map(request: &Request, name: &str) -> Option<Reply> {
    let (member, selector) = match name {
        "oauth-excluded-models" => ("models", "provider"),
        "oauth-model-alias" => ("aliases", "channel"),
        "oauth-request-scoped-errors" => ("rules", "channel"),
        _ => return None,
    };
    let shared = &request.connection.shared;
    let known = |channel: &str| shared.gateway.document().get(&[name, channel]).is_some();
    match request.method {
        Method::GET => {
            let value = shared.gateway.document().get(&[name]).cloned().unwrap_or_default();
            let empty = value.as_object().is_none_or(Map::is_empty);
            return Some(Reply::json(&json!({ name: if empty { Value::Null } else { value } })));
        }
        Method::PUT => {
            let body = request.json();
            let map = match body.as_ref().and_then(|body| body.get("items")).or(body.as_ref()) {
                Some(Value::Object(map)) => map.clone(),
                _ => return Some(Reply::bad_request("invalid body")),
            };
            shared.gateway.document().set(&[name], Value::Object(map));
        }
        Method::PATCH => {
            let Some(body) = request.json() else { return Some(Reply::bad_request("invalid body")) };
            let channel = text(&body, selector).to_ascii_lowercase();
            let Some(list) = body.get(member).and_then(Value::as_array).filter(|_| !channel.is_empty())
            else {
                return Some(Reply::bad_request("invalid body"));
            };
            if list.is_empty() && !known(&channel) {
                return Some(Reply::error(StatusCode::NOT_FOUND, &format!("{selector} not found")));
            }
            if list.is_empty() {
                shared.gateway.document().remove(name, &channel);
            } else {
                shared.gateway.document().set(&[name, &channel], Value::Array(list.clone()));
            }
        }
        Method::DELETE => {
            let channel =
                [selector, "provider"].iter().map(|key| request.parameter(key)).find(|c| !c.is_empty());
            let Some(channel) = channel.map(str::to_ascii_lowercase) else {
                return Some(Reply::bad_request(&format!("missing {selector}")));
            };
            if !shared.gateway.document().remove(name, &channel) {
                return Some(Reply::error(StatusCode::NOT_FOUND, &format!("{selector} not found")));
            }
        }
        _ => return None,
    }
    shared.reload();
    Some(Reply::ok())
}
