//! The ledger of failed key attempts, kept in the database so that restarts do not reset it.

use collector::AttemptLedger;
use store::Store;

/// Failed attempts in the database. Each call blocks for one read or commit: a refused key is rare, and must be durable
/// before the next attempt.
pub struct StoredLedger(pub Store);

impl AttemptLedger for StoredLedger {
    fn failed_attempts_since(&self, upstream: &str, since_ms: i64) -> Option<Vec<i64>> {
        let read = self.0.read_blocking(|reader| reader.attempts_since(upstream, since_ms));
        read.inspect_err(
            |error| tracing::warn!(%error, "the ledger of failed attempts cannot be read; no key is tried"),
        )
        .ok()
    }

    fn record_failure(&self, upstream: &str, at_ms: i64) {
        if let Err(error) = store::wait(self.0.record_attempt(upstream.to_owned(), at_ms)) {
            tracing::warn!(%error, "a failed attempt is not recorded");
        }
    }

    fn clear(&self, upstream: &str) {
        if let Err(error) = store::wait(self.0.clear_attempts(upstream.to_owned())) {
            tracing::warn!(%error, "the ledger of failed attempts is not cleared");
        }
    }
}
