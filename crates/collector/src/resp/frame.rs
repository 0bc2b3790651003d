//! The values of RESP2, borrowed from the read buffer.

/// The longest bulk string taken whole, bytes. Longer ones are announced as [`Token::Huge`] and skipped by the client.
pub const MAX_BULK: usize = 16 * 1024 * 1024;
/// The most elements that one array may announce.
pub const MAX_ARRAY: usize = 1024 * 1024;
/// How deep arrays may nest.
pub const MAX_DEPTH: usize = 4;
/// The longest simple string, error or number line, bytes.
pub const MAX_LINE: usize = 64 * 1024;

/// One step through the stream: a scalar, or the head of an array whose elements follow as tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// `+text`.
    Simple(&'a [u8]),
    /// `-text`.
    Error(&'a [u8]),
    /// `:number`.
    Integer(i64),
    /// `$len`, the bytes.
    Bulk(&'a [u8]),
    /// `$-1`.
    NullBulk,
    /// The head of a bulk string longer than [`MAX_BULK`]; its bytes and the closing CR LF follow in the stream.
    Huge(u64),
    /// `*n`; n tokens (or nested arrays) follow.
    Array(usize),
    /// `*-1`.
    NullArray,
}

/// A complete value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// `+text`.
    Simple(&'a [u8]),
    /// `-text`.
    Error(&'a [u8]),
    /// `:number`.
    Integer(i64),
    /// `$len`, the bytes; `None` for `$-1`.
    Bulk(Option<&'a [u8]>),
    /// `*n` and its elements; `None` for `*-1`.
    Array(Option<Vec<Frame<'a>>>),
}

/// Why the bytes cannot be RESP; the connection is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The first byte of a value is none of `+ - : $ *`.
    #[error("unsupported RESP prefix '{}'", char::from(*.0).escape_default())]
    Prefix(u8),
    /// A length or number is not a number, or not one that may stand there.
    #[error("a RESP number is malformed")]
    Number,
    /// A bulk string is not followed by CR LF, or a line feed stands alone.
    #[error("a RESP line does not end in CR LF")]
    Terminator,
    /// A line is longer than [`MAX_LINE`].
    #[error("a RESP line is longer than {MAX_LINE} bytes")]
    LineTooLong,
    /// An array announces more than [`MAX_ARRAY`] elements.
    #[error("a RESP array announces more than {MAX_ARRAY} elements")]
    ArrayTooLong,
    /// A bulk string is longer than [`MAX_BULK`] where it cannot be skipped.
    #[error("a RESP string is longer than {MAX_BULK} bytes")]
    BulkTooLong,
    /// Arrays nest deeper than [`MAX_DEPTH`].
    #[error("RESP arrays nest deeper than {MAX_DEPTH}")]
    TooDeep,
}
