//! Events as rows and back.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use model::{
    CacheInputMode, EventHash, EventTime, HeaderSummary, ResponseMetadata, TimeQuality, TokenCounts,
    UsageEvent,
};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use crate::codec::{HexText, Unpack, hex_column, put_int, put_text, put_uint};
use crate::dictionary::Dictionaries;
use crate::error::{Damaged, StoreError};
use crate::index_rows::FactsCache;
use crate::{breakdown, metadata};

/// An event with its row number.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Rises in the order of storing; never used twice.
    pub id: i64,
    /// The event.
    pub event: UsageEvent,
}

const INSERT: &str = "INSERT INTO events (id, gateway_id, timestamp_ms, sub_ms_ns, time_quality, failed, \
     status_code, credential_id, model_id, route_id, client_id, api_key_id, tier_id, cache_separate, generate, \
     input_tokens, output_tokens, reasoning_tokens, cached_tokens, cache_tokens, cache_read_tokens, \
     cache_creation_tokens, total_tokens, latency_ms, ttft_ms, created_after_ms, snapshot_after_ms, failure_id, \
     template_id, breakdown, metadata, header, request_id, event_hash) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, \
     ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34)";

/// The statement that [`insert`] runs.
pub(crate) fn prepare_insert(conn: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    conn.prepare_cached(INSERT)
}

/// Inserts an event under the given id; `false` if the gateway already has one with this hash.
pub(crate) fn insert(
    conn: &Connection,
    insert: &mut CachedStatement<'_>,
    dictionaries: &mut Dictionaries,
    id: i64,
    event: &UsageEvent,
) -> rusqlite::Result<bool> {
    let codes = dictionaries.codes(conn, event)?;
    let time_ms = event.time.ms;
    let packed =
        (!event.response_metadata.is_empty()).then(|| metadata::pack(&event.response_metadata, time_ms));
    let template = match &packed {
        Some(packed) => Some(dictionaries.template(conn, &packed.template)?),
        None => None,
    };
    let values = packed.map(|packed| packed.values).filter(|values| !values.is_empty());
    let header = (event.header != HeaderSummary::from_metadata(&event.response_metadata))
        .then(|| pack_header(&event.header));

    let quality = match event.time_quality {
        TimeQuality::Reported => 0,
        TimeQuality::Assumed => 1,
        TimeQuality::Implausible => 2,
    };
    let separate = i64::from(event.cache_input_mode == CacheInputMode::Separate);
    let tokens = &event.tokens;
    let numbers =
        [id, event.gateway_id, time_ms, i64::from(event.time.sub_ms_ns), quality, i64::from(event.failed)];
    for (i, number) in numbers.into_iter().enumerate() {
        insert.raw_bind_parameter(i + 1, number)?;
    }
    insert.raw_bind_parameter(7, event.fail_status_code)?;
    let numbers = [
        codes.credential,
        codes.model,
        codes.route,
        codes.client,
        codes.api_key,
        codes.tier,
        separate,
        i64::from(event.generate),
        tokens.input,
        tokens.output,
        tokens.reasoning,
        tokens.cached,
        tokens.cache,
        tokens.cache_read,
        tokens.cache_creation,
        tokens.total,
    ];
    for (i, number) in numbers.into_iter().enumerate() {
        insert.raw_bind_parameter(i + 8, number)?;
    }
    insert.raw_bind_parameter(24, event.latency_ms)?;
    insert.raw_bind_parameter(25, event.ttft_ms)?;
    insert.raw_bind_parameter(26, event.created_at_ms.wrapping_sub(time_ms))?;
    insert.raw_bind_parameter(27, event.auth_snapshot_at_ms.map(|at| at.wrapping_sub(time_ms)))?;
    insert.raw_bind_parameter(28, codes.failure)?;
    insert.raw_bind_parameter(29, template)?;
    insert.raw_bind_parameter(30, breakdown::pack(event.breakdown.as_ref(), tokens))?;
    insert.raw_bind_parameter(31, values)?;
    insert.raw_bind_parameter(32, header)?;
    insert.raw_bind_parameter(33, HexText(&event.request_id))?;
    insert.raw_bind_parameter(34, event.event_hash.0)?;
    // The trigger skips duplicates silently: no row changes then.
    Ok(insert.raw_execute()? == 1)
}

