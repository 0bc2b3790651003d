//! JSON in pieces: a large answer is neither moved while it grows nor in need of one large allocation, and its beginning is
//! on its way while its end is written.
//!
//! Here because what writes the sections of an answer is compiled with the crate that names the writer: this one is optimised
//! for speed, the one of the routes for size.

use std::io::{self, Write};

use serde::Serialize;

/// Bytes of a piece; what a connection writes at once is about as large.
pub const PIECE: usize = 64 << 10;

/// Takes pieces in order; its error ends the writing.
pub type Sink<'a> = dyn FnMut(Vec<u8>) -> io::Result<()> + 'a;

/// Collects what is written and hands it on piece by piece.
pub struct Pieces<'a> {
    sink: &'a mut Sink<'a>,
    last: Vec<u8>,
    opening: bool,
}

/// What can be written as members of a JSON object.
pub trait Members {
    /// Writes the members. There is at least one.
    ///
    /// # Errors
    /// Those of the sink.
    fn write_members(&self, out: &mut Pieces<'_>) -> serde_json::Result<()>;
}

impl<'a> Pieces<'a> {
    /// Nothing yet.
    pub fn new(sink: &'a mut Sink<'a>) -> Self {
        Self { sink, last: Vec::new(), opening: false }
    }

    /// The members of a value that is an object and has some, without the brackets around them.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn members(&mut self, object: &impl Serialize) -> serde_json::Result<()> {
        self.opening = true;
        serde_json::to_writer(&mut *self, object)?;
        let closing = self.last.pop();
        debug_assert_eq!(closing, Some(b'}'), "an object");
        Ok(())
    }

    /// Bytes as they are.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn raw(&mut self, bytes: &[u8]) -> serde_json::Result<()> {
        self.write_all(bytes).map_err(serde_json::Error::io)
    }

    /// Hands on what is left.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(self) -> serde_json::Result<()> {
        if self.last.is_empty() {
            return Ok(());
        }
        (self.sink)(self.last).map_err(serde_json::Error::io)
    }

    /// Makes room for more bytes, in the next piece if this one is full.
    #[cold]
    fn room(&mut self, more: usize) -> io::Result<()> {
        let length = self.last.len();
        if length + more <= PIECE {
            // Small answers stay small.
            self.last.reserve_exact(length.max(more).max(512).min(PIECE - length));
            return Ok(());
        }
        let next = Vec::with_capacity(PIECE.max(more));
        let full = std::mem::replace(&mut self.last, next);
        if full.is_empty() { Ok(()) } else { (self.sink)(full) }
    }
}

impl Write for Pieces<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if self.opening
            && let Some(rest) = bytes.strip_prefix(b"{")
        {
            bytes = rest;
            self.opening = false;
        }
        if self.last.len() + bytes.len() > self.last.capacity() {
            self.room(bytes.len())?;
        }
        self.last.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pieces(write: impl FnOnce(&mut Pieces<'_>) -> serde_json::Result<()>) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let mut sink = |piece| {
            all.push(piece);
            Ok(())
        };
        let mut out = Pieces::new(&mut sink);
        write(&mut out).and_then(|()| out.finish()).expect("writes");
        all
    }

    #[test]
    fn pieces_are_the_whole_in_order() {
        let value: Vec<String> = (0..20_000).map(|i| format!("text {i} \"\u{1f600}\"")).collect();
        let all = pieces(|out| serde_json::to_writer(out, &value));
        assert!(all.len() > 3 && all.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(all.concat(), serde_json::to_vec(&value).expect("serialises"));
        let long = pieces(|out| serde_json::to_writer(out, &"x".repeat(3 * PIECE)));
        assert_eq!(long.concat().len(), 3 * PIECE + 2);
        let small = pieces(|out| serde_json::to_writer(out, &json!({"a": 1})));
        assert_eq!(small, [br#"{"a":1}"#]);
        assert!(small[0].capacity() < 1024, "no room for more than there is");
    }

    #[test]
    fn the_members_of_several_objects_make_one() {
        let (one, two) = (json!({"a": {"b": "{"}, "c": vec!["x"; PIECE]}), json!({"d": {}}));
        let all = pieces(|out| {
            out.raw(b"{")?;
            out.members(&one)?;
            out.raw(b",")?;
            out.members(&two)?;
            out.raw(b"}")
        });
        let whole: Value = serde_json::from_slice(&all.concat()).expect("JSON");
        assert_eq!(whole, json!({"a": one["a"], "c": one["c"], "d": {}}));
    }

    #[test]
    fn a_sink_that_takes_no_more_ends_the_writing() {
        let mut taken = 0;
        let mut sink = |_| {
            taken += 1;
            if taken < 3 { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
        };
        let written = serde_json::to_writer(Pieces::new(&mut sink), &vec!["x"; 20 * PIECE]);
        assert_eq!(written.map_err(|error| error.io_error_kind()), Err(Some(io::ErrorKind::BrokenPipe)));
        assert_eq!(taken, 3);
    }
}
