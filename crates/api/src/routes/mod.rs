//! All routes of the manager, and what happens to paths that are none of them.

mod aliases;
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
mod usage;
mod views;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use utoipa_axum::router::OpenApiRouter;

use crate::error::{ApiError, ApiResult};
use crate::state::AppState;

/// Every documented route.
pub(crate) fn documented() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(public::router())
        .merge(session::router())
        .merge(sessions::router())
        .merge(preferences::router())
        .merge(views::router())
        .merge(system::router())
        .merge(status::router())
        .merge(config::router())
        .merge(events::router())
        .merge(stream::router())
        .merge(usage::router())
        .merge(monitoring::router())
        .merge(query::router())
        .merge(findings::router())
        .merge(failures::router())
        .merge(import::router())
        .merge(model_prices::router())
        .merge(price_sync::router())
        .merge(prices::router())
        .merge(costs::router())
        .merge(aliases::router())
        .merge(reserved::router())
        .merge(gateway_facts::router())
        .merge(gateway::router())
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
