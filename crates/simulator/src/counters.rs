//! What the gateway has counted, for assertions about cost and loss.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// A snapshot of everything counted since the start or the last restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// TCP connections accepted.
    pub connections: u64,
    /// HTTP calls below `/v0/management`, refused ones included.
    pub http_management_calls: u64,
    /// Calls of `usage-queue` that passed the key check.
    pub usage_queue_calls: u64,
    /// Other HTTP calls, the control routes excepted.
    pub http_other_calls: u64,
    /// RESP connections, told apart from HTTP by their first byte.
    pub resp_connections: u64,
    /// RESP commands read, refused ones included.
    pub resp_commands: u64,
    /// bcrypt comparisons spent.
    pub bcrypt_verifications: u64,
    /// Failed logins per client address, HTTP and RESP together; they stay after a ban begins.
    pub failed_logins: BTreeMap<String, u64>,
    /// Bans that began.
    pub bans: u64,
    /// Records published (control messages excepted), refused ones included.
    pub produced: u64,
    /// Records copied to a subscriber and written to its socket; counts each copy.
    pub delivered_to_subscribers: u64,
    /// Records popped over HTTP.
    pub popped_http: u64,
    /// Records popped over RESP.
    pub popped_resp: u64,
    /// Records lost for a subscriber whose 256-slot buffer was full.
    pub dropped_by_overflow: u64,
    /// Records lost in the buffer of a subscriber that went away.
    pub lost_on_disconnect: u64,
    /// Records written into a connection that leads nowhere (see the half-open faults).
    pub swallowed: u64,
    /// Queued records that grew older than the retention.
    pub expired: u64,
    /// Queued records that a restart, or management being turned off, threw away.
    pub cleared: u64,
    /// Records refused because publishing or management is off.
    pub refused: u64,
    /// Subscribers cut off because of a full buffer.
    pub cut_offs: u64,
}

/// The live counters behind [`Counters`]; who fails to log in is kept by the access ledger.
#[derive(Default)]
pub(crate) struct Live {
    pub(crate) connections: AtomicU64,
    pub(crate) http_management_calls: AtomicU64,
    pub(crate) usage_queue_calls: AtomicU64,
    pub(crate) http_other_calls: AtomicU64,
    pub(crate) resp_connections: AtomicU64,
    pub(crate) resp_commands: AtomicU64,
    pub(crate) bcrypt_verifications: AtomicU64,
    pub(crate) produced: AtomicU64,
    pub(crate) delivered_to_subscribers: AtomicU64,
    pub(crate) popped_http: AtomicU64,
    pub(crate) popped_resp: AtomicU64,
    pub(crate) dropped_by_overflow: AtomicU64,
    pub(crate) lost_on_disconnect: AtomicU64,
    pub(crate) swallowed: AtomicU64,
    pub(crate) expired: AtomicU64,
    pub(crate) cleared: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) cut_offs: AtomicU64,
}

impl Live {
    fn all(&self) -> [&AtomicU64; 18] {
        [
            &self.connections,
            &self.http_management_calls,
            &self.usage_queue_calls,
            &self.http_other_calls,
            &self.resp_connections,
            &self.resp_commands,
            &self.bcrypt_verifications,
            &self.produced,
            &self.delivered_to_subscribers,
            &self.popped_http,
            &self.popped_resp,
            &self.dropped_by_overflow,
            &self.lost_on_disconnect,
            &self.swallowed,
            &self.expired,
            &self.cleared,
            &self.refused,
            &self.cut_offs,
        ]
    }

    pub(crate) fn reset(&self) {
        for counter in self.all() {
            counter.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn snapshot(&self, failed_logins: BTreeMap<String, u64>, bans: u64) -> Counters {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            connections: get(&self.connections),
            http_management_calls: get(&self.http_management_calls),
            usage_queue_calls: get(&self.usage_queue_calls),
            http_other_calls: get(&self.http_other_calls),
            resp_connections: get(&self.resp_connections),
            resp_commands: get(&self.resp_commands),
            bcrypt_verifications: get(&self.bcrypt_verifications),
            failed_logins,
            bans,
            produced: get(&self.produced),
            delivered_to_subscribers: get(&self.delivered_to_subscribers),
            popped_http: get(&self.popped_http),
            popped_resp: get(&self.popped_resp),
            dropped_by_overflow: get(&self.dropped_by_overflow),
            lost_on_disconnect: get(&self.lost_on_disconnect),
            swallowed: get(&self.swallowed),
            expired: get(&self.expired),
            cleared: get(&self.cleared),
            refused: get(&self.refused),
            cut_offs: get(&self.cut_offs),
        }
    }
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}
