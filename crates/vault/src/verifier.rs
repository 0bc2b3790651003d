//! Verifies presented admin keys and remembers the outcome, so that Argon2 runs rarely.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::credential::{AdminCredential, hmac};
use crate::{RandomError, SecretString, random};

/// For how long a verified key is accepted without verifying it again.
pub const REMEMBER_FOR: Duration = Duration::from_secs(5 * 60);
/// For how long a refused key is refused without verifying it again.
const REFUSE_FOR: Duration = Duration::from_secs(60);
/// Refused keys that are remembered.
const MAX_REFUSED: usize = 1000;

/// A presented key as it is remembered: HMAC-SHA-256 under a key that only this process knows.
pub(crate) type KeyDigest = [u8; 32];

/// What is known about a presented key before any expensive work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognition {
    /// The right key, verified within [`REMEMBER_FOR`].
    Remembered,
    /// The right key, verified earlier in this process; to be verified again.
    Due,
    /// A wrong key for sure.
    Wrong,
    /// Only a verification can tell.
    Unknown,
}

/// Holds the credential in force and what is remembered about presented keys.
///
/// There is exactly one right key. Once it was seen, its digest tells every other key to be wrong without any Argon2
/// work; a flood of guesses then costs one HMAC each. A digest is forgotten with its credential.
pub struct AdminVerifier {
    process_key: Zeroizing<[u8; 32]>,
    state: Mutex<State>,
}

struct State {
    credential: Arc<AdminCredential>,
    generation: u64,
    right: Option<(KeyDigest, Instant)>,
    refused: HashMap<KeyDigest, Instant>,
}

impl std::fmt::Debug for AdminVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminVerifier")
    }
}

