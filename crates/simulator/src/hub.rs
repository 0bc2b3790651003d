//! The usage queue and its subscribers: publish *or* queue, exactly as CPA does it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::counters::{Live, add};
use crate::delivery::{Outcome, Recorder, Sequence};

/// Messages that a subscriber may be behind before it is cut off.
pub const SUBSCRIBER_SLOTS: usize = 256;

/// First message of every usage subscription.
const SUPPORT_REFRESH: &[u8] = br#"{"support_refresh":true}"#;

/// Sent to usage subscribers when configuration or auth files were reloaded.
const REFRESH: &[u8] = br#"{"refresh":true}"#;

/// One message on its way to a subscriber. Control messages have no sequence.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) sequence: Option<Sequence>,
    pub(crate) payload: Bytes,
}

/// The two channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Usage,
    Errors,
}

impl Channel {
    /// Names are matched without regard to case and surrounding blanks.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "usage" => Some(Self::Usage),
            "errors" => Some(Self::Errors),
            _ => None,
        }
    }
}

#[derive(Default)]
struct Buffer {
    waiting: VecDeque<Message>,
    // Taken by the socket writer and not yet written. They keep their slots: coalescing writes must not make the
    // buffer larger than the 256 messages of the real one.
    in_flight: Vec<Option<Sequence>>,
    ended: bool,
}

/// One subscriber: 256 slots between the publisher and the writer of its socket.
pub(crate) struct Subscriber {
    id: u64,
    connection: u64,
    buffer: Mutex<Buffer>,
    wake: Notify,
}

impl Subscriber {
    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message into a free slot; `false` when there is none.
    fn offer(&self, message: Message) -> bool {
        let mut buffer = self.lock();
        if buffer.waiting.len() + buffer.in_flight.len() >= SUBSCRIBER_SLOTS {
            return false;
        }
        buffer.waiting.push_back(message);
        drop(buffer);
        self.wake.notify_one();
        true
    }

    fn end(&self) {
        self.lock().ended = true;
        self.wake.notify_one();
    }

    /// Slots that are free now.
    fn free(&self) -> usize {
        let buffer = self.lock();
        SUBSCRIBER_SLOTS.saturating_sub(buffer.waiting.len() + buffer.in_flight.len())
    }

    /// The next messages for the socket, at most `max`; `None` when the subscription has ended and is empty.
    /// Nothing is lost when the returned future is dropped before it is ready.
    pub(crate) async fn next(&self, max: usize) -> Option<Vec<Message>> {
        loop {
            {
                let mut buffer = self.lock();
                if !buffer.waiting.is_empty() {
                    let count = buffer.waiting.len().min(max);
                    let batch: Vec<Message> = buffer.waiting.drain(..count).collect();
                    buffer.in_flight.extend(batch.iter().map(|message| message.sequence));
                    return Some(batch);
                }
                if buffer.ended {
                    return None;
                }
            }
            self.wake.notified().await;
        }
    }

    /// The first `count` in-flight messages left; returns their record numbers.
    fn take_in_flight(&self, count: usize) -> Vec<Sequence> {
        let mut buffer = self.lock();
        let count = count.min(buffer.in_flight.len());
        buffer.in_flight.drain(..count).flatten().collect()
    }

    fn take_everything(&self) -> Vec<Sequence> {
        let mut buffer = self.lock();
        buffer.ended = true;
        let mut left: Vec<Sequence> = buffer.in_flight.drain(..).flatten().collect();
        left.extend(buffer.waiting.drain(..).filter_map(|message| message.sequence));
        left
    }
}

struct Queued {
    sequence: Sequence,
    enqueued_at_ms: i64,
    payload: Bytes,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Queued>,
    usage: Vec<Arc<Subscriber>>,
    errors: Vec<Arc<Subscriber>>,
    next_subscriber: u64,
    next_sequence: Sequence,
    retention_ms: i64,
    open: bool,
}

/// Publishing, queueing and popping.
pub(crate) struct Hub {
    state: Mutex<State>,
    clock: Arc<Clock>,
    counters: Arc<Live>,
    recorder: Arc<Recorder>,
}

