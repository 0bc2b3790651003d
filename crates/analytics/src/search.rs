//! Text search: the phrase is looked for in the dictionaries; the columns then compare codes.

use std::collections::HashSet;
use std::sync::Arc;

use columns::{AnyOf, ApiKey, CodeSet, Credential, Dictionaries, ModelNames, Needle, Table, Tier};

use crate::filter::Lookups;

/// Fewest hexadecimal digits of a phrase that is looked for at the beginning of event hashes.
pub const MIN_HASH_DIGITS: usize = 8;

/// Whether a phrase may be (the beginning of) an event hash.
pub fn is_hash_prefix(phrase: &str) -> bool {
    (MIN_HASH_DIGITS..=64).contains(&phrase.len()) && phrase.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a lower-case phrase occurs in a text, whatever the case of its ASCII letters.
pub(crate) fn occurs(phrase: &str, text: &str) -> bool {
    let (phrase, text) = (phrase.as_bytes(), text.as_bytes());
    if phrase.is_empty() {
        return true;
    }
    text.len() >= phrase.len() && text.windows(phrase.len()).any(|window| window.eq_ignore_ascii_case(phrase))
}

/// Everything that a phrase (lower case, not empty) matches.
pub(crate) fn any_of(phrase: &str, dictionaries: &Dictionaries, lookups: &Lookups) -> AnyOf {
    let found = |texts: &[&str]| texts.iter().any(|text| occurs(phrase, text));
    let d = dictionaries;
    let credentials = matching(&d.credentials, |c| {
        found(&[
            &c.provider,
            &c.executor_type,
            &c.auth_index,
            &c.source,
            &c.source_hash,
            &c.account_snapshot,
            &c.auth_label_snapshot,
            &c.auth_file_snapshot,
            &c.auth_provider_snapshot,
            &c.auth_project_id_snapshot,
        ])
    });
    let models = matching(&d.models, |m| {
        found(&[&m.model, &m.requested_model, &m.resolved_model, &m.analytics_model])
    });
    let named: HashSet<&str> = lookups
        .key_aliases
        .iter()
        // People name keys in their own script; here more than ASCII letters fold.
        .filter(|(_, alias)| occurs(phrase, alias) || alias.to_lowercase().contains(&phrase.to_lowercase()))
        .map(|(hash, _)| hash.as_str())
        .collect();
    let keys =
        matching(&d.api_keys, |key| found(&[&key.api_key_hash]) || named.contains(key.api_key_hash.as_str()));
    let tiers = matching(&d.tiers, |tier| found(&[&tier.reasoning_effort, &tier.service_tier]));
    let profiles = (0_u32..)
        .zip(d.profiles.iter())
        .filter(|(_, p)| {
            credentials.contains(p.credential)
                || models.contains(p.model)
                || keys.contains(p.api_key)
                || tiers.contains(p.tier)
        })
        .map(|(code, _)| code)
        .collect();
    let outcomes = (0_u32..)
        .zip(d.outcomes.iter())
        .filter(|(_, o)| {
            found(&[&o.quota_plan, &o.error_kind, &o.error_code])
                || o.status_code.is_some_and(|status| occurs(phrase, &status.to_string()))
        })
        .map(|(code, _)| code)
        .collect();
    let mut ids = lookups.event_ids.clone();
    ids.sort_unstable();
    ids.dedup();
    AnyOf {
        profiles,
        outcomes,
        routes: matching(&d.routes, |route| found(&[&route.endpoint, &route.method, &route.path])),
        clients: matching(&d.clients, |c| found(&[&c.client_ip, &c.x_forwarded_for, &c.user_agent])),
        ids,
        needle: Some(Needle { lower: phrase.to_owned() }),
    }
}

fn matching<T>(table: &Table<T>, test: impl Fn(&T) -> bool) -> CodeSet {
    table.iter().filter(|(_, value)| test(value)).map(|(id, _)| id).collect()
}

/// The profiles whose parts all pass a test. Each entry is asked once, however many profiles it is part of.
pub(crate) fn profiles_where(
    dictionaries: &Dictionaries,
    credential: impl Fn(&Credential) -> bool,
    model: impl Fn(&ModelNames) -> bool,
    key: impl Fn(&ApiKey) -> bool,
    tier: impl Fn(&Tier) -> bool,
) -> Arc<CodeSet> {
    let d = dictionaries;
    let (credentials, models) = (Passing::new(&d.credentials, credential), Passing::new(&d.models, model));
    let (keys, tiers) = (Passing::new(&d.api_keys, key), Passing::new(&d.tiers, tier));
    let passes = |p: &columns::Profile| {
        credentials.has(p.credential) && models.has(p.model) && keys.has(p.api_key) && tiers.has(p.tier)
    };
    let profiles = (0_u32..).zip(d.profiles.iter());
    Arc::new(profiles.filter(|(_, profile)| passes(profile)).map(|(code, _)| code).collect())
}

/// What a test says of the entries of a table; of ids without an entry it says what it says of an empty one.
struct Passing {
    by_id: Vec<bool>,
    none: bool,
}

impl Passing {
    fn new<T: Default>(table: &Table<T>, test: impl Fn(&T) -> bool) -> Self {
        let none = test(&T::default());
        Self { by_id: table.0.iter().map(|entry| entry.as_ref().map_or(none, &test)).collect(), none }
    }

    fn has(&self, id: u32) -> bool {
        self.by_id.get(id as usize).copied().unwrap_or(self.none)
    }
}