fn pack_header(header: &HeaderSummary) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    put_uint(
        &mut out,
        u64::from(header.quota_recover_at_ms.is_some()) | u64::from(header.quota_used_percent.is_some()) << 1,
    );
    if let Some(at) = header.quota_recover_at_ms {
        put_int(&mut out, at);
    }
    if let Some(percent) = header.quota_used_percent {
        out.extend_from_slice(&percent.to_le_bytes());
    }
    for text in [&header.quota_plan_type, &header.error_kind, &header.error_code, &header.trace_id] {
        put_text(&mut out, text);
    }
    out
}

pub(crate) fn unpack_header(blob: &[u8]) -> Result<HeaderSummary, Damaged> {
    let mut unpack = Unpack(blob);
    let flags = unpack.uint()?;
    Ok(HeaderSummary {
        quota_recover_at_ms: if flags & 1 == 0 { None } else { Some(unpack.int()?) },
        quota_used_percent: if flags & 2 == 0 {
            None
        } else {
            Some(f64::from_le_bytes(unpack.bytes(8)?.try_into().map_err(|_| Damaged)?))
        },
        quota_plan_type: unpack.text()?,
        error_kind: unpack.text()?,
        error_code: unpack.text()?,
        trace_id: unpack.text()?,
    })
}

/// The columns that [`Decoder::decode`] expects, and their tables; conditions follow. `e` is the event's row.
///
/// LEFT JOIN also where a partner must exist: a lost dictionary row is then an error and not a silently missing event.
pub(crate) const SELECT: &str = "SELECT e.id, e.gateway_id, e.timestamp_ms, e.sub_ms_ns, e.time_quality, e.failed, \
     e.status_code, e.cache_separate, e.generate, e.input_tokens, e.output_tokens, e.reasoning_tokens, \
     e.cached_tokens, e.cache_tokens, e.cache_read_tokens, e.cache_creation_tokens, e.total_tokens, e.latency_ms, \
     e.ttft_ms, e.created_after_ms, e.snapshot_after_ms, e.template_id, e.breakdown, e.metadata, e.header, \
     e.request_id, e.event_hash, c.auth_index, c.auth_type, c.provider, c.executor_type, c.source, c.source_hash, \
     c.account_snapshot, c.auth_label_snapshot, c.auth_file_snapshot, c.auth_provider_snapshot, \
     c.auth_project_id_snapshot, m.model, m.requested_model, m.resolved_model, r.endpoint, r.method, r.path, \
     l.client_ip, l.x_forwarded_for, l.user_agent, k.api_key_hash, t.reasoning_effort, t.service_tier, \
     t.request_service_tier, t.response_service_tier, f.bytes, f.body \
     FROM events e LEFT JOIN credentials c ON c.id = e.credential_id LEFT JOIN models m ON m.id = e.model_id \
     LEFT JOIN routes r ON r.id = e.route_id LEFT JOIN clients l ON l.id = e.client_id \
     LEFT JOIN api_keys k ON k.id = e.api_key_id LEFT JOIN tiers t ON t.id = e.tier_id \
     LEFT JOIN failures f ON f.id = e.failure_id";

/// Parsed templates that a connection keeps at hand; beyond that it starts anew.
const TEMPLATES_KEPT: usize = 256;

/// Longest failure text that is unpacked, bytes; the writer stores what the normaliser capped far below.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Turns rows into events; keeps parsed metadata templates.
#[derive(Default)]
pub(crate) struct Decoder {
    templates: RefCell<HashMap<i64, Arc<serde_json::Value>>>,
    facts: FactsCache,
}

impl Decoder {
    /// What narrow reads keep.
    pub(crate) fn facts(&self) -> &FactsCache {
        &self.facts
    }

