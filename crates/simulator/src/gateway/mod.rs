//! The state behind the management API: configuration, credentials, logins, logs, plugins.

pub(crate) mod credentials;
pub(crate) mod document;
pub(crate) mod logs;
mod observe;
pub(crate) mod stats;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::config::SimulatorConfig;
use crate::traffic::world::World;
use credentials::Credential;
use document::{Document, Settings};
use logs::Logs;
use stats::Stats;

/// Everything that management reads and writes.
pub(crate) struct Gateway {
    pub(crate) world: World,
    pub(crate) auth_dir: String,
    document: Mutex<Document>,
    credentials: Mutex<BTreeMap<String, Credential>>,
    stats: Mutex<Stats>,
    logs: Mutex<Logs>,
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
        Self {
            world,
            auth_dir: config.auth_dir.clone(),
            document,
            credentials: Mutex::new(credentials),
            stats: Mutex::default(),
            logs: Mutex::default(),
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
