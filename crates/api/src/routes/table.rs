//! The list of routes, read twice: to serve them, and to describe them in the OpenAPI document.
//!
//! The two are apart because a description is a megabyte of code that a running manager has no use for: it serves the
//! committed document.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::Path;
use utoipa::openapi::{Components, HttpMethod, Paths};

use crate::state::AppState;

/// Takes routes one after the other.
pub(crate) trait Routes: Sized {
    /// One handler; `D` is what `#[utoipa::path]` says about it.
    fn add<D, H, T>(self, handler: H) -> Self
    where
        D: Path + Tags<'static> + SchemaReferences,
        H: Handler<T, AppState>,
        T: 'static;
}

/// Adds handlers that carry `#[utoipa::path]` to [`Routes`], by name.
macro_rules! routes {
    ($routes:expr; $($handler:ident),+ $(,)?) => {{
        let routes = $routes;
        $(
            let routes = pastey::paste! {
                $crate::routes::table::Routes::add::<[<__path_ $handler>], _, _>(routes, $handler)
            };
        )+
        routes
    }};
}
pub(super) use routes;

/// Routes that answer.
pub(crate) struct Served(pub(crate) Router<AppState>);

impl Routes for Served {
    fn add<D, H, T>(self, handler: H) -> Self
    where
        D: Path + Tags<'static> + SchemaReferences,
        H: Handler<T, AppState>,
        T: 'static,
    {
        let methods = D::methods()
            .iter()
            .fold(MethodRouter::new(), |methods, method| methods.on(filter(method), handler.clone()));
        Self(self.0.route(&D::path(), methods))
    }
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
    }
}

/// Routes as the document tells them.
#[derive(Default)]
pub(crate) struct Described {
    pub(crate) paths: Paths,
    pub(crate) components: Components,
}

impl Routes for Described {
    fn add<D, H, T>(mut self, _: H) -> Self
    where
        D: Path + Tags<'static> + SchemaReferences,
        H: Handler<T, AppState>,
        T: 'static,
    {
        let mut operation = D::operation();
        let tags = D::tags();
        if !tags.is_empty() {
            operation.tags.get_or_insert_default().extend(tags.into_iter().map(str::to_owned));
        }
        self.paths.add_path_operation(D::path(), D::methods(), operation);
        let mut schemas = Vec::new();
        D::schemas(&mut schemas);
        self.components.schemas.extend(schemas);
        self
    }
}
