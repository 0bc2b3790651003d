//! The compatible usage document and the export.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, header};
use serde::Deserialize;
use store::Store;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiResult, ErrorBody};
use crate::extract::Parameters;
use crate::state::AppState;
use crate::types::usage::UsageDocument;

/// Events of one read of an export; far less than a second of work.
const EXPORT_BATCH: usize = 512;
/// Most events of the compatible document; it is made in memory.
const MAX_DOCUMENT_EVENTS: usize = 50_000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_usage)).routes(routes!(export_usage))
}

/// The newest events by endpoint and model, as older panels and scripts read them.
#[utoipa::path(get, path = "/v0/management/usage", tag = "usage",
    responses((status = 200, body = UsageDocument), (status = 401, body = ErrorBody)))]
async fn get_usage(State(state): State<AppState>) -> ApiResult<Json<UsageDocument>> {
    let limit = state.control().query_limit().min(MAX_DOCUMENT_EVENTS);
    let store = state.store().clone();
    let made = tokio::task::spawn_blocking(move || usage_document(&store, limit));
    Ok(Json(made.await.map_err(crate::ApiError::internal)??))
}

fn usage_document(store: &Store, limit: usize) -> Result<UsageDocument, store::StoreError> {
    let mut document = UsageDocument::default();
    let filter = store::EventFilter::default();
    let (mut after, mut left) = (None, limit);
    while left > 0 {
        let size = left.min(EXPORT_BATCH);
        let page = store
            .read_blocking(|reader| reader.events_page(&filter, after, size, store::Order::NewestFirst))?;
        left -= page.events.len();
        page.events.into_iter().for_each(|stored| document.add(stored.event));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(document)
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
    Parameters(parameters): Parameters<ExportParameters>,
) -> ApiResult<Response> {
    let store = state.store().clone();
    let limit = parameters.limit;
    let plan = tokio::task::spawn_blocking(move || store.plan_export_blocking(limit));
    let plan = plan.await.map_err(crate::ApiError::internal)??;
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(2);
    let store = state.store().clone();
    tokio::spawn(async move {
        let mut plan = plan;
        loop {
            let batch = store.read(move |reader| reader.export_batch(&plan, EXPORT_BATCH)).await;
            let batch = match batch {
                Ok(batch) => batch,
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
