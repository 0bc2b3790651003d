//! Where the admin credential is kept: one setting of the product, in the reference's form.

use std::time::Duration;

use store::{AuditEntry, PRODUCT, Reader, SettingChange, Store, StoreError};
use vault::{AdminCredential, CredentialError};

/// The name of the setting.
const KEY: &str = "admin_credential_v1";

/// Why the credential cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored is not a credential.
    #[error(transparent)]
    Credential(#[from] CredentialError),
}

fn read(reader: &Reader<'_>) -> Result<Option<String>, StoreError> {
    reader.setting(PRODUCT, KEY)
}

/// The stored credential; `None` before the first start. Blocks.
///
/// # Errors
/// [`ReadError`].
pub fn load(store: &Store) -> Result<Option<AdminCredential>, ReadError> {
    let text = store.read_blocking(read)?;
    Ok(text.map(|text| AdminCredential::from_json(&text)).transpose()?)
}

/// Stores a credential that somebody decided on, and records who; durable when this returns `Ok`.
///
/// # Errors
/// Those of any write.
pub async fn decide(
    store: &Store,
    credential: &AdminCredential,
    entry: AuditEntry,
) -> Result<(), StoreError> {
    let change = SettingChange::put(PRODUCT, KEY, credential.to_json());
    store.change_settings_audited(vec![change], entry).await
}

/// Stores the same key in another form; durable when this returns `Ok`.
///
/// # Errors
/// Those of any write.
pub async fn save(store: &Store, credential: &AdminCredential) -> Result<(), StoreError> {
    store.change_settings(vec![SettingChange::put(PRODUCT, KEY, credential.to_json())]).await
}

/// How often a running server looks for a key that `reset-admin-key` stored.
pub const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Reports every credential that another process stores while this one runs; ends when the store is closed. `known`
/// is the credential in use, `every` the time between two looks ([`LOOK_EVERY`]).
pub async fn follow(
    store: Store,
    known: AdminCredential,
    every: Duration,
    mut replaced: impl FnMut(AdminCredential) + Send,
) {
    let mut known = known.to_json();
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let text = match store.read(read).await {
            Ok(Some(text)) if text != known => text,
            Err(StoreError::Closed) => return,
            // Failing reads are the store's to report.
            Ok(_) | Err(_) => continue,
        };
        match AdminCredential::from_json(&text) {
            Ok(credential) => replaced(credential),
            Err(error) => {
                tracing::error!(%error, "the stored admin credential was replaced by something else")
            }
        }
        known = text;
    }
}

#[cfg(test)]
mod tests {
    use store::OpenOptions;
    use vault::{CredentialSource, SecretString};

    use super::*;

    const SOON: Duration = Duration::from_millis(5);

    fn credential(key: &str) -> AdminCredential {
        AdminCredential::create(&SecretString::from(key), CredentialSource::Cli, 1).expect("made")
    }

    #[tokio::test]
    async fn a_key_stored_by_another_process_is_taken_over_once() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let store = Store::open(&dir.path().join("usage.sqlite"), &OpenOptions::default()).expect("opened");
        let first = credential("first-admin-key");
        save(&store, &first).await.expect("stored");
        let (sender, mut receiver) = tokio::sync::mpsc::channel(4);
        let task = tokio::spawn(follow(store.clone(), first, SOON, move |credential| {
            sender.try_send(credential).expect("room");
        }));
        tokio::time::sleep(SOON * 10).await;
        assert!(receiver.try_recv().is_err(), "nothing was replaced yet");
        save(&store, &credential("second-admin-key")).await.expect("stored");
        let replaced = receiver.recv().await.expect("reported");
        assert!(replaced.verify("second-admin-key"));
        tokio::time::sleep(SOON * 10).await;
        assert!(receiver.try_recv().is_err(), "reported once");
        task.abort();
        store.close();
    }
}
