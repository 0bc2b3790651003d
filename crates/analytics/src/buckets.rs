//! Local time in any IANA zone, cut into hours and days for the columns.
//!
//! Zones shift by whole minutes and at any moment, so a bucket is not a division of time: the range is cut where the
//! local hour or day changes, and each piece gets the value of its bucket.

use std::ops::Range;
use std::sync::Arc;

use columns::{Dimension, SKIP};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::RequestError;

/// An hour, milliseconds.
pub const HOUR_MS: i64 = 3_600_000;
/// 24 hours, milliseconds.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// Most pieces that a range may be cut into: every hour of 170 years, every minute of almost three.
const MAX_PIECES: usize = 1_500_000;

/// A zone.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

/// Width of a timeline's buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granularity {
    /// A local hour.
    Hour,
    /// A local day.
    Day,
}

impl Granularity {
    /// The asked-for width, else hours up to 24 hours of range, then days.
    pub fn of(name: &str, range: &Range<i64>) -> Self {
        match name {
            "hour" => Self::Hour,
            "day" => Self::Day,
            _ if range.end.saturating_sub(range.start) <= DAY_MS => Self::Hour,
            _ => Self::Day,
        }
    }

    /// `hour` or `day`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// The usual width, milliseconds.
    pub fn width_ms(self) -> i64 {
        match self {
            Self::Hour => HOUR_MS,
            Self::Day => DAY_MS,
        }
    }
}

/// Time as a dimension whose values are the buckets, ascending.
#[derive(Debug, Clone)]
pub struct Axis {
    /// For a plan.
    pub dimension: Dimension,
    /// When each bucket begins, Unix milliseconds.
    pub starts: Vec<i64>,
}

/// Part of a range with one local unit (minutes, hour or day since 1970).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    start: i64,
    pub unit: i64,
    /// When the unit began under this offset; may lie before the range.
    pub began: i64,
    /// It lies between two ranges: no event, no value.
    between: bool,
}

/// Ranges cut into pieces.
#[derive(Debug)]
pub(crate) struct Pieces {
    pub list: Vec<Piece>,
    bounds: Arc<Vec<i64>>,
}

impl Pieces {
    /// The dimension that gives each piece a value.
    pub fn dimension(&self, len: u32, mut value: impl FnMut(&Piece) -> u32) -> Dimension {
        let values = self.list.iter().map(|piece| if piece.between { SKIP } else { value(piece) });
        let values = Arc::new(values.collect());
        Dimension::Time { bounds: Arc::clone(&self.bounds), values, len }
    }

    /// The piece in which a piece of the same range begins.
    pub fn around(&self, piece: &Piece) -> &Piece {
        let after = self.list.partition_point(|own| own.start <= piece.start);
        &self.list[after.saturating_sub(1)]
    }

    /// One bucket for each distinct key, ascending by key.
    pub fn axis(&self, key: impl Fn(&Piece) -> i64, start: impl Fn(i64) -> i64) -> Axis {
        let mut keys: Vec<i64> = self.list.iter().filter(|piece| !piece.between).map(&key).collect();
        keys.sort_unstable();
        keys.dedup();
        let place = |piece: &Piece| keys.binary_search(&key(piece)).unwrap_or_default() as u32;
        let dimension = self.dimension(keys.len() as u32, place);
        Axis { dimension, starts: keys.into_iter().map(start).collect() }
    }
}

impl Zone {
    /// The zone with an IANA name; empty = UTC.
    ///
    /// # Errors
    /// [`RequestError::TimeZone`] if there is none.
    pub fn named(name: &str) -> Result<Self, RequestError> {
        match name.trim() {
            "" | "UTC" => Ok(Self(TimeZone::UTC)),
            name => TimeZone::get(name)
                .map(Self)
                .map_err(|_| RequestError::TimeZone(name.chars().take(64).collect())),
        }
    }

    /// Local time minus UTC at a moment, milliseconds.
    fn offset_ms(&self, ms: i64) -> i64 {
        i64::from(self.0.to_offset(timestamp(ms)).seconds()) * 1000
    }

