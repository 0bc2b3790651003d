//! Reading commands: arrays of bulk, simple or integer strings, nothing else.

use bytes::{Buf, BytesMut};

/// Arguments of one command. CPA has no limit; the simulator stops where no client ever gets.
const MAX_ARGUMENTS: usize = 1024;

/// Bytes of one argument.
const MAX_ARGUMENT_BYTES: usize = 16 * 1024 * 1024;

/// Bytes of a length line.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// The client does not speak the protocol; the answer is `-ERR protocol error` and a closed connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProtocolError;

/// Takes one command out of the buffer; `None` when it is not complete yet.
pub(super) fn command(buffer: &mut BytesMut) -> Result<Option<Vec<String>>, ProtocolError> {
    let mut at = Cursor { bytes: buffer, position: 0 };
    let Some(arguments) = array(&mut at)? else { return Ok(None) };
    let used = at.position;
    buffer.advance(used);
    Ok(Some(arguments))
}

struct Cursor<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.position)?;
        self.position += 1;
        Some(byte)
    }

    /// A line without its end; both `\r\n` and `\n` end it.
    fn line(&mut self) -> Result<Option<&'a [u8]>, ProtocolError> {
        let rest = &self.bytes[self.position..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return if rest.len() > MAX_LINE_BYTES { Err(ProtocolError) } else { Ok(None) };
        };
        self.position += end + 1;
        let line = &rest[..end];
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    fn number(&mut self) -> Result<Option<i64>, ProtocolError> {
        let Some(line) = self.line()? else { return Ok(None) };
        let text = std::str::from_utf8(line).map_err(|_| ProtocolError)?;
        text.parse().map(Some).map_err(|_| ProtocolError)
    }
}

fn array(at: &mut Cursor<'_>) -> Result<Option<Vec<String>>, ProtocolError> {
    let Some(prefix) = at.byte() else { return Ok(None) };
    if prefix != b'*' {
        return Err(ProtocolError);
    }
    let Some(count) = at.number()? else { return Ok(None) };
    let count = usize::try_from(count).map_err(|_| ProtocolError)?;
    if count > MAX_ARGUMENTS {
        return Err(ProtocolError);
    }
    let mut arguments = Vec::with_capacity(count);
    for _ in 0..count {
        let Some(argument) = string(at)? else { return Ok(None) };
        arguments.push(argument);
    }
    Ok(Some(arguments))
}

fn string(at: &mut Cursor<'_>) -> Result<Option<String>, ProtocolError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match at.byte() {
        None => Ok(None),
        Some(b'+' | b':') => Ok(at.line()?.map(text)),
        Some(b'$') => {
            let Some(length) = at.number()? else { return Ok(None) };
            let Ok(length) = usize::try_from(length) else { return Ok(Some(String::new())) };
            if length > MAX_ARGUMENT_BYTES {
                return Err(ProtocolError);
            }
            let rest = &at.bytes[at.position..];
            if rest.len() < length + 2 {
                return Ok(None);
            }
            if &rest[length..length + 2] != b"\r\n" {
                return Err(ProtocolError);
            }
            at.position += length + 2;
            Ok(Some(text(&rest[..length])))
        }
        Some(_) => Err(ProtocolError),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn parse(bytes: &[u8]) -> (Result<Option<Vec<String>>, ProtocolError>, usize) {
        let mut buffer = BytesMut::from(bytes);
        let result = command(&mut buffer);
        (result, buffer.len())
    }

    #[test]
    fn arrays_of_all_three_string_kinds_are_read() {
        let (command, left) = parse(b"*4\r\n$4\r\nLPOP\r\n+usage\r\n:10\r\n$-1\r\n*1");
        assert_eq!(command.unwrap().unwrap(), ["LPOP", "usage", "10", ""]);
        assert_eq!(left, 2);
        assert_eq!(parse(b"*0\r\n").0.unwrap().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn every_prefix_of_a_command_is_incomplete_and_stays_in_the_buffer() {
        let whole = b"*2\r\n$4\r\nAUTH\r\n$3\r\nabc\r\n";
        for cut in 0..whole.len() {
            assert_eq!(parse(&whole[..cut]), (Ok(None), cut), "cut at {cut}");
        }
        assert_eq!(parse(whole).1, 0);
    }

    #[test]
    fn anything_else_is_a_protocol_error() {
        for bytes in [
            &b"GARBAGE\r\n"[..],
            b"$4\r\nPING\r\n",
            b"*x\r\n",
            b"*-1\r\n",
            b"*1\r\n*0\r\n",
            b"*1\r\n$x\r\n",
            b"*1\r\n$1\r\nabc\r\n",
            b"*99999999\r\n",
        ] {
            assert_eq!(parse(bytes).0, Err(ProtocolError), "{bytes:?}");
        }
    }
}
