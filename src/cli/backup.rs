//! `backup`: database and data key in one archive, while the server runs or not.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use store::Store;
use vault::DataKeySource;

use super::place::{self, Place};
use super::{Problem, print, remark};
use crate::os;
use crate::settings::{DataKeyChoice, Settings};

/// Buffer of each file, bytes.
const BUFFER: usize = 256 * 1024;

/// The directory, beside the archive, in which the copy of the database is made.
const WORK_DIR: &str = ".cpamp-backup";

/// Flags of `backup`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Restore: stop the server, empty its data directory, unpack the archive into it \
                        (tar xzf ARCHIVE -C /data), start the server.")]
pub struct Arguments {
    /// The archive to write, `.tar.gz`, `.tgz` or `.tar`; `-` for standard output. It must not exist
    /// [default: cpa-manager-plus-backup-<time>.tar.gz in the current directory].
    #[arg(value_name = "ARCHIVE")]
    archive: Option<OsString>,
    #[command(flatten)]
    place: Place,
}

/// Where the archive goes.
enum Target {
    Standard,
    File { path: PathBuf, compressed: bool },
}

/// One file of the archive.
struct Member {
    name: OsString,
    path: PathBuf,
}

/// Makes, writes and verifies a backup.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let settings = arguments.place.settings()?;
    let target = target(arguments.archive.as_deref())?;
    let beside = match &target {
        Target::Standard => settings.db_path.parent().unwrap_or(Path::new(".")).to_owned(),
        Target::File { path, .. } => path.parent().unwrap_or(Path::new(".")).to_owned(),
    };
    let store = place::open_guest(&settings.db_path)?;
    let work = WorkDir::make(&beside)?;
    let (copy, events) = copy_database(&store, &work)?;
    let mut members = vec![Member { name: file_name(&settings.db_path), path: copy }];
    members.extend(data_key(&settings)?);
    match &target {
        Target::Standard => {
            let out = io::stdout().lock();
            write_archive(out, true, &members)
                .map_err(|error| Problem::new(format!("standard output: {error}")))?;
            remark(&format!("backup written to standard output: {events} events, database verified"));
            Ok(())
        }
        Target::File { path, compressed } => {
            write_file(path, *compressed, &members)?;
            let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
            print(&format!("{}: {events} events, {bytes} bytes, verified\n", path.display()))
        }
    }
}

fn target(archive: Option<&OsStr>) -> Result<Target, Problem> {
    let path = match archive {
        Some(name) if name == "-" => return Ok(Target::Standard),
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(format!("cpa-manager-plus-backup-{}.tar.gz", timestamp())),
    };
    let path = std::path::absolute(&path).map_err(Problem::from_error)?;
    if path.exists() {
        return Err(Problem::new(format!("{} exists already", path.display())).hint("choose another name"));
    }
    let name = path.to_string_lossy().to_lowercase();
    let compressed = name.ends_with(".gz") || name.ends_with(".tgz");
    if !compressed && !name.ends_with(".tar") {
        return Err(Problem::new(format!(
            "{}: the name must end with .tar.gz, .tgz or .tar",
            path.display()
        )));
    }
    Ok(Target::File { path, compressed })
}

