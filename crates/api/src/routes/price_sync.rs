//! Synchronising stored prices with the published catalogues.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use http::StatusCode;
use model::PriceTable;
use pricing::catalogue::Source;
use pricing::sync::{Asked, Kept, SyncPlan, is_complete, plan};
use proxy::{ManagementClient, ManagementError};
use store::{AuditAction, AuditEntry, PriceSource};

use crate::routes::table::{Routes, routes};
use vault::SecretString;

use super::model_prices::{MAX_MODELS, bundled, price_map};
use crate::audit::Actor;
use crate::control::UpstreamUse;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::{MAX_JSON_BYTES, invalid_json, read_limited};
use crate::state::AppState;
use crate::types::prices::{
    ModelPrice, SyncAnswer, SyncCandidate, SyncCandidates, SyncKept, SyncRequest, SyncSourceResult,
};

/// How long the gateway may take to tell its proxy.
const PROXY_PATIENCE: Duration = Duration::from_secs(5);
const BODY_PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; sync_model_prices)
}

/// Looks prices up in models.dev, LiteLLM and OpenRouter and stores those that are certain.
///
/// Prices that a person typed or locked stay. Uses the gateway's proxy where it has one.
#[utoipa::path(post, path = "/v0/management/model-prices/sync", tag = "prices", request_body = Option<SyncRequest>,
    responses((status = 200, body = SyncAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 502, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn sync_model_prices(
    State(state): State<AppState>,
    Actor(by): Actor,
    body: Body,
) -> ApiResult<Json<SyncAnswer>> {
    let bytes = read_limited(body, MAX_JSON_BYTES, BODY_PATIENCE).await?;
    let request: SyncRequest = if bytes.trim_ascii().is_empty() {
        SyncRequest::default()
    } else {
        serde_json::from_slice(&bytes).map_err(|error| invalid_json(&error))?
    };
    let SyncRequest { models, overwrite_manual } = request;
    let mut seen = BTreeSet::new();
    let requested: Vec<String> = models
        .into_iter()
        .map(|model| model.trim().to_owned())
        .filter(|model| !model.is_empty() && seen.insert(model.clone()))
        .collect();
    if requested.len() > MAX_MODELS {
        return Err(ApiError::bad_request(format!("at most {MAX_MODELS} models")));
    }
    // Two at once would ask the same of the same.
    let _turn = state.prices().sync_turn().await;
    let proxy = gateway_proxy(&state).await;
    let entry = AuditEntry::new(by, AuditAction::PriceSync).fact("requested", requested.len());
    let asked = ask(&state, &requested, proxy.as_ref()).await;
    let asked = state.audit().failing(entry.clone(), asked)?;
    let before = state.prices().current();
    // Comparing many names with many ids takes a moment.
    let (plan, asked) = tokio::task::spawn_blocking(move || {
        (plan(&requested, &asked, &before.table, overwrite_manual), asked)
    })
    .await
    .map_err(ApiError::internal)?;
    let answered: Vec<_> = asked.iter().filter(|(_, outcome)| outcome.is_ok()).collect();
    let sources: Vec<&str> = answered.iter().map(|(source, _)| source.as_str()).collect();
    let entry = entry.fact("sources", sources.join(", "));
    let (plan, prices) = write(&state, plan, overwrite_manual, entry).await?;
    Ok(Json(answer(&plan, &asked, proxy.is_some(), prices)))
}

/// The proxy of the gateway; none when there is no gateway, or when it does not tell in time.
async fn gateway_proxy(state: &AppState) -> Option<SecretString> {
    let UpstreamUse { upstream, permit } = state.control().begin_upstream().await.ok()?;
    let client = ManagementClient::new(state.proxy().clone(), upstream.target.clone(), upstream.key.clone());
    match tokio::time::timeout(PROXY_PATIENCE, client.get_proxy_url()).await {
        Ok(Ok(proxy)) => {
            permit.accepted();
            // A gateway that is told to connect directly has no proxy.
            proxy.filter(|url| !["direct", "none"].contains(&url.expose().to_ascii_lowercase().as_str()))
        }
        Ok(Err(ManagementError::Refused(refusal))) => {
            state.control().key_refused(permit, refusal);
            None
        }
        Ok(Err(_)) | Err(_) => None,
    }
}

/// Asks the sources in order, until every requested name is matched.
async fn ask(state: &AppState, requested: &[String], proxy: Option<&SecretString>) -> ApiResult<Vec<Asked>> {
    let failed = |detail: String| {
        ApiError::new(StatusCode::BAD_GATEWAY, "model_price_sync_failed", detail).with_hint(
            "check that the server reaches the catalogues, through the gateway's proxy-url if it has one",
        )
    };
    let session = state
        .catalogues()
        .session(proxy.map(|url| url.expose().as_str()))
        .map_err(|error| failed(error.to_string()))?;
    let mut asked: Vec<Asked> = Vec::new();
    for source in Source::ALL {
        let outcome = session.ask(source).await.map_err(|error| error.to_string());
        let asked_at_ms = state.now_ms();
        state
            .store()
            .record_price_source(PriceSource {
                source: source.as_str().to_owned(),
                asked_at_ms,
                error: outcome.as_ref().err().cloned(),
                good_at_ms: outcome.is_ok().then_some(asked_at_ms),
                good_models: outcome.as_ref().ok().map(|catalogue| catalogue.entries.len() as i64),
            })
            .await?;
        asked.push((source, outcome));
        if is_complete(requested, &asked) {
            break;
        }
    }
    if asked.iter().all(|(_, outcome)| outcome.is_err()) {
        let reasons: Vec<String> = asked
            .iter()
            .filter_map(|(source, outcome)| Some(format!("{}: {}", source.as_str(), outcome.as_ref().err()?)))
            .collect();
        return Err(failed(format!("no price catalogue answered ({})", reasons.join("; "))));
    }
    Ok(asked)
}

/// Stores what the plan matched, unless it was typed or locked meanwhile; what became of it, and the whole table afterwards.
async fn write(
    state: &AppState,
    plan: SyncPlan,
    overwrite_manual: bool,
    entry: AuditEntry,
) -> ApiResult<(SyncPlan, BTreeMap<String, ModelPrice>)> {
    if plan.matched.is_empty() {
        state.audit().record(entry.fact("changed", 0));
        let table = state.store().read(|reader| reader.price_table()).await?;
        return Ok((plan, price_map(&table)));
    }
    let now = state.now_ms();
    let edit = |table: &mut PriceTable| {
        // It may run again: from the plan as it was.
        let mut plan = plan.clone();
        plan.write(table, now, overwrite_manual, |model| bundled(state, model));
        Ok((plan, price_map(table)))
    };
    state.prices().change(state, entry, edit).await
}

fn answer(
    plan: &SyncPlan,
    asked: &[Asked],
    proxy_used: bool,
    prices: BTreeMap<String, ModelPrice>,
) -> SyncAnswer {
    let sources: Vec<String> = asked
        .iter()
        .filter(|(_, outcome)| outcome.is_ok())
        .map(|(source, _)| source.as_str().to_owned())
        .collect();
    let source_results: Vec<SyncSourceResult> = asked
        .iter()
        .map(|(source, outcome)| {
            let catalogue = outcome.as_ref().ok();
            SyncSourceResult {
                source: source.as_str().to_owned(),
                models: catalogue.map_or(0, |catalogue| catalogue.entries.len()),
                skipped: catalogue.map_or(0, |catalogue| catalogue.skipped),
                error: outcome.as_ref().err().cloned(),
            }
        })
        .collect();
    let written = |(model, stored): (&String, &model::ModelPrice)| {
        (model.clone(), prices.get(model).cloned().unwrap_or_else(|| ModelPrice::from(stored)))
    };
    SyncAnswer {
        source: if sources.len() == 1 { sources[0].clone() } else { "multi".to_owned() },
        imported: plan.matched.len(),
        skipped: source_results.iter().map(|result| result.skipped).sum(),
        matched: plan.matched.iter().map(written).collect(),
        candidates: plan
            .candidates
            .iter()
            .map(|(model, proposals)| SyncCandidates {
                model: model.clone(),
                candidates: proposals
                    .iter()
                    .map(|proposal| SyncCandidate {
                        source_model_id: proposal.source_model_id.clone(),
                        score: proposal.score,
                        reason: proposal.reason.to_owned(),
                        price: ModelPrice::from(&proposal.price),
                    })
                    .collect(),
            })
            .collect(),
        unmatched: plan.unmatched.clone(),
        preserved: plan.preserved.clone(),
        kept: plan
            .kept
            .iter()
            .map(|(model, kept)| SyncKept {
                model: model.clone(),
                reason: match kept {
                    Kept::Manual => "manual".to_owned(),
                    Kept::Locked => "locked".to_owned(),
                },
            })
            .collect(),
        proxy_used,
        sources,
        source_results,
        prices,
    }
}
