//! Opens connections to the gateway: directly, through a forward proxy, with or without TLS.

use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower::Service;

use crate::error::{BoxError, Marked, ProxyError, Stage};
use crate::tls::Configs;

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Which requests go through a forward proxy.
#[derive(Clone, Default)]
pub struct ForwardProxies(Option<Arc<Matcher>>);

impl ForwardProxies {
    /// None: every connection is direct.
    pub fn none() -> Self {
        Self(None)
    }

    /// What the system says: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`. Reads the environment once.
    pub fn system() -> Self {
        Self(Some(Arc::new(Matcher::from_system())))
    }

    /// One forward proxy for everything but the hosts of `except` (comma-separated, as in `NO_PROXY`).
    pub fn fixed(proxy: &str, except: &str) -> Self {
        Self(Some(Arc::new(Matcher::builder().all(proxy).no(except).build())))
    }

    /// The forward proxy for a target. Loopback addresses never go through one, as in the reference.
    pub(crate) fn intercept(&self, uri: &Uri) -> Option<Intercept> {
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
        let loopback = host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if loopback { None } else { self.0.as_ref()?.intercept(uri) }
    }
}

impl fmt::Debug for ForwardProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The matcher may hold a proxy password.
        f.write_str(if self.0.is_some() { "ForwardProxies(some)" } else { "ForwardProxies(none)" })
    }
}

/// Opens connections for one of the client's pools.
#[derive(Clone)]
pub(crate) struct Connector {
    tcp: HttpConnector<Resolver>,
    proxies: ForwardProxies,
    tls: Arc<Configs>,
    skip_verify: bool,
    http1_only: bool,
    tls_timeout: Duration,
    connect_timeout: Duration,
}

impl Connector {
    pub(crate) fn new(
        proxies: ForwardProxies,
        tls: Arc<Configs>,
        (skip_verify, http1_only): (bool, bool),
        (connect_timeout, tls_timeout): (Duration, Duration),
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(connect_timeout));
        tcp.set_keepalive(Some(Duration::from_secs(60)));
        Self { tcp, proxies, tls, skip_verify, http1_only, tls_timeout, connect_timeout }
    }

    async fn connect(self, uri: Uri) -> Result<Conn, BoxError> {
        let host = uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
        let intercept = self.proxies.intercept(&uri);
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        // The connector's own limit is per address; this one is for the name, all addresses and the tunnel.
        let limit = self.connect_timeout;
        let stream = timeout(limit, open(self.tcp.clone(), uri.clone(), intercept.as_ref(), secure))
            .await
            .map_err(|_| Marked::boxed(ProxyError::Timeout { stage: Stage::Connect, limit }))?
            .map_err(|error| Marked::boxed(ProxyError::from_chain(error.as_ref(), &host)))?;
        if !secure {
            return Ok(Conn { io: Box::new(stream), proxied: intercept.is_some(), h2: false });
        }
        self.handshake(&uri, host, stream).await
    }

    async fn handshake(self, uri: &Uri, host: String, stream: TokioIo<TcpStream>) -> Result<Conn, BoxError> {
        let failed = |reason: String| Marked::boxed(ProxyError::Tls { host: host.clone(), reason });
        let config = self.tls.get(self.skip_verify, self.http1_only).map_err(|reason| {
            tracing::warn!(reason, "no usable root certificates");
            Marked::boxed(ProxyError::NoRoots)
        })?;
        let name = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(name).map_err(|error| failed(error.to_string()))?;
        let handshake = TlsConnector::from(config).connect(name, stream.into_inner());
        let limit = self.tls_timeout;
        let stream = timeout(limit, handshake)
            .await
            .map_err(|_| Marked::boxed(ProxyError::Timeout { stage: Stage::Tls, limit }))?
            .map_err(|error| failed(error.to_string()))?;
        let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Conn { io: Box::new(TokioIo::new(stream)), proxied: false, h2 })
    }
}

async fn open(
    mut tcp: HttpConnector<Resolver>,
    uri: Uri,
    intercept: Option<&Intercept>,
    secure: bool,
) -> Result<TokioIo<TcpStream>, BoxError> {
    let Some(intercept) = intercept else { return Ok(tcp.call(uri).await?) };
    if !matches!(intercept.uri().scheme_str(), Some("http")) {
        let reason = "only http:// forward proxies are supported".to_owned();
        let host = intercept.uri().host().unwrap_or_default().to_owned();
        return Err(Marked::boxed(ProxyError::Unreachable { host, reason, refused: false }));
    }
    if !secure {
        return Ok(tcp.call(intercept.uri().clone()).await?);
    }
    let mut tunnel = Tunnel::new(intercept.uri().clone(), tcp);
    if let Some(auth) = intercept.basic_auth() {
        tunnel = tunnel.with_auth(auth.clone());
    }
    Ok(tunnel.call(uri).await?)
}

impl Service<Uri> for Connector {
    type Response = Conn;
    type Error = BoxError;
    type Future = Connecting<Conn>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// Looks names up and marks failures, so that they can be told from failed connections.
#[derive(Clone)]
struct Resolver;

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect).unwrap_or_default();
            if found.is_empty() {
                return Err(Marked::boxed(ProxyError::Dns { host: name.as_str().to_owned() }));
            }
            Ok(found.into_iter())
        })
    }
}

trait Io: Read + Write + Unpin + Send {}
impl<T: Read + Write + Unpin + Send> Io for T {}

/// An open connection.
pub(crate) struct Conn {
    io: Box<dyn Io>,
    /// A forward proxy reads our requests and wants the full address in them.
    proxied: bool,
    h2: bool,
}

impl Connection for Conn {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.proxied);
        if self.h2 { connected.negotiated_h2() } else { connected }
    }
}

impl Read for Conn {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl Write for Conn {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_never_goes_through_a_forward_proxy() {
        let proxies = ForwardProxies::fixed("http://proxy.example:3128", "internal.example");
        let through = |uri: &str| proxies.intercept(&uri.parse().expect("uri")).is_some();
        assert!(through("http://cpa:8317/"));
        assert!(through("https://cpa.example/"));
        for direct in
            ["http://127.0.0.1:8317/", "http://localhost/", "http://[::1]:8317/", "http://internal.example/"]
        {
            assert!(!through(direct), "{direct}");
        }
        assert!(ForwardProxies::none().intercept(&"http://cpa:8317/".parse().expect("uri")).is_none());
    }

    #[test]
    fn debug_hides_a_proxy_password() {
        let proxies = ForwardProxies::fixed("http://user:secret@proxy.example:3128", "");
        assert!(!format!("{proxies:?}").contains("secret"));
    }
}
