//! Writing replies and pushes.

use bytes::{BufMut, BytesMut};

use crate::faults::FrameFault;

/// The length that [`FrameFault::HugeLength`] announces.
const HUGE_LENGTH: &[u8] = b"$99999999999\r\n";

/// What [`FrameFault::Garbage`] sends.
const GARBAGE: &[u8] = b"\x00\xffnot resp\r\n";

pub(super) fn error(out: &mut BytesMut, message: &str) {
    out.put_slice(b"-");
    out.put_slice(message.as_bytes());
    out.put_slice(b"\r\n");
}

pub(super) fn simple(out: &mut BytesMut, text: &str) {
    out.put_slice(b"+");
    out.put_slice(text.as_bytes());
    out.put_slice(b"\r\n");
}

pub(super) fn nil(out: &mut BytesMut) {
    out.put_slice(b"$-1\r\n");
}

fn header(out: &mut BytesMut, kind: u8, number: usize) {
    let mut digits = [0_u8; 20];
    let mut position = digits.len();
    let mut rest = number;
    loop {
        position -= 1;
        digits[position] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.put_u8(kind);
    out.put_slice(&digits[position..]);
    out.put_slice(b"\r\n");
}

pub(super) fn array(out: &mut BytesMut, count: usize) {
    header(out, b'*', count);
}

pub(super) fn bulk(out: &mut BytesMut, payload: &[u8]) {
    header(out, b'$', payload.len());
    out.put_slice(payload);
    out.put_slice(b"\r\n");
}

pub(super) fn integer(out: &mut BytesMut, number: usize) {
    header(out, b':', number);
}

/// What stands before the payload of every push of one channel.
pub(super) fn push_prefix(channel: &str) -> BytesMut {
    let mut prefix = BytesMut::new();
    array(&mut prefix, 3);
    bulk(&mut prefix, b"message");
    bulk(&mut prefix, channel.as_bytes());
    prefix
}

/// A record's bulk string, spoiled. Returns whether the connection has to be cut after it.
pub(super) fn spoiled_bulk(out: &mut BytesMut, payload: &[u8], fault: FrameFault) -> bool {
    match fault {
        FrameFault::Cut => {
            header(out, b'$', payload.len());
            out.put_slice(&payload[..payload.len() / 2]);
            true
        }
        FrameFault::WrongLength => {
            header(out, b'$', payload.len() / 2);
            out.put_slice(payload);
            out.put_slice(b"\r\n");
            false
        }
        FrameFault::HugeLength => {
            out.put_slice(HUGE_LENGTH);
            false
        }
        FrameFault::Garbage => {
            out.put_slice(GARBAGE);
            false
        }
    }
}
