//! The way from a question of analytics to its answer: a moment of the index, what must be looked up in the database
//! before and after, and the validator that spares an unchanged answer.

mod body;
mod timing;
mod validator;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use analytics::failures::RequestIds;
use analytics::json::{Members, Pieces};
use analytics::{Events, Extent, Lookups, RequestError, is_hash_prefix};
use axum::body::Body;
use axum::response::Response;
use columns::Answer;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use index::{QueryError, QueryResult, Snapshot};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Batches, FoundEvents, Reader, Store, StoreError};
use utoipa::ToSchema;

use self::body::{AnswerBody, Part};
use self::timing::{SERVER_TIMING, Spent};
pub(crate) use self::validator::Validator;
use self::validator::may_be_kept;
use crate::error::{ApiError, ApiResult};
use crate::state::AppState;

/// How long a question may be computed.
const DEADLINE: Duration = Duration::from_secs(30);
/// Events of one read; a small part of a read's time.
const EVENTS_PER_READ: usize = 500;
/// Request ids of one read; each is a fraction of an event.
const IDS_PER_READ: usize = 5_000;
/// Events that a search finds through the database at most.
const MAX_FOUND: usize = 100_000;

/// An answer, and what it is an answer about.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fresh<T> {
    /// The figures.
    #[serde(flatten)]
    pub figures: T,
    /// Entry of the change feed up to which events are counted; rises with every change.
    pub generation: i64,
    /// Set while events are missing in the figures: the index is being built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<Partial>,
    /// Set when a text search was cut short: the look-up of the phrase in failure texts and event hashes took too long or
    /// found more than 100,000 events, so that figures may lack some that match. Absent when the search was complete.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub search_cut: bool,
}

/// How much of the events is counted.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Partial {
    /// Part of the events that is counted, 0 to 1.
    pub progress: f64,
    /// Events that are counted.
    pub events: i64,
    /// Events in the database.
    pub of: i64,
}

impl Partial {
    fn new(progress: index::Progress) -> Self {
        let part = if progress.of > 0 { progress.events as f64 / progress.of as f64 } else { 0.0 };
        Self { progress: part.clamp(0.0, 1.0), events: progress.events, of: progress.of }
    }
}

impl<T> Fresh<T> {
    /// Figures of a query.
    pub fn new(figures: T, asked: &Asked) -> Self {
        Self {
            figures,
            generation: asked.generation,
            partial: asked.partial.map(Partial::new),
            search_cut: asked.search_cut,
        }
    }
}

impl<T: Members> Members for Fresh<T> {
    fn write_members(&self, out: &mut Pieces<'_>) -> serde_json::Result<()> {
        /// Figures that are written already.
        #[derive(Serialize)]
        struct Written {}
        self.figures.write_members(out)?;
        out.raw(b",")?;
        let Self { generation, partial, search_cut, .. } = self;
        let (generation, partial, search_cut) = (*generation, partial.clone(), *search_cut);
        out.members(&Fresh { figures: Written {}, generation, partial, search_cut })
    }
}

/// What the columns answered to a question.
#[derive(Debug)]
pub struct Asked {
    /// The answer.
    pub answer: Answer,
    /// Entry of the change feed up to which it goes.
    pub generation: i64,
    /// Set if events are missing in it.
    pub partial: Option<index::Progress>,
    /// The search that the question was made with did not come to its end.
    pub search_cut: bool,
}

impl From<RequestError> for ApiError {
    fn from(error: RequestError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.code(), error.to_string())
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let text = error.to_string();
        match error {
            QueryError::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "index_busy", text).with_retry_after(1)
            }
            QueryError::Cancelled => Self::new(StatusCode::SERVICE_UNAVAILABLE, "query_timeout", text)
                .with_hint("choose a shorter range or fewer dimensions"),
            QueryError::Stopped => Self::new(StatusCode::SERVICE_UNAVAILABLE, "index_stopped", text),
            QueryError::TooManyGroups => Self::new(StatusCode::BAD_REQUEST, "too_many_groups", text)
                .with_hint("choose fewer dimensions or a larger bucket"),
            _ => Self::internal(text),
        }
    }
}

