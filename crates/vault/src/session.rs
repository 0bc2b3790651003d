//! Browser logins.
//!
//! A session is a random token of 256 bits; only its SHA-256 is kept. It ends seven days after the login, or after a
//! day without use. Both are measured on the monotonic clock, so setting the wall clock changes nothing. The stored
//! form for restarts is in [`crate::SessionArchive`].

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{RandomError, SecretString, random};

/// A session ends this long after its login.
pub const SESSION_ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 3600);
/// A session ends after this long without use.
pub const SESSION_IDLE: Duration = Duration::from_secs(24 * 3600);
/// Sessions at the same time. A further login ends the one that was unused for longest.
pub const MAX_SESSIONS: usize = 200;

const TOKEN_BYTES: usize = 32;
const ID_BYTES: usize = 8;
/// Texts that the browser chose are cut to this many characters.
const MAX_LABEL_CHARS: usize = 200;

/// The public name of a session: 16 hexadecimal digits, useless for logging in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for SessionId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Who logs in.
#[derive(Debug, Clone, Default)]
pub struct NewSession {
    /// The client's address, for the list of sessions.
    pub client: String,
    /// The browser's `User-Agent`, for the list of sessions.
    pub user_agent: String,
}

/// A session as shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Its public name.
    pub id: SessionId,
    /// Wall-clock time of the login in milliseconds since 1970, for display only.
    pub created_at_ms: i64,
    /// Time since it was last used.
    pub idle_for: Duration,
    /// Time until it ends if it is not used.
    pub ends_in: Duration,
    /// Time until it ends in any case.
    pub ends_at_latest_in: Duration,
    /// The client's address at login.
    pub client: String,
    /// The browser's `User-Agent` at login.
    pub user_agent: String,
}

/// Why a session could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// No random bytes for the token.
    #[error(transparent)]
    Random(#[from] RandomError),
}

pub(crate) type TokenHash = [u8; 32];

#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) created_at_ms: i64,
    pub(crate) last_used: Instant,
    /// The end if it is not used any more; never after `ends_at_latest`.
    pub(crate) ends: Instant,
    pub(crate) ends_at_latest: Instant,
    pub(crate) client: String,
    pub(crate) user_agent: String,
}

/// All live sessions.
#[derive(Debug, Default)]
pub struct SessionStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sessions: HashMap<TokenHash, Session>,
    revision: u64,
}

impl SessionStore {
    /// No sessions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a session. The token is for the cookie and is not kept. `wall_ms` is only shown to people.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn create(
        &self,
        new: NewSession,
        now: Instant,
        wall_ms: i64,
    ) -> Result<(SecretString, SessionView), SessionError> {
        let token = SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<TOKEN_BYTES>()?));
        let id = random::bytes::<ID_BYTES>()?;
        let session = Session {
            id: SessionId(format!("{:016x}", u64::from_be_bytes(id))),
            created_at_ms: wall_ms,
            last_used: now,
            ends: now + SESSION_IDLE,
            ends_at_latest: now + SESSION_ABSOLUTE,
            client: label(&new.client),
            user_agent: label(&new.user_agent),
        };
        let view = session.view(now);
        let mut state = self.lock();
        state.drop_ended(now);
        if state.sessions.len() >= MAX_SESSIONS {
            let unused =
                state.sessions.iter().min_by_key(|(_, session)| session.last_used).map(|(hash, _)| *hash);
            unused.map(|unused| state.sessions.remove(&unused));
        }
        state.sessions.insert(hash_token(token.expose()), session);
        state.revision += 1;
        Ok((token, view))
    }

    /// The live session of a token, if there is one. Counts as use.
    pub fn authenticate(&self, token: &str, now: Instant) -> Option<SessionView> {
        // Tokens of any other length were not made here; do not hash megabytes.
        if token.len() != TOKEN_BYTES.div_ceil(3) * 4 - 1 {
            return None;
        }
        let mut state = self.lock();
        let session = state.sessions.get_mut(&hash_token(token)).filter(|session| session.ends > now)?;
        session.last_used = now;
        session.ends = (now + SESSION_IDLE).min(session.ends_at_latest);
        Some(session.view(now))
    }

    /// Live sessions, the latest login first.
    pub fn list(&self, now: Instant) -> Vec<SessionView> {
        let mut state = self.lock();
        state.drop_ended(now);
        let mut views: Vec<_> = state.sessions.values().map(|session| session.view(now)).collect();
        views.sort_by(|a, b| b.ends_at_latest_in.cmp(&a.ends_at_latest_in).then_with(|| a.id.0.cmp(&b.id.0)));
        views
    }

    /// Ends one session. Returns whether it existed.
    pub fn revoke(&self, id: &SessionId) -> bool {
        self.revoke_where(|session| session.id == *id) > 0
    }

    /// Ends all sessions but one (or all). Returns how many.
    pub fn revoke_all(&self, keep: Option<&SessionId>) -> usize {
        self.revoke_where(|session| Some(&session.id) != keep)
    }

    /// Grows with every login, end and import; when it changed, the archive should be stored again.
    pub fn revision(&self) -> u64 {
        self.lock().revision
    }

    fn revoke_where(&self, matches: impl Fn(&Session) -> bool) -> usize {
        let mut state = self.lock();
        let before = state.sessions.len();
        state.sessions.retain(|_, session| !matches(session));
        let ended = before - state.sessions.len();
        state.revision += u64::from(ended > 0);
        ended
    }

    pub(crate) fn live(&self, now: Instant) -> Vec<(TokenHash, Session)> {
        let mut state = self.lock();
        state.drop_ended(now);
        state.sessions.iter().map(|(hash, session)| (*hash, session.clone())).collect()
    }

    pub(crate) fn adopt(&self, sessions: Vec<(TokenHash, Session)>) -> usize {
        let mut state = self.lock();
        let mut adopted = 0;
        for (hash, session) in sessions {
            if state.sessions.len() < MAX_SESSIONS && !state.sessions.contains_key(&hash) {
                state.sessions.insert(hash, session);
                adopted += 1;
            }
        }
        state.revision += u64::from(adopted > 0);
        adopted
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds this lock; if it ever does, the state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn drop_ended(&mut self, now: Instant) {
        let before = self.sessions.len();
        self.sessions.retain(|_, session| session.ends > now);
        self.revision += u64::from(before != self.sessions.len());
    }
}

