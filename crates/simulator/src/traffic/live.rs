//! Live traffic: a background task that publishes what the generator makes, as the day goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{TrafficConfig, TrafficGenerator};
use crate::simulator::Simulator;
use crate::state::Shared;

/// Steps at low rates.
const CALM_TICK: Duration = Duration::from_millis(50);

/// Steps at high rates: small, so that one step never fills a subscriber's 256 slots.
const BUSY_TICK: Duration = Duration::from_millis(1);

/// Records per second from which on steps are small.
const BUSY_RATE: f64 = 200.0;

/// Records of one step at most; a gateway that was suspended does not make up for all of it.
const MAX_STEP: f64 = 4_096.0;

/// Records that are published before other tasks run.
const BATCH: u64 = 32;

struct Control {
    /// Mean records per second, as the bits of an `f64`.
    rate: AtomicU64,
    published: AtomicU64,
    stop: CancellationToken,
}

/// Publishes generated records until it is stopped or dropped, or the gateway stops.
pub struct LiveTraffic {
    control: Arc<Control>,
}

impl LiveTraffic {
    /// Starts publishing. `per_second` is the mean of a month; days, nights and bursts vary around it (see
    /// [`TrafficGenerator::intensity`]) unless `steady` is set.
    #[must_use]
    pub fn start(gateway: &Simulator, config: TrafficConfig, per_second: f64, steady: bool) -> Self {
        Self::on(&gateway.shared, config, per_second, steady)
    }

    pub(crate) fn on(shared: &Arc<Shared>, config: TrafficConfig, per_second: f64, steady: bool) -> Self {
        let control = Arc::new(Control {
            rate: AtomicU64::new(per_second.max(0.0).to_bits()),
            published: AtomicU64::new(0),
            stop: shared.stop.child_token(),
        });
        let generator = TrafficGenerator::new(config);
        shared.tasks.spawn(run(Arc::clone(shared), Arc::clone(&control), generator, steady));
        Self { control }
    }

    /// Changes the mean rate, records per second. 0 pauses.
    pub fn set_rate(&self, per_second: f64) {
        self.control.rate.store(per_second.max(0.0).to_bits(), Ordering::Relaxed);
    }

    /// The mean rate, records per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        f64::from_bits(self.control.rate.load(Ordering::Relaxed))
    }

    /// Records published so far.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.control.published.load(Ordering::Relaxed)
    }

    /// Ends it.
    pub fn stop(&self) {
        self.control.stop.cancel();
    }
}

impl Drop for LiveTraffic {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn run(shared: Arc<Shared>, control: Arc<Control>, mut generator: TrafficGenerator, steady: bool) {
    let mut before = tokio::time::Instant::now();
    let mut due = 0.0_f64;
    loop {
        let rate = f64::from_bits(control.rate.load(Ordering::Relaxed));
        let tick = if rate > BUSY_RATE { BUSY_TICK } else { CALM_TICK };
        tokio::select! {
            () = control.stop.cancelled() => return,
            () = tokio::time::sleep(tick) => {}
        }
        let now = tokio::time::Instant::now();
        let at = Timestamp::from_millisecond(shared.clock.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
        let pace = if steady { rate } else { rate * generator.intensity(at) };
        due = (due + pace * (now - before).as_secs_f64()).min(MAX_STEP);
        before = now;
        let mut step = 0;
        while due >= 1.0 {
            due -= 1.0;
            shared.publish(generator.next_record(at));
            control.published.fetch_add(1, Ordering::Relaxed);
            step += 1;
            if step % BATCH == 0 {
                tokio::task::yield_now().await;
            }
        }
    }
}
