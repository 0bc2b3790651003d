//! Pages of events, one event, and the values that filters offer.

mod export;
pub(super) mod parameters;

use std::ops::Range;

use analytics::Lookups;
use analytics::query::QueryFilters;
use analytics::query::events::{EventKeys, EventPlace, EventSort, EventsQuery, MAX_OFFSET};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use serde::Serialize;
use store::{Batches, EventFilter, EventKey, Order, Reader, StoredEvent};
use utoipa::ToSchema;

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::figures::{Fresh, Question};
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::event::{EventAnswer, EventDetail, EventPage, EventRow};
use parameters::{EventParameters, View, cursor_text, offset_text};

/// Largest page.
const MAX_PAGE: usize = 500;
/// Attempts of one request that the drawer shows.
const MAX_ATTEMPTS: usize = 50;
/// Attempts that are looked for: one more than is shown, because the event itself is among them.
const ATTEMPTS_LOOKED_FOR: usize = MAX_ATTEMPTS + 1;
/// Events that the filter menus look at.
const FACET_EVENTS: usize = 50_000;

pub(super) fn add<R: Routes>(routes: R) -> R {
    export::add(routes!(routes; list_events, get_event, get_facets))
}

/// A page of events, newest first unless asked otherwise, with filters.
///
/// While the column index is being built, pages in the order of time that filter by time, status, status code, endpoint,
/// credential handle or request id at most come from the database: such a page is complete, without `total`, but may hold
/// fewer events than asked for while `next_cursor` is set, because the search stops after a moment and goes on from there.
/// All others come from the index and say `partial`.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventParameters),
    responses((status = 200, body = EventPage), (status = 304, description = "as before"),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn list_events(
    State(state): State<AppState>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Response> {
    let mut view = View::parse(query.as_deref())?;
    let limit = super::limit(view.limit, 100, MAX_PAGE)?;
    view.query.limit = limit;
    let latest_id = state.store().counts().last_event_id;
    let prices = state.prices().current().table.generation;
    let mut question = Question::new(&state, &headers, &("events", &query, latest_id, prices)).await;
    if question.snapshot().partial.is_some()
        && let Some(filter) = view.plain.clone()
    {
        return plain_page(&state, &view, filter, limit).await.map(|page| Json(page).into_response());
    }
    let lookups = question.look_up(&view.query.filters.phrase()).await?;
    if let Some(unchanged) = question.unchanged() {
        return Ok(unchanged);
    }
    let keys = EventKeys::new(&view.query, &question.snapshot().dictionaries, &lookups)?;
    let result = question.ask(keys.plan().clone()).await?;
    let page = keys.page(&result.answer);
    let mut items = rows_of(&question, &state, &page.keys).await?;
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
        let next = before + page.keys.len();
        // Beyond, nothing is ranked: no cursor leads into an error.
        ((page.has_more && next <= MAX_OFFSET).then(|| offset_text(next)), None)
    };
    let fresh = Fresh::new((), &result);
    let page = EventPage {
        items,
        next_cursor,
        prev_cursor,
        latest_id,
        total: Some(page.total),
        generation: Some(fresh.generation),
        partial: fresh.partial,
        search_cut: fresh.search_cut,
    };
    question.send(move || page).await
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
    let by_index = attempts_by_index(state, request_id, range.clone()).await;
    let (mut rows, cut) = match settled(by_index) {
        Some(found) => found,
        None => {
            let filter = EventFilter {
                request_id: Some(request_id.clone()),
                from_ms: Some(range.start),
                to_ms: Some(range.end),
                ..EventFilter::default()
            };
            let read = move |reader: &Reader<'_>| {
                reader.events_page(&filter, None, ATTEMPTS_LOOKED_FOR, Order::OldestFirst)
            };
            let page = state.store().read(read).await?;
            (page.events.iter().map(|event| row(state, event)).collect(), page.next.is_some())
        }
    };
    rows.retain(|row| row.id != found.id);
    let more = rows.len() > MAX_ATTEMPTS;
    rows.truncate(MAX_ATTEMPTS);
    Ok((rows, cut || more))
}

/// What the index answered, if it answered: an event opens also while the index cannot.
fn settled<T>(answer: ApiResult<Option<T>>) -> Option<T> {
    answer.unwrap_or_else(|error| {
        tracing::debug!(?error, "attempts are looked for in the database");
        None
    })
}

/// Whether an index at a generation of the change feed has every event of the store at another one.
fn is_whole(partial: bool, generation: i64, stored: i64) -> bool {
    !partial && generation >= stored
}

/// Attempts with a request id in a range of time and whether there may be more, by the index; `None` while events may be
/// missing in it.
async fn attempts_by_index(
    state: &AppState,
    request_id: &str,
    range: Range<i64>,
) -> ApiResult<Option<(Vec<EventRow>, bool)>> {
    let stored = state.store().counts().generation;
    let question = Question::new(state, &HeaderMap::new(), &"attempts").await;
    let snapshot = question.snapshot();
    if !is_whole(snapshot.partial.is_some(), snapshot.generation, stored) {
        return Ok(None);
    }
    let query = EventsQuery {
        range,
        filters: QueryFilters { request_ids: vec![request_id.to_owned()], ..QueryFilters::default() },
        sort: EventSort::Time,
        ascending: true,
        place: EventPlace::Start,
        limit: ATTEMPTS_LOOKED_FOR,
    };
    let keys = EventKeys::new(&query, &snapshot.dictionaries, &Lookups::default())?;
    let asked = question.ask(keys.plan().clone()).await?;
    // Damage may come to light with the question.
    if asked.partial.is_some() {
        return Ok(None);
    }
    let page = keys.page(&asked.answer);
    Ok(Some((rows_of(&question, state, &page.keys).await?, page.has_more)))
}

/// The rows of events that the index named, in its order; those that are gone by now are left out.
async fn rows_of(
    question: &Question,
    state: &AppState,
    keys: &[columns::RowKey],
) -> ApiResult<Vec<EventRow>> {
    let mut events = question.events(keys.iter().map(|key| key.id).collect()).await?;
    let found = keys.iter().filter_map(|key| Some((key.id, events.remove(&key.id)?)));
    Ok(found.map(|(id, event)| EventRow::new(id, &event, state.prices())).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_from_the_index_only_while_it_answers_and_has_every_event() {
        assert_eq!(settled(Ok(Some(1))), Some(1));
        assert_eq!(settled(Ok(None::<i32>)), None);
        for error in [index::QueryError::Stopped, index::QueryError::Busy, index::QueryError::Cancelled] {
            assert_eq!(settled(Err::<Option<i32>, _>(ApiError::from(error))), None);
        }
        assert!(is_whole(false, 7, 7) && is_whole(false, 8, 7));
        assert!(!is_whole(false, 6, 7), "the last events are not in it yet");
        assert!(!is_whole(false, -1, 0), "nothing was read yet");
        assert!(!is_whole(true, 7, 7), "it is being built");
    }
}
