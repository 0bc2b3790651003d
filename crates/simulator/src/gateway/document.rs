//! config.yaml in memory: text, meaning, and edits that keep the comments of the rest.

use serde_json::{Map, Value, json};

use crate::access::Secret;
use crate::config::SimulatorConfig;
use crate::traffic::catalogue::{MODELS, Provider};
use crate::traffic::world::{Account, Kind, World};

/// What `GET config` shows for keys that the file does not have, in CPA's order.
const DEFAULTS: &str = include_str!("config_defaults.json");

/// Keys that `GET config` never shows.
const HIDDEN: [&str; 4] = ["host", "port", "auth-dir", "remote-management"];

/// Lists whose entries are always shown with a `proxy-url`.
pub(crate) const ALWAYS_WITH_PROXY: [&str; 3] = ["claude-api-key", "codex-api-key", "xai-api-key"];

/// bcrypt takes no longer passwords.
const MAX_KEY_BYTES: usize = 72;

/// Why a document was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is no YAML.
    Syntax(String),
    /// It is YAML and no configuration.
    Meaning(String),
}

/// The settings that the rest of the gateway obeys.
pub(crate) struct Settings {
    pub(crate) usage_statistics_enabled: bool,
    pub(crate) retention_seconds: i64,
    pub(crate) secret: Option<Secret>,
    pub(crate) allow_remote: bool,
}

/// The configuration file.
pub(crate) struct Document {
    text: String,
    tree: Map<String, Value>,
    secret: Option<Secret>,
    spend_bcrypt: bool,
}

impl Document {
    pub(crate) fn new(config: &SimulatorConfig, world: Option<&World>) -> Self {
        let secret = config.management_key.as_deref().map(|key| Secret::from_plain(key, config.bcrypt));
        let mut tree = Map::new();
        tree.insert("host".into(), json!(""));
        tree.insert("port".into(), json!(config.listen.port()));
        tree.insert(
            "remote-management".into(),
            json!({
                "allow-remote": config.allow_remote,
                "secret-key": secret.as_ref().map_or("", Secret::shown),
                "disable-control-panel": true,
            }),
        );
        tree.insert("auth-dir".into(), json!(config.auth_dir));
        let mut keys = config.client_keys.clone();
        keys.extend(world.iter().flat_map(|world| world.clients.iter().map(|client| client.key.clone())));
        tree.insert("api-keys".into(), json!(keys));
        tree.insert("debug".into(), json!(false));
        tree.insert("logging-to-file".into(), json!(config.logging_to_file));
        tree.insert("usage-statistics-enabled".into(), json!(config.usage_statistics_enabled));
        tree.insert("redis-usage-queue-retention-seconds".into(), json!(config.retention.as_secs()));
        tree.insert("request-retry".into(), json!(3));
        if let Some(world) = world {
            tree.insert("plugins".into(), json!({ "enabled": true, "dir": "plugins" }));
            for (list, entries) in provider_lists(world) {
                tree.insert(list.into(), entries);
            }
        }
        let text =
            format!("# Simulated gateway. Comments stay when single settings are written.\n{}", yaml(&tree));
        Self { text, tree, secret, spend_bcrypt: config.bcrypt }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Replaces the whole file. `Err` leaves everything as it was.
    pub(crate) fn replace(&mut self, text: &str) -> Result<(), Refused> {
        let mut tree = parse(text)?;
        check_types(&tree, &defaults())?;
        let given = tree
            .get("remote-management")
            .and_then(|section| section.get("secret-key"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let mut text = text.to_owned();
        let secret = if given.is_empty() {
            None
        } else if self.secret.as_ref().is_some_and(|secret| secret.shown() == given) {
            self.secret.clone()
        } else if ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| given.starts_with(prefix)) {
            Some(Secret::Hash(given))
        } else if given.len() > MAX_KEY_BYTES {
            return Err(Refused::Meaning("bcrypt: password length exceeds 72 bytes".to_owned()));
        } else {
            // A plain key is hashed at load and the file rewritten.
            let secret = Secret::from_plain(&given, self.spend_bcrypt);
            if let Some(Value::Object(section)) = tree.get_mut("remote-management") {
                section.insert("secret-key".into(), json!(secret.shown()));
                text = with_block(&text, "remote-management", &Value::Object(section.clone()));
            }
            Some(secret)
        };
        self.text = text;
        self.tree = tree;
        self.secret = secret;
        Ok(())
    }

    pub(crate) fn settings(&self) -> Settings {
        let remote = self.tree.get("remote-management");
        Settings {
            usage_statistics_enabled: self.flag("usage-statistics-enabled"),
            retention_seconds: self
                .tree
                .get("redis-usage-queue-retention-seconds")
                .and_then(Value::as_i64)
                .unwrap_or_default(),
            secret: self.secret.clone(),
            allow_remote: remote
                .and_then(|section| section.get("allow-remote"))
                .and_then(Value::as_bool)
                .unwrap_or_default(),
        }
    }

    /// A top-level switch.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.effective(&[key]).as_bool().unwrap_or_default()
    }

    /// The value in the file, if it is there.
    pub(crate) fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let mut value = self.tree.get(*first)?;
        for key in rest {
            value = value.get(*key)?;
        }
        Some(value)
    }

