//! TLS with certificates of our own making.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::support::{client, get, soon, text};
use cpamp_proxy::{AuthPolicy, ClientOptions, ProxyError, UpstreamClient, UpstreamTarget, full};
use http::{Request, Response, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A server that says which HTTP version it was asked in.
async fn serve(alpn: &[&str]) -> (SocketAddr, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])
        .expect("certificate");
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("config");
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(|request: Request<Incoming>| async move {
                    let version = if request.version() == Version::HTTP_2 { "2" } else { "1.1" };
                    Ok::<_, Infallible>(Response::new(full(version)))
                });
                let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (address, certificate)
}

async fn ask(client: &UpstreamClient, address: SocketAddr, skip: bool) -> Result<String, ProxyError> {
    let target =
        UpstreamTarget::parse(&format!("https://localhost:{}", address.port()), skip).expect("target");
    Ok(text(soon(client.forward(get("/v1/models"), &target, AuthPolicy::KeepCaller)).await?).await)
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_unless_told_otherwise() {
    let (address, certificate) = serve(&["h2", "http/1.1"]).await;
    let client = client();
    let error = ask(&client, address, false).await.expect_err("unknown certificate");
    assert!(matches!(error, ProxyError::Tls { .. } | ProxyError::NoRoots), "{error:?}");
    assert_eq!(ask(&client, address, true).await.expect("skipped"), "2");

    let options = ClientOptions { extra_roots: vec![certificate], ..ClientOptions::default() };
    let trusting = UpstreamClient::new(options).expect("client");
    assert_eq!(ask(&trusting, address, false).await.expect("trusted"), "2");
}

#[tokio::test]
async fn both_http_versions_are_spoken() {
    let client = client();
    for (alpn, version) in [(&["http/1.1"][..], "1.1"), (&[][..], "1.1"), (&["h2"][..], "2")] {
        let (address, _) = serve(alpn).await;
        assert_eq!(ask(&client, address, true).await.expect("answer"), version, "{alpn:?}");
    }
}
