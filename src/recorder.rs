//! From the intake to the disk: normalise, commit, and look up accounts that were unknown.
//!
//! Two tasks with a short queue between them, so that one batch is normalised while the one before it is committed.
//! Nothing here waits for the network. A commit that fails is tried again for as long as the process lives; meanwhile
//! records pile up in the intake, which counts what it cannot hold.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use collector::Intake;
use model::{CredentialMap, DEFAULT_GATEWAY, DeadLetter, RawItem, UsageEvent};
use normaliser::{Context, Control, Outcome};
use store::Store;
use tokio::sync::{Notify, mpsc};

use crate::clock::now_ms;

/// Records of one batch. Larger batches make commits cheaper per record and delay the first one.
const BATCH: usize = 512;
/// A batch is closed after this much quiet.
const QUIET: Duration = Duration::from_millis(5);
/// Normalised batches that wait for the commit before them.
const WAITING_BATCHES: usize = 8;
/// Batches that waited share a commit up to this many items: more would take too long to be stored.
const COMMIT: usize = 2048;
/// First and longest pause between attempts to commit the same batch.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// Unknown credentials that are remembered for a look-up.
const MAX_UNKNOWN: usize = 10_000;

/// What the recorder counts and remembers.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Records that became events and were stored.
    pub stored: AtomicU64,
    /// Records seen before.
    pub duplicate: AtomicU64,
    /// Items that could not become events.
    pub dead: AtomicU64,
    /// Control messages of the gateway.
    pub control: AtomicU64,
    /// Records that were given up at the end of the process, because the database stayed unusable.
    pub abandoned: AtomicU64,
    /// When an item was last taken from the intake, Unix milliseconds; 0 = never.
    pub last_consumed_at: AtomicI64,
    /// When a batch was last committed, Unix milliseconds; 0 = never.
    pub last_inserted_at: AtomicI64,
    /// Normalised events that wait for their commit.
    pub waiting: AtomicU64,
    unknown: Mutex<Unknown>,
    /// Woken when an unknown credential or a refresh message was seen.
    pub credentials_wanted: Notify,
}

impl Recorded {
    /// Credentials that were unknown and are in the map now, each with the id after which its events may lack names.
    /// The others are not asked for again until a new list is read for another reason.
    pub fn take_unknown(&self, map: &CredentialMap) -> HashMap<String, i64> {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        let found = unknown.wanted.extract_if(|index, _| map.by_auth_index.contains_key(index)).collect();
        let absent = std::mem::take(&mut unknown.wanted);
        unknown.absent.retain(|index, _| !map.by_auth_index.contains_key(index));
        unknown.absent.extend(absent);
        found
    }

    fn remember_unknown(&self, events: &[UsageEvent], credentials: &CredentialMap, last_id: i64) {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        let before = unknown.wanted.len();
        for event in events {
            let index = &event.auth_index;
            let known = index.is_empty()
                || credentials.by_auth_index.contains_key(index)
                || unknown.absent.contains_key(index)
                || unknown.wanted.contains_key(index);
            if !known && unknown.wanted.len() + unknown.absent.len() < MAX_UNKNOWN {
                unknown.wanted.insert(index.clone(), last_id);
            }
        }
        if unknown.wanted.len() > before {
            self.credentials_wanted.notify_one();
        }
    }
}

/// `auth_index` values that no credential list named yet, each with the id of the last event before its first one.
#[derive(Debug, Default)]
struct Unknown {
    /// To be looked up.
    wanted: HashMap<String, i64>,
    /// Looked up in vain: keys of the gateway's configuration are in no list.
    absent: HashMap<String, i64>,
}

/// A normalised batch.
#[derive(Debug, Default)]
struct Batch {
    /// Items of the intake that it was made of.
    items: usize,
    events: Vec<UsageEvent>,
    dead_letters: Vec<DeadLetter>,
}

