//! Names of client keys.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use store::{AliasOutcome, ApiKeyAlias, AuditAction, AuditEntry};

use crate::audit::Actor;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::JsonBody;
use crate::figures::Validator;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::prices::{Done, KeyAlias, KeyAliasList, KeyAliasUpdate};

/// Longest name, characters.
const MAX_ALIAS_CHARS: usize = 120;
/// Names of one request.
const MAX_ITEMS: usize = 10_000;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_api_key_aliases, put_api_key_aliases, delete_api_key_alias)
}

fn hash(text: &str) -> ApiResult<String> {
    let hash = text.trim().to_ascii_lowercase();
    let valid = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then_some(hash).ok_or_else(|| ApiError::bad_request("apiKeyHash must have 64 hexadecimal digits"))
}

async fn list(state: &AppState) -> ApiResult<Json<KeyAliasList>> {
    let items = state.store().read(|reader| reader.api_key_aliases()).await?;
    let item = |alias: ApiKeyAlias| KeyAlias {
        api_key_hash: alias.api_key_hash,
        alias: alias.alias,
        updated_at_ms: alias.updated_at_ms,
    };
    Ok(Json(KeyAliasList { items: items.into_iter().map(item).collect() }))
}

/// Names of client keys.
#[utoipa::path(get, path = "/v0/management/api-key-aliases", tag = "prices",
    responses((status = 200, body = KeyAliasList), (status = 304, description = "as before"),
        (status = 401, body = ErrorBody)))]
async fn list_api_key_aliases(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    let list = list(&state).await?;
    // They have no generation: the few names themselves tell.
    Ok(Validator::new(&headers, &("aliases", &list.0)).answer(list))
}

/// Sets the names of the listed keys; the others stay.
#[utoipa::path(put, path = "/v0/management/api-key-aliases", tag = "prices", request_body = KeyAliasUpdate,
    responses((status = 200, body = KeyAliasList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn put_api_key_aliases(
    State(state): State<AppState>,
    Actor(by): Actor,
    JsonBody(update): JsonBody<KeyAliasUpdate>,
) -> ApiResult<Json<KeyAliasList>> {
    let items = update.items.ok_or_else(|| {
        ApiError::new(StatusCode::BAD_REQUEST, "api_key_aliases_required", "items are required")
    })?;
    if items.len() > MAX_ITEMS {
        return Err(ApiError::bad_request(format!("at most {MAX_ITEMS} items")));
    }
    let items = items
        .into_iter()
        .map(|item| {
            let alias = item.alias.trim().to_owned();
            if alias.is_empty() || alias.chars().count() > MAX_ALIAS_CHARS {
                let problem = format!("alias must have 1 to {MAX_ALIAS_CHARS} characters");
                return Err(ApiError::bad_request(problem));
            }
            let api_key_hash = hash(&item.api_key_hash)?;
            Ok(ApiKeyAlias { api_key_hash, alias, updated_at_ms: item.updated_at_ms })
        })
        .collect::<ApiResult<Vec<_>>>()?;
    let active = update
        .active_api_key_hashes
        .iter()
        .map(|active| hash(active))
        .collect::<ApiResult<BTreeSet<String>>>()?;
    let active = (update.allow_orphan_alias_cleanup && !active.is_empty()).then_some(active);
    if items.is_empty() {
        return list(&state).await;
    }
    let put = state.store().put_api_key_aliases(items, active, by).await;
    if state.audit().failing(AuditEntry::new(by, AuditAction::AliasSave), put)? == AliasOutcome::Duplicate {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "api_key_alias_duplicate",
            "api key alias already exists",
        ));
    }
    list(&state).await
}

/// Deletes the name of a key, if it has one.
#[utoipa::path(delete, path = "/v0/management/api-key-aliases/{hash}", tag = "prices",
    params(("hash" = String, Path, description = "SHA-256 of the key, 64 hexadecimal digits")),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn delete_api_key_alias(
    State(state): State<AppState>,
    Actor(by): Actor,
    Path(text): Path<String>,
) -> ApiResult<Json<Done>> {
    let deleted = state.store().delete_api_key_alias(hash(&text)?, by).await;
    state.audit().failing(AuditEntry::new(by, AuditAction::AliasRemove), deleted)?;
    Ok(Json(Done { ok: true }))
}
