//! Random values from the operating system.

use zeroize::Zeroizing;

use crate::SecretString;

/// Every admin key that we generate starts like this.
pub const ADMIN_KEY_PREFIX: &str = "cmp_admin_";

const ADMIN_KEY_RANDOM_CHARS: usize = 32;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The largest multiple of 62 that a byte can hold; bytes from here on are thrown away, so no letter is favoured.
const FAIR_BELOW: u8 = 248;

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomError;

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut out = [0_u8; N];
    getrandom::fill(&mut out).map_err(|_| RandomError)?;
    Ok(out)
}

/// A new admin key: `cmp_admin_` and 32 random characters of `0-9A-Za-z` (about 190 bits).
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn generate_admin_key() -> Result<SecretString, RandomError> {
    let mut key = String::with_capacity(ADMIN_KEY_PREFIX.len() + ADMIN_KEY_RANDOM_CHARS);
    key.push_str(ADMIN_KEY_PREFIX);
    while key.len() < ADMIN_KEY_PREFIX.len() + ADMIN_KEY_RANDOM_CHARS {
        let pool = Zeroizing::new(bytes::<64>()?);
        push_letters(&mut key, pool.as_slice(), ADMIN_KEY_PREFIX.len() + ADMIN_KEY_RANDOM_CHARS);
    }
    Ok(SecretString::from(key))
}

fn push_letters(key: &mut String, pool: &[u8], wanted: usize) {
    for byte in pool.iter().filter(|byte| **byte < FAIR_BELOW) {
        if key.len() == wanted {
            return;
        }
        key.push(char::from(ALPHABET[usize::from(byte % 62)]));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn generated_keys_have_the_promised_form_and_differ() {
        let mut seen = HashSet::new();
        for _ in 0..200 {
            let key = generate_admin_key().expect("random");
            let rest = key.expose().strip_prefix("cmp_admin_").expect("prefix").to_owned();
            assert_eq!(rest.len(), 32);
            assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(seen.insert(rest));
        }
    }

    #[test]
    fn unfair_bytes_are_rejected() {
        let mut key = String::new();
        push_letters(&mut key, &[255, 248, 247, 0, 61, 62], 10);
        assert_eq!(key, "z0z0");
    }
}
