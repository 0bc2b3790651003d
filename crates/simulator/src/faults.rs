//! Faults on demand: what the gateway does wrong, switchable while it runs.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

/// How RESP connections are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RespMode {
    /// As CPA 7.2.140 does.
    #[default]
    Normal,
    /// Answered by an HTTP server with `HTTP/1.1 400 Bad Request`, as behind a reverse proxy.
    Http,
    /// Refused with `-ERR RESP AUTH disabled; use mTLS`, as CPA 7.1.17 does.
    Mtls,
    /// Closed without a byte.
    Close,
}

/// Everything travels in small pieces with pauses in between, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slow {
    /// Bytes per piece, at least 1.
    pub chunk_bytes: usize,
    /// Pause after each piece, milliseconds.
    pub pause_ms: u64,
}

/// How one record frame of the RESP protocol is spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameFault {
    /// Half of the frame is sent, then the connection is cut.
    Cut,
    /// The announced length is smaller than the payload.
    WrongLength,
    /// The announced length is absurd (`$99999999999`), followed by nothing.
    HugeLength,
    /// Bytes that are no RESP at all.
    Garbage,
}

/// The standing faults. All off by default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultSettings {
    /// Every connection, old and new, is accepted and read but never answered; what is written to it vanishes.
    pub half_open: bool,
    /// Writing stops: nothing is sent, buffers fill, and subscribers overflow.
    pub stall_writes: bool,
    /// Slow transport in both directions.
    pub slow: Option<Slow>,
    /// Every management key is wrong (and counted as such).
    pub wrong_key: bool,
    /// `usage-queue` answers this status after the key check; 404, 405 and 501 are an old CPA.
    pub usage_queue_status: Option<u16>,
    /// Every management call answers this status, without a key check (a broken proxy in front).
    pub management_status: Option<u16>,
    /// Every management answer waits this long, milliseconds.
    pub management_delay_ms: u64,
    /// How RESP connections are treated.
    pub resp: RespMode,
    /// No address may manage, not even a local one: `remote management disabled`.
    pub remote_disabled: bool,
    /// As if `secret-key` were empty: management answers 404, RESP closes.
    pub no_secret_key: bool,
    /// As if Home mode were on.
    pub home_mode: bool,
    /// New connections are closed at once.
    pub refuse_connections: bool,
    /// Before every n-th record one more item that is no JSON is published; 0 is off.
    pub malformed_every: u64,
    /// Before every n-th record one more item of `oversized_bytes` is published; 0 is off.
    pub oversized_every: u64,
    /// The size of the oversized items, bytes.
    pub oversized_bytes: usize,
}

/// The switches of one gateway.
pub struct Faults {
    settings: RwLock<Arc<FaultSettings>>,
    frames: Mutex<Vec<FrameFault>>,
    // Checked on every frame; the list behind the lock is only read when it is not zero.
    frames_armed: AtomicU32,
    http_cuts: AtomicU32,
    dead_below: AtomicU64,
    next_connection: AtomicU64,
}

impl Faults {
    pub(crate) fn new() -> Self {
        Self {
            settings: RwLock::new(Arc::new(FaultSettings::default())),
            frames: Mutex::new(Vec::new()),
            frames_armed: AtomicU32::new(0),
            http_cuts: AtomicU32::new(0),
            dead_below: AtomicU64::new(0),
            next_connection: AtomicU64::new(1),
        }
    }

    /// The standing faults as they are now.
    #[must_use]
    pub fn get(&self) -> Arc<FaultSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes standing faults; takes effect at once, on open connections too.
    pub fn update(&self, change: impl FnOnce(&mut FaultSettings)) {
        let mut guard = self.settings.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = FaultSettings::clone(&guard);
        change(&mut next);
        *guard = Arc::new(next);
    }

    /// Replaces all standing faults.
    pub fn set(&self, settings: FaultSettings) {
        self.update(|current| *current = settings);
    }

    /// Back to a healthy gateway: standing faults off, armed one-shot faults forgotten, dead connections wake up
    /// (and notice that their peer is gone).
    pub fn clear(&self) {
        self.set(FaultSettings::default());
        self.frames.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.frames_armed.store(0, Ordering::Relaxed);
        self.http_cuts.store(0, Ordering::Relaxed);
        self.dead_below.store(0, Ordering::Relaxed);
    }

    /// Cuts the next record frame of a subscriber or pop in the middle, and closes that connection.
    pub fn cut_mid_frame(&self) {
        self.spoil_next_frame(FrameFault::Cut);
    }

    /// Spoils the next record frame over RESP; several calls spoil several frames, one after the other.
    pub fn spoil_next_frame(&self, fault: FrameFault) {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        frames.push(fault);
        self.frames_armed.store(u32::try_from(frames.len()).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Cuts the body of the next non-empty `usage-queue` answer in the middle. The records are popped all the same.
    pub fn cut_next_usage_queue_answer(&self) {
        self.http_cuts.fetch_add(1, Ordering::Relaxed);
    }

    /// Makes every connection that is open now half-open: the gateway keeps it, writes into it, reads from it, and
    /// nothing arrives on either side. New connections work. Lasts until [`Faults::clear`] or a restart.
    pub fn half_open_existing(&self) {
        self.dead_below.store(self.next_connection.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(crate) fn new_connection(&self) -> u64 {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn leads_nowhere(&self, connection: u64) -> bool {
        connection < self.dead_below.load(Ordering::Relaxed) || self.get().half_open
    }

    pub(crate) fn take_frame_fault(&self) -> Option<FrameFault> {
        if self.frames_armed.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = if frames.is_empty() { None } else { Some(frames.remove(0)) };
        self.frames_armed.store(u32::try_from(frames.len()).unwrap_or(u32::MAX), Ordering::Relaxed);
        fault
    }

    pub(crate) fn take_http_cut(&self) -> bool {
        self.http_cuts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// A restart ends every connection, so nothing dead is left.
    pub(crate) fn forget_dead_connections(&self) {
        self.dead_below.store(0, Ordering::Relaxed);
    }
}
