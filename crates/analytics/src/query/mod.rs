//! `POST /api/v1/query`: one general question, for the panel's charts and for other people's scripts.

mod answer;
pub mod events;
mod fields;
mod filter;
mod request;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use columns::{Answer, Dictionaries, Dimension, Group, GroupRow, Part, Percentile, Plan, SKIP, Sums};

pub use answer::{Figure, Key, QueryAnswer, QueryRow, QuerySpan};
use answer::{distinct, figures, order};
pub use fields::Field;
pub(crate) use filter::name_of;
pub use request::{
    CacheUse, DEFAULT_ROWS, MAX_BUCKETS, MAX_DIMENSIONS, MAX_MEASURES, MAX_ROWS, MAX_VALUES, Measure,
    NumberField, QueryComparison, QueryFilters, QueryOrder, QueryRange, QueryRequest,
};

use crate::analysis::clamped;
use crate::buckets::{DAY_MS, HOUR_MS, Pieces, Zone, civil, weekday, weekday_and_hour};
use crate::dictionary::Profiles;
use crate::error::RequestError;
use crate::filter::Lookups;
use crate::plan::{Found, Planner, Slot};
use crate::sections::{models, total};

/// A dimension with the keys of its values.
#[derive(Clone)]
struct Axis {
    dimension: Dimension,
    keys: Vec<Key>,
}

/// Where a span's figures stand.
struct Slots {
    rows: Slot,
    totals: Slot,
    distinct: Vec<(Slot, Slot)>,
    unpriced: Option<Slot>,
}

/// A row with the sums behind it: of the span, and of the one that it is compared with.
struct Line {
    sums: Sums,
    earlier: Sums,
    row: QueryRow,
}

/// What rows are ordered by.
#[derive(Clone, Copy)]
enum By {
    Measure(Measure),
    Dimension(usize),
}

/// A request with its plan.
pub struct Query {
    request: QueryRequest,
    range: Range<i64>,
    previous: Option<(Range<i64>, Slots)>,
    measures: Vec<Measure>,
    axes: Vec<Axis>,
    order: (By, bool),
    limit: usize,
    slots: Slots,
    dictionaries: Dictionaries,
    plan: Plan,
}

