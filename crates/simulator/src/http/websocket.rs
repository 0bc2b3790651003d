//! Just enough of RFC 6455 to send messages back.

use std::io;

use base64::Engine as _;
use bytes::{Buf, BytesMut};

/// What the handshake appends to the client's key.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Bytes of one frame that are taken.
const MAX_FRAME: usize = 16 * 1024 * 1024;

/// A frame of the client, unmasked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The first byte: final flag and kind.
    head: u8,
    payload: Vec<u8>,
}

/// `Sec-WebSocket-Accept` for the client's key.
pub(super) fn accept(key: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(sha1(format!("{}{GUID}", key.trim()).as_bytes()))
}

/// Takes a whole frame out of the buffer, if there is one.
pub(super) fn take_frame(buffer: &mut BytesMut) -> io::Result<Option<Frame>> {
    let invalid = |message| io::Error::new(io::ErrorKind::InvalidData, message);
    let (Some(head), Some(second)) = (buffer.first().copied(), buffer.get(1).copied()) else {
        return Ok(None);
    };
    if second & 0x80 == 0 {
        return Err(invalid("the client did not mask its frame"));
    }
    let (length, start) = match second & 0x7f {
        126 => match buffer.get(2..4) {
            Some(bytes) => (usize::from(u16::from_be_bytes([bytes[0], bytes[1]])), 4),
            None => return Ok(None),
        },
        127 => match buffer.get(2..10).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()) {
            Some(bytes) => (usize::try_from(u64::from_be_bytes(bytes)).unwrap_or(usize::MAX), 10),
            None => return Ok(None),
        },
        short => (usize::from(short), 2),
    };
    if length > MAX_FRAME {
        return Err(invalid("the frame is too large"));
    }
    let Some(mask) = buffer.get(start..start + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()) else {
        return Ok(None);
    };
    let Some(masked) = buffer.get(start + 4..start + 4 + length) else { return Ok(None) };
    let payload = masked.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    buffer.advance(start + 4 + length);
    Ok(Some(Frame { head, payload }))
}

/// What is sent back, and whether the connection ends with it. Messages and pings come back, a close is confirmed.
pub(super) fn answer(frame: &Frame) -> (Option<Vec<u8>>, bool) {
    match frame.head & 0x0f {
        0x8 => (Some(write(frame.head, &frame.payload)), true),
        0x9 => (Some(write((frame.head & 0xf0) | 0xa, &frame.payload)), false),
        0xa => (None, false),
        _ => (Some(write(frame.head, &frame.payload)), false),
    }
}

fn write(head: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![head];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if short < 126 => out.push(short),
        (_, Ok(medium)) => {
            out.push(126);
            out.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
    out
}

/// SHA-1, which only this handshake still needs.
fn sha1(message: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut words = [0_u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        for at in 16..80 {
            words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (at, word) in words.iter().enumerate() {
            let (mixed, constant) = match at {
                0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(mixed)
                .wrapping_add(e)
                .wrapping_add(constant)
                .wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (sum, value) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(value);
        }
    }
    let mut digest = [0; 20];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_handshake_of_rfc_6455_is_answered() {
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_masked_message_comes_back_unmasked() {
        // The example of RFC 6455, section 5.7.
        let whole = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        for cut in 0..whole.len() {
            assert_eq!(take_frame(&mut BytesMut::from(&whole[..cut])).unwrap(), None);
        }
        let frame = take_frame(&mut BytesMut::from(&whole[..])).unwrap().unwrap();
        assert_eq!(answer(&frame), (Some(b"\x81\x05Hello".to_vec()), false));
        assert!(take_frame(&mut BytesMut::from(&[0x81, 0x05][..])).is_err());
    }

    #[test]
    fn pings_and_closes_are_answered_and_long_messages_have_long_lengths() {
        assert_eq!(
            answer(&Frame { head: 0x89, payload: b"x".to_vec() }),
            (Some(b"\x8a\x01x".to_vec()), false)
        );
        assert_eq!(answer(&Frame { head: 0x88, payload: Vec::new() }), (Some(b"\x88\x00".to_vec()), true));
        assert_eq!(write(0x82, &[0; 300])[..4], [0x82, 126, 1, 44]);
        assert_eq!(write(0x82, &[0; 70_000])[..10], [0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
    }
}
