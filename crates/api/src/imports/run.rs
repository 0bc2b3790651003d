//! Running an import: parse, store in batches, count.

use std::io::{Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use model::{CredentialMap, DEFAULT_GATEWAY, UsageEvent};
use normaliser::Context;
use normaliser::import::{ImportCause, ImportReport};
use store::{AuditAction, AuditActor, AuditEntry, Store};

use crate::types::import::{ImportLineError, ImportResult};

/// Why an import stopped. What was stored before stays stored, and is in the result.
#[derive(Debug)]
pub enum ImportError {
    /// The file cannot be imported, now or later.
    Invalid(String, Box<ImportResult>),
    /// The database or the disk failed; the same file can be imported again.
    Storage(String, Box<ImportResult>),
    /// A person cancelled it, or the manager stops.
    Cancelled(Box<ImportResult>),
}

/// Imports files into the store.
#[derive(Clone)]
pub struct Importer {
    store: Store,
    credentials: Arc<ArcSwap<CredentialMap>>,
    clock: fn() -> i64,
}

enum Stopped {
    Store(String),
    Cancelled,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => f.write_str(error),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl Importer {
    /// An importer that takes account names from `credentials`; `clock` gives Unix milliseconds.
    pub fn new(store: Store, credentials: Arc<ArcSwap<CredentialMap>>, clock: fn() -> i64) -> Self {
        Self { store, credentials, clock }
    }

    /// Imports everything that the reader gives. Blocks. `start` is what the audit trail says of the beginning: it is
    /// written before the first event, so that none comes without an entry, whatever ends the process.
    ///
    /// # Errors
    /// [`ImportError`]; batches that were stored before stay.
    pub fn import<R: Read + Seek>(
        &self,
        reader: R,
        mut start: Option<AuditEntry>,
        cancel: &AtomicBool,
    ) -> Result<ImportResult, ImportError> {
        let credentials = self.credentials.load();
        let context = Context {
            gateway_id: DEFAULT_GATEWAY,
            received_at_ms: (self.clock)(),
            credentials: &credentials,
        };
        let (mut added, mut skipped) = (0_u64, 0_u64);
        let sink = |events: Vec<UsageEvent>| {
            if cancel.load(Ordering::Relaxed) {
                return Err(Stopped::Cancelled);
            }
            if let Some(start) = start.take() {
                let written = store::wait(self.store.record_audit(vec![start]));
                written.map_err(|error| Stopped::Store(error.to_string()))?;
            }
            match self.store.append_blocking(events, Vec::new()) {
                Ok(outcome) => {
                    added += outcome.inserted.len() as u64;
                    skipped += outcome.duplicates as u64;
                    Ok(())
                }
                Err(rejected) => Err(Stopped::Store(rejected.error.to_string())),
            }
        };
        match normaliser::import::import(reader, &context, sink) {
            Ok(report) => Ok(result(report, added, skipped)),
            Err(error) => {
                let result = Box::new(result(error.report, added, skipped));
                Err(match error.cause {
                    ImportCause::Sink(Stopped::Cancelled) => ImportError::Cancelled(result),
                    ImportCause::Sink(Stopped::Store(error)) => ImportError::Storage(error, result),
                    ImportCause::Io(error) => ImportError::Storage(error.to_string(), result),
                    unusable => ImportError::Invalid(unusable.to_string(), result),
                })
            }
        }
    }
}

fn result(report: ImportReport, added: u64, skipped: u64) -> ImportResult {
    let line_errors = report.line_errors.into_iter();
    ImportResult {
        format: report.format.map(|format| format.as_str().to_owned()).unwrap_or_default(),
        added,
        skipped,
        total: report.total,
        failed: report.failed,
        unsupported: report.unsupported,
        warnings: (!report.warnings.is_empty())
            .then(|| report.warnings.into_iter().map(str::to_owned).collect()),
        line_errors: line_errors.map(|bad| ImportLineError { line: bad.line, error: bad.error }).collect(),
    }
}

/// What the audit trail says of an import that begins to store.
pub fn start_entry(by: AuditActor, file: Option<&str>, size_bytes: u64) -> AuditEntry {
    let mut entry = AuditEntry::new(by, AuditAction::ImportStart);
    entry.subject = file.map(str::to_owned);
    entry.fact("size_bytes", size_bytes)
}

/// What the audit trail says of an import that ended; `None` when it was refused before it changed anything.
pub fn import_entry(
    by: AuditActor,
    file: Option<&str>,
    outcome: &Result<ImportResult, ImportError>,
) -> Option<AuditEntry> {
    let (result, failure) = match outcome {
        Ok(result) => (result, None),
        Err(ImportError::Invalid(_, result)) if result.added == 0 => return None,
        Err(ImportError::Invalid(_, result)) => (&**result, Some("usage_import_invalid")),
        Err(ImportError::Storage(_, result)) => (&**result, Some("storage_unavailable")),
        Err(ImportError::Cancelled(result)) => (&**result, Some("cancelled")),
    };
    let mut entry = AuditEntry::new(by, AuditAction::ImportFinish);
    entry.subject = file.map(str::to_owned);
    entry.failure = failure.map(str::to_owned);
    let counts = [
        ("added", result.added),
        ("skipped", result.skipped),
        ("failed", result.failed),
        ("unsupported", result.unsupported),
    ];
    let entry = entry.fact("format", &result.format);
    Some(counts.into_iter().fold(entry, |entry, (name, count)| entry.fact(name, count)))
}