impl Query {
    /// Plans a request.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn new(
        request: QueryRequest,
        dictionaries: Dictionaries,
        lookups: &Lookups,
    ) -> Result<Self, RequestError> {
        if request.from_ms >= request.to_ms {
            return Err(RequestError::Range);
        }
        let zone = Zone::named(&request.time_zone)?;
        let measures = measures(&request)?;
        check(&request)?;
        let order = ordering(&request, &measures)?;
        let limit = request.limit.unwrap_or(DEFAULT_ROWS);
        if !(1..=MAX_ROWS).contains(&limit) {
            return Err(RequestError::invalid(format!("limit must be between 1 and {MAX_ROWS}")));
        }
        let range = request.from_ms..request.to_ms;
        let compared = compared(&request, &range)?;
        let mut planning = Planning {
            request: &request,
            dictionaries: &dictionaries,
            lookups,
            zone: &zone,
            measures: &measures,
            planner: Planner::default(),
        };
        let (axes, slots) = planning.span(&range)?;
        let previous = match compared {
            Some(range) => {
                let (_, slots) = planning.span(&range)?;
                Some((range, slots))
            }
            None => None,
        };
        let plan = Plan { most_groups: request::MAX_GROUPS, ..planning.planner.finish() };
        Ok(Self { request, range, previous, measures, axes, order, limit, slots, dictionaries, plan })
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The response.
    pub fn answer(&self, answer: &Answer, generated_at_ms: i64) -> QueryAnswer {
        let found = Found(answer);
        let previous = self.previous.as_ref().map(|(_, slots)| slots);
        let mut rows = self.rows(found, previous);
        let (by, ascending) = self.order;
        rows.sort_by(|Line { row: a, .. }, Line { row: b, .. }| {
            let first = match by {
                By::Measure(measure) => order(value(a, measure), value(b, measure), ascending),
                By::Dimension(place) if ascending => a.keys[place].cmp(&b.keys[place]),
                By::Dimension(place) => b.keys[place].cmp(&a.keys[place]),
            };
            first.then_with(|| a.keys.cmp(&b.keys))
        });
        let total_rows = rows.len();
        let beyond = rows.split_off(rows.len().min(self.limit));
        let others = (self.request.others && !beyond.is_empty()).then(|| self.others(&beyond));
        let mut buckets = BTreeMap::new();
        for (field, axis) in self.request.dimensions.iter().zip(&self.axes) {
            if field.is_span() {
                let starts = axis.keys.iter().filter_map(|key| match key {
                    Key::Number(start) => Some(*start),
                    Key::Text(_) => None,
                });
                buckets.insert(filter::name_of(*field), starts.collect());
            }
        }
        let profiles = Profiles::new(&self.dictionaries);
        QueryAnswer {
            generated_at_ms,
            from_ms: self.range.start,
            to_ms: self.range.end,
            compared_with: self
                .previous
                .as_ref()
                .map(|(range, _)| QuerySpan { from_ms: range.start, to_ms: range.end }),
            dimensions: self.request.dimensions.clone(),
            buckets,
            rows: rows.into_iter().map(|line| line.row).collect(),
            total_rows,
            others,
            totals: self.totals(found, previous),
            unpriced_models: self.slots.unpriced.map(|slot| {
                let mut rows = found.group(slot).to_vec();
                // A dimension of time that only filters stands before the model.
                rows.iter_mut().for_each(|row| drop(row.key.drain(..row.key.len() - 1)));
                models::unpriced(&profiles.members(&[Part::Model], &rows))
            }),
        }
    }

    /// The groups with their sums; those that only the earlier span has come last.
    fn rows(&self, found: Found<'_>, previous: Option<&Slots>) -> Vec<Line> {
        if self.axes.is_empty() {
            return Vec::new();
        }
        let dimensions = self.axes.len();
        // A dimension of time that only filters stands before the others.
        let own = |row: &GroupRow| row.key[row.key.len() - dimensions..].to_vec();
        let mut before: HashMap<Vec<u32>, &GroupRow> = previous
            .map(|slots| found.group(slots.rows).iter().map(|row| (own(row), row)).collect())
            .unwrap_or_default();
        let hidden = usize::from(self.filters_time());
        let counts: Vec<BTreeMap<Vec<u32>, usize>> = self
            .slots
            .distinct
            .iter()
            .map(|(by_row, _)| distinct(found.group(*by_row), hidden + dimensions))
            .collect();
        let nothing = GroupRow::default();
        let line = |key: &[u32], now: Option<&GroupRow>, earlier: Option<&GroupRow>| {
            let keys =
                key.iter().zip(&self.axes).map(|(value, axis)| axis.keys.get(*value as usize).cloned());
            let of = |row: &GroupRow| figures(&self.measures, &row.sums, &row.percentiles);
            let distinct = self.request.distinct.iter().zip(&counts);
            let count = |counts: &BTreeMap<Vec<u32>, usize>| match now {
                Some(row) => counts.get(&row.key).copied(),
                None => Some(0),
            };
            let (sums, earlier) = (now.unwrap_or(&nothing), earlier.unwrap_or(&nothing));
            let row = QueryRow {
                // A bucket that only a longer earlier span has is compared with nothing.
                keys: keys.collect::<Option<_>>()?,
                values: of(sums),
                distinct: distinct.map(|(field, counts)| (*field, count(counts))).collect(),
                previous: previous.map(|_| of(earlier)),
            };
            Some(Line { sums: sums.sums, earlier: earlier.sums, row })
        };
        let mut lines: Vec<Line> = Vec::new();
        for row in found.group(self.slots.rows) {
            let key = own(row);
            lines.extend(line(&key, Some(row), before.remove(&key)));
        }
        lines.extend(before.iter().filter_map(|(key, row)| line(key, None, Some(row))));
        lines
    }

    fn filters_time(&self) -> bool {
        !self.request.filters.time_fields().is_empty()
    }

    fn others(&self, beyond: &[Line]) -> QueryRow {
        let (mut sums, mut earlier) = (Sums::default(), Sums::default());
        for line in beyond {
            sums.merge(&line.sums);
            earlier.merge(&line.earlier);
        }
        QueryRow {
            keys: Vec::new(),
            values: figures(&self.measures, &sums, &[]),
            distinct: self.request.distinct.iter().map(|field| (*field, None)).collect(),
            previous: self.previous.as_ref().map(|_| figures(&self.measures, &earlier, &[])),
        }
    }

    fn totals(&self, found: Found<'_>, previous: Option<&Slots>) -> QueryRow {
        let all = |slots: &Slots| {
            let rows = found.group(slots.totals);
            let percentiles = rows.first().map(|row| row.percentiles.as_slice()).unwrap_or_default();
            figures(&self.measures, &total(rows), percentiles)
        };
        let counts = self.slots.distinct.iter().map(|(_, slot)| Some(found.group(*slot).len()));
        QueryRow {
            keys: Vec::new(),
            values: all(&self.slots),
            distinct: self.request.distinct.iter().copied().zip(counts).collect(),
            previous: previous.map(all),
        }
    }
}

