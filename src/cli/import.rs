//! `import`: events from files, into the database of a stopped server or through a running one.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use api::types::import::{ImportResult, ImportSession, ImportSessionStatus};
use api::{ImportError, Importer, import_entry, start_entry};
use arc_swap::ArcSwap;
use model::CredentialMap;
use reqwest::Method;
use serde_json::json;
use store::AuditActor;

use super::place::{self, Place};
use super::remote::{Remote, Server};
use super::{Problem, print, remark, runtime};
use crate::clock;

/// Buffer of the file, bytes.
const BUFFER: usize = 1024 * 1024;
/// Between two looks at an import that the server is working on.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Flags of `import`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file to read: an export (JSON lines), a dump of the usage queue, or an old usage snapshot; `-` for
    /// standard input. What is stored already is skipped.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    remote: Remote,
}

/// Imports the file and prints what became of it.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    let file = open(&arguments.file, &arguments.place)?;
    let result = match &arguments.remote.url {
        Some(url) => {
            let server = Server::new(url, &arguments.remote)?;
            runtime()?.block_on(through_server(&server, &arguments.file, file))?
        }
        None => into_database(&arguments.place.database()?, &name(&arguments.file), file)?,
    };
    report(&result)
}

fn open(path: &Path, place: &Place) -> Result<File, Problem> {
    let failed = |error: io::Error| Problem::new(format!("cannot read {}: {error}", path.display()));
    if path.as_os_str() != "-" {
        return File::open(path).map_err(failed);
    }
    // Some formats are read twice, so what cannot be rewound is kept first, in a file without a name.
    let mut kept = match tempfile::tempfile() {
        Ok(file) => file,
        // A read-only system has no writable place but the data directory.
        Err(_) => {
            tempfile::tempfile_in(place.database()?.parent().unwrap_or(Path::new("."))).map_err(failed)?
        }
    };
    io::copy(&mut io::stdin().lock(), &mut kept).map_err(failed)?;
    kept.flush().and_then(|()| kept.rewind()).map_err(failed)?;
    Ok(kept)
}

