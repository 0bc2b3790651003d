//! Prices, costs and names of client keys on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// `null` is taken as the default, as the reference does.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(input: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(input).map(Option::unwrap_or_default)
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_never(time: &i64) -> bool {
    *time == 0
}

/// The members that every document with rates has.
const RATES: [&str; 10] = [
    "prompt",
    "completion",
    "cache",
    "cacheRead",
    "cacheCreation",
    "promptConfigured",
    "completionConfigured",
    "cacheConfigured",
    "cacheReadConfigured",
    "cacheCreationConfigured",
];

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut text, word| {
        let (head, rest) = word.split_at(word.len().min(1));
        text.push_str(&head.to_ascii_uppercase());
        text.push_str(rest);
        text
    })
}

/// Declares a document that carries the five rates and their flags beside members of its own.
macro_rules! priced {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name {
            $($(#[$own_doc])* pub $own: $type,)*
            /// Uncached input, US dollars per 1,000,000 tokens, 0 or more.
            #[serde(deserialize_with = "or_default")]
            pub prompt: f64,
            /// Output, likewise.
            #[serde(deserialize_with = "or_default")]
            pub completion: f64,
            /// Cached input in the older sense, likewise.
            #[serde(deserialize_with = "or_default")]
            pub cache: f64,
            /// Input read from the provider's cache, likewise.
            #[serde(deserialize_with = "or_default", skip_serializing_if = "is_zero")]
            pub cache_read: f64,
            /// Input written to the provider's cache, likewise.
            #[serde(deserialize_with = "or_default", skip_serializing_if = "is_zero")]
            pub cache_creation: f64,
            /// `prompt` is meant, also when it is 0.
            #[serde(deserialize_with = "or_default", skip_serializing_if = "is_false")]
            pub prompt_configured: bool,
            /// `completion` is meant, also when it is 0.
            #[serde(deserialize_with = "or_default", skip_serializing_if = "is_false")]
            pub completion_configured: bool,
            /// `cache` is meant, also when it is 0; in tiers only.
            #[serde(deserialize_with = "or_default", skip_serializing_if = "is_false")]
            pub cache_configured: bool,
            /// `cacheRead` is meant, also when it is 0.
            #[serde(deserialize_with = "or_default", skip_serializing_if = "is_false")]
            pub cache_read_configured: bool,
            /// `cacheCreation` is meant, also when it is 0.
            #[serde(deserialize_with = "or_default", skip_serializing_if = "is_false")]
            pub cache_creation_configured: bool,
        }

        impl $name {
            fn rates(&self) -> model::Rates {
                model::Rates {
                    prompt: self.prompt,
                    completion: self.completion,
                    cache: self.cache,
                    cache_read: self.cache_read,
                    cache_creation: self.cache_creation,
                    prompt_configured: self.prompt_configured,
                    completion_configured: self.completion_configured,
                    cache_configured: self.cache_configured,
                    cache_read_configured: self.cache_read_configured,
                    cache_creation_configured: self.cache_creation_configured,
                }
            }

            /// The first member of a document, in its order, that is none of this type's.
            fn foreign(document: &Value) -> Option<&str> {
                let own = [$(camel_case(stringify!($own)),)*];
                let mut names = document.as_object()?.keys();
                let known = |name: &String| RATES.contains(&name.as_str()) || own.contains(name);
                names.find(|name| !known(name)).map(String::as_str)
            }

            fn with_rates(self, rates: &model::Rates) -> Self {
                Self {
                    prompt: rates.prompt,
                    completion: rates.completion,
                    cache: rates.cache,
                    cache_read: rates.cache_read,
                    cache_creation: rates.cache_creation,
                    prompt_configured: rates.prompt_configured,
                    completion_configured: rates.completion_configured,
                    cache_configured: rates.cache_configured,
                    cache_read_configured: rates.cache_read_configured,
                    cache_creation_configured: rates.cache_creation_configured,
                    ..self
                }
            }
        }
    };
}

priced! {
    /// Other rates for requests whose whole input is larger than a threshold. At least one flag is set.
    ContextTier {
        /// Applies when the input is strictly larger, tokens; above 0, each threshold once.
        threshold_tokens: i64,
    }
}

priced! {
    /// Other rates for requests of a service tier. At least one flag is set.
    ServiceTier {
        /// One name that an event's tier may have; stored in lower case.
        mode: String,
        /// The other name. No name may appear in two rules.
        service_tier: String,
    }
}

priced! {
    /// The price of a model.
    ModelPrice {
        /// Where it comes from: `models.dev`, `litellm`, `openrouter`, `bundled`, or what the client chose.
        #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
        source: String,
        /// The model's id there.
        #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
        source_model_id: String,
        /// The source's entry as it was; may be large.
        #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
        raw_json: String,
        /// Other rates for large inputs, by threshold.
        #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
        context_tiers: Vec<ContextTier>,
        /// Other rates for service tiers, by mode and tier.
        #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
        service_tiers: Vec<ServiceTier>,
        /// Last write, Unix milliseconds; set by the server.
        #[serde(deserialize_with = "or_default", skip_serializing_if = "is_never")]
        updated_at_ms: i64,
        /// Last synchronisation, Unix milliseconds.
        #[serde(deserialize_with = "or_default", skip_serializing_if = "is_never")]
        synced_at_ms: i64,
    }
}

impl ModelPrice {
    /// The first member of a price or of one of its tiers that is not known; the contract takes and forgets them.
    pub fn unknown_member(document: &Value) -> Option<&str> {
        let tiers = |name: &str| document.get(name).and_then(Value::as_array).into_iter().flatten();
        Self::foreign(document)
            .or_else(|| tiers("contextTiers").find_map(ContextTier::foreign))
            .or_else(|| tiers("serviceTiers").find_map(ServiceTier::foreign))
    }
}

impl From<ModelPrice> for model::ModelPrice {
    fn from(price: ModelPrice) -> Self {
        Self {
            rates: price.rates(),
            context_tiers: price
                .context_tiers
                .iter()
                .map(|tier| model::ContextTier {
                    threshold_tokens: tier.threshold_tokens,
                    rates: tier.rates(),
                })
                .collect(),
            service_tiers: price
                .service_tiers
                .iter()
                .map(|tier| model::ServiceTier {
                    mode: tier.mode.clone(),
                    service_tier: tier.service_tier.clone(),
                    rates: tier.rates(),
                })
                .collect(),
            source: price.source,
            source_model_id: price.source_model_id,
            raw_json: price.raw_json,
            updated_at_ms: price.updated_at_ms,
            synced_at_ms: price.synced_at_ms,
        }
    }
}

impl From<&model::ModelPrice> for ModelPrice {
    fn from(price: &model::ModelPrice) -> Self {
        let own = Self {
            context_tiers: price
                .context_tiers
                .iter()
                .map(|tier| {
                    let own =
                        ContextTier { threshold_tokens: tier.threshold_tokens, ..ContextTier::default() };
                    own.with_rates(&tier.rates)
                })
                .collect(),
            service_tiers: price
                .service_tiers
                .iter()
                .map(|tier| {
                    let (mode, service_tier) = (tier.mode.clone(), tier.service_tier.clone());
                    ServiceTier { mode, service_tier, ..ServiceTier::default() }.with_rates(&tier.rates)
                })
                .collect(),
            source: price.source.clone(),
            source_model_id: price.source_model_id.clone(),
            raw_json: price.raw_json.clone(),
            updated_at_ms: price.updated_at_ms,
            synced_at_ms: price.synced_at_ms,
            ..Self::default()
        };
        own.with_rates(&price.rates)
    }
}

/// The stored prices by model. In a request the whole table, which replaces the stored one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PriceMap {
    /// By model name, exactly as events name it.
    pub prices: BTreeMap<String, ModelPrice>,
}

