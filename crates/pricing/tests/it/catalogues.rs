//! Catalogues and matching: the samples and golden examples of the sheet, and what must not be accepted.

use cpamp_pricing::catalogue::{Catalogue, CatalogueError, Source};
use cpamp_pricing::matching::{Found, MatchReason};
use model::ModelPrice;
use serde_json::{Value, json};

const MODELS_DEV: &str = include_str!("../../../../tests/fixtures/golden/catalogue-models-dev.json");
const LITELLM: &str = include_str!("../../../../tests/fixtures/golden/catalogue-litellm.json");
const OPENROUTER: &str = include_str!("../../../../tests/fixtures/golden/catalogue-openrouter.json");
const PANEL_AND_SYNC: &str = include_str!("../../../../tests/fixtures/golden/panel-and-sync.json");

fn golden(id: &str) -> Value {
    let all: Vec<Value> = serde_json::from_str(PANEL_AND_SYNC).expect("a list");
    all.into_iter().find(|example| example["id"] == id).expect("the example is in the fixture")
}

fn parse(source: Source, text: &str) -> Catalogue {
    Catalogue::parse(source, text.as_bytes()).expect("a usable catalogue")
}

fn taken<'a>(catalogue: &'a Catalogue, name: &str) -> (&'a ModelPrice, MatchReason) {
    match catalogue.find(name) {
        Found::One(entry, reason) => (&entry.price, reason),
        other => panic!("{name}: {other:?}"),
    }
}

/// Every key of the expectation is in the price; a number that is expected is also configured.
fn assert_price(price: &ModelPrice, expected: &Value) {
    let got = serde_json::to_value(price).expect("a price is JSON");
    assert_contains(&got, expected);
}

fn assert_contains(got: &Value, expected: &Value) {
    for (key, value) in expected.as_object().expect("an object") {
        match value {
            Value::Array(items) => {
                let list = got[key].as_array().expect(key);
                assert_eq!(list.len(), items.len());
                list.iter().zip(items).for_each(|(got, expected)| assert_contains(got, expected));
            }
            Value::Number(number) => {
                let got_number = got[key].as_f64().unwrap_or(0.0);
                assert!((got_number - number.as_f64().expect("finite")).abs() < 1e-9, "{key} in {got}");
                if key != "thresholdTokens" {
                    assert_eq!(got[format!("{key}Configured")], true, "{key} in {got}");
                }
            }
            other => assert_eq!(&got[key], other, "{key}"),
        }
    }
}

#[test]
fn golden_s1_the_makers_entry_or_what_was_asked_for() {
    let example = golden("S1");
    let catalogue = parse(Source::ModelsDev, MODELS_DEV);
    assert!(catalogue.has_canonical);
    for name in example["ask"].as_array().expect("names") {
        let name = name.as_str().expect("a name");
        assert_price(taken(&catalogue, name).0, &example["expect"][name]);
    }
    assert_eq!(taken(&catalogue, "nova-1").1, MatchReason::Official);
    assert_eq!(taken(&catalogue, "ACME/nova-1").1, MatchReason::Official);
    assert_eq!(taken(&catalogue, "resale/Nova-1").1, MatchReason::CaseInsensitive);
    assert_eq!(catalogue.find("nova1"), Found::Nothing, "strict: no reduced names");
    let names: Vec<&str> = catalogue.unambiguous().map(|(name, _)| name).collect();
    assert_eq!(names, ["nova-1"]);
}

#[test]
fn golden_s2_several_hits_leave_it_to_the_next_source() {
    let example = golden("S2");
    let models_dev = parse(Source::ModelsDev, &example["models.dev"].to_string());
    let Found::Ambiguous(hits) = models_dev.find("shared") else { panic!("two providers have it") };
    assert_eq!(hits.len(), 2);
    let candidates = models_dev.candidates("shared");
    assert_eq!(candidates.len(), 2);
    assert!(candidates.iter().all(|candidate| candidate.score == 0.94));
    let litellm = parse(Source::LiteLlm, &example["litellm"].to_string());
    let (price, reason) = taken(&litellm, "shared");
    assert_eq!((price.source.as_str(), reason), ("litellm", MatchReason::Exact));
    assert_price(price, &json!({"prompt": example["expect"]["prompt"]}));
}

