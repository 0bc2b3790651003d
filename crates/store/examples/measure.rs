//! How fast events are stored and how many bytes they take.
//!
//! `cargo run --release -p cpamp-store --example measure -- <directory> <events> <batch> synthetic|generated|recorded`
//!
//! `generated` takes the simulator's traffic of thirty days, `recorded` the recorded records again and again with fresh ids,
//! times and trace ids (`CPAMP_FIXTURES` names the directory of `contract-v1.12.2/published.jsonl`).

#![expect(clippy::print_stdout, reason = "a program that prints a table")]

#[path = "../tests/common/mod.rs"]
#[expect(dead_code, reason = "a part is used here")]
mod common;
#[path = "../tests/common/recorded.rs"]
#[expect(dead_code, reason = "a part is used here")]
mod recorded;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cpamp_store::{OpenOptions, Store};
use model::{CredentialFacts, CredentialMap, UsageEvent};
use normaliser::fill_snapshot;
use simulator::{TrafficConfig, TrafficGenerator};

/// Thirty days, in milliseconds.
const SPAN_MS: i64 = 30 * 86_400_000;

/// Events that are made ahead of storing them.
const AHEAD: usize = 20_000;

/// A source of events: gives `count` more each time.
type Source = Box<dyn FnMut(u64, u64) -> Vec<UsageEvent>>;

fn source(kind: &str, total: u64) -> Source {
    match kind {
        "synthetic" => Box::new(|begin, count| common::events(begin..begin + count)),
        "generated" => generated(total),
        "recorded" => Box::new(recorded::source()),
        other => panic!("{other} is not a source"),
    }
}

/// The simulator's records, normalised with its auth files as the credential map.
fn generated(total: u64) -> Source {
    let (sender, receiver) = std::sync::mpsc::sync_channel(64);
    std::thread::spawn(move || {
        let mut generator = TrafficGenerator::new(TrafficConfig::default());
        for record in generator.history(common::START_MS, common::START_MS + SPAN_MS, total) {
            if sender.send(record).is_err() {
                return;
            }
        }
    });
    let mut credentials = CredentialMap::default();
    let mut ready = VecDeque::new();
    Box::new(move |_, count| {
        // Far ahead, so that making records does not share the processor with storing them.
        if ready.len() < count as usize {
            for record in receiver.iter().take(AHEAD) {
                let event = recorded::normalised(&record, &credentials);
                ready.push_back(with_account(event, &mut credentials));
            }
        }
        ready.drain(..ready.len().min(count as usize)).collect()
    })
}

/// Fills the account's fields as the collector does from the gateway's list of credentials, read every half minute.
fn with_account(mut event: UsageEvent, credentials: &mut CredentialMap) -> UsageEvent {
    let known = credentials.by_auth_index.len();
    credentials.by_auth_index.entry(event.auth_index.clone()).or_insert_with(|| CredentialFacts {
        account: format!("account-{known}@example.org"),
        label: format!("account-{known}@example.org"),
        file: format!("{}-account-{known}@example.org.json", event.provider),
        provider: event.provider.clone(),
        project_id: String::new(),
    });
    credentials.read_at_ms = event.time.ms - event.time.ms % 30_000;
    fill_snapshot(&mut event, credentials);
    event
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |what: &str| arguments.next().unwrap_or_else(|| panic!("{what} is missing"));
    let directory = PathBuf::from(argument("directory"));
    let total: u64 = argument("number of events").parse().expect("a number");
    let batch: u64 = argument("size of a batch").parse().expect("a number");
    let mut next = source(&argument("source"), total);

    let path = directory.join("usage.sqlite");
    let store = Store::open(&path, &OpenOptions::default()).expect("opens");
    let (mut spent, mut slowest, mut longest_log) = (Duration::ZERO, Duration::ZERO, 0);
    let mut mark = (0, Duration::ZERO);
    for begin in (0..total).step_by(batch as usize) {
        let events: Vec<UsageEvent> = next(begin, batch.min(total - begin));
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
    if let Some((user, system)) = writer_ticks() {
        let rate = |ticks: u64| total as f64 / (ticks.max(1) as f64 / 100.0);
        println!(
            "the writer used {user}0 ms + {system}0 ms of processor: {:.0} events/s of it alone",
            rate(user + system)
        );
    }
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

/// Processor time of the writer thread, user and system, in hundredths of a second, where the system tells.
fn writer_ticks() -> Option<(u64, u64)> {
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let path = task.ok()?.path();
        if std::fs::read_to_string(path.join("comm")).ok()?.trim() == "store-writer" {
            let stat = std::fs::read_to_string(path.join("stat")).ok()?;
            let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
            return Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?));
        }
    }
    None
}