    /// The value in the file, else CPA's default.
    pub(crate) fn effective(&self, path: &[&str]) -> Value {
        if let Some(value) = self.get(path).filter(|value| !value.is_null()) {
            return value.clone();
        }
        let mut value = &Value::Object(defaults());
        for key in path {
            match value.get(*key) {
                Some(found) => value = found,
                None => return Value::Null,
            }
        }
        value.clone()
    }

    /// Writes one value. As in CPA, the zero of a type is not written where the key is absent, so it does not
    /// stick there.
    pub(crate) fn set(&mut self, path: &[&str], value: Value) {
        let Some((top, rest)) = path.split_first() else { return };
        if is_zero(&value) && self.get(path).is_none() {
            return;
        }
        let block = match rest {
            [] if is_empty_collection(&value) => {
                self.tree.remove(*top);
                self.text = without_block(&self.text, top);
                return;
            }
            [] => value,
            [key, ..] => {
                let mut section = match self.tree.get(*top) {
                    Some(Value::Object(section)) => section.clone(),
                    _ => Map::new(),
                };
                let inner = match rest.get(1) {
                    None => value,
                    Some(leaf) => {
                        let mut inner = match section.get(*key) {
                            Some(Value::Object(inner)) => inner.clone(),
                            _ => Map::new(),
                        };
                        inner.insert((*leaf).to_owned(), value);
                        Value::Object(inner)
                    }
                };
                section.insert((*key).to_owned(), inner);
                Value::Object(section)
            }
        };
        self.text = with_block(&self.text, top, &block);
        self.tree.insert((*top).to_owned(), block);
    }

    /// Removes one entry of a section.
    pub(crate) fn remove(&mut self, top: &str, key: &str) -> bool {
        let Some(Value::Object(section)) = self.tree.get(top) else { return false };
        let mut section = section.clone();
        let removed = section.shift_remove(key).is_some();
        if removed {
            let block = Value::Object(section);
            self.text = with_block(&self.text, top, &block);
            self.tree.insert(top.to_owned(), block);
        }
        removed
    }

    /// The answer of `GET config`.
    pub(crate) fn as_json(&self) -> Value {
        let mut shown = Value::Object(defaults());
        for (key, value) in &self.tree {
            if HIDDEN.contains(&key.as_str()) || value.is_null() {
                continue;
            }
            match shown.get_mut(key) {
                Some(Value::Object(section)) if value.is_object() => overlay(section, value),
                Some(slot) => *slot = value.clone(),
                None => {
                    shown[key.as_str()] = value.clone();
                }
            }
        }
        for list in ALWAYS_WITH_PROXY {
            for entry in shown.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                *entry = with_proxy_url(entry);
            }
        }
        if let Some(Value::Object(configs)) = shown.pointer_mut("/plugins/configs") {
            for plugin in configs.values_mut() {
                *plugin = json!({
                    "enabled": plugin.get("enabled").cloned().unwrap_or(json!(false)),
                    "priority": plugin.get("priority").cloned().unwrap_or(json!(0)),
                });
            }
        }
        shown
    }
}