/// Body of `POST /v0/management/model-prices/sync`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SyncRequest {
    /// The models to look for; none = everything that is unambiguous.
    #[serde(deserialize_with = "or_default")]
    pub models: Vec<String>,
    /// Replace prices that a person typed, too. Locked ones stay.
    #[serde(deserialize_with = "or_default")]
    pub overwrite_manual: bool,
}

/// A catalogue's entry that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncCandidate {
    /// Its id in the catalogue.
    pub source_model_id: String,
    /// How likely, 0 to 1.
    pub score: f64,
    /// Why.
    #[schema(example = "shared-model-tokens")]
    pub reason: String,
    /// Its price; `source` says which catalogue.
    pub price: ModelPrice,
}

/// Candidates for a model from one catalogue, to be confirmed by a person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SyncCandidates {
    /// The model.
    pub model: String,
    /// At most 8, the likeliest first.
    pub candidates: Vec<SyncCandidate>,
}

/// How one catalogue answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SyncSourceResult {
    /// Its name.
    pub source: String,
    /// Priced models in it.
    pub models: usize,
    /// Entries without a usable price.
    pub skipped: usize,
    /// Why it could not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A price that a synchronisation would have replaced and did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SyncKept {
    /// The model.
    pub model: String,
    /// `manual` or `locked`.
    pub reason: String,
}

