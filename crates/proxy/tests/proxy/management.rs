//! The typed client against recorded shapes.

use cpamp_proxy::{ApiCall, ManagementClient, ManagementError, Refusal};
use http::{Method, Response};

use crate::support::{KEY, client, full_json, key, recorder, target};

#[tokio::test]
async fn the_calls_that_the_manager_makes() {
    let (gateway, seen) = recorder(|seen| {
        let path = seen.uri.strip_prefix("/v0/management").unwrap_or_default();
        let body = match (seen.method.as_str(), path) {
            ("GET", "/config") => {
                r#"{"usage-statistics-enabled":true,"redis-usage-queue-retention-seconds":600,"api-keys":["sk-client"]}"#
            }
            ("GET", "/auth-files") => {
                r#"{"files":[{"id":"c.json","name":"c.json","auth_index":"a1","provider":"codex","path":"/auths/c.json","id_token":{"chatgpt_account_id":"acc-1","plan_type":"plus"},"success":9,"failed":45,"recent_requests":[]}]}"#
            }
            ("GET", "/auth-files/download?name=a%20b.json") => r#"{"token":"t"}"#,
            ("GET", "/api-keys") => r#"{"api-keys":["sk-client-1","sk-client-2"]}"#,
            ("POST", "/api-call") => r#"{"status_code":429,"header":{"Retry-After":["3"]},"body":"slow"}"#,
            _ => r#"{"status":"ok"}"#,
        };
        Response::builder()
            .header("x-cpa-version", "v7.2.140")
            .header("x-cpa-support-plugin", "1")
            .body(full_json(body))
            .expect("response")
    })
    .await;
    let management = ManagementClient::new(client(), target(gateway), key());
    let config = management.get_config().await.expect("config");
    assert_eq!(config.value.usage_statistics_enabled, Some(true));
    assert_eq!(config.value.redis_usage_queue_retention_seconds, Some(600));
    assert_eq!(config.version.version.as_deref(), Some("v7.2.140"));
    assert_eq!(config.version.supports_plugins, Some(true));
    assert!(!format!("{config:?} {management:?}").contains("sk-client"), "client keys are dropped unread");
    assert!(!format!("{management:?}").contains(KEY));

    let keys = management.get_api_keys().await.expect("keys");
    assert_eq!(
        keys.iter().map(|key| key.expose().as_str()).collect::<Vec<_>>(),
        ["sk-client-1", "sk-client-2"]
    );
    assert!(!format!("{keys:?}").contains("sk-client"), "client keys are not printed");

    let files = management.get_auth_files().await.expect("files").value;
    assert_eq!((files[0].auth_index.as_str(), files[0].account_id(), files[0].failed), ("a1", "acc-1", 45));
    assert_eq!(management.download_auth_file("a b.json").await.expect("file"), r#"{"token":"t"}"#);
    management.put_usage_statistics_enabled(true).await.expect("put");
    management.patch_auth_file_status("c.json", Some("a1"), true).await.expect("patch");
    let call = ApiCall {
        auth_index: "a1".into(),
        method: "GET".into(),
        url: "https://api.example.com/usage".into(),
        header: [("Authorization".to_owned(), "Bearer $TOKEN$".to_owned())].into(),
        data: String::new(),
    };
    let answer = management.api_call(&call).await.expect("call");
    assert_eq!((answer.status_code, answer.body.as_str()), (429, "slow"));

    let seen = seen.lock().expect("lock").clone();
    assert!(seen.iter().all(|request| request.headers["authorization"] == format!("Bearer {KEY}").as_str()));
    let sent = |method: Method, uri: &str| {
        let found = seen.iter().find(|request| request.method == method && request.uri.ends_with(uri));
        String::from_utf8(found.expect(uri).body.to_vec()).expect("text")
    };
    assert_eq!(sent(Method::PUT, "/usage-statistics-enabled"), r#"{"value":true}"#);
    assert_eq!(
        sent(Method::PATCH, "/auth-files/status"),
        r#"{"name":"c.json","disabled":true,"auth_index":"a1"}"#
    );
    assert!(sent(Method::POST, "/api-call").contains(r#""Authorization":"Bearer $TOKEN$""#));
}

#[tokio::test]
async fn failures_have_names() {
    let (gateway, _) = recorder(|seen| {
        let (status, body) = match seen.uri.as_str() {
            "/v0/management/config" => (401, r#"{"error":"invalid management key"}"#),
            "/v0/management/auth-files" => (404, ""),
            "/v0/management/auth-files/download?name=x" => (200, "never read as JSON"),
            "/v0/management/usage-statistics-enabled" => {
                (500, r#"{"error":"write_failed","message":"disk full"}"#)
            }
            _ => (200, "<html>"),
        };
        Response::builder().status(status).body(full_json(body)).expect("response")
    })
    .await;
    let management = ManagementClient::new(client(), target(gateway), key());
    let refused = management.get_config().await;
    assert!(matches!(refused, Err(ManagementError::Refused(Refusal::WrongKey))), "{refused:?}");
    assert!(matches!(management.get_auth_files().await, Err(ManagementError::Off)));
    let failed = management.put_usage_statistics_enabled(true).await.expect_err("500");
    assert_eq!(failed.to_string(), "the gateway answered 500: write_failed: disk full");
    assert_eq!(management.download_auth_file("x").await.expect("raw").len(), 18);
    let call = ApiCall {
        auth_index: String::new(),
        method: String::new(),
        url: String::new(),
        header: std::collections::BTreeMap::new(),
        data: String::new(),
    };
    assert!(matches!(management.api_call(&call).await, Err(ManagementError::BadAnswer(_))));
}
