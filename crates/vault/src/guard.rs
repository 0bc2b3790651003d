//! The gate in front of everything that needs the admin key.
//!
//! The promise is: *the right key is never refused because of others' failures*, not even when the others share the
//! client's address (behind a reverse proxy everybody may). So nothing here locks an address out. Instead:
//!
//! 1. A key that was right in the last five minutes passes at once. A live session does not come here at all.
//! 2. Once the right key was seen in this process, every other key is known to be wrong at the cost of one HMAC.
//!    Wrong keys are refused: 401 at first, 429 when the failures of the address or of everybody are used up.
//! 3. Before that, only Argon2 can tell. Strangers share one slot and are picked by lot, address by address, so the
//!    right key waits its turn instead of being refused. Generated keys carry a 16-bit hint that keeps a flood of
//!    guesses out of the queue; a key that stands in the environment is verified at the start ([`AdminGuard::prime`]).
//! 4. While an address is over its budget, answers to it are held back for a second, right ones too (once in five
//!    minutes), so that guessing stays slow and an answer's speed tells nothing.
//!
//! What remains: a key that a person chose and that is not in the environment, on a fresh start, without any session,
//! under a flood of more than some thirty different guesses a second from the same address, gets in by lot rather
//! than at once. And since the right key always passes, lock-out cannot protect a key that is easy to guess:
//! see [`crate::is_weak_admin_key`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::queue::{Class, QUEUE_WAIT, Queue};
use crate::throttle::{Throttle, ThrottleState};
use crate::verifier::{AdminVerifier, KeyDigest, REMEMBER_FOR, Recognition};
use crate::{AdminCredential, ClientId, RandomError, SecretString, random};

/// How long answers to an address over its budget are held back.
const HOLD_FOR: Duration = Duration::from_secs(1);
/// Answers that are held back at the same time. Beyond that they go out at once.
const MAX_HELD: usize = 32;
/// What a request hears that waited in vain for its verification.
const BUSY_RETRY: Duration = Duration::from_secs(5);
/// Addresses that are remembered for having sent the right key.
const MAX_GOOD_CLIENTS: usize = 1000;

/// Checks presented admin keys: remembers, throttles, and limits how much Argon2 work runs.
#[derive(Debug, Clone)]
pub struct AdminGuard {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    verifier: AdminVerifier,
    limits: Mutex<Limits>,
    queue: Mutex<Queue>,
    queue_changed: Condvar,
    queue_wait: Duration,
    held: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Limits {
    throttle: Throttle,
    good_clients: HashMap<ClientId, Instant>,
}

/// The first half of a check.
#[derive(Debug)]
pub enum Step {
    /// The answer is known.
    Done(Outcome),
    /// Argon2 has to run: call [`Ticket::run`] on a thread that may block.
    Verify(Ticket),
}

/// What to answer, and when.
#[derive(Debug)]
pub struct Outcome {
    /// What to answer.
    pub verdict: Verdict,
    /// If present: wait this long before answering, and drop it then.
    pub hold: Option<Hold>,
}

/// What to answer to a presented key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The right key.
    Accepted {
        /// The stored record is of an older kind: store [`AdminCredential::upgraded`] and [`AdminGuard::replace`] it.
        needs_upgrade: bool,
    },
    /// A wrong key (401).
    Wrong,
    /// A wrong key after too many failures, or no turn in time (429 with `Retry-After`).
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
}

/// A held-back answer. Their number is limited; dropping one makes room.
#[derive(Debug)]
pub struct Hold {
    held: Arc<AtomicUsize>,
}

