//! Writing JSON text by hand: the generator makes hundreds of thousands of records a second.

/// Appends a whole number.
pub(super) fn int(out: &mut String, number: i64) {
    let mut digits = [0_u8; 20];
    let mut position = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        position -= 1;
        digits[position] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push('-');
    }
    out.extend(digits[position..].iter().map(|digit| char::from(*digit)));
}

/// Appends a number with leading zeros.
pub(super) fn padded(out: &mut String, number: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = number.div_euclid(10_i64.pow(place)).rem_euclid(10);
        out.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
    }
}

/// Appends hex digits, the most significant first.
pub(super) fn hex(out: &mut String, bits: u64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = u32::try_from((bits >> (place * 4)) & 15).unwrap_or(0);
        out.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
}

/// Appends a JSON string with the escapes of Go's encoder.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            b'<' => "\\u003c",
            b'>' => "\\u003e",
            b'&' => "\\u0026",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(escape);
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// Appends `,"name":` and a string.
pub(super) fn text_member(out: &mut String, name: &str, text: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    string(out, text);
}

/// Appends `,"name":` and a number.
pub(super) fn int_member(out: &mut String, name: &str, number: i64) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    int(out, number);
}

/// Calendar date of a day number since 1970-01-01.
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    // Days since 0000-03-01; years of 400 years, leap days at the end of the shifted year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Appends an RFC 3339 time with up to nine fraction digits, trailing zeros left out, as Go writes it.
pub(super) fn timestamp(out: &mut String, unix_ms: i64, nanos_below_ms: i64, offset_minutes: i64) {
    let local = unix_ms + offset_minutes * 60_000;
    clock(out, local);
    let nanos = unix_ms.rem_euclid(1000) * 1_000_000 + nanos_below_ms;
    if nanos > 0 {
        out.push('.');
        padded(out, nanos, 9);
        while out.ends_with('0') {
            out.pop();
        }
    }
    if offset_minutes == 0 {
        out.push('Z');
    } else {
        out.push(if offset_minutes < 0 { '-' } else { '+' });
        padded(out, offset_minutes.abs() / 60, 2);
        out.push(':');
        padded(out, offset_minutes.abs() % 60, 2);
    }
}

/// Appends `2026-11-23T09:05:17`.
fn clock(out: &mut String, unix_ms: i64) {
    let (days, of_day) = (unix_ms.div_euclid(86_400_000), unix_ms.rem_euclid(86_400_000) / 1000);
    let (year, month, day) = date(days);
    padded(out, year, 4);
    out.push('-');
    padded(out, month, 2);
    out.push('-');
    padded(out, day, 2);
    out.push('T');
    time_of_day(out, of_day);
}

fn time_of_day(out: &mut String, seconds: i64) {
    padded(out, seconds / 3600, 2);
    out.push(':');
    padded(out, seconds / 60 % 60, 2);
    out.push(':');
    padded(out, seconds % 60, 2);
}

/// Appends `Mon, 23 Nov 2026 09:05:17 GMT`.
pub(super) fn http_date(out: &mut String, unix_ms: i64) {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let days = unix_ms.div_euclid(86_400_000);
    let (year, month, day) = date(days);
    out.push_str(DAYS[usize::try_from(days.rem_euclid(7)).unwrap_or(0)]);
    out.push_str(", ");
    padded(out, day, 2);
    out.push(' ');
    out.push_str(MONTHS[usize::try_from(month - 1).unwrap_or(0).min(11)]);
    out.push(' ');
    padded(out, year, 4);
    out.push(' ');
    time_of_day(out, unix_ms.rem_euclid(86_400_000) / 1000);
    out.push_str(" GMT");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn numbers_and_strings_are_json() {
        assert_eq!(text(|out| int(out, i64::MIN)), i64::MIN.to_string());
        assert_eq!(text(|out| int(out, 0)), "0");
        assert_eq!(text(|out| hex(out, 0xabc, 8)), "00000abc");
        assert_eq!(text(|out| string(out, "a\"<b>&\\\n")), r#""a\"\u003cb\u003e\u0026\\\n""#);
    }

    #[test]
    fn times_are_written_as_go_writes_them() {
        let at = 1_795_424_682_040;
        assert_eq!(text(|out| timestamp(out, at, 367_902, 0)), "2026-11-23T09:04:42.040367902Z");
        assert_eq!(text(|out| timestamp(out, at, 0, 480)), "2026-11-23T17:04:42.04+08:00");
        assert_eq!(text(|out| timestamp(out, 1_795_424_682_000, 0, -210)), "2026-11-23T05:34:42-03:30");
        assert_eq!(text(|out| http_date(out, at)), "Mon, 23 Nov 2026 09:04:42 GMT");
        assert_eq!(date(19_782), (2024, 2, 29));
        assert_eq!(date(-1), (1969, 12, 31));
    }
}
