//! What one event cost, and why.

use axum::Json;
use axum::extract::{Path, State};
use pricing::{
    Band, BillableTokens, CostBasis, CostExplanation, CostPart, ModelNames, Origin, RateFrom, uses_breakdown,
};

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::costs::{CostLine, CostPrice, EventCost};

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; get_event_cost)
}

pub(super) fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Stored => "stored",
        Origin::BuiltIn => "built_in",
        Origin::Bundled => "bundled",
    }
}

fn part_name(part: CostPart) -> &'static str {
    match part {
        CostPart::UncachedInput => "uncached_input",
        CostPart::CachedInput => "cached_input",
        CostPart::CacheRead => "cache_read",
        CostPart::CacheCreation => "cache_creation",
        CostPart::Output => "output",
    }
}

fn rate_name(from: RateFrom) -> &'static str {
    match from {
        RateFrom::Base => "base",
        RateFrom::ContextTier => "context_tier",
        RateFrom::ServiceTier => "service_tier",
        RateFrom::BuiltIn => "built_in",
        RateFrom::CacheRate => "cache_rate",
        RateFrom::ShareOfPrompt => "share_of_prompt",
        RateFrom::NotSet => "not_set",
    }
}

/// What an event costs by the prices in force, line by line.
#[utoipa::path(get, path = "/api/v1/events/{id}/cost", tag = "prices",
    params(("id" = i64, Path, description = "row id")),
    responses((status = 200, body = EventCost), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_event_cost(State(state): State<AppState>, Path(id): Path<String>) -> ApiResult<Json<EventCost>> {
    let missing = || ApiError::not_found("there is no event with this id");
    let id: i64 = id.parse().map_err(|_| missing())?;
    let event = state.store().read(move |reader| reader.event(id)).await?.ok_or_else(missing)?.event;
    let basis = state.prices().basis();
    let tokens = BillableTokens::of(basis, &event);
    let names = ModelNames::of(&event);
    let price = state.prices().current().book.resolve(names, &event.service_tier);
    let explained = price.map(|price| price.explain(event.time.ms, &tokens));
    let from = if uses_breakdown(basis, &event) { CostBasis::Breakdown } else { CostBasis::Counters };
    let mut looked_for = vec![names.billing().to_owned()];
    for name in [names.analytics(), names.raw_requested()] {
        if !looked_for.iter().any(|other| other == name) {
            looked_for.push(name.to_owned());
        }
    }
    Ok(Json(EventCost {
        id,
        cost_basis: basis.as_str().to_owned(),
        tokens_from: from.as_str().to_owned(),
        input_tokens: tokens.total_input,
        service_tier: event.service_tier.trim().to_ascii_lowercase(),
        usd: explained.as_ref().map(|explained| explained.usd),
        lines: explained.as_ref().map(lines).unwrap_or_default(),
        price: explained.map(price_of),
        looked_for,
    }))
}

fn lines(explained: &CostExplanation) -> Vec<CostLine> {
    let line = |line: &pricing::CostLine| CostLine {
        part: part_name(line.part).to_owned(),
        tokens: line.tokens,
        usd_per_million: line.usd_per_million,
        rate_from: rate_name(line.rate_from).to_owned(),
        multiplier: line.multiplier,
        usd: line.usd,
    };
    explained.lines.iter().map(line).collect()
}

fn price_of(explained: CostExplanation) -> CostPrice {
    let (band, above_tokens) = match explained.band {
        Band::Base => ("base", None),
        Band::ContextTier { above_tokens } => ("context_tier", Some(above_tokens)),
        Band::LongContext { above_tokens } => ("long_context", Some(above_tokens)),
    };
    CostPrice {
        model: explained.price_model,
        behaviour_model: explained.behaviour_model,
        origin: origin_name(explained.origin).to_owned(),
        source: explained.source,
        source_model_id: explained.source_model_id,
        valid_from_ms: explained.valid_from_ms,
        valid_to_ms: explained.valid_to_ms,
        band: band.to_owned(),
        above_tokens,
        tier_rule: explained.tier_rule.map(|(mode, tier)| format!("{mode}/{tier}")),
    }
}
