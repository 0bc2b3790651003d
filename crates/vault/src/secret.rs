//! A value that cannot be printed by accident.

use std::fmt;

use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, Zeroizing};

/// Holds a secret. It has no `Display` and no `Serialize`, its `Debug` never shows the content, and the memory
/// is overwritten when it is dropped.
pub struct Secret<T: Zeroize>(Zeroizing<T>);

/// A secret text: a key, a password, a token.
pub type SecretString = Secret<String>;

impl<T: Zeroize> Secret<T> {
    /// Takes the value over.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The content. Every call of this is a place to look at in a review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl SecretString {
    /// Whether the text is empty or only white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// A copy without surrounding white space.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        Self::from(self.0.trim())
    }

    /// Compares in constant time (for equal lengths).
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self::new(T::clone(&self.0))
    }
}

impl From<&str> for SecretString {
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

impl From<String> for SecretString {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl<'de> Deserialize<'de> for SecretString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_content() {
        #[derive(Debug)]
        struct Outer {
            #[expect(dead_code, reason = "only its Debug output matters")]
            key: SecretString,
        }
        let text = format!("{:?}", Outer { key: SecretString::from("top-secret-value") });
        assert!(!text.contains("top-secret"), "{text}");
        assert!(text.contains("hidden"), "{text}");
    }

    #[test]
    fn compares_and_trims() {
        let secret = SecretString::from("  key \n").trimmed();
        assert!(secret.matches("key"));
        assert!(!secret.matches("kez"));
        assert!(!secret.matches("key2"));
        assert!(SecretString::from(" \t").is_blank());
        assert!(!secret.is_blank());
    }

    #[test]
    fn is_read_from_json() {
        let secret: SecretString = serde_json::from_str("\"abc\"").expect("json");
        assert_eq!(secret.expose(), "abc");
    }
}
