//! The column index beside the database, and the prices that it follows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::Prices;
use index::{Directory, Index, PriceList, Settings};
use store::Store;

use crate::cli::Problem;

/// Threads that answer queries: more would take the gateway's cores.
const MAX_THREADS: usize = 2;

/// The cache directory: `columns` beside the database, under another name beside a database with another name.
pub(super) fn directory(database: &Path) -> PathBuf {
    let stem = database.file_stem().unwrap_or_default();
    let mut name = stem.to_owned();
    name.push("-columns");
    database.with_file_name(if stem == "usage" { "columns".into() } else { name })
}

/// Starts the index; what its cache lacks is read behind the open listener.
///
/// # Errors
/// When the system gives no threads.
pub(super) fn start(store: &Store, prices: &Prices) -> Result<Arc<Index>, Problem> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.clamp(1, MAX_THREADS);
    // Building segments must not hold up the threads that take records in and store them.
    let settings = Settings { threads, background: crate::os::stand_back, ..Settings::default() };
    let files = Arc::new(Directory::new(directory(store.path())));
    let index =
        Index::start(store.clone(), files, settings, price_list(prices)).map_err(Problem::from_error)?;
    Ok(Arc::new(index))
}

fn price_list(prices: &Prices) -> Arc<PriceList> {
    Arc::new(PriceList::new(&prices.current().table, prices.basis(), prices.bundled()))
}

/// Tells the index of each change of prices.
pub(super) async fn follow_prices(index: Arc<Index>, prices: Arc<Prices>) {
    let mut changes = prices.watch();
    while changes.changed().await.is_ok() {
        index.set_prices(price_list(&prices));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_in_one_directory_have_caches_of_their_own() {
        assert_eq!(directory(Path::new("/data/usage.sqlite")), Path::new("/data/columns"));
        assert_eq!(directory(Path::new("/data/other.sqlite")), Path::new("/data/other-columns"));
    }
}
