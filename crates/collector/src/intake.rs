//! The bounded memory between the sockets and the writer.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use model::RawItem;
use tokio::sync::Notify;

/// The memory that waiting items may take, bytes.
pub const DEFAULT_CAPACITY: usize = 64 * 1024 * 1024;
/// What an item costs beside its payload, bytes.
const ITEM_OVERHEAD: usize = 64;
/// A batch is handed on at the latest this many quiet times after its first item came, however busy the gateway is.
const PATIENCE: u32 = 4;
/// Items that came within this time count as coming with the first of them, milliseconds.
const SAME_MS: i64 = 100;

/// A queue of raw items, bounded by bytes. Pushing never waits: what does not fit is dropped and counted.
///
/// Many producers, one consumer.
#[derive(Debug)]
pub struct Intake {
    capacity: usize,
    inner: Mutex<Inner>,
    wake: Notify,
    progress: Notify,
}

#[derive(Debug)]
struct Inner {
    items: VecDeque<RawItem>,
    bytes: usize,
    high_water: usize,
    lost_items: u64,
    lost_bytes: u64,
    /// When the front item, or one before it, came.
    front_since: Instant,
    last_push: Instant,
    /// Items ever taken in.
    pushed: u64,
    /// Items that the consumer has finished with.
    settled: u64,
    /// How many items had been pushed, and when the first of them came (Unix milliseconds), for what is not settled.
    unsettled: VecDeque<(u64, i64)>,
    /// The depth at which the consumer wants to be woken.
    wake_at: usize,
    closed: bool,
}

/// What the intake counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IntakeCounts {
    /// Items waiting.
    pub depth: u64,
    /// Bytes waiting.
    pub bytes: u64,
    /// The most bytes that ever waited.
    pub high_water: u64,
    /// Items dropped because memory was full.
    pub lost_items: u64,
    /// Their payload bytes.
    pub lost_bytes: u64,
}

impl Default for Intake {
    fn default() -> Self {
        Self::new(DEFAULT_CAPACITY)
    }
}

impl Intake {
    /// An empty intake for at most `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        let now = Instant::now();
        Self {
            capacity,
            inner: Mutex::new(Inner {
                items: VecDeque::new(),
                bytes: 0,
                high_water: 0,
                lost_items: 0,
                lost_bytes: 0,
                front_since: now,
                last_push: now,
                pushed: 0,
                settled: 0,
                unsettled: VecDeque::new(),
                wake_at: 1,
                closed: false,
            }),
            wake: Notify::new(),
            progress: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one item; `false` when it had to be dropped.
    pub fn push(&self, item: RawItem) -> bool {
        self.push_all(std::iter::once(item)) == 0
    }

    /// Takes all items under one lock; answers how many had to be dropped.
    pub fn push_all(&self, items: impl IntoIterator<Item = RawItem>) -> u64 {
        self.push_since(items, i64::MAX)
    }

    /// [`Intake::push_all`] for items that may have been published since `since_ms` (Unix milliseconds), long before they
    /// were received.
    pub(crate) fn push_since(&self, items: impl IntoIterator<Item = RawItem>, since_ms: i64) -> u64 {
        let mut dropped = 0;
        let mut inner = self.lock();
        let now = Instant::now();
        if inner.items.is_empty() {
            inner.front_since = now;
        }
        for item in items {
            let size = item.payload.len() + ITEM_OVERHEAD;
            if inner.bytes + size > self.capacity {
                dropped += 1;
                inner.lost_items += 1;
                inner.lost_bytes += item.payload.len() as u64;
                continue;
            }
            inner.bytes += size;
            inner.pushed += 1;
            remember(&mut inner, item.received_at_ms.min(since_ms));
            inner.items.push_back(item);
        }
        inner.last_push = now;
        inner.high_water = inner.high_water.max(inner.bytes);
        let wake = !inner.items.is_empty() && inner.items.len() >= inner.wake_at;
        drop(inner);
        if wake {
            self.wake.notify_one();
        }
        dropped
    }

    /// Waits for items and answers at most `max_items` of them, oldest first.
    ///
    /// A batch is complete when it has `max_items`, when nothing came for `quiet`, or when its first item has waited four
    /// times `quiet`. Empty only when the intake is closed and drained. Cancelling the future loses nothing.
    pub async fn next_batch(&self, max_items: usize, quiet: Duration) -> Vec<RawItem> {
        let max_items = max_items.max(1);
        loop {
            let pause = {
                let mut inner = self.lock();
                let depth = inner.items.len();
                if depth >= max_items || inner.closed {
                    return take(&mut inner, max_items);
                }
                if depth == 0 {
                    inner.wake_at = 1;
                    None
                } else {
                    let due = (inner.last_push + quiet).min(inner.front_since + quiet * PATIENCE);
                    let now = Instant::now();
                    if now >= due {
                        return take(&mut inner, max_items);
                    }
                    inner.wake_at = max_items;
                    Some(due - now)
                }
            };
            match pause {
                None => self.wake.notified().await,
                Some(pause) => {
                    // A time-out is one of the two ways to go on; both look again.
                    let _elapsed = tokio::time::timeout(pause, self.wake.notified()).await;
                }
            }
        }
    }

    /// The consumer tells that it has finished with its oldest `items` items: they are stored, or given up. A consumer that
    /// will not tell says `usize::MAX` at once; pollers then never wait for it.
    pub fn settle(&self, items: usize) {
        let mut inner = self.lock();
        inner.settled = inner.settled.saturating_add(items as u64);
        let settled = inner.settled;
        while inner.unsettled.front().is_some_and(|(pushed, _)| *pushed <= settled) {
            inner.unsettled.pop_front();
        }
        drop(inner);
        self.progress.notify_waiters();
    }

    /// Since when items that are not settled may have been published, Unix milliseconds, to a tenth of a second; never too
    /// late.
    pub fn oldest_unsettled_ms(&self) -> Option<i64> {
        self.lock().unsettled.front().map(|(_, at_ms)| *at_ms)
    }

    /// Waits until everything that was pushed before this call is settled, for at most `longest`. A poller calls this
    /// before it takes more from the gateway, so that a crash costs at most what one poll brought.
    pub async fn settled(&self, longest: Duration) {
        let pushed = self.lock().pushed;
        let wait = async {
            loop {
                let progress = self.progress.notified();
                if self.lock().settled >= pushed {
                    return;
                }
                progress.await;
            }
        };
        // Past the deadline the gateway's retention matters more than one poll.
        let _elapsed = tokio::time::timeout(longest, wait).await;
    }

    /// Takes everything that waits, at once.
    pub fn drain(&self) -> Vec<RawItem> {
        take(&mut self.lock(), usize::MAX)
    }

    /// Says that nothing more will be pushed; [`Intake::next_batch`] then stops waiting.
    pub fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_one();
    }

