//! Small books beside the events: gaps in collection, failed uses of keys, dead letters.

use model::{DeadLetter, GatewayId};

use crate::error::StoreError;
use crate::reader::Reader;
use crate::store::Store;

/// Gaps that are kept.
pub const GAPS_KEPT: i64 = 10_000;

/// Failed attempts that are kept for each upstream.
pub const ATTEMPTS_KEPT: i64 = 1000;

/// A span of time in which records may have been lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The gateway.
    pub gateway_id: GatewayId,
    /// For example `disconnected`, `cut_off`, `retention`, `shutdown`, `overflow`.
    pub kind: String,
    /// Begin, Unix milliseconds.
    pub from_ms: i64,
    /// End, Unix milliseconds; `None` while it lasts.
    pub to_ms: Option<i64>,
    /// How long the gateway kept records at that time, seconds; `None` if it is not known.
    pub retention_s: Option<i64>,
    /// Nothing is missing after all: the gateway's queue was read within the retention.
    pub covered: bool,
    /// A sentence for people.
    pub detail: String,
    /// How many records are estimated to be lost; `None` if nobody knows.
    pub lost_estimate: Option<i64>,
}

/// A gap with its row number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGap {
    /// Rises with the order of recording.
    pub id: i64,
    /// The gap.
    pub gap: Gap,
}

/// A dead letter with its row number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDeadLetter {
    /// Rises with the order of storing.
    pub id: i64,
    /// The item.
    pub letter: DeadLetter,
}

impl Reader<'_> {
    /// Gaps, newest first; `before` continues after the last id of an earlier page.
    ///
    /// # Errors
    /// Those of any read.
    pub fn gaps(&self, before: Option<i64>, limit: usize) -> Result<Vec<StoredGap>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT id, gateway_id, kind, from_ms, to_ms, retention_s, covered, detail, lost_estimate FROM collection_gaps \
             WHERE id < ? ORDER BY id DESC LIMIT ?",
        )?;
        let rows = select.query_map((before.unwrap_or(i64::MAX), sql_limit(limit)), |row| {
            let gap = Gap {
                gateway_id: row.get(1)?,
                kind: row.get(2)?,
                from_ms: row.get(3)?,
                to_ms: row.get(4)?,
                retention_s: row.get(5)?,
                covered: row.get(6)?,
                detail: row.get(7)?,
                lost_estimate: row.get(8)?,
            };
            Ok(StoredGap { id: row.get(0)?, gap })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Dead letters, newest first; `before` continues after the last id of an earlier page.
    ///
    /// # Errors
    /// Those of any read.
    pub fn dead_letters(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<StoredDeadLetter>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT id, created_at_ms, error, payload, payload_bytes FROM dead_letters WHERE id < ? \
             ORDER BY id DESC LIMIT ?",
        )?;
        let rows = select.query_map((before.unwrap_or(i64::MAX), sql_limit(limit)), |row| {
            let letter = DeadLetter {
                created_at_ms: row.get(1)?,
                error: row.get(2)?,
                payload: row.get(3)?,
                payload_bytes: u64::try_from(row.get::<_, i64>(4)?).unwrap_or_default(),
            };
            Ok(StoredDeadLetter { id: row.get(0)?, letter })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When keys were refused by an upstream, at or after a time, Unix milliseconds, oldest first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn attempts_since(&self, upstream: &str, since_ms: i64) -> Result<Vec<i64>, StoreError> {
        let mut select = self.conn().prepare_cached(
            "SELECT at_ms FROM upstream_attempts WHERE upstream = ? AND at_ms >= ? ORDER BY at_ms, id",
        )?;
        let rows = select.query_map((upstream, since_ms), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Store {
    /// Records a gap and gives its id; the oldest beyond [`GAPS_KEPT`] go.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn add_gap(&self, gap: Gap) -> Result<i64, StoreError> {
        self.write(false, move |transaction| {
            transaction.conn.execute(
                "INSERT INTO collection_gaps \
                 (gateway_id, kind, from_ms, to_ms, retention_s, covered, detail, lost_estimate) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    gap.gateway_id,
                    gap.kind,
                    gap.from_ms,
                    gap.to_ms,
                    gap.retention_s,
                    gap.covered,
                    gap.detail,
                    gap.lost_estimate,
                ),
            )?;
            let id = transaction.conn.last_insert_rowid();
            transaction.conn.execute("DELETE FROM collection_gaps WHERE id <= ?", [id - GAPS_KEPT])?;
            Ok(id)
        })
        .await
    }

    /// Replaces a gap, for example when it is over; `false` if it is gone.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn update_gap(&self, stored: StoredGap) -> Result<bool, StoreError> {
        self.write(false, move |transaction| {
            let StoredGap { id, gap } = stored;
            let changed = transaction.conn.execute(
                "UPDATE collection_gaps SET gateway_id = ?, kind = ?, from_ms = ?, to_ms = ?, retention_s = ?, \
                 covered = ?, detail = ?, lost_estimate = ? WHERE id = ?",
                (
                    gap.gateway_id,
                    gap.kind,
                    gap.from_ms,
                    gap.to_ms,
                    gap.retention_s,
                    gap.covered,
                    gap.detail,
                    gap.lost_estimate,
                    id,
                ),
            )?;
            Ok(changed == 1)
        })
        .await
    }

    /// Records that an upstream refused a key; the oldest beyond [`ATTEMPTS_KEPT`] of the upstream go.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn record_attempt(&self, upstream: String, at_ms: i64) -> Result<(), StoreError> {
        self.write(false, move |transaction| {
            transaction.conn.execute(
                "INSERT INTO upstream_attempts (upstream, at_ms) VALUES (?, ?)",
                (&upstream, at_ms),
            )?;
            transaction.conn.execute(
                "DELETE FROM upstream_attempts WHERE upstream = ?1 AND id <= (SELECT id FROM upstream_attempts \
                 WHERE upstream = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                (&upstream, ATTEMPTS_KEPT),
            )?;
            Ok(())
        })
        .await
    }

    /// Forgets the failed uses of keys against an upstream: after a success, or when a person retries.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn clear_attempts(&self, upstream: String) -> Result<(), StoreError> {
        self.write(false, move |transaction| {
            transaction.conn.execute("DELETE FROM upstream_attempts WHERE upstream = ?", [upstream])?;
            Ok(())
        })
        .await
    }
}

/// A limit as SQL takes it.
pub(crate) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
