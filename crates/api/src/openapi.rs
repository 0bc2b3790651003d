//! The OpenAPI document: generated from the handlers by `cargo xtask openapi`, committed, and served as committed.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, SecurityRequirement};

use crate::routes::table::Described;

/// The document of every route of the manager.
pub fn document() -> OpenApi {
    let Described { paths, mut components } = crate::routes::add_all(Described::default());
    components.add_security_scheme(
        "admin_key",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("the CPAMP admin key"))
                .build(),
        ),
    );
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            "cpamp_session",
            "opened by POST /api/v1/session; changing requests also need the header X-CPAMP-Request",
        ))),
    );
    let info = InfoBuilder::new()
        .title("CPA Manager Plus")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The manager's own routes. Every other path below /v0/management/ is forwarded to the gateway.",
        ))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .build();
    let no_scopes: [&str; 0] = [];
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components))
        .security(Some([
            SecurityRequirement::new("admin_key", no_scopes),
            SecurityRequirement::new("session", no_scopes),
        ]))
        .build()
}

/// The document as it is committed and served.
pub const COMMITTED: &str = include_str!("../../../contract/openapi.json");

/// The document as it is to be committed.
///
/// # Errors
///
/// When it cannot be written as JSON; then a handler's description is wrong.
pub fn generated() -> serde_json::Result<String> {
    Ok(format!("{}\n", document().to_pretty_json()?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    fn parsed() -> Value {
        serde_json::from_str(COMMITTED).expect("valid JSON")
    }

    #[test]
    fn the_committed_document_is_what_the_handlers_say() {
        assert_eq!(generated().expect("a document"), COMMITTED, "run `cargo xtask openapi`");
    }

    #[test]
    fn operations_have_names_of_their_own_and_public_ones_are_the_public_list() {
        let document = parsed();
        let mut names = HashSet::new();
        let mut public = HashSet::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let name = operation["operationId"].as_str().expect("an operation id");
                assert!(names.insert(name.to_owned()), "{name} is used twice");
                if operation["security"] == serde_json::json!([{}]) {
                    public.insert((method.to_uppercase(), path.clone()));
                }
            }
        }
        let listed = crate::auth::access::PUBLIC.iter().filter(|(_, path)| !path.ends_with("**"));
        let listed: HashSet<_> =
            listed.map(|(method, path)| (method.to_string(), (*path).to_owned())).collect();
        assert_eq!(public, listed);
    }

    /// Complains about every part of a schema that takes anything.
    fn free_form(at: &str, schema: &Value, found: &mut Vec<String>) {
        const SAYS_SOMETHING: [&str; 7] = ["type", "$ref", "oneOf", "allOf", "anyOf", "enum", "const"];
        const DESCRIBES_AN_OBJECT: [&str; 5] =
            ["properties", "$ref", "oneOf", "allOf", "additionalProperties"];
        let Some(members) = schema.as_object() else {
            // `true` takes anything; `false` takes nothing.
            found.extend((schema != &Value::Bool(false)).then(|| at.to_owned()));
            return;
        };
        let has = |names: &[&str]| names.iter().any(|name| members.contains_key(*name));
        let is = |kind: &str| match &members.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
            Some(one) => *one == kind,
            None => false,
        };
        // `NoPrices` is an object without members, and says so.
        let empty = is("object") && !has(&DESCRIBES_AN_OBJECT) && !at.ends_with("/NoPrices");
        if !has(&SAYS_SOMETHING) || empty || (is("array") && !has(&["items"])) {
            found.push(at.to_owned());
        }
        for (name, value) in members {
            match (name.as_str(), value) {
                ("properties", Value::Object(parts)) => {
                    parts.iter().for_each(|(part, value)| free_form(&format!("{at}/{part}"), value, found));
                }
                ("oneOf" | "allOf" | "anyOf", Value::Array(parts)) => {
                    parts.iter().for_each(|part| free_form(&format!("{at}/{name}"), part, found));
                }
                ("items" | "additionalProperties", _) => free_form(&format!("{at}/{name}"), value, found),
                _ => {}
            }
        }
    }

    /// Finds the schemas of a document, wherever they stand.
    fn walk(at: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let at = format!("{at}/{name}");
                    match (name.as_str(), value) {
                        ("schema", _) => free_form(&at, value, found),
                        ("schemas", Value::Object(named)) => {
                            named.iter().for_each(|(name, it)| free_form(&format!("{at}/{name}"), it, found));
                        }
                        ("example" | "examples", _) => {}
                        _ => walk(&at, value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(at, item, found)),
            _ => {}
        }
    }

    #[test]
    fn no_schema_is_free_form() {
        let mut found = Vec::new();
        walk("", &parsed(), &mut found);
        assert!(found.is_empty(), "free-form: {found:#?}");
    }

    #[test]
    fn free_form_schemas_are_found() {
        let document = serde_json::json!({
            "paths": {"/x": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {}}}}}}}},
            "components": {"schemas": {
                "A": {"type": ["object", "null"]},
                "B": {"type": "array"},
                "C": {"type": "object", "properties": {"open": {"description": "anything"}}},
                "D": {"type": "object", "additionalProperties": true},
                "E": {"type": "object", "additionalProperties": false, "properties": {"n": {"type": "integer"}}},
            }},
        });
        let mut found = Vec::new();
        walk("", &document, &mut found);
        found.sort();
        let last: Vec<_> = found.iter().filter_map(|at| at.rsplit('/').next()).collect();
        assert_eq!(last, ["A", "B", "open", "additionalProperties", "schema"], "{found:#?}");
    }
}
