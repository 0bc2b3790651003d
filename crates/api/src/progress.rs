//! A connection whose reader must make progress.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A stream that fails with [`io::ErrorKind::TimedOut`] when a write could not place a single byte for a while.
///
/// Streams without anything to send may be silent for ever: only waiting bytes count.
pub(crate) struct Progress<S> {
    stream: S,
    patience: Duration,
    /// Set while bytes wait for the reader.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> Progress<S> {
    pub(crate) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, alarm: None }
    }

    fn judge<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.alarm = None;
            return outcome;
        }
        let patience = self.patience;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(patience)));
        alarm
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Progress<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Progress<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.judge(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        // A flush with nothing to send is ready at once and says nothing about the reader.
        if outcome.is_ready() { outcome } else { self.judge(cx, outcome) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(120);

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stops_is_given_up_and_a_slow_one_is_not() {
        let (here, mut there) = duplex(64);
        let mut stream = Progress::new(here, PATIENCE);
        let writing = tokio::spawn(async move { (stream.write_all(&[7; 1000]).await, stream) });
        // One byte a minute is progress.
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            assert_eq!(there.read_u8().await.ok(), Some(7));
        }
        assert!(!writing.is_finished());
        let stopped = tokio::time::Instant::now();
        let (outcome, _stream) = writing.await.expect("ends");
        assert_eq!(outcome.expect_err("given up").kind(), io::ErrorKind::TimedOut);
        let waited = stopped.elapsed();
        assert!(waited >= PATIENCE - Duration::from_secs(1) && waited <= PATIENCE + Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_without_anything_to_send_is_no_stall() {
        let (here, mut there) = duplex(64);
        let mut stream = Progress::new(here, PATIENCE);
        for _ in 0..3 {
            stream.write_all(b"tick").await.expect("has room");
            stream.flush().await.expect("flushes");
            tokio::time::sleep(PATIENCE * 10).await;
            let mut tick = [0; 4];
            there.read_exact(&mut tick).await.expect("reads");
        }
    }
}
