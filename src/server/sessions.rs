//! Browser sessions outlive a restart: their hashes are kept in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use store::{PRODUCT, SettingChange, Store};
use vault::{AdminGuard, SessionArchive, SessionStore, TimeAnchor};

use crate::clock::now_ms;

/// Name of the setting.
const KEY: &str = "sessions_v1";
/// How often changed sessions are written down.
const EVERY: Duration = Duration::from_secs(10);

/// Writes sessions down and reads them back.
#[derive(Clone)]
pub struct Keeper {
    sessions: Arc<SessionStore>,
    guard: AdminGuard,
    store: Store,
    saved_revision: Arc<AtomicU64>,
}

impl Keeper {
    pub fn new(sessions: Arc<SessionStore>, guard: AdminGuard, store: Store) -> Self {
        Self { sessions, guard, store, saved_revision: Arc::default() }
    }

    fn anchor() -> TimeAnchor {
        TimeAnchor { wall_ms: now_ms(), boot: vault::BootTime::read() }
    }

    /// Takes the sessions of the run before, less the time that passed. A reset admin key ends them all.
    pub async fn restore(&self) {
        let text = match self.store.read(|reader| reader.setting(PRODUCT, KEY)).await {
            Ok(text) => text,
            Err(error) => {
                tracing::warn!(%error, "sessions of the last run are not restored");
                return;
            }
        };
        let archive = text.and_then(|text| serde_json::from_str::<SessionArchive>(&text).ok());
        let Some(archive) = archive else { return };
        let credential = self.guard.credential().fingerprint();
        self.sessions.import(&archive, &credential, Instant::now(), &Self::anchor());
        self.saved_revision.store(self.sessions.revision(), Ordering::Relaxed);
    }

    /// Writes the sessions down.
    pub async fn save(&self) {
        let revision = self.sessions.revision();
        let credential = self.guard.credential().fingerprint();
        let archive = self.sessions.export(&credential, Instant::now(), Self::anchor());
        let text = match serde_json::to_string(&archive) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "sessions cannot be written down");
                return;
            }
        };
        match self.store.change_settings(vec![SettingChange::put(PRODUCT, KEY, text)]).await {
            Ok(()) => self.saved_revision.store(revision, Ordering::Relaxed),
            Err(error) => tracing::debug!(%error, "sessions are not written down yet"),
        }
    }

    /// Writes changed sessions down now and then; never ends by itself.
    pub async fn keep(self) {
        loop {
            tokio::time::sleep(EVERY).await;
            if self.sessions.revision() != self.saved_revision.load(Ordering::Relaxed) {
                self.save().await;
            }
        }
    }
}
