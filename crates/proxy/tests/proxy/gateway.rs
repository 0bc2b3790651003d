//! Against the simulated gateway, which bans, checks localness and keeps state as CPA does.

use cpamp_proxy::auth_files::AuthFileGate;
use cpamp_proxy::{AuthPolicy, ManagementClient, ManagementError, ProxyError, Refusal, UpstreamTarget};
use http::{Request, StatusCode};
use simulator::{DEFAULT_MANAGEMENT_KEY, MAX_FAILURES, Simulator, SimulatorConfig, TlsOptions};
use vault::SecretString;

use crate::support::{client, get, text};

async fn start(config: SimulatorConfig) -> (Simulator, UpstreamTarget) {
    let gateway = Simulator::start(config).await.expect("simulator");
    let target = UpstreamTarget::parse(&gateway.base_url(), true).expect("target");
    (gateway, target)
}

fn right_key() -> SecretString {
    SecretString::from(DEFAULT_MANAGEMENT_KEY)
}

#[tokio::test]
async fn configuration_credentials_and_a_switch() {
    let (_gateway, target) = start(SimulatorConfig::default()).await;
    let management = ManagementClient::new(client(), target.clone(), right_key());
    let config = management.get_config().await.expect("config");
    assert_eq!(config.value.usage_statistics_enabled, Some(true));
    assert_eq!(config.version.version.as_deref(), Some("v7.2.140"));
    management.put_usage_statistics_enabled(false).await.expect("put");
    assert_eq!(management.get_config().await.expect("config").value.usage_statistics_enabled, Some(false));

    let files = management.get_auth_files().await.expect("files").value;
    let file = files.iter().find(|file| !file.disabled).expect("an enabled credential");
    let body = serde_json::json!({"name": file.name, "disabled": true, "cpamp_provider": file.provider});
    let request = Request::patch("/v0/management/auth-files/status")
        .header("content-type", "application/json")
        .body(cpamp_proxy::full(body.to_string()))
        .expect("request");
    let answer =
        AuthFileGate::new().forward(&client(), request, &target, &right_key()).await.expect("answer");
    let (status, text) = (answer.status(), text(answer).await);
    assert_eq!(status, StatusCode::OK, "{text}");
    let after = management.get_auth_files().await.expect("files").value;
    let changed: Vec<_> =
        after.iter().zip(&files).filter(|(new, old)| new.disabled != old.disabled).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].0.auth_index, file.auth_index);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let (_gateway, target) = start(SimulatorConfig::default()).await;
    let wrong = ManagementClient::new(client(), target.clone(), SecretString::from("wrong"));
    for _ in 0..MAX_FAILURES {
        let error = wrong.get_config().await.expect_err("wrong key");
        assert!(matches!(error, ManagementError::Refused(Refusal::WrongKey)), "{error}");
    }
    let error = ManagementClient::new(client(), target, right_key()).get_config().await.expect_err("banned");
    assert!(
        matches!(error, ManagementError::Refused(Refusal::Banned { retry_after: Some(wait) }) if wait.as_secs() > 1_000),
        "{error}"
    );
    let (_off, target) = start(SimulatorConfig { management_key: None, ..SimulatorConfig::default() }).await;
    let error = ManagementClient::new(client(), target, right_key()).get_config().await.expect_err("off");
    assert!(matches!(error, ManagementError::Off), "{error}");
}

#[tokio::test]
async fn a_caller_influences_neither_localness_nor_bans() {
    // Only local management is allowed: an address from elsewhere would be refused.
    let (_gateway, target) = start(SimulatorConfig::default()).await;
    let (client, key) = (client(), right_key());
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    for header in ["x-forwarded-for", "x-real-ip", "forwarded", "true-client-ip", "cf-connecting-ip"] {
        let mut request = get("/v0/management/config");
        request.headers_mut().insert(header, "203.0.113.9".parse().expect("value"));
        request.headers_mut().insert("x-management-key", "guess".parse().expect("value"));
        request.headers_mut().insert("authorization", "Bearer guess".parse().expect("value"));
        let answer = client.forward(request, &target, policy).await.expect("answer");
        assert_eq!(answer.status(), StatusCode::OK, "{header}");
    }
    // Guessing through the paths that keep the caller's credentials bans nobody.
    for _ in 0..2 * MAX_FAILURES {
        let mut models = get("/v1/models");
        models.headers_mut().insert("authorization", "Bearer guess".parse().expect("value"));
        let answer = client.forward(models, &target, AuthPolicy::KeepCaller).await.expect("answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let guess = client.forward(get("/v0/management/config"), &target, AuthPolicy::KeepCaller).await;
        assert!(matches!(guess, Err(ProxyError::NotAllowed)));
    }
    let answer = client.forward(get("/v0/management/config"), &target, policy).await.expect("answer");
    assert_eq!(answer.status(), StatusCode::OK, "not banned");
}

#[tokio::test]
async fn behind_tls_with_a_path_prefix() {
    let tls = TlsOptions::self_signed(&["127.0.0.1"]).expect("certificate");
    let config = SimulatorConfig {
        tls: Some(tls),
        http_only: true,
        path_prefix: Some("/cpa".into()),
        ..SimulatorConfig::default()
    };
    let (_gateway, target) = start(config).await;
    assert!(target.base_url().starts_with("https://") && target.base_url().ends_with("/cpa"), "{target}");
    let management = ManagementClient::new(client(), target, right_key());
    assert_eq!(management.get_config().await.expect("config").value.usage_statistics_enabled, Some(true));
}