impl AdminVerifier {
    /// Starts with a credential and nothing remembered.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new(credential: AdminCredential) -> Result<Self, RandomError> {
        let state =
            State { credential: Arc::new(credential), generation: 0, right: None, refused: HashMap::new() };
        Ok(Self { process_key: Zeroizing::new(random::bytes()?), state: Mutex::new(state) })
    }

    /// The credential in force.
    pub fn credential(&self) -> Arc<AdminCredential> {
        Arc::clone(&self.lock().credential)
    }

    /// Puts another credential in force and forgets everything about the old one's keys.
    pub fn replace(&self, credential: AdminCredential) {
        let mut state = self.lock();
        state.credential = Arc::new(credential);
        state.generation += 1;
        state.right = None;
        state.refused.clear();
    }

    /// What is known about a key, at the cost of one or two HMACs.
    pub fn recognise(&self, key: &SecretString, now: Instant) -> Recognition {
        let digest = self.digest(key);
        let recognition = self.recall(&digest, now);
        // The hint is looked at outside the lock.
        if recognition == Recognition::Unknown && self.credential().rules_out(key.expose()) {
            return Recognition::Wrong;
        }
        recognition
    }

    /// Verifies a key with the credential in force and remembers the outcome. Takes tens of milliseconds and 19 MiB;
    /// the caller limits how many run at once.
    pub fn verify(&self, key: &SecretString, now: Instant) -> bool {
        let digest = self.digest(key);
        loop {
            let (credential, generation) = {
                let state = self.lock();
                (Arc::clone(&state.credential), state.generation)
            };
            let right = credential.verify(key.expose());
            let mut state = self.lock();
            if state.generation != generation {
                // The credential changed while we computed: this answer is about the old one.
                continue;
            }
            if right {
                state.right = Some((digest, now));
            } else {
                state.remember_refused(digest, now);
            }
            return right;
        }
    }

    pub(crate) fn digest(&self, key: &SecretString) -> KeyDigest {
        hmac(self.process_key.as_slice(), &[key.expose().trim().as_bytes()])
    }

    /// What is remembered about a digest.
    pub(crate) fn recall(&self, digest: &KeyDigest, now: Instant) -> Recognition {
        let state = self.lock();
        match state.right {
            Some((right, at)) if bool::from(right.ct_eq(digest)) => {
                if now.saturating_duration_since(at) < REMEMBER_FOR {
                    Recognition::Remembered
                } else {
                    Recognition::Due
                }
            }
            Some(_) => Recognition::Wrong,
            None => match state.refused.get(digest) {
                Some(at) if now.saturating_duration_since(*at) < REFUSE_FOR => Recognition::Wrong,
                _ => Recognition::Unknown,
            },
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds this lock; if it ever does, the state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remember_refused(&mut self, digest: KeyDigest, now: Instant) {
        if self.refused.len() >= MAX_REFUSED {
            self.refused.retain(|_, at| now.saturating_duration_since(*at) < REFUSE_FOR);
        }
        if self.refused.len() >= MAX_REFUSED {
            let oldest = self.refused.iter().min_by_key(|(_, at)| **at).map(|(digest, _)| *digest);
            oldest.map(|oldest| self.refused.remove(&oldest));
        }
        self.refused.insert(digest, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CredentialSource;

    fn verifier(key: &str) -> AdminVerifier {
        AdminVerifier::new(
            AdminCredential::create(&key.into(), CredentialSource::Env, 0).expect("credential"),
        )
        .expect("random")
    }

    #[test]
    fn a_right_key_is_remembered_for_five_minutes() {
        let (verifier, key, start) = (verifier("right"), SecretString::from("right"), Instant::now());
        assert_eq!(verifier.recognise(&key, start), Recognition::Unknown);
        assert!(verifier.verify(&key, start));
        assert_eq!(verifier.recognise(&" right\n".into(), start), Recognition::Remembered);
        assert_eq!(verifier.recognise(&key, start + Duration::from_secs(299)), Recognition::Remembered);
        assert_eq!(verifier.recognise(&key, start + Duration::from_secs(300)), Recognition::Due);
        // Every other key is now known to be wrong.
        assert_eq!(verifier.recognise(&"other".into(), start), Recognition::Wrong);
    }

    #[test]
    fn a_refused_key_is_remembered_for_a_minute() {
        let (verifier, key, start) = (verifier("right"), SecretString::from("wrong"), Instant::now());
        assert!(!verifier.verify(&key, start));
        assert_eq!(verifier.recognise(&key, start + Duration::from_secs(59)), Recognition::Wrong);
        assert_eq!(verifier.recognise(&key, start + Duration::from_secs(60)), Recognition::Unknown);
        assert_eq!(verifier.recognise(&"other".into(), start), Recognition::Unknown);
    }

    #[test]
    fn a_new_credential_forgets_everything() {
        let (verifier, start) = (verifier("old"), Instant::now());
        assert!(!verifier.verify(&"new".into(), start));
        assert!(verifier.verify(&"old".into(), start));
        let new = AdminCredential::create(&"new".into(), CredentialSource::Cli, 1).expect("credential");
        verifier.replace(new);
        assert_eq!(verifier.recognise(&"old".into(), start), Recognition::Unknown);
        assert_eq!(verifier.recognise(&"new".into(), start), Recognition::Unknown);
        assert!(verifier.verify(&"new".into(), start));
        assert!(!verifier.verify(&"old".into(), start));
    }

    #[test]
    fn the_memory_of_refused_keys_is_bounded() {
        let verifier = verifier("right");
        let start = Instant::now();
        let mut state = verifier.lock();
        for number in 0..5_000_u32 {
            let mut digest = [0; 32];
            digest[..4].copy_from_slice(&number.to_be_bytes());
            state.remember_refused(digest, start + Duration::from_micros(u64::from(number)));
        }
        assert_eq!(state.refused.len(), MAX_REFUSED);
        assert!(state.refused.keys().any(|digest| digest[..4] == 4_999_u32.to_be_bytes()));
        assert!(!state.refused.keys().any(|digest| digest[..4] == 0_u32.to_be_bytes()));
    }

    #[test]
    fn process_keys_differ() {
        assert_ne!(verifier("a").digest(&"x".into()), verifier("a").digest(&"x".into()));
    }
}
