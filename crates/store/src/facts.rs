//! The few header facts that the column index needs, read out of packed metadata without building the metadata.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::codec::Unpack;
use crate::error::Damaged;

/// What an answer's headers say that repeats from event to event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct HeaderFacts {
    /// The provider's plan name.
    pub quota_plan: String,
    /// `auth`, `identity` or `rate_limit`.
    pub error_kind: String,
    /// The provider's error code.
    pub error_code: String,
}

/// Where the four facts stand in the metadata; [`model::HeaderSummary::from_metadata`] reads the same places.
const PLACES: [[&str; 2]; 4] =
    [["quota", "plan_type"], ["errors", "kind"], ["errors", "code"], ["trace", "primary_trace_id"]];

/// Different combinations of facts that are kept at hand; beyond that the table starts anew.
const KEPT: usize = 4096;

/// One value of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hole {
    Int,
    Uint,
    Float,
    /// An integer that later holes may refer to.
    Time,
    /// A text that later holes may refer to.
    Text,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Constant(String),
    /// The n-th text or time.
    Seen(usize),
}

/// A template, as far as the facts are concerned.
#[derive(Debug)]
pub(crate) struct TemplateFacts {
    holes: Vec<Hole>,
    sources: [Source; 4],
    /// The three facts that repeat, if none of them is filled in per event.
    constant: Option<Arc<HeaderFacts>>,
}

impl TemplateFacts {
    pub(crate) fn of(template: &Value) -> Result<Self, Damaged> {
        let mut compiler = Compiler {
            holes: Vec::new(),
            seen: 0,
            sources: std::array::from_fn(|_| Source::Constant(String::new())),
        };
        let Value::Object(_) = template else { return Err(Damaged) };
        compiler.walk(template, &mut Vec::new(), true)?;
        let Compiler { mut holes, sources, .. } = compiler;
        // What comes after the last text that is wanted need not be read.
        let wanted = sources.iter().filter_map(|source| match source {
            Source::Seen(at) => Some(*at),
            Source::Constant(_) => None,
        });
        let last = wanted.max();
        let referable = |hole: &Hole| matches!(hole, Hole::Time | Hole::Text);
        let end = last.and_then(|at| (0..holes.len()).filter(|i| referable(&holes[*i])).nth(at));
        holes.truncate(end.map_or(0, |end| end + 1));
        let constant = match &sources {
            [Source::Constant(plan), Source::Constant(kind), Source::Constant(code), _] => {
                Some(Arc::new(HeaderFacts {
                    quota_plan: plan.clone(),
                    error_kind: kind.clone(),
                    error_code: code.clone(),
                }))
            }
            _ => None,
        };
        Ok(Self { holes, sources, constant })
    }

    /// The facts of one event; the trace id goes into `trace_id`.
    pub(crate) fn read(
        &self,
        values: &[u8],
        trace_id: &mut String,
        known: &mut KnownFacts,
    ) -> Result<Arc<HeaderFacts>, Damaged> {
        trace_id.clear();
        let mut found: [Option<String>; 4] = [None, None, None, None];
        let (mut unpack, mut seen) = (Unpack(values), 0);
        for hole in &self.holes {
            match hole {
                Hole::Int => drop(unpack.int()?),
                Hole::Uint => drop(unpack.uint()?),
                Hole::Float => drop(crate::metadata::float(&mut unpack)?),
                Hole::Time => {
                    unpack.int()?;
                    seen += 1;
                }
                Hole::Text => {
                    let mut wanted =
                        (0..4).filter(|fact| self.sources[*fact] == Source::Seen(seen)).peekable();
                    if wanted.peek().is_none() {
                        unpack.skip_text()?;
                    } else if self.constant.is_some() {
                        unpack.text_into(trace_id)?;
                    } else {
                        let text = unpack.text()?;
                        wanted.for_each(|fact| found[fact] = Some(text.clone()));
                    }
                    seen += 1;
                }
            }
        }
        if let Some(constant) = &self.constant {
            if let Source::Constant(text) = &self.sources[3] {
                trace_id.push_str(text);
            }
            return Ok(Arc::clone(constant));
        }
        let [plan, kind, code, trace] = std::array::from_fn(|fact| match &self.sources[fact] {
            Source::Constant(text) => text.clone(),
            Source::Seen(_) => found[fact].take().unwrap_or_default(),
        });
        trace_id.push_str(&trace);
        Ok(known.shared(HeaderFacts { quota_plan: plan, error_kind: kind, error_code: code }))
    }
}

struct Compiler {
    holes: Vec<Hole>,
    seen: usize,
    sources: [Source; 4],
}

