//! Encoding of commands and incremental decoding of replies. Pure: bytes in, values out.

use super::frame::{Broken, Frame, MAX_ARRAY, MAX_BULK, MAX_DEPTH, MAX_LINE, Token};

/// Encodes a command as an array of bulk strings, the only form that the gateway accepts.
pub fn encode_command(parts: &[&[u8]]) -> Vec<u8> {
    let size = parts.iter().map(|part| part.len() + 24).sum::<usize>() + 24;
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(format!("*{}\r\n", parts.len()).as_bytes());
    for part in parts {
        out.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
        out.extend_from_slice(part);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Decodes the token at the start of `buffer`.
///
/// Answers the token and how many bytes it took, or `None` when more bytes are needed. A [`Token::Huge`] takes only its head
/// line.
///
/// # Errors
///
/// [`Broken`] when the bytes cannot be RESP, whatever follows.
pub fn decode_token(buffer: &[u8]) -> Result<Option<(Token<'_>, usize)>, Broken> {
    let Some(&prefix) = buffer.first() else { return Ok(None) };
    if !matches!(prefix, b'+' | b'-' | b':' | b'$' | b'*') {
        return Err(Broken::Prefix(prefix));
    }
    let Some((line, head)) = line(&buffer[1..])? else { return Ok(None) };
    let head = head + 1;
    match prefix {
        b'+' => Ok(Some((Token::Simple(line), head))),
        b'-' => Ok(Some((Token::Error(line), head))),
        b':' => Ok(Some((Token::Integer(number(line)?), head))),
        b'*' => match number(line)? {
            -1 => Ok(Some((Token::NullArray, head))),
            n => {
                let n = usize::try_from(n).map_err(|_| Broken::Number)?;
                if n > MAX_ARRAY { Err(Broken::ArrayTooLong) } else { Ok(Some((Token::Array(n), head))) }
            }
        },
        _ => match number(line)? {
            -1 => Ok(Some((Token::NullBulk, head))),
            n => bulk(buffer, head, u64::try_from(n).map_err(|_| Broken::Number)?),
        },
    }
}

fn bulk(buffer: &[u8], head: usize, length: u64) -> Result<Option<(Token<'_>, usize)>, Broken> {
    let size = match usize::try_from(length) {
        Ok(size) if size <= MAX_BULK => size,
        _ => return Ok(Some((Token::Huge(length), head))),
    };
    let end = head + size;
    match buffer.get(end..end + 2) {
        Some(b"\r\n") => Ok(Some((Token::Bulk(&buffer[head..end]), end + 2))),
        Some(_) => Err(Broken::Terminator),
        None if buffer.get(end).is_some_and(|byte| *byte != b'\r') => Err(Broken::Terminator),
        None => Ok(None),
    }
}

/// The line at the start of `rest` without its CR LF, and the bytes it took with it.
fn line(rest: &[u8]) -> Result<Option<(&[u8], usize)>, Broken> {
    let window = &rest[..rest.len().min(MAX_LINE + 2)];
    match window.iter().position(|byte| *byte == b'\n') {
        Some(0) => Err(Broken::Terminator),
        Some(at) if rest[at - 1] == b'\r' => Ok(Some((&rest[..at - 1], at + 1))),
        Some(_) => Err(Broken::Terminator),
        None if rest.len() > MAX_LINE => Err(Broken::LineTooLong),
        None => Ok(None),
    }
}

/// A decimal number with an optional minus sign; no plus, no blanks, no empty text.
fn number(line: &[u8]) -> Result<i64, Broken> {
    let (negative, digits) = match line.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, line),
    };
    if digits.is_empty() || digits.len() > 19 {
        return Err(Broken::Number);
    }
    let mut value: i64 = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(Broken::Number);
        }
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(i64::from(digit - b'0')))
            .ok_or(Broken::Number)?;
    }
    Ok(if negative { -value } else { value })
}

/// Decodes the complete value at the start of `buffer`: the value and the bytes it took, or `None` when more are needed.
///
/// # Errors
///
/// [`Broken`] when the bytes cannot be RESP within the limits of this module.
pub fn decode(buffer: &[u8]) -> Result<Option<(Frame<'_>, usize)>, Broken> {
    decode_at(buffer, 0)
}

