//! Masking of free text: error bodies, header values, anything that is not known to be well-formed.

use std::borrow::Cow;

use crate::MARKER;
use crate::trigger::{Name, Trigger, next_trigger};
use crate::value::{Quote, Span, looks_random, query_length, value};

/// How many passes a text may take until nothing more is found. One changes almost every text, the second one
/// confirms; a text that never settles is dropped whole.
const PASSES: usize = 8;

/// How far a name may be from its value: blanks around the separator.
const MAX_BLANKS: usize = 64;

/// How far a name like `secret_access_key_id` is followed, bytes.
const MAX_NAME_REST: usize = 64;

/// Longest local part and domain of an e-mail address, bytes.
const MAX_LOCAL: usize = 128;
const MAX_DOMAIN: usize = 255;

/// Words that follow `Bearer` in prose.
const BEARER_PROSE: [&str; 6] =
    ["authentication", "authorization", "credential", "credentials", "required", "realm"];

/// Replaces every secret in a text by the marker. Masking twice gives the same text as masking once.
pub fn mask_text(text: &str) -> String {
    mask(text).into_owned()
}

/// As [`mask_text`]; borrows the text when nothing had to be masked.
pub fn mask(text: &str) -> Cow<'_, str> {
    let Some(mut masked) = pass(text) else { return Cow::Borrowed(text) };
    for _ in 0..PASSES {
        match pass(&masked) {
            None => return Cow::Owned(masked),
            Some(again) => masked = again,
        }
    }
    Cow::Owned(MARKER.to_owned())
}

/// One pass from left to right; `None` if nothing was found.
fn pass(text: &str) -> Option<String> {
    let mut masked = String::new();
    // Everything before `done` is in `masked`.
    let mut done = 0;
    let mut from = 0;
    while let Some((trigger, start, end)) = next_trigger(text, from) {
        match secret_at(text, done, trigger, start, end) {
            Some(span) if text[span.start..span.end] != span.replacement => {
                masked.push_str(&text[done..span.start]);
                masked.push_str(&span.replacement);
                done = span.end;
                from = span.end;
            }
            // The rest of a long name may hold another one, so only its first byte is passed over.
            _ => from = next_start(text, trigger, start, end),
        }
    }
    if done == 0 && masked.is_empty() {
        return None;
    }
    masked.push_str(&text[done..]);
    (masked != text).then_some(masked)
}

fn next_start(text: &str, trigger: Trigger, start: usize, end: usize) -> usize {
    match trigger {
        Trigger::Query | Trigger::Literal(_) => start + 1,
        _ if text[start..end].contains(' ') => start + 1,
        _ => end,
    }
}

/// The secret that a trigger announces.
fn secret_at(text: &str, done: usize, trigger: Trigger, start: usize, end: usize) -> Option<Span> {
    match trigger {
        Trigger::Literal(literal) => {
            let length = literal.key_length(&text[start..], is_glued(text, done, start))?;
            Some(marker(start, start + length))
        }
        Trigger::Name(name) => named(text, done, name, start, end),
        Trigger::Scheme => scheme(text, done, start, end),
        Trigger::Query => {
            let value = &text[end..end + query_length(&text[end..])];
            let trivial = value.len() < 4 || value.starts_with(MARKER);
            (!trivial).then(|| marker(end, end + value.len()))
        }
        Trigger::Url => {
            let rest = &text[end..];
            let authority = rest
                .find(|c: char| {
                    c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '\\' | '`')
                })
                .unwrap_or(rest.len());
            let user = rest[..authority].rfind('@')?;
            (user > 0).then(|| marker(end, end + user))
        }
        Trigger::At => email(text, done, start, end),
        Trigger::PrivateKey => {
            let rest = &text[end..];
            let last = rest.find("-----END").map_or(text.len(), |at| {
                let tail = &rest[at + 8..];
                end + at + 8 + tail.find("-----").map_or(tail.len(), |close| close + 5)
            });
            Some(marker(start, last))
        }
    }
}

fn marker(start: usize, end: usize) -> Span {
    Span { start, end, replacement: MARKER.to_owned() }
}

