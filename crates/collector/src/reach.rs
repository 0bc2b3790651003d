//! How far the gateway has handed its records over.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// Up to when everything that the gateway published has been handed over, known losses aside. What was handed over may
/// still wait in the [`Intake`](crate::Intake).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Nothing is known yet.
    #[default]
    Unknown,
    /// Up to this moment, Unix milliseconds.
    Until(i64),
    /// Up to now: the subscription stands, and what was queued before it has been fetched.
    Live,
}

impl Reach {
    /// A poll that began at this moment brought everything that was queued.
    pub(crate) fn polled(&mut self, began_ms: i64) {
        *self = match *self {
            Self::Live => Self::Live,
            Self::Until(ms) => Self::Until(ms.max(began_ms)),
            Self::Unknown => Self::Until(began_ms),
        };
    }

    /// The same, as long as a poll is under way that began when this much had been reached: what it takes out of the
    /// gateway's queue has not been handed over yet.
    pub(crate) fn not_beyond(self, at_the_begin: Self) -> Self {
        match (self, at_the_begin) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (reach, Self::Live) | (Self::Live, reach) => reach,
            (Self::Until(ms), Self::Until(begin_ms)) => Self::Until(ms.min(begin_ms)),
        }
    }

    /// What comes after this moment may be missing.
    pub(crate) fn broke(&mut self, at_ms: i64) {
        *self = match *self {
            Self::Live => Self::Until(at_ms),
            Self::Until(ms) => Self::Until(ms.min(at_ms)),
            Self::Unknown => Self::Unknown,
        };
    }
}

/// What had been reached when each poll under way began.
#[derive(Debug, Default)]
pub(crate) struct Polls(Mutex<Vec<Reach>>);

impl Polls {
    /// A poll begins.
    pub(crate) fn begin(&self, reached: Reach) -> PollUnderWay<'_> {
        self.list().push(reached);
        PollUnderWay { polls: self, reached }
    }

    /// What may be claimed of a reach.
    pub(crate) fn hold_back(&self, reach: Reach) -> Reach {
        self.list().iter().fold(reach, |reach, begin| reach.not_beyond(*begin))
    }

    fn list(&self) -> MutexGuard<'_, Vec<Reach>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A poll whose answer has not come yet.
#[derive(Debug)]
pub(crate) struct PollUnderWay<'a> {
    polls: &'a Polls,
    reached: Reach,
}

impl Drop for PollUnderWay<'_> {
    fn drop(&mut self) {
        let mut list = self.polls.list();
        // Equal ones are as good as each other.
        if let Some(place) = list.iter().position(|reached| *reached == self.reached) {
            list.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_under_way_holds_back_what_is_claimed() {
        use Reach::{Live, Unknown, Until};
        assert_eq!(Live.not_beyond(Until(5)), Until(5));
        assert_eq!(Until(7).not_beyond(Until(5)), Until(5));
        assert_eq!(Until(3).not_beyond(Until(5)), Until(3), "broken meanwhile");
        assert_eq!(Live.not_beyond(Unknown), Unknown);
        assert_eq!(Until(3).not_beyond(Live), Until(3));
        assert_eq!(Live.not_beyond(Live), Live);
    }

    #[test]
    fn a_poll_reaches_to_its_own_beginning_and_a_break_to_its_cause() {
        let mut reach = Reach::default();
        reach.broke(5);
        assert_eq!(reach, Reach::Unknown, "a break makes nothing known");
        reach.polled(10);
        reach.polled(20);
        reach.polled(15);
        assert_eq!(reach, Reach::Until(20));
        reach.broke(30);
        assert_eq!(reach, Reach::Until(20));
        reach = Reach::Live;
        reach.polled(40);
        assert_eq!(reach, Reach::Live, "a last poll beside a subscription takes nothing away");
        reach.broke(100);
        reach.broke(75);
        assert_eq!(reach, Reach::Until(75), "the silence before a dead connection was noticed");
    }
}
