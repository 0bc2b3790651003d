//! From the intake to the disk: normalise, commit, and look up accounts that were unknown.
//!
//! Two tasks with a short queue between them, so that one batch is normalised while the one before it is committed.
//! Nothing here waits for the network, and no single record can take others with it: one that makes the normaliser panic
//! becomes a dead letter. A commit that fails is tried again for as long as the process lives; meanwhile
//! records pile up in the intake, which counts what it cannot hold.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
    /// When an item was last taken from the intake, Unix milliseconds; 0 = not since the process started.
    pub last_consumed_at: AtomicI64,
    /// When events were last committed, duplicates included, Unix milliseconds; 0 = not since the process started.
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
        let normalising = tokio::task::spawn_blocking(move || {
            normalise(&items, &map, &counters, last_id, normaliser::normalise)
        });
        let Ok(batch) = normalising.await else {
            // A defect beside the normaliser; the panic hook has logged it. Collecting goes on, and the loss is counted.
            recorded.abandoned.fetch_add(taken as u64, Ordering::Relaxed);
            tracing::error!(items = taken, "a batch could not be normalised");
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

/// [`normaliser::normalise`]; another one in tests.
type Normalise = fn(&[u8], &Context<'_>) -> Outcome;

fn normalise(
    items: &[RawItem],
    credentials: &CredentialMap,
    recorded: &Recorded,
    last_id: i64,
    one: Normalise,
) -> Batch {
    let mut batch = Batch { items: items.len(), ..Batch::default() };
    for item in items {
        let context =
            Context { gateway_id: DEFAULT_GATEWAY, received_at_ms: item.received_at_ms, credentials };
        // Nothing is shared with what may have been left half done.
        let outcome = catch_unwind(AssertUnwindSafe(|| one(&item.payload, &context)));
        match outcome.unwrap_or_else(|_| Outcome::Rejected(unread(item))) {
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

/// A record that made the normaliser panic. The panic hook has logged where.
fn unread(item: &RawItem) -> DeadLetter {
    tracing::error!(
        bytes = item.payload.len(),
        "a record could not be normalised; it is kept as a dead letter"
    );
    let masked = catch_unwind(|| redaction::mask_payload(&item.payload, normaliser::DEAD_LETTER_MAX_BYTES));
    DeadLetter {
        // If masking is what panics, nothing of the record may be shown.
        payload: masked.unwrap_or_default(),
        payload_bytes: item.payload.len() as u64,
        error: "the record could not be normalised: a defect of the manager".to_owned(),
        created_at_ms: item.received_at_ms,
    }
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
                if !outcome.inserted.is_empty() || outcome.duplicates > 0 {
                    recorded.last_inserted_at.store(now_ms(), Ordering::Relaxed);
                }
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

#[cfg(test)]
mod tests {
    use collector::Intake;
    use model::Transport;

    use super::*;

    fn item(text: &str) -> RawItem {
        RawItem { payload: text.as_bytes().to_vec(), received_at_ms: 7, transport: Transport::Http }
    }

    /// Panics where a real record would hit a defect.
    fn fragile(payload: &[u8], context: &Context<'_>) -> Outcome {
        assert!(!payload.starts_with(b"{\"boom"), "a fixed text");
        normaliser::normalise(payload, context)
    }

    #[test]
    fn a_record_that_makes_the_normaliser_panic_takes_no_other_one_with_it() {
        let items: Vec<RawItem> = (0..512)
            .map(|n| match n {
                300 => item("{\"boom\":1,\"api_key\":\"sk-planted-0123456789abcdef\"}"),
                n => item(&format!("{{\"model\":\"m\",\"request_id\":\"{n:08x}\"}}")),
            })
            .collect();
        let recorded = Recorded::default();
        let batch = normalise(&items, &CredentialMap::default(), &recorded, 0, fragile);
        assert_eq!((batch.items, batch.events.len(), batch.dead_letters.len()), (512, 511, 1));
        let letter = &batch.dead_letters[0];
        assert_eq!((letter.payload_bytes, letter.created_at_ms), (items[300].payload.len() as u64, 7));
        let kept = String::from_utf8_lossy(letter.payload.as_ref());
        assert!(kept.contains("boom") && !kept.contains("sk-planted"), "{kept}");
    }

    #[tokio::test]
    async fn only_events_move_the_time_of_the_last_insertion() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("usage.sqlite");
        let store = Store::open(&path, &store::OpenOptions::default()).expect("opened");
        let (intake, recorded) = (Arc::new(Intake::default()), Arc::new(Recorded::default()));
        let credentials = Arc::new(ArcSwap::from_pointee(CredentialMap::default()));
        let running = tokio::spawn(run(
            Arc::clone(&intake),
            store.clone(),
            credentials,
            Arc::clone(&recorded),
            Duration::from_secs(1),
        ));
        let moved = || recorded.last_inserted_at.load(Ordering::Relaxed);
        let until = async |what: &str, test: &dyn Fn() -> bool| {
            for _ in 0..1000 {
                if test() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            panic!("{what} did not happen");
        };
        intake.push(item("not json"));
        until("a dead letter", &|| recorded.dead.load(Ordering::Relaxed) == 1).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(moved(), 0, "nothing was inserted");
        assert!(recorded.last_consumed_at.load(Ordering::Relaxed) > 0);
        let record = "{\"timestamp\":\"2026-11-23T09:03:42Z\",\"model\":\"m\",\"request_id\":\"1\"}";
        intake.push(item(record));
        until("an event", &|| moved() > 0).await;
        recorded.last_inserted_at.store(0, Ordering::Relaxed);
        intake.push(item(record));
        until("a duplicate", &|| recorded.duplicate.load(Ordering::Relaxed) == 1).await;
        until("its time", &|| moved() > 0).await;
        intake.close();
        running.await.expect("ended");
        store.close();
    }
}
