//! The parameters of event pages and of exports of a view.

use std::collections::BTreeMap;

use analytics::query::events::{EventPlace, EventSort, EventsQuery};
use analytics::query::{CacheUse, Field, NumberField, QueryFilters, QueryRange};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::{EventFilter, EventKey, Order};
use utoipa::IntoParams;

use crate::error::{ApiError, ApiResult};
use crate::extract::repeated;

/// Values of one repeated filter.
const MAX_VALUES: usize = 100;
/// Longest filter value, bytes.
const MAX_VALUE_BYTES: usize = 512;

/// Parameters of event pages. Values of a repeated parameter are alternatives.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "repeated parameters are documented here and read from the raw query")]
pub struct EventParameters {
    /// Most events to answer, 1 to 500 (default 100); of an export, all when absent.
    limit: Option<usize>,
    /// Answer events after this cursor in the order of the page (`next_cursor` of a page).
    before: Option<String>,
    /// Answer events before this cursor (`prev_cursor` of a page); only in the order of time.
    after: Option<String>,
    /// By what events are ordered: `time` (default), `cost`, `latency_ms`, `ttft_ms`, `total_tokens`, `input_tokens`,
    /// `output_tokens`, `cached_tokens`, `cache_read_tokens`, `cache_creation_tokens` or `reasoning_tokens`.
    #[param(value_type = Option<String>)]
    sort: Option<EventSort>,
    /// `desc` (default) or `asc`; newest or largest first unless `asc`.
    order: Option<String>,
    /// From this time on, Unix milliseconds.
    from_ms: Option<i64>,
    /// Before this time, Unix milliseconds.
    to_ms: Option<i64>,
    /// Display, requested, resolved or analytics model; may be repeated.
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
    /// Any other field of `POST /api/v1/query`, as `field:value`, for example `auth_file:claude-a.json`; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    include: Option<String>,
    /// No events with this value of a field, as `field:value`; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    exclude: Option<String>,
    /// Bounds of a number, as `number:least..most`, for example `latency_ms:3000..`; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    range: Option<String>,
    /// `hit`, `miss`, `read` or `creation`.
    cache: Option<String>,
    /// Only events with (`true`) or without (`false`) a price.
    priced: Option<bool>,
    /// `ok` or `failed`.
    status: Option<String>,
    /// Upstream status code; may be repeated.
    #[param(value_type = Option<Vec<i64>>)]
    status_code: Option<String>,
    /// The gateway's request id.
    request_id: Option<String>,
    /// Trace id among the answer's headers; may be repeated.
    #[param(value_type = Option<Vec<String>>)]
    trace_id: Option<String>,
    /// Text that must occur in a model, provider, credential, endpoint, client field, key hash or alias, status code, failure
    /// text, request or trace id; or the first 8 or more digits of an event hash.
    search: Option<String>,
}

/// The parameters that are not repeated.
#[derive(Default, Deserialize)]
struct Single {
    limit: Option<usize>,
    before: Option<String>,
    after: Option<String>,
    sort: Option<String>,
    order: Option<String>,
    from_ms: Option<i64>,
    to_ms: Option<i64>,
    cache: Option<String>,
    priced: Option<bool>,
    status: Option<String>,
    request_id: Option<String>,
    search: Option<String>,
}

/// A view of events: what a page shows and what an export writes.
#[derive(Debug, Clone)]
pub struct View {
    /// For the columns; `limit` is 0 when none was asked for.
    pub query: EventsQuery,
    /// The same for plain reads of the database, where they can answer it.
    pub plain: Option<EventFilter>,
    /// Whether the page goes back towards newer events.
    pub backwards: bool,
    pub limit: Option<usize>,
}

