//! The compatible usage document and the export.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use store::{AuditChange, Batches, Reader, Store, StoredEvent};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

use crate::audit::Download;
use crate::error::{ApiResult, ErrorBody};
use crate::extract::Parameters;
use crate::figures::Validator;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::usage::{UsageDetail, UsageDocument};

/// Events of one read of an export; far less than a second of work.
const EXPORT_BATCH: usize = 128;
/// Most events of the compatible document.
const MAX_DOCUMENT_EVENTS: usize = 50_000;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; get_usage, export_usage)
}

/// The newest events by endpoint and model, as older panels and scripts read them.
#[utoipa::path(get, path = "/v0/management/usage", tag = "usage",
    responses((status = 200, body = UsageDocument), (status = 304, description = "as before"),
        (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn get_usage(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    let limit = state.control().query_limit().min(MAX_DOCUMENT_EVENTS);
    let parts = ("usage", state.store().database_id(), state.store().counts().generation, limit);
    let validator = Validator::new(&headers, &parts);
    if let Some(unchanged) = validator.unchanged() {
        return Ok(unchanged);
    }
    let store = state.store().clone();
    let made = tokio::task::spawn_blocking(move || Outline::read(&store, limit));
    let outline = made.await.map_err(crate::ApiError::internal)??;
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(2);
    let store = state.store().clone();
    tokio::spawn(async move {
        if let Err(error) = outline.write(&store, &sender).await {
            // The client sees a broken transfer, not a shorter document.
            sender.send(Err(std::io::Error::other(error.to_string()))).await.ok();
        }
    });
    let mut response = Response::new(Body::from_stream(ReceiverStream::new(receiver)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    validator.stamp(&mut response);
    Ok(response)
}

/// What the compatible document will contain: counters, and the ids of the events by endpoint and model. The events
/// themselves are read again while the document is sent, so that fifty thousand of them never stand in memory.
#[derive(Default)]
struct Outline {
    total_requests: u64,
    failure_count: u64,
    total_tokens: i64,
    /// Ids by endpoint and analytics model, newest first.
    apis: BTreeMap<String, BTreeMap<String, Vec<i64>>>,
}

impl Outline {
    fn read(store: &Store, limit: usize) -> Result<Self, store::StoreError> {
        let mut outline = Self::default();
        let filter = store::EventFilter::default();
        let (mut after, mut left, mut batches) = (None, limit, Batches::new(EXPORT_BATCH));
        while left > 0 {
            let (page, _) = batches.read_blocking(store, left, |reader, size| {
                reader.events_page(&filter, after, size, store::Order::NewestFirst)
            })?;
            left -= page.events.len();
            page.events.iter().for_each(|stored| outline.add(stored));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        Ok(outline)
    }

    fn add(&mut self, stored: &StoredEvent) {
        let event = &stored.event;
        self.total_requests += 1;
        self.failure_count += u64::from(event.failed);
        self.total_tokens = self.total_tokens.saturating_add(event.tokens.total);
        let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        let models = self.apis.entry(or_dash(&event.endpoint)).or_default();
        models.entry(or_dash(event.analytics_model())).or_default().push(stored.id);
    }

    /// Sends the document. Ends early when the client goes away.
    async fn write(
        self,
        store: &Store,
        sender: &mpsc::Sender<Result<Bytes, std::io::Error>>,
    ) -> Result<(), store::StoreError> {
        let mut out = format!(
            r#"{{"total_requests":{},"success_count":{},"failure_count":{},"total_tokens":{},"apis":{{"#,
            self.total_requests,
            self.total_requests - self.failure_count,
            self.failure_count,
            self.total_tokens
        )
        .into_bytes();
        let (mut first_api, mut batches) = (true, Batches::new(EXPORT_BATCH));
        for (endpoint, models) in self.apis {
            put_name(&mut out, &endpoint, &mut first_api);
            out.extend_from_slice(br#"{"models":{"#);
            let mut first_model = true;
            for (model, ids) in models {
                put_name(&mut out, &model, &mut first_model);
                out.extend_from_slice(br#"{"details":["#);
                let (ids, mut first, mut at) = (Arc::<[i64]>::from(ids), true, 0);
                while at < ids.len() {
                    let from = Arc::clone(&ids);
                    let read = move |reader: &Reader<'_>, count| {
                        reader.events_by_id(from[at..at + count].iter().copied())
                    };
                    let (events, count) = batches.read(store, ids.len() - at, read).await?;
                    at += count;
                    for stored in events {
                        if !std::mem::take(&mut first) {
                            out.push(b',');
                        }
                        // Our own types always serialise.
                        serde_json::to_writer(&mut out, &UsageDetail::new(stored.event)).ok();
                    }
                    if sender.send(Ok(Bytes::from(std::mem::take(&mut out)))).await.is_err() {
                        return Ok(());
                    }
                }
                out.extend_from_slice(b"]}");
            }
            out.extend_from_slice(b"}}");
        }
        out.extend_from_slice(b"}}");
        sender.send(Ok(Bytes::from(out))).await.ok();
        Ok(())
    }
}

/// A member's name, after a comma if it is not the first.
fn put_name(out: &mut Vec<u8>, name: &str, first: &mut bool) {
    if !std::mem::take(first) {
        out.push(b',');
    }
    // A text always serialises.
    serde_json::to_writer(&mut *out, name).ok();
    out.push(b':');
}

/// Parameters of the export.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportParameters {
    /// Export only the newest events, by time; everything when absent.
    limit: Option<u64>,
}

/// Every stored event as one JSON object per line, oldest first. Events stored during the export are not part of it.
#[utoipa::path(get, path = "/v0/management/usage/export", tag = "usage", params(ExportParameters),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody)))]
async fn export_usage(
    State(state): State<AppState>,
    Download(entry): Download,
    Parameters(parameters): Parameters<ExportParameters>,
) -> ApiResult<Response> {
    let store = state.store().clone();
    let limit = parameters.limit;
    let plan = tokio::task::spawn_blocking(move || store.plan_export_blocking(limit));
    let plan = plan.await.map_err(crate::ApiError::internal)??;
    if let Some(entry) = entry {
        state.audit().record(entry.with_all(limit.map(|limit| AuditChange::fact("limit", limit))));
    }
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(2);
    let store = state.store().clone();
    tokio::spawn(async move {
        let (mut plan, mut batches) = (plan, Batches::new(EXPORT_BATCH));
        loop {
            let read = move |reader: &Reader<'_>, count| reader.export_batch(&plan, count);
            let batch = match batches.read(&store, EXPORT_BATCH, read).await {
                Ok((batch, _)) => batch,
                Err(error) => {
                    // The client sees a broken transfer, not a shorter file.
                    let broken = std::io::Error::other(error.to_string());
                    sender.send(Err(broken)).await.ok();
                    return;
                }
            };
            let Some(last) = batch.last() else { return };
            plan.after = last.key();
            let mut lines = Vec::with_capacity(batch.len() * 1024);
            for stored in &batch {
                normaliser::export::write_line(&stored.event, &mut lines);
            }
            if sender.send(Ok(Bytes::from(lines))).await.is_err() {
                return;
            }
        }
    });
    let mut response = Response::new(Body::from_stream(ReceiverStream::new(receiver)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"usage-events.jsonl\""),
    );
    Ok(response)
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use model::{CredentialMap, DEFAULT_GATEWAY};
    use normaliser::{Context, Outcome};
    use serde_json::{Value, json};
    use store::{OpenOptions, StoreError};

    use super::*;

    const EVENTS: usize = 2000;

    /// A store that gives a read no time, as a machine does that has none for us.
    fn starved(directory: &tempfile::TempDir) -> Store {
        let options = OpenOptions { read_limit: Duration::ZERO, ..OpenOptions::default() };
        let store = Store::open(&directory.path().join("usage.sqlite"), &options).expect("opens");
        let credentials = CredentialMap::default();
        let context = Context {
            gateway_id: DEFAULT_GATEWAY,
            received_at_ms: 1_795_425_517_291,
            credentials: &credentials,
        };
        let event = |n: usize| {
            let record = json!({ "request_id": format!("{n:08x}"), "model": format!("m{}", n % 3), "provider": "claude",
                "timestamp": "2026-11-23T12:00:00Z", "endpoint": "POST /v1/messages", "tokens": { "total_tokens": 7 } });
            match normaliser::normalise(record.to_string().as_bytes(), &context) {
                Outcome::Event(event) => *event,
                other => panic!("{other:?}"),
            }
        };
        store.append_blocking((0..EVENTS).map(event).collect(), Vec::new()).expect("appends");
        store
    }

    #[tokio::test]
    async fn the_document_is_whole_where_reads_take_too_long() {
        let directory = tempfile::tempdir().expect("directory");
        let store = starved(&directory);
        let all = store.read_blocking(|reader| reader.latest_events(EVENTS));
        assert_eq!(all.map(|events| events.len()), Err(StoreError::ReadTooLong));
        let reading = store.clone();
        let outline = tokio::task::spawn_blocking(move || Outline::read(&reading, EVENTS)).await;
        let outline = outline.expect("ends").expect("reads");
        assert_eq!((outline.total_requests, outline.total_tokens), (EVENTS as u64, 7 * EVENTS as i64));
        let (sender, mut receiver) = mpsc::channel(2);
        let writing = tokio::spawn(async move { outline.write(&store, &sender).await });
        let mut document = Vec::new();
        while let Some(piece) = receiver.recv().await {
            document.extend_from_slice(&piece.expect("a piece"));
        }
        writing.await.expect("ends").expect("writes");
        let document: Value = serde_json::from_slice(&document).expect("JSON");
        let models = document["apis"]["POST /v1/messages"]["models"].as_object().expect("models");
        let details = models.values().map(|model| model["details"].as_array().map_or(0, Vec::len));
        assert_eq!((models.len(), details.sum::<usize>()), (3, EVENTS));
    }
}
