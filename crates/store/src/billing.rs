//! What a cost is computed from, read without the rest of an event.

use model::{CacheInputMode, TokenBreakdown, TokenCounts};
use rusqlite::OptionalExtension;

use crate::breakdown;
use crate::error::{Damaged, StoreError};
use crate::ledger::sql_limit;
use crate::query::EventKey;
use crate::reader::Reader;

/// The billing facts of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct BillingRow {
    /// The event's place in time.
    pub key: EventKey,
    /// Its model names: see [`Reader::model_names`].
    pub model: i64,
    /// Its tiers: see [`Reader::service_tier`].
    pub tier: i64,
    /// Accounting of cache tokens.
    pub cache_input_mode: CacheInputMode,
    /// Counters as sent.
    pub tokens: TokenCounts,
    /// The gateway's own split.
    pub breakdown: Option<TokenBreakdown>,
}

/// A combination of model names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredModelNames {
    /// The display model.
    pub model: String,
    /// What the client asked for.
    pub requested: String,
    /// What the provider was asked for.
    pub resolved: String,
}

/// How often a combination of model names occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelUse {
    /// The names.
    pub names: StoredModelNames,
    /// Events.
    pub calls: i64,
    /// Time of the latest of them, Unix milliseconds.
    pub last_ms: i64,
}

impl Reader<'_> {
    /// The billing facts of the events after `after` and before `until_ms` (Unix milliseconds), by time.
    ///
    /// # Errors
    /// Those of any read.
    pub fn billing_rows(
        &self,
        after: EventKey,
        until_ms: i64,
        limit: usize,
    ) -> Result<Vec<BillingRow>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT timestamp_ms, id, model_id, tier_id, cache_separate, input_tokens, output_tokens, \
             reasoning_tokens, cached_tokens, cache_tokens, cache_read_tokens, cache_creation_tokens, total_tokens, \
             breakdown FROM events WHERE (timestamp_ms, id) > (?, ?) AND timestamp_ms < ? \
             ORDER BY timestamp_ms, id LIMIT ?",
        )?;
        let mut rows = select.query((after.timestamp_ms, after.id, until_ms, sql_limit(limit)))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let tokens = TokenCounts {
                input: row.get(5)?,
                output: row.get(6)?,
                reasoning: row.get(7)?,
                cached: row.get(8)?,
                cache: row.get(9)?,
                cache_read: row.get(10)?,
                cache_creation: row.get(11)?,
                total: row.get(12)?,
            };
            found.push(BillingRow {
                key: EventKey { timestamp_ms: row.get(0)?, id: row.get(1)? },
                model: row.get(2)?,
                tier: row.get(3)?,
                cache_input_mode: if row.get(4)? {
                    CacheInputMode::Separate
                } else {
                    CacheInputMode::Included
                },
                breakdown: breakdown::unpack(row.get_ref(13)?, &tokens)?,
                tokens,
            });
        }
        Ok(found)
    }

    /// The model names behind a code.
    ///
    /// # Errors
    /// Those of any read; a code without names is damage.
    pub fn model_names(&self, code: i64) -> Result<StoredModelNames, StoreError> {
        let names = self
            .conn()
            .prepare_cached("SELECT model, requested_model, resolved_model FROM models WHERE id = ?")?
            .query_row([code], |row| {
                Ok(StoredModelNames { model: row.get(0)?, requested: row.get(1)?, resolved: row.get(2)? })
            })
            .optional()?;
        names.ok_or_else(|| Damaged.into())
    }

    /// The effective service tier behind a code.
    ///
    /// # Errors
    /// Those of any read; a code without a tier is damage.
    pub fn service_tier(&self, code: i64) -> Result<String, StoreError> {
        let tier = self
            .conn()
            .prepare_cached("SELECT service_tier FROM tiers WHERE id = ?")?
            .query_row([code], |row| row.get(0))
            .optional()?;
        tier.ok_or_else(|| Damaged.into())
    }

    /// The combinations of model names among the newest events (by time), and how many events that were.
    ///
    /// # Errors
    /// Those of any read.
    pub fn model_uses(&self, newest: usize) -> Result<(Vec<ModelUse>, i64), StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT m.model, m.requested_model, m.resolved_model, g.calls, g.last_ms FROM (\
                 SELECT model_id, count(*) AS calls, max(timestamp_ms) AS last_ms FROM (\
                     SELECT model_id, timestamp_ms FROM events ORDER BY timestamp_ms DESC, id DESC LIMIT ?\
                 ) GROUP BY model_id\
             ) g JOIN models m ON m.id = g.model_id ORDER BY g.calls DESC, m.id",
        )?;
        let rows = select.query_map([sql_limit(newest)], |row| {
            let names =
                StoredModelNames { model: row.get(0)?, requested: row.get(1)?, resolved: row.get(2)? };
            Ok(ModelUse { names, calls: row.get(3)?, last_ms: row.get(4)? })
        })?;
        let uses = rows.collect::<Result<Vec<_>, _>>()?;
        let events = uses.iter().map(|used| used.calls).sum();
        Ok((uses, events))
    }
}
