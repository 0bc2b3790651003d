//! The gateway connection in force, and the collector settings that go with it.

use std::sync::Arc;

use api::types::config::ManagerConfig;
use collector::{CollectorSettings, SecretKey, Upstream};
use vault::{SecretString, SettingsSealer};

use super::config;
use super::saved::{Saved, SavedKey};
use crate::os;
use crate::settings::Settings;

/// Where the connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Environment, flags, files.
    Environment,
    /// The database.
    Database,
}

/// The connection in force.
#[derive(Clone)]
pub enum Connection {
    /// None was made yet.
    None,
    /// A key is saved that cannot be read: the data key is missing or another one.
    Unreadable {
        /// The saved address.
        base_url: String,
    },
    /// Something that was given cannot be used.
    Unusable {
        /// What is wrong, without the value.
        problem: String,
    },
    /// A gateway and its key.
    Ready(Arc<Ready>),
}

/// A usable connection.
pub struct Ready {
    /// As the collector takes it.
    pub upstream: Upstream,
    /// As the proxy takes it.
    pub proxied: Arc<api::control::Upstream>,
    /// Where it comes from.
    pub source: Source,
}

impl Ready {
    /// Makes a connection of an address and a key.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the address.
    pub fn new(
        address: &str,
        key: &SecretString,
        tls_skip_verify: bool,
        source: Source,
    ) -> Result<Self, String> {
        let base_url = Upstream::parse_url(address).map_err(|error| error.to_string())?;
        let target = proxy::UpstreamTarget::parse(base_url.as_str(), tls_skip_verify)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            upstream: Upstream {
                base_url,
                management_key: SecretKey::new(key.expose()),
                tls_skip_verify,
                env_managed: source == Source::Environment,
            },
            proxied: Arc::new(api::control::Upstream { target, key: key.clone() }),
            source,
        })
    }

    /// The normalised address.
    pub fn base_url(&self) -> String {
        self.proxied.target.base_url()
    }
}

impl Connection {
    /// The connection that settings and the saved configuration imply.
    pub fn resolve(settings: &Settings, saved: &Saved, sealer: Option<&SettingsSealer>) -> Self {
        let skip_verify = settings
            .tls_skip_verify
            .or_saved(saved.config().collector.and_then(|collector| collector.tls_skip_verify));
        let ready =
            |address: &str, key: &SecretString, source| match Ready::new(address, key, skip_verify, source) {
                Ok(ready) => Self::Ready(Arc::new(ready)),
                Err(problem) => Self::Unusable { problem },
            };
        if let (Some(url), Some(key)) = (&settings.upstream_url.value, &settings.management_key.value) {
            return ready(url.as_str(), key, Source::Environment);
        }
        let Some(base_url) = saved.base_url() else { return Self::None };
        match saved.key(sealer) {
            SavedKey::None => Self::None,
            SavedKey::Unreadable => Self::Unreadable { base_url: base_url.to_owned() },
            SavedKey::Key(key) => ready(base_url, &key, Source::Database),
        }
    }

    /// The usable connection, if there is one.
    pub fn ready(&self) -> Option<&Arc<Ready>> {
        match self {
            Self::Ready(ready) => Some(ready),
            _ => None,
        }
    }

    /// The address, usable or not.
    pub fn base_url(&self) -> Option<String> {
        match self {
            Self::Ready(ready) => Some(ready.base_url()),
            Self::Unreadable { base_url } => Some(base_url.clone()),
            Self::None | Self::Unusable { .. } => None,
        }
    }
}

/// Whether requests are collected at all.
pub fn is_enabled(config: &ManagerConfig) -> bool {
    config.collector.as_ref().and_then(|collector| collector.enabled).unwrap_or(true)
}

/// Whether the gateway's usage publishing is to be switched on whenever it is off.
pub fn ensures_publishing(config: &ManagerConfig) -> bool {
    let collector = config.collector.as_ref();
    collector.and_then(|collector| collector.ensure_usage_statistics_enabled).unwrap_or(true)
}

/// The collector settings in force.
pub fn collector_settings(settings: &Settings, saved: &ManagerConfig) -> CollectorSettings {
    let ensure_publishing = ensures_publishing(saved);
    let saved = saved.collector.clone().unwrap_or_default();
    let number = |value: Option<i64>| value.and_then(|number| u64::try_from(number).ok());
    CollectorSettings {
        mode: settings.collector_mode.or_saved(saved.collector_mode.as_deref().map(config::collector_mode)),
        batch_size: settings
            .batch_size
            .or_saved(number(saved.batch_size).and_then(|size| usize::try_from(size.min(10_000)).ok())),
        poll_interval: settings
            .poll_interval
            .or_saved(number(saved.poll_interval_ms).map(std::time::Duration::from_millis)),
        queue: settings.queue.or_saved(saved.queue),
        pop_side: settings.pop_side.or_saved(saved.pop_side.as_deref().map(pop_side)),
        ensure_publishing,
        in_container: os::in_container(),
    }
}

/// Anything but `left` means `right`.
pub fn pop_side(name: &str) -> collector::PopSide {
    if name == "left" { collector::PopSide::Left } else { collector::PopSide::Right }
}

/// The word of the contract for a pop side.
pub fn pop_side_name(side: collector::PopSide) -> &'static str {
    match side {
        collector::PopSide::Left => "left",
        collector::PopSide::Right => "right",
    }
}
