//! Files of usage records: our exports, the reference's, raw queue dumps, and its older snapshots.
//!
//! A file is read as a stream. One bad line or element is counted and passed over; only a file in which nothing at
//! all can be read is refused. Events are handed on in batches of [`BATCH_EVENTS`].

mod detail;
mod legacy;
mod lines;
mod scan;

use std::io::{self, Read, Seek};

use model::UsageEvent;

use crate::Context;
use lines::Importer;
use scan::{ScanError, Scanner};

/// Events per call of the sink.
pub const BATCH_EVENTS: usize = 256;

/// Longest line, array element or legacy detail, bytes; longer ones count as failed.
pub const LINE_MAX_BYTES: usize = 10 * 1024 * 1024;

/// Errors that are kept with their line numbers; further ones are only counted.
pub const LINE_ERRORS_MAX: usize = 100;

/// What kind of file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Records or exported events, one a line or in an array.
    UsageServiceJsonl,
    /// A snapshot with `usage.apis`.
    LegacyUsageExport,
    /// A document with `apis`, as `GET /v0/management/usage` answers.
    LegacyUsagePayload,
}

impl Format {
    /// The name used in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsageServiceJsonl => "usage_service_jsonl",
            Self::LegacyUsageExport => "legacy_usage_export",
            Self::LegacyUsagePayload => "legacy_usage_payload",
        }
    }
}

/// A part of the file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// Where it begins, from 1.
    pub line: u64,
    /// Why; never a part of the file.
    pub error: String,
}

/// What was found in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The kind of file; `None` when nothing of it could be read.
    pub format: Option<Format>,
    /// Events understood and handed to the sink.
    pub total: u64,
    /// Lines, elements or details that could not be read.
    pub failed: u64,
    /// Parts that hold only sums, no single requests.
    pub unsupported: u64,
    /// What a person should know of the result.
    pub warnings: Vec<&'static str>,
    /// The first [`LINE_ERRORS_MAX`] failures.
    pub line_errors: Vec<LineError>,
}

impl ImportReport {
    fn fail(&mut self, line: u64, error: impl ToString) {
        self.failed += 1;
        if self.line_errors.len() < LINE_ERRORS_MAX {
            self.line_errors.push(LineError { line, error: error.to_string() });
        }
    }
}

/// An import that stopped, with what was done until then. Batches that the sink took stay taken.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct ImportError<E> {
    /// What stopped it.
    pub cause: ImportCause<E>,
    /// What had been read.
    pub report: ImportReport,
}

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportCause<E> {
    /// The file could not be read.
    #[error("the file cannot be read: {0}")]
    Io(io::Error),
    /// The sink refused a batch.
    #[error("the events cannot be stored: {0}")]
    Sink(E),
    /// There is nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// Nothing in the file is a record.
    #[error("the file has no usage records; line {line}: {error}")]
    NoRecords {
        /// The first line that could not be read.
        line: u64,
        /// Why.
        error: String,
    },
    /// The file has only sums.
    #[error("the file has no request details, only sums")]
    NoRequestDetails,
    /// A legacy snapshot is damaged; its events would get the wrong identities.
    #[error("the usage snapshot is damaged at line {line}: {error}")]
    BrokenSnapshot {
        /// Where.
        line: u64,
        /// Why.
        error: &'static str,
    },
}

impl<E> From<ScanError> for ImportCause<E> {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Io(error) => Self::Io(error),
            ScanError::CutOff => Self::BrokenSnapshot { line: 0, error: "it is cut off" },
            ScanError::Syntax => Self::BrokenSnapshot { line: 0, error: "it is not valid JSON" },
        }
    }
}

impl<E> From<io::Error> for ImportCause<E> {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads a file from where the reader stands and hands its events on in order.
///
/// `context.received_at_ms` is the time of the import. Events with a recorded identity keep it.
///
/// # Errors
///
/// When the file cannot be read, is empty or has no records at all, when a legacy snapshot is damaged, and when the
/// sink refuses a batch. The error carries the report up to there.
pub fn import<R, E, S>(reader: R, context: &Context<'_>, sink: S) -> Result<ImportReport, ImportError<E>>
where
    R: Read + Seek,
    S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
{
    let mut importer = Importer::new(context, sink);
    let result =
        Scanner::new(reader).map_err(ImportCause::Io).and_then(|mut scanner| importer.file(&mut scanner));
    let report = importer.report;
    match result {
        Ok(()) => Ok(report),
        Err(cause) => Err(ImportError { cause, report }),
    }
}
