//! Names and keys that differ from run to run.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Sixteen hexadecimal digits that nobody else has. Fit for test keys, not for secrets that protect anything.
pub fn token() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_differ() {
        assert_ne!(super::token(), super::token());
    }
}
