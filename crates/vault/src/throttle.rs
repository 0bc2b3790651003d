//! Counts failed logins, per client and overall.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::ClientId;

/// Failures that one client may have at once; they come back one by one over five minutes.
pub const CLIENT_FAILURES: u32 = 10;
/// Failures that all clients together may have at once; they come back one a second.
pub const OVERALL_FAILURES: u32 = 300;

const CLIENT_REFILL: Duration = Duration::from_secs(30);
const OVERALL_REFILL: Duration = Duration::from_secs(1);
/// Clients that are remembered. Beyond that the one that failed longest ago is forgotten; the overall budget holds.
const MAX_CLIENTS: usize = 4096;

/// What the throttle says about a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThrottleState {
    /// Failures are left.
    Within,
    /// Too many failures; the next one is free after this time.
    Over {
        /// How long until a failure is allowed again.
        retry_after: Duration,
    },
}

/// Failure budgets. All times are monotonic; a change of the wall clock has no effect.
#[derive(Debug)]
pub struct Throttle {
    clients: HashMap<ClientId, Budget>,
    overall: Option<Budget>,
}

/// A bucket that refills steadily, stored as the moment at which it is full again.
#[derive(Debug, Clone, Copy)]
struct Budget {
    full_at: Instant,
    touched: Instant,
}

impl Budget {
    fn state(self, now: Instant, limit: u32, refill: Duration) -> ThrottleState {
        let used = self.full_at.saturating_duration_since(now);
        match used.checked_sub(refill * (limit - 1)) {
            Some(over) if !over.is_zero() => ThrottleState::Over { retry_after: over },
            _ => ThrottleState::Within,
        }
    }

    /// Takes one failure. Further failures of an empty bucket do not push the end out.
    fn take(budget: Option<Self>, now: Instant, limit: u32, refill: Duration) -> Self {
        let full_at = budget.map_or(now, |budget| budget.full_at.max(now)) + refill;
        Self { full_at: full_at.min(now + refill * limit), touched: now }
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

impl Throttle {
    /// Full budgets for everybody.
    pub fn new() -> Self {
        Self { clients: HashMap::new(), overall: None }
    }

    /// Whether this client, or everybody together, used up the failures.
    pub fn state(&self, client: ClientId, now: Instant) -> ThrottleState {
        match self.client_state(client, now) {
            ThrottleState::Within => match self.overall {
                Some(budget) => budget.state(now, OVERALL_FAILURES, OVERALL_REFILL),
                None => ThrottleState::Within,
            },
            over => over,
        }
    }

    /// Whether this client alone used up its failures.
    pub fn client_state(&self, client: ClientId, now: Instant) -> ThrottleState {
        match self.clients.get(&client) {
            Some(budget) => budget.state(now, CLIENT_FAILURES, CLIENT_REFILL),
            None => ThrottleState::Within,
        }
    }

    /// Books one failure and tells whether it was still within the budgets.
    pub fn failure(&mut self, client: ClientId, now: Instant) -> ThrottleState {
        let before = self.state(client, now);
        self.make_room(client, now);
        let budget = Budget::take(self.clients.get(&client).copied(), now, CLIENT_FAILURES, CLIENT_REFILL);
        self.clients.insert(client, budget);
        self.overall = Some(Budget::take(self.overall, now, OVERALL_FAILURES, OVERALL_REFILL));
        before
    }

    fn make_room(&mut self, client: ClientId, now: Instant) {
        if self.clients.len() < MAX_CLIENTS || self.clients.contains_key(&client) {
            return;
        }
        self.clients.retain(|_, budget| budget.full_at > now);
        if self.clients.len() >= MAX_CLIENTS {
            let oldest =
                self.clients.iter().min_by_key(|(_, budget)| budget.touched).map(|(client, _)| *client);
            oldest.map(|oldest| self.clients.remove(&oldest));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn client(number: u32) -> ClientId {
        ClientId::from(IpAddr::V4(Ipv4Addr::from(number)))
    }

    #[test]
    fn ten_failures_are_free_and_the_eleventh_waits() {
        let (mut throttle, start) = (Throttle::new(), Instant::now());
        for _ in 0..10 {
            assert_eq!(throttle.failure(client(1), start), ThrottleState::Within);
        }
        let over = ThrottleState::Over { retry_after: Duration::from_secs(30) };
        assert_eq!(throttle.failure(client(1), start), over);
        assert_eq!(throttle.state(client(1), start), over);
        assert_eq!(throttle.state(client(2), start), ThrottleState::Within);

        // One comes back after 30 seconds, all after five minutes.
        assert_eq!(throttle.failure(client(1), start + Duration::from_secs(30)), ThrottleState::Within);
        assert_ne!(throttle.failure(client(1), start + Duration::from_secs(30)), ThrottleState::Within);
        let later = start + Duration::from_secs(331);
        for _ in 0..10 {
            assert_eq!(throttle.failure(client(1), later), ThrottleState::Within);
        }
        assert_ne!(throttle.failure(client(1), later), ThrottleState::Within);
    }

    #[test]
    fn a_flood_does_not_push_the_end_out() {
        let (mut throttle, start) = (Throttle::new(), Instant::now());
        for _ in 0..100_000 {
            throttle.failure(client(1), start);
        }
        assert_eq!(throttle.state(client(1), start + Duration::from_secs(31)), ThrottleState::Within);
    }

    #[test]
    fn many_clients_share_the_overall_budget() {
        let (mut throttle, start) = (Throttle::new(), Instant::now());
        for number in 0..300 {
            assert_eq!(throttle.failure(client(number), start), ThrottleState::Within, "{number}");
        }
        let over = ThrottleState::Over { retry_after: Duration::from_secs(1) };
        assert_eq!(throttle.failure(client(9_999), start), over);
        assert_eq!(throttle.client_state(client(9_999), start), ThrottleState::Within);
        assert_eq!(throttle.state(client(9_999), start + Duration::from_secs(2)), ThrottleState::Within);
    }

    #[test]
    fn the_table_is_bounded() {
        let (mut throttle, start) = (Throttle::new(), Instant::now());
        for number in 0..10_000 {
            throttle.failure(client(number), start + Duration::from_millis(u64::from(number)));
        }
        assert_eq!(throttle.clients.len(), MAX_CLIENTS);
        assert!(throttle.clients.contains_key(&client(9_999)));
        assert!(!throttle.clients.contains_key(&client(0)));
    }
}
