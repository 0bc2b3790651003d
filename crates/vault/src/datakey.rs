//! The data key: 32 bytes that encrypt the settings of one installation.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{RandomError, Secret, SecretString, random};

/// The salt of every key derivation of the reference.
pub(crate) const KDF_SALT: &[u8] = b"cpa-manager-plus";
const PASSPHRASE_INFO: &[u8] = b"data-key-v1";
const KEY_BYTES: usize = 32;
/// No accepted form is longer than 44 characters; anything much larger is not a key file.
const MAX_FILE_BYTES: u64 = 4096;

/// The reference's decoder takes values whose last character carries stray bits; files it wrote must stay readable.
const STANDARD: GeneralPurpose = engine(&alphabet::STANDARD, DecodePaddingMode::RequireNone);
const STANDARD_PADDED: GeneralPurpose = engine(&alphabet::STANDARD, DecodePaddingMode::RequireCanonical);
const URL_SAFE: GeneralPurpose = engine(&alphabet::URL_SAFE, DecodePaddingMode::RequireNone);

const fn engine(alphabet: &alphabet::Alphabet, padding: DecodePaddingMode) -> GeneralPurpose {
    let config =
        GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(padding);
    GeneralPurpose::new(alphabet, config)
}

/// Where the data key came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataKeySource {
    /// The environment variable itself.
    Env,
    /// A secret file that the operator named or mounted.
    SecretFile(PathBuf),
    /// The key file of the data directory, written by the manager.
    KeyFile(PathBuf),
}

/// The data key of one installation.
#[derive(Debug, Clone)]
pub struct DataKey(Secret<[u8; KEY_BYTES]>);

/// Why there is no data key.
#[derive(Debug, thiserror::Error)]
pub enum DataKeyError {
    /// The file does not exist and must not be created, because stored settings need the old one.
    #[error("data key file {0} is missing")]
    Missing(PathBuf),
    /// The content is in no accepted form.
    #[error("data key is in no accepted form (32 bytes, as they are or in base64)")]
    Malformed,
    /// The file could not be read or written.
    #[error("data key file {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No random bytes for a new key.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// A data key read from, or written to, a key file.
#[derive(Debug)]
pub struct LoadedDataKey {
    /// The key.
    pub key: DataKey,
    /// Always [`DataKeySource::KeyFile`] here; kept with the key so that `/status` can tell.
    pub source: DataKeySource,
    /// The file did not exist and was made by this call.
    pub created: bool,
    /// Others can read the file and its mode could not be narrowed.
    pub exposed: bool,
}

impl DataKey {
    /// A key from its 32 bytes.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Secret::new(bytes))
    }

    /// A new random key.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        Ok(Self::from_bytes(random::bytes()?))
    }

    /// A key from an environment variable or a secret file: one of the file forms, or else a passphrase, from
    /// which the key is derived (HKDF-SHA-256).
    ///
    /// # Errors
    /// [`DataKeyError::Malformed`] for a blank value.
    pub fn from_secret(value: &SecretString) -> Result<Self, DataKeyError> {
        if value.is_blank() {
            return Err(DataKeyError::Malformed);
        }
        if let Ok(key) = Self::parse(value.expose().as_bytes()) {
            return Ok(key);
        }
        let mut out = [0_u8; KEY_BYTES];
        let passphrase = value.trimmed();
        // 32 bytes are far below HKDF's limit, so this cannot fail.
        let expanded = Hkdf::<Sha256>::new(Some(KDF_SALT), passphrase.expose().as_bytes())
            .expand(PASSPHRASE_INFO, &mut out);
        debug_assert!(expanded.is_ok());
        Ok(Self::from_bytes(out))
    }

    /// A key from the content of a key file, in order: unpadded standard base64, padded standard base64, unpadded
    /// URL base64 (each of 32 bytes), exactly 32 bytes. White space around it does not count.
    ///
    /// # Errors
    /// [`DataKeyError::Malformed`] for anything else.
    pub fn parse(content: &[u8]) -> Result<Self, DataKeyError> {
        let content = match std::str::from_utf8(content) {
            Ok(text) => text.trim().as_bytes(),
            Err(_) => content.trim_ascii(),
        };
        // The reference's decoder skips line breaks inside a value.
        let joined: Zeroizing<Vec<u8>> =
            Zeroizing::new(content.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect());
        for engine in [&STANDARD, &STANDARD_PADDED, &URL_SAFE] {
            let decoded = engine.decode(joined.as_slice()).map(Zeroizing::new).unwrap_or_default();
            if let Ok(key) = decoded.as_slice().try_into() {
                return Ok(Self::from_bytes(key));
            }
        }
        content.try_into().map(Self::from_bytes).map_err(|_| DataKeyError::Malformed)
    }

    /// What stands in a key file: unpadded standard base64 and a line break.
    fn to_file_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}\n", BASE64_STANDARD_NO_PAD.encode(self.0.expose())))
    }

    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        self.0.expose()
    }
}

