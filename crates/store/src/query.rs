//! Reading events: by id, in the order of storing, and in batches for exports.

use model::{EventHash, GatewayId};
use rusqlite::{OptionalExtension, Params};

use crate::codec::hex_column;
use crate::error::StoreError;
use crate::ledger::sql_limit;
use crate::reader::Reader;
use crate::row::{self, StoredEvent};

/// The place of an event in the order of time: by time, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// Unix milliseconds.
    pub timestamp_ms: i64,
    /// The event's id.
    pub id: i64,
}

impl EventKey {
    /// Before every event.
    pub const FIRST: Self = Self { timestamp_ms: i64::MIN, id: i64::MIN };
    /// After every event.
    pub const LAST: Self = Self { timestamp_ms: i64::MAX, id: i64::MAX };
}

impl StoredEvent {
    /// Its place in the order of time.
    pub fn key(&self) -> EventKey {
        EventKey { timestamp_ms: self.event.time.ms, id: self.id }
    }
}

/// What an export will contain: fixed before the first batch is read, so that rows stored later stay out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportPlan {
    /// Events with a higher id are not part of it.
    pub max_id: i64,
    /// The next batch begins after this event.
    pub after: EventKey,
}

/// Rows skipped by one look-up while an export's beginning is searched; a fraction of a second.
const SKIP_ROWS: u64 = 200_000;

impl Reader<'_> {
    pub(crate) fn events(&self, tail: &str, params: impl Params) -> Result<Vec<StoredEvent>, StoreError> {
        let mut select = self.conn().prepare_cached(&format!("{} {tail}", row::SELECT))?;
        let mut rows = select.query(params)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            events.push(self.decoder().decode(self.conn(), row)?);
        }
        Ok(events)
    }

    /// The event with this id.
    ///
    /// # Errors
    /// Those of any read.
    pub fn event(&self, id: i64) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.events("WHERE e.id = ?", [id])?.pop())
    }

    /// The event with this identity: the hash, and the time that went into it (Unix milliseconds).
    ///
    /// # Errors
    /// Those of any read.
    pub fn event_by_identity(
        &self,
        gateway_id: GatewayId,
        timestamp_ms: i64,
        hash: &EventHash,
    ) -> Result<Option<StoredEvent>, StoreError> {
        let mut found = self.events(
            "WHERE e.timestamp_ms = ?3 AND substr(e.event_hash, 1, 4) = substr(?1, 1, 4) AND e.event_hash = ?1 \
             AND e.gateway_id = ?2",
            (hash.0, gateway_id, timestamp_ms),
        )?;
        Ok(found.pop())
    }

    /// The events with these ids that exist, in the order asked for. At most a few thousand at a time.
    ///
    /// # Errors
    /// Those of any read.
    pub fn events_by_id(&self, ids: impl IntoIterator<Item = i64>) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        for id in ids {
            events.extend(self.event(id)?);
        }
        Ok(events)
    }

    /// The gateway's request ids of the events with these ids that exist; empty where the record had none. At most some
    /// ten thousand at a time.
    ///
    /// # Errors
    /// Those of any read.
    pub fn request_ids(&self, ids: impl IntoIterator<Item = i64>) -> Result<Vec<(i64, String)>, StoreError> {
        let mut select = self.conn().prepare_cached("SELECT request_id FROM events WHERE id = ?")?;
        let mut found = Vec::new();
        for id in ids {
            let mut rows = select.query([id])?;
            if let Some(row) = rows.next()? {
                found.push((id, hex_column(row.get_ref(0)?)?));
            }
        }
        Ok(found)
    }

    /// Events stored after the one with this id, in the order of storing.
    ///
    /// # Errors
    /// Those of any read.
    pub fn events_after_id(&self, id: i64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.events("WHERE e.id > ? ORDER BY e.id LIMIT ?", (id, sql_limit(limit)))
    }

    /// The events stored last, newest first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn latest_events(&self, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.events("ORDER BY e.id DESC LIMIT ?", [sql_limit(limit)])
    }

    /// Begins an export of everything.
    ///
    /// # Errors
    /// Those of any read.
    pub fn export_all(&self) -> Result<ExportPlan, StoreError> {
        let max_id: Option<i64> =
            self.conn().prepare_cached("SELECT max(id) FROM events")?.query_row((), |row| row.get(0))?;
        Ok(ExportPlan { max_id: max_id.unwrap_or_default(), after: EventKey::FIRST })
    }

    /// A batch of an export, oldest first by (time, id); empty when the export is over. Continue with
    /// [`ExportPlan::after`] set to the key of the last event.
    ///
    /// # Errors
    /// Those of any read.
    pub fn export_batch(&self, plan: &ExportPlan, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.events(
            "WHERE (e.timestamp_ms, e.id) > (?, ?) AND e.id <= ? ORDER BY e.timestamp_ms, e.id LIMIT ?",
            (plan.after.timestamp_ms, plan.after.id, plan.max_id, sql_limit(limit)),
        )
    }

    /// One step on the way to the beginning of the newest `count` events, going back in time.
    pub(crate) fn skip_back(
        &self,
        from: EventKey,
        max_id: i64,
        count: u64,
    ) -> Result<Option<EventKey>, StoreError> {
        let key = self
            .conn()
            .prepare_cached(
                "SELECT timestamp_ms, id FROM events WHERE (timestamp_ms, id) < (?, ?) AND id <= ? \
                 ORDER BY timestamp_ms DESC, id DESC LIMIT 1 OFFSET ?",
            )?
            .query_row(
                (from.timestamp_ms, from.id, max_id, i64::try_from(count).unwrap_or(i64::MAX)),
                |row| Ok(EventKey { timestamp_ms: row.get(0)?, id: row.get(1)? }),
            )
            .optional()?;
        Ok(key)
    }
}

impl crate::Store {
    /// Begins an export of the newest `count` events (by time); `None` = everything. Blocks, in short reads.
    ///
    /// # Errors
    /// Those of any read.
    pub fn plan_export_blocking(&self, count: Option<u64>) -> Result<ExportPlan, StoreError> {
        let mut plan = self.read_blocking(|reader| reader.export_all())?;
        let Some(mut left) = count else { return Ok(plan) };
        if left == 0 {
            return Ok(ExportPlan { max_id: 0, ..plan });
        }
        // `from` is the oldest event found so far that belongs to the export.
        let mut from = EventKey::LAST;
        loop {
            let step = left.min(SKIP_ROWS);
            let Some(key) = self.read_blocking(|reader| reader.skip_back(from, plan.max_id, step - 1))?
            else {
                return Ok(plan);
            };
            from = key;
            left -= step;
            if left == 0 {
                plan.after = EventKey { id: from.id - 1, ..from };
                return Ok(plan);
            }
        }
    }
}
