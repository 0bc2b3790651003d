//! Reading JSON objects without building a tree: members stay as text until a field asks for them.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// One JSON value as it stands in the text; its syntax has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// Wraps a text that is one valid JSON value without blanks around it.
    pub(crate) fn new(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }

    /// The value as written.
    pub(crate) fn as_written(self) -> &'a str {
        self.0
    }

    fn kind(self) -> u8 {
        self.0.as_bytes().first().copied().unwrap_or(b'n')
    }

    pub(crate) fn is_null(self) -> bool {
        self.kind() == b'n'
    }

    fn is_number(self) -> bool {
        matches!(self.kind(), b'-' | b'0'..=b'9')
    }

    /// A string, decoded and not trimmed.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        (self.kind() == b'"').then(|| decode(&self.0[1..self.0.len() - 1]))
    }

    /// A scalar as trimmed text: numbers exactly as written; empty for null, arrays and objects.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self.kind() {
            b'"' => trim(decode(&self.0[1..self.0.len() - 1])),
            b'n' | b'{' | b'[' => Cow::Borrowed(""),
            _ => Cow::Borrowed(self.0),
        }
    }

    pub(crate) fn bool(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// A number (fractions cut off) or a decimal integer in a string; `None` for anything else.
    pub(crate) fn integer(self) -> Option<i64> {
        if self.is_number() {
            return integer(self.0);
        }
        self.string().and_then(|text| text.trim().parse().ok())
    }

    pub(crate) fn object(self) -> Option<Object<'a>> {
        if self.kind() == b'{' { Object::parse(self.0).ok() } else { None }
    }

    /// The elements of an array.
    pub(crate) fn elements(self) -> Option<Vec<Raw<'a>>> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = Vec<Raw<'de>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = seq.next_element::<&RawValue>()? {
                    elements.push(Raw::new(element));
                }
                Ok(elements)
            }
        }
        if self.kind() != b'[' {
            return None;
        }
        serde_json::Deserializer::from_str(self.0).deserialize_seq(Elements).ok()
    }

    /// The value as a tree; `None` if it is nested too deeply.
    pub(crate) fn value(self) -> Option<serde_json::Value> {
        serde_json::from_str(self.0).ok()
    }
}

/// A JSON number with its fraction cut off; numbers outside 64 bits stop at the nearest end.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| text.parse::<f64>().ok().map(|number| number as i64))
}

fn trim(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// The content of a JSON string; halves of surrogate pairs become U+FFFD, as in Go.
fn decode(content: &str) -> Cow<'_, str> {
    if !content.as_bytes().contains(&b'\\') {
        return Cow::Borrowed(content);
    }
    let mut decoded = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        rest = rest.get(at + 2..).unwrap_or_default();
        let plain = match escape {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let (character, used) = unicode_escape(rest);
                rest = rest.get(used..).unwrap_or_default();
                character
            }
            other => char::from(other),
        };
        decoded.push(plain);
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// The character of the four digits at the start of `rest` (and of a second half behind them), and the bytes used.
fn unicode_escape(rest: &str) -> (char, usize) {
    let digits = |text: &str| text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(unit) = digits(rest) else { return (char::REPLACEMENT_CHARACTER, 0) };
    if (0xd800..0xdc00).contains(&unit)
        && rest.get(4..6) == Some("\\u")
        && let Some(low) = rest.get(6..).and_then(digits)
        && (0xdc00..0xe000).contains(&low)
    {
        let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 10);
    }
    (char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER), 4)
}

/// The members of a JSON object, in order. A name that comes twice counts as its last value.
#[derive(Debug, Default)]
pub(crate) struct Object<'a> {
    members: Vec<(Cow<'a, str>, Raw<'a>)>,
}

/// A text is not one JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ObjectError {
    /// Valid JSON of another kind, or nothing like JSON.
    #[error("not a JSON object")]
    NotAnObject,
    /// The syntax is wrong.
    #[error("invalid JSON at line {line} column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// The text ends in the middle.
    #[error("the JSON is cut off")]
    CutOff,
}