fn decode_at(buffer: &[u8], depth: usize) -> Result<Option<(Frame<'_>, usize)>, Broken> {
    let Some((token, mut used)) = decode_token(buffer)? else { return Ok(None) };
    let frame = match token {
        Token::Simple(text) => Frame::Simple(text),
        Token::Error(text) => Frame::Error(text),
        Token::Integer(value) => Frame::Integer(value),
        Token::Bulk(bytes) => Frame::Bulk(Some(bytes)),
        Token::NullBulk => Frame::Bulk(None),
        Token::NullArray => Frame::Array(None),
        Token::Huge(_) => return Err(Broken::BulkTooLong),
        Token::Array(_) if depth >= MAX_DEPTH => return Err(Broken::TooDeep),
        Token::Array(n) => {
            // The announced count is not trusted for the allocation: the elements must be there first.
            let mut elements = Vec::with_capacity(n.min(64));
            for _ in 0..n {
                let Some((element, size)) = decode_at(&buffer[used..], depth + 1)? else { return Ok(None) };
                elements.push(element);
                used += size;
            }
            Frame::Array(Some(elements))
        }
    };
    Ok(Some((frame, used)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn whole(bytes: &[u8]) -> Frame<'_> {
        let (frame, used) = decode(bytes).unwrap().unwrap();
        assert_eq!(used, bytes.len());
        frame
    }

    #[test]
    fn commands_are_arrays_of_bulk_strings() {
        assert_eq!(
            encode_command(&[b"AUTH", b"lab-management-key"]),
            b"*2\r\n$4\r\nAUTH\r\n$18\r\nlab-management-key\r\n"
        );
        assert_eq!(
            encode_command(&[b"LPOP", b"usage", b"10"]),
            b"*3\r\n$4\r\nLPOP\r\n$5\r\nusage\r\n$2\r\n10\r\n"
        );
    }

    #[test]
    fn the_gateways_replies_decode() {
        assert_eq!(whole(b"+OK\r\n"), Frame::Simple(b"OK"));
        assert_eq!(whole(b"$-1\r\n"), Frame::Bulk(None));
        assert_eq!(whole(b"$0\r\n\r\n"), Frame::Bulk(Some(b"")));
        assert_eq!(whole(b"*0\r\n"), Frame::Array(Some(vec![])));
        assert_eq!(whole(b"*-1\r\n"), Frame::Array(None));
        assert_eq!(whole(b"-ERR unknown command 'ping'\r\n"), Frame::Error(b"ERR unknown command 'ping'"));
        assert_eq!(
            whole(b"*3\r\n$9\r\nsubscribe\r\n$5\r\nusage\r\n:1\r\n"),
            Frame::Array(Some(vec![
                Frame::Bulk(Some(b"subscribe")),
                Frame::Bulk(Some(b"usage")),
                Frame::Integer(1)
            ]))
        );
        assert_eq!(
            whole(b"*2\r\n$4\r\npong\r\n$-1\r\n"),
            Frame::Array(Some(vec![Frame::Bulk(Some(b"pong")), Frame::Bulk(None)]))
        );
    }

    #[test]
    fn an_http_answer_is_named_by_its_first_letter() {
        let broken = decode(b"HTTP/1.1 400 Bad Request\r\n").unwrap_err();
        assert_eq!(broken.to_string(), "unsupported RESP prefix 'H'");
    }

    #[test]
    fn limits_hold() {
        assert_eq!(decode(b"*1048577\r\n"), Err(Broken::ArrayTooLong));
        assert_eq!(decode(b"$16777217\r\n"), Err(Broken::BulkTooLong));
        assert_eq!(decode_token(b"$16777217\r\nabc"), Ok(Some((Token::Huge(16_777_217), 11))));
        assert_eq!(decode(b"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"), Err(Broken::TooDeep));
        assert_eq!(decode(b"*1048576\r\n"), Ok(None), "announced elements cost no memory");
        let long = [b"+".as_slice(), &vec![b'x'; MAX_LINE + 1]].concat();
        assert_eq!(decode(&long), Err(Broken::LineTooLong));
    }

    #[test]
    fn malformed_bytes_are_broken_not_incomplete() {
        for bytes in [
            b"$3\r\nabcd\r\n".as_slice(),
            b"$3\r\nabcX",
            b"$-2\r\n",
            b"*-2\r\n",
            b":1x\r\n",
            b":\r\n",
            b":+1\r\n",
            b":99999999999999999999\r\n",
            b"+a\nb\r\n",
            b"+\n",
            b"\0",
            b"PING\r\n",
        ] {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn every_prefix_of_a_value_is_incomplete() {
        let bytes = b"*3\r\n$7\r\nmessage\r\n$5\r\nusage\r\n$24\r\n{\"support_refresh\":true}\r\n";
        for end in 0..bytes.len() {
            assert_eq!(decode(&bytes[..end]), Ok(None), "{end}");
        }
        assert!(decode(bytes).unwrap().is_some());
    }

    fn value() -> impl Strategy<Value = Vec<u8>> {
        let text = "[a-zA-Z0-9 ]{0,20}";
        let leaf = prop_oneof![
            text.prop_map(|text| format!("+{text}\r\n").into_bytes()),
            text.prop_map(|text| format!("-{text}\r\n").into_bytes()),
            any::<i64>()
                .prop_filter("sign", |n| *n != i64::MIN)
                .prop_map(|n| format!(":{n}\r\n").into_bytes()),
            Just(b"$-1\r\n".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..300)
                .prop_map(|bytes| { [format!("${}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat() }),
        ];
        leaf.prop_recursive(2, 16, 4, |inner| {
            proptest::collection::vec(inner, 0..4)
                .prop_map(|parts| [format!("*{}\r\n", parts.len()).as_bytes(), &parts.concat()].concat())
        })
    }

    /// Feeds `stream` in the given pieces and answers the frames, rendered, that came out.
    fn feed(stream: &[u8], cuts: &[usize]) -> Vec<String> {
        let mut buffer: Vec<u8> = Vec::new();
        let mut frames = Vec::new();
        let mut rest = stream;
        let mut cuts = cuts.iter().cycle();
        while !rest.is_empty() {
            let take = (*cuts.next().unwrap()).clamp(1, rest.len());
            buffer.extend_from_slice(&rest[..take]);
            rest = &rest[take..];
            while let Some((frame, used)) = decode(&buffer).unwrap() {
                frames.push(format!("{frame:?}"));
                buffer.drain(..used);
            }
        }
        assert!(buffer.is_empty(), "bytes left over");
        frames
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_frames(
            values in proptest::collection::vec(value(), 1..8),
            cuts in proptest::collection::vec(1usize..200, 1..20),
        ) {
            let stream = values.concat();
            let at_once = feed(&stream, &[usize::MAX]);
            prop_assert_eq!(at_once.len(), values.len());
            prop_assert_eq!(&feed(&stream, &cuts), &at_once);
            prop_assert_eq!(&feed(&stream, &[1]), &at_once);
        }

        #[test]
        fn arbitrary_bytes_never_panic_and_never_overrun(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(Some((_, used))) = decode(&bytes) {
                prop_assert!(used <= bytes.len());
            }
        }
    }
}
