//! The management key as a type that cannot be printed.

use std::fmt;

/// The key with which the manager talks to the gateway. `Debug` shows nothing of it; it has no `Display` and no `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

impl SecretKey {
    /// Takes the key; blanks around it are removed, as the gateway removes them too.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// The key itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_never_printed() {
        let key = SecretKey::new(" top-secret ");
        assert_eq!(key.expose(), "top-secret");
        assert!(!format!("{key:?}").contains("secret"));
    }
}
