//! The stored form of the admin key: never the key itself.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::password::PasswordHash;
use crate::{RandomError, SecretString};

/// Longer keys are wrong without being looked at.
pub(crate) const MAX_KEY_BYTES: usize = 1024;
const HASH_BYTES: usize = 32;
/// A limit for stored records of the reference (about a second of work).
const MAX_LEGACY_ITERATIONS: u32 = 5_000_000;
const WEAK_BELOW_CHARS: usize = 16;
const WEAK_BELOW_DISTINCT: usize = 8;

/// Who chose the admin key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialSource {
    /// An environment variable or secret file.
    Env,
    /// The manager, at its first start.
    Generated,
    /// A person, on the command line.
    Cli,
    /// The manager, asked on the command line.
    CliGenerated,
    /// Something that a later or other version wrote.
    #[serde(other)]
    Other,
}

/// Why a credential could not be made or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The key is empty or longer than 1,024 bytes.
    #[error("the admin key must have between 1 and 1024 bytes")]
    UnusableKey,
    /// The stored record is damaged or from a newer version.
    #[error("the stored admin credential cannot be read")]
    Malformed,
    /// No random bytes for the salt.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// What verifies the admin key. New ones are Argon2id (19 MiB, two passes); records of the reference
/// (HMAC-SHA-256, PBKDF2) verify too and ask for an upgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminCredential {
    proof: Proof,
    created_at_ms: i64,
    rotated_at_ms: Option<i64>,
    source: CredentialSource,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Proof {
    Argon2id { hash: PasswordHash, hint: Option<u16> },
    Legacy { salt: Vec<u8>, key_hash: [u8; HASH_BYTES], iterations: u32 },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
    /// Argon2id in PHC form (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<u16>,
    /// Version 1: the reference's members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iterations: Option<u32>,
    created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotated_at_ms: Option<i64>,
    source: CredentialSource,
}

impl AdminCredential {
    /// A credential for a key (white space around it does not count). Takes tens of milliseconds.
    ///
    /// # Errors
    /// For a blank or overlong key, or without random bytes.
    pub fn create(
        key: &SecretString,
        source: CredentialSource,
        now_ms: i64,
    ) -> Result<Self, CredentialError> {
        let key = key.expose().trim();
        if key.is_empty() || key.len() > MAX_KEY_BYTES {
            return Err(CredentialError::UnusableKey);
        }
        let hash = PasswordHash::new(key.as_bytes())?;
        // Only for keys that we made ourselves: see `rules_out`.
        let generated = matches!(source, CredentialSource::Generated | CredentialSource::CliGenerated);
        let hint = generated.then(|| hint(&hash, key));
        Ok(Self { proof: Proof::Argon2id { hash, hint }, created_at_ms: now_ms, rotated_at_ms: None, source })
    }

    /// Marks a credential that replaces `previous`.
    #[must_use]
    pub fn replacing(mut self, previous: &Self) -> Self {
        self.rotated_at_ms = Some(self.created_at_ms);
        self.created_at_ms = previous.created_at_ms;
        self
    }

    /// The same key as an Argon2id credential; the times and the source stay. `None` when the key does not fit.
    ///
    /// # Errors
    /// Without random bytes.
    pub fn upgraded(&self, key: &SecretString) -> Result<Option<Self>, CredentialError> {
        if !self.verify(key.expose()) {
            return Ok(None);
        }
        let proof = Self::create(key, self.source, self.created_at_ms)?.proof;
        Ok(Some(Self { proof, ..self.clone() }))
    }

    /// Whether the record is of an older kind and should be replaced after the next right key.
    pub fn needs_upgrade(&self) -> bool {
        matches!(self.proof, Proof::Legacy { .. })
    }

    /// Whether verifying costs so little that it needs no queue.
    pub(crate) fn is_cheap(&self) -> bool {
        matches!(self.proof, Proof::Legacy { iterations: 0..=1, .. })
    }

    /// Whether the key is the right one. Takes tens of milliseconds and 19 MiB for Argon2id.
    pub fn verify(&self, key: &str) -> bool {
        let key = key.trim();
        if key.is_empty() || key.len() > MAX_KEY_BYTES {
            return false;
        }
        match &self.proof {
            Proof::Argon2id { hash, .. } => hash.verify(key.as_bytes()),
            Proof::Legacy { salt, key_hash, iterations: 0..=1 } => {
                hmac(salt, &[key.as_bytes()]).ct_eq(key_hash).into()
            }
            Proof::Legacy { salt, key_hash, iterations } => {
                let mut computed = [0; HASH_BYTES];
                pbkdf2::pbkdf2_hmac::<Sha256>(key.as_bytes(), salt, *iterations, &mut computed);
                computed.ct_eq(key_hash).into()
            }
        }
    }

