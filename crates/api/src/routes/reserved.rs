//! Heads that later parts own: reserved from the first day, never forwarded to the gateway.
//!
//! Reads answer the empty shape that the reference answers without data; everything else is `feature_not_available`.

use axum::Json;
use axum::extract::State;

use crate::error::{ApiError, ErrorBody};
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::reserved::{AccountProcessingPolicy, EmptyCandidates, EmptyItems, EmptyQuotaSnapshots};

/// First segments below `/v0/management/` that belong to the manager and never reach the gateway.
pub const OWNED_HEADS: &[&str] = &[
    "account-action-candidates",
    "api-key-aliases",
    "codex-inspection",
    "dashboard",
    "model-prices",
    "monitoring",
    "quota-snapshots",
    "usage",
];

/// Whether the path belongs to a head of ours.
pub fn is_owned(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/v0/management/") else { return false };
    let head = rest.split('/').next().unwrap_or_default();
    OWNED_HEADS.contains(&head)
}

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_account_action_candidates, list_inspection_runs, query_quota_snapshots, list_quota_cooldowns, get_account_processing_policy, patch_account_processing_policy)
}

/// Accounts that need a person. Empty in this version.
#[utoipa::path(get, path = "/v0/management/account-action-candidates", tag = "reserved",
    responses((status = 200, body = EmptyCandidates), (status = 401, body = ErrorBody)))]
async fn list_account_action_candidates() -> Json<EmptyCandidates> {
    Json(EmptyCandidates::default())
}

/// Inspection runs. Empty in this version.
#[utoipa::path(get, path = "/v0/management/codex-inspection/runs", tag = "reserved",
    responses((status = 200, body = EmptyItems), (status = 401, body = ErrorBody)))]
async fn list_inspection_runs() -> Json<EmptyItems> {
    Json(EmptyItems::default())
}

/// Quota history. Empty in this version.
#[utoipa::path(post, path = "/v0/management/quota-snapshots/query", tag = "reserved",
    responses((status = 200, body = EmptyQuotaSnapshots), (status = 401, body = ErrorBody)))]
async fn query_quota_snapshots(State(state): State<AppState>) -> Json<EmptyQuotaSnapshots> {
    Json(EmptyQuotaSnapshots { generated_at_ms: state.now_ms(), ..EmptyQuotaSnapshots::default() })
}

/// Paused accounts. Empty in this version.
#[utoipa::path(get, path = "/usage-service/quota-cooldowns", tag = "reserved",
    responses((status = 200, body = EmptyItems), (status = 401, body = ErrorBody)))]
async fn list_quota_cooldowns() -> Json<EmptyItems> {
    Json(EmptyItems::default())
}

/// The account processing policy. Everything is off in this version.
#[utoipa::path(get, path = "/usage-service/account-processing-policy", tag = "reserved",
    responses((status = 200, body = AccountProcessingPolicy), (status = 401, body = ErrorBody)))]
async fn get_account_processing_policy() -> Json<AccountProcessingPolicy> {
    Json(AccountProcessingPolicy::inactive())
}

/// Not available in this version.
#[utoipa::path(patch, path = "/usage-service/account-processing-policy", tag = "reserved",
    responses((status = 404, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn patch_account_processing_policy() -> ApiError {
    ApiError::feature_not_available()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_end_at_a_slash() {
        assert!(is_owned("/v0/management/usage"));
        assert!(is_owned("/v0/management/usage/export"));
        assert!(is_owned("/v0/management/monitoring"));
        assert!(!is_owned("/v0/management/usage-queue"));
        assert!(!is_owned("/v0/management/model-pricesXYZ"));
        assert!(!is_owned("/v0/management/config"));
    }
}
