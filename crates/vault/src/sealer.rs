//! Encryption of settings. The format is the reference's, so that both read each other's values:
//! `enc:v1:<nonce>:<ciphertext and tag>`, both parts in unpadded standard base64.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::datakey::KDF_SALT;
use crate::{DataKey, RandomError, SecretString, random};

const PREFIX: &str = "enc:v1:";
const KEY_INFO: &[u8] = b"settings-secrets-v1";
const AAD: &[u8] = b"settings-secret";
const NONCE_BYTES: usize = 12;

/// Why a sealed value could not be opened or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The text starts like a sealed value but is cut or not base64.
    #[error("the stored secret is damaged")]
    Malformed,
    /// The value was sealed with another data key, or changed afterwards.
    #[error("the stored secret cannot be opened with this data key")]
    WrongKey,
    /// No random bytes for the nonce.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// What [`SettingsSealer::open`] found.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The plain value.
    pub secret: SecretString,
    /// The stored value was not encrypted (an old installation): seal it and store it again.
    pub was_plaintext: bool,
}

/// Seals and opens settings with a key derived from the data key.
pub struct SettingsSealer {
    cipher: Aes256Gcm,
}

impl std::fmt::Debug for SettingsSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SettingsSealer")
    }
}

impl SettingsSealer {
    /// Derives the sealing key.
    pub fn new(key: &DataKey) -> Self {
        Self { cipher: Aes256Gcm::new((&*settings_key(key)).into()) }
    }

    /// Encrypts a value. The result starts with `enc:v1:`, whatever the value starts with.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn seal(&self, plaintext: &SecretString) -> Result<String, SealError> {
        self.seal_with_nonce(plaintext, random::bytes()?)
    }

    fn seal_with_nonce(
        &self,
        plaintext: &SecretString,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<String, SealError> {
        let payload = Payload { msg: plaintext.expose().as_bytes(), aad: AAD };
        // Encryption fails only for plaintexts of many gigabytes.
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Malformed)?;
        let (nonce, sealed) = (BASE64_STANDARD_NO_PAD.encode(nonce), BASE64_STANDARD_NO_PAD.encode(sealed));
        Ok(format!("{PREFIX}{nonce}:{sealed}"))
    }

    /// Whether a stored value is sealed. Anything else is an old installation's plain text.
    pub fn is_sealed(stored: &str) -> bool {
        stored.starts_with(PREFIX)
    }

    /// Decrypts a stored value; a value without the prefix is returned as it is and marked.
    ///
    /// # Errors
    /// [`SealError::Malformed`] for a cut value, [`SealError::WrongKey`] when the data key does not fit.
    pub fn open(&self, stored: &str) -> Result<Opened, SealError> {
        let Some(rest) = stored.strip_prefix(PREFIX) else {
            return Ok(Opened { secret: SecretString::from(stored), was_plaintext: true });
        };
        let (nonce, sealed) = rest.split_once(':').ok_or(SealError::Malformed)?;
        let nonce = BASE64_STANDARD_NO_PAD.decode(nonce).map_err(|_| SealError::Malformed)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| SealError::Malformed)?;
        let sealed = BASE64_STANDARD_NO_PAD.decode(sealed).map_err(|_| SealError::Malformed)?;
        let payload = Payload { msg: &sealed, aad: AAD };
        let plain = self.cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::WrongKey)?;
        let plain = Zeroizing::new(plain);
        let text = std::str::from_utf8(&plain).map_err(|_| SealError::Malformed)?;
        Ok(Opened { secret: SecretString::from(text), was_plaintext: false })
    }
}

fn settings_key(key: &DataKey) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0_u8; 32]);
    // 32 bytes are far below HKDF's limit of 8,160, so this cannot fail.
    let expanded = Hkdf::<Sha256>::new(Some(KDF_SALT), key.expose()).expand(KEY_INFO, out.as_mut_slice());
    debug_assert!(expanded.is_ok());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(key: &[u8; 32]) -> SettingsSealer {
        SettingsSealer::new(&DataKey::from_bytes(*key))
    }

    const KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";
    const VECTOR: &str = "enc:v1:AAECAwQFBgcICQoL:VfUeKWae8Xqn+JO9Z8qrV/HCt12Exjf31K+AG3JU";

    #[test]
    fn vector_of_the_derived_key() {
        let hex: String =
            settings_key(&DataKey::from_bytes(*KEY)).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "aa3c904fcfac27fceef6964835b5ce8ff5f2bc97c910637ddc6cbbf5a955fde4");
    }

    #[test]
    fn vector_both_ways() {
        let nonce = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
        let sealer = sealer(KEY);
        let sealed = sealer.seal_with_nonce(&SecretString::from("management-key"), nonce).expect("seal");
        assert_eq!(sealed, VECTOR);
        let opened = sealer.open(VECTOR).expect("open");
        assert_eq!(opened.secret.expose(), "management-key");
        assert!(!opened.was_plaintext);
    }

    #[test]
    fn legacy_plain_text_is_recognised() {
        let opened = sealer(KEY).open("sk-plain").expect("open");
        assert_eq!(opened.secret.expose(), "sk-plain");
        assert!(opened.was_plaintext);
        assert!(!SettingsSealer::is_sealed("sk-plain"));
    }

    #[test]
    fn a_plain_text_that_looks_sealed_is_sealed_all_the_same() {
        let tricky = SecretString::from("enc:v1:AAAA:BBBB");
        let sealed = sealer(KEY).seal(&tricky).expect("seal");
        assert!(!sealed.contains("BBBB"));
        assert!(tricky.matches(sealer(KEY).open(&sealed).expect("open").secret.expose()));
    }

    #[test]
    fn nonces_differ() {
        let sealer = sealer(KEY);
        let value = SecretString::from("x");
        assert_ne!(sealer.seal(&value).expect("seal"), sealer.seal(&value).expect("seal"));
    }

    #[test]
    fn wrong_key_and_damage_are_told_apart() {
        let other = sealer(b"0123456789abcdef0123456789abcdeX");
        assert_eq!(other.open(VECTOR).expect_err("wrong key"), SealError::WrongKey);
        for damaged in ["enc:v1:", "enc:v1:AAAA", "enc:v1:AAAA:BBBB", "enc:v1:AAECAwQFBgcICQoL:*"] {
            assert_eq!(sealer(KEY).open(damaged).expect_err(damaged), SealError::Malformed, "{damaged}");
        }
        // A short but well-formed body cannot carry a valid tag.
        assert_eq!(sealer(KEY).open("enc:v1:AAECAwQFBgcICQoL:AAAA").expect_err("tag"), SealError::WrongKey);
    }
}
