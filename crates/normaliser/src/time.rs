//! Times as records write them.

use model::{EventTime, TimeQuality};

use crate::json::Raw;

/// Numbers below this are Unix seconds, others milliseconds.
const SECONDS_BELOW: i64 = 10_000_000_000;

/// Times before this (2000-01-01) are implausible, Unix milliseconds.
const EARLIEST_MS: i64 = 946_684_800_000;

/// Times from this on (2200-01-01) are implausible, Unix milliseconds.
const LATEST_MS: i64 = 7_258_118_400_000;

/// How far ahead of its arrival a record may be, milliseconds.
const MAX_AHEAD_MS: i64 = 5 * 60 * 1000;

/// The time in a record's member: Unix seconds or milliseconds, as number or text, or a date.
pub(crate) fn parse(value: Raw<'_>) -> Option<EventTime> {
    let text = value.text();
    if let Ok(number) = text.parse::<i64>() {
        return Some(from_number(number));
    }
    match value.string() {
        Some(_) => parse_date(&text),
        None => {
            let number: f64 = text.parse().ok()?;
            ((i64::MIN as f64)..(i64::MAX as f64)).contains(&number).then(|| from_number(number as i64))
        }
    }
}

fn from_number(number: i64) -> EventTime {
    let ms = if number < SECONDS_BELOW { number.saturating_mul(1000) } else { number };
    EventTime { ms, sub_ms_ns: 0 }
}

/// `2026-08-22T21:04:11.482913775+08:00`, with a blank for the `T`, and without zone for UTC. Digits behind the
/// nanoseconds are dropped.
pub(crate) fn parse_date(text: &str) -> Option<EventTime> {
    let bytes = text.as_bytes();
    let number = |at: usize, digits: usize| -> Option<i64> {
        bytes
            .get(at..at + digits)?
            .iter()
            .try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0')))
    };
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|byte| any.contains(byte));
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let punctuated = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    if !punctuated || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let mut at = 19;
    let mut nanos = 0_i64;
    if is(at, b".,") {
        let digits = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        let used = digits.min(9);
        nanos = number(at + 1, used).filter(|_| digits > 0)? * 10_i64.pow(9 - used as u32);
        at += 1 + digits;
    }
    let offset = match bytes.get(at..)? {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), zone @ ..] if zone.len() == 5 && zone[2] == b':' => {
            let (hours, minutes) = (number(at + 1, 2)?, number(at + 4, 2)?);
            if hours > 24 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(EventTime { ms: seconds * 1000 + nanos / 1_000_000, sub_ms_ns: (nanos % 1_000_000) as u32 })
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; years count from March, so that leap days come last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// How far a reported time can be trusted, given when its record arrived.
pub(crate) fn quality(time: EventTime, received_at_ms: i64) -> TimeQuality {
    let plausible =
        (EARLIEST_MS..LATEST_MS).contains(&time.ms) && time.ms <= received_at_ms.saturating_add(MAX_AHEAD_MS);
    if plausible { TimeQuality::Reported } else { TimeQuality::Implausible }
}

/// A moment in a header or an error body, Unix milliseconds: Unix time, a date, or an HTTP date. Only times after
/// 1970 count.
pub(crate) fn parse_moment_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    let ms = if let Ok(number) = text.parse::<i64>() {
        from_number(number).ms
    } else if let Some(time) = parse_date(text) {
        time.ms
    } else if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        zoned.timestamp().as_millisecond()
    } else {
        // Unix time with a fraction.
        let number =
            text.parse::<f64>().ok().filter(|number| (1.0..SECONDS_BELOW as f64).contains(number))?;
        (number * 1000.0) as i64
    };
    (ms > 0).then_some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc3339(text: &str) -> Option<String> {
        parse_date(text).map(EventTime::to_rfc3339)
    }

    #[test]
    fn dates_are_read_in_every_form() {
        for (text, expected) in [
            ("2026-08-22T21:04:11.482913775+08:00", "2026-08-22T13:04:11.482913775Z"),
            ("2026-04-25T00:00:00Z", "2026-04-25T00:00:00Z"),
            ("2026-04-25 01:02:03", "2026-04-25T01:02:03Z"),
            ("2026-04-25T01:02:03", "2026-04-25T01:02:03Z"),
            ("2026-04-25T01:02:03.5", "2026-04-25T01:02:03.5Z"),
            ("2024-02-29T23:59:59.1234567899-00:30", "2024-03-01T00:29:59.123456789Z"),
            ("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.9Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-30T21:59:59Z", "9999-12-30T21:59:59Z"),
        ] {
            assert_eq!(rfc3339(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "now",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-04-25T24:00:00Z",
            "2026-04-25T00:00:60Z",
            "2026-04-25",
            "2026-04-25T00:00:00.Z",
            "2026-04-25T00:00:00+0800",
            "2026-04-25T00:00:00Zx",
            "２026-04-25T00:00:00Z",
        ] {
            assert_eq!(rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn dates_agree_with_the_calendar_library() {
        for day in (-700_000..2_900_000_i64).step_by(997) {
            let timestamp = jiff::Timestamp::from_second(day * 86_400 + 3723);
            let Ok(timestamp) = timestamp else { continue };
            let text = timestamp.to_string();
            if text.starts_with('-') {
                continue;
            }
            assert_eq!(rfc3339(&text).as_deref(), Some(text.as_str()));
        }
    }

    #[test]
    fn moments_are_read_from_headers() {
        assert_eq!(parse_moment_ms("1793470000"), Some(1_793_470_000_000));
        assert_eq!(parse_moment_ms("1793470000123"), Some(1_793_470_000_123));
        assert_eq!(parse_moment_ms("1793470000.5"), Some(1_793_470_000_500));
        assert_eq!(parse_moment_ms("Mon, 23 Nov 2026 09:18:37 GMT"), Some(1_795_425_517_000));
        assert_eq!(parse_moment_ms("2026-11-23T09:18:37Z"), Some(1_795_425_517_000));
        assert_eq!(parse_moment_ms("0"), None);
        assert_eq!(parse_moment_ms("soon"), None);
        assert_eq!(parse_moment_ms("inf"), None);
    }

    #[test]
    fn implausible_times_are_known() {
        let now = 1_795_425_517_000;
        let at = |ms| quality(EventTime { ms, sub_ms_ns: 0 }, now);
        assert_eq!(at(now + MAX_AHEAD_MS), TimeQuality::Reported);
        assert_eq!(at(now + MAX_AHEAD_MS + 1), TimeQuality::Implausible);
        assert_eq!(at(0), TimeQuality::Implausible);
        assert_eq!(at(EARLIEST_MS), TimeQuality::Reported);
        assert_eq!(quality(EventTime { ms: LATEST_MS, sub_ms_ns: 0 }, i64::MAX), TimeQuality::Implausible);
    }
}
