//! Upgraded connections (WebSocket and the like): bytes go both ways until somebody hangs up.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, HeaderValue, UPGRADE};
use http::{Response, Version};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::body::{ProxyBody, full};
use crate::{ProxyError, headers};

const BUFFER: usize = 16 * 1024;

/// Answers 101 to the caller and tunnels in a task of its own.
pub(crate) fn tunnel(
    caller: OnUpgrade,
    mut answer: Response<Incoming>,
    tunnels: &Arc<Semaphore>,
    idle: Duration,
) -> Result<Response<ProxyBody>, ProxyError> {
    let permit = Arc::clone(tunnels).try_acquire_owned().map_err(|_| ProxyError::Busy)?;
    let Some(protocol) = headers::upgrade_protocol(answer.headers()) else {
        return Err(ProxyError::Protocol("an upgrade without a protocol".to_owned()));
    };
    let gateway = hyper::upgrade::on(&mut answer);
    tokio::spawn(async move {
        let _permit = permit;
        // Both sides switch as soon as the 101 is through; who does not within the idle time never will.
        let both = timeout(idle, async { tokio::try_join!(caller, gateway) }).await;
        if let Ok(Ok((caller, gateway))) = both {
            let ended = relay(TokioIo::new(caller), TokioIo::new(gateway), idle).await;
            tracing::debug!(error = ended.err().map(tracing::field::display), "an upgraded connection ended");
        }
    });
    let (mut parts, _) = answer.into_parts();
    headers::clean_answer(&mut parts.headers);
    parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    parts.headers.insert(UPGRADE, protocol);
    parts.extensions.clear();
    parts.version = Version::HTTP_11;
    Ok(Response::from_parts(parts, full("")))
}

/// Copies both ways until both sides are done, one fails, or nothing moves for `idle`.
async fn relay<A, B>(a: A, b: B, idle: Duration) -> io::Result<()>
where
    A: AsyncRead + AsyncWrite,
    B: AsyncRead + AsyncWrite,
{
    let ((mut a_read, mut a_write), (mut b_read, mut b_write)) = (tokio::io::split(a), tokio::io::split(b));
    let moved = crate::body::Activity::now();
    let there = copy(&mut a_read, &mut b_write, &moved);
    let back = copy(&mut b_read, &mut a_write, &moved);
    match moved.or_idle(async { tokio::try_join!(there, back) }, idle).await {
        Some(result) => result.map(|_| ()),
        None => Err(io::ErrorKind::TimedOut.into()),
    }
}

async fn copy<R, W>(from: &mut R, to: &mut W, moved: &crate::body::Activity) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = from.read(&mut buffer).await?;
        moved.touch();
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..read]).await?;
        to.flush().await?;
        moved.touch();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_go_both_ways_and_an_end_is_passed_on() {
        let (mut caller, near) = tokio::io::duplex(64);
        let (far, mut gateway) = tokio::io::duplex(64);
        let relay = tokio::spawn(relay(near, far, Duration::from_secs(5)));
        caller.write_all(b"ping").await.expect("write");
        let mut four = [0; 4];
        gateway.read_exact(&mut four).await.expect("read");
        assert_eq!(&four, b"ping");
        caller.shutdown().await.expect("shutdown");
        assert_eq!(gateway.read(&mut four).await.expect("end"), 0);
        gateway.write_all(b"late").await.expect("the other way is still open");
        caller.read_exact(&mut four).await.expect("read");
        assert_eq!(&four, b"late");
        drop(gateway);
        relay.await.expect("join").expect("clean end");
    }

    #[tokio::test]
    async fn a_silent_connection_ends() {
        let (_caller, near) = tokio::io::duplex(64);
        let (far, _gateway) = tokio::io::duplex(64);
        let ended = relay(near, far, Duration::from_millis(30)).await.expect_err("idle");
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
    }
}