    /// Whether the key is wrong for sure, found out at almost no cost.
    ///
    /// Records of generated keys carry 16 bits of a keyed hash. They rule out 65,535 of 65,536 wrong keys before any
    /// Argon2 work, so that a flood of guesses cannot keep the right key waiting. A generated key has about 190 bits:
    /// giving 16 away changes nothing. Keys that people choose may be weak, so their records carry no hint.
    pub(crate) fn rules_out(&self, key: &str) -> bool {
        let key = key.trim();
        if key.is_empty() || key.len() > MAX_KEY_BYTES {
            return true;
        }
        match &self.proof {
            Proof::Argon2id { hash, hint: Some(stored) } => hint(hash, key) != *stored,
            _ => false,
        }
    }

    /// Names this credential without telling anything about the key. Changes with every new credential.
    pub fn fingerprint(&self) -> String {
        BASE64_STANDARD_NO_PAD.encode(&Sha256::digest(self.to_json().as_bytes())[..16])
    }

    /// When the credential was first made, in milliseconds since 1970.
    pub fn created_at_ms(&self) -> i64 {
        self.created_at_ms
    }

    /// Who chose the key.
    pub fn source(&self) -> CredentialSource {
        self.source
    }

    /// The record as stored in the settings.
    pub fn to_json(&self) -> String {
        let empty = Record {
            version: 2,
            algorithm: None,
            hash: None,
            hint: None,
            salt: None,
            key_hash: None,
            iterations: None,
            created_at_ms: self.created_at_ms,
            rotated_at_ms: self.rotated_at_ms,
            source: self.source,
        };
        let record = match &self.proof {
            Proof::Argon2id { hash, hint } => {
                Record { algorithm: Some("argon2id".into()), hash: Some(hash.to_phc()), hint: *hint, ..empty }
            }
            Proof::Legacy { salt, key_hash, iterations } => Record {
                version: 1,
                salt: Some(BASE64_STANDARD_NO_PAD.encode(salt)),
                key_hash: Some(BASE64_STANDARD_NO_PAD.encode(key_hash)),
                iterations: Some(*iterations),
                ..empty
            },
        };
        // A struct of numbers and texts always serialises.
        serde_json::to_string(&record).unwrap_or_default()
    }

    /// Reads a stored record, ours or the reference's.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`].
    pub fn from_json(text: &str) -> Result<Self, CredentialError> {
        let record: Record = serde_json::from_str(text).map_err(|_| CredentialError::Malformed)?;
        let proof = match record.version {
            1 => legacy(&record),
            2 if record.algorithm.as_deref() == Some("argon2id") => record
                .hash
                .as_deref()
                .and_then(PasswordHash::from_phc)
                .map(|hash| Proof::Argon2id { hash, hint: record.hint }),
            _ => None,
        };
        Ok(Self {
            proof: proof.ok_or(CredentialError::Malformed)?,
            created_at_ms: record.created_at_ms,
            rotated_at_ms: record.rotated_at_ms,
            source: record.source,
        })
    }
}

fn legacy(record: &Record) -> Option<Proof> {
    let decode = |text: &Option<String>| BASE64_STANDARD_NO_PAD.decode(text.as_deref()?).ok();
    let (salt, key_hash) = (decode(&record.salt)?, decode(&record.key_hash)?);
    let iterations = record.iterations.unwrap_or(1);
    if salt.is_empty() || salt.len() > 256 || iterations > MAX_LEGACY_ITERATIONS {
        return None;
    }
    Some(Proof::Legacy { salt, key_hash: key_hash.try_into().ok()?, iterations })
}

fn hint(hash: &PasswordHash, key: &str) -> u16 {
    let [high, low, ..] = hmac(hash.salt(), &[b"admin-key-hint-v1\0", key.as_bytes()]);
    u16::from_be_bytes([high, low])
}