impl Hub {
    pub(crate) fn new(clock: Arc<Clock>, counters: Arc<Live>, recorder: Arc<Recorder>) -> Self {
        let state = State { next_sequence: 1, ..State::default() };
        Self { state: Mutex::new(state), clock, counters, recorder }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, sequences: &[Sequence], outcome: Outcome, connection: u64) {
        if sequences.is_empty() {
            return;
        }
        let counter = match outcome {
            Outcome::SubscriberWritten => &self.counters.delivered_to_subscribers,
            Outcome::HttpPop => &self.counters.popped_http,
            Outcome::RespPop => &self.counters.popped_resp,
            Outcome::DroppedByOverflow => &self.counters.dropped_by_overflow,
            Outcome::LostOnDisconnect => &self.counters.lost_on_disconnect,
            Outcome::Swallowed => &self.counters.swallowed,
            Outcome::Expired => &self.counters.expired,
            Outcome::Cleared => &self.counters.cleared,
            Outcome::Refused => &self.counters.refused,
        };
        add(counter, sequences.len() as u64);
        self.recorder.record(sequences.iter().copied(), outcome, connection, self.clock.true_now_ms());
    }

    /// Sets how long queued records live. CPA's rules: none or less means 60 s, more than an hour means an hour.
    pub(crate) fn set_retention_seconds(&self, seconds: i64) {
        let seconds = if seconds <= 0 { 60 } else { seconds.min(3600) };
        self.lock().retention_ms = seconds * 1000;
    }

    /// Whether management is on. Turning it off empties the queue and ends all subscriptions.
    pub(crate) fn set_open(&self, open: bool) {
        let mut state = self.lock();
        state.open = open;
        if !open {
            let cleared: Vec<Sequence> = state.queue.drain(..).map(|queued| queued.sequence).collect();
            for subscriber in state.usage.drain(..) {
                subscriber.end();
            }
            for subscriber in state.errors.drain(..) {
                subscriber.end();
            }
            drop(state);
            self.note(&cleared, Outcome::Cleared, 0);
        }
    }

    /// Publishes one record: to the subscribers if there are any, else into the queue. `accepted` is the gate of
    /// `usage-statistics-enabled`.
    pub(crate) fn publish(&self, payload: Bytes, accepted: bool) -> Sequence {
        add(&self.counters.produced, 1);
        let mut state = self.lock();
        let sequence = state.next_sequence;
        state.next_sequence += 1;
        if !accepted || !state.open {
            drop(state);
            self.note(&[sequence], Outcome::Refused, 0);
            return sequence;
        }
        if state.usage.is_empty() {
            let now_ms = self.clock.now_ms();
            let expired = prune(&mut state, now_ms);
            state.queue.push_back(Queued { sequence, enqueued_at_ms: now_ms, payload });
            drop(state);
            self.note(&expired, Outcome::Expired, 0);
            return sequence;
        }
        let message = Message { sequence: Some(sequence), payload };
        let overflowed = self.offer_to_all(&mut state.usage, &message);
        drop(state);
        for connection in overflowed {
            self.note(&[sequence], Outcome::DroppedByOverflow, connection);
        }
        sequence
    }

    /// Offers a message to all; who has no free slot is cut off. Returns the connections of those.
    fn offer_to_all(&self, subscribers: &mut Vec<Arc<Subscriber>>, message: &Message) -> Vec<u64> {
        let mut overflowed = Vec::new();
        subscribers.retain(|subscriber| {
            if subscriber.offer(message.clone()) {
                return true;
            }
            subscriber.end();
            overflowed.push(subscriber.connection);
            false
        });
        add(&self.counters.cut_offs, overflowed.len() as u64);
        overflowed
    }

    /// Tells usage subscribers that configuration or auth files changed. Never queued.
    pub(crate) fn publish_refresh(&self) {
        let message = Message { sequence: None, payload: Bytes::from_static(REFRESH) };
        self.offer_to_all(&mut self.lock().usage, &message);
    }

    /// Sends a message on the errors channel. Never queued.
    pub(crate) fn publish_error(&self, payload: Bytes) {
        let mut state = self.lock();
        if state.open {
            self.offer_to_all(&mut state.errors, &Message { sequence: None, payload });
        }
    }

    pub(crate) fn has_error_subscribers(&self) -> bool {
        !self.lock().errors.is_empty()
    }

