//! How fast the index is built and kept, over generated traffic: `speed <events> [<directory>]`. Prints one line each.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use columns::{Dimension, Filter, Group, Plan, Scan};
use cpamp_index::{Directory, Index, PriceList, Settings};
use model::{CredentialMap, DEFAULT_GATEWAY, PriceTable};
use normaliser::{Context, Outcome, normalise};
use pricing::CostBasis;
use simulator::{TrafficConfig, TrafficGenerator};
use store::{OpenOptions, Store};

const FROM: i64 = 1_780_000_000_000;
const YEAR: i64 = 365 * 86_400_000;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Processor time of this process so far, seconds: the clock lies on a machine that does other things too.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(12) + ticks(13)) / 100.0
}

/// Resident memory, megabytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0.0) / 1024.0
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text:<64} rss {:.0} MB, processor {:.2} s", resident(), processor());
}

fn fill(store: &Store, events: u64) {
    let credentials = CredentialMap::default();
    let mut generator = TrafficGenerator::new(TrafficConfig::default());
    let mut batch = Vec::new();
    for record in generator.history(FROM, FROM + YEAR, events) {
        let context =
            Context { gateway_id: DEFAULT_GATEWAY, received_at_ms: FROM + YEAR, credentials: &credentials };
        if let Outcome::Event(event) = normalise(&record, &context) {
            batch.push(*event);
        }
        if batch.len() == 8000 {
            store.append_blocking(std::mem::take(&mut batch), Vec::new()).expect("appends");
        }
    }
    store.append_blocking(batch, Vec::new()).expect("appends");
}

fn plan(snapshot: &cpamp_index::Snapshot) -> Plan {
    let values: Vec<u32> = snapshot.dictionaries.profiles.iter().map(|profile| profile.model).collect();
    let len = values.iter().max().map_or(0, |most| most + 1);
    let by = vec![Dimension::Profile { values: Arc::new(values), len }];
    let group = Group { by, ..Group::default() };
    let scan =
        Scan { range: i64::MIN..i64::MAX, filter: Filter::default(), groups: vec![group], rows: Vec::new() };
    Plan::new(vec![scan])
}

fn start(store: &Store, directory: &std::path::Path) -> (Index, Duration) {
    let began = Instant::now();
    let files = Arc::new(Directory::new(directory.join("columns")));
    let costs = Arc::new(PriceList::new(&PriceTable::default(), CostBasis::Breakdown, true));
    let settings = Settings { idle: Duration::from_secs(4), ..Settings::default() };
    let index = Index::start(store.clone(), files, settings, costs).expect("starts");
    loop {
        let snapshot = index.snapshot();
        if snapshot.partial.is_none() && snapshot.generation >= store.counts().generation {
            return (index, began.elapsed());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let events: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let directory = arguments.next().map_or_else(|| std::env::temp_dir().join("index-speed"), PathBuf::from);
    std::fs::create_dir_all(&directory).expect("makes the directory");
    let path = directory.join("usage.sqlite");
    let fresh = !path.exists();
    let store = Store::open(&path, &OpenOptions::default()).expect("opens");
    if fresh {
        fill(&store, events);
    }
    let events = store.counts().events;
    let _ = std::fs::remove_dir_all(directory.join("columns"));
    say(&format!("{events} events stored"));
    let mut next = Some(1);
    let (began, mut rows) = (Instant::now(), 0_u64);
    while let Some(first) = next {
        next =
            store.read_blocking(|reader| reader.index_rows(first, i64::MAX, |_| rows += 1)).expect("reads");
    }
    say(&format!("narrow read: {:.0} rows/s", rows as f64 / began.elapsed().as_secs_f64()));
    let (index, took) = start(&store, &directory);
    say(&format!("build: {took:?}, {:.0} rows/s", events as f64 / took.as_secs_f64()));
    let status = index.status();
    say(&format!(
        "{:.1} bytes/event, of them {:.1} for unique text; {} segments, {} bytes in memory",
        status.disk_bytes as f64 / events as f64,
        status.text_bytes as f64 / events as f64,
        status.segments,
        status.memory_bytes
    ));
    for _ in 0..3 {
        let snapshot = index.snapshot();
        let began = Instant::now();
        let result = store::wait(index.query_at(Arc::clone(&snapshot), Arc::new(plan(&snapshot)), None));
        let matched = result.expect("answers").answer.scans[0].matched;
        say(&format!("sums by model over {matched}: {:?}", began.elapsed()));
    }
    std::thread::sleep(Duration::from_secs(12));
    say("nobody asked anything for a while");
    let credentials = CredentialMap::default();
    let mut generator = TrafficGenerator::new(TrafficConfig {
        seed: u64::from(std::process::id()),
        ..TrafficConfig::default()
    });
    let mut waits = Vec::new();
    for record in generator.history(FROM + YEAR, FROM + YEAR + 86_400_000, 200) {
        let context =
            Context { gateway_id: DEFAULT_GATEWAY, received_at_ms: FROM + YEAR, credentials: &credentials };
        let Outcome::Event(event) = normalise(&record, &context) else { continue };
        store.append_blocking(vec![*event], Vec::new()).expect("appends");
        let began = Instant::now();
        let snapshot = index.fresh_blocking(Duration::from_secs(1));
        assert!(snapshot.generation >= store.counts().generation, "fresh");
        waits.push(began.elapsed());
    }
    waits.sort();
    say(&format!("catch-up: p50 {:?}, p95 {:?}", waits[waits.len() / 2], waits[waits.len() * 95 / 100]));
    let began = Instant::now();
    let other = Arc::new(PriceList::new(&PriceTable::default(), CostBasis::Breakdown, false));
    let version = cpamp_index::Costs::version(other.as_ref());
    index.set_prices(other);
    while index.snapshot().prices != version {
        std::thread::sleep(Duration::from_millis(2));
    }
    say(&format!("other prices: {:?}", began.elapsed()));
    let began = Instant::now();
    index.stop();
    say(&format!("stop: {:?}", began.elapsed()));
    drop(index);
    let (index, took) = start(&store, &directory);
    say(&format!("start with a cache (prices changed): {took:?}, {} rows read", index.status().rows_read));
    std::thread::sleep(Duration::from_secs(2));
    say("idle");
    std::thread::sleep(Duration::from_secs(12));
    say("nobody asked anything for a while");
}
