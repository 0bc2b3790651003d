//! What the audit trail says of a changed configuration.

use std::collections::BTreeMap;

use serde_json::Value;
use store::{AuditAction, AuditActor, AuditChange, AuditEntry};

use super::Saved;
use super::config;

/// What else happened when a configuration was saved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Besides {
    /// The management key is another one.
    pub key_changed: bool,
    /// Usage publishing was switched on in the gateway.
    pub publishing_enabled: bool,
}

/// The entry about usage publishing that was switched on in the gateway.
pub fn publishing_enabled(by: AuditActor) -> AuditEntry {
    AuditEntry::new(by, AuditAction::RelayWrite)
        .about("PUT /v0/management/usage-statistics-enabled")
        .fact("gateway/usage-statistics-enabled", true)
}

/// The entry about a saved configuration; without changes when both are the same.
pub fn entry(
    by: AuditActor,
    action: AuditAction,
    before: &Saved,
    after: &Saved,
    besides: Besides,
) -> AuditEntry {
    let address = |saved: &Saved| saved.base_url().map(str::to_owned);
    let (old_address, new_address) = (address(before), address(after));
    let mut entry = AuditEntry::new(by, action);
    entry.subject.clone_from(&new_address);
    if old_address != new_address {
        entry = entry.with(AuditChange::new("cpaConnection.cpaBaseUrl", old_address, new_address));
    }
    if besides.key_changed {
        entry = entry.fact("cpaConnection.managementKey", "changed");
    }
    if besides.publishing_enabled {
        entry = entry.fact("gateway/usage-statistics-enabled", true);
    }
    let (mut old, mut new) = (leaves(before), leaves(after));
    let names: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    for name in names {
        let (was, is) = (old.remove(&name), new.remove(&name));
        if was != is {
            entry = entry.with(AuditChange::new(name, was, is));
        }
    }
    entry
}

/// Every member of the configuration that has a value, with its dotted path; the connection and the time are apart.
fn leaves(saved: &Saved) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut config = config::with_defaults(saved.config());
    config.updated_at_ms = None;
    // Our own types always serialise.
    walk("", &serde_json::to_value(config).unwrap_or_default(), &mut found);
    found
}

fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(&path, value, found);
            }
        }
        Value::Null => {}
        Value::String(text) => drop(found.insert(path.to_owned(), text.clone())),
        other => drop(found.insert(path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use api::types::config::{CollectorConfig, ManagerConfig};

    use super::*;

    fn saved(interval: i64, address: Option<&str>) -> Saved {
        let collector = CollectorConfig { poll_interval_ms: Some(interval), ..CollectorConfig::default() };
        let config = ManagerConfig { collector: Some(collector), ..ManagerConfig::default() };
        let saved = Saved::default().with_config(config, interval);
        match address {
            Some(address) => saved.with_connection(address.to_owned(), format!("enc:v1:sealed:{interval}")),
            None => saved,
        }
    }

    #[test]
    fn only_what_is_different_is_told_and_a_key_never() {
        let (before, after) = (saved(100, None), saved(250, Some("http://cpa:8317")));
        let besides = Besides { key_changed: true, publishing_enabled: true };
        let entry = entry(AuditActor::MANAGER, AuditAction::GatewayConnect, &before, &after, besides);
        let told: Vec<_> = entry
            .changes
            .iter()
            .map(|change| (change.field.as_str(), change.before.as_deref(), change.after.as_deref()))
            .collect();
        assert_eq!(entry.subject.as_deref(), Some("http://cpa:8317"));
        assert_eq!(
            told,
            [
                ("cpaConnection.cpaBaseUrl", None, Some("http://cpa:8317")),
                ("cpaConnection.managementKey", None, Some("changed")),
                ("gateway/usage-statistics-enabled", None, Some("true")),
                ("collector.pollIntervalMs", Some("100"), Some("250")),
            ]
        );
        let same = super::entry(
            AuditActor::MANAGER,
            AuditAction::GatewayChange,
            &after,
            &saved(250, Some("http://cpa:8317")),
            Besides::default(),
        );
        assert!(same.changes.is_empty(), "{same:?}");
    }
}
