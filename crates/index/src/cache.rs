//! Column bytes in memory: read when a query asks for them, let go when nobody does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use columns::{Column, ColumnData};

use crate::wake::Wake;

/// What was used this recently is not pushed out by something else: a scan larger than the budget then finds most of its
/// columns again, where pushing out the oldest would leave it none.
const KEPT_FOR: Duration = Duration::from_secs(10);

struct Entry {
    data: ColumnData,
    used: Instant,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<(u64, Column), Entry>,
    bytes: usize,
}

/// A bounded cache of columns by the number of their source.
pub(crate) struct Cache {
    inner: Mutex<Inner>,
    budget: usize,
    /// Whoever lets go later what is put in now.
    keeper: Arc<Wake>,
}

impl Cache {
    /// A cache of at most `budget` bytes. `keeper` is woken when something comes into the empty cache; from then on it
    /// calls [`let_go`](Self::let_go) now and then.
    pub(crate) fn new(budget: usize, keeper: Arc<Wake>) -> Self {
        Self { inner: Mutex::default(), budget, keeper }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, source: u64, column: Column) -> Option<ColumnData> {
        let mut inner = self.lock();
        let entry = inner.entries.get_mut(&(source, column))?;
        entry.used = Instant::now();
        Some(ColumnData::clone(&entry.data))
    }

    pub(crate) fn put(&self, source: u64, column: Column, data: &ColumnData) {
        let now = Instant::now();
        let mut inner = self.lock();
        if inner.bytes + data.len() > self.budget {
            // Room is made for a good part of the budget at once, so that this is not done for every column.
            inner.forget(|entry| now.duration_since(entry.used) > KEPT_FOR);
        }
        if inner.bytes + data.len() > self.budget {
            return;
        }
        let was_empty = inner.entries.is_empty();
        let entry = Entry { data: ColumnData::clone(data), used: now };
        inner.bytes += data.len();
        if let Some(before) = inner.entries.insert((source, column), entry) {
            inner.bytes -= before.data.len();
        }
        drop(inner);
        if was_empty {
            self.keeper.set();
        }
    }

    /// Lets go what a source holds.
    pub(crate) fn forget(&self, source: u64) {
        let mut inner = self.lock();
        let mut gone = 0;
        inner.entries.retain(|(of, _), entry| {
            gone += if *of == source { entry.data.len() } else { 0 };
            *of != source
        });
        inner.bytes -= gone;
    }

    /// Lets go what was not used for this long; says whether anything is left.
    pub(crate) fn let_go(&self, unused_for: Duration) -> bool {
        let now = Instant::now();
        let mut inner = self.lock();
        inner.forget(|entry| now.duration_since(entry.used) >= unused_for);
        if inner.entries.is_empty() {
            inner.entries = HashMap::new();
        }
        !inner.entries.is_empty()
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.lock().bytes
    }
}

impl Inner {
    fn forget(&mut self, goes: impl Fn(&Entry) -> bool) {
        let mut gone = 0;
        self.entries.retain(|_, entry| {
            let goes = goes(entry);
            gone += if goes { entry.data.len() } else { 0 };
            !goes
        });
        self.bytes -= gone;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(bytes: usize) -> ColumnData {
        vec![0; bytes].into()
    }

    #[test]
    fn the_budget_holds_and_what_is_in_use_stays() {
        let cache = Cache::new(100, Arc::default());
        for source in 0..10 {
            cache.put(source, Column::Time, &data(30));
        }
        assert_eq!(cache.bytes(), 90);
        assert!(cache.get(0, Column::Time).is_some(), "the first ones stay");
        assert!(cache.get(9, Column::Time).is_none(), "there was no room");
        cache.put(0, Column::Time, &data(10));
        assert_eq!(cache.bytes(), 70, "the same column counts once");
        cache.forget(1);
        assert_eq!(cache.bytes(), 40);
        assert!(cache.let_go(Duration::from_secs(60)), "something is left");
        assert!(!cache.let_go(Duration::ZERO));
        assert_eq!(cache.bytes(), 0);
    }
}