/// The entry with its `proxy-url`, which CPA shows for some lists also when it is empty, behind the base URL.
pub(crate) fn with_proxy_url(entry: &Value) -> Value {
    let Some(members) = entry.as_object().filter(|members| !members.contains_key("proxy-url")) else {
        return entry.clone();
    };
    let after = if members.contains_key("base-url") { "base-url" } else { "api-key" };
    let mut shown = Map::new();
    for (key, value) in members {
        shown.insert(key.clone(), value.clone());
        if key == after {
            shown.insert("proxy-url".to_owned(), json!(""));
        }
    }
    Value::Object(shown)
}

fn overlay(section: &mut Map<String, Value>, value: &Value) {
    for (key, value) in value.as_object().into_iter().flatten() {
        match section.get_mut(key) {
            Some(Value::Object(inner)) if value.is_object() => overlay(inner, value),
            _ => {
                section.insert(key.clone(), value.clone());
            }
        }
    }
}

fn defaults() -> Map<String, Value> {
    serde_json::from_str(DEFAULTS).unwrap_or_default()
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        _ => is_empty_collection(value),
    }
}

fn is_empty_collection(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

fn parse(text: &str) -> Result<Map<String, Value>, Refused> {
    let value: Value = serde_norway::from_str(text).map_err(|error| Refused::Syntax(error.to_string()))?;
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(tree) => Ok(tree),
        _ => Err(Refused::Syntax("the document is not a mapping".to_owned())),
    }
}

/// Known keys must have the kind of value that they have by default.
fn check_types(tree: &Map<String, Value>, defaults: &Map<String, Value>) -> Result<(), Refused> {
    for (key, value) in tree {
        let list = key.ends_with("-api-key") || matches!(key.as_str(), "api-keys" | "openai-compatibility");
        let right = match defaults.get(key) {
            _ if value.is_null() => true,
            _ if list => value.is_array(),
            _ if key == "port" => value.is_u64(),
            _ if key == "remote-management" => value.is_object(),
            // May be a switch or a word.
            _ if key == "disable-image-generation" => true,
            Some(Value::Bool(_)) => value.is_boolean(),
            Some(Value::Number(_)) => value.is_i64(),
            Some(Value::String(_)) => value.is_string(),
            Some(Value::Object(_)) => value.is_object(),
            _ => true,
        };
        if !right {
            return Err(Refused::Meaning(format!("yaml: cannot unmarshal value of {key}")));
        }
    }
    Ok(())
}

fn yaml(tree: &Map<String, Value>) -> String {
    serde_norway::to_string(tree).unwrap_or_default()
}

/// The lines of a top-level key: from its own to the next key's, comments before that one excluded.
fn block_lines(lines: &[&str], key: &str) -> Option<(usize, usize)> {
    let is_key =
        |line: &str| line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"') && line.contains(':');
    let start = lines.iter().position(|line| {
        line.trim_start_matches('"')
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start_matches('"').trim_start().starts_with(':'))
    })?;
    let mut end =
        lines[start + 1..].iter().position(|line| is_key(line)).map_or(lines.len(), |at| start + 1 + at);
    while end > start + 1 && (lines[end - 1].starts_with('#') || lines[end - 1].trim().is_empty()) {
        end -= 1;
    }
    Some((start, end))
}

