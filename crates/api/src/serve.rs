//! The listener: bounded connections, header time-outs, graceful end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::progress::Progress;

/// Connections at the same time; more wait in the kernel's backlog.
const MAX_CONNECTIONS: usize = 1024;
/// Longest wait for the headers of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// Largest head of a request, bytes.
const MAX_HEAD_BYTES: usize = 256 << 10;
/// Longest time in which a client takes nothing of an answer that waits for it.
pub const STALL_TIMEOUT: Duration = Duration::from_secs(120);
/// Pause after the kernel refused a connection (out of file descriptors, for example).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long connections that are closed by force may take to let go of what they hold.
const LET_GO: Duration = Duration::from_millis(500);

/// Serves until `stop` is cancelled, then waits for open requests at most `grace`, and ends those that are left.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken, grace: Duration) {
    serve_with(listener, router, stop, grace, STALL_TIMEOUT).await;
}

async fn serve_with(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    grace: Duration,
    patience: Duration,
) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = TaskTracker::new();
    let hang_up = CancellationToken::new();
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_one_connection_only(&error) {
                    tracing::warn!(%error, "the listener cannot accept connections");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
                continue;
            }
        };
        let (router, stop, hang_up) = (router.clone(), stop.clone(), hang_up.clone());
        connections.spawn(async move {
            tokio::select! {
                () = serve_connection(stream, peer, router, stop, patience) => {}
                () = hang_up.cancelled() => {}
            }
            drop(permit);
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(grace, connections.wait()).await.is_err() {
        tracing::debug!(open = connections.len(), "requests were still open at the end of the grace period");
        // What they did is recorded when they are given up, as long as the audit trail is open.
        hang_up.cancel();
        tokio::time::timeout(LET_GO, connections.wait()).await.ok();
    }
}

/// Errors that concern the connection that was being accepted, not the listener.
fn is_one_connection_only(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
    patience: Duration,
) {
    stream.set_nodelay(true).ok();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(Progress::new(stream, patience)), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use axum::body::Body;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Says when the answer that it belongs to is given up.
    struct Open(Arc<AtomicBool>);

    impl Drop for Open {
        fn drop(&mut self) {
            self.0.store(false, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn a_handler_that_outlasts_the_grace_is_given_up_before_serving_ends() {
        let open = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&open);
        let endless = move || {
            let guard = Open(Arc::clone(&seen));
            async move {
                guard.0.store(true, Ordering::SeqCst);
                std::future::pending::<()>().await;
                drop(guard);
            }
        };
        let router = Router::new().route("/", get(endless));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("binds");
        let address = listener.local_addr().expect("address");
        let stop = CancellationToken::new();
        let serving = tokio::spawn(serve(listener, router, stop.clone(), Duration::from_millis(50)));
        let mut client = TcpStream::connect(address).await.expect("connects");
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("writes");
        let began = std::time::Instant::now();
        while !open.load(Ordering::SeqCst) {
            assert!(began.elapsed() < Duration::from_secs(20), "the handler does not begin");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
        serving.await.expect("ends");
        assert!(!open.load(Ordering::SeqCst), "the handler still runs");
    }

    #[tokio::test]
    async fn an_answer_that_nobody_reads_ends_and_frees_its_connection() {
        let open = Arc::new(AtomicBool::new(true));
        let guard = Arc::new(Open(Arc::clone(&open)));
        let endless = move || {
            let guard = Arc::clone(&guard);
            async move {
                let chunks = futures_util::stream::repeat_with(move || {
                    let _held = &guard;
                    Ok::<_, io::Error>(vec![b'x'; 64 << 10])
                });
                Body::from_stream(chunks)
            }
        };
        let router = Router::new().route("/", get(endless));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("binds");
        let address = listener.local_addr().expect("address");
        let stop = CancellationToken::new();
        let patience = Duration::from_millis(300);
        let serving = tokio::spawn(serve_with(listener, router, stop.clone(), patience, patience));
        let mut client = TcpStream::connect(address).await.expect("connects");
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("writes");
        client.read_u8().await.expect("the answer begins");
        // The router goes with the listener; what is left of the answer is the connection's.
        stop.cancel();
        let began = std::time::Instant::now();
        while open.load(Ordering::SeqCst) {
            assert!(began.elapsed() < Duration::from_secs(20), "the answer is still being sent");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        serving.await.expect("ends");
    }
}
