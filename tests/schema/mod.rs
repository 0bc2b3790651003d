//! Whether an answer is what `contract/openapi.json` says: the part of JSON Schema that the document uses.

use serde_json::Value;

const DOCUMENT: &str = include_str!("../../contract/openapi.json");

/// What JSON Schema words the document uses; a word that is not among them would be passed over.
const WORDS: [&str; 19] = [
    "$ref",
    "type",
    "enum",
    "oneOf",
    "allOf",
    "required",
    "properties",
    "additionalProperties",
    "propertyNames",
    "items",
    "minimum",
    "maxItems",
    // These say nothing about what is allowed, or are not used in answers.
    "description",
    "format",
    "example",
    "default",
    "title",
    "deprecated",
    "examples",
];

/// The document.
pub struct Contract(Value);

impl Contract {
    pub fn new() -> Self {
        Self(serde_json::from_str(DOCUMENT).expect("JSON"))
    }

    /// What is wrong with an answer; `None` if the document does not know the route: the gateway answers it.
    pub fn problems(&self, method: &str, path: &str, status: u16, body: &Value) -> Option<Vec<String>> {
        let path = path.split('?').next().unwrap_or_default();
        // Named in the document, and relayed with whatever the gateway says.
        if path.starts_with("/models") || path.starts_with("/v1/models") {
            return None;
        }
        let paths = self.0["paths"].as_object().expect("paths");
        let fits = |template: &str| {
            let (own, other): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
            own.len() == other.len()
                && own.iter().zip(&other).all(|(own, other)| own == other || own.starts_with('{'))
        };
        let route = paths
            .get(path)
            .or_else(|| paths.iter().find(|(template, _)| fits(template)).map(|entry| entry.1));
        let operation = route?.get(method.to_lowercase())?;
        let response = &operation["responses"][status.to_string()];
        if response.is_null() {
            return Some(vec![format!("status {status} is not documented")]);
        }
        let mut problems = Vec::new();
        match &response["content"]["application/json"]["schema"] {
            // Nothing, or another kind of body.
            Value::Null => {}
            schema => self.check(schema, body, "body", &mut problems),
        }
        Some(problems)
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let Some(words) = schema.as_object() else { return };
        if let Some(word) = words.keys().find(|word| !WORDS.contains(&word.as_str())) {
            problems.push(format!("{at}: this test does not know the word {word}"));
        }
        if let Some(target) = schema["$ref"].as_str() {
            let pointer = target.strip_prefix('#').expect("a reference within the document");
            self.check(self.0.pointer(pointer).expect("it is there"), value, at, problems);
        }
        if !self.is_of_type(schema, value) {
            problems.push(format!("{at}: {value} is no {}", schema["type"]));
            return;
        }
        if let Some(known) = schema["enum"].as_array()
            && !known.contains(value)
        {
            problems.push(format!("{at}: {value} is none of {}", schema["enum"]));
        }
        if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
            && number < least
        {
            problems.push(format!("{at}: {value} is below {least}"));
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(part, value, at, problems);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let wrong = |choice: &Value| {
                let mut problems = Vec::new();
                self.check(choice, value, at, &mut problems);
                problems
            };
            let wrong: Vec<Vec<String>> = choices.iter().map(wrong).collect();
            let fitting = wrong.iter().filter(|problems| problems.is_empty()).count();
            if fitting != 1 {
                problems.push(format!("{at}: {fitting} of {} choices fit: {wrong:?}", choices.len()));
            }
        }
        if let Some(items) = value.as_array() {
            for (place, item) in items.iter().enumerate() {
                self.check(&schema["items"], item, &format!("{at}[{place}]"), problems);
            }
            if schema["maxItems"].as_u64().is_some_and(|most| items.len() as u64 > most) {
                problems.push(format!("{at}: {} items", items.len()));
            }
        }
        self.check_members(schema, value, at, problems);
    }

    fn check_members(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let Some(members) = value.as_object() else { return };
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                problems.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, member) in members {
            let at = format!("{at}.{name}");
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                (Some(own), _) => self.check(own, member, &at, problems),
                (None, Some(Value::Bool(false))) => problems.push(format!("{at} is not documented")),
                (None, Some(other)) => self.check(other, member, &at, problems),
                (None, None) => {}
            }
            self.check(&schema["propertyNames"], &Value::String(name.clone()), &at, problems);
        }
    }

    fn is_of_type(&self, schema: &Value, value: &Value) -> bool {
        let is = |name: &str| match name {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => false,
        };
        match &schema["type"] {
            Value::Null => true,
            Value::String(name) => is(name),
            names => names.as_array().is_some_and(|names| names.iter().filter_map(Value::as_str).any(is)),
        }
    }
}
