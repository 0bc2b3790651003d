//! Reads in batches that become smaller where one of them takes longer than a read may.

use crate::error::StoreError;
use crate::reader::Reader;
use crate::store::Store;

/// The size of the batches of a longer read. On a machine that has no time for us a batch that usually takes milliseconds
/// can reach the limit of a read; then it is halved and read again, down to a single row.
#[derive(Debug, Clone)]
pub struct Batches {
    size: usize,
    most: usize,
}

impl Batches {
    /// Batches of at most `most` rows, which is at least 1.
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { size: most, most }
    }

    /// Reads the next batch: at most `left` rows, which is at least 1. `read` is given how many, and may be called several
    /// times. Gives the number of the call that succeeded too.
    ///
    /// # Errors
    /// Those of `read`; [`StoreError::ReadTooLong`] only if even a single row took too long.
    pub async fn read<T, F>(&mut self, store: &Store, left: usize, read: F) -> Result<(T, usize), StoreError>
    where
        T: Send + 'static,
        F: Fn(&Reader<'_>, usize) -> Result<T, StoreError> + Clone + Send + 'static,
    {
        loop {
            let (count, attempt) = (self.count(left), read.clone());
            let outcome = store.read(move |reader| attempt(reader, count)).await;
            if let Some(outcome) = self.settle(count, outcome) {
                return outcome;
            }
        }
    }

    /// [`read`](Self::read) on the current thread.
    ///
    /// # Errors
    /// As `read`.
    pub fn read_blocking<T>(
        &mut self,
        store: &Store,
        left: usize,
        read: impl Fn(&Reader<'_>, usize) -> Result<T, StoreError>,
    ) -> Result<(T, usize), StoreError> {
        loop {
            let count = self.count(left);
            let outcome = store.read_blocking(|reader| read(reader, count));
            if let Some(outcome) = self.settle(count, outcome) {
                return outcome;
            }
        }
    }

    fn count(&self, left: usize) -> usize {
        self.size.min(left).max(1)
    }

    /// `None`: once more, with less.
    fn settle<T>(
        &mut self,
        count: usize,
        outcome: Result<T, StoreError>,
    ) -> Option<Result<(T, usize), StoreError>> {
        match outcome {
            Err(StoreError::ReadTooLong) if count > 1 => {
                self.size = count / 2;
                tracing::debug!(rows = self.size, "a read took too long; it is repeated with fewer rows");
                None
            }
            Ok(value) => {
                // Slowly: each attempt that fails costs as long as a read may take.
                self.size = (self.size + self.size.div_ceil(8)).min(self.most);
                Some(Ok((value, count)))
            }
            Err(error) => Some(Err(error)),
        }
    }
}
