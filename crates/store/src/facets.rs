//! Which values the newest events have, for filter menus.

use crate::error::StoreError;
use crate::reader::Reader;

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The value.
    pub value: String,
    /// Events that have it.
    pub count: i64,
}

/// Values of the newest events, most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// Display models.
    pub models: Vec<Facet>,
    /// Providers.
    pub providers: Vec<Facet>,
    /// Accounts: account name, else credential label, else masked source.
    pub accounts: Vec<Facet>,
    /// SHA-256 (hex) of client API keys.
    pub api_keys: Vec<Facet>,
    /// Upstream status codes.
    pub status_codes: Vec<Facet>,
    /// Events that were looked at.
    pub events: i64,
}

/// Values listed of each kind.
const MAX_VALUES: i64 = 200;

impl Reader<'_> {
    /// Values of the newest `newest` events in the order of storing.
    ///
    /// # Errors
    /// Those of any read.
    pub fn facets(&self, newest: usize) -> Result<Facets, StoreError> {
        let newest = i64::try_from(newest).unwrap_or(i64::MAX);
        let list = |column: &str, join: &str, value: &str| -> Result<Vec<Facet>, StoreError> {
            let sql = format!(
                "SELECT {value} AS value, sum(n) AS count
                 FROM (SELECT {column} AS code, count(*) AS n
                       FROM (SELECT {column} FROM events ORDER BY id DESC LIMIT ?1) GROUP BY 1) {join}
                 WHERE value IS NOT NULL AND value <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?2"
            );
            let mut select = self.conn().prepare_cached(&sql)?;
            let rows = select.query_map((newest, MAX_VALUES), |row| {
                Ok(Facet { value: row.get(0)?, count: row.get(1)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let credential = "JOIN credentials c ON c.id = code";
        let account = "coalesce(nullif(c.account_snapshot, ''), nullif(c.auth_label_snapshot, ''), c.source)";
        let hash =
            "CASE typeof(k.api_key_hash) WHEN 'blob' THEN lower(hex(k.api_key_hash)) ELSE k.api_key_hash END";
        let count = "SELECT count(*) FROM (SELECT 1 FROM events ORDER BY id DESC LIMIT ?)";
        Ok(Facets {
            models: list("model_id", "JOIN models m ON m.id = code", "m.model")?,
            providers: list("credential_id", credential, "c.provider")?,
            accounts: list("credential_id", credential, account)?,
            api_keys: list("api_key_id", "JOIN api_keys k ON k.id = code", hash)?,
            status_codes: list("status_code", "", "CAST(code AS TEXT)")?,
            events: self.conn().prepare_cached(count)?.query_row([newest], |row| row.get(0))?,
        })
    }
}
