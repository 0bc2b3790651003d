//! Sessions across a restart of the manager.
//!
//! The archive holds token hashes and, per session, how much *time is left*, not when it ends. What passed between
//! export and import is then taken off:
//!
//! - on the same boot of the machine, by the machine's uptime, which nobody can set;
//! - after a reboot, by the wall clock. If that went backwards, the time that passed is unknown and every session is
//!   dropped: people log in again, but nothing ended comes back and nothing lasts longer.
//!
//! A clock that jumps forward only makes sessions end early. What is left never exceeds the limits of a new session.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::session::{Session, label};
use crate::{MAX_SESSIONS, SESSION_ABSOLUTE, SESSION_IDLE, SessionId, SessionStore};

/// Small steps back are what time synchronisation does.
const CLOCK_TOLERANCE_MS: i64 = 5_000;

/// When something was written: wall clock, and uptime if the machine tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeAnchor {
    /// Milliseconds since 1970.
    pub wall_ms: i64,
    /// The machine's boot, where the system tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<BootTime>,
}

/// A moment within one boot of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BootTime {
    /// Differs for every boot.
    pub id: String,
    /// Milliseconds since the boot.
    pub uptime_ms: i64,
}

impl BootTime {
    /// Reads it from the system; `None` where there is no `/proc`.
    pub fn read() -> Option<Self> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned();
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let seconds: f64 = uptime.split_whitespace().next()?.parse().ok()?;
        // Uptimes have few digits; nothing is lost.
        (!id.is_empty() && seconds >= 0.0).then_some(Self { id, uptime_ms: (seconds * 1000.0) as i64 })
    }
}

impl TimeAnchor {
    /// Milliseconds that passed since `earlier`; `None` when nobody can tell.
    fn since(&self, earlier: &Self) -> Option<u64> {
        let elapsed = match (&self.boot, &earlier.boot) {
            (Some(now), Some(then)) if now.id == then.id => now.uptime_ms - then.uptime_ms,
            _ => self.wall_ms.saturating_sub(earlier.wall_ms),
        };
        if elapsed < -CLOCK_TOLERANCE_MS {
            return None;
        }
        Some(u64::try_from(elapsed).unwrap_or(0))
    }
}

/// Everything that a restarted manager needs to know its sessions. Holds no token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionArchive {
    version: u32,
    exported_at: TimeAnchor,
    /// [`crate::AdminCredential::fingerprint`]: sessions of another credential are not taken over.
    credential: String,
    sessions: Vec<ArchivedSession>,
}

/// One session in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchivedSession {
    id: SessionId,
    token_hash: String,
    created_at_ms: i64,
    idle_left_ms: u64,
    absolute_left_ms: u64,
    client: String,
    user_agent: String,
}

impl SessionStore {
    /// The archive of all live sessions. Store it when [`SessionStore::revision`] changed, every few minutes, and
    /// at the end.
    pub fn export(&self, credential: &str, now: Instant, at: TimeAnchor) -> SessionArchive {
        let mut sessions: Vec<_> = self
            .live(now)
            .into_iter()
            .map(|(hash, session)| ArchivedSession {
                id: session.id,
                token_hash: BASE64_STANDARD_NO_PAD.encode(hash),
                created_at_ms: session.created_at_ms,
                idle_left_ms: millis(session.ends.saturating_duration_since(now)),
                absolute_left_ms: millis(session.ends_at_latest.saturating_duration_since(now)),
                client: session.client,
                user_agent: session.user_agent,
            })
            .collect();
        sessions.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
        SessionArchive { version: 1, exported_at: at, credential: credential.to_owned(), sessions }
    }

    /// Takes archived sessions over, less the time that passed. Returns how many live on.
    pub fn import(&self, archive: &SessionArchive, credential: &str, now: Instant, at: &TimeAnchor) -> usize {
        if archive.version != 1 || archive.credential != credential {
            return 0;
        }
        let Some(elapsed) = at.since(&archive.exported_at) else { return 0 };
        let sessions = archive.sessions.iter().take(MAX_SESSIONS);
        self.adopt(sessions.filter_map(|session| session.revive(elapsed, now)).collect())
    }
}

