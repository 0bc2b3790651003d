//! What crosses the proxy, and what does not.

use crate::support::{KEY, client, client_with, front, get, key, ok, recorder, soon, target, text};
use bytes::Bytes;
use cpamp_proxy::{
    AuthPolicy, ClientOptions, ForwardProxies, ProxyError, Refusal, UpstreamClient, UpstreamTarget, full,
};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty, Full};

fn spoofed(path: &str) -> Request<Empty<Bytes>> {
    let mut request = get(path);
    for (name, value) in [
        ("host", "manager.example"),
        ("authorization", "Bearer cmp_admin_secret"),
        ("cookie", "cpamp_session=secret"),
        ("x-management-key", "guess"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("cf-connecting-ip", "127.0.0.1"),
        ("true-client-ip", "127.0.0.1"),
        ("x-cpamp-upstream", "1"),
        ("x-cpamp-hop", "made up"),
        ("connection", "x-private"),
        ("x-private", "1"),
        ("te", "trailers"),
        ("accept", "application/json"),
        ("x-custom", "kept"),
    ] {
        request.headers_mut().insert(name, value.parse().expect("value"));
    }
    request
}

#[tokio::test]
async fn a_request_arrives_as_it_was_sent_with_our_key() {
    let (gateway, seen) = recorder(|_| ok("done")).await;
    let target = UpstreamTarget::parse(&format!("http://{gateway}/cpa"), false).expect("target");
    let request = Request::patch("http://manager.example/v0/management/x%2Fy/%C3%BC?a='b'&c=%2e%2e&d")
        .header("content-type", "text/weird")
        .header("content-length", "5")
        .body(Full::new(Bytes::from_static(b"hello")))
        .expect("request");
    let (key, client) = (key(), client());
    let answer =
        client.forward(request, &target, AuthPolicy::ReplaceWithManagementKey(&key)).await.expect("answer");
    assert_eq!(text(answer).await, "done");
    let seen = seen.lock().expect("lock").pop().expect("one request");
    assert_eq!(seen.method, Method::PATCH);
    assert_eq!(seen.uri, "/cpa/v0/management/x%2Fy/%C3%BC?a='b'&c=%2e%2e&d");
    assert_eq!(seen.body, "hello");
    assert_eq!(seen.headers["authorization"], format!("Bearer {KEY}").as_str());
    assert_eq!(seen.headers["host"], gateway.to_string().as_str());
    assert_eq!(seen.headers["content-length"], "5");
    assert_eq!(seen.headers["content-type"], "text/weird");
    assert!(!seen.headers.contains_key("accept"), "nothing is added: {:?}", seen.headers);
}

#[tokio::test]
async fn spoofed_headers_do_not_arrive() {
    let (gateway, seen) = recorder(|_| ok("")).await;
    let key = key();
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    client().forward(spoofed("/v0/management/config"), &target(gateway), policy).await.expect("answer");
    let seen = seen.lock().expect("lock").pop().expect("one request");
    let mut names: Vec<&str> = seen.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "authorization", "host", "x-cpamp-hop", "x-custom"]);
    assert_ne!(seen.headers["x-cpamp-hop"], "made up");
    assert_eq!(seen.headers["authorization"], format!("Bearer {KEY}").as_str());
}

#[tokio::test]
async fn a_callers_own_credentials_stay_and_ours_are_not_sent() {
    let (gateway, seen) = recorder(|_| ok("")).await;
    client().forward(spoofed("/v1/models"), &target(gateway), AuthPolicy::KeepCaller).await.expect("answer");
    client()
        .forward(get("/v0/resource/plugins/x/ui"), &target(gateway), AuthPolicy::KeepCaller)
        .await
        .expect("answer");
    let seen = seen.lock().expect("lock").clone();
    assert_eq!(seen[0].headers["authorization"], "Bearer cmp_admin_secret");
    assert!(!seen[0].headers.contains_key("x-management-key"));
    assert!(!seen[1].headers.contains_key("authorization"));
    for request in &seen {
        assert!(!format!("{:?}", request.headers).contains(KEY));
    }
}

#[tokio::test]
async fn management_paths_need_our_authorisation_and_paths_stay_below_the_prefix() {
    let (gateway, seen) = recorder(|_| ok("")).await;
    let target = target(gateway);
    for path in ["/v0/management/config", "/v0//management/config", "/v0/%6Danagement/config"] {
        let error = client().forward(get(path), &target, AuthPolicy::KeepCaller).await.expect_err(path);
        assert!(matches!(error, ProxyError::NotAllowed), "{path}: {error}");
    }
    let key = key();
    for path in ["/a/../b", "/a/%2e%2e/b", "/%252e%252e/b", "/a/..%2fb"] {
        let policy = AuthPolicy::ReplaceWithManagementKey(&key);
        let error = client().forward(get(path), &target, policy).await.expect_err(path);
        assert!(matches!(error, ProxyError::BadPath), "{path}: {error}");
    }
    assert!(seen.lock().expect("lock").is_empty());
}

#[tokio::test]
async fn answers_keep_what_is_the_gateways_and_lose_what_is_ours() {
    let (gateway, _) = recorder(|_| {
        Response::builder()
            .status(StatusCode::IM_A_TEAPOT)
            .header("x-cpa-version", "7.2.140")
            .header("access-control-allow-origin", "*")
            .header("access-control-expose-headers", "X-CPA-VERSION")
            .header("set-cookie", "cpamp_session=stolen")
            .header("x-cpamp-upstream", "forged")
            .header("x-cpamp-other", "forged")
            .header("content-encoding", "gzip")
            .header("content-type", "application/json; charset=utf-8")
            .body(full("not really gzip"))
            .expect("response")
    })
    .await;
    let key = key();
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    let answer =
        client().forward(get("/v0/management/config"), &target(gateway), policy).await.expect("answer");
    assert_eq!(answer.status(), StatusCode::IM_A_TEAPOT);
    let mut names: Vec<&str> = answer.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["content-encoding", "content-length", "content-type", "date", "x-cpa-version", "x-cpamp-upstream"]
    );
    assert_eq!(answer.headers()["x-cpamp-upstream"], "1");
    assert_eq!(text(answer).await, "not really gzip");
}

