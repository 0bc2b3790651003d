//! Who uses the gateway and through which accounts: derived from a seed, the same for the gateway and the
//! traffic generator.

use sha2::{Digest, Sha256};

use super::catalogue::{MODELS, Provider};
use super::random::{Random, mix};

/// First names of account owners and people.
const NAMES: [&str; 48] = [
    "ada", "alan", "alice", "amir", "ana", "anders", "bo", "carla", "chen", "clara", "dana", "david", "elif",
    "emma", "erik", "fatima", "felix", "grace", "hana", "ines", "ivan", "jana", "jin", "jonas", "kaito",
    "karl", "lena", "li", "liam", "lucia", "maya", "mei", "milan", "nadia", "noah", "olga", "omar", "paula",
    "priya", "rafael", "rosa", "sami", "sofia", "tariq", "tom", "vera", "wei", "yuki",
];

/// How a credential authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An OAuth login, kept in an auth file.
    OAuth { file: String, email: Option<String>, project: Option<String> },
    /// A key of an upstream, kept in the configuration.
    ApiKey { key: String, base_url: &'static str },
}

/// One upstream account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) number: u64,
    pub(crate) provider: Provider,
    pub(crate) kind: Kind,
    /// `plus`, `pro`, `max`, …; empty where there is no such thing.
    pub(crate) plan: &'static str,
    pub(crate) auth_index: String,
    /// The credential id of the `errors` channel.
    pub(crate) id: String,
    /// Refuses everything since some day: a revoked token.
    pub(crate) revoked: bool,
}

impl Account {
    /// The made-up access token that this account uses in this eight-hour period, as 64 hex digits of its hash.
    pub(crate) fn token_hash(&self, at_ms: i64) -> String {
        let period = at_ms.div_euclid(8 * 3_600_000);
        hex(&Sha256::digest(format!("token:{}:{period}", self.auth_index)))
    }
}

/// What kind of user a client key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Works office hours (and some evenings) in a time zone, with breaks and weekends.
    Person,
    /// Sleeps for long, then sends many requests within minutes, at any hour.
    Agent,
    /// A service: a steady trickle day and night.
    Service,
}

/// One client key and who uses it.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) number: u64,
    pub(crate) key: String,
    pub(crate) habit: Habit,
    /// Minutes east of Greenwich.
    pub(crate) offset_minutes: i64,
    pub(crate) user_agent: &'static str,
    pub(crate) address: String,
    pub(crate) forwarded_for: String,
    /// Indices into [`MODELS`] with weights.
    pub(crate) models: Vec<(usize, f64)>,
    /// Share of the traffic while active.
    pub(crate) weight: f64,
    /// The request header that asks for a faster tier, now and then.
    pub(crate) wants_priority: bool,
}

/// Accounts, models and clients.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) accounts: Vec<Account>,
    pub(crate) clients: Vec<Client>,
}

/// How many OAuth accounts each provider has.
const OAUTH_ACCOUNTS: [(Provider, u64); 5] = [
    (Provider::Claude, 12),
    (Provider::Codex, 16),
    (Provider::Antigravity, 8),
    (Provider::Kimi, 3),
    (Provider::Xai, 5),
];

/// How many API keys each provider has. Together with the OAuth accounts: 60.
const API_KEYS: [(Provider, u64); 6] = [
    (Provider::Claude, 2),
    (Provider::Codex, 2),
    (Provider::Gemini, 5),
    (Provider::Vertex, 2),
    (Provider::Xai, 1),
    (Provider::OpenRouter, 4),
];

impl World {
    pub(crate) fn new(seed: u64, auth_dir: &str) -> Self {
        let mut random = Random::new(mix(&[seed, 1]));
        let mut accounts = Vec::new();
        for (provider, count) in OAUTH_ACCOUNTS {
            for nth in 0..count {
                accounts.push(oauth_account(accounts.len() as u64, provider, nth, auth_dir, &mut random));
            }
        }
        for (provider, count) in API_KEYS {
            for nth in 0..count {
                accounts.push(key_account(accounts.len() as u64, provider, nth, seed));
            }
        }
        let mut random = Random::new(mix(&[seed, 2]));
        let clients = (0..30).map(|number| client(number, seed, &mut random)).collect();
        Self { seed, accounts, clients }
    }

    /// The accounts of a provider, in a fixed order.
    pub(crate) fn accounts_of(&self, provider: Provider) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(move |account| account.provider == provider)
    }
}