fn value(row: &QueryRow, measure: Measure) -> Option<Figure> {
    row.values.get(&measure).copied().flatten()
}

/// The measures without repetition; a cost is never without the number of calls that have none.
fn measures(request: &QueryRequest) -> Result<Vec<Measure>, RequestError> {
    if request.measures.len() > MAX_MEASURES {
        return Err(RequestError::TooMany { name: "measures".to_owned(), most: MAX_MEASURES });
    }
    let mut measures = Vec::new();
    for measure in &request.measures {
        if !measures.contains(measure) {
            measures.push(*measure);
        }
    }
    if measures.is_empty() {
        measures.push(Measure::Calls);
    }
    let costs = measures.iter().any(|measure| matches!(measure, Measure::Cost | Measure::AverageCost));
    if costs && !measures.contains(&Measure::UnpricedCalls) {
        measures.push(Measure::UnpricedCalls);
    }
    Ok(measures)
}

fn check(request: &QueryRequest) -> Result<(), RequestError> {
    for (name, fields) in [("dimensions", &request.dimensions), ("distinct", &request.distinct)] {
        if fields.len() > MAX_DIMENSIONS {
            return Err(RequestError::TooMany { name: name.to_owned(), most: MAX_DIMENSIONS });
        }
        if (1..fields.len()).any(|place| fields[..place].contains(&fields[place])) {
            return Err(RequestError::invalid(format!("{name} has an entry twice")));
        }
    }
    if request.distinct.iter().any(|field| field.is_time()) {
        return Err(RequestError::invalid("parts of time cannot be counted as distinct"));
    }
    request.filters.check()
}

fn ordering(request: &QueryRequest, measures: &[Measure]) -> Result<(By, bool), RequestError> {
    let Some(order) = &request.order else {
        let by_time = request.dimensions.first().is_some_and(|field| field.is_time());
        return Ok(if by_time { (By::Dimension(0), true) } else { (By::Measure(measures[0]), false) });
    };
    let name = serde_json::Value::String(order.by.clone());
    let measure = serde_json::from_value::<Measure>(name.clone()).ok().filter(|m| measures.contains(m));
    let field = serde_json::from_value::<Field>(name).ok();
    let dimension = field.and_then(|field| request.dimensions.iter().position(|other| *other == field));
    let by = match (measure, dimension) {
        (Some(measure), _) => By::Measure(measure),
        (None, Some(place)) => By::Dimension(place),
        (None, None) => {
            return Err(RequestError::invalid("order.by must be a measure or a dimension of the query"));
        }
    };
    Ok((by, order.ascending))
}

fn compared(request: &QueryRequest, range: &Range<i64>) -> Result<Option<Range<i64>>, RequestError> {
    let Some(compare) = request.compare else { return Ok(None) };
    let length = range.end.saturating_sub(range.start);
    let span = match (compare.from_ms, compare.to_ms) {
        (None, None) => range.start.saturating_sub(length)..range.start,
        (Some(from), None) => from..from.saturating_add(length),
        (Some(from), Some(to)) => from..to,
        (None, Some(to)) => to.saturating_sub(length)..to,
    };
    if span.start >= span.end {
        return Err(RequestError::invalid("compare.from_ms must be less than compare.to_ms"));
    }
    Ok(Some(span))
}

