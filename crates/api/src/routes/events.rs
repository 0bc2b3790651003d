//! Pages of events, one event, and the values that filters offer.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde::{Deserialize, Serialize};
use store::{EventFilter, EventKey, Order, StoredEvent};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::repeated;
use crate::state::AppState;
use crate::types::event::{EventAnswer, EventDetail, EventPage, EventRow};

/// Largest page.
const MAX_PAGE: usize = 500;
/// Values of one repeated filter.
const MAX_VALUES: usize = 100;
/// Longest filter value, bytes.
const MAX_VALUE_BYTES: usize = 512;
/// Attempts of one request that the drawer shows.
const MAX_ATTEMPTS: usize = 50;
/// Events that the filter menus look at.
const FACET_EVENTS: usize = 50_000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_events)).routes(routes!(get_event)).routes(routes!(get_facets))
}

/// Parameters of `GET /api/v1/events`. Values of a repeated parameter are alternatives.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "repeated parameters are documented here and read from the raw query")]
struct EventParameters {
    /// Most events to answer, 1 to 500 (default 100).
    limit: Option<usize>,
    /// Answer events older than this cursor (`next_cursor` of a page).
    before: Option<String>,
    /// Answer events newer than this cursor (`prev_cursor` of a page).
    after: Option<String>,
    /// From this time on, Unix milliseconds.
    from_ms: Option<i64>,
    /// Before this time, Unix milliseconds.
    to_ms: Option<i64>,
    /// Display, requested or resolved model; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    model: Option<String>,
    /// Provider; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    provider: Option<String>,
    /// Account name, credential label or masked source; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    account: Option<String>,
    /// Handle of a credential; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    auth_index: Option<String>,
    /// SHA-256 of a client API key; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    api_key_hash: Option<String>,
    /// Endpoint or path; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    endpoint: Option<String>,
    /// `ok` or `failed`.
    status: Option<String>,
    /// Upstream status code; may be repeated.
    #[param(value_type = Option<Vec<i64>>)]
    status_code: Option<String>,
    /// The gateway's request id.
    request_id: Option<String>,
    /// Text that must occur in a model, provider, credential, endpoint, client field, key hash or request id.
    search: Option<String>,
}

/// The parameters that are not repeated.
#[derive(Default, Deserialize)]
struct Single {
    limit: Option<usize>,
    before: Option<String>,
    after: Option<String>,
    from_ms: Option<i64>,
    to_ms: Option<i64>,
    status: Option<String>,
    request_id: Option<String>,
    search: Option<String>,
}

/// A page of events, newest first, with filters.
///
/// A page may hold fewer events than asked for while `next_cursor` is set: a search stops after a moment and goes on
/// from there.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventParameters),
    responses((status = 200, body = EventPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn list_events(State(state): State<AppState>, RawQuery(query): RawQuery) -> ApiResult<Json<EventPage>> {
    let query = query.as_deref();
    let single = single(query)?;
    let limit = super::limit(single.limit, 100, MAX_PAGE)?;
    let filter = filter(query, &single)?;
    let (order, cursor) = match (&single.before, &single.after) {
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid_parameter("before", "cannot be combined with after"));
        }
        (None, Some(after)) => (Order::OldestFirst, Some(parse_cursor("after", after)?)),
        (before, None) => {
            let cursor = before.as_deref().map(|before| parse_cursor("before", before)).transpose()?;
            (Order::NewestFirst, cursor)
        }
    };
    let latest_id = state.store().counts().last_event_id;
    let page = state.store().read(move |reader| reader.events_page(&filter, cursor, limit, order)).await?;
    let mut items: Vec<EventRow> = page.events.iter().map(row).collect();
    let (first, last) = (page.events.first(), page.events.last());
    let (next_cursor, prev_cursor) = if order == Order::NewestFirst {
        (page.next.map(cursor_text), first.map(|event| cursor_text(event.key())))
    } else {
        items.reverse();
        (first.map(|event| cursor_text(event.key())), last.map(|event| cursor_text(event.key())))
    };
    Ok(Json(EventPage { items, next_cursor, prev_cursor, latest_id }))
}

