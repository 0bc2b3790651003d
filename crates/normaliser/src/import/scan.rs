//! Walking through a JSON file of any size: structure only, values are captured one at a time.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// Longest member name of a document's outer structure, bytes.
const NAME_MAX_BYTES: usize = 64 * 1024;

/// The structure ended early or is no JSON.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the JSON is cut off")]
    CutOff,
    #[error("invalid JSON")]
    Syntax,
}

/// Whether a captured value or line fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Captured {
    Whole,
    TooLong,
}

/// A place in the file to come back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    offset: u64,
    line: u64,
}

pub(super) struct Scanner<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    /// Where the buffer's first byte stands in the file.
    base: u64,
    line: u64,
}

impl<R: Read + Seek> Scanner<R> {
    /// Begins where the reader stands.
    pub(super) fn new(mut reader: R) -> io::Result<Self> {
        let base = reader.stream_position()?;
        Ok(Self { reader, buffer: vec![0; BUFFER_BYTES], at: 0, filled: 0, base, line: 1 })
    }

    /// The current line, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { offset: self.base + self.at as u64, line: self.line }
    }

    pub(super) fn go_back(&mut self, mark: Mark) -> io::Result<()> {
        self.base = self.reader.seek(SeekFrom::Start(mark.offset))?;
        self.at = 0;
        self.filled = 0;
        self.line = mark.line;
        Ok(())
    }

    /// Makes at least one byte available; false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at < self.filled {
            return Ok(true);
        }
        self.base += self.filled as u64;
        self.at = 0;
        self.filled = 0;
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(count) => {
                    self.filled = count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(if self.fill()? { Some(self.buffer[self.at]) } else { None })
    }

    fn take(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.at += 1;
            self.line += u64::from(byte == b'\n');
        }
        Ok(byte)
    }

    /// Passes over the next byte if it is this one.
    pub(super) fn take_if(&mut self, wanted: u8) -> io::Result<bool> {
        let found = self.peek()? == Some(wanted);
        if found {
            self.take()?;
        }
        Ok(found)
    }

    /// Passes over a UTF-8 byte order mark.
    pub(super) fn skip_byte_order_mark(&mut self) -> io::Result<()> {
        let start = self.mark();
        for byte in *b"\xef\xbb\xbf" {
            if !self.take_if(byte)? {
                return self.go_back(start);
            }
        }
        Ok(())
    }

    pub(super) fn skip_blanks(&mut self) -> io::Result<()> {
        while matches!(self.peek()?, Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.take()?;
        }
        Ok(())
    }

    /// Reads up to the end of the line, without the line feed; `None` at the end of the file. A line longer than
    /// `limit` is passed over, and its beginning is in `line`.
    pub(super) fn read_line(&mut self, limit: usize, line: &mut Vec<u8>) -> io::Result<Option<Captured>> {
        line.clear();
        if !self.fill()? {
            return Ok(None);
        }
        let mut captured = Captured::Whole;
        while self.fill()? {
            let available = &self.buffer[self.at..self.filled];
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            if line.len() + part.len() > limit {
                captured = Captured::TooLong;
            } else if captured == Captured::Whole {
                line.extend_from_slice(part);
            }
            self.at += part.len() + usize::from(end.is_some());
            if end.is_some() {
                self.line += 1;
                break;
            }
        }
        Ok(Some(captured))
    }

    /// Captures the value that begins at the next byte. Only its structure is checked; one longer than `limit` is
    /// passed over.
    pub(super) fn capture(&mut self, limit: usize, value: &mut Vec<u8>) -> Result<Captured, ScanError> {
        value.clear();
        let mut keep = Keep { value, limit, captured: Captured::Whole };
        match self.peek()?.ok_or(ScanError::CutOff)? {
            b'"' => self.string(&mut keep)?,
            b'{' | b'[' => {
                let mut depth = 0_u64;
                loop {
                    match self.peek()?.ok_or(ScanError::CutOff)? {
                        b'"' => {
                            self.string(&mut keep)?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    keep.push(self.take()?.ok_or(ScanError::CutOff)?);
                    if depth == 0 {
                        break;
                    }
                }
            }
            b',' | b':' | b'}' | b']' => return Err(ScanError::Syntax),
            _ => {
                while let Some(byte) = self.peek()? {
                    if byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']' | b'{' | b'[' | b'"') {
                        break;
                    }
                    keep.push(byte);
                    self.take()?;
                }
            }
        }
        Ok(keep.captured)
    }

    /// A string with its quotation marks.
    fn string(&mut self, keep: &mut Keep<'_>) -> Result<(), ScanError> {
        keep.push(self.take()?.ok_or(ScanError::CutOff)?);
        loop {
            let byte = self.take()?.ok_or(ScanError::CutOff)?;
            // A line feed cannot stand in a string; a line that is cut in one must not swallow the next lines.
            if byte < 0x20 {
                return Err(ScanError::Syntax);
            }
            keep.push(byte);
            match byte {
                b'"' => return Ok(()),
                b'\\' => {
                    let escaped = self.take()?.ok_or(ScanError::CutOff)?;
                    if escaped < 0x20 {
                        return Err(ScanError::Syntax);
                    }
                    keep.push(escaped);
                }
                _ => {}
            }
        }
    }

    pub(super) fn skip_value(&mut self) -> Result<(), ScanError> {
        self.skip_blanks()?;
        self.capture(0, &mut Vec::new()).map(|_| ())
    }

    /// Enters an object or array; false, with nothing read, if the next value is something else.
    pub(super) fn enter(&mut self, open: u8) -> Result<bool, ScanError> {
        self.skip_blanks()?;
        Ok(self.take_if(open)?)
    }

    /// The next member name of the object entered, up to its value; `None` when the object ended.
    pub(super) fn next_name(&mut self, first: bool) -> Result<Option<String>, ScanError> {
        if !self.next_item(first, b'}')? {
            return Ok(None);
        }
        if self.peek()? != Some(b'"') {
            return Err(ScanError::Syntax);
        }
        let mut name = Vec::new();
        if self.capture(NAME_MAX_BYTES, &mut name)? == Captured::TooLong {
            return Err(ScanError::Syntax);
        }
        let name: String = serde_json::from_slice(&name).map_err(|_| ScanError::Syntax)?;
        self.skip_blanks()?;
        if !self.take_if(b':')? {
            return Err(ScanError::Syntax);
        }
        self.skip_blanks()?;
        Ok(Some(name))
    }

    /// Whether the array entered has another element, which begins at the next byte.
    pub(super) fn next_element(&mut self, first: bool) -> Result<bool, ScanError> {
        self.next_item(first, b']')
    }

    fn next_item(&mut self, first: bool, close: u8) -> Result<bool, ScanError> {
        self.skip_blanks()?;
        if self.take_if(close)? {
            return Ok(false);
        }
        if !first {
            if !self.take_if(b',')? {
                return Err(if self.peek()?.is_none() { ScanError::CutOff } else { ScanError::Syntax });
            }
            self.skip_blanks()?;
        }
        Ok(true)
    }
}

/// Where captured bytes go, up to a limit.
struct Keep<'v> {
    value: &'v mut Vec<u8>,
    limit: usize,
    captured: Captured,
}

impl Keep<'_> {
    fn push(&mut self, byte: u8) {
        if self.value.len() < self.limit {
            self.value.push(byte);
        } else {
            self.captured = Captured::TooLong;
        }
    }
}