/// The bucket of a piece of time by which a filter asks.
enum Bucket {
    /// None: the field is a day or longer, or a part of the week or the day.
    None,
    /// The piece is the bucket.
    Own,
    /// The one of these in which the piece lies.
    Around(Pieces),
}

/// Work in progress.
struct Planning<'a> {
    request: &'a QueryRequest,
    dictionaries: &'a Dictionaries,
    lookups: &'a Lookups,
    zone: &'a Zone,
    measures: &'a [Measure],
    planner: Planner,
}

impl Planning<'_> {
    fn span(&mut self, range: &Range<i64>) -> Result<(Vec<Axis>, Slots), RequestError> {
        let filter = self.request.filters.compile(self.dictionaries, self.lookups);
        let axes = self.request.dimensions.iter().map(|field| self.axis(*field, range));
        let axes = axes.collect::<Result<Vec<_>, _>>()?;
        let hidden = self.time_filter(range)?;
        let scan = self.planner.scan(range.clone(), filter);
        let percentiles: Vec<Percentile> = self.measures.iter().filter_map(|m| m.percentile()).collect();
        let light = self.measures.iter().all(|measure| measure.is_light());
        let with = |more: &[&Axis]| {
            let mut by: Vec<Dimension> = hidden.iter().cloned().collect();
            by.extend(more.iter().map(|axis| axis.dimension.clone()));
            by
        };
        let own: Vec<&Axis> = axes.iter().collect();
        let group = |by: Vec<Dimension>| Group { by, percentiles: percentiles.clone(), light };
        let rows = self.planner.group(scan, group(with(&own)));
        let totals = if axes.is_empty() { rows } else { self.planner.group(scan, group(with(&[]))) };
        let mut counted = Vec::new();
        for field in &self.request.distinct {
            let Some((dimension, _)) = field.dimension(self.dictionaries) else { continue };
            let axis = Axis { dimension, keys: Vec::new() };
            let mut all = own.clone();
            all.push(&axis);
            let plain = |by: Vec<Dimension>| Group { by, percentiles: Vec::new(), light: true };
            let by_row = self.planner.group(scan, plain(with(&all)));
            counted.push((by_row, self.planner.group(scan, plain(with(&[&axis])))));
        }
        let costs =
            self.measures.iter().any(|measure| matches!(measure, Measure::Cost | Measure::AverageCost));
        let unpriced = costs.then(|| {
            let mut by: Vec<Dimension> = hidden.iter().cloned().collect();
            by.push(Profiles::new(self.dictionaries).ids(Part::Model));
            self.planner.group(scan, Group { by, percentiles: Vec::new(), light: true })
        });
        Ok((axes, Slots { rows, totals, distinct: counted, unpriced }))
    }

    fn axis(&self, field: Field, range: &Range<i64>) -> Result<Axis, RequestError> {
        if let Some((dimension, names)) = field.dimension(self.dictionaries) {
            return Ok(Axis { dimension, keys: names.into_iter().map(Key::Text).collect() });
        }
        let zone = self.zone;
        let from = |axis: crate::buckets::Axis| {
            if axis.starts.len() > MAX_BUCKETS {
                return Err(RequestError::TooManyBuckets { most: MAX_BUCKETS });
            }
            let keys = axis.starts.into_iter().map(Key::Number).collect();
            Ok(Axis { dimension: axis.dimension, keys })
        };
        let numbers = |count: i64| (0..count).map(Key::Number).collect();
        if let Some(width) = field.width_ms() {
            // By its beginning: the two passes of an hour that comes twice begin at different moments.
            let ranges = self.buckets_of(range, width)?;
            return from(zone.pieces(&ranges, width)?.axis(|piece| piece.began, |start| start));
        }
        match field {
            Field::Weekday => {
                let pieces = zone.pieces(&self.with_events(range), DAY_MS)?;
                Ok(Axis { dimension: pieces.dimension(7, |piece| weekday(piece.unit)), keys: numbers(7) })
            }
            Field::HourOfDay => {
                let pieces = zone.pieces(&self.with_events(range), HOUR_MS)?;
                let dimension = pieces.dimension(24, |piece| weekday_and_hour(piece.unit).1);
                Ok(Axis { dimension, keys: numbers(24) })
            }
            _ => {
                let days = match field {
                    Field::Week => 7,
                    Field::Month => 28,
                    _ => 1,
                };
                let pieces = zone.pieces(&self.buckets_of(range, days * DAY_MS)?, DAY_MS)?;
                from(pieces.axis(|piece| first_day(field, piece.unit), |day| zone.first_of_day(day)))
            }
        }
    }

    /// The parts of a range in which there are events.
    fn with_events(&self, range: &Range<i64>) -> Vec<Range<i64>> {
        clamped(range, self.lookups.spans.as_deref())
    }

    /// What an axis of buckets covers: the range, or, where that has too many of them, the parts of it with events.
    fn buckets_of(&self, range: &Range<i64>, width: i64) -> Result<Vec<Range<i64>>, RequestError> {
        let fits = |ranges: &[Range<i64>]| {
            let lengths = ranges.iter().map(|range| range.end.saturating_sub(range.start) / width);
            lengths.fold(0, i64::saturating_add) <= MAX_BUCKETS as i64
        };
        if fits(std::slice::from_ref(range)) {
            return Ok(vec![range.clone()]);
        }
        // Said before millions of pieces are cut. Buckets that are compared have their places in the whole spans.
        let parts = self.with_events(range);
        let sparse = self.request.compare.is_none() && fits(&parts);
        if sparse { Ok(parts) } else { Err(RequestError::TooManyBuckets { most: MAX_BUCKETS }) }
    }

    /// A dimension that leaves out what filters on parts of time leave out.
    fn time_filter(&self, range: &Range<i64>) -> Result<Option<Dimension>, RequestError> {
        let fields = self.request.filters.time_fields();
        if fields.is_empty() {
            return Ok(None);
        }
        let (zone, filters) = (self.zone, &self.request.filters);
        // Outside of this there is no event, or none that passes; what lies outside of all pieces is left out.
        let ranges: Vec<Range<i64>> =
            self.with_events(range).iter().map(|range| filters.narrowed(range)).collect();
        // Cut as finely as the finest of them; a piece lies in one bucket of each.
        let unit_ms = fields.iter().filter_map(|field| field.width_ms()).fold(HOUR_MS, i64::min);
        let pieces = zone.pieces(&ranges, unit_ms)?;
        let mut buckets = Vec::with_capacity(fields.len());
        for field in fields {
            let bucket = match field.width_ms() {
                None => Bucket::None,
                Some(width) if width == unit_ms => Bucket::Own,
                Some(width) => Bucket::Around(zone.pieces(&ranges, width)?),
            };
            buckets.push((field, bucket));
        }
        let dimension = pieces.dimension(1, |piece| {
            let hour = (piece.unit * unit_ms).div_euclid(HOUR_MS);
            let day = hour.div_euclid(24);
            let passes = buckets.iter().all(|(field, bucket)| {
                let value = match (field, bucket) {
                    (_, Bucket::Own) => piece.began,
                    (_, Bucket::Around(wider)) => wider.around(piece).began,
                    (Field::Weekday, Bucket::None) => i64::from(weekday(day)),
                    (Field::HourOfDay, Bucket::None) => hour.rem_euclid(24),
                    _ => zone.first_of_day(first_day(*field, day)),
                };
                filters.admits_time(*field, value)
            });
            if passes { 0 } else { SKIP }
        });
        Ok(Some(dimension))
    }
}

/// The day with which the week or month of a day begins (days since 1970).
fn first_day(field: Field, day: i64) -> i64 {
    match field {
        // 1970-01-01 was a Thursday, three days after a Monday.
        Field::Week => day - (day + 3).rem_euclid(7),
        Field::Month => day - (civil(day).2 - 1),
        _ => day,
    }
}
