//! `export`: every event as one JSON object per line.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use reqwest::Method;
use store::{Batches, Reader};

use super::place::{self, Place};
use super::remote::{Remote, Server};
use super::{Problem, remark, runtime};
use crate::os;

/// Events of one read.
const BATCH: usize = 512;
/// Buffer of the file, bytes.
const BUFFER: usize = 1024 * 1024;

/// Flags of `export`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file to write; `-` for standard output. It must not exist.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Only the newest events, by time [default: all].
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u64>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    remote: Remote,
}

/// Writes the export.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    if arguments.file.as_os_str() == "-" {
        return match write(arguments, &mut BufWriter::with_capacity(BUFFER, io::stdout().lock()))? {
            Ended::Whole(_) | Ended::NobodyReads => Ok(()),
        };
    }
    let out = Partial::create(&arguments.file)?;
    let mut writer = BufWriter::with_capacity(BUFFER, &out.file);
    let Ended::Whole(lines) = write(arguments, &mut writer)? else {
        return Err(cannot_write(&arguments.file, &io::ErrorKind::BrokenPipe.into()));
    };
    drop(writer);
    out.publish()?;
    remark(&format!("{lines} events written to {}", arguments.file.display()));
    Ok(())
}

/// How an export ended.
enum Ended {
    /// Everything was written: so many events.
    Whole(u64),
    /// The reader of standard output has had enough, as `head` has.
    NobodyReads,
}

fn write(arguments: &Arguments, out: &mut impl Write) -> Result<Ended, Problem> {
    let written = match &arguments.remote.url {
        Some(url) => {
            let server = Server::new(url, &arguments.remote)?;
            runtime()?.block_on(from_server(&server, arguments.limit, out))
        }
        None => from_database(&arguments.place.database()?, arguments.limit, out),
    };
    let written = written.and_then(|lines| out.flush().map(|()| lines).map_err(Failure::Write));
    match written {
        Ok(lines) => Ok(Ended::Whole(lines)),
        Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Ended::NobodyReads),
        Err(Failure::Write(error)) => Err(cannot_write(&arguments.file, &error)),
        Err(Failure::Other(problem)) => Err(problem),
    }
}

/// Why an export stopped.
enum Failure {
    Write(io::Error),
    Other(Problem),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

/// Short reads, each of its own, so that a running server can go on shrinking its log.
fn from_database(path: &Path, limit: Option<u64>, out: &mut impl Write) -> Result<u64, Failure> {
    let store = place::open_guest(path)?;
    let mut plan = store.plan_export_blocking(limit).map_err(place::failed)?;
    let (mut lines, mut written, mut batches) = (Vec::new(), 0, Batches::new(BATCH));
    loop {
        let read = |reader: &Reader<'_>, count| reader.export_batch(&plan, count);
        let (batch, _) = batches.read_blocking(&store, BATCH, read).map_err(place::failed)?;
        let Some(last) = batch.last() else { break };
        plan.after = last.key();
        lines.clear();
        for stored in &batch {
            normaliser::export::write_line(&stored.event, &mut lines);
        }
        out.write_all(&lines).map_err(Failure::Write)?;
        written += batch.len() as u64;
    }
    store.close();
    Ok(written)
}

async fn from_server(server: &Server, limit: Option<u64>, out: &mut impl Write) -> Result<u64, Failure> {
    let query = limit.map_or_else(String::new, |limit| format!("?limit={limit}"));
    let mut response = server.send(Method::GET, &format!("/v0/management/usage/export{query}"), None).await?;
    let mut lines = 0;
    // A transfer that breaks is an error here, never a shorter file.
    while let Some(piece) =
        response.chunk().await.map_err(|error| Failure::Other(Problem::from_error(error)))?
    {
        lines += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
        out.write_all(&piece).map_err(Failure::Write)?;
    }
    Ok(lines)
}

fn cannot_write(path: &Path, error: &io::Error) -> Problem {
    let name =
        if path.as_os_str() == "-" { "standard output".to_owned() } else { path.display().to_string() };
    Problem::new(format!("cannot write {name}: {error}"))
}

/// A file that gets its name when it is whole.
struct Partial {
    file: File,
    path: PathBuf,
    wanted: PathBuf,
}

impl Partial {
    fn create(wanted: &Path) -> Result<Self, Problem> {
        let failed = |error: io::Error| cannot_write(wanted, &error);
        let wanted = std::path::absolute(wanted).map_err(failed)?;
        if wanted.exists() {
            return Err(
                Problem::new(format!("{} exists already", wanted.display())).hint("choose another name")
            );
        }
        let mut path = wanted.clone().into_os_string();
        path.push(".partial");
        let path = PathBuf::from(path);
        // Left over by an export that was killed.
        let _ = fs::remove_file(&path);
        let file = os::new_private(&path).map_err(|error| cannot_write(&wanted, &error))?;
        Ok(Self { file, path, wanted })
    }

    fn publish(self) -> Result<(), Problem> {
        let named = self.file.sync_all().and_then(|()| fs::rename(&self.path, &self.wanted));
        named.map_err(|error| cannot_write(&self.wanted, &error))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Gone already when it was published.
        let _ = fs::remove_file(&self.path);
    }
}
