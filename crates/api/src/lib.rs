//! The HTTP face: routes, authentication, sessions, limits, live stream, OpenAPI, panel serving.
//!
//! [`router`] needs an [`AppState`]; [`serve`] runs it on a listener. What the face needs from the rest of the product
//! is the trait [`control::Control`].

mod audit;
pub mod auth;
pub mod control;
mod error;
mod extract;
pub mod figures;
mod imports;
mod layers;
mod live;
pub mod openapi;
mod page;
mod price_changes;
mod prices;
mod progress;
mod routes;
mod serve;
mod state;
pub mod types;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::routes::table::Served;

pub use audit::{AuditLog, Pending};
pub use error::{ApiError, ApiResult, ErrorBody};
pub use imports::{ImportError, ImportLimits, ImportSessions, Importer, import_entry, start_entry};
pub use live::Live;
pub use page::{PANEL_EMBEDDED, PageServer};
pub use prices::{CostTotals, Prices, PricesInForce};
pub use routes::reserved::OWNED_HEADS;
pub use serve::serve;
pub use state::{AppState, Parts};

/// Every route behind the gate, with the headers that every answer carries.
pub fn router(state: AppState) -> Router {
    let Served(routes) = routes::add_all(Served(Router::new()));
    routes
        .fallback(routes::fallback)
        .method_not_allowed_fallback(routes::wrong_method)
        .layer(from_fn_with_state(state.clone(), auth::gate))
        .layer(from_fn_with_state(state.clone(), layers::outermost))
        .with_state(state)
}
