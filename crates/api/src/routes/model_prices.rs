//! The price table of the contract.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::PriceTable;
use pricing::{BundledPrices, ModelNames, table, validated};
use store::{AuditAction, AuditEntry};

use crate::audit::Actor;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::{invalid_json, read_limited};
use crate::figures::Validator;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::prices::{ModelCalls, ModelPrice, PriceMap, PriceUsageSummary};

/// Largest price table, bytes: all entries of a catalogue with their raw texts.
const MAX_TABLE_BYTES: usize = 32 << 20;
/// How long a caller may take to send one.
const PATIENCE: Duration = Duration::from_secs(60);
/// Models of one table.
pub(super) const MAX_MODELS: usize = 20_000;
/// Longest model name, bytes.
pub(super) const MAX_NAME_BYTES: usize = 512;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_model_prices, replace_model_prices, get_price_usage_summary)
}

/// The newest version of each stored price.
pub(super) fn price_map(table: &PriceTable) -> BTreeMap<String, ModelPrice> {
    table.current().map(|(model, price)| (model.clone(), ModelPrice::from(price))).collect()
}

/// A price that may be stored.
pub(super) fn checked(model: &str, price: ModelPrice) -> ApiResult<model::ModelPrice> {
    if model.trim().is_empty() || model.len() > MAX_NAME_BYTES {
        return Err(ApiError::bad_request(format!("a model name has 1 to {MAX_NAME_BYTES} bytes")));
    }
    validated(price.into()).map_err(|error| ApiError::bad_request(format!("{model}: {error}")))
}

/// The bundled price of a model, where bundled prices are in force.
pub(super) fn bundled(state: &AppState, model: &str) -> Option<&'static pricing::BundledModel> {
    state.prices().bundled().then(|| BundledPrices::get().find(model)).flatten()
}

/// The stored prices. What no one has stored is not in it; `GET /api/v1/prices` has the bundled prices too.
#[utoipa::path(get, path = "/v0/management/model-prices", tag = "prices",
    responses((status = 200, body = PriceMap), (status = 304, description = "as before"),
        (status = 401, body = ErrorBody)))]
async fn list_model_prices(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    let table = state.store().read(|reader| reader.price_table()).await?;
    let parts = ("model-prices", state.store().database_id(), table.generation);
    Ok(Validator::new(&headers, &parts).answer(Json(PriceMap { prices: price_map(&table) })))
}

/// Replaces the whole table of stored prices.
#[utoipa::path(put, path = "/v0/management/model-prices", tag = "prices", request_body = PriceMap,
    responses((status = 200, body = PriceMap), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn replace_model_prices(
    State(state): State<AppState>,
    Actor(by): Actor,
    body: Body,
) -> ApiResult<Json<PriceMap>> {
    #[derive(serde::Deserialize)]
    struct Table {
        prices: Option<BTreeMap<String, ModelPrice>>,
    }
    let bytes = read_limited(body, MAX_TABLE_BYTES, PATIENCE).await?;
    let table: Table = serde_json::from_slice(&bytes).map_err(|error| invalid_json(&error))?;
    let prices = table.prices.ok_or_else(|| {
        ApiError::new(http::StatusCode::BAD_REQUEST, "prices_required", "prices are required")
    })?;
    if prices.len() > MAX_MODELS {
        return Err(ApiError::bad_request(format!("at most {MAX_MODELS} models")));
    }
    let prices = prices
        .into_iter()
        .map(|(model, price)| Ok((model.clone(), checked(&model, price)?)))
        .collect::<ApiResult<Vec<_>>>()?;
    let now = state.now_ms();
    let edit = |table: &mut PriceTable| {
        table::replace_all(table, prices.clone(), now, |model| bundled(&state, model));
        Ok(price_map(table))
    };
    let entry = AuditEntry::new(by, AuditAction::PriceReplaceAll);
    let prices = state.prices().change(&state, entry, edit).await?;
    Ok(Json(PriceMap { prices }))
}

/// How often each model name occurs, over the newest events.
#[utoipa::path(get, path = "/v0/management/model-prices/usage-summary", tag = "prices",
    responses((status = 200, body = PriceUsageSummary), (status = 304, description = "as before"),
        (status = 401, body = ErrorBody)))]
async fn get_price_usage_summary(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    let limit = state.control().query_limit();
    let parts = ("usage-summary", state.store().database_id(), state.store().counts().generation, limit);
    let validator = Validator::new(&headers, &parts);
    if let Some(unchanged) = validator.unchanged() {
        return Ok(unchanged);
    }
    let (uses, sampled_events) = state.store().read(move |reader| reader.model_uses(limit)).await?;
    let mut counts: BTreeMap<String, [i64; 2]> = BTreeMap::new();
    for used in &uses {
        let names = ModelNames {
            model: &used.names.model,
            requested: &used.names.requested,
            resolved: &used.names.resolved,
        };
        let analytics = names.analytics();
        counts.entry(analytics.to_owned()).or_default()[0] += used.calls;
        if !names.resolved.is_empty() && names.resolved != analytics {
            counts.entry(names.resolved.to_owned()).or_default()[1] += used.calls;
        }
    }
    let mut models: Vec<ModelCalls> = counts
        .into_iter()
        .map(|(model, [requested_calls, resolved_calls])| ModelCalls {
            model,
            calls: requested_calls + resolved_calls,
            requested_calls,
            resolved_calls,
        })
        .collect();
    // Stable: names are in order already.
    models.sort_by_key(|model| std::cmp::Reverse(model.calls));
    let total_events = state.store().counts().events.max(sampled_events);
    Ok(validator.answer(Json(PriceUsageSummary {
        sampled_events,
        total_events,
        truncated: total_events > sampled_events,
        models,
    })))
}