    /// The first change of the offset in `(after, until]`.
    fn change(&self, after: i64, until: i64) -> Option<i64> {
        let next = self.0.following(timestamp(after)).next()?.timestamp().as_millisecond();
        (next > after && next <= until).then_some(next)
    }

    /// When a local wall clock shows a time (milliseconds since 1970 as if it were UTC).
    ///
    /// In the hour that comes twice, and in the one that never comes, the choice is that of the reference (Go's
    /// `time.Date`): the offset in force when UTC shows that time, unless the result lies on the other side of a change.
    pub(crate) fn moment(&self, wall_ms: i64) -> i64 {
        let guess = wall_ms.saturating_sub(self.offset_ms(wall_ms));
        let (low, high) = (guess.min(wall_ms), guess.max(wall_ms));
        if self.change(low, high).is_none() {
            return guess;
        }
        wall_ms.saturating_sub(self.offset_ms(guess))
    }

    /// The first moment of a local day (days since 1970). Where the clock skips midnight that is the moment of the change:
    /// the day begins there, and [`Self::moment`] of its midnight may lie in the day before.
    pub(crate) fn first_of_day(&self, day: i64) -> i64 {
        let midnight = TimeZone::UTC.to_datetime(timestamp(day.saturating_mul(DAY_MS)));
        let first = self.0.to_ambiguous_timestamp(midnight).compatible();
        // Only at the ends of the calendar is there none.
        first.map_or_else(|_| self.moment(day.saturating_mul(DAY_MS)), Timestamp::as_millisecond)
    }

    /// The ranges (ascending, apart), cut where the local unit (a minute, several, an hour, a day) changes.
    pub(crate) fn pieces(&self, ranges: &[Range<i64>], unit_ms: i64) -> Result<Pieces, RequestError> {
        let calendar = timestamp(i64::MIN).as_millisecond()..timestamp(i64::MAX).as_millisecond();
        let (mut list, mut end) = (Vec::new(), None);
        for range in ranges {
            let range = range.start.clamp(calendar.start, calendar.end)
                ..range.end.clamp(calendar.start, calendar.end);
            if range.start >= range.end {
                continue;
            }
            if let Some(start) = end.filter(|end| *end < range.start) {
                list.push(Piece { start, unit: 0, began: start, between: true });
            }
            self.cut(&range, unit_ms, &mut list)?;
            end = Some(range.end);
        }
        let mut bounds: Vec<i64> = list.iter().map(|piece| piece.start).collect();
        bounds.push(end.unwrap_or_default());
        Ok(Pieces { list, bounds: Arc::new(bounds) })
    }

    /// Adds the pieces of a range within the calendar.
    fn cut(&self, range: &Range<i64>, unit_ms: i64, list: &mut Vec<Piece>) -> Result<(), RequestError> {
        let mut at = range.start;
        // The offset in force at the start began some time before.
        let mut since = self
            .0
            .preceding(timestamp(at.saturating_add(1)))
            .next()
            .map_or(i64::MIN, |change| change.timestamp().as_millisecond());
        while at < range.end {
            let offset = self.offset_ms(at);
            let change = self.change(at, range.end);
            let until = change.unwrap_or(range.end);
            while at < until {
                let unit = (at + offset).div_euclid(unit_ms);
                let began = (unit * unit_ms - offset).max(since);
                list.push(Piece { start: at, unit, began, between: false });
                if list.len() > MAX_PIECES {
                    return Err(RequestError::TooManyBuckets { most: MAX_PIECES });
                }
                at = until.min((unit + 1) * unit_ms - offset);
            }
            since = until;
        }
        Ok(())
    }

    /// Buckets as the contract has them: both passes of an hour that comes twice are one bucket.
    ///
    /// # Errors
    /// [`RequestError::TooManyBuckets`]
    pub fn timeline(&self, ranges: &[Range<i64>], width: Granularity) -> Result<Axis, RequestError> {
        let unit = width.width_ms();
        let pieces = self.pieces(ranges, unit)?;
        Ok(pieces.axis(|piece| piece.unit, |key| self.moment(key * unit)))
    }

