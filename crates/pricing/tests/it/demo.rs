//! The demo's traffic is priced by the bundled list, but for a few models that show what unpriced looks like.

use std::collections::BTreeMap;

use cpamp_pricing::{ModelNames, PriceBook};
use normaliser::{Context, Outcome};
use simulator::{TrafficConfig, TrafficGenerator};

const DAY_MS: i64 = 86_400_000;
const FROM_MS: i64 = 1_795_305_600_000;

#[test]
fn nine_of_ten_demo_calls_have_a_bundled_price() {
    let book = PriceBook::default().with_bundled(true);
    let context = Context { gateway_id: 1, received_at_ms: 0, credentials: &Default::default() };
    let (mut calls, mut unpriced) = (0, BTreeMap::new());
    let mut generator = TrafficGenerator::new(TrafficConfig::default());
    for record in generator.history(FROM_MS, FROM_MS + 7 * DAY_MS, 10_000) {
        let Outcome::Event(event) = normaliser::normalise(&record, &context) else { continue };
        calls += 1;
        if book.resolve(ModelNames::of(&event), &event.service_tier).is_none() {
            *unpriced.entry(event.resolved_model.clone()).or_insert(0) += 1;
        }
    }
    let without: i32 = unpriced.values().sum();
    assert!(calls > 9_000 && without * 10 <= calls, "{without} of {calls}: {unpriced:?}");
    assert!(without > 0, "some are left unpriced on purpose: aliases of a gateway that no maker lists");
}
