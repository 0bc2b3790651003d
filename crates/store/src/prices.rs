//! Model prices: read and replaced as a whole, with a generation that tells whether a copy is still right.

use std::collections::{BTreeMap, BTreeSet};

use model::{ModelPrice, PriceTable, PriceVersion, Rates};
use rusqlite::{Connection, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::audit::{self, AuditEntry};
use crate::error::{Damaged, StoreError};
use crate::reader::Reader;
use crate::settings::PRODUCT;
use crate::store::Store;

/// The setting that says whether an edited price begins a new version; absent = no.
const VERSIONED: &str = "price_versions_v1";

/// How a price catalogue answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceSource {
    /// Its name.
    pub source: String,
    /// When it was asked last, Unix milliseconds.
    pub asked_at_ms: i64,
    /// Why that failed; `None` = it answered well.
    pub error: Option<String>,
    /// When it last answered well, Unix milliseconds; `None` = never.
    pub good_at_ms: Option<i64>,
    /// Priced models in that answer.
    pub good_models: Option<i64>,
}

fn flags(rates: &Rates) -> i64 {
    let flags = [
        rates.prompt_configured,
        rates.completion_configured,
        rates.cache_configured,
        rates.cache_read_configured,
        rates.cache_creation_configured,
    ];
    flags.into_iter().enumerate().map(|(bit, flag)| i64::from(flag) << bit).sum()
}

fn list<T: DeserializeOwned>(text: Option<String>) -> Result<Vec<T>, Damaged> {
    text.map_or(Ok(Vec::new()), |text| serde_json::from_str(&text).map_err(|_| Damaged))
}

fn text<T: Serialize>(list: &[T]) -> Result<Option<String>, StoreError> {
    if list.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(list).map(Some).map_err(|error| StoreError::Internal(error.to_string()))
}

fn version(row: &Row<'_>) -> Result<PriceVersion, StoreError> {
    let bits: i64 = row.get(7)?;
    let flag = |bit: u32| bits >> bit & 1 == 1;
    let price = ModelPrice {
        rates: Rates {
            prompt: row.get(2)?,
            completion: row.get(3)?,
            cache: row.get(4)?,
            cache_read: row.get(5)?,
            cache_creation: row.get(6)?,
            prompt_configured: flag(0),
            completion_configured: flag(1),
            cache_configured: flag(2),
            cache_read_configured: flag(3),
            cache_creation_configured: flag(4),
        },
        context_tiers: list(row.get(8)?)?,
        service_tiers: list(row.get(9)?)?,
        source: row.get(10)?,
        source_model_id: row.get(11)?,
        raw_json: row.get(12)?,
        updated_at_ms: row.get(13)?,
        synced_at_ms: row.get(14)?,
    };
    Ok(PriceVersion { valid_from_ms: row.get(1)?, price })
}

