//! The few operations on files that the cache needs, behind a trait so that tests can let each of them fail.

use std::fmt::Debug;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Operations on the files of one directory.
pub trait Files: Send + Sync + Debug {
    /// Makes the directory, for its owner only, if it is not there.
    ///
    /// # Errors
    /// What the system says; so with all of these.
    fn create_directory(&self) -> io::Result<()>;

    /// Names of the files in it.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes a file of this content under this name, whole or not at all: under a temporary name, synced, renamed, and
    /// the directory synced.
    ///
    /// # Errors
    /// What the system says; the temporary file may be left.
    fn publish(&self, name: &str, content: &[&[u8]]) -> io::Result<()>;

    /// Opens a file for reading. It stays readable after it was removed.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, name: &str) -> io::Result<Arc<dyn OpenFile>>;

    /// Removes a file; it may be missing already.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, name: &str) -> io::Result<()>;
}

/// An open file.
pub trait OpenFile: Send + Sync + Debug {
    /// Bytes of the file now.
    ///
    /// # Errors
    /// What the system says.
    fn length(&self) -> io::Result<u64>;

    /// Fills `into` from this offset on.
    ///
    /// # Errors
    /// What the system says; `UnexpectedEof` if the file ends before.
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()>;
}

/// Reads a whole file of at most `most` bytes.
pub(crate) fn read_all(file: &dyn OpenFile, most: u64) -> io::Result<Vec<u8>> {
    let length = file.length()?;
    if length > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is too long"));
    }
    let mut content = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_at(&mut content, 0)?;
    Ok(content)
}

/// Ending of files that are not finished.
pub(crate) const TEMPORARY: &str = ".tmp";

/// The files of a real directory.
#[derive(Debug, Clone)]
pub struct Directory(PathBuf);

impl Directory {
    /// The directory at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    fn sync(&self) -> io::Result<()> {
        // Directories cannot be opened on some systems; there is nothing to sync there.
        if cfg!(unix) { fs::File::open(&self.0)?.sync_all() } else { Ok(()) }
    }
}

fn create_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl Files for Directory {
    fn create_directory(&self) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn publish(&self, name: &str, content: &[&[u8]]) -> io::Result<()> {
        let temporary = self.0.join(format!("{name}{TEMPORARY}"));
        let mut file = match create_private(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Somebody removed the directory: it comes back.
                self.create_directory()?;
                create_private(&temporary)?
            }
            outcome => outcome?,
        };
        for part in content {
            file.write_all(part)?;
        }
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, self.0.join(name))?;
        self.sync()
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn OpenFile>> {
        let file = fs::File::open(self.0.join(name))?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        Ok(Arc::new(OnDisk(file)))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[derive(Debug)]
struct OnDisk(fs::File);

impl OpenFile for OnDisk {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    #[cfg(unix)]
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, into, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, mut into: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !into.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(&self.0, into, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => {
                    into = &mut into[count..];
                    offset += count as u64;
                }
            }
        }
        Ok(())
    }
}
