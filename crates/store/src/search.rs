//! Looking up events by what no column holds: event hashes and failure texts.

use std::time::Duration;

use memchr::memmem::Finder;
use model::FAIL_SUMMARY_MAX_BYTES;
use rusqlite::types::ValueRef;

use crate::error::StoreError;
use crate::ledger::sql_limit;
use crate::reader::Reader;
use crate::row::inflate;

/// How long one look-up in failure texts may take; then it answers what it has.
const SEARCH_TIME: Duration = Duration::from_millis(500);

/// How long the look-up of a hash may take; a search for failure texts after it still has its half of the time.
const HASH_TIME: Duration = Duration::from_millis(250);

/// Entries of the index that the look-up of a hash walks between two looks at the clock: a few milliseconds.
const HASHES_PER_LOOK: usize = 20_000;

/// Bytes of an event hash that the index holds.
const INDEXED_BYTES: usize = 4;

/// Events that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundEvents {
    /// Their ids, in any order.
    pub ids: Vec<i64>,
    /// Whether there may be more: the limit was reached, or the time was up.
    pub cut: bool,
}

impl Reader<'_> {
    /// Events whose hash begins with these hexadecimal digits, at least eight of them; with fewer, none.
    ///
    /// The index of hashes begins with the time, so that it is walked from its newest end, for a quarter of a second at
    /// most.
    ///
    /// # Errors
    /// Those of any read.
    pub fn event_ids_by_hash_prefix(&self, digits: &str, limit: usize) -> Result<FoundEvents, StoreError> {
        self.hashes_in_slices(digits, limit, HASHES_PER_LOOK, HASH_TIME)
    }

    /// Walks slices of the index of at least `entries` entries each until the read is older than `time`.
    pub(crate) fn hashes_in_slices(
        &self,
        digits: &str,
        limit: usize,
        entries: usize,
        time: Duration,
    ) -> Result<FoundEvents, StoreError> {
        let mut found = FoundEvents::default();
        let digits = digits.to_ascii_lowercase();
        let first = digits.get(..INDEXED_BYTES * 2).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(first) = first.map(u32::to_be_bytes) else { return Ok(found) };
        let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        // The time of the last entry of a slice; entries of the same time belong to it too.
        let mut bound = self.conn().prepare_cached(
            "SELECT timestamp_ms FROM events INDEXED BY events_identity WHERE timestamp_ms <= ?1 \
             ORDER BY timestamp_ms DESC LIMIT 1 OFFSET ?2",
        )?;
        let mut select = self.conn().prepare_cached(
            "SELECT id FROM events INDEXED BY events_identity WHERE timestamp_ms BETWEEN ?1 AND ?2 \
             AND substr(event_hash, 1, 4) = ?3 AND substr(lower(hex(event_hash)), 1, ?4) = ?5 LIMIT ?6",
        )?;
        let mut until = i64::MAX;
        loop {
            let mut bounds = bound.query((until, sql_limit(entries)))?;
            let from: Option<i64> = bounds.next()?.map(|row| row.get(0)).transpose()?;
            let room = limit.saturating_sub(found.ids.len());
            let slice = (from.unwrap_or(i64::MIN), until, first, length, &digits, sql_limit(room + 1));
            for id in select.query_map(slice, |row| row.get(0))? {
                found.ids.push(id?);
            }
            if found.ids.len() > limit {
                found.ids.truncate(limit);
                found.cut = true;
                return Ok(found);
            }
            let Some(before) = from.and_then(|from| from.checked_sub(1)) else { return Ok(found) };
            if self.age() > time {
                found.cut = true;
                return Ok(found);
            }
            until = before;
        }
    }

    /// Failed events in whose failure summary a phrase occurs, whatever the case of its ASCII letters. Each content is
    /// looked at once, however many events have it.
    ///
    /// # Errors
    /// Those of any read.
    pub fn event_ids_by_failure(&self, phrase: &str, limit: usize) -> Result<FoundEvents, StoreError> {
        let mut look = Look::new(phrase);
        let mut found = FoundEvents::default();
        if phrase.is_empty() {
            return Ok(found);
        }
        let mut select =
            self.conn().prepare_cached("SELECT id, bytes, body FROM failures ORDER BY id DESC")?;
        let mut events = self
            .conn()
            .prepare_cached("SELECT id FROM events WHERE failure_id = ?1 ORDER BY id DESC LIMIT ?2")?;
        let mut rows = select.query(())?;
        while let Some(row) = rows.next()? {
            let hit = match row.get_ref(2)? {
                ValueRef::Blob(packed) => look.occurs(inflate(packed, row.get(1)?)?.as_bytes()),
                ValueRef::Text(text) => look.occurs(text),
                _ => false,
            };
            if hit {
                let room = limit - found.ids.len();
                let ids = events.query_map((row.get::<_, i64>(0)?, sql_limit(room + 1)), |row| row.get(0))?;
                for id in ids {
                    found.ids.push(id?);
                }
                if found.ids.len() > limit {
                    found.ids.truncate(limit);
                    found.cut = true;
                    return Ok(found);
                }
            }
            if self.age() > SEARCH_TIME {
                found.cut = true;
                return Ok(found);
            }
        }
        Ok(found)
    }
}

/// A phrase that is looked for in what lists show of failure texts, whatever the case of its ASCII letters.
struct Look {
    finder: Finder<'static>,
    lower: Vec<u8>,
}

impl Look {
    fn new(phrase: &str) -> Self {
        Self { finder: Finder::new(&phrase.to_ascii_lowercase()).into_owned(), lower: Vec::new() }
    }

    fn occurs(&mut self, text: &[u8]) -> bool {
        self.lower.clear();
        self.lower.extend_from_slice(&text[..text.len().min(FAIL_SUMMARY_MAX_BYTES)]);
        self.lower.make_ascii_lowercase();
        self.finder.find(&self.lower).is_some()
    }
}
