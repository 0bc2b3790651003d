//! The auth files.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::stats::Tally;
use crate::traffic::catalogue::{MODELS, Provider};
use crate::traffic::world::{Account, Kind, World, file_auth_index, hex};

/// Fields of a file that are shown in lists when set.
const SHOWN_FIELDS: [&str; 5] = ["priority", "weight", "note", "websockets", "request_retry"];

/// One auth file.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) name: String,
    pub(crate) auth_index: String,
    pub(crate) path: String,
    /// The JSON of the file.
    pub(crate) content: Map<String, Value>,
    pub(crate) created_ms: i64,
    pub(crate) changed_ms: i64,
}

impl Credential {
    pub(crate) fn new(name: &str, content: Map<String, Value>, auth_dir: &str, now_ms: i64) -> Self {
        let kind = content.get("type").and_then(Value::as_str).unwrap_or("unknown").to_ascii_lowercase();
        Self {
            name: name.to_owned(),
            auth_index: file_auth_index(&kind, auth_dir, name),
            path: format!("{}/{name}", auth_dir.trim_end_matches('/')),
            content,
            created_ms: now_ms,
            changed_ms: now_ms,
        }
    }

    fn text(&self, key: &str) -> &str {
        self.content.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The provider.
    pub(crate) fn kind(&self) -> &str {
        let kind = self.text("type");
        if kind.is_empty() { "unknown" } else { kind }
    }

    pub(crate) fn disabled(&self) -> bool {
        self.content.get("disabled").and_then(Value::as_bool).unwrap_or_default()
    }

    /// The plan that quota replies name.
    pub(crate) fn plan(&self) -> String {
        self.claims().get("plan_type").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// What a Codex id token says about the account.
    fn claims(&self) -> Value {
        let payload = self.text("id_token").split('.').nth(1).unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
        let token: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let auth = &token["https://api.openai.com/auth"];
        let mut claims = Map::new();
        for (shown, key) in [
            ("chatgpt_account_id", "chatgpt_account_id"),
            ("chatgpt_subscription_active_start", "chatgpt_subscription_active_start"),
            ("chatgpt_subscription_active_until", "chatgpt_subscription_active_until"),
            ("plan_type", "chatgpt_plan_type"),
        ] {
            if let Some(value) = auth.get(key).filter(|value| !value.is_null()) {
                claims.insert(shown.to_owned(), value.clone());
            }
        }
        Value::Object(claims)
    }

    /// The bytes of the file.
    pub(crate) fn file(&self) -> Vec<u8> {
        Value::Object(self.content.clone()).to_string().into_bytes()
    }

    /// The entry of the list, members in alphabetical order as CPA sends them.
    pub(crate) fn entry(&self, tally: &Tally, now_ms: i64) -> Value {
        let email = self.text("email");
        let label = if email.is_empty() { self.kind() } else { email };
        let status = if self.disabled() {
            "disabled"
        } else if tally.last_error.is_empty() {
            "active"
        } else {
            "error"
        };
        let mut entry: BTreeMap<&str, Value> = BTreeMap::from([
            ("id", json!(self.name)),
            ("auth_index", json!(self.auth_index)),
            ("name", json!(self.name)),
            ("type", json!(self.kind())),
            ("provider", json!(self.kind())),
            ("label", json!(label)),
            ("status", json!(status)),
            (
                "status_message",
                json!(if self.disabled() {
                    "disabled via management API"
                } else {
                    tally.last_error.as_str()
                }),
            ),
            ("disabled", json!(self.disabled())),
            ("unavailable", json!(false)),
            ("runtime_only", json!(false)),
            ("source", json!("file")),
            ("size", json!(self.file().len())),
            ("success", json!(tally.success)),
            ("failed", json!(tally.failed)),
            ("recent_requests", tally.recent_requests(now_ms)),
            ("account_type", json!("oauth")),
            ("created_at", json!(time(self.created_ms))),
            ("modtime", json!(time(self.changed_ms))),
            ("updated_at", json!(time(self.changed_ms.max(tally.updated_ms)))),
            ("path", json!(self.path)),
        ]);
        if !email.is_empty() {
            entry.insert("email", json!(email));
            entry.insert("account", json!(email));
        }
        for (shown, key) in [("project_id", "project_id"), ("last_refresh", "last_refresh")] {
            if !self.text(key).is_empty() {
                entry.insert(shown, json!(self.text(key)));
            }
        }
        for key in SHOWN_FIELDS {
            if let Some(value) = self.content.get(key).filter(|value| !value.is_null()) {
                entry.insert(key, value.clone());
            }
        }
        let claims = self.claims();
        if self.kind() == "codex" && claims.as_object().is_some_and(|claims| !claims.is_empty()) {
            entry.insert("id_token", claims);
        }
        json!(entry)
    }
}

/// `2026-11-23T09:05:24.77Z`.
pub(crate) fn time(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// The auth files of the world's accounts.
pub(crate) fn of_world(world: &World, auth_dir: &str, now_ms: i64) -> BTreeMap<String, Credential> {
    world
        .accounts
        .iter()
        .filter_map(|account| {
            let Kind::OAuth { file, email, project } = &account.kind else { return None };
            let content = content(account, email.as_deref(), project.as_deref(), now_ms);
            let created_ms =
                now_ms - 86_400_000 * 20 - i64::try_from(account.number).unwrap_or(0) * 3_600_000;
            let mut credential = Credential::new(file, content, auth_dir, created_ms);
            credential.changed_ms = now_ms - 3_600_000;
            Some((file.clone(), credential))
        })
        .collect()
}

fn content(account: &Account, email: Option<&str>, project: Option<&str>, now_ms: i64) -> Map<String, Value> {
    let noise = hex(&Sha256::digest(format!("file:{}", account.auth_index)));
    let mut file = json!({
        "type": account.provider.name(),
        "disabled": false,
        "expired": time(now_ms + 8 * 3_600_000),
        "last_refresh": time(now_ms - 3_600_000),
    });
    let (access, refresh) = match account.provider {
        Provider::Claude => (format!("sk-ant-oat01-{noise}"), format!("sk-ant-ort01-{noise}")),
        Provider::Antigravity => (format!("ya29.{noise}"), format!("1//0{noise}")),
        _ => (format!("eyJhbGciOiJSUzI1NiJ9.{noise}.sig"), format!("rt_{noise}")),
    };
    file["access_token"] = json!(access);
    file["refresh_token"] = json!(refresh);
    if let Some(email) = email {
        file["email"] = json!(email);
    }
    if let Some(project) = project {
        file["project_id"] = json!(project);
    }
    if account.provider == Provider::Codex {
        let id = format!("{}-{}-{}", &noise[..8], &noise[8..12], &noise[12..16]);
        let claims = json!({
            "email": email,
            "https://api.openai.com/auth": {
                "chatgpt_account_id": id,
                "chatgpt_plan_type": account.plan,
                "chatgpt_subscription_active_until":
                    (account.plan != "free").then(|| time(now_ms / 86_400_000 * 86_400_000 + 86_400_000 * 20)),
            },
        });
        let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()));
        file["id_token"] = json!(token);
        file["account_id"] = json!(id);
    }
    match file {
        Value::Object(file) => file,
        _ => Map::new(),
    }
}

/// The models that a credential of this type serves, as `auth-files/models` lists them.
pub(crate) fn models_of(kind: &str) -> Value {
    MODELS
        .iter()
        .filter(|model| model.provider.name() == kind)
        .map(|model| {
            json!({
                "display_name": display_name(model.name),
                "id": model.alias,
                "owned_by": model.provider.owner(),
                "type": model.provider.owner(),
            })
        })
        .collect()
}

/// `gpt-5.4-mini` → `GPT 5.4 Mini`.
pub(crate) fn display_name(model: &str) -> String {
    let words = model.rsplit('/').next().unwrap_or(model).split('-').map(|word| match word {
        "gpt" => "GPT".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_the_members_that_cpa_sends_and_codex_shows_its_token() {
        let world = World::new(1, "/auths");
        let files = of_world(&world, "/auths", 1_795_424_770_436);
        assert_eq!(files.len(), 44);
        let codex = files.values().find(|file| file.kind() == "codex");
        let entry = codex.map(|file| file.entry(&Tally::default(), 1_795_424_770_436)).unwrap_or_default();
        assert_eq!(entry["id_token"]["plan_type"], "plus");
        assert_eq!(entry["status"], "active");
        let keys: Vec<&String> = entry.as_object().into_iter().flat_map(Map::keys).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn names_are_made_readable() {
        assert_eq!(display_name("gpt-5.4-mini"), "GPT 5.4 Mini");
        assert_eq!(display_name("moonshotai/kimi-k2"), "Kimi K2");
    }
}