fn oauth_account(number: u64, provider: Provider, nth: u64, auth_dir: &str, random: &mut Random) -> Account {
    let name = NAMES[usize::try_from(number).unwrap_or(0) % NAMES.len()];
    let domain = ["example.org", "example.com", "example.net"][random.index(3)];
    let email = format!("{name}@{domain}");
    let plans: &[&'static str] = match provider {
        Provider::Claude => &["max", "pro", "max", "team"],
        Provider::Codex => &["plus", "pro", "team", "plus", "free"],
        Provider::Antigravity => &["g1-pro-tier", "free-tier", "g1-ultra-tier"],
        Provider::Xai => &["supergrok", "free"],
        _ => &[""],
    };
    let plan = plans[usize::try_from(nth).unwrap_or(0) % plans.len()];
    let name = provider.name();
    let (file, email, project) = match provider {
        Provider::Codex => (format!("codex-{email}-{plan}.json"), Some(email), None),
        Provider::Kimi => (format!("kimi-{}.json", nth + 1), None, None),
        Provider::Antigravity => {
            let project = format!(
                "{}-{:05}",
                ["amber-falcon", "quiet-harbor", "silver-maple"][random.index(3)],
                nth * 7919 % 100_000
            );
            (format!("antigravity-{email}.json"), Some(email), Some(project))
        }
        _ => (format!("{name}-{email}.json"), Some(email), None),
    };
    Account {
        number,
        provider,
        auth_index: file_auth_index(name, auth_dir, &file),
        id: file.clone(),
        kind: Kind::OAuth { file, email, project },
        plan,
        revoked: matches!((provider, nth), (Provider::Claude, 11) | (Provider::Codex, 15)),
    }
}

fn key_account(number: u64, provider: Provider, nth: u64, seed: u64) -> Account {
    let noise = hex(&Sha256::digest(format!("key:{seed}:{number}")));
    let (key, base_url, list) = match provider {
        Provider::Claude => {
            (format!("sk-ant-api03-{}", &noise[..40]), "https://api.anthropic.com", "claude-api-key")
        }
        Provider::Codex => {
            (format!("sk-proj-{}", &noise[..40]), "https://api.openai.com/v1", "codex-api-key")
        }
        Provider::Gemini => {
            (format!("AIzaSy{}", &noise[..33]), "https://generativelanguage.googleapis.com", "gemini-api-key")
        }
        Provider::Vertex => {
            (format!("AQ.{}", &noise[..38]), "https://aiplatform.googleapis.com", "vertex-api-key")
        }
        Provider::Xai => (format!("xai-{}", &noise[..48]), "https://api.x.ai/v1", "xai-api-key"),
        _ => (format!("sk-or-v1-{}", &noise[..48]), "https://openrouter.ai/api/v1", "openai-compatibility"),
    };
    let id = match provider {
        Provider::OpenRouter => config_id("openai-compatibility:openrouter", &[&key, base_url, ""]),
        Provider::Vertex => config_id("vertex:apikey", &[&key, base_url, ""]),
        other => config_id(&format!("{}:apikey", other.name()), &[&key, base_url, "", ""]),
    };
    let auth_index = if provider == Provider::Vertex {
        short_hash(&format!("id:{id}"))
    } else {
        short_hash(&format!("{list}:{base_url}+{key}"))
    };
    let _ = nth;
    Account {
        number,
        provider,
        kind: Kind::ApiKey { key, base_url },
        plan: "",
        auth_index,
        id,
        revoked: false,
    }
}

/// `auth_index` of a credential file: the type and the absolute path decide.
pub(crate) fn file_auth_index(kind: &str, auth_dir: &str, file: &str) -> String {
    short_hash(&format!("{}:{}/{file}", kind.to_ascii_lowercase(), auth_dir.trim_end_matches('/')))
}

/// `auth_index` of an API key in a provider list.
pub(crate) fn key_auth_index(list: &str, base_url: &str, key: &str) -> String {
    short_hash(&format!("{list}:{base_url}+{key}"))
}

/// First 8 bytes of SHA-256, hex.
pub(crate) fn short_hash(seed: &str) -> String {
    hex(&Sha256::digest(seed)[..8])
}

