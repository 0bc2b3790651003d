//! Logins that are under way.

use std::collections::BTreeMap;

use crate::traffic::random::mix;

/// How long a state is known, milliseconds.
const KNOWN_MS: i64 = 30 * 60 * 1000;

/// After this time somebody has confirmed the code of a device login, milliseconds.
const DEVICE_MS: i64 = 3_000;

/// Logins that are remembered at most.
const MAX_SESSIONS: usize = 1_000;

/// Where a login stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    Waiting,
    Done,
    Failed(String),
}

#[derive(Debug, Clone)]
struct Session {
    provider: String,
    device: bool,
    created_ms: i64,
    stage: Stage,
}

/// Why a callback is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Unknown,
    NotPending,
    OtherProvider,
}

/// All logins.
#[derive(Default)]
pub(crate) struct Logins {
    sessions: BTreeMap<String, Session>,
    begun: u64,
}

impl Logins {
    /// Begins a login and returns its state.
    pub(crate) fn begin(&mut self, provider: &str, device: bool, now_ms: i64) -> String {
        self.begun += 1;
        let noise = mix(&[self.begun, now_ms.cast_unsigned()]);
        let state = match provider {
            "xai" => format!("xai-{}{:06}", now_ms, noise % 1_000_000),
            "kimi" => format!("kmi-{}{:06}", now_ms, noise % 1_000_000),
            _ => format!("{noise:016x}{:016x}", mix(&[noise])),
        };
        self.sessions.retain(|_, session| now_ms - session.created_ms < KNOWN_MS);
        if self.sessions.len() >= MAX_SESSIONS {
            self.sessions.pop_first();
        }
        let session =
            Session { provider: provider.to_owned(), device, created_ms: now_ms, stage: Stage::Waiting };
        self.sessions.insert(state.clone(), session);
        state
    }

    /// Where a login stands; `None` when it is unknown or expired. The second value names the provider when a
    /// device login was confirmed just now.
    pub(crate) fn stage(&mut self, state: &str, now_ms: i64) -> Option<(Stage, Option<String>)> {
        let session =
            self.sessions.get_mut(state).filter(|session| now_ms - session.created_ms < KNOWN_MS)?;
        let mut confirmed = None;
        if session.device && session.stage == Stage::Waiting && now_ms - session.created_ms >= DEVICE_MS {
            session.stage = Stage::Done;
            confirmed = Some(session.provider.clone());
        }
        Some((session.stage.clone(), confirmed))
    }

    /// The browser came back; returns the provider.
    pub(crate) fn complete(
        &mut self,
        state: &str,
        provider: &str,
        error: &str,
        now_ms: i64,
    ) -> Result<String, Refused> {
        let session = self
            .sessions
            .get_mut(state)
            .filter(|session| now_ms - session.created_ms < KNOWN_MS)
            .ok_or(Refused::Unknown)?;
        if session.stage != Stage::Waiting || session.device {
            return Err(Refused::NotPending);
        }
        if !provider.is_empty() && provider != session.provider {
            return Err(Refused::OtherProvider);
        }
        session.stage = if error.is_empty() { Stage::Done } else { Stage::Failed(error.to_owned()) };
        Ok(session.provider.clone())
    }

    pub(crate) fn cancel(&mut self, state: &str) -> bool {
        self.sessions.remove(state).is_some()
    }
}

/// Whether this can be a state at all.
pub(crate) fn is_state(state: &str) -> bool {
    !state.is_empty()
        && state.len() <= 128
        && !state.contains("..")
        && state.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_login_completes_once_and_expires() {
        let mut logins = Logins::default();
        let state = logins.begin("codex", false, 0);
        assert!(is_state(&state));
        assert_eq!(logins.stage(&state, 1).unwrap().0, Stage::Waiting);
        assert_eq!(logins.complete(&state, "anthropic", "", 2), Err(Refused::OtherProvider));
        assert_eq!(logins.complete(&state, "", "", 2), Ok("codex".to_owned()));
        assert_eq!(logins.complete(&state, "", "", 3), Err(Refused::NotPending));
        assert_eq!(logins.stage(&state, 4).unwrap().0, Stage::Done);
        assert!(logins.stage(&state, KNOWN_MS).is_none());
    }

    #[test]
    fn a_device_login_is_confirmed_after_a_while() {
        let mut logins = Logins::default();
        let state = logins.begin("kimi", true, 0);
        assert!(state.starts_with("kmi-"));
        assert_eq!(logins.stage(&state, 10).unwrap(), (Stage::Waiting, None));
        assert_eq!(logins.stage(&state, DEVICE_MS).unwrap(), (Stage::Done, Some("kimi".to_owned())));
        assert_eq!(logins.stage(&state, DEVICE_MS).unwrap(), (Stage::Done, None));
        assert!(logins.cancel(&state) && !logins.cancel(&state));
    }

    #[test]
    fn states_with_other_characters_are_malformed() {
        for bad in ["", "a b", "../x", "a/b", &"x".repeat(129)] {
            assert!(!is_state(bad), "{bad}");
        }
    }
}
