//! Databases full of the generator's traffic, written straight into the store.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;
use model::{CredentialMap, DEFAULT_GATEWAY, UsageEvent};
use normaliser::{Context as Source, Outcome};
use simulator::{TrafficConfig, TrafficGenerator};
use store::{OpenOptions, Store};

use crate::report::thousands;
use crate::say;

/// One day, milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// Events of one commit.
const BATCH: usize = 5_000;

/// The time that the events of a database cover.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Before the first event, Unix milliseconds.
    pub from_ms: i64,
    /// After the last one.
    pub to_ms: i64,
}

/// Makes a database with so many events that end now.
pub fn fill(directory: &Path, events: u64, days: i64) -> Result<Span> {
    let started = Instant::now();
    std::fs::create_dir_all(directory)?;
    let to_ms = Timestamp::now().as_millisecond();
    let span = Span { from_ms: to_ms - days * DAY_MS, to_ms };
    // The writer has a thread of its own; generating and normalising go on in this one meanwhile.
    tokio::task::block_in_place(|| write(&directory.join("usage.sqlite"), events, span))?;
    let seconds = started.elapsed().as_secs_f64();
    say::line(&format!("{} events written in {seconds:.0} s", thousands(events)));
    Ok(span)
}

fn write(path: &Path, events: u64, span: Span) -> Result<()> {
    let store = Store::open(path, &OpenOptions::default())?;
    let credentials = CredentialMap::default();
    let mut generator = TrafficGenerator::new(TrafficConfig::default());
    let mut batch: Vec<UsageEvent> = Vec::with_capacity(BATCH);
    let (mut written, mut waiting) = (0, None);
    for record in generator.history(span.from_ms, span.to_ms, events) {
        let source =
            Source { gateway_id: DEFAULT_GATEWAY, received_at_ms: span.to_ms, credentials: &credentials };
        match normaliser::normalise(record.as_ref(), &source) {
            Outcome::Event(event) => batch.push(*event),
            _ => bail!("the generator made a record that is no event"),
        }
        if batch.len() == BATCH {
            settle(&mut written, waiting.take())?;
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            let store = store.clone();
            waiting = Some(std::thread::spawn(move || append(&store, full)));
        }
    }
    settle(&mut written, waiting.take())?;
    written += append(&store, batch)?;
    store.close();
    if written != events {
        bail!("{written} of {events} events are stored");
    }
    Ok(())
}

type Writing = std::thread::JoinHandle<Result<u64>>;

fn settle(written: &mut u64, writing: Option<Writing>) -> Result<()> {
    if let Some(writing) = writing {
        *written += writing.join().map_err(|_| anyhow!("the writing thread ended abnormally"))??;
    }
    Ok(())
}

fn append(store: &Store, events: Vec<UsageEvent>) -> Result<u64> {
    let outcome = store.append_blocking(events, Vec::new()).map_err(|rejected| rejected.error)?;
    Ok(outcome.inserted.len() as u64)
}
