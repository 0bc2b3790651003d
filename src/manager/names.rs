//! Account names: read with the credential list, and given to events that came before it.
//!
//! Which events still lack names stands in the database (`Reader::unnamed`), so that a patch that fails is tried again, and
//! one that a kill cut off is made up for after the first list of the next start.

use std::sync::{Arc, Weak};
use std::time::Duration;

use model::DEFAULT_GATEWAY;
use store::StoreError;

use super::Manager;
use crate::clock::now_ms;

/// From the first event of an unknown credential to the look-up: others may follow.
const LOOK_UP_AFTER: Duration = Duration::from_secs(1);
/// Shortest pause between two look-ups of unknown credentials.
const LOOK_UP_PAUSE: Duration = Duration::from_secs(10);
/// The pauses grow to this while what they wait for fails.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// From a patch that failed to the next attempt.
const PATCH_PAUSE: Duration = Duration::from_secs(5);

impl Manager {
    /// Remembers the names, and has them given to events that came before; whether the list can be read.
    pub(super) fn take_auth_files(&self, body: &[u8]) -> bool {
        match normaliser::parse_auth_files(body, now_ms()) {
            Ok(map) => {
                self.credentials.store(Arc::new(map));
                self.recorded.names_wanted.notify_one();
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the gateway's credential list cannot be read");
                false
            }
        }
    }

    /// Gives the names that are known now to all events that lack them.
    async fn name_events(&self) -> Result<(), StoreError> {
        let map = self.credentials.load_full();
        let unnamed = self.store.read(|reader| reader.unnamed(DEFAULT_GATEWAY)).await?;
        let (found, absent): (Vec<_>, Vec<_>) =
            unnamed.into_iter().partition(|unnamed| map.by_auth_index.contains_key(&unnamed.auth_index));
        self.recorded.looked_up(absent.into_iter().map(|unnamed| unnamed.auth_index));
        let mut failed = None;
        for unnamed in found {
            let Some(facts) = map.by_auth_index.get(&unnamed.auth_index) else { continue };
            let patch = store::SnapshotPatch {
                gateway_id: unnamed.gateway_id,
                auth_index: unnamed.auth_index,
                facts: facts.clone(),
                read_at_ms: map.read_at_ms,
                after_id: unnamed.after_id,
            };
            match self.store.patch_snapshots(patch).await {
                Ok(_) => {}
                Err(StoreError::Closed) => return Err(StoreError::Closed),
                // One that cannot be patched keeps no other one waiting.
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Reads the credential list because an event named a credential that nobody knew; whether that went well.
    async fn look_up(&self) -> bool {
        let Ok(used) = self.begin().await else { return false };
        match self.management_client(&used.upstream).get_auth_files_raw().await {
            Ok(body) => {
                used.permit.accepted();
                self.take_auth_files(&body)
            }
            Err(error) => {
                tracing::debug!(%error, "the gateway's credential list cannot be read");
                self.note_client_error(used.permit, &error);
                false
            }
        }
    }
}

/// Names events whenever a list was read, and whenever events were stored that an older list had not named.
pub(super) async fn name_events(manager: Weak<Manager>) {
    loop {
        let Some(recorded) = manager.upgrade().map(|manager| Arc::clone(&manager.recorded)) else { return };
        recorded.names_wanted.notified().await;
        let mut pause = PATCH_PAUSE;
        loop {
            let Some(manager) = manager.upgrade() else { return };
            match manager.name_events().await {
                Ok(()) => break,
                Err(StoreError::Closed) => return,
                Err(error) => tracing::warn!(%error, "account names are not added to earlier events yet"),
            }
            drop(manager);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Looks unknown credentials up, some time after they were seen; never in the way of a commit.
pub(super) async fn look_up_unknown(manager: Weak<Manager>) {
    let mut pause = LOOK_UP_PAUSE;
    loop {
        let Some(recorded) = manager.upgrade().map(|manager| Arc::clone(&manager.recorded)) else { return };
        recorded.credentials_wanted.notified().await;
        tokio::time::sleep(LOOK_UP_AFTER).await;
        let Some(manager) = manager.upgrade() else { return };
        let read = manager.look_up().await;
        drop(manager);
        // Every commit asks again for what no list could tell.
        pause = if read { LOOK_UP_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
        tokio::time::sleep(pause).await;
    }
}
