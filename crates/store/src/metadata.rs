//! Response metadata as a template (shape and constant values, stored once) and the values of one event.
//!
//! A template is JSON in which an array stands for a value to be filled in: `["i"]` a signed integer, `["t"]` an integer
//! near the event's time, `["u"]` a large unsigned integer, `["f"]` a float, `["s"]` a text, `["=",n]` the n-th filled text
//! or time again. A real array is `["a", …]`.

use model::ResponseMetadata;
use serde_json::{Map, Number, Value};

use crate::codec::{Unpack, put_int, put_text, put_uint};
use crate::error::Damaged;

/// Deeper values are stored as null; what the normaliser keeps has four levels.
pub(crate) const MAX_DEPTH: usize = 100;

/// Integers at most this far from the event's time are stored as a difference to it, milliseconds (400 days).
const NEAR_MS: u64 = 400 * 86_400_000;

/// Longer texts are never part of a template.
const MAX_CONSTANT_BYTES: usize = 96;

/// A text under a key with one of these in its name differs from event to event.
const VARYING_KEYS: [&str; 9] =
    ["_id", "trace", "ray", "etag", "timing", "request", "disposition", "served_by", "via"];

/// The template and the packed values.
pub(crate) struct Packed {
    pub(crate) template: String,
    pub(crate) values: Vec<u8>,
}

/// Splits metadata; the event's time makes resets short.
pub(crate) fn pack(metadata: &ResponseMetadata, time_ms: i64) -> Packed {
    let mut packer =
        Packer { template: String::with_capacity(256), values: Vec::new(), seen: Vec::new(), time_ms };
    packer.object(&metadata.0, 1);
    Packed { template: packer.template, values: packer.values }
}

/// Puts the values back into a parsed template.
pub(crate) fn unpack(template: &Value, values: &[u8], time_ms: i64) -> Result<ResponseMetadata, Damaged> {
    let mut filler = Filler { values: Unpack(values), seen: Vec::new(), time_ms };
    match filler.fill(template)? {
        Value::Object(map) => Ok(ResponseMetadata(map)),
        _ => Err(Damaged),
    }
}

#[derive(PartialEq)]
enum Seen<'a> {
    Time(i64),
    Text(&'a str),
}

struct Packer<'a> {
    template: String,
    values: Vec<u8>,
    seen: Vec<Seen<'a>>,
    time_ms: i64,
}

fn push_json_text(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
        return;
    }
    // Writing a text to a string cannot fail; the fallback keeps the template valid anyway.
    out.push_str(serde_json::to_string(text).as_deref().unwrap_or("\"\""));
}

impl<'a> Packer<'a> {
    fn object(&mut self, map: &'a Map<String, Value>, depth: usize) {
        self.template.push('{');
        for (i, (key, value)) in map.iter().enumerate() {
            if i > 0 {
                self.template.push(',');
            }
            push_json_text(&mut self.template, key);
            self.template.push(':');
            self.value(Some(key), value, depth + 1);
        }
        self.template.push('}');
    }

    fn value(&mut self, key: Option<&str>, value: &'a Value, depth: usize) {
        match value {
            Value::Bool(true) => self.template.push_str("true"),
            Value::Bool(false) => self.template.push_str("false"),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.text(key, text),
            Value::Array(values) if depth <= MAX_DEPTH => {
                self.template.push_str("[\"a\"");
                for value in values {
                    self.template.push(',');
                    self.value(None, value, depth + 1);
                }
                self.template.push(']');
            }
            Value::Object(map) if depth <= MAX_DEPTH => self.object(map, depth),
            Value::Null | Value::Array(_) | Value::Object(_) => self.template.push_str("null"),
        }
    }

    fn number(&mut self, number: &Number) {
        if let Some(value) = number.as_i64() {
            if value > 100_000_000_000 && value.abs_diff(self.time_ms) <= NEAR_MS {
                if !self.again(&Seen::Time(value)) {
                    self.template.push_str("[\"t\"]");
                    put_int(&mut self.values, value - self.time_ms);
                    self.seen.push(Seen::Time(value));
                }
            } else {
                self.template.push_str("[\"i\"]");
                put_int(&mut self.values, value);
            }
        } else if let Some(value) = number.as_u64() {
            self.template.push_str("[\"u\"]");
            put_uint(&mut self.values, value);
        } else {
            self.template.push_str("[\"f\"]");
            put_float(&mut self.values, number.as_f64().unwrap_or_default());
        }
    }

    fn text(&mut self, key: Option<&str>, text: &'a str) {
        let varies = text.len() > MAX_CONSTANT_BYTES
            || key.is_none_or(|key| VARYING_KEYS.iter().any(|part| key.contains(part)));
        if !varies {
            push_json_text(&mut self.template, text);
        } else if !self.again(&Seen::Text(text)) {
            self.template.push_str("[\"s\"]");
            put_text(&mut self.values, text);
            self.seen.push(Seen::Text(text));
        }
    }

    fn again(&mut self, value: &Seen<'_>) -> bool {
        let found = self.seen.iter().position(|seen| seen == value);
        if let Some(at) = found {
            self.template.push_str(&format!("[\"=\",{at}]"));
        }
        found.is_some()
    }
}

