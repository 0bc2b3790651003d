//! Exports of the current view: the same filters and order as the page, in full, as a stream.

use std::ops::Range;
use std::sync::Arc;

use analytics::query::events::{EventKeys, EventPlace, EventSort, MAX_OFFSET};
use analytics::{Events, Lookups};
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use columns::RowKey;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;
use store::{AuditChange, AuditEntry};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::routes::table::{Routes, routes};

use super::parameters::{EventParameters, View};
use crate::audit::Download;
use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::figures::Question;
use crate::prices::Prices;
use crate::state::AppState;
use crate::types::event::EventRow;

/// Says that the search behind an export was cut short, as `search_cut` does in other answers.
const SEARCH_CUT: HeaderName = HeaderName::from_static("x-cpamp-search-cut");
/// Events of one step of an export.
const BATCH: usize = 500;

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; export_csv, export_jsonl)
}

/// The events of a view as a table, one a line; the columns are those of the first line.
///
/// Text that a spreadsheet would take for a formula begins with an apostrophe. Views that are not in the order of time
/// hold at most 100,000 events.
#[utoipa::path(get, path = "/api/v1/events.csv", tag = "events", params(EventParameters),
    responses((status = 200, body = String, content_type = "text/csv",
        headers(("x-cpamp-search-cut" = bool, description = "only set, to `true`, when a text search was cut short: events may be missing"))), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn export_csv(
    State(state): State<AppState>,
    Download(entry): Download,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Response> {
    export(state, headers, query, Format::Csv, entry).await
}

/// The events of a view as JSON, one a line, as the page answers them.
///
/// Views that are not in the order of time hold at most 100,000 events.
#[utoipa::path(get, path = "/api/v1/events.jsonl", tag = "events", params(EventParameters),
    responses((status = 200, body = String, content_type = "application/x-ndjson",
        headers(("x-cpamp-search-cut" = bool, description = "only set, to `true`, when a text search was cut short: events may be missing"))), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn export_jsonl(
    State(state): State<AppState>,
    Download(entry): Download,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Response> {
    export(state, headers, query, Format::Jsonl, entry).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Jsonl,
}

async fn export(
    state: AppState,
    headers: HeaderMap,
    query: Option<String>,
    format: Format,
    entry: Option<AuditEntry>,
) -> ApiResult<Response> {
    let view = View::parse(query.as_deref())?;
    if view.backwards {
        return Err(ApiError::invalid_parameter("after", "goes with pages only"));
    }
    let mut question = Question::new(&state, &headers, &"export").await;
    if question.snapshot().partial.is_some() {
        return Err(incomplete());
    }
    let lookups = question.look_up(&view.query.filters.phrase()).await?;
    let (prices, search_cut) = (Arc::clone(state.prices()), question.search_cut());
    let name = file_name(&view.query.range, state.now_ms(), format);
    let disposition =
        HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).map_err(ApiError::internal)?;
    let range = view.query.range.clone();
    let limit = view.limit;
    let mut writer = Writer { question, view, lookups, format, prices };
    // The first step tells what is wrong with the request while an answer can still say so.
    let first = writer.step(EventPlace::Start, 0).await?;
    if let Some(entry) = entry {
        let bounds = [
            ("from_ms", (range.start != i64::MIN).then_some(range.start)),
            ("to_ms", (range.end != i64::MAX).then_some(range.end)),
            ("limit", limit.and_then(|limit| i64::try_from(limit).ok())),
        ];
        let given = bounds.into_iter().filter_map(|(name, value)| Some(AuditChange::fact(name, value?)));
        state.audit().record(entry.with_all(given));
    }
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(2);
    tokio::spawn(async move { writer.write(first, &sender).await });
    let mut response = Response::new(Body::from_stream(ReceiverStream::new(receiver)));
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Jsonl => "application/x-ndjson",
    };
    if search_cut {
        response.headers_mut().insert(SEARCH_CUT, HeaderValue::from_static("true"));
    }
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// The name of an export's file: its range in UTC, so that two files are told apart. An open end is the moment of the
/// export, an open begin is left out.
fn file_name(range: &Range<i64>, now_ms: i64, format: Format) -> String {
    let written = |ms: i64| {
        let time =
            Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX });
        time.strftime("%Y%m%dT%H%M%SZ").to_string()
    };
    let begin =
        if range.start == i64::MIN { String::new() } else { format!("-from-{}", written(range.start)) };
    let end = written(if range.end == i64::MAX { now_ms } else { range.end });
    let ending = match format {
        Format::Csv => "csv",
        Format::Jsonl => "jsonl",
    };
    format!("events{begin}-to-{end}.{ending}")
}

/// An export is complete, or it is none.
fn incomplete() -> ApiError {
    ApiError::new(
        http::StatusCode::SERVICE_UNAVAILABLE,
        "index_building",
        "the column index is being built; an export now would be incomplete",
    )
    .with_retry_after(10)
}

/// One step of an export.
struct Step {
    keys: Vec<RowKey>,
    has_more: bool,
}

struct Writer {
    question: Question,
    view: View,
    lookups: Lookups,
    format: Format,
    prices: Arc<Prices>,
}

impl Writer {
    fn by_time(&self) -> bool {
        self.view.query.sort == EventSort::Time
    }

    /// Keys of the events that follow; of a ranking, all of them at once: each step of it costs a whole pass.
    async fn step(&mut self, place: EventPlace, done: usize) -> ApiResult<Step> {
        let left = self.view.limit.map(|limit| limit.saturating_sub(done));
        let most = if self.by_time() { BATCH } else { MAX_OFFSET };
        let mut query = self.view.query.clone();
        query.limit = left.map_or(most, |left| left.min(most));
        if query.limit == 0 {
            return Ok(Step { keys: Vec::new(), has_more: false });
        }
        if done > 0 {
            query.place = place;
        }
        let keys = EventKeys::new(&query, &self.question.snapshot().dictionaries, &self.lookups)?;
        let result = self.question.ask(keys.plan().clone()).await?;
        // Damage may come to light with any step.
        if result.partial.is_some() {
            return Err(incomplete());
        }
        let page = keys.page(&result.answer);
        Ok(Step { has_more: page.has_more && self.by_time(), keys: page.keys })
    }

    /// Writes until there is no more, or nobody reads.
    async fn write(mut self, first: Step, sender: &mpsc::Sender<Result<Bytes, std::io::Error>>) {
        if let Err(error) = self.try_write(first, sender).await {
            // The client sees a broken transfer, not a shorter file.
            sender.send(Err(std::io::Error::other(error.to_string()))).await.ok();
        }
    }

    async fn try_write(
        &mut self,
        mut step: Step,
        sender: &mpsc::Sender<Result<Bytes, std::io::Error>>,
    ) -> ApiResult<()> {
        if self.format == Format::Csv {
            let head = format!("{}\r\n", COLUMNS.map(|(name, _)| name).join(","));
            if sender.send(Ok(Bytes::from(head))).await.is_err() {
                return Ok(());
            }
        }
        let mut done = 0;
        loop {
            for keys in step.keys.chunks(BATCH) {
                let ids = keys.iter().map(|key| key.id).collect();
                let events = Arc::new(self.question.events(ids).await?);
                let text = self.lines(keys, &events);
                if sender.send(Ok(Bytes::from(text))).await.is_err() {
                    return Ok(());
                }
            }
            done += step.keys.len();
            let Some(last) = step.keys.last().copied().filter(|_| step.has_more) else { return Ok(()) };
            step = self.step(EventPlace::After(last), done).await?;
        }
    }

    fn lines(&self, keys: &[RowKey], events: &Events) -> String {
        let mut text = String::new();
        for key in keys {
            let Some(event) = events.get(&key.id) else { continue };
            let row = EventRow::new(key.id, event, &self.prices);
            match self.format {
                Format::Csv => {
                    let cells = COLUMNS.map(|(_, cell)| cell(&row));
                    text.push_str(&cells.join(","));
                    text.push_str("\r\n");
                }
                Format::Jsonl => {
                    text.push_str(&serde_json::to_string(&row).unwrap_or_default());
                    text.push('\n');
                }
            }
        }
        text
    }
}

type Cell = fn(&EventRow) -> String;

/// The columns of a table: name and content.
const COLUMNS: [(&str, Cell); 35] = [
    ("id", |e| e.id.to_string()),
    ("timestamp", |e| text(&e.timestamp)),
    ("request_id", |e| maybe(&e.request_id)),
    ("status", |e| if e.failed { "failed" } else { "ok" }.to_owned()),
    ("status_code", |e| number(e.fail_status_code)),
    ("provider", |e| maybe(&e.provider)),
    ("analytics_model", |e| text(&e.analytics_model)),
    ("requested_model", |e| maybe(&e.requested_model)),
    ("resolved_model", |e| maybe(&e.resolved_model)),
    ("endpoint", |e| text(&e.endpoint)),
    ("auth_index", |e| maybe(&e.auth_index)),
    ("auth_file", |e| maybe(&e.auth_file_snapshot)),
    ("account", |e| maybe(&e.account_snapshot)),
    ("label", |e| maybe(&e.auth_label_snapshot)),
    ("project", |e| maybe(&e.auth_project_id_snapshot)),
    ("source", |e| maybe(&e.source)),
    ("api_key_hash", |e| maybe(&e.api_key_hash)),
    ("executor_type", |e| maybe(&e.executor_type)),
    ("service_tier", |e| maybe(&e.service_tier)),
    ("reasoning_effort", |e| maybe(&e.reasoning_effort)),
    ("total_input_tokens", |e| e.normalised.total_input_tokens.to_string()),
    ("output_tokens", |e| e.output_tokens.to_string()),
    ("reasoning_tokens", |e| e.reasoning_tokens.to_string()),
    // As everything that adds up: `cached_tokens` is what `cache_read_tokens` does not hold.
    ("cached_tokens", |e| (e.normalised.cache_read_tokens - e.cache_read_tokens.max(0)).to_string()),
    ("cache_read_tokens", |e| e.cache_read_tokens.to_string()),
    ("cache_creation_tokens", |e| e.normalised.cache_creation_tokens.to_string()),
    ("total_tokens", |e| e.total_tokens.to_string()),
    ("latency_ms", |e| number(e.latency_ms)),
    ("ttft_ms", |e| number(e.ttft_ms)),
    ("error_kind", |e| maybe(&e.header_error_kind)),
    ("error_code", |e| maybe(&e.header_error_code)),
    ("trace_id", |e| maybe(&e.header_trace_id)),
    ("fail_summary", |e| maybe(&e.fail_summary)),
    ("cost", |e| e.cost.map(|usd| usd.to_string()).unwrap_or_default()),
    ("priced", |e| e.priced.to_string()),
];

fn number(value: Option<i64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn maybe(value: &Option<String>) -> String {
    value.as_deref().map(text).unwrap_or_default()
}

/// A text as a cell: quoted where it must be, and never a formula.
fn text(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']) && value != "-";
    let safe = if formula { format!("'{value}") } else { value.to_owned() };
    if safe.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_their_range() {
        let now = 1_795_898_000_000;
        assert_eq!(
            file_name(&(1_795_811_600_000..now), 0, Format::Csv),
            "events-from-20261127T203320Z-to-20261128T203320Z.csv"
        );
        assert_eq!(file_name(&(i64::MIN..i64::MAX), now, Format::Jsonl), "events-to-20261128T203320Z.jsonl");
        let far = file_name(&(0..i64::MAX - 1), now, Format::Csv);
        assert!(far.starts_with("events-from-19700101T000000Z-to-9999"), "{far}");
    }

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(text("plain"), "plain");
        assert_eq!(text("a,b"), "\"a,b\"");
        assert_eq!(text("say \"hi\"\n"), "\"say \"\"hi\"\"\n\"");
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(text("-2+3,x"), "\"'-2+3,x\"");
        assert_eq!(text("\t=1"), "'\t=1");
        assert_eq!(text("-"), "-", "the mark of what is not known is no formula");
    }
}
