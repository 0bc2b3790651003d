//! The audit trail.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use serde::Deserialize;
use store::{AUDIT_KEPT, AuditAction, AuditFilter};
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::repeated;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::audit::{AuditEntryView, AuditTrail};

/// Largest page.
const MAX_PAGE: usize = 500;
/// Longest text that is looked for, bytes.
const MAX_TEXT_BYTES: usize = 512;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; list_audit_entries)
}

/// Parameters of `GET /api/v1/audit`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documented here and read from the raw query, where `action` may be repeated")]
struct AuditParameters {
    /// Most entries to answer, 1 to 500 (default 100).
    limit: Option<usize>,
    /// Answer entries with a smaller id (`next_before` of a page).
    before: Option<i64>,
    /// A code, or a group such as `price`; may be repeated, or hold several with commas between them.
    #[param(value_type = Option<Vec<String>>)]
    action: Option<String>,
    /// Text that must occur in the subject or the address, whatever the case.
    q: Option<String>,
    /// From this time on, Unix milliseconds.
    from_ms: Option<i64>,
    /// Before this time, Unix milliseconds.
    to_ms: Option<i64>,
}

/// The last value of a parameter, if it is there and not empty.
fn single<T: std::str::FromStr>(query: Option<&str>, name: &str) -> ApiResult<Option<T>> {
    let Some(text) = repeated(query, name).pop().filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| ApiError::invalid_parameter(name, "must be a number"))
}

/// The actions with these codes or in these groups.
fn actions(query: Option<&str>) -> ApiResult<BTreeSet<AuditAction>> {
    let mut wanted = BTreeSet::new();
    for value in repeated(query, "action") {
        for asked in value.split(',').map(str::trim).filter(|asked| !asked.is_empty()) {
            let fits = |action: &AuditAction| action.code() == asked || action.group() == asked;
            let mut fitting = AuditAction::ALL.into_iter().filter(fits).peekable();
            if fitting.peek().is_none() {
                return Err(ApiError::invalid_parameter("action", "must be a known code or group"));
            }
            wanted.extend(fitting);
        }
    }
    Ok(wanted)
}

fn filter(query: Option<&str>) -> ApiResult<AuditFilter> {
    let text = repeated(query, "q").pop().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.len() > MAX_TEXT_BYTES) {
        return Err(ApiError::invalid_parameter("q", format!("must have at most {MAX_TEXT_BYTES} bytes")));
    }
    let filter = AuditFilter {
        before: single(query, "before")?,
        from_ms: single(query, "from_ms")?,
        to_ms: single(query, "to_ms")?,
        actions: actions(query)?,
        text,
    };
    match (filter.from_ms, filter.to_ms) {
        (Some(from), Some(to)) if from >= to => {
            Err(ApiError::invalid_parameter("from_ms", "must be less than to_ms"))
        }
        _ => Ok(filter),
    }
}

/// Who changed what, when and from where, newest first.
///
/// The newest 50,000 entries are kept, of refused logins and exports 5,000, of requests to the gateway 20,000. They hold
/// no key, no query value and no body.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditParameters),
    responses((status = 200, body = AuditTrail), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn list_audit_entries(State(state): State<AppState>, RawQuery(query): RawQuery) -> ApiResult<Response> {
    let query = query.as_deref();
    let limit = super::limit(single(query, "limit")?, 100, MAX_PAGE)?;
    let filter = filter(query)?;
    // What was done a moment ago is on the page.
    state.audit().written().await;
    let page = state.store().read(move |reader| reader.audit_page(&filter, limit)).await?;
    let trail = AuditTrail {
        next_before: page.entries.last().filter(|_| page.more).map(|entry| entry.id),
        entries: page.entries.into_iter().map(AuditEntryView::from).collect(),
        oldest_ms: page.oldest_ms,
        kept: AUDIT_KEPT,
        dropped: state.audit().dropped(),
    };
    let mut response = Json(trail).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_codes_or_groups_and_may_be_repeated() {
        let codes = |query: &str| -> Vec<&str> {
            actions(Some(query)).expect("known").into_iter().map(AuditAction::code).collect()
        };
        assert_eq!(codes("action=price.save,alias"), ["price.save", "alias.save", "alias.remove"]);
        assert_eq!(codes("action=view.save&action=view.remove&q=x"), ["view.save", "view.remove"]);
        assert_eq!(codes("limit=3"), [""; 0]);
        for wrong in ["action=prices", "action=price.save,nothing", "action=price."] {
            assert_eq!(actions(Some(wrong)).expect_err(wrong).body.code, "invalid_parameter");
        }
    }

    #[test]
    fn wrong_parameters_are_named() {
        let refused = |query: &str| filter(Some(query)).expect_err(query).body.error;
        assert!(refused("before=x").starts_with("before:"));
        assert!(refused("from_ms=5&to_ms=5").starts_with("from_ms:"));
        assert!(refused(&format!("q={}", "a".repeat(513))).starts_with("q:"));
        let taken = filter(Some("q=%20Gpt%20&from_ms=-1&to_ms=&before=7")).expect("fine");
        assert_eq!((taken.text.as_deref(), taken.from_ms, taken.to_ms), (Some("Gpt"), Some(-1), None));
    }
}
