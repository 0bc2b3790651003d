//! How far the gateway has handed its records over.

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

    /// What comes after this moment may be missing.
    pub(crate) fn broke(&mut self, at_ms: i64) {
        *self = match *self {
            Self::Live => Self::Until(at_ms),
            Self::Until(ms) => Self::Until(ms.min(at_ms)),
            Self::Unknown => Self::Unknown,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