/// Runs until the intake is closed and everything in it is stored.
pub async fn run(
    intake: Arc<Intake>,
    store: Store,
    credentials: Arc<ArcSwap<CredentialMap>>,
    recorded: Arc<Recorded>,
    patience_at_end: Duration,
) {
    let (sender, receiver) = mpsc::channel(WAITING_BATCHES);
    let committing = tokio::spawn(commit_all(
        receiver,
        store.clone(),
        Arc::clone(&recorded),
        Arc::clone(&intake),
        patience_at_end,
    ));
    loop {
        let items = intake.next_batch(BATCH, QUIET).await;
        if items.is_empty() {
            break;
        }
        let taken = items.len();
        recorded.last_consumed_at.store(now_ms(), Ordering::Relaxed);
        let (map, counters) = (credentials.load_full(), Arc::clone(&recorded));
        let last_id = store.counts().last_event_id;
        let normalising = tokio::task::spawn_blocking(move || normalise(&items, &map, &counters, last_id));
        let Ok(batch) = normalising.await else {
            // A panic of the normaliser is a defect; the panic hook has logged it. Collecting goes on.
            tracing::error!("a batch could not be normalised");
            intake.settle(taken);
            continue;
        };
        recorded.waiting.fetch_add(batch.events.len() as u64, Ordering::Relaxed);
        if sender.send(batch).await.is_err() {
            break;
        }
    }
    drop(sender);
    if let Err(error) = committing.await {
        tracing::error!(%error, "the recorder ended abnormally");
    }
}

fn normalise(items: &[RawItem], credentials: &CredentialMap, recorded: &Recorded, last_id: i64) -> Batch {
    let mut batch = Batch { items: items.len(), ..Batch::default() };
    for item in items {
        let context =
            Context { gateway_id: DEFAULT_GATEWAY, received_at_ms: item.received_at_ms, credentials };
        match normaliser::normalise(&item.payload, &context) {
            Outcome::Event(event) => batch.events.push(*event),
            Outcome::Rejected(letter) => batch.dead_letters.push(letter),
            Outcome::Control(control) => {
                recorded.control.fetch_add(1, Ordering::Relaxed);
                if control == Control::Refresh {
                    recorded.credentials_wanted.notify_one();
                }
            }
        }
    }
    recorded.remember_unknown(&batch.events, credentials, last_id);
    batch
}

async fn commit_all(
    mut batches: mpsc::Receiver<Batch>,
    store: Store,
    recorded: Arc<Recorded>,
    intake: Arc<Intake>,
    patience_at_end: Duration,
) {
    while let Some(mut first) = batches.recv().await {
        while first.items < COMMIT
            && let Ok(next) = batches.try_recv()
        {
            first.items += next.items;
            first.events.extend(next.events);
            first.dead_letters.extend(next.dead_letters);
        }
        let (size, items) = (first.events.len() as u64, first.items);
        if !(first.events.is_empty() && first.dead_letters.is_empty()) {
            commit(first, &store, &recorded, &intake, patience_at_end).await;
        }
        recorded.waiting.fetch_sub(size, Ordering::Relaxed);
        intake.settle(items);
    }
}

async fn commit(
    mut batch: Batch,
    store: &Store,
    recorded: &Recorded,
    intake: &Intake,
    patience_at_end: Duration,
) {
    let dead = batch.dead_letters.len() as u64;
    let mut pause = RETRY.0;
    let mut closing_since = None;
    loop {
        let (events, dead_letters) =
            (std::mem::take(&mut batch.events), std::mem::take(&mut batch.dead_letters));
        match store.append(events, dead_letters).await {
            Ok(outcome) => {
                recorded.stored.fetch_add(outcome.inserted.len() as u64, Ordering::Relaxed);
                recorded.duplicate.fetch_add(outcome.duplicates as u64, Ordering::Relaxed);
                recorded.dead.fetch_add(dead, Ordering::Relaxed);
                recorded.last_inserted_at.store(now_ms(), Ordering::Relaxed);
                return;
            }
            Err(rejected) => {
                tracing::warn!(error = %rejected.error, events = rejected.events.len(), "a batch is not stored yet");
                batch.events = rejected.events;
                batch.dead_letters = rejected.dead_letters;
            }
        }
        if intake.is_closed() {
            let since = *closing_since.get_or_insert_with(std::time::Instant::now);
            if since.elapsed() >= patience_at_end {
                let lost = batch.events.len() as u64;
                recorded.abandoned.fetch_add(lost, Ordering::Relaxed);
                tracing::error!(
                    events = lost,
                    "events were given up: the database cannot be written and the process ends"
                );
                return;
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(RETRY.1);
    }
}
