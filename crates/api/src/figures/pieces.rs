//! An answer in pieces: a large one is neither moved while it grows nor in need of one large allocation.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame, SizeHint};
use serde::Serialize;

/// Bytes of a piece; what the connection writes at once is about as large.
const PIECE: usize = 64 << 10;

/// A body whose bytes are all there.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    full: VecDeque<Bytes>,
    last: Vec<u8>,
    left: u64,
}

impl Pieces {
    /// A value as JSON.
    ///
    /// # Errors
    /// Those of its serialisation.
    pub(super) fn json(value: &impl Serialize) -> serde_json::Result<Self> {
        let mut pieces = Self::default();
        serde_json::to_writer(&mut pieces, value)?;
        if !pieces.last.is_empty() {
            pieces.full.push_back(std::mem::take(&mut pieces.last).into());
        }
        pieces.count();
        Ok(pieces)
    }

    fn count(&mut self) {
        self.left = self.full.iter().map(|piece| piece.len() as u64).sum();
    }

    /// One object of the members of two, each of which must have members.
    pub(super) fn and(mut self, mut more: Self) -> Self {
        if let (Some(end), Some(begin)) = (self.full.back_mut(), more.full.front_mut()) {
            // A closing bracket, and an opening one.
            end.truncate(end.len() - 1);
            begin.advance(1);
            self.full.push_back(Bytes::from_static(b","));
        }
        self.full.append(&mut more.full);
        self.count();
        self
    }
}

impl io::Write for Pieces {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.last.len() + bytes.len() > PIECE && !self.last.is_empty() {
            let next = Vec::with_capacity(PIECE.max(bytes.len()));
            self.full.push_back(std::mem::replace(&mut self.last, next).into());
        }
        self.last.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.full.pop_front();
        self.left -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.full.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[test]
    fn pieces_are_the_whole_in_order() {
        let value: Vec<String> = (0..20_000).map(|i| format!("text {i} \"\u{1f600}\"")).collect();
        let pieces = Pieces::json(&value).expect("serialises");
        assert!(pieces.full.len() > 3 && pieces.full.iter().all(|piece| piece.len() <= PIECE));
        let whole = serde_json::to_vec(&value).expect("serialises");
        assert_eq!(pieces.size_hint().exact(), Some(whole.len() as u64));
        let read = futures_util::FutureExt::now_or_never(pieces.collect()).expect("is all there");
        assert_eq!(read.expect("cannot fail").to_bytes(), whole);
        let two = (serde_json::json!({"a": value, "b": 1}), serde_json::json!({"c": value}));
        let both = Pieces::json(&two.0).expect("serialises").and(Pieces::json(&two.1).expect("serialises"));
        let length = both.size_hint().exact();
        let read = futures_util::FutureExt::now_or_never(both.collect()).expect("is all there");
        let read = read.expect("cannot fail").to_bytes();
        assert_eq!(length, Some(read.len() as u64));
        let joined: serde_json::Value = serde_json::from_slice(&read).expect("is one object");
        assert_eq!(joined, serde_json::json!({"a": value, "b": 1, "c": value}));
        let long = Pieces::json(&"x".repeat(3 * PIECE)).expect("serialises");
        assert_eq!(long.size_hint().exact(), Some(3 * PIECE as u64 + 2));
    }
}
