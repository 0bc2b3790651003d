//! A small, fast, seeded random source. Own code, so that a seed means the same records for ever, whatever
//! becomes of library versions. Not for secrets.

/// xoshiro256++ seeded by SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: [u64; 4],
}

fn split_mix(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    pub(crate) fn new(mut seed: u64) -> Self {
        let mut state = [0; 4];
        for word in &mut state {
            *word = split_mix(&mut seed);
        }
        Self { state }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let mut next = [a, b, c ^ a, d ^ b];
        next[1] ^= next[2];
        next[0] ^= next[3];
        next[2] ^= b << 17;
        next[3] = next[3].rotate_left(45);
        self.state = next;
        result
    }

    /// Evenly in `0..below`; 0 when `below` is 0.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(below);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// An index into something of this length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// Evenly in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Roughly normal with mean 0 and deviation 1 (twelve-fold sums are slow; four are good enough here).
    pub(crate) fn normal(&mut self) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 1.732_050_8
    }

    /// Log-normal around a median; `spread` 0.5 is tight, 1.2 has a long tail.
    pub(crate) fn around(&mut self, median: f64, spread: f64) -> f64 {
        median * (self.normal() * spread).exp()
    }

    /// Like [`Self::around`], as a whole number of at least `least`.
    pub(crate) fn count(&mut self, median: f64, spread: f64, least: i64) -> i64 {
        (self.around(median, spread) as i64).max(least)
    }

    /// An index with a probability in proportion to its weight.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let total: f64 = weights.clone().sum();
        let mut left = self.unit() * total;
        let mut last = 0;
        for (index, weight) in weights.enumerate() {
            if weight > 0.0 {
                last = index;
                if left < weight {
                    return index;
                }
            }
            left -= weight;
        }
        last
    }
}

/// Mixes numbers into one; for decisions that must not depend on the order of questions.
pub(crate) fn mix(parts: &[u64]) -> u64 {
    let mut seed = 0x1234_5678_9abc_def0;
    for part in parts {
        seed ^= *part;
        seed = split_mix(&mut seed);
    }
    seed
}

/// [`mix`] as a number in `0.0..1.0`.
pub(crate) fn mix_unit(parts: &[u64]) -> f64 {
    (mix(parts) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut random = Random::new(1);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(first, [0xcfc5_d07f_6f03_c29b, 0xbf42_4132_963f_e08d, 0x19a3_7d57_57aa_f520]);
    }

    #[test]
    fn weights_are_respected_and_zero_is_never_chosen() {
        let mut random = Random::new(7);
        let mut hits = [0; 3];
        for _ in 0..10_000 {
            hits[random.weighted([1.0, 0.0, 3.0].iter().copied())] += 1;
        }
        assert_eq!(hits[1], 0);
        assert!((2_200..2_800).contains(&hits[0]), "{hits:?}");
    }

    #[test]
    fn medians_come_out_where_they_were_put() {
        let mut random = Random::new(3);
        let mut values: Vec<i64> = (0..2_001).map(|_| random.count(1_000.0, 0.8, 1)).collect();
        values.sort_unstable();
        assert!((900..1_100).contains(&values[1_000]), "{}", values[1_000]);
    }
}
