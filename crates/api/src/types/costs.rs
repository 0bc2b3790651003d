//! Prices with their origin and history, and costs with their reasons: what the contract cannot say.

use std::collections::BTreeSet;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::prices::ModelPrice;

/// A price from a moment on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PriceVersion {
    /// First moment at which it holds, Unix milliseconds; absent = since ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from_ms: Option<i64>,
    /// The moment at which the next one takes over; absent = still valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to_ms: Option<i64>,
    /// The price, without the catalogue's raw entry.
    pub price: ModelPrice,
}

/// A model's price with its history.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PriceItem {
    /// The model name that it prices.
    pub model: String,
    /// `stored`, `bundled` or `built_in`.
    pub origin: String,
    /// Whether a synchronisation must not touch it.
    pub locked: bool,
    /// Whether a person typed it: a synchronisation replaces it only when told so.
    pub manual: bool,
    /// Its versions, the newest last; never empty.
    pub versions: Vec<PriceVersion>,
}

/// The list prices that come with the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundledInfo {
    /// Whether they stand in where no price is stored.
    pub enabled: bool,
    /// The published package that they come from.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Its licence.
    pub licence: String,
    /// The day on which it was fetched, `YYYY-MM-DD`.
    pub date: String,
    /// Models in it.
    pub models: usize,
}

/// How a price catalogue answered the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceSourceState {
    /// Its name.
    pub source: String,
    /// When it was asked, Unix milliseconds.
    pub asked_at_ms: i64,
    /// Why that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it last answered well, Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good_at_ms: Option<i64>,
    /// Priced models in that answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good_models: Option<i64>,
}

/// Answer of `GET /api/v1/prices`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PriceList {
    /// Rises with every change of stored prices.
    pub generation: i64,
    /// Whether an edited price begins a new version; if not, it applies to all of history.
    pub versioned: bool,
    /// `breakdown` or `counters`.
    pub cost_basis: String,
    /// The list prices that come with the program.
    pub bundled: BundledInfo,
    /// How the catalogues answered the last time.
    pub sources: Vec<PriceSourceState>,
    /// By model name.
    pub items: Vec<PriceItem>,
}

/// Body of `PUT /api/v1/prices/{model}`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceEdit {
    /// The new price: at least one rate above 0 or with its flag, also of a tier. Without a `source` it counts as typed by a
    /// person. Members that are not known are refused.
    #[serde(deserialize_with = "known_members")]
    pub price: ModelPrice,
    /// With versions: replace the model's history instead of beginning a new version.
    #[serde(default)]
    pub all_history: bool,
}

/// A price without members that are not known: a misspelt rate must not become a free one.
fn known_members<'de, D: Deserializer<'de>>(input: D) -> Result<ModelPrice, D::Error> {
    let value = serde_json::Value::deserialize(input)?;
    if let Some(name) = ModelPrice::unknown_member(&value) {
        return Err(D::Error::custom(format!("unknown field `{name}` in price")));
    }
    serde_json::from_value(value).map_err(D::Error::custom)
}

/// The same where there may be none.
fn known_members_if_any<'de, D: Deserializer<'de>>(input: D) -> Result<Option<ModelPrice>, D::Error> {
    #[derive(Deserialize)]
    struct Known(#[serde(deserialize_with = "known_members")] ModelPrice);
    Ok(Option::<Known>::deserialize(input)?.map(|Known(price)| price))
}

/// Body of `PUT /api/v1/prices/{model}/lock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub struct PriceLock {
    /// Whether a synchronisation must not touch the price.
    pub locked: bool,
}

/// Body and answer of `PUT /api/v1/price-versions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceVersions {
    /// Whether an edited price begins a new version. Switching it off keeps the versions that exist until their model
    /// is edited again.
    pub versioned: bool,
}