fn with_block(text: &str, key: &str, value: &Value) -> String {
    let mut single = Map::new();
    single.insert(key.to_owned(), value.clone());
    let block = yaml(&single);
    let lines: Vec<&str> = text.lines().collect();
    let (before, after) = match block_lines(&lines, key) {
        Some((start, end)) => (&lines[..start], &lines[end..]),
        None => (&lines[..], &lines[lines.len()..]),
    };
    let mut out = String::with_capacity(text.len() + block.len());
    for line in before {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(&block);
    for line in after {
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn without_block(text: &str, key: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let Some((start, end)) = block_lines(&lines, key) else { return text.to_owned() };
    lines[..start].iter().chain(&lines[end..]).flat_map(|line| [*line, "\n"]).collect()
}

/// The configuration entries that hold the world's API keys.
fn provider_lists(world: &World) -> Vec<(&'static str, Value)> {
    let models = |provider: Provider| -> Value {
        MODELS
            .iter()
            .filter(|model| model.provider == provider)
            .map(|model| json!({ "name": model.name, "alias": model.alias }))
            .collect()
    };
    let entries = |provider: Provider, entry: &dyn Fn(&str, &str) -> Value| -> Value {
        let key_of = |account: &Account| match &account.kind {
            Kind::ApiKey { key, base_url } => Some(entry(key, base_url)),
            Kind::OAuth { .. } => None,
        };
        world.accounts_of(provider).filter_map(key_of).collect()
    };
    let plain = |key: &str, base_url: &str| json!({ "api-key": key, "base-url": base_url });
    let with_models = |provider: Provider| {
        entries(
            provider,
            &|key, base_url| json!({ "api-key": key, "base-url": base_url, "proxy-url": "", "models": models(provider) }),
        )
    };
    vec![
        ("gemini-api-key", entries(Provider::Gemini, &plain)),
        ("codex-api-key", with_models(Provider::Codex)),
        ("xai-api-key", with_models(Provider::Xai)),
        ("claude-api-key", with_models(Provider::Claude)),
        (
            "vertex-api-key",
            entries(
                Provider::Vertex,
                &|key, base_url| json!({ "api-key": key, "base-url": base_url, "models": models(Provider::Vertex) }),
            ),
        ),
        (
            "openai-compatibility",
            json!([{
                "name": "OpenRouter",
                "base-url": "https://openrouter.ai/api/v1",
                "api-key-entries": entries(Provider::OpenRouter, &|key, _| json!({ "api-key": key })),
                "models": models(Provider::OpenRouter),
            }]),
        ),
    ]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn document() -> Document {
        Document::new(&SimulatorConfig::default(), Some(&World::new(1, "/auths")))
    }

    #[test]
    fn single_settings_keep_the_comments_and_the_rest_of_the_file() {
        let mut document = document();
        let text = "# head\nremote-management: {secret-key: k}\n\n# about debug\ndebug: false # here\n\n# keys\napi-keys:\n- a\n- b\nport: 8317\n";
        document.replace(text).unwrap();
        document.set(&["debug"], json!(true));
        document.set(&["api-keys"], json!(["c"]));
        document.set(&["routing", "strategy"], json!("fill-first"));
        let text = document.text();
        assert!(
            text.contains("# about debug\ndebug: true\n\n# keys\napi-keys:\n- c\nport: 8317\n"),
            "{text}"
        );
        assert!(text.ends_with("routing:\n  strategy: fill-first\n"), "{text}");
        let mut again = self::document();
        again.replace(text).unwrap();
        assert_eq!(again.get(&["routing", "strategy"]), Some(&json!("fill-first")));
    }

    #[test]
    fn zeros_do_not_stick_where_the_key_is_absent() {
        let mut document = document();
        document.set(&["ws-auth"], json!(false));
        assert_eq!(document.effective(&["ws-auth"]), json!(true));
        document.set(&["ws-auth"], json!(true));
        document.set(&["ws-auth"], json!(false));
        assert_eq!(document.effective(&["ws-auth"]), json!(false));
    }

    #[test]
    fn a_plain_secret_is_hashed_and_a_missing_one_turns_management_off() {
        let mut document = document();
        document.replace("remote-management:\n  secret-key: new-key\n").unwrap();
        assert!(!document.text().contains("new-key"));
        assert!(document.settings().secret.unwrap().matches("new-key"));
        let unchanged = document.text().to_owned();
        document.replace(&unchanged).unwrap();
        assert!(document.settings().secret.unwrap().matches("new-key"));
        document.replace("debug: true\n").unwrap();
        assert!(document.settings().secret.is_none());
    }

    #[test]
    fn bad_documents_are_refused_and_change_nothing() {
        let mut document = document();
        let before = document.text().to_owned();
        assert!(matches!(document.replace("a: [1\nb"), Err(Refused::Syntax(_))));
        assert!(matches!(document.replace("- a\n- b\n"), Err(Refused::Syntax(_))));
        assert!(matches!(document.replace("port: many\n"), Err(Refused::Meaning(_))));
        assert!(matches!(document.replace("api-keys: {}\n"), Err(Refused::Meaning(_))));
        assert_eq!(document.text(), before);
    }

    #[test]
    fn the_json_hides_what_cpa_hides() {
        let shown = document().as_json();
        assert!(HIDDEN.iter().all(|key| shown.get(key).is_none()));
        assert_eq!(shown["error-logs-max-files"], json!(10));
        assert_eq!(shown["interactions-api-key"], Value::Null);
        assert_eq!(shown["gemini-api-key"].as_array().unwrap().len(), 5);
    }
}
