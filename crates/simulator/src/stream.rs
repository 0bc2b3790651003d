//! The transport of one connection, with the transport faults built in.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::faults::Faults;

/// How often a stalled or dead connection looks whether its fault is over.
const FAULT_POLL: Duration = Duration::from_millis(5);

/// A TCP connection that can stall, crawl, or lead nowhere.
pub(crate) struct FaultStream {
    inner: TcpStream,
    connection: u64,
    faults: Arc<Faults>,
    read_pause: Option<Pin<Box<Sleep>>>,
    write_pause: Option<Pin<Box<Sleep>>>,
    peer_gone: bool,
    /// Whether a connection that calls the control routes is spared the faults; they could not be ended else.
    spares_control: bool,
    /// What the first bytes said; `None` until they came.
    spared: Option<bool>,
}

/// What stands in the first line of a call of the control routes.
const CONTROL: &[u8] = b"/_simulator/";

impl FaultStream {
    pub(crate) fn new(inner: TcpStream, connection: u64, faults: Arc<Faults>, spares_control: bool) -> Self {
        Self {
            inner,
            connection,
            faults,
            read_pause: None,
            write_pause: None,
            peer_gone: false,
            spares_control,
            spared: (!spares_control).then_some(false),
        }
    }

    /// Decides by the first bytes whether this connection is spared. Pending until some have come.
    fn poll_decision(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.spared.is_none() {
            let mut scratch = [0_u8; 256];
            let mut first = ReadBuf::new(&mut scratch);
            ready!(self.inner.poll_peek(cx, &mut first))?;
            let line = first.filled().split(|byte| *byte == b'\n').next().unwrap_or_default();
            self.spared =
                Some(self.spares_control && line.windows(CONTROL.len()).any(|part| part == CONTROL));
        }
        Poll::Ready(Ok(()))
    }
}

fn wait(slot: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> Poll<()> {
    if let Some(pause) = slot {
        ready!(pause.as_mut().poll(cx));
        *slot = None;
    }
    Poll::Ready(())
}

fn begin_pause(slot: &mut Option<Pin<Box<Sleep>>>, length: Duration) {
    *slot = Some(Box::pin(tokio::time::sleep(length)));
}

impl AsyncRead for FaultStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_decision(cx))?;
        if this.spared == Some(true) {
            return Pin::new(&mut this.inner).poll_read(cx, buf);
        }
        loop {
            ready!(wait(&mut this.read_pause, cx));
            if this.faults.leads_nowhere(this.connection) {
                // Read, so that the peer's writes succeed, and forget. The peer's close is not seen either.
                if !this.peer_gone {
                    let mut scratch = [0_u8; 4096];
                    let mut sink = ReadBuf::new(&mut scratch);
                    match Pin::new(&mut this.inner).poll_read(cx, &mut sink) {
                        Poll::Ready(Ok(())) if !sink.filled().is_empty() => continue,
                        Poll::Ready(_) => this.peer_gone = true,
                        Poll::Pending => {}
                    }
                }
                begin_pause(&mut this.read_pause, FAULT_POLL);
                continue;
            }
            if this.peer_gone {
                return Poll::Ready(Ok(()));
            }
            let Some(slow) = this.faults.get().slow else {
                return Pin::new(&mut this.inner).poll_read(cx, buf);
            };
            let mut piece = vec![0_u8; slow.chunk_bytes.max(1).min(buf.remaining())];
            let mut limited = ReadBuf::new(&mut piece);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut limited))?;
            buf.put_slice(limited.filled());
            begin_pause(&mut this.read_pause, Duration::from_millis(slow.pause_ms));
            return Poll::Ready(Ok(()));
        }
    }
}

impl AsyncWrite for FaultStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.spared == Some(true) {
            return Pin::new(&mut this.inner).poll_write(cx, data);
        }
        loop {
            ready!(wait(&mut this.write_pause, cx));
            if this.faults.leads_nowhere(this.connection) {
                return Poll::Ready(Ok(data.len()));
            }
            let settings = this.faults.get();
            if settings.stall_writes {
                begin_pause(&mut this.write_pause, FAULT_POLL);
                continue;
            }
            let Some(slow) = settings.slow else {
                return Pin::new(&mut this.inner).poll_write(cx, data);
            };
            let piece = &data[..data.len().min(slow.chunk_bytes.max(1))];
            let written = ready!(Pin::new(&mut this.inner).poll_write(cx, piece))?;
            begin_pause(&mut this.write_pause, Duration::from_millis(slow.pause_ms));
            return Poll::Ready(Ok(written));
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.spared != Some(true) && self.faults.leads_nowhere(self.connection) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// A stream whose first bytes were already read, to find out which protocol it speaks.
pub(crate) struct Rewound<S> {
    pub(crate) first: Bytes,
    pub(crate) inner: S,
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.has_remaining() {
            let count = self.first.remaining().min(buf.remaining());
            buf.put_slice(&self.first.split_to(count));
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
