//! What was measured of one question.

use std::time::Duration;

use super::spent::Spent;
use crate::report::{median, percentile};

/// The times of one question.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The first answer after a start with nothing in the page cache.
    pub cold: Duration,
    /// Over HTTP.
    pub warm: Vec<Spent>,
    /// By SQL; none when it was only compared.
    pub sql: Vec<Duration>,
    /// What the two answers do not agree about.
    pub differences: Vec<String>,
}

impl Measured {
    /// The time that 95 of 100 answers took at most.
    pub fn p95(&self) -> Duration {
        percentile(&mut self.times(), 95)
    }

    /// The times over HTTP.
    pub fn times(&self) -> Vec<Duration> {
        self.warm.iter().map(|spent| spent.whole).collect()
    }

    /// How many times faster than SQL: medians.
    pub fn ratio(&self) -> f64 {
        let warm = median(&mut self.times()).as_secs_f64();
        median(&mut self.sql.clone()).as_secs_f64() / warm.max(1e-9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_compare_medians() {
        let ms = |list: &[u64]| list.iter().map(|ms| Duration::from_millis(*ms)).collect::<Vec<_>>();
        let measured = Measured {
            cold: Duration::ZERO,
            warm: ms(&[1, 2, 90]).into_iter().map(|whole| Spent { whole, ..Spent::default() }).collect(),
            sql: ms(&[100, 100, 1]),
            differences: Vec::new(),
        };
        assert!((measured.ratio() - 50.0).abs() < 1e-9);
        assert_eq!(measured.p95(), Duration::from_millis(90));
    }
}
