//! From the intake to the disk: normalise, commit, and tell which accounts were unknown.
//!
//! Two tasks with a short queue between them, so that one batch is normalised while the one before it is committed.
//! Nothing here waits for the network, and no single record can take others with it: one that makes the normaliser panic
//! becomes a dead letter, and so does an event that the database refuses for itself. A commit that fails is tried again for
//! as long as the process lives; meanwhile records pile up in the intake, which counts what it cannot hold.

mod commit;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use collector::Intake;
use model::{CredentialMap, DEFAULT_GATEWAY, DeadLetter, GatewayId, RawItem, UsageEvent};
use normaliser::{Context, Control, Outcome};
use store::Store;
use tokio::sync::{Notify, mpsc};

use crate::clock::now_ms;
use commit::Committer;

/// Records of one batch. Larger batches make commits cheaper per record and delay the first one.
const BATCH: usize = 512;
/// A batch is closed after this much quiet.
const QUIET: Duration = Duration::from_millis(5);
/// Normalised batches that wait for the commit before them.
const WAITING_BATCHES: usize = 8;
/// Credentials looked up in vain that are remembered; with more of them, none is looked up for its own sake.
const MAX_ABSENT: usize = 10_000;

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
    /// Items that were given up at the end of the process, because the database stayed unusable.
    pub abandoned: AtomicU64,
    /// When an item was last taken from the intake, Unix milliseconds; 0 = not since the process started.
    pub last_consumed_at: AtomicI64,
    /// When events were last committed, duplicates included, Unix milliseconds; 0 = not since the process started.
    pub last_inserted_at: AtomicI64,
    /// Normalised events that wait for their commit.
    pub waiting: AtomicU64,
    /// Credentials that were looked up in vain.
    absent: Mutex<HashSet<String>>,
    /// Woken when events of an unknown credential were stored, or a refresh message was seen.
    pub credentials_wanted: Notify,
    /// Woken when events were stored without names that are known by now.
    pub names_wanted: Notify,
}

impl Recorded {
    /// The credential list was read. `absent` are credentials with events that it does not name: keys of the gateway's
    /// configuration are in no list. They are not asked for again until a new list is read for another reason.
    pub fn looked_up(&self, absent: impl IntoIterator<Item = String>) {
        *self.absent() = absent.into_iter().take(MAX_ABSENT).collect();
    }

    /// Events without the names of these credentials are committed, and listed in the database as such. Called after the
    /// commit: whoever wakes finds them there, and a list that was read in between is in `known`.
    fn committed_unnamed(&self, unnamed: &[(GatewayId, String)], known: &CredentialMap) {
        if unnamed.iter().any(|(_, index)| known.by_auth_index.contains_key(index)) {
            self.names_wanted.notify_one();
        }
        let absent = self.absent();
        let new = |index: &String| !known.by_auth_index.contains_key(index) && !absent.contains(index);
        if absent.len() < MAX_ABSENT && unnamed.iter().any(|(_, index)| new(index)) {
            self.credentials_wanted.notify_one();
        }
    }

