//! The names that prices go by.

use rusqlite::OptionalExtension;

use crate::error::{Damaged, StoreError};
use crate::ledger::sql_limit;
use crate::reader::Reader;

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
