//! `demo`: everything at once, on a temporary directory.

use std::net::SocketAddr;

use super::Problem;
use crate::{demo, server};

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where the panel listens; port 0 takes a free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:18317")]
    listen: SocketAddr,
    /// Where the simulated gateway listens; port 0 takes a free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    gateway: SocketAddr,
    /// Live requests per second, as the mean of a day; days and nights differ.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.2)]
    rate: f64,
    /// Days of history.
    #[arg(long, value_name = "NUMBER", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
    /// Events of the history.
    #[arg(long, value_name = "NUMBER", default_value_t = 400_000)]
    events: u64,
    /// The seed of accounts, people and records.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

/// Runs the demo until the process is asked to stop.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let options = demo::Options {
        listen: arguments.listen,
        gateway: arguments.gateway,
        rate: arguments.rate,
        days: arguments.days,
        events: arguments.events,
        seed: arguments.seed,
    };
    server::runtime().map_err(Problem::from_error)?.block_on(demo::run(options))
}