impl View {
    /// Reads a query string.
    pub fn parse(query: Option<&str>) -> ApiResult<Self> {
        let single = single(query)?;
        let filters = filters(query, &single)?;
        let sort: EventSort = named("sort", single.sort.as_deref())?.unwrap_or_default();
        let ascending = match single.order.as_deref() {
            None | Some("" | "desc") => false,
            Some("asc") => true,
            Some(_) => return Err(ApiError::invalid_parameter("order", "must be asc or desc")),
        };
        let (place, backwards) = match (&single.before, &single.after) {
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid_parameter("before", "cannot be combined with after"));
            }
            (None, Some(after)) => {
                let key = parse_cursor("after", after)?;
                (EventPlace::After(columns::RowKey { timestamp_ms: key.timestamp_ms, id: key.id }), true)
            }
            (Some(before), None) => (parse_place(before)?, false),
            (None, None) => (EventPlace::Start, false),
        };
        if let (Some(from), Some(to)) = (single.from_ms, single.to_ms)
            && from >= to
        {
            return Err(ApiError::invalid_parameter("from_ms", "must be less than to_ms"));
        }
        if backwards && sort != EventSort::Time {
            return Err(ApiError::invalid_parameter("after", "goes with the order of time only"));
        }
        let by_time = sort == EventSort::Time && !ascending;
        let plain = plain(&filters, &single).filter(|_| by_time);
        let range = single.from_ms.unwrap_or(i64::MIN)..single.to_ms.unwrap_or(i64::MAX);
        let query = EventsQuery {
            range,
            filters,
            sort,
            ascending: ascending != backwards,
            place,
            limit: single.limit.unwrap_or(0),
        };
        Ok(Self { query, plain, backwards, limit: single.limit })
    }

    /// Where a plain read of the database begins.
    pub fn plain_cursor(&self) -> Option<EventKey> {
        match self.query.place {
            EventPlace::After(key) => Some(EventKey { timestamp_ms: key.timestamp_ms, id: key.id }),
            _ => None,
        }
    }

    /// The order of a plain read.
    pub fn plain_order(&self) -> Order {
        if self.backwards { Order::OldestFirst } else { Order::NewestFirst }
    }
}

fn single(query: Option<&str>) -> ApiResult<Single> {
    let uri: http::Uri = format!("/?{}", query.unwrap_or_default())
        .parse()
        .map_err(|_| ApiError::bad_request("the query parameters cannot be read"))?;
    axum::extract::Query::<Single>::try_from_uri(&uri)
        .map(|found| found.0)
        .map_err(|error| ApiError::new(http::StatusCode::BAD_REQUEST, "invalid_parameter", error.body_text()))
}

/// A value that is one of a few names.
pub fn named<T: DeserializeOwned>(parameter: &str, name: Option<&str>) -> ApiResult<Option<T>> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    serde_json::from_value(serde_json::Value::String(name.to_owned()))
        .map(Some)
        .map_err(|_| ApiError::invalid_parameter(parameter, "is not one of the known names"))
}

