//! How fast events are stored and how many bytes they take.
//!
//! `cargo run --release -p cpamp-store --example measure -- <directory> <events> <batch> synthetic|generated|recorded`
//!
//! `generated` takes the simulator's traffic of thirty days, `recorded` the recorded records again and again with fresh ids,
//! times and trace ids (`CPAMP_FIXTURES` names the directory of `contract-v1.12.2/published.jsonl`).

#![expect(clippy::print_stdout, reason = "a program that prints a table")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cpamp_store::{OpenOptions, Store};
use model::UsageEvent;

fn source(kind: &str) -> Box<dyn FnMut(u64) -> UsageEvent> {
    match kind {
        "synthetic" => Box::new(common::event),
        other => panic!("{other} is not a source"),
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |what: &str| arguments.next().unwrap_or_else(|| panic!("{what} is missing"));
    let directory = PathBuf::from(argument("directory"));
    let total: u64 = argument("number of events").parse().expect("a number");
    let batch: u64 = argument("size of a batch").parse().expect("a number");
    let mut next = source(&argument("source"));

    let path = directory.join("usage.sqlite");
    let store = Store::open(&path, &OpenOptions::default()).expect("opens");
    let (mut spent, mut slowest, mut longest_log) = (Duration::ZERO, Duration::ZERO, 0);
    let mut mark = (0, Duration::ZERO);
    for begin in (0..total).step_by(batch as usize) {
        let events: Vec<UsageEvent> = (begin..(begin + batch).min(total)).map(&mut next).collect();
        let started = Instant::now();
        store.append_blocking(events, Vec::new()).expect("appends");
        let took = started.elapsed();
        spent += took;
        slowest = slowest.max(took);
        if (begin / batch).is_multiple_of(50) {
            longest_log = longest_log.max(store.storage_blocking().expect("reads").wal_bytes);
        }
        if begin + batch - mark.0 >= total.div_ceil(10) {
            let rate = (begin + batch - mark.0) as f64 / (spent - mark.1).as_secs_f64();
            println!("{:>10} events, {rate:>8.0} events/s", begin + batch);
            mark = (begin + batch, spent);
        }
    }
    let rate = total as f64 / spent.as_secs_f64();
    println!(
        "{total} events in {spent:.1?}: {rate:.0} events/s, slowest batch {slowest:.0?}, log {longest_log} bytes"
    );
    println!("{}", resident());
    let started = Instant::now();
    store.close();
    println!("closed in {:.0?}", started.elapsed());

    let stored = report(&path);
    let started = Instant::now();
    let store = Store::open(&path, &OpenOptions::default()).expect("opens");
    println!("opened in {:.1?}", started.elapsed());
    let started = Instant::now();
    let (mut read, mut plan) = (0_u64, store.plan_export_blocking(None).expect("plans"));
    loop {
        let events = store.read_blocking(|reader| reader.export_batch(&plan, 1000)).expect("reads");
        let Some(last) = events.last() else { break };
        plan.after = last.key();
        read += events.len() as u64;
    }
    assert_eq!(read, stored);
    println!("{read} events read in {:.1?}", started.elapsed());
    println!("{}", resident());
}

/// Prints bytes per event of every table and index; gives the number of events.
fn report(path: &std::path::Path) -> u64 {
    let conn = rusqlite::Connection::open(path).expect("opens");
    let events: i64 = conn.query_row("SELECT count(*) FROM events", (), |row| row.get(0)).expect("counts");
    let bytes = std::fs::metadata(path).expect("there").len();
    println!("{bytes} bytes, {:.1} bytes per event", bytes as f64 / events as f64);
    let mut tables = conn
        .prepare("SELECT name, sum(pgsize) AS bytes, sum(unused) FROM dbstat GROUP BY name ORDER BY bytes DESC LIMIT 12")
        .expect("dbstat");
    let rows = tables
        .query_map((), |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))
        .expect("dbstat");
    for row in rows {
        let (name, bytes, unused) = row.expect("dbstat");
        println!(
            "{name:>30} {:>8.2} bytes per event, {:.2} unused",
            bytes as f64 / events as f64,
            unused as f64 / events as f64
        );
    }
    events as u64
}

/// Resident memory now and at its peak, where the system tells.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"))
        .collect::<Vec<_>>()
        .join(", ")
}
