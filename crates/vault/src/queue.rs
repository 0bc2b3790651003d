//! Decides who may run Argon2 next. At most two verifications run at once: one for a key that was right before
//! (its own lane, so strangers cannot delay it) and one for strangers.

use std::time::Duration;

use crate::ClientId;

/// Requests that may wait in each lane.
pub const MAX_WAITING: usize = 64;
/// The longest that a request waits for its verification.
pub const QUEUE_WAIT: Duration = Duration::from_secs(10);

/// How a waiting request is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// The key was right before.
    Known,
    /// A stranger whose address has failures left.
    Stranger,
    /// A stranger whose address used up its failures: served when no other stranger waits.
    Suspect,
}

impl Class {
    fn lane(self) -> usize {
        usize::from(self != Self::Known)
    }
}

#[derive(Debug, Clone, Copy)]
struct Waiter {
    id: u64,
    client: ClientId,
    class: Class,
}

/// The waiting requests of both lanes. Pure: the caller locks, waits and wakes.
///
/// The next stranger is picked by lot: first a client address, then one of its requests. So every address gets the
/// same share, whatever the others send, and within an address no request is stuck behind a flood. When the lane is
/// full, the address with the most waiting requests loses one of them.
#[derive(Debug)]
pub(crate) struct Queue {
    waiting: Vec<Waiter>,
    /// Who may start next, per lane.
    chosen: [Option<u64>; 2],
    running: [bool; 2],
    next_id: u64,
    lot: u64,
}

impl Queue {
    /// `seed` makes the lot unpredictable; it is random outside tests.
    pub(crate) fn new(seed: u64) -> Self {
        Self { waiting: Vec::new(), chosen: [None; 2], running: [false; 2], next_id: 0, lot: seed | 1 }
    }

    /// Lines a request up and returns its number. `None` when the lane of known keys is full.
    pub(crate) fn join(&mut self, client: ClientId, class: Class) -> Option<u64> {
        if self.waiting.iter().filter(|waiter| waiter.class.lane() == class.lane()).count() >= MAX_WAITING {
            if class == Class::Known {
                return None;
            }
            self.evict_for(client);
        }
        let id = self.next_id;
        self.next_id += 1;
        self.waiting.push(Waiter { id, client, class });
        self.choose();
        Some(id)
    }

    /// Whether the request still waits. One that was pushed out does not.
    pub(crate) fn contains(&self, id: u64) -> bool {
        self.waiting.iter().any(|waiter| waiter.id == id)
    }

    /// Takes a request out, whether it waits or not.
    pub(crate) fn leave(&mut self, id: u64) {
        self.waiting.retain(|waiter| waiter.id != id);
        self.choose();
    }

    /// If it is this request's turn, takes the slot and returns the lane to give to [`Self::finish`].
    pub(crate) fn start(&mut self, id: u64) -> Option<usize> {
        let lane = self.chosen.iter().position(|chosen| *chosen == Some(id))?;
        self.running[lane] = true;
        self.chosen[lane] = None;
        self.waiting.retain(|waiter| waiter.id != id);
        Some(lane)
    }

    /// Gives the slot back.
    pub(crate) fn finish(&mut self, lane: usize) {
        self.running[lane] = false;
        self.choose();
    }

    fn choose(&mut self) {
        for lane in 0..2 {
            let gone = self.chosen[lane].is_some_and(|id| !self.contains(id));
            if gone {
                self.chosen[lane] = None;
            }
            if !self.running[lane] && self.chosen[lane].is_none() {
                self.chosen[lane] = self.draw(lane);
            }
        }
    }

    fn draw(&mut self, lane: usize) -> Option<u64> {
        let class =
            self.waiting.iter().map(|waiter| waiter.class).filter(|class| class.lane() == lane).min()?;
        let mut clients: Vec<ClientId> =
            self.waiting.iter().filter(|waiter| waiter.class == class).map(|waiter| waiter.client).collect();
        clients.sort_unstable();
        clients.dedup();
        let client = clients[self.below(clients.len())];
        self.draw_of(client, class)
    }

    fn draw_of(&mut self, client: ClientId, class: Class) -> Option<u64> {
        let of: Vec<u64> = self
            .waiting
            .iter()
            .filter(|waiter| waiter.client == client && waiter.class == class)
            .map(|waiter| waiter.id)
            .collect();
        if of.is_empty() { None } else { Some(of[self.below(of.len())]) }
    }

