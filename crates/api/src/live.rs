//! The live stream: how many may listen.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Live streams at the same time. A browser needs one, however many tabs it has.
const MAX_STREAMS: usize = 64;

/// Limits and ends live streams.
#[derive(Debug, Clone)]
pub struct Live {
    places: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Live {
    /// Streams end when `stop` is cancelled.
    pub fn new(stop: CancellationToken) -> Self {
        Self { places: Arc::new(Semaphore::new(MAX_STREAMS)), stop }
    }

    /// A place for one stream, if there is one.
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Cancelled when the server stops.
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}