/// The name of the file, without the way to it.
fn name(path: &Path) -> String {
    path.file_name()
        .filter(|_| path.as_os_str() != "-")
        .map_or_else(|| "stdin".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn into_database(path: &Path, name: &str, file: File) -> Result<ImportResult, Problem> {
    let opened = place::open_alone(path, || {
        Problem::new("a server runs on this database")
            .hint("import through it with --url http://127.0.0.1:18317, or stop it first")
    })?;
    let credentials = Arc::new(ArcSwap::from_pointee(CredentialMap::default()));
    let importer = Importer::new(opened.store.clone(), credentials, clock::now_ms);
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let start = start_entry(AuditActor::COMMAND_LINE, Some(name), size);
    let reader = BufReader::with_capacity(BUFFER, file);
    let outcome = importer.import(reader, Some(start), &AtomicBool::new(false));
    if let Some(entry) = import_entry(AuditActor::COMMAND_LINE, Some(name), &outcome)
        && let Err(error) = store::wait(opened.store.record_audit(vec![entry]))
    {
        remark(&format!("warning: the import is not in the audit trail: {error}"));
    }
    opened.store.close();
    outcome.map_err(|error| match error {
        ImportError::Invalid(text, result) | ImportError::Storage(text, result) => {
            Problem::new(format!("{text}; {}", stored(&result)))
        }
        ImportError::Cancelled(result) => Problem::new(format!("cancelled; {}", stored(&result))),
    })
}

fn stored(result: &ImportResult) -> String {
    format!("{} events were stored before and stay", result.added)
}

/// A resumable import: interrupted, the same command goes on where it stopped.
async fn through_server(server: &Server, path: &Path, file: File) -> Result<ImportResult, Problem> {
    const SESSIONS: &str = "/v0/management/usage/import-sessions";
    let failed = |error: io::Error| Problem::new(format!("cannot read {}: {error}", path.display()));
    let size = file.metadata().map_err(failed)?.len();
    let name = name(path);
    let begin = async |salt: &str| -> Result<ImportSession, Problem> {
        let key = resume_key(path, &file, salt).map_err(failed)?;
        let request = json!({"filename": name, "size_bytes": size, "resume_key": key}).to_string();
        server.ask(Method::POST, SESSIONS, Some(request.into())).await
    };
    let mut session = begin("").await?;
    if is_over(&session) {
        // An earlier run of this command; its result says nothing about the database of today.
        session = begin(&clock::now_ms().to_string()).await?;
    }
    let at = |id: &str, rest: &str| format!("{SESSIONS}/{id}{rest}");
    while session.status == ImportSessionStatus::Uploading && session.received_bytes < size {
        (&file).seek(io::SeekFrom::Start(session.received_bytes)).map_err(failed)?;
        let mut chunk = Vec::new();
        (&file).take(session.chunk_size_bytes).read_to_end(&mut chunk).map_err(failed)?;
        if chunk.is_empty() {
            return Err(Problem::new(format!("{} became shorter while it was read", path.display())));
        }
        let path = at(&session.id, &format!("/chunk?offset={}", session.received_bytes));
        session = server.ask(Method::PUT, &path, Some(chunk.into())).await?;
    }
    if matches!(session.status, ImportSessionStatus::Uploading | ImportSessionStatus::Ready)
        || (session.status == ImportSessionStatus::Failed && session.retryable)
    {
        session = server.ask(Method::POST, &at(&session.id, "/complete"), None).await?;
    }
    while matches!(session.status, ImportSessionStatus::Processing | ImportSessionStatus::Ready) {
        tokio::time::sleep(LOOK_EVERY).await;
        session = server.ask(Method::GET, &at(&session.id, ""), None).await?;
    }
    match (session.status, session.result) {
        (ImportSessionStatus::Completed, Some(result)) => Ok(result),
        (status, _) => {
            let reason =
                session.error.unwrap_or_else(|| format!("the import ended as {status:?}").to_lowercase());
            Err(Problem::new(reason).hint("run the same command again"))
        }
    }
}

fn is_over(session: &ImportSession) -> bool {
    match session.status {
        ImportSessionStatus::Uploading | ImportSessionStatus::Ready | ImportSessionStatus::Processing => {
            false
        }
        ImportSessionStatus::Failed => !session.retryable,
        ImportSessionStatus::Completed | ImportSessionStatus::Cancelled => true,
    }
}

/// The same file, unchanged, finds its unfinished upload again: 32 hexadecimal digits from path, size and time.
/// Standard input has no identity and always starts anew.
fn resume_key(path: &Path, file: &File, salt: &str) -> io::Result<String> {
    let metadata = file.metadata()?;
    let identity = if path.as_os_str() == "-" {
        format!("stdin {} {}", std::process::id(), clock::now_ms())
    } else {
        let path = std::path::absolute(path)?;
        format!("{} {} {:?} {salt}", path.display(), metadata.len(), metadata.modified()?)
    };
    let digest = <sha2::Sha256 as sha2::Digest>::digest(identity.as_bytes());
    Ok(digest[..16].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn report(result: &ImportResult) -> Result<(), Problem> {
    for bad in &result.line_errors {
        remark(&format!("line {}: {}", bad.line, bad.error));
    }
    let unlisted = result.failed.saturating_sub(result.line_errors.len() as u64);
    if unlisted > 0 && !result.line_errors.is_empty() {
        remark(&format!("and {unlisted} more"));
    }
    for warning in result.warnings.iter().flatten() {
        remark(&format!("warning: {warning}"));
    }
    print(&format!(
        "{}: {} events added, {} skipped (stored before), {} lines failed, {} unsupported\n",
        result.format, result.added, result.skipped, result.failed, result.unsupported
    ))
}