fn filters(query: Option<&str>, single: &Single) -> ApiResult<QueryFilters> {
    let values = |name: &str| -> ApiResult<Vec<String>> {
        let values = repeated(query, name);
        if values.len() > MAX_VALUES || values.iter().any(|value| value.len() > MAX_VALUE_BYTES) {
            let problem = format!("at most {MAX_VALUES} values of {MAX_VALUE_BYTES} bytes");
            return Err(ApiError::invalid_parameter(name, problem));
        }
        Ok(values)
    };
    let text = |name: &str, value: &Option<String>| -> ApiResult<String> {
        let text = value.as_deref().unwrap_or_default().trim();
        if text.len() > MAX_VALUE_BYTES {
            return Err(ApiError::invalid_parameter(name, format!("at most {MAX_VALUE_BYTES} bytes")));
        }
        Ok(text.to_owned())
    };
    let (mut include, mut exclude) = (BTreeMap::<Field, Vec<String>>::new(), BTreeMap::new());
    for (name, field) in [
        ("model", Field::AnyModel),
        ("provider", Field::Provider),
        ("account", Field::Account),
        ("auth_index", Field::AuthIndex),
        ("api_key_hash", Field::ApiKey),
        ("endpoint", Field::Endpoint),
        ("status_code", Field::StatusCode),
    ] {
        let values = values(name)?;
        if field == Field::StatusCode && values.iter().any(|value| value.parse::<i64>().is_err()) {
            return Err(ApiError::invalid_parameter("status_code", "must be a number"));
        }
        if !values.is_empty() {
            include.insert(field, values);
        }
    }
    for (name, side) in [("include", &mut include), ("exclude", &mut exclude)] {
        for pair in values(name)? {
            let (field, value) = pair
                .split_once(':')
                .ok_or_else(|| ApiError::invalid_parameter(name, "must be field:value"))?;
            let field: Option<Field> = named(name, Some(field))?;
            let field = field.ok_or_else(|| ApiError::invalid_parameter(name, "must be field:value"))?;
            side.entry(field).or_default().push(value.to_owned());
        }
    }
    match single.status.as_deref() {
        None | Some("") => {}
        Some(status @ ("ok" | "failed")) => {
            include.insert(Field::Status, vec![status.to_owned()]);
        }
        Some(_) => return Err(ApiError::invalid_parameter("status", "must be ok or failed")),
    }
    let ranges = values("range")?.iter().map(|range| parse_range(range)).collect::<ApiResult<_>>()?;
    let cache: Option<CacheUse> = named("cache", single.cache.as_deref())?;
    let request_id = text("request_id", &single.request_id)?;
    let filters = QueryFilters {
        include,
        exclude,
        ranges,
        text: text("search", &single.search)?,
        request_ids: if request_id.is_empty() { Vec::new() } else { vec![request_id] },
        trace_ids: values("trace_id")?,
        cache,
        priced: single.priced,
    };
    filters.check()?;
    Ok(filters)
}

/// `number:least..most`; either bound may be missing.
fn parse_range(text: &str) -> ApiResult<QueryRange> {
    let wrong = || ApiError::invalid_parameter("range", "must be number:least..most");
    let (number, bounds) = text.split_once(':').ok_or_else(wrong)?;
    let of: NumberField = named("range", Some(number))?.ok_or_else(wrong)?;
    let (min, max) = bounds.split_once("..").ok_or_else(wrong)?;
    let bound = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| wrong()),
    };
    Ok(QueryRange { of, min: bound(min)?, max: bound(max)? })
}

/// The filters for plain reads of the database; `None` when those cannot say it, or would say something else than the
/// columns: models, providers, accounts, keys and text have more names there, and their letters fold.
fn plain(filters: &QueryFilters, single: &Single) -> Option<EventFilter> {
    let more = !filters.exclude.is_empty()
        || !filters.ranges.is_empty()
        || !filters.trace_ids.is_empty()
        || !filters.text.is_empty()
        || filters.cache.is_some()
        || filters.priced.is_some();
    if more {
        return None;
    }
    let mut plain = EventFilter {
        from_ms: single.from_ms,
        to_ms: single.to_ms,
        request_id: filters.request_ids.first().cloned(),
        ..EventFilter::default()
    };
    for (field, values) in &filters.include {
        // The columns trim, and take what is empty or `-` for what is not known.
        if !values.iter().all(|value| value.trim() == value && !matches!(value.as_str(), "" | "-")) {
            return None;
        }
        match field {
            Field::AuthIndex => plain.auth_indexes.clone_from(values),
            Field::Endpoint => plain.endpoints.clone_from(values),
            Field::StatusCode => {
                let number =
                    |text: &String| text.parse::<i64>().ok().filter(|code| code.to_string() == *text);
                plain.status_codes = values.iter().map(number).collect::<Option<_>>()?;
            }
            Field::Status => match values.as_slice() {
                [status] if status == "ok" => plain.failed = Some(false),
                [status] if status == "failed" => plain.failed = Some(true),
                _ => return None,
            },
            _ => return None,
        }
    }
    Some(plain)
}

/// A place in the order of time, as text: time and id.
pub fn cursor_text(timestamp_ms: i64, id: i64) -> String {
    format!("{timestamp_ms}.{id}")
}

/// A place in any other order, as text.
pub fn offset_text(offset: usize) -> String {
    format!("o{offset}")
}

