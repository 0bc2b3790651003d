//! Settings: small texts by (gateway, key), changed several at once.

use model::GatewayId;
use rusqlite::{Connection, OptionalExtension};

use crate::audit::{self, AuditEntry};
use crate::error::StoreError;
use crate::health::now_ms;
use crate::reader::Reader;
use crate::store::Store;

/// The gateway number of settings that belong to the product, not to one gateway.
pub const PRODUCT: GatewayId = 0;

/// A stored setting.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting {
    /// The name.
    pub key: String,
    /// The text; often JSON.
    pub value: String,
    /// When it was written, Unix milliseconds.
    pub updated_at_ms: i64,
}

/// One change of a batch: `None` deletes.
#[derive(Clone, PartialEq, Eq)]
pub struct SettingChange {
    /// The gateway, or [`PRODUCT`].
    pub gateway_id: GatewayId,
    /// The name.
    pub key: String,
    /// The new text.
    pub value: Option<String>,
}

// Values may be sealed secrets or credentials: they are not printed.
impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting").field("key", &self.key).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SettingChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SettingChange").field("key", &self.key).finish_non_exhaustive()
    }
}

impl SettingChange {
    /// Writes a setting.
    pub fn put(gateway_id: GatewayId, key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { gateway_id, key: key.into(), value: Some(value.into()) }
    }

    /// Deletes a setting; nothing happens if there is none.
    pub fn delete(gateway_id: GatewayId, key: impl Into<String>) -> Self {
        Self { gateway_id, key: key.into(), value: None }
    }
}

impl Reader<'_> {
    /// The value of a setting.
    ///
    /// # Errors
    /// Those of any read.
    pub fn setting(&self, gateway_id: GatewayId, key: &str) -> Result<Option<String>, StoreError> {
        let value = self
            .conn()
            .prepare_cached("SELECT value FROM settings WHERE gateway_id = ? AND key = ?")?
            .query_row((gateway_id, key), |row| row.get(0))
            .optional()?;
        Ok(value)
    }

    /// All settings of a gateway, by key.
    ///
    /// # Errors
    /// Those of any read.
    pub fn settings(&self, gateway_id: GatewayId) -> Result<Vec<Setting>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT key, value, updated_at_ms FROM settings WHERE gateway_id = ? ORDER BY key",
        )?;
        let rows = select.query_map([gateway_id], |row| {
            Ok(Setting { key: row.get(0)?, value: row.get(1)?, updated_at_ms: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Store {
    /// Applies all changes, or none; durable when this returns `Ok`. For what the manager keeps for itself; what somebody
    /// decided goes through [`change_settings_audited`](Self::change_settings_audited).
    ///
    /// # Errors
    /// Those of any write.
    pub async fn change_settings(&self, changes: Vec<SettingChange>) -> Result<(), StoreError> {
        self.write(true, move |transaction| apply(transaction.conn, &changes)).await
    }

    /// Applies all changes and records who made them, or nothing of it; durable when this returns `Ok`.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn change_settings_audited(
        &self,
        changes: Vec<SettingChange>,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        self.write(true, move |transaction| {
            apply(transaction.conn, &changes)?;
            audit::record(transaction.conn, &entry)
        })
        .await
    }
}

fn apply(conn: &Connection, changes: &[SettingChange]) -> Result<(), StoreError> {
    let now = now_ms();
    for change in changes {
        match &change.value {
            Some(value) => conn
                .prepare_cached(
                    "INSERT INTO settings (gateway_id, key, value, updated_at_ms) VALUES (?, ?, ?, ?) \
                     ON CONFLICT DO UPDATE SET value = excluded.value, \
                     updated_at_ms = excluded.updated_at_ms",
                )?
                .execute((change.gateway_id, &change.key, value, now))?,
            None => conn
                .prepare_cached("DELETE FROM settings WHERE gateway_id = ? AND key = ?")?
                .execute((change.gateway_id, &change.key))?,
        };
    }
    Ok(())
}