impl ArchivedSession {
    fn revive(&self, elapsed_ms: u64, now: Instant) -> Option<([u8; 32], Session)> {
        let left = |stored: u64, limit: Duration| {
            Duration::from_millis(stored).min(limit).checked_sub(Duration::from_millis(elapsed_ms))
        };
        let absolute = left(self.absolute_left_ms, SESSION_ABSOLUTE)?;
        let idle = left(self.idle_left_ms, SESSION_IDLE)?.min(absolute);
        if idle.is_zero() {
            return None;
        }
        let hash = BASE64_STANDARD_NO_PAD.decode(&self.token_hash).ok()?.try_into().ok()?;
        let unused = SESSION_IDLE.saturating_sub(idle);
        let session = Session {
            id: SessionId::from(label(self.id.as_str()).as_str()),
            created_at_ms: self.created_at_ms,
            // A machine that booted a minute ago has no earlier moments.
            last_used: now.checked_sub(unused).unwrap_or(now),
            ends: now + idle,
            ends_at_latest: now + absolute,
            client: label(&self.client),
            user_agent: label(&self.user_agent),
        };
        Some((hash, session))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewSession;

    const HOUR: Duration = Duration::from_secs(3600);
    const HOUR_MS: i64 = 3_600_000;

    fn wall(hours: i64) -> TimeAnchor {
        TimeAnchor { wall_ms: 1_800_000_000_000 + hours * HOUR_MS, boot: None }
    }

    fn boot(id: &str, wall_hours: i64, uptime_hours: i64) -> TimeAnchor {
        let boot = BootTime { id: id.into(), uptime_ms: uptime_hours * HOUR_MS };
        TimeAnchor { boot: Some(boot), ..wall(wall_hours) }
    }

    fn one_session(now: Instant) -> (SessionStore, String) {
        let store = SessionStore::new();
        let (token, _) = store.create(NewSession::default(), now, 0).expect("session");
        (store, token.expose().clone())
    }

    fn restart(archive: &SessionArchive, at: &TimeAnchor, now: Instant) -> SessionStore {
        let text = serde_json::to_string(archive).expect("json");
        let read: SessionArchive = serde_json::from_str(&text).expect("read");
        let store = SessionStore::new();
        store.import(&read, "credential", now, at);
        store
    }

    #[test]
    fn a_restart_keeps_sessions_and_takes_the_time_off() {
        let now = Instant::now();
        let (store, token) = one_session(now);
        let archive = store.export("credential", now + HOUR, wall(0));
        assert!(!serde_json::to_string(&archive).expect("json").contains(&token));
        let after = restart(&archive, &wall(2), now);
        let view = after.list(now).pop().expect("one");
        assert_eq!((view.ends_in, view.ends_at_latest_in), (21 * HOUR, 165 * HOUR));
        assert_eq!(view.idle_for.as_secs(), (3 * HOUR).as_secs());
        assert!(after.authenticate(&token, now).is_some());
    }

    #[test]
    fn time_runs_out_while_the_manager_is_down() {
        let now = Instant::now();
        let (store, token) = one_session(now);
        let archive = store.export("credential", now, wall(0));
        assert!(restart(&archive, &wall(23), now).authenticate(&token, now).is_some());
        assert!(restart(&archive, &wall(24), now).authenticate(&token, now).is_none());
    }

    #[test]
    fn a_clock_that_is_set_back_neither_revives_nor_extends() {
        let now = Instant::now();
        let (store, _) = one_session(now);
        let archive = store.export("credential", now, wall(0));
        assert!(restart(&archive, &wall(-24), now).list(now).is_empty());
        // The uptime knows better than the wall clock.
        let archive = store.export("credential", now, boot("a", 0, 100));
        let view = restart(&archive, &boot("a", -24, 101), now).list(now).pop().expect("one");
        assert_eq!(view.ends_in, 23 * HOUR);
        assert!(restart(&archive, &boot("a", -24, 125), now).list(now).is_empty(), "ended meanwhile");
        assert_eq!(restart(&archive, &boot("a", 1000, 101), now).list(now).len(), 1, "set forward");
        assert!(restart(&archive, &boot("b", -24, 0), now).list(now).is_empty(), "another boot");
        // A step of a second is ordinary.
        let mut close = wall(0);
        close.wall_ms -= 1_000;
        assert_eq!(restart(&store.export("credential", now, wall(0)), &close, now).list(now).len(), 1);
    }

    #[test]
    fn many_restarts_do_not_stretch_a_session() {
        let mut now = Instant::now();
        let (mut store, token) = one_session(now);
        for hour in 0..23 {
            let archive = store.export("credential", now, wall(hour));
            store = restart(&archive, &wall(hour + 1), now);
            now += Duration::from_millis(1);
        }
        assert_eq!(store.list(now).len(), 1);
        let archive = store.export("credential", now, wall(23));
        assert!(restart(&archive, &wall(24), now).authenticate(&token, now).is_none());
    }

    #[test]
    fn another_credential_or_a_forged_archive_gains_nothing() {
        let now = Instant::now();
        let (store, _) = one_session(now);
        let mut archive = store.export("old credential", now, wall(0));
        assert!(restart(&archive, &wall(0), now).list(now).is_empty());
        archive.credential = "credential".into();
        archive.sessions[0].idle_left_ms = u64::MAX;
        archive.sessions[0].absolute_left_ms = u64::MAX;
        let view = restart(&archive, &wall(0), now).list(now).pop().expect("one");
        assert_eq!((view.ends_in, view.ends_at_latest_in), (24 * HOUR, 168 * HOUR));
        archive.sessions[0].token_hash = "short".into();
        assert!(restart(&archive, &wall(0), now).list(now).is_empty());
    }

    #[test]
    fn this_system_tells_its_boot() {
        if std::path::Path::new("/proc/uptime").exists() {
            let boot = BootTime::read().expect("boot");
            assert!(boot.uptime_ms > 0 && boot.id.len() > 8, "{boot:?}");
        }
    }
}