pub fn parse_cursor(name: &str, text: &str) -> ApiResult<EventKey> {
    text.split_once('.')
        .and_then(|(time, id)| Some(EventKey { timestamp_ms: time.parse().ok()?, id: id.parse().ok()? }))
        .ok_or_else(|| ApiError::invalid_parameter(name, "is not a cursor of this manager"))
}

fn parse_place(text: &str) -> ApiResult<EventPlace> {
    if let Some(offset) = text.strip_prefix('o').and_then(|offset| offset.parse().ok()) {
        return Ok(EventPlace::Offset(offset));
    }
    let key = parse_cursor("before", text)?;
    Ok(EventPlace::After(columns::RowKey { timestamp_ms: key.timestamp_ms, id: key.id }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_and_checked() {
        let view = View::parse(Some("model=a&model=b%20c&status=failed&status_code=429&search=%20x%20"));
        let filters = view.expect("valid").query.filters;
        assert_eq!(filters.include[&Field::AnyModel], ["a", "b c"]);
        assert_eq!(filters.include[&Field::Status], ["failed"]);
        assert_eq!(
            (filters.include[&Field::StatusCode].as_slice(), filters.text.as_str()),
            (&["429".to_owned()][..], "x")
        );
        let view =
            View::parse(Some("auth_index=a&endpoint=b%20c&status=failed&status_code=429&request_id=r"));
        let plain = view.expect("valid").plain.expect("the database can answer it");
        assert_eq!(
            (plain.auth_indexes.as_slice(), plain.endpoints.as_slice()),
            (&["a".to_owned()][..], &["b c".to_owned()][..])
        );
        assert_eq!((plain.failed, plain.status_codes), (Some(true), vec![429]));
        assert_eq!(plain.request_id.as_deref(), Some("r"));
        let view = View::parse(Some("include=status:ok")).expect("valid");
        assert_eq!(view.plain.expect("as status=ok").failed, Some(false));
        for wrong in [
            "status=maybe",
            "status_code=x",
            "from_ms=5&to_ms=5",
            "from_ms=x",
            "limit=x",
            "sort=colour",
            "order=up",
            "include=plan",
            "include=colour:red",
            "range=latency_ms:5",
            "range=colour:1..2",
            "cache=warm",
            "before=x",
            "after=1.2&sort=cost",
        ] {
            assert_eq!(View::parse(Some(wrong)).expect_err(wrong).status, http::StatusCode::BAD_REQUEST);
        }
        let long = format!("search={}", "x".repeat(MAX_VALUE_BYTES + 1));
        assert!(View::parse(Some(&long)).is_err());
    }

    #[test]
    fn what_the_database_cannot_say_goes_to_the_columns() {
        for asked in [
            "sort=cost",
            "order=asc",
            "exclude=model:a",
            "range=latency_ms:3000..",
            "cache=hit",
            "include=plan:plus",
            // The database would take these for something else than the columns do.
            "include=status:FAILED",
            "include=status:failed&include=status:ok",
            "include=status_code:-",
            "include=status_code:0429",
            "include=auth_index:-",
            "auth_index=%20a",
            "endpoint=",
            "model=a",
            "provider=codex",
            "account=a",
            "api_key_hash=a",
            "search=a",
        ] {
            assert!(View::parse(Some(asked)).expect(asked).plain.is_none(), "{asked}");
        }
        let view = View::parse(Some("range=latency_ms:3000..&range=total_tokens:..9")).expect("valid");
        let bounds: Vec<_> = view.query.filters.ranges.iter().map(|range| (range.min, range.max)).collect();
        assert_eq!(bounds, [(Some(3000), None), (None, Some(9))]);
        let view = View::parse(Some("sort=cost&before=o200")).expect("valid");
        assert_eq!(view.query.place, EventPlace::Offset(200));
    }

    #[test]
    fn cursors_survive_their_text_form() {
        let key = EventKey { timestamp_ms: -5, id: 7 };
        assert_eq!(parse_cursor("before", &cursor_text(-5, 7)).ok(), Some(key));
        assert!(parse_cursor("before", "x").is_err());
        assert!(parse_cursor("before", "1").is_err());
    }
}
