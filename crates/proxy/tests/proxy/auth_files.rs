//! Verified and serialised changes of credential files, end to end.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cpamp_proxy::auth_files::{AuthFileGate, MutationError};
use cpamp_proxy::{ProxyBody, full};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;

use crate::support::{Seen, client, full_json, key, recorder, serve, soon, target, text};

const FILES: &str = r#"{"files":[
    {"id":"run-1","name":"one.json","auth_index":"i1","provider":"codex","account":"a@example.org","path":"/auths/one.json"},
    {"id":"run-2","name":"two#a","auth_index":"i2","provider":"gemini","path":"/auths/two.json"},
    {"id":"run-3","name":"two#b","auth_index":"i3","provider":"gemini","path":"/auths/two.json"}]}"#;
const UPLOAD: &str =
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"one.json\"\r\n\r\n{}\r\n--b--\r\n";

async fn gateway() -> (SocketAddr, Arc<Mutex<Vec<Seen>>>) {
    recorder(|seen: &Seen| {
        let body = match (seen.method.as_str(), seen.uri.as_str()) {
            ("GET", "/v0/management/auth-files") => FILES,
            ("GET", "/v0/management/auth-files/download?name=one.json") => r#"{"token":"t"}"#,
            _ => r#"{"status":"ok"}"#,
        };
        Response::new(full_json(body))
    })
    .await
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Full<Bytes>> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/v0/management/auth-files{path}"))
        .header("content-length", body.len());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(Bytes::from(body.to_owned()))).expect("request")
}

async fn change(
    gateway: SocketAddr,
    request: Request<Full<Bytes>>,
) -> Result<Response<ProxyBody>, MutationError> {
    AuthFileGate::new().forward(&client(), request, &target(gateway), &key()).await
}

/// The last request that the gateway saw.
fn last(seen: &Mutex<Vec<Seen>>) -> Seen {
    seen.lock().expect("lock").last().expect("a request").clone()
}

