//! The HTTP side of the port.

mod auth_files;
mod client;
mod control;
mod logs;
mod management;
mod maps;
mod multipart;
mod oauth;
mod plugins;
mod providers;
pub(crate) mod reply;
mod request;
mod settings;
mod sim_plugin;
mod tools;
mod websocket;

use std::convert::Infallible;
use std::io;

use http::{Method, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use crate::counters::add;
use crate::state::Connection;
use reply::{Body, Reply};
pub(crate) use request::Request;

/// Serves HTTP/1.1 or HTTP/2 on a connection until either side ends it.
pub(crate) async fn serve<S>(stream: S, connection: Connection, epoch: CancellationToken) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: http::Request<Incoming>| {
        let connection = connection.clone();
        let epoch = epoch.clone();
        async move { Ok::<_, Infallible>(answer(request, connection, epoch).await) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().title_case_headers(true).half_close(false);
    builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await.map_err(io::Error::other)
}

async fn answer(
    request: http::Request<Incoming>,
    connection: Connection,
    epoch: CancellationToken,
) -> http::Response<Body> {
    let shared = connection.shared.clone();
    let head = request.method() == Method::HEAD;
    let reply = match Request::read(request, connection, epoch).await {
        Ok(request) => route(request).await,
        Err(refused) => refused,
    };
    let mut response = reply.into_response(shared.clock.now_ms());
    if head {
        *response.body_mut() = Body::default();
    }
    response
}

async fn route(mut request: Request) -> Reply {
    let shared = request.connection.shared.clone();
    if let Some(prefix) = shared.config.path_prefix.as_deref().map(|prefix| prefix.trim_end_matches('/')) {
        // The reverse proxy in front knows nothing else.
        match request.path.strip_prefix(prefix) {
            Some("") => request.path = "/".to_owned(),
            Some(rest) if rest.starts_with('/') => request.path = rest.to_owned(),
            _ => {
                return Reply::bytes(
                    StatusCode::NOT_FOUND,
                    "text/plain; charset=utf-8",
                    "404 page not found",
                );
            }
        }
    }
    if request.method == Method::OPTIONS {
        return Reply::empty(StatusCode::NO_CONTENT);
    }
    if request.path.starts_with("/v0/management/") {
        add(&shared.counters.http_management_calls, 1);
        return management::answer(request).await;
    }
    if let Some(rest) = request.path.strip_prefix("/_simulator/").filter(|_| shared.config.control) {
        return control::answer(&request, rest).await;
    }
    add(&shared.counters.http_other_calls, 1);
    client::answer(&request)
}