impl Session {
    fn view(&self, now: Instant) -> SessionView {
        SessionView {
            id: self.id.clone(),
            created_at_ms: self.created_at_ms,
            idle_for: now.saturating_duration_since(self.last_used),
            ends_in: self.ends.saturating_duration_since(now),
            ends_at_latest_in: self.ends_at_latest.saturating_duration_since(now),
            client: self.client.clone(),
            user_agent: self.user_agent.clone(),
        }
    }
}

fn hash_token(token: &str) -> TokenHash {
    // The token has 256 random bits, so a plain hash cannot be turned round.
    Sha256::digest(token.as_bytes()).into()
}

pub(crate) fn label(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(MAX_LABEL_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(store: &SessionStore, now: Instant) -> (SecretString, SessionView) {
        let new = NewSession { client: "192.0.2.1".into(), user_agent: "Browser\r\n 1".into() };
        store.create(new, now, 1_000).expect("session")
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_token_opens_its_session_only() {
        let (store, now) = (SessionStore::new(), Instant::now());
        let (token, view) = login(&store, now);
        let (other, _) = login(&store, now);
        assert_eq!(token.expose().len(), 43);
        assert_ne!(token.expose(), other.expose());
        assert_eq!(store.authenticate(token.expose(), now).expect("live").id, view.id);
        assert_eq!(view.user_agent, "Browser 1");
        for bad in ["", "x", &"A".repeat(43), &"A".repeat(1_000_000), view.id.as_str()] {
            assert!(store.authenticate(bad, now).is_none());
        }
    }

    #[test]
    fn sessions_end_when_idle_and_at_the_latest_after_a_week() {
        let (store, start) = (SessionStore::new(), Instant::now());
        let (idle, _) = login(&store, start);
        let (used, view) = login(&store, start);
        assert_eq!((view.ends_in, view.ends_at_latest_in), (24 * HOUR, 168 * HOUR));
        let mut now = start;
        for _ in 0..8 {
            now += 20 * HOUR;
            assert!(store.authenticate(used.expose(), now).is_some());
        }
        assert!(store.authenticate(idle.expose(), now).is_none());
        // 160 hours: eight are left, whatever the use.
        assert_eq!(store.authenticate(used.expose(), now).expect("live").ends_in, 8 * HOUR);
        assert!(store.authenticate(used.expose(), start + 168 * HOUR).is_none());
        assert!(store.list(start + 168 * HOUR).is_empty());
    }

    #[test]
    fn revoking() {
        let (store, now) = (SessionStore::new(), Instant::now());
        let sessions: Vec<_> = (0..4).map(|_| login(&store, now)).collect();
        let before = store.revision();
        assert!(store.revoke(&sessions[0].1.id));
        assert!(!store.revoke(&sessions[0].1.id));
        assert!(store.revision() > before);
        assert!(store.authenticate(sessions[0].0.expose(), now).is_none());
        assert_eq!(store.revoke_all(Some(&sessions[1].1.id)), 2);
        assert!(store.authenticate(sessions[1].0.expose(), now).is_some());
        assert_eq!(store.revoke_all(None), 1);
        assert!(store.list(now).is_empty());
    }

    #[test]
    fn the_number_is_bounded_and_the_longest_unused_goes() {
        let (store, start) = (SessionStore::new(), Instant::now());
        let (first, _) = login(&store, start);
        let (second, _) = login(&store, start + Duration::from_secs(1));
        assert!(store.authenticate(first.expose(), start + Duration::from_secs(2)).is_some());
        for number in 0..MAX_SESSIONS as u64 - 1 {
            login(&store, start + Duration::from_secs(3 + number));
        }
        let now = start + HOUR;
        assert_eq!(store.list(now).len(), MAX_SESSIONS);
        assert!(store.authenticate(first.expose(), now).is_some());
        assert!(store.authenticate(second.expose(), now).is_none());
    }
}
