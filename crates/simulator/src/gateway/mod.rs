//! The state behind the management API: configuration, credentials, logins, logs, plugins.

pub(crate) mod document;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::config::SimulatorConfig;
use crate::hub::Hub;
use crate::traffic::world::World;
use document::{Document, Settings};

/// Everything that management reads and writes.
pub(crate) struct Gateway {
    pub(crate) world: World,
    document: Mutex<Document>,
}

impl Gateway {
    pub(crate) fn new(config: &SimulatorConfig) -> Self {
        let world = World::new(config.world_seed, &config.auth_dir);
        let document = Mutex::new(Document::new(config, config.accounts.then_some(&world)));
        Self { world, document }
    }

    pub(crate) fn document(&self) -> MutexGuard<'_, Document> {
        self.document.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings(&self) -> Settings {
        self.document().settings()
    }

    /// `api-keys`.
    pub(crate) fn client_keys(&self) -> Vec<String> {
        let document = self.document();
        let keys = document.get(&["api-keys"]).and_then(serde_json::Value::as_array);
        keys.into_iter().flatten().filter_map(|key| key.as_str().map(str::to_owned)).collect()
    }

    /// A record passes: counters and logs follow it.
    pub(crate) fn observe(&self, _record: &Bytes, _now_ms: i64, _hub: &Hub) {}

    /// The process started anew.
    pub(crate) fn restarted(&self, _now_ms: i64) {}
}
