//! The keys that a start needs: admin credential and data key.

use std::time::Instant;

use store::{AuditAction, AuditActor, AuditEntry, Store};
use vault::{AdminCredential, AdminGuard, CredentialSource, DataKeyError, SecretString, SettingsSealer};

use crate::admin_credential;
use crate::cli::Problem;
use crate::clock::now_ms;
use crate::logging;
use crate::manager::has_sealed_secret;
use crate::settings::{DataKeyChoice, Settings};

/// The admin credential and where it came from.
pub struct Admin {
    /// The credential in force.
    pub credential: AdminCredential,
    /// A key that the operator gave; checked behind the open listener, so that the first login is quick.
    pub primed_with: Option<SecretString>,
}

/// The admin credential: the stored one, else the operator's key, else a new one.
///
/// A new key is announced here, before it is stored: whatever ends the process in between or afterwards, a key in force
/// has been printed. If storing it fails, the next start makes and prints another one.
pub async fn admin(settings: &Settings, store: &Store) -> Result<Admin, Problem> {
    let stored = admin_credential::load(store).map_err(Problem::from_error)?;
    if let Some(credential) = stored {
        return Ok(Admin { credential, primed_with: settings.admin_key.clone() });
    }
    let (key, source) = match &settings.admin_key {
        Some(key) => (key.clone(), CredentialSource::Env),
        None => (vault::generate_admin_key().map_err(Problem::from_error)?, CredentialSource::Generated),
    };
    let credential = AdminCredential::create(&key, source, now_ms()).map_err(Problem::from_error)?;
    match source {
        CredentialSource::Generated => logging::announce_admin_key(&key),
        _ if vault::is_weak_admin_key(&key) => {
            tracing::warn!("CPA_MANAGER_ADMIN_KEY is short or simple; use a long random key");
        }
        _ => {}
    }
    let origin = if source == CredentialSource::Generated { "generated" } else { "given" };
    let entry = AuditEntry::new(AuditActor::MANAGER, AuditAction::AdminKeyCreate).fact("key_origin", origin);
    admin_credential::decide(store, &credential, entry)
        .await
        .map_err(|error| Problem::new(error.to_string()).hint(error.remedy()))?;
    Ok(Admin { credential, primed_with: Some(key) })
}

/// Checks the operator's key against the stored credential, and says so when it is another one.
pub async fn prime(guard: AdminGuard, key: Option<SecretString>) {
    let Some(key) = key else { return };
    let checking = tokio::task::spawn_blocking(move || guard.prime(&key, Instant::now()));
    if matches!(checking.await, Ok(false)) {
        tracing::warn!(
            "CPA_MANAGER_ADMIN_KEY is not the admin key in force: it only counts on the first start; use reset-admin-key"
        );
    }
}

/// What opens sealed settings. `None`: a sealed key is saved and the data key is gone; the connection must be entered
/// again.
pub fn sealer(settings: &Settings, store: &Store) -> Result<Option<SettingsSealer>, Problem> {
    let path = match &settings.data_key {
        DataKeyChoice::Given { key, .. } => return Ok(Some(SettingsSealer::new(key))),
        DataKeyChoice::KeyFile(path) => path,
    };
    let needed =
        has_sealed_secret(store).map_err(|error| Problem::new(error.to_string()).hint(error.remedy()))?;
    match vault::load_or_create(path, !needed) {
        Ok(loaded) => {
            if loaded.created {
                tracing::info!(path = %path.display(), "data key created; keep it with every backup");
            }
            if loaded.exposed {
                tracing::warn!(path = %path.display(), "others can read the data key; set its mode to 0600");
            }
            Ok(Some(SettingsSealer::new(&loaded.key)))
        }
        Err(DataKeyError::Missing { .. }) => {
            tracing::warn!(
                path = %path.display(),
                "the data key is missing; restore it, or enter the gateway connection again in the panel"
            );
            Ok(None)
        }
        Err(error) => Err(Problem::new(error.to_string())
            .hint("restore the file from a backup, or correct CPA_MANAGER_DATA_KEY_PATH")),
    }
}