/// What a synchronisation did.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncAnswer {
    /// The catalogue that answered, or `multi`.
    pub source: String,
    /// The catalogues that answered.
    pub sources: Vec<String>,
    /// Prices that were written.
    pub imported: usize,
    /// Entries of the catalogues that have no usable price.
    pub skipped: usize,
    /// What was written, by model.
    pub matched: BTreeMap<String, ModelPrice>,
    /// What may be meant where nothing is certain.
    pub candidates: Vec<SyncCandidates>,
    /// Models that no catalogue knows.
    pub unmatched: Vec<String>,
    /// Models left alone because the catalogue that their price came from did not answer.
    pub preserved: Vec<String>,
    /// Models left alone because a person typed or locked their price.
    pub kept: Vec<SyncKept>,
    /// Whether the catalogues were asked through the gateway's proxy.
    pub proxy_used: bool,
    /// How each catalogue answered, in the order of asking.
    pub source_results: Vec<SyncSourceResult>,
    /// The whole table afterwards.
    pub prices: BTreeMap<String, ModelPrice>,
}

/// How often a model name occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ModelCalls {
    /// The name.
    pub model: String,
    /// The sum of the other two.
    pub calls: i64,
    /// Events that were asked for under this name (without a reasoning suffix).
    pub requested_calls: i64,
    /// Events that went to the provider under this name, where it differs from what was asked for.
    pub resolved_calls: i64,
}

/// Answer of `GET /v0/management/model-prices/usage-summary`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceUsageSummary {
    /// Events that were looked at: the newest ones.
    pub sampled_events: i64,
    /// All stored events.
    pub total_events: i64,
    /// Whether there are more than were looked at.
    pub truncated: bool,
    /// By calls, then by name.
    pub models: Vec<ModelCalls>,
}

/// The name of a client key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyAlias {
    /// SHA-256 of the key, 64 hexadecimal digits.
    pub api_key_hash: String,
    /// 1 to 120 characters; no two differ in case only.
    pub alias: String,
    /// Last change, Unix milliseconds; taken as given when above 0.
    #[serde(default, deserialize_with = "or_default")]
    pub updated_at_ms: i64,
}

/// Names of client keys, in alphabetical order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeyAliasList {
    /// The names.
    pub items: Vec<KeyAlias>,
}

/// Body of `PUT /v0/management/api-key-aliases`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct KeyAliasUpdate {
    /// The names to set; others stay. Required.
    #[schema(required)]
    pub items: Option<Vec<KeyAlias>>,
    /// Hashes of the keys that the gateway still accepts.
    #[serde(deserialize_with = "or_default")]
    pub active_api_key_hashes: Vec<String>,
    /// A name that a key outside that list has may be taken from it.
    #[serde(deserialize_with = "or_default")]
    pub allow_orphan_alias_cleanup: bool,
}

/// Answer of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Done {
    /// Always true.
    pub ok: bool,
}