impl Hold {
    /// How long to wait before answering.
    pub fn duration(&self) -> Duration {
        HOLD_FOR
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.held.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place in the queue for an Argon2 verification. Dropping it gives the place up.
#[derive(Debug)]
pub struct Ticket {
    inner: Arc<Inner>,
    key: SecretString,
    digest: KeyDigest,
    client: ClientId,
    place: u64,
}

impl AdminGuard {
    /// A guard for a credential, with nothing remembered.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new(credential: AdminCredential) -> Result<Self, RandomError> {
        Self::with_wait(credential, QUEUE_WAIT)
    }

    fn with_wait(credential: AdminCredential, queue_wait: Duration) -> Result<Self, RandomError> {
        let inner = Inner {
            verifier: AdminVerifier::new(credential)?,
            limits: Mutex::new(Limits { throttle: Throttle::new(), good_clients: HashMap::new() }),
            queue: Mutex::new(Queue::new(u64::from_ne_bytes(random::bytes()?))),
            queue_changed: Condvar::new(),
            queue_wait,
            held: Arc::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The credential in force.
    pub fn credential(&self) -> Arc<AdminCredential> {
        self.inner.verifier.credential()
    }

    /// Puts another credential in force. Everything remembered about keys is forgotten; budgets stay.
    pub fn replace(&self, credential: AdminCredential) {
        self.inner.verifier.replace(credential);
        lock(&self.inner.limits).good_clients.clear();
        self.inner.queue_changed.notify_all();
    }

    /// Verifies a key that did not come from a client (environment, just generated, just upgraded) and remembers it.
    /// Takes tens of milliseconds. Returns whether it is the right one.
    pub fn prime(&self, key: &SecretString, now: Instant) -> bool {
        self.inner.verifier.verify(key, now)
    }

    /// Starts to check a presented key. `client` is the address that the manager determined.
    pub fn begin(&self, key: &SecretString, client: ClientId, now: Instant) -> Step {
        let inner = &self.inner;
        let class = match inner.verifier.recognise(key, now) {
            Recognition::Remembered => return Step::Done(inner.accept(client, now)),
            Recognition::Wrong => return Step::Done(inner.refuse(client, now)),
            Recognition::Due => Class::Known,
            Recognition::Unknown => inner.stranger(client, now),
        };
        if inner.verifier.credential().is_cheap() {
            let right = inner.verifier.verify(key, now);
            return Step::Done(inner.settle(right, client, now));
        }
        let Some(place) = lock(&inner.queue).join(client, class) else {
            // Only the lane of keys that were right before refuses to grow, and such a key is right.
            return Step::Done(inner.accept(client, now));
        };
        inner.queue_changed.notify_all();
        Step::Verify(Ticket {
            inner: Arc::clone(inner),
            key: key.clone(),
            digest: inner.verifier.digest(key),
            client,
            place,
        })
    }
}

impl Ticket {
    /// Waits for the turn (at most [`QUEUE_WAIT`]), verifies and returns the answer. Blocks; `now` reads the clock.
    pub fn run(self, now: impl Fn() -> Instant) -> Outcome {
        let inner = &self.inner;
        let deadline = Instant::now() + inner.queue_wait;
        let mut queue = lock(&inner.queue);
        let lane = loop {
            // Another request may have brought the same key meanwhile.
            match inner.verifier.recall(&self.digest, now()) {
                Recognition::Remembered => break None,
                Recognition::Wrong => {
                    drop(queue);
                    return inner.refuse(self.client, now());
                }
                Recognition::Due | Recognition::Unknown => {}
            }
            if let Some(lane) = queue.start(self.place) {
                break Some(lane);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || !queue.contains(self.place) {
                drop(queue);
                return inner.busy(self.client, now());
            }
            queue = inner.queue_changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        };
        drop(queue);
        let right = match lane {
            None => true,
            Some(lane) => {
                let _slot = Slot { inner, lane };
                inner.verifier.verify(&self.key, now())
            }
        };
        inner.settle(right, self.client, now())
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        lock(&self.inner.queue).leave(self.place);
        self.inner.queue_changed.notify_all();
    }
}

/// A running verification.
struct Slot<'a> {
    inner: &'a Inner,
    lane: usize,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        lock(&self.inner.queue).finish(self.lane);
        self.inner.queue_changed.notify_all();
    }
}

impl Inner {
    fn stranger(&self, client: ClientId, now: Instant) -> Class {
        match lock(&self.limits).throttle.client_state(client, now) {
            ThrottleState::Within => Class::Stranger,
            ThrottleState::Over { .. } => Class::Suspect,
        }
    }

    fn settle(&self, right: bool, client: ClientId, now: Instant) -> Outcome {
        if right { self.accept(client, now) } else { self.refuse(client, now) }
    }

    fn accept(&self, client: ClientId, now: Instant) -> Outcome {
        let mut limits = lock(&self.limits);
        let over = limits.throttle.client_state(client, now) != ThrottleState::Within;
        let recently = limits.is_good(client, now);
        limits.mark_good(client, now);
        drop(limits);
        let needs_upgrade = self.verifier.credential().needs_upgrade();
        Outcome {
            verdict: Verdict::Accepted { needs_upgrade },
            hold: if over && !recently { self.hold() } else { None },
        }
    }

    fn refuse(&self, client: ClientId, now: Instant) -> Outcome {
        match lock(&self.limits).throttle.failure(client, now) {
            ThrottleState::Within => Outcome { verdict: Verdict::Wrong, hold: None },
            ThrottleState::Over { retry_after } => {
                Outcome { verdict: Verdict::Throttled { retry_after }, hold: self.hold() }
            }
        }
    }

    /// No turn in time. Nothing was verified, so nothing is booked.
    fn busy(&self, client: ClientId, now: Instant) -> Outcome {
        let retry_after = match lock(&self.limits).throttle.state(client, now) {
            ThrottleState::Over { retry_after } => retry_after.max(BUSY_RETRY),
            ThrottleState::Within => BUSY_RETRY,
        };
        Outcome { verdict: Verdict::Throttled { retry_after }, hold: None }
    }

    fn hold(&self) -> Option<Hold> {
        let room = self
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| (held < MAX_HELD).then_some(held + 1));
        room.is_ok().then(|| Hold { held: Arc::clone(&self.held) })
    }
}

impl Limits {
    fn is_good(&self, client: ClientId, now: Instant) -> bool {
        self.good_clients.get(&client).is_some_and(|at| now.saturating_duration_since(*at) < REMEMBER_FOR)
    }

    fn mark_good(&mut self, client: ClientId, now: Instant) {
        if self.good_clients.len() >= MAX_GOOD_CLIENTS && !self.good_clients.contains_key(&client) {
            let oldest = self.good_clients.iter().min_by_key(|(_, at)| **at).map(|(client, _)| *client);
            oldest.map(|oldest| self.good_clients.remove(&oldest));
        }
        self.good_clients.insert(client, now);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it holds one of these locks; if it ever does, the state is still whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