impl<'a> Object<'a> {
    /// Parses a text that holds one object and nothing else.
    pub(crate) fn parse(text: &'a str) -> Result<Self, ObjectError> {
        if !text.trim_start().starts_with('{') {
            return Err(ObjectError::NotAnObject);
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let object =
            deserializer.deserialize_map(Members).and_then(|object| deserializer.end().map(|()| object));
        // The library's own text could quote the document.
        object.map_err(|error| match error.classify() {
            serde_json::error::Category::Eof => ObjectError::CutOff,
            _ => ObjectError::Syntax { line: error.line(), column: error.column() },
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// Name and value of each member, in order.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, Raw<'a>)> {
        self.members.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    pub(crate) fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.members.iter().rev().find(|(member, _)| member == name).map(|(_, value)| *value)
    }

    /// The first of these names that is present, also when its value is null.
    pub(crate) fn first(&self, names: &[&str]) -> Option<Raw<'a>> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The first present of these names as text.
    pub(crate) fn text(&self, names: &[&str]) -> String {
        self.first(names).map(|value| value.text().into_owned()).unwrap_or_default()
    }

    /// The first present of these names, null counting as absent; a value that is no integer counts as 0.
    pub(crate) fn integer(&self, names: &[&str]) -> Option<i64> {
        let value = self.first(names)?;
        (!value.is_null()).then(|| value.integer().unwrap_or(0))
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(32);
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, Raw::new(map.next_value::<&RawValue>()?)));
        }
        Ok(Object { members })
    }
}

/// A member name, borrowed when it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_text_until_asked() {
        let object = Object::parse(
            r#" {"a": 12345678901234567890, "b":" x ", "c":null, "d":"12", "e":1.9, "f":"1.9","a2":[1,"x"],"g":true} "#,
        )
        .expect("object");
        assert_eq!(object.text(&["a"]), "12345678901234567890");
        assert_eq!(object.text(&["b"]), "x");
        assert_eq!(object.text(&["c", "b"]), "", "null is present");
        assert_eq!(object.integer(&["d"]), Some(12));
        assert_eq!(object.integer(&["e"]), Some(1));
        assert_eq!(object.integer(&["f"]), Some(0));
        assert_eq!(object.integer(&["c"]), None);
        assert_eq!(object.integer(&["a"]), Some(i64::MAX));
        assert_eq!(object.get("a2").and_then(Raw::elements).map(|e| e.len()), Some(2));
        assert_eq!(object.get("g").and_then(Raw::bool), Some(true));
    }

    #[test]
    fn the_last_of_equal_names_wins() {
        let object = Object::parse(r#"{"a":1,"\u0061":2}"#).expect("object");
        assert_eq!(object.integer(&["a"]), Some(2));
    }

    #[test]
    fn strings_are_decoded_like_go_does() {
        let text = |json: &'static str| Object::parse(json).expect("object").text(&["a"]);
        assert_eq!(text(r#"{"a":"\ud83e\udd80 \u00e9\n\"\\\/"}"#), "🦀 é\n\"\\/");
        assert_eq!(text(r#"{"a":"\ud800x\udc00"}"#), "\u{fffd}x\u{fffd}");
        assert_eq!(text(r#"{"a":"\ud800\u0041"}"#), "\u{fffd}A");
    }

    #[test]
    fn errors_do_not_quote_the_text() {
        assert_eq!(Object::parse("[1]").err(), Some(ObjectError::NotAnObject));
        assert_eq!(Object::parse("{\"a\":").err(), Some(ObjectError::CutOff));
        let error = Object::parse("{\"secret\" \"value\"}").expect_err("bad").to_string();
        assert_eq!(error, "invalid JSON at line 1 column 11");
        assert!(Object::parse("{} x").is_err());
    }
}
