//! What all parts of a running collector share: counters, state, gaps, and the way into the intake.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use model::{RawItem, Transport};
use tokio::sync::{Notify, watch};

use crate::{
    clock::now_ms,
    events::{CollectorEvent, EventSink, Gap, GapKind},
    failure::Failure,
    gaps::{GapBook, OpenGap},
    intake::Intake,
    ledger::KeyGuard,
    reach::{PollUnderWay, Polls, Reach},
    refusals::Code,
    resp::Popped,
    settings::{Mode, Timings},
    status::{CollectorStatus, GatewayFacts, LastError, RivalSuspicion, State},
};

/// The gateway's retention when it does not say, seconds.
pub(crate) const DEFAULT_RETENTION_S: u32 = 60;
/// Control messages are tiny; anything longer is a record.
const MAX_CONTROL: usize = 64;
/// The size of a record that is assumed at least, bytes.
const USUAL_SIZE: u64 = 1024;
/// How much the newest second counts in the rate of records.
const RATE_WEIGHT: f64 = 0.1;

/// The slow part of the status.
#[derive(Debug, Clone, Default)]
pub(crate) struct Core {
    pub state: State,
    pub mode: Mode,
    pub transport: Option<Transport>,
    pub connected_since_ms: Option<i64>,
    pub last_error: Option<LastError>,
    pub gateway: Option<GatewayFacts>,
    pub rival: Option<RivalSuspicion>,
}

#[derive(Debug, Default)]
struct Rate {
    last_total: u64,
    last_dropped: u64,
    reported_dropped: u64,
    dropping_since_ms: Option<i64>,
    per_second: f64,
}

/// Shared by every task of one collector, whatever connection is current.
pub(crate) struct Shared {
    pub intake: Arc<Intake>,
    pub guard: Arc<KeyGuard>,
    pub timings: Timings,
    events: Arc<dyn EventSink>,
    core: watch::Sender<Core>,
    status: watch::Sender<CollectorStatus>,
    gaps: Mutex<GapBook>,
    rate: Mutex<Rate>,
    reach: Mutex<Reach>,
    polls: Polls,
    /// Which connection may speak for the collector.
    pub generation: AtomicU64,
    received: AtomicU64,
    received_bytes: AtomicU64,
    last_record_ms: AtomicI64,
    oversized: AtomicU64,
    lost: AtomicU64,
    reconnects: AtomicU64,
    /// The intake was nearly full and a pause did not help; no other one until it has been half empty again.
    pub pause_spent: AtomicBool,
    /// Asks for the credential list.
    pub refresh: Notify,
    /// A person wants the connection tried at once.
    pub hurry: Notify,
}

impl Shared {
    pub(crate) fn new(
        intake: Arc<Intake>,
        guard: Arc<KeyGuard>,
        timings: Timings,
        events: Arc<dyn EventSink>,
    ) -> Arc<Self> {
        Arc::new(Self {
            intake,
            guard,
            timings,
            events,
            core: watch::Sender::new(Core::default()),
            status: watch::Sender::default(),
            gaps: Mutex::default(),
            rate: Mutex::default(),
            reach: Mutex::default(),
            polls: Polls::default(),
            generation: AtomicU64::new(0),
            received: AtomicU64::new(0),
            received_bytes: AtomicU64::new(0),
            last_record_ms: AtomicI64::new(0),
            oversized: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            reconnects: AtomicU64::new(0),
            pause_spent: AtomicBool::new(false),
            refresh: Notify::new(),
            hurry: Notify::new(),
        })
    }

    pub(crate) fn emit(&self, event: CollectorEvent) {
        self.events.on_event(event);
    }

