//! The list prices that come with the program: what a fresh installation prices with, without asking anybody.

use std::collections::HashMap;
use std::sync::OnceLock;

use model::{ContextTier, ModelPrice, PriceVersion, Rates, ServiceTier};
use serde::Deserialize;

/// Written by `cargo xtask prices`.
const DATA: &str = include_str!("../data/list-prices.json");

/// The reseller whose ids carry the maker's name.
const RESELLER: &str = "openrouter/";

/// What stands behind a model's name and means the same model.
const RELEASE_SUFFIXES: [&str; 2] = ["-latest", "-preview"];

/// The bundled list prices.
#[derive(Debug)]
pub struct BundledPrices {
    /// The published package that they were made from.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Its licence.
    pub licence: String,
    /// The day on which it was fetched, `YYYY-MM-DD`.
    pub date: String,
    models: Vec<BundledModel>,
    /// Lower-case names.
    by_name: HashMap<String, u32>,
}

/// One model of the list.
#[derive(Debug)]
pub struct BundledModel {
    /// Maker and model.
    pub id: String,
    /// By start; never empty.
    pub versions: Vec<PriceVersion>,
}

impl BundledPrices {
    /// The list; read when it is asked for the first time.
    pub fn get() -> &'static Self {
        static LIST: OnceLock<BundledPrices> = OnceLock::new();
        LIST.get_or_init(|| Self::parse(DATA).expect("the list is written by a tool and read by a test"))
    }

    fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let Document { package, version, licence, retrieved, models: entries }: Document =
            serde_json::from_str(text)?;
        let mut by_name = HashMap::new();
        let mut short_names: HashMap<String, Option<u32>> = HashMap::new();
        let mut models = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            let index = index as u32;
            // A maker's model is known by its name alone and with the maker in front; a reseller's by the reseller's
            // id, and by the maker's name where nobody else has it.
            let own = entry.id.split_once('/').map_or(entry.id.as_str(), |(_, rest)| rest);
            let resold = entry.id.starts_with(RESELLER);
            for name in std::iter::once(own).chain(entry.names.iter().map(String::as_str)) {
                by_name.entry(name.to_lowercase()).or_insert(index);
                if resold && let Some((_, short)) = name.split_once('/') {
                    let owner = short_names.entry(short.to_lowercase()).or_insert(Some(index));
                    if *owner != Some(index) {
                        *owner = None;
                    }
                }
            }
            by_name.entry(entry.id.to_lowercase()).or_insert(index);
            let versions = entry.prices.iter().map(|price| price.version(&entry.id)).collect();
            models.push(BundledModel { id: entry.id, versions });
        }
        for (name, owner) in short_names {
            if let Some(index) = owner {
                by_name.entry(name).or_insert(index);
            }
        }
        Ok(Self { package, version, licence, date: retrieved, models, by_name })
    }

    /// All models, in the order of the file.
    pub fn models(&self) -> &[BundledModel] {
        &self.models
    }

    /// The list price of a model name. Strong matches only, whatever the case: the name itself, the name without its
    /// release date, with or without `-latest` or `-preview`, and all of this without what stands before the last
    /// `/`.
    pub fn find(&self, name: &str) -> Option<&BundledModel> {
        let name = name.to_lowercase();
        let last = name.rsplit('/').next().filter(|last| *last != name);
        let index = self.find_spelling(&name).or_else(|| self.find_spelling(last?))?;
        self.models.get(index as usize)
    }

    fn find_spelling(&self, name: &str) -> Option<u32> {
        let known = |name: &str| self.by_name.get(name).copied();
        let undated = without_date(name);
        known(name).or_else(|| known(undated)).or_else(|| {
            let bare = RELEASE_SUFFIXES.iter().find_map(|suffix| undated.strip_suffix(suffix));
            match bare {
                Some(bare) => known(bare),
                None => RELEASE_SUFFIXES.iter().find_map(|suffix| known(&format!("{undated}{suffix}"))),
            }
        })
    }
}

/// The name without `-20250929`, `@20250929` or `-2025-09-29` at its end.
fn without_date(name: &str) -> &str {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let compact = name.len().checked_sub(9).and_then(|at| name.split_at_checked(at));
    if let Some((bare, tail)) = compact
        && let Some(date) = tail.strip_prefix(['-', '@'])
        && !bare.is_empty()
        && date.starts_with("20")
        && digits(date)
    {
        return bare;
    }
    let spelled = name.len().checked_sub(11).and_then(|at| name.split_at_checked(at));
    if let Some((bare, tail)) = spelled
        && let Some(date) = tail.strip_prefix('-')
        && !bare.is_empty()
        && date.starts_with("20")
        && let [year, month, day] = date.split('-').collect::<Vec<_>>()[..]
        && (year.len(), month.len(), day.len()) == (4, 2, 2)
        && digits(year)
        && digits(month)
        && digits(day)
    {
        return bare;
    }
    name
}

#[derive(Deserialize)]
struct Document {
    package: String,
    version: String,
    licence: String,
    retrieved: String,
    models: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    names: Vec<String>,
    prices: Vec<Price>,
}

#[derive(Deserialize)]
struct Price {
    #[serde(default)]
    from: i64,
    #[serde(flatten)]
    rates: CompactRates,
    #[serde(default)]
    context: Vec<(i64, CompactRates)>,
    #[serde(default)]
    tiers: Vec<Tier>,
}

#[derive(Deserialize, Clone, Copy)]
struct CompactRates {
    #[serde(rename = "in")]
    input: Option<f64>,
    out: Option<f64>,
    read: Option<f64>,
    write: Option<f64>,
}