    /// How a timeline names its bucket: `HH:MM` or `MM/DD`, local.
    pub fn label(&self, ms: i64, width: Granularity) -> String {
        let local = ms.saturating_add(self.offset_ms(ms));
        match width {
            Granularity::Hour => {
                let minutes = local.rem_euclid(DAY_MS) / 60_000;
                format!("{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Granularity::Day => {
                let (_, month, day) = civil(local.div_euclid(DAY_MS));
                format!("{month:02}/{day:02}")
            }
        }
    }
}

/// Weekday (0 = Sunday) and hour of a local hour since 1970.
pub(crate) fn weekday_and_hour(hours: i64) -> (u32, u32) {
    (weekday(hours.div_euclid(24)), hours.rem_euclid(24) as u32)
}

/// Weekday of a day since 1970, 0 = Sunday; 1970-01-01 was a Thursday.
pub(crate) fn weekday(days: i64) -> u32 {
    (days + 4).rem_euclid(7) as u32
}

/// Year, month, day of a day since 1970 (proleptic Gregorian).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin in March here, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}

/// The moment, within the calendar.
fn timestamp(ms: i64) -> Timestamp {
    // A second inside the bounds: the last one cannot be made from milliseconds.
    let ms = ms.clamp(Timestamp::MIN.as_millisecond() + 1000, Timestamp::MAX.as_millisecond() - 1000);
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a zone")
    }

    fn bucket(name: &str, at: &str, width: Granularity) -> i64 {
        let at = ms(at);
        let axis = zone(name).timeline(std::slice::from_ref(&(at..at + 1)), width).expect("few buckets");
        assert_eq!(axis.starts.len(), 1);
        axis.starts[0]
    }

    #[test]
    fn hours_that_come_twice_share_a_bucket_as_in_the_reference() {
        use Granularity::Hour;
        for at in ["2026-11-01T05:10:00Z", "2026-11-01T06:50:00Z"] {
            assert_eq!(bucket("America/New_York", at, Hour), ms("2026-11-01T05:00:00Z"), "{at}");
        }
        for at in ["2026-10-25T00:10:00Z", "2026-10-25T01:50:00Z"] {
            assert_eq!(bucket("Europe/Berlin", at, Hour), ms("2026-10-25T01:00:00Z"), "{at}");
        }
    }

    #[test]
    fn spring_and_days_of_23_hours() {
        use Granularity::{Day, Hour};
        let new_york = "America/New_York";
        assert_eq!(bucket(new_york, "2026-03-08T06:30:00Z", Hour), ms("2026-03-08T06:00:00Z"));
        assert_eq!(bucket(new_york, "2026-03-08T07:30:00Z", Hour), ms("2026-03-08T07:00:00Z"));
        assert_eq!(bucket(new_york, "2026-03-08T18:00:00Z", Day), ms("2026-03-08T05:00:00Z"));
        let range = ms("2026-03-08T05:00:00Z")..ms("2026-03-09T04:00:00Z");
        let axis = zone(new_york).timeline(std::slice::from_ref(&range), Hour).expect("few");
        assert_eq!(axis.starts.len(), 23);
        assert_eq!(zone(new_york).timeline(std::slice::from_ref(&range), Day).expect("few").starts.len(), 1);
    }

    #[test]
    fn zones_off_the_hour() {
        use Granularity::{Day, Hour};
        assert_eq!(bucket("Asia/Kolkata", "2026-06-03T10:40:00Z", Hour), ms("2026-06-03T10:30:00Z"));
        assert_eq!(bucket("Asia/Kathmandu", "2026-06-03T18:20:00Z", Day), ms("2026-06-03T18:15:00Z"));
        assert_eq!(zone("Asia/Kolkata").label(ms("2026-06-03T10:30:00Z"), Hour), "16:00");
        assert_eq!(zone("Asia/Shanghai").label(ms("2026-06-03T16:00:00Z"), Day), "06/04");
        // Lord Howe moves its clocks by half an hour.
        assert_eq!(bucket("Australia/Lord_Howe", "2026-04-04T15:10:00Z", Day), ms("2026-04-04T13:00:00Z"));
    }