/// Reads the key file, or makes it when it does not exist and `allow_create` is set.
///
/// Say `allow_create = false` when the database holds a sealed value: a new key could not open it, and would hide
/// that the old one is gone.
///
/// A new file is complete before it gets its name, is readable by its owner only, and never replaces another one:
/// of two starters that race, both end up with the same key.
///
/// # Errors
/// [`DataKeyError::Missing`], [`DataKeyError::Malformed`] or [`DataKeyError::Io`].
pub fn load_or_create(path: &Path, allow_create: bool) -> Result<LoadedDataKey, DataKeyError> {
    let io_error = |source| DataKeyError::Io { path: path.to_owned(), source };
    let mut created = false;
    let key = match read(path) {
        Ok(content) => DataKey::parse(&content)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !allow_create {
                return Err(DataKeyError::Missing(path.to_owned()));
            }
            let key = DataKey::generate()?;
            created = publish(path, key.to_file_text().as_bytes()).map_err(io_error)?;
            if created { key } else { DataKey::parse(&read(path).map_err(io_error)?)? }
        }
        Err(error) => return Err(io_error(error)),
    };
    let exposed = !narrow(path).map_err(io_error)?;
    Ok(LoadedDataKey { key, source: DataKeySource::KeyFile(path.to_owned()), created, exposed })
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::with_capacity(64));
    File::open(path)?.take(MAX_FILE_BYTES).read_to_end(&mut content)?;
    Ok(content)
}

/// Writes a file that did not exist. Returns false when somebody else was faster.
fn publish(path: &Path, content: &[u8]) -> io::Result<bool> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_directory(directory)?;
    let suffix: [u8; 8] = random::bytes().map_err(io::Error::other)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.tmp", u64::from_ne_bytes(suffix)));
    let temporary = directory.join(name);
    let written = write_new(&temporary, content).and_then(|()| link(&temporary, path, content));
    // A left-over temporary file would hold a key that nobody uses.
    let removed = fs::remove_file(&temporary);
    let published = written?;
    removed?;
    sync_directory(directory)?;
    Ok(published)
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Gives the finished file its name, unless the name is taken.
fn link(temporary: &Path, path: &Path, content: &[u8]) -> io::Result<bool> {
    match fs::hard_link(temporary, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // Some volumes know no hard links. There the name is taken first and filled afterwards.
        Err(_) => match write_new(path, content) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => {
                // Half a key must not survive; the first error is the one to tell.
                let _ = fs::remove_file(path);
                Err(error)
            }
        },
    }
}

fn create_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_directory: &Path) -> io::Result<()> {
    // Windows cannot sync a directory; the file itself is synced.
    Ok(())
}

/// Takes read access from everybody but the owner. Returns false when that was needed and refused.
#[cfg(unix)]
fn narrow(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    if fs::metadata(path)?.permissions().mode() & 0o077 == 0 {
        return Ok(true);
    }
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o600)).is_ok())
}

#[cfg(not(unix))]
fn narrow(_path: &Path) -> io::Result<bool> {
    // Windows: the access list of the data directory applies.
    Ok(true)
}

#[cfg(test)]
mod tests;
