//! How long a cost takes: `cargo run --release -p cpamp-pricing --example speed`.

#![expect(clippy::print_stdout, reason = "an example that reports to a terminal")]

use std::hint::black_box;
use std::time::Instant;

use cpamp_pricing::{BillableTokens, ModelNames, PriceBook};

const ROUNDS: u32 = 50_000_000;

fn main() {
    let book = PriceBook::default().with_bundled(true);
    // Two versions, one of them with a context tier.
    let names = ModelNames { model: "claude-opus-4-6", requested: "", resolved: "" };
    let begin = Instant::now();
    let price = book.resolve(names, "").expect("bundled");
    println!("first resolve, reading the bundled list: {:?}", begin.elapsed());
    let begin = Instant::now();
    for _ in 0..10_000 {
        black_box(book.resolve(black_box(names), ""));
    }
    println!("resolve: {:?}", begin.elapsed() / 10_000);
    let mut tokens = BillableTokens::from_normalised(30_000, 0, 20_000, 1_000, 700);
    let mut sum = 0.0;
    let begin = Instant::now();
    for round in 0..ROUNDS {
        tokens.total_input = i64::from(round);
        sum += price.cost(1_773_000_000_000 + i64::from(round) * 20, black_box(&tokens)).usd;
    }
    let each = begin.elapsed() / (ROUNDS / 1000);
    println!("cost: {:.2} ns (sum {sum:.0})", each.as_nanos() as f64 / 1000.0);
}
