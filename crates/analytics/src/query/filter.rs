//! A query's filters as conditions on codes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use columns::{CodeSet, Dictionaries, Filter, Flags, NumberRange, Table};

use super::fields::{Field, Source, Wanted};
use super::request::{CacheUse, MAX_TEXT_BYTES, MAX_VALUES, QueryFilters};
use crate::error::RequestError;
use crate::filter::Lookups;
use crate::lenient::cleaned;
use crate::search::{any_of, profiles_where};

impl QueryFilters {
    /// Checks sizes and bounds.
    ///
    /// # Errors
    /// The first problem.
    pub fn check(&self) -> Result<(), RequestError> {
        let sides = [("include", &self.include), ("exclude", &self.exclude)];
        for (side, (field, values)) in sides.iter().flat_map(|(side, map)| map.iter().map(move |e| (side, e)))
        {
            if values.len() > MAX_VALUES {
                let name = format!("filters.{side}.{}", name_of(*field));
                return Err(RequestError::TooMany { name, most: MAX_VALUES });
            }
        }
        for (name, list) in [("request_ids", &self.request_ids), ("trace_ids", &self.trace_ids)] {
            if list.len() > MAX_VALUES {
                return Err(RequestError::TooMany { name: format!("filters.{name}"), most: MAX_VALUES });
            }
        }
        if self.ranges.len() > MAX_VALUES {
            return Err(RequestError::TooMany { name: "filters.ranges".to_owned(), most: MAX_VALUES });
        }
        if self.text.len() > MAX_TEXT_BYTES {
            return Err(RequestError::TooLarge { name: "length of filters.text", most: MAX_TEXT_BYTES });
        }
        Ok(())
    }

    /// The phrase that is looked for: trimmed, lower case (ASCII); empty = none.
    pub fn phrase(&self) -> String {
        self.text.trim().to_ascii_lowercase()
    }

    /// Conditions on codes, for everything but parts of time.
    pub(crate) fn compile(&self, d: &Dictionaries, lookups: &Lookups) -> Filter {
        let sides = Sides::new(&self.include, &self.exclude);
        let (mut set, mut clear) = (0, 0);
        match self.cache {
            Some(CacheUse::Hit) => set |= Flags::CACHE_ANY,
            Some(CacheUse::Miss) => clear |= Flags::CACHE_ANY,
            Some(CacheUse::Read) => set |= Flags::CACHE_READ,
            Some(CacheUse::Creation) => set |= Flags::CACHE_CREATION,
            None => {}
        }
        match self.priced {
            Some(true) => set |= Flags::PRICED,
            Some(false) => clear |= Flags::PRICED,
            None => {}
        }
        let by_status = sides.of(|source| matches!(source, Source::Failed));
        if !by_status.is_empty() {
            let admits = |status: &str| by_status.iter().all(|side| side.admits(side.wanted.folded(status)));
            if !admits("ok") {
                set |= Flags::FAILED;
            }
            if !admits("failed") {
                clear |= Flags::FAILED;
            }
        }
        let numbers = self.ranges.iter().map(|range| NumberRange {
            quantity: range.of.quantity(),
            min: range.min.unwrap_or(i64::MIN),
            max: range.max.unwrap_or(i64::MAX),
        });
        let phrase = self.phrase();
        let sorted = |list: &[String]| {
            let mut list = cleaned(list);
            list.sort_unstable();
            (!list.is_empty()).then(|| Arc::new(list))
        };
        Filter {
            profiles: sides.profiles(d),
            outcomes: sides.outcomes(d),
            routes: sides.routes(d),
            clients: sides.clients(d),
            flags_set: set,
            flags_clear: clear,
            numbers: numbers.collect(),
            trace_ids: sorted(&self.trace_ids),
            request_ids: sorted(&self.request_ids),
            any: (!phrase.is_empty()).then(|| Arc::new(any_of(&phrase, d, lookups))),
        }
    }

    /// Whether a part of time passes; `value` is its number or its start.
    pub(crate) fn admits_time(&self, field: Field, value: i64) -> bool {
        let listed = |map: &BTreeMap<Field, Vec<String>>| {
            let values = map.get(&field).filter(|values| !values.is_empty())?;
            Some(values.iter().any(|text| text.trim().parse() == Ok(value)))
        };
        listed(&self.include).unwrap_or(true) && !listed(&self.exclude).unwrap_or(false)
    }

    /// The part of a range in which included buckets within a day lie, from the first listed one to the last.
    pub(crate) fn narrowed(&self, range: &Range<i64>) -> Range<i64> {
        let mut narrowed = range.clone();
        for (field, values) in self.include.iter().filter(|(_, values)| !values.is_empty()) {
            let Some(width) = field.width_ms() else { continue };
            let starts = || values.iter().filter_map(|text| text.trim().parse::<i64>().ok());
            // None of the values is a time: nothing passes.
            let (first, last) = (starts().min().unwrap_or(i64::MAX), starts().max().unwrap_or(i64::MIN));
            // A bucket is never longer than its width, in any zone; one more on each side costs little.
            narrowed.start = narrowed.start.max(first.saturating_sub(width));
            narrowed.end = narrowed.end.min(last.saturating_add(2 * width));
        }
        let start = narrowed.start.min(range.end);
        start..narrowed.end.max(start)
    }

