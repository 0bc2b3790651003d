//! All routes of the manager, and what happens to paths that are none of them.

mod aliases;
mod audit;
mod config;
mod costs;
mod events;
mod failures;
mod findings;
mod gateway;
mod gateway_facts;
mod import;
mod model_prices;
mod monitoring;
mod preferences;
mod price_sync;
mod prices;
mod public;
mod query;
pub mod reserved;
mod session;
mod sessions;
mod status;
mod stream;
mod system;
pub(crate) mod table;
mod usage;
mod views;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::error::{ApiError, ApiResult};
use crate::state::AppState;

use self::table::Routes;

/// Adds every route of the manager.
pub(crate) fn add_all<R: Routes>(routes: R) -> R {
    let routes = public::add(routes);
    let routes = session::add(routes);
    let routes = sessions::add(routes);
    let routes = preferences::add(routes);
    let routes = views::add(routes);
    let routes = system::add(routes);
    let routes = status::add(routes);
    let routes = config::add(routes);
    let routes = events::add(routes);
    let routes = stream::add(routes);
    let routes = usage::add(routes);
    let routes = monitoring::add(routes);
    let routes = query::add(routes);
    let routes = findings::add(routes);
    let routes = failures::add(routes);
    let routes = import::add(routes);
    let routes = model_prices::add(routes);
    let routes = price_sync::add(routes);
    let routes = prices::add(routes);
    let routes = costs::add(routes);
    let routes = aliases::add(routes);
    let routes = audit::add(routes);
    let routes = reserved::add(routes);
    let routes = gateway_facts::add(routes);
    gateway::add(routes)
}

/// A path that no route matches: the gateway's, a reserved head, or nothing.
pub(crate) async fn fallback(state: axum::extract::State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    if reserved::is_owned(path) {
        return ApiError::feature_not_available().into_response();
    }
    if path.starts_with("/v0/management/") {
        return gateway::management(state, request).await;
    }
    if path == "/v0/resource/plugins" || path.starts_with("/v0/resource/plugins/") {
        return gateway::plugin_page(state, request).await;
    }
    not_found()
}

/// A path of ours with a method that it does not have.
pub(crate) async fn wrong_method() -> ApiError {
    ApiError::method_not_allowed()
}

fn not_found() -> Response {
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::NOT_FOUND, plain, "404 page not found\n").into_response()
}

/// A page size: `default` when absent, an error outside 1 to `most`.
fn limit(asked: Option<usize>, default: usize, most: usize) -> ApiResult<usize> {
    let limit = asked.unwrap_or(default);
    if (1..=most).contains(&limit) {
        Ok(limit)
    } else {
        Err(ApiError::invalid_parameter("limit", format!("must be between 1 and {most}")))
    }
}
