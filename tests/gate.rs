//! Deny by default: every route and method without a key, before and after set-up.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Simulator, SimulatorConfig};
use support::{ADMIN_KEY, MANAGEMENT_KEY, Manager, Options, blocking};
use tempfile::TempDir;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"];

/// What answers without a key, as the issue lists it.
const PUBLIC: [(&str, &str); 11] = [
    ("GET", "/health"),
    ("GET", "/usage-service/info"),
    ("GET", "/"),
    ("GET", "/management.html"),
    ("GET", "/openapi.json"),
    ("POST", "/api/v1/session"),
    ("GET", "/models"),
    ("GET", "/models/"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/"),
    ("GET", "/v0/resource/plugins/ex/ui"),
];

/// Every documented path with its parameters filled, and paths that lead to the gateway or nowhere.
fn paths(document: &Value) -> Vec<String> {
    let documented = document["paths"].as_object().unwrap().keys();
    let mut paths: Vec<String> =
        documented.map(|path| path.replace("{id}", "00000000000000000000000000000000")).collect();
    paths.extend(
        [
            "/v0/management/config",
            "/v0/management/config.yaml",
            "/v0/management/api-keys",
            "/v0/management/auth-files",
            "/v0/management/usage-queue",
            "/v0/management/oauth-callback",
            "/v0/management/sim-plugin/sse",
            "/v0/management/monitoring/analytics",
            "/v0/management/monitoring",
            "/v0/management/model-pricesXYZ",
            "/v0/management/",
            "/v0/management",
            "/v0/resource/plugins",
            "/v0/resource/plugins/ex/ui",
            "/v0/resource/plugins/%2e%2e/management/config",
            "/v1/chat/completions",
            "/healthz",
            "/nothing",
            "/health/",
            "/metrics",
        ]
        .map(str::to_owned),
    );
    paths
}

fn without_key(manager: &Manager, method: &str, path: &str) -> support::HttpAnswer {
    blocking().request(method, &manager.at(path)).body("{}").answer()
}

fn assert_closed(manager: &Manager) {
    let document = blocking().get(manager.at("/openapi.json")).answer().json();
    for path in paths(&document) {
        for method in METHODS {
            let asked = if method == "HEAD" { "GET" } else { method };
            let public = PUBLIC.contains(&(asked, path.as_str()));
            let answer = without_key(manager, method, &path);
            let ours = answer.header("x-cpamp-upstream").is_none();
            let refused = answer.status == 401 && ours;
            if path == "/api/v1/session" && method == "POST" {
                assert_eq!(answer.status, 400, "a login without a key: {}", answer.text());
            } else {
                assert_eq!(!refused, public, "{method} {path}: {} {}", answer.status, answer.text());
            }
            assert!(
                answer.header("x-content-type-options") == Some("nosniff"),
                "{method} {path} lacks security headers"
            );
        }
        let preflight = without_key(manager, "OPTIONS", &path);
        assert_eq!(preflight.status, 204, "OPTIONS {path}");
        assert_eq!(preflight.header("access-control-allow-origin"), None, "same origin by default");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_public_list_answers_without_a_key() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    assert_closed(&manager);
    assert_eq!(manager.setup(&gateway.base_url()).0, 200);
    assert_closed(&manager);
    let failed: u64 = gateway.counters().failed_logins.values().sum();
    assert_eq!(failed, 0, "no unauthenticated request may cost a login at the gateway");
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_log_in_with_a_cookie_and_cannot_be_made_to_act_by_others() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let login = |key: &str| {
        blocking().request("POST", &manager.at("/api/v1/session")).json(&json!({"admin_key": key})).answer()
    };
    assert_eq!(login("wrong").status, 401);
    let answer = login(ADMIN_KEY);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(
        !answer.text().contains(cookie.split(['=', ';']).nth(1).unwrap()),
        "the token is only in the cookie"
    );
    let pair = cookie.split(';').next().unwrap().to_owned();
    let ask = |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut request = blocking().request(method, &manager.at(path)).header("Cookie", &pair);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(if method == "GET" { "" } else { "{}" }).answer()
    };
    assert_eq!(ask("GET", "/status", &[]).status, 200);
    assert_eq!(ask("GET", "/api/v1/session", &[]).status, 200);
    let forged = ask("PUT", "/usage-service/config", &[("Origin", "http://evil.example")]);
    assert_eq!((forged.status, forged.json()["code"].clone()), (403, json!("cross_site_request")));
    assert_eq!(ask("PUT", "/usage-service/config", &[]).status, 403, "no request header");
    let own = [("X-CPAMP-Request", "panel"), ("Origin", manager.url.as_str())];
    assert_eq!(ask("PUT", "/usage-service/config", &own).status, 200);

    // A restart keeps the session; logging out ends it.
    manager.stop();
    let manager = Manager::start(directory.path(), &Options::default());
    let ask = |method: &str, path: &str| {
        let request = blocking().request(method, &manager.at(path)).header("Cookie", &pair);
        request.header("X-CPAMP-Request", "panel").answer().status
    };
    assert_eq!(ask("GET", "/status"), 200);
    assert_eq!(ask("DELETE", "/api/v1/session"), 204);
    assert_eq!(ask("GET", "/status"), 401);
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_keys_are_slowed_down_and_the_right_one_is_not() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let ask = |key: &str| blocking().get(manager.at("/status")).bearer(key).answer();
    assert_eq!(ask(ADMIN_KEY).status, 200);
    let statuses: Vec<u16> = (0..30).map(|n| ask(&format!("guess-{n}")).status).collect();
    assert_eq!(statuses[0], 401);
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    let throttled = ask("guess");
    assert!(throttled.header("retry-after").is_some());
    assert_eq!(ask(ADMIN_KEY).status, 200, "the right key is never refused because of others");
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_origins_read_answers_only_when_they_are_configured() {
    let directory = TempDir::new().unwrap();
    let options = Options::default().env("USAGE_CORS_ORIGINS", "https://panel.example");
    let manager = Manager::start(directory.path(), &options);
    let origin = |origin: &str| {
        let answer = blocking().get(manager.at("/usage-service/info")).header("Origin", origin).answer();
        answer.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(origin("https://panel.example"), Some("https://panel.example".to_owned()));
    assert_eq!(origin("https://evil.example"), None);
    manager.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_changed_at_the_gateway_is_tried_twice_at_most_by_changes_of_credentials() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    assert_eq!(manager.setup(&gateway.base_url()).0, 200);
    manager.wait_transport("subscribe");
    // Its look at the gateway's settings is over, too: it would be with a key that was still good when it began.
    manager.wait_status("what the gateway says of itself", Duration::from_secs(20), |status| {
        status["collector"]["gateway"]["usageStatisticsEnabled"] == true
    });
    std::thread::sleep(Duration::from_millis(500));
    // Somebody gives the gateway another key. The subscription stands, so nothing but a request finds out.
    let rotated = gateway.config_yaml().lines().map(with_another_key).collect::<Vec<_>>().join("\n");
    let at = format!("{}/v0/management/config.yaml", gateway.base_url());
    let answer = blocking().request("PUT", &at).bearer(MANAGEMENT_KEY).body(rotated).answer();
    assert_eq!(answer.status, 200, "{}", answer.text());
    for _ in 0..5 {
        let body = json!({"name": "codex-a@example.com.json", "disabled": true});
        let (status, body) = manager.request("PATCH", "/v0/management/auth-files/status", Some(body));
        assert!(status >= 400 && body["code"].is_string(), "{status} {body}");
    }
    let counters = gateway.counters();
    let failed: u64 = counters.failed_logins.values().sum();
    assert!((1..=2).contains(&failed), "{failed} failed attempts");
    assert_eq!(counters.bans, 0);
    manager.stop();
}

fn with_another_key(line: &str) -> String {
    match line.split_once("secret-key:") {
        Some((indent, _)) => format!("{indent}secret-key: another-management-key-5b21"),
        None => line.to_owned(),
    }
}
