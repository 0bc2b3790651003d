//! From the package's model list to ours.
//!
//! What is taken: prices per token of input, output, cache read and cache write, tiers by size of the input, price
//! changes by date, and variants by service tier or processing. What is left out, because a usage record does not
//! tell it apart: prices by time of day, of audio, images, searches and one-hour cache writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// The makers whose own prices are taken, in the order in which they own a name, then the reseller whose ids carry
/// the maker.
const PROVIDERS: [&str; 14] = [
    "anthropic",
    "openai",
    "google",
    "x-ai",
    "moonshotai",
    "deepseek",
    "mistral",
    "zai",
    "zhipuai",
    "minimax",
    "cohere",
    "meta",
    "perplexity",
    RESELLER,
];
const RESELLER: &str = "openrouter";

/// Our names of the rates and the package's.
const RATES: [(&str, &str); 4] = [
    ("in", "input_mtok"),
    ("out", "output_mtok"),
    ("read", "cache_read_mtok"),
    ("write", "cache_write_mtok"),
];

const DAY_MS: i64 = 86_400_000;

/// All models in their compact form.
pub fn models(providers: &Value) -> Result<Vec<Value>> {
    let providers = providers.as_array().context("the data is a list of providers")?;
    let mut models = Vec::new();
    let mut taken = BTreeSet::new();
    for id in PROVIDERS {
        let provider = providers
            .iter()
            .find(|provider| provider["id"] == id)
            .with_context(|| format!("the package no longer has the provider {id}"))?;
        for entry in list(&provider["models"]) {
            models.extend(model(id, entry, &mut taken)?);
        }
    }
    Ok(models)
}