/// One request: a moment of the index, and what the caller knows already.
pub struct Question {
    state: AppState,
    snapshot: Arc<Snapshot>,
    validator: Validator,
    search_cut: bool,
    /// Events are missing in the snapshot, or in an answer because of damage that came to light with it.
    incomplete: AtomicBool,
    spent: Spent,
}

impl Question {
    /// Takes a fresh moment of the index. `request` is everything that the answer depends on besides the events.
    pub async fn new(state: &AppState, headers: &HeaderMap, request: &impl Serialize) -> Self {
        let snapshot = state.index().fresh().await;
        let mut validator = Validator::new(headers, request);
        let tag = validator.tag();
        tag.update(state.store().database_id());
        tag.update(snapshot.generation.to_le_bytes());
        tag.update(snapshot.prices.to_le_bytes());
        let incomplete = AtomicBool::new(snapshot.partial.is_some());
        let spent = Spent::default();
        Self { state: state.clone(), snapshot, validator, search_cut: false, incomplete, spent }
    }

    /// The moment.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// The spans of time in which there are events.
    async fn spans(&self) -> ApiResult<Vec<(i64, i64)>> {
        let Some(whole) = self.snapshot.extent() else { return Ok(Vec::new()) };
        // Read after the snapshot was taken: what is in that is plausible here.
        let counts = self.state.store().counts();
        let extent = Extent::new(whole, counts.first_ms.zip(counts.last_ms));
        Ok(match extent.plan() {
            None => vec![whole],
            Some(plan) => extent.spans(&self.ask(plan.clone()).await?.answer),
        })
    }

    /// What a search needs of the database. An empty phrase needs nothing but the extent of time.
    pub async fn look_up(&mut self, phrase: &str) -> ApiResult<Lookups> {
        let mut lookups = Lookups { spans: Some(self.spans().await?), ..Lookups::default() };
        if phrase.is_empty() {
            return Ok(lookups);
        }
        let phrase = phrase.to_owned();
        let read = move |reader: &Reader<'_>| {
            let mut found = if is_hash_prefix(&phrase) {
                reader.event_ids_by_hash_prefix(&phrase, MAX_FOUND)?
            } else {
                FoundEvents::default()
            };
            let by_failure = reader.event_ids_by_failure(&phrase, MAX_FOUND)?;
            found.cut |= by_failure.cut;
            found.ids.extend(by_failure.ids);
            Ok((found, reader.api_key_aliases()?))
        };
        let began = Instant::now();
        let looked_up = self.state.store().read(read).await;
        self.spent.rows(began.elapsed());
        let (found, aliases) = looked_up?;
        mark_cut(self.validator.tag(), &found);
        self.search_cut = found.cut;
        lookups.event_ids = found.ids;
        lookups.key_aliases = aliases.into_iter().map(|alias| (alias.api_key_hash, alias.alias)).collect();
        for (hash, alias) in &lookups.key_aliases {
            self.validator.tag().update(hash);
            self.validator.tag().update(alias);
        }
        Ok(lookups)
    }

    /// The answer to a caller who has this one already. Only complete answers carry a validator, so that whoever has one
    /// has nothing to gain from a partial answer about the same events.
    pub fn unchanged(&self) -> Option<Response> {
        self.validator.unchanged()
    }

    /// Asks the columns. The question ends when the caller goes away.
    pub async fn ask(&self, plan: columns::Plan) -> ApiResult<Asked> {
        let began = Instant::now();
        let deadline = Some(began + DEADLINE);
        let snapshot = Arc::clone(&self.snapshot);
        let found = self.state.index().query_at(snapshot, Arc::new(plan), deadline).await?;
        let QueryResult { answer, generation, partial, read_bytes, .. } = found;
        self.spent.scan(began.elapsed(), read_bytes);
        if partial.is_some() {
            self.incomplete.store(true, Ordering::Relaxed);
        }
        Ok(Asked { answer, generation, partial, search_cut: self.search_cut })
    }

    /// Whether the search of [`look_up`](Self::look_up) did not come to its end.
    pub fn search_cut(&self) -> bool {
        self.search_cut
    }

    /// Reads events in full, in short reads.
    pub async fn events(&self, ids: Vec<i64>) -> ApiResult<Events> {
        let began = Instant::now();
        let events = events(&self.state, ids).await;
        self.spent.rows(began.elapsed());
        events
    }

    /// Reads the request ids of events, in short reads.
    pub async fn request_ids(&self, ids: Vec<i64>) -> ApiResult<RequestIds> {
        let read = |reader: &Reader<'_>, ids: &[i64]| reader.request_ids(ids.iter().copied());
        let began = Instant::now();
        let found = by_id(self.state.store(), ids, IDS_PER_READ, read).await;
        self.spent.rows(began.elapsed());
        Ok(found?.into_iter().collect())
    }

    /// Sends figures, with their validator if they are complete. They are made away from the threads that serve others.
    pub async fn send<T, F>(&self, make: F) -> ApiResult<Response>
    where
        T: Serialize + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        self.respond([Part::begin(make, |made, out| serde_json::to_writer(out, made))]).await
    }

    /// Sends figures whose first members may have been begun before.
    pub async fn send_with<T, F>(&self, begun: Option<Begun>, make: F) -> ApiResult<Response>
    where
        T: Members + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let opening: &[u8] = if begun.is_some() { b"," } else { b"{" };
        let rest = Part::begin(make, |made, out| {
            out.raw(opening)?;
            made.write_members(out)?;
            out.raw(b"}")
        });
        self.respond(begun.map(|Begun(part)| part).into_iter().chain([rest])).await
    }

    async fn respond(&self, parts: impl IntoIterator<Item = Part>) -> ApiResult<Response> {
        let body = AnswerBody::new(parts).await?;
        let took = body.took();
        let mut response = Response::new(Body::new(body));
        if let Some(spent) = self.spent.header(took) {
            response.headers_mut().insert(SERVER_TIMING, spent);
        }
        if took.is_none() {
            response.headers_mut().insert(header::TRAILER, SERVER_TIMING.into());
        }
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self.incomplete.load(Ordering::Relaxed) {
            true => may_be_kept(&mut response),
            false => self.validator.stamp(&mut response),
        }
        Ok(response)
    }
}

