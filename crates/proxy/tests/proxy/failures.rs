//! Every way in which the gateway cannot be reached, by name.

use std::time::Duration;

use crate::support::{KEY, client, client_with, get, key, ok, recorder, serve, soon, target};
use cpamp_proxy::{AuthPolicy, ProxyError, Stage, UpstreamClient, UpstreamTarget};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

async fn failure(client: &UpstreamClient, target: &UpstreamTarget) -> ProxyError {
    let key = key();
    let policy = AuthPolicy::ReplaceWithManagementKey(&key);
    let error =
        soon(client.forward(get("/v0/management/config"), target, policy)).await.expect_err("a failure");
    assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    error
}

fn https(address: std::net::SocketAddr, skip: bool) -> UpstreamTarget {
    UpstreamTarget::parse(&format!("https://{address}"), skip).expect("target")
}

/// A server that says the same to everybody.
async fn scripted(answer: &'static [u8]) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(answer).await;
                let _ = stream.read(&mut [0; 1024]).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let address = listener.local_addr().expect("address");
    drop(listener);
    let error = failure(&client(), &target(address)).await;
    assert!(
        matches!(&error, ProxyError::Unreachable { refused: true, host, .. } if *host == address.to_string())
    );
}

#[tokio::test]
async fn the_name_is_unknown() {
    let target = UpstreamTarget::parse("http://no-such-host.invalid:8317", false).expect("target");
    let error = failure(&client(), &target).await;
    assert!(matches!(&error, ProxyError::Dns { host } if host == "no-such-host.invalid"), "{error:?}");
}

#[tokio::test]
async fn the_gateway_hangs_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    let error = failure(&client(), &target(address)).await;
    assert!(matches!(error, ProxyError::Unreachable { refused: false, .. }), "{error:?}");
}

#[tokio::test]
async fn the_gateway_does_not_speak_http() {
    for answer in [&b"-ERR unknown command\r\n"[..], b"HTTP/1.1 200 OK\r\nbroken header\r\n\r\n"] {
        let error = failure(&client(), &target(scripted(answer).await)).await;
        assert!(matches!(error, ProxyError::Protocol(_)), "{error:?}");
    }
    let endless: &'static [u8] =
        Box::leak([b"HTTP/1.1 200 OK\r\nx: ".as_slice(), &[b'y'; 1024 * 1024], b"\r\n\r\n"].concat().into());
    let error = failure(&client(), &target(scripted(endless).await)).await;
    assert!(matches!(error, ProxyError::Protocol(_)), "{error:?}");
}

#[tokio::test]
async fn the_gateway_does_not_answer() {
    let gateway = serve(|_| async {
        std::future::pending::<()>().await;
        ok("")
    })
    .await;
    let client = client_with(|limits| limits.answer = Duration::from_millis(50));
    let error = failure(&client, &target(gateway)).await;
    assert!(matches!(error, ProxyError::Timeout { stage: Stage::Answer, .. }), "{error:?}");
}

#[tokio::test]
async fn a_slow_upload_is_no_silence() {
    let (gateway, _) = recorder(|_| ok("done")).await;
    let client = client_with(|limits| limits.answer = Duration::from_millis(200));
    let frames = futures_util::stream::unfold(0, |number| async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let frame = http_body::Frame::data(bytes::Bytes::from_static(b"x"));
        (number < 10).then(|| (Ok::<_, std::io::Error>(frame), number + 1))
    });
    let body = http_body_util::StreamBody::new(Box::pin(frames));
    let request = http::Request::post("/v1/models").body(body).expect("request");
    let answer =
        soon(client.forward(request, &target(gateway), AuthPolicy::KeepCaller)).await.expect("answer");
    assert_eq!(answer.status(), 200, "the upload took longer than the limit but never paused that long");
}

#[tokio::test]
async fn tls_to_a_port_without_tls() {
    let (gateway, _) = recorder(|_| ok("")).await;
    let error = failure(&client(), &https(gateway, true)).await;
    assert!(matches!(error, ProxyError::Tls { .. }), "{error:?}");
}

#[tokio::test]
async fn a_tls_handshake_that_never_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    let client = client_with(|limits| limits.tls = Duration::from_millis(50));
    let error = failure(&client, &https(address, true)).await;
    assert!(matches!(error, ProxyError::Timeout { stage: Stage::Tls, .. }), "{error:?}");
}
