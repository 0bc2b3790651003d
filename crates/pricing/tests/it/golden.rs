//! The golden examples of the reference, verbatim from `tests/fixtures/golden/`. Their convention: a rate that is
//! present is configured, so that 0 is an explicit zero.

use cpamp_pricing::{BillableTokens, CostBasis, ModelNames, PriceBook, validated};
use model::{CacheInputMode, ContextTier, ModelPrice, Rates, ServiceTier, strip_reasoning_suffix};
use normaliser::{Context, Outcome};
use serde_json::{Value, json};

const NORMALISATION: &str = include_str!("../../../../tests/fixtures/golden/normalisation.json");
const COST: &str = include_str!("../../../../tests/fixtures/golden/cost.json");
const PANEL_AND_SYNC: &str = include_str!("../../../../tests/fixtures/golden/panel-and-sync.json");

fn examples(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("the fixture is a JSON list")
}

fn rates(object: &Value) -> Rates {
    let rate = |name: &str| (object[name].as_f64().unwrap_or(0.0), object.get(name).is_some());
    let (prompt, prompt_configured) = rate("prompt");
    let (completion, completion_configured) = rate("completion");
    let (cache, cache_configured) = rate("cache");
    let (cache_read, cache_read_configured) = rate("cacheRead");
    let (cache_creation, cache_creation_configured) = rate("cacheCreation");
    Rates {
        prompt,
        completion,
        cache,
        cache_read,
        cache_creation,
        prompt_configured,
        completion_configured,
        cache_configured,
        cache_read_configured,
        cache_creation_configured,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn price(object: &Value) -> ModelPrice {
    let context_tiers = list(&object["contextTiers"]).iter().map(|tier| ContextTier {
        threshold_tokens: tier["thresholdTokens"].as_i64().expect("a threshold"),
        rates: rates(tier),
    });
    let service_tiers = list(&object["serviceTiers"]).iter().map(|tier| ServiceTier {
        mode: tier["mode"].as_str().expect("a mode").into(),
        service_tier: tier["serviceTier"].as_str().expect("a tier").into(),
        rates: rates(tier),
    });
    let price = ModelPrice {
        rates: rates(object),
        context_tiers: context_tiers.collect(),
        service_tiers: service_tiers.collect(),
        ..ModelPrice::default()
    };
    validated(price).expect("golden prices are valid")
}

fn book(prices: &Value) -> PriceBook {
    let prices = prices.as_object().expect("a map of prices");
    PriceBook::from_prices(prices.iter().map(|(model, row)| (model.clone(), price(row))))
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_default()
}

fn number(event: &Value, key: &str) -> i64 {
    event[key].as_i64().unwrap_or(0)
}

#[test]
fn costs_are_those_of_the_golden_examples() {
    let examples = examples(COST);
    assert_eq!(examples.len(), 22);
    for example in examples {
        let book = book(&example["prices"]);
        let mut total = 0.0;
        for event in list(&example["events"]) {
            let names = ModelNames { model: text(event, "m"), requested: "", resolved: text(event, "res") };
            // `c` of these examples is the remainder itself (C17 has it beside reads and writes).
            let tokens = BillableTokens::from_normalised(
                number(event, "i"),
                number(event, "c"),
                number(event, "r"),
                number(event, "w"),
                number(event, "o"),
            );
            let Some(price) = book.resolve(names, text(event, "tier")) else {
                assert_eq!(example["id"], "C22", "only C22 has an unpriced model");
                continue;
            };
            let cost = price.cost(0, &tokens).usd;
            let explained = price.explain(0, &tokens);
            let lines: f64 = explained.lines.iter().map(|line| line.usd).sum();
            assert!((lines - cost).abs() <= 1e-12, "{}: {explained:?}", example["id"]);
            let repeat = event["x"].as_i64().unwrap_or(1);
            total += cost * repeat as f64;
        }
        let expected = example["cost"].as_f64().expect("a cost");
        assert!((total - expected).abs() < 1e-9, "{}: {total} instead of {expected}", example["id"]);
    }
}

/// The record that a golden event stands for.
fn record(event: &Value) -> Value {
    json!({
        "timestamp": "2026-08-22T13:04:11Z",
        "provider": text(event, "provider"),
        "executor_type": text(event, "executor"),
        "requested_model": text(event, "m"),
        "resolved_model": text(event, "res"),
        "tokens": {
            "input_tokens": number(event, "i"),
            "output_tokens": number(event, "o"),
            "reasoning_tokens": number(event, "rea"),
            "cached_tokens": number(event, "c"),
            "cache_read_tokens": number(event, "r"),
            "cache_creation_tokens": number(event, "w"),
        },
    })
}

fn normalised(event: &Value) -> model::UsageEvent {
    let context = Context { gateway_id: 1, received_at_ms: 0, credentials: &Default::default() };
    match normaliser::normalise(record(event).to_string().as_bytes(), &context) {
        Outcome::Event(event) => *event,
        other => panic!("{event} became {other:?}"),
    }
}

#[test]
fn events_are_normalised_as_in_the_golden_examples() {
    let examples = examples(NORMALISATION);
    assert_eq!(examples.len(), 7);
    for example in &examples {
        let id = text(example, "id");
        if let Some(names) = example["analytics_model"].as_object() {
            for (raw, expected) in names {
                assert_eq!(Some(strip_reasoning_suffix(raw)), expected.as_str(), "{id}: {raw}");
            }
            continue;
        }
        let event = normalised(example);
        let tokens = BillableTokens::of(CostBasis::Counters, &event);
        let got = json!({
            "mode": match event.cache_input_mode {
                CacheInputMode::Included => "included",
                CacheInputMode::Separate => "separate",
            },
            "total_input": tokens.total_input,
            "uncached": tokens.uncached,
            "residual": tokens.residual_cached,
            "total": event.tokens.total,
        });
        for (key, expected) in example["expect"].as_object().expect("expectations") {
            assert_eq!(&got[key], expected, "{id}: {key}");
        }
    }
}

#[test]
fn a_separate_event_costs_what_the_golden_history_says() {
    let examples = examples(PANEL_AND_SYNC);
    let example = examples.iter().find(|example| example["id"] == "P3").expect("P3");
    let event = normalised(&example["raw_event"]);
    let tokens = BillableTokens::of(CostBasis::Counters, &event);
    assert_eq!(tokens.total_input, 1_100_000);
    let cost = book(&example["prices"]).cost_of(&event, CostBasis::Counters).expect("priced");
    assert!((cost.usd - 2.055).abs() < 1e-9, "{cost:?}");
}

#[test]
fn the_order_of_names_is_billing_analytics_requested() {
    let book =
        book(&json!({ "resolved": {"prompt": 1}, "asked": {"prompt": 2}, "asked(high)": {"prompt": 3} }));
    let key = |requested, resolved| {
        book.resolve(ModelNames { model: "", requested, resolved }, "").map(|price| price.price_model)
    };
    assert_eq!(key("asked(high)", "resolved").as_deref(), Some("resolved"));
    assert_eq!(key("asked(high)", "unknown").as_deref(), Some("asked"));
    assert_eq!(key("asked(high)", "").as_deref(), Some("asked"));
    assert_eq!(key("other", "").as_deref(), None);
    let only_raw = self::book(&json!({ "asked(high)": {"prompt": 3} }));
    let raw = only_raw.resolve(ModelNames { model: "", requested: "asked(high)", resolved: "x" }, "");
    assert_eq!(raw.map(|price| price.behaviour_model).as_deref(), Some("x"));
}
