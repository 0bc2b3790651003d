//! Argon2id hashes in the PHC text form.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{RandomError, random};

/// Memory of one hash in KiB (19 MiB, the smallest OWASP profile with two passes).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Limits for stored records, so that a damaged row cannot ask for gigabytes.
const MAX_MEMORY_KIB: u32 = 64 * 1024;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 4;
/// glibc keeps freed blocks below 32 MiB for later, which would leave 19 MiB of resident memory behind in every
/// thread arena that ever verified a key. Larger reservations are always given back at once. Only the part in use
/// becomes resident.
const RESERVE_KIB: usize = 33 * 1024;

/// One Argon2id hash with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl PasswordHash {
    pub(crate) fn new(password: &[u8]) -> Result<Self, RandomError> {
        let salt = random::bytes::<SALT_BYTES>()?.to_vec();
        let mut made =
            Self { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt, hash: vec![0; HASH_BYTES] };
        // Fixed, valid parameters: this yields a hash.
        if let Some(hash) = made.compute(password) {
            made.hash.copy_from_slice(&hash);
        }
        Ok(made)
    }

    pub(crate) fn verify(&self, password: &[u8]) -> bool {
        self.compute(password).is_some_and(|hash| hash.as_slice().ct_eq(&self.hash).into())
    }

    fn compute(&self, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(self.hash.len())).ok()?;
        let mut blocks: Vec<Block> = Vec::with_capacity(RESERVE_KIB.max(params.block_count()));
        blocks.resize(params.block_count(), Block::new());
        let mut hash = Zeroizing::new(vec![0; self.hash.len()]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(password, &self.salt, &mut hash, &mut blocks)
            .ok()?;
        Some(hash)
    }

    pub(crate) fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
    pub(crate) fn to_phc(&self) -> String {
        let (salt, hash) =
            (BASE64_STANDARD_NO_PAD.encode(&self.salt), BASE64_STANDARD_NO_PAD.encode(&self.hash));
        let Self { memory_kib, passes, lanes, .. } = self;
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}")
    }

    /// Reads the form that [`Self::to_phc`] writes; `None` for anything else or beyond the limits.
    pub(crate) fn from_phc(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (params, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let mut params = params.split(',');
        let mut number =
            |name: &str| params.next()?.strip_prefix(name)?.strip_prefix('=')?.parse::<u32>().ok();
        let (memory_kib, passes, lanes) = (number("m")?, number("t")?, number("p")?);
        let (salt, hash) =
            (BASE64_STANDARD_NO_PAD.decode(salt).ok()?, BASE64_STANDARD_NO_PAD.decode(hash).ok()?);
        let sane = (8..=MAX_MEMORY_KIB).contains(&memory_kib)
            && (1..=MAX_PASSES).contains(&passes)
            && (1..=MAX_LANES).contains(&lanes)
            && (8..=64).contains(&salt.len())
            && (16..=64).contains(&hash.len());
        sane.then_some(Self { memory_kib, passes, lanes, salt, hash })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answer_of_argon2id() {
        // Of the reference implementation's test suite: argon2id, v=19, t=2, m=65536, p=1.
        let known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let hash = PasswordHash::from_phc(known).expect("phc");
        assert!(hash.verify(b"password"));
        assert!(!hash.verify(b"passwore"));
        assert_eq!(hash.to_phc(), known);
    }

    #[test]
    fn a_new_hash_uses_the_promised_parameters_and_its_own_salt() {
        let (one, two) = (PasswordHash::new(b"key").expect("one"), PasswordHash::new(b"key").expect("two"));
        assert!(one.to_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.to_phc());
        assert_ne!(one.salt, two.salt);
        assert_ne!(one.hash, two.hash);
        assert!(PasswordHash::from_phc(&one.to_phc()).expect("phc").verify(b"key"));
        assert!(!one.verify(b"Key"));
    }

    #[test]
    fn strange_records_are_refused() {
        let good = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw";
        assert!(PasswordHash::from_phc(good).is_some());
        for (from, to) in [
            ("argon2id", "argon2i"),
            ("v=19", "v=16"),
            ("m=19456", "m=4000000"),
            ("t=2", "t=0"),
            ("t=2", "t=1000"),
            ("p=1", "p=100"),
            ("m=19456,", ""),
            ("$AAEC", "$*AEC"),
            ("DA0ODw$", "DA0ODw$extra$"),
        ] {
            assert!(PasswordHash::from_phc(&good.replacen(from, to, 1)).is_none(), "{from} -> {to}");
        }
    }
}
