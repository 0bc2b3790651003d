//! Repeated text, stored once.
//!
//! Each dictionary keeps the codes of what it met lately in a bounded cache; everything else costs one look-up by
//! digest. How many different texts the outside world sends does not matter to the memory.

use std::collections::HashMap;

use model::UsageEvent;
use rusqlite::{Connection, OptionalExtension, ToSql};
use sha2::{Digest, Sha256};

use crate::codec::{HexText, put_uint};

/// Bytes of keys in the younger half of a dictionary's cache; the older half is at most as large.
const CACHE_BYTES: usize = 192 * 1024;

/// Rough cost of an entry beyond its key, bytes.
const ENTRY_BYTES: usize = 48;

/// Bytes of a digest: collisions are out of reach also for somebody who tries.
const DIGEST_BYTES: usize = 16;

/// A cache in two halves: when the young half is full it becomes the old one, and the former old one goes.
#[derive(Default)]
struct CodeCache {
    young: HashMap<Box<[u8]>, i64>,
    old: HashMap<Box<[u8]>, i64>,
    young_bytes: usize,
}

impl CodeCache {
    fn get(&mut self, key: &[u8]) -> Option<i64> {
        if let Some(code) = self.young.get(key) {
            return Some(*code);
        }
        let (key, code) = self.old.remove_entry(key)?;
        self.insert(key, code);
        Some(code)
    }

    fn insert(&mut self, key: Box<[u8]>, code: i64) {
        self.young_bytes += key.len() + ENTRY_BYTES;
        self.young.insert(key, code);
        if self.young_bytes > CACHE_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The first 16 bytes of SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; DIGEST_BYTES] {
    let whole = Sha256::digest(bytes);
    std::array::from_fn(|i| whole[i])
}

struct Dictionary {
    select: String,
    insert: String,
    /// Whether a column holds packed hex.
    hex: &'static [bool],
    cache: CodeCache,
}

impl Dictionary {
    fn new(table: &str, columns: &[&str], hex: &'static [bool]) -> Self {
        let marks = vec![", ?"; columns.len()].concat();
        Self {
            select: format!("SELECT id FROM {table} WHERE digest = ?"),
            insert: format!("INSERT INTO {table} (digest, {}) VALUES (?{marks})", columns.join(", ")),
            hex,
            cache: CodeCache::default(),
        }
    }

    fn code(&mut self, conn: &Connection, fields: &[&str], scratch: &mut Vec<u8>) -> rusqlite::Result<i64> {
        scratch.clear();
        for field in fields {
            put_uint(scratch, field.len() as u64);
            scratch.extend_from_slice(field.as_bytes());
        }
        if let Some(code) = self.cache.get(scratch) {
            return Ok(code);
        }
        let digest = digest(scratch);
        let known = conn.prepare_cached(&self.select)?.query_row([digest], |row| row.get(0)).optional()?;
        let code = match known {
            Some(code) => code,
            None => {
                let mut insert = conn.prepare_cached(&self.insert)?;
                insert.raw_bind_parameter(1, digest)?;
                for (i, (field, hex)) in fields.iter().zip(self.hex).enumerate() {
                    let packed = HexText(field);
                    let value: &dyn ToSql = if *hex { &packed } else { field };
                    insert.raw_bind_parameter(i + 2, value)?;
                }
                insert.raw_execute()?;
                conn.last_insert_rowid()
            }
        };
        self.cache.insert(scratch.as_slice().into(), code);
        Ok(code)
    }
}

/// The codes of one event.
pub(crate) struct Codes {
    pub(crate) credential: i64,
    pub(crate) model: i64,
    pub(crate) route: i64,
    pub(crate) client: i64,
    pub(crate) api_key: i64,
    pub(crate) tier: i64,
    pub(crate) failure: Option<i64>,
}

/// The credential half of an event.
pub(crate) type CredentialFields<'a> = [&'a str; 11];

/// All dictionaries, as the writer uses them.
pub(crate) struct Dictionaries {
    credentials: Dictionary,
    models: Dictionary,
    routes: Dictionary,
    clients: Dictionary,
    api_keys: Dictionary,
    tiers: Dictionary,
    templates: Dictionary,
    failures: CodeCache,
    scratch: Vec<u8>,
}

/// Failure texts of at least this many bytes are compressed: shorter ones shrink by a quarter at best, and a search looks
/// at every one.
const COMPRESS_FROM_BYTES: usize = 512;

/// Level 6 of 10: the usual balance.
const COMPRESSION_LEVEL: u8 = 6;

pub(crate) const CREDENTIAL_COLUMNS: [&str; 11] = [
    "auth_index",
    "auth_type",
    "provider",
    "executor_type",
    "source",
    "source_hash",
    "account_snapshot",
    "auth_label_snapshot",
    "auth_file_snapshot",
    "auth_provider_snapshot",
    "auth_project_id_snapshot",
];

pub(crate) const TIER_COLUMNS: [&str; 4] =
    ["reasoning_effort", "service_tier", "request_service_tier", "response_service_tier"];

