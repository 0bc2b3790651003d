//! The state behind the management API: configuration, credentials, logins, logs, plugins.

pub(crate) mod credentials;
pub(crate) mod document;
pub(crate) mod logs;
pub(crate) mod oauth;
mod observe;
pub(crate) mod stats;
pub(crate) mod upstream;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::config::SimulatorConfig;
use crate::traffic::world::World;
use credentials::Credential;
use document::{Document, Settings};
use logs::Logs;
use oauth::Logins;
use stats::Stats;
use upstream::{Canned, Override};

/// An installed plugin.
#[derive(Debug, Clone)]
pub(crate) struct Plugin {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) enabled: bool,
}

impl Plugin {
    /// Its file.
    pub(crate) fn path(&self, id: &str) -> String {
        format!("plugins/linux/amd64/{id}-v{}.so", self.version)
    }
}

/// Everything that management reads and writes.
pub(crate) struct Gateway {
    pub(crate) world: World,
    pub(crate) auth_dir: String,
    document: Mutex<Document>,
    credentials: Mutex<BTreeMap<String, Credential>>,
    stats: Mutex<Stats>,
    logs: Mutex<Logs>,
    logins: Mutex<Logins>,
    plugins: Mutex<BTreeMap<String, Plugin>>,
    overrides: Mutex<Vec<Override>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gateway {
    pub(crate) fn new(config: &SimulatorConfig, now_ms: i64) -> Self {
        let world = World::new(config.world_seed, &config.auth_dir);
        let document = Mutex::new(Document::new(config, config.accounts.then_some(&world)));
        let credentials = if config.accounts {
            credentials::of_world(&world, &config.auth_dir, now_ms)
        } else {
            BTreeMap::new()
        };
        let mut plugins = BTreeMap::new();
        if config.accounts {
            let plugin =
                Plugin { name: "Simulator plugin".to_owned(), version: "1.2.0".to_owned(), enabled: true };
            plugins.insert("sim-plugin".to_owned(), plugin);
        }
        Self {
            world,
            auth_dir: config.auth_dir.clone(),
            document,
            credentials: Mutex::new(credentials),
            stats: Mutex::default(),
            logs: Mutex::default(),
            logins: Mutex::default(),
            plugins: Mutex::new(plugins),
            overrides: Mutex::default(),
        }
    }

    pub(crate) fn document(&self) -> MutexGuard<'_, Document> {
        lock(&self.document)
    }

    pub(crate) fn credentials(&self) -> MutexGuard<'_, BTreeMap<String, Credential>> {
        lock(&self.credentials)
    }

    pub(crate) fn stats(&self) -> MutexGuard<'_, Stats> {
        lock(&self.stats)
    }

    pub(crate) fn logs(&self) -> MutexGuard<'_, Logs> {
        lock(&self.logs)
    }

    pub(crate) fn logins(&self) -> MutexGuard<'_, Logins> {
        lock(&self.logins)
    }

    pub(crate) fn plugins(&self) -> MutexGuard<'_, BTreeMap<String, Plugin>> {
        lock(&self.plugins)
    }

    /// Puts an upstream answer in place of the built-in ones; the newest that fits wins.
    pub(crate) fn override_upstream(&self, answer: Override) {
        lock(&self.overrides).insert(0, answer);
    }

    pub(crate) fn forget_overrides(&self) {
        lock(&self.overrides).clear();
    }

    pub(crate) fn upstream_override(&self, url: &str, auth_index: &str) -> Option<Canned> {
        lock(&self.overrides)
            .iter()
            .find(|entry| {
                url.starts_with(&entry.url_prefix)
                    && entry.auth_index.as_deref().is_none_or(|wanted| wanted == auth_index)
            })
            .map(|entry| entry.answer.clone())
    }

    pub(crate) fn settings(&self) -> Settings {
        self.document().settings()
    }

    /// `api-keys`.
    pub(crate) fn client_keys(&self) -> Vec<String> {
        let document = self.document();
        let keys = document.get(&["api-keys"]).and_then(Value::as_array);
        keys.into_iter().flatten().filter_map(|key| key.as_str().map(str::to_owned)).collect()
    }

    /// The process started anew: counters begin at zero, files and configuration stay.
    pub(crate) fn restarted(&self) {
        self.stats().reset();
    }
}