#[tokio::test]
async fn refused_keys_are_recognised_and_the_answer_passes() {
    let (gateway, _) = recorder(|seen| {
        let (status, body) = match seen.uri.as_str() {
            "/v0/management/plugin" => (401, r#"{"error":"log in to the plugin first"}"#),
            "/v0/management/banned" => {
                (403, r#"{"error":"IP banned due to too many failed attempts. Try again in 1m0s"}"#)
            }
            _ => (401, r#"{"error":"invalid management key"}"#),
        };
        Response::builder().status(status).body(full(body)).expect("response")
    })
    .await;
    let client = UpstreamClient::new(ClientOptions::default()).expect("client");
    let (target, key) = (target(gateway), key());
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    let answer = client.forward(get("/v0/management/config"), &target, policy).await.expect("answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers()["x-cpamp-upstream"], "1");
    assert_eq!(text(answer).await, r#"{"error":"invalid management key"}"#);
    let refusal = async |path: &str, policy| {
        let answer = client.forward(get(path), &target, policy).await.expect("answer");
        answer.extensions().get::<Refusal>().copied()
    };
    assert_eq!(refusal("/v0/management/config", policy).await, Some(Refusal::WrongKey));
    assert_eq!(refusal("/v0/management/plugin", policy).await, None, "a plugin's own answer");
    let banned = Refusal::Banned { retry_after: Some(std::time::Duration::from_secs(60)) };
    assert_eq!(refusal("/v0/management/banned", policy).await, Some(banned));
    assert_eq!(refusal("/v1/models", AuthPolicy::KeepCaller).await, None, "no key of ours");
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused() {
    let (gateway, seen) = recorder(|_| ok("")).await;
    let (client, target, key) = (client_with(|limits| limits.request_body = 1000), target(gateway), key());
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    let known = Request::post("/v0/management/x")
        .header("content-length", "1001")
        .body(Full::new(Bytes::from(vec![0; 1001])))
        .expect("request");
    let error = client.forward(known, &target, policy).await.expect_err("too large");
    assert!(matches!(error, ProxyError::TooLarge { limit: 1000 }), "{error}");
    assert!(seen.lock().expect("lock").is_empty(), "refused before it was sent");

    let frames = (0..11).map(|_| Ok::<_, std::io::Error>(http_body::Frame::data(Bytes::from(vec![0; 100]))));
    let unknown = http_body_util::StreamBody::new(futures_util::stream::iter(frames.collect::<Vec<_>>()));
    let error = client.forward(Request::post("/x").body(unknown).expect("request"), &target, policy).await;
    let error = error.expect_err("too large");
    assert!(matches!(error, ProxyError::TooLarge { limit: 1000 }), "{error}");

    let fits = Request::post("/x").body(Full::new(Bytes::from(vec![0; 1000]))).expect("request");
    assert_eq!(client.forward(fits, &target, policy).await.expect("fits").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_gateway_address_that_is_the_manager_itself_is_found_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let address = listener.local_addr().expect("address");
    drop(listener);
    let client = client();
    // A front that forwards to a second front that forwards to the first one.
    let target = target(address);
    let inner = front(client.clone(), target.clone()).await;
    let listener = tokio::net::TcpListener::bind(address).await.expect("bind again");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut inner = tokio::net::TcpStream::connect(inner).await.expect("connect");
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut stream, &mut inner).await });
        }
    });
    let key = key();
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    let answer = soon(client.forward(get("/v0/management/config"), &target, policy)).await.expect("answer");
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    assert!(text(answer).await.contains("points back at this manager"));
}

#[tokio::test]
async fn an_unusable_key_leaves_nothing_of_the_callers() {
    let (gateway, seen) = recorder(|_| ok("")).await;
    let key = vault::SecretString::from("line\nbreak");
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    let error = client().forward(spoofed("/v0/management/config"), &target(gateway), policy).await;
    assert!(matches!(error, Err(ProxyError::UnusableKey)));
    assert!(seen.lock().expect("lock").is_empty());
}

#[tokio::test]
async fn a_forward_proxy_gets_the_full_address_and_its_password() {
    let (proxy, seen) = recorder(|_| ok("through the proxy")).await;
    let options = ClientOptions {
        proxies: ForwardProxies::fixed(&format!("http://user:pass@{proxy}"), "direct.example"),
        ..ClientOptions::default()
    };
    let client = UpstreamClient::new(options).expect("client");
    let target = UpstreamTarget::parse("http://cpa.example:8317", false).expect("target");
    let answer = client.forward(get("/v1/models"), &target, AuthPolicy::KeepCaller).await.expect("answer");
    assert_eq!(answer.into_body().collect().await.expect("body").to_bytes(), "through the proxy");
    let seen = seen.lock().expect("lock").pop().expect("one request");
    assert_eq!(seen.uri, "http://cpa.example:8317/v1/models");
    assert_eq!(seen.headers["host"], "cpa.example:8317");
    assert_eq!(seen.headers["proxy-authorization"], "Basic dXNlcjpwYXNz");
}