#[test]
fn golden_s3_candidates_are_offered_and_never_taken() {
    let example = golden("S3");
    let data: Vec<Value> = example["ids"]
        .as_array()
        .expect("ids")
        .iter()
        .map(|id| json!({"id": id, "pricing": {"prompt": "0.000001"}}))
        .collect();
    let catalogue = parse(Source::OpenRouter, &json!({ "data": data }).to_string());
    for (name, expected) in example["candidate_for"].as_object().expect("pairs") {
        assert_eq!(catalogue.find(name), Found::Nothing, "{name}");
        let first = &catalogue.candidates(name)[0];
        assert_eq!(Some(first.entry.id.as_str()), expected.as_str(), "{name}");
    }
    for name in example["unmatched"].as_array().expect("names") {
        assert_eq!(catalogue.candidates(name.as_str().expect("a name")), vec![], "{name}");
    }
}

#[test]
fn the_samples_of_all_sources_mean_the_same_price() {
    let expected = json!({"prompt": 2, "completion": 8, "cacheRead": 0.2, "cacheCreation": 2.5});
    let litellm = parse(Source::LiteLlm, LITELLM);
    assert_price(taken(&litellm, "acme/nova-1").0, &expected);
    let openrouter = parse(Source::OpenRouter, OPENROUTER);
    assert_eq!(openrouter.skipped, 1);
    let (price, reason) = taken(&openrouter, "nova_1");
    assert_price(price, &expected);
    assert_eq!(reason, MatchReason::ProviderPrefix);
    assert_eq!(taken(&openrouter, "acmenova1").1, MatchReason::Normalized);
    assert!(price.raw_json.contains("input_cache_read"));
}

#[test]
fn levels_are_tried_in_order_and_the_first_hit_decides() {
    let catalogue = parse(
        Source::ModelsDev,
        r#"{"p":{"models":{"one":{"cost":{"input":1}},"One":{"cost":{"input":2}},"two":{"cost":{"input":3}}}},
            "q":{"models":{"Two-X":{"cost":{"input":"4"}}}}, "other": 5}"#,
    );
    assert_eq!(taken(&catalogue, "p/one").1, MatchReason::Exact);
    assert_eq!(taken(&catalogue, "one").1, MatchReason::SourceModelId);
    assert_eq!(taken(&catalogue, "TWO").1, MatchReason::CaseInsensitiveSourceModelId);
    assert!(matches!(catalogue.find("ONE"), Found::Ambiguous(hits) if hits.len() == 2));
    assert_eq!(taken(&catalogue, "twox").1, MatchReason::ProviderPrefix);
    assert_eq!(catalogue.find(""), Found::Nothing);
}

#[test]
fn one_bad_context_tier_voids_all_of_them_and_bad_prices_are_skipped() {
    let tier = |size: Value| json!({"input": 4, "tier": {"type": "context", "size": size}});
    let model = |tiers: Value| json!({"p": {"models": {"m": {"cost": {"input": 1, "tiers": tiers}}}}});
    let tiers = |tiers: Value| {
        let catalogue = parse(Source::ModelsDev, &model(tiers).to_string());
        catalogue.entries[0].price.context_tiers.len()
    };
    assert_eq!(tiers(json!([tier(json!(10)), {"input": 4, "tier": {"type": "speed"}}])), 1);
    assert_eq!(tiers(json!([tier(json!(10)), tier(json!(10))])), 0);
    assert_eq!(tiers(json!([tier(json!(10)), tier(json!(0))])), 0);
    assert_eq!(tiers(json!([tier(json!(10)), {"tier": {"type": "context", "size": 20}}])), 0);
    let openrouter = json!({"data": [
        {"id": "auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        {"id": "nan", "pricing": {"prompt": "NaN"}},
        {"id": "good", "pricing": {"prompt": "0.000001"}},
        {"pricing": {"prompt": "0.000001"}},
    ]});
    let catalogue = parse(Source::OpenRouter, &openrouter.to_string());
    assert_eq!((catalogue.entries.len(), catalogue.skipped), (1, 3));
}

#[test]
fn what_is_no_catalogue_is_refused() {
    let refused = |source, text: &str| Catalogue::parse(source, text.as_bytes()).expect_err("unusable");
    for source in Source::ALL {
        for text in ["", "[]", "null", "<html>", r#"{"a":1"#] {
            let _ = refused(source, text);
        }
    }
    assert!(matches!(refused(Source::ModelsDev, "{}"), CatalogueError::Empty));
    assert!(matches!(
        refused(Source::ModelsDev, r#"{"providers":{"p":{"models":{"m":{"cost":{"input":1}}}}}}"#),
        CatalogueError::NoCanonical
    ));
    assert!(matches!(
        refused(
            Source::ModelsDev,
            r#"{"models":{},"providers":{"p":{"models":{"m":{"cost":{"input":1}}}}}}"#
        ),
        CatalogueError::NoCanonical
    ));
    assert!(matches!(refused(Source::OpenRouter, r#"{"data":[{"id":"x"}]}"#), CatalogueError::Empty));
}
