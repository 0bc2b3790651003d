//! The published price catalogues, from their bytes to prices.

use std::collections::BTreeMap;

use model::{ContextTier, ModelPrice, Rates, ServiceTier};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::validated;

/// A place that publishes prices, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The models.dev catalogue.
    ModelsDev,
    /// LiteLLM's price map.
    LiteLlm,
    /// OpenRouter's model list.
    OpenRouter,
}

impl Source {
    /// All sources, the preferred one first.
    pub const ALL: [Self; 3] = [Self::ModelsDev, Self::LiteLlm, Self::OpenRouter];

    /// The name in stored prices and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModelsDev => "models.dev",
            Self::LiteLlm => "litellm",
            Self::OpenRouter => "openrouter",
        }
    }

    /// The source with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }

    /// Where it is published.
    pub fn url(self) -> &'static str {
        match self {
            Self::ModelsDev => "https://models.dev/catalog.json",
            Self::LiteLlm => {
                "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
            }
            Self::OpenRouter => "https://openrouter.ai/api/v1/models",
        }
    }
}

/// Why a catalogue cannot be used.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// It is no JSON of the expected shape.
    #[error("the catalogue is not in the expected form: {0}")]
    Form(#[from] serde_json::Error),
    /// It has no usable price.
    #[error("the catalogue has no usable price")]
    Empty,
    /// A models.dev catalogue without its list of canonical models.
    #[error("the catalogue has no canonical models")]
    NoCanonical,
}

/// One priced model of a catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id in the catalogue.
    pub id: String,
    /// Where the model's own name begins in `id`: behind the provider in models.dev, else 0.
    pub(crate) model_at: usize,
    /// Whether models.dev lists it under its maker.
    pub official: bool,
    /// Its price, with source, id and raw entry.
    pub price: ModelPrice,
}

impl Entry {
    /// The id without the provider, where the catalogue has providers.
    pub(crate) fn model(&self) -> &str {
        &self.id[self.model_at..]
    }
}

/// A catalogue that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    /// Where it comes from.
    pub source: Source,
    /// The priced models, in the catalogue's order.
    pub entries: Vec<Entry>,
    /// Models without a price, or with one that makes no sense.
    pub skipped: usize,
    /// Whether it says who makes which model.
    pub has_canonical: bool,
}

impl Catalogue {
    /// Reads what a source answered.
    ///
    /// # Errors
    /// When it is not in the source's form or has no usable price.
    pub fn parse(source: Source, bytes: &[u8]) -> Result<Self, CatalogueError> {
        let mut catalogue = Self { source, entries: Vec::new(), skipped: 0, has_canonical: false };
        match source {
            Source::ModelsDev => catalogue.read_models_dev(bytes)?,
            Source::LiteLlm => {
                let models: BTreeMap<String, &RawValue> = serde_json::from_slice(bytes)?;
                for (id, raw) in models {
                    // The map's first entry explains the fields.
                    if id != "sample_spec" {
                        catalogue.add(&id, 0, false, raw, litellm_price);
                    }
                }
            }
            Source::OpenRouter => {
                #[derive(Deserialize)]
                struct List<'a> {
                    #[serde(borrow)]
                    data: Vec<&'a RawValue>,
                }
                let list: List<'_> = serde_json::from_slice(bytes)?;
                for raw in list.data {
                    let entry: Value = serde_json::from_str(raw.get())?;
                    match entry["id"].as_str() {
                        Some(id) => catalogue.add(id, 0, false, raw, openrouter_price),
                        None => catalogue.skipped += 1,
                    }
                }
            }
        }
        if catalogue.entries.is_empty() { Err(CatalogueError::Empty) } else { Ok(catalogue) }
    }

    fn read_models_dev(&mut self, bytes: &[u8]) -> Result<(), CatalogueError> {
        #[derive(Deserialize)]
        struct Provider<'a> {
            #[serde(borrow, default)]
            models: BTreeMap<String, &'a RawValue>,
        }
        let top: BTreeMap<String, &RawValue> = serde_json::from_slice(bytes)?;
        let mut canonical = Vec::new();
        let providers: BTreeMap<String, &RawValue> = match top.get("providers") {
            Some(providers) => {
                let models = top.get("models").ok_or(CatalogueError::NoCanonical)?;
                let models: BTreeMap<String, &RawValue> = serde_json::from_str(models.get())?;
                canonical = models.into_keys().collect();
                if canonical.is_empty() {
                    return Err(CatalogueError::NoCanonical);
                }
                self.has_canonical = true;
                serde_json::from_str(providers.get())?
            }
            None => top,
        };
        for (provider, raw) in providers {
            // A plain map may hold other things beside providers.
            let Ok(Provider { models }) = serde_json::from_str(raw.get()) else { continue };
            for (model, raw) in models {
                let id = format!("{provider}/{model}");
                let official = canonical.binary_search(&id).is_ok();
                self.add(&id, provider.len() + 1, official, raw, models_dev_price);
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        id: &str,
        model_at: usize,
        official: bool,
        raw: &RawValue,
        read: fn(&Value) -> Option<ModelPrice>,
    ) {
        let price = serde_json::from_str(raw.get()).ok().and_then(|entry| read(&entry));
        let Some(price) = price.and_then(|price| validated(price).ok()) else {
            self.skipped += 1;
            return;
        };
        let price = ModelPrice {
            source: self.source.as_str().to_owned(),
            source_model_id: id.to_owned(),
            raw_json: raw.get().to_owned(),
            ..price
        };
        self.entries.push(Entry { id: id.to_owned(), model_at, official, price });
    }
}