    /// Adds a subscriber; it stays until the returned guard is dropped.
    pub(crate) fn subscribe(self: &Arc<Self>, channel: Channel, connection: u64) -> Subscription {
        let mut state = self.lock();
        state.next_subscriber += 1;
        let subscriber = Arc::new(Subscriber {
            id: state.next_subscriber,
            connection,
            buffer: Mutex::new(Buffer::default()),
            wake: Notify::new(),
        });
        if channel == Channel::Usage {
            subscriber.offer(Message { sequence: None, payload: Bytes::from_static(SUPPORT_REFRESH) });
        }
        if state.open {
            let list = if channel == Channel::Usage { &mut state.usage } else { &mut state.errors };
            list.push(Arc::clone(&subscriber));
        } else {
            subscriber.end();
        }
        Subscription { hub: Arc::clone(self), subscriber }
    }

    /// Takes the oldest `count` records.
    pub(crate) fn pop(&self, count: usize, outcome: Outcome, connection: u64) -> Vec<Bytes> {
        let mut state = self.lock();
        if !state.open {
            return Vec::new();
        }
        let expired = prune(&mut state, self.clock.now_ms());
        let count = count.min(state.queue.len());
        let popped: Vec<Queued> = state.queue.drain(..count).collect();
        drop(state);
        self.note(&expired, Outcome::Expired, 0);
        let sequences: Vec<Sequence> = popped.iter().map(|queued| queued.sequence).collect();
        self.note(&sequences, outcome, connection);
        popped.into_iter().map(|queued| queued.payload).collect()
    }

    /// Records in the queue, expired ones that no push or pop has pruned yet included, as in CPA.
    pub(crate) fn queue_len(&self) -> usize {
        self.lock().queue.len()
    }

    /// Sequences of the records that still wait in the queue.
    pub(crate) fn queued(&self) -> Vec<Sequence> {
        self.lock().queue.iter().map(|queued| queued.sequence).collect()
    }

    pub(crate) fn usage_subscribers(&self) -> usize {
        self.lock().usage.len()
    }

    /// The smallest number of free slots among the usage subscribers; all slots when there is none.
    pub(crate) fn free_slots(&self) -> usize {
        self.lock().usage.iter().map(|subscriber| subscriber.free()).min().unwrap_or(SUBSCRIBER_SLOTS)
    }

    /// Takes all subscribers off the lists, so that nothing more is copied to them.
    pub(crate) fn end_subscriptions(&self) {
        let mut state = self.lock();
        state.usage.clear();
        state.errors.clear();
    }

    /// Throws the queue away, as a restart does.
    pub(crate) fn clear_queue(&self) {
        let cleared: Vec<Sequence> = self.lock().queue.drain(..).map(|queued| queued.sequence).collect();
        self.note(&cleared, Outcome::Cleared, 0);
    }
}

fn prune(state: &mut State, now_ms: i64) -> Vec<Sequence> {
    let cutoff = now_ms - state.retention_ms;
    let mut expired = Vec::new();
    while state.queue.front().is_some_and(|oldest| oldest.enqueued_at_ms < cutoff) {
        expired.extend(state.queue.pop_front().map(|queued| queued.sequence));
    }
    expired
}

/// A live subscription. Dropping it unsubscribes and accounts for what never reached the socket.
pub(crate) struct Subscription {
    hub: Arc<Hub>,
    subscriber: Arc<Subscriber>,
}

impl Subscription {
    pub(crate) async fn next(&self, max: usize) -> Option<Vec<Message>> {
        self.subscriber.next(max).await
    }

    /// The first `count` messages of the batch in flight left for the socket with this outcome.
    pub(crate) fn settle(&self, count: usize, outcome: Outcome) {
        let sequences = self.subscriber.take_in_flight(count);
        self.hub.note(&sequences, outcome, self.subscriber.connection);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        {
            let mut state = self.hub.lock();
            let id = self.subscriber.id;
            state.usage.retain(|subscriber| subscriber.id != id);
            state.errors.retain(|subscriber| subscriber.id != id);
        }
        // Unsubscribed first: nothing can be added behind the back of this count.
        let lost = self.subscriber.take_everything();
        self.hub.note(&lost, Outcome::LostOnDisconnect, self.subscriber.connection);
    }
}
