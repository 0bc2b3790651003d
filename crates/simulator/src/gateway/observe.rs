//! What passing records leave behind: request counters, log lines, error logs, messages of the errors channel.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Gateway;
use super::credentials::time;
use super::logs::RequestLog;
use crate::hub::Hub;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Seen {
    timestamp: String,
    latency_ms: i64,
    auth_index: String,
    client_ip: String,
    fail: Fail,
    provider: String,
    model: String,
    alias: String,
    endpoint: String,
    request_id: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Fail {
    status_code: u16,
    body: String,
}

impl Gateway {
    /// A record passes. Costs little for a success: two searches in the text and a counter.
    pub(crate) fn observe(&self, record: &Bytes, now_ms: i64, hub: &Hub) {
        let Ok(text) = std::str::from_utf8(record) else { return };
        let Some(auth_index) = member(text, "\"auth_index\":\"") else { return };
        let failed = flag(text, "\"failed\":");
        self.stats().add(auth_index, failed, now_ms);
        if !failed && !self.logs().may_write_success(now_ms) {
            return;
        }
        let Ok(seen) = serde_json::from_str::<Seen>(text) else { return };
        self.log(&seen, failed, now_ms);
        if failed {
            self.stats().note_error(auth_index, &seen.fail.body);
            if hub.has_error_subscribers() {
                hub.publish_error(Bytes::from(self.error_message(&seen).to_string()));
            }
        }
    }

    fn log(&self, seen: &Seen, failed: bool, now_ms: i64) {
        let (method, route) = seen.endpoint.split_once(' ').unwrap_or(("POST", "/"));
        let status = if failed { seen.fail.status_code } else { 200 };
        let level = match status {
            500.. => "error",
            400.. => "warn",
            _ => "info",
        };
        let (keep, request_log) = {
            let document = self.document();
            (
                document.effective(&["error-logs-max-files"]).as_u64().unwrap_or(10),
                document.flag("request-log"),
            )
        };
        let mut logs = self.logs();
        if failed {
            let line = format!(
                "[conductor_execution.go:1602] upstream execution failed: provider={} model={} auth={} duration={}ms err={}",
                seen.provider, seen.model, seen.auth_index, seen.latency_ms, seen.fail.body
            );
            logs.write(now_ms, &seen.request_id, "warn", &line);
        }
        let line = format!(
            "[gin_logger.go:93] {status} | {:>13} | {:>15} | {method:<7} \"{route}\"",
            format!("{}ms", seen.latency_ms),
            seen.client_ip
        );
        logs.write(now_ms, &seen.request_id, level, &line);
        if !(failed || request_log) || seen.request_id.is_empty() {
            return;
        }
        let at = jiff::Timestamp::from_millisecond(now_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let name = format!(
            "{}{}-{}-{}.log",
            if failed { "error-" } else { "" },
            route.trim_start_matches('/').replace(['/', '*'], "-"),
            at.strftime("%Y-%m-%dT%H%M%S"),
            seen.request_id
        );
        let text = format!(
            "=== REQUEST INFO ===\nVersion: simulated\nURL: {route}\nMethod: {method}\nTimestamp: {}\n\n\
             === API REQUEST ===\nAuth: {}\nModel: {}\n\n=== RESPONSE ===\nStatus: {status}\n\n{}\n",
            seen.timestamp, seen.auth_index, seen.model, seen.fail.body
        );
        let log = RequestLog { name, modified_s: now_ms.div_euclid(1000), text };
        if request_log {
            logs.add_request_log(log)
        } else {
            logs.add_error_log(log, usize::try_from(keep).unwrap_or(10))
        }
    }

    /// A message of the errors channel, members in CPA's order.
    fn error_message(&self, seen: &Seen) -> Value {
        let status = if seen.fail.status_code == 0 { 500 } else { seen.fail.status_code };
        let body = if seen.fail.body.is_empty() { "request failed" } else { &seen.fail.body };
        let credential = self.credentials().values().find(|file| file.auth_index == seen.auth_index).cloned();
        let account = self.world.accounts.iter().find(|account| account.auth_index == seen.auth_index);
        let id = match (&credential, account) {
            (Some(credential), _) => credential.name.clone(),
            (None, Some(account)) => account.id.clone(),
            (None, None) => String::new(),
        };
        let disabled = credential.is_some_and(|credential| credential.disabled());
        let mut model = json!({
            "name": seen.alias,
            "status": "error",
            "status_message": body,
            "unavailable": false,
        });
        if status == 429 {
            model["quota"] = json!({ "exceeded": false, "reason": "quota" });
        }
        json!({
            "timestamp": if seen.timestamp.is_empty() { time(0) } else { seen.timestamp.clone() },
            "provider": seen.provider,
            "model": seen.alias,
            "auth_id": id,
            "auth_index": seen.auth_index,
            "status_code": status,
            "body": body,
            "auth_status": {
                "status": "error",
                "status_message": body,
                "disabled": disabled,
                "unavailable": false,
                "model": model,
            },
        })
    }
}

/// The text value that follows a member's name, without parsing the rest.
fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let start = text.find(name)? + name.len();
    let length = text[start..].find('"')?;
    Some(&text[start..start + length])
}

/// Whether the first member of this name is `true`; the search ends there.
fn flag(text: &str, name: &str) -> bool {
    text.find(name).is_some_and(|start| text[start + name.len()..].starts_with("true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_without_parsing() {
        assert_eq!(member(r#"{"a":1,"auth_index":"0f"}"#, "\"auth_index\":\""), Some("0f"));
        assert_eq!(member(r#"{"a":1}"#, "\"auth_index\":\""), None);
        assert!(flag(r#"{"failed":true}"#, "\"failed\":"));
        assert!(!flag(r#"{"failed":false,"x":"\"failed\":true"}"#, "\"failed\":"));
    }
}
