//! Asking.

use std::sync::Arc;
use std::time::{Duration, Instant};

use columns::{Answer, Plan, ScanError};

use crate::Index;
use crate::pool::{Job, Outcome};
use crate::snapshot::{Progress, Snapshot};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// Too many queries wait already.
    #[error("too many queries at once")]
    Busy,
    /// The caller went away, or the time was up.
    #[error("the query was withdrawn or took too long")]
    Cancelled,
    /// The index was stopped.
    #[error("the index is stopped")]
    Stopped,
    /// The plan has too many combinations of values.
    #[error("the query has too many combinations of values")]
    TooManyGroups,
    /// A defect of this program.
    #[error("the query failed: {0}")]
    Internal(String),
}

impl From<ScanError> for QueryError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Cancelled => Self::Cancelled,
            ScanError::TooManyGroups => Self::TooManyGroups,
            ScanError::Column(error) => Self::Internal(error.to_string()),
        }
    }
}

/// An answer, and what it is an answer about.
#[derive(Debug, Clone)]
pub struct QueryResult {
    /// The answer.
    pub answer: Answer,
    /// Entry of the change feed up to which it goes.
    pub generation: i64,
    /// Version of the prices that costs were computed with.
    pub prices: u64,
    /// Set if events are missing in the answer.
    pub partial: Option<Progress>,
    /// Bytes of columns that were read for it, as they are encoded.
    pub read_bytes: u64,
}

/// Withdraws the query when the caller goes away.
struct Withdraw(Arc<Job>);

impl Drop for Withdraw {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Index {
    /// The index at this moment. For a plan that is made of its dictionaries, ask [`query_at`](Self::query_at) with the
    /// same snapshot; first wait with [`fresh`](Self::fresh) if what was stored just now has to be in it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.load_full()
    }

    /// A snapshot with everything that was stored before the call, or the newest one when the time for that
    /// ([`Settings::freshness`](crate::Settings::freshness)) is up.
    pub async fn fresh(&self) -> Arc<Snapshot> {
        let wanted = self.store.counts().generation;
        let snapshot = self.snapshot();
        if snapshot.generation >= wanted {
            return snapshot;
        }
        self.shared.wake.set();
        let mut published = self.shared.published.subscribe();
        let reached = published.wait_for(|generation| *generation >= wanted);
        // Late or stopped: the newest one is what there is.
        let _ = tokio::time::timeout(self.freshness, reached).await;
        self.snapshot()
    }

    /// [`fresh`](Self::fresh) for code without a runtime; waits for at most `patience`.
    pub fn fresh_blocking(&self, patience: Duration) -> Arc<Snapshot> {
        let (wanted, until) = (self.store.counts().generation, Instant::now() + patience);
        loop {
            let snapshot = self.snapshot();
            if snapshot.generation >= wanted || Instant::now() >= until || self.shared.is_stopped() {
                return snapshot;
            }
            self.shared.wake.set();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Answers a plan over a fresh snapshot. The query ends when the future is dropped, or at the deadline.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn query(&self, plan: Plan, deadline: Option<Instant>) -> Result<QueryResult, QueryError> {
        let snapshot = self.fresh().await;
        self.query_at(snapshot, Arc::new(plan), deadline).await
    }

    /// Answers a plan over a snapshot.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn query_at(
        &self,
        snapshot: Arc<Snapshot>,
        plan: Arc<Plan>,
        deadline: Option<Instant>,
    ) -> Result<QueryResult, QueryError> {
        let (answer, withdraw) = {
            let pool = self.pool.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let pool = pool.as_ref().ok_or(QueryError::Stopped)?;
            let (job, answer) = Job::new(plan, Arc::clone(&snapshot), deadline, pool.threads())?;
            pool.submit(&job)?;
            (answer, Withdraw(job))
        };
        let outcome = answer.await.unwrap_or(Err(QueryError::Stopped));
        drop(withdraw);
        let Outcome { answer, left_out, read_bytes } = outcome?;
        let partial = snapshot.partial.or_else(|| left_out.then(|| self.without_damaged(&snapshot)));
        let (generation, prices) = (snapshot.generation, snapshot.prices);
        Ok(QueryResult { answer, generation, prices, partial, read_bytes })
    }

    /// [`query`](Self::query) for code without a runtime.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn query_blocking(&self, plan: Plan) -> Result<QueryResult, QueryError> {
        let snapshot = self.fresh_blocking(self.freshness);
        store::wait(self.query_at(snapshot, Arc::new(plan), None))
    }

    fn without_damaged(&self, snapshot: &Snapshot) -> Progress {
        let damaged = |part: &&crate::snapshot::Part| part.alarm.as_ref().is_some_and(|a| a.is_raised());
        let lost: usize = snapshot.parts.iter().filter(damaged).map(|part| part.segment.live()).sum();
        let all = snapshot.events();
        Progress { events: (all - lost) as i64, of: all as i64 }
    }
}