/// One event with every stored field, and the other attempts of its request.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events", params(("id" = i64, Path, description = "row id")),
    responses((status = 200, body = EventAnswer), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_event(State(state): State<AppState>, Path(id): Path<String>) -> ApiResult<Json<EventAnswer>> {
    let missing = || ApiError::not_found("there is no event with this id");
    let id: i64 = id.parse().map_err(|_| missing())?;
    let found = state.store().read(move |reader| reader.event(id)).await?.ok_or_else(missing)?;
    let attempts = other_attempts(&state, &found).await?;
    Ok(Json(EventAnswer { event: EventDetail::new(found.id, found.event), attempts }))
}

/// Attempts with the same request id within an hour: ids have 32 random bits and come again over the years.
async fn other_attempts(state: &AppState, found: &StoredEvent) -> ApiResult<Vec<EventRow>> {
    const HOUR_MS: i64 = 3_600_000;
    if found.event.request_id.is_empty() {
        return Ok(Vec::new());
    }
    let filter = EventFilter {
        request_id: Some(found.event.request_id.clone()),
        from_ms: Some(found.event.time.ms.saturating_sub(HOUR_MS)),
        to_ms: Some(found.event.time.ms.saturating_add(HOUR_MS)),
        ..EventFilter::default()
    };
    let read =
        move |reader: &store::Reader<'_>| reader.events_page(&filter, None, MAX_ATTEMPTS, Order::OldestFirst);
    let page = state.store().read(read).await?;
    Ok(page.events.iter().filter(|event| event.id != found.id).map(row).collect())
}

/// A value that a filter can take.
#[derive(Serialize, ToSchema)]
struct FacetValue {
    /// The value.
    value: String,
    /// Events that have it, among those that were looked at.
    count: i64,
}

/// Values that filters can take, most frequent first, at most 200 of each kind.
#[derive(Serialize, ToSchema)]
struct FacetAnswer {
    /// Display models.
    models: Vec<FacetValue>,
    /// Providers.
    providers: Vec<FacetValue>,
    /// Account names, credential labels or masked sources.
    accounts: Vec<FacetValue>,
    /// SHA-256 of client API keys.
    api_keys: Vec<FacetValue>,
    /// Upstream status codes.
    status_codes: Vec<FacetValue>,
    /// Events that were looked at: the newest ones.
    events: i64,
    /// Whether there are more events than were looked at.
    sampled: bool,
}

/// Values that filters can take, over the newest 50,000 events.
#[utoipa::path(get, path = "/api/v1/events/facets", tag = "events",
    responses((status = 200, body = FacetAnswer), (status = 401, body = ErrorBody)))]
async fn get_facets(State(state): State<AppState>) -> ApiResult<Json<FacetAnswer>> {
    let facets = state.store().read(|reader| reader.facets(FACET_EVENTS)).await?;
    let list = |values: Vec<store::Facet>| {
        values.into_iter().map(|facet| FacetValue { value: facet.value, count: facet.count }).collect()
    };
    Ok(Json(FacetAnswer {
        models: list(facets.models),
        providers: list(facets.providers),
        accounts: list(facets.accounts),
        api_keys: list(facets.api_keys),
        status_codes: list(facets.status_codes),
        events: facets.events,
        sampled: state.store().counts().events > facets.events,
    }))
}

fn row(stored: &StoredEvent) -> EventRow {
    EventRow::new(stored.id, &stored.event)
}

fn single(query: Option<&str>) -> ApiResult<Single> {
    let uri: http::Uri = format!("/?{}", query.unwrap_or_default())
        .parse()
        .map_err(|_| ApiError::bad_request("the query parameters cannot be read"))?;
    axum::extract::Query::<Single>::try_from_uri(&uri)
        .map(|found| found.0)
        .map_err(|error| ApiError::new(http::StatusCode::BAD_REQUEST, "invalid_parameter", error.body_text()))
}

