//! `/v0/management`: the key check and the routes.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};

use super::reply::Reply;
use super::{Request, auth_files, logs, maps, oauth, plugins, providers, settings, sim_plugin, tools};
use crate::counters::add;
use crate::delivery::Outcome;

/// Checks the key, then answers. Every answer carries the version headers.
pub(super) async fn answer(request: Request) -> Reply {
    let shared = request.connection.shared.clone();
    let faults = shared.faults.get();
    if faults.management_delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(faults.management_delay_ms)).await;
    }
    if let Some(status) = faults.management_status.and_then(|status| StatusCode::from_u16(status).ok()) {
        return Reply::bytes(status, "text/plain; charset=utf-8", status.to_string());
    }
    if shared.home_mode() || !shared.management_on() {
        return Reply::not_found();
    }
    if request.path == "/v0/management/oauth-callback" && matches!(request.method, Method::GET | Method::POST)
    {
        return oauth::callback(&request);
    }
    let (address, local) = request.client_address();
    let started = std::time::Instant::now();
    let line = format!("{address:>15} | {:<7} \"{}\"", request.method, request.path);
    let provided = provided_key(&request);
    let reply = match shared.authenticate(&address, local, &provided).await {
        Err(refusal) => Reply::error(
            StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::FORBIDDEN),
            &refusal.message,
        ),
        Ok(()) => routes(request),
    };
    let took = format!("{}ms", started.elapsed().as_millis());
    let line = format!("[gin_logger.go:97] {} | {took:>13} | {line}", reply.status.as_u16());
    let level = if reply.status.is_success() { "info" } else { "warn" };
    shared.gateway.logs().write(shared.clock.now_ms(), "", level, &line);
    with_version(reply, &shared.config)
}

fn with_version(reply: Reply, config: &crate::SimulatorConfig) -> Reply {
    reply
        .with("x-cpa-version", &config.version)
        .with("x-cpa-commit", &config.commit)
        .with("x-cpa-build-date", &config.build_date)
        .with("x-cpa-support-plugin", "1")
}

/// `Authorization: Bearer <key>` or the bare key, else `X-Management-Key`.
fn provided_key(request: &Request) -> String {
    let authorization = request.header("authorization");
    let key = match authorization.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key,
        _ => authorization,
    };
    if key.is_empty() { request.header("x-management-key").to_owned() } else { key.to_owned() }
}

fn routes(mut request: Request) -> Reply {
    let path = request.path.clone();
    let rest = path.strip_prefix("/v0/management/").unwrap_or_default();
    let segments: Vec<&str> = rest.split('/').collect();
    let method = request.method.clone();
    match (&method, segments.as_slice()) {
        (&Method::GET, ["usage-queue"]) => usage_queue(&request),
        (&Method::GET, ["config"]) => settings::config(&request),
        (&Method::GET, ["config.yaml"]) => settings::config_yaml(&request),
        (&Method::PUT, ["config.yaml"]) => settings::put_config_yaml(&request),
        (&Method::GET, ["latest-version"]) => latest_version(&request),
        (_, ["auth-files", rest @ ..]) => auth_files::answer(&request, rest),
        (&Method::GET, ["api-key-usage"]) => providers::usage(&request),
        (&Method::POST, ["api-call"]) => tools::api_call(&request),
        (&Method::POST, ["reset-quota"]) => tools::reset_quota(&request),
        (&Method::GET, ["model-definitions", channel]) => tools::model_definitions(channel),
        (&Method::POST, ["vertex", "import"]) => tools::vertex_import(&request),
        (&Method::GET, ["get-auth-status"]) => oauth::status(&request),
        (&Method::DELETE, ["oauth-session"]) => oauth::cancel(&request),
        (&Method::GET, ["logs"]) => logs::read(&request),
        (&Method::DELETE, ["logs"]) => logs::clear(&request),
        (&Method::GET, ["request-error-logs"]) => logs::error_logs(&request),
        (&Method::GET, ["request-error-logs", name]) => logs::error_log(&request, name),
        (&Method::GET, ["request-log-by-id", id]) => logs::by_request(&request, id),
        (&Method::GET, ["sim-plugin", "sse"]) => sim_plugin::sse(&request),
        (&Method::GET, ["sim-plugin", "echo"]) => sim_plugin::echo(&mut request),
        (_, ["sim-plugin", "headers"]) => sim_plugin::headers(&request.headers),
        (_, ["plugins" | "plugin-store", ..]) => {
            plugins::answer(&request, &segments).unwrap_or_else(Reply::not_found)
        }
        (&Method::GET, [name]) if name.ends_with("-auth-url") => {
            oauth::begin(&request, name.trim_end_matches("-auth-url")).unwrap_or_else(Reply::not_found)
        }
        (_, ["api-keys"]) => maps::client_keys(&request).unwrap_or_else(Reply::not_found),
        _ => settings::answer(&request, &segments)
            .or_else(|| providers::answer(&request, rest))
            .or_else(|| maps::map(&request, rest))
            .unwrap_or_else(Reply::not_found),
    }
}

/// The version that a release would have; a development build knows no newer one.
fn latest_version(request: &Request) -> Reply {
    let version = request.connection.shared.config.version.trim_start_matches('v');
    let version = if version == "dev" { "7.2.140" } else { version };
    Reply::json(&serde_json::json!({ "latest-version": format!("v{version}") }))
}

fn usage_queue(request: &Request) -> Reply {
    let shared = &request.connection.shared;
    add(&shared.counters.usage_queue_calls, 1);
    if let Some(status) = shared.faults.get().usage_queue_status {
        return Reply::empty(StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND));
    }
    let count = match request.parameter("count").trim() {
        "" => 1,
        text => match text.parse::<usize>() {
            Ok(count) if count > 0 => count,
            _ => return Reply::bad_request("count must be a positive integer"),
        },
    };
    let items = shared.hub.pop(count, Outcome::HttpPop, request.connection.id);
    let reply = Reply::json_bytes(StatusCode::OK, array_of(&items));
    if !items.is_empty() && shared.faults.take_http_cut() { reply.cut_in_the_middle() } else { reply }
}

/// The records as one array; what is no JSON becomes a string.
fn array_of(items: &[Bytes]) -> Vec<u8> {
    let mut body = Vec::with_capacity(items.iter().map(|item| item.len() + 1).sum::<usize>() + 2);
    body.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        if serde_json::from_slice::<serde::de::IgnoredAny>(item).is_ok() {
            body.extend_from_slice(item);
        } else {
            let text = serde_json::Value::String(String::from_utf8_lossy(item).into_owned());
            body.extend_from_slice(text.to_string().as_bytes());
        }
    }
    body.push(b']');
    body
}