    /// Depth, bytes, high-water mark and losses.
    pub fn counts(&self) -> IntakeCounts {
        let inner = self.lock();
        IntakeCounts {
            depth: inner.items.len() as u64,
            bytes: inner.bytes as u64,
            high_water: inner.high_water as u64,
            lost_items: inner.lost_items,
            lost_bytes: inner.lost_bytes,
        }
    }

    /// Items waiting.
    pub fn depth(&self) -> usize {
        self.lock().items.len()
    }

    /// The memory that waiting items may take, bytes.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Whether [`Intake::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Bytes waiting.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Bytes that still fit.
    pub fn room(&self) -> usize {
        self.capacity.saturating_sub(self.bytes())
    }

    /// Whether more than half of the memory is in use; pollers then leave records with the gateway for a while.
    pub fn is_crowded(&self) -> bool {
        self.bytes() > self.capacity / 2
    }

    /// Whether more than three quarters of the memory are in use; a subscriber then leaves records with the gateway too.
    pub fn is_nearly_full(&self) -> bool {
        self.bytes() > self.capacity / 4 * 3
    }
}

/// Items that came within a tenth of a second share a line, so that the lines are bounded by time and not by items.
fn remember(inner: &mut Inner, at_ms: i64) {
    let (pushed, settled) = (inner.pushed, inner.settled);
    // A backlog comes behind newer records: what is older than the lines before it takes their place, so that the first
    // line is always the oldest.
    while inner.unsettled.back().is_some_and(|(_, first_ms)| *first_ms >= at_ms) {
        inner.unsettled.pop_back();
    }
    match inner.unsettled.back_mut() {
        Some((last, first_ms)) if (*first_ms..*first_ms + SAME_MS).contains(&at_ms) => *last = pushed,
        // A consumer that does not tell has settled everything at once.
        _ if settled >= pushed => {}
        _ => inner.unsettled.push_back((pushed, at_ms)),
    }
}

