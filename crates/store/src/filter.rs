//! Pages of events with filters.
//!
//! Filters on text are first turned into sets of dictionary ids; the scan then compares small numbers, in the order of
//! time, until the page is full or its time is up. The column index answers the heavy questions; this answers "show me
//! the newest that match", also while the index is not there.

use std::collections::HashSet;
use std::time::Duration;

use model::{GatewayId, UsageEvent};
use rusqlite::Row;

use crate::codec::hex_column;
use crate::error::StoreError;
use crate::query::EventKey;
use crate::reader::Reader;
use crate::row::StoredEvent;

/// How long one page may search; then it is handed out as it is, with a place to continue.
pub const PAGE_TIME: Duration = Duration::from_millis(400);

/// Largest page.
pub const PAGE_MAX_EVENTS: usize = 1000;

/// Rows between two looks at the clock.
const ROWS_PER_LOOK: u64 = 512;

/// Which events; every field narrows, an empty one does not. Values of one list are alternatives, compared exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// The gateway.
    pub gateway_id: Option<GatewayId>,
    /// From this time on, Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Before this time, Unix milliseconds.
    pub to_ms: Option<i64>,
    /// Display, requested or resolved model.
    pub models: Vec<String>,
    /// Provider, or provider of the credential.
    pub providers: Vec<String>,
    /// Account name, credential label, or masked source.
    pub accounts: Vec<String>,
    /// Handles of credentials.
    pub auth_indexes: Vec<String>,
    /// SHA-256 (hex) of client API keys.
    pub api_key_hashes: Vec<String>,
    /// Endpoint or path.
    pub endpoints: Vec<String>,
    /// Failed attempts only, or successful ones only.
    pub failed: Option<bool>,
    /// Upstream status codes.
    pub status_codes: Vec<i64>,
    /// One request's attempts.
    pub request_id: Option<String>,
    /// Text that must occur, in any case of letters, in a model, provider, executor, credential field, endpoint, client
    /// field, key hash, tier, effort, status code or request id.
    pub search: Option<String>,
    /// Key hashes that also satisfy `search`: keys whose alias matched.
    pub search_api_key_hashes: Vec<String>,
}

/// The order of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By time and id, newest first.
    #[default]
    NewestFirst,
    /// By time and id, oldest first.
    OldestFirst,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The events, in the order asked for.
    pub events: Vec<StoredEvent>,
    /// Where the next page begins (after this place); `None` = there are no more.
    pub next: Option<EventKey>,
    /// Whether the page ended because its time was up: it may hold fewer events than asked for, even none, and the next
    /// page continues the search.
    pub interrupted: bool,
    /// Rows looked at.
    pub scanned: u64,
}

/// Lower-cased text to look for.
struct Needle(String);

impl Needle {
    fn new(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        (!text.is_empty()).then_some(Self(text))
    }

    fn is_in(&self, text: &str) -> bool {
        // Plain letters are the rule; the general case folds the whole text.
        if text.is_ascii() && self.0.is_ascii() {
            let (text, needle) = (text.as_bytes(), self.0.as_bytes());
            return text.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle));
        }
        text.to_lowercase().contains(&self.0)
    }
}

fn wanted(values: &[String], texts: &[&str]) -> bool {
    values.is_empty() || values.iter().any(|value| texts.contains(&value.as_str()))
}

impl EventFilter {
    /// Whether an event is one of these; the same rule as [`Reader::events_page`], for live streams.
    pub fn matches(&self, event: &UsageEvent) -> bool {
        let e = event;
        let exact = self.gateway_id.is_none_or(|id| id == e.gateway_id)
            && self.from_ms.is_none_or(|from| e.time.ms >= from)
            && self.to_ms.is_none_or(|to| e.time.ms < to)
            && wanted(&self.models, &[&e.model, &e.requested_model, &e.resolved_model])
            && wanted(&self.providers, &[&e.provider, &e.auth_provider_snapshot])
            && wanted(&self.accounts, &[&e.account_snapshot, &e.auth_label_snapshot, &e.source])
            && wanted(&self.auth_indexes, &[&e.auth_index])
            && wanted(&self.api_key_hashes, &[&e.api_key_hash])
            && wanted(&self.endpoints, &[&e.endpoint, &e.path])
            && self.failed.is_none_or(|failed| failed == e.failed)
            && (self.status_codes.is_empty()
                || e.fail_status_code.is_some_and(|code| self.status_codes.contains(&code)))
            && self.request_id.as_ref().is_none_or(|id| *id == e.request_id);
        let Some(needle) = self.search.as_deref().and_then(Needle::new) else { return exact };
        let texts = [
            &e.model,
            &e.requested_model,
            &e.resolved_model,
            &e.provider,
            &e.executor_type,
            &e.auth_type,
            &e.auth_index,
            &e.source,
            &e.account_snapshot,
            &e.auth_label_snapshot,
            &e.auth_file_snapshot,
            &e.auth_provider_snapshot,
            &e.auth_project_id_snapshot,
            &e.endpoint,
            &e.path,
            &e.client_ip,
            &e.x_forwarded_for,
            &e.user_agent,
            &e.api_key_hash,
            &e.reasoning_effort,
            &e.service_tier,
            &e.request_service_tier,
            &e.response_service_tier,
            &e.request_id,
        ];
        exact
            && (texts.iter().any(|text| needle.is_in(text))
                || e.fail_status_code.is_some_and(|code| needle.is_in(&code.to_string()))
                || self.search_api_key_hashes.contains(&e.api_key_hash))
    }
}