/// The first members of an answer, at least one, which are made while something else is done.
pub struct Begun(Part);

impl Begun {
    /// Begins at once.
    pub fn new<T, F>(make: F) -> Self
    where
        T: Members + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        Self(Part::begin(make, |made, out| {
            out.raw(b"{")?;
            made.write_members(out)
        }))
    }
}

/// Tells an answer after a look-up that was cut from a complete one: also one that found nothing, or the same events.
fn mark_cut(tag: &mut Sha256, found: &FoundEvents) {
    if found.cut {
        tag.update(b"cut");
        // How far a search came differs from time to time.
        found.ids.iter().for_each(|id| tag.update(id.to_le_bytes()));
    }
}

/// Reads events in full, in short reads; those that are gone by now are left out.
pub async fn events(state: &AppState, ids: Vec<i64>) -> ApiResult<Events> {
    let read = |reader: &Reader<'_>, ids: &[i64]| reader.events_by_id(ids.iter().copied());
    let found = by_id(state.store(), ids, EVENTS_PER_READ, read).await?;
    Ok(found.into_iter().map(|stored| (stored.id, stored.event)).collect())
}

/// Reads something of each of these events, in short reads.
async fn by_id<T: Send + 'static>(
    store: &Store,
    ids: Vec<i64>,
    most: usize,
    read: fn(&Reader<'_>, &[i64]) -> Result<Vec<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let (ids, mut batches, mut at) = (Arc::<[i64]>::from(ids), Batches::new(most), 0);
    let mut found = Vec::with_capacity(ids.len());
    while at < ids.len() {
        let from = Arc::clone(&ids);
        let batch = move |reader: &Reader<'_>, count| read(reader, &from[at..at + count]);
        let (rows, count) = batches.read(store, ids.len() - at, batch).await?;
        found.extend(rows);
        at += count;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_after_a_cut_look_up_has_another_tag_than_a_complete_one() {
        let tag = |ids: &[i64], cut: bool| {
            let mut tag = Sha256::new();
            mark_cut(&mut tag, &FoundEvents { ids: ids.to_vec(), cut });
            tag.finalize()
        };
        assert_ne!(tag(&[], true), tag(&[], false), "also when nothing was found");
        assert_ne!(tag(&[7], true), tag(&[7], false));
        assert_ne!(tag(&[7], true), tag(&[7, 8], true), "another part of the events");
        assert_eq!(tag(&[7], false), tag(&[7, 8], false), "complete ones depend on the events alone");
    }
}
