//! What reports and cost totals over a period read: the figures of events in the order of time, without their texts.

use std::time::Duration;

use model::{CacheInputMode, TokenBreakdown, TokenCounts};

use crate::breakdown;
use crate::error::StoreError;
use crate::query::EventKey;
use crate::reader::Reader;

/// One call reads for at most this long, so that it stays far from [`READ_LIMIT`](crate::READ_LIMIT).
const READ_FOR: Duration = Duration::from_millis(250);

/// Rows between two looks at the clock.
const ROWS_PER_LOOK: usize = 512;

/// The figures of one event. Ids are those of [`NameTable`](crate::NameTable).
#[derive(Debug, Clone, PartialEq)]
pub struct UsageRow {
    /// Its place in the order of time.
    pub key: EventKey,
    /// The attempt failed.
    pub failed: bool,
    /// Row of the credentials.
    pub credential: i64,
    /// Row of the models.
    pub model: i64,
    /// Row of the client keys.
    pub api_key: i64,
    /// Row of the tiers.
    pub tier: i64,
    /// Accounting of cache tokens.
    pub cache_input_mode: CacheInputMode,
    /// Counters as sent.
    pub tokens: TokenCounts,
    /// The gateway's own split of the tokens.
    pub breakdown: Option<TokenBreakdown>,
    /// Milliseconds from the start of the attempt to its end.
    pub latency_ms: Option<i64>,
}

const SELECT: &str = "SELECT timestamp_ms, id, failed, credential_id, model_id, api_key_id, tier_id, cache_separate, \
     input_tokens, output_tokens, reasoning_tokens, cached_tokens, cache_tokens, cache_read_tokens, \
     cache_creation_tokens, total_tokens, latency_ms, breakdown \
     FROM events WHERE (timestamp_ms, id) > (?, ?) AND timestamp_ms < ? ORDER BY timestamp_ms, id";

impl Reader<'_> {
    /// Shows every event after a place and before a time (Unix milliseconds) to `visit`, ascending by time, for a
    /// quarter of a second at most. Gives the place to go on after in another read, or `None` if the period is done.
    ///
    /// # Errors
    /// Those of any read; what was shown before stays shown.
    pub fn usage_rows(
        &self,
        after: EventKey,
        to_ms: i64,
        mut visit: impl FnMut(&UsageRow),
    ) -> Result<Option<EventKey>, StoreError> {
        let mut select = self.conn().prepare_cached(SELECT)?;
        let mut rows = select.query((after.timestamp_ms, after.id, to_ms))?;
        let mut seen = 0_usize;
        while let Some(row) = rows.next()? {
            let tokens = TokenCounts {
                input: row.get(8)?,
                output: row.get(9)?,
                reasoning: row.get(10)?,
                cached: row.get(11)?,
                cache: row.get(12)?,
                cache_read: row.get(13)?,
                cache_creation: row.get(14)?,
                total: row.get(15)?,
            };
            let breakdown = breakdown::unpack(row.get_ref(17)?, &tokens)?;
            let separate: bool = row.get(7)?;
            let found = UsageRow {
                key: EventKey { timestamp_ms: row.get(0)?, id: row.get(1)? },
                failed: row.get(2)?,
                credential: row.get(3)?,
                model: row.get(4)?,
                api_key: row.get(5)?,
                tier: row.get(6)?,
                cache_input_mode: if separate { CacheInputMode::Separate } else { CacheInputMode::Included },
                tokens,
                breakdown,
                latency_ms: row.get(16)?,
            };
            visit(&found);
            seen += 1;
            if seen.is_multiple_of(ROWS_PER_LOOK) && self.age() > READ_FOR {
                return Ok(Some(found.key));
            }
        }
        Ok(None)
    }
}
