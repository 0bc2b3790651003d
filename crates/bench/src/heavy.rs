//! The heaviest requests, and the memory during and after them.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process::{Watch, resident};
use crate::program::{ADMIN_KEY, Manager};

/// Pages of 500 events that are read one after the other.
const PAGES: usize = 20;

/// Searches: one that is found often, one that is found never.
const SEARCHES: [&str; 2] = ["claude", "there-is-no-such-text"];

/// What the requests cost.
#[derive(Debug, Clone, Copy)]
pub struct Heavy {
    /// Resident memory before the first request, bytes.
    pub before: u64,
    /// The same after the export.
    pub after_export: u64,
    /// The same after the pages and searches.
    pub after_pages: u64,
    /// The same right after the last answer.
    pub after: u64,
    /// The most at any time during the requests, bytes.
    pub peak: u64,
    /// How long the export took.
    pub export: Duration,
    /// Bytes of the export.
    pub export_bytes: u64,
}

/// The whole export, pages and searches, then the usage snapshot, one after the other.
pub async fn requests(manager: &Manager, events: u64) -> Result<Heavy> {
    let pid = manager.program.id();
    let before = resident(pid)?;
    let watch = Watch::begin(pid, None);
    let mut client = manager.client().await?;
    let started = Instant::now();
    let (export_bytes, lines) = client.get_lines("/v0/management/usage/export", ADMIN_KEY).await?;
    let export = started.elapsed();
    if lines != events {
        bail!("the export has {lines} lines for {events} events");
    }
    let after_export = resident(pid)?;
    let mut path = "/api/v1/events?limit=500".to_owned();
    for _ in 0..PAGES {
        let page = client.json("GET", &path, ADMIN_KEY, None).await?;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/events?limit=500&before={cursor}");
    }
    for search in SEARCHES {
        client.json("GET", &format!("/api/v1/events?limit=500&search={search}"), ADMIN_KEY, None).await?;
    }
    let after_pages = resident(pid)?;
    client.get_lines("/v0/management/usage", ADMIN_KEY).await?;
    let after = resident(pid)?;
    let (peak, _) = watch.end();
    Ok(Heavy { before, after_export, after_pages, after, peak, export, export_bytes })
}