/// HMAC-SHA-256 over the concatenated parts.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; HASH_BYTES] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; HASH_BYTES] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether a key that a person chose is easy to guess: fewer than 16 characters, or fewer than 8 different ones.
/// Such keys are accepted (the contract says so) but deserve a warning: the manager never refuses the right key
/// because of others' failures, so it cannot make a weak key safe by locking out.
pub fn is_weak_admin_key(key: &SecretString) -> bool {
    let key = key.expose().trim();
    let mut distinct: Vec<char> = key.chars().collect();
    let length = distinct.len();
    distinct.sort_unstable();
    distinct.dedup();
    length < WEAK_BELOW_CHARS || distinct.len() < WEAK_BELOW_DISTINCT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate_admin_key;

    const REFERENCE: &str = r#"{"version":1,"salt":"AAECAwQFBgcICQoLDA0ODw","keyHash":"uuLcj/vJNaj9tPmQGvN2zvWrGIufLRaK7nDgM56oWzQ","iterations":1,"createdAtMs":1777075200000,"source":"generated"}"#;

    #[test]
    fn the_reference_record_verifies_and_is_upgraded() {
        let old = AdminCredential::from_json(REFERENCE).expect("record");
        let key = SecretString::from("cpamp_test_key_0123456789abcdef");
        assert!(old.verify(key.expose()));
        assert!(old.verify("  cpamp_test_key_0123456789abcdef\n"));
        assert!(!old.verify("cpamp_test_key_0123456789abcdeg"));
        assert!(old.needs_upgrade() && old.is_cheap());
        assert_eq!(AdminCredential::from_json(&old.to_json()).expect("again"), old);

        let new = old.upgraded(&key).expect("random").expect("right key");
        assert!(!new.needs_upgrade() && !new.is_cheap());
        assert!(new.verify(key.expose()));
        assert_eq!((new.created_at_ms(), new.source()), (1_777_075_200_000, CredentialSource::Generated));
        assert_ne!(new.fingerprint(), old.fingerprint());
        assert!(old.upgraded(&SecretString::from("wrong")).expect("random").is_none());
    }

    #[test]
    fn a_pbkdf2_record_verifies() {
        // RFC 7914 §11: PBKDF2-HMAC-SHA-256, password "Password", salt "NaCl", 80,000 rounds; first 32 bytes.
        let hash = [
            0x4d, 0xdc, 0xd8, 0xf6, 0x0b, 0x98, 0xbe, 0x21, 0x83, 0x0c, 0xee, 0x5e, 0xf2, 0x27, 0x01, 0xf9,
            0x64, 0x1a, 0x44, 0x18, 0xd0, 0x4c, 0x04, 0x14, 0xae, 0xff, 0x08, 0x87, 0x6b, 0x34, 0xab, 0x56,
        ];
        let (salt, hash) = (BASE64_STANDARD_NO_PAD.encode("NaCl"), BASE64_STANDARD_NO_PAD.encode(hash));
        let json = format!(
            r#"{{"version":1,"salt":"{salt}","keyHash":"{hash}","iterations":80000,"createdAtMs":1,"source":"x"}}"#
        );
        let credential = AdminCredential::from_json(&json).expect("record");
        assert!(credential.verify("Password"));
        assert!(!credential.verify("password"));
        assert!(credential.needs_upgrade() && !credential.is_cheap());
        assert_eq!(credential.source(), CredentialSource::Other);
    }

    #[test]
    fn new_credentials_round_trip_and_hold_no_key() {
        let key = generate_admin_key().expect("key");
        let made = AdminCredential::create(&key, CredentialSource::CliGenerated, 5).expect("made");
        let json = made.to_json();
        assert!(!json.contains(key.expose()));
        assert!(json.contains("\"version\":2") && json.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{json}");
        assert!(json.contains("cli-generated"));
        let read = AdminCredential::from_json(&json).expect("read");
        assert_eq!(read, made);
        assert!(read.verify(key.expose()));
        let next = AdminCredential::create(&"another key".into(), CredentialSource::Cli, 9).expect("next");
        let next = next.replacing(&made);
        assert!(next.to_json().contains("\"createdAtMs\":5") && next.to_json().contains("\"rotatedAtMs\":9"));
    }

    #[test]
    fn only_generated_keys_carry_a_hint_and_it_rules_most_wrong_keys_out() {
        let key = generate_admin_key().expect("key");
        let made = AdminCredential::create(&key, CredentialSource::Generated, 0).expect("made");
        assert!(!made.rules_out(key.expose()));
        let ruled_out = (0..2_000).filter(|number| made.rules_out(&format!("guess {number}"))).count();
        assert!(ruled_out >= 1_990, "{ruled_out}");
        let chosen = AdminCredential::create(&"chosen".into(), CredentialSource::Env, 0).expect("made");
        assert!(!chosen.rules_out("anything"));
        assert!(chosen.rules_out("") && chosen.rules_out(&"x".repeat(1025)));
        assert!(!chosen.to_json().contains("hint"));
    }

    #[test]
    fn unusable_keys_and_records_are_refused() {
        for key in ["", "  ", &"k".repeat(1025)] {
            let made = AdminCredential::create(&key.into(), CredentialSource::Env, 0);
            assert_eq!(made, Err(CredentialError::UnusableKey));
        }
        for json in [
            "",
            "{}",
            r#"{"version":3,"createdAtMs":1,"source":"env"}"#,
            r#"{"version":2,"algorithm":"argon2id","hash":"$argon2id$","createdAtMs":1,"source":"env"}"#,
            r#"{"version":1,"salt":"","keyHash":"","createdAtMs":1,"source":"env"}"#,
            r#"{"version":1,"salt":"AAEC","keyHash":"AAEC","iterations":1,"createdAtMs":1,"source":"env"}"#,
        ] {
            assert_eq!(AdminCredential::from_json(json), Err(CredentialError::Malformed), "{json}");
        }
    }

    #[test]
    fn weak_keys_are_named() {
        assert!(is_weak_admin_key(&"admin".into()));
        assert!(is_weak_admin_key(&"aaaaaaaaaaaaaaaaaaaaaaaa".into()));
        assert!(!is_weak_admin_key(&generate_admin_key().expect("key")));
    }
}