#[tokio::test]
async fn a_switch_is_sent_with_the_runtime_id_and_without_our_members() {
    let (gateway, seen) = gateway().await;
    let body = r#"{"name":"one.json","disabled":true,"cpamp_provider":"codex","cpamp_account_snapshot":"A@example.org"}"#;
    let answer = change(gateway, request("PATCH", "/status", &[], body)).await.expect("answer");
    assert_eq!(text(answer).await, r#"{"status":"ok"}"#);
    let sent = last(&seen);
    assert_eq!(sent.body, r#"{"name":"run-1","disabled":true,"auth_index":"i1"}"#);
    assert_eq!(sent.headers["content-length"], sent.body.len().to_string().as_str());
    assert_eq!(sent.headers["accept-encoding"], "identity");

    let other = r#"{"name":"one.json","disabled":true,"cpamp_account_snapshot":"other@example.org"}"#;
    let before = seen.lock().expect("lock").len();
    let error = change(gateway, request("PATCH", "/status", &[], other)).await;
    assert!(matches!(error, Err(MutationError::Changed)));
    assert_eq!(seen.lock().expect("lock").len(), before + 1, "only the list was asked for");
}

#[tokio::test]
async fn fields_go_to_the_verified_credential() {
    let (gateway, seen) = gateway().await;
    let identity = [(
        "x-cpamp-auth-file-mutation-identity",
        "%5B%7B%22name%22%3A%22two%23a%22%2C%22authIndex%22%3A%22i2%22%7D%5D",
    )];
    change(gateway, request("PATCH", "/fields", &identity, r#"{"name":"two#a","note":"x","cpamp_z":1}"#))
        .await
        .expect("answer");
    let sent = last(&seen);
    assert_eq!(sent.body, r#"{"name":"run-2","note":"x"}"#);
    assert!(!sent.headers.keys().any(|name| name.as_str().starts_with("x-cpamp-auth")));
    change(gateway, request("PATCH", "/fields", &[], r#"{"name":"two#a","note":"x"}"#))
        .await
        .expect("answer");
    assert_eq!(last(&seen).body, r#"{"name":"two#a","note":"x"}"#, "unverified without the header");
}

#[tokio::test]
async fn a_file_is_deleted_only_with_the_shown_members() {
    let (gateway, seen) = gateway().await;
    let shown = |identities: &'static str| {
        [("x-cpamp-auth-file-physical-name", "two.json"), ("x-cpamp-auth-file-delete-identities", identities)]
    };
    let one = "%5B%7B%22runtimeId%22%3A%22run-2%22%7D%5D";
    let error = change(gateway, request("DELETE", "?all=true", &shown(one), "")).await;
    assert!(matches!(error, Err(MutationError::Changed)));
    let both = "%5B%7B%22runtimeId%22%3A%22run-2%22%7D%2C%7B%22runtimeId%22%3A%22run-3%22%7D%5D";
    change(gateway, request("DELETE", "?all=true", &shown(both), r#"{"names":["one.json"]}"#))
        .await
        .expect("answer");
    let sent = last(&seen);
    assert_eq!(sent.uri, "/v0/management/auth-files?name=two.json", "neither all nor what the body named");
    assert_eq!(sent.body, "");
    change(gateway, request("DELETE", "?name=one.json", &[], "")).await.expect("answer");
    assert_eq!(last(&seen).uri, "/v0/management/auth-files?name=one.json");
}

#[tokio::test]
async fn a_file_is_overwritten_only_if_it_is_what_was_shown() {
    let (gateway, seen) = gateway().await;
    let identities = "%5B%7B%22runtimeId%22%3A%22run-1%22%7D%5D";
    let right = sha256_hex(br#"{"token":"t"}"#);
    let write = |hash: &str| {
        let headers = [
            ("x-cpamp-auth-file-write-identities", identities),
            ("x-cpamp-auth-file-write-content-sha256", hash),
            ("content-type", "multipart/form-data; boundary=b"),
        ];
        request("POST", "", &headers, UPLOAD)
    };
    assert!(matches!(
        change(gateway, write(&sha256_hex(b"something else"))).await,
        Err(MutationError::Changed)
    ));
    change(gateway, write(&right)).await.expect("answer");
    let sent = last(&seen);
    assert_eq!((sent.method.as_str(), &sent.body[..]), ("POST", UPLOAD.as_bytes()));
}

fn sha256_hex(content: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn changes_run_one_after_the_other() {
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, peak) = (Arc::clone(&running), Arc::clone(&most));
    let gateway = serve(move |request: Request<Incoming>| {
        let (now, peak) = (Arc::clone(&now), Arc::clone(&peak));
        async move {
            let list = request.method() == "GET";
            let _ = request.into_body().collect().await;
            if list {
                return Response::new(full(FILES));
            }
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            Response::new(full("{}"))
        }
    })
    .await;
    let gate = Arc::new(AuthFileGate::new());
    let client = client();
    let changes: Vec<_> = (0..6)
        .map(|_| {
            let (gate, client) = (Arc::clone(&gate), client.clone());
            tokio::spawn(async move {
                let body = r#"{"name":"one.json","disabled":true}"#;
                gate.forward(&client, request("PATCH", "/status", &[], body), &target(gateway), &key())
                    .await
                    .is_ok()
            })
        })
        .collect();
    for change in changes {
        assert!(soon(change).await.expect("join"));
    }
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn large_changes_and_a_gateway_that_fails_are_named() {
    let (gateway, seen) = gateway().await;
    let large = "x".repeat(10 * 1024 * 1024 + 64 * 1024 + 1);
    assert!(matches!(
        change(gateway, request("POST", "", &[], &large)).await,
        Err(MutationError::TooLarge { .. })
    ));
    assert!(seen.lock().expect("lock").is_empty());
    let (broken, _) = recorder(|_| Response::builder().status(500).body(full("")).expect("response")).await;
    let body = r#"{"name":"one.json","disabled":true}"#;
    let error = change(broken, request("PATCH", "/status", &[], body)).await;
    assert!(matches!(error, Err(MutationError::Check(_))));
}
