//! The dictionaries seen from an event's profile.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};

use columns::{ApiKey, Credential, Dictionaries, Dimension, ModelNames, SKIP, Tier};

/// What a profile stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Profile<'a> {
    pub credential: &'a Credential,
    pub model: &'a ModelNames,
    pub key: &'a ApiKey,
    pub tier: &'a Tier,
}

/// What is known of each profile, with stand-ins for entries that are gone.
pub(crate) struct Profiles<'a> {
    dictionaries: &'a Dictionaries,
}

/// Stands in for entries that are gone.
static NONE: LazyLock<Nothing> = LazyLock::new(Nothing::default);

/// Empty entries.
#[derive(Default)]
struct Nothing {
    credential: Credential,
    model: ModelNames,
    key: ApiKey,
    tier: Tier,
}

impl<'a> Profiles<'a> {
    pub fn new(dictionaries: &'a Dictionaries) -> Self {
        Self { dictionaries }
    }

    pub fn len(&self) -> u32 {
        self.dictionaries.profiles.len() as u32
    }

    pub fn at(&self, code: u32) -> Profile<'a> {
        let d = self.dictionaries;
        let ids = d.profiles.get(code as usize).copied().unwrap_or(columns::Profile {
            gateway: SKIP,
            credential: SKIP,
            model: SKIP,
            api_key: SKIP,
            tier: SKIP,
        });
        Profile {
            credential: d.credentials.get(ids.credential).unwrap_or(&NONE.credential),
            model: d.models.get(ids.model).unwrap_or(&NONE.model),
            key: d.api_keys.get(ids.api_key).unwrap_or(&NONE.key),
            tier: d.tiers.get(ids.tier).unwrap_or(&NONE.tier),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, Profile<'a>)> + '_ {
        (0..self.len()).map(|code| (code, self.at(code)))
    }

    /// A dimension by profile: each distinct key is a value; the keys stand in the order of their values.
    pub fn dimension<K: Eq + Hash + Clone>(
        &self,
        key: impl Fn(&Profile<'a>) -> Option<K>,
    ) -> (Dimension, Vec<K>) {
        let mut names = Names::default();
        let values = self.iter().map(|(_, profile)| key(&profile).map_or(SKIP, |key| names.value(key)));
        let values = Arc::new(values.collect());
        (Dimension::Profile { values, len: names.len() }, names.list)
    }

    /// The profile itself as a dimension.
    pub fn identity(&self) -> Dimension {
        Dimension::Profile { values: Arc::new((0..self.len()).collect()), len: self.len() }
    }
}

/// Gives distinct keys numbers from 0 on.
pub(crate) struct Names<K> {
    values: HashMap<K, u32>,
    pub list: Vec<K>,
}

impl<K> Default for Names<K> {
    fn default() -> Self {
        Self { values: HashMap::new(), list: Vec::new() }
    }
}

impl<K: Eq + Hash + Clone> Names<K> {
    pub fn value(&mut self, key: K) -> u32 {
        if let Some(value) = self.values.get(&key) {
            return *value;
        }
        let value = self.list.len() as u32;
        self.values.insert(key.clone(), value);
        self.list.push(key);
        value
    }

    pub fn len(&self) -> u32 {
        self.list.len() as u32
    }
}

/// The first that is not empty, else `-`.
pub(crate) fn first_of<'t>(texts: &[&'t str]) -> &'t str {
    texts.iter().copied().find(|text| !text.is_empty()).unwrap_or("-")
}

/// The name, or `-` if it is empty.
pub(crate) fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// Provider of the credential, else of the event.
pub(crate) fn provider(credential: &Credential) -> &str {
    if credential.auth_provider_snapshot.is_empty() {
        &credential.provider
    } else {
        &credential.auth_provider_snapshot
    }
}

/// The account's id.
pub(crate) fn account_id(c: &Credential) -> &str {
    first_of(&[&c.account_snapshot, &c.auth_label_snapshot, &c.source, &c.auth_index])
}

/// The credential's id.
pub(crate) fn credential_id(c: &Credential) -> &str {
    first_of(&[&c.auth_file_snapshot, &c.auth_index, &c.source_hash, &c.source])
}

/// The client key's id: its hash, else one made of what is known.
pub(crate) fn api_key_id<'t>(key: &'t ApiKey, c: &Credential) -> Cow<'t, str> {
    if key.api_key_hash.is_empty() {
        let [hash, index] = [or_dash(&c.source_hash), or_dash(&c.auth_index)];
        let (source, provider) = (or_dash(&c.source), or_dash(provider(c)));
        return format!("unknown-client-api-key:{hash}:{index}:{source}:{provider}").into();
    }
    lower(&key.api_key_hash)
}

/// What the provider was asked for, else the analytics model.
pub(crate) fn billing_model(model: &ModelNames) -> &str {
    if model.resolved_model.is_empty() { &model.analytics_model } else { &model.resolved_model }
}

/// Lower case, ASCII letters only.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        text.to_ascii_lowercase().into()
    } else {
        text.into()
    }
}