/// A float with at most three decimals as a scaled integer, any other as its eight bytes.
fn put_float(out: &mut Vec<u8>, value: f64) {
    let scaled = (value * 1000.0).round();
    if scaled.abs() < 9e15 && (scaled / 1000.0).to_bits() == value.to_bits() {
        put_int(out, (scaled as i64) << 1);
    } else {
        put_int(out, 1);
        out.extend_from_slice(&value.to_le_bytes());
    }
}

pub(crate) fn float(unpack: &mut Unpack<'_>) -> Result<f64, Damaged> {
    let tag = unpack.int()?;
    if tag & 1 == 0 {
        return Ok((tag >> 1) as f64 / 1000.0);
    }
    let bytes = unpack.bytes(8)?.try_into().map_err(|_| Damaged)?;
    Ok(f64::from_le_bytes(bytes))
}

struct Filler<'a> {
    values: Unpack<'a>,
    seen: Vec<Value>,
    time_ms: i64,
}

impl Filler<'_> {
    fn fill(&mut self, template: &Value) -> Result<Value, Damaged> {
        Ok(match template {
            Value::Object(map) => {
                let mut filled = Map::with_capacity(map.len());
                for (key, value) in map {
                    filled.insert(key.clone(), self.fill(value)?);
                }
                Value::Object(filled)
            }
            Value::Array(values) => return self.hole(values),
            constant => constant.clone(),
        })
    }

    fn hole(&mut self, values: &[Value]) -> Result<Value, Damaged> {
        let (kind, rest) = values.split_first().ok_or(Damaged)?;
        Ok(match kind.as_str().ok_or(Damaged)? {
            "a" => Value::Array(rest.iter().map(|value| self.fill(value)).collect::<Result<_, _>>()?),
            "i" => self.values.int()?.into(),
            "u" => self.values.uint()?.into(),
            "f" => Number::from_f64(float(&mut self.values)?).ok_or(Damaged)?.into(),
            "t" => {
                let value = Value::from(self.values.int()?.wrapping_add(self.time_ms));
                self.seen.push(value.clone());
                value
            }
            "s" => {
                let value = Value::from(self.values.text()?);
                self.seen.push(value.clone());
                value
            }
            "=" => {
                let at = rest.first().and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| self.seen.get(at)).ok_or(Damaged)?.clone()
            }
            _ => return Err(Damaged),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn metadata(value: Value) -> ResponseMetadata {
        serde_json::from_value(value).expect("an object")
    }

    fn round_trip(metadata: &ResponseMetadata, time_ms: i64) -> ResponseMetadata {
        let packed = pack(metadata, time_ms);
        let template = serde_json::from_str(&packed.template).expect("templates are JSON");
        unpack(&template, &packed.values, time_ms).expect("unpacks")
    }

    fn quota(time_ms: i64, ray: &str) -> ResponseMetadata {
        metadata(json!({
            "quota": {"plan_type": "plus", "primary": {"used_percent": 42.5, "reset_at_ms": time_ms + 5_400_000,
                "reset_after_seconds": 5400, "window_minutes": 300}, "recover_at_ms": time_ms + 5_400_000},
            "trace": {"primary_trace_id": ray, "cf_ray": ray},
            "response": {"content_type": "text/event-stream", "content_length": 104},
        }))
    }

    #[test]
    fn events_of_one_kind_share_a_template() {
        let (a, b) = (
            quota(1_795_425_517_291, "9a3e5d2c1b4f6a78-HKG"),
            quota(1_795_425_999_000, "9a3e5d2c1b4f6aff-FRA"),
        );
        let (first, second) = (pack(&a, 1_795_425_517_291), pack(&b, 1_795_425_999_000));
        assert_eq!(first.template, second.template);
        assert!(first.values.len() <= 32, "{}", first.values.len());
        assert_eq!(round_trip(&a, 1_795_425_517_291), a);
        let keys = |value: &ResponseMetadata| serde_json::to_string(value).expect("serialises");
        assert_eq!(keys(&round_trip(&b, 7)), keys(&b), "the order of keys is kept");
    }

    #[test]
    fn depth_is_bounded() {
        let mut value = json!("x");
        for _ in 0..(2 * MAX_DEPTH) {
            value = json!([value]);
        }
        let back = round_trip(&metadata(json!({"deep": value})), 0);
        assert!(back.0["deep"].is_array());
    }

    #[test]
    fn damage_is_an_error() {
        for template in
            [json!({"a": ["s"]}), json!({"a": ["=", 3]}), json!({"a": []}), json!({"a": ["?"]}), json!(1)]
        {
            assert!(unpack(&template, &[], 0).is_err(), "{template}");
        }
    }

    pub(crate) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (1_795_000_000_000_i64..1_796_000_000_000).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (-100_000_i32..100_000).prop_map(|n| Value::from(f64::from(n) / 100.0)),
            any::<String>().prop_map(Value::from),
            "[a-z =]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((prop_oneof!["[a-z_]{0,8}", Just("cf_ray".to_owned())], inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_metadata_survives(value in prop::collection::vec(("[a-z_]{0,8}", any_json()), 0..6), time_ms: i64) {
            let metadata = ResponseMetadata(value.into_iter().collect());
            prop_assert_eq!(round_trip(&metadata, time_ms), metadata);
        }
    }
}
