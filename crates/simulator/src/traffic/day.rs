//! A believable day: when who is active.

use super::random::{mix, mix_unit};
use super::world::{Client, Habit, World};

/// Activity is constant within such a slot.
pub(crate) const SLOT_MS: i64 = 10 * 60 * 1000;

/// Share of full activity by local hour, on a working day.
const OFFICE: [f64; 24] = [
    0.03, 0.01, 0.0, 0.0, 0.0, 0.0, 0.02, 0.1, 0.35, 0.8, 1.0, 0.95, 0.5, 0.7, 1.0, 1.0, 0.95, 0.85, 0.5,
    0.3, 0.3, 0.25, 0.15, 0.07,
];

/// How active a client is in the slot around this time; 1 is a person at full work, times the client's weight.
pub(crate) fn activity(seed: u64, client: &Client, at_ms: i64) -> f64 {
    let number = client.number;
    let local_ms = at_ms + client.offset_minutes * 60_000;
    let day = local_ms.div_euclid(86_400_000);
    let hour = usize::try_from(local_ms.rem_euclid(86_400_000) / 3_600_000).unwrap_or(0);
    let slot = at_ms.div_euclid(SLOT_MS);
    // Day 0 was a Thursday.
    let weekend = matches!(day.rem_euclid(7), 2 | 3);
    let unit = |salt: u64, moment: i64| mix_unit(&[seed, salt, number, moment.cast_unsigned()]);
    let level = match client.habit {
        Habit::Person => {
            let away = unit(11, day) < 0.08;
            let at_desk = unit(12, slot.div_euclid(3)) < 0.75;
            OFFICE[hour]
                * if weekend { 0.15 } else { 1.0 }
                * if away { 0.02 } else { 1.0 }
                * if at_desk { 1.2 } else { 0.1 }
        }
        Habit::Agent => {
            // A run lasts an hour or so; its slots are uneven.
            let running = unit(13, slot.div_euclid(6)) < 0.13;
            if running { 2.0 + 4.0 * unit(14, slot) } else { 0.02 }
        }
        Habit::Service => 0.7 + 0.3 * OFFICE[hour],
    };
    level * client.weight
}

/// The activity of everybody in one slot, accumulated for drawing.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    number: i64,
    cumulated: Vec<f64>,
}

impl Slot {
    pub(crate) fn at(world: &World, at_ms: i64) -> Self {
        let mut total = 0.0;
        let cumulated = world
            .clients
            .iter()
            .map(|client| {
                total += activity(world.seed, client, at_ms);
                total
            })
            .collect();
        Self { number: at_ms.div_euclid(SLOT_MS), cumulated }
    }

    pub(crate) fn covers(&self, at_ms: i64) -> bool {
        self.number == at_ms.div_euclid(SLOT_MS)
    }

    pub(crate) fn total(&self) -> f64 {
        self.cumulated.last().copied().unwrap_or_default()
    }

    /// The client that a number in `0.0..1.0` falls on.
    pub(crate) fn pick(&self, unit: f64) -> usize {
        let wanted = unit * self.total();
        self.cumulated.partition_point(|sum| *sum <= wanted).min(self.cumulated.len().saturating_sub(1))
    }
}

/// Mean activity over four weeks, to which the momentary one is compared.
pub(crate) fn mean(world: &World) -> f64 {
    let slots = 28 * 24 * 2;
    let sum: f64 = (0..slots).map(|half_hour| Slot::at(world, half_hour * 3 * SLOT_MS).total()).sum();
    sum / slots as f64
}

/// A quota window of an account: how much is used, percent, and when it ends.
pub(crate) fn quota(account: u64, window_ms: i64, at_ms: i64) -> (i64, i64) {
    let phase = i64::try_from(mix(&[21, account, window_ms.cast_unsigned()]) % window_ms.cast_unsigned())
        .unwrap_or(0);
    let window = (at_ms + phase).div_euclid(window_ms);
    let passed = (at_ms + phase).rem_euclid(window_ms);
    // Most windows end half used; some accounts are run against their limit.
    let peak = 15.0 + 90.0 * mix_unit(&[22, account, window.cast_unsigned()]).powf(1.4);
    let used = (peak * passed as f64 / window_ms as f64).min(100.0) as i64;
    (used, at_ms + window_ms - passed)
}

/// Five hours.
pub(crate) const FIVE_HOURS_MS: i64 = 5 * 3_600_000;

/// Seven days.
pub(crate) const WEEK_MS: i64 = 7 * 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_sleep_at_night_and_rest_at_weekends() {
        let world = World::new(1, "/a");
        let person = &world.clients[0];
        let local =
            |day: i64, hour: i64| day * 86_400_000 + hour * 3_600_000 - person.offset_minutes * 60_000;
        let sum = |days: std::ops::Range<i64>, hour: i64| -> f64 {
            days.map(|day| activity(1, person, local(day, hour))).sum()
        };
        // Day 20416 is a Monday.
        let mondays = (0..20).map(|week| sum(20_416 + week * 7..20_417 + week * 7, 10)).sum::<f64>();
        let sundays = (0..20).map(|week| sum(20_415 + week * 7..20_416 + week * 7, 10)).sum::<f64>();
        assert!(sundays < mondays / 3.0, "{sundays} {mondays}");
        assert!(sum(20_400..20_500, 3) < 0.1 * sum(20_400..20_500, 15));
    }

    #[test]
    fn agents_come_in_bursts() {
        let world = World::new(1, "/a");
        let agent = &world.clients[20];
        let levels: Vec<f64> =
            (0..1_000).map(|slot| activity(1, agent, slot * SLOT_MS) / agent.weight).collect();
        let busy = levels.iter().filter(|level| **level > 1.0).count();
        assert!((60..250).contains(&busy), "{busy}");
        assert!(levels.iter().filter(|level| **level < 0.1).count() > 700);
    }

    #[test]
    fn quota_grows_within_a_window_and_falls_with_its_end() {
        let (used, resets) = quota(3, FIVE_HOURS_MS, 1_795_424_770_000);
        assert!((0..=100).contains(&used));
        let (before, _) = quota(3, FIVE_HOURS_MS, resets - 1);
        let (after, _) = quota(3, FIVE_HOURS_MS, resets);
        assert!(before >= used && after == 0);
    }
}
