//! The rule that keeps us from being banned: who may use the key, and when.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    clock::now_ms, failure::Failure, refusals::Code, secret::SecretKey, status::Stage, upstream::Upstream,
};

/// Failed attempts that may fall into [`SHORT_WINDOW`].
pub const SHORT_LIMIT: usize = 2;
/// The window of [`SHORT_LIMIT`].
pub const SHORT_WINDOW: Duration = Duration::from_secs(30 * 60);
/// Failed attempts that may fall into [`LONG_WINDOW`]: the gateway bans at the fifth and forgets only after two idle hours.
pub const LONG_LIMIT: usize = 4;
/// The window of [`LONG_LIMIT`].
pub const LONG_WINDOW: Duration = Duration::from_secs(3 * 60 * 60);
/// After a success the key counts as good this long, so that requests need not wait for each other.
const TRUST: Duration = Duration::from_secs(10);
/// When the ledger could not be read, it is read again after this long.
const READ_AGAIN: Duration = Duration::from_secs(5);
/// Refused keys remembered per gateway.
const MAX_REFUSED: usize = 8;

/// Where failed attempts are kept across restarts. Called from async tasks: implementations must be quick, and a recorded
/// failure must be durable when the call returns.
pub trait AttemptLedger: Send + Sync {
    /// The times (Unix milliseconds) of the failed attempts at this gateway since the given time; `None` when they cannot
    /// be read now, and then no key is tried.
    fn failed_attempts_since(&self, upstream: &str, since_ms: i64) -> Option<Vec<i64>>;
    /// Records a failed attempt.
    fn record_failure(&self, upstream: &str, at_ms: i64);
    /// Forgets the failed attempts of a gateway, because it accepted a key.
    fn clear(&self, upstream: &str);
}

/// A ledger in memory, for tests and the demo.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<HashMap<String, Vec<i64>>>);

impl AttemptLedger for MemoryLedger {
    fn failed_attempts_since(&self, upstream: &str, since_ms: i64) -> Option<Vec<i64>> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some(map.get(upstream).into_iter().flatten().copied().filter(|at| *at >= since_ms).collect())
    }

    fn record_failure(&self, upstream: &str, at_ms: i64) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(upstream.to_owned())
            .or_default()
            .push(at_ms);
    }

    fn clear(&self, upstream: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(upstream);
    }
}

/// Guards every use of a management key, by all transports, the proxy and the setup alike.
///
/// An attempt under way reserves a place among the failures that are still allowed, so that several at once cannot exceed
/// the limit either. Inside the process time is monotonic: a clock that jumps neither frees nor locks anybody.
pub struct KeyGuard {
    ledger: Arc<dyn AttemptLedger>,
    gates: Mutex<HashMap<String, Gate>>,
    changed: watch::Sender<u64>,
}

impl std::fmt::Debug for KeyGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyGuard")
    }
}

#[derive(Default)]
struct Gate {
    failures: Vec<Instant>,
    in_flight: usize,
    refused: Vec<SecretKey>,
    good: Option<(SecretKey, Instant)>,
    banned_until: Option<Instant>,
}

enum Verdict {
    Free,
    Reserve,
    WaitForOthers,
    Refuse(Failure),
}

impl Gate {
    fn load(ledger: &dyn AttemptLedger, upstream: &str, now: Instant) -> Option<Self> {
        let wall = now_ms();
        let window = i64::try_from(LONG_WINDOW.as_millis()).unwrap_or(i64::MAX);
        let age = |at: &i64| Duration::from_millis(u64::try_from(wall - at).unwrap_or(0));
        let failures = ledger.failed_attempts_since(upstream, wall - window)?;
        // A time in the future (the clock was set back) counts as now, so it cannot lock us out for longer than a window.
        let failures = failures.iter().map(|at| now.checked_sub(age(at)).unwrap_or(now)).collect();
        Some(Self { failures, ..Self::default() })
    }

    fn judge(&mut self, key: &SecretKey, now: Instant) -> Verdict {
        let refuse = |code| Failure::new(Stage::Auth, code);
        let left = self.banned_until.and_then(|until| until.checked_duration_since(now));
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            let detail = format!("try again in {}s", left.as_secs() + 1);
            return Verdict::Refuse(refuse(Code::Banned).detail(&detail, None).wait(left));
        }
        if self.refused.contains(key) {
            return Verdict::Refuse(refuse(Code::WrongKey));
        }
        if self.good.as_ref().is_some_and(|(good, at)| good == key && now - *at < TRUST) {
            return Verdict::Free;
        }
        self.failures.retain(|at| now.saturating_duration_since(*at) < LONG_WINDOW);
        let recent =
            self.failures.iter().filter(|at| now.saturating_duration_since(**at) < SHORT_WINDOW).count();
        if recent + self.in_flight < SHORT_LIMIT && self.failures.len() + self.in_flight < LONG_LIMIT {
            return Verdict::Reserve;
        }
        if self.in_flight > 0 {
            return Verdict::WaitForOthers;
        }
        let wait = self.wait_for_room(recent, now);
        let detail = format!("next attempt in {} minutes", wait.as_secs().div_ceil(60).max(1));
        Verdict::Refuse(refuse(Code::AttemptsSpent).detail(&detail, None).wait(wait))
    }

    /// How long until enough failures have left both windows.
    fn wait_for_room(&self, recent: usize, now: Instant) -> Duration {
        let mut ages: Vec<Duration> =
            self.failures.iter().map(|at| now.saturating_duration_since(*at)).collect();
        ages.sort_unstable();
        // Ages ascend: the newest comes first; the one that must leave is the limit-th newest.
        let leave = |limit: usize, window: Duration| {
            ages.get(limit - 1).map_or(Duration::ZERO, |age| window.saturating_sub(*age))
        };
        let short = if recent >= SHORT_LIMIT { leave(SHORT_LIMIT, SHORT_WINDOW) } else { Duration::ZERO };
        short.max(leave(LONG_LIMIT, LONG_WINDOW))
    }
}

