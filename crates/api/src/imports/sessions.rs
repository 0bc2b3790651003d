//! The state machine of chunked imports (`manager-http-api.md` §7.4).

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use store::{AuditAction, AuditActor, AuditEntry};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use super::files::{SessionFiles, SessionRecord};
use super::run::{ImportError, Importer, import_entry, start_entry};
use crate::audit::AuditLog;
use crate::error::{ApiError, ApiResult};
use crate::types::import::{
    ImportResult, ImportSession, ImportSessionRequest, ImportSessionStatus as Status,
};

/// Longest file name kept, characters.
const MAX_FILENAME_CHARS: usize = 240;
/// What the audit trail says of an import that ended with the process.
const INTERRUPTED: &str = "interrupted";

/// Limits of chunked imports.
#[derive(Debug, Clone)]
pub struct ImportLimits {
    /// Largest chunk, bytes.
    pub chunk_bytes: u64,
    /// Disk space that all sessions may reserve, bytes.
    pub quota_bytes: u64,
    /// Sessions at the same time.
    pub max_sessions: usize,
    /// Life of an untouched session.
    pub ttl: Duration,
}

/// All import sessions of the process.
pub struct ImportSessions {
    limits: ImportLimits,
    files: SessionFiles,
    importer: Importer,
    clock: fn() -> i64,
    audit: AuditLog,
    table: Mutex<HashMap<String, Entry>>,
    /// The manager stops: imports end after the batch that they are at.
    stopping: Arc<AtomicBool>,
    running: TaskTracker,
}

struct Entry {
    record: SessionRecord,
    /// A chunk is being written.
    busy: bool,
    cancel: Arc<AtomicBool>,
}

impl Entry {
    fn active(&self) -> bool {
        match self.record.session.status {
            Status::Uploading | Status::Ready | Status::Processing => true,
            Status::Failed => self.record.session.retryable,
            Status::Completed | Status::Cancelled => false,
        }
    }
}

/// Whether the text is an id of ours: 32 lower-case hexadecimal digits.
pub fn is_session_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn told(by: AuditActor, action: AuditAction, session: &ImportSession) -> AuditEntry {
    AuditEntry::new(by, action).about(&session.filename).fact("job", &session.id)
}

fn failure(status: StatusCode, suffix: &str, error: impl Into<String>) -> ApiError {
    ApiError::new(status, format!("usage_import_session_{suffix}"), error)
}

fn invalid(error: impl Into<String>) -> ApiError {
    failure(StatusCode::BAD_REQUEST, "invalid_request", error)
}

fn conflict(error: impl Into<String>) -> ApiError {
    failure(StatusCode::CONFLICT, "conflict", error)
}

fn not_found() -> ApiError {
    failure(StatusCode::NOT_FOUND, "not_found", "import session not found")
}

fn unavailable(error: &io::Error) -> ApiError {
    tracing::error!(%error, "import session files failed");
    failure(StatusCode::INTERNAL_SERVER_ERROR, "unavailable", "the import files cannot be written")
        .with_hint("check free space and permissions of the data directory")
}

impl ImportSessions {
    /// Opens the sessions of an earlier run. `clock` gives Unix milliseconds.
    pub fn open(
        directory: PathBuf,
        limits: ImportLimits,
        importer: Importer,
        clock: fn() -> i64,
        audit: AuditLog,
    ) -> Arc<Self> {
        let files = SessionFiles::new(directory);
        let mut table = HashMap::new();
        for mut record in files.load_all() {
            let session = &mut record.session;
            if session.status == Status::Processing {
                // The process stopped in the middle: imported batches stay, the rest can be taken again.
                let length = files.part_length(&session.id).unwrap_or(0);
                session.received_bytes = length.min(session.size_bytes);
                audit.record(
                    told(AuditActor::MANAGER, AuditAction::ImportFinish, session).failed(INTERRUPTED),
                );
                session.status = if length >= session.size_bytes { Status::Ready } else { Status::Uploading };
                if record.cancel_requested {
                    session.status = Status::Cancelled;
                    files.remove_part(&session.id);
                }
                // Else the next start would tell of the same interruption.
                if let Err(error) = files.save(&record) {
                    tracing::error!(%error, "import session record not saved");
                }
            } else if session.status == Status::Uploading {
                session.received_bytes =
                    files.part_length(&session.id).unwrap_or(0).min(session.received_bytes);
            }
            let entry = Entry { record, busy: false, cancel: Arc::default() };
            table.insert(entry.record.session.id.clone(), entry);
        }
        let table = Mutex::new(table);
        let (stopping, running) = (Arc::default(), TaskTracker::new());
        Arc::new(Self { limits, files, importer, clock, audit, table, stopping, running })
    }