/// A number or a numeric string.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_f64()?,
    };
    number.is_finite().then_some(number)
}

/// The first usable number under one of these names, in dollars per million.
fn rate(object: &Value, names: &[&str], factor: f64) -> Option<f64> {
    let value = names.iter().find_map(|name| number(&object[*name]))?;
    // 2e-7 × 1e6 is not quite 0.2: catalogues have at most nine digits behind the point.
    Some(if factor == 1.0 { value } else { (value * factor * 1e9).round() / 1e9 })
}

/// Rates from their four parts; `None` if there is none.
fn rates([prompt, completion, read, creation]: [Option<f64>; 4]) -> Option<Rates> {
    if [prompt, completion, read, creation].iter().all(Option::is_none) {
        return None;
    }
    Some(Rates {
        prompt: prompt.unwrap_or(0.0),
        completion: completion.unwrap_or(0.0),
        cache: read.unwrap_or(0.0),
        cache_read: read.unwrap_or(0.0),
        cache_creation: creation.unwrap_or(0.0),
        prompt_configured: prompt.is_some(),
        completion_configured: completion.is_some(),
        cache_configured: read.is_some(),
        cache_read_configured: read.is_some(),
        cache_creation_configured: creation.is_some(),
    })
}

fn models_dev_rates(cost: &Value) -> Option<Rates> {
    rates(["input", "output", "cache_read", "cache_write"].map(|name| rate(cost, &[name], 1.0)))
}

fn models_dev_price(entry: &Value) -> Option<ModelPrice> {
    let cost = &entry["cost"];
    let mut service_tiers = Vec::new();
    if let Some(rates) = models_dev_rates(&entry["experimental"]["modes"]["fast"]["cost"]) {
        service_tiers.push(ServiceTier { mode: "fast".into(), service_tier: "priority".into(), rates });
    }
    Some(ModelPrice {
        rates: models_dev_rates(cost)?,
        context_tiers: models_dev_tiers(&cost["tiers"]).unwrap_or_default(),
        service_tiers,
        ..ModelPrice::default()
    })
}

/// The context tiers; `None` when one of them cannot be used, which voids them all.
fn models_dev_tiers(tiers: &Value) -> Option<Vec<ContextTier>> {
    let mut context: Vec<ContextTier> = Vec::new();
    for tier in tiers.as_array()?.iter().filter(|tier| tier["tier"]["type"] == "context") {
        let size = number(&tier["tier"]["size"]).filter(|size| size.fract() == 0.0)?;
        let threshold_tokens = size as i64;
        let rates = models_dev_rates(tier)?;
        let valid = threshold_tokens > 0
            && rates.named().iter().all(|(_, value)| *value >= 0.0)
            && context.iter().all(|other| other.threshold_tokens != threshold_tokens);
        if !valid {
            return None;
        }
        context.push(ContextTier { threshold_tokens, rates });
    }
    Some(context)
}

fn litellm_price(entry: &Value) -> Option<ModelPrice> {
    let names: [&[&str]; 4] = [
        &["input_cost_per_token"],
        &["output_cost_per_token"],
        &["cache_read_input_token_cost", "input_cache_read"],
        &[
            "cache_creation_input_token_cost",
            "cache_write_input_token_cost",
            "input_cache_write",
            "input_cache_creation",
        ],
    ];
    let rates = rates(names.map(|names| rate(entry, names, 1e6)))?;
    Some(ModelPrice { rates, ..ModelPrice::default() })
}

fn openrouter_price(entry: &Value) -> Option<ModelPrice> {
    let names = ["prompt", "completion", "input_cache_read", "input_cache_write"];
    let rates = rates(names.map(|name| rate(&entry["pricing"], &[name], 1e6)))?;
    Some(ModelPrice { rates, ..ModelPrice::default() })
}
