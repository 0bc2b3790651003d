//! Paths of settings, made absolute.

use std::path::{Path, PathBuf};

use super::error::SettingsError;
use super::raw::{Layers, RawValue};

/// A path as it was meant: against the directory of `config.json` when it stands there, against the current
/// directory otherwise. Symlinks are not followed.
pub fn absolute(layers: &Layers<'_>, value: &RawValue) -> Result<PathBuf, SettingsError> {
    let path = Path::new(&value.text);
    let path = layers.base(value).map_or_else(|| path.to_owned(), |base| base.join(path));
    std::path::absolute(&path).map(|path| without_dots(&path)).map_err(|source| SettingsError::RelativePath {
        name: value.name(),
        path,
        source,
    })
}

/// Drops `.` components, which `./data` in the file would leave in the middle.
fn without_dots(path: &Path) -> PathBuf {
    path.components().collect()
}