fn take(inner: &mut Inner, max_items: usize) -> Vec<RawItem> {
    let count = inner.items.len().min(max_items);
    let batch: Vec<RawItem> = inner.items.drain(..count).collect();
    inner.bytes -= batch.iter().map(|item| item.payload.len() + ITEM_OVERHEAD).sum::<usize>();
    if inner.items.is_empty() && inner.items.capacity() > 4096 {
        // A burst is over: give its memory back.
        inner.items = VecDeque::new();
    }
    inner.wake_at = 1;
    batch
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Transport;

    use super::*;

    const QUIET: Duration = Duration::from_millis(5);

    fn item(size: usize) -> RawItem {
        RawItem {
            payload: vec![b'x'; size],
            received_at_ms: 1,
            transport: Transport::Subscribe,
            cut_from: None,
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_room_comes_back() {
        let intake = Intake::new(1000);
        assert!(intake.push(item(500)));
        assert!(!intake.push(item(500)));
        assert!(intake.push(item(100)), "a smaller one still fits");
        let counts = intake.counts();
        assert_eq!((counts.depth, counts.lost_items, counts.lost_bytes), (2, 1, 500));
        assert_eq!(counts.bytes, 600 + 2 * ITEM_OVERHEAD as u64);
        assert!(intake.is_crowded());
        assert_eq!(intake.drain().len(), 2);
        assert_eq!(intake.bytes(), 0);
        assert!(intake.push(item(900)));
        assert_eq!(intake.counts().high_water, 900 + ITEM_OVERHEAD as u64);
    }

    #[test]
    fn the_oldest_that_is_not_settled_is_known_also_when_it_came_behind_newer_ones() {
        let intake = Intake::default();
        let at = |received_at_ms| RawItem { received_at_ms, ..item(1) };
        intake.push(at(40_000));
        intake.push_since([at(41_000)], 10_000);
        intake.push(at(42_000));
        assert_eq!(intake.oldest_unsettled_ms(), Some(10_000));
        assert_eq!(intake.drain().len(), 3);
        intake.settle(1);
        assert_eq!(intake.oldest_unsettled_ms(), Some(10_000));
        intake.settle(1);
        assert_eq!(intake.oldest_unsettled_ms(), Some(42_000));
        intake.settle(1);
        assert_eq!(intake.oldest_unsettled_ms(), None);
    }

    #[tokio::test]
    async fn a_full_batch_comes_at_once_and_the_rest_after_quiet() {
        let intake = Intake::default();
        intake.push_all((0..25).map(|_| item(1)));
        let slow = Duration::from_secs(60);
        assert_eq!(intake.next_batch(10, slow).await.len(), 10);
        assert_eq!(intake.next_batch(10, slow).await.len(), 10);
        assert_eq!(intake.next_batch(10, QUIET).await.len(), 5);
    }

    #[tokio::test]
    async fn a_steady_trickle_does_not_delay_a_batch_for_ever() {
        let intake = Arc::new(Intake::default());
        let feeder = tokio::spawn({
            let intake = Arc::clone(&intake);
            async move {
                for _ in 0..200 {
                    intake.push(item(1));
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        });
        let quiet = Duration::from_millis(10);
        let began = Instant::now();
        let batch = intake.next_batch(100_000, quiet).await;
        assert!(began.elapsed() < Duration::from_millis(150), "{:?}", began.elapsed());
        assert!(!batch.is_empty() && batch.len() < 200);
        feeder.abort();
    }

    #[tokio::test]
    async fn a_poller_waits_for_what_it_pushed_and_not_for_later_items() {
        let intake = Arc::new(Intake::default());
        let long = Duration::from_secs(60);
        intake.settled(long).await;
        intake.push_all((0..3).map(|_| item(1)));
        let poller = tokio::spawn({
            let intake = Arc::clone(&intake);
            async move { intake.settled(long).await }
        });
        tokio::task::yield_now().await;
        intake.push(item(1));
        intake.settle(2);
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(!poller.is_finished());
        intake.settle(1);
        tokio::time::timeout(Duration::from_secs(5), poller).await.expect("in time").expect("no panic");
        let began = Instant::now();
        intake.settled(Duration::from_millis(20)).await;
        assert!(began.elapsed() >= Duration::from_millis(20));
    }

    #[tokio::test]
    async fn a_waiting_consumer_is_woken_by_a_push_and_by_closing() {
        let intake = Arc::new(Intake::default());
        let consumer = tokio::spawn({
            let intake = Arc::clone(&intake);
            async move {
                let first = intake.next_batch(10, QUIET).await.len();
                let second = intake.next_batch(10, QUIET).await.len();
                (first, second)
            }
        });
        tokio::time::sleep(Duration::from_millis(10)).await;
        intake.push(item(1));
        tokio::time::sleep(Duration::from_millis(40)).await;
        intake.close();
        let counts = tokio::time::timeout(Duration::from_secs(5), consumer).await;
        assert_eq!(counts.expect("in time").expect("no panic"), (1, 0));
    }
}
