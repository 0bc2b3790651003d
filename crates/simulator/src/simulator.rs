//! The handle of a running gateway.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use tokio::net::TcpListener;

use crate::config::SimulatorConfig;
use crate::counters::Counters;
use crate::delivery::{DeliveryLog, Sequence};
use crate::faults::Faults;
use crate::gateway::upstream::{Canned, Override};
use crate::listener;
use crate::state::{PACED_BATCH, Shared};
use crate::traffic::TrafficConfig;

/// A running gateway. Dropping it stops it without waiting; [`Simulator::stop`] waits.
pub struct Simulator {
    pub(crate) shared: Arc<Shared>,
    address: SocketAddr,
}

impl Simulator {
    /// Binds and serves in background tasks of the current tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound or the TLS options are unusable.
    pub async fn start(config: SimulatorConfig) -> std::io::Result<Self> {
        let tls = config.tls.as_ref().map(listener::tls_acceptor).transpose()?;
        let socket = TcpListener::bind(config.listen).await?;
        let address = socket.local_addr()?;
        let shared = Shared::new(SimulatorConfig { listen: address, ..config });
        shared.tasks.spawn(listener::accept_loop(socket, tls, Arc::clone(&shared)));
        Ok(Self { shared, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>`, with `https` under TLS and with the path prefix, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        let scheme = if self.shared.config.tls.is_some() { "https" } else { "http" };
        let host = match self.address {
            SocketAddr::V4(address) if address.ip().is_unspecified() => "127.0.0.1".to_owned(),
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) if address.ip().is_unspecified() => "[::1]".to_owned(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        let prefix = self.shared.config.path_prefix.as_deref().unwrap_or_default().trim_end_matches('/');
        format!("{scheme}://{host}:{}{prefix}", self.address.port())
    }

    /// Publishes one record (raw JSON) as CPA does: to all subscribers, or into the queue if there is none. Never
    /// waits; a subscriber without a free slot is cut off. Returns the record's number in the delivery log.
    pub fn publish(&self, record: Bytes) -> Sequence {
        self.shared.publish(record)
    }

    /// Publishes records one after the other without a pause: a burst. Returns the numbers used, the end excluded.
    /// (Numbers of items that faults added in between are part of the range.)
    pub fn publish_many(&self, records: impl IntoIterator<Item = Bytes>) -> Range<Sequence> {
        let mut range = 0..0;
        for record in records {
            let sequence = self.shared.publish(record);
            if range.is_empty() {
                range.start = sequence;
            }
            range.end = sequence + 1;
        }
        range
    }

    /// Publishes records at a steady rate per second and returns their numbers. Like CPA it never waits for a
    /// slow subscriber; it only paces itself by the clock.
    pub async fn publish_at_rate(
        &self,
        records: impl IntoIterator<Item = Bytes>,
        per_second: u32,
    ) -> Vec<Sequence> {
        self.shared.publish_at_rate(records, per_second).await
    }

    /// Publishes records as fast as the slowest subscriber takes them, never overflowing a buffer. CPA has no
    /// such thing; it is for measuring how fast a manager can be fed.
    pub async fn publish_with_room(&self, records: impl IntoIterator<Item = Bytes>) -> Vec<Sequence> {
        let mut sequences = Vec::new();
        let mut room = 0;
        for record in records {
            while room == 0 {
                room = self.shared.hub.free_slots().min(PACED_BATCH);
                tokio::task::yield_now().await;
            }
            room -= 1;
            sequences.push(self.shared.publish(record));
        }
        sequences
    }

    /// Tells usage subscribers `{"refresh":true}`, as CPA does when configuration or auth files were reloaded.
    pub fn publish_refresh(&self) {
        self.shared.hub.publish_refresh();
    }

    /// Records in the queue. Expired ones count until the next publish or pop prunes them, as in CPA.
    #[must_use]
    pub fn queue_len(&self) -> usize {
        self.shared.hub.queue_len()
    }

    /// The numbers of the records in the queue, oldest first.
    #[must_use]
    pub fn queued(&self) -> Vec<Sequence> {
        self.shared.hub.queued()
    }

    /// Live subscribers of the `usage` channel.
    #[must_use]
    pub fn subscriber_count(&self) -> usize {
        self.shared.hub.usage_subscribers()
    }

    /// What became of every record so far. Records that still wait in the queue or in a buffer have no line yet.
    #[must_use]
    pub fn delivery_log(&self) -> DeliveryLog {
        self.shared.recorder.snapshot()
    }

    /// The switches for faults.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What was counted since the start or the last restart.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let (failed_logins, bans) = self.shared.ledger.totals();
        self.shared.counters.snapshot(failed_logins, bans)
    }

    /// Closes every connection; subscribers lose what is in their buffers. Queue, bans and counters stay.
    pub fn cut_connections(&self) {
        self.shared.cut_connections();
    }

    /// As if CPA was restarted: all connections cut, queue empty, bans forgotten, counters zero. The delivery log
    /// and the numbering of records go on.
    pub fn restart_empty(&self) {
        self.shared.restart_empty();
    }

    /// Moves the gateway's clock by so many milliseconds against the real one: `Date` headers, retention, bans and
    /// the times of live traffic follow it.
    pub fn set_clock_offset(&self, offset_ms: i64) {
        self.shared.clock.set_offset_ms(offset_ms);
    }

    /// The gateway's clock, Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.shared.clock.now_ms()
    }

    /// Settings of a generator whose accounts this gateway knows.
    #[must_use]
    pub fn traffic_config(&self) -> TrafficConfig {
        self.shared.traffic_config()
    }

    /// Puts an answer in place of the built-in ones of `api-call`: for addresses with this prefix, and for this
    /// credential if one is named. The newest that fits wins.
    pub fn set_upstream_reply(&self, url_prefix: &str, auth_index: Option<&str>, status: u16, body: &str) {
        self.shared.gateway.override_upstream(Override {
            url_prefix: url_prefix.to_owned(),
            auth_index: auth_index.map(str::to_owned),
            answer: Canned { status, body: body.to_owned() },
        });
    }

    /// The configuration document as `GET config.yaml` shows it.
    #[must_use]
    pub fn config_yaml(&self) -> String {
        self.shared.gateway.document().text().to_owned()
    }

    /// The plain client keys that the gateway accepts.
    #[must_use]
    pub fn client_keys(&self) -> Vec<String> {
        self.shared.gateway.client_keys()
    }

    /// Stops listening, closes every connection, and waits until all tasks are gone.
    pub async fn stop(self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}
