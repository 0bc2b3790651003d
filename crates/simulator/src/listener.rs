//! Accepting connections and finding out what they speak.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::config::TlsOptions;
use crate::counters::add;
use crate::state::{BAD_REQUEST, Connection, Shared};
use crate::stream::{FaultStream, Rewound};
use crate::{http, resp};

/// Time for the TLS handshake and the first byte; idle connections are closed then.
const SNIFF_DEADLINE: Duration = Duration::from_secs(10);

/// Bytes of an HTTP request line that are read before giving up.
const MAX_REQUEST_LINE: usize = 16 * 1024;

/// Pause after a failing accept (out of descriptors), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Prepares TLS with the protocols that CPA offers.
pub(crate) fn tls_acceptor(options: &TlsOptions) -> io::Result<TlsAcceptor> {
    let chain = CertificateDer::pem_slice_iter(options.certificate_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_slice(options.key_pem.as_bytes()).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(server)))
}

/// Accepts until the gateway stops.
pub(crate) async fn accept_loop(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let accepted = tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        if shared.faults.get().refuse_connections {
            continue;
        }
        add(&shared.counters.connections, 1);
        let id = shared.faults.new_connection();
        let connection = Connection::new(Arc::clone(&shared), id, peer.ip());
        let epoch = shared.epoch();
        let tls = tls.clone();
        shared.tasks.spawn(async move {
            let served = Box::pin(serve(stream, tls, connection, epoch.clone()));
            tokio::select! {
                () = epoch.cancelled() => {}
                // A connection that breaks is the peer's business; the counters and the log tell what was lost.
                result = served => if let Err(error) = result {
                    tracing::trace!(%error, "connection ended with an error");
                },
            }
        });
    }
}

async fn serve(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    connection: Connection,
    epoch: CancellationToken,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let shared = &connection.shared;
    let stream = FaultStream::new(stream, connection.id, Arc::clone(&shared.faults), shared.config.control);
    let deadline = tokio::time::Instant::now() + SNIFF_DEADLINE;
    let Some(tls) = tls else {
        return sniff(stream, connection, epoch, deadline).await;
    };
    let Ok(accepted) = tokio::time::timeout_at(deadline, tls.accept(stream)).await else { return Ok(()) };
    let stream = accepted?;
    if stream.get_ref().1.alpn_protocol().is_some() {
        return http::serve(stream, connection, epoch).await;
    }
    sniff(stream, connection, epoch, deadline).await
}

async fn sniff<S>(
    mut stream: S,
    connection: Connection,
    epoch: CancellationToken,
    deadline: tokio::time::Instant,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut first = [0_u8; 1];
    let Ok(read) = tokio::time::timeout_at(deadline, stream.read(&mut first)).await else { return Ok(()) };
    if read? == 0 {
        return Ok(());
    }
    if resp::is_first_byte(first[0]) && !connection.shared.config.http_only {
        let stream = Rewound { first: Bytes::copy_from_slice(&first), inner: stream };
        return resp::serve(stream, connection).await;
    }
    let mut line = first.to_vec();
    while !line.contains(&b'\n') && line.len() < MAX_REQUEST_LINE {
        if stream.read_buf(&mut line).await? == 0 {
            return Ok(());
        }
    }
    if !starts_with_a_request_line(&line) {
        stream.write_all(BAD_REQUEST).await?;
        return stream.shutdown().await;
    }
    http::serve(Rewound { first: Bytes::from(line), inner: stream }, connection, epoch).await
}

fn starts_with_a_request_line(bytes: &[u8]) -> bool {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return false };
    let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
    let mut parts = line.split(|byte| *byte == b' ');
    let method = parts.next().is_some_and(|method| !method.is_empty());
    let target = parts.next().is_some_and(|target| !target.is_empty());
    let version = parts.next().is_some_and(|version| version.starts_with(b"HTTP/"));
    method && target && version && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_words_with_an_http_version_are_a_request_line() {
        assert!(starts_with_a_request_line(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(starts_with_a_request_line(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        assert!(!starts_with_a_request_line(b"PING\r\n"));
        assert!(!starts_with_a_request_line(b"SUBSCRIBE usage\r\n"));
        assert!(!starts_with_a_request_line(b"GET  / HTTP/1.1\r\n"));
        assert!(!starts_with_a_request_line(b"GET / HTTP/1.1"));
    }
}
