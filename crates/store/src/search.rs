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
    /// # Errors
    /// Those of any read.
    pub fn event_ids_by_hash_prefix(&self, digits: &str, limit: usize) -> Result<Vec<i64>, StoreError> {
        let digits = digits.to_ascii_lowercase();
        let first = digits.get(..INDEXED_BYTES * 2).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(first) = first else { return Ok(Vec::new()) };
        let mut select = self.conn().prepare_cached(
            "SELECT id FROM events INDEXED BY events_identity \
             WHERE substr(event_hash, 1, 4) = ?1 AND substr(lower(hex(event_hash)), 1, ?2) = ?3 LIMIT ?4",
        )?;
        let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let first = first.to_be_bytes();
        let rows = select.query_map((first, length, &digits, sql_limit(limit)), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
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