/// A secret's name with a separator and a value.
fn named(text: &str, done: usize, name: Name, start: usize, end: usize) -> Option<Span> {
    let mut at = end;
    match name {
        // `client_secret_value`, `passwordHash`, `secrets`.
        Name::Secret => {
            let rest = &text.as_bytes()[at..];
            if rest.first().is_some_and(|b| matches!(b, b'_' | b'-' | b's') || b.is_ascii_uppercase()) {
                at += rest
                    .iter()
                    .take(MAX_NAME_REST)
                    .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
                    .count();
            }
        }
        // `Incorrect API key provided: …`
        Name::Key => at += if text[at..].starts_with(" provided") { 9 } else { 0 },
        _ => {}
    }
    let quote = Quote::at(&text[at..]);
    at += quote.map_or(0, |quote| quote.token.len());
    at += blanks(&text[at..]);
    let rest = &text[at..];
    let separator =
        ["=>", ":", "=", "：", "＝", "%3D", "%3d", "%3A", "%3a"].into_iter().find(|s| rest.starts_with(s))?;
    at += separator.len();
    let gap = blanks(&text[at..]);
    at += gap;
    // `unexpected token: name` is prose, `"token":`, `TOKEN=` and `x-token:` are not.
    let glued = start > done && text.as_bytes().get(start - 1).is_some_and(|b| !b.is_ascii_whitespace());
    let prose = quote.is_none() && gap > 0 && separator == ":" && !glued;
    let span = value(&text[at..], name, quote, prose)?;
    Some(Span { start: at + span.start, end: at + span.end, replacement: span.replacement })
}

fn blanks(text: &str) -> usize {
    text.bytes().take(MAX_BLANKS).take_while(|b| b.is_ascii_whitespace()).count()
}

/// `Bearer …` and `Basic …` outside a header.
fn scheme(text: &str, done: usize, start: usize, end: usize) -> Option<Span> {
    if is_glued(text, done, start) {
        return None;
    }
    let gap = blanks(&text[end..]);
    if gap == 0 {
        return None;
    }
    let value = end + gap;
    let length = text[value..]
        .bytes()
        .take_while(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
        })
        .count();
    let word = text[value..value + length].trim_end_matches('.');
    let bearer = text.as_bytes()[start].eq_ignore_ascii_case(&b'b')
        && text.as_bytes()[start + 1].eq_ignore_ascii_case(&b'e');
    let prose = if bearer {
        BEARER_PROSE.iter().any(|known| word.split('=').next().is_some_and(|w| w.eq_ignore_ascii_case(known)))
    } else {
        !looks_random(word)
    };
    if word.len() < 8 || prose {
        return None;
    }
    let name = if bearer { "Bearer" } else { "Basic" };
    Some(Span { start, end: value + word.len(), replacement: format!("{name} {MARKER}") })
}

/// An e-mail address around an `@`: the first character and the domain stay.
fn email(text: &str, done: usize, start: usize, end: usize) -> Option<Span> {
    let local_bytes = text[done..start]
        .bytes()
        .rev()
        .take(MAX_LOCAL)
        .take_while(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-') || !b.is_ascii()
        })
        .count();
    let local_start = text.ceil_char_boundary(start - local_bytes);
    let first = text[local_start..start].chars().next()?;
    let domain: usize = text[end..]
        .chars()
        .take(MAX_DOMAIN)
        .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        .map(char::len_utf8)
        .sum();
    let domain = text[end..end + domain].trim_end_matches(['.', '-']);
    let (_, top) = domain.rsplit_once('.')?;
    let plausible = top.chars().count() >= 2
        && top.chars().all(|c| c.is_alphanumeric() || c == '-')
        && top.chars().any(char::is_alphabetic);
    plausible.then(|| Span { start: local_start, end: start, replacement: format!("{first}***") })
}

/// Whether a letter or digit stands right before `at`, not counting what was just masked and escape sequences
/// such as `\n`, `\u0022` and `%3D`.
fn is_glued(text: &str, done: usize, at: usize) -> bool {
    let before = &text.as_bytes()[done..at];
    let Some(last) = before.last() else { return false };
    if !last.is_ascii_alphanumeric() && *last != b'_' {
        return false;
    }
    let escaped = match before {
        [.., b'\\', b'n' | b'r' | b't' | b'f' | b'b'] => true,
        [.., b'%', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        [.., b'\\', b'u', a, b, c, d] => [a, b, c, d].iter().all(|x| x.is_ascii_hexdigit()),
        _ => false,
    };
    !escaped
}