impl Reader<'_> {
    /// All stored prices with the generation that they belong to.
    ///
    /// # Errors
    /// Those of any read.
    pub fn price_table(&self) -> Result<PriceTable, StoreError> {
        let mut prices: BTreeMap<String, Vec<PriceVersion>> = BTreeMap::new();
        let mut select = self.conn().prepare_cached(
            "SELECT model, valid_from_ms, prompt, completion, cache, cache_read, cache_creation, configured, \
             context_tiers, service_tiers, source, source_model_id, raw_json, updated_at_ms, synced_at_ms \
             FROM model_prices ORDER BY model, valid_from_ms",
        )?;
        let mut rows = select.query(())?;
        while let Some(row) = rows.next()? {
            prices.entry(row.get(0)?).or_default().push(version(row)?);
        }
        let mut select = self.conn().prepare_cached("SELECT model FROM price_locks")?;
        let locked = select.query_map((), |row| row.get(0))?.collect::<Result<BTreeSet<String>, _>>()?;
        let versioned = self.setting(PRODUCT, VERSIONED)?.as_deref() == Some("on");
        Ok(PriceTable { generation: self.price_generation()?, versioned, prices, locked })
    }

    /// Rises with every change of prices.
    ///
    /// # Errors
    /// Those of any read.
    pub fn price_generation(&self) -> Result<i64, StoreError> {
        Ok(generation(self.conn())?)
    }

    /// How the price catalogues answered the last time, by name.
    ///
    /// # Errors
    /// Those of any read.
    pub fn price_sources(&self) -> Result<Vec<PriceSource>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT source, asked_at_ms, error, good_at_ms, good_models FROM price_sources ORDER BY source",
        )?;
        let rows = select.query_map((), |row| {
            Ok(PriceSource {
                source: row.get(0)?,
                asked_at_ms: row.get(1)?,
                error: row.get(2)?,
                good_at_ms: row.get(3)?,
                good_models: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn generation(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT price_generation FROM state")?.query_row((), |row| row.get(0))
}

impl Store {
    /// Replaces all prices, locks and the version switch by those of `table`, if nobody changed them since the
    /// generation that it carries, and records `entry` with it. Gives the new generation, or `None` when somebody did:
    /// read and try again.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn replace_prices(
        &self,
        table: PriceTable,
        entry: Option<AuditEntry>,
    ) -> Result<Option<i64>, StoreError> {
        self.write(false, move |transaction| {
            let conn = transaction.conn;
            if generation(conn)? != table.generation {
                return Ok(None);
            }
            conn.execute_batch("DELETE FROM model_prices; DELETE FROM price_locks")?;
            for (model, versions) in &table.prices {
                for version in versions {
                    insert(conn, model, version)?;
                }
            }
            for model in &table.locked {
                conn.prepare_cached("INSERT INTO price_locks (model) VALUES (?)")?.execute([model])?;
            }
            let switch = if table.versioned { "on" } else { "off" };
            conn.prepare_cached(
                "INSERT INTO settings (gateway_id, key, value, updated_at_ms) VALUES (?, ?, ?, ?) \
                 ON CONFLICT DO UPDATE SET value = excluded.value, updated_at_ms = excluded.updated_at_ms",
            )?
            .execute((PRODUCT, VERSIONED, switch, crate::health::now_ms()))?;
            conn.execute("UPDATE state SET price_generation = price_generation + 1", ())?;
            if let Some(entry) = &entry {
                audit::record(conn, entry)?;
            }
            Ok(Some(generation(conn)?))
        })
        .await
    }

    /// Remembers how a price catalogue answered; a failure leaves the last good answer's time as it was.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn record_price_source(&self, source: PriceSource) -> Result<(), StoreError> {
        self.write(false, move |transaction| {
            transaction.conn.execute(
                "INSERT INTO price_sources (source, asked_at_ms, error, good_at_ms, good_models) \
                 VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET asked_at_ms = excluded.asked_at_ms, \
                 error = excluded.error, good_at_ms = coalesce(excluded.good_at_ms, good_at_ms), \
                 good_models = coalesce(excluded.good_models, good_models)",
                (source.source, source.asked_at_ms, source.error, source.good_at_ms, source.good_models),
            )?;
            Ok(())
        })
        .await
    }
}

fn insert(conn: &Connection, model: &str, version: &PriceVersion) -> Result<(), StoreError> {
    let PriceVersion { valid_from_ms, price } = version;
    let rates = &price.rates;
    conn.prepare_cached(
        "INSERT INTO model_prices (model, valid_from_ms, prompt, completion, cache, cache_read, cache_creation, \
         configured, context_tiers, service_tiers, source, source_model_id, raw_json, updated_at_ms, synced_at_ms) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute((
        model,
        valid_from_ms,
        rates.prompt,
        rates.completion,
        rates.cache,
        rates.cache_read,
        rates.cache_creation,
        flags(rates),
        text(&price.context_tiers)?,
        text(&price.service_tiers)?,
        &price.source,
        &price.source_model_id,
        &price.raw_json,
        price.updated_at_ms,
        price.synced_at_ms,
    ))?;
    Ok(())
}
