//! Variable-length integers and packed text.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

use crate::error::Damaged;

/// Appends an unsigned integer, seven bits a byte, least significant first.
pub(crate) fn put_uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed integer (zigzag: small magnitudes are short).
pub(crate) fn put_int(out: &mut Vec<u8>, value: i64) {
    put_uint(out, ((value << 1) ^ (value >> 63)) as u64);
}

const SIX_BITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

fn six_bit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b'a'..=b'z' => byte - b'a' + 36,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| nibble(byte).is_some())
}

fn push_hex(out: &mut Vec<u8>, digits: impl Iterator<Item = u8>) {
    let mut high = None;
    for digit in digits {
        let value = nibble(digit).unwrap_or_default();
        match high.take() {
            None => high = Some(value << 4),
            Some(first) => out.push(first | value),
        }
    }
    out.extend(high);
}

/// Appends the first `digits` of the digits of these bytes.
fn push_hex_text(text: &mut String, bytes: &[u8], digits: usize) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let start = text.len();
    text.reserve(digits + 1);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text.truncate(start + digits);
}

const UUID_DASHES: [usize; 4] = [8, 13, 18, 23];

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(i, byte)| if UUID_DASHES.contains(&i) { byte == b'-' } else { nibble(byte).is_some() })
}

/// Appends any text: lower-case hex and UUIDs take half their length, identifiers three quarters.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    let tag = |kind: u64| (text.len() as u64) << 2 | kind;
    if is_uuid(text) {
        put_uint(out, 2);
        push_hex(out, text.bytes().filter(|byte| *byte != b'-'));
    } else if is_lower_hex(text) {
        put_uint(out, tag(1));
        push_hex(out, text.bytes());
    } else if text.bytes().all(|byte| six_bit(byte).is_some()) {
        put_uint(out, tag(3));
        let (mut bits, mut count) = (0_u32, 0);
        for byte in text.bytes() {
            bits = bits << 6 | u32::from(six_bit(byte).unwrap_or_default());
            count += 6;
            if count >= 8 {
                count -= 8;
                out.push((bits >> count) as u8);
            }
        }
        if count > 0 {
            out.push((bits << (8 - count)) as u8);
        }
    } else {
        put_uint(out, tag(0));
        out.extend_from_slice(text.as_bytes());
    }
}

/// Reads what the `put_` functions wrote.
pub(crate) struct Unpack<'a>(pub(crate) &'a [u8]);

impl<'a> Unpack<'a> {
    pub(crate) fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.0.split_first().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(Damaged)?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn uint(&mut self) -> Result<u64, Damaged> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(Damaged);
            }
            value |= part << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Damaged)
    }

    pub(crate) fn int(&mut self) -> Result<i64, Damaged> {
        let value = self.uint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub(crate) fn text(&mut self) -> Result<String, Damaged> {
        let mut text = String::new();
        self.text_into(&mut text)?;
        Ok(text)
    }

    /// [`text`](Self::text), appended to a text that is there.
    pub(crate) fn text_into(&mut self, text: &mut String) -> Result<(), Damaged> {
        let (kind, length, packed) = self.packed_text()?;
        match kind {
            0 => text.push_str(std::str::from_utf8(packed).map_err(|_| Damaged)?),
            1 => push_hex_text(text, packed, length),
            2 => {
                let start = text.len();
                push_hex_text(text, packed, 32);
                UUID_DASHES.iter().for_each(|at| text.insert(start + *at, '-'));
            }
            _ => {
                text.reserve(length);
                let end = text.len() + length;
                let (mut bits, mut count) = (0_u32, 0);
                for byte in packed {
                    bits = bits << 8 | u32::from(*byte);
                    count += 8;
                    while count >= 6 && text.len() < end {
                        count -= 6;
                        text.push(char::from(SIX_BITS[(bits >> count) as usize & 63]));
                    }
                }
            }
        }
        Ok(())
    }

    /// Passes over a text.
    pub(crate) fn skip_text(&mut self) -> Result<(), Damaged> {
        self.packed_text().map(|_| ())
    }

    /// Kind, length of the text, and its bytes.
    fn packed_text(&mut self) -> Result<(u64, usize, &'a [u8]), Damaged> {
        let tag = self.uint()?;
        let length = usize::try_from(tag >> 2).map_err(|_| Damaged)?;
        let bytes = match tag & 3 {
            0 => length,
            1 => length.div_ceil(2),
            2 => 16,
            _ => length.checked_mul(6).ok_or(Damaged)?.div_ceil(8),
        };
        Ok((tag & 3, length, self.bytes(bytes)?))
    }
}

