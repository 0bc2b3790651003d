//! Which credentials have events that were stored without their names: a list in the database, so that neither a failed
//! patch nor a kill forgets them. A credential joins it in the transaction of its first such events, and leaves it in the
//! transaction that has patched the last of them.
//!
//! The list is kept in the settings of the gateway, one for each credential. What is on it already costs one look-up.

use model::GatewayId;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::health::now_ms;
use crate::reader::Reader;

/// Before the `auth_index` in the setting's key.
const PREFIX: &str = "unnamed.";
/// Greater than every key with the prefix.
const PREFIX_END: &str = "unnamed/";

/// A credential with events that may lack its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unnamed {
    /// The gateway.
    pub gateway_id: GatewayId,
    /// The credential.
    pub auth_index: String,
    /// Its events with a higher id may lack names.
    pub after_id: i64,
}

/// Lists a credential whose events follow `after_id`, unless it is listed already.
pub(crate) fn list(
    conn: &Connection,
    gateway: GatewayId,
    auth_index: &str,
    after_id: i64,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO settings (gateway_id, key, value, updated_at_ms) VALUES (?, ? || ?, ?, ?) ON CONFLICT DO NOTHING",
    )?
    .execute((gateway, PREFIX, auth_index, after_id.to_string(), now_ms()))?;
    Ok(())
}

/// Strikes a credential off whose events after `after_id` all have their names.
pub(crate) fn strike(
    conn: &Connection,
    gateway: GatewayId,
    auth_index: &str,
    after_id: i64,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "DELETE FROM settings WHERE gateway_id = ? AND key = ? || ? AND CAST(value AS INTEGER) >= ?",
    )?
    .execute((gateway, PREFIX, auth_index, after_id))?;
    Ok(())
}

impl Reader<'_> {
    /// The credentials of a gateway that [`append_unnamed`](crate::Store::append_unnamed) named and that no
    /// [`patch_snapshots`](crate::Store::patch_snapshots) has finished with.
    ///
    /// # Errors
    /// Those of any read.
    pub fn unnamed(&self, gateway_id: GatewayId) -> Result<Vec<Unnamed>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT substr(key, ?), CAST(value AS INTEGER) FROM settings WHERE gateway_id = ? AND key >= ? AND key < ?",
        )?;
        let after_prefix = PREFIX.len() as i64 + 1;
        let rows = select.query_map((after_prefix, gateway_id, PREFIX, PREFIX_END), |row| {
            Ok(Unnamed { gateway_id, auth_index: row.get(0)?, after_id: row.get(1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
