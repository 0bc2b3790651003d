//! What the column index reads: the narrow half of events, and the dictionaries.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use model::{CacheInputMode, GatewayId, TokenBreakdown, TokenCounts};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::breakdown;
use crate::codec::{hex_column, hex_column_into};
use crate::dictionary::CREDENTIAL_COLUMNS;
use crate::error::{Damaged, StoreError};
use crate::facts::{HeaderFacts, KnownFacts, TemplateFacts};
use crate::reader::Reader;
use crate::row::unpack_header;

/// One call reads for at most this long, so that it stays far from [`READ_LIMIT`](crate::READ_LIMIT).
const READ_FOR: Duration = Duration::from_millis(250);

/// Rows between two looks at the clock.
const ROWS_PER_LOOK: usize = 512;

/// Templates that a connection keeps at hand; beyond that it starts anew.
const TEMPLATES_KEPT: usize = 1024;

/// What the column index needs of one event. Ids are those of the dictionary tables.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexRow {
    /// The event's id.
    pub id: i64,
    /// The gateway.
    pub gateway_id: GatewayId,
    /// Unix milliseconds.
    pub timestamp_ms: i64,
    /// The time is implausible.
    pub implausible_time: bool,
    /// The attempt failed.
    pub failed: bool,
    /// Upstream status.
    pub status_code: Option<i64>,
    /// Row of [`NameTable::Credentials`].
    pub credential: i64,
    /// Row of [`NameTable::Models`].
    pub model: i64,
    /// Row of [`NameTable::Routes`].
    pub route: i64,
    /// Row of [`NameTable::Clients`].
    pub client: i64,
    /// Row of [`NameTable::ApiKeys`].
    pub api_key: i64,
    /// Row of [`NameTable::Tiers`].
    pub tier: i64,
    /// Accounting of cache tokens.
    pub cache_input_mode: CacheInputMode,
    /// Whether the request generated output.
    pub generate: bool,
    /// Counters as sent.
    pub tokens: TokenCounts,
    /// The gateway's own split of the tokens.
    pub breakdown: Option<TokenBreakdown>,
    /// Milliseconds.
    pub latency_ms: Option<i64>,
    /// Milliseconds.
    pub ttft_ms: Option<i64>,
    /// Whether anything was kept of the answer's headers.
    pub has_metadata: bool,
    /// What the headers say that repeats. Equal facts are often, not always, the same allocation.
    pub facts: Arc<HeaderFacts>,
    /// The first trace id of the answer; empty if none.
    pub trace_id: String,
    /// The gateway's request id.
    pub request_id: String,
}

const SELECT: &str = "SELECT id, gateway_id, timestamp_ms, time_quality, failed, status_code, credential_id, model_id, \
     route_id, client_id, api_key_id, tier_id, cache_separate, generate, input_tokens, output_tokens, \
     reasoning_tokens, cached_tokens, cache_tokens, cache_read_tokens, cache_creation_tokens, total_tokens, \
     latency_ms, ttft_ms, template_id, breakdown, metadata, header, request_id \
     FROM events WHERE id >= ? AND id <= ? ORDER BY id";

/// What a connection keeps between narrow reads.
#[derive(Default)]
pub(crate) struct FactsCache {
    templates: RefCell<HashMap<i64, Arc<TemplateFacts>>>,
    known: RefCell<KnownFacts>,
    none: Arc<HeaderFacts>,
}

impl FactsCache {
    fn template(&self, conn: &Connection, id: i64) -> Result<Arc<TemplateFacts>, StoreError> {
        if let Some(template) = self.templates.borrow().get(&id) {
            return Ok(Arc::clone(template));
        }
        let text: String = conn
            .prepare_cached("SELECT template FROM metadata_templates WHERE id = ?")?
            .query_row([id], |row| row.get(0))?;
        let parsed = serde_json::from_str(&text).map_err(|_| Damaged)?;
        let template = Arc::new(TemplateFacts::of(&parsed)?);
        let mut templates = self.templates.borrow_mut();
        if templates.len() >= TEMPLATES_KEPT {
            templates.clear();
        }
        templates.insert(id, Arc::clone(&template));
        Ok(template)
    }

    fn read(&self, conn: &Connection, row: &Row<'_>, into: &mut IndexRow) -> Result<(), StoreError> {
        let template: Option<i64> = optional(row, 24)?;
        into.has_metadata = template.is_some();
        let header = row.get_ref(27)?;
        if let ValueRef::Blob(blob) = header {
            let summary = unpack_header(blob)?;
            into.facts = self.known.borrow_mut().shared(HeaderFacts {
                quota_plan: summary.quota_plan_type,
                error_kind: summary.error_kind,
                error_code: summary.error_code,
            });
            into.trace_id = summary.trace_id;
            return Ok(());
        }
        if header != ValueRef::Null {
            return Err(Damaged.into());
        }
        let Some(template) = template else {
            into.trace_id.clear();
            into.facts = Arc::clone(&self.none);
            return Ok(());
        };
        let values = row.get_ref(26)?.as_blob_or_null().map_err(|_| Damaged)?.unwrap_or_default();
        into.facts =
            self.template(conn, template)?.read(values, &mut into.trace_id, &mut self.known.borrow_mut())?;
        Ok(())
    }
}

fn number(row: &Row<'_>, column: usize) -> Result<i64, StoreError> {
    match row.get_ref(column)? {
        ValueRef::Integer(value) => Ok(value),
        _ => Err(Damaged.into()),
    }
}

fn optional(row: &Row<'_>, column: usize) -> Result<Option<i64>, StoreError> {
    match row.get_ref(column)? {
        ValueRef::Integer(value) => Ok(Some(value)),
        ValueRef::Null => Ok(None),
        _ => Err(Damaged.into()),
    }
}

