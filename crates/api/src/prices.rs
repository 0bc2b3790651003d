//! The prices in force: kept in memory, changed in one place, and what a range costs by them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use model::{PriceTable, UsageEvent};
use pricing::{CostBasis, ModelNames, PriceBook, ResolvedPrice, billable};
use store::{AuditAction, AuditChange, AuditEntry, EventKey, Reader, Store, StoreError, UsageRow};
use tokio::sync::{Mutex, watch};

use crate::control::BoxFuture;
use crate::error::{ApiError, ApiResult};
use crate::price_changes;
use crate::state::AppState;

/// How often a change is tried again when another writer was faster.
const MAX_TRIES: usize = 5;

/// The stored prices at one moment, and the book made from them.
#[derive(Debug, Default)]
pub struct PricesInForce {
    /// The stored prices, without the catalogues' raw entries.
    pub table: PriceTable,
    /// What resolves a model to a price.
    pub book: Arc<PriceBook>,
}

/// The prices in force and how costs are computed.
#[derive(Debug)]
pub struct Prices {
    basis: CostBasis,
    bundled: bool,
    current: ArcSwap<PricesInForce>,
    changes: watch::Sender<i64>,
    /// One change at a time; one synchronisation at a time.
    changing: Arc<Mutex<()>>,
    syncing: Mutex<()>,
}

impl Prices {
    /// No stored prices yet.
    pub fn new(basis: CostBasis, bundled: bool) -> Self {
        let prices = Self {
            basis,
            bundled,
            current: ArcSwap::default(),
            changes: watch::Sender::new(0),
            changing: Arc::default(),
            syncing: Mutex::new(()),
        };
        prices.publish(PriceTable::default());
        prices
    }

    /// Reads the stored prices.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn load(&self, store: &Store) -> Result<(), StoreError> {
        let table = store.read(|reader| reader.price_table()).await?;
        self.publish(table);
        Ok(())
    }

    fn publish(&self, mut table: PriceTable) {
        for version in table.prices.values_mut().flatten() {
            version.price.raw_json = String::new();
        }
        let book = Arc::new(self.book(&table));
        let generation = table.generation;
        self.current.store(Arc::new(PricesInForce { table, book }));
        self.changes.send_replace(generation);
    }

    /// A book of these prices, with the bundled ones behind them if that is switched on.
    pub fn book(&self, table: &PriceTable) -> PriceBook {
        PriceBook::new(table.prices.clone()).with_bundled(self.bundled)
    }

    /// What costs are computed from.
    pub fn basis(&self) -> CostBasis {
        self.basis
    }

    /// Whether bundled list prices stand in where none is stored.
    pub fn bundled(&self) -> bool {
        self.bundled
    }

    /// The prices in force.
    pub fn current(&self) -> Arc<PricesInForce> {
        self.current.load_full()
    }

    /// What an event costs by the prices in force, US dollars; `None` = no price is known. For the rows of a page or of
    /// an export, of which each takes far longer to read.
    pub fn cost_of(&self, event: &UsageEvent) -> Option<f64> {
        self.current.load().book.cost_of(event, self.basis).map(|cost| cost.usd)
    }

    /// A receiver that wakes with the new generation when prices have changed.
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.changes.subscribe()
    }

    /// Holds other synchronisations back.
    pub(crate) async fn sync_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.syncing.lock().await
    }

    /// Changes the stored prices: `edit` works on a copy, which replaces them as a whole. It may run again when
    /// another writer was faster. What is different afterwards goes into the audit trail with `entry`, whose subject is
    /// the model when it is about one; nothing goes there when nothing is different, except of a synchronisation.
    ///
    /// # Errors
    /// What `edit` answers, and those of reading and writing.
    pub(crate) async fn change<T>(
        self: &Arc<Self>,
        state: &AppState,
        entry: AuditEntry,
        edit: impl FnMut(&mut PriceTable) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let changed = self.try_change(state.store(), &entry, edit).await;
        state.audit().failing(entry, changed)
    }

    async fn try_change<T>(
        self: &Arc<Self>,
        store: &Store,
        entry: &AuditEntry,
        mut edit: impl FnMut(&mut PriceTable) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let mut alone = Arc::clone(&self.changing).lock_owned().await;
        for _ in 0..MAX_TRIES {
            let mut table = store.read(|reader| reader.price_table()).await?;
            let before = table.clone();
            let outcome = edit(&mut table)?;
            let told = price_changes::changes(&before, &table, entry.subject.as_deref());
            // A synchronisation that was carried out is told in any case.
            let nothing =
                || (entry.action == AuditAction::PriceSync).then(|| vec![AuditChange::fact("changed", 0)]);
            let told = told.or_else(nothing).map(|changes| entry.clone().with_all(changes));
            drop(before);
            let (prices, store) = (Arc::clone(self), store.clone());
            // Whoever asked may have gone: what is stored comes into force all the same, and before the next change.
            let writing = tokio::spawn(async move {
                let written = store.replace_prices(table.clone(), told).await;
                if let Ok(Some(generation)) = written {
                    prices.publish(PriceTable { generation, ..table });
                }
                (alone, written)
            });
            let (held, written) = writing.await.map_err(ApiError::internal)?;
            alone = held;
            if written?.is_some() {
                return Ok(outcome);
            }
        }
        Err(ApiError::storage("the prices are being changed by another process"))
    }
}

