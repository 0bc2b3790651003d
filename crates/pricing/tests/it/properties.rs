//! What holds for every price and every request.

use cpamp_pricing::{BillableTokens, ModelNames, PriceBook, validated};
use model::{ContextTier, ModelPrice, PriceVersion, Rates, ServiceTier};
use proptest::prelude::*;

fn rates() -> impl Strategy<Value = Rates> {
    let rate =
        || prop_oneof![2 => Just((0.0, false)), 1 => Just((0.0, true)), 5 => (0.0..500.0_f64, any::<bool>())];
    (rate(), rate(), rate(), rate(), rate()).prop_map(|(p, c, k, r, w)| Rates {
        prompt: p.0,
        prompt_configured: p.1,
        completion: c.0,
        completion_configured: c.1,
        cache: k.0,
        cache_configured: k.1,
        cache_read: r.0,
        cache_read_configured: r.1,
        cache_creation: w.0,
        cache_creation_configured: w.1,
    })
}

fn tier_rates() -> impl Strategy<Value = Rates> {
    rates().prop_map(|rates| Rates { prompt_configured: true, ..rates })
}

/// A price that says something: one in which nothing is set is no price to a [`PriceBook`].
fn price() -> impl Strategy<Value = ModelPrice> {
    let context = proptest::collection::btree_map(1..600_000_i64, tier_rates(), 0..3);
    let service = proptest::collection::btree_map("[a-c]", tier_rates(), 0..3);
    let any = (rates(), context, service).prop_map(|(rates, context, service)| {
        let price = ModelPrice {
            rates,
            context_tiers: context
                .into_iter()
                .map(|(threshold_tokens, rates)| ContextTier { threshold_tokens, rates })
                .collect(),
            service_tiers: service
                .into_iter()
                .map(|(mode, rates)| ServiceTier { service_tier: format!("{mode}-tier"), mode, rates })
                .collect(),
            ..ModelPrice::default()
        };
        validated(price).expect("the strategy makes valid prices")
    });
    any.prop_filter("nothing is set", ModelPrice::is_set)
}

fn tokens() -> impl Strategy<Value = BillableTokens> {
    let count = || prop_oneof![Just(0_i64), 0..1000_i64, 0..2_000_000_i64];
    (count(), count(), count(), count(), count()).prop_map(|(input, residual, read, creation, output)| {
        BillableTokens::from_normalised(input, residual, read, creation, output)
    })
}

fn model() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("gpt-5.4"),
        Just("gpt-5.5-2026-01-01"),
        Just("x/gpt-5.6-sol"),
        Just("claude-sonnet-4-6"),
        Just("other")
    ]
}

fn tier() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(""), Just("priority"), Just(" FLEX"), Just("batch"), Just("a"), Just("b-tier")]
}

fn names(model: &str) -> ModelNames<'_> {
    ModelNames { model, requested: "", resolved: "" }
}

proptest! {
    #[test]
    fn a_cost_is_an_amount_and_its_lines_add_up(
        price in price(), tokens in tokens(), model in model(), tier in tier(), at in any::<i64>(),
    ) {
        let book = PriceBook::from_prices([(model.to_owned(), price)]);
        let resolved = book.resolve(names(model), tier).expect("priced");
        let cost = resolved.cost(at, &tokens).usd;
        prop_assert!(cost.is_finite() && cost >= 0.0, "{cost}");
        let explained = resolved.explain(at, &tokens);
        let sum: f64 = explained.lines.iter().map(|line| line.usd).sum();
        prop_assert!((sum - cost).abs() <= 1e-12 * cost.max(1.0), "{sum} and {cost}");
        for line in explained.lines {
            let amount = line.tokens as f64 * line.usd_per_million * line.multiplier / 1e6;
            prop_assert!((amount - line.usd).abs() <= 1e-12 * amount.max(1.0), "{line:?}");
        }
    }

    #[test]
    fn within_a_band_cost_is_linear(
        price in price(), one in tokens(), two in tokens(), model in model(), tier in tier(),
    ) {
        let book = PriceBook::from_prices([(model.to_owned(), price)]);
        let resolved = book.resolve(names(model), tier).expect("priced");
        let thresholds: Vec<i64> = resolved.thresholds(0).collect();
        let band = |tokens: &BillableTokens| thresholds.iter().filter(|t| tokens.total_input > **t).count();
        let same = band(&one) == band(&two);
        let two = if same { two } else { BillableTokens { total_input: one.total_input, ..two } };
        let both = BillableTokens {
            // The sum belongs to the band of its parts: a band is chosen by request, not by group.
            total_input: one.total_input,
            uncached: one.uncached + two.uncached,
            residual_cached: one.residual_cached + two.residual_cached,
            cache_read: one.cache_read + two.cache_read,
            cache_creation: one.cache_creation + two.cache_creation,
            output: one.output + two.output,
        };
        let apart = resolved.cost(0, &one).usd + resolved.cost(0, &two).usd;
        prop_assert!((resolved.cost(0, &both).usd - apart).abs() <= 1e-9 * apart.max(1.0));
    }

    #[test]
    fn versions_partition_time(
        starts in proptest::collection::btree_set(1..1_000_i64, 1..5), at in -10..1_100_i64,
    ) {
        let version = |start: i64, rate: f64| PriceVersion {
            valid_from_ms: start,
            price: ModelPrice { rates: Rates { prompt: rate, ..Rates::default() }, ..ModelPrice::default() },
        };
        let starts: Vec<i64> = starts.into_iter().collect();
        let mut versions: Vec<_> =
            starts.iter().enumerate().map(|(index, start)| version(*start, index as f64 + 1.0)).collect();
        versions.reverse();
        let book = PriceBook::new([("m".to_owned(), versions)]);
        let resolved = book.resolve(names("m"), "").expect("priced");
        let tokens = BillableTokens::from_normalised(1_000_000, 0, 0, 0, 0);
        // The first version also covers what was before it.
        let expected = starts.iter().filter(|start| **start <= at).count().max(1);
        let explained = resolved.explain(at, &tokens);
        prop_assert!((explained.usd - expected as f64).abs() < 1e-9);
        prop_assert!(explained.valid_from_ms.is_none_or(|from| from <= at));
        prop_assert!(explained.valid_to_ms.is_none_or(|to| at < to));
        prop_assert_eq!(resolved.changes().collect::<Vec<_>>(), &starts[1..]);
    }
}