    /// Ends what is being imported, with its entry in the audit trail, and waits for that at most `patience`. Sessions
    /// go on after a restart.
    pub async fn stop(&self, patience: Duration) {
        {
            let table = self.lock();
            self.stopping.store(true, Ordering::Relaxed);
            table.values().for_each(|entry| entry.cancel.store(true, Ordering::Relaxed));
        }
        self.running.close();
        if tokio::time::timeout(patience, self.running.wait()).await.is_err() {
            tracing::warn!("an import does not end");
        }
    }

    /// Imports a file of `size_bytes` at once for `by`. It goes on to its end, also when nobody waits for it any more.
    pub fn import_at_once(
        &self,
        file: std::fs::File,
        size_bytes: u64,
        by: AuditActor,
    ) -> JoinHandle<Result<ImportResult, ImportError>> {
        let (importer, audit) = (self.importer.clone(), self.audit.clone());
        let stopping = Arc::clone(&self.stopping);
        self.running.spawn_blocking(move || {
            let start = start_entry(by, None, size_bytes);
            let outcome = importer.import(io::BufReader::new(file), Some(start), &stopping);
            let stopped = matches!(outcome, Err(ImportError::Cancelled(_)));
            if let Some(entry) = import_entry(by, None, &outcome) {
                // Nobody but the end of the manager cancels these.
                audit.record(if stopped { entry.failed(INTERRUPTED) } else { entry });
            }
            outcome
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self, session: &mut ImportSession) {
        session.updated_at_ms = (self.clock)();
        session.expires_at_ms = session.updated_at_ms + self.limits.ttl.as_millis() as i64;
    }

    /// An unnamed file in the import directory, for a body that is imported at once. The system's temporary directory
    /// may be read-only or memory.
    pub fn spool_file(&self) -> ApiResult<std::fs::File> {
        self.files.unnamed().map_err(|error| unavailable(&error))
    }

    /// Removes sessions that nobody touched for their whole life.
    pub fn sweep(&self) {
        let now = (self.clock)();
        self.lock().retain(|id, entry| {
            let keep = entry.busy
                || entry.record.session.status == Status::Processing
                || entry.record.session.expires_at_ms > now;
            if !keep {
                self.files.remove(id);
            }
            keep
        });
    }

    /// How often [`Self::sweep`] should run.
    pub fn sweep_interval(&self) -> Duration {
        (self.limits.ttl / 4).clamp(Duration::from_secs(1), Duration::from_secs(900))
    }

    /// Creates a session for `by`, or finds the one with the same resume key, name and size.
    pub fn create(&self, request: ImportSessionRequest, by: AuditActor) -> ApiResult<ImportSession> {
        self.sweep();
        let filename = clean_filename(&request.filename);
        let size = u64::try_from(request.size_bytes).ok().filter(|size| *size > 0);
        let size = size.ok_or_else(|| invalid("size_bytes must be positive"))?;
        let resume_key = request.resume_key.filter(|key| !key.is_empty());
        if resume_key.as_deref().is_some_and(|key| !is_session_id(key)) {
            return Err(invalid("resume_key must be 32 lower-case hexadecimal digits"));
        }
        let mut table = self.lock();
        if let Some(key) = &resume_key
            && let Some(entry) = table.values().find(|entry| entry.record.resume_key.as_ref() == Some(key))
        {
            let session = &entry.record.session;
            if session.filename == filename && session.size_bytes == size {
                return Ok(session.clone());
            }
            return Err(conflict("the resume key belongs to another file"));
        }
        if size > self.limits.quota_bytes {
            return Err(failure(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("the file is larger than {} bytes", self.limits.quota_bytes),
            ));
        }
        let active = table.values().filter(|entry| entry.active());
        let (count, reserved) = active.fold((0, 0_u64), |(count, reserved), entry| {
            (count + 1, reserved.saturating_add(entry.record.session.size_bytes))
        });
        if count >= self.limits.max_sessions {
            return Err(failure(
                StatusCode::TOO_MANY_REQUESTS,
                "limit_exceeded",
                format!("{count} imports are open already"),
            )
            .with_hint("finish or cancel one of them"));
        }
        if reserved.saturating_add(size) > self.limits.quota_bytes {
            return Err(failure(
                StatusCode::INSUFFICIENT_STORAGE,
                "quota_exceeded",
                "open imports have reserved the space",
            )
            .with_hint("finish or cancel one of them"));
        }
        let id = random_id()?;
        let now = (self.clock)();
        let mut session = ImportSession {
            id: id.clone(),
            filename,
            status: Status::Uploading,
            size_bytes: size,
            received_bytes: 0,
            chunk_size_bytes: self.limits.chunk_bytes.min(size),
            created_at_ms: now,
            updated_at_ms: now,
            expires_at_ms: now,
            retryable: false,
            error: None,
            result: None,
        };
        self.touch(&mut session);
        let record = SessionRecord { session: session.clone(), resume_key, cancel_requested: false };
        self.files
            .prepare()
            .and_then(|()| self.files.create_part(&id))
            .and_then(|()| self.files.save(&record))
            .map_err(|error| unavailable(&error))?;
        let entry = told(by, AuditAction::ImportStart, &session);
        self.audit.record(entry.fact("size_bytes", session.size_bytes));
        table.insert(id, Entry { record, busy: false, cancel: Arc::default() });
        Ok(session)
    }

    /// The session with this id.
    pub fn get(&self, id: &str) -> ApiResult<ImportSession> {
        self.sweep();
        self.lock().get(id).map(|entry| entry.record.session.clone()).ok_or_else(not_found)
    }

    /// Checks that a chunk of `length` bytes at `offset` fits, and reserves the session for it.
    pub fn begin_chunk(
        self: Arc<Self>,
        id: &str,
        offset: u64,
        length: Option<u64>,
    ) -> ApiResult<ChunkPermit> {
        let mut table = self.lock();
        let entry = table.get_mut(id).ok_or_else(not_found)?;
        let session = &entry.record.session;
        if session.status != Status::Uploading {
            return Err(conflict("the upload is complete or closed"));
        }
        if entry.busy {
            return Err(conflict("another chunk is being written"));
        }
        if offset != session.received_bytes {
            return Err(conflict(format!("the next chunk starts at {}", session.received_bytes)));
        }
        let limit = session.chunk_size_bytes.min(session.size_bytes - session.received_bytes);
        if length.is_some_and(|length| length > limit) {
            return Err(failure(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("the chunk is larger than {limit} bytes"),
            ));
        }
        entry.busy = true;
        drop(table);
        Ok(ChunkPermit { sessions: self, id: id.to_owned(), offset, limit })
    }

    fn store_chunk(&self, id: &str, offset: u64, chunk: &[u8]) -> ApiResult<ImportSession> {
        self.files.append(id, offset, chunk).map_err(|error| unavailable(&error))?;
        let mut table = self.lock();
        let entry = table.get_mut(id).ok_or_else(not_found)?;
        if entry.record.session.status == Status::Cancelled {
            self.files.remove_part(id);
            return Err(conflict("the upload was cancelled"));
        }
        let session = &mut entry.record.session;
        session.received_bytes = offset + chunk.len() as u64;
        if session.received_bytes == session.size_bytes {
            session.status = Status::Ready;
        }
        self.touch(session);
        self.files.save(&entry.record).map_err(|error| unavailable(&error))?;
        Ok(entry.record.session.clone())
    }

    /// Starts the import of a fully uploaded session for `by`. The flag says whether it was finished already.
    pub fn complete(self: &Arc<Self>, id: &str, by: AuditActor) -> ApiResult<(ImportSession, bool)> {
        let mut table = self.lock();
        let entry = table.get_mut(id).ok_or_else(not_found)?;
        let session = &mut entry.record.session;
        match session.status {
            Status::Completed => return Ok((session.clone(), true)),
            Status::Processing => return Ok((session.clone(), false)),
            Status::Uploading => return Err(conflict("the file is not fully uploaded")),
            Status::Cancelled => return Err(conflict("the import was cancelled")),
            Status::Failed if !session.retryable => return Err(conflict("the import failed for good")),
            Status::Ready | Status::Failed => {}
        }
        if self.files.part_length(id).ok() != Some(session.size_bytes) {
            return Err(conflict("the uploaded file has changed on disk"));
        }
        if self.stopping.load(Ordering::Relaxed) {
            return Err(failure(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the manager stops"));
        }
        session.status = Status::Processing;
        session.error = None;
        session.retryable = false;
        self.touch(session);
        self.files.save(&entry.record).map_err(|error| unavailable(&error))?;
        let answer = entry.record.session.clone();
        entry.cancel.store(false, Ordering::Relaxed);
        let (sessions, id, cancel) = (Arc::clone(self), id.to_owned(), Arc::clone(&entry.cancel));
        self.running.spawn_blocking(move || sessions.run(&id, &cancel, by));
        Ok((answer, false))
    }

    fn run(&self, id: &str, cancel: &AtomicBool, by: AuditActor) {
        let outcome = match self.files.open_part(id) {
            Ok(file) => self.importer.import(io::BufReader::new(file), None, cancel),
            Err(error) => Err(ImportError::Storage(error.to_string(), Default::default())),
        };
        let mut table = self.lock();
        let Some(entry) = table.get_mut(id) else { return };
        let session = &mut entry.record.session;
        let stopped = self.stopping.load(Ordering::Relaxed) && !entry.record.cancel_requested;
        if stopped && matches!(outcome, Err(ImportError::Storage(..))) {
            // The database was closed before it ended: the next start finds it as it is, and tells of it.
            return;
        }
        let interrupted = stopped && matches!(outcome, Err(ImportError::Cancelled(_)));
        if let Some(told) = import_entry(by, Some(&session.filename), &outcome) {
            let told = told.fact("job", id);
            self.audit.record(if interrupted { told.failed(INTERRUPTED) } else { told });
        }
        match outcome {
            // The rest can be taken after the restart.
            Err(ImportError::Cancelled(_)) if interrupted => session.status = Status::Ready,
            Ok(result) => {
                session.status = Status::Completed;
                session.result = Some(result);
            }
            Err(ImportError::Cancelled(result)) => {
                session.status = Status::Cancelled;
                session.result = Some(*result);
            }
            Err(ImportError::Invalid(error, result)) => {
                session.status = Status::Failed;
                session.error = Some(error);
                session.result = Some(*result);
            }
            Err(ImportError::Storage(error, result)) => {
                session.status = Status::Failed;
                session.retryable = true;
                session.error = Some(error);
                session.result = Some(*result);
            }
        }
        self.touch(session);
        if !(interrupted || session.status == Status::Failed && session.retryable) {
            self.files.remove_part(id);
        }
        if let Err(error) = self.files.save(&entry.record) {
            tracing::error!(%error, "import session record not saved");
        }
    }

    /// Cancels a session for `by`. The flag says whether it still runs.
    pub fn cancel(&self, id: &str, by: AuditActor) -> ApiResult<(ImportSession, bool)> {
        let mut table = self.lock();
        let entry = table.get_mut(id).ok_or_else(not_found)?;
        match entry.record.session.status {
            Status::Completed | Status::Cancelled => return Ok((entry.record.session.clone(), false)),
            Status::Processing => {
                entry.cancel.store(true, Ordering::Relaxed);
                if !std::mem::replace(&mut entry.record.cancel_requested, true) {
                    // It is cancelled from here on, saved or not.
                    self.audit.record(told(by, AuditAction::ImportCancel, &entry.record.session));
                }
                self.files.save(&entry.record).map_err(|error| unavailable(&error))?;
                return Ok((entry.record.session.clone(), true));
            }
            Status::Uploading | Status::Ready | Status::Failed => {}
        }
        entry.record.session.status = Status::Cancelled;
        entry.record.session.retryable = false;
        self.touch(&mut entry.record.session);
        if !entry.busy {
            self.files.remove_part(id);
        }
        self.audit.record(told(by, AuditAction::ImportCancel, &entry.record.session));
        self.files.save(&entry.record).map_err(|error| unavailable(&error))?;
        Ok((entry.record.session.clone(), false))
    }
}

/// The right to write one chunk; gives the session free again when dropped.
pub struct ChunkPermit {
    sessions: Arc<ImportSessions>,
    id: String,
    offset: u64,
    /// Most bytes that the chunk may have.
    pub limit: u64,
}

impl ChunkPermit {
    /// Writes the chunk. `declared` is the `Content-Length` that came with it.
    pub fn store(self, chunk: &[u8], declared: Option<u64>) -> ApiResult<ImportSession> {
        if chunk.is_empty() {
            return Err(invalid("the chunk is empty"));
        }
        if declared.is_some_and(|declared| declared != chunk.len() as u64) {
            return Err(invalid("the chunk is shorter than its Content-Length"));
        }
        self.sessions.store_chunk(&self.id, self.offset, chunk)
    }
}

impl Drop for ChunkPermit {
    fn drop(&mut self) {
        if let Some(entry) = self.sessions.lock().get_mut(&self.id) {
            entry.busy = false;
        }
    }
}

fn clean_filename(filename: &str) -> String {
    let base = filename.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let clean: String = base.chars().filter(|c| !c.is_control()).take(MAX_FILENAME_CHARS).collect();
    if clean.is_empty() || clean == "." || clean == ".." { "usage-import.jsonl".to_owned() } else { clean }
}

fn random_id() -> ApiResult<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(ApiError::internal)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
#[path = "tests.rs"]
#[expect(clippy::expect_used, reason = "tests")]
mod tests;