#[derive(Deserialize)]
struct Tier {
    mode: String,
    tier: String,
    #[serde(flatten)]
    rates: CompactRates,
}

impl Price {
    fn version(&self, id: &str) -> PriceVersion {
        let context_tiers = self.context.iter().map(|(threshold_tokens, rates)| ContextTier {
            threshold_tokens: *threshold_tokens,
            rates: rates.full(),
        });
        let service_tiers = self.tiers.iter().map(|tier| ServiceTier {
            mode: tier.mode.clone(),
            service_tier: tier.tier.clone(),
            rates: tier.rates.full(),
        });
        let price = ModelPrice {
            // A base price has no flag for the older cache rate.
            rates: Rates { cache_configured: false, ..self.rates.full() },
            context_tiers: context_tiers.collect(),
            service_tiers: service_tiers.collect(),
            source: "bundled".to_owned(),
            source_model_id: id.to_owned(),
            ..ModelPrice::default()
        };
        PriceVersion { valid_from_ms: self.from, price }
    }
}

impl CompactRates {
    /// Cached tokens without more ado are reads.
    fn full(self) -> Rates {
        let value = |rate: Option<f64>| rate.unwrap_or(0.0);
        Rates {
            prompt: value(self.input),
            completion: value(self.out),
            cache: value(self.read),
            cache_read: value(self.read),
            cache_creation: value(self.write),
            prompt_configured: self.input.is_some(),
            completion_configured: self.out.is_some(),
            cache_configured: self.read.is_some(),
            cache_read_configured: self.read.is_some(),
            cache_creation_configured: self.write.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validated;

    #[test]
    fn every_bundled_price_is_a_valid_price() {
        let list = BundledPrices::get();
        assert_eq!((list.package.as_str(), list.licence.as_str()), ("genai-prices", "MIT"));
        assert_eq!(list.date.len(), 10);
        assert!(list.models().len() > 500);
        for model in list.models() {
            let starts: Vec<i64> = model.versions.iter().map(|version| version.valid_from_ms).collect();
            assert!(starts.is_sorted_by(|a, b| a < b) && !starts.is_empty(), "{}: {starts:?}", model.id);
            for version in &model.versions {
                let stored = validated(version.price.clone());
                assert_eq!(stored.as_ref(), Ok(&version.price), "{}", model.id);
            }
        }
    }

    #[test]
    fn names_are_matched_strongly_or_not_at_all() {
        let list = BundledPrices::get();
        let found = |name: &str| list.find(name).map(|model| model.id.as_str());
        for (name, id) in [
            ("claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
            ("Claude-Sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
            ("claude-haiku-4-5@20251001", "anthropic/claude-haiku-4-5"),
            ("anthropic/claude-opus-4-6", "anthropic/claude-opus-4-6"),
            ("anthropic/claude-opus-4.6", "openrouter/anthropic/claude-opus-4.6"),
            ("gpt-5.4-2026-03-05", "openai/gpt-5.4"),
            ("openai/gpt-4o", "openai/gpt-4o"),
            ("gemini-3-pro", "google/gemini-3-pro-preview"),
            ("moonshotai/kimi-k2", "moonshotai/kimi-k2"),
            ("deepseek/deepseek-v3.2", "deepseek/deepseek-v3.2"),
            ("minimax/minimax-m2", "minimax/minimax-m2"),
            ("kimi-k2", "moonshotai/kimi-k2"),
            ("qwen3-coder", "openrouter/qwen/qwen3-coder"),
            ("somebody/deepseek/deepseek-chat", "deepseek/deepseek-chat"),
        ] {
            assert_eq!(found(name), Some(id), "{name}");
        }
        for name in
            ["", "/", "gpt", "claude", "gpt-5.4-turbo", "my-gpt-5.4", "claude-opus-4-6-thinking", "-20250101"]
        {
            assert_eq!(found(name), None, "{name}");
        }
    }

    #[test]
    fn ten_list_prices_are_what_their_makers_publish() {
        // Prompt, completion, cache read, on the list's date.
        let list = BundledPrices::get();
        for (name, expected) in [
            ("claude-opus-4-6", [5.0, 25.0, 0.5]),
            ("claude-sonnet-4-6", [3.0, 15.0, 0.3]),
            ("claude-haiku-4-5", [1.0, 5.0, 0.1]),
            ("gpt-5.4", [2.5, 15.0, 0.25]),
            ("gpt-5.4-mini", [0.75, 4.5, 0.075]),
            ("gpt-5.2", [1.75, 14.0, 0.175]),
            ("gemini-2.5-pro", [1.25, 10.0, 0.125]),
            ("gemini-2.5-flash", [0.3, 2.5, 0.03]),
            ("grok-code-fast-1", [0.2, 1.5, 0.02]),
            ("kimi-k2.6", [0.95, 4.0, 0.16]),
        ] {
            let rates = list.find(name).and_then(|model| model.versions.last()).map(|last| last.price.rates);
            let rates = rates.map(|rates| [rates.prompt, rates.completion, rates.cache_read]);
            assert_eq!(rates, Some(expected), "{name}");
        }
        let opus = list.find("claude-opus-4-6").expect("bundled");
        assert_eq!(opus.versions.len(), 2, "the 200,000-token tier ended on 2026-03-13");
        assert_eq!(opus.versions[0].price.context_tiers[0].threshold_tokens, 200_000);
        assert_eq!(opus.versions[1].valid_from_ms, 1_773_360_000_000);
        let fast = &list.find("gpt-5.5").expect("bundled").versions[0].price.service_tiers;
        assert!(fast.iter().any(|tier| tier.service_tier == "priority" && tier.rates.prompt == 12.5));
    }
}
