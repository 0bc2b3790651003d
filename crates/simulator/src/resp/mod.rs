//! The RESP side of the port: commands, pops and subscriptions.

mod parse;
mod session;
mod write;

pub(crate) use session::serve;

/// Whether a connection that starts with this byte speaks RESP.
pub(crate) fn is_first_byte(byte: u8) -> bool {
    matches!(byte, b'*' | b'$' | b'+' | b'-' | b':')
}
