//! Who may manage: key check, failed logins and bans, shared by HTTP and RESP.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use sha2::{Digest, Sha256};

/// Failures from one address that begin a ban.
pub const MAX_FAILURES: u32 = 5;

/// How long a ban lasts, milliseconds of the gateway's clock.
pub const BAN_MS: i64 = 30 * 60 * 1000;

/// The cost that CPA hashes its management key with.
const BCRYPT_COST: u32 = 10;

/// Why a key was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// 401 or 403.
    pub(crate) status: u16,
    /// The text of the answer.
    pub(crate) message: String,
    /// Whether the address is banned, which RESP shows in place of `NOAUTH`.
    pub(crate) banned: bool,
}

impl Refusal {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), banned: false }
    }
}

/// The management secret as `secret-key` holds it.
#[derive(Clone)]
pub(crate) enum Secret {
    /// The plain key is known; `shown` is the hash that config.yaml shows for it.
    Known { key: String, shown: String, spend_bcrypt: bool },
    /// Only a bcrypt hash is known, as after a config upload that contained one.
    Hash(String),
}

impl Secret {
    pub(crate) fn from_plain(key: &str, spend_bcrypt: bool) -> Self {
        let shown = if spend_bcrypt {
            bcrypt::hash(key, BCRYPT_COST).unwrap_or_default()
        } else {
            // Looks like a bcrypt hash and costs nothing; only equality with itself matters.
            let digest = base64::engine::general_purpose::STANDARD_NO_PAD.encode(Sha256::digest(key));
            let filler: String =
                digest.chars().chain(digest.chars()).map(|c| if c == '+' { '.' } else { c }).collect();
            format!("$2a${BCRYPT_COST}${}", &filler[..53])
        };
        Self::Known { key: key.to_owned(), shown, spend_bcrypt }
    }

    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::Known { shown, .. } | Self::Hash(shown) => shown,
        }
    }

    pub(crate) fn costs_bcrypt(&self) -> bool {
        match self {
            Self::Known { spend_bcrypt, .. } => *spend_bcrypt,
            Self::Hash(_) => true,
        }
    }

    /// Compares; slow when bcrypt is spent, so call it off the runtime's threads.
    pub(crate) fn matches(&self, provided: &str) -> bool {
        match self {
            Self::Known { key, shown, spend_bcrypt } => {
                if *spend_bcrypt {
                    bcrypt::verify(provided, shown).unwrap_or(false)
                } else {
                    key == provided
                }
            }
            Self::Hash(hash) => bcrypt::verify(provided, hash).unwrap_or(false),
        }
    }
}

/// What the key check needs to know about the configuration.
#[derive(Clone)]
pub(crate) struct Policy {
    pub(crate) secret: Option<Secret>,
    pub(crate) allow_remote: bool,
}

#[derive(Default)]
struct Attempts {
    failures: u32,
    banned_until_ms: Option<i64>,
}

#[derive(Default)]
struct LedgerState {
    attempts: HashMap<String, Attempts>,
    failed: BTreeMap<String, u64>,
    bans: u64,
}

/// Failed logins and bans per client address.
#[derive(Default)]
pub(crate) struct Ledger {
    state: Mutex<LedgerState>,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, LedgerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that is decided before the key is compared. `Ok` carries the key to compare.
    pub(crate) fn before_comparison<'a>(
        &self,
        address: &str,
        local: bool,
        provided: &'a str,
        policy: &Policy,
        now_ms: i64,
    ) -> Result<&'a str, Refusal> {
        {
            let mut state = self.lock();
            if let Some(attempts) = state.attempts.get_mut(address)
                && let Some(until) = attempts.banned_until_ms
            {
                if now_ms < until {
                    return Err(Refusal {
                        status: 403,
                        message: format!(
                            "IP banned due to too many failed attempts. Try again in {}",
                            go_duration(until - now_ms)
                        ),
                        banned: true,
                    });
                }
                *attempts = Attempts::default();
            }
        }
        if !local && !policy.allow_remote {
            return Err(Refusal::new(403, "remote management disabled"));
        }
        if policy.secret.is_none() {
            return Err(Refusal::new(403, "remote management key not set"));
        }
        if provided.is_empty() {
            self.failed(address, now_ms);
            return Err(Refusal::new(401, "missing management key"));
        }
        Ok(provided)
    }

    /// The key was compared.
    pub(crate) fn after_comparison(&self, address: &str, matched: bool, now_ms: i64) -> Result<(), Refusal> {
        if matched {
            if let Some(attempts) = self.lock().attempts.get_mut(address) {
                *attempts = Attempts::default();
            }
            return Ok(());
        }
        self.failed(address, now_ms);
        Err(Refusal::new(401, "invalid management key"))
    }

    fn failed(&self, address: &str, now_ms: i64) {
        let mut state = self.lock();
        *state.failed.entry(address.to_owned()).or_default() += 1;
        let attempts = state.attempts.entry(address.to_owned()).or_default();
        attempts.failures += 1;
        if attempts.failures >= MAX_FAILURES {
            attempts.failures = 0;
            attempts.banned_until_ms = Some(now_ms.saturating_add(BAN_MS));
            state.bans += 1;
        }
    }

    /// Failed logins per address, and the number of bans.
    pub(crate) fn totals(&self) -> (BTreeMap<String, u64>, u64) {
        let state = self.lock();
        (state.failed.clone(), state.bans)
    }

    pub(crate) fn reset(&self) {
        *self.lock() = LedgerState::default();
    }
}