    #[test]
    fn every_moment_lies_in_exactly_one_piece() {
        for name in
            ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]
        {
            for (from, to) in [
                ("2026-03-01T00:00:00Z", "2026-11-30T00:00:00Z"),
                ("2011-12-25T00:00:00Z", "2012-01-05T00:00:00Z"),
            ] {
                let range = ms(from) + 7..ms(to) - 13;
                let mut coarser: Option<Pieces> = None;
                for unit in [DAY_MS, HOUR_MS, HOUR_MS / 2, HOUR_MS / 4, HOUR_MS / 12, HOUR_MS / 60] {
                    let pieces = zone(name).pieces(std::slice::from_ref(&range), unit).expect("few");
                    assert!(pieces.bounds.is_sorted_by(|a, b| a < b), "{name}");
                    assert_eq!(
                        (pieces.bounds[0], *pieces.bounds.last().expect("some")),
                        (range.start, range.end)
                    );
                    for (piece, bounds) in pieces.list.iter().zip(pieces.bounds.windows(2)) {
                        let offset = zone(name).offset_ms(bounds[0]);
                        assert_eq!((bounds[0] + offset).div_euclid(unit), piece.unit, "{name}");
                        assert_eq!((bounds[1] - 1 + offset).div_euclid(unit), piece.unit, "{name}");
                        assert!(piece.began <= bounds[0]);
                        // A finer piece lies in one coarser piece, which began no later.
                        if let Some(coarser) = &coarser {
                            let around = coarser.around(piece);
                            assert!(around.start <= piece.start && around.began <= piece.began, "{name}");
                        }
                    }
                    coarser = Some(pieces);
                }
            }
        }
    }

    #[test]
    fn between_ranges_there_is_no_bucket() {
        let (old, new) = (ms("0001-01-01T00:10:00Z"), ms("2026-06-03T10:40:00Z"));
        let ranges = [old..old + 1, new..new + HOUR_MS, new + HOUR_MS..new + HOUR_MS + 1];
        let axis = zone("Asia/Kolkata").timeline(&ranges, Granularity::Hour).expect("few");
        assert_eq!(axis.starts.len(), 3, "{:?}", axis.starts);
        let Dimension::Time { bounds, values, len } = axis.dimension else { panic!("an axis of time") };
        assert!(bounds.is_sorted_by(|a, b| a < b) && bounds.len() == values.len() + 1);
        assert_eq!((len, values.as_slice()), (3, &[0, SKIP, 1, 2, 2][..]));
    }

    #[test]
    fn days_that_clocks_change_have_fewer_and_more_quarters() {
        let quarters = |name: &str, from: &str, to: &str| {
            let pieces =
                zone(name).pieces(std::slice::from_ref(&(ms(from)..ms(to))), HOUR_MS / 4).expect("few");
            let starts = pieces.axis(|piece| piece.began, |start| start).starts;
            assert!(starts.iter().all(|start| start % (HOUR_MS / 4) == 0), "{name}");
            starts.len()
        };
        // Local days: of 23 and of 25 hours, and on Lord Howe of 23.5 and of 24.5.
        assert_eq!(quarters("America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"), 92);
        assert_eq!(quarters("America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"), 100);
        assert_eq!(quarters("Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"), 94);
        assert_eq!(quarters("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"), 98);
        assert_eq!(quarters("Asia/Kolkata", "2026-06-02T18:30:00Z", "2026-06-03T18:30:00Z"), 96);
    }

    #[test]
    fn calendar_and_limits() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(-1), (1969, 12, 31));
        assert_eq!(civil(20_512), (2026, 2, 28));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(weekday(0), 4);
        assert_eq!(weekday_and_hour(-1), (3, 23));
        assert!(Zone::named("Mars/Base").is_err());
        assert!(
            zone("UTC").timeline(std::slice::from_ref(&(i64::MIN..i64::MAX)), Granularity::Hour).is_err()
        );
        for nothing in [&[][..], std::slice::from_ref(&(5..5))] {
            assert!(zone("UTC").timeline(nothing, Granularity::Hour).expect("empty").starts.is_empty());
        }
    }
}
