//! The recorded events cost what the reference answered for them, and what the providers bill.

use std::collections::BTreeMap;

use cpamp_pricing::{BillableTokens, CostBasis, PriceBook, uses_breakdown};
use model::{ModelPrice, UsageEvent};
use normaliser::{Context, Outcome};
use serde_json::Value;

const PUBLISHED: &str = include_str!("../../../../tests/fixtures/contract-v1.12.2/published.jsonl");
const EXCHANGES: &str = include_str!("../../../../tests/fixtures/contract-v1.12.2/exchanges.jsonl");

fn exchange(name: &str) -> Value {
    let mut all = EXCHANGES.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    all.find(|exchange| exchange["name"] == name).expect("it was recorded")
}

fn events() -> Vec<UsageEvent> {
    let context = Context { gateway_id: 1, received_at_ms: 0, credentials: &Default::default() };
    PUBLISHED
        .lines()
        .filter_map(|line| match normaliser::normalise(line.as_bytes(), &context) {
            Outcome::Event(event) => Some(*event),
            Outcome::Control(_) => None,
            Outcome::Rejected(letter) => panic!("{letter:?}"),
        })
        .collect()
}

fn book() -> PriceBook {
    let prices: BTreeMap<String, ModelPrice> =
        serde_json::from_value(exchange("prices-put")["request"]["body"]["prices"].clone()).expect("prices");
    PriceBook::from_prices(prices)
}

#[test]
fn every_model_costs_what_the_reference_answered() {
    let book = book();
    let mut costs: BTreeMap<String, f64> = BTreeMap::new();
    let events = events();
    assert_eq!(events.len(), 268);
    for event in &events {
        let cost = book.cost_of(event, CostBasis::Counters).unwrap_or_default().usd;
        *costs.entry(event.analytics_model().to_owned()).or_default() += cost;
    }
    let recorded = exchange("include-model_stats");
    let recorded = recorded["response"]["body"]["model_stats"].as_array().expect("models").clone();
    assert_eq!(recorded.len(), costs.len());
    for model in recorded {
        let name = model["model"].as_str().expect("a name");
        let (got, expected) = (costs[name], model["cost"].as_f64().expect("a cost"));
        assert!((got - expected).abs() <= 1e-9 * expected.max(1e-3), "{name}: {got} instead of {expected}");
    }
    let total: f64 = costs.values().sum();
    assert!((total - 0.383_514_16).abs() < 1e-9, "{total}");
}

/// The examples of `docs/pricing.md`: tokens as CPA sent them, and what a request is billed for.
#[test]
fn each_provider_family_is_billed_as_the_provider_bills() {
    let events = events();
    let first = |provider: &str| {
        let found = events.iter().find(|event| event.provider == provider && !event.failed);
        found.unwrap_or_else(|| panic!("no success of {provider}"))
    };
    // Provider, uncached, read, creation, output by the breakdown; output by the counters.
    for (provider, [uncached, read, creation, output, by_counters]) in [
        ("claude", [1200, 900, 100, 340, 340]),
        ("codex", [904, 4096, 0, 700, 700]),
        ("xai", [904, 4096, 0, 700, 700]),
        ("kimi", [1976, 1024, 0, 250, 250]),
        ("openai-compatible-openrouter", [1976, 1024, 0, 250, 250]),
        ("gemini", [500, 1500, 0, 550, 150]),
        ("vertex", [500, 1500, 0, 550, 150]),
        ("antigravity", [500, 1500, 0, 550, 150]),
    ] {
        let event = first(provider);
        assert!(uses_breakdown(CostBasis::Breakdown, event), "{provider}");
        let billed = BillableTokens::of(CostBasis::Breakdown, event);
        let expected = BillableTokens {
            total_input: uncached + read + creation,
            uncached,
            residual_cached: 0,
            cache_read: read,
            cache_creation: creation,
            output,
        };
        assert_eq!(billed, expected, "{provider}");
        let counted = BillableTokens::of(CostBasis::Counters, event);
        assert_eq!(counted, BillableTokens { output: by_counters, ..expected }, "{provider}");
    }
    // Gemini 2.5 Flash, 0.30 / 2.50 / 0.03: thinking is 400 of 550 output tokens.
    let book = book();
    let gemini = first("gemini");
    assert_eq!(gemini.resolved_model, "gemini-2.5-flash");
    let cost = |basis| book.cost_of(gemini, basis).expect("priced").usd;
    assert!((cost(CostBasis::Breakdown) - 0.001_57).abs() < 1e-12);
    assert!((cost(CostBasis::Counters) - 0.000_57).abs() < 1e-12);
}