    /// Pushes out one stranger of the address that has most; the newcomer counts as one of its address.
    fn evict_for(&mut self, newcomer: ClientId) {
        let strangers = self.waiting.iter().filter(|waiter| waiter.class != Class::Known);
        let mut counts: Vec<(usize, ClientId)> = Vec::new();
        for client in strangers.map(|waiter| waiter.client).chain([newcomer]) {
            match counts.iter_mut().find(|(_, known)| *known == client) {
                Some((count, _)) => *count += 1,
                None => counts.push((1, client)),
            }
        }
        let most = counts.iter().map(|(count, _)| *count).max().unwrap_or_default();
        let mut largest: Vec<ClientId> = counts
            .into_iter()
            .filter(|(count, client)| *count == most && (*client != newcomer || most > 1))
            .map(|(_, client)| client)
            .collect();
        largest.sort_unstable();
        if largest.is_empty() {
            return;
        }
        let client = largest[self.below(largest.len())];
        // Suspects of that address go first.
        let class =
            if self.waiting.iter().any(|waiter| waiter.client == client && waiter.class == Class::Suspect) {
                Class::Suspect
            } else {
                Class::Stranger
            };
        if let Some(id) = self.draw_of(client, class) {
            self.leave(id);
        }
    }

    /// A number below `bound` (xorshift; the bias of the remainder is far below what matters here).
    fn below(&mut self, bound: usize) -> usize {
        self.lot ^= self.lot << 13;
        self.lot ^= self.lot >> 7;
        self.lot ^= self.lot << 17;
        usize::try_from(self.lot % bound.max(1) as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn client(number: u32) -> ClientId {
        ClientId::from(IpAddr::V4(Ipv4Addr::from(number)))
    }

    fn serve(queue: &mut Queue, lane: usize) -> u64 {
        let id = queue.chosen[lane].expect("somebody waits");
        assert_eq!(queue.start(id), Some(lane));
        queue.finish(lane);
        id
    }

    #[test]
    fn one_slot_per_lane() {
        let mut queue = Queue::new(7);
        let stranger = queue.join(client(1), Class::Stranger).expect("joined");
        let second = queue.join(client(2), Class::Stranger).expect("joined");
        let known = queue.join(client(1), Class::Known).expect("joined");
        assert_eq!(queue.start(stranger), Some(1));
        assert_eq!(queue.start(second), None, "the strangers' slot is taken");
        assert_eq!(queue.start(known), Some(0), "a known key has its own slot");
        queue.finish(1);
        assert_eq!(queue.start(second), Some(1));
    }

    #[test]
    fn a_flood_of_one_address_does_not_delay_another() {
        for seed in 1..200 {
            let mut queue = Queue::new(seed * 0x9e37_79b9);
            for _ in 0..500 {
                queue.join(client(1), Class::Stranger);
            }
            assert_eq!(queue.waiting.len(), MAX_WAITING);
            let right = queue.join(client(2), Class::Stranger).expect("joined");
            // The flood goes on while others are served.
            let mut turns = 0;
            loop {
                turns += 1;
                for _ in 0..50 {
                    queue.join(client(1), Class::Stranger);
                }
                assert!(queue.contains(right), "the flood never pushes it out");
                if serve(&mut queue, 1) == right {
                    break;
                }
            }
            assert!(turns < 40, "turns {turns} with seed {seed}");
        }
    }

    #[test]
    fn suspects_wait_for_the_others() {
        let mut queue = Queue::new(3);
        let busy = queue.join(client(9), Class::Stranger).expect("joined");
        assert_eq!(queue.start(busy), Some(1));
        let suspects: Vec<u64> = (0..5).filter_map(|_| queue.join(client(1), Class::Suspect)).collect();
        let strangers: Vec<u64> = (0..5).filter_map(|_| queue.join(client(2), Class::Stranger)).collect();
        queue.finish(1);
        let order: Vec<u64> = (0..10).map(|_| serve(&mut queue, 1)).collect();
        assert!(order[..5].iter().all(|id| strangers.contains(id)), "{order:?}");
        assert!(order[5..].iter().all(|id| suspects.contains(id)), "{order:?}");
    }

    #[test]
    fn those_who_leave_give_their_turn_away() {
        let mut queue = Queue::new(3);
        let first = queue.join(client(1), Class::Stranger).expect("joined");
        let second = queue.join(client(2), Class::Stranger).expect("joined");
        queue.leave(first);
        assert_eq!(queue.start(first), None);
        assert_eq!(queue.start(second), Some(1));
        assert!(!queue.contains(second));
    }

    #[test]
    fn lanes_are_bounded_separately() {
        let mut queue = Queue::new(5);
        for number in 0..1000 {
            queue.join(client(number), Class::Stranger);
        }
        for _ in 0..MAX_WAITING {
            assert!(queue.join(client(1), Class::Known).is_some());
        }
        assert!(queue.join(client(1), Class::Known).is_none());
        assert_eq!(queue.waiting.len(), 2 * MAX_WAITING);
    }
}