    fn absent(&self) -> MutexGuard<'_, HashSet<String>> {
        self.absent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A normalised batch.
#[derive(Debug, Default)]
struct Batch {
    /// Items of the intake that it was made of.
    items: usize,
    events: Vec<UsageEvent>,
    dead_letters: Vec<DeadLetter>,
    /// Credentials of events that the map did not name, each once.
    unnamed: Vec<(GatewayId, String)>,
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
    let committer = Committer {
        store,
        recorded: Arc::clone(&recorded),
        intake: Arc::clone(&intake),
        credentials: Arc::clone(&credentials),
        patience_at_end,
        closing_since: None,
        buried: 0,
    };
    let committing = tokio::spawn(committer.run(receiver));
    loop {
        let items = intake.next_batch(BATCH, QUIET).await;
        if items.is_empty() {
            break;
        }
        let taken = items.len();
        recorded.last_consumed_at.store(now_ms(), Ordering::Relaxed);
        let (map, counters) = (credentials.load_full(), Arc::clone(&recorded));
        let normalising =
            tokio::task::spawn_blocking(move || normalise(&items, &map, &counters, normaliser::normalise));
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

fn normalise(items: &[RawItem], credentials: &CredentialMap, recorded: &Recorded, one: Normalise) -> Batch {
    let mut batch = Batch { items: items.len(), ..Batch::default() };
    for item in items {
        if let Some(total) = item.cut_from {
            batch.dead_letters.push(oversized(item, total));
            continue;
        }
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
    let unnamed = batch.events.iter().filter(|event| {
        !event.auth_index.is_empty() && !credentials.by_auth_index.contains_key(&event.auth_index)
    });
    let unnamed: HashSet<_> = unnamed.map(|event| (event.gateway_id, event.auth_index.as_str())).collect();
    batch.unnamed = unnamed.into_iter().map(|(gateway, index)| (gateway, index.to_owned())).collect();
    batch
}

/// A record of which the collector kept the beginning only.
fn oversized(item: &RawItem, total: u64) -> DeadLetter {
    let error = "the record is larger than the limit of 8 MiB".to_owned();
    dead_letter(&item.payload, total, error, item.received_at_ms)
}

/// A record that made the normaliser panic. The panic hook has logged where.
fn unread(item: &RawItem) -> DeadLetter {
    let bytes = item.payload.len();
    tracing::error!(bytes, "a record could not be normalised; it is kept as a dead letter");
    let error = "the record could not be normalised: a defect of the manager".to_owned();
    dead_letter(&item.payload, bytes as u64, error, item.received_at_ms)
}

/// What is kept of an item of so many bytes, of which this is the whole or the beginning.
fn dead_letter(payload: &[u8], payload_bytes: u64, error: String, created_at_ms: i64) -> DeadLetter {
    let masked = catch_unwind(|| redaction::mask_payload(payload, normaliser::DEAD_LETTER_MAX_BYTES));
    // If masking is what panics, nothing of the record may be shown.
    DeadLetter { payload: masked.unwrap_or_default(), payload_bytes, error, created_at_ms }
}

#[cfg(test)]
mod tests {
    use collector::Intake;
    use model::Transport;

    use super::*;

    fn item(text: &str) -> RawItem {
        RawItem {
            payload: text.as_bytes().to_vec(),
            received_at_ms: 7,
            transport: Transport::Http,
            cut_from: None,
        }
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
        let batch = normalise(&items, &CredentialMap::default(), &recorded, fragile);
        assert_eq!((batch.items, batch.events.len(), batch.dead_letters.len()), (512, 511, 1));
        let letter = &batch.dead_letters[0];
        assert_eq!((letter.payload_bytes, letter.created_at_ms), (items[300].payload.len() as u64, 7));
        let kept = String::from_utf8_lossy(letter.payload.as_ref());
        assert!(kept.contains("boom") && !kept.contains("sk-planted"), "{kept}");
    }

    /// A database with a recorder on it.
    struct Running {
        store: Store,
        intake: Arc<Intake>,
        recorded: Arc<Recorded>,
        credentials: Arc<ArcSwap<CredentialMap>>,
        task: tokio::task::JoinHandle<()>,
        directory: tempfile::TempDir,
    }

    impl Running {
        fn start() -> Self {
            let directory = tempfile::tempdir().expect("temporary directory");
            let path = directory.path().join("usage.sqlite");
            let store = Store::open(&path, &store::OpenOptions::default()).expect("opened");
            let (intake, recorded) = (Arc::new(Intake::default()), Arc::new(Recorded::default()));
            let credentials = Arc::new(ArcSwap::from_pointee(CredentialMap::default()));
            let task = tokio::spawn(run(
                Arc::clone(&intake),
                store.clone(),
                Arc::clone(&credentials),
                Arc::clone(&recorded),
                Duration::from_secs(1),
            ));
            Self { store, intake, recorded, credentials, task, directory }
        }

        /// Changes the schema behind the product's back.
        fn sql(&self, sql: &str) {
            let conn = rusqlite::Connection::open(self.directory.path().join("usage.sqlite")).expect("opens");
            conn.busy_timeout(Duration::from_secs(5)).expect("sets");
            conn.execute_batch(sql).expect("runs");
        }

        async fn until(&self, what: &str, test: impl Fn(&Recorded) -> bool) {
            for _ in 0..2000 {
                if test(&self.recorded) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            panic!("{what} did not happen");
        }

        async fn end(self) {
            self.intake.close();
            self.task.await.expect("ended");
            self.store.close();
        }
    }

    fn count(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn an_event_that_the_database_refuses_becomes_a_dead_letter_and_stops_no_other_one() {
        let running = Running::start();
        running.sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.latency_ms = 666 \
             BEGIN SELECT RAISE(ABORT, 'no such latency'); END",
        );
        running.intake.push_all((0..60).map(|n| {
            let latency = if n % 20 == 7 { 666 } else { n };
            item(&format!(
                "{{\"timestamp\":\"2026-11-23T09:03:42Z\",\"model\":\"m\",\"request_id\":\"{n:08x}\",\"latency_ms\":{latency}}}"
            ))
        }));
        running.intake.push(item("not json"));
        running.intake.push(RawItem {
            cut_from: Some(9 << 20),
            ..item("{\"api_key\":\"sk-planted-0123456789abcdef\"")
        });
        running.until("everything", |recorded| count(&recorded.stored) + count(&recorded.dead) == 62).await;
        assert_eq!((count(&running.recorded.stored), count(&running.recorded.abandoned)), (57, 0));
        assert_eq!((running.store.counts().events, running.store.counts().dead_letters), (57, 5));
        let letters = running.store.read_blocking(|reader| reader.dead_letters(None, 10)).expect("reads");
        let refused: Vec<_> =
            letters.iter().filter(|letter| letter.letter.error.contains("no such latency")).collect();
        assert_eq!(refused.len(), 3);
        assert!(refused.iter().all(|letter| letter.letter.payload.contains("\"latency_ms\":666")));
        let cut = letters.iter().find(|letter| letter.letter.payload_bytes == 9 << 20).expect("kept");
        assert!(cut.letter.error.contains("8 MiB") && !cut.letter.payload.contains("sk-planted"));
        running.until("settled", |_| running.intake.oldest_unsettled_ms().is_none()).await;
        running.end().await;
    }

    #[tokio::test]
    async fn a_database_that_refuses_every_event_makes_few_dead_letters_of_them() {
        let running = Running::start();
        running.sql("CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'none'); END");
        running
            .intake
            .push_all((0..40).map(|n| item(&format!("{{\"model\":\"m\",\"request_id\":\"{n:08x}\"}}"))));
        let most = u64::from(commit::MAX_BURIED);
        running.until("the first ones", |recorded| count(&recorded.dead) == most).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!((count(&running.recorded.dead), count(&running.recorded.stored)), (most, 0), "they wait");
        running.sql("DROP TRIGGER refuse");
        running.until("the others", |recorded| count(&recorded.stored) == 40 - most).await;
        assert_eq!(count(&running.recorded.dead), most);
        running.end().await;
    }

    #[tokio::test]
    async fn a_record_that_is_too_long_is_tried_until_it_is_listed() {
        let running = Running::start();
        running.sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON dead_letters BEGIN SELECT RAISE(ABORT, 'not now'); END",
        );
        running.intake.push(RawItem { cut_from: Some(9 << 20), ..item("{\"model\":\"m\"") });
        tokio::time::sleep(Duration::from_millis(1000)).await;
        assert_eq!(running.intake.oldest_unsettled_ms(), Some(7), "it waits");
        assert_eq!(count(&running.recorded.dead), 0);
        running.sql("DROP TRIGGER refuse");
        running.until("a dead letter", |recorded| count(&recorded.dead) == 1).await;
        let letters = running.store.read_blocking(|reader| reader.dead_letters(None, 10)).expect("reads");
        assert_eq!(
            (letters[0].letter.payload.as_str(), letters[0].letter.payload_bytes),
            ("{\"model\":\"m\"", 9 << 20)
        );
        running.end().await;
    }

    #[tokio::test]
    async fn events_without_names_are_listed_and_ask_for_what_helps() {
        let running = Running::start();
        let record = |n: u32, index: &str| {
            item(&format!(
                "{{\"timestamp\":\"2026-11-23T09:03:42Z\",\"model\":\"m\",\"request_id\":\"{n:08x}\",\"auth_index\":\"{index}\"}}"
            ))
        };
        let quiet = async |what: &Notify| {
            tokio::time::timeout(Duration::from_millis(20), what.notified()).await.is_err()
        };
        let recorded = &running.recorded;
        running.intake.push_all([record(1, ""), record(2, "aa"), record(3, "aa"), record(4, "bb")]);
        running.until("four", |recorded| count(&recorded.stored) == 4).await;
        assert!(!quiet(&recorded.credentials_wanted).await && quiet(&recorded.names_wanted).await);
        let unnamed = || {
            let unnamed =
                running.store.read_blocking(|reader| reader.unnamed(DEFAULT_GATEWAY)).expect("reads");
            unnamed.into_iter().map(|unnamed| (unnamed.auth_index, unnamed.after_id)).collect::<Vec<_>>()
        };
        assert_eq!(unnamed(), [("aa".to_owned(), 0), ("bb".to_owned(), 0)]);
        // Looked up in vain: not again for its own sake.
        recorded.looked_up(["bb".to_owned()]);
        running.intake.push(record(5, "bb"));
        running.until("five", |recorded| count(&recorded.stored) == 5).await;
        assert!(quiet(&recorded.credentials_wanted).await && quiet(&recorded.names_wanted).await);
        // A list that came between normalising and the commit.
        let facts = model::CredentialFacts { account: "a".to_owned(), ..model::CredentialFacts::default() };
        let map = CredentialMap { by_auth_index: [("cc".to_owned(), facts)].into(), read_at_ms: 1 };
        recorded.committed_unnamed(&[(DEFAULT_GATEWAY, "cc".to_owned())], &map);
        assert!(!quiet(&recorded.names_wanted).await && quiet(&recorded.credentials_wanted).await);
        // Known by now: nothing to list.
        running.credentials.store(Arc::new(map));
        running.intake.push(record(6, "cc"));
        running.until("six", |recorded| count(&recorded.stored) == 6).await;
        assert_eq!(unnamed().len(), 2);
        running.end().await;
    }

    #[tokio::test]
    async fn only_events_move_the_time_of_the_last_insertion() {
        let running = Running::start();
        let (intake, recorded) = (&running.intake, &running.recorded);
        let moved = |recorded: &Recorded| recorded.last_inserted_at.load(Ordering::Relaxed);
        intake.push(item("not json"));
        running.until("a dead letter", |recorded| count(&recorded.dead) == 1).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(moved(recorded), 0, "nothing was inserted");
        assert!(recorded.last_consumed_at.load(Ordering::Relaxed) > 0);
        let record = "{\"timestamp\":\"2026-11-23T09:03:42Z\",\"model\":\"m\",\"request_id\":\"1\"}";
        intake.push(item(record));
        running.until("an event", |recorded| moved(recorded) > 0).await;
        recorded.last_inserted_at.store(0, Ordering::Relaxed);
        intake.push(item(record));
        running.until("a duplicate", |recorded| count(&recorded.duplicate) == 1).await;
        running.until("its time", |recorded| moved(recorded) > 0).await;
        running.end().await;
    }
}