/// The file: one model a line, so that a change of prices is a change of lines.
pub fn document(header: &Value, models: &[Value]) -> String {
    let header = header.to_string();
    let mut text = header.trim_end_matches('}').to_owned();
    text.push_str(",\"models\":[\n");
    for (index, model) in models.iter().enumerate() {
        let comma = if index + 1 < models.len() { "," } else { "" };
        let _ = writeln!(text, "{model}{comma}");
    }
    text.push_str("]}\n");
    text
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn model(provider: &str, entry: &Value, taken: &mut BTreeSet<String>) -> Result<Option<Value>> {
    let id = entry["id"].as_str().context("a model has an id")?.to_lowercase();
    let mut names = BTreeSet::from([id.clone()]);
    collect_names(&entry["match"], &mut names);
    // A name belongs to the first maker that claims it: Claude models are also in Google's list.
    // What begins with `~` is a pointer of the reseller to whatever is newest.
    names.retain(|name| !taken.contains(name) && !name.starts_with('~'));
    if names.is_empty() || !names.contains(&id) {
        return Ok(None);
    }
    let free = id.ends_with(":free");
    let prices = versions(entry, free)?;
    if prices.is_empty() {
        return Ok(None);
    }
    taken.extend(names.iter().cloned());
    names.remove(&id);
    let mut model = Map::new();
    model.insert("id".into(), json!(format!("{provider}/{id}")));
    if !names.is_empty() {
        model.insert("names".into(), json!(names));
    }
    model.insert("prices".into(), Value::Array(prices));
    Ok(Some(Value::Object(model)))
}

/// The whole names of a match rule, and the beginnings that it accepts, without what separates them from a date.
fn collect_names(rule: &Value, names: &mut BTreeSet<String>) {
    for text in ["equals", "starts_with", "ends_with", "contains"].map(|key| rule[key].as_str()) {
        let name = text.unwrap_or_default().to_lowercase();
        let name = name.trim_end_matches(['-', '@', ':', '/']).trim_start_matches('/');
        if !name.is_empty() {
            names.insert(name.to_owned());
        }
    }
    for inner in list(&rule["or_"]).iter().chain(list(&rule["and_"])) {
        collect_names(inner, names);
    }
}

/// The dated prices of a model, each with the variants that begin before it ends. Within a price, a variant's own
/// beginning does not count: it says when somebody looked.
fn versions(entry: &Value, free: bool) -> Result<Vec<Value>> {
    let mut dated = BTreeMap::new();
    if let Some(conditional) = entry["prices"].as_array() {
        for (index, price) in conditional.iter().enumerate() {
            match price["constraint"]["_"].as_str() {
                // The last one that is active holds: an undated one behind another replaces it.
                None => {
                    let _ = dated.insert(0, &price["prices"]);
                }
                Some("StartDateConstraint") => {
                    let from = if index == 0 { 0 } else { day(&price["constraint"]["start_date"])? };
                    dated.insert(from, &price["prices"]);
                }
                Some(_) => {}
            }
        }
    } else {
        dated.insert(0, &entry["prices"]);
    }
    let mut versions: Vec<Value> = Vec::new();
    for (from, prices) in &dated {
        let Some(mut version) = price(prices, free) else { continue };
        let until = dated.range(from + 1..).next().map_or(i64::MAX, |(next, _)| *next);
        let mut variants = Vec::new();
        for variant in list(&entry["price_variants"]) {
            let start = &variant["constraint"]["start_date"];
            if start.is_null() || day(start)? < until {
                variants.push(variant);
            }
        }
        let tiers = service_tiers(&variants);
        if !tiers.is_empty() {
            version.insert("tiers".into(), Value::Array(tiers));
        }
        let same = versions.last().is_some_and(|last| {
            let last = last.as_object().into_iter().flatten().filter(|(key, _)| *key != "from");
            last.eq(version.iter())
        });
        if !same {
            // The first price that is known also covers what was before.
            if !versions.is_empty() {
                version.insert("from".into(), json!(from));
            }
            versions.push(Value::Object(version));
        }
    }
    Ok(versions)
}

/// A `datetime.date` as Unix milliseconds of its beginning, UTC.
fn day(date: &Value) -> Result<i64> {
    let part = |index: usize| date["args"][index].as_i64().context("a date has a year, a month and a day");
    let (year, month, day) = (part(0)?, part(1)?, part(2)?);
    // Days from the civil calendar, years beginning in March.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Ok(days * DAY_MS)
}

/// Rates and context tiers of one `ModelPrice`; none when it is not priced by token.
fn price(prices: &Value, free: bool) -> Option<Map<String, Value>> {
    let mut base = rates(prices, None);
    if free && base.is_empty() {
        base.insert("in".into(), json!(0));
        base.insert("out".into(), json!(0));
    }
    if !base.contains_key("in") {
        return None;
    }
    // Cache reads without a price of their own are input to the package; our default would be a tenth.
    inherit_input(&mut base);
    let starts: BTreeSet<i64> = RATES
        .iter()
        .flat_map(|(_, key)| list(&prices[*key]["tiers"]).iter().filter_map(|tier| tier["start"].as_i64()))
        .filter(|start| *start > 0)
        .collect();
    let tiers: Vec<Value> = starts
        .into_iter()
        .map(|start| {
            let mut tier = rates(prices, Some(start));
            inherit_input(&mut tier);
            json!([start, tier])
        })
        .collect();
    if !tiers.is_empty() {
        base.insert("context".into(), Value::Array(tiers));
    }
    Some(base)
}

fn inherit_input(rates: &mut Map<String, Value>) {
    if !rates.contains_key("read")
        && let Some(input) = rates.get("in").cloned()
    {
        rates.insert("read".into(), input);
    }
}

/// The rates of a `ModelPrice` for inputs just above `start`, or of its base.
fn rates(prices: &Value, start: Option<i64>) -> Map<String, Value> {
    let rate = |key: &str| {
        let value = &prices[key];
        let tiers = list(&value["tiers"]).iter();
        let reached = tiers.filter(|tier| start.is_some_and(|start| tier["start"].as_i64() <= Some(start)));
        let value = match reached.max_by_key(|tier| tier["start"].as_i64()) {
            Some(tier) => &tier["price"],
            None if value["_"] == "TieredPrices" => &value["base"],
            None => value,
        };
        value["args"][0].as_str()?.parse::<f64>().ok()
    };
    RATES.iter().filter_map(|(name, key)| Some(((*name).to_owned(), json!(rate(key)?)))).collect()
}

/// Variants by service tier, processing and speed as service-tier rules.
fn service_tiers(variants: &[&Value]) -> Vec<Value> {
    let mut rules: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for variant in variants {
        let when = &variant["when"];
        let tier = ["service_tier", "processing", "speed"].iter().find_map(|key| when[*key].as_str());
        let only = when.as_object().is_some_and(|when| when.len() == 1);
        let rates = rates(&variant["prices"], None);
        if let Some(tier) = tier
            && only
            && !rates.is_empty()
        {
            rules.insert(tier.to_owned(), rates);
        }
    }
    // One rule for the two names of one thing.
    let both = rules.contains_key("fast") && rules.get("fast") == rules.get("priority");
    if both {
        rules.remove("priority");
    }
    rules
        .into_iter()
        .map(|(mode, mut rule)| {
            let tier = if both && mode == "fast" { "priority" } else { &mode };
            rule.insert("tier".into(), json!(tier));
            rule.insert("mode".into(), json!(mode));
            Value::Object(rule)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(value: &str) -> Value {
        json!({"_": "Decimal", "args": [value]})
    }

    #[test]
    fn dates_become_versions_and_tiers_stay_tiers() -> Result<()> {
        let tiered = json!({"_": "TieredPrices", "base": decimal("1"),
            "tiers": [{"start": 200, "price": decimal("2")}, {"start": 500, "price": decimal("3")}]});
        let entry = json!({
            "id": "M-1",
            "match": {"or_": [{"equals": "m-1-latest"}, {"starts_with": "m-1-"}]},
            "prices": [
                {"constraint": null, "prices": {"input_mtok": tiered, "output_mtok": decimal("4")}},
                {"constraint": {"_": "StartDateConstraint", "start_date": {"args": [2026, 3, 13]}},
                 "prices": {"input_mtok": decimal("0.5"), "cache_read_mtok": decimal("0.05")}},
                {"constraint": {"_": "TimeOfDateConstraint"}, "prices": {"input_mtok": decimal("9")}},
            ],
            "price_variants": [
                {"when": {"service_tier": "fast"}, "prices": {"input_mtok": decimal("7")}},
                {"when": {"service_tier": "priority"}, "prices": {"input_mtok": decimal("7")}},
                {"when": {"service_tier": "default"}, "prices": {}},
                {"when": {"processing": "batch"}, "prices": {"input_mtok": decimal("0.25")},
                 "constraint": {"_": "StartDateConstraint", "start_date": {"args": [2026, 10, 14]}}},
            ],
        });
        let model = model("maker", &entry, &mut BTreeSet::new())?.context("priced")?;
        assert_eq!(model["id"], "maker/m-1");
        assert_eq!(model["names"], json!(["m-1-latest"]));
        let fast = json!({"in": 7.0, "tier": "priority", "mode": "fast"});
        let batch = json!({"in": 0.25, "tier": "batch", "mode": "batch"});
        assert_eq!(
            model["prices"],
            json!([
                {"in": 1.0, "out": 4.0, "read": 1.0, "tiers": [fast], "context": [
                    [200, {"in": 2.0, "out": 4.0, "read": 2.0}],
                    [500, {"in": 3.0, "out": 4.0, "read": 3.0}],
                ]},
                {"in": 0.5, "read": 0.05, "tiers": [batch, fast], "from": 1_773_360_000_000_i64},
            ])
        );
        Ok(())
    }

    #[test]
    fn what_is_not_paid_by_token_is_left_out() -> Result<()> {
        let entry =
            |id: &str| json!({"id": id, "match": {"equals": id}, "prices": {"audio_hours": decimal("1")}});
        assert_eq!(model("p", &entry("whisper"), &mut BTreeSet::new())?, None);
        let free = model("p", &entry("m:free"), &mut BTreeSet::new())?.context("free")?;
        assert_eq!(free["prices"][0]["in"], 0);
        Ok(())
    }
}