fn fill(cache: &FactsCache, conn: &Connection, row: &Row<'_>, into: &mut IndexRow) -> Result<(), StoreError> {
    into.id = number(row, 0)?;
    into.gateway_id = number(row, 1)?;
    into.timestamp_ms = number(row, 2)?;
    into.implausible_time = number(row, 3)? == 2;
    into.failed = number(row, 4)? != 0;
    into.status_code = optional(row, 5)?;
    into.credential = number(row, 6)?;
    into.model = number(row, 7)?;
    into.route = number(row, 8)?;
    into.client = number(row, 9)?;
    into.api_key = number(row, 10)?;
    into.tier = number(row, 11)?;
    into.cache_input_mode =
        if number(row, 12)? == 0 { CacheInputMode::Included } else { CacheInputMode::Separate };
    into.generate = number(row, 13)? != 0;
    into.tokens = TokenCounts {
        input: number(row, 14)?,
        output: number(row, 15)?,
        reasoning: number(row, 16)?,
        cached: number(row, 17)?,
        cache: number(row, 18)?,
        cache_read: number(row, 19)?,
        cache_creation: number(row, 20)?,
        total: number(row, 21)?,
    };
    into.latency_ms = optional(row, 22)?;
    into.ttft_ms = optional(row, 23)?;
    into.breakdown = breakdown::unpack(row.get_ref(25)?, &into.tokens)?;
    hex_column_into(row.get_ref(28)?, &mut into.request_id)?;
    cache.read(conn, row, into)
}

impl Default for IndexRow {
    fn default() -> Self {
        Self {
            id: 0,
            gateway_id: 0,
            timestamp_ms: 0,
            implausible_time: false,
            failed: false,
            status_code: None,
            credential: 0,
            model: 0,
            route: 0,
            client: 0,
            api_key: 0,
            tier: 0,
            cache_input_mode: CacheInputMode::Included,
            generate: true,
            tokens: TokenCounts::default(),
            breakdown: None,
            latency_ms: None,
            ttft_ms: None,
            has_metadata: false,
            facts: Arc::default(),
            trace_id: String::new(),
            request_id: String::new(),
        }
    }
}

/// A dictionary table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameTable {
    /// The credential half of events.
    Credentials,
    /// Display, requested and resolved model.
    Models,
    /// SHA-256 (hex) of client keys.
    ApiKeys,
    /// Reasoning effort, effective, requested and answered service tier.
    Tiers,
    /// Endpoint, method, path.
    Routes,
    /// Address, `X-Forwarded-For`, user agent.
    Clients,
}

impl NameTable {
    fn columns(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Credentials => ("credentials", &CREDENTIAL_COLUMNS),
            Self::Models => ("models", &["model", "requested_model", "resolved_model"]),
            Self::ApiKeys => ("api_keys", &["api_key_hash"]),
            Self::Tiers => (
                "tiers",
                &["reasoning_effort", "service_tier", "request_service_tier", "response_service_tier"],
            ),
            Self::Routes => ("routes", &["endpoint", "method", "path"]),
            Self::Clients => ("clients", &["client_ip", "x_forwarded_for", "user_agent"]),
        }
    }
}

impl Reader<'_> {
    /// Shows every event with an id from `first` to `last` (both included) to `visit`, ascending by id, for a quarter of
    /// a second at most. Gives the id to go on with in another read, or `None` if the range is done.
    ///
    /// # Errors
    /// Those of any read; what was shown before stays shown.
    pub fn index_rows(
        &self,
        first: i64,
        last: i64,
        mut visit: impl FnMut(&IndexRow),
    ) -> Result<Option<i64>, StoreError> {
        let cache = self.decoder().facts();
        let mut select = self.conn().prepare_cached(SELECT)?;
        let mut rows = select.query((first, last))?;
        let (mut row, mut seen) = (IndexRow::default(), 0_usize);
        while let Some(raw) = rows.next()? {
            fill(cache, self.conn(), raw, &mut row)?;
            visit(&row);
            seen += 1;
            if seen.is_multiple_of(ROWS_PER_LOOK) && self.age() > READ_FOR {
                return Ok(row.id.checked_add(1).filter(|next| *next <= last));
            }
        }
        Ok(None)
    }

    /// Shows at most `limit` rows of a dictionary with an id above `after` to `visit`, ascending by id, with the fields
    /// in the order of [`NameTable`]'s description; for credentials that of the table. Gives how many there were.
    ///
    /// # Errors
    /// Those of any read.
    pub fn names_after(
        &self,
        table: NameTable,
        after: i64,
        limit: usize,
        mut visit: impl FnMut(i64, Vec<String>),
    ) -> Result<usize, StoreError> {
        let (name, columns) = table.columns();
        let sql = format!("SELECT id, {} FROM {name} WHERE id > ? ORDER BY id LIMIT ?", columns.join(", "));
        let mut select = self.conn().prepare_cached(&sql)?;
        let mut rows = select.query((after, i64::try_from(limit).unwrap_or(i64::MAX)))?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let fields = (1..=columns.len())
                .map(|column| Ok(hex_column(row.get_ref(column)?)?))
                .collect::<Result<_, StoreError>>()?;
            visit(number(row, 0)?, fields);
            count += 1;
        }
        Ok(count)
    }

    /// The highest id ever given to an event; 0 if there was none.
    ///
    /// # Errors
    /// Those of any read.
    pub fn last_event_id(&self) -> Result<i64, StoreError> {
        Ok(self
            .conn()
            .prepare_cached("SELECT next_event_id - 1 FROM state")?
            .query_row((), |row| row.get(0))?)
    }
}
