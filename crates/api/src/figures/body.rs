//! The body of an answer: a small one is whole before its headers are sent, a large one is on its way while it is made.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use analytics::json::{PIECE, Pieces};
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::{Receiver, channel};

use super::timing::{SERVER_TIMING, made};
use crate::error::{ApiError, ApiResult};

/// Pieces that may wait for the caller: more than the largest answers of the panel have, so that only what is
/// larger waits for a slow one with the thread that writes it.
const AHEAD: usize = 256;

/// What it took to make something, and to write it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Took {
    pub(super) figures: Duration,
    pub(super) json: Duration,
}

impl Took {
    /// Of two that were made at the same time.
    fn and(self, other: Self) -> Self {
        Self { figures: self.figures.max(other.figures), json: self.json.max(other.json) }
    }
}

enum Written {
    Piece(Bytes),
    End(Took),
}

/// A part of an answer that is made and written by a thread of its own, until the caller has gone away.
pub(super) struct Part(Receiver<Written>);

impl Part {
    /// Begins at once, also when nobody waits yet.
    pub(super) fn begin<T, F, W>(make: F, write: W) -> Self
    where
        T: 'static,
        F: FnOnce() -> T + Send + 'static,
        W: FnOnce(&T, &mut Pieces<'_>) -> serde_json::Result<()> + Send + 'static,
    {
        let (written, part) = channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let made = make();
            let figures = began.elapsed();
            let mut sink = |piece: Vec<u8>| {
                let sent = written.blocking_send(Written::Piece(piece.into()));
                sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
            };
            let mut out = Pieces::new(&mut sink);
            match write(&made, &mut out).and_then(|()| out.finish()) {
                Ok(()) => {
                    let json = began.elapsed().saturating_sub(figures);
                    // Nobody is left to hear of it when the caller has gone away.
                    let _ = written.blocking_send(Written::End(Took { figures, json }));
                }
                Err(gone) if gone.io_error_kind() == Some(io::ErrorKind::BrokenPipe) => {}
                Err(error) => tracing::error!(%error, "an answer could not be written"),
            }
        });
        Self(part)
    }
}

/// The parts of an answer, one after the other.
pub(super) struct AnswerBody {
    ready: VecDeque<Bytes>,
    parts: VecDeque<Part>,
    took: Took,
    /// What the parts took is told after the last of them.
    trailer: bool,
}

impl AnswerBody {
    /// Waits until a piece is full, or for the end of what is smaller than one.
    pub(super) async fn new(parts: impl IntoIterator<Item = Part>) -> ApiResult<Self> {
        let parts = parts.into_iter().collect();
        let mut body = Self { ready: VecDeque::new(), parts, took: Took::default(), trailer: false };
        let mut length = 0;
        while let Some(part) = body.parts.front_mut()
            && length < PIECE
        {
            match part.0.recv().await.ok_or_else(|| ApiError::internal(cut()))? {
                Written::Piece(piece) => {
                    length += piece.len();
                    body.ready.push_back(piece);
                }
                Written::End(took) => body.ended(took),
            }
        }
        body.trailer = !body.parts.is_empty();
        Ok(body)
    }

    /// What making and writing took, if all is there.
    pub(super) fn took(&self) -> Option<Took> {
        self.parts.is_empty().then_some(self.took)
    }

    /// Nothing is left to wait for.
    fn is_whole(&self) -> bool {
        self.parts.is_empty() && !self.trailer
    }

    fn ended(&mut self, took: Took) {
        self.took = self.took.and(took);
        self.parts.pop_front();
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(piece) = self.ready.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        while let Some(part) = self.parts.front_mut() {
            match ready!(part.0.poll_recv(context)) {
                Some(Written::Piece(piece)) => return Poll::Ready(Some(Ok(Frame::data(piece)))),
                Some(Written::End(took)) => self.ended(took),
                None => {
                    self.parts.clear();
                    self.trailer = false;
                    return Poll::Ready(Some(Err(cut())));
                }
            }
        }
        if std::mem::take(&mut self.trailer)
            && let Some(told) = made(self.took)
        {
            return Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::from_iter([(SERVER_TIMING, told)])))));
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.ready.is_empty() && self.is_whole()
    }

    fn size_hint(&self) -> SizeHint {
        let ready = self.ready.iter().map(|piece| piece.len() as u64).sum();
        if self.is_whole() {
            return SizeHint::with_exact(ready);
        }
        let mut hint = SizeHint::new();
        hint.set_lower(ready);
        hint
    }
}

/// Figures could not be made or written; the caller sees an answer without an end.
fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the answer could not be made")
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    fn part(text: &'static str, times: usize) -> Part {
        Part::begin(move || text.repeat(times), |text, out| out.raw(text.as_bytes()))
    }

    #[tokio::test]
    async fn a_small_answer_is_whole_before_it_is_sent() -> io::Result<()> {
        let body = AnswerBody::new([part("ab", 3), part("c", 1)]).await.expect("is written");
        assert_eq!(body.size_hint().exact(), Some(7));
        assert!(body.took().is_some());
        let read = body.collect().await?;
        assert!(read.trailers().is_none());
        assert_eq!(read.to_bytes(), "abababc");
        Ok(())
    }

    #[tokio::test]
    async fn a_large_answer_begins_before_its_second_part_is_made() -> io::Result<()> {
        let (go, wait) = std::sync::mpsc::sync_channel(1);
        let late = Part::begin(move || wait.recv().expect("is told"), |(), out| out.raw(b"end"));
        let mut body = AnswerBody::new([part("x", 3 * PIECE), late]).await.expect("is written");
        assert!(body.took().is_none());
        assert_eq!(body.size_hint().exact(), None);
        let mut first = 0;
        while first < 3 * PIECE {
            let frame = body.frame().await.expect("goes on")?;
            first += frame.into_data().map_or(0, |data| data.len());
        }
        go.send(()).expect("waits");
        let read = body.collect().await?;
        let told = read.trailers().and_then(|trailers| trailers.get(SERVER_TIMING)).cloned();
        let told = told.expect("tells what it took");
        assert!(told.to_str().is_ok_and(|told| told.starts_with("figures;dur=")), "{told:?}");
        assert_eq!(read.to_bytes(), "end");
        Ok(())
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_written_has_no_end() {
        let broken = || Part::begin(|| (), |(), _| Err(serde::ser::Error::custom("broken")));
        assert!(AnswerBody::new([broken()]).await.is_err(), "nothing was sent yet");
        let body = AnswerBody::new([part("x", 3 * PIECE), broken()]).await.expect("has a beginning");
        assert!(body.collect().await.is_err());
    }

    #[tokio::test]
    async fn what_nobody_reads_any_more_is_no_longer_written() {
        let (stopped, wait) = std::sync::mpsc::sync_channel(1);
        let endless = Part::begin(
            || (),
            move |(), out| {
                loop {
                    if let Err(error) = out.raw(&[b'x'; PIECE]) {
                        stopped.send(error.io_error_kind()).expect("is waited for");
                        return Err(error);
                    }
                }
            },
        );
        drop(AnswerBody::new([endless]).await.expect("has a beginning"));
        assert_eq!(wait.recv(), Ok(Some(io::ErrorKind::BrokenPipe)));
    }
}