/// What the events of a range cost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CostTotal {
    /// US dollars.
    pub usd: f64,
    /// Events.
    pub calls: i64,
    /// Events without a price.
    pub unpriced_calls: i64,
    /// Their analytics models.
    pub unpriced_models: BTreeSet<String>,
}

/// Adds up costs over ranges of events.
pub trait CostTotals: Send + Sync + 'static {
    /// What the events from `from_ms` on and before `to_ms` (Unix milliseconds) cost by the prices of each book.
    fn totals(
        &self,
        books: Vec<Arc<PriceBook>>,
        basis: CostBasis,
        from_ms: i64,
        to_ms: i64,
    ) -> BoxFuture<'_, ApiResult<Vec<CostTotal>>>;
}

/// By (model, tier): the analytics model, and a price for each book.
type Resolved = HashMap<(i64, i64), (String, Vec<Option<ResolvedPrice>>)>;

/// Adds an event to the sum of each book.
fn add(
    reader: &Reader<'_>,
    books: &[Arc<PriceBook>],
    basis: CostBasis,
    row: &UsageRow,
    known: &mut Resolved,
    sums: &mut [CostTotal],
) -> Result<(), StoreError> {
    let (model, prices) = match known.entry((row.model, row.tier)) {
        Entry::Occupied(place) => place.into_mut(),
        Entry::Vacant(place) => {
            let names = reader.model_names(row.model)?;
            let tier = reader.service_tier(row.tier)?;
            let names =
                ModelNames { model: &names.model, requested: &names.requested, resolved: &names.resolved };
            let prices = books.iter().map(|book| book.resolve(names, &tier)).collect();
            place.insert((names.analytics().to_owned(), prices))
        }
    };
    let tokens = billable(basis, &row.tokens, row.cache_input_mode, row.breakdown.as_ref());
    for (sum, price) in sums.iter_mut().zip(prices.iter()) {
        sum.calls += 1;
        match price {
            Some(price) => sum.usd += price.cost(row.key.timestamp_ms, &tokens).usd,
            None => {
                sum.unpriced_calls += 1;
                if !sum.unpriced_models.contains(model) {
                    sum.unpriced_models.insert(model.clone());
                }
            }
        }
    }
    Ok(())
}

/// Adds up the stored events themselves: right, and slow for many of them.
impl CostTotals for Store {
    fn totals(
        &self,
        books: Vec<Arc<PriceBook>>,
        basis: CostBasis,
        from_ms: i64,
        to_ms: i64,
    ) -> BoxFuture<'_, ApiResult<Vec<CostTotal>>> {
        Box::pin(async move {
            let mut sums = vec![CostTotal::default(); books.len()];
            let mut resolved = Resolved::new();
            let mut place = Some(EventKey { timestamp_ms: from_ms.saturating_sub(1), id: i64::MAX });
            while let Some(after) = place {
                let books = books.clone();
                let (mut added, mut known) = (std::mem::take(&mut sums), std::mem::take(&mut resolved));
                let read = move |reader: &Reader<'_>| {
                    let mut failed = None;
                    // Added up row by row: a read shows hundreds of thousands of them.
                    let next = reader.usage_rows(after, to_ms, |row| {
                        if failed.is_none() {
                            failed = add(reader, &books, basis, row, &mut known, &mut added).err();
                        }
                    })?;
                    failed.map_or(Ok((added, known, next)), Err)
                };
                (sums, resolved, place) = self.read(read).await?;
            }
            Ok(sums)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::ModelPrice;
    use store::{ActorKind, AuditActor, OpenOptions};

    use super::*;

    #[tokio::test]
    async fn a_change_whose_caller_has_gone_comes_into_force_all_the_same() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let store =
            Store::open(&directory.path().join("usage.sqlite"), &OpenOptions::default()).expect("opens");
        let prices = Arc::new(Prices::new(CostBasis::default(), false));
        prices.load(&store).await.expect("loaded");
        let by = AuditActor { kind: ActorKind::Bearer, address: None };
        let entry = AuditEntry::new(by, AuditAction::PriceSave);
        let stored = async || store.read(|reader| reader.price_table()).await.expect("read").generation;
        // One that ends while it is watched shows nothing: another one then.
        let mut model = 0;
        'again: loop {
            model += 1;
            let before = stored().await;
            let edit = |table: &mut PriceTable| {
                pricing::table::put(table, &format!("m{model}"), ModelPrice::default(), 1, None);
                Ok(())
            };
            let mut change = Box::pin(prices.try_change(&store, &entry, edit));
            // Polled until the change is on its way to the disk, and not once more.
            while stored().await == before {
                if futures_util::poll!(&mut change).is_ready() {
                    continue 'again;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            break;
        }
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while prices.current().table.generation != stored().await {
            assert!(tokio::time::Instant::now() < deadline, "stored, and not in force");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(prices.current().table.prices.contains_key(&format!("m{model}")));
        store.close();
    }
}
