//! Pages of events, one event, and the values that filters offer.

mod export;
pub(super) mod parameters;

use analytics::Lookups;
use analytics::query::QueryFilters;
use analytics::query::events::{EventKeys, EventPlace, EventSort, EventsQuery};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use http::HeaderMap;
use serde::Serialize;
use store::{Batches, EventFilter, EventKey, Order, Reader, StoredEvent};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::figures::{Fresh, Question};
use crate::state::AppState;
use crate::types::event::{EventAnswer, EventDetail, EventPage, EventRow};
use parameters::{EventParameters, View, cursor_text, offset_text};

/// Largest page.
const MAX_PAGE: usize = 500;
/// Attempts of one request that the drawer shows.
const MAX_ATTEMPTS: usize = 50;
/// Events that the filter menus look at.
const FACET_EVENTS: usize = 50_000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_events))
        .routes(routes!(get_event))
        .routes(routes!(get_facets))
        .merge(export::router())
}

/// A page of events, newest first unless asked otherwise, with filters.
///
/// While the column index is being built, pages in the order of time come from the database: such a page may hold fewer
/// events than asked for while `next_cursor` is set, because a search stops after a moment and goes on from there.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventParameters),
    responses((status = 200, body = EventPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn list_events(
    State(state): State<AppState>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<EventPage>> {
    let mut view = View::parse(query.as_deref())?;
    let limit = super::limit(view.limit, 100, MAX_PAGE)?;
    view.query.limit = limit;
    let mut question = Question::new(&state, &headers, &"events").await;
    if question.snapshot().partial.is_some()
        && let Some(filter) = view.plain.clone()
    {
        return plain_page(&state, &view, filter, limit).await.map(Json);
    }
    let lookups = question.look_up(&view.query.filters.phrase()).await?;
    let keys = EventKeys::new(&view.query, &question.snapshot().dictionaries, &lookups)?;
    let result = question.ask(keys.plan().clone()).await?;
    let page = keys.page(&result.answer);
    let mut events = question.events(page.keys.iter().map(|key| key.id).collect()).await?;
    let found = page.keys.iter().filter_map(|key| Some((key.id, events.remove(&key.id)?)));
    let mut items: Vec<EventRow> =
        found.map(|(id, event)| EventRow::new(id, &event, state.prices())).collect();
    let by_time = view.query.sort == EventSort::Time;
    let text = |key: &columns::RowKey| cursor_text(key.timestamp_ms, key.id);
    let (first, last) = (page.keys.first().map(text), page.keys.last().map(text));
    let (next_cursor, prev_cursor) = if view.backwards {
        items.reverse();
        (first, last)
    } else if by_time {
        (last.filter(|_| page.has_more), first)
    } else {
        let before = match view.query.place {
            EventPlace::Offset(offset) => offset,
            _ => 0,
        };
        (page.has_more.then(|| offset_text(before + page.keys.len())), None)
    };
    let latest_id = state.store().counts().last_event_id;
    let fresh = Fresh::new((), &result);
    Ok(Json(EventPage {
        items,
        next_cursor,
        prev_cursor,
        latest_id,
        total: Some(page.total),
        generation: Some(fresh.generation),
        partial: fresh.partial,
        search_cut: fresh.search_cut,
    }))
}

/// A page from the database alone.
async fn plain_page(
    state: &AppState,
    view: &View,
    filter: EventFilter,
    limit: usize,
) -> ApiResult<EventPage> {
    let latest_id = state.store().counts().last_event_id;
    let (cursor, order) = (view.plain_cursor(), view.plain_order());
    let read = move |reader: &Reader<'_>, count| reader.events_page(&filter, cursor, count, order);
    let (page, _) = Batches::new(limit).read(state.store(), limit, read).await?;
    let mut items: Vec<EventRow> = page.events.iter().map(|event| row(state, event)).collect();
    let text = |key: EventKey| cursor_text(key.timestamp_ms, key.id);
    let (first, last) = (page.events.first(), page.events.last());
    let (next_cursor, prev_cursor) = if order == Order::NewestFirst {
        (page.next.map(text), first.map(|event| text(event.key())))
    } else {
        items.reverse();
        (first.map(|event| text(event.key())), last.map(|event| text(event.key())))
    };
    Ok(EventPage {
        items,
        next_cursor,
        prev_cursor,
        latest_id,
        total: None,
        generation: None,
        partial: None,
        // A search that stops says where to go on: `next_cursor`.
        search_cut: false,
    })
}

/// One event with every stored field, and the other attempts of its request.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events", params(("id" = i64, Path, description = "row id")),
    responses((status = 200, body = EventAnswer), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn get_event(State(state): State<AppState>, Path(id): Path<String>) -> ApiResult<Json<EventAnswer>> {
    let missing = || ApiError::not_found("there is no event with this id");
    let id: i64 = id.parse().map_err(|_| missing())?;
    let found = state.store().read(move |reader| reader.event(id)).await?.ok_or_else(missing)?;
    let (attempts, attempts_cut) = other_attempts(&state, &found).await?;
    let event = EventDetail::new(found.id, found.event, state.prices());
    Ok(Json(EventAnswer { event, attempts, attempts_cut }))
}

/// Attempts with the same request id within an hour, and whether there may be more of them. Ids have 32 random bits and
/// come again over the years.
async fn other_attempts(state: &AppState, found: &StoredEvent) -> ApiResult<(Vec<EventRow>, bool)> {
    const HOUR_MS: i64 = 3_600_000;
    let request_id = &found.event.request_id;
    if request_id.is_empty() {
        return Ok((Vec::new(), false));
    }
    let at = found.event.time.ms;
    let range = at.saturating_sub(HOUR_MS)..at.saturating_add(HOUR_MS);
    // One more than is shown: the event itself is among them.
    let limit = MAX_ATTEMPTS + 1;
    let question = Question::new(state, &HeaderMap::new(), &"attempts").await;
    let (mut rows, cut) = if question.snapshot().partial.is_none() {
        let query = EventsQuery {
            range,
            filters: QueryFilters { request_ids: vec![request_id.clone()], ..QueryFilters::default() },
            sort: EventSort::Time,
            ascending: true,
            place: EventPlace::Start,
            limit,
        };
        let keys = EventKeys::new(&query, &question.snapshot().dictionaries, &Lookups::default())?;
        let page = keys.page(&question.ask(keys.plan().clone()).await?.answer);
        let mut events = question.events(page.keys.iter().map(|key| key.id).collect()).await?;
        let found = page.keys.iter().filter_map(|key| Some((key.id, events.remove(&key.id)?)));
        let rows: Vec<_> = found.map(|(id, event)| EventRow::new(id, &event, state.prices())).collect();
        (rows, page.has_more)
    } else {
        let filter = EventFilter {
            request_id: Some(request_id.clone()),
            from_ms: Some(range.start),
            to_ms: Some(range.end),
            ..EventFilter::default()
        };
        let read = move |reader: &Reader<'_>| reader.events_page(&filter, None, limit, Order::OldestFirst);
        let page = state.store().read(read).await?;
        (page.events.iter().map(|event| row(state, event)).collect(), page.next.is_some())
    };
    rows.retain(|row| row.id != found.id);
    let more = rows.len() > MAX_ATTEMPTS;
    rows.truncate(MAX_ATTEMPTS);
    Ok((rows, cut || more))
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

fn row(state: &AppState, stored: &StoredEvent) -> EventRow {
    EventRow::new(stored.id, &stored.event, state.prices())
}