/// The dictionaries that a filter can restrict: table, id column of `events`, text columns, which of them are hex.
struct Source {
    table: &'static str,
    columns: &'static str,
}

const CREDENTIALS: usize = 0;
const MODELS: usize = 1;
const ROUTES: usize = 2;
const CLIENTS: usize = 3;
const API_KEYS: usize = 4;
const TIERS: usize = 5;

const SOURCES: [Source; 6] = [
    Source {
        table: "credentials",
        columns: "auth_index, provider, auth_provider_snapshot, account_snapshot, auth_label_snapshot, source, \
                  executor_type, auth_type, auth_file_snapshot, auth_project_id_snapshot",
    },
    Source { table: "models", columns: "model, requested_model, resolved_model" },
    Source { table: "routes", columns: "endpoint, path" },
    Source { table: "clients", columns: "client_ip, x_forwarded_for, user_agent" },
    Source { table: "api_keys", columns: "api_key_hash" },
    Source {
        table: "tiers",
        columns: "reasoning_effort, service_tier, request_service_tier, response_service_tier",
    },
];

/// A filter over dictionary ids.
#[derive(Default)]
struct Compiled {
    required: [Option<HashSet<i64>>; SOURCES.len()],
    found: Option<(Needle, [HashSet<i64>; SOURCES.len()])>,
}

impl EventFilter {
    fn restricts(&self, source: usize) -> bool {
        match source {
            CREDENTIALS => {
                !(self.providers.is_empty() && self.accounts.is_empty() && self.auth_indexes.is_empty())
            }
            MODELS => !self.models.is_empty(),
            ROUTES => !self.endpoints.is_empty(),
            API_KEYS => !self.api_key_hashes.is_empty(),
            _ => false,
        }
    }

    /// Whether a dictionary row with these texts (in the order of [`SOURCES`]) satisfies the exact filters.
    fn admits(&self, source: usize, texts: &[String]) -> bool {
        let at = |i: usize| texts.get(i).map_or("", String::as_str);
        match source {
            CREDENTIALS => {
                wanted(&self.auth_indexes, &[at(0)])
                    && wanted(&self.providers, &[at(1), at(2)])
                    && wanted(&self.accounts, &[at(3), at(4), at(5)])
            }
            MODELS => wanted(&self.models, &[at(0), at(1), at(2)]),
            ROUTES => wanted(&self.endpoints, &[at(0), at(1)]),
            API_KEYS => wanted(&self.api_key_hashes, &[at(0)]),
            CLIENTS | TIERS => true,
            _ => false,
        }
    }

