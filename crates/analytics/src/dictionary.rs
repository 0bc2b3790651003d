//! The dictionaries seen from an event's profile.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};

use columns::{
    ApiKey, Credential, Dictionaries, Dimension, GroupRow, ModelNames, Part, SKIP, Sums, Table, Tier,
};

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

    /// Credentials with their database ids.
    pub fn credentials(&self) -> impl Iterator<Item = (u32, &'a Credential)> {
        self.dictionaries.credentials.iter()
    }

    /// A dimension by credential: each distinct key is a value; the keys stand in the order of their values.
    pub fn by_credential<K: Eq + Hash + Clone>(
        &self,
        key: impl Fn(&Credential) -> Option<K>,
    ) -> (Dimension, Vec<K>) {
        by_part(Part::Credential, &self.dictionaries.credentials, &NONE.credential, key)
    }

    /// A dimension by model, likewise.
    pub fn by_model<K: Eq + Hash + Clone>(
        &self,
        key: impl Fn(&ModelNames) -> Option<K>,
    ) -> (Dimension, Vec<K>) {
        by_part(Part::Model, &self.dictionaries.models, &NONE.model, key)
    }

    /// A dimension by client key, likewise.
    pub fn by_key<K: Eq + Hash + Clone>(&self, key: impl Fn(&ApiKey) -> Option<K>) -> (Dimension, Vec<K>) {
        by_part(Part::ApiKey, &self.dictionaries.api_keys, &NONE.key, key)
    }

    /// A dimension by tier, likewise.
    pub fn by_tier<K: Eq + Hash + Clone>(&self, key: impl Fn(&Tier) -> Option<K>) -> (Dimension, Vec<K>) {
        by_part(Part::Tier, &self.dictionaries.tiers, &NONE.tier, key)
    }

    /// A dimension whose values are database ids.
    pub fn ids(&self, part: Part) -> Dimension {
        let d = self.dictionaries;
        let len = match part {
            Part::Credential => d.credentials.len(),
            Part::Model => d.models.len(),
            Part::ApiKey => d.api_keys.len(),
            Part::Tier => d.tiers.len(),
        };
        Dimension::Part { part, values: Arc::new((0..len as u32).collect()), len: len as u32 }
    }

    /// Dimensions by [`ids`](Self::ids), for a group whose rows are read with [`members`](Self::members).
    pub fn all_ids(&self, parts: &[Part]) -> Vec<Dimension> {
        parts.iter().map(|part| self.ids(*part)).collect()
    }

    /// Rows grouped by the ids of these parts, with what the ids stand for. Parts that were not grouped by are empty.
    pub fn members(&self, parts: &[Part], rows: &'a [GroupRow]) -> Vec<Member<'a>> {
        let d = self.dictionaries;
        let member = |row: &'a GroupRow| {
            let mut profile = Profile {
                credential: &NONE.credential,
                model: &NONE.model,
                key: &NONE.key,
                tier: &NONE.tier,
            };
            for (part, id) in parts.iter().zip(&row.key) {
                match part {
                    Part::Credential => {
                        profile.credential = d.credentials.get(*id).unwrap_or(&NONE.credential)
                    }
                    Part::Model => profile.model = d.models.get(*id).unwrap_or(&NONE.model),
                    Part::ApiKey => profile.key = d.api_keys.get(*id).unwrap_or(&NONE.key),
                    Part::Tier => profile.tier = d.tiers.get(*id).unwrap_or(&NONE.tier),
                }
            }
            (profile, &row.sums)
        };
        rows.iter().map(member).collect()
    }
}

/// What most sections regroup: figures of models, and of everything that a credential names.
pub(crate) const MEMBERS: [Part; 2] = [Part::Credential, Part::Model];

/// What came together in a group, with its sums.
pub(crate) type Member<'a> = (Profile<'a>, &'a Sums);

/// Ids without an entry have the key of an empty one.
fn by_part<T, K: Eq + Hash + Clone>(
    part: Part,
    table: &Table<T>,
    none: &T,
    key: impl Fn(&T) -> Option<K>,
) -> (Dimension, Vec<K>) {
    let mut names = Names::default();
    let entries = table.0.iter().map(|entry| entry.as_ref().unwrap_or(none));
    let values = entries.map(|entry| key(entry).map_or(SKIP, |key| names.value(key)));
    let values = Arc::new(values.collect());
    (Dimension::Part { part, values, len: names.len() }, names.list)
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
