//! How the follower sleeps: until something happens, without a clock tick.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::Thread;
use std::time::Instant;

/// A flag that wakes the thread that sleeps on it.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    set: AtomicBool,
    sleeper: Mutex<Option<Thread>>,
}

impl Wake {
    /// Wakes the sleeper, now or when it goes to sleep next.
    pub(crate) fn set(&self) {
        if !self.set.swap(true, Ordering::AcqRel)
            && let Some(thread) = &*self.sleeper.lock().unwrap_or_else(PoisonError::into_inner)
        {
            thread.unpark();
        }
    }

    /// Sleeps until the flag is set, `other` is done or the time has come. The flag is not set afterwards. Says whether
    /// it was the flag.
    pub(crate) fn sleep(&self, other: impl Future, until: Option<Instant>) -> bool {
        *self.sleeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::thread::current());
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut other = pin!(other);
        loop {
            if self.set.swap(false, Ordering::AcqRel) {
                return true;
            }
            if let Poll::Ready(_) = other.as_mut().poll(&mut context) {
                return false;
            }
            match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => std::thread::park(),
                Some(left) if left.is_zero() => return false,
                Some(left) => std::thread::park_timeout(left),
            }
        }
    }
}

struct Unpark(Thread);

impl std::task::Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_reason_ends_the_sleep() {
        let wake = Arc::new(Wake::default());
        assert!(!wake.sleep(ready(()), None));
        assert!(!wake.sleep(pending::<()>(), Some(Instant::now() + Duration::from_millis(5))));
        wake.set();
        assert!(wake.sleep(pending::<()>(), None), "set before");
        let other = Arc::clone(&wake);
        let setter = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            other.set();
        });
        assert!(wake.sleep(pending::<()>(), None), "set meanwhile");
        setter.join().expect("joins");
        assert!(!wake.sleep(ready(()), None), "the flag is taken");
    }
}
