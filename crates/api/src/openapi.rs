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

    #[test]
    fn no_schema_is_free_form() {
        fn walk(at: &str, schema: &Value) {
            match schema {
                Value::Object(members) => {
                    let is_schema = members.contains_key("type") || members.contains_key("properties");
                    let described = ["properties", "$ref", "oneOf", "allOf", "additionalProperties"]
                        .iter()
                        .any(|member| members.contains_key(*member));
                    let object = members.get("type").is_some_and(|kind| kind == "object");
                    // `NoPrices` is an object without members, and says so.
                    let empty = at.ends_with("/NoPrices");
                    assert!(!(is_schema && object && !described) || empty, "{at} is free-form");
                    members.iter().for_each(|(name, value)| walk(&format!("{at}/{name}"), value));
                }
                Value::Array(items) => items.iter().for_each(|item| walk(at, item)),
                _ => {}
            }
        }
        walk("", &parsed()["components"]["schemas"]);
    }
}
