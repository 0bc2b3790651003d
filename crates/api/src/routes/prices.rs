//! Prices with origin, lock and versions, and what a change of one would do.

use std::collections::BTreeMap;
use std::sync::Arc;

use analytics::model_uses::{ModelUse, ModelUses};
use axum::Json;
use axum::extract::{Path, State};
use http::HeaderMap;
use model::PriceTable;
use pricing::table::Removal;
use pricing::{BundledPrices, ModelNames, Origin, table};
use serde::Deserialize;
use store::{AuditAction, AuditChange, AuditEntry};
use utoipa::IntoParams;

use crate::routes::table::{Routes, routes};

use super::costs::origin_name;
use super::model_prices::{bundled, checked};
use crate::audit::Actor;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::{JsonBody, Parameters};
use crate::figures::Question;
use crate::prices::{CostTotal, CostTotals as _};
use crate::state::AppState;
use crate::types::costs::{
    BundledInfo, CostSum, PriceEdit, PriceItem, PriceList, PriceLock, PricePreview, PricePreviewRequest,
    PriceSourceState, PriceVersion, PriceVersions, UnpricedModel, UnpricedModels,
};
use crate::types::prices::ModelPrice;

/// Events that are looked at for the models in use while the index does not hold them all.
const SAMPLED_EVENTS: usize = 50_000;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_prices, put_price, delete_price, delete_price_version, lock_price, apply_price_to_all_history, put_price_versions, preview_price, list_unpriced_models)
}

/// Parameters of `GET /api/v1/prices`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PriceParameters {
    /// `stored`: what is stored. `used` (the default): also the bundled and built-in prices that events
    /// were priced by. `all`: also every other bundled price.
    scope: Option<String>,
}

/// Parameters of `DELETE /api/v1/prices/{model}/versions/{valid_from_ms}`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct VersionParameters {
    /// When the version was changed last, Unix milliseconds: `price.updatedAtMs` of the list of prices, 0 where it has none.
    /// When another version begins at that time by now, nothing is removed.
    updated_at_ms: i64,
}

fn versions(versions: &[model::PriceVersion]) -> Vec<PriceVersion> {
    let plain = |price: &model::ModelPrice| ModelPrice { raw_json: String::new(), ..ModelPrice::from(price) };
    let from = |index: usize| versions.get(index).map(|version| version.valid_from_ms);
    versions
        .iter()
        .enumerate()
        .map(|(index, version)| PriceVersion {
            valid_from_ms: if index == 0 { None } else { from(index) },
            valid_to_ms: from(index + 1),
            price: plain(&version.price),
        })
        .collect()
}

fn stored_item(table: &PriceTable, model: &str) -> Option<PriceItem> {
    let stored = table.prices.get(model)?;
    Some(PriceItem {
        model: model.to_owned(),
        origin: origin_name(Origin::Stored).to_owned(),
        locked: table.locked.contains(model),
        manual: stored.last().is_some_and(|version| table::is_manual(&version.price)),
        versions: versions(stored),
    })
}

fn found(item: Option<PriceItem>) -> ApiResult<Json<PriceItem>> {
    item.map(Json).ok_or_else(|| ApiError::not_found("there is no stored price for this model"))
}

