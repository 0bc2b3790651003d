//! Small servers on free ports: a stand-in for the gateway, and a front that forwards to it.
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cpamp_proxy::{AuthPolicy, ClientOptions, Limits, ProxyBody, UpstreamClient, UpstreamTarget, full};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use vault::SecretString;

pub const KEY: &str = "the-management-key";

/// Serves HTTP/1.1 with upgrades on a free port of 127.0.0.1 until the runtime ends.
pub async fn serve<H, F>(handler: H) -> SocketAddr
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<ProxyBody>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let handler = handler.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let answer = handler(request);
                    async move { Ok::<_, Infallible>(answer.await) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades();
                let _ = connection.await;
            });
        }
    });
    address
}

/// What the stand-in gateway saw.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub uri: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A gateway that notes every request and answers with the given function.
pub async fn recorder<A>(answer: A) -> (SocketAddr, Arc<Mutex<Vec<Seen>>>)
where
    A: Fn(&Seen) -> Response<ProxyBody> + Clone + Send + Sync + 'static,
{
    let log = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&log);
    let address = serve(move |request: Request<Incoming>| {
        let (notes, answer) = (Arc::clone(&notes), answer.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let seen =
                Seen { method: parts.method, uri: parts.uri.to_string(), headers: parts.headers, body };
            let response = answer(&seen);
            notes.lock().expect("lock").push(seen);
            response
        }
    })
    .await;
    (address, log)
}

pub fn ok(body: &'static str) -> Response<ProxyBody> {
    Response::new(full(body))
}

pub fn target(address: SocketAddr) -> UpstreamTarget {
    UpstreamTarget::parse(&format!("http://{address}"), false).expect("target")
}

pub fn key() -> SecretString {
    SecretString::from(KEY)
}

pub fn client() -> UpstreamClient {
    UpstreamClient::new(ClientOptions::default()).expect("client")
}

pub fn client_with(change: impl FnOnce(&mut Limits)) -> UpstreamClient {
    let mut limits = Limits::default();
    change(&mut limits);
    UpstreamClient::new(ClientOptions { limits, ..ClientOptions::default() }).expect("client")
}

pub fn get(path: &str) -> Request<Empty<Bytes>> {
    Request::get(path).body(Empty::new()).expect("request")
}

pub async fn text(response: Response<ProxyBody>) -> String {
    let body = response.into_body().collect().await.expect("body").to_bytes();
    String::from_utf8(body.to_vec()).expect("text")
}

/// A front server that forwards everything with the management key; failures are 502 with the error's text.
pub async fn front(client: UpstreamClient, target: UpstreamTarget) -> SocketAddr {
    serve(move |request: Request<Incoming>| {
        let (client, target) = (client.clone(), target.clone());
        async move {
            let key = key();
            match client.forward(request, &target, AuthPolicy::ReplaceWithManagementKey(&key)).await {
                Ok(response) => response,
                Err(error) => {
                    let mut response = Response::new(full(error.to_string()));
                    *response.status_mut() = http::StatusCode::BAD_GATEWAY;
                    response
                }
            }
        }
    })
    .await
}

pub fn browser() -> Client<hyper_util::client::legacy::connect::HttpConnector, ProxyBody> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Waits for something that has to happen soon.
pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(5), future).await.expect("in time")
}

pub fn full_json(body: &'static str) -> ProxyBody {
    full(body)
}
