//! Price catalogues: whatever a source answers, a price that comes out of it is valid and gives finite costs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pricing::catalogue::{Catalogue, Source};
use pricing::{BillableTokens, ModelNames, PriceBook, validated};

fuzz_target!(|bytes: &[u8]| {
    let tokens = BillableTokens::from_normalised(300_000, 10, 20, 30, 40);
    for source in Source::ALL {
        let Ok(catalogue) = Catalogue::parse(source, bytes) else { continue };
        for entry in catalogue.entries.iter().take(20) {
            let _ = catalogue.find(&entry.id);
            let _ = catalogue.candidates(&entry.id);
            assert!(validated(entry.price.clone()).is_ok());
            let book = PriceBook::from_prices([("m".to_owned(), entry.price.clone())]);
            let names = ModelNames { model: "m", requested: "", resolved: "" };
            let cost = book.resolve(names, "priority").map(|price| price.cost(0, &tokens).usd);
            assert!(cost.is_some_and(|usd| usd.is_finite() && usd >= 0.0));
        }
    }
});
