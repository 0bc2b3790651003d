//! TLS: ALPN decides, and without it the first byte; and a gateway behind a reverse proxy.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::Arc;

use common::{KEY, command, record};
use cpamp_simulator::{Simulator, SimulatorConfig, TlsOptions};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn connect(
    gateway: &Simulator,
    tls: &TlsOptions,
    alpn: &[&[u8]],
) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(tls.certificate_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    let socket = TcpStream::connect(gateway.address()).await?;
    tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from("localhost").unwrap(), socket)
        .await
}

async fn gateway(tls: &TlsOptions) -> Simulator {
    Simulator::start(SimulatorConfig { tls: Some(tls.clone()), ..SimulatorConfig::default() }).await.unwrap()
}

async fn ask(stream: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin), text: &str) -> String {
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let count = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

#[tokio::test]
async fn without_alpn_the_first_byte_decides() {
    let tls = TlsOptions::self_signed(&["localhost"]).unwrap();
    let gateway = gateway(&tls).await;
    let mut stream = connect(&gateway, &tls, &[]).await.unwrap();
    assert_eq!(ask(&mut stream, &command(&["AUTH", KEY])).await, "+OK\r\n");
    let mut stream = connect(&gateway, &tls, &[]).await.unwrap();
    assert!(
        ask(&mut stream, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.starts_with("HTTP/1.1 200 OK")
    );
}

#[tokio::test]
async fn with_an_http_protocol_negotiated_resp_is_a_bad_request() {
    let tls = TlsOptions::self_signed(&["localhost"]).unwrap();
    let gateway = gateway(&tls).await;
    let mut stream = connect(&gateway, &tls, &[b"http/1.1"]).await.unwrap();
    assert!(ask(&mut stream, &command(&["AUTH", KEY])).await.starts_with("HTTP/1.1 400"));
    assert!(connect(&gateway, &tls, &[b"resp"]).await.is_err(), "an unknown protocol fails the handshake");
    assert_eq!(gateway.counters().resp_connections, 0);
}

#[tokio::test]
async fn a_gateway_behind_a_reverse_proxy_speaks_h2_below_its_prefix_only() {
    let tls = TlsOptions::self_signed(&["localhost"]).unwrap();
    let gateway = Simulator::start(SimulatorConfig {
        tls: Some(tls.clone()),
        http_only: true,
        path_prefix: Some("/cpa/".to_owned()),
        ..SimulatorConfig::default()
    })
    .await
    .unwrap();
    gateway.publish(record(1));
    assert_eq!(gateway.base_url(), format!("https://127.0.0.1:{}/cpa", gateway.address().port()));
    let stream = connect(&gateway, &tls, &[b"h2"]).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(hyper_util::rt::TokioExecutor::new(), io).await.unwrap();
    let driver = tokio::spawn(connection);
    for (path, status) in [("/cpa/v0/management/usage-queue", 200), ("/v0/management/usage-queue", 404)] {
        let request = http::Request::get(format!("https://localhost{path}"))
            .header("authorization", format!("Bearer {KEY}"))
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .unwrap();
        let response = client.send_request(request).await.unwrap();
        assert_eq!(
            (response.version(), response.status().as_u16()),
            (http::Version::HTTP_2, status),
            "{path}"
        );
    }
    drop(client);
    driver.abort();
    let mut stream = connect(&gateway, &tls, &[]).await.unwrap();
    assert!(ask(&mut stream, &command(&["AUTH", KEY])).await.starts_with("HTTP/1.1 400 Bad Request"));
    assert_eq!((gateway.queue_len(), gateway.counters().popped_http), (0, 1));
}