/// The id of a credential from the configuration: the kind and 12 hex digits over all parts.
pub(crate) fn config_id(kind: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(kind);
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    format!("{kind}:{}", &hex(&hash.finalize())[..12])
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Where people sit: minutes east of Greenwich.
const ZONES: [i64; 6] = [480, 60, -300, -480, 330, 540];

const PERSON_AGENTS: [&str; 6] = [
    "claude-cli/2.1.220 (external, cli)",
    "codex_cli_rs/0.114.0 (Mac OS 14.2.0; x86_64) vscode/1.111.0",
    "claude-cli/2.1.220 (external, claude-vscode)",
    "codex_cli_rs/0.114.0 (Ubuntu 24.4.0; x86_64) xterm-256color",
    "GeminiCLI/0.31.0/gemini-3-pro (darwin; arm64)",
    "opencode/1.2.10 ai-sdk/provider-utils/4.0.5 runtime/bun/1.3.5",
];

const PROGRAM_AGENTS: [&str; 5] = [
    "OpenAI/Python 2.24.0",
    "Anthropic/Python 0.84.0",
    "python-requests/2.34.2",
    "axios/1.13.5",
    "Go-http-client/2.0",
];

fn client(number: u64, seed: u64, random: &mut Random) -> Client {
    let habit = match number {
        0..18 => Habit::Person,
        18..26 => Habit::Agent,
        _ => Habit::Service,
    };
    let name = NAMES[usize::try_from(number * 7).unwrap_or(0) % NAMES.len()];
    let noise = hex(&Sha256::digest(format!("client:{seed}:{number}")));
    let (label, user_agent) = match habit {
        Habit::Person => (name, PERSON_AGENTS[random.index(PERSON_AGENTS.len())]),
        Habit::Agent => ("agent", PERSON_AGENTS[random.index(4)]),
        Habit::Service => ("svc", PROGRAM_AGENTS[random.index(PROGRAM_AGENTS.len())]),
    };
    // Everybody has two to five favourites and touches the rest rarely, so that all models occur.
    let mut models: Vec<(usize, f64)> =
        MODELS.iter().enumerate().map(|(index, model)| (index, model.weight * 0.03)).collect();
    for _ in 0..2 + random.below(4) {
        let favourite = random.weighted(MODELS.iter().map(|model| model.weight));
        models[favourite].1 += 0.4 + random.unit();
    }
    let behind_proxy = random.chance(0.4);
    Client {
        number,
        key: format!("sk-{label}-{number:02}-{}", &noise[..16]),
        habit,
        offset_minutes: ZONES[random.index(ZONES.len())],
        user_agent,
        address: format!("10.{}.{}.{}", random.below(4), random.below(250), 2 + random.below(250)),
        forwarded_for: if behind_proxy {
            format!("203.0.113.{}, 10.0.0.5", 1 + random.below(250))
        } else {
            String::new()
        },
        models,
        weight: match habit {
            Habit::Person => random.around(1.0, 0.5),
            Habit::Agent => random.around(3.0, 0.6),
            Habit::Service => random.around(0.35, 0.4),
        },
        wants_priority: random.chance(0.15),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn handles_are_derived_as_the_recorded_gateway_did() {
        let recorded = include_str!("../../../../tests/fixtures/cpa-v7.2.140/management/auth-files.http");
        let body = recorded.split_once("\n\n").map_or("", |(_, body)| body);
        let list: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let files = list["files"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert_eq!(files.len(), 6);
        for file in files {
            let text = |member: &str| file[member].as_str().unwrap_or_default();
            let dir = text("path").strip_suffix(text("name")).unwrap_or_default();
            assert_eq!(file_auth_index(&text("type").to_uppercase(), dir, text("name")), text("auth_index"));
        }
        assert_eq!(
            key_auth_index("openai-compatibility", "http://127.0.0.1:9100/v1", "sk-or-lab-1"),
            "e5a37ed109d5ef8a"
        );
        let vertex = config_id("vertex:apikey", &["vk-lab-upstream-1", "http://127.0.0.1:9100", ""]);
        assert_eq!(short_hash(&format!("id:{vertex}")), "45d1ddb6d022433e");
        assert_eq!(
            config_id("openai-compatibility:openrouter", &["sk-or-lab-1", "http://127.0.0.1:9100/v1", ""]),
            "openai-compatibility:openrouter:a790caea69f1"
        );
    }

    #[test]
    fn a_world_has_sixty_accounts_thirty_keys_and_forty_models_of_eight_providers() {
        let world = World::new(1, "/auths");
        let handles: HashSet<&str> =
            world.accounts.iter().map(|account| account.auth_index.as_str()).collect();
        let keys: HashSet<&str> = world.clients.iter().map(|client| client.key.as_str()).collect();
        let models: HashSet<&str> = MODELS.iter().map(|model| model.name).collect();
        let providers: HashSet<Provider> = world.accounts.iter().map(|account| account.provider).collect();
        assert_eq!((handles.len(), keys.len(), models.len(), providers.len()), (60, 30, 40, 8));
        assert!(MODELS.iter().all(|model| world.accounts_of(model.provider).next().is_some()));
    }

    #[test]
    fn seeds_differ_and_repeat() {
        let keys = |seed| World::new(seed, "/a").clients.into_iter().map(|c| c.key).collect::<Vec<_>>();
        assert_eq!(keys(5), keys(5));
        assert_ne!(keys(5), keys(6));
    }
}