    pub(crate) fn decode(&self, conn: &Connection, row: &Row<'_>) -> Result<StoredEvent, StoreError> {
        let time_ms: i64 = row.get(2)?;
        let tokens = TokenCounts {
            input: row.get(9)?,
            output: row.get(10)?,
            reasoning: row.get(11)?,
            cached: row.get(12)?,
            cache: row.get(13)?,
            cache_read: row.get(14)?,
            cache_creation: row.get(15)?,
            total: row.get(16)?,
        };
        let response_metadata = match row.get::<_, Option<i64>>(21)? {
            None => ResponseMetadata::default(),
            Some(template) => {
                let template = self.template(conn, template)?;
                let values = row.get_ref(23)?.as_blob_or_null().map_err(|_| Damaged)?.unwrap_or_default();
                metadata::unpack(&template, values, time_ms)?
            }
        };
        let header = match row.get_ref(24)? {
            ValueRef::Null => HeaderSummary::from_metadata(&response_metadata),
            ValueRef::Blob(blob) => unpack_header(blob)?,
            _ => return Err(Damaged.into()),
        };
        let event = UsageEvent {
            gateway_id: row.get(1)?,
            event_hash: EventHash(row.get(26)?),
            time: EventTime { ms: time_ms, sub_ms_ns: row.get(3)? },
            time_quality: match row.get(4)? {
                0_i64 => TimeQuality::Reported,
                1 => TimeQuality::Assumed,
                2 => TimeQuality::Implausible,
                _ => return Err(Damaged.into()),
            },
            request_id: hex_column(row.get_ref(25)?)?,
            auth_index: row.get(27)?,
            auth_type: row.get(28)?,
            provider: row.get(29)?,
            executor_type: row.get(30)?,
            source: row.get(31)?,
            source_hash: hex_column(row.get_ref(32)?)?,
            account_snapshot: row.get(33)?,
            auth_label_snapshot: row.get(34)?,
            auth_file_snapshot: row.get(35)?,
            auth_provider_snapshot: row.get(36)?,
            auth_project_id_snapshot: row.get(37)?,
            model: row.get(38)?,
            requested_model: row.get(39)?,
            resolved_model: row.get(40)?,
            endpoint: row.get(41)?,
            method: row.get(42)?,
            path: row.get(43)?,
            client_ip: row.get(44)?,
            x_forwarded_for: row.get(45)?,
            user_agent: row.get(46)?,
            api_key_hash: hex_column(row.get_ref(47)?)?,
            auth_snapshot_at_ms: row.get::<_, Option<i64>>(20)?.map(|after| time_ms.wrapping_add(after)),
            reasoning_effort: row.get(48)?,
            service_tier: row.get(49)?,
            request_service_tier: row.get(50)?,
            response_service_tier: row.get(51)?,
            cache_input_mode: if row.get(7)? { CacheInputMode::Separate } else { CacheInputMode::Included },
            breakdown: breakdown::unpack(row.get_ref(22)?, &tokens)?,
            tokens,
            generate: row.get(8)?,
            latency_ms: row.get(17)?,
            ttft_ms: row.get(18)?,
            failed: row.get(5)?,
            fail_status_code: row.get(6)?,
            fail_body: match row.get_ref(53)? {
                ValueRef::Null => String::new(),
                ValueRef::Text(text) => String::from_utf8(text.to_vec()).map_err(|_| Damaged)?,
                ValueRef::Blob(packed) => inflate(packed, row.get(52)?)?,
                _ => return Err(Damaged.into()),
            },
            response_metadata,
            header,
            created_at_ms: time_ms.wrapping_add(row.get(19)?),
        };
        Ok(StoredEvent { id: row.get(0)?, event })
    }

    fn template(&self, conn: &Connection, id: i64) -> Result<Arc<serde_json::Value>, StoreError> {
        if let Some(template) = self.templates.borrow().get(&id) {
            return Ok(Arc::clone(template));
        }
        let text: Option<String> = conn
            .prepare_cached("SELECT template FROM metadata_templates WHERE id = ?")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        let parsed = serde_json::from_str(&text.ok_or(Damaged)?).map_err(|_| Damaged)?;
        let template = Arc::new(parsed);
        let mut templates = self.templates.borrow_mut();
        if templates.len() >= TEMPLATES_KEPT {
            templates.clear();
        }
        templates.insert(id, Arc::clone(&template));
        Ok(template)
    }
}

pub(crate) fn inflate(packed: &[u8], bytes: i64) -> Result<String, Damaged> {
    let limit = usize::try_from(bytes).map_err(|_| Damaged)?.min(MAX_BODY_BYTES);
    let text = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, limit).map_err(|_| Damaged)?;
    String::from_utf8(text).map_err(|_| Damaged)
}
