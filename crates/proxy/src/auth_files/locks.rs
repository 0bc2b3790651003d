//! One change per file at a time; changes that name no file exclude all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{
    OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, Semaphore,
};
use tokio::time::timeout;

use super::MutationError;

/// Changes that may be in memory at the same time. With bodies of 10 MiB this is the bound on memory.
const MAX_RUNNING: usize = 8;
/// Changes of more files than this exclude all others instead of taking each lock.
const MAX_NAMED: usize = 256;

type Named = Arc<tokio::sync::Mutex<()>>;

/// Which files a change touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// These files, by name.
    Files(Vec<String>),
    /// Any file.
    All,
}

#[derive(Debug)]
pub(super) struct Locks {
    slots: Arc<Semaphore>,
    all: Arc<RwLock<()>>,
    named: Arc<Mutex<HashMap<String, Named>>>,
}

impl Default for Locks {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(MAX_RUNNING)), all: Arc::default(), named: Arc::default() }
    }
}

/// A change's turn. Dropping it lets the next one run.
pub(super) struct Turn {
    held: Vec<(String, OwnedMutexGuard<()>)>,
    named: Arc<Mutex<HashMap<String, Named>>>,
    _shared: Option<OwnedRwLockReadGuard<()>>,
    _exclusive: Option<OwnedRwLockWriteGuard<()>>,
}

impl Locks {
    /// Room for one more change in memory.
    pub(super) async fn slot(&self, wait: Duration) -> Result<OwnedSemaphorePermit, MutationError> {
        match timeout(wait, Arc::clone(&self.slots).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(MutationError::Busy),
        }
    }

    /// Waits until no other change touches the same files.
    pub(super) async fn turn(&self, scope: &Scope, wait: Duration) -> Result<Turn, MutationError> {
        timeout(wait, self.take(scope)).await.map_err(|_| MutationError::Busy)
    }

    async fn take(&self, scope: &Scope) -> Turn {
        let mut turn =
            Turn { held: Vec::new(), named: Arc::clone(&self.named), _shared: None, _exclusive: None };
        match scope {
            Scope::Files(files) if files.len() <= MAX_NAMED => {
                turn._shared = Some(Arc::clone(&self.all).read_owned().await);
                // Sorted, so that two changes of the same files cannot wait for each other.
                let mut names: Vec<String> = files.iter().map(|name| name.to_lowercase()).collect();
                names.sort_unstable();
                names.dedup();
                for name in names {
                    let lock = Arc::clone(lock_map(&self.named).entry(name.clone()).or_default());
                    let guard = Arc::clone(&lock).lock_owned().await;
                    turn.held.push((name, guard));
                }
            }
            _ => turn._exclusive = Some(Arc::clone(&self.all).write_owned().await),
        }
        turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut named = lock_map(&self.named);
        for (name, guard) in self.held.drain(..) {
            drop(guard);
            // Nobody else holds or awaits it: only the table itself does.
            if named.get(&name).is_some_and(|lock| Arc::strong_count(lock) == 1) {
                named.remove(&name);
            }
        }
    }
}

fn lock_map(named: &Mutex<HashMap<String, Named>>) -> std::sync::MutexGuard<'_, HashMap<String, Named>> {
    named.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(5);

    fn files(names: &[&str]) -> Scope {
        Scope::Files(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[tokio::test]
    async fn the_same_file_waits_and_another_does_not() {
        let locks = Locks::default();
        let first = locks.turn(&files(&["A.json"]), SHORT).await.expect("free");
        assert!(locks.turn(&files(&["b.json"]), SHORT).await.is_ok());
        assert!(matches!(locks.turn(&files(&["a.JSON"]), SHORT).await, Err(MutationError::Busy)));
        assert!(matches!(locks.turn(&Scope::All, SHORT).await, Err(MutationError::Busy)));
        drop(first);
        let all = locks.turn(&Scope::All, SHORT).await.expect("free");
        assert!(matches!(locks.turn(&files(&["b.json"]), SHORT).await, Err(MutationError::Busy)));
        drop(all);
        assert!(locks.turn(&files(&["a.json"]), SHORT).await.is_ok());
    }

    #[tokio::test]
    async fn the_table_of_names_is_emptied() {
        let locks = Locks::default();
        for number in 0..100 {
            let name = format!("{number}.json");
            drop(locks.turn(&files(&[&name, "shared.json"]), SHORT).await.expect("free"));
        }
        let held = locks.turn(&files(&["x.json"]), SHORT).await.expect("free");
        assert!(locks.turn(&files(&["x.json"]), SHORT).await.is_err());
        drop(held);
        // An abandoned wait may leave the name until its next use.
        drop(locks.turn(&files(&["x.json"]), SHORT).await.expect("free"));
        assert!(lock_map(&locks.named).is_empty());
    }

    #[tokio::test]
    async fn crossing_changes_do_not_block_each_other_for_ever() {
        let locks = Arc::new(Locks::default());
        let run = |names: &'static [&'static str]| {
            let locks = Arc::clone(&locks);
            tokio::spawn(async move {
                for _ in 0..200 {
                    let turn = locks.turn(&files(names), LONG).await.expect("turn");
                    tokio::task::yield_now().await;
                    drop(turn);
                }
            })
        };
        let (one, two) = (run(&["a", "b"]), run(&["b", "a"]));
        one.await.expect("one");
        two.await.expect("two");
    }

    #[tokio::test]
    async fn memory_is_bounded_by_slots() {
        let locks = Locks::default();
        let mut slots = Vec::new();
        for _ in 0..MAX_RUNNING {
            slots.push(locks.slot(SHORT).await.expect("slot"));
        }
        assert!(matches!(locks.slot(SHORT).await, Err(MutationError::Busy)));
        slots.pop();
        assert!(locks.slot(SHORT).await.is_ok());
    }
}
