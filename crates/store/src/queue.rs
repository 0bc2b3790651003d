//! The writer's queue: bounded, awaitable by async callers, with one consumer thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use std::sync::Arc;

/// A job and its place in the queue; the place is free again when the job is done.
pub(crate) struct Queued<J> {
    pub(crate) job: J,
    _place: Option<OwnedSemaphorePermit>,
}

struct Inner<J> {
    jobs: VecDeque<Queued<J>>,
    closed: bool,
}

pub(crate) struct Queue<J> {
    inner: Mutex<Inner<J>>,
    arrived: Condvar,
    places: Arc<Semaphore>,
    capacity: usize,
}

/// The queue takes no more jobs; here is the job.
pub(crate) struct Refused<J>(pub(crate) J);

impl<J> Queue<J> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            inner: Mutex::new(Inner { jobs: VecDeque::new(), closed: false }),
            arrived: Condvar::new(),
            places: Arc::new(Semaphore::new(capacity)),
            capacity,
        }
    }

    /// Waits for a place, then queues the job.
    pub(crate) async fn push(&self, job: J) -> Result<(), Refused<J>> {
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return Err(Refused(job)) };
        self.put(job, Some(place))
    }

    /// Queues a job without taking a place; for the few that the store itself starts.
    pub(crate) fn push_now(&self, job: J) -> Result<(), Refused<J>> {
        self.put(job, None)
    }

    fn put(&self, job: J, place: Option<OwnedSemaphorePermit>) -> Result<(), Refused<J>> {
        let mut inner = self.lock();
        if inner.closed {
            return Err(Refused(job));
        }
        inner.jobs.push_back(Queued { job, _place: place });
        self.arrived.notify_one();
        Ok(())
    }

    /// The next job; `None` when the time is over.
    pub(crate) fn pop(&self, patience: Duration) -> Option<Queued<J>> {
        let (mut inner, _) = self
            .arrived
            .wait_timeout_while(self.lock(), patience, |inner| inner.jobs.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        inner.jobs.pop_front()
    }

    /// The next job if it is there and wanted.
    pub(crate) fn pop_if(&self, wanted: impl FnOnce(&J) -> bool) -> Option<Queued<J>> {
        let mut inner = self.lock();
        if wanted(&inner.jobs.front()?.job) { inner.jobs.pop_front() } else { None }
    }

    /// Refuses further jobs; those in the queue are still handed out.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.places.close();
    }

    /// Jobs that wait or run, without those that the store itself started.
    pub(crate) fn depth(&self) -> usize {
        self.capacity.saturating_sub(self.places.available_permits())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner<J>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait;

    #[test]
    fn jobs_keep_their_order_and_the_bound_holds() {
        let queue = Arc::new(Queue::new(2));
        assert!(wait(queue.push(1)).is_ok() && wait(queue.push(2)).is_ok());
        assert_eq!(queue.depth(), 2);
        let other = Arc::clone(&queue);
        let third = std::thread::spawn(move || wait(other.push(3)).is_ok());
        assert!(queue.pop_if(|job| *job == 2).is_none(), "only the first may go");
        let first = queue.pop(Duration::ZERO).expect("first");
        assert_eq!(first.job, 1);
        assert!(!third.is_finished());
        drop(first);
        assert!(third.join().expect("joins"));
        queue.close();
        assert!(queue.push_now(4).is_err() && wait(queue.push(4)).is_err());
        let rest: Vec<i32> =
            std::iter::from_fn(|| queue.pop(Duration::ZERO).map(|queued| queued.job)).collect();
        assert_eq!(rest, [2, 3]);
    }
}
