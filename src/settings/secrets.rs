//! Secrets: from a variable, from a named file, or from a mounted secret.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use vault::{DataKey, DataKeyError, DataKeySource, SecretString};
use zeroize::Zeroizing;

use super::error::{SettingsError, shown_default};
use super::raw::{Layers, RawValue, Source};
use super::table::Setting;
use super::{DataKeyChoice, Notice, paths, table};

/// The largest secret file, bytes. No key is anywhere near that long.
const MAX_BYTES: u64 = 64 * 1024;

/// Shown in place of a secret.
pub const HIDDEN: &str = "(secret, not shown)";

/// Content of a secret and where it came from.
struct Found {
    bytes: Zeroizing<Vec<u8>>,
    source: Source,
    /// The file, when it was one.
    file: Option<PathBuf>,
    /// How messages call it.
    name: String,
}

/// A text secret.
pub fn text(
    layers: &Layers<'_>,
    value: &'static Setting,
    file: &'static Setting,
    notices: &mut Vec<Notice>,
) -> Result<Option<(SecretString, Source)>, SettingsError> {
    let Some(found) = find(layers, value, file, notices)? else { return Ok(None) };
    let text = std::str::from_utf8(&found.bytes)
        .map(str::trim)
        .ok()
        .filter(|text| !text.chars().any(char::is_control));
    match text {
        Some(text) => Ok(Some((SecretString::from(text), found.source))),
        None => Err(unusable(&found, file, "one line of text")),
    }
}

/// The data key, or the place of its key file.
pub fn data_key(
    layers: &Layers<'_>,
    key_file: PathBuf,
    notices: &mut Vec<Notice>,
) -> Result<DataKeyChoice, SettingsError> {
    let file = &table::CPA_MANAGER_DATA_KEY_FILE;
    let Some(found) = find(layers, &table::CPA_MANAGER_DATA_KEY, file, notices)? else {
        return Ok(DataKeyChoice::KeyFile(key_file));
    };
    // A file may hold 32 bytes that are not text; such content is no passphrase.
    let key = match std::str::from_utf8(&found.bytes) {
        Ok(text) => DataKey::from_secret(&SecretString::from(text)),
        Err(_) => DataKey::parse(&found.bytes),
    };
    let source = found.file.clone().map_or(DataKeySource::Env, DataKeySource::SecretFile);
    key.map(|key| DataKeyChoice::Given { key, source }).map_err(|_: DataKeyError| {
        unusable(&found, file, "32 bytes, as they are or in base64, or a passphrase")
    })
}

/// In order: the flag that names a file, the variable, the variable that names a file, the member of `config.json`
/// that names a file, the mounted secret.
fn find(
    layers: &Layers<'_>,
    value: &'static Setting,
    file: &'static Setting,
    notices: &mut Vec<Notice>,
) -> Result<Option<Found>, SettingsError> {
    if let Some(named) = layers.of(file, Source::Flag) {
        return from_named_file(layers, &named).map(Some);
    }
    if let Some(typed) = layers.of(value, Source::Environment) {
        // A file that is named beside it does not count, but somebody relies on it: it must be there.
        for source in [Source::Environment, Source::File] {
            if let Some(named) = layers.of(file, source) {
                from_named_file(layers, &named)?;
            }
        }
        return Ok(Some(Found {
            bytes: Zeroizing::new(into_bytes(typed.text)),
            source: Source::Environment,
            file: None,
            name: value.env.to_owned(),
        }));
    }
    for source in [Source::Environment, Source::File] {
        if let Some(named) = layers.of(file, source) {
            return from_named_file(layers, &named).map(Some);
        }
    }
    let mount = Path::new(file.default).file_name().unwrap_or_default();
    from_mount(file, &layers.mounts.join(mount), notices)
}

fn from_named_file(layers: &Layers<'_>, named: &RawValue) -> Result<Found, SettingsError> {
    let path = paths::absolute(layers, named)?;
    let failed = |source| SettingsError::UnreadableFile {
        name: named.name(),
        path: path.clone(),
        source,
        default: shown_default(named.setting.default),
    };
    let bytes = read(&path).map_err(failed)?;
    if bytes.trim_ascii().is_empty() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "the file is empty")));
    }
    Ok(Found { bytes, source: named.source, file: Some(path.clone()), name: named.name() })
}

/// A mounted secret is optional, but one that is there and cannot be read deserves a word.
fn from_mount(
    file: &'static Setting,
    path: &Path,
    notices: &mut Vec<Notice>,
) -> Result<Option<Found>, SettingsError> {
    match read(path) {
        Ok(bytes) if bytes.trim_ascii().is_empty() => Ok(None),
        Ok(bytes) => Ok(Some(Found {
            bytes,
            source: Source::SecretMount,
            file: Some(path.to_owned()),
            name: path.display().to_string(),
        })),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => {
            notices.push(Notice {
                setting: file.env,
                text: format!(
                    "the secret {} exists and cannot be read: {error}; going on without it",
                    path.display()
                ),
            });
            Ok(None)
        }
    }
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 64 KiB"));
    }
    Ok(bytes)
}

fn unusable(found: &Found, file: &Setting, expected: &str) -> SettingsError {
    SettingsError::Unusable {
        name: found.name.clone(),
        value: HIDDEN.to_owned(),
        expected: expected.to_owned(),
        default: shown_default(file.default),
    }
}

#[cfg(unix)]
fn into_bytes(text: OsString) -> Vec<u8> {
    std::os::unix::ffi::OsStringExt::into_vec(text)
}

#[cfg(not(unix))]
fn into_bytes(text: OsString) -> Vec<u8> {
    // Windows variables are UTF-16; what is no valid text becomes replacement characters and is no usable key.
    text.to_string_lossy().into_owned().into_bytes()
}
