//! The period that a report covers, from what people type.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use crate::cli::Problem;

/// A span of time with the zone that its days belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// First millisecond, Unix time.
    pub from_ms: i64,
    /// First millisecond after it.
    pub to_ms: i64,
    /// The zone.
    pub zone: TimeZone,
}

/// What was typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// `--from`.
    pub from: Option<&'a str>,
    /// `--to`.
    pub to: Option<&'a str>,
    /// `--last`.
    pub last: Option<&'a str>,
}

/// The zone of a name, or the computer's.
pub fn zone(name: Option<&str>) -> Result<TimeZone, Problem> {
    match name {
        None => Ok(TimeZone::system()),
        Some(name) => TimeZone::get(name).map_err(|_| {
            Problem::new(format!("{name} is no time zone"))
                .hint("use a name of the IANA database, for example Europe/Berlin, Asia/Shanghai or UTC")
        }),
    }
}

impl Period {
    /// The period that was asked for; without anything, today.
    pub fn of(wanted: Wanted<'_>, zone: &TimeZone, now: Timestamp) -> Result<Self, Problem> {
        let now = now.to_zoned_datetime(zone.clone());
        let (from, to) = match wanted {
            Wanted { from: None, to: None, last } => named(last.unwrap_or("today"), &now)?,
            Wanted { from, to, .. } => {
                let to = to.map_or_else(|| Ok(now.timestamp()), |text| moment(text, zone, true))?;
                let from = from.map_or(Ok(Timestamp::UNIX_EPOCH), |text| moment(text, zone, false))?;
                (from, to)
            }
        };
        let (from_ms, to_ms) = (from.as_millisecond(), to.as_millisecond());
        if from_ms >= to_ms {
            return Err(Problem::new("the period is empty: it ends before it begins")
                .hint("--from comes before --to"));
        }
        Ok(Self { from_ms, to_ms, zone: zone.clone() })
    }