impl KeyGuard {
    /// A guard over the given ledger.
    pub fn new(ledger: Arc<dyn AttemptLedger>) -> Arc<Self> {
        Arc::new(Self { ledger, gates: Mutex::default(), changed: watch::Sender::new(0) })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Gate>> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Acts on the gate of a gateway; `None` while nobody knows how many attempts failed there.
    fn with_gate<T>(&self, id: &str, now: Instant, act: impl FnOnce(&mut Gate) -> T) -> Option<T> {
        let mut gates = self.lock();
        if !gates.contains_key(id) {
            gates.insert(id.to_owned(), Gate::load(&*self.ledger, id, now)?);
        }
        gates.get_mut(id).map(act)
    }

    fn unread() -> Failure {
        let failure = Failure::new(Stage::Auth, Code::AttemptsSpent);
        failure.detail("the failed attempts of earlier runs cannot be read", None).wait(READ_AGAIN)
    }

    fn bump(&self) {
        self.changed.send_modify(|version| *version = version.wrapping_add(1));
    }

    /// Tells when something about any key or gateway has changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Whether the key may be used now, without using it.
    ///
    /// # Errors
    ///
    /// The refusal: a refused key, a ban, or our own limit, with the time to wait.
    pub fn check(&self, upstream: &Upstream) -> Result<(), Failure> {
        let now = Instant::now();
        let id = upstream.ledger_id();
        match self.with_gate(&id, now, |gate| gate.judge(&upstream.management_key, now)) {
            None => Err(Self::unread()),
            Some(Verdict::Refuse(failure)) => Err(failure),
            Some(_) => Ok(()),
        }
    }

    /// Begins an attempt with the key. Tell the [`Permit`] how it went; dropping it means that the key was not judged.
    ///
    /// Waits while other attempts with unproven keys are under way.
    ///
    /// # Errors
    ///
    /// The refusal: a refused key, a ban, or our own limit, with the time to wait.
    pub async fn begin(self: &Arc<Self>, upstream: &Upstream) -> Result<Permit, Failure> {
        let id = upstream.ledger_id();
        let key = &upstream.management_key;
        let mut changes = self.changed.subscribe();
        loop {
            changes.mark_unchanged();
            let now = Instant::now();
            let verdict = self.with_gate(&id, now, |gate| {
                let verdict = gate.judge(key, now);
                if matches!(verdict, Verdict::Reserve) {
                    gate.in_flight += 1;
                }
                verdict
            });
            let reserved = match verdict.ok_or_else(Self::unread)? {
                Verdict::Free => false,
                Verdict::Reserve => true,
                Verdict::Refuse(failure) => return Err(failure),
                Verdict::WaitForOthers => {
                    // The sender lives in `self`; an error cannot happen, and looking again is right in any case.
                    let _ = changes.changed().await;
                    continue;
                }
            };
            return Ok(Permit { guard: Arc::clone(self), id, key: key.clone(), reserved });
        }
    }

    /// A person wants the key tried again. The limit of failed attempts still holds.
    pub fn retry(&self, upstream: &Upstream) {
        let now = Instant::now();
        self.with_gate(&upstream.ledger_id(), now, |gate| {
            gate.refused.retain(|key| *key != upstream.management_key);
        });
        self.bump();
    }
}

/// A begun attempt.
#[derive(Debug)]
pub struct Permit {
    guard: Arc<KeyGuard>,
    id: String,
    key: SecretKey,
    reserved: bool,
}

impl Permit {
    /// The gateway accepted the key.
    pub fn accepted(mut self) {
        let now = Instant::now();
        let had_failures = self.guard.with_gate(&self.id, now, |gate| {
            gate.good = Some((self.key.clone(), now));
            gate.refused.retain(|key| *key != self.key);
            gate.banned_until = None;
            if std::mem::take(&mut self.reserved) {
                gate.in_flight -= 1;
            }
            !std::mem::take(&mut gate.failures).is_empty()
        });
        if had_failures == Some(true) {
            self.guard.ledger.clear(&self.id);
        }
        self.guard.bump();
    }

    /// The gateway's version header on a 404, 405 and so on means that the key was good; wrong keys get 401 or 403 there.
    pub(crate) fn judged(self, status: u16, from_gateway: bool, failure: &Failure) {
        if from_gateway && !matches!(status, 401 | 403) { self.accepted() } else { self.failed(failure) }
    }

    /// The gateway answered with this failure; wrong keys and bans are remembered.
    pub fn failed(mut self, failure: &Failure) {
        let now = Instant::now();
        let refused = failure.code == Code::WrongKey;
        if refused {
            self.guard.ledger.record_failure(&self.id, now_ms());
        }
        self.guard.with_gate(&self.id, now, |gate| {
            if refused {
                gate.failures.push(now);
                gate.good = None;
                if !gate.refused.contains(&self.key) {
                    gate.refused.push(self.key.clone());
                }
                if gate.refused.len() > MAX_REFUSED {
                    gate.refused.remove(0);
                }
            }
            if failure.code == Code::Banned {
                gate.banned_until = Some(now + failure.wait.unwrap_or(SHORT_WINDOW));
            }
            if std::mem::take(&mut self.reserved) {
                gate.in_flight -= 1;
            }
        });
        self.guard.bump();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.reserved {
            self.guard.with_gate(&self.id, Instant::now(), |gate| gate.in_flight -= 1);
            self.guard.bump();
        }
    }
}

#[cfg(test)]
mod tests;