/// Text bound to a column of type ANY: a BLOB of half the length if it is lower-case hex, else itself.
pub(crate) struct HexText<'a>(pub(crate) &'a str);

impl ToSql for HexText<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        if self.0.is_empty() || !self.0.len().is_multiple_of(2) || !is_lower_hex(self.0) {
            return Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0.as_bytes())));
        }
        let mut packed = Vec::with_capacity(self.0.len() / 2);
        push_hex(&mut packed, self.0.bytes());
        Ok(ToSqlOutput::Owned(Value::Blob(packed)))
    }
}

/// The text that [`HexText`] stored.
pub(crate) fn hex_column(value: ValueRef<'_>) -> Result<String, Damaged> {
    let mut text = String::new();
    hex_column_into(value, &mut text)?;
    Ok(text)
}

/// [`hex_column`] in place of what stands in `text`.
pub(crate) fn hex_column_into(value: ValueRef<'_>, text: &mut String) -> Result<(), Damaged> {
    text.clear();
    match value {
        ValueRef::Blob(bytes) => push_hex_text(text, bytes, bytes.len() * 2),
        ValueRef::Text(bytes) => text.push_str(std::str::from_utf8(bytes).map_err(|_| Damaged)?),
        _ => return Err(Damaged),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        put_text(&mut out, text);
        out
    }

    #[test]
    fn usual_identifiers_are_short() {
        assert_eq!(packed("8bad2acc").len(), 5);
        assert_eq!(packed("9a3e5d2c1b4f6a78-HKG").len(), 16);
        assert_eq!(packed("0f8fad5b-d9cb-469f-a165-70867728950e").len(), 17);
        assert_eq!(packed("req_011CSHoEeqs5C35K2UUqR7Fy").len(), 22);
    }

    #[test]
    fn damage_is_an_error() {
        for broken in [&[][..], &[0x80], &[8, b'a'], &[2, 1, 2], &[0xff; 11], &[4, 0xff]] {
            assert_eq!(Unpack(broken).text(), Err(Damaged), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn integers_survive(value: i64, unsigned: u64) {
            let mut out = Vec::new();
            put_int(&mut out, value);
            put_uint(&mut out, unsigned);
            let mut unpack = Unpack(&out);
            prop_assert_eq!(unpack.int(), Ok(value));
            prop_assert_eq!(unpack.uint(), Ok(unsigned));
            prop_assert!(unpack.0.is_empty());
        }

        #[test]
        fn texts_survive(text in prop_oneof![any::<String>(), "[0-9a-f]{0,70}", "[0-9A-Za-z_-]{0,70}",
            "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"]) {
            let out = packed(&text);
            let mut unpack = Unpack(&out);
            prop_assert_eq!(unpack.text(), Ok(text.clone()));
            prop_assert!(unpack.0.is_empty());
            let bound = HexText(&text);
            let stored = match bound.to_sql().expect("binds") {
                ToSqlOutput::Owned(Value::Blob(bytes)) => hex_column(ValueRef::Blob(&bytes)),
                ToSqlOutput::Borrowed(value) => hex_column(value),
                other => panic!("unexpected {other:?}"),
            };
            prop_assert_eq!(stored, Ok(text));
        }
    }
}