    /// A moment of the period as people read it: minutes, in its zone.
    pub fn shown(&self, at_ms: i64) -> String {
        self.at(at_ms).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The day on which a moment lies, `YYYY-MM-DD`.
    pub fn day(&self, at_ms: i64) -> String {
        self.at(at_ms).strftime("%Y-%m-%d").to_string()
    }

    /// The hour in which a moment lies. The offset tells the hour that comes twice in autumn apart.
    pub fn hour(&self, at_ms: i64) -> String {
        self.at(at_ms).strftime("%Y-%m-%d %H:00 %:z").to_string()
    }

    fn at(&self, at_ms: i64) -> ZonedDateTime {
        Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned_datetime(self.zone.clone())
    }
}

fn bad(text: &str) -> Problem {
    Problem::new(format!("{text}: no period")).hint(
        "use today, yesterday, this-week, this-month, last-month, all, or a number with a unit: 90m, 24h, 7d, 4w",
    )
}

fn named(text: &str, now: &ZonedDateTime) -> Result<(Timestamp, Timestamp), Problem> {
    let (today, end) = (now.date(), now.timestamp());
    let midnight = |date: Date| start_of(date, now.time_zone());
    let from = |date: Result<Date, jiff::Error>| midnight(date.map_err(|_| bad(text))?);
    let first = today.first_of_month();
    Ok(match text {
        "today" => (midnight(today)?, end),
        "yesterday" => (from(today.yesterday())?, midnight(today)?),
        "this-week" => {
            let days = i64::from(today.weekday().to_monday_zero_offset());
            (from(today.checked_sub(SignedDuration::from_hours(24 * days)))?, end)
        }
        "this-month" => (midnight(first)?, end),
        "last-month" => (from(first.yesterday().map(Date::first_of_month))?, midnight(first)?),
        "all" => (Timestamp::UNIX_EPOCH, end),
        _ => {
            let (number, unit) =
                text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
            let count: i64 = number.parse().map_err(|_| bad(text))?;
            let minutes = match unit {
                "m" => Some(1),
                "h" => Some(60),
                // Whole days of the calendar, today among them: 7d on a Sunday is Monday to Sunday.
                "d" | "w" => {
                    let days = count.checked_mul(if unit == "w" { 7 } else { 1 }).filter(|days| *days > 0);
                    let hours = days.and_then(|days| (days - 1).checked_mul(24)).ok_or_else(|| bad(text))?;
                    let date =
                        today.checked_sub(SignedDuration::try_from_hours(hours).ok_or_else(|| bad(text))?);
                    return Ok((from(date)?, end));
                }
                _ => None,
            };
            let span = minutes.and_then(|minutes| count.checked_mul(minutes)).filter(|span| *span > 0);
            let span = span.and_then(SignedDuration::try_from_mins).ok_or_else(|| bad(text))?;
            (end.checked_sub(span).map_err(|_| bad(text))?, end)
        }
    })
}

fn start_of(date: Date, zone: &TimeZone) -> Result<Timestamp, Problem> {
    // The first moment of the day, also where the clock skips midnight.
    let start = date.to_zoned_datetime(zone.clone()).and_then(|day| day.start_of_day());
    start.map(|day| day.timestamp()).map_err(Problem::from_error)
}

/// A moment: a date, a local time, or one with an offset. A date as an end means the end of that day.
fn moment(text: &str, zone: &TimeZone, end: bool) -> Result<Timestamp, Problem> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if text.len() <= "2026-11-28".len()
        && let Ok(date) = text.parse::<Date>()
    {
        let date = if end { date.tomorrow().map_err(Problem::from_error)? } else { date };
        return start_of(date, zone);
    }
    if let Ok(local) = text.parse::<DateTime>() {
        return local.to_zoned_datetime(zone.clone()).map(|at| at.timestamp()).map_err(Problem::from_error);
    }
    Err(Problem::new(format!("{text}: no date and no time"))
        .hint("use 2026-11-28, 2026-11-28T14:30 or 2026-11-28T14:30:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(wanted: Wanted<'_>, zone_name: &str) -> (String, String) {
        let zone = zone(Some(zone_name)).expect("a zone");
        let now: Timestamp = "2026-03-30T10:15:00Z".parse().expect("a time");
        let period = Period::of(wanted, &zone, now).expect("a period");
        let text = |ms| Timestamp::from_millisecond(ms).expect("in range").to_string();
        (text(period.from_ms), text(period.to_ms))
    }

    fn last(text: &str) -> (String, String) {
        period(Wanted { last: Some(text), ..Wanted::default() }, "Europe/Berlin")
    }

    #[test]
    fn names_mean_days_of_the_calendar() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let now = "2026-03-30T10:15:00Z";
        assert_eq!(last("today"), pair("2026-03-29T22:00:00Z", now));
        // The day on which the clock was put forward has 23 hours.
        assert_eq!(last("yesterday"), pair("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
        assert_eq!(last("2d"), pair("2026-03-28T23:00:00Z", now));
        assert_eq!(last("1w"), pair("2026-03-23T23:00:00Z", now));
        assert_eq!(last("this-week"), pair("2026-03-29T22:00:00Z", now));
        assert_eq!(last("this-month"), pair("2026-02-28T23:00:00Z", now));
        assert_eq!(last("last-month"), pair("2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z"));
        assert_eq!(last("24h"), pair("2026-03-29T10:15:00Z", now));
        assert_eq!(last("all").0, "1970-01-01T00:00:00Z");
    }

    #[test]
    fn dates_and_times_are_local_unless_they_say_otherwise() {
        let of = |from, to| period(Wanted { from: Some(from), to: Some(to), last: None }, "Asia/Kolkata");
        assert_eq!(
            of("2026-03-01", "2026-03-01"),
            ("2026-02-28T18:30:00Z".to_owned(), "2026-03-01T18:30:00Z".to_owned())
        );
        assert_eq!(
            of("2026-03-01T08:00", "2026-03-01T05:00:00Z"),
            ("2026-03-01T02:30:00Z".to_owned(), "2026-03-01T05:00:00Z".to_owned())
        );
    }

    #[test]
    fn nonsense_is_refused() {
        let zone = TimeZone::UTC;
        let now = Timestamp::UNIX_EPOCH;
        for text in ["", "0d", "-1d", "7y", "d", "99999999999999999999d", "9223372036854775807w"] {
            let wanted = Wanted { last: Some(text), ..Wanted::default() };
            assert!(Period::of(wanted, &zone, now).is_err(), "{text}");
        }
        for (from, to) in [("2026-13-01", "2026-12-31"), ("x", "2026-01-01"), ("2026-01-02", "2026-01-01")] {
            assert!(Period::of(Wanted { from: Some(from), to: Some(to), last: None }, &zone, now).is_err());
        }
        assert!(super::zone(Some("Mars/Olympus")).is_err());
    }

    #[test]
    fn the_hour_that_comes_twice_has_two_names() {
        let zone = zone(Some("Europe/Berlin")).expect("a zone");
        let period = Period { from_ms: 0, to_ms: 1, zone };
        let at = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        assert_eq!(period.hour(at("2026-10-25T00:30:00Z")), "2026-10-25 02:00 +02:00");
        assert_eq!(period.hour(at("2026-10-25T01:30:00Z")), "2026-10-25 02:00 +01:00");
        assert_eq!(period.day(at("2026-10-24T22:30:00Z")), "2026-10-25");
    }
}