    pub(crate) fn core(&self) -> watch::Receiver<Core> {
        self.core.subscribe()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Core)) {
        self.core.send_modify(change);
        self.publish();
    }

    /// The whole status as a channel; counters in it are refreshed with every change of state and every second.
    pub(crate) fn watch(&self) -> watch::Receiver<CollectorStatus> {
        self.status.subscribe()
    }

    fn publish(&self) {
        let status = self.status();
        self.status.send_if_modified(|current| {
            let changed = *current != status;
            if changed {
                *current = status;
            }
            changed
        });
    }

    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    pub(crate) fn retention_s(&self) -> u32 {
        self.core.borrow().gateway.as_ref().and_then(|facts| facts.retention_s).unwrap_or(DEFAULT_RETENTION_S)
    }

    /// Hands records on. Blank ones are nothing; control messages are acted on; of long ones the beginning is handed on.
    pub(crate) fn take(&self, items: impl IntoIterator<Item = Popped>, transport: Transport) {
        let received_at_ms = now_ms();
        let mut records = 0;
        let mut bytes = 0;
        let mut batch = Vec::new();
        for item in items {
            let payload = match item {
                Popped::Record(payload) => payload,
                Popped::Oversized { head, total } => {
                    records += 1;
                    self.oversized.fetch_add(1, Ordering::Relaxed);
                    batch.push(RawItem { payload: head, received_at_ms, transport, cut_from: Some(total) });
                    continue;
                }
            };
            match control(&payload) {
                Some(Control::Refresh) => {
                    self.emit(CollectorEvent::CredentialsChanged);
                    self.refresh.notify_one();
                }
                Some(Control::Ignore) => {}
                None => {
                    records += 1;
                    bytes += payload.len() as u64;
                    batch.push(RawItem { payload, received_at_ms, transport, cut_from: None });
                }
            }
        }
        if records > 0 {
            self.received.fetch_add(records, Ordering::Relaxed);
            self.received_bytes.fetch_add(bytes, Ordering::Relaxed);
            self.last_record_ms.store(received_at_ms, Ordering::Relaxed);
        }
        if !batch.is_empty() {
            let reach = self.handed_over();
            let since_ms = match (transport, reach) {
                (Transport::Subscribe, _) | (_, Reach::Live) => received_at_ms,
                // What a poll brings waited with the gateway since the last one.
                (_, Reach::Until(ms)) => ms,
                (_, Reach::Unknown) => 0,
            };
            self.intake.push_since(batch, since_ms);
        }
    }

    /// Opens a gap that began `silent_for` ago; the first one counts.
    pub(crate) fn open_gap(
        &self,
        kind: GapKind,
        silent_for: Duration,
        polled: bool,
        certain: u64,
        detail: String,
    ) {
        let now = Instant::now();
        let since = now.checked_sub(silent_for).unwrap_or(now);
        let from_ms = now_ms() - crate::clock::millis(silent_for);
        let rate = self.rate_per_second();
        self.reach().broke(from_ms);
        self.book().open(OpenGap { kind, from_ms, since, noticed: now, rate, certain, polled, detail });
    }

    pub(crate) fn reach(&self) -> MutexGuard<'_, Reach> {
        self.reach.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far records have been handed over, what polls under way may hold not counted.
    fn handed_over(&self) -> Reach {
        let reach = *self.reach();
        self.polls.hold_back(reach)
    }

    /// Notes a poll that begins now; it counts as under way until what is answered is dropped.
    pub(crate) fn poll_begins(&self) -> PollUnderWay<'_> {
        let reach = *self.reach();
        self.polls.begin(reach)
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, GapBook> {
        self.gaps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of `count` records may be popped so that they will fit, by the mean size so far; at least one.
    pub(crate) fn fitting(&self, count: usize) -> usize {
        let received = self.received().max(1);
        let mean = (self.received_bytes.load(Ordering::Relaxed) / received).max(USUAL_SIZE);
        // Twice the mean: sizes vary.
        let fit = self.intake.room() as u64 / (mean * 2);
        count.min(usize::try_from(fit).unwrap_or(usize::MAX)).max(1)
    }

    /// Whether a subscriber should leave records with the gateway for a while.
    pub(crate) fn should_pause(&self) -> bool {
        let full = self.intake.is_nearly_full();
        if self.pause_spent.load(Ordering::Relaxed) {
            if !self.intake.is_crowded() {
                self.pause_spent.store(false, Ordering::Relaxed);
            }
            return false;
        }
        full
    }

    /// Whether the gateway has told its retention yet.
    pub(crate) fn knows_gateway(&self) -> bool {
        self.core.borrow().gateway.is_some()
    }

    /// Ends the open gap, if any, at the given time, and reports it.
    pub(crate) fn close_gap(&self, at: Instant, drained: bool) {
        let gap = self.book().close(at, self.retention_s(), drained);
        if let Some(gap) = gap {
            self.report_gap(gap);
        }
    }

    /// Reports a gap that is over.
    pub(crate) fn report_gap(&self, gap: Gap) {
        if gap.kind != GapKind::IntakeFull {
            // The intake counts its own losses.
            self.lost.fetch_add(gap.lost_estimate.unwrap_or(0), Ordering::Relaxed);
        }
        tracing::info!(
            kind = gap.kind.as_str(),
            from_ms = gap.from_ms,
            to_ms = gap.to_ms,
            covered = gap.covered,
            lost_estimate = gap.lost_estimate,
            "gap in collection: {}",
            gap.detail
        );
        self.emit(CollectorEvent::Gap(gap));
    }

    /// Reports that a subscription was ended while records were flowing.
    pub(crate) fn report_unsubscribed(&self) {
        let at_ms = now_ms();
        self.report_gap(Gap {
            kind: GapKind::Stopped,
            from_ms: at_ms,
            to_ms: at_ms,
            retention_s: self.retention_s(),
            covered: false,
            lost_estimate: None,
            detail: "records were flowing when the subscription was ended; what stood in the gateway's buffer at that \
                     moment (a few records, 256 at most) is lost by its rule"
                .to_owned(),
        });
    }

    /// Reports records that left the gateway's queue and did not arrive.
    pub(crate) fn report_lost_reply(&self, began_ms: i64, failure: &Failure) {
        self.report_gap(Gap {
            kind: GapKind::ReplyLost,
            from_ms: began_ms,
            to_ms: now_ms(),
            retention_s: self.retention_s(),
            covered: false,
            lost_estimate: None,
            detail: failure.to_string(),
        });
    }

    /// Reports that the gateway was restarted after `from_ms` and no failure has shown it.
    pub(crate) fn report_restart(&self, from_ms: i64) {
        self.report_gap(Gap {
            kind: GapKind::Disconnected,
            from_ms,
            to_ms: now_ms(),
            retention_s: self.retention_s(),
            covered: false,
            lost_estimate: None,
            detail: "the gateway was restarted between two polls: its request counters began anew, and what its queue \
                     held is lost"
                .to_owned(),
        });
    }

    fn rate(&self) -> MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rate_per_second(&self) -> f64 {
        self.rate().per_second
    }

    /// Called about once a second: keeps the rate, and reports what the intake had to drop once it drops no more.
    pub(crate) fn tick(&self, elapsed: Duration) {
        self.publish();
        let total = self.received();
        let dropped = self.intake.counts().lost_items;
        let mut rate = self.rate();
        let new = total - rate.last_total;
        rate.last_total = total;
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let per_second = new as f64 / elapsed.as_secs_f64().max(0.001);
        rate.per_second += (per_second - rate.per_second) * RATE_WEIGHT;
        if rate.per_second < 0.001 {
            rate.per_second = 0.0;
        }
        let dropping = dropped > rate.last_dropped;
        rate.last_dropped = dropped;
        if dropping {
            rate.dropping_since_ms.get_or_insert_with(now_ms);
            return;
        }
        let Some(from_ms) = rate.dropping_since_ms.take() else { return };
        let lost = dropped - rate.reported_dropped;
        rate.reported_dropped = dropped;
        drop(rate);
        self.report_gap(Gap {
            kind: GapKind::IntakeFull,
            from_ms,
            to_ms: now_ms(),
            retention_s: self.retention_s(),
            covered: false,
            lost_estimate: Some(lost),
            detail: Code::IntakeFull.refusal().text.to_owned(),
        });
    }

    /// Counts a connection that was made again.
    pub(crate) fn count_reconnect(&self) {
        self.reconnects.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything that `/status` shows.
    pub(crate) fn status(&self) -> CollectorStatus {
        let core = self.core.borrow().clone();
        let intake = self.intake.counts();
        let reach = self.handed_over();
        let open_gap = self.book().so_far(Instant::now(), self.retention_s());
        let last_record = self.last_record_ms.load(Ordering::Relaxed);
        CollectorStatus {
            state: core.state,
            mode: core.mode,
            transport: core.transport,
            connected_since_ms: core.connected_since_ms,
            last_record_received_ms: (last_record > 0).then_some(last_record),
            last_error: core.last_error,
            queue_items: intake.depth,
            queue_bytes: intake.bytes,
            queue_high_water_bytes: intake.high_water,
            intake_lost: intake.lost_items,
            received: self.received(),
            oversized: self.oversized.load(Ordering::Relaxed),
            lost_estimate: self.lost.load(Ordering::Relaxed) + intake.lost_items,
            reconnects: self.reconnects.load(Ordering::Relaxed),
            reach,
            open_gap,
            gateway: core.gateway,
            rival_suspected: core.rival,
        }
    }
}

enum Control {
    Refresh,
    Ignore,
}

/// A control message is an object with one member, a boolean named `refresh` or `support_refresh`; blank text is nothing.
/// Anything else is a record, `{"refresh":"x"}` too.
fn control(payload: &[u8]) -> Option<Control> {
    let text = payload.trim_ascii();
    if text.is_empty() {
        return Some(Control::Ignore);
    }
    if text.len() > MAX_CONTROL || text[0] != b'{' {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(text).ok()?;
    let mut members = object.iter();
    match (members.next(), members.next()) {
        (Some((name, serde_json::Value::Bool(value))), None) => match (name.as_str(), value) {
            ("refresh", true) => Some(Control::Refresh),
            ("refresh" | "support_refresh", _) => Some(Control::Ignore),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(capacity: usize) -> (Arc<Shared>, Arc<Mutex<Vec<CollectorEvent>>>) {
        let events = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&events);
        let guard = KeyGuard::new(Arc::new(crate::MemoryLedger::default()));
        let sink: Arc<dyn EventSink> = Arc::new(move |event| sink.lock().expect("events").push(event));
        (Shared::new(Arc::new(Intake::new(capacity)), guard, Timings::default(), sink), events)
    }

    fn record(text: &str) -> Popped {
        Popped::Record(text.as_bytes().to_vec())
    }

    #[test]
    fn control_messages_are_no_records() {
        let (shared, events) = shared(10_000);
        let controls =
            [r#"{"support_refresh":true}"#, r#"{"refresh":true}"#, r#"{"refresh":false}"#, " ", ""];
        shared.take(controls.map(record), Transport::Subscribe);
        assert_eq!((shared.received(), shared.status().last_record_received_ms), (0, None));
        assert!(matches!(events.lock().expect("events").as_slice(), [CollectorEvent::CredentialsChanged]));
        let records =
            ["{}", "17", r#"{"refresh":true,"a":1}"#, r#"{"refresh":"x"}"#, r#"{"failed":true}"#, "{oops"];
        shared.take(records.map(record), Transport::Subscribe);
        assert_eq!((shared.received(), shared.intake.depth()), (6, 6));
    }

    #[test]
    fn of_an_oversized_record_the_beginning_is_handed_on_and_what_does_not_fit_is_counted() {
        let (shared, events) = shared(10_000);
        let oversized = |bytes| Popped::Oversized { head: vec![b'{'; bytes], total: 9 << 20 };
        shared.take([oversized(1), oversized(20_000)], Transport::Http);
        assert_eq!((shared.status().oversized, shared.received()), (2, 2));
        let items = shared.intake.drain();
        assert_eq!((items.len(), items[0].cut_from), (1, Some(9 << 20)));
        assert_eq!(shared.intake.counts().lost_items, 1);
        assert!(events.lock().expect("events").is_empty());
    }

    #[test]
    fn dropped_records_become_one_gap_when_dropping_ends() {
        let (shared, events) = shared(200);
        let second = Duration::from_secs(1);
        for _ in 0..3 {
            shared.take([record("{'a':1}"), record("{'b':1}")], Transport::Subscribe);
            shared.tick(second);
        }
        assert!(events.lock().expect("events").is_empty(), "not over yet");
        shared.tick(second);
        shared.tick(second);
        let seen = events.lock().expect("events");
        let [CollectorEvent::Gap(gap)] = seen.as_slice() else { panic!("{}", seen.len()) };
        assert_eq!((gap.kind, gap.lost_estimate, gap.covered), (GapKind::IntakeFull, Some(4), false));
        assert_eq!(shared.status().lost_estimate, 4);
        assert_eq!(shared.status().intake_lost, 4);
    }
}