    fn compile(&self, reader: &Reader<'_>) -> Result<Compiled, StoreError> {
        let mut compiled = Compiled::default();
        let needle = self.search.as_deref().and_then(Needle::new);
        let mut found: [HashSet<i64>; SOURCES.len()] = Default::default();
        for (i, source) in SOURCES.iter().enumerate() {
            let restricts = self.restricts(i);
            if !restricts && needle.is_none() {
                continue;
            }
            let mut required = HashSet::new();
            let sql = format!("SELECT id, {} FROM {}", source.columns, source.table);
            let mut select = reader.conn().prepare_cached(&sql)?;
            let columns = select.column_count();
            let mut rows = select.query(())?;
            let mut texts = Vec::with_capacity(columns);
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                texts.clear();
                for column in 1..columns {
                    texts.push(hex_column(row.get_ref(column)?)?);
                }
                if restricts && self.admits(i, &texts) {
                    required.insert(id);
                }
                if let Some(needle) = &needle
                    && (texts.iter().any(|text| needle.is_in(text))
                        || (i == API_KEYS
                            && texts.iter().any(|key| self.search_api_key_hashes.contains(key))))
                {
                    found[i].insert(id);
                }
            }
            if restricts {
                compiled.required[i] = Some(required);
            }
        }
        compiled.found = needle.map(|needle| (needle, found));
        Ok(compiled)
    }

    /// Whether the row of [`SCAN`] matches.
    fn admits_row(&self, compiled: &Compiled, row: &Row<'_>) -> Result<bool, StoreError> {
        if self.gateway_id.is_some_and(|id| row.get_ref(2).ok().and_then(|v| v.as_i64().ok()) != Some(id)) {
            return Ok(false);
        }
        if let Some(failed) = self.failed
            && row.get::<_, bool>(3)? != failed
        {
            return Ok(false);
        }
        let status: Option<i64> = row.get(4)?;
        if !self.status_codes.is_empty() && !status.is_some_and(|code| self.status_codes.contains(&code)) {
            return Ok(false);
        }
        for (i, required) in compiled.required.iter().enumerate() {
            if let Some(required) = required
                && !required.contains(&row.get(5 + i)?)
            {
                return Ok(false);
            }
        }
        if self.request_id.is_none() && compiled.found.is_none() {
            return Ok(true);
        }
        let request_id = hex_column(row.get_ref(11)?)?;
        if self.request_id.as_ref().is_some_and(|wanted| *wanted != request_id) {
            return Ok(false);
        }
        let Some((needle, found)) = &compiled.found else { return Ok(true) };
        for (i, found) in found.iter().enumerate() {
            if found.contains(&row.get(5 + i)?) {
                return Ok(true);
            }
        }
        Ok(needle.is_in(&request_id) || status.is_some_and(|code| needle.is_in(&code.to_string())))
    }
}

/// What the scan reads of each row; the dictionary ids stand in the order of [`SOURCES`].
const SCAN: &str = "SELECT id, timestamp_ms, gateway_id, failed, status_code, credential_id, model_id, route_id, \
                    client_id, api_key_id, tier_id, request_id FROM events";

impl Reader<'_> {
    /// A page of the events that match, beginning after `after` (or at the end that `order` names). `limit` is at most
    /// [`PAGE_MAX_EVENTS`].
    ///
    /// The search stops after [`PAGE_TIME`]; the page then says so and tells where to go on.
    ///
    /// # Errors
    /// Those of any read.
    pub fn events_page(
        &self,
        filter: &EventFilter,
        after: Option<EventKey>,
        limit: usize,
        order: Order,
    ) -> Result<Page, StoreError> {
        let limit = limit.clamp(1, PAGE_MAX_EVENTS);
        let compiled = filter.compile(self)?;
        // The bounds of the time range as places: [first, last), both as exclusive neighbours.
        let first = filter.from_ms.map_or(EventKey::FIRST, |ms| EventKey { timestamp_ms: ms, id: i64::MIN });
        let last = filter.to_ms.map_or(EventKey::LAST, |ms| EventKey { timestamp_ms: ms, id: i64::MIN });
        let (tail, low, high) = match order {
            Order::NewestFirst => {
                ("timestamp_ms DESC, id DESC", first, after.map_or(last, |after| after.min(last)))
            }
            Order::OldestFirst => ("timestamp_ms, id", after.map_or(first, |after| after.max(first)), last),
        };
        let sql = format!(
            "{SCAN} WHERE timestamp_ms BETWEEN ?1 AND ?3 AND (timestamp_ms, id) > (?1, ?2) \
             AND (timestamp_ms, id) < (?3, ?4) ORDER BY {tail}"
        );
        let mut select = self.conn().prepare_cached(&sql)?;
        let mut rows = select.query((low.timestamp_ms, low.id, high.timestamp_ms, high.id))?;
        let mut page = Page { events: Vec::new(), next: None, interrupted: false, scanned: 0 };
        let mut hits = Vec::new();
        while let Some(row) = rows.next()? {
            page.scanned += 1;
            let key = EventKey { id: row.get(0)?, timestamp_ms: row.get(1)? };
            if filter.admits_row(&compiled, row)? {
                if hits.len() == limit {
                    // One more than fits: so there is a next page, and it begins after the last that fits.
                    page.next = hits.last().copied();
                    break;
                }
                hits.push(key);
            }
            if page.scanned.is_multiple_of(ROWS_PER_LOOK) && self.age() > PAGE_TIME {
                page.next = Some(key);
                page.interrupted = true;
                break;
            }
        }
        drop(rows);
        page.events = self.events_by_id(hits.into_iter().map(|key| key.id))?;
        Ok(page)
    }
}
