//! Feeding records to a manager through the simulated gateway, and counting what became of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use simulator::{SUBSCRIBER_SLOTS, Simulator, SimulatorConfig};
use tokio::task::JoinHandle;

use crate::process;
use crate::program::{ADMIN_KEY, Manager, Options};
use crate::records::Records;

/// Records published before the room is looked at again.
const BATCH: u64 = 32;

/// Slots that stay free for control messages.
const SPARE: u64 = 8;

/// Pause when there is no room. In that time a subscriber cannot take more than its buffer holds at 128,000 records/s.
const PAUSE: Duration = Duration::from_millis(1);

/// The subscriber has stopped reading when there is no room for so long.
const STUCK: Duration = Duration::from_secs(30);

/// Published and not yet stored records, at most: the manager keeps 64 MiB in memory, and what it cannot keep is not
/// what is measured here. About 18 MB.
const BACKLOG: u64 = 8_000;

/// Pause between two looks at what is stored.
const STORED_LOOK: Duration = Duration::from_millis(20);

/// Records that are made, then fed, in one go.
const PORTION: u64 = 20_000;

/// A manager that subscribes to a gateway in this process.
pub struct Pair {
    /// The gateway.
    pub gateway: Simulator,
    /// The manager.
    pub manager: Manager,
    /// Events in the database before the gateway published anything.
    before: u64,
    /// Events in the database, as `/status` said last.
    stored: Arc<AtomicU64>,
    /// Looks at what is stored.
    looking: JoinHandle<()>,
}

/// What a measured portion gave.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Events per second, from the first publication to the durable commit of the last.
    pub per_second: f64,
    /// Processor time of the manager per event, microseconds.
    pub manager_us: f64,
    /// Processor time of gateway and generator per event, microseconds.
    pub gateway_us: f64,
    /// Records handed over and not stored.
    pub lost: u64,
}

impl Pair {
    /// Starts both; the manager has subscribed when this returns.
    pub async fn start(
        binary: &std::path::Path,
        directory: &std::path::Path,
        options: Options,
    ) -> Result<Self> {
        let gateway = Simulator::start(SimulatorConfig::default()).await?;
        let options = Options { upstream: Some(gateway.base_url()), ..options };
        let manager = Manager::start(binary, directory, &options).await?;
        manager.collects_over("subscribe").await?;
        let before = manager.stored(0).await?;
        let stored = Arc::new(AtomicU64::new(before));
        let mut client = manager.client().await?;
        let seen = Arc::clone(&stored);
        let looking = tokio::spawn(async move {
            // Ends with the manager.
            while let Ok(status) = client.json("GET", "/status", ADMIN_KEY, None).await {
                seen.fetch_max(status["eventCount"].as_u64().unwrap_or(0), Ordering::Relaxed);
                tokio::time::sleep(STORED_LOOK).await;
            }
        });
        Ok(Self { gateway, manager, before, stored, looking })
    }

    /// Publishes records as fast as they are stored, never beyond the subscriber's 256 slots, and without spinning: the
    /// two programs share the cores.
    pub async fn publish(&self, records: Vec<Bytes>) -> Result<()> {
        let mut room = 0;
        for record in records {
            let mut waiting_since = None;
            while room == 0 {
                room = self.room();
                if room > 0 {
                    tokio::task::yield_now().await;
                    break;
                }
                if waiting_since.get_or_insert_with(Instant::now).elapsed() > STUCK {
                    bail!("the manager takes no more records: {}", self.manager.status().await?["collector"]);
                }
                tokio::time::sleep(PAUSE).await;
            }
            room -= 1;
            self.gateway.publish(record);
        }
        Ok(())
    }

    /// Records that may be published now: a batch, or none.
    fn room(&self) -> u64 {
        let counters = self.gateway.counters();
        let settled = counters.delivered_to_subscribers
            + counters.popped_resp
            + counters.dropped_by_overflow
            + counters.lost_on_disconnect;
        let waiting = counters.produced.saturating_sub(settled);
        let backlog = (self.before + counters.produced).saturating_sub(self.stored.load(Ordering::Relaxed));
        if backlog > BACKLOG {
            return 0;
        }
        if waiting + SPARE + BATCH <= SUBSCRIBER_SLOTS as u64 { BATCH } else { 0 }
    }

    /// Feeds so many records, in portions that are made while the last one is stored.
    pub async fn fill(&self, records: &Records, count: u64) -> Result<()> {
        let mut left = count;
        while left > 0 {
            let portion = left.min(PORTION);
            self.publish(tokio::task::block_in_place(|| records.take(portion))?).await?;
            left -= portion;
        }
        self.all_stored().await
    }

    /// Feeds so many records that were made before, and measures.
    pub async fn measure(&self, records: &Records, count: u64) -> Result<Rate> {
        let records = tokio::task::block_in_place(|| records.take(count))?;
        let usage = || -> Result<(Duration, Duration)> {
            let own = process::processor_time(std::process::id())?;
            Ok((process::processor_time(self.manager.program.id())?, own))
        };
        let before = usage()?;
        let started = Instant::now();
        self.publish(records).await?;
        self.manager.stored(self.expected()).await?;
        let took = started.elapsed();
        let after = usage()?;
        if self.lost().await? > 0 {
            crate::say::line(&self.books().await?);
        }
        let per_event = |time: Duration| time.as_secs_f64() * 1e6 / count as f64;
        Ok(Rate {
            per_second: count as f64 / took.as_secs_f64(),
            manager_us: per_event(after.0 - before.0),
            gateway_us: per_event(after.1 - before.1),
            lost: self.lost().await?,
        })
    }

    /// The number of events when everything published is stored.
    fn expected(&self) -> u64 {
        self.before + self.gateway.counters().produced
    }

    /// Waits until everything that was published is stored; an error when something is lost.
    pub async fn all_stored(&self) -> Result<()> {
        self.manager.stored(self.expected()).await?;
        let lost = self.lost().await?;
        if lost > 0 {
            bail!("{lost} records are lost: {}", self.books().await?);
        }
        Ok(())
    }

    /// Records that the delivery log says were published, and that the manager has not stored: those that it got,
    /// and those that were cut off because it did not read.
    pub async fn lost(&self) -> Result<u64> {
        let stored = self.manager.stored(0).await?.checked_sub(self.before).context("events are gone")?;
        let handed_over = self.gateway.delivery_log().handed_over().len() as u64;
        let published = self.gateway.counters().produced;
        Ok(handed_over.max(published).saturating_sub(stored))
    }

    /// What both sides counted, for a message.
    pub async fn books(&self) -> Result<String> {
        let status = self.manager.status().await?;
        let counters = self.gateway.counters();
        Ok(format!(
            "gateway {counters:?}; manager {}; gaps {}",
            status["collector"]["counters"], status["gaps"]
        ))
    }

    /// Stops both.
    pub async fn stop(self) -> Result<()> {
        self.looking.abort();
        self.manager.stop()?;
        self.gateway.stop().await;
        Ok(())
    }
}