/// `20261124T024800Z`.
fn timestamp() -> String {
    jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A directory of this run alone, removed at the end. What a killed run left is cleared first.
struct WorkDir {
    path: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl WorkDir {
    fn make(beside: &Path) -> Result<Self, Problem> {
        let path = beside.join(WORK_DIR);
        let shown = path.display().to_string();
        let failed = |error: io::Error| Problem::new(format!("cannot use {shown}: {error}"));
        os::create_private_dir(&path).map_err(failed)?;
        let lock = path.join("lock");
        let held = File::options().create(true).truncate(false).write(true).open(&lock).map_err(failed)?;
        if held.try_lock().is_err() {
            return Err(Problem::new(format!("another backup is being written in {}", beside.display())));
        }
        let work = Self { path, lock, _held: held };
        work.clear().map_err(failed)?;
        Ok(work)
    }

    fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if path != self.lock {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        // What cannot be removed is cleared by the next backup.
        let _ = self.clear();
        let _ = fs::remove_file(&self.lock);
        let _ = fs::remove_dir(&self.path);
    }
}

/// A verified copy of the database; answers where it is and how many events it has.
fn copy_database(store: &Store, work: &WorkDir) -> Result<(PathBuf, i64), Problem> {
    let copy = work.path.join("copy.sqlite");
    let report = store::wait(store.backup_to(&copy)).map_err(place::failed)?;
    store.close();
    match store::inspect(&copy).map_err(place::refused)? {
        store::Inspection::Ours { .. } => Ok((copy, report.events)),
        store::Inspection::Fresh => Err(Problem::new("the copy of the database is empty")),
    }
}

/// The key file, if this installation has one.
fn data_key(settings: &Settings) -> Result<Option<Member>, Problem> {
    match &settings.data_key {
        DataKeyChoice::Given { source, .. } => {
            let place = match source {
                DataKeySource::Env => "a variable".to_owned(),
                DataKeySource::SecretFile(path) | DataKeySource::KeyFile(path) => path.display().to_string(),
            };
            remark(&format!("the data key comes from {place} and is not in the archive; keep a copy of it"));
            Ok(None)
        }
        DataKeyChoice::KeyFile(path) => match fs::metadata(path) {
            Ok(_) => Ok(Some(Member { name: file_name(path), path: path.clone() })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                remark(&format!(
                    "warning: there is no data key at {}; the saved connection will have to be entered again",
                    path.display()
                ));
                Ok(None)
            }
            Err(error) => Err(Problem::new(format!("cannot read {}: {error}", path.display()))),
        },
    }
}

fn file_name(path: &Path) -> OsString {
    path.file_name().unwrap_or(path.as_os_str()).to_owned()
}

/// Writes the archive under another name, reads it back, and gives it its name.
fn write_file(path: &Path, compressed: bool, members: &[Member]) -> Result<(), Problem> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = write_verified(&partial, compressed, members).and_then(|()| publish(&partial, path));
    if written.is_err() {
        // Half an archive must not look like one.
        let _ = fs::remove_file(&partial);
    }
    written.map_err(|error| Problem::new(format!("cannot write {}: {error}", path.display())))
}

fn write_verified(partial: &Path, compressed: bool, members: &[Member]) -> io::Result<()> {
    let _ = fs::remove_file(partial);
    let mut file = os::new_private(partial)?;
    write_archive(BufWriter::with_capacity(BUFFER, &file), compressed, members)?;
    file.sync_all()?;
    file.rewind()?;
    let file = BufReader::with_capacity(BUFFER, file);
    if compressed { verify(GzDecoder::new(file), members) } else { verify(file, members) }
}

/// The name was free before; a file that appeared meanwhile is not replaced.
fn publish(partial: &Path, path: &Path) -> io::Result<()> {
    if path.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(partial, path)?;
    os::sync_dir(path.parent().unwrap_or(Path::new(".")))
}

fn write_archive(out: impl Write, compressed: bool, members: &[Member]) -> io::Result<()> {
    if !compressed {
        return append_all(out, members)?.flush();
    }
    append_all(GzEncoder::new(out, Compression::new(3)), members)?.finish()?.flush()
}

fn append_all<W: Write>(out: W, members: &[Member]) -> io::Result<W> {
    let mut archive = tar::Builder::new(out);
    for member in members {
        let file = File::open(&member.path)?;
        let mut header = tar::Header::new_gnu();
        // Owner and time of the file, but never readable by others.
        header.set_metadata(&file.metadata()?);
        header.set_mode(0o600);
        archive.append_data(&mut header, &member.name, BufReader::with_capacity(BUFFER, file))?;
    }
    archive.into_inner()
}

/// Reads an archive back and compares every byte with what went in.
fn verify(archive: impl Read, members: &[Member]) -> io::Result<()> {
    let damaged =
        |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("the archive is not whole: {what}"));
    let mut archive = tar::Archive::new(archive);
    let mut entries = archive.entries()?;
    for member in members {
        let entry = entries.next().ok_or_else(|| damaged("a file is missing"))??;
        if entry.path()?.as_os_str() != member.name {
            return Err(damaged("a file has another name"));
        }
        if !same_bytes(entry, File::open(&member.path)?)? {
            return Err(damaged("a file has other bytes"));
        }
    }
    if entries.next().is_some() { Err(damaged("there is one file too many")) } else { Ok(()) }
}

fn same_bytes(mut one: impl Read, mut other: impl Read) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0; BUFFER], vec![0; BUFFER]);
    loop {
        let taken = fill(&mut one, &mut left)?;
        if taken != fill(&mut other, &mut right)? || left[..taken] != right[..taken] {
            return Ok(false);
        }
        if taken == 0 {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the end is reached.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut taken = 0;
    while taken < buffer.len() {
        match reader.read(&mut buffer[taken..])? {
            0 => break,
            some => taken += some,
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(dir: &Path) -> Vec<Member> {
        [("usage.sqlite", vec![7_u8; BUFFER + 17]), ("data.key", b"key\n".to_vec())]
            .into_iter()
            .map(|(name, content)| {
                fs::write(dir.join(name), content).expect("written");
                Member { name: name.into(), path: dir.join(name) }
            })
            .collect()
    }

    #[test]
    fn an_archive_is_compared_with_its_sources() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let members = members(dir.path());
        for compressed in [false, true] {
            let mut bytes = Vec::new();
            write_archive(&mut bytes, compressed, &members).expect("written");
            let check = |bytes: &[u8]| {
                if compressed { verify(GzDecoder::new(bytes), &members) } else { verify(bytes, &members) }
            };
            check(&bytes).expect("whole");
            assert!(check(&bytes[..bytes.len() / 2]).is_err(), "cut in half");
        }
        let mut bytes = Vec::new();
        write_archive(&mut bytes, false, &members).expect("written");
        bytes[600] ^= 1;
        assert!(verify(bytes.as_slice(), &members).is_err(), "one bit changed");
        assert!(verify(bytes.as_slice(), &members[..1]).is_err(), "one file too many");
    }

    #[cfg(unix)]
    #[test]
    fn archives_are_private_and_never_replaced() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().expect("temporary directory");
        let members = members(dir.path());
        let path = dir.path().join("b.tar.gz");
        write_file(&path, true, &members).expect("written");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(write_file(&path, true, &members).is_err());
        assert!(!dir.path().join("b.tar.gz.partial").exists());
        assert!(target(Some(path.as_os_str())).is_err());
        assert!(target(Some(OsStr::new("x.zip"))).is_err());
    }

    #[test]
    fn one_backup_at_a_time_and_leftovers_go() {
        let dir = tempfile::tempdir().expect("temporary directory");
        fs::create_dir(dir.path().join(WORK_DIR)).expect("made");
        fs::write(dir.path().join(WORK_DIR).join("copy.sqlite"), "left over").expect("written");
        let work = WorkDir::make(dir.path()).expect("free");
        assert!(!work.path.join("copy.sqlite").exists());
        assert!(WorkDir::make(dir.path()).is_err());
        drop(work);
        assert!(!dir.path().join(WORK_DIR).exists());
    }
}
