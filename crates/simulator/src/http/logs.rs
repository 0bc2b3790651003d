//! Log routes.

use http::StatusCode;
use serde_json::{Value, json};

use super::Request;
use super::reply::Reply;
use crate::gateway::logs::{From, RequestLog};

pub(super) fn read(request: &Request) -> Reply {
    let gateway = &request.connection.shared.gateway;
    if !gateway.document().flag("logging-to-file") {
        return Reply::bad_request("logging to file disabled");
    }
    let limit = match request.parameter("limit").trim() {
        "" => None,
        text => match text.parse::<usize>() {
            Ok(limit) if limit > 0 => Some(limit),
            _ => return Reply::bad_request("invalid limit: must be a positive integer"),
        },
    };
    let cursor = request.parameter("cursor");
    let from = match (cursor, request.parameter("after").trim().parse::<i64>()) {
        ("", Ok(after)) if after > 0 => From::After(after),
        ("", _) => From::Tail,
        (cursor, _) => From::Cursor(cursor),
    };
    let page = gateway.logs().read(&from, limit);
    let mut answer = json!({});
    if page.cursor_reset {
        answer["cursor-reset"] = json!(true);
    }
    answer["latest-timestamp"] = json!(page.latest_s);
    answer["line-count"] = json!(page.lines.len());
    answer["lines"] = json!(page.lines);
    answer["next-cursor"] = json!(page.cursor);
    Reply::json(&answer)
}

pub(super) fn clear(request: &Request) -> Reply {
    let gateway = &request.connection.shared.gateway;
    if !gateway.document().flag("logging-to-file") {
        return Reply::bad_request("logging to file disabled");
    }
    let removed = gateway.logs().clear();
    Reply::json(&json!({ "message": "Logs cleared successfully", "removed": removed, "success": true }))
}

pub(super) fn error_logs(request: &Request) -> Reply {
    let gateway = &request.connection.shared.gateway;
    let hidden = gateway.document().flag("request-log");
    let files: Vec<Value> = gateway
        .logs()
        .error_logs()
        .filter(|_| !hidden)
        .map(|log| json!({ "name": log.name, "size": log.text.len(), "modified": log.modified_s }))
        .collect();
    Reply::json(&json!({ "files": files }))
}

pub(super) fn error_log(request: &Request, name: &str) -> Reply {
    let logs = request.connection.shared.gateway.logs();
    match logs.error_logs().find(|log| log.name == name) {
        Some(log) => file(log),
        None => Reply::error(StatusCode::NOT_FOUND, "log file not found"),
    }
}

pub(super) fn by_request(request: &Request, id: &str) -> Reply {
    match request.connection.shared.gateway.logs().by_request(id) {
        Some(log) => file(log),
        None => Reply::error(StatusCode::NOT_FOUND, "log file not found for the given request ID"),
    }
}

fn file(log: &RequestLog) -> Reply {
    Reply::bytes(StatusCode::OK, "text/plain; charset=utf-8", log.text.clone())
        .with("content-disposition", &format!("attachment; filename=\"{}\"", log.name))
}