fn filter(query: Option<&str>, single: &Single) -> ApiResult<EventFilter> {
    let values = |name: &str| -> ApiResult<Vec<String>> {
        let values = repeated(query, name);
        if values.len() > MAX_VALUES || values.iter().any(|value| value.len() > MAX_VALUE_BYTES) {
            let problem = format!("at most {MAX_VALUES} values of {MAX_VALUE_BYTES} bytes");
            return Err(ApiError::invalid_parameter(name, problem));
        }
        Ok(values)
    };
    let text = |name: &str, value: &Option<String>| -> ApiResult<Option<String>> {
        match value.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) if text.len() > MAX_VALUE_BYTES => {
                Err(ApiError::invalid_parameter(name, format!("at most {MAX_VALUE_BYTES} bytes")))
            }
            other => Ok(other.map(str::to_owned)),
        }
    };
    let failed = match single.status.as_deref() {
        None | Some("") => None,
        Some("ok") => Some(false),
        Some("failed") => Some(true),
        Some(_) => return Err(ApiError::invalid_parameter("status", "must be ok or failed")),
    };
    if let (Some(from), Some(to)) = (single.from_ms, single.to_ms)
        && from >= to
    {
        return Err(ApiError::invalid_parameter("from_ms", "must be less than to_ms"));
    }
    let codes = values("status_code")?.iter().map(|code| code.parse()).collect::<Result<Vec<i64>, _>>();
    Ok(EventFilter {
        from_ms: single.from_ms,
        to_ms: single.to_ms,
        models: values("model")?,
        providers: values("provider")?,
        accounts: values("account")?,
        auth_indexes: values("auth_index")?,
        api_key_hashes: values("api_key_hash")?,
        endpoints: values("endpoint")?,
        failed,
        status_codes: codes.map_err(|_| ApiError::invalid_parameter("status_code", "must be a number"))?,
        request_id: text("request_id", &single.request_id)?,
        search: text("search", &single.search)?,
        ..EventFilter::default()
    })
}

/// A place in the order of events, as text: time and id.
fn cursor_text(key: EventKey) -> String {
    format!("{}.{}", key.timestamp_ms, key.id)
}

fn parse_cursor(name: &str, text: &str) -> ApiResult<EventKey> {
    text.split_once('.')
        .and_then(|(time, id)| Some(EventKey { timestamp_ms: time.parse().ok()?, id: id.parse().ok()? }))
        .ok_or_else(|| ApiError::invalid_parameter(name, "is not a cursor of this manager"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> ApiResult<EventFilter> {
        let single = single(Some(query))?;
        filter(Some(query), &single)
    }

    #[test]
    fn filters_are_read_and_checked() {
        let found =
            parsed("model=a&model=b%20c&status=failed&status_code=429&search=%20x%20").expect("valid");
        assert_eq!(found.models, ["a", "b c"]);
        assert_eq!((found.failed, found.status_codes), (Some(true), vec![429]));
        assert_eq!(found.search.as_deref(), Some("x"));
        for wrong in ["status=maybe", "status_code=x", "from_ms=5&to_ms=5", "from_ms=x", "limit=x"] {
            assert_eq!(parsed(wrong).expect_err(wrong).status, http::StatusCode::BAD_REQUEST);
        }
        let long = format!("search={}", "x".repeat(MAX_VALUE_BYTES + 1));
        assert!(parsed(&long).is_err());
    }

    #[test]
    fn cursors_survive_their_text_form() {
        let key = EventKey { timestamp_ms: -5, id: 7 };
        assert_eq!(parse_cursor("before", &cursor_text(key)).ok(), Some(key));
        assert!(parse_cursor("before", "x").is_err());
        assert!(parse_cursor("before", "1").is_err());
    }
}