impl Compiler {
    /// `path` holds at most as many names as tell whether this is one of the places.
    fn walk<'v>(&mut self, value: &'v Value, path: &mut Vec<&'v str>, in_path: bool) -> Result<(), Damaged> {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    path.push(key);
                    self.walk(value, path, in_path)?;
                    path.pop();
                }
            }
            Value::Array(values) => self.hole(values, path, in_path)?,
            Value::String(text) => self.put(path, in_path, Source::Constant(text.clone())),
            _ => {}
        }
        Ok(())
    }

    fn hole<'v>(
        &mut self,
        values: &'v [Value],
        path: &mut Vec<&'v str>,
        in_path: bool,
    ) -> Result<(), Damaged> {
        let (kind, rest) = values.split_first().ok_or(Damaged)?;
        match kind.as_str().ok_or(Damaged)? {
            "a" => {
                for value in rest {
                    self.walk(value, path, false)?;
                }
            }
            "i" => self.holes.push(Hole::Int),
            "u" => self.holes.push(Hole::Uint),
            "f" => self.holes.push(Hole::Float),
            "t" => {
                self.holes.push(Hole::Time);
                self.seen += 1;
            }
            "s" => {
                self.put(path, in_path, Source::Seen(self.seen));
                self.holes.push(Hole::Text);
                self.seen += 1;
            }
            "=" => {
                let at = rest.first().and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
                let at = at.filter(|at| *at < self.seen).ok_or(Damaged)?;
                // A number is no fact; texts alone are.
                let referred =
                    self.holes.iter().filter(|hole| matches!(hole, Hole::Time | Hole::Text)).nth(at);
                if referred == Some(&Hole::Text) {
                    self.put(path, in_path, Source::Seen(at));
                }
            }
            _ => return Err(Damaged),
        }
        Ok(())
    }

    fn put(&mut self, path: &[&str], in_path: bool, source: Source) {
        if in_path && let Some(fact) = PLACES.iter().position(|place| place == path) {
            self.sources[fact] = source;
        }
    }
}

/// Combinations of facts that were met, each once.
#[derive(Debug, Default)]
pub(crate) struct KnownFacts(HashMap<HeaderFacts, Arc<HeaderFacts>>);

impl KnownFacts {
    pub(crate) fn shared(&mut self, facts: HeaderFacts) -> Arc<HeaderFacts> {
        if let Some(known) = self.0.get(&facts) {
            return Arc::clone(known);
        }
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        let shared = Arc::new(facts.clone());
        self.0.insert(facts, Arc::clone(&shared));
        shared
    }
}

#[cfg(test)]
mod tests {
    use model::{HeaderSummary, ResponseMetadata};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::metadata;

    /// The facts, read the narrow way and by unpacking everything.
    fn both_ways(metadata: &ResponseMetadata, time_ms: i64) -> [(HeaderFacts, String); 2] {
        let packed = metadata::pack(metadata, time_ms);
        let template: Value = serde_json::from_str(&packed.template).expect("templates are JSON");
        let mut trace_id = "left over".to_owned();
        let facts = TemplateFacts::of(&template)
            .expect("compiles")
            .read(&packed.values, &mut trace_id, &mut KnownFacts::default())
            .expect("reads");
        let whole = metadata::unpack(&template, &packed.values, time_ms).expect("unpacks");
        let summary = HeaderSummary::from_metadata(&whole);
        let expected = HeaderFacts {
            quota_plan: summary.quota_plan_type,
            error_kind: summary.error_kind,
            error_code: summary.error_code,
        };
        [((*facts).clone(), trace_id), (expected, summary.trace_id)]
    }

    #[test]
    fn facts_are_found_wherever_they_stand() {
        let long = "x".repeat(200);
        let time = 1_795_425_517_291_i64;
        for value in [
            json!({"quota": {"plan_type": "plus", "reset": time + 5, "used": 4.25, "n": 7},
                "trace": {"ray": "abc", "primary_trace_id": "abc"}, "errors": {"kind": "auth", "code": long}}),
            json!({"trace": {"primary_trace_id": "one", "request_id": "two"}}),
            json!({"trace": {"request_id": "two", "primary_trace_id": time}, "etag": time, "errors": {"code": 7}}),
            json!({"quota": {"a": [{"plan_type": "inner"}], "plan_type": ["list"]}, "plan_type": "outer"}),
            json!({"quota": {"plan_type": {"deep": "er"}}, "errors": {"kind": null, "code": true}}),
            json!({"quota.plan_type": "dotted"}),
        ] {
            let metadata: ResponseMetadata = serde_json::from_value(value).expect("an object");
            let [narrow, whole] = both_ways(&metadata, time);
            assert_eq!(narrow, whole, "{metadata:?}");
        }
    }

    #[test]
    fn damage_is_an_error() {
        for template in [json!({"a": ["=", 0]}), json!({"a": []}), json!({"a": ["?"]}), json!(1)] {
            assert!(TemplateFacts::of(&template).is_err(), "{template}");
        }
        let template = TemplateFacts::of(&json!({"trace": {"primary_trace_id": ["s"]}})).expect("compiles");
        assert!(template.read(&[200], &mut String::new(), &mut KnownFacts::default()).is_err());
    }

    proptest! {
        #[test]
        fn any_metadata_gives_the_same_facts(
            quota in metadata::tests::any_json(), errors in metadata::tests::any_json(),
            trace in metadata::tests::any_json(), plan in metadata::tests::any_json(),
            code in metadata::tests::any_json(), id in metadata::tests::any_json(), time_ms: i64,
        ) {
            let nested = json!({"x": quota, "quota": {"q": errors, "plan_type": plan}, "y_id": trace,
                "errors": {"code": code, "kind": id.clone()}, "trace": {"cf_ray": id, "primary_trace_id": plan}});
            let metadata: ResponseMetadata = serde_json::from_value(nested).expect("an object");
            let [narrow, whole] = both_ways(&metadata, time_ms);
            prop_assert_eq!(narrow, whole);
        }
    }
}