    /// Parts of time that narrow.
    pub(crate) fn time_fields(&self) -> Vec<Field> {
        let mut fields: Vec<Field> = self
            .include
            .iter()
            .chain(&self.exclude)
            .filter(|(field, values)| field.is_time() && !values.is_empty())
            .map(|(field, _)| *field)
            .collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

pub(crate) fn name_of(field: Field) -> String {
    // A unit variant is a string in JSON.
    serde_json::to_value(field).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// One list of one field.
struct Side {
    field: Field,
    wanted: Wanted,
    excludes: bool,
}

impl Side {
    fn admits(&self, has: bool) -> bool {
        has != self.excludes
    }
}

struct Sides(Vec<Side>);

impl Sides {
    fn new(include: &BTreeMap<Field, Vec<String>>, exclude: &BTreeMap<Field, Vec<String>>) -> Self {
        let side = |excludes: bool| {
            move |(field, values): (&Field, &Vec<String>)| Side {
                field: *field,
                wanted: Wanted::new(&values_of(*field, values)),
                excludes,
            }
        };
        let some = |(_, values): &(&Field, &Vec<String>)| !values.is_empty();
        let include = include.iter().filter(some).map(side(false));
        Self(include.chain(exclude.iter().filter(some).map(side(true))).collect())
    }

    fn of(&self, test: impl Fn(&Source) -> bool) -> Vec<&Side> {
        self.0.iter().filter(|side| test(&side.field.source())).collect()
    }

    fn profiles(&self, d: &Dictionaries) -> Option<Arc<CodeSet>> {
        let credential = self.of(|source| matches!(source, Source::Credential(_)));
        let model = self.of(|source| matches!(source, Source::Model(_)));
        let key = self.of(|source| matches!(source, Source::Key(_)));
        let tier = self.of(|source| matches!(source, Source::Tier(_)));
        let all =
            |sides: &[&Side], has: &dyn Fn(&Side) -> bool| sides.iter().all(|side| side.admits(has(side)));
        [&credential, &model, &key, &tier].iter().any(|sides| !sides.is_empty()).then(|| {
            profiles_where(
                d,
                |c| all(&credential, &|side| side.field.credential_has(c, &side.wanted)),
                |m| all(&model, &|side| side.field.model_has(m, &side.wanted)),
                |k| all(&key, &|side| side.field.key_has(k, &side.wanted)),
                |t| all(&tier, &|side| side.field.tier_has(t, &side.wanted)),
            )
        })
    }

    fn outcomes(&self, d: &Dictionaries) -> Option<Arc<CodeSet>> {
        let sides = self.of(|source| matches!(source, Source::Outcome(_)));
        (!sides.is_empty()).then(|| {
            Arc::new(crate::filter::outcomes(d, |outcome| {
                sides.iter().all(|side| match side.field.source() {
                    Source::Outcome(text) => side.admits(side.wanted.has(&text(outcome))),
                    _ => true,
                })
            }))
        })
    }

    fn routes(&self, d: &Dictionaries) -> Option<Arc<CodeSet>> {
        let sides = self.of(|source| matches!(source, Source::Route(_)));
        (!sides.is_empty()).then(|| {
            table_set(&d.routes, |route| {
                sides.iter().all(|side| {
                    let texts = [&route.endpoint, &route.path];
                    side.admits(texts.iter().any(|text| side.wanted.has(crate::dictionary::or_dash(text))))
                })
            })
        })
    }

    fn clients(&self, d: &Dictionaries) -> Option<Arc<CodeSet>> {
        let sides = self.of(|source| matches!(source, Source::Client(_)));
        (!sides.is_empty()).then(|| {
            table_set(&d.clients, |client| {
                sides.iter().all(|side| match side.field.source() {
                    Source::Client(text) => side.admits(side.wanted.has(text(client))),
                    _ => true,
                })
            })
        })
    }
}

/// Models are compared without their reasoning suffix, key hashes in lower case.
fn values_of(field: Field, values: &[String]) -> Vec<String> {
    let value = |value: &String| match field {
        Field::Model => model::strip_reasoning_suffix(value.trim()).to_owned(),
        Field::ApiKey => value.to_ascii_lowercase(),
        _ => value.clone(),
    };
    values.iter().map(value).collect()
}

fn table_set<T>(table: &Table<T>, test: impl Fn(&T) -> bool) -> Arc<CodeSet> {
    Arc::new(table.iter().filter(|(_, value)| test(value)).map(|(id, _)| id).collect())
}
