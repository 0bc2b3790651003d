//! The OpenAPI document, generated from the handlers.

use std::sync::LazyLock;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, SecurityRequirement,
};

/// The document of every route of the manager.
pub fn document() -> OpenApi {
    let (_, routes) = crate::routes::documented().split_for_parts();
    let mut components = routes.components.unwrap_or_else(Components::new);
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
        .paths(routes.paths)
        .components(Some(components))
        .security(Some([
            SecurityRequirement::new("admin_key", no_scopes),
            SecurityRequirement::new("session", no_scopes),
        ]))
        .build()
}

/// The document as it is committed and served.
pub fn document_json() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut text = document().to_pretty_json().unwrap_or_default();
        text.push('\n');
        text
    });
    &TEXT
}