/// Body of `POST /api/v1/prices/preview`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
pub struct PricePreviewRequest {
    /// The model.
    pub model: String,
    /// Its new price; `null` = none.
    #[serde(default, deserialize_with = "known_members_if_any")]
    pub price: Option<ModelPrice>,
    /// As in the edit.
    #[serde(default)]
    pub all_history: bool,
    /// From this time on, Unix milliseconds.
    pub from_ms: i64,
    /// Before this time, Unix milliseconds.
    pub to_ms: i64,
}

/// What the events of a range cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct CostSum {
    /// US dollars.
    pub usd: f64,
    /// Events.
    pub calls: i64,
    /// Events without a price.
    pub unpriced_calls: i64,
    /// Their models, sorted.
    pub unpriced_models: BTreeSet<String>,
}

/// What a change of a price does to the total of a range. Nothing is changed by asking.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PricePreview {
    /// By the prices in force.
    pub before: CostSum,
    /// With the change.
    pub after: CostSum,
    /// `after` less `before`, US dollars.
    pub difference_usd: f64,
}

/// A model that was used and has no price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnpricedModel {
    /// The name to price: what the provider was asked for, else what the client asked for.
    pub model: String,
    /// What clients asked for.
    pub requested_model: String,
    /// Events, among those that were looked at.
    pub calls: i64,
    /// Time of the latest of them, Unix milliseconds.
    pub last_ms: i64,
}

/// Answer of `GET /api/v1/prices/unpriced`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnpricedModels {
    /// The most used first.
    pub items: Vec<UnpricedModel>,
    /// Events without a price; while `truncated`, among those that were looked at.
    pub unpriced_calls: i64,
    /// Events that were looked at: all of them, or the newest ones while `truncated`.
    pub sampled_events: i64,
    /// Whether there are more than were looked at: while the column index is being built.
    pub truncated: bool,
}

/// One line of a cost: tokens × rate × multiplier = amount.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostLine {
    /// `uncached_input`, `cached_input`, `cache_read`, `cache_creation` or `output`.
    pub part: String,
    /// How many tokens.
    pub tokens: i64,
    /// US dollars per 1,000,000 tokens before the multiplier.
    pub usd_per_million: f64,
    /// Where the rate comes from: `base`, `context_tier`, `service_tier`, `built_in`, `cache_rate`,
    /// `share_of_prompt` or `not_set`.
    pub rate_from: String,
    /// What it is multiplied with.
    pub multiplier: f64,
    /// US dollars.
    pub usd: f64,
}

/// The price that an event was billed by.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostPrice {
    /// The key of the price.
    pub model: String,
    /// The name whose multipliers and long-context rule applied.
    pub behaviour_model: String,
    /// `stored`, `bundled` or `built_in`.
    pub origin: String,
    /// The price's own word about its source.
    pub source: String,
    /// The model's id there.
    pub source_model_id: String,
    /// First moment of the version, Unix milliseconds; absent = since ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from_ms: Option<i64>,
    /// The moment at which the next version takes over; absent = still valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to_ms: Option<i64>,
    /// `base`, `context_tier` or `long_context`.
    pub band: String,
    /// The threshold of that band, tokens of input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above_tokens: Option<i64>,
    /// The service-tier rule that applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier_rule: Option<String>,
}

/// Answer of `GET /api/v1/events/{id}/cost`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventCost {
    /// The event.
    pub id: i64,
    /// `breakdown` or `counters`: what the program was told.
    pub cost_basis: String,
    /// `breakdown` or `counters`: what the tokens of this event were taken from.
    pub tokens_from: String,
    /// All input, tokens; decides about bands.
    pub input_tokens: i64,
    /// The event's service tier, lower case; may be empty.
    pub service_tier: String,
    /// US dollars; absent = no price is known, which is not the same as free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
    /// The price; absent with the cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<CostPrice>,
    /// The five lines whose sum is the cost; empty without a price.
    pub lines: Vec<CostLine>,
    /// The names under which a price was looked for, in this order.
    pub looked_for: Vec<String>,
}
