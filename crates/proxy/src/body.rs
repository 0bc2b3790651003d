//! Bodies with limits: what the caller sends, and what the gateway answers.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use tokio::time::{Instant, Sleep, sleep};

use crate::error::{BoxError, Marked, ProxyError, Stage};

/// A streamed body.
pub type ProxyBody = UnsyncBoxBody<Bytes, BoxError>;

/// A body of known content.
pub fn full(content: impl Into<Bytes>) -> ProxyBody {
    http_body_util::Full::new(content.into()).map_err(|never| match never {}).boxed_unsync()
}

/// Boxes any body.
pub(crate) fn boxed<B>(body: B) -> ProxyBody
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    body.map_err(Into::into).boxed_unsync()
}

/// When something last moved, shared between a body and whoever waits for an answer.
#[derive(Debug, Clone)]
pub(crate) struct Activity(Arc<Mutex<Instant>>);

impl Activity {
    pub(crate) fn now() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(crate) fn touch(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Runs until the future is done, or until nothing moved for `limit`.
    pub(crate) async fn or_idle<F: Future>(&self, future: F, limit: Duration) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        loop {
            let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() >= limit {
                return None;
            }
            tokio::select! {
                output = &mut future => return Some(output),
                () = tokio::time::sleep_until(last + limit) => {}
            }
        }
    }
}

/// What a caller sends: counted, and every frame is activity.
pub(crate) struct Upload {
    inner: ProxyBody,
    left: u64,
    limit: u64,
    activity: Activity,
}

impl Upload {
    pub(crate) fn new(inner: ProxyBody, limit: u64, activity: Activity) -> Self {
        Self { inner, left: limit, limit, activity }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        self.activity.touch();
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                match self.left.checked_sub(length) {
                    Some(left) => {
                        self.left = left;
                        Some(Ok(frame))
                    }
                    None => Some(Err(Marked::boxed(ProxyError::TooLarge { limit: self.limit }))),
                }
            }
            Some(Err(_)) => Some(Err(Marked::boxed(ProxyError::ClientBody))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// What the gateway answers: breaks off when the gateway sends nothing for too long. Waiting for a slow caller does
/// not count.
pub(crate) struct Download<B> {
    inner: B,
    idle: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<B> Download<B> {
    pub(crate) fn new(inner: B, idle: Duration) -> Self {
        Self { inner, idle, waiting: None }
    }
}

impl<B> Body for Download<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            self.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let limit = self.idle;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Some(Err(Marked::boxed(ProxyError::Timeout { stage: Stage::Body, limit }))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A body whose first bytes were read already.
struct Prefixed {
    first: Option<Bytes>,
    rest: ProxyBody,
}

impl Body for Prefixed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(Frame::data(first)))),
            None => Pin::new(&mut self.rest).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let first = self.first.as_ref().map_or(0, |first| first.len() as u64);
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        // The upper bound first: a lower one above it would panic.
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + first);
        }
        hint.set_lower(rest.lower() + first);
        hint
    }
}

/// The result of [`buffer`].
pub(crate) enum Buffered {
    /// The whole body. Trailers are gone.
    Whole(Bytes),
    /// More than the limit: the same body again, nothing lost.
    Larger(ProxyBody),
}

/// Reads a body into memory if it has at most `limit` bytes.
pub(crate) async fn buffer(mut body: ProxyBody, limit: usize) -> Result<Buffered, BoxError> {
    let mut read = BytesMut::new();
    if body.size_hint().lower() > limit as u64 {
        return Ok(Buffered::Larger(body));
    }
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            read.extend_from_slice(&data);
        }
        if read.len() > limit {
            let first = Some(read.freeze());
            return Ok(Buffered::Larger(Prefixed { first, rest: body }.boxed_unsync()));
        }
    }
    Ok(Buffered::Whole(read.freeze()))
}

#[cfg(test)]
mod tests {
    use http_body_util::{Full, StreamBody};

    use super::*;

    type Frames = Vec<Result<Frame<Bytes>, std::io::Error>>;

    fn chunks(parts: &[&'static str]) -> ProxyBody {
        let frames: Frames =
            parts.iter().map(|part| Ok(Frame::data(Bytes::from_static(part.as_bytes())))).collect();
        boxed(StreamBody::new(futures_util::stream::iter(frames)))
    }

    #[tokio::test]
    async fn small_bodies_are_buffered_and_large_ones_stay_whole() {
        assert!(matches!(buffer(chunks(&["ab", "cd"]), 4).await, Ok(Buffered::Whole(all)) if all == "abcd"));
        let Ok(Buffered::Larger(body)) = buffer(chunks(&["ab", "cd", "ef"]), 3).await else {
            panic!("larger")
        };
        assert_eq!(body.collect().await.expect("body").to_bytes(), "abcdef");
        let known = boxed(Full::new(Bytes::from_static(b"abcdef")));
        let Ok(Buffered::Larger(body)) = buffer(known, 3).await else { panic!("larger") };
        assert_eq!(body.size_hint().exact(), Some(6));
    }

    #[tokio::test]
    async fn uploads_are_counted() {
        let upload = |limit| Upload::new(chunks(&["ab", "cd"]), limit, Activity::now());
        assert_eq!(upload(4).collect().await.expect("fits").to_bytes(), "abcd");
        let error = upload(3).collect().await.expect_err("too large");
        let error = ProxyError::from_chain(error.as_ref(), "h");
        assert!(matches!(error, ProxyError::TooLarge { limit: 3 }), "{error}");
    }
}
