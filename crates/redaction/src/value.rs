//! The extent of a secret value behind its name.

use crate::MARKER;
use crate::trigger::Name;

/// A quotation mark as it stands in a text, which may itself be quoted several times over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quote<'a> {
    /// The mark with everything that escapes it: `"`, `\"`, `\u0022`, `&quot;`, `%22`, `'`.
    pub token: &'a str,
    /// The number of backslashes before a plain mark.
    backslashes: usize,
}

impl<'a> Quote<'a> {
    /// The mark at the start of `text`, if there is one.
    pub(crate) fn at(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let backslashes = bytes.iter().take_while(|b| **b == b'\\').count();
        match bytes.get(backslashes)? {
            b'"' | b'\'' => Some(Self { token: &text[..=backslashes], backslashes }),
            b'u' if backslashes > 0 && bytes[backslashes..].starts_with(b"u0022") => {
                Some(Self { token: &text[..backslashes + 5], backslashes })
            }
            b'&' if backslashes == 0 && text.starts_with("&quot;") => {
                Some(Self { token: &text[..6], backslashes })
            }
            b'%' if backslashes == 0 && text.starts_with("%22") => {
                Some(Self { token: &text[..3], backslashes })
            }
            _ => None,
        }
    }

    /// The length of the quoted content at the start of `text`, without the closing mark. A missing mark means
    /// that the text was cut: the content reaches to the end of the line.
    fn content_length(self, text: &str) -> usize {
        let bytes = text.as_bytes();
        let token = self.token.as_bytes();
        let mark = token[token.len() - 1];
        let plain = mark == b'"' || mark == b'\'';
        let mut backslashes = 0;
        for (at, byte) in bytes.iter().enumerate() {
            match *byte {
                b'\n' | b'\r' => return at,
                _ if !plain && bytes[at..].starts_with(token) => return at,
                b'\\' => {
                    backslashes += 1;
                    continue;
                }
                byte if plain && byte == mark && self.closes(backslashes) => return at - self.backslashes,
                _ => backslashes = 0,
            }
        }
        bytes.len()
    }

    /// Whether a mark behind this many backslashes ends the content. At escape level n a mark has 2ⁿ−1 of them,
    /// and each pair of backslashes in the content has 2ⁿ⁺¹.
    fn closes(self, backslashes: usize) -> bool {
        let level = self.backslashes + 1;
        if level.is_power_of_two() {
            backslashes % (2 * level) == self.backslashes
        } else {
            backslashes == self.backslashes
        }
    }
}

/// A value to mask: its place relative to the text it was looked for in, and what to put there.
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
    pub replacement: String,
}

/// Words that follow a secret's name without being a secret.
const NOTHING: [&str; 6] = ["null", "true", "false", "none", "nil", "undefined"];

/// Authorization schemes whose credentials are one word.
const WORD_SCHEMES: [&str; 8] = ["bearer", "basic", "token", "apikey", "api-key", "key", "negotiate", "ntlm"];

/// Authorization schemes whose credentials are a list of parameters.
const LIST_SCHEMES: [&str; 6] = ["digest", "oauth", "signature", "hawk", "aws4-hmac-sha256", "scram-sha-256"];

/// The value at the start of `text`; `quoted` is the mark around the name, if any.
pub(crate) fn value(text: &str, name: Name, quoted: Option<Quote<'_>>, prose: bool) -> Option<Span> {
    if text.starts_with(MARKER) {
        return None;
    }
    if let Some(quote) = Quote::at(text) {
        let start = quote.token.len();
        let content = &text[start..start + quote.content_length(&text[start..])];
        return (!is_nothing(content, name)).then(|| span(start, start + content.len(), MARKER));
    }
    match text.as_bytes().first()? {
        b'[' | b'{' => group(text, quoted),
        _ => scalar(text, name, prose),
    }
}

