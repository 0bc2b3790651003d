//! The column index of the product: where its files are, and which prices hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::Prices;
use index::{Directory, Index, PriceList, Settings};
use store::Store;

use crate::cli::Problem;

/// The cache directory, beside the database.
fn directory(database: &Path) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(".columns");
    database.with_file_name(name)
}

/// Starts the index; what its files lack is read in the background.
pub fn start(store: &Store, database: &Path, prices: &Prices) -> Result<Arc<Index>, Problem> {
    let files = Arc::new(Directory::new(directory(database)));
    let index = Index::start(store.clone(), files, Settings::default(), Arc::new(list(prices)));
    index.map(Arc::new).map_err(Problem::from_error)
}

fn list(prices: &Prices) -> PriceList {
    PriceList::new(&prices.current().table, prices.basis(), prices.bundled())
}

/// Tells the index of every change of the prices.
pub async fn follow_prices(index: Arc<Index>, prices: Arc<Prices>) {
    let mut changes = prices.watch();
    while changes.changed().await.is_ok() {
        index.set_prices(Arc::new(list(&prices)));
    }
}
