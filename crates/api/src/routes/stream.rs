//! The live stream: new events and status changes as server-sent events.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::Parameters;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::event::{EventRow, LiveEvents};
use crate::types::status::LiveStatus;

/// Most events of one message.
const BATCH: usize = 200;
/// A client further behind than this is brought to the newest events; the page tells how many it did not get.
const MAX_BEHIND: i64 = 2_000;
/// Shortest time between two messages of the same kind.
const PACE: Duration = Duration::from_millis(250);
/// Shortest time between two status messages.
const STATUS_PACE: Duration = Duration::from_secs(1);
/// A comment keeps proxies from closing a silent connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; stream_events)
}

/// Parameters of the live stream.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StreamParameters {
    /// Go on after this row id; the header `Last-Event-ID` does the same and wins. Without either: new events only.
    after_id: Option<i64>,
}

/// Data of the messages of the live stream.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents what the stream sends; the messages are encoded one by one")]
enum LiveMessage {
    /// Data of `event: events`.
    #[schema(title = "events")]
    Events(LiveEvents),
    /// Data of `event: status`.
    #[schema(title = "status")]
    Status(Box<LiveStatus>),
}

/// New events and status changes, as server-sent events.
///
/// `event: events` carries [`LiveEvents`] and the last row id as its id; `event: status` carries [`LiveStatus`].
/// Read it with `fetch`. A comment comes every 15 seconds.
#[utoipa::path(get, path = "/api/v1/events/stream", tag = "events", params(StreamParameters),
    responses((status = 200, body = LiveMessage, content_type = "text/event-stream"), (status = 401, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn stream_events(
    State(state): State<AppState>,
    headers: HeaderMap,
    Parameters(parameters): Parameters<StreamParameters>,
) -> ApiResult<Response> {
    let place = state.live().place().ok_or_else(|| {
        ApiError::new(
            http::StatusCode::SERVICE_UNAVAILABLE,
            "too_many_streams",
            "too many live streams are open",
        )
        .with_retry_after(10)
        .with_hint("close other pages of the panel")
    })?;
    let resume = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let after_id = match resume.or(parameters.after_id) {
        Some(id) if id >= 0 => id,
        Some(_) => return Err(ApiError::invalid_parameter("after_id", "must not be negative")),
        None => state.store().counts().last_event_id,
    };
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        let stop = state.live().stop().clone();
        let feed = Feed { state, sender, after_id };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = feed.run() => {}
        }
        drop(place);
    });
    let body = ReceiverStream::new(receiver).map(Ok::<Bytes, Infallible>);
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Feed {
    state: AppState,
    sender: mpsc::Sender<Bytes>,
    after_id: i64,
}

impl Feed {
    /// Runs until the client goes away; the answer is always `None`.
    async fn run(mut self) -> Option<()> {
        let mut generation = self.state.store().watch();
        let mut status = self.state.control().status_changes();
        let mut last_status = None;
        let mut status_due = Some(Instant::now());
        loop {
            if status_due.is_some_and(|due| due <= Instant::now()) {
                status_due = None;
                self.send_status(&mut last_status).await?;
            }
            if self.send_events().await? {
                continue;
            }
            let wake_status =
                status_due.map_or(HEARTBEAT, |due| due.saturating_duration_since(Instant::now()));
            tokio::select! {
                changed = generation.changed() => {
                    changed.ok()?;
                    tokio::time::sleep(PACE).await;
                    generation.mark_unchanged();
                    status_due.get_or_insert_with(|| Instant::now() + STATUS_PACE);
                }
                changed = status.changed() => {
                    changed.ok()?;
                    status.mark_unchanged();
                    status_due.get_or_insert_with(|| Instant::now() + STATUS_PACE);
                }
                () = self.sender.closed() => return None,
                () = tokio::time::sleep(wake_status.min(HEARTBEAT)) => {
                    if status_due.is_none() {
                        self.send(Bytes::from_static(b": alive\n\n")).await?;
                        // "Complete to" moves on, also while nothing happens.
                        status_due = Some(Instant::now());
                    }
                }
            }
        }
    }

    async fn send(&self, message: Bytes) -> Option<()> {
        self.sender.send(message).await.ok()
    }

    /// Sends the next events. `Some(true)`: there may be more at once.
    async fn send_events(&mut self) -> Option<bool> {
        let latest = self.state.store().counts().last_event_id;
        let mut skipped = 0;
        if latest - self.after_id > MAX_BEHIND {
            skipped = latest - BATCH as i64 - self.after_id;
            self.after_id += skipped;
        }
        let after_id = self.after_id;
        let read = self.state.store().read(move |reader| reader.events_after_id(after_id, BATCH)).await;
        // After a failed read the stream ends; the client reconnects and resumes where it was.
        let events = read
            .inspect_err(|error| tracing::warn!(%error, "the live stream cannot read the database"))
            .ok()?;
        let Some(last) = events.last() else { return Some(false) };
        self.after_id = last.id;
        let full = events.len() == BATCH;
        let prices = self.state.prices();
        let items = events.iter().map(|stored| EventRow::new(stored.id, &stored.event, prices)).collect();
        let message = encode("events", Some(self.after_id), &LiveEvents { items, skipped });
        self.send(message).await?;
        Some(full)
    }

    /// Sends the status if it differs from the last one sent.
    async fn send_status(&self, last: &mut Option<LiveStatus>) -> Option<()> {
        let Ok(status) = self.state.control().status().await else { return Some(()) };
        let status = LiveStatus::from(status);
        if last.as_ref() == Some(&status) {
            return Some(());
        }
        self.send(encode("status", None, &status)).await?;
        *last = Some(status);
        Some(())
    }
}

fn encode<T: Serialize>(event: &str, id: Option<i64>, data: &T) -> Bytes {
    let mut message = Vec::with_capacity(1024);
    message.extend_from_slice(format!("event: {event}\n").as_bytes());
    if let Some(id) = id {
        message.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    message.extend_from_slice(b"data: ");
    // Our own types always serialise, and JSON has no raw line breaks.
    serde_json::to_writer(&mut message, data).ok();
    message.extend_from_slice(b"\n\n");
    Bytes::from(message)
}