/// An array or object: replaced whole.
fn group(text: &str, quoted: Option<Quote<'_>>) -> Option<Span> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    let mut inner = quoted;
    let mut end = bytes.len();
    while at < bytes.len() {
        match bytes[at] {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    end = at + 1;
                    break;
                }
            }
            // A group without quotes, as Go prints maps, does not go on in the next line.
            b'\n' if quoted.is_none() => {
                end = at;
                break;
            }
            b'"' | b'\\' | b'&' | b'%' => {
                if let Some(quote) = Quote::at(&text[at..]).filter(|quote| !quote.token.ends_with('\'')) {
                    inner.get_or_insert(quote);
                    at += quote.token.len();
                    at += quote.content_length(&text[at..]);
                    at += quote.token.len().min(bytes.len() - at);
                    continue;
                }
                at += bytes[at..].iter().take_while(|b| **b == b'\\').count().saturating_sub(1);
            }
            _ => {}
        }
        at += 1;
    }
    let end = text.floor_char_boundary(end);
    if !text[..end].bytes().any(|b| b.is_ascii_alphanumeric() || !b.is_ascii()) {
        return None;
    }
    let replacement = match (inner, bytes[0]) {
        (Some(quote), b'[') => format!("[{q}{MARKER}{q}]", q = quote.token),
        (Some(quote), _) => format!("{q}{MARKER}{q}", q = quote.token),
        (None, _) => MARKER.to_owned(),
    };
    (text[..end] != replacement).then_some(Span { start: 0, end, replacement })
}

/// A value without quotes.
fn scalar(text: &str, name: Name, prose: bool) -> Option<Span> {
    if name == Name::Cookie {
        let end = line_length(text);
        return (!is_nothing(&text[..end], name)).then(|| span(0, end, MARKER));
    }
    let first = run_length(text);
    let word = &text[..first];
    let mut end = first;
    if LIST_SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme)) {
        end = line_length(text);
    } else {
        let gap = text[first..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let next = &text[first + gap..first + gap + run_length(&text[first + gap..])];
        let known = WORD_SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
        if gap > 0 && !next.is_empty() && (known || (name == Name::Authorization && looks_random(next))) {
            end = first + gap + next.len();
        }
    }
    let ordinary = name == Name::Token
        && prose
        && end == first
        && word.len() < 16
        && !looks_random(word.trim_end_matches(['.', ';', ')']));
    (!ordinary && !is_nothing(&text[..end], name)).then(|| span(0, end, MARKER))
}

fn span(start: usize, end: usize, replacement: &str) -> Span {
    Span { start, end, replacement: replacement.to_owned() }
}

/// The length of a run without blanks, commas, quotes, ampersands and braces.
fn run_length(text: &str) -> usize {
    length_until(text, &[])
}

/// As [`run_length`] for a value inside a URL, which also ends at `#`, `<` and `>`.
pub(crate) fn query_length(text: &str) -> usize {
    length_until(text, b"#<>")
}

fn length_until(text: &str, more: &[u8]) -> usize {
    let bytes = text.as_bytes();
    let ends = |b: &u8| {
        b.is_ascii_whitespace() || matches!(b, b',' | b'&' | b'"' | b'\'' | b'{' | b'}') || more.contains(b)
    };
    without_escapes(text, bytes.iter().position(ends).unwrap_or(bytes.len()))
}

/// The length up to the end of the line, a closing quotation mark or a brace. Marks that quote a part of the
/// value (`sid="abc"`) belong to it.
fn line_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' | b'\r' | b'{' | b'}' => break,
            b'"' | b'\'' => {
                let start = without_escapes(text, at);
                let quotes_a_part = start > 0 && bytes[start - 1] == b'=';
                let closing = text[at + 1..].find(['"', '\'', '\n']).filter(|_| quotes_a_part);
                match closing {
                    Some(length) if bytes[at + 1 + length] != b'\n' => at += length + 2,
                    _ => return start,
                }
            }
            _ => at += 1,
        }
    }
    text[..at].trim_end_matches([' ', '\t']).len()
}

/// `end` without the backslashes that escape a quotation mark there.
fn without_escapes(text: &str, end: usize) -> usize {
    let bytes = text.as_bytes();
    if matches!(bytes.get(end), Some(b'"' | b'\'')) {
        end - bytes[..end].iter().rev().take_while(|b| **b == b'\\').count()
    } else {
        end
    }
}

/// Whether a value says that there is none, or is a small count.
fn is_nothing(value: &str, name: Name) -> bool {
    let value = value.trim();
    value == MARKER
        || !value.bytes().any(|b| b.is_ascii_alphanumeric() || !b.is_ascii())
        || NOTHING.iter().any(|word| value.eq_ignore_ascii_case(word))
        || (name == Name::Token && value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a word has digits, capitals in the middle, or symbols that prose lacks.
pub(crate) fn looks_random(word: &str) -> bool {
    word.len() >= 4
        && word.bytes().enumerate().any(|(at, b)| {
            b.is_ascii_digit() || (at > 0 && b.is_ascii_uppercase()) || matches!(b, b'_' | b'=' | b'/' | b'+')
        })
        || word.len() >= 20
}