/// A duration as Go prints it, rounded to seconds: `30m0s`, `59s`, `1h2m3s`.
fn go_duration(ms: i64) -> String {
    let seconds = (ms + 500) / 1000;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}h{minutes}m{rest}s")
    } else if minutes > 0 {
        format!("{minutes}m{rest}s")
    } else {
        format!("{rest}s")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn policy() -> Policy {
        Policy { secret: Some(Secret::from_plain("right", false)), allow_remote: false }
    }

    #[test]
    fn durations_read_like_go() {
        assert_eq!(go_duration(BAN_MS), "30m0s");
        assert_eq!(go_duration(BAN_MS - 1_200), "29m59s");
        assert_eq!(go_duration(400), "0s");
        assert_eq!(go_duration(3_723_000), "1h2m3s");
    }

    #[test]
    fn five_failures_ban_the_right_key_too_until_the_clock_has_moved() {
        let ledger = Ledger::default();
        for _ in 0..5 {
            assert!(ledger.before_comparison("10.0.0.1", true, "wrong", &policy(), 0).is_ok());
            assert_eq!(ledger.after_comparison("10.0.0.1", false, 0).unwrap_err().status, 401);
        }
        let refusal = ledger.before_comparison("10.0.0.1", true, "right", &policy(), 1_000).unwrap_err();
        assert_eq!((refusal.status, refusal.banned), (403, true));
        assert_eq!(refusal.message, "IP banned due to too many failed attempts. Try again in 29m59s");
        assert!(ledger.before_comparison("10.0.0.2", true, "right", &policy(), 1_000).is_ok());
        assert!(ledger.before_comparison("10.0.0.1", true, "right", &policy(), BAN_MS).is_ok());
        assert_eq!(ledger.totals().0.get("10.0.0.1"), Some(&5));
        assert_eq!(ledger.totals().1, 1);
    }

    #[test]
    fn a_success_forgets_the_failures_before_it() {
        let ledger = Ledger::default();
        for _ in 0..4 {
            ledger.after_comparison("::1", false, 0).unwrap_err();
        }
        ledger.after_comparison("::1", true, 0).unwrap();
        for _ in 0..4 {
            ledger.after_comparison("::1", false, 0).unwrap_err();
        }
        assert!(ledger.before_comparison("::1", true, "right", &policy(), 0).is_ok());
    }

    #[test]
    fn remote_addresses_are_refused_without_being_counted() {
        let ledger = Ledger::default();
        let refusal = ledger.before_comparison("10.0.0.9", false, "", &policy(), 0).unwrap_err();
        assert_eq!((refusal.status, refusal.message.as_str()), (403, "remote management disabled"));
        assert!(ledger.totals().0.is_empty());
    }

    #[test]
    fn a_real_bcrypt_hash_is_compared_as_one() {
        let secret = Secret::Hash(bcrypt::hash("pw", 4).unwrap());
        assert!(secret.matches("pw"));
        assert!(!secret.matches("pw2"));
        assert!(Secret::from_plain("x", false).shown().starts_with("$2a$10$"));
        assert_eq!(Secret::from_plain("x", false).shown().len(), 60);
    }
}
