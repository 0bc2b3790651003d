//! Connecting to the gateway, and naming what went wrong.

use std::{error::Error, io, net::SocketAddr, sync::Arc, time::Duration};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpSocket, TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{failure::Failure, refusals::Code, status::Stage, tls, upstream::Upstream};

/// A connected stream, plain or TLS.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Shortest share of the deadline that one of several addresses gets.
const MIN_SHARE: Duration = Duration::from_secs(2);

/// Connects to the upstream's host and port for RESP: every address is tried; over TLS no protocol is offered, because the
/// gateway takes a connection with a negotiated protocol for HTTP.
pub(crate) async fn connect(
    upstream: &Upstream,
    within: Duration,
    in_container: bool,
) -> Result<Box<dyn Io>, Failure> {
    let attempt = async {
        let stream = connect_tcp(upstream, within, in_container).await?;
        if !upstream.is_tls() {
            return Ok(Box::new(stream) as Box<dyn Io>);
        }
        let config = tls::client_config(upstream, &[])?;
        let name = ServerName::try_from(upstream.dial_host())
            .map_err(|error| failure(Code::TlsFailed, &error.to_string()))?;
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .map_err(|error| failure(Code::TlsFailed, &error.to_string()))?;
        Ok(Box::new(stream) as Box<dyn Io>)
    };
    timeout(within, attempt).await.unwrap_or_else(|_| Err(failure(Code::ConnectTimeout, "")))
}

async fn connect_tcp(
    upstream: &Upstream,
    within: Duration,
    in_container: bool,
) -> Result<TcpStream, Failure> {
    let addresses: Vec<SocketAddr> = lookup_host((upstream.dial_host(), upstream.port()))
        .await
        .map_err(|error| failure(Code::DnsFailed, &error.to_string()))?
        .collect();
    let mut last = failure(Code::DnsFailed, "the name has no address");
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let share = (within / count).max(MIN_SHARE.min(within));
    for address in addresses {
        match timeout(share, dial(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = connect_failure(&error, upstream, in_container),
            Err(_) => last = failure(Code::ConnectTimeout, &address.to_string()),
        }
    }
    Err(last)
}

async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_keepalive(true)?;
    socket.set_nodelay(true)?;
    socket.connect(address).await
}

fn failure(code: Code, detail: &str) -> Failure {
    Failure::new(Stage::Connect, code).detail(detail, None)
}

/// Names an error of connecting.
pub(crate) fn connect_failure(error: &io::Error, upstream: &Upstream, in_container: bool) -> Failure {
    let refused = error.kind() == io::ErrorKind::ConnectionRefused;
    let code = match error.kind() {
        _ if refused && in_container && upstream.is_loopback() => Code::LoopbackInContainer,
        _ if refused => Code::ConnectRefused,
        io::ErrorKind::TimedOut => Code::ConnectTimeout,
        _ => Code::ConnectFailed,
    };
    failure(code, &error.to_string())
}

/// Finds an error of the given type among the causes of `error`.
pub(crate) fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An io::Error hides what it wraps from `source` of its own.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| cause::<E>(inner)) {
            return Some(found);
        }
        current = error.source();
    }
    None
}

/// The innermost message of an error chain.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut current = error;
    while let Some(next) = current.source() {
        current = next;
    }
    current.to_string()
}