impl Dictionaries {
    pub(crate) fn new() -> Self {
        const HASH_IS_SIXTH: [bool; 11] =
            [false, false, false, false, false, true, false, false, false, false, false];
        Self {
            credentials: Dictionary::new("credentials", &CREDENTIAL_COLUMNS, &HASH_IS_SIXTH),
            models: Dictionary::new("models", &["model", "requested_model", "resolved_model"], &[false; 3]),
            routes: Dictionary::new("routes", &["endpoint", "method", "path"], &[false; 3]),
            clients: Dictionary::new("clients", &["client_ip", "x_forwarded_for", "user_agent"], &[false; 3]),
            api_keys: Dictionary::new("api_keys", &["api_key_hash"], &[true]),
            tiers: Dictionary::new("tiers", &TIER_COLUMNS, &[false; 4]),
            templates: Dictionary::new("metadata_templates", &["template"], &[false]),
            failures: CodeCache::default(),
            scratch: Vec::new(),
        }
    }

    /// Forgets every code; needed after a rollback, which may have undone new ones.
    pub(crate) fn forget(&mut self) {
        for dictionary in [
            &mut self.credentials,
            &mut self.models,
            &mut self.routes,
            &mut self.clients,
            &mut self.api_keys,
            &mut self.tiers,
            &mut self.templates,
        ] {
            dictionary.cache.clear();
        }
        self.failures.clear();
    }

    /// Forgets the codes of failure texts; needed after some were deleted.
    pub(crate) fn forget_failures(&mut self) {
        self.failures.clear();
    }

    pub(crate) fn codes(&mut self, conn: &Connection, event: &UsageEvent) -> rusqlite::Result<Codes> {
        let credential = self.credential(conn, &credential_fields(event))?;
        let scratch = &mut self.scratch;
        Ok(Codes {
            credential,
            model: self.models.code(
                conn,
                &[&event.model, &event.requested_model, &event.resolved_model],
                scratch,
            )?,
            route: self.routes.code(conn, &[&event.endpoint, &event.method, &event.path], scratch)?,
            client: self.clients.code(
                conn,
                &[&event.client_ip, &event.x_forwarded_for, &event.user_agent],
                scratch,
            )?,
            api_key: self.api_keys.code(conn, &[&event.api_key_hash], scratch)?,
            tier: self.tier(
                conn,
                &[
                    &event.reasoning_effort,
                    &event.service_tier,
                    &event.request_service_tier,
                    &event.response_service_tier,
                ],
            )?,
            failure: self.failure(conn, &event.fail_body)?,
        })
    }

    pub(crate) fn credential(
        &mut self,
        conn: &Connection,
        fields: &CredentialFields<'_>,
    ) -> rusqlite::Result<i64> {
        self.credentials.code(conn, fields, &mut self.scratch)
    }

    /// The fields of [`TIER_COLUMNS`], in that order.
    pub(crate) fn tier(&mut self, conn: &Connection, fields: &[&str; 4]) -> rusqlite::Result<i64> {
        self.tiers.code(conn, fields, &mut self.scratch)
    }

    pub(crate) fn template(&mut self, conn: &Connection, template: &str) -> rusqlite::Result<i64> {
        self.templates.code(conn, &[template], &mut self.scratch)
    }

    fn failure(&mut self, conn: &Connection, body: &str) -> rusqlite::Result<Option<i64>> {
        if body.is_empty() {
            return Ok(None);
        }
        let digest = digest(body.as_bytes());
        if let Some(code) = self.failures.get(&digest) {
            return Ok(Some(code));
        }
        let known = conn
            .prepare_cached("SELECT id FROM failures WHERE digest = ?")?
            .query_row([digest], |row| row.get(0))
            .optional()?;
        let code = match known {
            Some(code) => code,
            None => {
                let packed = (body.len() >= COMPRESS_FROM_BYTES)
                    .then(|| miniz_oxide::deflate::compress_to_vec(body.as_bytes(), COMPRESSION_LEVEL))
                    .filter(|packed| packed.len() < body.len());
                let value: &dyn ToSql = packed.as_ref().map_or(&body as &dyn ToSql, |packed| packed);
                conn.prepare_cached("INSERT INTO failures (digest, bytes, body) VALUES (?, ?, ?)")?
                    .execute((digest, body.len() as i64, value))?;
                conn.last_insert_rowid()
            }
        };
        self.failures.insert(digest.into(), code);
        Ok(Some(code))
    }
}

/// The fields of [`CREDENTIAL_COLUMNS`], in that order.
pub(crate) fn credential_fields(event: &UsageEvent) -> CredentialFields<'_> {
    [
        &event.auth_index,
        &event.auth_type,
        &event.provider,
        &event.executor_type,
        &event.source,
        &event.source_hash,
        &event.account_snapshot,
        &event.auth_label_snapshot,
        &event.auth_file_snapshot,
        &event.auth_provider_snapshot,
        &event.auth_project_id_snapshot,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_stays_small_and_keeps_what_is_used() {
        let mut cache = CodeCache::default();
        let key = |n: i64| n.to_le_bytes().repeat(20).into_boxed_slice();
        for n in 0..50_000 {
            cache.insert(key(n), n);
            assert_eq!(cache.get(&key(0)), Some(0), "in constant use, after {n} others");
        }
        let entries = cache.young.len() + cache.old.len();
        assert!(entries * (160 + ENTRY_BYTES) <= 2 * CACHE_BYTES + 1000, "{entries}");
        assert_eq!(cache.get(&key(7)), None, "long unused");
    }
}