/// Prices by model, with origin, lock and versions.
#[utoipa::path(get, path = "/api/v1/prices", tag = "prices", params(PriceParameters),
    responses((status = 200, body = PriceList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn list_prices(
    State(state): State<AppState>,
    Parameters(PriceParameters { scope }): Parameters<PriceParameters>,
) -> ApiResult<Json<PriceList>> {
    let scope = scope.as_deref().unwrap_or("used");
    if !["stored", "used", "all"].contains(&scope) {
        return Err(ApiError::invalid_parameter("scope", "must be stored, used or all"));
    }
    let prices = state.prices();
    let current = prices.current();
    let table = &current.table;
    let mut items: BTreeMap<String, PriceItem> = BTreeMap::new();
    if scope == "all" && prices.bundled() {
        for model in BundledPrices::get().models() {
            items.insert(model.id.clone(), listed(&model.id, Origin::Bundled, &model.versions));
        }
    }
    if scope != "stored" {
        let uses = ModelsInUse::read(&state).await?;
        for used in &uses.items {
            let names = names(&used.names);
            let Some((origin, versions)) = current.book.versions(names) else { continue };
            if origin != Origin::Stored {
                let model = names.billing().to_owned();
                items.insert(model.clone(), listed(&model, origin, &versions));
            }
        }
    }
    for model in table.prices.keys() {
        items.extend(stored_item(table, model).map(|item| (model.clone(), item)));
    }
    let sources = state.store().read(|reader| reader.price_sources()).await?;
    let sources = sources
        .into_iter()
        .map(|source| PriceSourceState {
            source: source.source,
            asked_at_ms: source.asked_at_ms,
            error: source.error,
            good_at_ms: source.good_at_ms,
            good_models: source.good_models,
        })
        .collect();
    let list = BundledPrices::get();
    Ok(Json(PriceList {
        generation: table.generation,
        versioned: table.versioned,
        cost_basis: prices.basis().as_str().to_owned(),
        bundled: BundledInfo {
            enabled: prices.bundled(),
            package: list.package.clone(),
            version: list.version.clone(),
            licence: list.licence.clone(),
            date: list.date.clone(),
            models: list.models().len(),
        },
        sources,
        items: items.into_values().collect(),
    }))
}

fn listed(model: &str, origin: Origin, list: &[model::PriceVersion]) -> PriceItem {
    PriceItem {
        model: model.to_owned(),
        origin: origin_name(origin).to_owned(),
        locked: false,
        manual: false,
        versions: versions(list),
    }
}

/// The combinations of model names that occur.
struct ModelsInUse {
    items: Vec<store::ModelUse>,
    /// Events that were looked at.
    events: i64,
    /// Whether those are all of them.
    all: bool,
}

impl ModelsInUse {
    /// From the columns; while those are being built, from the newest events of the database.
    async fn read(state: &AppState) -> ApiResult<Self> {
        let question = Question::new(state, &HeaderMap::new(), &"models-in-use").await;
        if question.snapshot().partial.is_none() {
            let uses = ModelUses::new(question.snapshot().dictionaries.clone());
            let asked = question.ask(uses.plan().clone()).await?;
            if asked.partial.is_none() {
                let items: Vec<_> = uses.answer(&asked.answer).into_iter().map(stored).collect();
                return Ok(Self { events: items.iter().map(|used| used.calls).sum(), items, all: true });
            }
        }
        let (items, events) = state.store().read(|reader| reader.model_uses(SAMPLED_EVENTS)).await?;
        Ok(Self { items, events, all: state.store().counts().events <= events })
    }
}

fn stored(used: ModelUse<'_>) -> store::ModelUse {
    let names = store::StoredModelNames {
        model: used.names.model.clone(),
        requested: used.names.requested_model.clone(),
        resolved: used.names.resolved_model.clone(),
    };
    store::ModelUse { names, calls: used.calls, last_ms: used.last_ms }
}

fn names(stored: &store::StoredModelNames) -> ModelNames<'_> {
    ModelNames { model: &stored.model, requested: &stored.requested, resolved: &stored.resolved }
}

/// A price that a client sent; without a source of its own it was typed.
fn edited(model: &str, price: ModelPrice) -> ApiResult<model::ModelPrice> {
    let mut price = checked(model, price)?;
    if !price.is_set() {
        return Err(ApiError::new(
            http::StatusCode::BAD_REQUEST,
            "price_empty",
            format!("{model}: no rate is set"),
        )
        .with_hint("set a rate, or for a free model the flag of one that is 0"));
    }
    if price.source.is_empty() {
        price.source = table::MANUAL.to_owned();
    }
    Ok(price)
}

/// Stores a model's price. With versions it holds from now on, else for all of history.
#[utoipa::path(put, path = "/api/v1/prices/{model}", tag = "prices", request_body = PriceEdit,
    params(("model" = String, Path, description = "model name, percent-encoded")),
    responses((status = 200, body = PriceItem), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn put_price(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(model): Path<String>,
    JsonBody(edit): JsonBody<PriceEdit>,
) -> ApiResult<Json<PriceItem>> {
    let price = edited(&model, edit.price)?;
    let now = state.now_ms();
    let entry = AuditEntry::new(by, AuditAction::PriceSave).about(&model);
    let change = |table: &mut PriceTable| {
        table::put(table, &model, price.clone(), now, bundled(&state, &model));
        if edit.all_history {
            table::apply_to_all_history(table, &model);
        }
        Ok(stored_item(table, &model))
    };
    found(state.prices().change(&state, entry, change).await?)
}

/// Deletes a model's stored price with all its versions.
#[utoipa::path(delete, path = "/api/v1/prices/{model}", tag = "prices",
    params(("model" = String, Path, description = "model name, percent-encoded")),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn delete_price(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(model): Path<String>,
) -> ApiResult<http::StatusCode> {
    let entry = AuditEntry::new(by, AuditAction::PriceRemove).about(&model);
    let change = |table: &mut PriceTable| match table::delete(table, &model) {
        true => Ok(http::StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("there is no stored price for this model")),
    };
    state.prices().change(&state, entry, change).await
}

/// Removes one version of a model's stored price. The version before it holds until the next one then; without one before,
/// the next one holds for all of the past. With its only version the price goes, and its lock.
///
/// Costs are computed anew in the background, as after every change of prices.
#[utoipa::path(delete, path = "/api/v1/prices/{model}/versions/{valid_from_ms}", tag = "prices",
    params(("model" = String, Path, description = "model name, percent-encoded"),
        ("valid_from_ms" = i64, Path, description = "when the version begins, Unix milliseconds; 0 for the first one"),
        VersionParameters),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn delete_price_version(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path((model, valid_from_ms)): Path<(String, String)>,
    Parameters(VersionParameters { updated_at_ms }): Parameters<VersionParameters>,
) -> ApiResult<http::StatusCode> {
    let missing = || ApiError::not_found("there is no such version of a stored price for this model");
    let from: i64 = valid_from_ms.parse().map_err(|_| missing())?;
    let now = state.now_ms();
    let entry = AuditEntry::new(by, AuditAction::PriceRemoveVersion).about(&model);
    // The first version has no beginning.
    let begin = (from > 0).then(|| AuditChange::new("removed_from_ms", Some(from.to_string()), None));
    let entry = entry.with_all(begin);
    let change = |table: &mut PriceTable| match table::delete_version(table, &model, from, updated_at_ms, now)
    {
        Removal::Removed => Ok(http::StatusCode::NO_CONTENT),
        Removal::Missing => Err(missing()),
        Removal::Changed => Err(ApiError::new(
            http::StatusCode::CONFLICT,
            "price_version_changed",
            "another version begins at this time by now, or it was changed",
        )
        .with_hint("read the list of prices again and choose the version anew")),
    };
    state.prices().change(&state, entry, change).await
}

/// Protects a model's stored price from synchronisations, or no longer.
#[utoipa::path(put, path = "/api/v1/prices/{model}/lock", tag = "prices", request_body = PriceLock,
    params(("model" = String, Path, description = "model name, percent-encoded")),
    responses((status = 200, body = PriceItem), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn lock_price(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(model): Path<String>,
    JsonBody(PriceLock { locked }): JsonBody<PriceLock>,
) -> ApiResult<Json<PriceItem>> {
    let entry = AuditEntry::new(by, AuditAction::PriceLock).about(&model);
    let change = |table: &mut PriceTable| {
        table::lock(table, &model, locked);
        found(stored_item(table, &model))
    };
    state.prices().change(&state, entry, change).await
}

/// Makes a model's newest price hold for all of history; its other versions go.
#[utoipa::path(post, path = "/api/v1/prices/{model}/apply-to-all-history", tag = "prices",
    params(("model" = String, Path, description = "model name, percent-encoded")),
    responses((status = 200, body = PriceItem), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn apply_price_to_all_history(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(model): Path<String>,
) -> ApiResult<Json<PriceItem>> {
    let entry = AuditEntry::new(by, AuditAction::PriceAllHistory).about(&model);
    let change = |table: &mut PriceTable| {
        table::apply_to_all_history(table, &model);
        found(stored_item(table, &model))
    };
    state.prices().change(&state, entry, change).await
}

/// Says whether an edited price begins a new version or applies to all of history.
#[utoipa::path(put, path = "/api/v1/price-versions", tag = "prices", request_body = PriceVersions,
    responses((status = 200, body = PriceVersions), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn put_price_versions(
    State(state): State<AppState>,
    Actor(by): Actor,
    JsonBody(wanted): JsonBody<PriceVersions>,
) -> ApiResult<Json<PriceVersions>> {
    let entry = AuditEntry::new(by, AuditAction::PriceVersions);
    let change = |table: &mut PriceTable| {
        table.versioned = wanted.versioned;
        Ok(())
    };
    state.prices().change(&state, entry, change).await?;
    Ok(Json(wanted))
}

/// What a change of a price would do to the total of a range.
#[utoipa::path(post, path = "/api/v1/prices/preview", tag = "prices", request_body = PricePreviewRequest,
    responses((status = 200, body = PricePreview), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn preview_price(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<PricePreviewRequest>,
) -> ApiResult<Json<PricePreview>> {
    let PricePreviewRequest { model, price, all_history, from_ms, to_ms } = request;
    if from_ms >= to_ms {
        return Err(ApiError::invalid_parameter("from_ms", "must be less than to_ms"));
    }
    let prices = state.prices();
    let current = prices.current();
    let mut table = current.table.clone();
    match price {
        Some(price) => {
            let price = edited(&model, price)?;
            table::put(&mut table, &model, price, state.now_ms(), bundled(&state, &model));
            if all_history {
                table::apply_to_all_history(&mut table, &model);
            }
        }
        None => {
            table::delete(&mut table, &model);
        }
    }
    let books = vec![Arc::clone(&current.book), Arc::new(prices.book(&table))];
    let totals = state.store().totals(books, prices.basis(), from_ms, to_ms).await?;
    let Ok([before, after]) = <[CostTotal; 2]>::try_from(totals) else {
        return Err(ApiError::internal("one total for each book"));
    };
    let sum = |total: CostTotal| CostSum {
        usd: total.usd,
        calls: total.calls,
        unpriced_calls: total.unpriced_calls,
        unpriced_models: total.unpriced_models,
    };
    let difference_usd = after.usd - before.usd;
    Ok(Json(PricePreview { before: sum(before), after: sum(after), difference_usd }))
}

/// Models that were used and have no price.
#[utoipa::path(get, path = "/api/v1/prices/unpriced", tag = "prices",
    responses((status = 200, body = UnpricedModels), (status = 401, body = ErrorBody)))]
async fn list_unpriced_models(State(state): State<AppState>) -> ApiResult<Json<UnpricedModels>> {
    let uses = ModelsInUse::read(&state).await?;
    let book = Arc::clone(&state.prices().current().book);
    let mut unpriced: BTreeMap<(String, String), UnpricedModel> = BTreeMap::new();
    for used in &uses.items {
        let names = names(&used.names);
        if book.resolve(names, "").is_some() {
            continue;
        }
        let (model, requested_model) = (names.billing().to_owned(), names.analytics().to_owned());
        let item = unpriced.entry((model.clone(), requested_model.clone())).or_insert(UnpricedModel {
            model,
            requested_model,
            calls: 0,
            last_ms: i64::MIN,
        });
        item.calls += used.calls;
        item.last_ms = item.last_ms.max(used.last_ms);
    }
    let mut items: Vec<UnpricedModel> = unpriced.into_values().collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.calls));
    Ok(Json(UnpricedModels {
        unpriced_calls: items.iter().map(|item| item.calls).sum(),
        items,
        sampled_events: uses.events,
        truncated: !uses.all,
    }))
}
