//! What the database keeps of the configuration, and the gateway connection that follows from it.

use api::types::config::{CpaConnection, ManagerConfig};
use model::DEFAULT_GATEWAY;
use serde::{Deserialize, Serialize};
use store::{SettingChange, Store, StoreError};
use vault::{SecretString, SettingsSealer};

/// Name of the setting that holds the configuration.
const CONFIG_KEY: &str = "manager_config_v1";
/// Name of the setting that says when we were last connected.
const CONNECTED_KEY: &str = "last_connected_ms";

/// The saved configuration. The key is sealed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Saved {
    config: ManagerConfig,
}

/// What can be made of the saved key.
#[derive(Debug)]
pub enum SavedKey {
    /// Nothing is saved.
    None,
    /// The key.
    Key(SecretString),
    /// A key is saved, and there is no data key that opens it.
    Unreadable,
}

impl Saved {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Those of a read; a damaged document counts as an internal error.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        let text = store.read_blocking(|reader| reader.setting(DEFAULT_GATEWAY, CONFIG_KEY))?;
        match text {
            None => Ok(Self::default()),
            Some(text) => serde_json::from_str(&text)
                .map_err(|error| StoreError::Corrupt(format!("the saved configuration: {error}"))),
        }
    }

    /// The change that writes the configuration.
    ///
    /// # Errors
    /// When it cannot be serialised, which would be a defect.
    pub fn change(&self) -> Result<SettingChange, serde_json::Error> {
        Ok(SettingChange::put(DEFAULT_GATEWAY, CONFIG_KEY, serde_json::to_string(self)?))
    }

    /// Everything but the connection.
    pub fn config(&self) -> ManagerConfig {
        ManagerConfig { cpa_connection: None, ..self.config.clone() }
    }

    /// The saved address.
    pub fn base_url(&self) -> Option<&str> {
        self.config.cpa_connection.as_ref()?.cpa_base_url.as_deref()
    }

    /// Whether a sealed key is saved.
    pub fn has_sealed_key(&self) -> bool {
        self.sealed_key().is_some_and(SettingsSealer::is_sealed)
    }

    fn sealed_key(&self) -> Option<&str> {
        self.config.cpa_connection.as_ref()?.management_key.as_deref()
    }

    /// The saved key.
    pub fn key(&self, sealer: Option<&SettingsSealer>) -> SavedKey {
        let Some(sealed) = self.sealed_key() else { return SavedKey::None };
        match sealer.map(|sealer| sealer.open(sealed)) {
            Some(Ok(opened)) => SavedKey::Key(opened.secret),
            Some(Err(_)) | None => SavedKey::Unreadable,
        }
    }

    /// Another configuration with the connection of this one.
    pub fn with_config(&self, config: ManagerConfig, now_ms: i64) -> Self {
        let cpa_connection = self.config.cpa_connection.clone();
        Self { config: ManagerConfig { cpa_connection, updated_at_ms: Some(now_ms), ..config } }
    }

    /// The same configuration with another connection; `sealed_key` is in the sealed form.
    pub fn with_connection(mut self, base_url: String, sealed_key: String) -> Self {
        self.config.cpa_connection =
            Some(CpaConnection { cpa_base_url: Some(base_url), management_key: Some(sealed_key) });
        self
    }

    /// When it was saved, Unix milliseconds.
    pub fn updated_at_ms(&self) -> Option<i64> {
        self.config.updated_at_ms
    }
}

/// When an earlier process was last connected to the gateway, Unix milliseconds.
pub fn last_connected(store: &Store) -> Option<i64> {
    let text = store.read_blocking(|reader| reader.setting(DEFAULT_GATEWAY, CONNECTED_KEY)).ok()??;
    text.parse().ok()
}

/// The change that remembers when we were last connected.
pub fn connected_change(at_ms: i64) -> SettingChange {
    SettingChange::put(DEFAULT_GATEWAY, CONNECTED_KEY, at_ms.to_string())
}
