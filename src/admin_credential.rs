//! Where the admin credential is kept: one setting of the product, in the reference's form.

use store::{PRODUCT, Reader, SettingChange, Store, StoreError};
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

/// The stored credential; `None` before the first start.
///
/// # Errors
/// [`ReadError`].
pub fn read(reader: &Reader<'_>) -> Result<Option<String>, StoreError> {
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

/// Replaces the stored credential; durable when this returns `Ok`.
///
/// # Errors
/// Those of any write.
pub async fn save(store: &Store, credential: &AdminCredential) -> Result<(), StoreError> {
    store.change_settings(vec![SettingChange::put(PRODUCT, KEY, credential.to_json())]).await
}
